"""Memory written to files, and taken in again: the same entries, states and versions."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convledger.clock import DAY, SECOND
from convledger.ledger import Ledger
from convledger.memory import files, keeping
from convledger.memory.drafts import Draft
from convledger.memory.erase import Wanted, outlook
from convledger.memory.exported import exported
from convledger.memory.importing import ImportResult
from convledger.memory.packs import exposures
from convledger.memory.words import text_hash
from convledger.reports.export import AlreadyThere
from convledger.reports.memory_export import Wish, destination, write
from convledger.store.entries import entries_where
from convledger.store.operations import undo
from convledger.store.tombstones import bury

NOW = 1_790_000_000 * SECOND
TOKEN = "ghp_" + "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8"
WISH = Wish(reveal=True, now=NOW, zone=UTC)


def fill(ledger: Ledger) -> list[int]:
    """Keep entries in every state, with versions, one that took another's place, and a secret."""
    memory = ledger.memory
    drafts = (
        Draft("Deploys go out on Thursday.", kind="decision", scope="client:acme", tags=("ops",)),
        Draft('=HYPERLINK("http://x") is a formula;\tnot one of ours\n- and \x1b[31mred'),
        Draft(f"The token is {TOKEN}.", sensitivity="secret", value=5, pinned=True),
        Draft("Deploys go out on Monday.", scope="client:acme", valid_to=NOW + DAY),
        Draft("Ask Ana first.", kind="instruction"),
    )
    ids = [memory.remember(draft, NOW + number)[0].id for number, draft in enumerate(drafts)]
    memory.edit(ids[0], NOW + 10, body="Deploys go out on Tuesday.", reason="moved")
    memory.edit(ids[0], NOW + 20, body="Deploys go out on Wednesday.", title="Deploys")
    memory.choose(ids[0], ids[3], NOW + 30)
    memory.snooze([ids[4]], NOW + 40, 7)
    keeping.remember(ledger.connection, Draft("Proposed only."), NOW, state="proposed")
    return [entry.id for entry in entries_where(ledger.connection)]


def run(ledger: Ledger, ids: list[int], path: Path, form: str = "jsonl", **more: Any) -> str:
    wish = replace(WISH, **{key: more.pop(key) for key in ("reveal",) if key in more})
    target = destination(str(path), form, len(ids), **more)
    list(write(ledger.connection, ledger.path, ids, target, wish))
    return path.read_text("utf-8") if path.is_file() else ""


def documents(ledger: Ledger) -> dict[str, Any]:
    ids = [entry.id for entry in entries_where(ledger.connection)]
    found = [each for _, each in exported(ledger.connection, ids, reveal=True)]
    return {each.name: replace_tokens(each) for each in found}


def replace_tokens(found: Any) -> Any:
    found.tokens = None
    return found


def take(ledger: Ledger, path: Path) -> ImportResult:
    ((_, result),) = files.import_named(ledger.connection, [path], None, "", NOW)
    assert isinstance(result, ImportResult), result
    return result


@pytest.fixture
def other(tmp_path: Path) -> Any:
    with Ledger.open(tmp_path / "other") as opened:
        yield opened


def test_another_workspace_gets_the_same_entries_states_and_versions(
    ledger: Ledger, other: Ledger, tmp_path: Path
) -> None:
    path = tmp_path / "memory.jsonl"
    run(ledger, fill(ledger), path)
    result = take(other, path)

    assert (result.new, result.rejected) == (6, [])
    assert documents(other) == documents(ledger)
    assert {entry.state for entry in entries_where(other.connection)} == {
        "active", "snoozed", "archived", "proposed",
    }  # fmt: skip
    assert path.stat().st_mode & 0o777 == 0o600
    again = take(other, path)
    assert (again.new, again.changed, again.same) == (0, 0, 6)
    undo(other.connection, NOW)
    assert documents(other) == {}


def test_later_versions_follow_and_another_text_stays(
    ledger: Ledger, other: Ledger, tmp_path: Path
) -> None:
    first, second = fill(ledger)[:2]
    run(ledger, [first, second], tmp_path / "a.jsonl")
    take(other, tmp_path / "a.jsonl")
    ledger.memory.edit(first, NOW + 50, body="Deploys go out on Friday.")
    ledger.memory.archive([first], NOW + 60)
    ledger.memory.edit(second, NOW + 50, body="Changed there.")
    here = next(each for each in entries_where(other.connection) if "formula" in each.body)
    other.memory.edit(here.id, NOW + 55, body="Changed here.")
    run(ledger, [first, second], tmp_path / "b.jsonl")
    result = take(other, tmp_path / "b.jsonl")

    assert (result.changed, len(result.rejected)) == (1, 1)
    assert "it stays" in result.rejected[0].reason
    assert {entry.body: entry.state for entry in entries_where(other.connection)} == {
        "Deploys go out on Friday.": "archived",
        "Changed here.": "active",
    }
    assert take(other, tmp_path / "a.jsonl").same == 2  # an older export takes nothing back


def test_secrets_are_dotted_unless_they_are_asked_for(
    ledger: Ledger, other: Ledger, tmp_path: Path
) -> None:
    ids = fill(ledger)
    for form in ("jsonl", "csv", "md"):
        path = tmp_path / f"dotted.{form}"
        assert TOKEN not in run(ledger, ids, path, form, reveal=False)
        assert TOKEN in run(ledger, ids, tmp_path / f"full.{form}", form)
    lines = (tmp_path / "dotted.jsonl").read_text("utf-8").splitlines()
    assert json.loads(lines[0])["secrets"] == "dotted"
    assert [json.loads(line)["secrets"] for line in lines[1:]].count("dotted") == 1
    assert take(ledger, tmp_path / "dotted.jsonl").same == 6  # dots replace no secret
    assert f"The token is {TOKEN}." in {each.body for each in entries_where(ledger.connection)}
    assert take(other, tmp_path / "dotted.jsonl").new == 6


def test_what_was_erased_does_not_come_back(ledger: Ledger, other: Ledger, tmp_path: Path) -> None:
    run(ledger, fill(ledger), tmp_path / "memory.jsonl")
    bury(other.connection, "entry", text_hash("Ask Ana first."), NOW)
    result = take(other, tmp_path / "memory.jsonl")

    assert (result.new, result.erased) == (5, 1)


def test_an_export_that_nobody_named_only_proposes(
    ledger: Ledger, other: Ledger, tmp_path: Path
) -> None:
    folder = tmp_path / "sent"
    folder.mkdir()
    run(ledger, fill(ledger), folder / "memory.jsonl")
    take(other, folder)

    assert {entry.state for entry in entries_where(other.connection)} == {"proposed"}
    assert len(list(entries_where(other.connection))) == 5


def test_a_spreadsheet_gets_no_formula_and_the_exact_text_comes_back(
    ledger: Ledger, other: Ledger, tmp_path: Path
) -> None:
    ids = fill(ledger)
    text = run(ledger, ids, tmp_path / "memory.csv", "csv")
    rows = list(csv.DictReader(io.StringIO(text)))

    assert len(rows) == 6
    assert [cell for row in rows for cell in row.values() if cell[:1] in tuple("=+-@\t")] == []
    assert "\x1b" not in text
    assert json.loads(rows[1]["exact"])["body"] == documents(ledger)[rows[1]["name"]].body
    assert rows[0]["exact"] == ""
    take(other, tmp_path / "memory.csv")
    assert {each.body for each in entries_where(other.connection)} == {
        each.body for each in entries_where(ledger.connection)
    }


def test_markdown_is_one_page_or_a_note_for_each(ledger: Ledger, tmp_path: Path) -> None:
    ids = fill(ledger)
    page = run(ledger, ids, tmp_path / "memory.md", "md")
    assert page.count("\n## ") == 6
    assert "version 2 · 2026" in page
    assert "\x1b" not in page
    run(ledger, ids, tmp_path / "notes", "md")
    notes = sorted((tmp_path / "notes").iterdir())
    assert len(notes) == 6
    texts = [each.read_text("utf-8") for each in notes]
    (note,) = [each for each in texts if each.startswith('---\ntitle: "Deploys"\n')]
    assert 'type: "note"\npermalink: "memory/' in note
    assert 'tags: ["ops"]' in note
    assert 'scope: "client:acme"' in note


def test_an_erasure_names_the_files_that_an_entry_was_exported_to(
    ledger: Ledger, tmp_path: Path
) -> None:
    first, second, *_ = fill(ledger)
    run(ledger, [first, second], tmp_path / "both.jsonl")
    run(ledger, [first, second], tmp_path / "notes", "md")
    with pytest.raises(AlreadyThere):
        run(ledger, [first], tmp_path / "both.jsonl")
    run(ledger, [second], tmp_path / "second.csv", "csv")

    def targets(entry_id: int) -> list[str]:
        wanted = Wanted(entries=(entry_id,))
        named = outlook(ledger.connection, ledger.path, wanted).targets
        return [Path(each).relative_to(tmp_path).as_posix() for each in named]

    note = next(each.name for each in (tmp_path / "notes").iterdir() if "deploys" in each.name)
    assert targets(first) == ["both.jsonl", f"notes/{note}"]
    assert "second.csv" in targets(second)
    assert exposures(ledger.connection, first) == []  # no pack was written
    count = ledger.connection.execute("SELECT count(*) FROM pack_render").fetchone()
    assert count == (4,)  # what was not written is not noted


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"name": "../../x"}, "is no name of an entry"),
        ({"state": "immortal"}, "is no state"),
        ({"versions": []}, "its versions do not end with its text"),
        ({"body": 7}, "no entry"),
        ({"value": 9}, "a value is from 1"),
        ({"sources": [{"kind": "rumour"}]}, "is no kind of source"),
    ],
)
def test_a_line_that_is_no_entry_is_told_and_the_others_are_read(
    ledger: Ledger, other: Ledger, tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    path = tmp_path / "memory.jsonl"
    head, first, *rest = run(ledger, fill(ledger), path).splitlines()
    path.write_text("\n".join((head, json.dumps(json.loads(first) | change), *rest)), "utf-8")
    result = take(other, path)

    assert result.new == 5
    assert [(each.place, reason in each.reason) for each in result.rejected] == [("line 2", True)]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=st.binary(max_size=200), line=st.integers(0, 5))
def test_any_lines_behind_a_head_are_entries_or_reasons(
    other: Ledger, tmp_path: Path, content: bytes, line: int
) -> None:
    path = tmp_path / "any.jsonl"
    path.write_bytes(b'{"convledger": "memory", "schema": 1}\n' + b"{}\n" * line + content)
    result = take(other, path)

    assert result.new == 0
    assert len(result.rejected) >= line
