"""The app backs the ledger up once a week, without being felt."""

from __future__ import annotations

from pathlib import Path

import pytest

from convledger.clock import DAY, now_us
from convledger.config import Config
from convledger.store.backup_notes import backups_of
from convledger.tui.app import ConvledgerApp
from convledger.tui.feeder import Feed
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


def app_of(bench: Bench, *, weekly: bool = True) -> ConvledgerApp:
    config = Config(backup_weekly=weekly)
    later = now_us() + 8 * DAY
    return ConvledgerApp(bench.ledger.workspace, config, feeding=False, now=lambda: later)


async def test_a_backup_is_made_when_the_logs_were_read(filled: Bench) -> None:
    app = app_of(filled)
    async with app.run_test() as pilot:
        app._lookout.look()
        assert backups_of(filled.ledger.path) == []
        app._fed(Feed("live"))
        app._lookout.look()
        await until(pilot, lambda: bool(backups_of(filled.ledger.path)))
        app._lookout.look()

    (made,) = backups_of(filled.ledger.path)
    assert made.why == "weekly"


async def test_a_failure_is_told_and_harms_nothing(filled: Bench) -> None:
    (filled.ledger.workspace / "backups").write_text("in the way")
    app = app_of(filled)
    async with app.run_test() as pilot:
        app._fed(Feed("live"))
        app._lookout.look()
        await until(pilot, lambda: app.notices.shown()[0] is not None)
        notice, _ = app.notices.shown()

    assert notice is not None
    assert notice.words.startswith("No weekly backup: ")


async def test_it_can_be_turned_off(filled: Bench) -> None:
    app = app_of(filled, weekly=False)
    async with app.run_test():
        app._fed(Feed("live"))
        app._lookout.look()
        assert app._lookout._weekly._thread is None
