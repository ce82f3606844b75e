"""Files that are made to harm whoever opens them, whatever they are taken for."""

from __future__ import annotations

import io
import os
import sqlite3
import struct
import zipfile
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

_DEEP = 20_000


def _zip(members: list[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def _overlapping() -> bytes:
    """Return a zip of which every entry is the same bytes, and says it is more than it is."""
    content = _zip([("conversations.json", b"[" + b" " * (40 << 20) + b"]")])
    start = content.rindex(b"PK\x01\x02")
    end = content.rindex(b"PK\x05\x06")
    entry = bytearray(content[start:end])
    entries = b""
    for number in range(500):
        name = b"conversations-%05d.json" % number
        struct.pack_into("<H", entry, 28, len(name))
        entries += bytes(entry[:46]) + name
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 500, 500, len(entries), start, 0)
    return content[:start] + entries + tail


def _lying() -> bytes:
    """Return a zip whose header says that a member is small."""
    content = bytearray(_zip([("conversations.json", b"[" + b" " * (30 << 20) + b"]")]))
    for mark, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        struct.pack_into("<I", content, content.rindex(mark) + place, 10)
    return bytes(content)


def _database() -> bytes:
    """Return a ledger, by its number, with triggers and views of another hand."""
    with TemporaryDirectory() as folder:
        place = Path(folder) / "x.db"
        with closing(sqlite3.connect(place, isolation_level=None)) as connection:
            connection.executescript(
                """
                PRAGMA application_id=1129071687; PRAGMA user_version=11;
                CREATE TABLE call(id INTEGER);
                CREATE VIEW conversation AS WITH RECURSIVE c(n) AS
                    (SELECT 1 UNION ALL SELECT n+1 FROM c) SELECT n AS id FROM c;
                CREATE TRIGGER t AFTER INSERT ON call BEGIN
                    INSERT INTO call SELECT zeroblob(900000000); END;
                CREATE TABLE sessions(id DEFAULT (load_extension('x')));
                """
            )
        return place.read_bytes()


ANYTHING: dict[str, bytes] = {
    "a long line": b"a" * 3_000_000,
    "nulls": b"\0" * 100_000,
    "bytes": bytes(range(256)) * 200,
    "a mark alone": b"\xef\xbb\xbf",
    "utf-16": "kind,name\ntool,x\n".encode("utf-16"),
}
JSON: dict[str, bytes] = {
    "deep lists": b"[" * _DEEP + b"]" * _DEEP,
    "deep objects": b'{"a":' * _DEEP + b"1" + b"}" * _DEEP,
    "deep lines": b'{"type":"user","message":' + b"[" * _DEEP + b"\n" + b"x\n",
    "many digits of json": b'[{"id": ' + b"9" * 6000 + b', "n": 1e400, "m": NaN}]',
    "half surrogates": rb'{"type":"entry","title":"\ud800","text":"\udfff"}' + b"\n",
}
TOML: dict[str, bytes] = {
    "deep toml": b"a = " + b"[" * _DEEP + b"]" * _DEEP + b"\n",
    "deep keys": b".".join([b"a"] * _DEEP) + b" = 1\n",
    "deep tables": b"[" + b".".join([b"a"] * 5000) + b"]\n",
    "inline tables": b"a = " + b"{a=" * 5000 + b"1" + b"}" * 5000 + b"\n",
    "much toml": b"".join(b"k%d = 1\n" % number for number in range(200_000)),
    "many digits": b"schema = " + b"9" * 6000 + b"\nprice = 1e99999\nshare = nan\n",
}
TABLES: dict[str, bytes] = {
    "a long cell": b'conversation,at,reason\n"' + b"x" * 400_000 + b'",1,2\n',
    "many cells": b"a," * 100_000 + b"\n1\n",
    "a null in a table": b"kind,name,amount\nto\0ol,x,1\n",
}
ARCHIVES: dict[str, bytes] = {
    "names up": _zip([("../../up.json", b"[]"), ("/abs.json", b"[]"), ("C:\\x.json", b"[]")]),
    "equal names": _zip([("conversations.json", b"[]"), ("Conversations.json", b"[{}]")]),
    "a bomb": _zip([("conversations.json", b"0" * (60 << 20))]),
    "overlapping": _overlapping(),
    "lying": _lying(),
    "nested": _zip([("a.zip", _zip([("conversations.json", b"0" * (20 << 20))]))]),
    "no end": b"PK\x03\x04" + b"\0" * 40,
}
DATABASES: dict[str, bytes] = {
    "a database": _database(),
    "half a database": _database()[:3000],
}
# By how a file's name ends, what may be hidden in it.
_LIKELY = {".toml": TOML, ".csv": TABLES, ".jsonl": JSON, ".json": JSON, ".db": DATABASES}


def bombs_for(name: str, *, wholly: bool) -> dict[str, bytes]:
    """Return what a file of a name could harm with; `wholly`, where any form is looked for."""
    if wholly:
        return ANYTHING | JSON | TOML | TABLES | ARCHIVES | DATABASES
    others = {way: found[way] for found in (JSON, ARCHIVES, DATABASES) for way in list(found)[:1]}
    return ANYTHING | others | _LIKELY.get(Path(name).suffix, {})


def lay_bombs(folder: Path, name: str, *, wholly: bool) -> list[Path]:
    """Lay bombs out under the same file name, and things that are no files at all."""
    found = []
    for way, content in bombs_for(name, wholly=wholly).items():
        place = folder / way.replace(" ", "-") / name
        place.parent.mkdir(parents=True)
        place.write_bytes(content)
        found.append(place)
    for way in ("fifo", "loop", "zero", "passwords", "folder", "nobody"):
        place = folder / way / name
        place.parent.mkdir(parents=True)
        found.append(place)
    fifo, loop, zero, passwords, below, _ = found[-6:]
    os.mkfifo(fifo)
    loop.symlink_to(loop)
    zero.symlink_to("/dev/zero")
    passwords.symlink_to("/etc/passwd")
    below.mkdir()
    (below / "again").symlink_to(below)
    return found
