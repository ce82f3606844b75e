"""Other tools' databases for tests: made by hand, or by a tool at work in its own process."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import IO, cast

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


def made(path: Path, content: str, *more: str) -> Path:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"CREATE TABLE t AS {content} AS a")
    for statement in more:
        connection.execute(statement)
    connection.close()
    return path
