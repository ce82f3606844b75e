"""Other tools' databases: read whole and up to date, and left as they are whatever goes on."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, cast

import pytest

from convledger.ingest import databases
from convledger.ingest.databases import Database
from convledger.sources.document import NotReadable, TooLarge

_WRITER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=0)
for line in sys.stdin:
    try:
        print(connection.execute(line.strip()).fetchall(), flush=True)
    except sqlite3.Error as error:
        print(f"error: {error}", flush=True)
"""
ALL = "SELECT a FROM t ORDER BY rowid"


class Tool:
    """A tool at work on its database, in a process of its own."""

    def __init__(self, path: Path, mode: str) -> None:
        self.path = path
        self._process = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.does(f"PRAGMA journal_mode={mode}")
        self.does("CREATE TABLE t (a)")

    def does(self, statement: str) -> str:
        to, back = cast(IO[str], self._process.stdin), cast(IO[str], self._process.stdout)
        to.write(f"{statement}\n")
        to.flush()
        return back.readline().strip()

    def adds(self, value: int) -> None:
        assert self.does(f"INSERT INTO t VALUES ({value})") == "[]"

    def ends(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            cast(IO[str], stream).close()
        self._process.wait()

    def crashes(self) -> None:
        self._process.kill()
        self.ends()


@pytest.fixture
def tools(tmp_path: Path) -> Iterator[list[Tool]]:
    made: list[Tool] = []
    yield made
    for tool in made:
        if tool._process.poll() is None:
            tool.crashes()


def tool_in(tmp_path: Path, tools: list[Tool], mode: str) -> Tool:
    folder = tmp_path / "tool"
    folder.mkdir(exist_ok=True)
    tools.append(Tool(folder / "it's 100% a #db?.db", mode))
    return tools[-1]


def trace(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    """Return all that a reader could change: names, bytes, times and inodes."""
    found = {
        path.name: (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino)
        for path in sorted(folder.iterdir())
    }
    found["."] = (b"", folder.stat().st_mtime_ns, 0)
    return found


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


def made(path: Path, content: str, *more: str) -> Path:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"CREATE TABLE t AS {content} AS a")
    for statement in more:
        connection.execute(statement)
    connection.close()
    return path


def test_only_plain_columns_of_plain_tables_are_told(tmp_path: Path) -> None:
    path = made(
        tmp_path / "a.db",
        "SELECT 1",
        "CREATE VIEW v AS SELECT a FROM t",
        "CREATE VIRTUAL TABLE f USING fts5(body)",
        "CREATE TABLE g (x, y AS (hex(zeroblob(200000000))), z AS (x) STORED)",
        "CREATE TRIGGER r AFTER INSERT ON t BEGIN DELETE FROM t; END",
    )
    with Database(path) as database:
        tables = database.tables()

    assert tables["t"] == {"a"}
    assert tables["g"] == {"x"}
    assert {"v", "f"}.isdisjoint(tables)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM v",
        "SELECT * FROM f",
        "SELECT * FROM (SELECT n FROM v)",
        "DELETE FROM t",
        "INSERT INTO t VALUES (5)",
        "CREATE TABLE u (a)",
        "ATTACH 'x.db' AS x",
        "PRAGMA journal_mode=DELETE",
        "PRAGMA query_only=OFF",
        "VACUUM INTO 'x.db'",
        "BEGIN IMMEDIATE",
        "SELECT load_extension('x')",
        "SELECT nothing FROM t",
        "UPDATE sqlite_master SET sql=''",
        "SELECT a FROM t; SELECT a FROM t",
    ],
)
def test_nothing_but_reading_plain_tables_is_done(tmp_path: Path, query: str) -> None:
    path = made(
        tmp_path / "a.db",
        "SELECT 1",
        "CREATE VIEW v AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c) "
        "SELECT n FROM c",
        "CREATE VIRTUAL TABLE f USING fts5(body)",
    )
    before = trace(tmp_path)
    with Database(path) as database, pytest.raises(NotReadable):
        database.rows(query)
    assert trace(tmp_path) == before


def test_json_is_taken_apart_by_a_query(tmp_path: Path) -> None:
    with Database(made(tmp_path / "a.db", "SELECT '[1,2]'")) as database:
        found = database.rows("SELECT e.value FROM t, json_each(t.a) AS e")

    assert found == [(1,), (2,)]


def test_a_query_that_goes_on_and_on_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "_MOST_STEPS", 50)
    path = made(tmp_path / "a.db", "SELECT 1")
    endless = (
        "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c) SELECT count(*) FROM c, t"
    )
    with Database(path) as database:
        with pytest.raises(NotReadable, match="takes too long"):
            database.rows(endless)
        assert database.rows(ALL) == [(1,)]


def test_more_than_can_be_taken_in_at_once_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "_MOST_AT_ONCE", 5000)
    path = made(tmp_path / "a.db", "SELECT zeroblob(3000)", "INSERT INTO t VALUES (zeroblob(3000))")
    with Database(path) as database:
        with pytest.raises(TooLarge):
            database.rows(ALL)
        assert len(database.rows(f"{ALL} LIMIT 1")) == 1


def test_a_huge_value_is_refused_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "LARGEST", 5000)
    path = made(tmp_path / "a.db", "SELECT zeroblob(9000)", "INSERT INTO t VALUES (5)")
    with Database(path) as database:
        with pytest.raises(TooLarge):
            database.rows(ALL)
        assert database.rows("SELECT rowid FROM t") == [(1,), (2,)]
        assert database.rows("SELECT a FROM t WHERE rowid=2") == [(5,)]


def damaged(path: Path) -> Iterator[bytes]:
    whole = path.read_bytes()
    yield b""
    yield whole[:50]
    yield whole[:100]
    yield whole[:4096]
    yield whole[: len(whole) // 2]
    yield whole[:100] + b"\xff" * (len(whole) - 100)
    yield whole[:4096] + b"\0" * (len(whole) - 4096)
    yield b"SQLite format 3\0" + b"\xff" * 5000
    yield b"<!DOCTYPE html><html></html>"
    for place in range(16, len(whole), 997):
        yield whole[:place] + bytes([whole[place] ^ 0xA5]) + whole[place + 1 :]


def test_damaged_files_give_rows_or_a_reason(tmp_path: Path) -> None:
    path = made(
        tmp_path / "a.db",
        "SELECT 1",
        "CREATE INDEX i ON t(a)",
        *(f"INSERT INTO t VALUES (hex(randomblob({size})))" for size in (10, 2000, 9000)),
    )
    for content in list(damaged(path)):
        path.write_bytes(content)
        with suppress(NotReadable), Database(path) as database:
            database.tables()
            database.rows(ALL)
            database.rows("SELECT a FROM t WHERE a=? ORDER BY a", (1,))
        assert path.read_bytes() == content
        assert [each.name for each in tmp_path.iterdir()] == ["a.db"]


def test_links_folders_and_what_is_not_there_are_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "a.db", "SELECT 1")
    (tmp_path / "link.db").symlink_to(path)
    (tmp_path / "folder.db").mkdir()
    for name in ("link.db", "folder.db", "none.db"):
        with pytest.raises(NotReadable):
            Database(tmp_path / name)


def test_odd_values_are_bound_or_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "a.db", "SELECT CAST(x'41ff42' AS TEXT)")
    with Database(path) as database:
        assert database.rows(ALL) == [("A\ufffdB",)]
        assert database.rows("SELECT a FROM t WHERE a=?", ("x\0y",)) == []
        for odd in (2**70, "\ud800", object()):
            with pytest.raises(NotReadable):
                database.rows("SELECT a FROM t WHERE a=?", (odd,))
