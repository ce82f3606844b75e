"""The command `memory`: entries added, found, changed, decided about, and taken back."""

from __future__ import annotations

import csv
import io
import os
import stat
from pathlib import Path

import pytest

from convledger.economics.carrying import BY_CONVERSATION, Carrying
from convledger.memory.shelf import Memory
from tests.cli.conftest import Cli

TEXT = "Deploys go out on Thursdays."


@pytest.fixture
def stocked(cli: Cli) -> Cli:
    """Return a workspace with three entries."""
    for words in (
        (TEXT, "--kind", "decision", "--scope", "client:acme", "--tag", "ops"),
        ("Ana signs invoices.", "--kind", "contact", "--value", "5", "--pin"),
        ("Staging is at host nine.", "--said", "2020-01-05", "--until", "2020-02-01"),
    ):
        assert cli("memory", "add", *words).code == 0
    return cli


def test_nothing_remembered_says_how_to_begin(cli: Cli) -> None:
    answer = cli("memory")

    assert (answer.code, answer.out) == (0, "")
    assert "convledger memory add" in answer.err


def test_a_text_is_kept_once(stocked: Cli) -> None:
    again = stocked("memory", "add", TEXT.upper(), "--scope", "client:acme")
    assert again.out == f"Known already as number 1: {TEXT}\n"
    document = stocked("memory", "show", "1", "--json").json
    assert (document["kind"], document["scope"], document["tags"]) == (
        "decision",
        "client:acme",
        ["ops"],
    )
    assert [each["kind"] for each in document["sources"]] == ["manual"]


def test_of_very_many_parts_that_are_nothing_the_first_are_told(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "memory.json"
    file.write_text("x\n" * 3000, "utf-8")
    answer = cli("memory", "import", str(file), "--as", "mcp-memory")
    told = answer.err.splitlines()
    assert len(told) < 25
    assert any("3,000 parts could not be used (2,980 more than told" in line for line in told)


def test_lists_are_filtered_and_come_as_rows(stocked: Cli) -> None:
    assert "Staging is at host nine." in stocked("memory").out
    numbers = [each["number"] for each in stocked("memory", "list", "--json").json["entries"]]
    assert numbers == [3, 2, 1]
    rows = list(csv.DictReader(io.StringIO(stocked("memory", "--kind", "contact", "--csv").out)))
    assert [(row["number"], row["value"], row["body"]) for row in rows] == [
        ("2", "5", "Ana signs invoices."),
    ]  # fmt: skip
    assert stocked("memory", "search", "thursday*").out.count("Deploys") == 1
    wrong = stocked("memory", "--where", "colour=red")
    assert (wrong.code, "is nothing that an entry has" in wrong.err) == (2, True)


def test_an_edit_is_a_version_that_can_be_restored(stocked: Cli) -> None:
    assert (
        "version 2"
        in stocked("memory", "edit", "1", "--body", "On Fridays.", "--reason", "new").out
    )
    assert "- Deploys go out on Thursdays." in stocked("memory", "show", "1", "--diff").out
    assert TEXT in stocked("memory", "show", "1", "--version", "1").out
    assert stocked("memory", "edit", "1", "--restore", "1").code == 0
    assert stocked("memory", "show", "1", "--json").json["version"] == 3
    assert stocked("memory", "edit", "1", "--restore", "9").code == 2
    assert stocked("memory", "edit", "1", "--body", TEXT).out == "Nothing changed.\n"


@pytest.mark.skipif(os.name == "nt", reason="the editor is a shell script")
def test_an_entry_is_edited_in_ones_editor(
    stocked: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nprintf "Title\\n\\nNew text\\n" > "$1"\n')
    editor.chmod(editor.stat().st_mode | stat.S_IXUSR)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", str(editor))

    assert stocked("memory", "edit", "2").code == 0
    document = stocked("memory", "show", "2", "--json").json
    assert (document["title"], document["body"]) == ("Title", "New text")
    monkeypatch.setenv("EDITOR", "false")
    assert "nothing was changed" in stocked("memory", "edit", "2").err
    monkeypatch.delenv("EDITOR")
    assert stocked("memory", "edit", "2").code == 2


def test_decisions_are_taken_back(stocked: Cli) -> None:
    assert stocked("memory", "archive", "1", "2").out == "2 entries archived.\n"
    assert [each["number"] for each in stocked("memory", "--json").json["entries"]] == [3]
    assert "archive 2 entries" in stocked("memory", "undo").out
    assert len(stocked("memory", "--json").json["entries"]) == 3
    verbs = [each["verb"] for each in stocked("memory", "history", "--json").json["changes"]]
    assert verbs == ["undo", "archive", "remember", "remember", "remember"]


def test_facts_are_set(stocked: Cli) -> None:
    changed = stocked(
        "memory", "set", "1", "2", "--tag", "x,y", "--untag", "ops", "--until", "2030-01-01"
    )
    assert changed.out == "2 entries changed.\n"
    one, other = (stocked("memory", "show", name, "--json").json for name in ("1", "2"))
    assert (one["tags"], other["tags"]) == (["x", "y"], ["x", "y"])
    assert one["valid_to"] is not None
    assert stocked("memory", "undo").code == 0
    assert stocked("memory", "show", "1", "--json").json["tags"] == ["ops"]
    assert stocked("memory", "set", "1").code == 2


def test_a_review_says_what_wants_a_look_and_why(stocked: Cli) -> None:
    document = stocked("memory", "review", "--json").json

    assert document["left"] == 1
    (one,) = document["queue"]
    assert (one["number"], [reason["kind"] for reason in one["reasons"]]) == (3, ["expired"])
    assert stocked("memory", "review", "--reason", "conflict").out == "Nothing wants a look.\n"
    assert stocked("memory", "confirm", "3").code == 0
    hygiene = stocked("memory", "hygiene", "--json").json
    assert (hygiene["entries"], len(hygiene["ratios"])) == (3, 7)


def test_pruning_shows_first_and_asks(stocked: Cli) -> None:
    dry = stocked("memory", "prune", "--where", "reason=expired", "--dry-run")
    assert "Staging is at host nine." in dry.out
    assert len(stocked("memory", "--json").json["entries"]) == 3
    assert stocked("memory", "prune").code == 2
    assert stocked("memory", "prune", "--where", "reason=expired", "--yes").code == 0
    assert [each["number"] for each in stocked("memory", "--json").json["entries"]] == [2, 1]


def test_two_entries_become_one_or_one_wins(stocked: Cli) -> None:
    assert stocked("memory", "merge", "2", "--into", "1").code == 0
    assert stocked("memory", "show", "2", "--json").json["state"] == "archived"
    assert stocked("memory", "choose", "1", "--over", "3").code == 0
    assert stocked("memory", "no-pair", "1", "3").code == 0
    assert stocked("memory", "merge", "1", "--into", "1").code == 2


def test_part_of_a_conversation_is_remembered(other: Cli) -> None:
    name = other("report", "--by", "conversation", "--json").json["rows"][0]["conversation"]
    whole = other("memory", "add", "--of", name, "--json").json
    shown = other("memory", "show", str(whole["number"]), "--json").json

    assert shown["sources"][0]["conversation"] == name
    assert shown["sources"][0]["kind"] == "message"
    words = whole["body"].split("\n")[0][:20]
    assert other("memory", "add", "--of", name, "--quote", words, "--scope", "project:x").code == 0
    assert other("memory", "add", "--of", name, "--quote", "nobody said this 123").code == 2
    assert other("memory", "add", "--quote", "x").code == 2
    assert other("memory", "add").code == 2


def test_hostile_text_is_shown_harmless(cli: Cli) -> None:
    assert cli("memory", "add", "\x1b[2Jcleared", "--title", "\x1b]0;x\x07").code == 0

    for words in (
        ("memory",),
        ("memory", "show", "1"),
        ("memory", "history"),
        ("memory", "review"),
    ):
        assert "\x1b" not in cli(*words).out


def test_a_secret_is_never_printed_in_full_unasked(cli: Cli) -> None:
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    assert secret not in cli("memory", "add", f"Token is {secret}").out
    assert cli("memory", "edit", "1", "--body", f"The token is {secret}, still").code == 0

    for words in (
        ("memory",), ("memory", "--json"), ("memory", "--csv"), ("memory", "show", "1"),
        ("memory", "show", "1", "--json"), ("memory", "show", "1", "--diff"),
        ("memory", "search", "token", "--json"), ("memory", "review"), ("memory", "history"),
        ("memory", "review", "--json"), ("memory", "findings"), ("memory", "history", "--json"),
        ("memory", "prune", "--where", "age<1", "--dry-run"), ("memory", "pairs"),
    ):  # fmt: skip
        assert secret not in cli(*words).out, words
    assert secret in cli("memory", "show", "1", "--reveal").out
    number = cli("memory", "findings", "--json").json["findings"][0]["number"]
    assert cli("memory", "findings", "--show", str(number)).out.strip() == secret
    assert cli("memory", "redact", "1").code == 2
    assert secret in cli("memory", "show", "1", "--reveal").out
    assert cli("memory", "redact", "1", "--yes").code == 0
    assert secret not in cli("memory", "show", "1", "--reveal").out


def test_memory_comes_in_from_files_and_goes_back(cli: Cli, own_home: Path) -> None:
    folder = own_home / ".claude"
    folder.mkdir()
    file = folder / "CLAUDE.md"
    file.write_text("# Me\n\n- Deploys go out on Fridays before noon.\n\n@gone.md\n", "utf-8")
    answer = cli("memory", "import")
    assert "CLAUDE.md: 1 new" in answer.out
    assert cli("memory", "import").out == "Nothing new in the memory files of this machine.\n"
    (entry,) = cli("memory", "--json").json["entries"]
    assert (entry["state"], entry["kind"]) == ("proposed", "instruction")

    lint = cli("memory", "lint", "--json")
    assert (lint.code, [one["kind"] for one in lint.json["complaints"]]) == (1, ["dead import"])
    assert cli("memory", "edit", "1", "--body", "Deploys go out on Thursdays.").code == 0
    dry = cli("memory", "write", "--dry-run").out
    assert "- - Deploys go out on Fridays before noon." in dry
    assert "Fridays" in file.read_text("utf-8")
    assert cli("memory", "write", "--yes").code == 0
    assert "- Deploys go out on Thursdays.\n\n@gone.md\n" in file.read_text("utf-8")
    assert cli("memory", "write").out == "No file has to change.\n"

    file.write_text(file.read_text("utf-8") + "\n- Written by a tool.\n", "utf-8")
    (news,) = cli("memory", "feed", "--json").json["news"]
    assert (news["what"], news["new"]) == ("added", "Written by a tool.")
    assert cli("memory", "feed", "--take-out", str(news["number"])).code == 0
    assert cli("memory", "write", "--yes").code == 0
    assert "Written by a tool" not in file.read_text("utf-8")


def test_files_are_imported_by_name(cli: Cli, tmp_path: Path) -> None:
    notes = tmp_path / "vault"
    notes.mkdir()
    (notes / "a.md").write_text("# Ana\n\nSigns invoices.\n", "utf-8")
    (notes / "b.csv").write_text("title,body\nHost,Staging is at nine\n", "utf-8")
    answer = cli("memory", "import", str(notes), "--scope", "client:acme", "--json")

    assert sum(one.get("new", 0) for one in answer.json["files"]) == 2
    scopes = {one["scope"] for one in cli("memory", "--json").json["entries"]}
    assert scopes == {"client:acme"}
    assert cli("memory", "import", str(tmp_path / "none")).code == 2
    assert cli("memory", "import", str(notes), "--as", "word").code == 2
    assert cli("memory", "import", "--as", "csv").code == 2


def test_where_conversations_are_charged_a_share_is_told_and_no_sum(
    stocked: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    carried = Carrying(tokens=1_000, method="o200k", reason=BY_CONVERSATION)
    monkeypatch.setattr(Memory, "carrying", lambda *_: {1: carried})
    told = stocked("memory", "show", "1").out

    assert "0.5 % of the context, est.; the plan charges by conversation" in told
    assert "$" not in told


def test_a_project_that_is_named_gives_the_rules_that_its_tools_hide(
    cli: Cli, tmp_path: Path
) -> None:
    for name in (
        ".cursor/rules/api.mdc", ".github/copilot-instructions.md", ".claude/rules/deep/py.md",
        ".claude/worktrees/copy/CLAUDE.md", ".git/notes.md", ".github/ISSUE_TEMPLATE/bug.md",
    ):  # fmt: skip
        file = tmp_path / "shop" / name
        file.parent.mkdir(parents=True)
        file.write_text(f"- What {name} says\n", "utf-8")

    answer = cli("memory", "import", str(tmp_path / "shop"), "--json")

    assert {Path(one["path"]).name for one in answer.json["files"]} == {
        "api.mdc", "copilot-instructions.md", "py.md",
    }  # fmt: skip


def test_a_file_of_no_known_format_is_told_and_nothing_else(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "pasted.txt"
    file.write_text("Has a cat.\n", "utf-8")

    answer = cli("memory", "import", str(file))

    assert "say which it is" in answer.err
    assert answer.out == ""


def test_lint_tells_rows_and_imports_that_lead_back(cli: Cli, own_home: Path) -> None:
    (own_home / ".claude").mkdir()
    (own_home / ".claude" / "CLAUDE.md").write_text("- One rule\n\n@b.md\n", "utf-8")
    (own_home / ".claude" / "b.md").write_text("- Another rule\n\n@CLAUDE.md\n", "utf-8")
    table = own_home / "t.csv"
    table.write_text("title,body,value\nA,Some text,1\nB,Another text,9\n", "utf-8")
    cli("memory", "import", str(table))
    cli("memory", "import")

    told = [one["words"] for one in cli("memory", "lint", "--json").json["complaints"]]

    assert told == [
        "row 3: '9' is no value: 1 to 5",
        "line 3, @CLAUDE.md: imports itself, cut here",
    ]
