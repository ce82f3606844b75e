"""The lines of a file by which reviews travel: checked one by one, for anybody may have written it.

The first line says what the file is; then come items, verdicts, and texts to read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from convledger.clock import EARLIEST, LATEST, iso_text, parse_instant
from convledger.economics.work_text import LONGEST_WORK
from convledger.errors import UsageProblem
from convledger.store.reviews import (
    ADJUDICATION,
    REVIEW,
    StoredBatch,
    StoredItem,
    StoredVerdict,
)
from convledger.workflow.entered_text import checked_instant, note_text, one_line, person_text
from convledger.workflow.reason_codes import CODE
from convledger.workflow.review_words import VERDICTS

FORMAT, VERSION = "convledger-review", 1
ITEM, VERDICT, TEXT = "item", "verdict", "text"
_NAME = re.compile(r"[0-9a-f]{8,64}")
_MOST_OWNERS, _MOST_REASONS, _LONGEST_NATIVE, _LONGEST_TERMS = 50, 50, 1_000, 100_000
Line = dict[str, Any]


class Refused(ValueError):
    """A line that can't be used, and why."""


def header_line(batch: StoredBatch, owner: str, at: int, by: str) -> Line:
    """Return the first line: what the file is, of which sample, and whose."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "owner": owner or None,
        "written_at": iso_text(at),
        "written_by": by,
        "batch": {
            "name": batch.name,
            "title": batch.title,
            "seed": batch.seed,
            "terms": batch.terms,
            "owners": [owner] if owner else list(batch.owners),
            "due_at": None if batch.due_at is None else iso_text(batch.due_at),
            "made_by": batch.made_by,
            "made_at": iso_text(batch.made_at),
        },
    }


def item_line(item: StoredItem, owner: str) -> Line:
    """Return an item; an owner is not told who else has it."""
    return {
        "type": ITEM,
        "name": item.name,
        "reader": item.reader,
        "native": item.native,
        "title": item.title,
        "stratum": item.stratum,
        "place": item.place,
        "owners": [owner] if owner else list(item.owners),
    }


def verdict_line(verdict: StoredVerdict, item: str) -> Line:
    """Return a verdict on an item, also one that was withdrawn."""
    return {
        "type": VERDICT,
        "name": verdict.name,
        "item": item,
        "reviewer": verdict.reviewer,
        "kind": verdict.kind,
        "verdict": verdict.verdict,
        "reasons": list(verdict.reasons),
        "note": verdict.note,
        "seconds": verdict.seconds,
        "at": iso_text(verdict.at),
        "withdrawn_at": None if verdict.gone_at is None else iso_text(verdict.gone_at),
    }


def read_header(line: Line, now: int) -> tuple[StoredBatch, str]:
    """Return the sample of a file and whose it is, "" for everybody's. Raises Refused."""
    if line.get("format") != FORMAT:
        raise Refused("is no file of reviews: its first line says nothing of one")
    version = line.get("version")
    if type(version) is not int or version != VERSION:
        raise Refused(f"is of version {version!r:.20}, this program knows {VERSION}")
    owner = "" if line.get("owner") is None else _person(line, "owner")
    told = line.get("batch")
    if not isinstance(told, dict):
        raise Refused("names no sample")
    due = told.get("due_at")
    return (
        StoredBatch(
            id=0,
            name=_name(told, "name"),
            title=_said(told, "title", lambda text: one_line(text, "the title")) or "untitled",
            seed=_said(told, "seed", lambda text: one_line(text, "the seed")),
            terms=_said(told, "terms", _terms),
            owners=_people(told, "owners"),
            due_at=None if due is None else _instant(told, "due_at"),
            made_by=_said(told, "made_by", person_text),
            made_at=checked_now(_instant(told, "made_at"), now),
        ),
        owner,
    )


def read_item(line: Line) -> StoredItem:
    """Return an item; its sample and conversation are looked up elsewhere. Raises Refused."""
    place = line.get("place")
    if type(place) is not int or not 0 <= place < 1 << 31:
        raise Refused("place is no number of an item")
    reader = _said(line, "reader", lambda text: one_line(text, "reader", 100))
    native = line.get("native")
    if not reader or not isinstance(native, str) or not 0 < len(native) <= _LONGEST_NATIVE:
        raise Refused("reader and native name no conversation")
    return StoredItem(
        id=0,
        name=_name(line, "name"),
        batch_id=0,
        conversation_id=None,
        reader=reader,
        native=native.encode("utf-8", "replace").decode(),
        title=_said(line, "title", lambda text: one_line(text, "title", 1_000)),
        stratum=_said(line, "stratum", lambda text: one_line(text, "stratum", 1_000)),
        place=place,
        owners=_people(line, "owners"),
    )


def read_verdict(line: Line, now: int) -> tuple[StoredVerdict, str]:
    """Return a verdict and the name of its item. Raises Refused."""
    kind, verdict, seconds = line.get("kind", REVIEW), line.get("verdict"), line.get("seconds")
    if kind not in (REVIEW, ADJUDICATION):
        raise Refused(f"no kind of verdict: {kind!r:.40}")
    if verdict not in VERDICTS:
        raise Refused(f"no verdict: {verdict!r:.40}")
    if seconds is not None and (type(seconds) is not int or not 0 <= seconds <= LONGEST_WORK):
        raise Refused("seconds are no time that somebody worked")
    codes = line.get("reasons", [])
    if (
        not isinstance(codes, list)
        or len(codes) > _MOST_REASONS
        or not all(isinstance(c, str) and len(c) <= 40 and CODE.fullmatch(c) for c in codes)
    ):
        raise Refused("reasons are no list of codes")
    withdrawn = line.get("withdrawn_at")
    found = StoredVerdict(
        id=0,
        name=_name(line, "name"),
        item_id=0,
        reviewer=_person(line, "reviewer"),
        kind=kind,
        verdict=verdict,
        reasons=tuple(dict.fromkeys(codes)),
        note=_said(line, "note", note_text),
        seconds=seconds,
        at=checked_now(_instant(line, "at"), now),
        gone_at=None if withdrawn is None else checked_now(_instant(line, "withdrawn_at"), now),
    )
    return found, _name(line, "item")


def checked_now(at: int, now: int) -> int:
    """Return an instant that is not ahead of its time: such a verdict would always be the latest.

    Raises Refused.
    """
    try:
        return checked_instant(at, now, "it")
    except UsageProblem as problem:
        raise Refused(str(problem)) from problem


def _name(line: Line, key: str) -> str:
    found = line.get(key)
    if not isinstance(found, str) or not _NAME.fullmatch(found):
        raise Refused(f"{key} is no name of a row")
    return found


def _person(line: Line, key: str) -> str:
    name = _said(line, key, person_text)
    if not name:
        raise Refused(f"{key} is nobody")
    return name


def _people(line: Line, key: str) -> tuple[str, ...]:
    found = line.get(key)
    if not isinstance(found, list) or not 0 < len(found) <= _MOST_OWNERS:
        raise Refused(f"{key} is no list of people")
    return tuple(dict.fromkeys(_person({"owner": each}, "owner") for each in found))


def _said(line: Line, key: str, check: Callable[[str], str]) -> str:
    found = line.get(key)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise Refused(f"{key} is no text")
    try:
        return check(found)
    except UsageProblem as problem:
        raise Refused(str(problem)) from problem


def _terms(text: str) -> str:
    if len(text) > _LONGEST_TERMS:
        raise UsageProblem("terms are too long")
    from msgspec import DecodeError, json

    try:
        known = json.decode(text) if text else {}
    except (DecodeError, RecursionError) as error:
        raise UsageProblem("terms are no JSON") from error
    if not isinstance(known, dict):
        raise UsageProblem("terms are no JSON object")
    return text


def _instant(line: Line, key: str) -> int:
    found = line.get(key)
    at = parse_instant(found) if isinstance(found, str) and len(found) < 60 else None
    if at is None or not EARLIEST <= at < LATEST:
        raise Refused(f"{key} is no instant")
    return at
