"""The app looks once after its start whether the ledger is sound, without being felt."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest

from convledger.store.findings import Finding
from convledger.tui.app import ConvledgerApp
from convledger.tui.feeder import Feed
from convledger.tui.start_check import notice_words
from tests.ingest.logs import Bench, turns
from tests.tui.fault_parts import until


@pytest.fixture
def filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    bench = Bench(tmp_path)
    monkeypatch.setenv("HOME", str(bench.home))
    bench.write(bench.log, turns(1, 3))
    bench.sync()
    bench.ledger.close()
    return bench


def damage(bench: Bench) -> None:
    connection = sqlite3.connect(bench.ledger.path, isolation_level=None)
    connection.execute("DROP TRIGGER audit_label_insert")
    connection.close()


async def test_a_finding_is_told_in_one_notice_with_the_way_out(filled: Bench) -> None:
    damage(filled)
    (filled.ledger.workspace / "backups").mkdir(mode=0o755)
    app = ConvledgerApp(filled.ledger.workspace, feeding=False)
    async with app.run_test() as pilot:
        app._lookout.look()
        assert app._lookout._check._thread is None  # not before the logs were read
        app._fed(Feed("live"))
        app._lookout.look()
        await until(pilot, lambda: app.notices.shown()[0] is not None)
        notice, more = app.notices.shown()

    assert notice is not None
    assert more == 0
    assert notice.words == (
        "A check of the ledger found audit: 1 of the triggers that note changes are missing or "
        "others (and 1 more). "
        "`convledger check` tells the way out"
    )
    assert notice.severity == "warning"


async def test_a_sound_ledger_says_nothing_and_is_looked_at_once(filled: Bench) -> None:
    app = ConvledgerApp(filled.ledger.workspace, feeding=False)
    async with app.run_test() as pilot:
        app._fed(Feed("live"))
        app._lookout.look()
        thread = app._lookout._check._thread
        assert thread is not None
        await until(pilot, lambda: not thread.is_alive())
        app._lookout.look()

        assert app._lookout._check._thread is thread
        assert app.notices.shown()[0] is None


async def test_the_look_that_begins_it_takes_no_time(filled: Bench) -> None:
    app = ConvledgerApp(filled.ledger.workspace, feeding=False)
    async with app.run_test():
        app._fed(Feed("live"))
        began = time.thread_time()
        app._lookout._check.look()
        assert time.thread_time() - began < 0.010


async def test_a_ledger_that_can_not_be_read_is_told_and_harms_nothing(filled: Bench) -> None:
    app = ConvledgerApp(filled.ledger.workspace, feeding=False)
    async with app.run_test() as pilot:
        app._fed(Feed("live"))
        filled.ledger.path.write_bytes(b"no database " * 4096)
        app._lookout._check.look()
        await until(pilot, lambda: any("could not be checked" in each for each in told(app)))


def told(app: ConvledgerApp) -> list[str]:
    return [each.message for each in app._notifications]


def test_one_finding_is_told_alone() -> None:
    words = notice_words([Finding("audit", "an event is missing", "")])

    assert words == (
        "A check of the ledger found audit: an event is missing. "
        "`convledger check` tells the way out"
    )
