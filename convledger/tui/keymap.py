"""A user's keymap against the table of actions: what it may bind, and what it binds twice."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from convledger.tui.actions import ACTIONS, BY_ID

# What is in reach at one time: a key must mean one thing in all scopes of a row.
_TOGETHER = (
    ("app", "live", "chart"),
    ("app", "live", "list"),
    ("app", "conversations", "list"),
    ("app", "conversations", "facets"),
    ("app", "memory", "list"),
    ("app", "memory", "facets"),
    ("app", "memory_files", "list"),
    ("app", "reader"),
    ("app", "judging"),  # its keys stand before those of the reader
    ("app", "reviews", "queue", "list"),
    ("app", "reviews", "handoffs", "list"),
    ("app", "reviews", "firings", "list"),
    ("app", "reviews", "audit", "list"),
    ("app", "search", "list"),
    ("app", "sources", "list"),
    ("app", "reconcile", "list"),
    ("app", "economics", "list"),
    ("app", "economics", "chart"),
    ("app", "budgets", "list"),
    ("app", "sitting", "list"),
    ("table_mapping", "list"),
)
# An action that stands before another one on purpose: the screen has a search of its own.
_BEFORE = {("memory.search", "app.search"), ("app.search", "memory.search")}


def readable_keymap(wanted: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return what of `wanted` (action id to keys) can be used, and in words what can't."""
    problems = []
    keymap: dict[str, str] = {}
    for name, keys in wanted.items():
        if name not in BY_ID:
            near = get_close_matches(name, BY_ID, 1, 0.4)
            hint = f"; did you mean {near[0]}?" if near else ""
            problems.append(f"config.toml: [keys] has no action {name!r:.60}{hint}")
            continue
        keymap[name] = keys
        clash = _clash(name, keymap)
        if clash is not None:
            key, other = clash
            problems.append(
                f"config.toml: [keys] {name}: {key!r} is the key of {other} already; "
                f"{name} keeps {BY_ID[name].keys}"
            )
            del keymap[name]
    return keymap, problems


def _clash(name: str, keymap: Mapping[str, str]) -> tuple[str, str] | None:
    """Return a key of `name` that another action in reach of the same focus has too."""
    scope = BY_ID[name].scope
    reach = {other for together in _TOGETHER if scope in together for other in together}
    mine = _keys(keymap[name])
    for action in ACTIONS:
        if action.id == name or action.scope not in reach or (name, action.id) in _BEFORE:
            continue
        shared = mine & _keys(keymap.get(action.id, action.keys))
        if shared:
            return min(shared), action.id
    return None


def _keys(text: str) -> set[str]:
    return {key.strip() for key in text.split(",") if key.strip()}
