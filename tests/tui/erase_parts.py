"""What tests of erasing in the app share: the dialog, what it says, and what is left on disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from convledger.ledger import Ledger
from convledger.memory import erase_file
from convledger.store import scrubbing
from convledger.tui.screens.erasing import ErasingScreen
from convledger.tui.widgets.erase_lines import EraseLines
from tests.tui.pilot import press, screen_text


def dialog(pilot: Pilot[None]) -> ErasingScreen:
    """Return the dialog that is open."""
    screen = pilot.app.screen
    assert isinstance(screen, ErasingScreen), screen
    return screen


def says(pilot: Pilot[None]) -> str:
    """Return all that the dialog says, each of its lines in one."""
    lines = dialog(pilot).query_one(EraseLines)._told
    return "\n".join(f"{sign} {words}".strip() for (sign, _), (words, _) in lines)


async def agree(pilot: Pilot[None], number: int) -> None:
    """Type the number that is asked for."""
    assert f"Type {number:,} to erase" in screen_text(pilot)
    await press(pilot, *str(number), "enter")


def states(workspace: Path) -> list[str]:
    """Return how far each erasure is, the latest first."""
    with Ledger.open(workspace) as ledger:
        return [each.state for each in ledger.erasures()]


def sound(workspace: Path) -> bool:
    """Tell whether all is well with a ledger."""
    with Ledger.open(workspace) as ledger:
        return not ledger.check(deep=True)


def at_the_log(monkeypatch: pytest.MonkeyPatch, does: Callable[[], Any]) -> None:
    """Have something done once, in the thread that erases, when the log is to be emptied."""
    empty, left = scrubbing.empty_log, [does]

    def emptied(*given: Any, **named: Any) -> bool:
        answer = left.pop()() if left else None
        return empty(*given, **named) if answer is None else bool(answer)

    monkeypatch.setattr(scrubbing, "empty_log", emptied)


def at_the_sweep(monkeypatch: pytest.MonkeyPatch, does: Callable[[], Any]) -> None:
    """Have something done once, in the thread that erases, before anything goes."""
    sweep = erase_file.sweep

    def swept(*given: Any) -> None:
        monkeypatch.setattr(erase_file, "sweep", sweep)
        sweep(*given)
        does()

    monkeypatch.setattr(erase_file, "sweep", swept)


def stop(pilot: Pilot[None]) -> None:
    """Do what the key to go back does, from the thread that erases."""
    pilot.app.call_from_thread(dialog(pilot).action_leave)
