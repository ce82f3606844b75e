"""Runs something in a fork of this process that may take so much memory and time, and no more."""

from __future__ import annotations

import gc
import os
import pickle
import resource
import signal
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Answer = TypeVar("Answer")
MEMORY = 600 << 20  # bytes beyond what the process has
SECONDS = 60  # of the processor
PATIENCE = 300  # seconds after which what waits for something is ended


class Broke(AssertionError):
    """What was run failed, or took more than it may."""


def confined(act: Callable[[], Answer], *, memory: int = MEMORY, seconds: int = SECONDS) -> Answer:
    """Return what `act` returns in a fork; what it loaded before need not be loaded again.

    Raises Broke where it raises anything, is ended by a limit, or has no memory left.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        gc.freeze()  # else the collector would copy all that this process has
        os.close(reading)
        code = 1
        try:
            with os.fdopen(writing, "wb") as stream:
                try:
                    _limit(memory, seconds)
                    found: tuple[str, object] = ("", act())
                except BaseException:  # noqa: BLE001 - told by the process that waits
                    _unlimit()
                    found = (traceback.format_exc()[-6000:], None)
                pickle.dump(found, stream)
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        data = stream.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        raise Broke(f"ended by {signal.Signals(os.WTERMSIG(status)).name}")
    trouble, answer = pickle.loads(data)
    if trouble:
        raise Broke(trouble)
    return answer  # type: ignore[no-any-return]


def _limit(memory: int, seconds: int) -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * os.sysconf("SC_PAGE_SIZE") + memory
    resource.setrlimit(resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))
    signal.alarm(PATIENCE)


def _unlimit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
