"""Estimates on the screens: the key that switches them, and the mark that they bear."""

from __future__ import annotations

from pathlib import Path

import pytest

from convledger.config import load_config
from convledger.reports.live import Bar
from convledger.tui.amounts import tokens_known
from tests.ingest.logs import Bench
from tests.tui.pilot import press, screen_text, settled
from tests.tui.source_parts import app_of, opened

EXPORT = Path(__file__).parents[2] / "fixtures" / "sources" / "claude-ai"


@pytest.fixture
def chats(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path)
    bench.ledger.import_paths([EXPORT])
    return bench


def counted(bench: Bench) -> int:
    query = "SELECT count(*) FROM call WHERE approximate & 8 != 0"
    return int(bench.ledger.connection.execute(query).fetchone()[0])


async def test_key_switches_estimates_off_and_on_again(chats: Bench) -> None:
    async with opened(chats.ledger.workspace) as pilot:
        said: list[str] = []
        app_of(pilot).say = lambda words, **_: said.append(words)  # type: ignore[method-assign]
        await press(pilot, "8", "t")
        await settled(pilot)
        assert (load_config().estimates, counted(chats)) == (False, 0)
        assert "unknown again" in said[-1]
        await press(pilot, "t")
        await settled(pilot)
        assert (load_config().estimates, counted(chats)) == (True, 6)


async def test_tokens_of_nobody_are_a_dash_and_counted_ones_marked(chats: Bench) -> None:
    async with opened(chats.ledger.workspace, size=(140, 45)) as pilot:
        await press(pilot, "2")
        await settled(pilot)
        assert " tok" in screen_text(pilot)
        assert "~" in screen_text(pilot)
        assert " 0 tok" not in screen_text(pilot)


@pytest.mark.parametrize(
    ("number", "counted", "lacking", "shown"),
    [
        (12_400, False, False, "12.4k"),
        (12_400, True, False, "~12.4k"),
        (12_400, False, True, "≥12.4k"),
        (0, False, True, "–"),
        (0, False, False, "0"),
    ],
)
def test_tokens_say_how_they_are_known(
    number: int, counted: bool, lacking: bool, shown: str
) -> None:
    assert tokens_known(number, counted=counted, lacking=lacking) == shown


def test_a_bar_knows_of_its_estimates() -> None:
    assert Bar(0, 1, "", (1,), 0, 2).estimated_calls == 2
