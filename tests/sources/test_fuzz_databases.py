"""Whatever stands in a tool's database, readers find something or say why not."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convledger.ingest.documents import opened_document
from convledger.sources.document import NotReadable
from convledger.sources.findings import CUMULATIVE_LIMIT, Call, Message
from convledger.sources.registry import module_of
from tests.sources.documents import Read
from tests.sources.tools_databases import write

FIXTURES = Path(__file__).parents[2] / "fixtures" / "sources"
DATABASES = {
    "opencode": "opencode.sql",
    "goose": "sessions.sql",
    "llm": "logs.sql",
    "crush": "crush.sql",
    "zed": "threads.sql",
}
some = settings(
    max_examples=35,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
ODD: list[Any] = [
    None, 0, -1, 1.5, 2**62, -(2**63), 1e300, "", "7", "x" * 500, "a\0b", b"", b"\xff\xfe", "[]",
    "{}", "null", "5", '"text"', "[[[]]]", '{"a":', '{"role":"assistant"}', "<html>", "9999-99-99",
    "2026-11-01T00:00:00Z", "2026-11-01 00:00:00", b"\x28\xb5\x2f\xfd\x00", '{"messages":5}',
]  # fmt: skip
VALUES: list[Any] = [
    None, True, False, 0, -1, 2**31, 2**63, 2**70, -5, 1.5, 1e300, "", "7", "-3", "nan", "\ud800",
    "a\0b", [], [[]], {}, {"": {}}, [None, 5, "x"], [{"type": "text"}], {"type": "text", "text": 5},
    "2026-11-01T00:00:00Z", "assistant", "user",
]  # fmt: skip
SURROGATE = re.compile("[\ud800-\udfff]")


def check(found: Read) -> None:
    """Assert that nothing impossible was found."""
    for call in found.calls:
        assert isinstance(call, Call)
        assert call.key
        assert call.model
        assert isinstance(call.at, int)
        counts = (call.input, call.output, call.cache_read, call.cache_write_5m, call.reasoning)
        assert all(isinstance(each, int) and 0 <= each <= 2 * CUMULATIVE_LIMIT for each in counts)
        assert call.reasoning <= call.output
    for message in found.messages:
        assert isinstance(message, Message)
        assert message.uuid
        assert isinstance(message.body, str)
        assert isinstance(message.block, int)
        assert isinstance(message.flags, int)
        assert not SURROGATE.search(message.body)
    for rejected in found.rejected:
        assert rejected.reason
        assert isinstance(rejected.line, int)
    for facts in found.conversations.values():
        assert facts.native
        assert all(isinstance(each, str) for each in (facts.title, facts.project, facts.parent))


def read_twice(source: str, path: Path) -> Read:
    """Read a database, then again from where that stopped."""
    found = Read()
    for texts in (False, True):
        state = b""
        for _ in range(2):
            with suppress(NotReadable), opened_document(str(path), path.name) as document:
                for part in module_of(source).read(document, state, texts=texts):
                    state = part.state if part.state is not None else state
                    found.calls += part.figures.calls
                    found.messages += part.texts.messages
                    found.rejected += [*part.figures.rejected, *part.texts.rejected]
                    found.conversations |= part.figures.conversations
    return found


@pytest.fixture(params=DATABASES)
def source(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def cells(connection: sqlite3.Connection) -> list[tuple[str, int, str, Any]]:
    """Return table, row, column and value of all that a database holds."""
    found = []
    for (table,) in connection.execute("SELECT name FROM sqlite_schema WHERE type='table'"):
        if table.startswith("sqlite_"):
            continue
        cursor = connection.execute(f'SELECT rowid AS "#", * FROM "{table}"')
        names = [each[0] for each in cursor.description]
        for row in cursor.fetchall():
            found += [(table, row[0], name, cell) for name, cell in zip(names, row, strict=True)]
    return [cell for cell in found if cell[2] != "#"]


def places_in(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each place in decoded JSON."""
    yield way
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        for key, each in inner:
            yield from places_in(each, (*way, key))


def with_odd(value: Any, choose: Any) -> Any:
    """Return decoded JSON with an odd value at some place."""
    ways = sorted(places_in(value), key=repr)
    way = ways[choose(len(ways))]
    odd = deepcopy(VALUES[choose(len(VALUES))])  # which a later change may go into
    if not way:
        return odd
    inner = value
    for key in way[:-1]:
        inner = inner[key]
    inner[way[-1]] = odd
    return value


def test_odd_cells_and_odd_values_inside_them(source: str, tmp_path: Path) -> None:
    base = write(tmp_path / "base.db", (FIXTURES / source / DATABASES[source]).read_text())
    content = base.read_bytes()
    with closing(sqlite3.connect(base)) as connection:
        all_cells = cells(connection)
    path = tmp_path / "odd.db"

    @given(st.lists(st.tuples(*[st.integers(0, 2**31)] * 4), min_size=1, max_size=4))
    @some
    def run(changes: list[tuple[int, ...]]) -> None:
        path.write_bytes(content)
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous=OFF")
            for first, second, *rest in changes:
                table, row, column, cell = all_cells[first % len(all_cells)]
                numbers = iter([second, *rest])
                value: Any = ODD[second % len(ODD)]
                if isinstance(cell, str) and cell[:1] in "[{" and cell:
                    odd = with_odd(json.loads(cell), lambda most: next(numbers, 0) % most)  # noqa: B023
                    value = json.dumps(odd)
                with suppress(sqlite3.IntegrityError):
                    connection.execute(
                        f'UPDATE "{table}" SET "{column}"=? WHERE rowid=?', (value, row)
                    )
        check(read_twice(source, path))

    run()


def test_any_damage_to_the_file(source: str, tmp_path: Path) -> None:
    base = write(tmp_path / "base.db", (FIXTURES / source / DATABASES[source]).read_text())
    content = base.read_bytes()
    path = tmp_path / "odd.db"

    @given(st.integers(0, len(content) - 1), st.binary(min_size=1, max_size=40), st.booleans())
    @some
    def run(place: int, more: bytes, is_cut: bool) -> None:
        rest = b"" if is_cut else content[place + len(more) :]
        path.write_bytes(content[:place] + more + rest)
        check(read_twice(source, path))

    run()


@pytest.mark.parametrize("column", ["data", "parts", "content_json", "session_id", "id"])
def test_columns_that_are_not_there(source: str, tmp_path: Path, column: str) -> None:
    schema = (FIXTURES / source / DATABASES[source]).read_text()
    path = write(tmp_path / "a.db", schema)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_schema WHERE type='table'").fetchall()
        for (table,) in tables:
            with suppress(sqlite3.OperationalError):
                connection.execute(f'ALTER TABLE "{table}" RENAME COLUMN "{column}" TO other')
    check(read_twice(source, path))


def test_views_in_the_place_of_tables(source: str, tmp_path: Path) -> None:
    path = write(tmp_path / "a.db", (FIXTURES / source / DATABASES[source]).read_text())
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type='table' AND name NOT LIKE 'sqlite%'"
        ).fetchall()
        for (table,) in tables:
            connection.execute(f'ALTER TABLE "{table}" RENAME TO "{table}_2"')
            connection.execute(
                f'CREATE VIEW "{table}" AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 '
                f'FROM c) SELECT rowid, * FROM "{table}_2", c'
            )
    found = read_twice(source, path)

    assert not found.calls
    assert not found.messages


OTHERS: list[bytes] = [
    b"", b"{}", b"[]", b"null", b"<!DOCTYPE html>", b"\x00" * 50, b'{"info":{},"messages":[5]}',
    b'{"info":{},"messages":[{"info":{"tokens":{"input":-1},"finish":"stop"},"parts":[{}]}]}',
    b'{"role":5,"sessionID":7}', b'{"role":"assistant","tokens":{"input":"x"},"finish":"stop"}',
    b'{"title":5,"time":{"created":"x"}}', b"SQLite format 3\x00", b"\xff\xfe{\x00}\x00",
    b'{"working_dir":5}\n{"role":"user","content":5}\n{"role":[]}',
    b'{"working_dir":"/x","message_count":1,"accumulated_input_tokens":-4}\n',
    b"[" * 100_000, b'{"messages":' + b"[" * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("name", ["a.json", "a.db", "storage/message/s/m.json", "a.jsonl"])
@pytest.mark.parametrize("content", OTHERS, ids=range(len(OTHERS)))
def test_files_that_are_no_databases(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    for source in DATABASES:
        check(read_twice(source, path))


_INFO = {
    "id": "msg_1", "sessionID": "ses_1", "role": "assistant", "modelID": "m", "providerID": "p",
    "cost": 0.5, "finish": "stop", "time": {"created": 1760000000000, "completed": 1760000001000},
    "tokens": {"input": 1, "output": 2, "reasoning": 1, "cache": {"read": 3, "write": 4}},
    "error": {"name": "x", "data": {"message": "y"}},
}  # fmt: skip
_PARTS = [
    {"type": "text", "text": "a"},
    {"type": "tool", "tool": "t", "state": {"status": "error", "input": {"a": 1}, "error": "e"}},
    {"type": "step-finish", "tokens": {"input": 1}},
]
_LINE = {"role": "user", "created": 1, "content": [
    {"type": "toolResponse", "toolResult": {"value": {"content": [{"type": "text", "text": "b"}]}}},
    {"type": "toolRequest", "toolCall": {"value": {"name": "n", "arguments": {"a": 1}}}},
]}  # fmt: skip
_FILES: dict[str, tuple[str, Any]] = {
    "export": ("opencode", {
        "info": {"id": "ses_1", "title": "t", "directory": "/x", "time": {"created": 1}},
        "messages": [{"info": _INFO, "parts": _PARTS}],
    }),
    "message": ("opencode", _INFO),
    "session": ("opencode", {"id": "ses_1", "title": "t", "time": {"created": 1, "updated": 2}}),
    "head": ("goose", {"working_dir": "/x", "message_count": 1, "accumulated_input_tokens": 5}),
    "line": ("goose", _LINE),
}  # fmt: skip


@pytest.mark.parametrize("shape", _FILES)
def test_odd_values_inside_files(shape: str, tmp_path: Path) -> None:
    source, sound = _FILES[shape]
    path = tmp_path / ("a.jsonl" if source == "goose" else "a.json")

    @given(st.lists(st.integers(0, 2**31), min_size=2, max_size=6))
    @some
    def run(numbers: list[int]) -> None:
        value = json.loads(json.dumps(sound))
        left = iter(numbers)
        for _ in range(len(numbers) // 2):
            value = with_odd(value, lambda most: next(left, 0) % most)
        path.write_text(json.dumps(value))
        check(read_twice(source, path))

    run()
