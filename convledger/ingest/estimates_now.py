"""Follows the setting for estimates at once, without looking at the logs."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from convledger import paths
from convledger.config import load_config
from convledger.errors import WorkspaceError
from convledger.ingest.estimates import count_missing, forget_counted
from convledger.ingest.lock import ingest_lock
from convledger.store.audit import note_deed
from convledger.store.connection import is_sealed, transaction, unreadable

if TYPE_CHECKING:
    from convledger.ingest.rates import Rates

_WAIT_SECONDS = 10.0


class Books(Protocol):
    """What is needed of a ledger."""

    @property
    def connection(self) -> sqlite3.Connection: ...
    @property
    def workspace(self) -> Path: ...
    @property
    def path(self) -> Path: ...
    @property
    def rates(self) -> Rates: ...


def follow_setting(books: Books) -> int:
    """Count the tokens that no source records, or forget them; return of how many calls.

    Raises WorkspaceError where the ledger may only be looked at, or another one imports.
    """
    if is_sealed(books.path):
        raise unreadable(books.path, sqlite3.OperationalError("readonly database"))
    try:
        with ingest_lock(books.workspace / paths.LOCK, _WAIT_SECONDS) as held:
            if not held:
                raise WorkspaceError(
                    f"{books.workspace}: another convledger is reading the logs; the setting is "
                    "kept and holds from its next look at them"
                )
            is_on = load_config().estimates
            with transaction(books.connection):
                note_deed(books.connection, "estimates switched", "setting", on=int(is_on))
            if is_on:
                return count_missing(books.connection, books.rates)
            return forget_counted(books.connection)
    except sqlite3.Error as error:
        raise unreadable(books.path, error) from error
