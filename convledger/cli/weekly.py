"""The backup of a week when a command has read logs; it never harms the command."""

from __future__ import annotations

from time import monotonic

from convledger import clock
from convledger.cli import chosen, streams
from convledger.errors import ConvledgerError

_HOUR = 3600.0  # seconds


def back_up_when_due() -> None:
    """Copy the ledger where the last good copy is older than a week, unless that is turned off."""
    from convledger.config import load_config
    from convledger.text.display import display_text

    try:
        config = load_config()
        if not config.backup_weekly:
            return
        with chosen.open_ledger() as ledger:
            if ledger.is_sealed:
                return
            made = ledger.back_up_when_due(now=clock.now_us(), kept=config.backups_kept)
    except ConvledgerError as error:
        streams.note(f"No weekly backup: {display_text(str(error))}")
        return
    if made is not None:
        from convledger.cli.backup_words import made_words

        streams.note(f"Weekly backup: {made_words(made)}")


class Hourly:
    """Looks whether a backup is due at the first call, and again when an hour has passed."""

    def __init__(self) -> None:
        self._next = 0.0

    def look(self) -> None:
        """Back up where that is due; nothing within the hour after the last look."""
        if monotonic() >= self._next:
            self._next = monotonic() + _HOUR
            back_up_when_due()
