"""Titles of conversations that were made of a text with a secret in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

_SETTLED = 9  # the rank of a title that no log replaces


def redact_title(
    connection: sqlite3.Connection,
    conversation_id: int,
    body: str,
    clean: Callable[[str], str] | None = None,
) -> None:
    """Take what stands in `body` as a secret out of a conversation's title, for good."""
    from convledger.text.secrets import redact, without_ends

    (title,) = connection.execute(
        "SELECT title FROM conversation WHERE id=?", (conversation_id,)
    ).fetchone()
    better = (clean or redact)(without_ends(title, body))
    if better != title:
        connection.execute(
            "UPDATE conversation SET title=?, title_rank=? WHERE id=?",
            (better, _SETTLED, conversation_id),
        )
