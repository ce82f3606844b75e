"""The command `memory export`: what goes where, and that it comes in again."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tests.cli.conftest import Cli


@pytest.fixture
def stocked(cli: Cli) -> Cli:
    """Return a workspace with two entries, one of them archived."""
    cli("memory", "add", "Deploys go out on Thursdays.", "--kind", "decision")
    cli("memory", "add", "Ana signs invoices.", "--kind", "contact")
    cli("memory", "archive", "2")
    return cli


def test_all_goes_to_standard_output(stocked: Cli) -> None:
    head, *lines = map(json.loads, stocked("memory", "export").out.splitlines())

    assert (head["convledger"], head["schema"], head["entries"]) == ("memory", 1, 2)
    assert [line["state"] for line in lines] == ["active", "archived"]
    assert stocked("memory", "export", "--kind", "contact", "--format", "csv").out.count("\n") == 2
    assert "## Ana signs invoices." in stocked("memory", "export", "2", "--format", "md").out


def test_another_workspace_takes_it_in(stocked: Cli, tmp_path: Path) -> None:
    path = tmp_path / "memory.jsonl"
    told = stocked("memory", "export", "--output", str(path), "--reveal")
    assert (told.out, told.err) == ("", f"2 entries in {path}\n")
    again = stocked("memory", "export", "--output", str(path))
    assert (again.code, "--force" in again.err) == (2, True)
    answer = stocked("--workspace", str(tmp_path / "new"), "memory", "import", str(path))
    assert "2 new" in answer.out
    listed = stocked("--workspace", str(tmp_path / "new"), "memory", "list", "--json").json
    assert [entry["title"] for entry in listed["entries"]] == ["Deploys go out on Thursdays."]
    outlook = stocked("erase", "entry", "1", "--dry-run")
    assert f"Not touched: {path}" in outlook.out


def test_nothing_matches_and_wrong_use(stocked: Cli) -> None:
    nothing = stocked("memory", "export", "--tag", "none")
    assert (nothing.code, nothing.out) == (1, "")
    both = stocked("memory", "export", "1", "--kind", "contact")
    assert (both.code, "not both" in both.err) == (2, True)


def test_a_zip_is_told_member_by_member(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "vault.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("note.md", "- The oven is old.")
        archive.writestr("../out.md", "- Never.")
        archive.writestr("users.json", "[]")
    answer = cli("memory", "import", str(path))

    assert answer.out == f"{path} › note.md: 1 new\n"
    assert f"{path} › ../out.md: its name leads out of the archive" in answer.err
    (first, second) = cli("memory", "import", str(path), "--json").json["files"]
    assert (first["error"], second["same"]) == ("its name leads out of the archive", 1)
