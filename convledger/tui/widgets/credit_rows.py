"""The credit ledger: what came and what went, newest first, with the balance after it."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

from convledger.reports.credit_lines import UNPAID, USAGE
from convledger.reports.plan_credits import number_of
from convledger.reports.render.numbers import doubted
from convledger.text.display import display_text, width
from convledger.tui.credit_words import (
    clock_text,
    credits_text,
    day_text,
    money_text,
    of_credits,
    same_day,
    signed_credits,
)
from convledger.tui.widgets.bar_names import plural
from convledger.tui.widgets.canvas import DIM, Canvas
from convledger.tui.widgets.drawing import Drawing
from convledger.tui.widgets.path_line import cells_of
from convledger.tui.widgets.rows import Part, RowLine, Rows

if TYPE_CHECKING:
    from convledger.reports.credit_lines import CreditLine

_AMOUNT, _BALANCE = 8, 9  # cells
_GRANTED = ("included", "promo", "purchased", "topup", "adjustment")
_BY_HAND = ("topup", "adjustment", "taken back", "given back")
_NAMES = {"topup": "top-up", "adjust": "adjustment"}


class CreditHead(Drawing):
    """The names of the columns."""

    DEFAULT_CSS = "CreditHead { height: 1; }"

    def __init__(self) -> None:
        super().__init__(focusable=False)

    def draw(self, canvas: Canvas) -> None:
        """Draw the names over their columns."""
        end = canvas.width - 2
        canvas.put(1, 0, ("when, what", DIM), end=max(1, end - _AMOUNT - _BALANCE))
        canvas.right(end, 0, ("credits".rjust(_AMOUNT) + "balance".rjust(_BALANCE), DIM))


class CreditRows(Rows):
    """Two lines an entry, or a day of usage: what and how much, then when and from which lot."""

    HELP = (
        "Every change of the credits: usage by day, what was granted, bought, rolled over or "
        "ended. The last column is what was left afterwards. Enter on usage shows the "
        "conversations behind it."
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.lines: list[CreditLine] = []
        self._zone: tzinfo = UTC
        self._currency = "USD"
        self._nothing: tuple[str, ...] = ()

    def show(
        self,
        lines: list[CreditLine],
        zone: tzinfo,
        currency: str,
        nothing: tuple[str, ...] = (),
        *,
        anew: bool = False,
    ) -> None:
        """Show other lines with days cut in a zone; `nothing` is said where there is none."""
        self.lines, self._zone, self._currency, self._nothing = lines, zone, currency, nothing
        self.renew(cursor=0 if anew else None)

    def count(self) -> int:
        """Return how many lines there are."""
        return len(self.lines)

    def empty_lines(self) -> list[str]:
        """Return what it means that there is no line."""
        return list(self._nothing)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return what, credits and balance, then when and the lots."""
        line = self.lines[index]
        amount = line.amount - line.beyond if line.what == USAGE else line.amount
        changed = doubted(signed_credits(amount), amount, line.amount_doubt).rjust(_AMOUNT)
        colour = "$success" if amount > 0 else "$foreground"
        left = credits_text(line.balance)
        balance = doubted(left, line.balance, line.balance_doubt, at_most=True).rjust(_BALANCE)
        first = RowLine(
            [(what_words(line, self._currency), "$foreground")],
            [(changed, colour), (balance, "$accent")],
        )
        beyond = _beyond(line)
        room = cells - 2 - cells_of(beyond)
        forms = when_forms(line, self._zone)
        words = next((form for form in forms if width(form) <= room), forms[-1])
        return [first, RowLine([(words, "$muted"), *beyond], [])]


def what_words(line: CreditLine, currency: str) -> str:
    """Return what a line of the ledger is, with what was paid: "top-up, $20.00"."""
    what = display_text(_NAMES.get(line.what, line.what))
    if hand_number(line) and line.amount < 0:
        what = "taken by hand"
    return f"{what}, {money_text(line.money, currency)}" if line.money else what


def hand_number(line: CreditLine) -> int:
    """Return the number of the booking by hand that a line is, 0 for what the plan booked."""
    if line.what not in _BY_HAND:  # a lot that was bought can expire by itself
        return 0
    return number_of(line.cause) or line.number


def when_forms(line: CreditLine, zone: tzinfo) -> list[str]:
    """Return when a line happened and what it moved, "20 Nov · included · 5 units", then less."""
    words = [_when(line, zone)]
    if line.what in _GRANTED:
        if line.expires_at is not None:
            words.append(f"until {_end(line, zone)}")
        elif line.amount > 0:
            words.append("without an end")
    else:
        words.append(", ".join(display_text(name) for name in line.lots))
    if line.count > 1 or (line.what == USAGE and not line.cause):
        words.append(f"{line.count:,} {plural(line.count, 'unit')}")
    words = [each for each in words if each]
    return [" · ".join(words[:most]) for most in range(len(words), 0, -1)]


def _when(line: CreditLine, zone: tzinfo) -> str:
    since, until = day_text(line.since, zone), day_text(line.until, zone)
    if since != until:
        return f"{since} – {until}"
    return f"{since} {clock_text(line.since, zone)}" if line.cause and not line.lots else since


def _end(line: CreditLine, zone: tzinfo) -> str:
    from convledger.clock import to_datetime

    assert line.expires_at is not None
    ends = to_datetime(line.expires_at).astimezone(zone)
    began = to_datetime(line.since).astimezone(zone)
    year = (
        ""
        if same_day(line.since, line.expires_at, zone) or ends.year == began.year
        else (f" {ends.year}")
    )
    return f"{day_text(line.expires_at, zone)}{year}"


def _beyond(line: CreditLine) -> list[Part]:
    if not line.beyond:
        return []
    figure = doubted(credits_text(line.beyond), line.beyond, line.amount_doubt)
    if line.what == USAGE:
        return [(f" · {figure} beyond", "$warning")]
    return [(f" · {of_credits(figure)}", "$warning")] if line.what in UNPAID else []
