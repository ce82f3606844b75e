"""How an erasure goes on: the step that it is at, how long each took, and whether to stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

DELETING, INDEX, LOG, SEARCH, VACUUM, BACKUPS = (
    "delete", "index", "log", "search", "vacuum", "backups",
)  # fmt: skip
Timer = Callable[[], float]
# Hears of each step as it begins and, while bytes are searched, how many were read.
Heed = Callable[[str, int], None]


class Stopped(Exception):
    """A person stops an erasure: raised by who heeds it."""


class Course:
    """The steps of an erasure; `heed` hears of them and may raise `Stopped`."""

    def __init__(self, timer: Timer, heed: Heed | None = None) -> None:
        self._timer = timer
        self._heed: Heed = heed or (lambda _step, _bytes: None)
        self._step = ""
        self._read = 0
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Tell of a step, and take its time."""
        self._step, self._read = name, 0
        self._heed(name, 0)
        begun = self._timer()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + self._timer() - begun

    def read(self, size: int) -> None:
        """Tell that so many more bytes were searched."""
        self._read += size
        self._heed(self._step, self._read)
