"""Codex: where its logs are and which files belong to them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from convledger.sources.places import How, Kind

NAME, TITLE = "codex", "Codex"
KIND, HOW = Kind.AGENT, How.LINES
DATABASES = False
EXPANDS = False
# Compiled on use: every report imports this module.
_ROLLOUT_ID = r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.jsonl"


def roots(environment: Mapping[str, str], home: Path, platform: str) -> list[Path]:  # noqa: ARG001
    """Return the folder that may hold Codex's sessions: `CODEX_HOME`, else `~/.codex`."""
    configured = environment.get("CODEX_HOME", "").strip()
    return [Path(configured).expanduser() if configured else home / ".codex"]


FOLDERS = ("sessions", "archived_sessions")
NO_LOGS = ("history.jsonl", "session_index.jsonl")  # the tool's own, beside those folders


def is_log(relative: str) -> bool:
    """Tell whether the file at `relative`, a path below a root, is a rollout."""
    return relative.endswith((".jsonl", ".jsonl.zst")) and relative not in NO_LOGS


def thread_of(relative: str) -> str:
    """Return the thread id in a rollout's file name, else the name itself."""
    name = relative.rsplit("/", 1)[-1]
    found = re.search(_ROLLOUT_ID, name)
    return found[1] if found else name.removesuffix(".zst").removesuffix(".jsonl")


_TYPES = frozenset((
    "session_meta", "turn_context", "response_item", "event_msg", "token_usage_record",
    "thread.started", "turn.started", "turn.completed", "item.completed",  # `codex exec --json`
))  # fmt: skip


def in_archive(name: str) -> bool:
    """Tell whether a member of an archive is a rollout by its name."""
    return name.rsplit("/", 1)[-1].startswith("rollout-")


def knows(record: dict[str, object]) -> bool:
    """Tell whether a record may be Codex's, where no other reader is sure of its file."""
    kind = record.get("type")
    return isinstance(kind, str) and kind in _TYPES
