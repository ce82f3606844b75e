"""Import: a path typed or pasted, and what it is before any of it is read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual.content import Content

from convledger.sources.registry import PLACES
from convledger.text.display import display_text
from convledger.tui.screens.path_dialog import PathDialog, PathSight
from convledger.tui.widgets.path_line import shown_path

if TYPE_CHECKING:
    from convledger.ingest.choose import Glance
    from convledger.ledger import SyncResult
    from convledger.tui.app import ConvledgerApp


class ImportScreen(PathDialog):
    """Reads logs from a path."""

    TO_TYPE = (
        "An export, a log, a table, a zip, a folder of them, a home folder: what it is is told by "
        "what is in it. It stays a source: what is added to it later is read too. It is only "
        "read, never written."
    )
    EXAMPLE = "~/Downloads/export.zip"

    def __init__(self) -> None:
        super().__init__("Import")

    def look_at(self, text: str) -> PathSight:
        """Tell what would be read of a path, or why nothing would."""
        from convledger.ingest.choose import completions, glance

        found = glance(Path(text.strip()))
        is_good = not found.problem and (bool(found.roots) or not found.whole)
        return PathSight(found.path, _words(found), is_good, tuple(completions(text)))

    def read(self, path: Path) -> None:
        """Have the feeder read it, once a table among it is mapped."""
        from convledger.tui.screens.import_table import when_mapped

        when_mapped(self.books, path, lambda: self._read_now(path))

    def _read_now(self, path: Path) -> None:
        books = self.books
        books.say(f"Reading {shown_path(str(path))} …")
        books.feeder.import_paths([path], lambda came: books.tell(lambda: _came(books, path, came)))
        self.dismiss(None)


def _words(glance: Glance) -> Content:
    """Return what stands at a path: what would be read, or why nothing would."""
    if glance.problem:
        return Content.assemble(("○ ", "$muted"), (display_text(glance.problem), "$muted"))
    at_least = "" if glance.whole else "more than "
    if glance.roots:
        logs = "1 log" if glance.logs == 1 else f"{at_least}{glance.logs:,} logs"
        readers = " and ".join(dict.fromkeys(PLACES[reader].TITLE for reader, _ in glance.roots))
        return Content.assemble(
            ("● ", "$success"), (readers, "bold"), (f" · {logs} · ", "$muted"),
            ("⏎ reads it", "bold $accent"),
        )  # fmt: skip
    if not glance.whole:
        words = "a large folder, no log of a known tool seen yet · ⏎ looks through all of it"
        return Content.assemble(("? ", "$warning"), (words, "$muted"))
    return Content.assemble(("○ ", "$muted"), ("a folder without a log of a known tool", "$muted"))


def _came(books: ConvledgerApp, path: Path, came: SyncResult | Exception) -> None:
    """Say what an import has brought."""
    where = shown_path(str(path))
    if isinstance(came, Exception):
        books.say(str(came), severity="error", seconds=12)
        return
    if books.feed.state == "nothing":
        books.feeder.begin()  # there is something to follow now
    books.say(f"{where}: {_brought(came)}", seconds=12)
    books.renew()


def _brought(came: SyncResult) -> str:
    if came.busy:
        return "another convledger is reading into these books, and reads this too."
    counts = [
        (came.conversations, "conversation"),
        (came.calls, "call"),
        (came.messages, "message"),
        (came.rejected, "rejected line"),
    ]
    words = [f"{count:,} {name if count == 1 else name + 's'}" for count, name in counts if count]
    if came.known_messages:
        words.append(f"{came.known_messages:,} messages known already")
    if came.estimated:
        words.append(f"~ tokens of {came.estimated:,} calls counted from their texts")
    unread = came.unreadable
    if unread:
        words.append(f"{len(unread):,} not readable ({Path(unread[0][0]).name}: {unread[0][1]})")
    stopped = " Stopped before the end; what was read is kept." if came.stopped else ""
    return f"{', '.join(words) or 'nothing new, all of it is in the ledger'}.{stopped}"
