"""How a figure of Economics comes about, in lines: what it is made of, by which rule, and notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from textual import events
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from convledger.economics.closing import by_line
from convledger.economics.conversation_costs import (
    ADJUSTMENTS,
    BILLED,
    LIST,
    MACHINE,
    PARTS,
    PEOPLE,
    PLAN,
    UNANSWERED,
)
from convledger.economics.cost_items import BY_HAND, EQUAL, REVENUE
from convledger.economics.waterfall import BILLED_SUM, FULL_SUM, MACHINE_SUM
from convledger.reports.unit_costs.costs import PART_OF
from convledger.reports.unit_costs.doubts import doubts_of
from convledger.reports.unit_costs.noted import (
    PART_WORDS,
    day_name,
    decimal,
    month_name,
    step_words,
)
from convledger.text.display import display_text
from convledger.tui.amounts import percent, tokens_known
from convledger.tui.cost_words import WAY_WORDS, sum_text, times_text, unit_text
from convledger.tui.screens.source_words import counted
from convledger.tui.widgets.dialog import Dialog

if TYPE_CHECKING:
    from convledger.economics.cost_items import Days
    from convledger.economics.segments import SegmentRow
    from convledger.economics.waterfall import Step
    from convledger.reports.unit_costs.summary import Economics
    from convledger.tui.widgets.served_rows import ServedRow

_MOST = 60  # lines of one kind
_SUMS = {BILLED_SUM: BILLED, MACHINE_SUM: MACHINE, FULL_SUM: PARTS}
_RULES = {
    EQUAL: "the same for each",
    "tokens": "by tokens",
    "time": "by minutes of work",
    "cost": "by list cost",
    "messages": "by messages",
    BY_HAND: "by hand",
}
_PLAN = (
    "A plan in use takes the place of list prices: what it billed, less the list cost of the calls "
    "it paid for. Both are views of the same calls."
)
_CLOSED = (
    "A month that is closed stays as it is. What has changed in it since counts here: what each "
    "conversation would bear now, less what it bears there."
)
_RANK = (
    "A percentile by nearest rank is the value of one conversation: the smallest that so many of "
    "them do not exceed. Nothing is interpolated."
)
_HEAD, _DIM, _AMOUNT = "bold $foreground", "$muted", "$accent"


class FigureWhyScreen(Dialog[None]):
    """Shows the lines in a frame that scrolls."""

    HELP = "How the figure comes about: its parts, the rules by which they were divided, and notes."
    DEFAULT_CSS = """
    FigureWhyScreen VerticalScroll { height: auto; max-height: 100%; scrollbar-size-vertical: 1; }
    FigureWhyScreen Static { width: 100%; height: auto; }
    FigureWhyScreen.-tiny > #frame { padding: 0 1; width: 100%; max-height: 100%; }
    """

    def __init__(self, title: str, lines: Iterable[Content]) -> None:
        super().__init__(f"Why · {display_text(title)}", "↑ ↓ scroll · esc Back")
        self._lines = list(lines)

    def parts(self) -> list[Widget]:
        """Return the lines."""
        return [VerticalScroll(Static(Content("\n").join(self._lines)))]

    def on_mount(self) -> None:
        """Let the arrow keys scroll at once."""
        self.query_one(VerticalScroll).focus()

    def on_resize(self, event: events.Resize) -> None:
        """Use all of a small screen."""
        self.set_class(event.size.height < 16 or event.size.width < 60, "-tiny")


def of_step(found: Economics, step: Step) -> Iterator[Content]:
    """Yield how a step of the waterfall comes about."""
    name, currency, doubtful = step_words(step, found.waterfall), found.currency, doubts_of(found)
    is_about = step.name in doubtful.steps
    yield _line((name, _HEAD), ("  ", ""),
                (sum_text(step.amount, currency, about=is_about), f"bold {_AMOUNT}"),
                ((f"  {unit_text(step.per_unit, currency, about=is_about)} a conversation, over "
                 f"{found.waterfall.known:,} with a known cost"), _DIM))  # fmt: skip
    yield Content("")
    if step.is_sum:
        for each in found.waterfall.steps:
            if each is step:
                break
            if not each.is_sum:
                amount = sum_text(
                    each.amount, currency, signed=each.name != LIST,
                    about=each.name in doubtful.steps,
                )  # fmt: skip
                yield _line((amount.rjust(14), _AMOUNT),
                            (f"  {step_words(each, found.waterfall)}", ""))  # fmt: skip
        about = _SUMS[step.name]
    else:
        about = (step.name,)
        yield from _of_part(found, step.name)
    yield from _unknown(found, about)
    yield from _notes(found, {*about, "cost", "tokens", "currency", "period", "shares"})


def _of_part(found: Economics, part: str) -> Iterator[Content]:
    if part == LIST:
        yield from _of_calls(found)
    elif part == PLAN:
        yield from _of_plans(found)
    if part == PEOPLE:
        yield from _of_people(found)
    if part == ADJUSTMENTS:
        yield from _of_closed(found)
    yield from _of_items(found, part)
    for left in found.costs.left:
        if left.part == part:
            yield _line(
                (sum_text(left.amount, found.currency).rjust(14), "$warning"),
                (f"  unallocated of {display_text(left.name)}, {_days(left.days)}: ", ""),
                (display_text(left.why), _DIM),
            )


def _of_calls(found: Economics) -> Iterator[Content]:
    coverage = found.coverage
    yield _line(((f"{coverage.priced_calls:,} of {counted(coverage.calls, 'call')} have a price; "
                 "sub-agents, retries, titles and compaction are among them."), ""))  # fmt: skip
    if found.models:
        yield Content("")
        yield _line(("by model", _DIM))
    for model in found.models[:_MOST]:
        share = "–" if model.share is None else percent(model.share, 1)
        yield _line(
            (sum_text(model.at_list, found.currency).rjust(14), _AMOUNT),
            (f"  {share:>6}  ", _DIM),
            (display_text(model.name) or "no model", ""),
            (f"  {counted(model.calls, 'call')}, {_tokens(model.tokens)} tokens", _DIM),
        )
    if found.components.rows:
        yield Content("")
        yield _line(("by kind of token, in USD", _DIM))
    for row in found.components.rows:
        share = "–" if row.share is None else percent(row.share, 1)
        name = row.name.replace("_", " ")
        inside = f"of it {name}" if row.within else name
        yield _line((sum_text(row.pico).rjust(14), _AMOUNT), (f"  {share:>6}  ", _DIM),
                    (inside, _DIM if row.within else ""))  # fmt: skip


def _of_plans(found: Economics) -> Iterator[Content]:
    yield _line((_PLAN, ""))
    yield Content("")
    for bill in found.costs.billings[:_MOST]:
        yield _line((sum_text(bill.amount, bill.currency).rjust(14), _AMOUNT),
                    (f"  billed by {display_text(bill.name)}", ""),
                    (", by what it charged for each" if bill.weights else ", by list cost", _DIM),
                    )  # fmt: skip


def _of_people(found: Economics) -> Iterator[Content]:
    costs = found.costs
    yield _line((("Minutes of people × what their hour costs, overhead in it, on the day the "
                 "conversation opened."), ""))  # fmt: skip
    hour = sum_text(costs.hourly, found.currency)
    usual = "–" if costs.usual_minutes is None else f"{decimal(costs.usual_minutes)} min"
    yield _line(("an hour ", _DIM), (hour, _AMOUNT), ("   a hand-off without minutes ", _DIM),
                (usual, _AMOUNT), ("   b changes both", _DIM))  # fmt: skip
    if costs.without_minutes:
        yield _line((f"– {counted(costs.without_minutes, 'conversation')} without minutes",
                     "$warning"))  # fmt: skip
    if costs.without_rate:
        yield _line((f"– {counted(costs.without_rate, 'conversation')} without a rate",
                     "$warning"))  # fmt: skip


def _of_closed(found: Economics) -> Iterator[Content]:
    yield _line((_CLOSED, ""))
    yield Content("")
    for line, changed in list(by_line(found.costs.adjustments, named=True).items())[:_MOST]:
        if line.part == REVENUE:
            continue
        numbers = {each.conversation for each in changed if each.conversation is not None}
        left = sum(each.amount for each in changed if each.conversation is None)
        amount = sum(each.amount for each in changed)
        about = f"  {month_name(line.month)}, over {counted(len(numbers), 'conversation')}"
        nobody = f", unallocated {sum_text(left, found.currency, signed=True)}" if left else ""
        yield _line(
            (sum_text(amount, found.currency, signed=True).rjust(14), _AMOUNT),
            (f"  {display_text(line.name) or PART_WORDS[line.part]}", ""),
            (about + nobody, _DIM),
        )


def _of_items(found: Economics, part: str) -> Iterator[Content]:
    shown = 0
    for shared in found.costs.shared:
        item = shared.item
        if PART_OF[item.kind] != part or item.kind == REVENUE or shown >= _MOST:
            continue
        shown += 1
        scope = "".join(f", {name} {' or '.join(values)}" for name, values in item.scope.items())
        yield _line(
            (sum_text(shared.amount, found.currency).rjust(14), _AMOUNT),
            (f"  {display_text(item.name)}", ""),
            ((f"  {_days(shared.period)}, {_RULES.get(item.rule, item.rule)} over "
             f"{counted(len(shared.parts), 'conversation')} of that time"
             f"{display_text(scope)}"), _DIM),
        )  # fmt: skip


def of_way(found: Economics, row: ServedRow) -> Iterator[Content]:
    """Yield how the cost of one way of service comes about."""
    currency, service = found.currency, found.service
    # What all that were served come to is no cost of those that nobody answered, nor of nobody.
    answered = [way for way in service.ways if way.name != UNANSWERED]
    behind = [way for way in service.ways if way.name == row.name] or answered
    costs = [way.cost for way in behind if way.cost is not None]
    doubtful = doubts_of(found).ways
    yield _line((WAY_WORDS.get(row.name, row.name), _HEAD), ("  ", ""),
                (unit_text(row.per_unit, currency, about=row.doubt), f"bold {_AMOUNT}"),
                ((f"  = {sum_text(sum(costs) if costs else None, currency, about=row.doubt)} ÷ "
                  f"{counted(sum(way.known for way in behind), 'conversation')}"),
                 _DIM))  # fmt: skip
    yield Content("")
    for way in service.ways:
        is_about = way.name in doubtful and bool(way.cost)
        yield _line((f"{way.units:>8,}  ", ""), (WAY_WORDS[way.name].ljust(12), _DIM),
                    (sum_text(way.cost, currency, about=is_about).rjust(14), _AMOUNT),
                    (f"  {unit_text(way.per_unit, currency, about=is_about)} each", _DIM),
                    (f", {way.known:,} with a known cost" if way.known < way.units else "", _DIM),
                    )  # fmt: skip
    served = service.served
    yield Content("")
    rates = (
        ("automation", served.automation_rate, "a bot alone, of all that were served"),
        ("containment", served.containment_rate, "a bot alone, of those with a bot"),
        ("escalation", served.escalation_rate, "handed over, of those with a bot"),
        ("resolution", served.resolution_rate,
         "nobody has said how they ended" if served.silent
         else "resolved by the bot, of those with a bot"),
    )  # fmt: skip
    for name, rate, words in rates:
        share = "–" if rate is None else percent(rate, 1)
        yield _line((f"{share:>8}  ", _AMOUNT), (name.ljust(12), ""), (words, _DIM))
    if served.reversed:
        yield _line((f"{served.reversed:>8,}  ", _AMOUNT), ("reversed    ", ""),
                    ("resolutions that did not last, taken off in their time", _DIM))  # fmt: skip
    times = times_text(service.multiplier)
    yield _line((f"{times:>8}  ", _AMOUNT), ("multiplier  ", ""),
                ("an escalated one against a bot-only one", _DIM))  # fmt: skip
    yield from _notes(found, {PEOPLE, "cost", "conversations"})


def of_return(found: Economics) -> Iterator[Content]:
    """Yield how savings and margin come about."""
    back, costs, currency = found.back, found.costs, found.currency
    minutes = "–" if costs.baseline_minutes is None else f"{decimal(costs.baseline_minutes)} min"
    yield _line(("Against people alone", _HEAD))
    yield _line(((f"{counted(found.service.known, 'conversation')} served × {minutes} × "
                 f"{sum_text(costs.hourly, currency)} an hour = "), ""),
                (sum_text(back.baseline if back else None, currency), _AMOUNT))  # fmt: skip
    yield _line((f"less the full cost {sum_text(back.actual if back else None, currency)} = ", ""),
                (sum_text(back.savings if back else None, currency, signed=True),
                 f"bold {_AMOUNT}"))  # fmt: skip
    roi = "–" if back is None or back.roi is None else percent(back.roi, 1)
    yield _line((f"ROI = savings ÷ full cost = {roi}", _DIM))
    earned = found.revenue
    if earned.amount is not None:
        margin = "–" if earned.margin is None else percent(earned.margin, 1)
        yield Content("")
        yield _line(("Revenue", _HEAD))
        yield _line((f"{sum_text(earned.amount, currency)} less the full cost = ", ""),
                    (sum_text(earned.left, currency, signed=True), f"bold {_AMOUNT}"),
                    (f", margin {margin}", _DIM))  # fmt: skip
    yield from _notes(found, {"return", "margin", PEOPLE})


def of_segment(found: Economics, row: SegmentRow) -> Iterator[Content]:
    """Yield how a segment's cost comes about."""
    currency = found.currency
    doubtful = doubts_of(found).steps if row.doubt else frozenset()
    is_about = FULL_SUM in doubtful
    yield _line((" · ".join(display_text(key) for key in row.keys), _HEAD), ("  ", ""),
                (sum_text(row.cost, currency, about=is_about), f"bold {_AMOUNT}"))  # fmt: skip
    yield Content("")
    figures = (
        (LIST, "at list prices", row.list_cost), (BILLED_SUM, "billed", row.billed_cost),
        (MACHINE_SUM, "machine", row.machine_cost), (PEOPLE, "people", row.people_cost),
        (ADJUSTMENTS, "adjustments of closed months", row.adjustments or None),
        (FULL_SUM, "full", row.cost),
    )  # fmt: skip
    for step, name, amount in figures:
        if step == ADJUSTMENTS and amount is None:
            continue
        text = sum_text(amount, currency, about=step in doubtful and bool(amount))
        yield _line((text.rjust(14), _AMOUNT), (f"  {name}", ""))
    yield _line((unit_text(row.per_unit, currency, about=is_about).rjust(14), _AMOUNT),
                ((f"  a conversation: {sum_text(row.cost, currency, about=is_about)} ÷ "
                 f"{row.known:,} with a known cost, of {row.units:,}"), ""))  # fmt: skip
    yield Content("")
    yield _line(((f"{counted(row.messages, 'message')}, {_tokens(row.known_tokens)} tokens, "
                 f"{counted(row.calls, 'call')}, {row.unpriced_calls:,} without a price"),
                 _DIM))  # fmt: skip
    yield from _notes(found, {"cost", PEOPLE, "shares"})


def of_lengths(found: Economics, measure: str) -> Iterator[Content]:
    """Yield what is said of how conversations are spread and how their context is used."""
    spread = found.spreads[measure]
    yield _line((f"{counted(spread.members, 'conversation')} by {measure}", _HEAD))
    yield _line((_RANK, _DIM))
    yield Content("")
    cached = found.efficiency
    hit = "–" if cached.hit_rate is None else percent(cached.hit_rate, 1)
    saved = None if cached.savings is None else cached.savings.net
    again = cached.retries
    overhead = "–" if again.overhead is None else percent(again.overhead, 1)
    yield _line((hit.rjust(14), _AMOUNT), ("  of input came from the cache", ""))
    yield _line((sum_text(saved).rjust(14), _AMOUNT),
                ("  saved by caching, what writing cost taken off, in USD", ""))  # fmt: skip
    yield _line((times_text(cached.repeated).rjust(14), _AMOUNT),
                ("  input was sent for each token of it that was new", ""))  # fmt: skip
    yield _line(
        (overhead.rjust(14), _AMOUNT),
        (f"  on top for {counted(again.calls, 'call')} that a later attempt replaced", ""),
    )
    yield from _notes(found, {"caching", "retries", "tokens", "users"})


def _unknown(found: Economics, about: Iterable[str]) -> Iterator[Content]:
    for part in about:
        if part in found.costs.unknown:
            reason = display_text(found.costs.unknown[part])
            yield _line(("– not known: ", "bold $warning"), (reason, ""))


def _notes(found: Economics, about: set[str]) -> Iterator[Content]:
    notes = [note for note in found.notes if note.about in about]
    if notes:
        yield Content("")
    for note in notes:
        yield _line(("· ", "$warning"), (display_text(note.text), _DIM))


def _days(days: Days) -> str:
    last = days.until - timedelta(days=1)
    if last <= days.since:
        return day_name(days.since)
    return f"{day_name(days.since, with_year=False)} to {day_name(last)}"


def _line(*parts: tuple[str, str]) -> Content:
    return Content.assemble(*parts)


def _tokens(number: int | None) -> str:
    return tokens_known(number or 0, counted=False, lacking=number is None)
