"""Rules by command: added, tried, confirmed, fired by an import, listed, taken away."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from datetime import UTC
from pathlib import Path

import pytest

from convledger import paths
from tests.cli.conftest import Cli
from tests.ingest.logs import Bench, turns
from tests.workflow.rule_parts import rule_text, where

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def rule(tmp_path: Path) -> Path:
    path = tmp_path / "costly.toml"
    over = where("list_cost_usd", "over", 1.5)
    path.write_text(rule_text("costly", "conversation.closed", about="Dear ones", where=[over]))
    return path


def test_a_rule_is_added_tried_confirmed_and_removed(other: Cli, rule: Path) -> None:
    assert other("trigger").out == "There is no rule.\n"
    added = other("trigger", "add", str(rule))
    assert added.out.startswith("costly: ~/")
    assert "It does nothing yet" in added.err
    (line,) = other("trigger", "list", "--json").json["rules"]
    assert (line["rule"], line["state"], line["does"]) == ("costly", "inert", "outbox")

    tried = other("trigger", "dry-run", "costly", "--since", "2026-10-01", "--json").json
    assert tried["would_have_fired"] == len(tried["events"]) == 9
    said = other("trigger", "dry-run", "costly", "--since", "2026-10-01").out
    assert said.startswith("costly would have fired 9 times since 2026-10-01.\n")

    asked = other("trigger", "confirm", "costly")
    assert (asked.code, "say --yes" in asked.err) == (2, True)
    assert "appends a line to" in asked.err
    assert other("trigger", "list", "--json").json["rules"][0]["state"] == "inert"
    done = other("trigger", "confirm", "costly", "--yes")
    assert done.out == "costly acts on what happens from now on.\n"
    assert other("trigger", "confirm", "costly").out == "costly is confirmed already.\n"
    assert "list_cost_usd is over 1.5" in other("trigger", "show", "costly").out
    assert other("trigger", "show", "costly", "--json").json["state"] == "confirmed"
    assert other("trigger", "list", "--csv").out.startswith("rule,state,when,does,confirmed_at")
    assert other("trigger", "run").out == "Nothing was to be done.\n"

    assert other("trigger", "remove", "costly").code == 2
    removed = other("trigger", "remove", "costly", "--yes")
    assert "is taken away" in removed.out
    assert other("trigger", "list", "--json").json["rules"] == []
    actions = other("audit", "list", "--json").out
    for deed in ("file of a rule written", "rule confirmed", "rule removed"):
        assert deed in actions


def test_a_hand_off_is_named_by_its_conversation(other: Cli, tmp_path: Path) -> None:
    path = tmp_path / "hand.toml"
    path.write_text(rule_text("hand", "handoff.added"))
    assert other("trigger", "add", str(path)).code == 0
    assert other("trigger", "confirm", "hand", "--yes").code == 0
    assert other("handoff", "add", "ca747c53", "--to", "Ada").code == 0
    for words in (("dry-run", "hand", "--since", "1d"), ("run",), ("log",)):
        said = other("trigger", *words).out
        assert "handoff/" not in said
        assert words == ("run",) or "hand-off of claude-code:ca747c53" in said
    (firing,) = other("trigger", "log", "--json").json["firings"]
    assert firing["subject"].startswith("handoff/")


def test_mistakes_are_told_with_the_way_out(other: Cli, tmp_path: Path, rule: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text(rule_text(wehn="x"))
    found = other("trigger", "add", str(bad))
    assert (found.code, 'did you mean "when"?' in found.err) == (1, True)
    assert other("trigger", "add", str(tmp_path / "none.toml")).code == 2
    assert other("trigger", "add", str(rule)).code == 0
    assert other("trigger", "add", str(rule)).code == 0  # the same again
    rule.write_text(rule.read_text() + "once = true\n")
    assert "--replace" in other("trigger", "add", str(rule)).err
    assert other("trigger", "add", str(rule), "--replace").code == 0
    assert "did you mean costly?" in other("trigger", "show", "costyl").err
    assert other("trigger", "log", "--status", "dnoe").code == 2


def test_an_import_fires_and_a_failure_does_not_stop_it(
    cli: Cli, tmp_path: Path, own_home: Path
) -> None:
    log = own_home / ".claude" / "projects" / "-home-ana-shop"
    log.mkdir(parents=True)
    for name, keys in {
        "good": {},
        "bad": {"do": "command", "command": ["false"]},
    }.items():
        path = tmp_path / f"{name}.toml"
        path.write_text(rule_text(name, **keys))  # type: ignore[arg-type]
        assert cli("trigger", "add", str(path)).code == 0
        assert cli("trigger", "confirm", name, "--yes").code == 0
    (log / "5d0caad8-0000-4000-8000-000000000001.jsonl").write_bytes(turns(1, 3))
    done = cli("import")

    assert done.code == 0
    assert "Triggers: 1 firing done, 1 failed" in done.out
    assert "rule bad failed: ended with 1" in done.err
    assert done.err.count("rule bad failed") == 1
    again = cli("import", "--json").json
    assert again["triggers"] == {
        "done": 0, "failed": [], "dropped": 0, "waiting": 0, "troubles": [],
    }  # fmt: skip
    outbox = paths.default_workspace() / "outbox.jsonl"
    (line,) = outbox.read_text().splitlines()
    assert json.loads(line)["data"]["calls"] == 3
    statuses = {
        each["rule"]: each["status"] for each in cli("trigger", "log", "--json").json["firings"]
    }
    assert statuses == {"good": "done", "bad": "failed"}
    failed = cli("trigger", "run", "--failed")
    assert (failed.code, "rule bad failed" in failed.err) == (1, True)
    assert cli("trigger", "log", "--status", "failed", "--csv").out.count("\n") == 2
    assert "ended with 1" in cli("trigger", "log").out


def test_killed_between_the_deed_and_its_note_it_is_done_once_more(
    cli: Cli, tmp_path: Path, own_home: Path
) -> None:
    """The rule's own command kills the program that runs it, the first time."""
    told = tmp_path / "told"
    script = f'cat >> "{told}"; [ "$(wc -l < "{told}")" -gt 1 ] || kill -9 "$PPID"'
    path = tmp_path / "deadly.toml"
    path.write_text(rule_text("deadly", do="command", command=["sh", "-c", script]))
    assert cli("trigger", "add", str(path)).code == 0
    assert cli("trigger", "confirm", "deadly", "--yes").code == 0
    log = own_home / ".claude" / "projects" / "-home-ana-shop"
    log.mkdir(parents=True)
    (log / "5d0caad8-0000-4000-8000-000000000001.jsonl").write_bytes(turns(1, 3))

    done = subprocess.run(
        [sys.executable, "-m", "convledger", "import"], cwd=PROJECT, capture_output=True
    )
    assert done.returncode == -9
    assert [each["status"] for each in cli("trigger", "log", "--json").json["firings"]] == [
        "started"
    ]
    assert cli("trigger", "run").out == "Triggers: 1 firing done\n"
    (firing,) = cli("trigger", "log", "--json").json["firings"]
    assert (firing["status"], firing["attempts"]) == ("done", 2)
    first, second = told.read_text().splitlines()
    assert json.loads(first)["id"] == json.loads(second)["id"] == firing["id"]
    assert cli("check").code == 0


def test_a_webhook_that_nobody_confirmed_connects_to_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []

    def refuse(*asked: object, **_: object) -> None:
        opened.append(asked)
        raise OSError("no connection in this test")

    for name in ("socket", "create_connection", "getaddrinfo", "socketpair"):
        monkeypatch.setattr(socket, name, refuse)
    bench = Bench(tmp_path)
    with bench.ledger as ledger:
        ledger.add_trigger(rule_text(do="webhook", url="http://127.0.0.1:9/x"), "x")
        bench.write(bench.log, turns(1, 5))
        bench.sync()
        fired = ledger.fire_triggers(now=1 << 50, zone=UTC)
        assert (fired.done, fired.failed, opened) == (0, [], [])

        digest = ledger.trigger_rule("costly").file.digest
        ledger.confirm_trigger("costly", digest, now=0)
        ledger.connection.execute("UPDATE trigger_rule SET seen=0")
        fired = ledger.fire_triggers(now=1 << 50, zone=UTC)
        assert (len(fired.failed), len(opened)) == (1, 1)  # the proof would have seen it


def test_rules_are_written_for_their_owner_alone(other: Cli, rule: Path) -> None:
    assert other("trigger", "add", str(rule)).code == 0
    path = paths.default_workspace() / "rules" / "costly.toml"

    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
