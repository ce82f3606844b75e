"""The codes that say why: a list that people edit, for hand-offs and for reviews."""

from __future__ import annotations

import re
import sqlite3

from msgspec import json

from convledger.errors import UsageProblem
from convledger.store.settings import note, setting
from convledger.words import nearest

HANDOFFS, REVIEWS = "reasons of hand-offs", "reasons of reviews"
DEFAULTS = {
    HANDOFFS: (
        *("policy", "low-confidence", "user-asked", "tool-failure", "billing", "complaint"),
        "other",
    ),
    REVIEWS: (
        *("wrong", "incomplete", "off-policy", "unsafe", "privacy", "tone", "too-slow"),
        "other",
    ),
}
COMMANDS = {HANDOFFS: "handoff", REVIEWS: "review"}
MOST = 200
CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST = 40
_ALIKE = 0.65  # a code is short: what shares half of its letters is another word


def reasons(connection: sqlite3.Connection, of: str) -> list[str]:
    """Return the codes in their order."""
    text = setting(connection, of)
    return json.decode(text, type=list[str]) if text else list(DEFAULTS[of])


def add_reason(connection: sqlite3.Connection, of: str, code: str) -> list[str]:
    """Add a code at the end; returns all. Raises UsageProblem."""
    known, new = reasons(connection, of), code_of(code)
    if new in known:
        raise UsageProblem(f"{new} is a reason already")
    if len(known) >= MOST:
        raise UsageProblem(f"there are {MOST} reasons; take one away first")
    return _kept(connection, of, [*known, new])


def remove_reason(connection: sqlite3.Connection, of: str, code: str) -> list[str]:
    """Take a code from the list; what it was given to keeps it. Raises UsageProblem."""
    known, gone = reasons(connection, of), code_of(code)
    if gone not in known:
        raise UsageProblem(_unknown(gone, known))
    return _kept(connection, of, [each for each in known if each != gone])


def checked_reason(code: str, known: list[str], of: str = HANDOFFS) -> str:
    """Return the code that is meant, "" for none. Raises UsageProblem with the nearest."""
    if not code.strip():
        return ""
    found = code_of(code)
    if found not in known:
        way_out = f"`convledger {COMMANDS[of]} reasons --add {found}` adds it"
        raise UsageProblem(f"{_unknown(found, known)}. {way_out}")
    return found


def code_of(text: str) -> str:
    """Return a text as a code: "Low confidence" is low-confidence. Raises UsageProblem."""
    code = "-".join(text.lower().replace("_", " ").replace("-", " ").split())
    if not CODE.fullmatch(code) or len(code) > _LONGEST:
        raise UsageProblem(
            f"{text.strip()!r:.60} is no code: letters from a to z, digits and hyphens, "
            f"{_LONGEST} at most"
        )
    return code


def _unknown(code: str, known: list[str]) -> str:
    begun = [each for each in known if each.startswith(code)]
    near = begun[0] if begun else nearest(code, known, _ALIKE)
    hint = f"; did you mean {near}?" if near else "."
    return f"no reason {code!r:.60}{hint} There are {', '.join(known) or 'none'}"


def _kept(connection: sqlite3.Connection, of: str, codes: list[str]) -> list[str]:
    note(connection, of, json.encode(codes).decode())
    return codes
