"""Workspaces for tests of the app: the invented history, read once and copied for each test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Input, TextArea

from convledger.ledger import Ledger
from tests.tui.quiet import hasten

if TYPE_CHECKING:
    from convledger.tui.app import ConvledgerApp
    from tests.tui.pictures import Gallery, Lead, Size
    from tests.tui.terminal import Terminal

AGE = 1_790_000_000  # seconds of the epoch
FIXTURES = Path(__file__).parents[2] / "fixtures" / "home"


@pytest.fixture(autouse=True)
def quick_pilot(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Textual's pilot wait for what is left to do, and not for a while."""
    hasten(monkeypatch)


@pytest.fixture(autouse=True)
def steady_cursors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep cursors from blinking: a picture that took long would have none."""
    for widget in (Input, TextArea):
        monkeypatch.setattr(widget.cursor_blink, "_default", False)


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the invented history, its files in one order of age on every machine."""
    home = tmp_path_factory.mktemp("history") / "home"
    shutil.copytree(FIXTURES, home)
    for age, path in enumerate(sorted(path for path in home.rglob("*") if path.is_file())):
        os.utime(path, (AGE + age, AGE + age))
    return home


@pytest.fixture(scope="session")
def read_once(tmp_path_factory: pytest.TempPathFactory, history: Path) -> Path:
    """A workspace that holds the invented history, with a client for each conversation.

    It was labelled at the tests' own instant, so that its audit log looks the same on any day.
    """
    folder = tmp_path_factory.mktemp("books") / "studio"
    roots = [("claude-code", history / ".claude" / "projects"), ("codex", history / ".codex")]
    from tests.tui.pilot import NOW

    with pytest.MonkeyPatch.context() as patched, Ledger.open(folder) as ledger:
        patched.setattr("convledger.clock.now_us", lambda: NOW)
        ledger.sync(roots)
        for project in ("northwind-bakery", "harbour-law"):
            ids = ledger.conversation_ids(projects=[f"*/clients/{project}/*"])
            ledger.label(ids, "client", project)
        ledger.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder


@pytest.fixture
def studio(read_once: Path, tmp_path: Path) -> Path:
    """A copy of the invented books for this test alone."""
    folder = tmp_path / "studio"
    shutil.copytree(read_once, folder)
    return folder


@pytest.fixture(scope="session")
def gallery() -> Gallery:
    """Return pictures that one start of the app gave and that tests have not looked at yet."""
    from tests.tui.pictures import Gallery

    return Gallery()


@pytest.fixture
def looks_as_it_did(
    gallery: Gallery, snap_compare: Any, request: pytest.FixtureRequest
) -> Callable[[Callable[[str], ConvledgerApp], Size, Lead, Sequence[str]], bool]:
    """Return what tells whether the app looks as it did in the theme of the test.

    It takes how to begin the app in a theme, its size, where to go, and every theme of the test.
    """
    from tests.tui.pictures import in_turn, looks_as_kept, pictures, state_of

    state, theme = state_of(request), request.node.callspec.params["theme"]

    def compare(
        begin: Callable[[str], ConvledgerApp], size: Size, lead: Lead, themes: Sequence[str]
    ) -> bool:
        def take() -> dict[str, str]:
            ordered = in_turn(themes, state)
            return pictures(begin(ordered[0]), size, lead, ordered)

        return looks_as_kept(snap_compare, gallery.picture(state, theme, take))

    return compare


@pytest.fixture
def planned(studio: Path) -> Path:
    """The invented history with a plan in force since September, and a pack bought."""
    from tests.tui.plan_parts import bought, put_in_force

    put_in_force(studio)
    bought(studio)
    return studio


@pytest.fixture
def terminal_of(own_home: Path) -> Iterator[Callable[..., Terminal]]:
    """Start programs on a pseudo-terminal of 200x40; they end with the test."""
    from tests.tui.terminal import Terminal  # which Windows has no parts for

    kept = {name: os.environ[name] for name in ("HOME", "PATH", "TZ", "LANG") if name in os.environ}
    project = str(Path(__file__).parents[2])
    environment = {**kept, "PYTHONPATH": project, "TEXTUAL_ANIMATIONS": "none"}
    begun: list[Terminal] = []

    def begin(arguments: list[str], **more: str) -> Terminal:
        begun.append(Terminal(arguments, {**environment, **more}, (200, 40)))
        return begun[-1]

    yield begin
    for terminal in begun:
        terminal.close()


@pytest.fixture
def memory(studio: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The invented history with a memory of nine entries that want a look."""
    from convledger.memory.shelf import Memory
    from tests.tui import review_parts

    monkeypatch.setattr(Memory, "costs", review_parts.costs)
    # Its pairs are made by hand: nothing is to look for others, or find that these are none.
    monkeypatch.setattr(Memory, "look_at", lambda *_: None)
    review_parts.with_memory(studio)
    return studio
