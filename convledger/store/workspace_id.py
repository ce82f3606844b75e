"""The name by which a workspace is known to others: random, made when it is first needed."""

from __future__ import annotations

import secrets
import sqlite3

from convledger.store.settings import note, setting

_NAME = "workspace id"


def known_workspace_id(connection: sqlite3.Connection) -> str:
    """Return the name of a workspace, "" where it has none yet."""
    return setting(connection, _NAME)


def workspace_id(connection: sqlite3.Connection) -> str:
    """Return the name of a workspace; one that has none gets one."""
    known = known_workspace_id(connection)
    if not known:
        known = secrets.token_hex(8)
        note(connection, _NAME, known)
    return known
