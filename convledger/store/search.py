"""Full-text search over titles and everything that was said, newest first among equals."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

from convledger.store.bodies import PageReader
from convledger.store.patterns import PROJECT, any_of, any_project
from convledger.store.terms import Term, first_place, terms_of

AMONG = 1000  # the newest matches that are ranked; a common word has far more


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What to look for: words that must all occur, "phrases" in quotes, `word*` for a beginning."""

    text: str
    limit: int = 20
    source: tuple[str, ...] = ()
    project: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None
    kind: tuple[int, ...] = ()


@dataclass(slots=True)
class Hit:
    """A message that matches, with the words around the first match; or a title's first message."""

    message_id: int
    conversation: str
    title: str
    source: str
    project: str
    at: int
    kind: int
    name: str
    file: str
    line: int
    before: str
    match: str
    after: str
    in_title: bool = False


@dataclass(slots=True)
class SearchResult:
    """What was found; `complete` is False where more matched than were ranked."""

    hits: list[Hit] = field(default_factory=list)
    matches: int = 0
    complete: bool = True


def search(connection: sqlite3.Connection, query: SearchQuery) -> SearchResult:
    """Return the best matches among the newest; none for a text without a word in it."""
    terms = terms_of(query.text)
    result = SearchResult()
    if not terms:
        return result
    expression = " ".join(term.expression for term in terms)
    among = max(AMONG, query.limit)
    where, values = _filters(query)
    if where:
        ranked = (
            "SELECT said.rowid AS id, bm25(said) AS rank FROM said JOIN message ON "
            "message.id=said.rowid JOIN conversation ON conversation.id=conversation_id "
            f"JOIN reader ON reader.id=reader_id WHERE said MATCH ? {where} "
        )
    else:
        ranked = "SELECT rowid AS id, bm25(said) AS rank FROM said WHERE said MATCH ? "
    rows = connection.execute(
        f"SELECT id, rank FROM ({ranked} ORDER BY said.rowid DESC LIMIT {among + 1})",
        (expression, *values),
    ).fetchall()
    result.matches, result.complete = min(len(rows), among), len(rows) <= among
    ordered = sorted(
        enumerate(rows[:among]), key=lambda item: item[1][1] * (1 - item[0] / (4 * among))
    )
    _fill(connection, query, terms, [row[0] for _, row in ordered], result)
    if not query.kind:
        from convledger.store.title_search import titles_found

        titles = titles_found(connection, query, terms, {hit.conversation for hit in result.hits})
        result.matches += len(titles)
        result.hits = [*titles, *result.hits][: query.limit]
    return result


def _filters(query: SearchQuery) -> tuple[str, list[object]]:
    clauses: list[str] = []
    values: list[object] = []
    tests = []
    if query.source:
        tests.append(any_of("reader.name", query.source))
    if query.project:
        tests.append(any_project(PROJECT, query.project))
    for test, given in tests:
        clauses.append(f"AND {test}")
        values += given
    if query.since is not None:
        clauses.append("AND message.at >= ?")
        values.append(query.since)
    if query.until is not None:
        clauses.append("AND message.at < ?")
        values.append(query.until)
    if query.kind:
        clauses.append(f"AND message.kind IN ({','.join('?' * len(query.kind))})")
        values += query.kind
    return " ".join(clauses), values


def _fill(
    connection: sqlite3.Connection,
    query: SearchQuery,
    terms: list[Term],
    ids: list[int],
    result: SearchResult,
) -> None:
    """Read the best matches; a text that a fork or a resume repeats is shown once."""
    pages = PageReader(connection)
    seen: set[int] = set()
    for message_id in ids:
        row = connection.execute(
            "SELECT native, title, reader.name, project, message.at, message.kind, message.name, "
            "path, line, page_id, start, length, key FROM message "
            "JOIN conversation ON conversation.id=conversation_id "
            "JOIN reader ON reader.id=reader_id JOIN file ON file.id=file_id WHERE message.id=?",
            (message_id,),
        ).fetchone()
        if row is None or row[12] in seen:
            continue
        seen.add(row[12])
        body = pages.body(row[9], row[10], row[11])
        before, match, after = snippet(body, terms)
        path = row[7] if isinstance(row[7], str) else row[7].decode("utf-8", "replace")
        result.hits.append(
            Hit(
                message_id,
                row[0],
                row[1],
                row[2],
                row[3],
                row[4],
                row[5],
                row[6] or "",
                path,
                row[8],
                before,
                match,
                after,
            )
        )
        if len(result.hits) >= query.limit:
            return


def snippet(body: str, terms: list[Term], around: int = 70) -> tuple[str, str, str]:
    """Return the text before, at and after the first match in `body`."""
    start, end = first_place(body, terms)
    before = body[max(0, start - around) : start]
    after = body[end : end + around * 2]
    if start > around:
        before = "…" + before
    if end + around * 2 < len(body):
        after += "…"
    return before, body[start:end], after
