"""Scenarios by name: kept as text, renamed, taken away, and every change of them taken back."""

from __future__ import annotations

import sqlite3

from msgspec import json

from convledger.economics.scenario_text import checked_name, read_scenario, scenario_text
from convledger.economics.scenarios import Scenario
from convledger.errors import UsageProblem
from convledger.store import costs as kept
from convledger.store.settings import note, setting
from convledger.toml_places import with_value
from convledger.words import nearest

TABLE = "scenario"
MOST_UNDONE = 20  # changes that can be taken back
_JOURNAL = "changes of scenarios"
# A change: what was done in words, and each name with what it stood for before.
_Change = tuple[str, dict[str, str | None]]


def opened(connection: sqlite3.Connection, name: str) -> Scenario:
    """Return a scenario by its name. Raises UsageProblem, ConfigError."""
    return read_scenario(text_of(connection, name), f"scenario {name}")


def text_of(connection: sqlite3.Connection, name: str) -> str:
    """Return the text of a scenario. Raises UsageProblem where there is none of that name."""
    known = kept.texts(connection, TABLE)
    if name in known:
        return known[name]
    near = nearest(name, [*known]) if known else None
    hint = f" Did you mean {near}?" if near else ""
    if known:
        raise UsageProblem(f"no scenario is called {name}.{hint} They are: {', '.join(known)}")
    raise UsageProblem(
        f"no scenario is called {name}: none is kept yet. `convledger simulate --to MODEL --save "
        "NAME` keeps one"
    )


def keep(
    connection: sqlite3.Connection,
    scenario: Scenario | str,
    name: str,
    now: int,
    *,
    replace: bool = False,
) -> Scenario:
    """Keep a scenario by name and return it. Raises UsageProblem, ConfigError."""
    text = scenario if isinstance(scenario, str) else scenario_text(scenario)
    name = checked_name(name or read_scenario(text, "scenario").name)
    read_scenario(text, f"scenario {name}")
    text = with_value(text, "", "name", name)
    found = read_scenario(text, f"scenario {name}")
    before = kept.texts(connection, TABLE).get(name)
    if before == text:
        return found
    if before is not None and not replace:
        raise UsageProblem(
            f"a scenario is called {name} already; say --replace, or save it by another name"
        )
    verb = "saved" if before is None else "replaced"
    _change(connection, f"{verb} {name}", {name: text}, now)
    return found


def rename(connection: sqlite3.Connection, name: str, to: str, now: int) -> None:
    """Give a scenario another name. Raises UsageProblem."""
    text, to = text_of(connection, name), checked_name(to)
    if to == name:
        return
    if to in kept.texts(connection, TABLE):
        raise UsageProblem(f"a scenario is called {to} already; choose another name")
    renamed = with_value(text, "", "name", to)
    _change(connection, f"renamed {name} to {to}", {name: None, to: renamed}, now)


def drop(connection: sqlite3.Connection, name: str, now: int) -> None:
    """Take a scenario away. Raises UsageProblem."""
    text_of(connection, name)
    _change(connection, f"deleted {name}", {name: None}, now)


def undo(connection: sqlite3.Connection, now: int) -> str:
    """Take back the last change and return it in words, "" where there is none."""
    journal = _journal(connection)
    if not journal:
        return ""
    words, before = journal.pop()
    for name, text in before.items():
        kept.set_text(connection, TABLE, name, text, now)
    note(connection, _JOURNAL, json.encode(journal).decode())
    return words


def _change(
    connection: sqlite3.Connection, words: str, texts: dict[str, str | None], now: int
) -> None:
    known = kept.texts(connection, TABLE)
    journal = [*_journal(connection), (words, {name: known.get(name) for name in texts})]
    for name, text in texts.items():
        kept.set_text(connection, TABLE, name, text, now)
    note(connection, _JOURNAL, json.encode(journal[-MOST_UNDONE:]).decode())


def _journal(connection: sqlite3.Connection) -> list[_Change]:
    text = setting(connection, _JOURNAL)
    return json.decode(text, type=list[_Change]) if text else []
