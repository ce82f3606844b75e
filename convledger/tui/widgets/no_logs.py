"""What the app says where the ledger is empty: what it is, where it looked, what to press."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from convledger.text.display import display_text
from convledger.tui.amounts import size
from convledger.tui.widgets.path_line import ending, shown_path
from convledger.tui.widgets.source_rows import title_of
from convledger.words import plural

if TYPE_CHECKING:
    from convledger.ingest.discover import Scan

WHAT_IT_IS = (
    "convledger keeps the books of your AI conversations: it reads the logs that tools leave on "
    "this machine, and exports and logs that you import, and says what every conversation cost."
)
NAMED = 4  # places that are named, although they hold nothing where fewer hold something
_CELLS, _LEAST = 67, 16  # of a line, and of the path at its end
PROMISE = (
    "The logs are only read, never written. Everything stays on this machine: convledger opens no "
    "network connection."
)


class NoLogs(VerticalScroll, can_focus=True):
    """A page of text in place of the lists."""

    DEFAULT_CSS = """
    NoLogs { scrollbar-size-vertical: 1; }
    NoLogs Static { width: 100%; max-width: 90; height: auto; }
    NoLogs #places { max-width: 100%; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(Static(id="head"), Static(id="places"), Static(id="keys"), id=id)

    def show(self, state: str, found: Sequence[Scan]) -> None:
        """Say how things stand: the feeder's state, and what its last look has found."""
        parts = {"head": _head(state, found), "places": places(found), "keys": _keys(state, found)}
        for name, lines in parts.items():
            self.query_one(f"#{name}", Static).update(Content("\n").join(lines))


def _head(state: str, found: Sequence[Scan]) -> list[Content]:
    words = "No log is read yet."
    if state == "reading":
        words = "The first logs are being read."
    elif any(scan.files for scan in found):
        words = "These logs were found, and none of them is read:"
    elif found:
        words = "No logs were found. It looked in:"
    return [Content(WHAT_IT_IS), Content(), Content.styled(words, "bold")]


def _keys(state: str, found: Sequence[Scan]) -> list[Content]:
    has_logs = any(scan.files for scan in found)
    keys = [
        ("r", "reads them" if has_logs else "looks again"),
        ("i", "imports exports, API logs, tables: files, zips, folders"),
    ]
    if state == "reading":
        keys = [("x", "stops; what is read by then stays")]
    keys = [*keys, ("convledger demo", "shows the app on an invented history")]
    lines = [
        Content.assemble("  ", (f"{key:<18}", "bold $accent"), (words, "$muted"))
        for key, words in keys
    ]
    return [Content(), *lines, Content(), Content.styled(PROMISE, "$muted")]


def places(found: Sequence[Scan]) -> list[Content]:
    """Return a line for each place where logs may be: what is there, before it is read."""
    found, others = _worth_naming(found)
    there = [_there(scan) for scan in found]
    titles = max((len(title_of(scan.reader)) for scan in found), default=0)
    cells = max((len(words) for _, _, words in there), default=0)
    room = max(_LEAST, _CELLS - titles - cells - 6)
    rest = "nothing in " if any(scan.files for scan in found) else ""
    return [
        Content.assemble(
            (f"{mark} ", style),
            (f"{title_of(scan.reader):<{titles}}  ", "$foreground"),
            (f"{words:<{cells}}  ", "bold $foreground" if scan.files else "$muted"),
            (ending(shown_path(str(scan.root)), room), "$muted"),
        )
        for scan, (mark, style, words) in zip(found, there, strict=True)
    ] + (
        [Content.styled(f"  and {rest}the places of {plural(others, 'more tool')}", "$muted")]
        if others
        else []
    )


def _worth_naming(found: Sequence[Scan]) -> tuple[list[Scan], int]:
    """Return the places to name, and how many tools have none of them.

    Those with logs, or that can't be read, are all named; of the others one for each tool, and
    only as many as keep the list short.
    """
    named = [scan for scan in found if scan.files or scan.unreadable]
    others: dict[str, Scan] = {}
    for scan in sorted(found, key=lambda scan: not scan.present):
        others.setdefault(scan.reader, scan)
    for reader in dict.fromkeys(scan.reader for scan in found):
        if len(named) >= NAMED:
            break
        if reader not in {scan.reader for scan in named}:
            named.append(others[reader])
    order = {id(scan): place for place, scan in enumerate(found)}
    named.sort(key=lambda scan: (not scan.files, order[id(scan)]))
    return named, len(set(others) - {scan.reader for scan in named})


def _there(scan: Scan) -> tuple[str, str, str]:
    """Return mark, style and words for what a place holds."""
    if scan.files:
        count = len(scan.files)
        volume = size(sum(file.size for file in scan.files))
        return "●", "$success", f"{count:,} {'file' if count == 1 else 'files'}, {volume}"
    if scan.unreadable:
        return "✕", "$error", display_text(scan.unreadable[0][1])
    return "○", "$muted", "no logs in it" if scan.present else "not there"
