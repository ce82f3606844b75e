"""Short names of conversations and places."""

from __future__ import annotations

from datetime import tzinfo

from convledger import clock
from convledger.cli.plain_names import plural as plural
from convledger.cli.plain_names import tilde as tilde
from convledger.reports.render.wording import short_id as short_id


def minute_text(instant: int | None, zone: tzinfo) -> str:
    """Return an instant to the minute in `zone`; a dash where there is none."""
    if not instant:
        return "–"
    return clock.to_datetime(instant).astimezone(zone).strftime("%Y-%m-%d %H:%M")
