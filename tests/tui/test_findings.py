"""Findings: nothing is shown in full unasked, decided by a key, and taken out for good."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from convledger.ledger import Ledger
from convledger.memory.findings import open_findings
from convledger.tui.finding_scan import FindingScan
from convledger.tui.screens.finding_dialogs import EntrySheet, RevealScreen
from convledger.tui.screens.findings import FindingsScreen
from convledger.tui.screens.memory import MemoryScreen
from convledger.tui.screens.reader import ReaderScreen
from convledger.tui.screens.redact import RedactScreen
from tests.tui.finding_parts import (
    CORE,
    MAIL,
    PASSWORD,
    TOKEN,
    findings_in,
    listed,
    shown,
    stand_on,
    with_findings,
)
from tests.tui.pilot import app_on, click, opened, press, screen_text, settled

EVERY = [
    "assigned password",
    "GitHub token",
    "e-mail address",
    "e-mail address",
    "orders to a model",
]


@pytest.fixture(scope="module")
def found_once(tmp_path_factory: pytest.TempPathFactory, read_once: Path) -> Path:
    """The invented books with what can be found in them."""
    folder = tmp_path_factory.mktemp("found") / "studio"
    shutil.copytree(read_once, folder)
    with_findings(folder)
    with Ledger.open(folder) as ledger:
        ledger.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder


@pytest.fixture
def studio(found_once: Path, tmp_path: Path) -> Path:
    """A copy of these books for this test alone."""
    folder = tmp_path / "studio"
    shutil.copytree(found_once, folder)
    return folder


def rules_open(workspace: Path) -> list[str]:
    with Ledger.open(workspace) as ledger:
        return sorted(each.rule for each in open_findings(ledger.connection))


def bytes_of(workspace: Path) -> bytes:
    return b"".join(place.read_bytes() for place in workspace.rglob("*") if place.is_file())


async def test_what_was_found_is_listed_and_nothing_of_it_is_readable(studio: Path) -> None:
    async with opened(studio, size=(80, 24)) as pilot:
        screen = await findings_in(pilot)
        assert listed(screen) == EVERY
        for rule in dict.fromkeys(EVERY):
            await stand_on(pilot, rule)
            for secret in (CORE, PASSWORD, MAIL):
                assert secret not in screen_text(pilot), rule
        await stand_on(pilot, "assigned password")
        assert "password = •••••••••" in shown(screen)
        assert "Staging database" in shown(screen)


async def test_a_finding_is_shown_in_full_after_asking_until_it_is_left(studio: Path) -> None:
    async with opened(studio) as pilot:
        screen = await findings_in(pilot)
        await stand_on(pilot, "assigned password")
        await press(pilot, "v")
        assert isinstance(pilot.app.screen, RevealScreen)
        await press(pilot, "enter")  # the answer that shows nothing comes first
        assert PASSWORD not in screen_text(pilot)

        await press(pilot, "v", "y")
        assert PASSWORD in shown(screen)
        assert MAIL not in shown(screen)
        await press(pilot, "down", "up")
        assert PASSWORD not in screen_text(pilot)
        await press(pilot, "v", "y", "f1", "escape")
        assert PASSWORD not in screen_text(pilot)
        await press(pilot, "v", "y", "v")
        assert PASSWORD not in screen_text(pilot)


async def test_kind_place_and_rule_narrow_the_list(studio: Path) -> None:
    async with opened(studio, size=(140, 45)) as pilot:
        screen = await findings_in(pilot)
        await press(pilot, "shift+tab", "enter")
        assert listed(screen) == EVERY[:2]
        assert "2 of 5 open" in screen_text(pilot)
        await press(pilot, "end", "enter")  # the rarest of the rules that are left
        assert listed(screen) == ["assigned password"]
        await press(pilot, "c")
        assert listed(screen) == EVERY


async def test_enter_opens_the_entry_or_the_conversation_at_the_message(studio: Path) -> None:
    async with opened(studio) as pilot:
        await findings_in(pilot)
        await stand_on(pilot, "assigned password")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, EntrySheet)
        assert "It runs with" in screen_text(pilot)
        assert PASSWORD not in screen_text(pilot)
        await press(pilot, "escape")
        await stand_on(pilot, "GitHub token")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ReaderScreen)
        assert "The deploy failed again" in screen_text(pilot)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, FindingsScreen)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, MemoryScreen)


async def test_what_is_dismissed_goes_and_comes_back_by_undo(studio: Path) -> None:
    async with opened(studio) as pilot:
        screen = await findings_in(pilot)
        await press(pilot, "space", "space", "x")
        assert listed(screen) == EVERY[2:]
        assert rules_open(studio) == sorted(EVERY[2:])
        await press(pilot, "u")
        assert listed(screen) == EVERY


async def test_marked_findings_are_taken_out_after_asking_once(studio: Path) -> None:
    async with opened(studio) as pilot:
        screen = await findings_in(pilot)
        await press(pilot, "space", "space", "r")
        assert isinstance(pilot.app.screen, RedactScreen)
        text = screen_text(pilot)
        assert "2 findings" in text
        assert "1 entry, 1 version, 1 message" in text
        assert "can't be undone" in text
        await press(pilot, "enter")  # the answer that changes nothing comes first
        assert rules_open(studio) == sorted(EVERY)

        await press(pilot, "r")
        await click(pilot, "#redact")
        text = screen_text(pilot)
        assert "Redacted: 2 findings in 1 entry, 1 message." in text
        assert "Verified: none of" in text
        await press(pilot, "enter")
        assert listed(screen) == EVERY[2:]
        await press(pilot, "u")
        assert "gone for good" in screen_text(pilot)
        assert listed(screen) == EVERY[2:]
    held = bytes_of(studio)
    assert TOKEN.encode() not in held
    assert PASSWORD.encode() not in held


async def test_bait_is_not_taken_out(studio: Path) -> None:
    async with opened(studio) as pilot:
        await findings_in(pilot)
        await stand_on(pilot, "orders to a model")
        await press(pilot, "r")
        assert isinstance(pilot.app.screen, FindingsScreen)
        assert "Nothing of that can be taken out" in screen_text(pilot)


async def test_a_scan_finds_what_was_said_and_says_how_far_it_is(
    studio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Ledger.open(studio) as ledger:
        ledger.connection.execute("DELETE FROM finding")
        ledger.connection.execute("DELETE FROM setting WHERE name LIKE 'findings%'")
    told: list[str] = []
    words = FindingScan.words

    def kept(scan: FindingScan) -> Any:
        told.append("".join(part for part, _ in words(scan)))
        return words(scan)

    monkeypatch.setattr("convledger.tui.finding_scan.PORTION", 0.0)
    monkeypatch.setattr("convledger.memory.findings._STEP", 100)
    monkeypatch.setattr(FindingScan, "words", kept)
    async with opened(studio) as pilot:
        screen = await findings_in(pilot)
        assert "Nothing is open." in screen_text(pilot)
        assert "messages not looked at yet" in screen_text(pilot)
        await press(pilot, "s")
        await settled(pilot)
        assert set(EVERY) <= set(listed(screen))
        assert "not looked at yet" not in screen_text(pilot)
    assert any(each.endswith("messages · s stops") for each in told)


async def test_a_scan_that_is_stopped_goes_on_later(
    studio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Ledger.open(studio) as ledger:
        ledger.connection.execute("DELETE FROM setting WHERE name LIKE 'findings%'")
        whole = ledger.findings.listing(FindingsScreen().asked).unseen
    monkeypatch.setattr("convledger.memory.findings._STEP", 100)
    monkeypatch.setattr("convledger.tui.finding_scan.PORTION", 0.0)
    further = FindingScan._further

    def once(scan: FindingScan, ledger: Ledger) -> Any:
        found = further(scan, ledger)
        scan.stop()
        return found

    async with opened(studio) as pilot:
        screen = await findings_in(pilot)
        with monkeypatch.context() as patch:
            patch.setattr(FindingScan, "_further", once)
            await press(pilot, "s")
            await settled(pilot)
        left = screen._listing.unseen if screen._listing is not None else 0
        assert 0 < left < whole
        await press(pilot, "s")
        await settled(pilot)
        assert screen._listing is not None
        assert screen._listing.unseen == 0


async def test_no_finding_says_what_to_do(studio: Path) -> None:
    with Ledger.open(studio) as ledger:
        ledger.connection.execute("DELETE FROM finding")
        ledger.connection.execute("DELETE FROM setting WHERE name LIKE 'findings%'")
    async with opened(studio, size=(80, 24)) as pilot:
        await findings_in(pilot)
        assert "s looks through entries and all that was said." in screen_text(pilot)
        await press(pilot, "v", "x", "r", "enter")
        assert isinstance(pilot.app.screen, FindingsScreen)


@pytest.mark.parametrize(
    ("size", "keys"),
    [((80, 24), ("down",)), ((140, 45), ("down",)), ((80, 24), ("ctrl+a", "r"))],
    ids=["list-80x24", "list-140x45", "redact-80x24"],
)
def test_findings_look_as_they_did(
    size: tuple[int, int], keys: tuple[str, ...], studio: Path, history: Path, snap_compare: Any
) -> None:
    os.environ["HOME"] = os.environ["USERPROFILE"] = str(history)
    app = app_on(studio, theme="ledger-ink")

    async def lead(pilot: Any) -> None:
        await settled(pilot)
        await press(pilot, "3", "g", *keys)
        await settled(pilot)

    assert snap_compare(app, terminal_size=size, run_before=lead)
