"""Parts of plans that charge for units, usage in dollars and credits."""

from __future__ import annotations

from .documents import CREDITS, WINDOW

PER_UNIT = WINDOW + '\n[[charge]]\nunit = "conversation"\nprice = "0.50"\n'

USAGE = '\n[[unit]]\nid = "usage"\ncount = "sum"\nmeasure = "rated_usd"\n'


def few(amount: int) -> str:
    """Return credits for conversations, so many included."""
    return CREDITS.replace('"500"', f'"{amount}"')
