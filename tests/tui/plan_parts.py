"""What tests of Plans share: a plan like a studio would have, put in force, and its dialogs."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input

from convledger.clock import SECOND
from convledger.ledger import Ledger
from convledger.money import PICO
from convledger.tui.app import ConvledgerApp
from convledger.tui.screens.plans import PlansScreen
from convledger.tui.widgets.choices import OneOf
from tests.ingest.logs import session, turns
from tests.tui import pilot as pilots
from tests.tui.pilot import NOW, press, settled, text_of

opened = partial(pilots.opened, place="plans")

SIZES = [(40, 10), (80, 24), (120, 36), (140, 45)]
STUDIO = """\
schema         = 1
id             = "studio-400"
name           = "Studio 400"
version        = "3"
currency       = "USD"
timezone       = "Europe/Berlin"
effective_from = 2026-09-01

[[fee]]
id     = "base"
amount = "79.00"

[[unit]]
id       = "window"
count    = "window"
boundary = "inactivity"
timeout  = "30m"

[[charge]]
unit     = "window"
pay_with = "credits"
credits  = "1"

[[grant]]
id       = "included"
amount   = "30"
priority = 10

[[grant]]
id             = "welcome"
amount         = "30"
kind           = "promo"
per            = "once"
expires        = "P84D"
priority       = 20

[[topup]]
id       = "pack-10"
credits  = "10"
price    = "2.00"
trigger  = "manual"
expires  = "P12M"
priority = 30

[overage]
policy = "charge"
price  = "0.25"

[[alert]]
on = "allowance"
at = [70, 90, 100]
"""
TEAM = """\
schema         = 1
id             = "team-seats"
name           = "Team seats"
version        = "1"
currency       = "USD"
timezone       = "UTC"
effective_from = 2026-01-01

[[fee]]
id     = "seat"
amount = "19.00"
per    = "seat"
seats  = 3

[[unit]]
id      = "usage"
count   = "sum"
measure = "rated_usd"

[[charge]]
unit  = "usage"
model = "pass_through"
"""
BEGAN = int(datetime(2026, 9, 1, tzinfo=UTC).timestamp()) * SECOND
BOUGHT = int(datetime(2026, 11, 12, 9, tzinfo=UTC).timestamp()) * SECOND


def put_in_force(workspace: Path, text: str = STUDIO, *, since: int = BEGAN) -> str:
    """Take a plan into a workspace and put it in force; its periods that are over are closed."""
    with Ledger.open(workspace) as ledger:
        plan, _ = ledger.add_plan(text, "plan.toml")
        ledger.use_plan(plan.id, since, now=NOW)
        ledger.follow_plans(NOW, UTC)
    return plan.id


def bought(workspace: Path) -> None:
    """Book the pack of the plan in force on 12 November."""
    with Ledger.open(workspace) as ledger:
        subscription = ledger.plan_book.subscription(None, NOW)
        ledger.buy_credits(subscription, BOUGHT, now=NOW)


def facts_in(workspace: Path) -> list[tuple[str, int, int]]:
    """Return kind, credits and money of what was booked by hand, in whole credits and dollars."""
    with Ledger.open(workspace) as ledger:
        every = ledger.credit_facts(ledger.plan_book.subscription(None, NOW))
        return [(fact.kind, fact.amount // PICO, fact.price // PICO) for fact in every]


def in_force(workspace: Path) -> list[str]:
    """Return the plans that are in force, by their ids."""
    with Ledger.open(workspace) as ledger:
        every = ledger.plan_book.subscriptions()
        return [one.plan for one in every if one.is_in_force(NOW)]


def app_of(pilot: Pilot[None]) -> ConvledgerApp:
    assert isinstance(pilot.app, ConvledgerApp)
    return pilot.app


def plans(pilot: Pilot[None]) -> PlansScreen:
    screen = app_of(pilot).place()
    assert isinstance(screen, PlansScreen)
    return screen


async def go(pilot: Pilot[None], *keys: str) -> None:
    """Go to Plans, press keys there, and wait for what they ask for."""
    await press(pilot, "4")
    await asked(pilot)
    for key in keys:
        await press(pilot, key)
        await asked(pilot)


async def asked(pilot: Pilot[None]) -> None:
    """Wait until the screen has every answer that it waits for, those it rests before too."""
    screen = app_of(pilot).place()
    await settled(pilot)
    while app_of(pilot)._renewal_waits or (
        isinstance(screen, PlansScreen)
        and (screen._ask_sight._asked is not None or screen._ask_cut._asked is not None)
    ):
        await asyncio.sleep(0.005)  # a timer runs
        await settled(pilot)


async def renewed(pilot: Pilot[None]) -> None:
    """Show what another process has written."""
    plans(pilot).renew()
    await asked(pilot)


async def typed(pilot: Pilot[None], text: str) -> None:
    """Type a text, letter by letter, and wait for what it does."""
    for letter in text:
        await pilot.press("space" if letter == " " else letter)
    await settled(pilot)


def shown(pilot: Pilot[None], selector: str) -> str:
    return text_of(pilot.app.screen.query_one(selector))


def long_talk(workspace: Path, folder: Path) -> int:
    """Read one conversation of four stretches, 48 min, 2 h 30 min and 26 h apart; return its id."""
    minutes = [0, 1, 3, 9, 57, 58, 61, 70, 220, 225, 249, 1809, 1811, 1815]
    log = folder / "projects" / "bakery" / f"{session(77)}.jsonl"
    log.parent.mkdir(parents=True)
    log.write_bytes(b"".join(turns(each, each, of=session(77)) for each in minutes))
    with Ledger.open(workspace) as ledger:
        ledger.sync([("claude-code", folder / "projects")])
        return ledger.conversation(f"claude-code:{session(77)}").id


def screen_name(pilot: Pilot[None]) -> str:
    return type(pilot.app.screen).__name__


def fill(pilot: Pilot[None], key: str, text: str) -> None:
    pilot.app.screen.query_one(f"#{key}", Input).value = text


def choose(pilot: Pilot[None], name: str) -> None:
    pilot.app.screen.query_one(OneOf).active = name


def effect(pilot: Pilot[None]) -> str:
    return " ".join(shown(pilot, "#effect").split())
