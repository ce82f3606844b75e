"""What a rule is by which something is found in text, and the pieces that patterns share."""

from __future__ import annotations

from typing import Literal, NamedTuple

from convledger.text.secret_checks import Check

Kind = Literal["secret", "personal", "bait"]


class Rule(NamedTuple):
    """One kind of finding; `shown` is how many first and last characters may be seen of it.

    `general` ones give way to those that know what they found. After a match that was none the
    search goes on within it where `retried`; then the pattern must be short.
    """

    name: str
    kind: Kind
    hint: str
    pattern: str
    check: Check
    shown: tuple[int, int] = (4, 4)
    general: bool = False
    retried: bool = False


# Where a word begins; in JSON it may stand behind the letter of an escaped line end.
EDGE = r"(?:\b|\\[nrt])"
WORD = r"[A-Za-z0-9_-]"
ASSIGN = r"""["'\\]*\s{0,4}(?::=|=>|==?|:)\s{0,4}\\*["'`]?"""
