"""What tests of the review share: a memory like a studio would have, with what was said."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from textual.geometry import Region
from textual.pilot import Pilot

from convledger.clock import DAY, SECOND
from convledger.ledger import Ledger
from convledger.memory import keeping
from convledger.memory.drafts import Draft
from convledger.memory.evidence import quoted as span_of
from convledger.memory.shelf import Memory
from convledger.memory.words import PROPOSED
from convledger.store.connection import transaction
from convledger.store.entries import Entry
from convledger.tui.screens.memory_review import ReviewScreen
from convledger.tui.sitting import Sitting
from tests.ingest.logs import line, session
from tests.tui.pilot import NOW, settled

CENT = 10**10
QUOTE = "we deploy on Fridays before noon, once the smoke test is green"
OTHER = "From November on nothing goes live on a Friday; Thursday is release day"
FRIDAYS, NO_FRIDAYS = "Deploys go out on Fridays", "No deploys on Fridays"
HOUSE, STYLE = "House style for release notes", "Style of release notes"
RATES, LOGIN = "Northwind rate card 2025", "Sandbox login for the desk"
STAGING, MEETING = "Old staging host and its ports", "Meeting notes, week 31"
METRIC = "Prefers metric units"
# By title: cents a month, and tokens.
CARRIED = {
    FRIDAYS: (94, 212), LOGIN: (17, 38), RATES: (71, 1102), HOUSE: (62, 486), STAGING: (38, 131),
    NO_FRIDAYS: (21, 64), MEETING: (35, 940), METRIC: (5, 12), STYLE: (44, 203),
}  # fmt: skip
RELEASES = (
    ("2026-03-03T16:20:00", "user", "Before you write the workflow: what do you need to know?"),
    ("2026-03-03T16:21:00", "assistant", "When you deploy, and how you go back if it breaks."),
    ("2026-03-03T16:24:00", "user",
     f"Normally {QUOTE}.\nIf it breaks, `make rollback` and a note to the ops channel."),
    ("2026-03-03T16:25:00", "assistant", "Noted."),
)  # fmt: skip
FREEZE = (
    ("2026-11-09T10:12:00", "assistant", "Which day is safe?"),
    ("2026-11-09T10:14:00", "user", f"{OTHER}.\nThe desk is alone at weekends."),
)


def said(number: int, at: str, role: str, text: str) -> bytes:
    """Return a line of a log."""
    message: dict[str, Any] = {"role": role, "content": [{"type": "text", "text": text}]}
    if role == "assistant":
        message |= {
            "id": f"msg_{number:016d}",
            "model": "claude-opus-4-5-20251101",
            "usage": {"input_tokens": 100, "output_tokens": 96},
        }
    return line(
        {
            "type": role,
            "sessionId": session(number // 100),
            "uuid": f"33333333-0000-4000-8000-{number:012d}",
            "timestamp": f"{at}.000Z",
            "cwd": "/home/ana/northwind/billing",
            "requestId": f"req_m{number}",
            "message": message,
        }
    )


def instant(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, 9, 40, tzinfo=UTC).timestamp()) * SECOND


def talks(workspace: Path) -> None:
    """Read the conversations that the entries come from."""
    folder = workspace.parent / "said" / "projects" / "billing"
    folder.mkdir(parents=True)
    for place, talk in ((801, RELEASES), (802, FREEZE)):
        texts = [said(place * 100 + number, *each) for number, each in enumerate(talk)]
        (folder / f"{session(place)}.jsonl").write_bytes(b"".join(texts))
    with Ledger.open(workspace) as ledger:
        ledger.sync([("claude-code", folder.parent)])


def message_with(ledger: Ledger, conversation: int, text: str) -> tuple[int, int]:
    """Return the message of a conversation that holds a text, and where the text begins."""
    found = ledger.conversation(f"claude-code:{session(conversation)}").id
    (message,) = ledger.find_in(found, text)
    return message, ledger.bodies([message])[message].index(text)


def quoted(ledger: Ledger, conversation: int, quote: str, draft: Draft, now: int) -> int:
    message, start = message_with(ledger, conversation, quote)
    source = span_of(ledger.connection, message, start, len(quote))
    draft = replace(
        draft,
        body=draft.body or source.quote,
        source_date=draft.source_date or source.source_date,
        sources=(source,),
    )
    return keeping.remember(ledger.connection, draft, now)[0]


def kept(ledger: Ledger, title: str, body: str, at: int, **facts: Any) -> int:
    state = facts.pop("state", "active")
    draft = Draft(body, title=title, **facts)
    return keeping.remember(ledger.connection, draft, at, state=state)[0]


def paired(ledger: Ledger, one: int, other: int, kind: str, reason: str) -> None:
    """Let two entries be an open pair, as the program finds them."""
    with transaction(ledger.connection):
        ledger.connection.execute(
            "INSERT INTO entry_pair (first_id, second_id, kind, score, reason, hashes, at) "
            "VALUES (?, ?, ?, 80, ?, '', ?)",
            (min(one, other), max(one, other), kind, reason, NOW),
        )


def with_conflict(workspace: Path) -> None:
    """Fill a memory with two entries that say something else of the same."""
    talks(workspace)
    march, june = instant(2026, 3, 3), instant(2026, 6, 12)
    with Ledger.open(workspace) as ledger:
        memory = ledger.memory
        body = (
            "Releases of the billing service\n"
            "Deploy on Friday before noon, after the smoke test.\n"
            "Roll back with `make rollback`, then write to the ops channel."
        )
        draft = Draft(body, title=FRIDAYS, kind="instruction", scope="project:northwind/billing")
        fridays = quoted(ledger, 801, QUOTE, draft, march)
        keeping.edit(ledger.connection, fridays, june, body=body.replace("noon", "15:00"))
        memory.confirm([fridays], june)
        draft = Draft(
            f"{OTHER}.", title=NO_FRIDAYS, kind="decision", scope="client:northwind"
        )  # fmt: skip
        other = quoted(ledger, 802, OTHER, draft, instant(2026, 11, 9))
        paired(ledger, fridays, other, "conflict", "the day differs: Friday, Thursday")


def with_memory(workspace: Path) -> None:
    """Fill a memory with what a studio would have in it."""
    with_conflict(workspace)
    march, june = instant(2026, 3, 3), instant(2026, 6, 12)
    with Ledger.open(workspace) as ledger:
        kept(ledger, RATES, "Day rate 2025: 900. Valid until 2025-12-31.",
             june, valid_to=instant(2025, 12, 31), source_date=march)  # fmt: skip
        house = kept(ledger, HOUSE, "Release notes are in the present tense.\nOne line a change.",
                     june, source_date=march)  # fmt: skip
        style = kept(ledger, STYLE, "Release notes are in the present tense.\nNo ticket numbers.",
                     june, source_date=june)  # fmt: skip
        paired(ledger, house, style, "duplicate", "82 of 100 alike")
        login = kept(ledger, LOGIN, "The desk logs in as desk-7.", june)
        with transaction(ledger.connection):
            ledger.connection.execute(
                "INSERT INTO finding (object, object_id, field, start, length, rule, rules, "
                "redacted, at) VALUES ('entry', ?, 'body', 0, 4, 'password', 1, 'de…7', ?)",
                (login, NOW),
            )
        kept(ledger, STAGING, "staging-2 listens on 8081.", june,
             source_date=march)  # fmt: skip
        kept(ledger, MEETING, "We look at it again next week.", june)
        kept(ledger, METRIC, "Metres and kilograms.", NOW - DAY, state=PROPOSED)
        with transaction(ledger.connection):
            for title, (_, count) in CARRIED.items():
                ledger.connection.execute(
                    "UPDATE entry SET tokens=?, tokens_method='o200k' WHERE title=?",
                    (count, title),
                )


def costs(memory: Memory, now: int, entry_ids: object = None) -> Mapping[int, int | None]:
    """Return what the entries of these tests cost a month."""
    del now, entry_ids
    rows = memory.connection.execute("SELECT id, title FROM entry")
    return {number: CARRIED[title][0] * CENT for number, title in rows if title in CARRIED}


def entries(workspace: Path) -> dict[str, Entry]:
    """Return all entries by their titles."""
    with Ledger.open(workspace) as ledger:
        rows = ledger.connection.execute("SELECT id FROM entry")
        found = ledger.memory.entries(number for (number,) in rows)
    return {one.title: one for one in found.values()}


async def reviewing(pilot: Pilot[None], *keys: str) -> ReviewScreen:
    """Open the review, press keys, and return its screen."""
    screen = ReviewScreen()
    pilot.app.push_screen(screen)
    await settled(pilot)
    for key in keys:
        await pilot.press(key)
    return screen


async def counted(pilot: Pilot[None], screen: ReviewScreen) -> None:
    """Wait until the screen has every answer that it waits for, those it rests before too."""
    await settled(pilot)
    while screen._counting._asked is not None or screen._renewal._asked is not None:
        await asyncio.sleep(0.005)  # a timer runs
        await settled(pilot)


def sitting(screen: ReviewScreen) -> Sitting:
    assert screen.sitting is not None
    return screen.sitting


def titles(screen: ReviewScreen) -> list[str]:
    """Return the titles of the queue, from the first on."""
    return [one.entry.title for one in sitting(screen).shown]


async def upon(pilot: Pilot[None], screen: ReviewScreen, title: str) -> None:
    """Put the cursor of the queue on an entry."""
    screen.query_one("#queue").cursor = titles(screen).index(title)  # type: ignore[attr-defined]
    await settled(pilot)


def shown(pilot: Pilot[None], selector: str) -> str:
    widget = pilot.app.screen.query_one(selector)
    return "\n".join(
        strip.text.rstrip() for strip in widget.render_lines(Region(0, 0, *widget.outer_size))
    )


def operations(workspace: Path) -> list[tuple[str, bool]]:
    """Return the verbs that were written, the last first, and whether each was taken back."""
    with Ledger.open(workspace) as ledger:
        return [(one.verb, one.undone_at is not None) for one in ledger.memory.history(100)]
