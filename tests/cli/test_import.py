"""`import`, `watch`, `sources`, `check`, `status`: keeping the books."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import FIXTURES, Cli

ROOT = Path(__file__).resolve().parents[2]


def test_import_says_what_it_read(cli: Cli, history: Path, expected: Any) -> None:
    document = cli("import", "--json").json

    assert document["calls"] == sum(row["calls"] for row in expected["rows"])
    assert document["rejected_lines"] == expected["rejected_lines"]
    assert document["waiting_bytes"] == 0
    again = cli("import")
    assert again.out == "Nothing new: the ledger is up to date.\n"
    assert again.err == ""


def test_import_names_what_waits(cli: Cli, history: Path) -> None:
    answer = cli("import", "--no-texts")

    assert "files to store and index still" in answer.out
    assert " 1 rejected line  `convledger sources" in answer.out
    assert cli("import", "--no-texts", "--json").json["waiting_files"] > 0


def test_import_reads_what_is_named(cli: Cli, own_home: Path) -> None:
    answer = cli("import", str(FIXTURES / "home" / ".codex"), "--json")

    assert answer.code == 0
    assert [source["source"] for source in answer.json["sources"]] == ["codex"]
    assert cli("report", "--by", "source", "--json").json["rows"][0]["source"] == "codex"


def test_import_of_nothing_known_is_wrong_use(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no log\n")

    assert cli("import", str(tmp_path / "notes.txt")).code == 2
    assert cli("import", str(tmp_path / "missing")).code == 2
    assert cli("import", "--as", "codex").code == 2
    wrong = cli("import", str(tmp_path), "--as", "codx")
    assert wrong.code == 2
    assert "did you mean codex?" in wrong.err


def test_a_stopped_import_says_that_nothing_is_lost(
    cli: Cli, history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convledger.cli.progress.Stop.__call__", lambda _: True)

    answer = cli("import")

    assert answer.code == 130
    assert "nothing is lost" in answer.err
    monkeypatch.undo()
    os.environ["HOME"] = str(history)


def test_sources_lists_folders_files_and_what_is_wrong(other: Cli) -> None:
    document = other("sources", "--json").json
    table = other("sources").out

    by_name = {source["source"]: source for source in document["sources"]}
    assert by_name["claude-code"]["rejected"] == 1
    assert by_name["claude-code"]["root"].endswith("/.claude/projects")
    assert "~/.claude/projects" in table
    assert len(other("sources", "--files", "--json").json["files"]) == sum(
        source["files"] for source in document["sources"]
    )
    rejected = other("sources", "--rejected").out
    assert ".jsonl:" in rejected
    assert "JSON" in rejected
    assert "northwind-local-7b" in other("sources", "--unpriced").out
    assert other("sources", "--rejected", "--csv").out.startswith("source,path,line,offset,reason")


def test_check_is_silent_where_all_is_well(other: Cli) -> None:
    for options in ((), ("--deep",), ("--repair",)):
        answer = other("check", *options)
        assert (answer.code, answer.out, answer.err) == (0, "", "")
    assert other("check", "--json").json == {"schema": 1, "findings": []}


@pytest.mark.skipif(os.name == "nt", reason="no modes")
def test_check_ends_with_1_and_the_way_out(other: Cli, own_home: Path) -> None:
    workspace = own_home / ".local" / "share" / "convledger"
    workspace.chmod(0o755)

    answer = other("check")

    assert answer.code == 1
    assert "permissions: " in answer.out
    assert "chmod 700" in answer.out
    assert other("check", "--json").json["findings"][0]["check"] == "permissions"


def test_status_without_a_ledger_makes_none(cli: Cli, own_home: Path) -> None:
    assert cli("status").out == "no ledger yet · convledger import\n"
    assert cli("status", "--json").json["today"]["list_cost_usd"] == "0"
    assert list(own_home.iterdir()) == []


def test_status_is_one_line(other: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 1_795_185_120.0)  # 2026-11-20

    line = other("status").out
    document = other("status", "--json").json

    assert line.count("\n") == 1
    assert line.startswith("$2.48 today · $5.29 7 days · $58.76 30 days")
    assert "10 calls unpriced" in line
    assert document["today"] == {
        "list_cost_usd": "2.48297325",
        "calls": 58,
        "unpriced_calls": 0,
        "estimated_calls": 0,
    }
    parsed = other("status", "--json", "--json")  # not the short way in
    assert parsed.json == document


@pytest.mark.skipif(os.name == "nt", reason="signals differ")
def test_watch_prints_what_arrives_until_it_is_interrupted(history: Path) -> None:
    log = next((history / ".claude" / "projects").rglob("5d0caad8-*.jsonl"))
    record = json.loads(
        next(line for line in log.read_text().splitlines() if '"type":"assistant"' in line)
    )
    record["uuid"] = "11111111-2222-4333-8444-555555555555"
    record["message"]["id"] = "msg_01ArrivesWhileWatching"
    process = subprocess.Popen(
        [sys.executable, "-m", "convledger", "watch", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout is not None
    try:
        first = json.loads(process.stdout.readline())
        with log.open("a") as stream:
            stream.write(json.dumps(record) + "\n")
        second = json.loads(process.stdout.readline())
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
    finally:
        process.kill()
        process.communicate()
    assert first["calls"] > 800
    assert (second["calls"], second["messages"]) == (1, 1)
    assert time.monotonic() - begun < 3
