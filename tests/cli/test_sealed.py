"""A ledger that may only be looked at is looked at, and says why nothing new is in it."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from convledger.ledger import Ledger
from convledger.paths import default_workspace
from convledger.store import connection as store
from tests.cli.conftest import Cli

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="permissions are other ones there")


@pytest.fixture
def sealed(other: Cli, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cli]:
    """A workspace whose folder and ledger can't be written; root is treated like anybody."""
    workspace = default_workspace()
    for path in workspace.iterdir():
        if path.name == "ledger.db":
            path.chmod(0o400)
        else:
            path.unlink()
    workspace.chmod(0o500)
    if os.geteuid() == 0:
        may = os.access
        connected = store._connected

        def access(path: Path, mode: int) -> bool:
            return may(path, mode) and not (
                mode == os.W_OK and str(path).startswith(str(workspace))
            )

        def as_anybody(path: Path, how: str, like: Path | None = None) -> sqlite3.Connection:
            if how != "mode=ro&immutable=1":
                raise sqlite3.OperationalError("attempt to write a readonly database")
            return connected(path, how, like)

        monkeypatch.setattr(os, "access", access)
        monkeypatch.setattr(store, "_connected", as_anybody)
    yield other
    workspace.chmod(0o700)


@pytest.mark.parametrize("command", [("report", "--by", "project"), ("search", "allergens")])
def test_what_it_holds_is_told(sealed: Cli, command: tuple[str, ...]) -> None:
    answer = sealed(*command)

    assert answer.code == 0
    assert answer.out
    assert "can't be written" in answer.err
    assert "The figures are as of the last import." in answer.err


def test_an_import_says_that_it_may_not(sealed: Cli) -> None:
    answer = sealed("import")

    assert answer.code != 0
    assert "can't be written" in answer.err


def test_a_ledger_with_something_left_to_write_is_not_sealed(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "books") as ledger:
        ledger.connection.execute("BEGIN IMMEDIATE")
        ledger.connection.execute("INSERT INTO reader (name) VALUES ('codex')")
        ledger.connection.execute("COMMIT")

        assert not ledger.is_sealed
        assert (tmp_path / "books" / "ledger.db-wal").stat().st_size > 0
