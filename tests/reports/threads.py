"""Conversations as plain values, and what a list of them is, worked out plainly."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from convledger.clock import DAY, QUARTER
from convledger.reports.listing import LABELS, SORTS, ListQuery
from tests.reports.books import Books

NOON = 1_795_000_000_000_000 // DAY * DAY + DAY // 2
HUGE = 2**61  # picodollars: three still fit into 64 bits, four do not
LETTERS = "aAbBkKxX19%_\\*?[]^- 'öÖéÉжЖß会"


@dataclass
class Thread:
    """A conversation as plain values; calls are (instant, model, speed, picodollars, tokens)."""

    source: str = "codex"
    title: str = ""
    project: str = ""
    first_at: int | None = None
    last_at: int | None = None
    calls: list[tuple[int, str, str, int | None, int]] = field(default_factory=list)
    labels: set[tuple[str, str]] = field(default_factory=set)
    id: int = 0
    native: str = ""

    @property
    def models(self) -> set[str]:
        """The models by the names that are shown."""
        names = {model + (f"-{speed}" if speed else "") for _, model, speed, _, _ in self.calls}
        return names - {""}

    def labelled(self, name: str) -> set[str]:
        """Return the values of a label; an empty one says nothing."""
        return {value for one, value in self.labels if one == name and value}

    @property
    def pico(self) -> int | None:
        """What the calls that have a price come to."""
        priced = [pico for _, _, _, pico, _ in self.calls if pico is not None]
        return sum(priced) if priced else None

    @property
    def tokens(self) -> int:
        """All tokens; each call has one of output and as many again as it is sent."""
        return sum(2 * sent + 1 for *_, sent in self.calls)


def stored(threads: list[Thread]) -> sqlite3.Connection:
    """Put conversations into a ledger in memory, and give them their ids."""
    books = Books()
    for number, thread in enumerate(threads):
        thread.native = f"{number:02}-native-Xa"
        thread.id = books.conversation(
            thread.native,
            source=thread.source,
            title=thread.title,
            project=thread.project,
            first_at=thread.first_at,
            last_at=thread.last_at,
        )
        for at, model, speed, pico, sent in thread.calls:
            books.call(thread.id, pico, at=at, model=model, speed=speed, sent=sent, cached=sent)
        for name, value in thread.labels:
            books.label(thread.id, name, value)
    return books.roll_up()


def is_within(thread: Thread, since: int | None, until: int | None) -> bool:
    """Tell whether a call is in the interval; without any, whether the last word is."""
    if since is None and until is None:
        return True
    instants = [at for at, *_ in thread.calls]
    if not instants and thread.last_at is not None:
        instants = [thread.last_at]
    return any((since is None or at >= since) and (until is None or at < until) for at in instants)


def fits(thread: Thread, query: ListQuery) -> bool:
    """Tell whether a conversation fits all filters of a query."""
    fields = [text.lower() for text in (thread.title, thread.project, thread.native)]
    if not all(any(word in text for text in fields) for word in query.text.lower().split()):
        return False
    had = {
        "source": {thread.source},
        "project": {thread.project},
        "model": thread.models,
        **{name: thread.labelled(name) for name in LABELS},
    }
    return all(
        not getattr(query, name) or set(getattr(query, name)) & (values or {""})
        for name, values in had.items()
    ) and is_within(thread, query.since, query.until)


def sort_key(thread: Thread, sort: str) -> Any:
    """Return what a conversation is sorted by, None where there is nothing."""
    return {
        "last": thread.last_at,
        "started": thread.first_at,
        "cost": thread.pico,
        "tokens": thread.tokens,
        "calls": len(thread.calls),
        "title": thread.title.casefold() or None,
        "project": thread.project.casefold() or None,
    }[sort]


def in_order(threads: list[Thread], query: ListQuery) -> list[int]:
    """Return the ids of what fits, in order, worked out plainly."""
    found = sorted((one for one in threads if fits(one, query)), key=lambda one: one.id)
    known = [one for one in found if sort_key(one, query.sort) is not None]
    known.sort(key=lambda one: sort_key(one, query.sort))
    unknown = [one for one in found if one not in known]
    if not query.ascending:
        known.reverse()
        unknown.reverse()
    return [one.id for one in known + unknown]


instants = st.integers(0, 40).map(lambda number: NOON + number * QUARTER // 2)
texts = st.text(LETTERS, max_size=5)
calls = st.tuples(
    instants,
    st.sampled_from(["opus", "gpt", "gpt-fast", ""]),
    st.sampled_from(["", "fast"]),
    st.sampled_from([None, 0, 7, 10**12, HUGE]),
    st.integers(0, 3),
)
labels = st.tuples(st.sampled_from(LABELS), st.sampled_from(["red", "Blue", "*", ""]))
threads = st.lists(
    st.builds(
        Thread,
        source=st.sampled_from(["codex", "chatgpt", "claude-code"]),
        title=texts,
        project=st.sampled_from(["", "/home/ana", "/HOME/ana", "C:\\b_x", "ö/Ж"]),
        first_at=st.none() | instants,
        last_at=st.none() | instants,
        calls=st.lists(calls, max_size=3),
        labels=st.sets(labels, max_size=3),
    ),
    max_size=8,
)


def some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    """Return a filter: most often none, else a few values, one of them that nothing has."""
    chosen = st.lists(st.sampled_from([*values, "nothing has it"]), min_size=1, max_size=2)
    return st.just(()) | st.just(()) | chosen.map(tuple)


queries = st.builds(
    ListQuery,
    text=st.just("") | texts | st.sampled_from(["xA 0", "NATIVE home", "b_X", "Ö", "ж ANA"]),
    source=some("codex", "chatgpt"),
    project=some("", "/home/ana", "C:\\b_x"),
    model=some("", "opus", "gpt-fast", "gpt-fast-fast"),
    tag=some("", "red", "*"),
    client=some("", "Blue"),
    kind=some("red"),
    outcome=some(""),
    since=st.none() | st.none() | instants,
    until=st.none() | st.none() | instants,
    sort=st.sampled_from(SORTS),
    ascending=st.booleans(),
)
