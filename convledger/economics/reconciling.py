"""A provider's own figures beside the ledger's: by day, model and kind of token, cell by cell.

Tokens and calls are whole numbers and must agree exactly. Money agrees within what rounding alone
can make of it, which each side says of its own amount.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

INPUT, OUTPUT, READ = "input", "output", "cache_read"
WRITE_5M, WRITE_1H, WRITE = "cache_write_5m", "cache_write_1h", "cache_write"
TOKENS, CALLS, COST = "tokens", "calls", "cost"
REQUESTS = "requests"  # by which some count in another way: multiplied, and one for many calls
LEDGER_KINDS = (INPUT, READ, WRITE_5M, WRITE_1H, OUTPUT)
KINDS = (INPUT, READ, WRITE_5M, WRITE_1H, WRITE, OUTPUT, TOKENS)  # that a provider may tell apart

EQUAL = "equal"
MISSING_HERE, MISSING_THERE = "missing here", "missing there"  # the provider's is more, or ours
PRICED, COUNTED = "priced otherwise", "counted otherwise"
UNKNOWN = "unknown"
VERDICTS = (EQUAL, MISSING_HERE, MISSING_THERE, PRICED, COUNTED, UNKNOWN)

Place = tuple[date, str]  # a day in the provider's zone, and the model


@dataclass(slots=True)
class Side:
    """What one side tells of a day and model: tokens by kind, calls, picodollars.

    `requests` are thousandths of them: of the provider, and of the ledger its calls. `money` is
    None where nothing is known of it, or not of all of it; `slack` is how far rounding may have
    moved it, in half picodollars.
    """

    tokens: dict[str, int] = field(default_factory=dict)
    calls: int = 0
    requests: int = 0
    money: int | None = 0
    slack: int = 0
    rows: int = 0

    def add(self, other: Side) -> None:
        """Add what another side tells."""
        for kind, count in other.tokens.items():
            self.tokens[kind] = self.tokens.get(kind, 0) + count
        self.calls += other.calls
        self.requests += other.requests
        unknown = self.money is None or other.money is None
        self.money = None if unknown else (self.money or 0) + (other.money or 0)
        self.slack += other.slack
        self.rows += other.rows


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure on both sides: tokens of a kind, calls, or picodollars; None where unknown."""

    kind: str
    there: int | None
    here: int | None
    verdict: str
    slack: int = 0  # in half picodollars, where it is money

    @property
    def difference(self) -> int | None:
        """The ledger's less the provider's."""
        return None if self.there is None or self.here is None else self.here - self.there

    @property
    def is_equal(self) -> bool:
        """Whether both sides say the same."""
        return self.verdict == EQUAL


@dataclass(frozen=True, slots=True)
class Comparison:
    """A day and a model on both sides. `model` is the name by which both know it."""

    day: date
    model: str
    cells: tuple[Cell, ...]
    verdict: str
    rows: int
    calls: int

    @property
    def is_equal(self) -> bool:
        """Whether both sides say the same of it."""
        return self.verdict == EQUAL

    @property
    def differing(self) -> tuple[Cell, ...]:
        """The cells in which the sides differ, or of which one side is unknown."""
        return tuple(cell for cell in self.cells if not cell.is_equal)


@dataclass(frozen=True, slots=True)
class Folding:
    """Into which of the provider's kinds each of the ledger's falls.

    What falls into none is not compared: the provider does not tell it.
    """

    into: Mapping[str, str]

    def folded(self, tokens: Mapping[str, int]) -> tuple[dict[str, int], int]:
        """Return the ledger's tokens by the provider's kinds, and those that are in none."""
        found: dict[str, int] = {}
        left = 0
        for kind, count in tokens.items():
            name = self.into.get(kind)
            if name is None:
                left += count
            else:
                found[name] = found.get(name, 0) + count
        return found, left


def folding(told: Iterable[str], *, input_is_all: bool) -> Folding:
    """Return how the ledger's kinds fall into those that a provider tells.

    `input_is_all` says that input tokens which have no column of their own are in its input.
    """
    kinds = set(told)
    if TOKENS in kinds and not kinds & {INPUT, OUTPUT}:
        return Folding(dict.fromkeys(LEDGER_KINDS, TOKENS))
    rest = INPUT if INPUT in kinds and input_is_all else None
    write = WRITE if WRITE in kinds else rest
    places = {
        INPUT: INPUT if INPUT in kinds else None,
        READ: READ if READ in kinds else rest,
        WRITE_5M: WRITE_5M if WRITE_5M in kinds else write,
        WRITE_1H: WRITE_1H if WRITE_1H in kinds else write,
        OUTPUT: OUTPUT if OUTPUT in kinds else None,
    }
    return Folding({kind: place for kind, place in places.items() if place is not None})


def compare(
    there: Mapping[Place, Side], here: Mapping[Place, Side], told: Iterable[str]
) -> list[Comparison]:
    """Return every day and model that either side tells of, in order, cell by cell.

    `there` is the provider, `here` the ledger, both by the kinds that are `told`.
    """
    kinds = set(told)
    nothing = Side()
    return [
        _compared(place, there.get(place, nothing), here.get(place, nothing), kinds)
        for place in sorted({*there, *here})
    ]


def _compared(place: Place, there: Side, here: Side, told: set[str]) -> Comparison:
    counts = [
        _counted(kind, there.tokens.get(kind, 0), here.tokens.get(kind, 0))
        for kind in KINDS
        if kind in told
    ]
    cells = list(counts)
    if CALLS in told:
        cells.append(_counted(CALLS, there.calls, here.calls))
    if REQUESTS in told:
        cells.append(_present(there.requests, here.requests))
    if COST in told:
        agrees = bool(counts) and all(cell.is_equal for cell in counts)
        cells.append(_priced(there, here, tokens_agree=agrees))
    return Comparison(*place, tuple(cells), _summed(cells), there.rows, here.calls)


def _counted(kind: str, there: int, here: int) -> Cell:
    return Cell(kind, there, here, _more(there, here))


def _more(there: int, here: int) -> str:
    if there == here:
        return EQUAL
    return MISSING_HERE if there > here else MISSING_THERE


def _present(there: int, here: int) -> Cell:
    """Return a cell of requests: counted in two ways, they are equal where both sides have any."""
    same = bool(there) == bool(here)
    return Cell(REQUESTS, there, here, EQUAL if same else _more(there, here))


def _priced(there: Side, here: Side, *, tokens_agree: bool) -> Cell:
    slack = there.slack + here.slack
    if there.money is None or here.money is None:
        return Cell(COST, there.money, here.money, UNKNOWN, slack)
    if abs(there.money - here.money) * 2 <= slack:
        verdict = EQUAL
    else:
        verdict = PRICED if tokens_agree else _more(there.money, here.money)
    return Cell(COST, there.money, here.money, verdict, slack)


def _summed(cells: Iterable[Cell]) -> str:
    """Return what the cells of a day and model come to: tokens decide, then calls, then money."""
    every = list(cells)
    if all(cell.is_equal for cell in every):
        return EQUAL
    tokens = [cell for cell in every if cell.kind in KINDS]
    if any(not cell.is_equal for cell in tokens):
        more = _more(*(sum(side) for side in zip(*map(_counts, tokens), strict=True)))
        return COUNTED if more == EQUAL else more
    known = [cell for cell in every if cell.verdict not in (EQUAL, UNKNOWN)]
    return known[0].verdict if known else UNKNOWN


def _counts(cell: Cell) -> tuple[int, int]:
    return cell.there or 0, cell.here or 0


def totals(comparisons: Iterable[Comparison]) -> tuple[Cell, ...]:
    """Return the sums of all cells by kind; money is unknown where a part of it is."""
    found: dict[str, list[Cell]] = {}
    for comparison in comparisons:
        for cell in comparison.cells:
            found.setdefault(cell.kind, []).append(cell)
    cells = []
    for kind, several in found.items():
        there, here = _sum(cell.there for cell in several), _sum(cell.here for cell in several)
        slack = sum(cell.slack for cell in several)
        if there is None or here is None:
            verdict = UNKNOWN
        elif kind == REQUESTS:
            verdict = _present(there, here).verdict
        else:
            agrees = abs(there - here) * 2 <= slack
            verdict = EQUAL if agrees else _more(there, here)
        cells.append(Cell(kind, there, here, verdict, slack))
    return tuple(cells)


def _sum(amounts: Iterable[int | None]) -> int | None:
    total = 0
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total
