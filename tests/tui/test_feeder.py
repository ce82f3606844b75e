"""The feeder names logs before it reads them, can be stopped, goes on, and follows what grows."""

from __future__ import annotations

import queue
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from convledger.ingest.result import SyncResult
from convledger.ledger import Ledger
from convledger.tui.feeder import Feed, Feeder
from tests.ingest.logs import reply, session, turns

SECONDS = 30.0


class Listening:
    """A feeder and what it has told."""

    def __init__(self, workspace: Path) -> None:
        self.workspace = workspace
        self.feeds: queue.Queue[Feed] = queue.Queue()
        self.arrivals: queue.Queue[SyncResult] = queue.Queue()
        self.feeder = Feeder(workspace, self.feeds.put, self.arrivals.put)

    def until(self, state: str) -> Feed:
        """Return the first state of that name that is told."""
        while (feed := self.feeds.get(timeout=SECONDS)).state != state:
            pass
        return feed

    def told(self) -> Feed:
        """Return the next state that comes with words."""
        while not (feed := self.feeds.get(timeout=SECONDS)).words:
            pass
        return feed

    def calls(self) -> int:
        """Return how many calls the ledger holds."""
        with Ledger.open(self.workspace) as ledger:
            return ledger.status()["today_calls"] + int(
                ledger.connection.execute("SELECT count(*) FROM call").fetchone()[0]
            )


@pytest.fixture
def log(own_home: Path) -> Path:
    folder = own_home / ".claude" / "projects" / "-home-ana-bakery"
    folder.mkdir(parents=True)
    path = folder / f"{session()}.jsonl"
    path.write_bytes(turns(1, 3))
    return path


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[Listening]:
    listening = Listening(tmp_path / "books")
    yield listening
    listening.feeder.stop()


def test_logs_are_named_before_any_is_read(log: Path, listening: Listening) -> None:
    listening.feeder.start()
    feed = listening.until("asking")
    found = [scan for scan in feed.found if scan.files]

    assert [(scan.reader, len(scan.files)) for scan in found] == [("claude-code", 1)]
    assert listening.calls() == 0


def test_begin_reads_and_then_follows(log: Path, listening: Listening) -> None:
    listening.feeder.start()
    listening.until("asking")
    listening.feeder.begin()
    assert listening.arrivals.get(timeout=SECONDS).calls == 3
    listening.until("live")
    with log.open("ab") as stream:
        stream.write(reply(4))

    assert listening.arrivals.get(timeout=SECONDS).calls == 1


def test_known_ledger_is_read_without_asking(log: Path, tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "books") as ledger:
        ledger.sync()
    with log.open("ab") as stream:
        stream.write(turns(4, 5))
    listening = Listening(tmp_path / "books")
    listening.feeder.start()
    try:
        assert listening.arrivals.get(timeout=SECONDS).calls == 2
    finally:
        listening.feeder.stop()


def test_paused_feeder_reads_nothing_until_it_goes_on(log: Path, listening: Listening) -> None:
    listening.feeder.start()
    listening.until("asking")
    listening.feeder.begin()
    listening.until("live")
    listening.feeder.pause()
    listening.until("paused")
    with log.open("ab") as stream:
        stream.write(turns(4, 4))
    assert listening.calls() == 3
    listening.arrivals.get(timeout=SECONDS)
    listening.feeder.begin()

    assert listening.arrivals.get(timeout=SECONDS).calls == 1


def test_feeder_that_is_paused_before_it_follows_says_so(
    log: Path, tmp_path: Path, listening: Listening
) -> None:
    with Ledger.open(tmp_path / "books") as ledger:
        ledger.sync()
    with log.open("ab") as stream:
        stream.write(reply(4))
    listening.feeder.pause()
    listening.until("paused")
    listening.feeder.start()

    listening.until("paused")
    assert listening.arrivals.empty()
    listening.feeder.begin()
    listening.until("live")
    assert listening.arrivals.get(timeout=SECONDS).calls == 1


def test_machine_without_logs_says_so_and_where_it_looked(listening: Listening) -> None:
    listening.feeder.start()
    feed = listening.until("nothing")

    assert feed.found
    assert not any(scan.files for scan in feed.found)


def test_path_named_by_a_person_is_read(own_home: Path, listening: Listening) -> None:
    folder = own_home / "exports"
    folder.mkdir()
    (folder / f"{session(7)}.jsonl").write_bytes(turns(1, 2, of=session(7)))
    done: queue.Queue[SyncResult | Exception] = queue.Queue()
    listening.feeder.import_paths([folder], done.put)
    result = done.get(timeout=SECONDS)

    assert isinstance(result, SyncResult)
    assert result.calls == 2


def test_path_that_holds_nothing_known_is_told(own_home: Path, listening: Listening) -> None:
    done: queue.Queue[SyncResult | Exception] = queue.Queue()
    listening.feeder.import_paths([own_home / "nowhere"], done.put)

    assert "nowhere" in str(done.get(timeout=SECONDS))


def test_ledger_that_cannot_be_opened_is_told_and_tried_again(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convledger.tui.feeder.RETRY_SECONDS", 0.01)
    (tmp_path / "books").write_text("a file stands where the folder should be")
    listening = Listening(tmp_path / "books")
    listening.feeder.start()
    try:
        assert "books" in listening.until("trouble").words
        (tmp_path / "books").unlink()
        listening.until("asking")
    finally:
        listening.feeder.stop()


def test_pause_stops_an_import(
    own_home: Path, listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def stopped(_: Ledger, found: list[Any], **given: Any) -> SyncResult:
        asked.append(given["stopping"]())
        listening.feeder.pause()
        asked.append(given["stopping"]())
        return SyncResult(stopped=True)

    monkeypatch.setattr(Ledger, "import_found", stopped)
    monkeypatch.setattr("convledger.ingest.front_door.find", lambda *_: [])
    done: queue.Queue[SyncResult | Exception] = queue.Queue()
    listening.feeder.import_paths([own_home], done.put)
    done.get(timeout=SECONDS)

    assert asked == [False, True]
    assert [listening.feeds.get(timeout=SECONDS).state for _ in range(2)] == ["paused", "paused"]


def test_import_asked_for_during_a_pause_is_read_and_the_pause_goes_on(
    own_home: Path, listening: Listening
) -> None:
    log = own_home / f"{session(7)}.jsonl"
    log.write_bytes(turns(1, 4, of=session(7)))
    listening.feeder.pause()
    done: queue.Queue[SyncResult | Exception] = queue.Queue()
    listening.feeder.import_paths([log], done.put)
    result = done.get(timeout=SECONDS)
    listening.until("reading")

    assert isinstance(result, SyncResult)
    assert (result.calls, result.stopped) == (4, False)
    assert listening.until("paused") == Feed("paused")


def test_mistake_in_an_import_is_handed_over(
    own_home: Path, listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> SyncResult:
        raise PermissionError(13, "Permission denied", "/srv/logs")

    monkeypatch.setattr("convledger.ingest.front_door.find", fails)
    done: queue.Queue[SyncResult | Exception] = queue.Queue()
    listening.feeder.import_paths([own_home], done.put)

    assert str(done.get(timeout=SECONDS)) == "/srv/logs: Permission denied"


def test_folder_that_goes_and_comes_back_is_told_once_each(
    log: Path, listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convledger.ingest.watch.LOOK_EVERY", 0.02)
    root, away = log.parent.parent, log.parent.parent.with_name("away")
    listening.feeder.start()
    listening.until("asking")
    listening.feeder.begin()
    listening.arrivals.get(timeout=SECONDS)
    listening.until("live")
    root.rename(away)
    gone = listening.told()
    away.rename(root)
    back = listening.told()

    assert gone.words.startswith(f"{root} is gone; what was read from it is kept")
    assert not gone.over
    assert back.words == f"{root} is there again, and read on"
    assert (back.about, back.over) == (gone.about, True)


def test_deleted_ledger_is_filled_again_without_asking(log: Path, tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "books") as ledger:
        ledger.sync()
    listening = Listening(tmp_path / "books")
    listening.feeder.start()
    try:
        listening.until("live")
        shutil.rmtree(tmp_path / "books")
        listening.feeder.look()
        assert listening.arrivals.get(timeout=SECONDS).calls == 3
        assert listening.calls() == 3
    finally:
        listening.feeder.stop()


def test_mistake_of_the_program_is_told_and_following_tried_again(
    log: Path, listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convledger.tui.feeder.RETRY_SECONDS", 0.01)
    discover = Ledger.discover
    monkeypatch.setattr(Ledger, "discover", lambda _: [][0])
    listening.feeder.start()
    assert "IndexError" in listening.until("trouble").words
    monkeypatch.setattr(Ledger, "discover", discover)
    listening.until("asking")


def test_first_file_that_is_imported_is_followed_without_asking_for_it(
    own_home: Path, tmp_path: Path, listening: Listening
) -> None:
    elsewhere = tmp_path / "exports" / f"{session()}.jsonl"
    elsewhere.parent.mkdir()
    elsewhere.write_bytes(turns(1, 3))
    listening.feeder.start()
    listening.until("nothing")
    done: queue.Queue[SyncResult | Exception] = queue.Queue()

    listening.feeder.import_paths([elsewhere], done.put)

    came = done.get(timeout=SECONDS)
    assert isinstance(came, SyncResult)
    assert came.calls == 3
    states = set()
    while (feed := listening.feeds.get(timeout=SECONDS)).state != "live":
        states.add(feed.state)
    assert not {"asking", "trouble"} & states


def test_a_look_in_the_middle_of_the_first_import_asks_for_nothing(
    own_home: Path, tmp_path: Path, listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "exports" / f"{session()}.jsonl"
    elsewhere.parent.mkdir()
    elsewhere.write_bytes(turns(1, 3))
    monkeypatch.setattr("convledger.tui.feeder.RETRY_SECONDS", 0.01)
    looks, discover, sync = threading.Semaphore(0), Ledger.discover, Ledger.sync

    def looked(ledger: Ledger) -> Any:
        found = discover(ledger)
        looks.release()
        return found

    def looked_at_meanwhile(ledger: Ledger, *given: Any, **named: Any) -> SyncResult:
        while looks.acquire(blocking=False):
            pass
        looks.acquire(timeout=SECONDS)
        looks.acquire(timeout=1)
        return sync(ledger, *given, **named)

    listening.feeder.start()
    listening.until("nothing")
    monkeypatch.setattr(Ledger, "discover", looked)
    monkeypatch.setattr(Ledger, "sync", looked_at_meanwhile)
    done: queue.Queue[SyncResult | Exception] = queue.Queue()
    listening.feeder.import_paths([elsewhere], done.put)
    assert isinstance(done.get(timeout=SECONDS), SyncResult)
    monkeypatch.setattr(Ledger, "sync", sync)

    states = set()
    while (feed := listening.feeds.get(timeout=SECONDS)).state != "live":
        states.add(feed.state)
    assert not {"asking", "trouble"} & states
