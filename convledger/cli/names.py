"""Short names of conversations and places."""

from __future__ import annotations

import os
from datetime import tzinfo
from pathlib import Path

from convledger import clock
from convledger.reports.render.wording import short_id as short_id


def tilde(path: str) -> str:
    """Return a path with the user's home as `~`."""
    try:
        home = str(Path.home())
    except RuntimeError:
        return path
    return "~" + path[len(home) :] if path.startswith(home + os.sep) else path


def minute_text(instant: int | None, zone: tzinfo) -> str:
    """Return an instant to the minute in `zone`; a dash where there is none."""
    if not instant:
        return "–"
    return clock.to_datetime(instant).astimezone(zone).strftime("%Y-%m-%d %H:%M")


def plural(count: int, one: str, many: str = "") -> str:
    """Return a count with its word: "1 call", "1,204 calls"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
