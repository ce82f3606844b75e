"""What verdicts come to: how many defects, how sure that is, how far reviewers agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from convledger.economics.agreement import (
    NOMINAL,
    ORDINAL,
    Measure,
    Rate,
    cohens_kappa,
    krippendorffs_alpha,
    percent_agreement,
    wilson,
)
from convledger.store.reviews import StoredVerdict
from convledger.workflow.review_words import (
    DEFECTS,
    DISPUTED,
    OPEN,
    SERIOUS,
    SETTLED,
    VERDICTS,
    Item,
)

MANY_REVIEWERS = "more than two reviewers judged the same: see the pairs, or alpha"


@dataclass(slots=True)
class Reviewer:
    """What somebody has done: items that are theirs, those judged, seconds of those who told."""

    name: str
    assigned: int = 0
    judged: int = 0
    waiting: int = 0
    overdue: int = 0
    seconds: int = 0
    timed: int = 0  # verdicts of which the time is told
    verdicts: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Pair:
    """How far two reviewers agree on what both have judged."""

    names: tuple[str, str]
    items: int
    percent: Measure
    kappa: Measure


@dataclass(frozen=True, slots=True)
class ReviewStats:
    """Figures of some samples; rates are of the items that are settled, with Wilson's interval.

    Agreement is of those to whom an item was given, for they could not see what others say.
    """

    items: int
    judged: int
    disputed: int
    settled: int
    open: int
    overdue: int
    standing: Counter[str]
    reasons: Counter[str]
    defects: Rate
    serious: Rate
    reviewers: tuple[Reviewer, ...]
    overlapping: int
    percent: Measure
    kappa: Measure
    alpha_nominal: Measure
    alpha_ordinal: Measure
    pairs: tuple[Pair, ...]


def stats_of(items: Sequence[Item], now: int) -> ReviewStats:
    """Return what the verdicts on items come to."""
    states = Counter(item.state for item in items)
    standing = Counter(item.standing for item in items if item.state == SETTLED)
    counted = states[SETTLED]
    units = [_blind(item) for item in items]
    values = [list(unit.values()) for unit in units]
    pairs = tuple(_pairs(units))
    return ReviewStats(
        items=len(items),
        judged=sum(bool(item.latest) for item in items),
        disputed=states[DISPUTED],
        settled=counted,
        open=states[OPEN],
        overdue=sum(item.is_overdue(now) for item in items),
        standing=standing,
        reasons=Counter(code for item in items if item.state == SETTLED for code in _reasons(item)),
        defects=wilson(sum(standing[each] for each in DEFECTS), counted),
        serious=wilson(sum(standing[each] for each in SERIOUS), counted),
        reviewers=tuple(_reviewers(items, now)),
        overlapping=sum(len(each) > 1 for each in values),
        percent=percent_agreement(values),
        kappa=_kappa(pairs, values),
        alpha_nominal=krippendorffs_alpha(values, metric=NOMINAL),
        alpha_ordinal=krippendorffs_alpha(values, VERDICTS, ORDINAL),
        pairs=pairs,
    )


def _blind(item: Item) -> dict[str, str]:
    """Return the verdicts of those to whom an item was given, by name."""
    return {
        name: verdict.verdict
        for name, verdict in sorted(item.latest.items())
        if name in item.stored.owners
    }


def _kappa(pairs: Sequence[Pair], values: Sequence[Sequence[str]]) -> Measure:
    if len(pairs) > 1:
        return Measure(None, MANY_REVIEWERS)
    return pairs[0].kappa if pairs else Measure(None, percent_agreement(values).why)


def _pairs(units: Iterable[dict[str, str]]) -> Iterable[Pair]:
    both: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for unit in units:
        for one, other in combinations(sorted(unit), 2):
            both.setdefault((one, other), []).append((unit[one], unit[other]))
    for names, said in sorted(both.items()):
        yield Pair(names, len(said), percent_agreement(said), cohens_kappa(said))


def _reasons(item: Item) -> set[str]:
    """Return the codes that anybody gave for the verdict that stands."""
    said: list[StoredVerdict] = [*item.latest.values()]
    if item.adjudication is not None:
        said.append(item.adjudication)
    return {
        code for verdict in said if verdict.verdict == item.standing for code in verdict.reasons
    }


def _reviewers(items: Sequence[Item], now: int) -> list[Reviewer]:
    found: dict[str, Reviewer] = {}
    for item in items:
        for name in item.stored.owners:
            one = found.setdefault(name, Reviewer(name))
            one.assigned += 1
            if name in item.waiting:
                one.waiting += 1
                one.overdue += item.batch.due_at is not None and now >= item.batch.due_at
        for name, verdict in item.latest.items():
            one = found.setdefault(name, Reviewer(name))
            one.judged += 1
            one.verdicts[verdict.verdict] += 1
            if verdict.seconds is not None:
                one.seconds += verdict.seconds
                one.timed += 1
    return [found[name] for name in sorted(found)]
