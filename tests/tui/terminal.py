"""The real program on a pseudo-terminal: its bytes, when they came, and the keys sent to it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from contextlib import suppress
from pathlib import Path

SEQUENCE = re.compile(rb"\x1b\[[0-9;?<>=]*[ -/]*[@-~]|\x1b[()][0-9A-Za-z]|\x1b[=>]")


class Terminal:
    """A process on a pseudo-terminal of a given size; its output is gathered in `bytes`."""

    def __init__(
        self, arguments: list[str], environment: dict[str, str], size: tuple[int, int] = (120, 40)
    ) -> None:
        self._fd, inner = pty.openpty()
        self._sized(*size)
        self.begun = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=inner,
            stdout=inner,
            stderr=inner,
            env={**environment, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
            cwd=environment["HOME"],
            start_new_session=True,
        )
        os.close(inner)
        self.bytes = b""
        self.first_at: float | None = None

    def read(self, seconds: float) -> bool:
        """Take what has come within `seconds`; False where nothing did or the process ended."""
        ready, _, _ = select.select([self._fd], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self._fd, 1 << 16)
        except OSError:
            return False
        self.bytes += data
        if data and self.first_at is None:
            self.first_at = time.perf_counter() - self.begun
        return bool(data)

    def wait_for(self, pattern: bytes, seconds: float = 30.0, *, since: int = 0) -> float:
        """Return how long it took from now until what is written matches `pattern`.

        Raises TimeoutError with the end of the output where it does not come.
        """
        asked = time.perf_counter()
        while time.perf_counter() - asked < seconds:
            if re.search(pattern, SEQUENCE.sub(b"", self.bytes[since:])):
                return time.perf_counter() - asked
            self.read(0.05)
        raise TimeoutError(f"{pattern!r} did not come: {self.text()[-3000:]}")

    def quiet(self, seconds: float = 0.3) -> None:
        """Take what comes until nothing has come for `seconds` and the process rests.

        On a busy machine a process that has a key to handle may be silent for long; what runs or
        waits for a processor does not sleep.
        """
        while self.read(seconds) or not self._rests():
            pass

    def _rests(self) -> bool:
        """Tell whether every thread of the process sleeps."""
        for task in Path(f"/proc/{self.process.pid}/task").glob("*/stat"):
            with suppress(FileNotFoundError, ProcessLookupError):  # it has ended since
                if task.read_text().rpartition(")")[2].split()[0] in "RD":
                    return False
        return True

    def send(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._fd, keys)

    def text(self) -> str:
        """Return the output without its control sequences."""
        return SEQUENCE.sub(b"", self.bytes).decode("utf-8", "replace")

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the terminal."""
        self._sized(columns, rows)
        self.process.send_signal(signal.SIGWINCH)

    def _sized(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def cpu_seconds(self) -> float:
        """Return the processor time that the process has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> int:
        """Return the resident memory of the process in bytes."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def close(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait()
        if self._fd >= 0:
            os.close(self._fd)

    def hang_up(self, seconds: float = 20.0) -> int:
        """Close the window, of which nobody tells the process; return the exit code of its end."""
        os.close(self._fd)
        self._fd = -1
        return self.process.wait(seconds)

    def wait_end(self, seconds: float = 20.0) -> int:
        """Return the exit code of the process, which must end by itself."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.read(0.02)
            if self.process.poll() is not None:
                return self.process.returncode
        raise TimeoutError(f"still running: {self.text()[-2000:]}")
