"""Words about entries: their state, dates, sources, and what a list of them comes to."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import tzinfo
from fractions import Fraction
from typing import TYPE_CHECKING

from textual.content import Content

from convledger.clock import to_datetime
from convledger.memory.evidence import FILE, MANUAL, MESSAGE
from convledger.memory.listing import COST, RECORDED, SAID, TITLE, TOKENS
from convledger.memory.words import ACTIVE, ARCHIVED, PROPOSED, SNOOZED, scope_words
from convledger.paths import home
from convledger.text.display import display_text
from convledger.tui.amounts import ago, carried, tokens

if TYPE_CHECKING:
    from convledger.economics.carrying import Cost
    from convledger.memory.evidence import Evidence
    from convledger.store.entries import Entry, EntryVersion

Part = tuple[str, str]
STATE_MARKS = {PROPOSED: "◇", ACTIVE: "●", SNOOZED: "○", ARCHIVED: "▫"}
STATE_INKS = {
    PROPOSED: "$warning", ACTIVE: "$success", SNOOZED: "$secondary", ARCHIVED: "$muted"
}  # fmt: skip
ORDER_WORDS = {
    RECORDED: "arrival ↓", SAID: "date said ↓", COST: "cost ↓", TOKENS: "tokens ↓",
    TITLE: "title ↑",
}  # fmt: skip
WELCOME = """\
[b]Memory is what your tools should know the next time without being told again.[/b]

An entry is a fact, a preference, an instruction or a decision: a few lines of text with where \
they were said, when, when somebody last checked them, and what carrying them along costs a \
month. You edit, label, review and pack them here; nothing is merged, ended or taken away by \
itself, and each change can be taken back.

[$muted]How the first entry comes in[/]

  [b $accent]n[/]   write one here
  [b $accent]m[/]   in a conversation ([b $accent]2[/]): remember the message under the cursor
  [b $accent]t[/]   takes in CLAUDE.md, AGENTS.md, rules, notes and exports, as
      [b $accent]convledger memory import[/] does; all of it is only proposed"""


def day_text(at: int, zone: tzinfo) -> str:
    """Return UTC microseconds as a day: "3 Mar 2026"."""
    moment = to_datetime(at).astimezone(zone)
    return f"{moment.day} {moment:%b %Y}"


def moment_text(at: int, zone: tzinfo) -> str:
    """Return UTC microseconds as day and minute: "3 Mar 2026 16:24"."""
    return f"{day_text(at, zone)} {to_datetime(at).astimezone(zone):%H:%M}"


def tokens_text(number: int | None) -> str:
    """Return a count of tokens, "–" where nobody has counted them yet."""
    return "– tok" if number is None else f"{tokens(number)} tok"


def place_words(source: str, place: str) -> str:
    """Return in a word or two where an entry comes from; "no source" where nothing is known."""
    if not source:
        return "no source"
    if source == MANUAL:
        return "by hand"
    if source == MESSAGE:
        return place.split(" · ", 1)[0] or "a conversation"
    if source == FILE:
        path = place.replace("\\", "/").split("#", 1)[0].rstrip("/")
        return path.rpartition("/")[2] or "a file"
    return place or source


def what_it_is(entry: Entry, zone: tzinfo) -> list[Part]:
    """Return kind, scope and state of an entry in a line."""
    state = entry.state
    if entry.state == SNOOZED and entry.review_at is not None:
        state = f"snoozed until {day_text(entry.review_at, zone)}"
    parts = [
        (f"{entry.kind} · {display_text(scope_words(entry.scope))} · ", "$muted"),
        (f"{STATE_MARKS[entry.state]} {state}", STATE_INKS[entry.state]),
    ]
    return [*parts, (" · pinned", "$accent")] if entry.pinned else parts


def facts_of(entry: Entry, cost: Cost, now: int, zone: tzinfo) -> Iterator[tuple[str, str]]:
    """Yield what is known of an entry by its name; texts may be foreign."""
    yield "said", _since(entry.source_date, now, zone) or "no date"
    checked = _since(entry.verified_at, now, zone)
    by = f", by {entry.verified_by}" if entry.verified_by else ""
    yield "checked", f"{checked}{by}" if checked else "never"
    yield "recorded", _since(entry.recorded_at, now, zone)
    if entry.valid_from is not None or entry.valid_to is not None:
        yield "holds", holds_text(entry, zone)
    if entry.review_at is not None and entry.state != SNOOZED:
        yield "due", _since(entry.review_at, now, zone)
    if entry.tags:
        yield "tags", " ".join(f"#{tag}" for tag in entry.tags)
    yield "value", f"{entry.value} of 5 · {entry.sensitivity}"
    method = f" ({entry.tokens_method})" if entry.tokens_method else ""
    size = (
        "– tokens, not counted yet" if entry.tokens is None else f"{entry.tokens:,} tokens{method}"
    )
    yield "costs", f"{size} · {'–' if cost is None else cost_text(cost)}"


def cost_text(cost: int | Fraction) -> str:
    """Return what carrying something costs a month, as an estimate, or takes of the context."""
    return f"{carried(cost)} {'of the context' if isinstance(cost, Fraction) else 'a month'} est."


def holds_text(entry: Entry, zone: tzinfo) -> str:
    """Return from when until when an entry holds, the last day included."""
    first = "" if entry.valid_from is None else f"from {day_text(entry.valid_from, zone)}"
    last = "" if entry.valid_to is None else f"until {day_text(entry.valid_to - 1, zone)}"
    return f"{first} {last}".strip()


def _since(at: int | None, now: int, zone: tzinfo) -> str:
    if at is None:
        return ""
    age = ago(now - at)
    words = age if age.startswith("in ") else f"{age} ago"
    return f"{day_text(at, zone)}, {words}"


def version_words(version: EntryVersion, zone: tzinfo) -> str:
    """Return who wrote a version when, and why."""
    reason = f" · {version.reason}" if version.reason else ""
    return f"by {version.editor}, {moment_text(version.at, zone)}{reason}"


def source_words(evidence: Evidence, zone: tzinfo) -> tuple[str, str]:
    """Return who said something and where: "you", "3 Mar 2026 16:24 · claude-code · Freeze"."""
    source = evidence.source
    if evidence.message_id is None:
        name = {MESSAGE: "conversation", MANUAL: "by hand"}.get(source.kind, source.kind)
        at = source.source_date
        parts = ["" if at is None else day_text(at, zone), source_place(evidence)]
    else:
        name = {"user": "you", "tool": "tool"}.get(evidence.said_by, evidence.said_by)
        parts = ["" if evidence.at is None else moment_text(evidence.at, zone)]
        parts += [evidence.reader, evidence.title or "Untitled"]
    return name, " · ".join(part for part in parts if part)


def source_place(evidence: Evidence) -> str:
    """Return where something stands: a file as it is seen from home, with its line."""
    place = from_home(evidence.source.place)
    return f"{place}:{evidence.line}" if evidence.line else place


def from_home(path: str) -> str:
    """Return a path as it is seen from home."""
    folder = f"{home()}{os.sep}"
    return f"~{os.sep}{path.removeprefix(folder)}" if path.startswith(folder) else path


def count_words(count: int, marked: int, tok: int, cost: Cost, cells: int) -> Content:
    """Return how many are listed and marked and what they come to, in the longest form that fits.

    A sum of costs is an estimate of a month.
    """
    many = "entry" if count == 1 else "entries"
    sums = [f"{tok:,} tok", *([] if cost is None else [cost_text(cost)])]
    forms = [
        ["✓ {} marked", f"{count:,} {many}", *sums],
        ["✓ {}", f"{count:,} {many}", *sums],
        ["✓ {}", f"{count:,} {many}", f"{tokens(tok)} tok"],
        ["✓ {}", f"{count:,}"],
    ]
    for form in forms:
        parts = [Content.styled(form[0].format(f"{marked:,}"), "bold $success")] if marked else []
        line = Content(" · ").join([*parts, *map(Content, form[1:])])
        if line.cell_length <= cells:
            return line
    return line


def named(titles: Sequence[str], count: int) -> str:
    """Return entries as a sentence names them: one by its title, many by their number."""
    if count == 1 and titles:
        return f"“{display_text(titles[0])}”"
    return f"{count:,} entries"
