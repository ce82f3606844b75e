"""Measures what the app promises, on a pseudo-terminal, as a person would feel it."""

from __future__ import annotations

import json
import shutil
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from convledger.ledger import Ledger
from tests.benchmarks.picture import Picture
from tests.tui.terminal import Terminal

RUNS = 9
IDLE_SECONDS = 20.0
REST_SECONDS = 0.3  # without output
SIZE = (120, 40)
LIST_COLUMNS = slice(33, 118)  # within the frame and before the scroll bar
MANY, FILTERED = 1_000_000, 100_000
Note = Callable[[str, str, str], None]


@contextmanager
def opened(home: Path, workspace: Path, environment: dict[str, str]) -> Iterator[Terminal]:
    """Run the app on a terminal."""
    kept = {**environment, "HOME": str(home), "TEXTUAL_ANIMATIONS": "none"}
    kept.pop("NO_COLOR", None)
    terminal = Terminal(["-m", "convledger", "--workspace", str(workspace)], kept, SIZE)
    try:
        yield terminal
    finally:
        terminal.close()


def starts(home: Path, workspace: Path, environment: dict[str, str]) -> list[float]:
    """Return the median seconds to the first line, to the whole frame, and to figures in it."""
    stages = (rb"convledger", rb"Spend", rb"\$\d[\d,]*\.\d\d(.|\n)*\$\d[\d,]*\.\d\d")
    found: list[list[float]] = []
    for _ in range(RUNS):
        with opened(home, workspace, environment) as terminal:
            found.append([])
            for stage in stages:
                terminal.wait_for(stage)
                found[-1].append(time.perf_counter() - terminal.begun)
    return [statistics.median(times) for times in zip(*found, strict=True)]


def appended_line(home: Path, workspace: Path, environment: dict[str, str]) -> float:
    """Return the median seconds from a written line to its conversation on the screen."""
    folder = home / ".claude" / "projects" / "-bench-app"
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    try:
        with opened(home, workspace, environment) as terminal:
            terminal.wait_for(rb"live")
            terminal.quiet(1.0)
            for number in range(RUNS):
                name = f"measured{time.time_ns()}"
                lines = b"".join(_turn(name, number))
                since = len(terminal.bytes)
                (folder / f"{_session(number)}.jsonl").write_bytes(lines)
                found.append(terminal.wait_for(name.encode(), since=since))
                terminal.quiet(0.6)
    finally:
        shutil.rmtree(folder)
    return statistics.median(found)


def _session(number: int) -> str:
    return f"99999999-9999-4999-8999-{time.time_ns() % 10**9:09d}{number:03d}"


def _turn(title: str, number: int) -> Iterator[bytes]:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:23] + "Z"
    common = {"sessionId": _session(number), "timestamp": now, "cwd": "/bench"}
    yield _line({**common, "type": "user", "uuid": f"u{time.time_ns()}",
                 "message": {"role": "user", "content": title}})  # fmt: skip
    usage = {"input_tokens": 10, "output_tokens": 10}
    message = {"id": f"msg_{time.time_ns()}", "role": "assistant", "model": "claude-opus-5-5",
               "content": [{"type": "text", "text": "done"}], "usage": usage}  # fmt: skip
    yield _line({**common, "type": "assistant", "uuid": f"a{time.time_ns()}",
                 "requestId": f"req_{time.time_ns()}", "message": message})  # fmt: skip


def _line(record: Mapping[str, object]) -> bytes:
    return json.dumps(record).encode() + b"\n"


def key_times(terminal: Terminal, keys: list[bytes], first_row: int, last_row: int) -> float:
    """Return the 95th percentile of the seconds from a key to its answer in the list.

    A key is answered when the list, which takes these rows, shows what it still shows when the
    terminal has come to rest; what changes around it later, as sums, is no part of the answer. A
    key that changes nothing in the list is not counted.
    """
    picture = Picture(*SIZE)
    picture.feed(terminal.bytes)
    list_rows = slice(first_row, last_row + 1)
    taken = []
    for key in keys:
        came: list[tuple[float, int]] = []
        begun, since = time.perf_counter(), len(terminal.bytes)
        terminal.send(key)
        # A cursor that blinks would keep it from ever being quiet.
        while time.perf_counter() - begun < 2.0 and terminal.read(REST_SECONDS):
            came.append((time.perf_counter() - begun, len(terminal.bytes)))
        answered, before = 0.0, picture.part(LIST_COLUMNS, list_rows)
        for seconds, until in came:
            picture.feed(terminal.bytes[since:until])
            shown = picture.part(LIST_COLUMNS, list_rows)
            if shown != before:
                answered = seconds
            before, since = shown, until
        if answered:
            taken.append(answered)
    return sorted(taken)[int(len(taken) * 0.95)]


DOWN, PAGE, END, HOME_KEY = b"\x1b[B", b"\x1b[6~", b"\x1b[F", b"\x1b[H"
MIXED = ([DOWN] * 12 + [PAGE] * 6 + [END, b"\x1b[5~", HOME_KEY]) * 3


BACK = b"\x7f"
# Letters that each leave other rows, and taken back again.
TYPED = [
    bytes([letter])
    for word in (b"4271", b"98 3", b"6/31", b"550")
    for letter in word + BACK * len(word)
]


def make_list(workspace: Path, count: int) -> None:
    """Fill a ledger with so many small conversations."""
    with Ledger.open(workspace) as ledger:
        connection = ledger.connection
        connection.execute("BEGIN")
        connection.execute("INSERT INTO reader VALUES (1, 'claude-code')")
        connection.execute(
            "INSERT INTO source (id, reader_id, root, added_at, state) "
            "VALUES (1, 1, '/none', 0, 'gone')"
        )
        connection.execute(
            "INSERT INTO model VALUES (1, 1, '', 'claude-opus-5-5', '', 'anthropic')"
        )
        connection.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<?) "
            "INSERT INTO conversation (id, reader_id, native, source_id, title, project, first_at, "
            "last_at) SELECT i, 1, printf('%08x-0000-4000-8000-000000000000', i), 1, "
            "'Conversation number ' || i || ' about ' || (i * 7919 % 10007), "
            "'/work/project-' || (i % 97), 1763000000000000 + i * 1000000, "
            "1763000000000000 + i * 1000000 FROM n",
            (count,),
        )
        connection.execute(
            "INSERT INTO usage SELECT last_at / 900000000, id, 1, 1, 0, 0, 10, 10, 0, 0, 0, 0, 0, "
            "id * 1000, 0, 0 FROM conversation"
        )
        connection.execute(
            "INSERT INTO conversation_sum SELECT conversation_id, model_id, 1, 0, 0, 20, 0, "
            "list_pico FROM usage ORDER BY conversation_id"
        )
        connection.execute("COMMIT")


def make_transcript(home: Path, megabytes: int) -> None:
    """Write one conversation with so many megabytes of text."""
    folder = home / ".claude" / "projects" / "-long"
    folder.mkdir(parents=True)
    text = "The quick answer, **with** some `code` and\n\n- a list\n- of things\n\n" * 30
    with (folder / "88888888-8888-4888-8888-888888888888.jsonl").open("wb") as stream:
        for number in range(megabytes * 500):
            common = {"sessionId": "88888888-8888-4888-8888-888888888888", "cwd": "/long",
                      "timestamp": f"2026-11-{number // 1440 % 20 + 1:02d}T{number // 60 % 24:02d}:"
                      f"{number % 60:02d}:00Z"}  # fmt: skip
            message = {"id": f"msg_{number:08d}", "role": "assistant", "model": "claude-opus-5-5",
                       "content": [{"type": "text", "text": f"{number}. {text}"}],
                       "usage": {"input_tokens": 10, "output_tokens": 10}}  # fmt: skip
            record = {**common, "type": "assistant", "uuid": f"u{number:08d}",
                      "requestId": f"req_{number}", "message": message}  # fmt: skip
            stream.write(_line(record))


def measure(
    home: Path, workspace: Path, scratch: Path, environment: dict[str, str], note: Note
) -> None:
    """Measure everything on the workspace of a large corpus and on two made for it."""
    first, frame, content = starts(home, workspace, environment)
    note("app: first paint, a line", f"{first:.2f} s", "0.25 s")
    note("app: first paint, the frame", f"{frame:.2f} s", "0.25 s")
    note("app: real content", f"{content:.2f} s", "0.6 s")
    seconds = appended_line(home, workspace, environment)
    note("app: appended line on the screen", f"{seconds * 1000:.0f} ms", "150 ms")
    with opened(home, workspace, environment) as terminal:
        terminal.wait_for(rb"live")
        terminal.quiet(2.0)
        used, begun = terminal.cpu_seconds(), time.monotonic()
        while time.monotonic() - begun < IDLE_SECONDS:
            terminal.read(1.0)
        idle = (terminal.cpu_seconds() - used) / (time.monotonic() - begun)
        note("app: idle CPU", f"{idle:.2%}", "0.50 %")
        note("app: memory", f"{terminal.memory() / 1e6:.0f} MB", "120 MB")
    empty = scratch / "empty"
    empty.mkdir()
    make_list(scratch / "many", MANY)
    with opened(empty, scratch / "many", environment) as terminal:
        terminal.wait_for(rb"today")
        terminal.send(b"2")
        terminal.wait_for(b"1,000,000", 60)
        terminal.quiet(1.0)
        note(
            "app: a key, 1,000,000 in the list, p95",
            _ms(key_times(terminal, MIXED, 2, 37)),
            "50 ms",
        )
    make_list(scratch / "filtered", FILTERED)
    with opened(empty, scratch / "filtered", environment) as terminal:
        terminal.wait_for(rb"today")
        terminal.send(b"2")
        terminal.wait_for(b"100,000", 60)
        terminal.quiet(1.0)
        terminal.send(b"f")
        terminal.quiet()
        seconds = key_times(terminal, TYPED, 3, 37)
        note("app: a letter of a filter, 100,000, p95", _ms(seconds), "100 ms")
    long = scratch / "long"
    make_transcript(long, 5)
    with Ledger.open(scratch / "reading") as ledger:
        ledger.sync([("claude-code", long / ".claude" / "projects")])
    with opened(long, scratch / "reading", environment) as terminal:
        terminal.wait_for(rb"today")
        terminal.send(b"2")
        terminal.quiet(0.5)
        terminal.send(b"\r")
        terminal.wait_for(rb"quick answer")
        terminal.quiet(1.0)
        note("app: a key, 5 MB of transcript, p95", _ms(key_times(terminal, MIXED, 2, 36)), "50 ms")


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
