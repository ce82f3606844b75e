"""A conversation as a transcript needs it: worked out once from its outline, in any thread."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from convledger.clock import EPOCH, SECOND, to_datetime
from convledger.reports.reading import Head, Outline
from convledger.reports.thread import SIDECHAIN
from convledger.tui.widgets.remembered import Kept

_ASKED = ("prompt", "tool_result")
_BACK = 200  # entries in which a speaker is looked for
_SPOKEN = ("answer", "thinking", "tool_call")


@dataclass(slots=True)
class Script:
    """The entries of a conversation with what stands beside each.

    `names` tell entries apart for good, `payers` is the entry whose call paid for each one (-1
    where none did), `prompts` are the entries that a person said, `days` those that begin a day,
    `kept` what of their messages has become an entry of memory.
    """

    outline: Outline
    names: list[int] = field(default_factory=list)
    payers: list[int] = field(default_factory=list)
    prompts: list[int] = field(default_factory=list)
    days: dict[int, str] = field(default_factory=dict)
    branches: dict[int, tuple[int, int]] = field(default_factory=dict)
    project: str = ""
    kept: Kept = field(default_factory=dict)

    @property
    def heads(self) -> list[Head]:
        """The entries without their texts."""
        return self.outline.heads

    def model(self, index: int) -> str:
        """Return the model that spoke an entry, or did last; empty where no call says so."""
        agent = self.heads[index].agent
        for place in range(index, max(-1, index - _BACK), -1):
            payer = self.payers[place]
            call = self.heads[payer].call if payer >= 0 else None
            if call is not None and self.heads[place].agent == agent:
                return call.model
        return ""

    def turn(self, index: int) -> int:
        """Return how many prompts there are up to an entry."""
        return bisect_right(self.prompts, index)

    def place(self, name: int) -> int | None:
        """Return where the entry of a name stands."""
        try:
            return self.names.index(name)
        except ValueError:
            return None


def script_of(outline: Outline, zone: tzinfo, project: str = "") -> Script:
    """Return an outline with what a transcript shows beside its entries."""
    heads = outline.heads
    return Script(
        outline,
        [name_of(head) for head in heads],
        payers(heads),
        [place for place, head in enumerate(heads) if is_prompt(head)],
        _days(heads, zone),
        outline.alternates(),
        project,
    )


def name_of(head: Head) -> int:
    """Return a number that tells an entry from every other, also in a later outline."""
    return head.id or (-head.call.id if head.call is not None else 0)


def is_prompt(head: Head) -> bool:
    """Tell whether a person said it: what a sub-agent is asked comes from none."""
    return head.kind == "prompt" and not head.agent and not head.flags & SIDECHAIN


def payers(heads: Sequence[Head]) -> list[int]:
    """Return for each entry the one whose call paid for it, -1 where none did.

    A log notes a call at one of the entries that came of it, or after the results of the tools
    that it called; what was asked is paid for by the call that answers it.
    """
    paid = [-1] * len(heads)
    streams: dict[str, _Stream] = {}
    for place, head in enumerate(heads):
        stream = streams.get(head.agent)
        if stream is None:
            stream = streams[head.agent] = _Stream(paid)
        if head.kind in _ASKED:
            stream.asked(place, ends_turn=head.kind == "prompt")
        elif head.kind in _SPOKEN or head.call is not None:
            stream.spoken(place, has_call=head.call is not None, is_silent=head.kind == "call")
    for stream in streams.values():
        stream.asked(-1, ends_turn=True)
    return paid


class _Stream:
    """One speaker, main thread or sub-agent, read from its first entry to its last."""

    def __init__(self, paid: list[int]) -> None:
        self._paid = paid
        self._call = -1  # of the run of entries that came of one request
        self._run: list[int] = []
        self._orphans: list[int] = []
        self._asked: list[int] = []

    def asked(self, place: int, *, ends_turn: bool) -> None:
        """Go on behind a run: what had no call in it gets that before it, or waits for one."""
        if self._call >= 0:
            self._pay(self._run)
        else:
            self._orphans += self._run
        self._run, self._call = [], -1
        if ends_turn:
            self._orphans = []
        if place >= 0:
            self._asked.append(place)

    def spoken(self, place: int, *, has_call: bool, is_silent: bool) -> None:
        """Take an entry of a model, with or without a call."""
        if not has_call:
            self._run.append(place)
            return
        self._call = place
        self._pay([*self._run, *self._asked, place])
        self._run, self._asked = [], []
        if is_silent:
            self._pay(self._orphans)
            self._orphans, self._call = [], -1

    def _pay(self, places: list[int]) -> None:
        for place in places:
            self._paid[place] = self._call


def _days(heads: Sequence[Head], zone: tzinfo) -> dict[int, str]:
    """Return the entries that begin another day of a zone, with its name."""
    found: dict[int, str] = {}
    begins = ends = 0
    for place, head in enumerate(heads):
        if head.at and not begins <= head.at < ends:
            day = to_datetime(head.at).astimezone(zone).date()
            begins, ends = (
                _instant(datetime(one.year, one.month, one.day, tzinfo=zone))
                for one in (day, day + timedelta(days=1))
            )
            found[place] = f"{day:%A} {day.day} {day:%B %Y}"
    return found


def _instant(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def minute_text(at: int, zone: tzinfo) -> str:
    """Return UTC microseconds as the time of day in a zone."""
    return to_datetime(at).astimezone(zone).strftime("%H:%M") if at >= SECOND else ""
