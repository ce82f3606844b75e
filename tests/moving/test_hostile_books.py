"""Books that another hand wrote are taken in or refused in words, whatever stands in them."""

from __future__ import annotations

import json
import shutil
import sqlite3
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convledger.errors import ConvledgerError
from convledger.moving.carried import CARRIED
from tests.ingest.logs import Bench
from tests.moving.books import NOW, filled, findings
from tests.workspaces import empty_workspace

some = settings(
    max_examples=60, derandomize=True, database=None, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
ODD: list[Any] = [
    None, True, 0, -1, 2**31, 2**63, -(2**63), 2**70, 1.5, 1e308, "", "7", "-1", "1e400", "nan",
    "\x1b]52;c;eA==\x07", "\u202e", "\0", "../../x", "2026-02-30", "9999-99-99T99:99:99Z",
    "0001-01-01T00:00:00Z", "2026-11-22T04:37:00+99:00", [], [[]], {}, {"reader": "claude-code"},
    {"reader": "claude-code", "id": ""}, {"reader": 5, "id": []}, "x" * 5000,
]  # fmt: skip
values = st.sampled_from(ODD) | st.text(max_size=6) | st.integers()


@st.composite
def edits(draw: st.DrawFn) -> list[tuple[int, int, int, Any]]:
    """Return which file, line and key of books become what."""
    places = st.integers(0, 10_000)
    return draw(st.lists(st.tuples(places, places, places, values), min_size=1, max_size=6))


def test_any_value_is_taken_in_or_refused(bench: Bench, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    filled(bench).move_out(whole, now=NOW)
    names = sorted(each.name for each in whole.glob("*.jsonl") if each.stat().st_size)
    numbers = count()
    taken: list[bool] = []
    told: list[str] = []

    @some
    @given(edits())
    def holds(changes: list[tuple[int, int, int, Any]]) -> None:
        number = next(numbers)
        folder = tmp_path / f"books-{number}"
        shutil.copytree(whole, folder)
        for file, line, key, value in changes:
            _change(folder / names[file % len(names)], line, key, value)
        _sign(folder)
        with empty_workspace(tmp_path / f"mine-{number}") as ledger:
            before = _digest(ledger.connection)
            try:
                ledger.take_in(folder, now=NOW)
                taken.append(True)
            except ConvledgerError as refused:
                told.append(str(refused))
                assert _digest(ledger.connection) == before
                taken.append(False)
            assert findings(ledger) == []
        shutil.rmtree(folder)

    holds()
    assert {True, False} == set(taken)
    assert all(told)


def _change(place: Path, line: int, key: int, value: object) -> None:
    lines = place.read_text("utf-8").splitlines()
    record = json.loads(lines[line % len(lines)])
    keys = list(record)
    record[keys[key % len(keys)]] = value
    lines[line % len(lines)] = json.dumps(record)
    place.write_text("\n".join(lines) + "\n", "utf-8")


def _sign(folder: Path) -> None:
    """Let the list say what the files are now, as the other hand would."""
    place = folder / "manifest.json"
    manifest = json.loads(place.read_bytes())
    for name, note in manifest["files"].items():
        content = (folder / name).read_bytes()
        note.update(sha256=sha256(content).hexdigest(), bytes=len(content))
    place.write_text(json.dumps(manifest))


def _digest(connection: sqlite3.Connection) -> str:
    """Return what changes where any row of people's does."""
    tables = sorted({each.table for each in CARRIED} | {"entry", "entry_version", "conversation"})
    rows = [connection.execute(f'SELECT * FROM "{table}"').fetchall() for table in tables]
    return sha256(repr(rows).encode("utf-8", "replace")).hexdigest()
