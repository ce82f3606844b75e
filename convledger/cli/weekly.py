"""The backup of a week at the end of a command that has read logs; it never harms the command."""

from __future__ import annotations

from convledger import clock
from convledger.cli import chosen, streams
from convledger.errors import ConvledgerError


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
