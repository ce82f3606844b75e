"""A ledger of every version that there was becomes what a new one is, with all that it held."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from convledger.errors import WorkspaceError
from convledger.ledger import Ledger
from convledger.store import migrations
from convledger.store.migrations import SCHEMA_VERSION
from tests.ingest.logs import session, turns
from tests.store.past_ledgers import as_sql, make_past_ledger, versions

PAST = versions()


def tables_of(connection: sqlite3.Connection) -> dict[str, object]:
    """Return everything that a schema says, but for the order and the spelling of its SQL."""
    found: dict[str, object] = {}
    for kind, name, sql in connection.execute("SELECT type, name, sql FROM sqlite_schema"):
        found[f"{kind} {name}"] = (
            frozenset(connection.execute(f"PRAGMA table_xinfo({name})").fetchall())
            if kind == "table"
            else re.sub(r"\s+", " ", sql or "")
        )
    return found


@pytest.fixture(scope="module")
def of_today(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    with Ledger.open(tmp_path_factory.mktemp("today") / "workspace") as ledger:
        return tables_of(ledger.connection)


def workspace_of(folder: Path, version: int) -> Path:
    workspace = folder / "workspace"
    workspace.mkdir(mode=0o700)
    make_past_ledger(workspace / "ledger.db", version)
    return workspace


def at_home_in(workspace: Path, home: Path) -> Path:
    """Let the books be of a home in which the log has grown; return the logs' folder."""
    projects = home / ".claude" / "projects"
    log = projects / "bakery" / f"{session()}.jsonl"
    log.parent.mkdir(parents=True)
    log.write_bytes(turns(1, 3) + b"not a line\n" + turns(4, 6))
    with closing(sqlite3.connect(workspace / "ledger.db")) as moved, moved:
        for table, name in (("source", "root"), ("file", "path"), ("setting", "name")):
            moved.execute(
                f"UPDATE {table} SET {name}=replace({name}, '/home/ana', ?)", (str(home),)
            )
    return projects


def test_there_is_a_ledger_of_every_version_but_the_latest() -> None:
    assert PAST[: SCHEMA_VERSION - 1] == list(range(1, SCHEMA_VERSION))


@pytest.mark.parametrize("version", PAST)
def test_a_past_ledger_is_brought_up_to_date_and_read_on(
    quick_path: Path, of_today: dict[str, object], version: int
) -> None:
    workspace = workspace_of(quick_path, version)
    projects = at_home_in(workspace, quick_path / "home")
    with Ledger.open(workspace) as ledger:
        found = tables_of(ledger.connection)
        assert {name for name in found if found[name] != of_today.get(name)} == set()
        assert found.keys() == of_today.keys()
        assert ledger.check(deep=True) == []
        one = ledger.connection.execute
        assert one("SELECT count(*), sum(input), sum(output) FROM call").fetchone() == (5, 500, 50)
        assert one("SELECT sum(calls), sum(output) FROM usage").fetchone() == (5, 50)
        assert one("SELECT count(*) FROM message").fetchone() == (10,)
        assert one("SELECT name, value FROM label").fetchall() == [("client", "Acme")]
        assert one("SELECT count(*) FROM rejected").fetchone() == (1,)
        bodies = [row[0] for row in one("SELECT body FROM entry ORDER BY id")]
        kept = ["The bakery opens at seven.", "Ana prefers tabs."]
        assert bodies == (kept if version >= 4 else [])
        assert [backup.why for backup in ledger.backups()] == ["migration"] * (
            version < SCHEMA_VERSION
        )
        result = ledger.sync([("claude-code", projects)])
        assert (result.calls, result.messages) == (3, 6)
        assert result.read_bytes <= len(turns(4, 6)) * 2
        assert ledger.check(deep=True) == []


@pytest.mark.parametrize("version", [1, 4, 9])
def test_a_past_ledger_whose_last_step_fails_stays_as_it_was(
    quick_path: Path, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    workspace = workspace_of(quick_path, version)
    with closing(sqlite3.connect(workspace / "ledger.db")) as connection:
        before = list(as_sql(connection))

    def fail(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM call")
        raise sqlite3.IntegrityError("not to be")

    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, fail))
    monkeypatch.setattr(migrations, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
    with pytest.raises(WorkspaceError, match="not to be"):
        Ledger.open(workspace)
    with closing(sqlite3.connect(workspace / "ledger.db")) as connection:
        assert list(as_sql(connection)) == before
