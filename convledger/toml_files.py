"""Files that a person writes in TOML: read with errors in words, replaced whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from convledger.errors import ConfigError
from convledger.toml_places import BYTE_ORDER_MARK, line_of
from convledger.toml_tables import LARGEST_FILE, Table, parse_toml


def read_text(path: Path, file_name: str) -> str | None:
    """Return what a file says with its line ends as they are, None where there is no file."""
    try:
        with open(path, "rb", opener=_at_once) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return _no_file(path, file_name)
            content = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"{file_name}: can't be read: {error.strerror or error}") from error
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{file_name}: line {line}: not text in UTF-8") from error


def open_table(text: str, file_name: str) -> Table:
    """Return a text's top table, whose errors name the line."""
    text = text.removeprefix(BYTE_ORDER_MARK)
    document = parse_toml(text, file_name)
    return Table(file_name, "", document, locate=lambda path: line_of(text, path))


def replace_text(path: Path, text: str) -> None:
    """Write a file for its owner alone (0600), complete or not at all; links stay links."""
    import tempfile  # at the start of the app there is nothing to write

    try:
        real = path.resolve()
        real.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if real.exists() and not real.is_file():
            raise ConfigError(f"{path}: is not a file that can be written")
        descriptor, temporary = tempfile.mkstemp(prefix=".convledger-", dir=real.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(text.encode("utf-8"))
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(real)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except (OSError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or error
        raise ConfigError(f"{path}: can't be written: {why}") from error


def _at_once(path: str, flags: int) -> int:
    """Open a file without waiting: a pipe would keep us until somebody writes to it."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _no_file(path: Path, file_name: str) -> str:
    """Return that nothing is written in /dev/null; raises ConfigError for other devices."""
    if str(path) == os.devnull:
        return ""
    raise ConfigError(f"{file_name}: can't be read: it is a pipe or a device")
