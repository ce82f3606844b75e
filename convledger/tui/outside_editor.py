"""A person's own editor: the app steps aside while it is open."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from convledger.errors import UsageProblem

if TYPE_CHECKING:
    from textual.app import App

_MOST = 64 << 20  # bytes: no editor makes more of an entry by accident


def editor() -> list[str]:
    """Return the command of the editor, with its arguments; empty where none is named."""
    words = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    try:
        return shlex.split(words, posix=os.name != "nt")
    except ValueError:
        return []


def edited(app: App[object], text: str) -> str:
    """Return a text as it comes out of the editor. Raises UsageProblem where that went wrong.

    The file is in a folder that nobody else can read, and goes away afterwards.
    """
    command = editor()
    if not command:
        raise UsageProblem("no editor is named: set EDITOR, for example to vim; e edits here")
    with tempfile.TemporaryDirectory(prefix="convledger-") as folder:
        path = Path(folder) / "entry.md"
        path.write_bytes(text.encode("utf-8", "replace"))
        try:
            with app.suspend():
                # A command of the person who sits here, and no shell reads it.
                ended = subprocess.run([*command, str(path)], check=False)  # noqa: S603
        except SuspendNotSupported:
            raise UsageProblem("this terminal can't be lent to an editor; e edits here") from None
        except OSError as error:
            raise UsageProblem(f"{command[0]} can't be started: {error.strerror}") from None
        if ended.returncode:
            raise UsageProblem(f"{command[0]} ended with {ended.returncode}: nothing was changed")
        return _text_of(path)


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > _MOST:
            raise UsageProblem("what the editor left is far too long for an entry")
        return path.read_bytes().decode("utf-8").replace("\r\n", "\n")
    except OSError:
        raise UsageProblem("the editor left no file: nothing was changed") from None
    except UnicodeDecodeError:
        raise UsageProblem("what the editor left is no UTF-8: nothing was changed") from None


def as_file(title: str, body: str) -> str:
    """Return an entry as it is edited: the title, an empty line, the text."""
    return f"{title}\n\n{body}\n"


def from_file(text: str) -> tuple[str, str]:
    """Return title and text of an edited file."""
    title, _, body = text.lstrip("\n").partition("\n")
    return title.strip(), body.strip("\n")
