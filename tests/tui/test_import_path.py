"""A path is imported by hand, and what Sources says before there is anything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from convledger.ingest.choose import completions, glance
from convledger.ingest.discover import Scan
from convledger.ingest.result import SyncResult
from convledger.ledger import Ledger
from convledger.tui.feeder import Feed
from convledger.tui.screens.import_path import ImportScreen
from convledger.tui.screens.importing import ImportingScreen
from convledger.tui.widgets.source_rows import SourceRows
from tests.ingest.logs import Bench
from tests.tui.pilot import press, screen_text, settled
from tests.tui.source_parts import (
    app_of,
    fed,
    go,
    odd_bench,
    opened,
    renewed,
)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return odd_bench(tmp_path, monkeypatch)


# ---- where nothing is read yet


async def test_without_logs_it_says_where_it_looked_and_what_to_do(tmp_path: Path) -> None:
    found = [Scan("claude-code", tmp_path / "none"), Scan("codex", tmp_path / ".codex", True)]
    async with opened(tmp_path / "books", size=(80, 24)) as pilot:
        await go(pilot)
        await fed(pilot, Feed("nothing", found=found))
        await fed(pilot, Feed("looking"))
        text = screen_text(pilot)

        assert "keeps the books of your AI conversations" in text
        assert "○ Claude Code  not there" in text
        assert "○ Codex        no logs in it" in text
        assert "convledger demo" in text
        assert "i                 imports exports" in text
        assert "Rejected" not in text


async def test_lists_take_the_place_of_the_welcome_with_the_first_source(bench: Bench) -> None:
    empty = bench.home.parent / "books"
    async with opened(empty) as pilot:
        await go(pilot)
        assert "No log is read yet" in screen_text(pilot)
        with Ledger.open(empty) as ledger:
            ledger.sync(bench.roots)
        await renewed(pilot)

        assert "No log is read yet" not in screen_text(pilot)
        assert isinstance(pilot.app.focused, SourceRows)


# ---- importing a path


async def typed(pilot: Pilot[None], text: str) -> None:
    from textual.widgets import Input

    pilot.app.screen.query_one(Input).value = text
    await settled(pilot)


@pytest.fixture
def imports(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[Path], Callable[[Any], None]]]:
    """What the feeder is asked to import."""
    asked: list[tuple[list[Path], Callable[[Any], None]]] = []
    monkeypatch.setattr(
        "convledger.tui.feeder.Feeder.import_paths",
        lambda _, paths, done: asked.append((paths, done)),
    )
    return asked


async def test_path_says_what_it_is_before_it_is_read(
    studio: Path, bench: Bench, imports: list[tuple[list[Path], Callable[[Any], None]]]
) -> None:
    async with opened(studio, size=(80, 24)) as pilot:
        await go(pilot, "i")
        assert isinstance(pilot.app.screen, ImportScreen)
        assert "● Claude Code  agent  2 files" in screen_text(pilot)
        assert "● Codex        agent  1 file," in screen_text(pilot)
        assert imports == []

        await typed(pilot, "~/.claude/projects/rail/odd.jsonl")
        assert "● Claude Code  agent  1 file," in screen_text(pilot)
        await press(pilot, "enter")
        assert [paths for paths, _ in imports] == [[bench.claude / "rail" / "odd.jsonl"]]
        assert isinstance(pilot.app.screen, ImportingScreen)


async def test_what_an_import_brought_is_told(
    studio: Path, bench: Bench, imports: list[tuple[list[Path], Callable[[Any], None]]]
) -> None:
    async with opened(studio) as pilot:
        await go(pilot, "i", "enter")
        said: list[str] = []
        app_of(pilot).say = lambda words, **_: said.append(words)  # type: ignore[method-assign]
        await press(pilot, "escape")
        imports[0][1](SyncResult(conversations=2, calls=1, messages=40, rejected=3))
        await settled(pilot)
        imports[0][1](SyncResult(unreadable=[("/logs/daily.json", "sums by day")]))
        await settled(pilot)
        imports[0][1](SyncResult())
        await settled(pilot)
        imports[0][1](ValueError("disk full"))
        await settled(pilot)

        assert said == [
            "~: 2 conversations, 1 call, 40 messages, 3 rejected lines.",
            "~: 1 not readable (daily.json: sums by day).",
            "~: nothing new, all of it is in the ledger.",
            "disk full",
        ]


async def test_path_that_holds_nothing_is_not_read(
    studio: Path, bench: Bench, imports: list[tuple[list[Path], Callable[[Any], None]]]
) -> None:
    (bench.home / "letters").mkdir()
    async with opened(studio) as pilot:
        await go(pilot, "i")
        for path, said in (
            ("~/nowhere", "there is no such file or folder"),
            ("~/letters", "no conversations of a known tool in it"),
            ("", "An export, a log, a table"),
        ):
            await typed(pilot, path)
            await press(pilot, "enter")
            assert said in screen_text(pilot)
        assert imports == []


async def test_path_goes_on_with_what_is_below_it(studio: Path, bench: Bench) -> None:
    async with opened(studio) as pilot:
        await go(pilot, "i")
        await typed(pilot, "~/.claude/pro")
        await press(pilot, "down", "enter")
        from textual.widgets import Input

        line = pilot.app.screen.query_one(Input)
        assert (line.value, line.has_focus) == ("~/.claude/projects/", False)


@pytest.mark.parametrize(
    ("keys", "line"),
    [("/tmp", "/tmp"), ("~/x", "~/x"), ("x/~y//z", "~/x/~y//z")],
)
async def test_path_that_begins_anew_is_shown_as_it_is_typed(
    studio: Path, bench: Bench, keys: str, line: str
) -> None:
    async with opened(studio) as pilot:
        await go(pilot, "i")
        await press(pilot, *keys)
        from textual.widgets import Input

        assert pilot.app.screen.query_one(Input).value == line


def test_glance_tells_what_a_path_holds_and_never_raises(bench: Bench) -> None:
    assert glance(Path("~")).roots == bench.roots
    assert glance(bench.log).roots == [("claude-code", bench.log)]
    assert glance(Path("~/none")).problem == "there is no such file or folder"
    assert glance(Path("~nobody-of-that-name")).problem
    assert glance(Path("a\0b")).problem
    assert glance(Path("/" + "x" * 5000)).problem


def test_large_folder_is_not_walked_to_its_end(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convledger.ingest.choose.GLANCED_FILES", 5)
    large = bench.home / "large"
    large.mkdir()
    for number in range(20):
        (large / f"{number}.txt").touch()

    assert not glance(large).whole
    assert glance(large).roots == []


def test_completions_are_folders_then_logs_hidden_ones_last(bench: Bench) -> None:
    for name in ("Beta/", "alpha/", ".hidden/"):
        (bench.home / "x" / name).mkdir(parents=True)
    for name in ("one.jsonl", "notes.odt", "two.zip"):
        (bench.home / "x" / name).touch()

    assert completions("~/x/") == [
        "~/x/alpha/", "~/x/Beta/", "~/x/.hidden/", "~/x/one.jsonl", "~/x/two.zip",
    ]  # fmt: skip
    assert completions("~/x/b") == ["~/x/Beta/"]
    assert completions("~/none/") == []
