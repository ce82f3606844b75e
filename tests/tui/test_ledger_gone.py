"""Whoever meets first that the ledger is deleted or replaced, it is said once and opened anew."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from convledger import ledger as ledger_module
from convledger.errors import LedgerGone
from convledger.ledger import Ledger
from convledger.store import connection as connection_module
from convledger.tui.failures import failure_of
from tests.tui.fault_parts import app_of, delete, feeding, look, told, until, watched_bench
from tests.tui.pilot import NOW, opened, press, screen_text, settled
from tests.tui.test_memory_worker import Heard

ANEW = "ledger.db was deleted or replaced; it is opened anew, and the logs still hold what they"
Meeting = Callable[[Ledger], object]


def sizes(ledger: Ledger) -> int:
    return ledger.path.stat().st_size


def fails_in_sqlite(ledger: Ledger) -> object:
    return ledger.connection.execute("SELECT * FROM table_that_was_there")


def fails_in_words(ledger: Ledger) -> object:
    return ledger.label([999_999], "client", "Acme")  # there is no such conversation


def is_said_once(pilot: Pilot[None]) -> None:
    notice, more = app_of(pilot).notices.shown()
    assert notice is not None
    assert ANEW in notice.words
    assert more == 0
    assert ANEW in told(pilot)


def vanishing(monkeypatch: pytest.MonkeyPatch, times: int = 1) -> list[int]:
    """Have ledgers deleted just when they are opened; what is returned gets empty by it."""
    opens, left, lock = connection_module.connect, list(range(times)), threading.Lock()

    def connect(path: Path) -> sqlite3.Connection:
        with lock:  # one deletes nothing that another is about to
            connection = opens(path)
            if left:
                delete(path.parent)
                left.pop()
        return connection

    monkeypatch.setattr(ledger_module, "connect", connect)
    return left


# ---- the app


@pytest.mark.parametrize("slow", [False, True])
@pytest.mark.parametrize("meets", [sizes, fails_in_sqlite, fails_in_words])
async def test_a_question_that_meets_it_first_leads_to_the_same_words(
    studio: Path, meets: Meeting, slow: bool
) -> None:
    async with opened(studio) as pilot:
        delete(studio)
        app_of(pilot).ask("met", meets, lambda _: None, slow=slow)
        await settled(pilot)
        is_said_once(pilot)
        await look(pilot)
        is_said_once(pilot)

        assert (studio / "ledger.db").exists()
        assert "today $0.00" in screen_text(pilot)


async def test_a_replaced_ledger_is_read_after_a_question_met_it(
    studio: Path, tmp_path: Path
) -> None:
    whole = (studio / "ledger.db").read_bytes()
    async with opened(studio) as pilot:
        delete(studio)
        (studio.parent / "other").mkdir()
        (studio.parent / "other" / "ledger.db").write_bytes(whole)
        (studio.parent / "other").rename(studio)
        app_of(pilot).ask("met", fails_in_sqlite, lambda _: None)
        await settled(pilot)
        is_said_once(pilot)

        assert "today $2.48" in screen_text(pilot)


async def test_a_question_that_hears_of_its_own_failures_is_no_end_of_it(studio: Path) -> None:
    heard = list[Exception]()
    async with opened(studio) as pilot:
        delete(studio)
        app_of(pilot).desk.ask("met", sizes, lambda _: None, failed=heard.append)
        await settled(pilot)
        is_said_once(pilot)

    assert [type(error) for error in heard] == [LedgerGone]


async def test_a_ledger_that_goes_while_it_is_opened_leads_to_the_same_words(
    studio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(studio) as pilot:
        left = vanishing(monkeypatch)
        app_of(pilot).side_desk.reopen()
        app_of(pilot).ask("met", Ledger.data_version, lambda _: None, slow=True)
        await settled(pilot)
        is_said_once(pilot)
        await press(pilot, "2")

        assert not left
        assert (studio / "ledger.db").exists()


async def test_what_follows_the_logs_and_the_memory_leaves_the_words_to_the_app(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = watched_bench(tmp_path, monkeypatch)
    workspace = bench.ledger.workspace
    bench.ledger.close()
    async with feeding(workspace) as pilot:
        await until(pilot, lambda: "● live" in screen_text(pilot))
        left = vanishing(monkeypatch, times=3)  # whichever of them opens it first
        app_of(pilot).memory_worker.look()
        await until(pilot, lambda: not left)
        await look(pilot)
        is_said_once(pilot)
        await press(pilot, "2")
        await until(pilot, lambda: "3 calls" in screen_text(pilot))
        is_said_once(pilot)


@pytest.mark.parametrize("who", ["_weekly", "_triggers", "_check"])
async def test_what_looks_around_by_itself_leaves_the_words_to_the_app(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    bench = watched_bench(tmp_path, monkeypatch)
    bench.ledger.close()
    async with feeding(bench.ledger.workspace) as pilot:
        await until(pilot, lambda: "● live" in screen_text(pilot))
        looker = getattr(app_of(pilot)._lookout, who)
        delete(bench.ledger.workspace)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Ledger, "open", lambda workspace: _gone(workspace))
            looker._work(*(() if who == "_check" else (NOW,) if who == "_triggers" else (NOW, 4)))
        await look(pilot)
        is_said_once(pilot)


def _gone(workspace: Path) -> Ledger:
    raise LedgerGone(workspace / "ledger.db")


# ---- who tells it


def test_memory_worker_tells_that_it_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = tmp_path / "books"
    heard = Heard(workspace)
    left = vanishing(monkeypatch)
    assert heard.looked()
    heard.worker.stop()

    assert not left
    assert [type(error) for error in heard.troubles] == [LedgerGone]


def test_a_failure_of_a_ledger_in_its_place_is_told_as_it_is(tmp_path: Path) -> None:
    error = FileNotFoundError(2, "No such file or directory", "/books/prices.toml")
    with Ledger.open(tmp_path / "books") as ledger:
        there = failure_of(error, ledger.workspace, ledger)
        delete(ledger.workspace)
        gone = failure_of(error, ledger.workspace, ledger)
        mistake = failure_of(KeyError("tokens"), ledger.workspace, ledger)

    assert str(there) == "/books/prices.toml: No such file or directory"
    assert isinstance(gone, LedgerGone)
    assert mistake is None
