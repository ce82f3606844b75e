"""What people enter or a file holds, made fit to be kept: lines, notes, instants. Or refused."""

from __future__ import annotations

import re
import unicodedata

from convledger.clock import EARLIEST, LATEST, SECOND
from convledger.errors import UsageProblem

LONGEST_LINE, LONGEST_NOTE = 200, 20_000
CLOCKS_APART = 300 * SECOND  # what the clocks of two machines may differ by
GUARD = re.compile(r"^'+(?=[\s\u200b\u2060\ufeff]*[=+\-@＝＋－＠])")  # as tables guard formulas
_KEPT = "\n\t"


def one_line(text: str, what: str, most: int = LONGEST_LINE) -> str:
    """Return a text as one line without what can't be seen. Raises UsageProblem."""
    line = " ".join(_seen(text).split())
    if len(line) > most:
        raise UsageProblem(f"{what} is longer than {most:,} characters")
    return line


def note_text(text: str) -> str:
    """Return a note, whose lines stay, without what a terminal obeys. Raises UsageProblem."""
    note = _seen(text.replace("\r\n", "\n")).strip()
    if len(note) > LONGEST_NOTE:
        raise UsageProblem(f"the note is longer than {LONGEST_NOTE:,} characters")
    return note


def person_text(text: str, what: str = "the name") -> str:
    """Return what a person is called, in the one form that Unicode has of it."""
    return unicodedata.normalize("NFC", one_line(text, what, 100))


def checked_instant(at: int, now: int, what: str) -> int:
    """Return an instant that can be meant: not before 2000, and not ahead of now.

    Clocks of two machines are never quite the same: five minutes are taken. Raises UsageProblem.
    """
    if not EARLIEST <= at < LATEST:
        raise UsageProblem(f"{what} is no instant between 2000 and 2200")
    if at > now + CLOCKS_APART:
        raise UsageProblem(f"{what} is not yet: nothing is kept ahead of its time")
    return at


def _seen(text: str) -> str:
    known = text.encode("utf-8", "replace").decode()
    return "".join(
        each if each in _KEPT or unicodedata.category(each) not in ("Cc", "Cf", "Cs") else " "
        for each in known
    )
