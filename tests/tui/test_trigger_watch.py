"""The app follows the rules while it follows the logs, without being felt."""

from __future__ import annotations

from pathlib import Path

import pytest

from convledger.clock import now_us
from convledger.ledger import Ledger
from convledger.tui.app import ConvledgerApp
from convledger.tui.feeder import Feed
from tests.ingest.logs import Bench, turns
from tests.tui.fault_parts import until
from tests.workflow.rule_parts import rule_text


@pytest.fixture
def filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    bench = Bench(tmp_path)
    monkeypatch.setenv("HOME", str(bench.home))
    return bench


def begin(bench: Bench, **keys: object) -> ConvledgerApp:
    """Confirm a rule, let a conversation come in, and return the app."""
    with bench.ledger as ledger:
        file = ledger.add_trigger(rule_text(**keys), "x")  # type: ignore[arg-type]
        ledger.confirm_trigger(file.name, file.digest, now=now_us())
        bench.write(bench.log, turns(1, 3))
        bench.sync()
    return ConvledgerApp(bench.ledger.workspace, feeding=False)


def statuses(bench: Bench) -> list[str]:
    with Ledger.open(bench.ledger.workspace) as ledger:
        return [each.firing.status for each in ledger.trigger_firings()]


async def test_rules_fire_once_the_logs_are_followed(filled: Bench) -> None:
    app = begin(filled)
    async with app.run_test() as pilot:
        app._lookout.look()
        assert statuses(filled) == []
        app._fed(Feed("live"))
        app._lookout.look()
        await until(pilot, lambda: statuses(filled) == ["done"])

    assert (filled.ledger.workspace / "outbox.jsonl").read_text().count("\n") == 1


async def test_a_failure_is_told_and_harms_nothing(filled: Bench) -> None:
    app = begin(filled, do="command", command=["false"])
    async with app.run_test() as pilot:
        app._fed(Feed("live"))
        app._lookout.look()
        await until(pilot, lambda: app.notices.shown()[0] is not None)
        notice, _ = app.notices.shown()

    assert notice is not None
    assert notice.words == "rule costly failed: ended with 1"
    assert statuses(filled) == ["failed"]


async def test_without_rules_and_inbox_no_thread_begins(filled: Bench) -> None:
    filled.write(filled.log, turns(1, 3))
    filled.sync()
    filled.ledger.close()
    app = ConvledgerApp(filled.ledger.workspace, feeding=False)
    async with app.run_test():
        app._fed(Feed("live"))
        app._lookout.look()
        assert app._lookout._triggers._thread is None
