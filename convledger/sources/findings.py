"""What a reader finds in a file: calls, conversations, messages and the lines it had to leave."""

from __future__ import annotations

from enum import IntEnum
from itertools import accumulate
from typing import Annotated

from msgspec import Meta, Struct, field

TOKEN_LIMIT = 2**27 - 1  # 134 million: one call can't hold more; a larger figure is a broken log
Tokens = Annotated[int, Meta(ge=0, le=TOKEN_LIMIT)] | None
CUMULATIVE_LIMIT = 2**60
Cumulative = Annotated[int, Meta(ge=0, le=CUMULATIVE_LIMIT)] | None
SEARCH_LIMIT = 100_000  # searches of one call
Searches = Annotated[int, Meta(ge=0, le=SEARCH_LIMIT)] | None


class Kind(IntEnum):
    """What a message is; the numbers are stored."""

    PROMPT = 1
    ANSWER = 2
    THINKING = 3
    TOOL_CALL = 4
    TOOL_RESULT = 5
    NOTE = 6
    ATTACHMENT = 7


class Flag(IntEnum):
    """Facts about a message, as bits; the numbers are stored."""

    SIDECHAIN = 1
    HIDDEN = 2
    INHERITED = 4
    ERROR = 8
    ROLLED_BACK = 16
    REDACTED = 32  # set by the ledger alone, never by a reader
    PERSON = 64  # an answer that a person gave, not a model
    BRANCH = 128  # an alternate beside the path that the conversation took


class Measure(IntEnum):
    """How the tokens of a call are known; the numbers are stored."""

    RECORDED = 0
    ROUNDED = 1  # the source itself tells them in round numbers
    MISSING = 2  # the source keeps none: they are unknown, not zero


class Call(Struct, gc=False, array_like=True):
    """One billed request. `at` is UTC microseconds, tokens are disjoint, `reported` picodollars.

    Where a source keeps no tokens (`measure` is MISSING) `key` is the uuid of the message that
    answers, so that the tokens can be counted from the texts.

    `key` names the request among all of its source; `variant` tells apart main-chain requests
    that share an id that is not unique by nature; `inherited` marks a copy of another
    conversation's call, whose native id is then `conversation`.
    """

    key: str
    conversation: str
    at: int
    model: str
    line: int
    input: int = 0
    output: int = 0
    reasoning: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    web_searches: int = 0
    context: str = ""
    provider: str = ""
    variant: str = ""
    agent: str = ""
    copied_into: str = ""
    sidechain: bool = False
    approximate: bool = False
    reported: int | None = None
    measure: int = 0

    @property
    def total(self) -> int:
        """All tokens of the call, the measure by which the fullest line of a stream is kept."""
        return (
            self.input + self.output + self.cache_read + self.cache_write_5m + self.cache_write_1h
        )


class Reported(Struct):
    """A running total of cost that the source itself keeps for a conversation, by model."""

    conversation: str
    model: str
    at: int
    cumulative: int
    line: int


class OutcomeFacts(Struct, array_like=True):
    """How a support conversation ended; what a source does not tell is empty or None.

    `handled_by` is bot_only, bot_then_human, human_only or none; `resolution` resolved_confirmed,
    resolved_assumed, escalated, abandoned, open or unknown; `verdict` the vendor's own words, kept
    as they are. Instants are UTC microseconds; `rating` is of `rating_of` at most.
    """

    handled_by: str = ""
    resolution: str = ""
    verdict: str = ""
    resolved_at: int | None = None
    handed_off_at: int | None = None
    bot_messages: int | None = None
    human_messages: int | None = None
    customer_messages: int | None = None
    rating: str = ""
    rating_of: int | None = None
    channel: str = ""


class ConversationFacts(Struct, array_like=True):
    """What lines say about their conversation; later facts of the same file win where set.

    `details` are further facts by name, kept as the source words them.
    """

    native: str
    first_at: int | None = None
    last_at: int | None = None
    title: str = ""
    title_rank: int = 0
    project: str = ""
    branch: str = ""
    version: str = ""
    parent: str = ""
    relation: str = ""
    background: bool = False
    outcome: OutcomeFacts | None = None
    details: dict[str, str] = field(default_factory=dict)

    def entitle(self, rank: int, title: str) -> None:
        """Take `title` unless a better one is known; of equals the later wins, but for prompts."""
        if title and (rank > self.title_rank or (rank == self.title_rank and rank > 1)):
            self.title, self.title_rank = title, rank


class AgentFacts(Struct):
    """A sub-agent whose lines belong to a conversation."""

    native: str
    conversation: str
    kind: str = ""
    description: str = ""
    tool_use: str = ""


class Message(Struct, gc=False):
    """One visible entry of a conversation: `body` is text, or JSON text for a tool call."""

    conversation: str
    uuid: str
    block: int
    line: int
    at: int
    kind: int
    body: str
    flags: int = 0
    name: str = ""
    agent: str = ""
    parent: str = ""


class Summary(Struct):
    """A title for the conversation that holds the message `leaf`, wherever that is."""

    leaf: str
    title: str


class Rejected(Struct):
    """A line that could not be used: where it stands, why, and how it begins."""

    line: int
    offset: int
    reason: str
    excerpt: bytes = b""


class Figures(Struct, array_like=True):
    """The countable part of some lines."""

    calls: list[Call] = field(default_factory=list)
    conversations: dict[str, ConversationFacts] = field(default_factory=dict)
    reported: list[Reported] = field(default_factory=list)
    summaries: list[Summary] = field(default_factory=list)
    agents: list[AgentFacts] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)

    def conversation(self, native: str) -> ConversationFacts:
        """Return the facts on conversation `native`, made where they are new."""
        facts = self.conversations.get(native)
        if facts is None:
            facts = self.conversations[native] = ConversationFacts(native)
        return facts


class Texts(Struct):
    """The readable part of some lines."""

    messages: list[Message] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


class Lines(Struct):
    """Complete lines of a file, the last without its end, and where the first one stands.

    `starts` is where each line begins in `data`, worked out when a line must be rejected.
    """

    data: bytes
    number: int
    offset: int
    count: int
    starts: list[int] = field(default_factory=list)

    def rejected(self, number: int, reason: str) -> Rejected:
        """Return the rejection of line `number` of these."""
        if not self.starts:
            lengths = (len(line) + 1 for line in self.data.split(b"\n"))
            self.starts = [0, *accumulate(lengths)]
        start, end = self.starts[number - self.number], self.starts[number - self.number + 1]
        excerpt = self.data[start : min(end - 1, start + 400)]
        return Rejected(number, self.offset + start, reason, excerpt)
