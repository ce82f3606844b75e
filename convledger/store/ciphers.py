"""Opens encrypted ledgers with SQLCipher, whose connections then fail as those of SQLite do."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from convledger.errors import LockedError, WorkspaceError, WrongPassphrase
from convledger.store import held_files, keys
from convledger.who import passphrase_of

if TYPE_CHECKING:
    from types import ModuleType

EXTRA = "convledger[encryption]"
PAGE_SIZE = 16384  # of encrypted files: a file does not tell it itself
_WRONG = (
    "{path}: the passphrase does not open it. Check it and try again; where it was changed, only "
    "the present one does. For a file that is damaged, so that none opens it any more, there is "
    "`convledger restore FILE --damaged`"
)


def cipher_module() -> ModuleType:
    """Return SQLCipher's module. Raises WorkspaceError with what to install."""
    try:
        from sqlcipher3 import dbapi2
    except ImportError as error:
        raise WorkspaceError(
            f"what opens and makes encrypted ledgers is not installed: pip install '{EXTRA}'"
        ) from error
    return cast("ModuleType", dbapi2)


def has_cipher() -> bool:
    """Tell whether encrypted ledgers can be opened here."""
    from importlib.util import find_spec

    return find_spec("sqlcipher3") is not None


def key_text(key: bytes, salt: bytes) -> str:
    """Return a key and its salt as SQLCipher takes them, without working them out anew."""
    return f"x'{key.hex()}{salt.hex()}'"


def open_file(
    path: Path, how: str, key: bytes | None, salt: bytes, seconds: float
) -> sqlite3.Connection:
    """Open a file with a key, or a plain one with SQLCipher where that is None.

    Whether the key is right shows when something is read first.
    """
    module = cipher_module()
    file = held_files.hold(path)
    with as_sqlite(module):
        try:
            connection = module.connect(
                f"{path.absolute().as_uri()}?{how}",
                uri=True,
                isolation_level=None,
                timeout=seconds,
                check_same_thread=False,
                factory=_connection_class(module),
            )
        except BaseException:
            held_files.let_go(file)
            raise
        held_files.let_go_when_closed(connection, file)
        try:
            connection.execute("PRAGMA cipher_log_level=NONE")  # it would write on the terminal
            if key is not None:
                connection.execute(f'PRAGMA key="{key_text(key, salt)}"')
                connection.execute(f"PRAGMA cipher_page_size={PAGE_SIZE}")
        except BaseException:
            connection.close()
            raise
    return cast("sqlite3.Connection", connection)


def open_encrypted(path: Path, how: str, seconds: float) -> sqlite3.Connection:
    """Open an encrypted ledger with a key that is known, or that somebody is asked for.

    Raises LockedError where none opens it, WorkspaceError where what opens it is not installed.
    """
    connection = open_known(path, how, seconds)
    if connection is not None:
        return connection
    given = passphrase_of(path)
    if given is None:
        raise LockedError(
            f"{path}: it is encrypted. Run the command at a terminal, which asks for the "
            "passphrase, or give it on a descriptor: `convledger --passphrase-fd 3 ... 3<FILE`"
        )
    connection = unlock(path, given, how, seconds)
    if connection is None:
        raise WrongPassphrase(_WRONG.format(path=path))
    return connection


def open_known(path: Path, how: str, seconds: float) -> sqlite3.Connection | None:
    """Open an encrypted ledger with what is known, asking nobody; None where none of it does.

    Raises WorkspaceError where what opens it is not installed.
    """
    if not has_cipher():
        raise WorkspaceError(
            f"{path}: it is encrypted, and what opens it is not installed: pip install '{EXTRA}'"
        )
    salt = salt_of(path)
    known = keys.key_for(salt)
    if known is not None:
        connection = _opened(path, how, known, salt, seconds)
        if connection is not None:
            return connection
    for passphrase in keys.known_passphrases():
        connection = unlock(path, passphrase, how, seconds)
        if connection is not None:
            return connection
    return None


def salt_of(path: Path) -> bytes:
    """Return the salt that an encrypted ledger begins with."""
    return held_files.first_bytes(path, keys.SALT_BYTES)


def open_like(path: Path, how: str, like: Path, seconds: float) -> sqlite3.Connection:
    """Open a file with nothing in it, to be encrypted with the key of another one."""
    open_encrypted(like, "mode=ro", seconds).close()  # where the key is not known yet
    salt = salt_of(like)
    return open_file(path, how, keys.key_for(salt), salt, seconds)


def unlock(path: Path, passphrase: str, how: str, seconds: float) -> sqlite3.Connection | None:
    """Open a ledger with a passphrase, which is then kept; None where it is another one."""
    salt = salt_of(path)
    key = keys.key_of(passphrase, salt)
    connection = _opened(path, how, key, salt, seconds)
    if connection is not None:
        keys.learn(salt, key)
        keys.remember(passphrase)
    return connection


def _opened(
    path: Path, how: str, key: bytes, salt: bytes, seconds: float
) -> sqlite3.Connection | None:
    connection = open_file(path, how, key, salt, seconds)
    try:
        connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1")
    except sqlite3.DatabaseError as error:
        connection.close()
        if "not a database" in str(error) or "malformed" in str(error):
            return None
        raise
    return connection


@contextmanager
def as_sqlite(module: ModuleType) -> Iterator[None]:
    """Let failures of SQLCipher's module be those of SQLite's, which everybody knows."""
    try:
        yield
    except (module.Error, module.Warning) as error:
        raise _same(error) from None


def _same(error: Exception) -> Exception:
    """Return a failure of SQLCipher's module as the one of SQLite's of the same name."""
    kind = getattr(sqlite3, type(error).__name__, sqlite3.DatabaseError)
    made = kind(*error.args)
    assert isinstance(made, Exception)
    return made


_classes: list[type] = []


def _connection_class(module: ModuleType) -> type:
    """Return a connection whose failures, and those of its cursors, are SQLite's own."""
    if not _classes:
        _classes.append(_made_class(module))
    return _classes[0]


def _made_class(module: ModuleType) -> type:
    failures = (module.Error, module.Warning)

    def told(method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            try:
                return method(*arguments, **named)
            except failures as error:
                raise _same(error) from None

        return call

    methods = ("execute", "executemany", "fetchone", "fetchmany", "fetchall", "__next__")
    cursor = type(
        "Cursor",
        (module.Cursor,),
        {name: told(getattr(module.Cursor, name)) for name in methods},
    )

    def cursor_of(connection: Any, factory: type = cursor) -> Any:
        return module.Connection.cursor(connection, factory)

    def close(connection: Any) -> None:
        told(module.Connection.close)(connection)
        if connection.held is not None:
            connection.held()

    of_connection = ("execute", "executemany", "backup", "commit", "rollback")
    return type(
        "Connection",
        (module.Connection,),
        {name: told(getattr(module.Connection, name)) for name in of_connection}
        | {"cursor": cursor_of, "close": close, "held": None},
    )
