"""What stands around the panels of Economics: counts, tabs, and words where nothing is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from convledger.economics.conversation_costs import ADJUSTMENTS, PLAN
from convledger.reports.unit_costs.doubts import Doubts
from convledger.reports.unit_costs.noted import decimal
from convledger.text.display import display_text
from convledger.tui.amounts import percent
from convledger.tui.cost_words import sum_text
from convledger.tui.screens.source_words import counted
from convledger.tui.widgets.canvas import measure
from convledger.tui.widgets.tab_strip import Tab

if TYPE_CHECKING:
    from convledger.economics.segments import SegmentTable
    from convledger.reports.periods import Span
    from convledger.reports.unit_costs.cost_spans import Opened
    from convledger.reports.unit_costs.summary import Economics

STEPS, SERVED, RETURN = "steps-panel", "served-panel", "return-panel"
LENGTHS, PIVOT, OUTLIERS = "lengths-panel", "pivot-panel", "outliers-panel"
NAMES = {  # of each panel by its id, and a short one, in the order in which one goes through them
    STEPS: ("Full cost", "Cost"),
    SERVED: ("Bot and people", "Bot"),
    RETURN: ("Return", "Return"),
    LENGTHS: ("Length", "Length"),
    PIVOT: ("Pivot", "Pivot"),
    OUTLIERS: ("Outliers", "Outl"),
}
_NO_CONVERSATION = (
    "No conversation to cost yet.",
    "8 shows which logs are read; there i reads a file or folder.",
)


@dataclass
class Sight:
    """What is chosen, and what is known of it by now.

    `is_whole` tells that every call was looked at: until then some reasons are missing.
    """

    opened: Opened | None = None
    span: Span | None = None
    by: tuple[str, ...] = ("source",)
    measure: str = "messages"
    currency: str = "USD"
    found: Economics | None = None
    table: SegmentTable | None = None
    is_whole: bool = False
    doubts: Doubts = field(default_factory=Doubts)

    @property
    def has_nothing(self) -> bool:
        """Whether there is no conversation, and no cost of anything else either."""
        return self.found is not None and self.found.costs.is_empty


def first_fitting(cells: int, forms: list[str]) -> str:
    """Return the first of some forms that fits, else the last."""
    return next((form for form in forms if measure(form) <= cells), forms[-1])


def span_words(sight: Sight) -> str:
    """Return the stretch of time in words."""
    return sight.span.name if sight.span is not None else ""


def column_name(sight: Sight) -> str:
    """Return the stretch of time over a column of amounts: "October" for "October 2026"."""
    word, _, year = span_words(sight).partition(" ")
    return word if word.isalpha() and year.isdigit() else "in all"


def steps_counts(sight: Sight, cells: int) -> str:
    """Return the time, how many conversations, and how much of their calls has a price."""
    found = sight.found
    if found is None:
        return f"{span_words(sight)} · working it out…" if sight.span is not None else ""
    coverage = found.coverage
    count = counted(coverage.conversations, "conversation")
    priced = f"{percent(coverage.priced_calls, coverage.calls)} priced" if coverage.calls else ""
    about = "~ in part estimated" if coverage.doubt else ""
    known = coverage.conversations - coverage.known
    unknown = f"{known:,} of unknown cost" if known else ""
    name = f"{span_words(sight)}, closed" if found.costs.is_closed else span_words(sight)
    forms = [
        [name, count, priced, about, unknown],
        [name, count, priced, unknown],
        [name, count, priced],
        [name, count],
        [name],
    ]
    return first_fitting(cells, [" · ".join(part for part in form if part) for form in forms])


def steps_notes(found: Economics) -> list[str]:
    """Return what is to be said below the steps, the most important first."""
    said = []
    for left in found.costs.left[:1]:
        amount = sum_text(left.amount, found.currency)
        more = len(found.costs.left) - 1
        others = f", and {more:,} more" if more else ""
        name = display_text(left.name)
        said.append(f"unallocated: {amount} of {name}, {left.why}{others}")
    for about in ("period", "closed", ADJUSTMENTS, "cost", "people", "currency"):
        said += [display_text(note.text) for note in found.notes if note.about == about][:1]
    said += [
        f"{display_text(reason)} · w says more" for reason in list(found.costs.unknown.values())[:1]
    ]
    if any(step.name == PLAN for step in found.waterfall.steps):
        said.append("list and billed are two views of the same calls and are never added")
    return list(dict.fromkeys(said))


def served_counts(found: Economics | None) -> str:
    """Return how many of those with a bot were handed over."""
    if found is None or not found.service.served.engaged:
        return ""
    rate = found.service.served.escalation_rate
    return f"{percent(rate, 1)} escalated" if rate is not None else ""


def return_empty(found: Economics | None) -> list[str]:
    """Return that savings are not known."""
    return ["Savings are not known yet."] if found is not None else []


def return_foot(found: Economics | None) -> list[str]:
    """Return what the figures of people rest on, or why there are none; the key that helps."""
    if found is None:
        return []
    if found.back is None:
        reason = display_text(found.reason("return"))
        return [f"{reason} b sets people's rate and minutes.".strip()]
    minutes = decimal(found.costs.baseline_minutes or 0)
    return [f"{minutes} min each is an estimate: b changes it."]


def lengths_counts(sight: Sight, cells: int) -> str:
    """Return how many conversations are spread, and how percentiles are meant."""
    if sight.found is None:
        return ""
    spread = sight.found.spreads[sight.measure]
    known = f"{counted(spread.members, 'conversation')} by {measure_words(sight)}"
    return first_fitting(cells, [f"{known} · nearest rank", known, measure_words(sight)])


def lengths_title(sight: Sight) -> str:
    """Return what is spread."""
    named = {"cost": "Full cost of a conversation", "minutes": "Length, in minutes with work"}
    return named.get(sight.measure, f"Length, in {sight.measure}")


def measure_words(sight: Sight) -> str:
    """Return a measure as it is counted by."""
    return "cost" if sight.measure == "cost" else sight.measure


def pivot_counts(sight: Sight, cells: int) -> str:
    """Return what the table is by, and of which time."""
    by = f"by {' and '.join(sight.by)}"
    rows = len(sight.table.rows) if sight.table is not None else 0
    count = f"{rows:,} rows" if rows > 1 else ""
    forms = [[by, count, span_words(sight)], [by, span_words(sight)], [by]]
    return first_fitting(cells, [" · ".join(part for part in form if part) for form in forms])


def outliers_counts(found: Economics | None, cells: int) -> str:
    """Return from where on a conversation is an outlier."""
    if found is None or found.outliers.threshold is None:
        return ""
    out = found.outliers
    times = decimal(out.multiple)
    median = sum_text(out.median, found.currency)
    return first_fitting(
        cells,
        [
            f"list cost {times} × the median of {median} or more",
            f"{times} × the median of {median} or more",
            f"from {times} × {median}",
        ],
    )


def outliers_empty(sight: Sight) -> list[str]:
    """Return why nothing is an outlier."""
    found = sight.found
    if found is None:
        return []
    out = found.outliers
    if not out.members:
        return ["No list cost is known.", "8 shows models without a price."]
    if out.threshold is None:
        return ["The median list cost is zero:", "nothing is a multiple of it."]
    times, median = decimal(out.multiple), sum_text(out.median, found.currency)
    return ["No conversation stands out.", f"None costs {times} × the median of {median}."]


def nothing_words(sight: Sight) -> list[str]:
    """Return why there is no figure, and what to do."""
    if sight.opened is not None and not sight.opened.spans and sight.found is not None:
        return [*_NO_CONVERSATION, "c enters costs beside tokens, b what people cost."]
    if sight.found is not None:
        return [f"No conversation opened in {span_words(sight)}.", "o shows another time."]
    return [f"Working out {span_words(sight)}…" if sight.span else "Looking at the conversations…"]


def panel_tabs(sight: Sight) -> tuple[Tab, ...]:
    """Return a tab for each panel, with how much there is in those that are lists."""
    counts: dict[str, int] = {}
    if sight.found is not None:
        counts[OUTLIERS] = len(sight.found.outliers.found)
    if sight.table is not None:
        counts[PIVOT] = len(sight.table.rows)
    return tuple(
        Tab(panel, name, short, counts.get(panel)) for panel, (name, short) in NAMES.items()
    )
