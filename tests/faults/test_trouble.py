"""What a full disk, a wrong mode, another program or a broken file do: a sentence, no harm."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from datetime import UTC
from pathlib import Path

import pytest

from convledger.errors import WorkspaceError
from convledger.ledger import Ledger
from convledger.reports.usage import UsageQuery
from convledger.store import connection as connection_module
from convledger.store.connection import unreadable
from convledger.store.search import SearchQuery
from tests.faults.conftest import IMPORT, Start, roots
from tests.ingest.logs import Bench, everything, turns

_TOLD = """
import resource, sys
from convledger.errors import WorkspaceError
most = int(sys.argv[4])
resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
try:
    exec(sys.argv[5])
except WorkspaceError as error:
    print("told:", error)
"""

needs_limits = pytest.mark.skipif(sys.platform == "win32", reason="has no such limit")


@needs_limits
@pytest.mark.parametrize("kilobytes", [0, 200, 700, 1100])
def test_full_disk_is_told_and_the_import_completed_later(
    tmp_path: Path,
    made_home: Path,
    undisturbed: dict[str, list[object]],
    start: Start,
    kilobytes: int,
) -> None:
    workspace = tmp_path / "workspace"
    limited = start(_TOLD, workspace, made_home, 40_000, kilobytes << 10, IMPORT)
    said, problems = limited.communicate(timeout=60)

    assert "Traceback" not in problems
    if "done" not in said:
        assert f"told: {workspace / 'ledger.db'}: " in said
    with Ledger.open(workspace) as ledger:
        assert ledger.check(deep=True) == []
        ledger.sync(roots(made_home))
        assert ledger.check(deep=True) == []
        found = everything(ledger.connection)
    for name, rows in undisturbed.items():
        assert found[name] == rows, name


@needs_limits
def test_disk_that_is_always_full_says_so_each_time(
    tmp_path: Path, made_home: Path, start: Start
) -> None:
    told = []
    for _ in range(2):
        limited = start(_TOLD, tmp_path / "workspace", made_home, 40_000, 300 << 10, IMPORT)
        told.append(limited.communicate(timeout=60)[0].splitlines()[-1])

    assert all(line.startswith("told: ") for line in told)


@pytest.mark.parametrize(
    ("said", "way_out"),
    [
        ("database or disk is full", "make room and run the command again"),
        ("database is locked", "another program holds it locked"),
        ("attempt to write a readonly database", "check the permissions"),
        ("unable to open database file", "check that the folder exists"),
        ("file is not a database", "Move it aside and run `convledger import`"),
        ("database disk image is malformed", "Move it aside and run `convledger import`"),
        ("disk I/O error", "check the disk"),
    ],
)
def test_each_failure_of_sqlite_has_its_way_out(said: str, way_out: str) -> None:
    told = str(unreadable(Path("/books/ledger.db"), sqlite3.OperationalError(said)))

    assert told.startswith("/books/ledger.db: ")
    assert way_out in told
    assert said in told


def without_privileges(*command: str) -> list[str]:
    """Return a command that runs bound by permissions, which root is not."""
    if os.geteuid() != 0:
        return list(command)
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("root may write everywhere")
    caps = "-dac_override,-dac_read_search"
    return [setpriv, "--bounding-set", caps, "--inh-caps", caps, *command]


_PLAIN = """
import sys
from convledger.errors import WorkspaceError
try:
    exec(sys.argv[4])
except WorkspaceError as error:
    print("told:", error)
"""


@pytest.mark.parametrize("with_ledger", [True, False])
def test_workspace_that_may_not_be_written_is_told(
    tmp_path: Path, made_home: Path, start: Start, with_ledger: bool
) -> None:
    workspace = tmp_path / "workspace"
    if with_ledger:
        with Ledger.open(workspace) as ledger:
            ledger.sync(roots(made_home), texts=False)
    workspace.mkdir(exist_ok=True)
    for path in (*workspace.iterdir(), workspace):
        path.chmod(0o500 if path.is_dir() else 0o400)
    python = without_privileges(sys.executable)
    process = start(_PLAIN, workspace, made_home, 40_000, IMPORT, python=python)
    said, problems = process.communicate(timeout=60)
    for path in (workspace, *workspace.iterdir()):
        path.chmod(0o700 if path.is_dir() else 0o600)

    assert "Traceback" not in problems
    assert f"told: {workspace}" in said
    assert "permission" in said.lower() or "can't be" in said or "can't make" in said


@pytest.mark.parametrize("how", ["deleted", "folder deleted", "replaced"])
def test_ledger_that_goes_while_it_is_open_is_told(bench: Bench, how: str) -> None:
    bench.write(bench.log, turns(1, 2))
    bench.sync()
    workspace = bench.ledger.workspace
    if how == "folder deleted":
        shutil.rmtree(workspace)
    else:
        for path in workspace.glob("ledger.db*"):
            path.unlink()
    if how == "replaced":
        Ledger.open(workspace).close()
    bench.append(bench.log, turns(3, 3))

    with pytest.raises(WorkspaceError, match=str(workspace)):
        bench.sync()
    with Ledger.open(workspace) as again:
        assert again.sync(bench.roots).calls == 3
        assert again.check(deep=True) == []


def closed(bench: Bench) -> Path:
    """Fill the ledger, close it and return its file, which then holds everything."""
    bench.write(bench.log, turns(1, 200))
    bench.sync()
    bench.ledger.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    bench.ledger.close()
    return bench.ledger.path


def use(workspace: Path, bench: Bench) -> None:
    """Do with a ledger whatever a person does."""
    with Ledger.open(workspace) as ledger:
        ledger.sync(bench.roots)
        ledger.usage(UsageQuery(by=("day",), zone=UTC))
        ledger.search(SearchQuery("answer"))
        ledger.status()
        list(ledger.transcript(1))
        ledger.sources()
        ledger.check(deep=True)
        ledger.repair()


def test_damaged_head_is_told(bench: Bench) -> None:
    path = closed(bench)
    with path.open("r+b") as stream:
        stream.write(b"\0" * 64)

    with pytest.raises(WorkspaceError, match=r"damaged.*convledger import"):
        use(bench.ledger.workspace, bench)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.95])
def test_truncated_ledger_is_told(bench: Bench, share: float) -> None:
    path = closed(bench)
    os.truncate(path, int(path.stat().st_size * share))

    with pytest.raises(WorkspaceError, match="damaged"):
        use(bench.ledger.workspace, bench)


@pytest.mark.parametrize("tenth", range(10))
def test_damaged_middle_is_told_or_found_or_held_nothing(bench: Bench, tenth: int) -> None:
    path = closed(bench)
    with Ledger.open(bench.ledger.workspace) as ledger:
        before = everything(ledger.connection)
    size = path.stat().st_size
    with path.open("r+b") as stream:
        stream.seek(4096 + (size - 8192) * tenth // 10)
        stream.write(b"\xa5" * 4096)
    try:
        with Ledger.open(bench.ledger.workspace) as ledger:
            assert ledger.check(deep=True) or everything(ledger.connection) == before
    except WorkspaceError as error:
        assert str(path) in str(error)  # noqa: PT017 - where it can't even be opened


def test_empty_file_becomes_a_ledger(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").touch(0o600)
    tmp_path.chmod(0o700)
    with Ledger.open(tmp_path) as ledger:
        assert ledger.check() == []


def test_aside_and_imported_again_all_is_there(
    tmp_path: Path, made_home: Path, undisturbed: dict[str, list[object]]
) -> None:
    workspace = tmp_path / "workspace"
    with Ledger.open(workspace) as ledger:
        ledger.sync(roots(made_home), texts=False)
    (workspace / "ledger.db").write_bytes(b"ruined")
    with pytest.raises(WorkspaceError):
        Ledger.open(workspace)
    (workspace / "ledger.db").rename(workspace / "ledger.db.aside")
    with Ledger.open(workspace) as ledger:
        ledger.sync(roots(made_home))
        found = everything(ledger.connection)

    assert found["usage"] == undisturbed["usage"]
    assert found["words"] == undisturbed["words"]


@pytest.fixture
def locked(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> sqlite3.Connection:
    """Another connection that holds the ledger for itself."""
    monkeypatch.setattr(connection_module, "BUSY_SECONDS", 0.0)
    bench.write(bench.log, turns(1, 2))
    bench.sync()
    other = sqlite3.connect(bench.ledger.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    return other


def test_locked_ledger_is_told_and_can_still_be_read(
    bench: Bench, locked: sqlite3.Connection
) -> None:
    bench.append(bench.log, turns(3, 3))
    with Ledger.open(bench.ledger.workspace) as ledger:
        for change in (
            lambda: ledger.sync(bench.roots),
            lambda: ledger.label([1], "tag", "x"),
            lambda: ledger.import_paths([bench.log]),
            ledger.repair,
            ledger.check,
        ):
            with pytest.raises(WorkspaceError, match="another program holds it locked"):
                change()
        assert ledger.status()
        assert len(ledger.search(SearchQuery("answer")).hits) == 2
        locked.execute("ROLLBACK")
        assert ledger.sync(bench.roots).calls == 1
        assert ledger.check(deep=True) == []
    locked.close()


def test_new_ledger_that_another_holds_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "BUSY_SECONDS", 0.0)
    other = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")

    with pytest.raises(WorkspaceError, match="locked"):
        Ledger.open(tmp_path)
    other.execute("ROLLBACK")
    other.close()
    with Ledger.open(tmp_path) as ledger:
        assert ledger.status()
