"""Puts the stories into six weeks of working days and writes them to disk."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from convledger.demo.claude_copies import write_claude
from convledger.demo.claude_session import Made
from convledger.demo.codex_session import CodexSession
from convledger.demo.scripts import Story, load_stories
from convledger.demo.truth import Truth
from convledger.demo.words import DemoFile, Titled, line

DAYS = 42
SETTLED = timedelta(minutes=20)
TODAY = 5
HOURS = (8, 9, 10, 11, 13, 14, 15, 16, 20, 21)
HOUR_WEIGHTS = (4, 7, 8, 6, 5, 7, 7, 4, 2, 2)


@dataclass(slots=True)
class History:
    """All files of the invented home and what they add up to."""

    files: list[DemoFile] = field(default_factory=list)
    truth: Truth = field(default_factory=Truth)

    def write(self, home: Path) -> None:
        """Write every file under `home`, dated by its last record; never over other logs."""
        for name in (".claude", ".codex"):
            if (home / name).exists():
                raise FileExistsError(f"{home / name} is already there, nothing was written")
        for file in self.files:
            path = home / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content())
            moment = file.written.timestamp()
            os.utime(path, (moment, moment))


def _merged(rng: Random) -> list[Story]:
    """Return all stories in one order that keeps the order of each client."""
    queues = [list(stories) for stories in load_stories()]
    for queue in queues:
        told = [story for story in queue if "quick" not in story.tags]
        asked = [story for story in queue if "quick" in story.tags]
        for story in asked:
            told.insert(rng.randrange(len(told) + 1), story)
        queue[:] = told
    order: list[Story] = []
    while any(queues):
        lengths = [len(queue) for queue in queues]
        order.append(rng.choices(queues, weights=lengths)[0].pop(0))
    live = next(story for story in order if "live" in story.tags)
    order.remove(live)
    return [*order, live]


def _starts(rng: Random, until: datetime, count: int) -> list[datetime]:
    """Return `count` instants in the working hours of the six weeks before `until`."""
    midnight = until.replace(hour=0, minute=0, second=0, microsecond=0)
    days = [midnight - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    days = [day for day in days if day.weekday() < 5 or rng.random() < 0.12]
    found: list[datetime] = []
    for number in range(count):
        early = number * (len(days) - 1) // (count - TODAY)
        day = days[min(early, len(days) - 1)]
        hour = rng.choices(HOURS, HOUR_WEIGHTS)[0]
        moment = day + timedelta(hours=hour, seconds=rng.randrange(3600))
        latest = until - timedelta(hours=2)
        found.append(min(moment, latest - timedelta(seconds=rng.randrange(9000))))
    return sorted(found)


def _played(story: Story, seed: str, start: datetime) -> Made:
    """Write one story as if it had begun at `start`."""
    rng = Random(seed)  # noqa: S311 - invented text, not secrets
    tags = set(story.tags)
    if "quick" in tags:
        tags |= {rng.choice(["sonnet", "haiku", "haiku", "codex"])}
        story = Story(story.project, story.title, tags, story.turns)
    if "codex" in tags:
        return CodexSession(story, rng, start.astimezone(UTC), start.tzinfo).play()
    return write_claude(story, rng, start.astimezone(UTC))


def _book(history: History, made: Made) -> None:
    """Add what one conversation left behind to the history."""
    truth = history.truth
    history.files += made.files
    truth.calls += made.calls
    truth.conversations[made.titles[0].source] += made.conversations
    truth.rejected_lines += made.rejected
    truth.torn_lines += made.torn


def _shown_titles(titles: list[Titled]) -> list[dict[str, str]]:
    """Return one conversation for each way in which a title is found."""
    shown: dict[str, Titled] = {}
    for titled in titles:
        if titled.origin != "prompt" or len(titled.title) < 60:
            shown.setdefault(titled.origin, titled)
    return [
        {"source": t.source, "conversation": t.conversation, "title": t.title, "from": t.origin}
        for _, t in sorted(shown.items())
    ]


def build_history(until: datetime, seed: int = 7) -> History:
    """Return the invented history that ends at `until`, in the working hours of its zone."""
    if until.tzinfo is None:
        raise ValueError("the end of the history needs a time zone")
    until = until.replace(microsecond=until.microsecond // 1000 * 1000)
    rng = Random(seed)  # noqa: S311 - invented text, not secrets
    stories = _merged(rng)
    starts = _starts(rng, until, len(stories))
    history = History()
    titles: list[Titled] = []
    index: list[DemoFile] = []
    for number, (story, start) in enumerate(zip(stories, starts, strict=True)):
        last = number == len(stories) - 1
        key = f"{seed}:{number}"
        made = _played(story, key, start)
        for _ in range(4):
            over = made.end - until
            if (over == timedelta()) if last else (over <= -SETTLED):
                break
            start -= over if last else over + SETTLED
            made = _played(story, key, start)
        _book(history, made)
        titles += made.titles
        if made.index:
            lines = [line(entry) for entry in made.index]
            index.append(DemoFile(".codex/session_index.jsonl", lines, made.end))
    history.truth.titles = _shown_titles(titles)
    merged = [row for file in index for row in file.lines]
    history.files.append(DemoFile(index[0].path, merged, max(file.written for file in index)))
    history.files.sort(key=lambda file: file.path)
    return history


def make_history(home: Path, until: datetime, seed: int = 7) -> None:
    """Write the invented history that ends at `until` under `home`."""
    build_history(until, seed).write(home)
