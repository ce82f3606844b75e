"""A cost explained: each call as quantity × price, where the price comes from, and the sum."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import App
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from convledger.clock import to_datetime
from convledger.errors import UsageProblem
from convledger.money import usd_text
from convledger.reports.explain import STATES
from convledger.text.display import clip, display_text, width
from convledger.tui.widgets.bar_names import plural
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.path_line import shown_path
from convledger.tui.widgets.rows import Part, RowLine, Rows

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.pricing import Line
    from convledger.reports.explain import Explanation
    from convledger.tui.app import ConvledgerApp

_UNITS = {1: "", 1_000: " per 1,000", 1_000_000: " per million"}

MOST_CALLS = 5000  # explained at once; nobody reads more


@dataclass(frozen=True, slots=True)
class Explained:
    """The calls behind a figure, the dearest first, and what they come to in picodollars."""

    calls: list[Explanation]
    list_pico: int | None = None
    count: int = 0  # calls behind the figure: more than are explained in a long conversation
    unpriced_calls: int = 0
    problem: str = ""


class WhyScreen(Dialog[None]):
    """Explains the cost of a conversation, named `source:native`, or of one call, by its key."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("w,q", "leave", "Back", show=False)]
    DEFAULT_CSS = """
    WhyScreen > #frame { height: 90%; }
    WhyScreen #sum { height: auto; padding: 0 1 1 1; }
    WhyScreen CallRows { height: 1fr; min-height: 2; background: $surface; }
    WhyScreen #detail {
        height: auto; max-height: 65%; padding: 0 1; border-top: solid $rule;
        scrollbar-size-vertical: 1;
    }
    WhyScreen #detail:focus { border-top: solid $primary; }
    WhyScreen Static { width: 100%; height: auto; }
    WhyScreen.-single CallRows { display: none; }
    WhyScreen.-single #detail { height: 1fr; max-height: 100%; border-top: none; }
    WhyScreen.-low > #frame { padding: 0 1; }
    WhyScreen.-low #sum { padding: 0 1; }
    """

    def __init__(self, name: str, title: str) -> None:
        super().__init__(f"Why · {clip(display_text(title), 70)}", "")
        self._wanted = name
        self._explained: Explained | None = None

    @property
    def _books(self) -> ConvledgerApp:
        return cast("ConvledgerApp", cast("App[None]", self.app))

    def parts(self) -> list[Widget]:
        """Return the sum, the calls, and the call under the cursor down to its price."""
        return [
            Static(id="sum"),
            CallRows(self._books.zone),
            VerticalScroll(Static(id="lines"), id="detail"),
        ]

    def on_mount(self) -> None:
        """Ask how the cost comes about; the prices may have to be loaded for it."""
        self.query_one(CallRows).focus()
        self._books.ask(("why", id(self)), self._question, self._show, slow=True)

    def _question(self, ledger: Ledger) -> Explained:
        return explained(ledger, self._wanted)

    def _show(self, found: Explained) -> None:
        if not self.is_attached:
            return
        self._explained = found
        self.query_one("#sum", Static).update(_sum(found))
        self.set_class(len(found.calls) <= 1, "-single")
        calls = self.query_one(CallRows)
        calls.show(found.calls)
        if len(found.calls) <= 1:
            self.query_one("#detail").focus()
        keys = "esc Back" if len(found.calls) <= 1 else "↑ ↓ call · esc Back"
        self.query_one("#frame").border_subtitle = Content(keys)
        self._detail(0)

    @on(Rows.Moved)
    def _moved(self, event: Rows.Moved) -> None:
        self._detail(event.index)

    @on(Rows.Opened)
    def _opened(self) -> None:
        self.query_one("#detail").focus()

    def _detail(self, index: int) -> None:
        found = self._explained
        if found is not None and 0 <= index < len(found.calls):
            lines = detail(found.calls[index], self._books.zone)
            self.query_one("#lines", Static).update(Content("\n").join(lines))
            self.query_one("#detail").scroll_home(animate=False)


class CallRows(Rows):
    """The calls of a conversation, one line each."""

    HELP = "The calls behind the cost, the dearest first; below, the chosen one down to its price."
    lines_per_row = 1

    def __init__(self, zone: tzinfo) -> None:
        super().__init__()
        self._zone = zone
        self._calls: list[Explanation] = []
        self._costs: list[str] = []

    def show(self, calls: list[Explanation]) -> None:
        """Show other calls."""
        self._calls = calls
        self._costs = aligned([_exact(call) for call in calls])
        self.renew(cursor=0)

    def count(self) -> int:
        """Return how many calls are explained."""
        return len(self._calls)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return a call's time, model and tokens, and its cost."""
        call = self._calls[index]
        at = to_datetime(call.at).astimezone(self._zone)
        usage = call.usage
        sent = usage.input + usage.cache_read + usage.cache_write_5m + usage.cache_write_1h
        left: list[Part] = [
            (f"{at.day:>2} {at:%b %H:%M:%S}  ", "$muted"),
            (display_text(call.model or "no model"), "$foreground"),
        ]
        total, state = call.rated.total_pico, STATES[int(call.rated.state)]
        tokens = f"{sent:,} in  {usage.output:>7,} out" if cells >= 76 else ""
        words = f"  {state}" if state != "priced" else ""
        ink = "$muted" if total is None else "$accent"
        return [RowLine(left, [(f"  {tokens}{words}  ", "$muted"), (self._costs[index], ink)])]


def explained(ledger: Ledger, name: str) -> Explained:
    """Return how the cost of a conversation or a call comes about; a problem is told in words."""
    conversation = None
    with suppress(UsageProblem):  # then it is a call
        conversation = ledger.conversation(name)
    try:
        calls = ledger.explain(
            f"{conversation.source}:{conversation.native}" if conversation else name, MOST_CALLS
        )
    except UsageProblem as error:
        if conversation is None or conversation.calls:
            return Explained([], problem=str(error))
        return Explained([], problem="No call was made in this conversation: it cost nothing.")
    calls.sort(key=lambda call: (call.rated.total_pico is None, -(call.rated.total_pico or 0)))
    if conversation is None:
        only = calls[0]
        return Explained(calls, only.stored_pico, len(calls), int(only.stored_pico is None))
    return Explained(calls, conversation.list_pico, conversation.calls, conversation.unpriced_calls)


def _exact(call: Explanation) -> str:
    """Return a call's cost to the last digit, with its mark."""
    total = call.rated.total_pico
    about = "~" if STATES[int(call.rated.state)] == "estimated" else ""
    return "–" if total is None else f"{about}${usd_text(total)}"


def _sum(found: Explained) -> Content:
    """Return what the calls come to, and how far that is known."""
    if found.problem:
        return Content.styled(display_text(found.problem), "$warning")
    estimated = any(STATES[int(call.rated.state)] == "estimated" for call in found.calls)
    about = "~" if estimated else ""
    amount = "–" if found.list_pico is None else f"{about}${usd_text(found.list_pico)}"
    calls = f"{found.count:,} {plural(found.count, 'call')}"
    words = f"  list cost of {calls}"
    if found.unpriced_calls and found.unpriced_calls == found.count:
        words = f"  no price or no tokens are known of {calls}: unknown, not zero"
    elif found.unpriced_calls:
        words += f", {found.unpriced_calls:,} without a price or tokens are not in it"
    if estimated:
        words += ", some are estimates"
    if found.count > 1:
        words += ", the dearest first"
    lines = [Content.assemble((amount, "bold $accent"), (words, "$muted"))]
    if len(found.calls) < found.count:
        some = f"the first {len(found.calls):,} of them are explained here"
        lines.append(Content.styled(some, "$muted"))
    return Content("\n").join(lines)


def detail(call: Explanation, zone: tzinfo) -> list[Content]:
    """Return the explanation of one call, line by line."""
    at = to_datetime(call.at).astimezone(zone)
    said = f"{at.day} {at:%b %Y %H:%M:%S %Z} · {call.source}"
    lines = [
        Content.assemble(
            (display_text(call.model or "no model"), "bold $foreground"),
            (f"  {said}", "$muted"),
        )
    ]
    rows = [_cells(line) for line in call.rated.lines]
    sizes = [max((width(row[place]) for row in rows), default=0) for place in range(3)]
    amounts = aligned([f"${usd_text(line.pico)}" for line in call.rated.lines])
    for (name, quantity, price), amount in zip(rows, amounts, strict=True):
        lines.append(
            Content.assemble(
                (f"{name.ljust(sizes[0])}  ", "$muted"),
                (quantity.rjust(sizes[1]), "$foreground"),
                (f" × {price.ljust(sizes[2])} = ", "$muted"),
                (amount, "$accent"),
            )
        )
    lines.append(_result(call))
    lines += [Content.styled(display_text(text), "$muted") for text in _provenance(call, zone)]
    return lines


def _result(call: Explanation) -> Content:
    total = call.rated.total_pico
    if total is None and call.tokens:
        return Content.assemble(("– ", "bold $warning"), (call.tokens, "$foreground"))
    if total is None:
        return Content.assemble(
            ("– ", "bold $warning"),
            ("no price is known for this model: the cost is unknown, not zero. ", "$foreground"),
            ("Sources (8) can give it one.", "$muted"),
        )
    state = STATES[int(call.rated.state)]
    return Content.assemble(
        ("list cost ", "$foreground"),
        (_exact(call), "bold $accent"),
        (f"  {state}", "$muted"),
    )


def _provenance(call: Explanation, zone: tzinfo) -> list[str]:
    """Return where the price comes from, and how the result stands to what is stored."""
    rated = call.rated
    found = []
    if rated.price_source:
        since = f", in force since {rated.effective_from}" if rated.effective_from else ""
        as_model = f"{rated.provider or 'any'}/{rated.model}"
        found.append(f"priced as {as_model}, {rated.rule}, from {rated.price_source}{since}")
    if rated.tier_above is not None:
        found.append(f"tier for more than {rated.tier_above:,} tokens sent")
    found += [f"modifier {text}" for text in rated.modifiers]
    found += [f"warning: {text}" for text in rated.warnings]
    if call.stored_pico != rated.total_pico:
        stored = "as unpriced" if call.stored_pico is None else f"at ${usd_text(call.stored_pico)}"
        found.append(f"the ledger holds it {stored}: prices have changed since it was rated")
    if call.reported_pico is not None:
        found.append(f"the tool itself reported ${usd_text(call.reported_pico)}")
    if call.run_at is not None:
        at = to_datetime(call.run_at).astimezone(zone)
        found.append(f"last rated {at.day} {at:%b %Y %H:%M} with {call.book}")
    found += [f"call {call.key}", f"{shown_path(call.file)}:{call.line}"]
    return found


def _cells(line: Line) -> tuple[str, str, str]:
    price = f"${line.unit_price}{_UNITS.get(line.per, f' per {line.per:,}')}"
    if line.multiplier != "1":
        price += f" × {line.multiplier}"
    name = display_text(line.component.replace("_", " "))
    return name, f"{line.quantity:,}", price


def aligned(amounts: list[str]) -> list[str]:
    """Return amounts padded so that their points stand under each other."""
    split = [amount.partition(".") for amount in amounts]
    whole = max((len(before) for before, _, _ in split), default=0)
    part = max((len(point + after) for _, point, after in split), default=0)
    return [before.rjust(whole) + (point + after).ljust(part) for before, point, after in split]
