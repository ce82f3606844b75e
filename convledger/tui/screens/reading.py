"""A conversation as the reader's worker brings it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convledger.reports.listing import ConversationLine
    from convledger.tui.widgets.script import Script


@dataclass(frozen=True, slots=True)
class Reading:
    """A conversation as it was read: what a list says of it, and its entries."""

    line: ConversationLine | None
    script: Script
    hidden: bool
    messages: int | None
