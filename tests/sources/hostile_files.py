"""A tool's own files, spoilt in every way that a hostile hand could think of."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

FIXTURES = Path(__file__).parents[2] / "fixtures" / "sources"
HOMES = Path(__file__).parents[1] / "edge" / "homes"
# Of the two sources that whole homes are kept for, instead of samples.
KEPT = {
    "claude-code": HOMES / "c01_stream_last_largest" / ".claude" / "projects",
    "codex": HOMES / "x21_fork_of_a_fork" / ".codex",
}
BAIT = (
    "\x1b]52;c;ZXZpbA==\x07\x1b[2J\x9b31m\u202eevil\u2066\u200b\ud800[/][@click=app.quit]x"
    '=HYPERLINK("http://evil.example")\x00\U000e0041'
)
_NUMBER = re.compile(rb"(?<=[:,\[ ])-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?=\s*[,}\]\r\n])")
_STRING = re.compile(rb'(:\s*)"((?:[^"\\\n]|\\.)*)"')
_PAIR = re.compile(rb'("\w+"\s*:\s*)("(?:[^"\\\n]|\\.)*"|-?[\d.]+|true|false|null)')
_ESCAPED = json.dumps(BAIT)[1:-1].encode()

Spoil = Callable[[bytes], bytes]


def _number(put: bytes) -> Spoil:
    return lambda data: _NUMBER.sub(put, data)


def _value(put: bytes) -> Spoil:
    return lambda data: _PAIR.sub(lambda found: found[1] + put, data)


def _string(change: Callable[[bytes], bytes]) -> Spoil:
    def changed(found: re.Match[bytes]) -> bytes:
        return found[1] + b'"' + change(found[2]) + b'"'

    return lambda data: _STRING.sub(changed, data)


def _first_value(put: bytes) -> Spoil:
    """Spoil one value in the middle."""

    def changed(data: bytes) -> bytes:
        found = list(_PAIR.finditer(data))
        if not found:
            return put + b"\n" + data
        middle = found[len(found) // 2]
        return data[: middle.start(2)] + put + data[middle.end(2) :]

    return changed


SPOILT: dict[str, Spoil] = {
    "texts that act": _string(lambda text: text + (_ESCAPED if b" " in text else b"")),
    "all strings act": _string(lambda text: text + _ESCAPED),
    "half surrogates": _string(lambda text: rb"\ud800" + text + rb"\udfff"),
    "2^64": _number(b"18446744073709551616"),
    "2^63 - 1": _number(b"9223372036854775807"),
    "1e400": _number(b"1e400"),
    "-1": _number(b"-1"),
    "1e-400": _number(b"1e-400"),
    "NaN": _number(b"NaN"),
    "Infinity": _number(b"-Infinity"),
    "5,000 digits": _first_value(b"9" * 5000),
    "all null": _value(b"null"),
    "all lists": _value(b"[[]]"),
    "all objects": _value(b'{"text":{"":[]}}'),
    "all true": _value(b"true"),
    "all numbers": _value(b"7"),
    "all empty": _value(b'""'),
    "deep lists": _first_value(b"[" * 60_000 + b"]" * 60_000),
    "deep objects": _first_value(b'{"a":' * 60_000 + b"1" + b"}" * 60_000),
    "open lists": _first_value(b"[" * 100_000),
    "equal keys": lambda data: _PAIR.sub(rb'\1"first",\1\2', data),
    "byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "UTF-16": lambda data: data.decode("utf-8", "replace").encode("utf-16"),
    "nothing": lambda _: b"",
    "nulls": lambda data: b"\0" * 4096 + data,
    "nulls between": lambda data: data.replace(b"\n", b"\0\n"),
    "half": lambda data: data[: len(data) // 2],
    "twice": lambda data: data + data,
    "no UTF-8": lambda data: data.replace(b" ", b"\xff\xc0"),
    "one long line": lambda data: data.replace(b"\n", b" "),
    "a long text": _first_value(b'"' + b"x\\n" * 50_000 + b'"'),
    "carriage returns": lambda data: data.replace(b"\n", b"\r"),
}


def _decoded(data: bytes) -> str:
    return data.decode("utf-16" if data.startswith(b"\xff\xfe") else "utf-8")


def _cells(change: Callable[[str], str]) -> Spoil:
    def changed(data: bytes) -> bytes:
        rows = list(csv.reader(io.StringIO(_decoded(data))))
        out = io.StringIO()
        csv.writer(out).writerows([rows[0], *([change(cell) for cell in row] for row in rows[1:])])
        return out.getvalue().encode("utf-8", "surrogatepass")

    return changed


SPOILT_TABLES: dict[str, Spoil] = {
    "cells that act": _cells(lambda cell: cell + (BAIT if " " in cell else "")),
    "formulas": _cells(lambda cell: "=1+1" + cell),
    "cells over the limit": _cells(lambda cell: cell or "x" * 200_000),
    "cells of 2^64": _cells(lambda cell: "18446744073709551616" if cell.isdigit() else cell),
    "cells of 1e400": _cells(lambda cell: "1e400" if cell.isdigit() else cell),
    "cells of 5,000 digits": _cells(lambda cell: "9" * 5000 if cell.isdigit() else cell),
    "cells that are not numbers": _cells(lambda cell: "NaN" if cell.isdigit() else cell),
    "cells below nothing": _cells(lambda cell: f"-{cell}" if cell.isdigit() else cell),
    "empty cells": _cells(lambda _: ""),
    "an open quote": lambda data: data + b'"' + b"a,b\n" * 30_000,
    "a row of 50,000 cells": lambda data: data + b"," * 50_000 + b"\n",
    "a head that acts": lambda data: data.replace(b",", BAIT.encode("utf-8", "replace") + b",", 3),
}

_TOML_NUMBER = re.compile(rb"(?m)(?<== )-?\d+(?:\.\d+)?$")
_TOML_STRING = re.compile(rb'"([^"\n]*)"')


def _toml_number(put: bytes) -> Spoil:
    """Spoil numbers, and those that stand in quotes because they are exact."""
    return lambda data: _TOML_NUMBER.sub(
        put, re.sub(rb'"-?\d+(?:\.\d+)?"', b'"' + put + b'"', data)
    )


SPOILT_TOML: dict[str, Spoil] = {
    "strings that act": lambda data: _TOML_STRING.sub(
        lambda found: b'"' + found[1] + rb'\u001b]52;c;ZXZpbA==\u0007[/]\u202eevil"', data
    ),
    "numbers of 2^64": _toml_number(b"18446744073709551616"),
    "numbers below nothing": _toml_number(b"-1"),
    "numbers of 1e400": _toml_number(b"1e400"),
    "numbers of 5,000 digits": _toml_number(b"9" * 5000),
    "not a number": _toml_number(b"nan"),
    "nothing in quotes": lambda data: _TOML_STRING.sub(b'""', data),
    "lists for strings": lambda data: _TOML_STRING.sub(b"[[]]", data),
    "tables for strings": lambda data: _TOML_STRING.sub(b"{a = 1}", data),
    "truth for strings": lambda data: _TOML_STRING.sub(b"true", data),
    "an open quote": lambda data: data + b'a = """' + b"x\n" * 30_000,
    "a long string": lambda data: _TOML_STRING.sub(b'"' + b"x" * 100_000 + b'"', data, count=2),
    "a key twice": lambda data: data + b"\n" + data,
    "formulas": lambda data: _TOML_STRING.sub(rb'"=1+1\1"', data),
}


def samples(source: str) -> Iterator[Path]:
    """Yield the files that are kept of a source."""
    for path in sorted(KEPT.get(source, FIXTURES / source).rglob("*")):
        if path.is_file():
            yield path


def spoil_all(source: str, root: Path) -> int:
    """Write every sample of a source below a folder, spoilt in each way; return how many."""
    base = KEPT.get(source, FIXTURES / source)
    count = 0
    for sample in samples(source):
        place = sample.relative_to(base)
        data = sample.read_bytes()
        if place.suffix == ".sql" or data.startswith(b"SQLite format 3\0"):
            count += _spoil_database(data, root, place)
            continue
        ways = {**SPOILT, **(SPOILT_TABLES if place.suffix in (".csv", ".txt") else {})}
        for way, spoil in ways.items():
            file = root / way.replace("^", "").replace(" ", "-") / place
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(spoil(data))
            count += 1
    return count


_TEXTS: dict[str, Callable[[str], object]] = {
    "cells that act": lambda text: text + BAIT.replace("\ud800", "") if " " in text else text,
    "cells of bytes": lambda text: text.encode() + b"\xff\0",
    "cells of nothing": lambda _: None,
    "cells of numbers": lambda _: 2**62,
}
_CELLS: dict[str, Callable[[object], object]] = {
    "numbers of 2^62": lambda value: 2**62 if isinstance(value, (int, float)) else value,
    "numbers without end": lambda value: 1e999 if isinstance(value, (int, float)) else value,
    "numbers below nothing": lambda value: -1 if isinstance(value, (int, float)) else value,
    "numbers that are texts": lambda value: "NaN" if isinstance(value, (int, float)) else value,
}


def _spoil_database(data: bytes, root: Path, place: Path) -> int:
    """Write a database spoilt in each way: its cells, the JSON in them, its pages, its schema."""
    plain = root / "as it is" / (place.with_suffix(".db") if place.suffix == ".sql" else place)
    plain.parent.mkdir(parents=True, exist_ok=True)
    if place.suffix == ".sql":
        with closing(sqlite3.connect(plain)) as connection:
            connection.executescript(data.decode())
    else:
        plain.write_bytes(data)
    name = plain.relative_to(root / "as it is")
    whole = plain.read_bytes()
    pages = {"half": whole[: len(whole) // 2], "odd": whole[:5000] + b"\xff" * 90 + whole[5090:]}
    for way, content in pages.items():
        _place(root, way, name).write_bytes(content)
    ways: dict[str, Callable[[object], object]] = {**_CELLS}
    for way, change in _TEXTS.items():
        ways[way] = lambda value, change=change: (  # type: ignore[misc]
            change(value) if isinstance(value, str) else value
        )
    for way, spoil in SPOILT.items():
        if way not in ("UTF-16", "nothing", "no UTF-8", "carriage returns", "a long text"):
            ways[f"json {way}"] = lambda value, spoil=spoil: _json(value, spoil)  # type: ignore[misc]
    for way, spoilt in ways.items():
        file = _place(root, way, name)
        file.write_bytes(whole)
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            _change_cells(connection, spoilt)
    for way, script in (("endless views", _ENDLESS), ("views of a large result", _LARGE)):
        file = _place(root, way, name)
        file.write_bytes(whole)
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            for table in _tables(connection):
                columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
                listed = ", ".join(f'n AS "{column}"' for column in columns)
                connection.execute(f'DROP TABLE "{table}"')
                connection.execute(script.format(table=table, columns=listed))
    return len(ways) + len(pages) + 3


_ENDLESS = (
    'CREATE VIEW "{table}" AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c) '
    "SELECT {columns} FROM c"
)
_LARGE = (
    'CREATE VIEW "{table}" AS WITH c(n) AS (SELECT zeroblob(900000000)) SELECT {columns} FROM c'
)


def _json(value: object, spoil: Spoil) -> object:
    if isinstance(value, bytes) and value[:1] in b"{[":
        return spoil(value)
    if isinstance(value, str) and value[:1] in ("{", "["):
        return spoil(value.encode()).decode("utf-8", "replace")
    return value


def _place(root: Path, way: str, name: Path) -> Path:
    file = root / way.replace("^", "").replace(" ", "-") / name
    file.parent.mkdir(parents=True, exist_ok=True)
    return file


def _tables(connection: sqlite3.Connection) -> list[str]:
    query = "SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'"
    return [row[0] for row in connection.execute(query)]


def _change_cells(connection: sqlite3.Connection, spoilt: Callable[[object], object]) -> None:
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("PRAGMA ignore_check_constraints=ON")
    connection.create_function("spoilt", 1, spoilt)  # type: ignore[arg-type]
    for table in _tables(connection):
        for _, column, _, _, _, is_key in connection.execute(f'PRAGMA table_info("{table}")'):
            if not is_key:
                connection.execute(f'UPDATE OR IGNORE "{table}" SET "{column}"=spoilt("{column}")')
