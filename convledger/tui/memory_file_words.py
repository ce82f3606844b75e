"""Words about memory files: what changed in them, what they hold, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from pathlib import PurePath
from typing import TYPE_CHECKING

from textual.content import Content

from convledger.clock import SECOND
from convledger.memory.file_rows import (
    ADDED,
    CHANGED,
    LIVE,
    MISSING,
    PACKED,
    REMOVED,
    UNREADABLE,
    shown_place,
)
from convledger.memory.words import scope_words, title_of
from convledger.text.display import display_text
from convledger.text.secrets import veiled
from convledger.tui.amounts import ago, size
from convledger.tui.memory_words import moment_text, tokens_text
from convledger.tui.widgets.path_line import shown_path
from convledger.words import plural

if TYPE_CHECKING:
    from convledger.memory.feed import News
    from convledger.memory.file_list import FileLine

Part = tuple[str, str]
NEWS_MARKS = {ADDED: ("+", "bold $success"), CHANGED: ("~", "bold $accent"),
              REMOVED: ("−", "bold $error")}  # fmt: skip
FILE_MARKS = {LIVE: ("●", "$success"), PACKED: ("▪", "$muted"), MISSING: ("○", "$muted"),
              UNREADABLE: ("✕", "$error")}  # fmt: skip
_TITLE_OF = 2_000  # characters of a text from which a title is made
_KEEPS = {
    ADDED: "keeps it: it becomes an entry of its own",
    CHANGED: "keeps it: the entry gets the new text as its next version",
    REMOVED: "keeps the entry, whose source is missing then",
}
_TAKES_OUT = {
    ADDED: "takes it out of the file again, which is shown first",
    CHANGED: "puts the old text back into the file, which is shown first",
    REMOVED: "archives the entry: it is in no pack then",
}
WELCOME = """\
[b]Memory files are what your tools read before you have said a word.[/b]

CLAUDE.md, AGENTS.md, GEMINI.md, rules of Cursor and others, and what Claude Code notes by \
itself: convledger finds them, takes what they say in as proposed entries, and tells you from \
then on what tools write into them. Files are only read; one is written when you have seen what \
changes and said so.

[$muted]How it begins[/]

  [b $accent]r[/]   looks for memory files on this machine, and in the projects
      that the ledger knows; all that is in them is only proposed
  [b $accent]i[/]   takes in a file or a folder by its path: notes, exports,
      memories of other tools"""


def moment_words(at: int, now: int, zone: tzinfo) -> str:
    """Return an instant, with how long ago it was where that is a minute or more."""
    age = f", {ago(now - at)} ago" if now - at >= 60 * SECOND else ""
    return f"{moment_text(at, zone)}{age}"


def news_title(news: News) -> str:
    """Return what a change is about in one line, nothing of a secret in full."""
    return display_text(title_of(veiled((news.new or news.old)[:_TITLE_OF])))


def under_words(news: News) -> str:
    """Return the headings that an item stands under, "" where there is none."""
    return display_text(veiled(news.under))


def news_facts(news: News, now: int, zone: tzinfo) -> Iterator[tuple[str, str]]:
    """Yield what is known of a change by its name."""
    yield "file", shown_path(news.path)
    if news.under:
        yield "under", under_words(news)
    yield "scope", display_text(scope_words(news.scope))
    yield "seen", moment_words(news.at, now, zone)


def news_keys(news: News) -> list[tuple[str, str]]:
    """Return what keeping it and taking it out would do."""
    return [("a", _KEEPS[news.what]), ("x", _TAKES_OUT[news.what])]


def file_facts(line: FileLine, now: int, zone: tzinfo) -> Iterator[tuple[str, str]]:
    """Yield what is known of a file by its name."""
    yield "tool", display_text(line.tool)
    yield "scope", display_text(scope_words(line.scope))
    yield "state", state_words(line)
    yield "holds", f"{plural(line.entries, 'entry', 'entries')} · {file_tokens(line)}"
    read = "never" if line.read_at is None else moment_words(line.read_at, now, zone)
    yield "read", f"{read} · {size(line.size)}"


def state_words(line: FileLine) -> str:
    """Return how a file stands, with the way out where something is wrong."""
    reason = display_text(line.reason)
    if line.state == MISSING:
        return "gone; what it said stays in memory, with its source missing"
    if line.state == UNREADABLE:
        return f"can't be read: {reason or 'no reason known'}"
    if line.state == PACKED:
        return "read from an archive; import a newer one to go on from it"
    watched = "live, its changes are told" if line.is_watched else "taken in once; i reads it again"
    return f"{watched} · {reason}" if reason else watched


def place_words(line: FileLine) -> str:
    """Return where a file is: "~/export.zip › memories.json" within an archive."""
    return shown_path(shown_place(line.path) if line.state == PACKED else line.path)


def file_tokens(line: FileLine) -> str:
    """Return how many tokens the entries of a file have, as far as they are counted."""
    if line.uncounted and not line.tokens:
        return tokens_text(None)
    return f"{tokens_text(line.tokens)}{' and more' if line.uncounted else ''}"


def state_line(
    *, far: tuple[int, int] | None, looked: str, files: Sequence[FileLine], writes: int, wrong: int
) -> list[list[Part]]:
    """Return how the look at the files stands, in forms of which the longer ones say more."""
    if far is not None:
        done, of = far
        count = f"{done:,} of {of:,} files" if of else "for memory files"
        word = "looking at" if of else "looking"
        return [[("◐ ", "$accent"), (f"{word} ", "bold"), (f"{count} · s stops", "$muted")]]
    waiting = sum(line.news for line in files)
    if not files:
        return [[("○ ", "$muted"), (looked or "no memory file is known yet", "$muted")]]
    parts: list[Part] = [("● ", "$success"), (looked or "known", "bold")]
    parts.append((f" · {plural(len(files), 'file')}", "$muted"))
    short = list(parts)
    for number, words, mark in (
        (waiting, plural(waiting, "change"), plural(waiting, "change")),
        (writes, f"{plural(writes, 'file')} to write back: w", f"{writes:,} to write: w"),
        (wrong, plural(wrong, "complaint"), f"△ {wrong:,}"),
    ):
        if number:
            parts += [(" · ", "$muted"), (words, "$accent")]
            short += [(" · ", "$muted"), (mark, "$accent")]
    return [parts, short]


def names_of(paths: Sequence[str]) -> str:
    """Return files as a sentence names them: one by its name, many by their number."""
    if len(set(paths)) == 1:
        return display_text(PurePath(paths[0]).name)
    return plural(len(set(paths)), "file")


def question(outlook_files: int, archived: int) -> Content:
    """Return what is going to be done, above what is shown of it."""
    parts = []
    if outlook_files:
        files = "This file changes" if outlook_files == 1 else f"{outlook_files:,} files change"
        parts.append(f"{files} as shown; every other byte of it stays.")
    if archived:
        parts.append(f"{plural(archived, 'entry is', 'entries are')} archived: the text is gone.")
    return Content.styled(" ".join(parts), "$foreground")
