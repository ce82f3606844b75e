"""Other tools' databases: read whole and up to date, and left as they are whatever goes on."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, cast

import pytest

from convledger.ingest.databases import Database
from convledger.sources.document import NotReadable
from tests.ingest.database_parts import ALL, Tool, made, tool_in, trace


@pytest.fixture
def tools(tmp_path: Path) -> Iterator[list[Tool]]:
    made: list[Tool] = []
    yield made
    for tool in made:
        if tool._process.poll() is None:
            tool.crashes()


def values_in(path: Path) -> list[object]:
    with Database(path) as database:
        return [row[0] for row in database.rows(ALL)]


@pytest.mark.parametrize("mode", ["wal", "delete", "truncate", "persist"])
def test_a_tool_at_work_is_read_up_to_date_and_nothing_of_it_changes(
    tmp_path: Path, tools: list[Tool], mode: str
) -> None:
    tool = tool_in(tmp_path, tools, mode)
    tool.adds(1)
    tool.adds(2)
    before = trace(tool.path.parent)

    assert values_in(tool.path) == [1, 2]
    assert trace(tool.path.parent) == before


@pytest.mark.parametrize("mode", ["wal", "delete"])
def test_a_tool_writes_on_while_its_database_is_open_here(
    tmp_path: Path, tools: list[Tool], mode: str
) -> None:
    tool = tool_in(tmp_path, tools, mode)
    tool.adds(1)
    with Database(tool.path) as database:
        assert database.rows(ALL) == [(1,)]
        for value in range(2, 30):
            tool.adds(value)
        assert [row[0] for row in database.rows(ALL)] == [*range(1, 30)]


_MOVER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=0)
connection.execute(f"PRAGMA journal_mode={sys.argv[2]}")
connection.execute("PRAGMA synchronous=OFF")
connection.execute("CREATE TABLE IF NOT EXISTS t (a, filling)")
connection.executemany("INSERT INTO t VALUES (1000, zeroblob(1500))", [()] * 60)
print("ready", flush=True)
failed = 0
for number in range(int(sys.argv[3])):
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE t SET a=a-1 WHERE rowid=?", (number % 60 + 1,))
        connection.execute("UPDATE t SET a=a+1 WHERE rowid=?", ((number * 7) % 60 + 1,))
        connection.execute("COMMIT")
        if number % 50 == 0:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
    except sqlite3.Error:
        failed += 1
        if connection.in_transaction:
            connection.execute("ROLLBACK")
print(failed, flush=True)
"""


@pytest.mark.parametrize("mode", ["wal", "delete", "truncate"])
def test_reading_while_it_is_written_sees_whole_states_and_hinders_nobody(
    tmp_path: Path, mode: str
) -> None:
    path = tmp_path / "busy.db"
    mover = subprocess.Popen(
        [sys.executable, "-c", _MOVER, str(path), mode, "1500"], stdout=subprocess.PIPE, text=True
    )
    back = cast(IO[str], mover.stdout)
    assert back.readline() == "ready\n"
    tries = 0
    while mover.poll() is None and tries < 500:
        tries += 1
        with suppress(NotReadable):
            assert sums_in(path) == (60_000, 60, 90_000)
    failed = int(back.read())
    back.close()
    mover.wait()

    assert failed == 0
    assert sums_in(path) == (60_000, 60, 90_000)


def sums_in(path: Path) -> tuple[object, ...]:
    with Database(path) as database:
        return database.rows("SELECT sum(a), count(*), sum(length(filling)) FROM t")[0]


def test_a_tool_can_empty_its_log_while_its_database_is_open_here(
    tmp_path: Path, tools: list[Tool]
) -> None:
    tool = tool_in(tmp_path, tools, "wal")
    tool.adds(1)
    with Database(tool.path) as database:
        assert database.rows(ALL) == [(1,)]
        assert tool.does("PRAGMA wal_checkpoint(TRUNCATE)") == "[(0, 0, 0)]"
        tool.adds(2)
        assert database.rows(ALL) == [(1,), (2,)]


def test_a_tool_begins_to_work_while_its_database_is_open_here(
    tmp_path: Path, tools: list[Tool]
) -> None:
    first = tool_in(tmp_path, tools, "wal")
    first.adds(1)
    first.ends()
    with Database(first.path) as database:
        assert database.rows(ALL) == [(1,)]
        second = tool_in(tmp_path, tools, "wal")
        second.adds(2)
        assert database.rows(ALL) in ([(1,)], [(1,), (2,)])
        second.does("PRAGMA wal_checkpoint(TRUNCATE)")
        assert database.rows(ALL) == [(1,), (2,)]


def test_a_closed_database_is_read_without_any_file_beside_it(
    tmp_path: Path, tools: list[Tool]
) -> None:
    tool = tool_in(tmp_path, tools, "wal")
    tool.adds(1)
    tool.ends()
    before = trace(tool.path.parent)

    assert list(before) == [tool.path.name, "."]
    assert values_in(tool.path) == [1]
    assert trace(tool.path.parent) == before


@pytest.mark.parametrize("index", ["left", "lost"])
def test_what_a_crashed_tool_left_in_its_log_is_read(
    tmp_path: Path, tools: list[Tool], index: str
) -> None:
    tool = tool_in(tmp_path, tools, "wal")
    tool.adds(1)
    tool.adds(2)
    tool.crashes()
    if index == "lost":
        Path(f"{tool.path}-shm").unlink()
    before = trace(tool.path.parent)

    assert values_in(tool.path) == [1, 2]
    assert trace(tool.path.parent) == before
    assert not list(Path(tempfile.gettempdir()).glob("convledger-*/copy"))


@pytest.mark.parametrize("index", ["left", "lost"])
@pytest.mark.parametrize("mode", ["wal", "delete"])
def test_a_folder_that_nobody_may_write_to_is_read(
    tmp_path: Path, tools: list[Tool], mode: str, index: str
) -> None:
    tool = tool_in(tmp_path, tools, mode)
    tool.adds(1)
    tool.crashes()
    if index == "lost":
        Path(f"{tool.path}-shm").unlink(missing_ok=True)
    for path in tool.path.parent.iterdir():
        path.chmod(0o444)
    tool.path.parent.chmod(0o555)
    before = trace(tool.path.parent)
    try:
        assert values_in(tool.path) == [1]
        assert trace(tool.path.parent) == before
    finally:
        tool.path.parent.chmod(0o755)


def half_written(tmp_path: Path, tools: list[Tool]) -> Tool:
    """Return a tool that died in the middle of writing, with more pages than it kept in memory."""
    tool = tool_in(tmp_path, tools, "delete")
    tool.adds(1)
    tool.does("PRAGMA cache_size=1")
    tool.does("BEGIN IMMEDIATE")
    tool.does("UPDATE t SET a=7")
    tool.does(
        "INSERT INTO t SELECT zeroblob(3000) FROM json_each('[1,2,3,4,5,6,7,8,9,10,11,12,13,14]')"
    )
    return tool


def test_what_was_half_written_is_put_back_in_a_copy(tmp_path: Path, tools: list[Tool]) -> None:
    tool = half_written(tmp_path, tools)
    tool.crashes()
    assert Path(f"{tool.path}-journal").stat().st_size
    before = trace(tool.path.parent)

    assert values_in(tool.path) == [1]
    assert trace(tool.path.parent) == before


def test_a_tool_in_the_middle_of_writing_is_not_disturbed(
    tmp_path: Path, tools: list[Tool]
) -> None:
    tool = half_written(tmp_path, tools)
    before = trace(tool.path.parent)

    assert values_in(tool.path) == [1]
    assert trace(tool.path.parent) == before
    assert tool.does("COMMIT") == "[]"
    assert values_in(tool.path)[0] == 7


def test_a_journal_that_names_another_file_is_not_acted_on(
    tmp_path: Path, tools: list[Tool]
) -> None:
    tool = half_written(tmp_path, tools)
    tool.crashes()
    victim = tmp_path / "victim"
    victim.write_text("precious")
    name = str(victim).encode()
    with Path(f"{tool.path}-journal").open("ab") as journal:
        journal.write(b"\0\0\0\0" + name + len(name).to_bytes(4) + sum(name).to_bytes(4))
        journal.write(bytes.fromhex("d9d505f920a163d7"))

    with pytest.raises(NotReadable, match="several databases"):
        values_in(tool.path)
    assert victim.read_text() == "precious"


def test_a_database_that_is_replaced_meanwhile_is_refused(tmp_path: Path) -> None:
    path, other = made(tmp_path / "a.db", "SELECT 1"), made(tmp_path / "b.db", "SELECT 2")
    with Database(path) as database:
        assert database.rows(ALL) == [(1,)]
        other.replace(path)
        with pytest.raises(NotReadable, match="was replaced"):
            database.rows(ALL)


def test_a_database_that_is_replaced_beside_its_log_is_refused(
    tmp_path: Path, tools: list[Tool]
) -> None:
    tool = tool_in(tmp_path, tools, "wal")
    tool.adds(1)
    other = made(tmp_path / "b.db", "SELECT 2")
    with Database(tool.path) as database:
        assert database.rows(ALL) == [(1,)]
        other.replace(tool.path)
        with pytest.raises(NotReadable, match="was replaced"):
            database.rows(ALL)


def test_a_database_that_never_rests_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made(tmp_path / "a.db", "SELECT 1")
    fetched = Database._fetched

    def touched(self: Database, *values: object) -> list[tuple[object, ...]]:
        found = fetched(self, *values)  # type: ignore[arg-type]
        info = path.stat()
        os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns + 10**9))
        return found

    monkeypatch.setattr(Database, "_fetched", touched)
    with Database(path) as database, pytest.raises(NotReadable, match="being written"):
        database.rows(ALL)
