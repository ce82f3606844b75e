"""A ledger that is deleted while it is being opened is told as that, and nothing else is."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from convledger import ledger as ledger_module
from convledger.errors import LedgerGone, WorkspaceError
from convledger.ledger import Ledger
from convledger.store import connection as connection_module
from convledger.store.connection import connect


def delete_before(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, folder: Path) -> None:
    """Have the folder deleted when a function is about to begin."""
    goes_on = getattr(owner, name)

    def deleting(*args: Any, **named: Any) -> Any:
        shutil.rmtree(folder)
        return goes_on(*args, **named)

    monkeypatch.setattr(owner, name, deleting)


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (ledger_module, "connect"),
        (connection_module, "_connected"),
        (ledger_module, "migrate"),
    ],
)
def test_a_workspace_deleted_while_it_is_opened_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: object, name: str
) -> None:
    workspace = tmp_path / "books"
    delete_before(monkeypatch, owner, name, workspace)

    with pytest.raises(LedgerGone, match=r"books/ledger\.db: was deleted or replaced"):
        Ledger.open(workspace)


def test_a_workspace_deleted_while_it_is_made_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def there_a_moment_ago(path: Path, **_: object) -> None:
        raise FileExistsError(17, "File exists", str(path))

    monkeypatch.setattr(Path, "mkdir", there_a_moment_ago)

    with pytest.raises(LedgerGone):
        Ledger.open(tmp_path / "books")


def test_a_file_in_the_place_of_the_workspace_is_told(tmp_path: Path) -> None:
    (tmp_path / "books").write_text("notes")

    with pytest.raises(WorkspaceError, match="can't make the workspace: File exists"):
        Ledger.open(tmp_path / "books")


def test_a_link_that_leads_nowhere_is_not_gone(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").symlink_to(tmp_path / "nowhere")

    with pytest.raises(WorkspaceError, match="unable to open") as told:
        connect(tmp_path / "ledger.db")
    assert not isinstance(told.value, LedgerGone)
    assert isinstance(told.value.__cause__, sqlite3.Error)
