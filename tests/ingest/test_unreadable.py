"""What stands among the logs and is none, and what must not or can't be read."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from convledger.ingest import lines as lines_module
from convledger.ingest import read as read_module
from convledger.ingest.lines import NotReadable, open_log
from tests.ingest.logs import Bench, prompt, reply, session, turns


def test_fifo_link_and_socket_are_named_and_left_alone(bench: Bench) -> None:
    folder = bench.log.parent
    bench.write(bench.log, turns(1, 1))
    bench.write(bench.home / "elsewhere.jsonl", turns(2, 2))
    os.mkfifo(folder / "pipe.jsonl")
    (folder / "link.jsonl").symlink_to(bench.home / "elsewhere.jsonl")
    (folder / "dangling.jsonl").symlink_to(folder / "nowhere")
    with socket.socket(socket.AF_UNIX) as listening:
        here = Path.cwd()
        os.chdir(folder)  # the path of a socket must be short
        listening.bind("plug.jsonl")
        os.chdir(here)
        bench.sync()

    assert bench.states() == {
        bench.log.name: ("live", ""),
        "pipe.jsonl": ("unreadable", "not a regular file, left alone"),
        "link.jsonl": ("unreadable", "a link, left alone"),
        "dangling.jsonl": ("unreadable", "a link, left alone"),
        "plug.jsonl": ("unreadable", "not a regular file, left alone"),
    }
    assert bench.calls() == 1
    assert len(bench.ledger.files(only_troubled=True)) == 4


def test_device_is_never_opened(bench: Bench) -> None:
    try:
        os.mknod(bench.log.with_name("zero.jsonl"), 0o600 | 0o020000, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("only root makes devices")
    bench.sync()

    assert bench.states()["zero.jsonl"][0] == "unreadable"


def test_fifo_does_not_block_whoever_opens_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")

    with pytest.raises(NotReadable, match="not a regular file"):
        open_log(tmp_path / "pipe.jsonl")


def test_log_that_becomes_a_fifo_between_scan_and_reading(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.write(bench.log, turns(1, 1))
    real = lines_module.open_log

    def swap(path: Path) -> object:
        path.unlink(missing_ok=True)
        os.mkfifo(path)
        return real(path)

    monkeypatch.setattr(read_module, "open_log", swap)
    bench.sync()

    assert bench.states()[bench.log.name] == ("unreadable", "not a regular file")


def test_folder_named_like_a_log_is_a_folder(bench: Bench) -> None:
    bench.write(bench.log.with_name("folder.jsonl") / bench.log.name, turns(1, 1))
    bench.sync()

    assert bench.calls() == 1


def test_linked_folder_is_not_followed(bench: Bench) -> None:
    bench.write(bench.log, turns(1, 1))
    (bench.claude / "loop").symlink_to(bench.claude)
    bench.sync()

    assert list(bench.states()) == [bench.log.name]


def test_unreadable_log_is_read_once_it_can_be(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.write(bench.log, turns(1, 2))
    other = bench.log.with_name(f"{session(2)}.jsonl")
    bench.write(other, turns(3, 3, of=session(2)))
    real = lines_module.open_log

    def refuse(path: Path) -> object:
        if path == bench.log:
            raise NotReadable("Permission denied")
        return real(path)

    monkeypatch.setattr(read_module, "open_log", refuse)
    bench.sync()
    assert bench.states()[bench.log.name] == ("unreadable", "Permission denied")
    assert bench.calls() == 1

    monkeypatch.setattr(read_module, "open_log", real)
    bench.sync()
    assert bench.states()[bench.log.name] == ("live", "")
    assert (bench.calls(), len(bench.said())) == (3, 6)


def test_disk_that_fails_in_the_middle_of_a_log(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.write(bench.log, turns(1, 2))
    real = lines_module.open_log

    class Failing:
        def __init__(self, path: Path) -> None:
            self._stream = real(path)

        def __getattr__(self, name: str) -> object:
            return getattr(self._stream, name)

        def read(self, _size: int = -1) -> bytes:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(read_module, "open_log", Failing)
    bench.sync()

    assert bench.states()[bench.log.name] == ("unreadable", "Input/output error")


def test_unreadable_folder_is_named(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.write(bench.log, turns(1, 1))
    bench.write(bench.claude / "closed" / "x.jsonl", turns(2, 2))
    real = os.scandir

    def refuse(folder: str) -> object:
        if folder.endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return real(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    bench.sync()

    assert bench.states()["closed"] == ("unreadable", "Permission denied")
    assert bench.calls() == 1


def test_what_a_folder_held_is_kept_when_it_can_no_longer_be_read(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.write(bench.log, turns(1, 1))
    bench.sync()
    real = os.scandir

    def refuse(folder: str) -> object:
        if folder.endswith("bakery"):
            raise PermissionError(13, "Permission denied")
        return real(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    bench.sync()
    monkeypatch.setattr(os, "scandir", real)
    bench.append(bench.log, turns(2, 2))
    bench.sync()

    assert bench.states()[bench.log.name] == ("live", "")
    assert bench.calls() == 2


def test_changed_link_or_fifo_stays_unreadable_when_it_is_looked_at_alone(bench: Bench) -> None:
    os.mkfifo(bench.log)
    bench.sync()
    bench.ledger.sync_paths([str(bench.log)])

    assert bench.states()[bench.log.name][0] == "unreadable"


def test_file_name_that_is_not_unicode(bench: Bench) -> None:
    name = os.fsdecode(b"caf\xe9.jsonl")
    bench.write(bench.claude / os.fsdecode(b"b\xe2ckerei") / name, turns(1, 2))
    bench.sync()
    bench.append(bench.claude / os.fsdecode(b"b\xe2ckerei") / name, turns(3, 3))
    bench.ledger.sync_paths([str(bench.claude / os.fsdecode(b"b\xe2ckerei") / name)])

    assert (bench.calls(), len(bench.said())) == (3, 6)
    assert bench.states() == {"caf\ufffd.jsonl": ("live", "")}
    assert bench.sync().read_bytes == 0
    assert bench.is_sound()


@pytest.mark.parametrize(
    "bad",
    [
        b"\xff\xfe\x00garbage",
        b'{"type":"assistant"',
        b"[" * 5000,
        b'{"a":' * 5000,
        b"[]",
        b"17",
        b'"text"',
        b"NaN",
    ],
)
def test_bad_line_is_kept_apart_with_its_number_and_reason(bench: Bench, bad: bytes) -> None:
    bench.write(bench.log, turns(1, 1) + bad + b"\n" + turns(2, 2))
    bench.sync()

    (rejected,) = bench.ledger.rejected()
    assert (rejected.line, rejected.offset) == (3, len(turns(1, 1)))
    assert rejected.reason
    assert rejected.path.endswith(bench.log.name)
    assert (bench.calls(), len(bench.said())) == (2, 4)


def test_impossible_count_is_kept_apart(bench: Bench) -> None:
    bench.write(bench.log, reply(1, output=-5) + reply(2, output=2**64) + reply(3))
    bench.sync()

    assert [bad.line for bad in bench.ledger.rejected()] == [1, 2]
    assert bench.output() == 10


def test_line_that_is_too_long_is_passed_over(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines_module, "LONGEST_LINE", 1 << 20)
    monkeypatch.setattr(lines_module, "CHUNK", 1 << 16)
    long = prompt(9, "x" * (3 << 20))
    bench.write(bench.log, turns(1, 1) + long + turns(2, 2) + b"{bad\n" + turns(3, 3))
    result = bench.sync()

    reasons = {bad.line: bad.reason for bad in bench.ledger.rejected()}
    assert reasons[3] == "longer than 1 MB"
    assert list(reasons) == [3, 6]
    assert result.rejected == 2
    assert (bench.calls(), len(bench.said())) == (3, 6)
    bench.append(bench.log, turns(4, 4))
    assert bench.sync().calls == 1


def test_endless_line_at_the_end_is_passed_over(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines_module, "LONGEST_LINE", 1 << 20)
    monkeypatch.setattr(lines_module, "CHUNK", 1 << 16)
    bench.write(bench.log, turns(1, 1) + b"y" * (2 << 20))
    bench.sync()
    assert [bad.line for bad in bench.ledger.rejected()] == [3]

    bench.append(bench.log, b"y\n" + turns(2, 2))
    bench.sync()
    assert [bad.line for bad in bench.ledger.rejected()] == [3]
    assert bench.calls() == 2


_MEASURED = """
import resource, sys
from pathlib import Path
from convledger.ledger import Ledger
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with Ledger.open(Path(sys.argv[1])) as ledger:
    ledger.sync([("claude-code", Path(sys.argv[2]))])
    calls = ledger.connection.execute("SELECT count(*) FROM call").fetchone()[0]
    rejected = [(bad.line, bad.reason) for bad in ledger.rejected()]
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(calls, rejected, after - before)
"""


def measured(bench: Bench) -> tuple[str, int]:
    """Import in a process of its own; return what it says and by how many KB it grew."""
    found = subprocess.run(
        [sys.executable, "-c", _MEASURED, bench.home / "new", bench.claude],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    said, _, grown = found.stdout.strip().rpartition(" ")
    return said, int(grown)


def test_hundred_megabytes_in_one_line_take_bounded_memory(bench: Bench) -> None:
    with bench.log.open("wb") as stream:
        stream.write(turns(1, 1))
        for _ in range(100):
            stream.write(b"z" * (1 << 20))
        stream.write(b"\n" + turns(2, 2))
    said, grown = measured(bench)

    assert said == "2 [(3, 'longer than 64 MB')]"
    assert grown < 260_000


def test_many_short_lines_are_quick_and_small(bench: Bench) -> None:
    bench.write(bench.log, b"{}\n" * 200_000 + turns(1, 1) + b"\n" * 200_000)
    said, grown = measured(bench)

    assert said == "1 []"
    assert grown < 150_000
