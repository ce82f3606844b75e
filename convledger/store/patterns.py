"""What a filter matches, the same in every command: a whole name, a pattern, a part of a path."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

_WILD = "*?"
# What a conversation counts for: the project that a person has named, else its folder.
PROJECT = (
    "coalesce((SELECT label.value FROM label WHERE label.conversation_id=conversation.id "
    "AND label.name='project'), conversation.project)"
)


def project_column(connection: sqlite3.Connection) -> str:
    """Return what gives a conversation's project: quicker where nobody has named one."""
    named = connection.execute("SELECT 1 FROM label WHERE name='project' LIMIT 1").fetchone()
    return PROJECT if named else "conversation.project"


def unicode_text(text: str) -> str:
    """Return what was typed as text that SQLite takes: a command line need not be Unicode."""
    return text.encode("utf-8", "replace").decode()


def _glob(text: str) -> str:
    """Return SQLite's pattern for `text`; a bracket is a bracket, as folders have them."""
    return text.replace("[", "[[]")


def any_of(expression: str, wanted: Iterable[str]) -> tuple[str, list[object]]:
    """Return an SQL test that `expression` is one of `wanted`, in which `*` and `?` are wild."""
    tests: list[str] = []
    values: list[object] = []
    for text in map(unicode_text, wanted):
        wild = any(mark in text for mark in _WILD)
        tests.append(f"{expression} {'GLOB' if wild else '='} ?")
        values.append(_glob(text) if wild else text)
    return f"({' OR '.join(tests)})", values


def any_project(expression: str, wanted: Iterable[str]) -> tuple[str, list[object]]:
    """Return an SQL test for projects: a whole path, the last part or parts of one, or a pattern.

    A pattern also fits where only its last parts do: `acme*` finds `/home/me/acme-shop`. Paths of
    Windows are compared as if written with slashes.
    """
    tests: list[str] = []
    values: list[object] = []
    path = f"replace({expression}, '\\', '/')"
    for text in (unicode_text(text).replace("\\", "/") for text in wanted):
        tests.append(f"{path} GLOB ? OR {path} GLOB ?")
        values += [_glob(text), f"*/{_glob(text.strip('/'))}"]
    return f"({' OR '.join(tests)})", values


def labelled(conversation_id: str, name: str, wanted: Iterable[str]) -> tuple[str, list[object]]:
    """Return an SQL test that the conversation carries label `name` with one of `wanted`."""
    test, values = any_of("label.value", wanted)
    exists = f"EXISTS (SELECT 1 FROM label WHERE conversation_id={conversation_id} AND name=?"
    return f"{exists} AND {test})", [name, *values]
