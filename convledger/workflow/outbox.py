"""Appends events to a file that other programs read: a line each, whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from convledger import paths
from convledger.workflow.deeds import DeedFailed
from convledger.workflow.rule_terms import Rule

KEPT = 9  # full files that are kept beside the one that is written, the oldest going first


def outbox_path(workspace: Path, rule: Rule) -> Path:
    """Return the file that a rule writes to: within the workspace unless it names another."""
    return workspace / Path(rule.file or paths.OUTBOX).expanduser()


def append_event(path: Path, line: str, largest: int) -> str:
    """Append a line with one write and have it on the disk; returns where. Raises DeedFailed."""
    record = line.encode("ascii") + b"\n"
    try:
        if _size(path) + len(record) > largest:
            _rotate(path)
        descriptor = _open(path)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise DeedFailed(f"{path}: is no file; name another one in the rule")
            if _is_torn(descriptor):  # an earlier write was cut short: its line stays alone
                record = b"\n" + record
            written = os.write(descriptor, record)
            os.fsync(descriptor)
            if written != len(record):
                raise DeedFailed(f"{path}: the disk took a part of the line; make room")
        finally:
            os.close(descriptor)
    except OSError as error:
        raise DeedFailed(f"{path}: can't be written: {error.strerror or error}") from error
    return str(path)


def _open(path: Path) -> int:
    """Open a file to append to, made for its owner alone: no link, and no waiting for a pipe."""
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC"):
        flags |= getattr(os, name, 0)
    return os.open(path, flags, 0o600)


def _size(path: Path) -> int:
    try:
        info = path.lstat()
    except FileNotFoundError:
        return 0
    return info.st_size if stat.S_ISREG(info.st_mode) else 0


def _is_torn(descriptor: int) -> bool:
    size = os.fstat(descriptor).st_size
    if not size:
        return False
    os.lseek(descriptor, size - 1, os.SEEK_SET)
    return os.read(descriptor, 1) != b"\n"


def _rotate(path: Path) -> None:
    """Let the full file be number 1, 1 be 2 and so on; the last one goes."""
    for number in range(KEPT, 0, -1):
        here = numbered(path, number - 1) if number > 1 else path
        if here.is_symlink() or here.is_file():
            here.replace(numbered(path, number))


def numbered(path: Path, number: int) -> Path:
    """Return the name of a full file: outbox.jsonl was outbox.1.jsonl when it was full."""
    return path.with_name(f"{path.stem}.{number}{path.suffix}")
