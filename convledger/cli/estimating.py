"""Whether tokens that no source records are counted from the texts: `sources --estimates`."""

from __future__ import annotations

from convledger.cli import chosen, streams
from convledger.cli.printing import print_json
from convledger.cli.updating import bring_up_to_date
from convledger.config import config_path, save_setting


def switch(wanted: bool, *, as_json: bool, no_sync: bool) -> None:
    """Keep the setting in config.toml, apply it to the ledger at once, and say what that did."""
    from convledger.ingest.estimates_now import follow_setting

    path = config_path()
    with chosen.open_ledger() as ledger:
        if not ledger.is_sealed:  # else nothing could follow it here
            save_setting(path, "estimates", wanted)
        counted = 0
        if not no_sync:
            counted = bring_up_to_date(ledger, texts=wanted).estimated
        counted += follow_setting(ledger)
    if as_json:
        print_json({"schema": 1, "estimates": wanted, "calls": counted})
        return
    streams.say(told(wanted, counted))
    streams.remark(f"estimates = {'true' if wanted else 'false'} in {path}")


def told(wanted: bool, counted: int) -> str:
    """Say in a sentence what switching estimates did to how many calls."""
    calls = "1 call" if counted == 1 else f"{counted:,} calls"
    if wanted:
        return (
            f"Estimates are on: tokens of {calls} counted from the texts, marked ~."
            if counted
            else "Estimates are on; no call needed one."
        )
    return (
        f"Estimates are off: tokens and cost of {calls} are unknown again."
        if counted
        else "Estimates are off; no call had one."
    )
