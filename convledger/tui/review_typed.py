"""What is typed into the dialogs of the Review screen: samples, reasons, minutes, last days."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta, tzinfo
from fractions import Fraction

from convledger.economics.work_text import seconds_of
from convledger.errors import UsageProblem
from convledger.plans.calendar import start_of_day
from convledger.reports.periods import local_day, read_since, read_until
from convledger.reports.reviews.drawing import SampleQuery, owners_of
from convledger.reports.unit_costs.written import decimal_of
from convledger.text.display import clip, display_text
from convledger.text.secrets import veiled
from convledger.tui.screens.cost_item import scope_typed
from convledger.words import nearest

_AHEAD = re.compile(r"(?:in\s+|\+)?(\d{1,4})\s*([dw])")
_HINT = 36  # cells of a note that is not shown whole
_SIZE = re.compile(r"\d{1,6}")


def typed_parts(text: str) -> tuple[str, ...]:
    """Return what stands between commas, each once."""
    parts = (each.strip() for each in text.split(","))
    return tuple(dict.fromkeys(each for each in parts if each))


def due_of(text: str, zone: tzinfo, now: int) -> int | None:
    """Return the end of the day that is typed: 2026-12-01, +7d; None for nothing."""
    written = text.strip().lower()
    if not written:
        return None
    ahead = _AHEAD.fullmatch(written)
    if ahead is not None:
        days = int(ahead[1]) * (7 if ahead[2] == "w" else 1)
        return start_of_day(local_day(now, zone) + timedelta(days=days + 1), zone)
    return read_until(written, zone, now)


def typed_sample(
    typed: Mapping[str, str], kind: str, you: str, zone: tzinfo, now: int
) -> SampleQuery:
    """Return the sample that is typed. Raises UsageProblem for what can't be meant."""
    size, share = _size_of(typed["size"])
    overlap = typed["overlap"] or "0"
    if not _SIZE.fullmatch(overlap):
        raise UsageProblem("the overlap is a number of conversations, like 10")
    return SampleQuery(
        size=size,
        share=share,
        seed=typed["seed"],
        by=typed_parts(typed["by"]),
        only=(kind,) if kind else (),
        since=read_since(typed["since"], zone, now) if typed["since"] else None,
        until=read_until(typed["until"], zone, now) if typed["until"] else None,
        scope=scope_typed(typed["scope"]),
        owners=owners_of(typed_parts(typed["owners"]), you),
        overlap=int(overlap),
        title=typed["title"],
        due_at=due_of(typed["due"], zone, now),
    )


def _size_of(text: str) -> tuple[int | None, Fraction | None]:
    """Return how many, or which share of all: "20", "5 %"."""
    if text.endswith("%"):
        return None, Fraction(decimal_of(text.removesuffix("%").strip(), "the share", "5")) / 100
    if not _SIZE.fullmatch(text):
        raise UsageProblem("a sample has a size like 20, or like 5%")
    return int(text), None


def typed_reasons(text: str, codes: Sequence[str]) -> tuple[str, ...]:
    """Return the codes that are typed, by as many letters as tell them apart. Raises."""
    found = []
    for word in text.lower().replace(",", " ").split():
        fitting = [word] if word in codes else [code for code in codes if code.startswith(word)]
        if not fitting:
            near = nearest(word, list(codes))
            hint = f"did you mean {near}?" if near else f"there are {', '.join(codes)}"
            raise UsageProblem(f"no reason begins with {word!r:.40}; {hint}")
        if len(fitting) > 1:
            raise UsageProblem(f"{word!r:.40} may be {' or '.join(fitting)}")
        found.append(fitting[0])
    return tuple(dict.fromkeys(found))


def typed_seconds(text: str, what: str) -> int | None:
    """Return a length of time in seconds: 4 (minutes), 90s, 1h20m; None for nothing."""
    return seconds_of(text, what) if text.strip() else None


def minutes_typed(seconds: int | None) -> str:
    """Return seconds as they would be typed: "4", "90s", "" for nobody knows."""
    if seconds is None:
        return ""
    return f"{seconds // 60}" if seconds % 60 == 0 else f"{seconds}s"


def field_of_note(note: str) -> tuple[str, bool]:
    """Return a kept note as a line to type in may show it, and whether it has to be hidden.

    One with a secret, or of several lines, is not shown there: what is typed takes its place.
    """
    is_hidden = veiled(note) != note or "\n" in note
    return ("" if is_hidden else note), is_hidden


def hint_of_note(note: str) -> str:
    """Return what stands in the place of a note that is not shown to be edited."""
    return f"kept: {clip(display_text(veiled(note)), _HINT)}"
