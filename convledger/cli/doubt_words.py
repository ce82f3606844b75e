"""How far figures of plans can be relied on, as the commands and JSON say it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convledger.money import usd_text

if TYPE_CHECKING:
    from convledger.plans.certainty import Doubt


def doubt_document(doubt: Doubt) -> dict[str, Any]:
    """Return as JSON says it whether estimates are in figures, and how many calls are not."""
    return {"estimated": doubt.is_estimated, "calls_without_tokens": doubt.uncounted}


def known_text(amount: int | None, doubt: Doubt) -> str | None:
    """Return an exact decimal; None where nothing is known because no call's tokens are."""
    if amount is None or (not amount and doubt.uncounted):
        return None
    return usd_text(amount)


def lacking_words(doubt: Doubt) -> str:
    """Return that calls are in no figure, their tokens unknown; nothing where all are known."""
    if not doubt.uncounted:
        return ""
    is_one = doubt.uncounted == 1
    return (
        f"{doubt.uncounted:,} {'call has' if is_one else 'calls have'} unknown tokens and "
        f"{'is' if is_one else 'are'} not in these figures"
    )
