"""The files of a session of Copilot CLI, and what stands beside them."""

from __future__ import annotations

from typing import Any

from convledger.sources.copilot_cli.flat_yaml import flat_yaml
from convledger.sources.copilot_cli.legs import Rows
from convledger.sources.document import Document
from convledger.sources.findings import ConversationFacts
from convledger.sources.titles import CUSTOM, GENERATED, title_line
from convledger.sources.values import instant_of

STORE = "session-store.db"
_ROWS = "SELECT created_at FROM assistant_usage_events WHERE session_id=? ORDER BY id"
_TABLE = "SELECT 1 FROM sqlite_schema WHERE name='assistant_usage_events'"
_FIRST = "SELECT created_at FROM assistant_usage_events ORDER BY id LIMIT 1"


def session_of(relative: str) -> str:
    """Return the session that a log's path names."""
    folder, _, name = relative.rpartition("/")
    if name == "events.jsonl" and folder:
        return folder.rpartition("/")[2]
    return name.rsplit(".", 1)[0]


def described(document: Document, facts: ConversationFacts) -> None:
    """Add what `workspace.yaml` beside the events says."""
    folder, _, name = document.relative.rpartition("/")
    if name != "events.jsonl":
        return
    content = document.beside(f"{folder}/workspace.yaml" if folder else "workspace.yaml", 1 << 20)
    if not content:
        return
    words = flat_yaml(content)
    if words.get("id", facts.native) != facts.native:
        return
    facts.project = words.get("cwd") or words.get("git_root") or facts.project
    facts.branch = words.get("branch") or facts.branch
    rank = CUSTOM if words.get("user_named") == "true" else GENERATED
    facts.entitle(rank, title_line(words.get("name", "")))


def root_of(relative: str) -> str:
    """Return the way to the folder that holds the sessions and the database; it ends in a slash."""
    before, found, _ = relative.rpartition("session-state/")
    return before.removesuffix("history-") if found else ""


def rows_of(document: Document, session: str) -> Rows | None:
    """Return what the database has of a session's requests; None where it has none of any."""
    if "session-state/" not in document.relative:
        return None
    store = f"{root_of(document.relative)}{STORE}"
    if not document.rows_beside(store, _TABLE):
        return None
    first = _instants(document.rows_beside(store, _FIRST))
    if not first:
        return None
    return Rows(_instants(document.rows_beside(store, _ROWS, (session,))), first[0])


def _instants(rows: list[tuple[Any, ...]] | None) -> list[int]:
    return sorted(at for (value,) in rows or () if (at := instant_of(value)) is not None)
