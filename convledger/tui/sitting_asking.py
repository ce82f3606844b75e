"""What a sitting asks of the ledger and has it do, in the thread of the desk."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from convledger.economics.carrying import Cost
from convledger.errors import UsageProblem
from convledger.memory.beside import Around, Carriers, around, carriers
from convledger.memory.queue import Hygiene, Queued, Ratio
from convledger.memory.words import ARCHIVED, PROPOSED
from convledger.tui.sitting import Sitting, Verdict

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.memory.evidence import Evidence
    from convledger.memory.shelf import Memory
    from convledger.store.entries import Entry, EntryVersion

MOST_WORDS = 2_000  # of two texts that are compared word by word
_AT_ONCE = 5_000  # entries
_LIKE = 2  # one in so many words is the same where two texts are told word by word
_WORD = re.compile(r"\w+(?:['’.:,/-]\w+)*")
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Side:
    """An entry with the first of its sources, the messages around it, and what it costs a month.

    `spans` are the words that the other one of a pair does not say.
    """

    entry: Entry
    cost: Cost = None
    evidence: Evidence | None = None
    around: Around = Around()  # noqa: RUF009 - it is frozen
    sources: int = 0
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Sight:
    """All that stands beside an entry: its last two versions, who carries it, its pair's other."""

    main: Side
    versions: tuple[EntryVersion, ...]
    carriers: Carriers
    other: Side | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """A verdict to be written: its verb, the entries as they were seen, and what it needs."""

    verb: str
    seen: tuple[Entry, ...]
    days: int = 0
    title: str | None = None
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Renewal:
    """How memory is by now: `undone` are changes that were taken back."""

    queue: Sequence[Queued]
    entries: Mapping[int, Entry]
    undone: frozenset[int]
    hygiene: Hygiene
    seen: int


def take(ledger: Ledger, now: int, zone: tzinfo) -> Sitting:
    """Begin a sitting."""
    memory = ledger.memory
    return Sitting(*memory.review(now, zone), ledger.latest_memory_change())


def renewal(
    ledger: Ledger, now: int, zone: tzinfo, entry_ids: Sequence[int], seen: int
) -> Renewal | None:
    """Return how memory is by now, None where nobody has changed it since."""
    memory = ledger.memory
    latest = ledger.latest_memory_change()
    if latest == seen:
        return None
    undone = frozenset(one.id for one in memory.history(500) if one.undone_at is not None)
    entries = _entries(memory, entry_ids)
    queue, hygiene = memory.review(now, zone)
    return Renewal(
        queue,
        {number: one for number, one in entries.items() if one.state != ARCHIVED},
        undone,
        hygiene,
        latest,
    )


def _entries(memory: Memory, entry_ids: Iterable[int]) -> dict[int, Entry]:
    """Return entries, however many: a question has room for some thousand numbers."""
    ids = [*entry_ids]
    found: dict[int, Entry] = {}
    for start in range(0, len(ids), _AT_ONCE):
        found |= memory.entries(ids[start : start + _AT_ONCE])
    return found


def listed(ledger: Ledger, ratio: Ratio, now: int, zone: tzinfo) -> list[Queued]:
    """Return the entries that a ratio lacks, those that want a look most first."""
    memory = ledger.memory
    wanted = set(ratio.others)
    queue = [one for one in memory.queue(now, zone) if one.entry.id in wanted]
    rest = wanted.difference(one.entry.id for one in queue)
    costs = memory.costs(now, [*rest])
    return queue + [Queued(one, (), costs.get(one.id)) for one in _entries(memory, rest).values()]


def look_at(ledger: Ledger, entry_id: int, other_id: int | None, now: int) -> Sight | None:
    """Return an entry and what stands beside it; None where it is gone."""
    memory = ledger.memory
    ids = [entry_id] if other_id is None else [entry_id, other_id]
    entries = memory.entries(ids)
    entry = entries.get(entry_id)
    if entry is None:
        return None
    costs = memory.costs(now, ids)
    found = entries.get(other_id) if other_id is not None else None
    spans = ((), ()) if found is None else differing(entry.body, found.body)
    return Sight(
        _side(memory, entry, costs, spans[0]),
        tuple(memory.versions(entry_id)[-2:]),
        carriers(memory.connection, entry_id),
        _side(memory, found, costs, spans[1]) if found is not None else None,
    )


def _side(memory: Memory, entry: Entry, costs: Mapping[int, Cost], spans: tuple[Span, ...]) -> Side:
    every = memory.evidence(entry.id)
    evidence = next((one for one in every if one.message_id is not None), None)
    near = Around()
    if evidence is not None and evidence.message_id is not None:
        near = around(memory.connection, evidence.message_id)
    elif every:
        evidence = every[0]
    return Side(entry, costs.get(entry.id), evidence, near, len(every), spans)


def differing(one: str, other: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Return where each of two texts says words that the other does not.

    Of texts that have little in common only figures and names are told: all else differs anyway.
    """
    mine, theirs = ([*_WORD.finditer(text)] for text in (one, other))
    if max(len(mine), len(theirs)) > MOST_WORDS:
        return (), ()
    words, others = ([match[0].casefold() for match in some] for some in (mine, theirs))
    matcher = SequenceMatcher(None, words, others, autojunk=False)
    alike = sum(block.size for block in matcher.get_matching_blocks())
    if _LIKE * alike < min(len(words), len(others)):
        return _telling(one, mine, {*others}), _telling(other, theirs, {*words})
    mine_spans: list[Span] = []
    their_spans: list[Span] = []
    for tag, start, end, first, last in matcher.get_opcodes():
        if tag != "equal":
            if end > start:
                mine_spans.append((mine[start].start(), mine[end - 1].end()))
            if last > first:
                their_spans.append((theirs[first].start(), theirs[last - 1].end()))
    return tuple(mine_spans), tuple(their_spans)


def _telling(text: str, found: Sequence[re.Match[str]], others: set[str]) -> tuple[Span, ...]:
    """Return where figures and names stand that another text does not have."""
    spans = []
    for match in found:
        word = match[0]
        begins = text[max(0, match.start() - 8) : match.start()].rstrip(" \t\"'“‘(*_`-")[-1:] in (
            "",
            "\n",
            ".",
            "!",
            "?",
            ":",
        )
        is_name = word[0].isupper() and not begins
        if word.casefold() not in others and (is_name or any(map(str.isdigit, word))):
            spans.append(match.span())
    return tuple(spans)


def carry_out(ledger: Ledger, wish: Wish, now: int) -> tuple[tuple[int, ...], str]:
    """Write a verdict; return its changes, or why nothing was changed."""
    memory = ledger.memory
    fresh = _entries(memory, (one.id for one in wish.seen))
    for one in wish.seen:
        found = fresh.get(one.id)
        if found is None:
            return (), f"“{one.title}” is gone"
        if not _is_as_seen(one, found):
            return (), f"“{one.title}” has changed meanwhile; look at it again"
    before = ledger.latest_memory_change()
    try:
        _do(memory, wish, now)
    except UsageProblem as error:
        return (), str(error)
    changes = [one.id for one in memory.history(4) if one.id > before and one.undoes is None]
    return tuple(sorted(changes)), ""


def _is_as_seen(seen: Entry, found: Entry) -> bool:
    """Tell whether a person has decided on what is there: tokens are counted in the meantime."""
    return all(
        getattr(seen, name) == getattr(found, name)
        for name in ("title", "body", "state", "scope", "valid_to", "version", "superseded_by")
    )


def _do(memory: Memory, wish: Wish, now: int) -> None:
    ids = [one.id for one in wish.seen]
    match wish.verb:
        case "true":
            is_new = all(one.state == PROPOSED for one in wish.seen)
            (memory.accept if is_new else memory.confirm)(ids, now)
        case "snooze":
            memory.snooze(ids, now, wish.days)
        case "archive":
            memory.archive(ids, now)
        case "edit":
            memory.edit(ids[0], now, title=wish.title, body=wish.body)
            memory.confirm(ids, now)  # who has written it anew says that it is true
        case "merge":
            memory.merge(ids[0], ids[1], now, wish.body)
        case "choose":
            memory.choose(ids[0], ids[1], now)
        case "dismiss":
            memory.dismiss(ids[0], ids[1], now)
        case _:
            raise ValueError(wish.verb)


def take_back(ledger: Ledger, verdict: Verdict, now: int) -> tuple[Mapping[int, Entry], str]:
    """Undo the changes of a verdict, the last first; return its entries, or why it stays."""
    memory = ledger.memory
    try:
        for operation_id in reversed(verdict.operations):
            memory.undo(now, operation_id)
    except UsageProblem as error:
        return {}, str(error)
    return _entries(memory, (one.entry.id for one in verdict.left)), ""
