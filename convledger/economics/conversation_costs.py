"""A conversation as unit economics looks at it: what happened in it, and its cost in parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from convledger.economics.cost_items import REVENUE
from convledger.economics.resolutions import Turn

# How a conversation was served.
BOT, ESCALATED, PEOPLE_ONLY, UNANSWERED = "bot", "escalated", "people", "unanswered"
CONFIRMED, ASSUMED = "confirmed", "assumed"

# The parts of a full cost in the order in which they are added up. PLAN is the difference that a
# plan makes to the list cost of the same calls: both together are what was billed. ADJUSTMENTS are
# what has changed in months that are closed, of whatever part: they count in an open one.
LIST, PLAN, TOOLS, RETRIEVAL = "list", "plan", "tools", "retrieval"
INFRASTRUCTURE, SUBSCRIPTIONS, OTHERS, PEOPLE = "infrastructure", "subscriptions", "other", "people"
ADJUSTMENTS = "adjustments"
MACHINE = (LIST, PLAN, TOOLS, RETRIEVAL, INFRASTRUCTURE, SUBSCRIPTIONS, OTHERS)
PARTS = (*MACHINE, PEOPLE, ADJUSTMENTS)
BILLED = (LIST, PLAN)
SEGMENTS = (
    *("source", "model", "project", "client", "user", "tier", "feature", "kind", "channel"),
    *("tag", "outcome"),
)
# A table can be by the plan that paid for the calls too; what a plan pays for is no filter, as the
# plan itself says for whom it is.
BY_PLAN = "plan"
PIVOTS = (*SEGMENTS, BY_PLAN)
NONE = "(none)"
FROM_TAGS = ("user", "tier", "feature")  # a tag "tier=pro" says it too


@dataclass(slots=True)
class Talk:
    """A conversation: instants in UTC microseconds, tokens, `active` in microseconds.

    `list_pico` is what its priced calls come to at list prices (picodollars), None where none of
    them has a price; `by_model` is the same by model. `within` are the sub-agents whose threads are
    part of it. `resolved` is how it was resolved first, `changes` what became of that: a bot had
    resolved it then. `segments` has a value for each key of
    PIVOTS, "" for none. `minutes` are those that people worked on it, None where nobody knows;
    `minutes_assumed` tells that they are the usual ones. `doubt` tells that tokens were estimated.
    """

    id: int
    name: str
    title: str
    opened_at: int
    last_at: int
    served: str = BOT
    resolved: str = ""
    changes: tuple[Turn, ...] = ()
    segments: dict[str, str] = field(default_factory=dict)
    messages: int = 0
    turns: int = 0
    active: int = 0
    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    calls: int = 0
    unpriced_calls: int = 0
    uncounted_calls: int = 0
    doubt: bool = False
    list_pico: int | None = None
    by_model: dict[str, int] = field(default_factory=dict)
    minutes: Fraction | None = None
    minutes_assumed: bool = False
    within: tuple[int, ...] = ()

    def told_in(self, amounts: Mapping[int, int]) -> int:
        """Return what is told of the conversation and of the sub-agents in it, by their ids."""
        own = amounts.get(self.id, 0)
        return own + sum(amounts.get(number, 0) for number in self.within) if self.within else own

    @property
    def tokens(self) -> int:
        """All tokens, each counted once."""
        return self.input + self.output + self.cache_read + self.cache_write

    @property
    def lacks_tokens(self) -> bool:
        """Whether it made calls, and of none of them anybody knows the tokens."""
        return 0 < self.calls <= self.uncounted_calls


@dataclass(slots=True)
class TalkCost:
    """What a conversation cost by part, in picounits of one currency; a part may be missing.

    `is_known` is False where it has calls of which none is priced and no plan paid for them: such a
    conversation is in no sum of costs. `unknown` are parts that it has but whose amount nobody
    knows. `revenue` is None where none was entered for it.
    """

    talk: Talk
    parts: dict[str, int] = field(default_factory=dict)
    is_known: bool = True
    revenue: int | None = None
    unknown: set[str] = field(default_factory=set)

    @property
    def is_whole(self) -> bool:
        """Whether the full cost is known; a bill stands for list costs that nobody knows.

        What was earned is no part of it.
        """
        return self.is_known and self.unknown <= {LIST, REVENUE}

    def add(self, part: str, amount: int) -> None:
        """Add to a part."""
        self.parts[part] = self.parts.get(part, 0) + amount

    def sum(self, parts: Iterable[str]) -> int:
        """Return some parts added up."""
        return sum(self.parts.get(part, 0) for part in parts)

    def known(self, parts: Iterable[str]) -> int | None:
        """Return some parts added up, None where one of them is not known."""
        return None if not self.unknown.isdisjoint(parts) else self.sum(parts)

    @property
    def billed(self) -> int:
        """What its calls were charged: by a plan, or at list prices."""
        return self.sum(BILLED)

    @property
    def machine(self) -> int:
        """Everything but people."""
        return self.sum(MACHINE)

    @property
    def full(self) -> int:
        """Everything."""
        return self.sum(PARTS)


def added_up(costs: Iterable[TalkCost]) -> dict[str, int]:
    """Return each part over all conversations whose cost is known; parts without amounts too."""
    sums = dict.fromkeys(PARTS, 0)
    for cost in costs:
        if cost.is_known:
            for part, amount in cost.parts.items():
                sums[part] += amount
    return sums


def is_of(talk: Talk, scope: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether a conversation is one of those that a scope names.

    `*` and `?` are wild, "(none)" is what has no value, and a project may be named by the last
    parts of its path.
    """
    for name, wanted in scope.items():
        own = talk.segments.get(name, "")
        if name == "conversation":
            found = talk.name in wanted or talk.name.partition(":")[2] in wanted
        elif name == "tag":
            tags = [*own.split(TAG_BREAK), *_said_by_tag(talk)]
            found = any(_fits(each, wanted) for each in tags)
        elif name == "project":
            path = own.replace("\\", "/")
            paths = [each.replace("\\", "/") for each in wanted]
            found = _fits(path, [*paths, *(f"*/{each.strip('/')}" for each in paths)])
        else:
            found = _fits(own, wanted)
        if not found:
            return False
    return True


def is_inside(inner: Mapping[str, tuple[str, ...]], outer: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether every conversation of one scope is of another too, as far as their names tell."""
    return all(inner.get(name) and {*inner[name]} <= {*wanted} for name, wanted in outer.items())


def _said_by_tag(talk: Talk) -> list[str]:
    """Return the tags that segments of their own were read from."""
    named = ((name, talk.segments.get(name)) for name in FROM_TAGS)
    return [f"{name}={value}" for name, value in named if value]


def _fits(own: str, wanted: Iterable[str]) -> bool:
    from fnmatch import fnmatchcase

    return any(
        own == each
        or (each == NONE and not own)
        or (("*" in each or "?" in each) and fnmatchcase(own, each.replace("[", "[[]")))
        for each in wanted
    )


TAG_BREAK = " + "  # several tags are one segment, so that segments add up to the whole
