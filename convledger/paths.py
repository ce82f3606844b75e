"""Where things are on this machine: the workspace, its files, the logs' home."""

from __future__ import annotations

import os
import sys
from pathlib import Path

LEDGER = "ledger.db"
PRICES = "prices.toml"
LOCK = "ingest.lock"


def default_workspace() -> Path:
    """Return the workspace of this user where none is named: platformdirs' user data folder."""
    chosen = os.environ.get("CONVLEDGER_WORKSPACE", "").strip()
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform.startswith("linux"):  # platformdirs' answer, without the time to import it
        data = os.environ.get("XDG_DATA_HOME", "").strip()
        return (Path(data) if data else home() / ".local" / "share") / "convledger"
    import platformdirs

    return Path(platformdirs.user_data_dir("convledger", appauthor=False))


def home() -> Path:
    """Return the user's home folder."""
    return Path.home()


def stored_path(path: Path) -> str | bytes:
    """Return `path` as the ledger can keep it: text, or bytes where the name is not Unicode."""
    text = str(path)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(text)
    return text


def real_path(stored: str | bytes) -> Path:
    """Return the path that `stored_path` kept."""
    return Path(os.fsdecode(stored))
