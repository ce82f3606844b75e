"""The conversations behind a number of Economics, those that count most for it first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from convledger.clock import to_datetime
from convledger.economics.conversation_costs import PARTS
from convledger.text.display import display_text
from convledger.tui.cost_words import WAY_WORDS, sum_text, title_text
from convledger.tui.screens.source_words import counted
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.rows import RowLine, Rows

if TYPE_CHECKING:
    from convledger.economics.conversation_costs import TalkCost
    from convledger.tui.app import ConvledgerApp

_AROUND = 4  # lines of the dialog around its list


@dataclass(frozen=True, slots=True)
class Behind:
    """What is behind a number: its name, the conversations, and the parts of a cost it is about."""

    name: str
    costs: tuple[TalkCost, ...]
    parts: tuple[str, ...] = PARTS

    def amount(self, cost: TalkCost) -> int | None:
        """Return what a conversation has of the number, picounits."""
        return cost.known(self.parts) if cost.is_known else None


def behind_of(name: str, costs: Iterable[TalkCost], parts: Sequence[str] = PARTS) -> Behind:
    """Return conversations in the order of their part in a number, the greatest first."""
    found = Behind(name, tuple(costs), tuple(parts))

    def weight(cost: TalkCost) -> tuple[bool, int, int]:
        amount = found.amount(cost)
        return amount is None, -(amount or 0), -cost.talk.opened_at

    return Behind(name, tuple(sorted(found.costs, key=weight)), found.parts)


class BehindRows(Rows):
    """Two lines a conversation: its title and cost, then where, when and how long."""

    HELP = (
        "The conversations behind the number, those that cost most first. Enter reads one, w "
        "explains its list cost call by call."
    )
    DEFAULT_CSS = "BehindRows { background: $surface; }"

    def __init__(self, found: Behind, currency: str, zone: tzinfo) -> None:
        super().__init__()
        self.found = found
        self._currency = currency
        self._zone = zone
        self._titles: dict[int, str] = {}

    @property
    def chosen(self) -> TalkCost | None:
        """The conversation under the cursor."""
        costs = self.found.costs
        return costs[self.cursor] if 0 <= self.cursor < len(costs) else None

    def count(self) -> int:
        """Return how many conversations there are."""
        return len(self.found.costs)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return title and cost, then source, day, length and who served it."""
        cost = self.found.costs[index]
        talk = cost.talk
        title = self._titles.get(index)
        if title is None:
            title = self._titles[index] = title_text(talk.title, talk.name)
        at = to_datetime(talk.opened_at).astimezone(self._zone)
        about = [
            display_text(talk.segments.get("source", "")),
            f"{at.day} {at:%b %Y %H:%M}",
            counted(talk.messages, "message"),
        ]
        if cells >= 60:
            about.append(WAY_WORDS.get(talk.served, talk.served))
        amount = self.found.amount(cost)
        is_about = talk.doubt or talk.minutes_assumed
        return [
            RowLine(
                [(title, "$foreground")],
                [(sum_text(amount, self._currency, about=is_about),
                  "$muted" if amount is None else "$accent")],
            ),
            RowLine([(" · ".join(part for part in about if part), "$muted")], []),
        ]  # fmt: skip

    def empty_lines(self) -> list[str]:
        """Say that nothing is behind it."""
        return [
            "No conversation is behind it.",
            "What is unallocated is borne by none: w says why.",
        ]


class BehindCostScreen(Dialog[None]):
    """Lists the conversations; from here one is read, or its cost explained."""

    HELP = "The conversations that make up the number that was opened."
    BINDINGS: ClassVar[list[BindingType]] = [Binding("w", "why", "Why")]
    DEFAULT_CSS = """
    BehindCostScreen > #frame { max-width: 100; padding: 1 1; }
    BehindCostScreen.-tiny > #frame { width: 100%; max-height: 100%; padding: 0; }
    """
    AUTO_FOCUS: ClassVar[str] = "BehindRows"

    def __init__(self, found: Behind, currency: str, zone: tzinfo) -> None:
        count = counted(len(found.costs), "conversation")
        super().__init__(f"{display_text(found.name)} · {count}", "⏎ Read · w Why · esc Back")
        self._found, self._currency, self._zone = found, currency, zone

    def parts(self) -> list[Widget]:
        """Return the list."""
        return [BehindRows(self._found, self._currency, self._zone)]

    def on_mount(self) -> None:
        """Give the list the lines that it needs."""
        self._fit(self.app.size.height)

    def on_resize(self, event: events.Resize) -> None:
        """Use all of a small screen."""
        self.set_class(event.size.height < 16 or event.size.width < 60, "-tiny")
        self._fit(event.size.height)

    def _fit(self, lines: int) -> None:
        rows = self.query_one(BehindRows)
        wanted = max(2, rows.count() * rows.lines_per_row)
        rows.styles.height = min(wanted, max(2, lines * 9 // 10 - _AROUND))

    @on(Rows.Opened)
    def _open(self, event: Rows.Opened) -> None:
        talk = self._found.costs[event.index].talk
        cast("ConvledgerApp", self.app).open_conversation(talk.id)

    def action_why(self) -> None:
        """Explain the list cost of the conversation under the cursor."""
        from convledger.tui.screens.why import WhyScreen

        cost = self.query_one(BehindRows).chosen
        if cost is not None:
            title = title_text(cost.talk.title, cost.talk.name)
            self.app.push_screen(WhyScreen(cost.talk.name, title))
