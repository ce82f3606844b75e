"""Files that a person names, opened without waiting: a pipe or a device is none of them."""

from __future__ import annotations

import os
import stat
from io import BufferedReader
from pathlib import Path

from convledger.errors import UsageProblem


def open_named(path: Path) -> BufferedReader:
    """Open a file for reading. Raises UsageProblem where there is none that can be read.

    A pipe would keep us until somebody writes to it, and a device may have no end.
    """
    try:
        stream = open(path, "rb", opener=_at_once)  # noqa: SIM115 - handed on
    except OSError as error:
        raise UsageProblem(f"{path}: can't be read: {error.strerror or error}") from error
    if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        return stream
    stream.close()
    raise UsageProblem(f"{path}: is no file, but a pipe, a folder or a device; name a file")


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
