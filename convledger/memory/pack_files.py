"""Writes a pack to a file: into its section of a text that somebody else owns, or as a whole."""

from __future__ import annotations

import os
import sqlite3
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from convledger.errors import ConvledgerError, UsageProblem
from convledger.memory.diffing import DiffLine, diff_lines
from convledger.memory.pack_building import O200K, Built, Prospects, build, keep_render
from convledger.memory.pack_sections import section_of, with_section, written_text
from convledger.memory.pack_terms import Pack
from convledger.memory.rendering import CLAUDE, MARKDOWN, Count, text_digest
from convledger.store.connection import transaction
from convledger.store.packs import forget_render, renders_where

LARGEST = 64 << 20  # bytes of a file that a section is put into


@dataclass(frozen=True, slots=True)
class Planned:
    """What writing a pack would make of a file; `edited` says what would be lost by it, or ""."""

    path: Path
    built: Built
    real: Path
    before: bytes | None
    after: bytes
    edited: str


@dataclass(frozen=True, slots=True)
class Written:
    """That a pack was written: where, as what; `is_new` says that the file was not there."""

    path: Path
    built: Built
    render_id: int
    is_new: bool


def write(
    connection: sqlite3.Connection,
    pack: Pack,
    path: Path,
    now: int,
    count: Count,
    *,
    method: str = O200K,
    form: str | None = None,
    budget: int | None = None,
    replace: bool = False,
) -> Written:
    """Build a pack and write it to a file, complete or not at all; keep that in the log.

    Markdown goes into the pack's section, all else of the file stays; JSON and XML are a file of
    their own. A new file is for its owner alone (0600), an old one keeps its mode, links stay
    links. What was edited since it was written is replaced only where `replace` says so; a file
    that changes meanwhile is left alone. Raises UsageProblem, ConvledgerError.
    """
    plan = planned(connection, pack, path, now, count, method=method, form=form, budget=budget)
    return carry_out(connection, plan, replace=replace)


def planned(
    connection: sqlite3.Connection,
    pack: Pack,
    path: Path,
    now: int,
    count: Count,
    *,
    method: str = O200K,
    form: str | None = None,
    budget: int | None = None,
    is_whole: bool = False,
    found: Prospects | None = None,
) -> Planned:
    """Return what writing a pack to a file would make of it; nothing is written.

    Markdown goes into a section unless the file is to be the pack's own (`is_whole`). Raises
    UsageProblem, ConvledgerError.
    """
    form = pack.format if form is None else form
    if form == MARKDOWN and not is_whole:
        form = CLAUDE
    real = _resolved(path)
    before = read_file(real, path)
    edited = _what_is_lost(connection, pack, path, before or b"", form)
    built = build(
        connection, pack, now, count, method=method, form=form, budget=budget, found=found
    )
    if form == CLAUDE:
        after = with_section(before or b"", pack.name, built.text, str(path))
    else:
        after = built.text.encode("utf-8")
    return Planned(path, built, real, before, after, edited)


def difference(plan: Planned, around: int = 3) -> list[DiffLine]:
    """Return what a file would say instead of what it says, with some lines around.

    What looks like a secret is veiled: the file may hold some that no entry has.
    """
    from convledger.text.secrets import veiled

    old, new = (content.decode("utf-8", "replace") for content in (plan.before or b"", plan.after))
    return diff_lines(veiled(old), veiled(new), around)


def carry_out(connection: sqlite3.Connection, plan: Planned, *, replace: bool = False) -> Written:
    """Write what was planned, and keep that in the log. Raises as `write`."""
    if plan.edited and not replace:
        raise UsageProblem(f"{plan.path}: {plan.edited}; say --replace to write over it")
    render_id = _logged(connection, plan.built, plan.real, plan.path, plan.before, plan.after)
    return Written(plan.path, plan.built, render_id, plan.before is None)


def write_built(
    connection: sqlite3.Connection, built: Built, path: Path, *, replace: bool = False
) -> int:
    """Write a pack to a file of its own and keep that in the log; returns the number of that.

    Raises UsageProblem where there is such a file, unless it may be replaced.
    """
    real, before = _free(path, replace=replace)
    return _logged(connection, built, real, path, before, built.text.encode("utf-8"))


def write_text(path: Path, text: str, *, replace: bool = False) -> None:
    """Write a text to a file of its own (0600); else as `write_built`, without a log."""
    real, before = _free(path, replace=replace)
    _replace(real, path, before, text.encode("utf-8"))


def _free(path: Path, *, replace: bool) -> tuple[Path, bytes | None]:
    real = _resolved(path)
    before = read_file(real, path)
    if before is not None and not replace:
        raise UsageProblem(f"{path} is there already; say --replace to write over it")
    return real, before


def _logged(
    connection: sqlite3.Connection,
    built: Built,
    real: Path,
    shown: Path,
    before: bytes | None,
    after: bytes,
) -> int:
    """Write a file and keep that in the log, which comes first: what was written must be there."""
    render_id = keep_render(connection, built, str(real))
    try:
        _replace(real, shown, before, after)
    except BaseException:
        with transaction(connection):
            forget_render(connection, render_id)
        raise
    return render_id


def read_file(real: Path, shown: Path) -> bytes | None:
    """Return what a file holds, None where there is none. Raises ConvledgerError."""
    try:
        with open(real, "rb", opener=_at_once) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UsageProblem(f"{shown}: is not a file")
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        return None
    except IsADirectoryError:
        raise UsageProblem(f"{shown}: is a folder") from None
    except OSError as error:
        raise ConvledgerError(f"{shown}: can't be read: {error.strerror or error}") from error
    if len(content) > LARGEST:
        raise UsageProblem(f"{shown}: is larger than {LARGEST >> 20} MB")
    return content


def _what_is_lost(
    connection: sqlite3.Connection, pack: Pack, path: Path, content: bytes, form: str
) -> str:
    """Return in words what would be lost that is not as a pack wrote it, "" for nothing."""
    if form != CLAUDE:
        text = written_text(content)
        what = "holds something else, or was edited since"
    else:
        if b"\0" in content:
            raise UsageProblem(f"{path}: is no text in UTF-8")
        section = section_of(content, pack.name, str(path))
        text = "" if section is None else section.text(content)
        what = f"the section of {pack.name} was edited since it was written"
    known = "digest=? AND name=?", (text_digest(text), pack.name)
    return what if text and not renders_where(connection, *known, 1) else ""


def _replace(real: Path, shown: Path, before: bytes | None, after: bytes) -> None:
    """Write a file, complete or not at all, where it still is what was read."""
    try:
        mode = None if before is None else stat.S_IMODE(real.stat().st_mode)
        descriptor, temporary = tempfile.mkstemp(prefix=".convledger-", dir=real.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(after)
                file.flush()
                os.fsync(file.fileno())
            if mode is not None:
                Path(temporary).chmod(mode)
            if read_file(real, shown) != before:
                raise ConvledgerError(
                    f"{shown}: another program changed it just now; it was left alone"
                )
            Path(temporary).replace(real)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ConvledgerError(f"{shown}: can't be written: {error.strerror or error}") from error


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:  # links in a circle
        raise ConvledgerError(f"{path}: can't be found: {error}") from error


def _at_once(path: str, flags: int) -> int:
    """Open a file without waiting: a pipe would keep us until somebody writes to it."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
