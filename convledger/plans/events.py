"""What happened, as plans look at it: events of threads, in UTC microseconds and picodollars."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

NOTHING: Mapping[str, str] = {}

# What an event can be. Messages have the roles that `open_on` and `extend_on` name; "business" is
# a message that the company sends by itself, "person" an answer that one of its people gave. The
# others are not said by anybody.
USER, ASSISTANT, TOOL, BUSINESS = "user", "assistant", "tool", "business"
PERSON = "person"
CALL, ACTION = "call", "action"
CLOSE, TOPIC, OUTCOME, HANDOFF = "close", "topic", "outcome", "handoff"
ROLES = (USER, ASSISTANT, TOOL, BUSINESS, PERSON)
# How a call's tokens or price are in doubt: bits of `doubt`.
ESTIMATED, UNCOUNTED, GUESSED_PRICE = 1, 2, 4
REPLIES = (ASSISTANT, PERSON)  # the company's side of a conversation, whoever it is
KINDS = (*ROLES, CALL, ACTION, CLOSE, TOPIC, OUTCOME, HANDOFF)


class Thread(Struct, frozen=True, gc=False):
    """One conversation with what is known about it as a whole.

    `outcome` is a verdict that was imported or given by a person, word for word; `verified` says
    that there is one. `verdict` is what the vendor itself calls it, where a plan names that;
    `by_people` says that no bot took part. `attributes` are further facts: project, source ...
    """

    id: str
    user: str = ""
    channel: str = "chat"
    kind: str = ""
    client: str = ""
    tags: tuple[str, ...] = ()
    outcome: str = ""
    verified: bool = False
    escalated: bool = False
    verdict: str = ""
    by_people: bool = False
    attributes: Mapping[str, str] = NOTHING


class Event(Struct, frozen=True, gc=False):
    """One thing that happened in a thread.

    `seq` is the order in which its source told it, which decides between events of one instant.
    Token counts and `rated_pico` (None: no price is known) belong to calls; `name` is that of an
    action, a server tool or an outcome. `doubt` says that the tokens of a call are an estimate or
    that nobody knows them (they are 0 then), or that its price is a guess.
    """

    id: str
    at: int
    kind: str
    thread: Thread
    seq: int = 0
    model: str = ""
    name: str = ""
    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    rated_pico: int | None = None
    attributes: Mapping[str, str] = NOTHING
    doubt: int = 0

    @property
    def tokens(self) -> int:
        """All tokens of a call, each counted once."""
        return self.input + self.output + self.cache_read + self.cache_write
