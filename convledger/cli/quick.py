"""Reads the plainest command lines without the time that a parser takes to load.

Only exact option names of the commands that scripts and prompts run all day; whatever else stands
there, help and mistakes among it, is left to the full parser.
"""

from __future__ import annotations

import os
from typing import Any

MANY, ONE, FLAG = "many", "one", "flag"
# By command: each option, the name its value goes by, and how often it may be given.
OPTIONS: dict[str, dict[str, tuple[str, str]]] = {
    "status": {"--json": ("as_json", FLAG)},
    "report": {
        "--by": ("by", MANY),
        "--since": ("since", ONE),
        "--until": ("until", ONE),
        "--tz": ("tz", ONE),
        "--source": ("source", MANY),
        "--model": ("model", MANY),
        "--project": ("project", MANY),
        "--tag": ("tag", MANY),
        "--client": ("client", MANY),
        "--outcome": ("outcome", MANY),
        "--channel": ("channel", MANY),
        "--conversation": ("conversation", MANY),
        "--json": ("as_json", FLAG),
        "--csv": ("as_csv", FLAG),
        "--no-sync": ("no_sync", FLAG),
        "--all": ("everything", FLAG),
        "--month": ("month", ONE),
        "--format": ("form", ONE),
        "--out": ("out", ONE),
        "--force": ("force", FLAG),
        "--currency": ("currency", ONE),
        "--title": ("title", ONE),
        "--with-titles": ("with_titles", FLAG),
        "--anonymous": ("anonymous", FLAG),
    },
}
EMPTY: dict[str, Any] = {MANY: (), ONE: None, FLAG: False}


def plain(arguments: list[str]) -> tuple[str | None, str, dict[str, Any]] | None:
    """Return workspace, command and its values; None where this is not as plain as can be."""
    if "_CONVLEDGER_COMPLETE" in os.environ:
        return None
    workspace = None
    rest = list(arguments)
    if rest and rest[0] == "--workspace" and len(rest) > 1:
        workspace, rest = rest[1], rest[2:]
    elif rest and rest[0].startswith("--workspace="):
        workspace, rest = rest[0].partition("=")[2], rest[1:]
    if workspace is not None and (not workspace or workspace.startswith("-")):
        return None
    if not rest or rest[0] not in OPTIONS:
        return None
    found = _values(OPTIONS[rest[0]], rest[1:])
    return None if found is None else (workspace, rest[0], found)


def _values(options: dict[str, tuple[str, str]], given: list[str]) -> dict[str, Any] | None:
    values = {name: EMPTY[times] for name, times in options.values()}
    words = iter(given)
    for word in words:
        option, equals, value = word.partition("=")
        if option not in options:
            return None
        name, times = options[option]
        if times == FLAG:
            if equals:
                return None
            values[name] = True
            continue
        if not equals:
            value = next(words, "-")
            if value.startswith("-"):
                return None
        values[name] = (*values[name], value) if times == MANY else value
    return values
