"""The dialog that writes entries of memory to files."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import ClassVar

from textual.widget import Widget

from convledger.ledger import Ledger
from convledger.memory.exported import DOTTED, FULL
from convledger.reports.export import JSONL, MARKDOWN, Destination, Page
from convledger.reports.memory_export import CSV, Wish, destination, there_already, write
from convledger.tui.screens.export import ExportScreen
from convledger.tui.widgets.choices import OneOf


class ExportEntriesScreen(ExportScreen):
    """Writes entries by their ids, with sources and versions; erasing one names the file."""

    HELP = (
        "JSON Lines can be taken in again by `convledger memory import`: with secrets in full it "
        "is a whole copy. CSV is for a spreadsheet, Markdown to read. An erasure names the files."
    )
    FOLDER: ClassVar[str] = "convledger-memory/"
    NOUNS: ClassVar[tuple[str, str]] = ("entry", "entries")

    def parts(self) -> list[Widget]:
        """Return forms, what becomes of secrets, the line for the path, and the buttons."""
        return [
            OneOf((MARKDOWN, "Markdown"), (JSONL, "JSON Lines"), (CSV, "CSV")),
            OneOf((DOTTED, "Secrets dotted"), (FULL, "Secrets in full")),
            *self.below(),
        ]

    def target(self) -> Destination:
        """Return where it will go as the dialog stands."""
        return destination(self.output, self.form, len(self._ids), force=self._replaces)

    def looked_up(
        self, ledger: Ledger, target: Destination, page: Page
    ) -> tuple[list[Path], Generator[int, None, None]]:
        """Return which files are there already, and what writes; runs in a thread."""
        memory, ids = ledger.memory, list(self._ids)
        wish = Wish(self._reveals, self.books.now(), page.zone)
        there = [] if self._replaces else there_already(memory.connection, ids, target, page.zone)
        return there, write(memory.connection, memory.path, ids, target, wish)

    def _begin(self) -> None:
        self._reveals = self.query(OneOf).last().chosen == FULL  # workers touch no widget
        super()._begin()
