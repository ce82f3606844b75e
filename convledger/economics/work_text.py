"""Lengths of work and of waiting as people write them, read exactly or refused."""

from __future__ import annotations

import re
from fractions import Fraction

from convledger.errors import UsageProblem

LONGEST_WORK = 168 * 3600  # seconds of one entry: a week without sleep
_WORK = re.compile(
    r"(?:(?P<h>\d+(?:\.\d+)?)\s*(?:h|hr|hrs|hours?))?\s*"
    r"(?:(?P<m>\d+(?:\.\d+)?)\s*(?:m|min|mins|minutes?))?\s*"
    r"(?:(?P<s>\d+)\s*(?:s|sec|secs|seconds?))?"
)
_CLOCK = re.compile(r"(\d+):(\d\d)(?::(\d\d))?")


def seconds_of(text: str, what: str = "the time", *, unit: int = 60) -> int:
    """Return seconds of work: "45" (times `unit`), "1h20m", "90s", "1:20". Raises UsageProblem."""
    written = text.strip().lower()
    if written.startswith(("-", "−")):
        raise UsageProblem(f"{text.strip()!r:.40} of {what}: time can't be less than nothing")
    found = _WORK.fullmatch(written)
    clock = _CLOCK.fullmatch(written)
    exact: Fraction | None = None
    if len(written) > 30:
        pass
    elif clock is not None:
        exact = Fraction(int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3] or 0))
    elif re.fullmatch(r"\d+(\.\d+)?", written):
        exact = Fraction(written) * unit
    elif found is not None and written:
        exact = sum(
            (
                Fraction(found[name] or 0) * size
                for name, size in (("h", 3600), ("m", 60), ("s", 1))
            ),
            Fraction(0),
        )
    if exact is None:
        raise UsageProblem(
            f"{text!r:.40} of {what}: no length of time. Write minutes like 12, or 1h20m"
        )
    if exact.denominator != 1:
        raise UsageProblem(f"{text!r:.40} of {what}: finer than a second")
    if exact > LONGEST_WORK:
        raise UsageProblem(f"{text!r:.40} of {what}: more than a week of hours")
    return int(exact)
