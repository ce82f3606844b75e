"""Waits until an app has nothing left to do, by asking its widgets and looking into their queues.

Textual's own pilot sleeps until the process takes no time of the processor, 20 ms and more for
each key: too long beside several thousand keys, and too short on a machine that is held up. It
also draws each change by itself; here the screen is drawn when all of them are made, as a
terminal shows it at last.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import tzinfo
from fractions import Fraction
from time import monotonic

import pytest
import textual.app
import textual.pilot
from textual._context import active_app
from textual.app import App
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation
from textual.message import Message
from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.screen import Screen

from convledger.plans.contract import BilledPeriod
from convledger.plans.schema import Plan
from convledger.plans.what_if import Estimate, Usage, estimate_of
from convledger.tui.app import ConvledgerApp

PATIENCE = 30.0  # seconds
UNDRAWN = "_undrawn"
WAITING = "_waits_for_messages"
next_message = MessagePump._get_message
draw = Screen._compositor_refresh
parse = Stylesheet._parse_rules
parsed: dict[tuple[object, ...], list[RuleSet]] = {}
palettes: dict[tuple[tuple[str, str], ...], int] = {}
PALETTE = "_palette"
estimates: dict[tuple[object, ...], Estimate] = {}


def hasten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for what is left to do and no longer, draw then, keep styles, and rest little.

    What a plan comes to for other amounts is a matter of arithmetic alone, and most of the opening
    of Compare: it is worked out once for the tests that have the same books.
    """
    monkeypatch.setattr(textual.app, "wait_for_idle", quiet)
    monkeypatch.setattr(textual.pilot, "wait_for_idle", quiet)
    monkeypatch.setattr(Pilot, "_wait_for_screen", _all_handled)
    monkeypatch.setattr(MessagePump, "_get_message", _next_message)
    monkeypatch.setattr(Screen, "_compositor_refresh", _draw_later)
    monkeypatch.setattr(Stylesheet, "_parse_rules", _parse_once)
    monkeypatch.setattr("convledger.reports.break_evens.estimate_of", _estimate_once)
    monkeypatch.setattr("convledger.tui.app.RENEW_EVERY", 0.01)
    monkeypatch.setattr("convledger.tui.paced.REST", 0.1)
    monkeypatch.setattr("convledger.tui.screens.compare_asking._REST", 0.1)


async def quiet(_least: float = 0, _most: float = 0) -> None:
    """Wait until nothing can run, no message is being handled, no question is open, all is drawn.

    It stands in for `wait_for_idle` of Textual's pilot, whose two figures are not needed.
    """
    app: App[object] = active_app.get()
    until = monotonic() + PATIENCE
    while monotonic() < until:
        await asyncio.sleep(0)
        if not app.is_running or app._exception is not None:
            break
        if _can_anything_run():
            continue
        if app._resize_event is not None:
            app._check_resize()  # its timer never comes where the process is held up just then
            continue
        if is_busy(app):
            await asyncio.sleep(0.001)  # a thread is at work, or a timer is waited for
            continue
        app.screen._on_timer_update()  # lays out, and calls what waits for that
        if not _can_anything_run() and not is_busy(app) and not _draw(app):
            break


async def _all_handled(_pilot: Pilot[object], _timeout: float = 0) -> bool:
    """Wait as `quiet` does, in place of a message to each widget that asks whether it is there."""
    await quiet()
    return active_app.get()._exception is None


def _can_anything_run() -> bool:
    """Tell whether anything but who asks is to run at once: a message, a task, a callback."""
    return bool(asyncio.get_running_loop()._ready)  # type: ignore[attr-defined]


def is_busy(app: App[object]) -> bool:
    """Tell whether a widget has a message to handle, or the ledger a question to answer."""
    return is_asking(app) or any(map(_has_messages, [app, *app._registry]))


def is_asking(app: App[object]) -> bool:
    """Tell whether a thread is at work, or a question to the ledger waits for one."""
    if any(worker.is_running for worker in app.workers):
        return True
    if not isinstance(app, ConvledgerApp):
        return False
    return not (app.desk.is_idle and app.side_desk.is_idle)


def _has_messages(pump: MessagePump) -> bool:
    """Tell whether a widget has something left to handle, or is about to."""
    if not pump._running or pump._closing or pump._closed:
        return False
    return not (getattr(pump, WAITING, False) and pump._message_queue.empty())


async def _next_message(pump: MessagePump) -> Message:
    """Return the next message of a widget, which has handled all others then."""
    setattr(pump, WAITING, True)
    try:
        return await next_message(pump)
    finally:
        setattr(pump, WAITING, False)


def _parse_once(
    self: Stylesheet,
    css: str,
    read_from: CSSLocation,
    is_default_rules: bool = False,
    tie_breaker: int = 0,
    scope: str = "",
) -> list[RuleSet]:
    """Read a source once for all apps that have the same colours."""
    key = (css, read_from, is_default_rules, tie_breaker, scope, _palette(self))
    if key not in parsed:
        parsed[key] = parse(self, css, read_from, is_default_rules, tie_breaker, scope)
    return parsed[key]


def _estimate_once(
    plan: Plan,
    period: BilledPeriod,
    usage: Usage,
    factor: Fraction,
    zone_of: Callable[[str], tzinfo],
    *,
    seats: int = 0,
) -> Estimate:
    """Work out an amount of usage once for all apps that have the same plan, time and usage."""
    counted = (usage.quantities, usage.rates, usage.unpriced)
    of = (plan.digest, plan.effective_from, period.since, period.until, str(period.zone), seats)
    key = (*of, factor, *(frozenset(each.items()) for each in counted))
    if key not in estimates:
        estimates[key] = estimate_of(plan, period, usage, factor, zone_of, seats=seats)
    return estimates[key]


def _palette(sheet: Stylesheet) -> int:
    """Return a number that stylesheets with the same colours share."""
    colours, number = getattr(sheet, PALETTE, (None, 0))
    if colours is not sheet._variables:
        colours = sheet._variables
        number = palettes.setdefault(tuple(sorted(colours.items())), len(palettes))
        setattr(sheet, PALETTE, (colours, number))
    return number


def _draw_later(screen: Screen[object]) -> None:
    if isinstance(screen.app, ConvledgerApp):
        setattr(screen, UNDRAWN, True)
    else:
        draw(screen)  # a widget by itself, that is little to draw


def _draw(app: App[object]) -> bool:
    """Draw what waits for it; tell whether anything did, as that may lead to more."""
    waiting = [screen for screen in app.screen_stack if getattr(screen, UNDRAWN, False)]
    for screen in waiting:
        setattr(screen, UNDRAWN, False)
        draw(screen)
    return bool(waiting)
