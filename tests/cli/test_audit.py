"""`audit` lists, verifies and names the head; what it promises is told in its page."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from convledger import paths
from convledger.ledger import Ledger
from convledger.manual import page_text
from convledger.store.actors import as_actor
from convledger.store.connection import transaction
from tests.cli.conftest import Cli


@pytest.fixture
def changed(cli: Cli) -> Cli:
    """Return the command line over a workspace in which a few things were changed."""
    for line in (
        "cost rate EUR USD 1.08 --since 2026-10-01",
        "cost rate EUR USD 1.09 --since 2026-10-01",
        "memory add Thursdays --title Deploys --tag ops",
    ):
        assert cli(*line.split()).code == 0
    return cli


def tamper(sql: str) -> None:
    with closing(sqlite3.connect(paths.default_workspace() / paths.LEDGER)) as other, other:
        other.execute(sql)


def test_nothing_was_changed_in_a_new_workspace(cli: Cli) -> None:
    assert cli("audit").out == "Nothing was changed that this asks for.\n"
    assert cli("audit", "verify").out == "0 events, nothing was changed\n"
    assert cli("audit", "head").out == f"0:{'0' * 64}\n"


def test_what_was_changed_together_is_one_line(changed: Cli) -> None:
    lines = changed("audit").out.splitlines()[2:]

    assert [line.split()[0] for line in lines] == ["3-4", "2", "1"]
    assert "remember: entry added, remember: source of an entry added" in lines[0]
    assert lines[0].endswith("Deploys")
    assert "exchange rate changed" in lines[1]


def test_each_event_tells_before_and_after(changed: Cli) -> None:
    told = changed("audit", "list", "-v", "--about", "exchange_rate").out

    assert "rate: “1.08” → “1.09”" in told
    assert "rate: “1.08”\n" in told
    assert "entry" not in told


def test_json_and_csv_hold_the_same(changed: Cli) -> None:
    batches = changed("audit", "list", "--json").json["batches"]
    rows = list(csv.DictReader(io.StringIO(changed("audit", "list", "--csv").out)))
    events = changed("audit", "list", "-v", "--json").json["events"]

    assert [each["first"] for each in batches] == [int(row["first"]) for row in rows] == [3, 2, 1]
    assert batches[1]["actions"] == {"exchange rate changed": 1}
    assert [each["seq"] for each in events] == [4, 3, 2, 1]
    assert (events[2]["before"], events[2]["after"]) == ({"rate": "1.08"}, {"rate": "1.09"})
    assert events[2]["key"] == {"currency": "EUR", "worth_in": "USD", "since": "2026-10-01"}
    told = list(csv.DictReader(io.StringIO(changed("audit", "list", "-v", "--csv").out)))
    for row, event in zip(told, events, strict=True):
        for name in ("key", "before", "after"):
            assert (json.loads(row[name]) if row[name] else None) == event[name]


def test_amounts_and_names_of_messages_are_no_instants(cli: Cli) -> None:
    cli("memory", "add", "text", "--title", "title")
    cli("cost", "hourly", "2500", "--since", "2026-01-01")
    with Ledger.open(paths.default_workspace()) as ledger, transaction(ledger.connection):
        ledger.connection.execute("UPDATE entry_source SET message_key=9000000000000000000")

    told = cli("audit", "list", "-v").out
    assert "amount: 2500\n" in told
    assert "message_key: – → 9000000000000000000" in told


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ("--limit 1", [4]),
        ("--before 3", [2, 1]),
        ("--actor rule", [5]),
        ("--about entry/1", [4, 3]),
        ("--about entry", [3]),
        ("--since 2100-01-01", []),
        ("--until 2000-01-01", []),
    ],
)
def test_a_list_is_narrowed(changed: Cli, options: str, wanted: list[int]) -> None:
    if "--actor" in options:
        with Ledger.open(paths.default_workspace()) as ledger, as_actor("rule"):
            ledger.repair()

    events = changed("audit", "list", "-v", "--json", *options.split()).json["events"]

    assert [each["seq"] for each in events] == wanted


def test_what_a_title_hides_does_not_reach_the_terminal(cli: Cli) -> None:
    cli("memory", "add", "text", "--title", "evil\x1b]52;c;aGk=\x07\u202etitle")

    for options in ((), ("-v",), ("--csv",)):
        out = cli("audit", "list", *options).out
        assert not {"\x1b", "\x07", "\u202e"} & set(out)


def test_a_secret_is_veiled(cli: Cli) -> None:
    secret = f"AKIA{'Q3MZ7XW2LK5TRB4V'}"
    cli("memory", "add", "text", "--tag", secret, "--title", f"the key {secret}")

    for options in ((), ("-v",), ("-v", "--json"), ("--json",), ("--csv",)):
        assert secret not in cli("audit", "list", *options).out


def test_a_head_proves_that_nothing_before_it_was_changed(changed: Cli) -> None:
    head = changed("audit", "head").out.strip()
    assert changed("audit", "head", "--json").json["seq"] == 4
    changed("memory", "archive", "1")

    answer = changed("audit", "verify", "--head", head)
    assert answer.code == 0
    assert answer.out == (
        "5 events, nothing was changed; event 4 is the one that was written down\n"
    )

    wrong = f"4:{'0' * 64}"
    answer = changed("audit", "verify", "--head", wrong)
    assert answer.code == 1
    assert "event 4 is another than the one whose hash was written down" in answer.out
    answer = changed("audit", "verify", "--head", head.replace("4:", "9:", 1))
    assert answer.code == 1
    assert "the log ends with event 5, but event 9 was written down" in answer.out
    assert changed("audit", "verify", "--head", f"0:{'0' * 64}").code == 0
    assert changed("audit", "verify", "--head", f"0:{'a' * 64}").code == 1


@pytest.mark.parametrize("head", ["", "4", "4:", "4:xyz", "x:" + "0" * 64, "4:" + "0" * 63])
def test_a_head_that_can_not_be_read_is_wrong_use(changed: Cli, head: str) -> None:
    answer = changed("audit", "verify", "--head", head)

    assert answer.code == 2
    assert "64 hexadecimal digits" in answer.err


def test_each_problem_is_told_with_what_it_means(changed: Cli) -> None:
    tamper("UPDATE audit_event SET actor='nobody' WHERE seq=2")

    answer = changed("audit", "verify")
    document = changed("audit", "verify", "--json").json

    assert answer.code == 1
    assert answer.out.startswith("event 2 is not as it was written, or the one before it is not\n")
    assert "somebody has changed the log itself" in answer.out
    assert (document["sound"], len(document["problems"])) == (False, 1)
    found = changed("check", "--json")
    assert [each["check"] for each in found.json["findings"]] == ["audit"]


def test_what_another_program_changed_is_counted(changed: Cli) -> None:
    tamper("UPDATE exchange_rate SET rate='9'")
    assert changed("audit", "verify").code == 1
    changed("memory", "archive", "1")

    answer = changed("audit", "verify")

    assert answer.code == 0
    assert "1 event of other programs" in answer.err
    (event,) = changed("audit", "list", "-v", "--actor", "outside", "--json").json["events"]
    assert event["after"] == {"rate": "9"}


def test_what_was_erased_is_counted_and_not_told(changed: Cli) -> None:
    changed("memory", "set", "1", "--tag", "zebrafinch")
    assert changed("erase", "entry", "1", "--yes").code == 0

    answer = changed("audit", "verify")

    assert answer.code == 0
    assert "5 without words, which were erased" in answer.out
    assert "(words erased)" in changed("audit").out
    whole = changed("audit", "list", "--json").json["batches"][1]
    assert {"entry removed", "words of events erased", "erasure begun"} <= set(whole["actions"])
    assert "zebrafinch" not in changed("audit", "list", "-v", "--json").out


def test_the_page_says_how_somebody_else_verifies_it(changed: Cli, tmp_path: Path) -> None:
    with Ledger.open(paths.default_workspace()) as ledger, as_actor('a "rule" \\ ☃\x01\x7f\u2028'):
        ledger.repair()
    changed("erase", "entry", "1", "--yes")
    script = tmp_path / "verify.py"
    script.write_text(page_text("audit").partition("```python\n")[2].partition("```")[0], "utf-8")
    ledger_file = paths.default_workspace() / paths.LEDGER

    def verified() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-X", "utf8", str(script), str(ledger_file)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    answer = verified()
    assert answer.stdout.partition(",")[0] == changed("audit", "head").out.strip(), answer.stderr
    tamper("UPDATE audit_content SET content=replace(content, '1.08', '1.07')")
    assert "words of 1" in verified().stderr


def test_no_word_promises_too_much(cli: Cli) -> None:
    said = page_text("audit") + cli("audit", "--help").out + json.dumps(cli("audit").out)

    assert "tamper-proof" not in said
    assert "tamper-evident" in said


def test_an_empty_text_is_shown_as_empty_and_not_as_its_digest(cli: Cli) -> None:
    assert cli("memory", "add", "Thursdays", "--title", "Deploys").code == 0
    tamper("UPDATE entry SET title='' WHERE id=1")
    assert cli("memory", "add", "Fridays").code == 0
    told = cli("audit", "list", "-v").out

    assert "e3b0c442" not in told
    assert "title: (text " in told
    assert " → “”\n" in told


def test_an_export_of_a_pack_is_told_as_one(cli: Cli, tmp_path: Path) -> None:
    assert cli("memory", "add", "Thursdays", "--title", "Deploys").code == 0
    assert cli("pack", "new", "work", "--budget", "900").code == 0
    assert cli("pack", "write", "work", str(tmp_path / "work.md")).code == 0

    assert "export of a pack written" in cli("audit").out
