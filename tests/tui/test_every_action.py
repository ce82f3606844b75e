"""Each action of the table does what the table says, on the screen that it is for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.app import App

from convledger.tui.actions import ACTIONS, BY_ID, SCOPES, bindings
from tests.tui.action_steps import BROUGHT, PLACE_KEYS, PLACES, STEPS, screen
from tests.tui.import_parts import ended
from tests.tui.pilot import opened, press, settled


def test_every_action_has_a_step_and_every_scope_actions() -> None:
    assert STEPS.keys() == BY_ID.keys()
    assert {action.scope for action in ACTIONS} >= SCOPES.keys() - {"search"}


def test_every_key_of_an_action_is_bound_to_it() -> None:
    for action in ACTIONS:
        bound = {binding.id: binding for binding in bindings(action.scope)}[action.id]
        assert (bound.key, bound.action) == (action.keys, action.verb)


def walks() -> list[list[str]]:
    """Return actions by what one app can show: those that begin at the same place.

    What opens a screen comes first: the way back leads to the place as it was.
    """
    found: dict[object, list[str]] = {}
    for name, step in STEPS.items():
        found.setdefault(name if step.alone else (step.before, step.prepare), []).append(name)
    return [
        sorted(names, key=lambda name: STEPS[name].seen is not screen) for names in found.values()
    ]


def actions_done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list in which every action that is done will be noted."""
    done: list[str] = []
    run = App.run_action

    async def noting(app: App[None], action: Any, *places: Any) -> bool:
        done.append(action.rpartition(".")[2])
        return await run(app, action, *places)

    monkeypatch.setattr(App, "run_action", noting)
    return done


@pytest.mark.parametrize("names", walks(), ids="+".join)
async def test_action(studio: Path, names: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    done = actions_done(monkeypatch)
    first = STEPS[names[0]]
    if first.prepare is not None:
        first.prepare(studio)
    place = PLACES.get(first.before[0] if first.before else "", "live")
    async with opened(studio, size=(140, 45), place=place) as pilot:
        await press(pilot, *first.before)
        if first.before == BROUGHT:
            await ended(pilot)  # a thread of its own reads
        home = pilot.app.screen
        for name in names:
            step, key = STEPS[name], BY_ID[name].keys.split(",")[0]
            if pilot.app.screen is not home:
                await press(pilot, "escape")
            if pilot.app.screen is not home:  # another place has the way back from it
                await press(pilot, PLACE_KEYS[place], *first.before)
                assert type(pilot.app.screen) is type(home), name
                home = pilot.app.screen
            pilot.app.clear_notifications()  # what was said before is no change
            await settled(pilot)
            before = step.seen(pilot)
            done.clear()
            await press(pilot, key)
            after = step.seen(pilot)
            assert BY_ID[name].verb in done, name

            assert after != before, name
            if step.into is not None:
                assert after == step.into, name
