"""Sessions that begin with a copy of another one, and files that were hurt."""

from __future__ import annotations

from datetime import datetime
from random import Random

from convledger.demo.claude import Record
from convledger.demo.claude_session import ClaudeSession, Made
from convledger.demo.scripts import Story
from convledger.demo.words import DemoFile, line, uuid4

BROKEN = b'{"parentUuid":"5f1c","type":"progress","data":{"type":"bash_progress","output":"comp'
TORN = b'{"parentUuid":"77ab","isSidechain":false,"type":"assistant","message":{"id":"msg_01Tq'


def _copied(records: list[Record], session: str, fork: bool) -> list[Record]:
    """Return the chain under a new session id, with a pointer back in a fork."""
    copies: list[Record] = []
    for record in records:
        if "uuid" not in record:
            continue
        copy = dict(record) | {"sessionId": session}
        if fork and record["type"] == "assistant":
            copy["requestSessionId"] = record["sessionId"]
        copies.append(copy)
    return copies


def _continued(first: ClaudeSession, question: str, answer: str, fork: bool) -> Made:
    """Return a second session that copies the first and goes on by itself."""
    made, thread = first.made(), first.thread
    calls = len(thread.calls)
    copies = _copied(thread.records, uuid4(first.rng), fork)
    thread.session = str(copies[0]["sessionId"])
    thread.records = list(copies)
    thread.wait(1_100_000, 2_400_000)
    thread.prompt(question)
    thread.use(first.bench.read(next(iter(first.bench.files))), thread.think("A copy of the talk."))
    thread.say(answer)
    if fork:
        first.cost_state()
    path = f"{first.folder}/{thread.session}.jsonl"
    made.files.append(DemoFile(path, [line(record) for record in thread.records], thread.last))
    made.calls += thread.calls[calls:]
    made.conversations += 1
    made.end = thread.last
    return made


def write_claude(story: Story, rng: Random, start: datetime) -> Made:
    """Return everything that one Claude Code story leaves on disk."""
    session = ClaudeSession(story, rng, start)
    session.play()
    if "fork" in story.tags:
        return _continued(
            session,
            "Other idea: what if a room could never be stored without a zone?",
            "Then the fault could not come back: a column check that refuses any text without "
            "`Z` costs one migration. I would do both.",
            fork=True,
        )
    if "resume" in story.tags:
        return _continued(
            session,
            "go on: the same for headings, [[Old#Part]]",
            "Headings are kept: `[[Old#Part]]` becomes `[[New#Part]]`.",
            fork=False,
        )
    made = session.made()
    if "broken" in story.tags:
        made.files[0].lines.insert(len(made.files[0].lines) // 2, BROKEN)
        made.rejected = 1
    if "live" in story.tags:
        made.files[0].tail = TORN
        made.torn = 1
    return made
