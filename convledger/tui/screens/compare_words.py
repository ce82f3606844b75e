"""What stands around the panels of Compare: titles, counts, tabs, and words where nothing is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from convledger.reports.compare_choices import ALL_TIME
from convledger.reports.render.numbers import doubted
from convledger.text.display import clip, display_text
from convledger.tui.amounts import percent
from convledger.tui.credit_words import money_text
from convledger.tui.screens.source_words import counted
from convledger.tui.widgets.canvas import measure
from convledger.tui.widgets.tab_strip import Tab
from convledger.words import unit_words

if TYPE_CHECKING:
    from convledger.reports.compare_choices import Comparable, Overview
    from convledger.reports.periods import Span
    from convledger.reports.plan_figures import BreakEven, Compared, Comparison, Sensitivity

ROWS, TIMEOUTS, LINES = "plans-panel", "slider-panel", "chart-panel"
NAMES = {  # of each panel by its id, and a short one
    ROWS: ("Plans", "Plans"),
    TIMEOUTS: ("Timeout", "Time"),
    LINES: ("Break-even", "Even"),
}
_AXIS, _MARK = 8, 6  # cells beside a chart, and around each name of its legend
_NAME = 28  # cells of a plan's name in a sentence
_LEAST_NAME = 16  # cells of it in a title
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
            "eleven", "twelve")  # fmt: skip


@dataclass
class Sight:
    """What is chosen, and what is known of it by now; `left` plans are still being worked out."""

    overview: Overview | None = None
    span: Span | None = None
    ids: list[str] = field(default_factory=list)
    found: Comparison | None = None
    left: int = 0
    timed: Sensitivity | None = None
    is_exact: bool = False  # whether the bills by timeout are known

    @property
    def plans(self) -> list[Comparable]:
        """The plans that are compared, as they are in the time that is looked at."""
        return self.overview.named(self.ids, self.span) if self.overview is not None else []

    def plan(self, plan_id: str) -> Comparable | None:
        """Return one of the plans that are compared."""
        return next((one for one in self.plans if one.id == plan_id), None)


def number_word(count: int) -> str:
    """Return a small number as a word: "five", "21"."""
    return _NUMBERS[count] if count < len(_NUMBERS) else f"{count:,}"


def table_title(sight: Sight, cells: int, *, is_cut: bool) -> str:
    """Return what the table shows, for so many cells: "Own usage under five plans".

    Where not all of it is in sight at once it names the cheapest, too.
    """
    count = len(sight.ids)
    if not count:
        return "Own usage under plans"
    plans = "plan" if count == 1 else "plans"
    title = f"Own usage under {number_word(count)} {plans}"
    rows = sight.found.rows if sight.found is not None and is_cut else ()
    best = next((row for row in rows if row.is_cheapest), None)
    if best is None:
        return title
    name = display_text(best.name)
    total = doubted(money_text(best.total, best.currency), best.total, best.doubt)
    for start in (f"{title} · ★ ", f"{number_word(count).capitalize()} {plans} · ★ ", "★ "):
        room = cells - measure(f"{start} {total}")
        if room >= min(_LEAST_NAME, measure(name)):
            return f"{start}{clip(name, room)} {total}"
    return f"★ {total}"


def table_counts(sight: Sight, cells: int) -> str:
    """Return the month, how much was said in it, and how much of it has a price, for so many
    cells; before that what is being worked out."""
    found = sight.found
    if found is None:
        return f"{sight.span.name} · working it out…" if sight.span is not None else ""
    state = "" if found.name == ALL_TIME else ", closed" if found.is_closed else ", so far"
    working = [f"working out {sight.left:,} more…"] if sight.left else []
    conversations = counted(found.conversations, "conversation")
    calls = counted(found.calls, "call")
    priced = f"{percent(found.calls - found.unpriced_calls, found.calls)} priced"
    if found.estimated_calls:
        priced += ", some ~"
    if not found.calls:
        priced = ""
    forms = (
        (found.name + state, *working, conversations, calls, priced),
        (found.name + state, *working, conversations, priced),
        (found.name + state, *working, conversations),
        (found.name + state, *working),
        (found.name,),
    )
    lines = [" · ".join(part for part in form if part) for form in forms]
    return next((line for line in lines if measure(line) <= cells), lines[-1])


def nothing_words(sight: Sight) -> list[str]:
    """Return why there is no row, and what to do."""
    overview = sight.overview
    if overview is None:
        return ["Looking at the plans…"]
    if not overview.spans:
        return [
            "No usage to compare yet.",
            "8 shows which logs are read; there i reads a file or folder.",
        ]
    if not sight.ids:
        return ["No plan is chosen.", "p chooses the plans to compare."]
    return [f"Working out {sight.span.name if sight.span else ''}…", "Each message is replayed."]


def timeout_counts(sight: Sight, row: Compared | None, cells: int) -> str:
    """Return whose units the columns count, and when."""
    if row is None or sight.found is None or sight.timed is None:
        return ""
    name, when = display_text(row.name), sight.found.name
    bills = "" if sight.is_exact else " · bills follow…"
    forms = (
        f"units {name} would count in {when}{bills}",
        f"{name} in {when}{bills}",
        f"{when}{bills}",
    )
    return next((form for form in forms if measure(form) <= cells), forms[-1])


def no_timeout_words(sight: Sight, row: Compared | None, timed: Sequence[str]) -> list[str]:
    """Return that no silence ends what a plan counts, and which of `timed` plans one does."""
    if row is None or sight.found is None:
        return []
    head = f"No silence ends what {clip(display_text(row.name), _NAME)} counts."
    if not timed:
        return [head, "None of these plans has an inactivity timeout. p chooses others."]
    named = ", ".join(clip(display_text(name), _NAME) for name in timed[:2])
    more = f" and {len(timed) - 2:,} more" if len(timed) > 2 else ""
    does = "does" if len(timed) == 1 else "do"
    return [head, f"{named}{more} {does} end so: put the cursor there."]


def line_counts(told: BreakEven | None, cells: int) -> str:
    """Return what the axes of the break-even lines are."""
    if told is None or not told.curves:
        return ""
    unit, first = display_text(unit_words(told.unit_name)), display_text(told.curves[0].name)
    forms = (
        f"total a period over {unit} as {first} counts",
        f"total a period over {unit}",
        f"over {unit}",
    )
    return next((form for form in forms if measure(form) <= cells), "")


def as_shown(row: Compared, is_example: bool) -> Compared:
    """Return a row with its units in words; an example says that it is one."""
    unit = unit_words(row.unit_name, row.units)
    rule = f"example · {row.rule}" if is_example else row.rule
    return replace(row, unit_name=unit, rule=rule)


def with_unit_words(told: Sensitivity) -> Sensitivity:
    """Return timeouts with their units in words."""
    return replace(told, unit_name=unit_words(told.unit_name))


def with_short_names(told: BreakEven, cells: int) -> BreakEven:
    """Return break-even lines with units in words, and names that find room in a legend."""
    room = max(8, (cells - _AXIS) // max(1, len(told.curves)) - _MARK)
    curves = tuple(replace(one, name=clip(display_text(one.name), room)) for one in told.curves)
    return replace(told, curves=curves, unit_name=unit_words(told.unit_name))


def panel_tabs(sight: Sight) -> tuple[Tab, ...]:
    """Return a tab for each panel."""
    counts = {ROWS: len(sight.ids)} if sight.ids else {}
    return tuple(
        Tab(panel, name, short, counts.get(panel)) for panel, (name, short) in NAMES.items()
    )
