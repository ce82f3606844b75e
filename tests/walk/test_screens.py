"""The app on a real terminal, over books in which every word acts: what it writes is its own."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from convledger.tui.numbered import SCREENS
from tests.walk.conftest import PROJECT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
PATIENCE = 900.0  # seconds, on a machine that is held up


@pytest.fixture(scope="module")
def toured(
    said: list[dict[str, Any]], hostile_desk: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Any], bytes, Path]:
    """Walk the screens once; returns what was done, what the terminal was sent, and where."""
    from tests.tui.terminal import Terminal

    assert said
    desk = tmp_path_factory.mktemp("tour").resolve()
    shutil.copytree(hostile_desk / "full", desk / "books")
    for name in ("home", "tmp"):
        (desk / name).mkdir(mode=0o700)
    environment = {
        "PATH": os.environ["PATH"], "TZ": "UTC", "LOGNAME": "mira", "HOME": str(desk / "home"),
        "TMPDIR": str(desk / "tmp"), "PYTHONPATH": str(PROJECT), "PYTHONDONTWRITEBYTECODE": "1",
        "TEXTUAL_ANIMATIONS": "none", "LANG": "C.UTF-8",
    }  # fmt: skip
    answer = desk / "answer.json"
    terminal = Terminal(
        ["-m", "tests.walk.tour", str(desk / "books"), str(answer)], environment, (100, 32)
    )
    try:
        assert terminal.wait_end(PATIENCE) == 0, terminal.text()[-3000:]
        terminal.quiet(0.1)
    finally:
        terminal.close()
    return json.loads(answer.read_bytes()), terminal.bytes, desk


def test_screens_let_nothing_through_or_out(toured: tuple[dict[str, Any], bytes, Path]) -> None:
    """One test of one walk: with a walk for each of them, every worker would go its own."""
    from tests.tui.test_terminal import foreign_in

    found, sent, desk = toured
    assert foreign_in(sent) == []
    assert b"evil" in sent
    assert {f"{name.title()}Screen" for name in SCREENS} <= set(found["seen"])
    assert len(found["seen"]) > 40
    assert found["connected"] == []
    assert found["started"] == []
    settings = desk / "home" / ".config" / "convledger"
    places = [Path(path) for path in found["written"]]
    assert settings / "config.toml" in places
    assert [str(path) for path in places if not _is_own(path, desk / "books", settings)] == []


def _is_own(path: Path, books: Path, settings: Path) -> bool:
    """Tell whether a path is of the workspace, of the settings, or a folder on the way to them."""
    return (
        path.is_relative_to(books) or path.is_relative_to(settings) or settings.is_relative_to(path)
    )
