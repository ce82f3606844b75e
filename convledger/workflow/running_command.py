"""Runs a command of a rule: no shell, a bare environment, the event on its standard input."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO

from convledger.paths import home
from convledger.workflow.deeds import DeedFailed

MOST_OUTPUT = 64 << 10  # bytes that are read; what follows is thrown away
_KEPT = 600  # of it in the log
_PASSED_ON = (
    *("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR", "USERPROFILE"),
    *("SYSTEMROOT", "TEMP", "TMP", "DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR"),
    "DBUS_SESSION_BUS_ADDRESS",
)
_PATIENCE = 1.0  # seconds for what is left of the output once the command is over


def run_command(command: tuple[str, ...], event: str, kind: str, rule: str, timeout: int) -> str:
    """Run a command to its end, and everything that it started; returns what it said.

    It works in the user's home folder, not in the workspace. Raises DeedFailed where it can't be
    run, ends with anything but 0, or takes more than `timeout` seconds and is killed.
    """
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment |= {"CONVLEDGER_EVENT": kind, "CONVLEDGER_RULE": rule}
    program = shutil.which(command[0], path=environment.get("PATH", os.defpath))
    if program is None or not Path(program).is_absolute():
        raise DeedFailed(f"{command[0]}: no such program in PATH")
    try:
        process = subprocess.Popen(  # noqa: S603 - a list that a person confirmed, no shell
            [program, *command[1:]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=home(),
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise DeedFailed(f"{command[0]}: can't be run: {why}") from error
    assert process.stdin is not None
    assert process.stdout is not None
    said = bytearray()
    talkers = [
        threading.Thread(target=_write, args=(process.stdin, event), daemon=True),
        threading.Thread(target=_read, args=(process.stdout, said), daemon=True),
    ]
    for each in talkers:
        each.start()
    is_late = False
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        is_late = True
    finally:
        end_group(process)  # also what it left running, and on ctrl+c
        process.wait()
        for each in talkers:
            each.join(_PATIENCE)
        if not talkers[1].is_alive():
            process.stdout.close()
    words = _words(bytes(said))
    if is_late:
        raise DeedFailed(f"took longer than {timeout} s and was ended{_said(words)}")
    if process.returncode:
        raise DeedFailed(f"{_ending(process.returncode)}{_said(words)}")
    return words


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a command with everything that it started."""
    if os.name == "posix":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()


def _write(stream: IO[bytes], event: str) -> None:
    with suppress(OSError, ValueError):  # it need not read what it gets
        stream.write(event.encode("ascii") + b"\n")
    with suppress(OSError, ValueError):
        stream.close()


def _read(stream: IO[bytes], said: bytearray) -> None:
    with suppress(OSError, ValueError):
        while block := stream.read1(8192):  # type: ignore[attr-defined]
            said.extend(block[: MOST_OUTPUT - len(said)])


def _words(said: bytes) -> str:
    return " ".join(said.decode("utf-8", "replace").split())[:_KEPT]


def _said(words: str) -> str:
    return f": {words}" if words else ""


def _ending(code: int) -> str:
    return f"ended with {code}" if code > 0 else f"was killed by signal {-code}"
