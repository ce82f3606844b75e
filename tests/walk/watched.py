"""Notes what this process writes, starts and connects to, by the events that Python raises."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC
# Events that change the disk, and which of their arguments are paths.
_CHANGES = {
    "os.rename": (0, 1), "os.remove": (0,), "os.mkdir": (0,), "os.rmdir": (0,), "os.link": (1,),
    "os.symlink": (1,), "os.truncate": (0,), "os.chmod": (0,), "os.chown": (0,), "os.utime": (0,),
    "os.setxattr": (0,), "os.removexattr": (0,), "shutil.copyfile": (1,), "shutil.move": (0, 1),
    "shutil.make_archive": (0,), "shutil.unpack_archive": (1,), "os.mkfifo": (0,),
}  # fmt: skip
_LOOKS = ("mode=ro", "immutable=1")  # how SQLite opens what it is not to change
_BESIDE = {"os.remove": 1, "os.rmdir": 1, "os.mkdir": 2}  # the argument that is an open folder
_STARTS = ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.spawn", "os.system", "os.startfile",
           "pty.spawn", "webbrowser.open")  # fmt: skip
_OUTSIDE = ("ftplib.", "http.client.", "imaplib.", "nntplib.", "poplib.", "smtplib.", "telnetlib.",
            "urllib.")  # fmt: skip


class Denied(PermissionError):
    """What a connection that nobody asked for fails with."""


class Watched:
    """Lists of what was written and started; connections are noted and denied."""

    def __init__(self) -> None:
        self.written: dict[str, None] = {}
        self.started: list[str] = []
        self.connected: list[str] = []
        self.may_connect: Callable[[str, tuple[object, ...]], bool] = lambda *_: False

    def begin(self) -> None:
        """Watch from now on until the process ends: Python has no way to stop it."""
        sys.addaudithook(self._hear)

    def take(self) -> tuple[list[str], list[str], list[str]]:
        """Return what was written, started and connected since the last time."""
        found = list(self.written), self.started, self.connected
        self.written, self.started, self.connected = {}, [], []
        return found

    def _hear(self, event: str, values: tuple[object, ...]) -> None:
        if event == "open":
            path, _, flags = values
            if isinstance(flags, int) and flags & _WRITES and not isinstance(path, int):
                self._note(path)
        elif event == "sqlite3.connect":
            name = os.fsdecode(values[0]) if isinstance(values[0], (str, bytes)) else ""
            if name != ":memory:" and not any(how in name for how in _LOOKS):
                self._note(name.removeprefix("file://").partition("?")[0])
        elif event in _CHANGES:
            beside = values[_BESIDE[event]] if event in _BESIDE else None
            for place in _CHANGES[event]:
                self._note(values[place], beside)
        elif event.startswith("socket.") or event.startswith(_OUTSIDE):
            self._connect(event, values)
        elif event.startswith(_STARTS):
            self.started.append(f"{event} {values[:2]}"[:300])

    def _note(self, path: object, beside: object = None) -> None:
        if not isinstance(path, (str, bytes, os.PathLike)):
            return
        name = os.fsdecode(path)
        if isinstance(beside, int) and beside >= 0:
            name = os.path.join(os.readlink(f"/proc/self/fd/{beside}"), name)  # noqa: PTH115, PTH118
        self.written[os.path.abspath(name)] = None  # noqa: PTH100 - links are not followed

    def _connect(self, event: str, values: tuple[object, ...]) -> None:
        # A pair that talks to itself is how an event loop wakes itself, not a connection.
        local = event == "socket.__new__" and values[1] == getattr(socket, "AF_UNIX", None)
        if local or event == "socket.gethostname" or self.may_connect(event, values):
            return
        self.connected.append(f"{event} {values[1:]}"[:300])
        raise Denied(f"nobody asked for {event}")


def files_below(folder: Path) -> dict[str, tuple[int, int]]:
    """Return every file below a folder by its path, with what changes when it is written."""
    found = {}
    for base, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(base, name)  # noqa: PTH118 - thousands of them
            facts = os.lstat(path)
            found[path] = (facts.st_size, facts.st_mtime_ns)
    return found
