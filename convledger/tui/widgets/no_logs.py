"""What the app says where the ledger is empty: what it is, where it looked, what to press."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from convledger.text.display import display_text
from convledger.tui.amounts import size
from convledger.tui.widgets.path_line import shown_path

if TYPE_CHECKING:
    from convledger.ingest.discover import Scan

WHAT_IT_IS = (
    "convledger keeps the books of your AI conversations: it reads the logs that coding tools "
    "leave on this machine, and says what every conversation cost, to the last token."
)
NAMED = 4  # tools whose places are named although they hold nothing
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
    keys = [("r", "reads them" if has_logs else "looks again"), ("i", "imports a file or folder")]
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
    readers = max((len(scan.reader) for scan in found), default=0)
    cells = max((len(words) for _, _, words in there), default=0)
    return [
        Content.assemble(
            (f"{mark} ", style),
            (f"{scan.reader:<{readers}}  ", "$foreground"),
            (f"{words:<{cells}}  ", "bold $foreground" if scan.files else "$muted"),
            (shown_path(str(scan.root)), "$muted"),
        )
        for scan, (mark, style, words) in zip(found, there, strict=True)
    ] + ([Content.styled(f"  and the places of {others} more tools", "$muted")] if others else [])


def _worth_naming(found: Sequence[Scan]) -> tuple[list[Scan], int]:
    """Return the places to name, those with logs first of all, and how many tools have none."""
    named = [scan for scan in found if scan.files or scan.present or scan.unreadable]
    readers = list(dict.fromkeys(scan.reader for scan in found))
    shown = {scan.reader for scan in named} | set(readers[:NAMED])
    first = {scan.reader: scan for scan in reversed(found)}
    there = {scan.reader for scan in named}
    named += [first[reader] for reader in readers[:NAMED] if reader not in there]
    return named, len(set(readers) - shown)


def _there(scan: Scan) -> tuple[str, str, str]:
    """Return mark, style and words for what a place holds."""
    if scan.files:
        count = len(scan.files)
        volume = size(sum(file.size for file in scan.files))
        return "●", "$success", f"{count:,} {'file' if count == 1 else 'files'}, {volume}"
    if scan.unreadable:
        return "✕", "$error", display_text(scan.unreadable[0][1])
    return "○", "$muted", "no logs in it" if scan.present else "not there"
