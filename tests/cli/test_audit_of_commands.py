"""Every command that changes something leaves an event by whom it was, and no other does."""

from __future__ import annotations

from pathlib import Path

import pytest

from convledger import paths
from convledger.ledger import Ledger
from convledger.store.actors import IMPORT, ITSELF
from convledger.store.audit_check import verify
from convledger.store.audit_events import Event, events
from tests.cli.conftest import FIXTURES, Cli
from tests.cli.plans import plan_text, put

pytestmark = pytest.mark.usefixtures("on_the_20th", "mira")
CONVERSATION = "01a1f8b3"
LABELS_AND_PLANS = """
label {conversation} --client Northwind --tag urgent
label {conversation} --tag urgent --remove
plan new own --from chat-credits-30min
plan add {folder}/studio.toml
plan use studio --since 2026-10-01
plan use studio --client Northwind --since 2026-11-01
plan end 2
credits top-up --amount 250 --price 40.00 --note goodwill
credits adjust +25 --note gift
credits void 1 --amount 5
credits undo 2
credits alerts --mute 1
plan drop 1 --yes
prices alias mystery-1 claude-sonnet-4-5
sources --leave-out cursor
sources --take-in cursor
sources --estimates off
sources --estimates on
export {conversation} --output {folder}/out.jsonl
erase conversation {conversation} --yes
"""
COSTS = """
cost add tool Index 85.40 --on 2026-10 --rule tokens
cost edit 1 --amount 90
cost remove 2
cost bring-back 2
cost undo
cost time add {conversation} 12
cost time remove 1
cost time bring-back 1
cost minutes --hand-off 12 --baseline 9
cost minutes --none baseline
cost hourly 25 --since 2026-01-01
cost hourly 26 --since 2026-01-01
cost hourly --remove 2026-01-01
cost rate EUR USD 1.085 --since 2026-10-01
cost rate EUR USD --remove --since 2026-10-01
cost import {folder}/costs.csv
cost close 2026-09
cost open 2026-09
budget new desk --amount 0.50
budget edit desk --amount 0.60
budget remove desk
budget bring-back desk
simulate --shorter-prompts 20% --save leaner
simulate add {folder}/leaner.toml --name leanest
simulate rename leaner lean
simulate delete lean
simulate undo
reconcile {fixtures}/bills/anthropic-usage.csv --keep autumn
reconcile --forget 1
reconcile --bring-back 1
"""
PEOPLE = """
handoff add {conversation} --to Ada --reason billing --handle 12m
handoff edit 1 --handle 20m
handoff remove 2
handoff bring-back 2
handoff undo
handoff reasons --add legal-hold
handoff import {folder}/handoffs.csv
review sample --size 3 --seed 7 --owner Ada --owner Bo --overlap 3 --title Autumn
review verdict 1 minor --as Ada
review verdict 1 pass --as Bo
review adjudicate 1 major
review undo --as Ada
review reasons --add odd
review export 1 {folder}/ada.jsonl --owner Ada --with-texts
review remove 1
review bring-back 1
"""
MEMORY = """
memory add Thursdays --tag ops
memory add Twice
memory add Thrice
memory add {secret}
memory edit 1 --title Deploys
memory set 1 --value 5 --pin
memory confirm 1
memory snooze 1
memory archive 1
memory restore 1
memory prune --tag ops --yes
memory undo
memory no-pair 2 3
memory choose 3 --over 2
memory undo
memory merge 2 --into 3
memory findings --dismiss 1
pack new work --budget 2000
pack set work --budget 3000
pack add work 1
pack drop work 1
pack write work {folder}/PACK.md
pack delete work
memory export --output {folder}/memory.jsonl
memory redact 4 --yes
erase entry 1 --yes
"""


@pytest.fixture
def mira(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "mira")


def test_changes_to_labels_plans_and_sources_are_a_persons(other: Cli, tmp_path: Path) -> None:
    put(tmp_path, plan_text())
    run_each(other, LABELS_AND_PLANS, tmp_path)


def test_changes_to_costs_budgets_and_scenarios_are_a_persons(other: Cli, tmp_path: Path) -> None:
    header = "kind,name,amount,since,until\n"
    (tmp_path / "costs.csv").write_text(f"{header}tool,Seats,12,2026-10-01,2026-10-31\n", "utf-8")
    (tmp_path / "leaner.toml").write_text('schema = 1\n[prompts]\nshorter = "20%"\n', "utf-8")
    run_each(other, COSTS, tmp_path)


def test_hand_offs_and_verdicts_are_a_persons(other: Cli, tmp_path: Path) -> None:
    rows = f"conversation,at,reason\n{CONVERSATION},2026-11-18 09:00,policy\n"
    (tmp_path / "handoffs.csv").write_text(rows, "utf-8")
    run_each(other, PEOPLE, tmp_path)
    about = other("audit", "list", "--about", "review_batch", "--json").json
    assert {each["about"] for each in about["batches"]} == {"Autumn"}


def test_changes_to_memory_are_a_persons(other: Cli, tmp_path: Path) -> None:
    run_each(other, MEMORY, tmp_path)


def test_what_comes_from_files_is_the_imports(cli: Cli, own_home: Path) -> None:
    file = own_home / ".claude" / "CLAUDE.md"
    file.parent.mkdir()
    file.write_text("# Me\n\n- Deploys go out on Fridays.\n", "utf-8")
    assert cli("memory", "import").code == 0
    assert {each.actor for each in since(0)} == {IMPORT}

    last = since(0)[0].seq
    for line in ("memory accept 1", "memory edit 1 --body Thursdays", "memory write --yes"):
        assert cli(*line.split()).code == 0
        assert "mira" in {each.actor for each in since(last)}, line
        last = since(0)[0].seq
    file.write_text(file.read_text("utf-8") + "\n- By a tool.\n\n- By another.\n", "utf-8")
    news = [str(each["number"]) for each in cli("memory", "feed", "--json").json["news"]]
    assert {each.actor for each in since(last)} <= {IMPORT}
    for line in (f"memory feed --keep {news[0]}", f"memory feed --take-out {news[1]}"):
        assert cli(*line.split()).code == 0
        assert "mira" in {each.actor for each in since(last)}, line
        last = since(last)[0].seq
    must_be_sound()


def test_what_the_program_does_by_itself_is_not_a_persons(studio: Cli) -> None:
    last = since(0)[0].seq
    prices = paths.default_workspace() / paths.PRICES
    assert studio("prices", "alias", "mystery-1", "claude-sonnet-4-5").code == 0
    assert "mira" in {each.actor for each in since(last)}
    last = since(0)[0].seq
    prices.unlink()

    assert studio("import").code == 0
    assert studio("credits").code == 0
    assert studio("memory", "findings", "--all").code == 0

    made = since(last)
    assert {each.actor for each in made} == {ITSELF}
    assert "new prices added" in {each.action for each in made}
    closed = [each for each in since(0) if each.action == "statement added"]
    assert {each.actor for each in closed} == {ITSELF}
    must_be_sound()


def run_each(cli: Cli, script: str, folder: Path) -> None:
    """Run commands; each must leave something by the person, and nothing by nobody."""
    known = {
        "conversation": CONVERSATION, "folder": folder, "fixtures": FIXTURES,
        "secret": f"AKIA{'Q3MZ7XW2LK5TRB4V'}",
    }  # fmt: skip
    last = 0
    silent = []
    for line in script.strip().splitlines():
        answer = cli(*(word.format(**known) for word in line.split()))
        made = since(last)
        last = max([last, *(each.seq for each in made)])
        actors = {each.actor for each in made}
        if "mira" not in actors or not actors <= {"mira", ITSELF}:
            silent.append((line, answer.code, answer.err, actors))
    assert silent == []
    must_be_sound()


def since(last: int) -> list[Event]:
    """Return the events after one, the latest first."""
    with Ledger.open(paths.default_workspace()) as ledger:
        return [each for each in events(ledger.connection) if each.seq > last]


def must_be_sound() -> None:
    with Ledger.open(paths.default_workspace()) as ledger:
        assert verify(ledger.connection).problems == []
