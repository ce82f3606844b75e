"""What `watch` does for rules and the inbox while it follows the logs."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from convledger.cli.trigger_running import fire_quietly
from convledger.ingest import watch as watching
from convledger.ingest.watch import Watcher
from tests.ingest.logs import Bench, turns
from tests.workflow.rule_parts import rule_text


def test_rules_and_inbox_are_looked_at_while_logs_are_watched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LOOK_EVERY", 0.01)
    bench = Bench(tmp_path)
    monkeypatch.setenv("HOME", str(bench.home))
    stopping, told = threading.Event(), list[str]()
    with bench.ledger as ledger:
        file = ledger.add_trigger(rule_text(), "x")
        ledger.confirm_trigger("costly", file.digest, now=0)
        ledger.inbox.make()
        bench.write(bench.log, turns(1, 3))
        entries = ledger.inbox.folder / "entries.jsonl"

        def settled(_: object) -> None:
            fire_quietly(ledger, told.append)
            if not entries.exists():  # once the first scan is over
                entries.write_text('{"text": "Ask Ada about the kiln"}\n')
                os.utime(entries, (1, 1))

        def glanced() -> None:
            if ledger.inbox.waiting():
                fire_quietly(ledger, told.append)
                stopping.set()

        Watcher(
            ledger, lambda _: None, told.append, settled=settled, glanced=glanced
        ).run(stopping)  # fmt: skip

        assert [each.firing.status for each in ledger.trigger_firings()] == ["done"]
        (entry,) = ledger.memory.entries([1]).values()
        assert (entry.body, entry.state) == ("Ask Ada about the kiln", "proposed")
        assert told == []
