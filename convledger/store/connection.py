"""The one way to open a ledger file."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from convledger.errors import LedgerGone, WorkspaceError
from convledger.store import held_files
from convledger.store.actors import OUTSIDE, together
from convledger.store.presence import gone_in_words

APPLICATION_ID = 0x434C4447  # "CLDG"
BUSY_SECONDS = 10.0
CACHE, BULK_CACHE = 16384, 65536  # KB
BULK_CHECKPOINT = 8000  # pages, 128 MB
_PLAIN = b"SQLite format 3"
_HEAD, _RANDOM = 4096, 230  # bytes looked at, and values among them: random ones have all 256
_SETTINGS = (
    *("trusted_schema=OFF", "foreign_keys=ON", "secure_delete=ON", "synchronous=NORMAL"),
    *("temp_store=MEMORY", "cache_size=-16384"),
)


_looked_at: set[Path] = set()  # ledgers that nothing of this process may write


class _Connection(sqlite3.Connection):
    """A connection whose file is known to be open until it is closed."""

    held: Callable[[], object] | None = None

    def close(self) -> None:
        """Close the connection, and let go of what its file was kept open for."""
        super().close()
        if self.held is not None:
            self.held()


class HasPath(Protocol):
    """Something that works on a ledger's file."""

    @property
    def path(self) -> Path: ...


Owner = TypeVar("Owner", bound=HasPath)
Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


def connect(path: Path, *, read_only: bool = False, like: Path | None = None) -> sqlite3.Connection:
    """Open the ledger at `path`, making an empty one (mode 0600) where there is none.

    An encrypted one is opened with its key; a file with nothing in it is encrypted if the ledger
    `like` is, with the same key.

    Transactions are explicit: writers begin with `BEGIN IMMEDIATE`. Where neither the file nor its
    folder may be written it is opened to be looked at only. Raises WorkspaceError with the way out
    where SQLite can't open the file, LedgerGone where somebody deletes it or its folder just then.
    """
    read_only = read_only or is_looked_at(path)
    try:
        if not read_only and not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        pass
    except FileNotFoundError as error:
        raise LedgerGone(path) from error
    except OSError as error:
        raise WorkspaceError(f"{path}: can't make the ledger: {error.strerror}") from error
    try:
        return _connected(path, "mode=ro" if read_only else "mode=rw", like)
    except sqlite3.Error as error:
        if is_sealed(path):
            # SQLite keeps notes beside a ledger even to read it; without them it must not change.
            with suppress(sqlite3.Error):
                return _connected(path, "mode=ro&immutable=1")
        from convledger.store.ballast import let_go_where_tight

        if "I/O" in str(error) and let_go_where_tight(path):  # to open it takes a few kilobytes
            with suppress(sqlite3.Error):
                return _connected(path, "mode=ro" if read_only else "mode=rw", like)
        with gone_in_words(path):
            raise unreadable(path, error) from error


def connect_to_copy(place: Path) -> sqlite3.Connection:
    """Open a file that nobody writes, to look at it as it is; nothing beside it is touched.

    Raises sqlite3.Error, WorkspaceError.
    """
    return _connected(place, "mode=ro&immutable=1")


def _connected(path: Path, how: str, like: Path | None = None) -> sqlite3.Connection:
    connection = _opened(path, how, like)
    try:
        for setting in _SETTINGS:
            connection.execute(f"PRAGMA {setting}")
        if not isinstance(connection, sqlite3.Connection):  # a page costs its decryption each time
            connection.execute(f"PRAGMA cache_size=-{BULK_CACHE}")
        connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1")
    except BaseException:
        connection.close()
        raise
    return connection


def only_look_at(path: Path) -> None:
    """Let this process write nothing to the ledger at `path`, whoever opens it."""
    _looked_at.add(path.absolute())


def is_looked_at(path: Path) -> bool:
    """Tell whether a person asked for a ledger to be looked at only."""
    return path.absolute() in _looked_at


def _opened(path: Path, how: str, like: Path | None) -> sqlite3.Connection:
    if is_encrypted(path):
        from convledger.store.ciphers import open_encrypted

        return open_encrypted(path, how, BUSY_SECONDS)
    if like is not None and is_encrypted(like) and not path.stat().st_size:
        from convledger.store.ciphers import open_like

        return open_like(path, how, like, BUSY_SECONDS)
    file = held_files.hold(path)
    try:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?{how}",
            uri=True,
            isolation_level=None,
            timeout=BUSY_SECONDS,
            check_same_thread=False,
            factory=_Connection,
        )
    except BaseException:
        held_files.let_go(file)
        raise
    held_files.let_go_when_closed(connection, file)
    return connection


def is_encrypted(path: Path) -> bool:
    """Tell whether a file is an encrypted ledger, as far as its first bytes tell.

    They are as good as random, which those of a ledger are not where only some are damaged.
    """
    try:
        head = held_files.first_bytes(path, _HEAD)
    except OSError:
        return False
    return not head.startswith(_PLAIN) and len(head) == _HEAD and len(set(head)) >= _RANDOM


def is_sealed(path: Path) -> bool:
    """Tell whether there is a ledger that may only be looked at, with nothing left to write."""
    if is_looked_at(path):
        return True
    log = path.with_name(f"{path.name}-wal")
    return (
        os.access(path, os.R_OK)
        and not os.access(path, os.W_OK)
        and not os.access(path.parent, os.W_OK)
        and not (log.exists() and log.stat().st_size)
    )


def unreadable(path: Path, error: sqlite3.Error) -> WorkspaceError:
    """Return what to tell the user when SQLite can't use the file at `path`."""
    text = str(error)
    if "not a database" in text or "malformed" in text:
        from convledger.store.backup_offer import offer_of

        offered = offer_of(path)
        way_out = (
            f"it is damaged. {offered and f'{offered}. Or: '}Move it aside and run `convledger "
            "import`: the logs still hold what they held, and `sqlite3 ledger.db .recover` gets "
            "out the rest"
        )
        way_out += (
            "" if offered else ". Where there is a backup, `convledger restore` brings it back"
        )
    elif "failed: audit_" in text:
        way_out = (
            "somebody has changed the audit log, and nothing can be added to it: `convledger audit "
            "verify` tells what is wrong. Bring a backup back with `convledger restore`"
        )
    elif "locked" in text or "busy" in text:
        way_out = "another program holds it locked; end that or try again"
    elif is_looked_at(path) and ("readonly" in text or "read-only" in text):
        way_out = "it was opened to be looked at only: leave out --read-only to change it"
    elif is_looked_at(path) and "no such" in text:
        way_out = "this convledger does not know these tables, which a newer one made: update it"
    elif "readonly" in text or "read-only" in text:
        way_out = "it can't be written; check the permissions of the file and its folder"
    elif "full" in text:
        from convledger.store.ballast import let_go

        freed = let_go(path)
        way_out = "the disk is full; nothing was lost, make room and run the command again"
        way_out += f". {freed}" if freed else ""
    elif "unable to open" in text:
        way_out = "it can't be opened; check that the folder exists and may be written"
    else:
        way_out = "check the disk and the folder, then try again"
    return WorkspaceError(f"{path}: {way_out} (SQLite: {text})")


def in_words(
    method: Callable[Concatenate[Owner, Asked], Answer],
) -> Callable[Concatenate[Owner, Asked], Answer]:
    """Make a method tell SQLite's failures as WorkspaceError, with the file and the way out."""

    @wraps(method)
    def told(owner: Owner, /, *args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        try:
            return method(owner, *args, **kwargs)
        except sqlite3.Error as error:
            raise unreadable(owner.path, error) from error

    return told


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Run the block as one write transaction that is rolled back when it fails.

    What it changes of people's rows goes into the audit log with it.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        if has_drafts(connection):
            _chain(connection, outside=True)
        with together():
            yield
            if has_drafts(connection):
                _chain(connection, outside=False)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def has_drafts(connection: sqlite3.Connection) -> bool:
    """Tell whether changes are noted that the audit log does not have yet."""
    try:
        return connection.execute("SELECT 1 FROM audit_draft LIMIT 1").fetchone() is not None
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):  # a copy of an earlier version
            return False
        raise


def _chain(connection: sqlite3.Connection, *, outside: bool) -> None:
    from convledger.store.audit import chain_drafts

    chain_drafts(connection, actor=OUTSIDE if outside else "")


@contextmanager
def bulk_writing(connection: sqlite3.Connection, cache: int = BULK_CACHE) -> Iterator[None]:
    """Give a large import more cache and let it copy pages from the log back in longer runs.

    Pages that many batches touch, as those of the indexes, are then copied once and not each time.
    What a row refers to was looked up or made in its own transaction: it is not looked up again.
    """
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute(f"PRAGMA cache_size=-{cache}")
    connection.execute(f"PRAGMA wal_autocheckpoint={BULK_CHECKPOINT}")
    try:
        yield
    finally:
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(f"PRAGMA cache_size=-{CACHE}")
        connection.execute("PRAGMA wal_autocheckpoint=1000")
        with suppress(sqlite3.Error):  # a reader may be in the way; the next checkpoint does it
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
