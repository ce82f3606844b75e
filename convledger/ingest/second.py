"""A second process that reads logs while the first one writes: figures come twice as soon.

Run as `python -m convledger.ingest.second`; jobs come on standard input, findings leave on
standard output, both as length-prefixed msgpack. It writes nothing anywhere else.
"""

from __future__ import annotations

import contextlib
import os
import queue
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

import msgspec
from msgspec import Struct

from convledger.ingest.lines import NotReadable
from convledger.ingest.read import Job, Part, read_figures
from convledger.store import keys

_LENGTH = struct.Struct("<I")
MOST_WAITING = 64  # messages, of a log's findings each


class Order(Struct):
    """What the second process is to read, newest first, and the ledger to ask about parents.

    Paths are bytes where they need not be Unicode. `keys` open the ledger where it is encrypted.
    """

    ledger: bytes
    jobs: list[Job]
    rollouts: dict[bytes, bytes]
    keys: dict[bytes, bytes]


class Reading(Struct):
    """A part of the file of one job; the last has none, but the reason if it can't be read."""

    job: int
    part: Part | None = None
    problem: str = ""


_order = msgspec.msgpack.Decoder(Order)
_reading = msgspec.msgpack.Decoder(Reading)


def _receive(stream: BinaryIO) -> bytes:
    head = stream.read(_LENGTH.size)
    return stream.read(_LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else b""


def _send(stream: BinaryIO, data: bytes) -> None:
    stream.write(_LENGTH.pack(len(data)))
    stream.write(data)


class SecondReader:
    """A second process at work on some jobs; what it leaves undone must be read here.

    A thread gives it its order and takes what it sends, so that neither process waits for the
    other while there is work for both.
    """

    def __init__(self, ledger: Path, jobs: list[Job], rollouts: dict[str, str]) -> None:
        self.undone = dict(enumerate(jobs))
        self._come: queue.Queue[bytes] = queue.Queue(MOST_WAITING)
        self._process = _started()
        if self._process is None:
            self._come.put(b"")
            return
        paths = {os.fsencode(name): os.fsencode(path) for name, path in rollouts.items()}
        order = Order(os.fsencode(ledger), jobs, paths, dict(keys.all_keys()))
        self._pump = threading.Thread(target=self._take, args=(self._process, order), daemon=True)
        self._pump.start()

    def _take(self, process: subprocess.Popen[bytes], order: Order) -> None:
        """Send the order, then queue what comes; an empty message is the end of it."""
        try:
            with cast(BinaryIO, process.stdin) as stream:
                _send(stream, msgspec.msgpack.encode(order))
            while data := _receive(cast(BinaryIO, process.stdout)):
                self._come.put(data)
        except (OSError, ValueError):
            pass  # it has ended early, or was ended
        self._come.put(b"")

    def readings(self, *, waiting: bool) -> Iterator[Reading]:
        """Yield what has come, and if `waiting` all that will come until the process ends."""
        while self.undone:
            try:
                data = self._come.get(block=waiting)
            except queue.Empty:
                return
            try:
                reading = _reading.decode(data) if data else None
            except (ValueError, msgspec.MsgspecError):
                reading = None
            if reading is None:
                self._come.put(b"")  # for whoever asks again
                return  # it has ended early; its jobs are read here
            yield reading
            if reading.part is None:
                self.undone.pop(reading.job, None)

    def close(self) -> None:
        """End the process and its thread."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(OSError):
            process.kill()
        process.wait()
        while self._pump.is_alive():  # it may be waiting for room
            with contextlib.suppress(queue.Empty):
                self._come.get(timeout=0.05)
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


def _started() -> subprocess.Popen[bytes] | None:
    """Start the process, None where that can't be done.

    It runs this package and no other: a folder that one happens to stand in is not to be trusted.
    """
    package = str(Path(__file__).parents[2])
    search = os.pathsep.join([package, *filter(None, [os.environ.get("PYTHONPATH")])])
    try:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "convledger.ingest.second"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            close_fds=True,
            env=os.environ | {"PYTHONPATH": search},
        )
    except OSError:
        return None


def main() -> None:
    """Read the jobs of one order and send what they hold."""
    import gc
    import sqlite3

    from convledger.ingest.family import Family
    from convledger.store.connection import connect

    gc.disable()
    out = os.fdopen(os.dup(1), "wb", buffering=1 << 20)
    order = _order.decode(_receive(sys.stdin.buffer))
    ledger = Path(os.fsdecode(order.ledger))
    for salt, key in order.keys.items():
        keys.learn(salt, key)
    connection: sqlite3.Connection = connect(ledger, read_only=True)
    family = Family(connection)
    family.add({os.fsdecode(name): os.fsdecode(path) for name, path in order.rollouts.items()})
    encode = msgspec.msgpack.Encoder().encode
    for number, job in enumerate(order.jobs):
        problem = ""
        try:
            for part in read_figures(job, family):
                _send(out, encode(Reading(number, part)))
        except NotReadable as error:
            problem = str(error)
        _send(out, encode(Reading(number, None, problem)))
        out.flush()


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        main()
