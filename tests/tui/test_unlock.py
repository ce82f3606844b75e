"""The app asks for the passphrase of an encrypted ledger on a calm screen of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from convledger import who
from convledger.config import Config
from convledger.store import keys
from convledger.store.connection import connect
from convledger.tui import start
from convledger.tui.unlock import ASKED, WRONG, UnlockApp
from tests.ingest.logs import Bench, turns
from tests.store.locked import OTHER, PASSPHRASE, encrypt, needs_cipher
from tests.tui.fault_parts import until

pytestmark = needs_cipher


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    bench = Bench(tmp_path)
    bench.write(bench.log, turns(1, 2))
    bench.sync()
    bench.ledger.close()
    encrypt(bench.ledger.path)
    keys.forget()
    yield bench.ledger.workspace
    keys.forget()
    who.unlock_by(None)


def said(app: UnlockApp) -> str:
    return str(app.query_one("#said", Static).render())


@pytest.mark.parametrize("size", [(80, 24), (140, 45), (40, 14)])
async def test_a_wrong_passphrase_is_told_and_the_right_one_opens(
    locked: Path, size: tuple[int, int]
) -> None:
    app = UnlockApp(locked, Config())
    async with app.run_test(size=size) as pilot:
        assert said(app) == ASKED
        line = app.query_one(Input)
        assert line.has_focus
        assert line.region.bottom <= size[1]
        await pilot.press(*OTHER.replace(" ", "_"), "enter")
        await until(cast("Pilot[None]", pilot), lambda: said(app) == WRONG)
        assert line.value == ""
        assert not line.disabled
        line.value = PASSPHRASE
        await pilot.press("enter")
        await until(cast("Pilot[None]", pilot), lambda: app.return_value is not None)

    assert app.return_value is True
    connect(locked / "ledger.db", read_only=True).close()


async def test_what_is_typed_is_not_shown(locked: Path) -> None:
    app = UnlockApp(locked, Config())
    async with app.run_test() as pilot:
        await pilot.press(*"zebrafinch")
        assert "zebrafinch" not in app.export_screenshot()
        assert app.query_one(Input).value == "zebrafinch"


async def test_escape_leaves(locked: Path) -> None:
    app = UnlockApp(locked, Config())
    async with app.run_test() as pilot:
        await pilot.press("escape")

    assert app.return_value is False


async def test_a_ledger_that_is_gone_is_told(locked: Path) -> None:
    app = UnlockApp(locked, Config())
    async with app.run_test() as pilot:
        (locked / "ledger.db").unlink()
        app.query_one(Input).value = PASSPHRASE
        await pilot.press("enter")
        await until(cast("Pilot[None]", pilot), lambda: "No such file" in said(app))


def test_nobody_is_asked_where_it_is_known(locked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(UnlockApp, "run", lambda *_, **__: pytest.fail("asked"))

    assert start.is_unlocked(locked, lambda _: PASSPHRASE)


def test_the_screen_asks_where_nothing_is_known(
    locked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for answer in (True, False, None):
        monkeypatch.setattr(UnlockApp, "run", lambda *_, answer=answer, **__: answer)
        assert start.is_unlocked(locked, lambda _: None) is bool(answer)
