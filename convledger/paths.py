"""Where things are on this machine: the workspace, its files, the logs' home."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Literal

LEDGER = "ledger.db"
PRICES = "prices.toml"
PLANS = "plans"
RULES = "rules"  # a folder: what is done when something happens
OUTBOX = "outbox.jsonl"
INBOX = "inbox"  # a folder: what other programs bring
TRIGGER_LOCK = "trigger.lock"
LOCK = "ingest.lock"
BALLAST = "ballast"  # room that is held for the day the disk is full
MAPPINGS = "mappings"  # a folder: how tables are read
INSIDE = "!/"  # between an archive and its member


def default_workspace() -> Path:
    """Return the workspace of this user where none is named: platformdirs' user data folder."""
    chosen = os.environ.get("CONVLEDGER_WORKSPACE", "").strip()
    if chosen:
        return Path(chosen).expanduser()
    return user_folder("data")


_USUAL = {"config": ".config", "data": ".local/share", "state": ".local/state"}


def user_folder(what: Literal["data", "config", "state"]) -> Path:
    """Return the folder of this program for the user's data, settings or what is of this machine.

    As platformdirs has it.
    """
    if sys.platform.startswith("linux"):  # without the time to import it
        chosen = os.environ.get(f"XDG_{what.upper()}_HOME", "").strip()
        return (Path(chosen) if chosen else home() / _USUAL[what]) / "convledger"
    import platformdirs

    of = {
        "config": platformdirs.user_config_dir,
        "data": platformdirs.user_data_dir,
        "state": platformdirs.user_state_dir,
    }
    return Path(of[what]("convledger", appauthor=False))


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


def archive_of(path: str) -> Path | None:
    """Return the zip of a member named as `archive.zip!/member`, None for any other path.

    A zip may be called anything: then it is one that is there.
    """
    if INSIDE not in path:
        return None
    at = path.lower().find(f".zip{INSIDE}")
    if at >= 0:
        return Path(path[: at + 4])
    start = path.split(INSIDE, 1)[0]
    return Path(start) if Path(start).is_file() else None
