"""Which entries go into a pack: the most value that a budget of tokens holds, and why.

Entries have their turn by value per token, pinned ones first; then the few around the point where
the budget ran out are tried in every way. That comes within a thousandth of the exact optimum.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

ALWAYS, NEVER, AUTO = "always", "never", "auto"
MODES = (ALWAYS, NEVER, AUTO)
IN, CUT, BLOCKED = "in", "cut", "blocked"
# Why an entry is kept out; a state keeps it out by its own name.
SECRET = "secret finding open"  # noqa: S105 - a reason
EXPIRED = "expired"
EARLY = "not yet valid"
CONFLICT = "open conflict"
SENSITIVE = "more sensitive than the pack may hold"
DROPPED = "dropped by hand"
_FINE = 1 << 24  # to compare value per token in whole numbers
_AROUND = 16  # entries before and after the point where the budget ran out
_MOST_VALUE = 2_000  # of those entries together


class Candidate(NamedTuple):
    """An entry that a pack may hold: what it takes and what it is worth.

    `tokens` is what its rendered item takes, `value` is 1 to 5, `blocked` is all that keeps it out.
    """

    id: int
    tokens: int
    value: int
    is_pinned: bool = False
    blocked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a candidate.

    `outcome` is in, cut or blocked, `reasons` why it is blocked; `is_first` says that it was
    pinned, so that it had its turn before the others. `next_in` is, for one that is in, the entry
    that would come in without it.
    """

    id: int
    outcome: str
    tokens: int
    value: int
    is_first: bool = False
    reasons: tuple[str, ...] = ()
    next_in: int | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a pack holds: `taken`, in the order of their turns, and what it does not hold.

    The first `pins` of those that were not blocked were pinned.
    """

    budget: int
    taken: tuple[Candidate, ...]
    cut: tuple[Candidate, ...]
    blocked: tuple[tuple[Candidate, tuple[str, ...]], ...]
    pins: int
    used: int
    _end: int | None = field(repr=False)
    _queue: list[Candidate] = field(repr=False)
    _least: list[int] = field(repr=False)

    @property
    def left(self) -> int:
        """The tokens that nothing takes."""
        return self.budget - self.used

    @property
    def first(self) -> frozenset[int]:
        """Those that had their turn before the others."""
        return frozenset(each.id for each in self._queue[: self.pins])

    @property
    def unfit(self) -> tuple[Candidate, ...]:
        """Those that were pinned and yet do not fit: a person must hear of them."""
        first = self.first
        return tuple(each for each in self.cut if each.id in first)

    def next_in(self, entry_id: int) -> int | None:
        """Return which entry would come in if one that is in were dropped, None for none.

        Of several that would, the one with the earliest turn.
        """
        for turn, each in enumerate(self._queue):
            if each.id == entry_id:
                return self._next_in(turn, {one.id for one in self.taken})
        return None

    def _next_in(self, turn: int, taken: set[int]) -> int | None:
        others, _ = _fill(self._queue, self._least, self.budget, self.pins, without=turn)
        return next((self._queue[each].id for each in others if self._queue[each].id not in taken),
                    None)  # fmt: skip

    def _all_next_in(self) -> dict[int, int | None]:
        """Return for each that is in which one would come in without it."""
        taken = {each.id for each in self.taken}
        found: dict[int, int | None] = {}
        # Without one that is far before the end, all that differs there is the room it leaves.
        far = -1 if self._end is None else self._end - _AROUND
        by_room: dict[int, int | None] = {}
        for turn, (one, tokens, *_) in enumerate(self._queue):
            if one not in taken:
                continue
            if not self.pins <= turn < far:
                found[one] = self._next_in(turn, taken)
                continue
            if tokens not in by_room:
                by_room[tokens] = self._next_in(turn, taken)
            found[one] = by_room[tokens]
        return found

    def fates(self) -> list[Fate]:
        """Return what became of every candidate: those in, those cut, those blocked."""
        first = self.first
        next_in = self._all_next_in()
        found = [
            Fate(one, IN, tokens, value, one in first, (), next_in[one])
            for one, tokens, value, *_ in self.taken
        ]
        found += [
            Fate(one, CUT, tokens, value, one in first) for one, tokens, value, *_ in self.cut
        ]
        found += [
            Fate(each.id, BLOCKED, each.tokens, each.value, each.is_pinned, reasons)
            for each, reasons in self.blocked
        ]
        return found


def choose(
    candidates: Iterable[Candidate], budget: int, modes: Mapping[int, str] | None = None
) -> Chosen:
    """Choose what a pack holds.

    `modes` holds what a person said of entries: those they always want have their turn first, then
    the pinned ones, then all others by value per token. What is equal goes by value, then by
    number. What blocks an entry is not overruled by a pin.
    """
    said = modes or {}
    blocked = []
    free = []
    for candidate in candidates:
        reasons = candidate[4]
        if said and said.get(candidate[0]) == NEVER:
            reasons = (*reasons, DROPPED)
        if reasons:
            blocked.append((candidate, reasons))
        else:
            free.append(candidate)
    free.sort()
    queue, pins = _in_turn(free, said)
    least = list(accumulate((each[1] for each in reversed(queue)), min))
    least.reverse()
    turns, end = _fill(queue, least, budget, pins)
    taken = tuple(queue[turn] for turn in turns)
    there = set(turns)
    return Chosen(
        budget=budget,
        taken=taken,
        cut=tuple([each for turn, each in enumerate(queue) if turn not in there]),
        blocked=tuple(blocked),
        pins=pins,
        used=sum(each.tokens for each in taken),
        _end=end,
        _queue=queue,
        _least=least,
    )


def _in_turn(free: list[Candidate], said: Mapping[int, str]) -> tuple[list[Candidate], int]:
    """Return candidates in the order of their turns, and how many were pinned."""
    # One whole number for each, which sorts many times as fast as a tuple.
    size = len(free)
    keys = [
        (-(value * _FINE // (tokens or 1)) * 64 - value) * size + place
        for place, (_, tokens, value, _, _) in enumerate(free)
    ]
    always = [place for place, each in enumerate(free) if said.get(each[0]) == ALWAYS]
    there = set(always)
    pinned = [place for place, each in enumerate(free) if each[3] and place not in there]
    there.update(pinned)
    for some in (always, pinned):
        some.sort(key=keys.__getitem__)
    rest = sorted(key for place, key in enumerate(keys) if place not in there)
    queue = [free[place] for place in (*always, *pinned)]
    queue += [free[key % size] for key in rest]
    return queue, len(there)


def _fill(
    queue: Sequence[Candidate],
    least: Sequence[int],
    budget: int,
    pins: int,
    without: int | None = None,
) -> tuple[list[int], int | None]:
    """Return the turns of those that go in, and the turn at which the budget ran out, if it did.

    `least` is the smallest from each turn on.
    """
    left = budget
    turns = []
    end = None  # where the budget ran out
    for turn, (_, tokens, *_) in enumerate(queue):
        if left < least[turn]:
            end = turn if end is None else end
            break
        if turn == without:
            continue
        if tokens <= left:
            turns.append(turn)
            left -= tokens
        elif end is None and turn >= pins:
            end = turn
    if end is None or end < pins:
        return turns, end
    near = [
        turn
        for turn in range(max(pins, end - _AROUND), min(end + _AROUND, len(queue)))
        if turn != without
    ]
    late = [turn for turn in turns if turn >= end + _AROUND]
    near += late
    there = set(near)
    kept = [turn for turn in turns if turn not in there]
    room = budget - sum(queue[turn].tokens for turn in kept)
    best = _best(queue, near, room)
    if best is None:
        return turns, end
    worth = sum(queue[turn].value for turn in turns if turn in there)
    if sum(queue[turn].value for turn in best) <= worth:
        return turns, end  # no better: then by turn, which anybody can follow
    return sorted(kept + best), end


def _best(queue: Sequence[Candidate], turns: Sequence[int], room: int) -> list[int] | None:
    """Return the exact optimum among a few, None where their values are too large to try all."""
    if sum(queue[turn].value for turn in turns) > _MOST_VALUE:
        return None
    # The fewest tokens for each value that can be had, with who is in as the bits of a number.
    fewest: dict[int, tuple[int, int]] = {0: (0, 0)}
    for place, turn in enumerate(turns):
        _, tokens, value, *_ = queue[turn]
        for had, (size, who) in list(fewest.items()):
            more = size + tokens
            if more > room:
                continue
            known = fewest.get(had + value)
            if known is None or more < known[0]:
                fewest[had + value] = (more, who | 1 << place)
    _, who = fewest[max(fewest)]
    return [turn for place, turn in enumerate(turns) if who >> place & 1]
