"""Whether tokens that no source records are counted from the texts, switched on a screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from convledger.config import config_path, load_config, save_setting
from convledger.errors import ConvledgerError

if TYPE_CHECKING:
    from convledger.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Switched:
    """What is wanted by now, and of how many calls that changed the tokens."""

    wanted: bool
    calls: int

    def words(self) -> str:
        """Say in a sentence what has changed."""
        calls = "1 call" if self.calls == 1 else f"{self.calls:,} calls"
        if self.wanted:
            return f"Estimates are on: ~ tokens of {calls} counted from the texts."
        return f"Estimates are off: tokens and cost of {calls} are unknown again."


def switch(ledger: Ledger) -> Switched | ConvledgerError:
    """Switch estimates over, or return the trouble."""
    try:
        return set_to(ledger, not load_config().estimates)
    except ConvledgerError as error:
        return error


def set_to(ledger: Ledger, wanted: bool) -> Switched:
    """Keep the setting and have the ledger follow it. Raises ConfigError, WorkspaceError."""
    from convledger.ingest.estimates_now import follow_setting

    save_setting(config_path(), "estimates", wanted)
    return Switched(wanted, follow_setting(ledger))
