"""Words and figures of unit economics: steps of the cost, ways of service, amounts by unit."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from convledger.economics import conversation_costs as parts
from convledger.money import PICO, usd_display
from convledger.plans.currencies import SIGNS, minor_places
from convledger.text.display import display_text
from convledger.text.secrets import veiled
from convledger.tui.amounts import nearest
from convledger.tui.credit_words import MINUS, money_text

if TYPE_CHECKING:
    from convledger.economics.ratios import Number

WAY_WORDS = {
    parts.BOT: "bot only",
    parts.ESCALATED: "escalated",
    parts.PEOPLE_ONLY: "people only",
    parts.UNANSWERED: "unanswered",
}
_LARGE = 1_000 * PICO  # from where a tenth of a cent says nothing


def unit_text(
    amount: Number | None, currency: str = "USD", *, signed: bool = False, about: bool = False
) -> str:
    """Return what one conversation costs, to a tenth of the least coin: "$0.852", "–"."""
    if amount is None:
        return "–"
    pico = nearest(amount if amount >= 0 else -amount, 1)
    places = minor_places(currency) + (1 if pico < _LARGE else 0)
    text = usd_display(pico, places)
    sign = MINUS if amount < 0 else "+" if signed and amount > 0 else ""
    known = SIGNS.get(currency)
    said = text.replace("$", known) if known else f"{text.replace('$', '')} {currency}"
    return f"{'~' if about else ''}{sign}{said}"


def sum_text(
    amount: Number | None, currency: str = "USD", *, signed: bool = False, about: bool = False
) -> str:
    """Return an amount of picounits: "$182.40", "+$6.15", "~−$81.15", "–" for an unknown one."""
    if amount is None:
        return "–"
    pico = nearest(amount if amount >= 0 else -amount, 1)
    sign = MINUS if amount < 0 else "+" if signed and amount > 0 else ""
    return f"{'~' if about else ''}{sign}{money_text(pico, currency)}"


def times_text(multiple: Fraction | None) -> str:
    """Return a multiple: "16.7 ×", "31 ×", "–" of nothing."""
    if multiple is None:
        return "–"
    tenths = nearest(abs(multiple) * 10, 1)
    sign = MINUS if multiple < 0 and tenths else ""
    whole, part = divmod(tenths, 10)
    said = f"{whole:,}" if whole >= 20 or not part else f"{whole}.{part}"
    return f"{sign}{said} ×"


def title_text(title: str, name: str = "") -> str:
    """Return a title as it may be shown: no control signs, and no more of a secret than may be."""
    return display_text(veiled(title)) or display_text(name.partition(":")[2]) or "untitled"
