"""A price for a model without one: set by hand, like another model, or nothing; all undoable."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from convledger.errors import ConfigError, WorkspaceError
from convledger.ingest.override_file import change_prices, take_back
from convledger.ledger import Ledger
from convledger.tui.app import ConvledgerApp
from convledger.tui.screens.price import AliasScreen, PriceScreen
from convledger.tui.screens.sources import SourcesScreen
from convledger.tui.widgets.priced_rows import PricedRows
from convledger.tui.widgets.unpriced_rows import UnpricedRows
from tests.ingest.logs import Bench, reply
from tests.tui.pilot import press, screen_text, settled
from tests.tui.source_parts import opened

MODEL = "northwind-local-7b"
BY_HAND = b'# ours\r\n[[alias]]\r\npattern = "house-*"\r\nfree = true   # ours too'
SIZES = [(40, 10), (80, 24), (140, 45)]


def app_of(pilot: Pilot[None]) -> ConvledgerApp:
    assert isinstance(pilot.app, ConvledgerApp)
    return pilot.app


def unpriced_calls(workspace: Path) -> int:
    with Ledger.open(workspace) as ledger:
        return sum(one.calls for one in ledger.unpriced() if one.model == MODEL)


async def typed(pilot: Pilot[None], **fields: str) -> None:
    for name, text in fields.items():
        pilot.app.screen.query_one(f"#{name}", Input).value = text
    await settled(pilot)


def heard(pilot: Pilot[None]) -> list[str]:
    """Return what is said from now on."""
    said: list[str] = []
    app_of(pilot).say = lambda words, **_: said.append(words)  # type: ignore[method-assign]
    return said


async def test_price_set_in_the_dialog_counts_at_once(studio: Path) -> None:
    assert unpriced_calls(studio) == 10
    async with opened(studio) as pilot:
        said = heard(pilot)
        await press(pilot, "8", "p")
        assert isinstance(pilot.app.screen, PriceScreen)
        assert MODEL in screen_text(pilot)
        assert "10 calls · 361k tokens · claude-code" in screen_text(pilot)

        await typed(pilot, input="0.20", output="$0.60", note="rack 4")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, SourcesScreen)
        assert unpriced_calls(studio) == 0
        assert "10 of 807 calls" in said[-1]
        assert "u takes it back" in said[-1]
    assert (studio / "prices.toml").read_text() == (
        f'[[price]]\nmodel = "{MODEL}"\ninput = "0.20"\noutput = "0.60"\nnote = "rack 4"\n'
    )


async def test_enter_pressed_twice_sets_one_price(studio: Path) -> None:
    async with opened(studio) as pilot:
        await press(pilot, "8", "p")
        await typed(pilot, input="1", output="1")
        await pilot.press("enter", "enter")
        await settled(pilot)

        assert (studio / "prices.toml").read_text().count("[[price]]") == 1


async def test_list_is_empty_when_the_last_model_has_a_price(studio: Path) -> None:
    async with opened(studio, size=(140, 45)) as pilot:
        await press(pilot, "8", "p")
        await typed(pilot, input="1", output="1")
        await press(pilot, "enter")
        screen = pilot.app.screen
        assert isinstance(screen, SourcesScreen)
        while screen._ask_overview._asked is not None:
            await settled(pilot)

        assert screen.query_one(UnpricedRows).count() == 0
        assert "A price is known for every model." in screen_text(pilot)
        said = heard(pilot)
        await press(pilot, "p", "a")
        assert said == ["A price is known for every model."] * 2


async def test_undo_puts_the_file_and_the_costs_back(studio: Path) -> None:
    (studio / "prices.toml").write_bytes(BY_HAND)
    async with opened(studio) as pilot:
        await press(pilot, "8", "p")
        await typed(pilot, input="0.20", output="0.60")
        await press(pilot, "enter")
        changed = (studio / "prices.toml").read_bytes()
        assert changed.startswith(BY_HAND + b"\r\n\r\n[[price]]\r\n")
        assert unpriced_calls(studio) == 0

        await press(pilot, "u")
        assert (studio / "prices.toml").read_bytes() == BY_HAND
        assert unpriced_calls(studio) == 10


async def test_undo_of_the_first_price_removes_the_file(studio: Path) -> None:
    async with opened(studio) as pilot:
        await press(pilot, "8", "p")
        await typed(pilot, input="1", output="1")
        await press(pilot, "enter", "u")

        assert not (studio / "prices.toml").exists()
        assert unpriced_calls(studio) == 10


async def test_undo_leaves_a_file_alone_that_was_changed_since(studio: Path) -> None:
    async with opened(studio) as pilot:
        await press(pilot, "8", "p")
        await typed(pilot, input="1", output="1")
        await press(pilot, "enter")
        theirs = (studio / "prices.toml").read_bytes() + b"# theirs\n"
        (studio / "prices.toml").write_bytes(theirs)
        said = heard(pilot)
        await press(pilot, "u")

        assert "was changed since" in said[-1]
        assert (studio / "prices.toml").read_bytes() == theirs


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"output": "1"}, "input needs an amount in dollars, like 1.80"),
        ({"input": "1"}, "output needs an amount in dollars, like 1.80"),
        ({"input": "1,80", "output": "1"}, "input needs a point before the cents"),
        ({"input": "1", "output": "1", "cache_read": "cheap"}, "cache read needs an amount"),
    ],
)
async def test_mistake_is_named_and_nothing_is_written(
    studio: Path, fields: dict[str, str], problem: str
) -> None:
    async with opened(studio) as pilot:
        await press(pilot, "8", "p")
        await typed(pilot, **fields)
        await press(pilot, "enter")

        assert f"✕ {problem}" in screen_text(pilot)
        assert not (studio / "prices.toml").exists()


async def test_file_with_a_mistake_is_named_and_stays_as_it_is(studio: Path) -> None:
    (studio / "prices.toml").write_text("[[price]]\nmodel = 1\n")
    async with opened(studio) as pilot:
        said = heard(pilot)
        await press(pilot, "8", "p")
        await typed(pilot, input="1", output="1")
        await press(pilot, "enter")

        assert "prices.toml" in said[-1]
        assert isinstance(pilot.app.screen, PriceScreen)
        assert (studio / "prices.toml").read_text() == "[[price]]\nmodel = 1\n"


async def test_model_is_priced_like_another_one(studio: Path) -> None:
    async with opened(studio) as pilot:
        said = heard(pilot)
        await press(pilot, "8", "a")
        assert isinstance(pilot.app.screen, AliasScreen)
        await press(pilot, *"anthropic sonnet 5", "down")
        rows = pilot.app.screen.query_one(PricedRows)
        line = rows.chosen(rows.cursor)
        assert line is not None
        assert (line.provider, "sonnet" in line.model) == ("anthropic", True)
        await press(pilot, "enter")

        assert f"{MODEL} costs like {line.model}" in said[-1]
        assert unpriced_calls(studio) == 0
        assert (studio / "prices.toml").read_text() == (
            f'[[alias]]\nlog = "claude-code"\npattern = "{MODEL}"\nprovider = "anthropic"\n'
            f'model = "{line.model}"\n'
        )
        await press(pilot, "u")
        assert unpriced_calls(studio) == 10


async def test_model_can_be_said_to_cost_nothing(studio: Path) -> None:
    async with opened(studio) as pilot:
        await press(pilot, "8", "a", "down", "home", "enter")

        assert unpriced_calls(studio) == 0
        assert "free = true" in (studio / "prices.toml").read_text()


async def test_models_that_look_alike_come_first(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.write(bench.log, reply(1).replace(b"claude-sonnet-4-5-20250929", b"opus-of-claude"))
    bench.sync()
    async with opened(bench.ledger.workspace) as pilot:
        await press(pilot, "8", "a")
        rows = pilot.app.screen.query_one(PricedRows)
        first = [rows.chosen(index) for index in range(1, 6)]

        assert all(line is not None and "opus" in line.model for line in first)


async def test_calls_without_a_model_get_no_price(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.write(bench.log, reply(1).replace(b"claude-sonnet-4-5-20250929", b"unknown"))
    bench.sync()
    async with opened(bench.ledger.workspace) as pilot:
        said = heard(pilot)
        await press(pilot, "8", "p")

        assert isinstance(pilot.app.screen, SourcesScreen)
        assert said == ["These calls name no model: a says once which it was."]


async def test_calls_without_a_model_are_given_one_once(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.write(bench.log, reply(1).replace(b"claude-sonnet-4-5-20250929", b"unknown"))
    bench.sync()
    async with opened(bench.ledger.workspace) as pilot:
        await press(pilot, "8", "a")
        rows = pilot.app.screen.query_one(PricedRows)
        rows.narrow("claude-sonnet-4-5")
        await press(pilot, "enter", "down", "enter")
        await settled(pilot)
    written = (bench.ledger.workspace / "prices.toml").read_text()
    assert 'log = "claude-code"\npattern = "unknown"' in written
    assert bench.ledger.unpriced() == []


async def test_name_from_a_log_is_harmless_on_the_screen_and_in_the_file(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    name = b'evil\\u001b]0;x\\u0007\\"\\n[[alias]] [b]'
    bench.write(bench.log, reply(1).replace(b"claude-sonnet-4-5-20250929", name))
    bench.sync()
    async with opened(bench.ledger.workspace) as pilot:
        await press(pilot, "8", "p")
        assert 'evil␛]0;x␇"↵[[alias]] [b]' in screen_text(pilot)
        await typed(pilot, input="1", output="1")
        await press(pilot, "enter")
    with Ledger.open(bench.ledger.workspace) as ledger:
        assert ledger.unpriced() == []
        [price] = ledger.rates.overrides.prices
        assert price.model == 'evil\x1b]0;x\x07"\n[[alias]] [b]'


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("key", ["p", "a"])
async def test_dialogs_fit_any_size(studio: Path, key: str, size: tuple[int, int]) -> None:
    async with opened(studio, size=size) as pilot:
        await press(pilot, "8", key)
        text = screen_text(pilot)

        assert MODEL in text
        assert ("Set price" if key == "p" else "costs like") in text
        assert max(map(len, text.splitlines())) <= size[0]


def test_file_is_put_back_where_rating_fails(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_bytes(b"# mine\n")

    def fails() -> None:
        raise WorkspaceError("the disk is full")

    with pytest.raises(WorkspaceError, match="disk is full"):
        change_prices(path, lambda text, _: text + "# more\n", fails)
    assert path.read_bytes() == b"# mine\n"


def test_file_behind_a_link_is_changed_and_the_link_stays(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    real, path = tmp_path / "dotfiles" / "prices.toml", tmp_path / "prices.toml"
    real.write_text("# mine\n")
    path.symlink_to(real)
    change = change_prices(path, lambda text, _: text + "# more\n", lambda: None)
    assert (path.is_symlink(), real.read_text()) == (True, "# mine\n# more\n")

    take_back(change, lambda: None)
    assert (path.is_symlink(), real.read_text()) == (True, "# mine\n")


def test_edit_that_is_refused_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"

    def refuses(_text: str, name: str) -> str:
        raise ConfigError(f"{name}: no")

    with pytest.raises(ConfigError, match=r"prices\.toml: no"):
        change_prices(path, refuses, lambda: None)
    assert list(tmp_path.iterdir()) == []
