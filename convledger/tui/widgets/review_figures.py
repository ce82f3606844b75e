"""What the verdicts on a sample come to: defects with their interval, reviewers, agreement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from convledger.text.display import clip, display_text, width
from convledger.tui import review_words as words
from convledger.tui.screens.source_words import counted
from convledger.tui.widgets.canvas import BAD, DIM, INK, WARN
from convledger.tui.widgets.lines import Line, Part, wrapped
from convledger.tui.widgets.read_lines import ReadLines
from convledger.workflow.review_words import VERDICTS

if TYPE_CHECKING:
    from convledger.economics.agreement import Rate
    from convledger.reports.reviews.figures import Reviewer, ReviewStats

_LABEL, _LEAST_NAME, _COLUMN = 10, 8, 8  # cells
_HEADS = ("given", "judged", "waiting", "each")


class FiguresLines(ReadLines):
    """The figures of a sample, or of all of them."""

    HELP = (
        "What the verdicts come to. Defects are minor, major or fail, serious ones major or fail, "
        "of the items that are settled; the line shows in which interval the share of all "
        "conversations is likely to be (Wilson, 95 %). Agreement is of what several were given: "
        "percent of equal pairs, Cohen's kappa for two, Krippendorff's alpha for any number. `–` "
        "comes with the reason."
    )
    DEFAULT_CSS = "FiguresLines { background: $background; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._found: ReviewStats | None = None

    def show(self, found: ReviewStats | None) -> None:
        """Show other figures."""
        self._found = found
        self.lay_out(from_top=False)

    def laid_out(self, cells: int) -> Sequence[Line]:
        """Return the figures as lines."""
        found = self._found
        if found is None or not found.items:
            return [Line([("Nothing is to be reviewed.", DIM)])]
        return list(_lines(found, cells))


def _lines(found: ReviewStats, cells: int) -> Iterator[Line]:
    states: list[Part] = [
        (counted(found.items, "item"), INK),
        (f" · {found.settled:,} settled", DIM),
    ]
    states += [(f" · {found.disputed:,} disputed", WARN if found.disputed else DIM),
               (f" · {found.open:,} open", DIM)]  # fmt: skip
    if found.overdue:
        states.append((f" · {found.overdue:,} overdue", BAD))
    yield from _wrapped(states, cells)
    verdicts: list[Part] = []
    for verdict in VERDICTS:
        ink = words.verdict_ink(verdict) if found.standing[verdict] else DIM
        verdicts.append((f"{found.standing[verdict]:,} {verdict}   ", ink))
    yield from _labelled("verdicts", verdicts, cells)
    yield from _rate("defects", found.defects, cells)
    yield from _rate("serious", found.serious, cells)
    if found.reasons:
        told = ", ".join(f"{code} {count:,}" for code, count in found.reasons.most_common())
        yield from _labelled("reasons", [(display_text(told), INK)], cells)
    yield Line([])
    yield from _reviewers(found.reviewers, cells)
    yield Line([])
    many = counted(found.overlapping, "item")
    yield from _labelled("agreement", [(f"on {many} that several judged", DIM)], cells)
    if not found.overlapping:
        return
    for name, text in (
        ("percent", words.measure_text(found.percent, share=True)),
        ("Cohen's kappa", words.measure_text(found.kappa)),
        ("alpha, nominal", words.measure_text(found.alpha_nominal)),
        ("alpha, ordinal", words.measure_text(found.alpha_ordinal)),
    ):
        yield from _labelled("", [(f"{name:<15}", DIM), (text, INK)], cells)
    if len(found.pairs) > 1:
        for pair in found.pairs:
            names = display_text(" and ".join(pair.names))
            text = f"{words.measure_text(pair.kappa)} on {counted(pair.items, 'item')}"
            yield from _labelled("", [(f"kappa of {names}: ", DIM), (text, INK)], cells)


def _wrapped(parts: Sequence[Part], cells: int) -> Iterator[Line]:
    yield from map(Line, wrapped(parts, cells))


def _labelled(label: str, parts: Sequence[Part], cells: int) -> Iterator[Line]:
    first, rest = [(label.ljust(_LABEL), DIM)], [(" " * _LABEL, "")]
    yield from map(Line, wrapped(parts, cells, first=first, rest=rest))


def _rate(label: str, rate: Rate, cells: int) -> Iterator[Line]:
    yield from _labelled(label, [(words.rate_text(rate), INK)], cells)
    before, inside, after = words.interval_bar(rate, min(40, cells - _LABEL))
    if inside:
        yield Line([(" " * _LABEL, ""), (before, DIM), (inside, "$accent"), (after, DIM)])
        yield from _labelled("", [(words.interval_text(rate), DIM)], cells)


def _reviewers(reviewers: Sequence[Reviewer], cells: int) -> Iterator[Line]:
    longest = max((width(display_text(each.name)) for each in reviewers), default=0)
    room = max(_LEAST_NAME, min(longest, cells - _COLUMN * len(_HEADS)))
    heads = "".join(head.rjust(_COLUMN) for head in _HEADS)
    yield Line([("reviewer".ljust(room), DIM), (heads, DIM)])
    for each in reviewers:
        name = clip(display_text(each.name), room)
        speed = _minutes(Fraction(each.seconds, 60 * each.timed)) if each.timed else "–"
        counts = (f"{each.assigned:,}", f"{each.judged:,}", f"{each.waiting:,}", speed)
        figures = "".join(text.rjust(_COLUMN) for text in counts)
        yield Line([(name + " " * (room - width(name)), INK), (figures, INK)])


def _minutes(value: Fraction) -> str:
    """Return minutes to a tenth: "4 min", "2.5 min"."""
    tenths = round(value * 10)
    whole, part = divmod(tenths, 10)
    return f"{whole}.{part} min" if part else f"{whole} min"
