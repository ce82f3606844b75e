"""Asks how a table is to be read before it is, where nobody has said so yet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.tui.app import ConvledgerApp


def when_mapped(books: ConvledgerApp, path: Path, then: Callable[[], None]) -> None:
    """Do `then` at once for all that is no table or one that is known; else once it is mapped."""

    def asks(ledger: Ledger) -> bool:
        from convledger.ingest.mappings import wants_mapping

        return wants_mapping(ledger.workspace, path)

    def told(wants: bool) -> None:
        if not wants:
            then()
            return
        from convledger.tui.screens.table_mapping import TableMappingScreen

        books.push_screen(TableMappingScreen(path), lambda is_mapped: then() if is_mapped else None)

    books.ask(("table", str(path)), asks, told, slow=True)
