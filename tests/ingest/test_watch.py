"""A watcher sees what logs gain, wherever and whenever they appear."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from watchdog.events import DirCreatedEvent, FileModifiedEvent, FileMovedEvent
from watchdog.observers import Observer

from convledger.ingest import watch as watch_module
from convledger.ingest.result import SyncResult
from convledger.ingest.watch import Inbox
from convledger.ledger import Ledger
from tests.ingest.logs import ROLLOUT, Bench, rollout, session, turns
from tests.ingest.watched import watching


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_module, "LOOK_EVERY", 0.05)


def test_appended_line_arrives(bench: Bench) -> None:
    bench.write(bench.log, turns(1, 2))
    with watching(bench) as held:
        bench.append(bench.log, turns(3, 3))
        held.wait_for(3)
        bench.append(bench.log, turns(4, 5))
        held.wait_for(5)

    assert len(bench.said()) == 10
    assert bench.is_sound()


@pytest.mark.parametrize("below", ["new", "a/b/c/d"])
def test_log_in_a_new_folder_arrives(bench: Bench, below: str) -> None:
    bench.write(bench.log, turns(1, 1))
    with watching(bench) as held:
        bench.write(bench.claude / below / f"{session(2)}.jsonl", turns(2, 3, of=session(2)))
        held.wait_for(3)

    assert bench.calls() == 3
    assert bench.is_sound()


def test_both_tools_are_watched(bench: Bench) -> None:
    bench.write(bench.log, turns(1, 1))
    with watching(bench) as held:
        bench.write(bench.codex / "sessions" / ROLLOUT, rollout(2))
        held.wait_for(3)
        bench.append(bench.log, turns(2, 2))
        held.wait_for(4)

    assert bench.calls() == 4
    assert bench.is_sound()


def test_root_that_appears_later_is_watched(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    later = tmp_path / "later"
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", f"{bench.claude},{later}")
    bench.write(bench.log, turns(1, 1))
    with watching(bench) as held:
        log = later / "projects" / "rail" / f"{session(2)}.jsonl"
        bench.write(log, turns(2, 2, of=session(2)))
        held.wait_for(2)
        bench.append(log, turns(3, 3, of=session(2)))
        held.wait_for(3)

    assert bench.calls() == 3
    assert bench.is_sound()


def test_root_that_was_deleted_and_made_again_is_watched(bench: Bench) -> None:
    bench.write(bench.log, turns(1, 1))
    with watching(bench) as held:
        bench.claude.rename(bench.home / "away")
        bench.write(bench.log, turns(1, 2))
        held.wait_for(2)
        bench.append(bench.log, turns(3, 3))
        held.wait_for(3)

    assert bench.calls() == 3
    assert bench.is_sound()


def test_log_replaced_by_a_longer_one_arrives(bench: Bench) -> None:
    bench.write(bench.log, turns(1, 1))
    with watching(bench) as held:
        bench.write(bench.log.with_suffix(".tmp"), turns(1, 2))
        bench.log.with_suffix(".tmp").replace(bench.log)
        held.wait_for(2)

    assert bench.calls() == 2
    assert bench.is_sound()


def test_lost_events_ask_for_a_scan(bench: Bench) -> None:
    inbox = Inbox()
    handler = watch_module._Overflows(inbox)
    handler.handle(
        logging.LogRecord("watchdog", logging.WARNING, "", 0, "queue overflow", None, None)
    )

    assert inbox.awake.is_set()
    assert inbox.take() == (set(), True)
    assert inbox.take() == (set(), False)


@pytest.mark.parametrize(
    ("event", "taken"),
    [
        (FileModifiedEvent("/a.jsonl"), ({"/a.jsonl"}, False)),
        (FileMovedEvent("/a.tmp", "/a.jsonl"), ({"/a.tmp", "/a.jsonl"}, False)),
        (FileModifiedEvent(b"/caf\xe9.jsonl"), ({"/caf\udce9.jsonl"}, False)),
        (DirCreatedEvent("/new"), (set(), True)),
    ],
)
def test_events_become_paths_or_a_scan(event: object, taken: object) -> None:
    inbox = Inbox()
    inbox.on_any_event(event)  # type: ignore[arg-type]

    assert inbox.take() == taken


def test_root_that_cannot_be_watched_is_looked_at_instead(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_module, "POLL_EVERY", 0.05)
    monkeypatch.setattr(Observer, "schedule", _refuse)
    bench.write(bench.log, turns(1, 1))
    with watching(bench) as held:
        bench.append(bench.log, turns(2, 2))
        held.wait_for(2)

    assert any("can't be watched (no space)" in notice for notice in held.notices)


def _refuse(*_: object, **__: object) -> None:
    raise OSError(28, "no space")


def test_more_folders_than_may_be_watched_are_looked_at_instead(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "limit").write_text("2\n")
    monkeypatch.setattr(watch_module, "MOST_WATCHES", tmp_path / "limit")
    bench.write(bench.log, turns(1, 1))
    with watching(bench) as held:
        pass

    assert any("more folders than the system lets one watch" in text for text in held.notices)


def test_reading_does_not_wake_the_watcher(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[set[str]] = []
    real = Ledger.sync_paths

    def note(ledger: Ledger, paths: set[str]) -> SyncResult:
        looked.append(paths)
        return real(ledger, paths)

    monkeypatch.setattr(Ledger, "sync_paths", note)
    bench.write(bench.log, turns(1, 1))
    with watching(bench) as held:
        bench.append(bench.log, turns(2, 2))
        held.wait_for(2)
        bench.append(bench.log, turns(3, 3))
        held.wait_for(3)

    assert len(looked) <= 4  # a write and its date may come apart; reading adds none
