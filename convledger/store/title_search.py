"""Conversations found by their titles, which need not stand in anything that was said."""

from __future__ import annotations

import sqlite3
from unicodedata import normalize

from convledger.store.patterns import PROJECT, any_of, any_project
from convledger.store.search import Hit, SearchQuery, snippet
from convledger.store.terms import Term, fold

MOST = 5  # titles that are told of before what was said
_OTHERS = "length(CAST(title AS BLOB))!=length(title)"  # accents, or another script than Latin
_ACCENTED = str.maketrans(dict.fromkeys("acdeginorstuyz", "_"))  # LIKE knows of no accents


def titles_found(
    connection: sqlite3.Connection, query: SearchQuery, terms: list[Term], known: set[str]
) -> list[Hit]:
    """Return the newest conversations whose titles hold all terms, but for the `known` ones."""
    where, values = _filters(query, terms)
    plain = _plain(terms)
    rows = connection.execute(
        "SELECT conversation.id, native, title, reader.name, project FROM conversation "
        f"JOIN reader ON reader.id=reader_id WHERE title!='' {where} ORDER BY last_at DESC",
        values,
    )
    found: list[Hit] = []
    for row in rows:
        if row[1] in known or not _holds(row[2], terms, plain):
            continue
        hit = _hit(connection, query, terms, row)
        if hit is not None:
            found.append(hit)
        if len(found) == MOST:
            break
    return found


def _filters(query: SearchQuery, terms: list[Term]) -> tuple[str, list[object]]:
    tests: list[str] = []
    values: list[object] = []
    for word in _plain(terms):
        tests.append(f"AND (title LIKE ? OR ({_OTHERS} AND title LIKE ?))")
        # Letters and digits: nothing in a word is a sign of LIKE's.
        values += [f"%{word}%", f"%{word.translate(_ACCENTED)}%"]
    if query.source:
        test, given = any_of("reader.name", query.source)
        tests.append(f"AND {test}")
        values += given
    if query.project:
        test, given = any_project(PROJECT, query.project)
        tests.append(f"AND {test}")
        values += given
    return " ".join(tests), values


def _plain(terms: list[Term]) -> list[str]:
    return sorted({word for term in terms for word in term.words if word.isascii()})


def _holds(title: str, terms: list[Term], plain: list[str]) -> bool:
    if plain and not title.isascii():  # what most of them fail is a tenth of the work of folding
        bare = normalize("NFD", title).encode("ascii", "ignore").decode().lower()
        if not all(word in bare for word in plain):
            return False
    folded = fold(title)
    return all(term.place(folded) for term in terms)


def _hit(
    connection: sqlite3.Connection,
    query: SearchQuery,
    terms: list[Term],
    row: tuple[int, str, str, str, str],
) -> Hit | None:
    """Return a title as a hit at its first message in the time asked for, None without one."""
    key, native, title, reader, project = row
    first = connection.execute(
        "SELECT message.id, at, kind, path, line FROM message JOIN file ON file.id=file_id "
        "WHERE conversation_id=? AND at>=? AND at<? ORDER BY at, message.id LIMIT 1",
        (key, query.since or 0, (1 << 62) if query.until is None else query.until),
    ).fetchone()
    if first is None:
        return None
    message_id, at, kind, path, line = first
    path = path if isinstance(path, str) else path.decode("utf-8", "replace")
    return Hit(
        message_id, native, title, reader, project, at, kind, "", path, line,
        *snippet(title, terms), in_title=True,
    )  # fmt: skip
