"""What a log may do between two looks at it, and what the ledger then holds."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from random import Random

import pytest
import zstandard

from convledger.demo import make_history
from convledger.ingest import lines as lines_module
from convledger.ingest import read as read_module
from tests.ingest.logs import (
    ROLLOUT,
    START,
    THREAD,
    Bench,
    everything,
    prompt,
    reply,
    rollout,
    session,
    turns,
)


def test_appended_lines_are_added_once(bench: Bench) -> None:
    bench.write(bench.log, turns(1, 2))
    bench.sync()
    bench.append(bench.log, turns(3, 3))
    result = bench.sync()

    assert (result.calls, result.messages) == (1, 2)
    assert bench.calls() == 3
    assert bench.said()[-2:] == ["question 3", "answer 3"]
    assert bench.is_sound()


def test_nothing_new_reads_nothing(bench: Bench) -> None:
    bench.write(bench.log, turns(1, 2))
    bench.sync()
    result = bench.sync()

    assert (result.read_bytes, result.calls, result.messages) == (0, 0, 0)


def test_only_what_was_appended_is_read(bench: Bench) -> None:
    bench.write(bench.log, turns(1, 50))
    bench.sync()
    bench.append(bench.log, turns(51, 51))
    result = bench.sync()

    assert result.read_bytes == 2 * len(turns(51, 51))  # once for figures, once for texts


def test_half_a_line_waits_for_its_end(bench: Bench) -> None:
    whole = reply(2)
    bench.write(bench.log, turns(1, 1) + whole[:80])
    bench.sync()
    assert bench.calls() == 1
    assert bench.ledger.rejected() == []

    bench.append(bench.log, whole[80:])
    bench.sync()
    assert bench.calls() == 2
    assert bench.said().count("answer 2") == 1
    assert bench.is_sound()


def test_whole_last_line_without_its_end_is_counted_once(bench: Bench) -> None:
    bench.write(bench.log, turns(1, 1) + reply(2).rstrip(b"\n"))
    bench.sync()
    assert (bench.calls(), bench.said().count("answer 2")) == (2, 1)

    bench.append(bench.log, b"\n" + turns(3, 3))
    bench.sync()
    assert (bench.calls(), bench.said().count("answer 2")) == (3, 1)
    assert bench.is_sound()


@pytest.mark.parametrize("cut", range(1, 4))
def test_character_split_over_two_writes_stays_whole(bench: Bench, cut: int) -> None:
    data = prompt(1, "an 🥐 please")
    at = data.index("🥐".encode()) + cut
    bench.write(bench.log, data[:at])
    bench.sync()
    bench.append(bench.log, data[at:])
    bench.sync()

    assert bench.said() == ["an 🥐 please"]


def test_truncated_log_keeps_what_it_held_and_goes_on(bench: Bench) -> None:
    bench.write(bench.log, turns(1, 4))
    bench.sync()
    bench.write(bench.log, turns(9, 9))
    bench.sync()

    assert bench.calls() == 5
    assert bench.said()[-1] == "answer 9"
    assert bench.is_sound()


def test_copy_and_truncate_that_grew_past_the_position_is_read_from_its_start(
    bench: Bench,
) -> None:
    bench.write(bench.log, turns(1, 2))
    bench.sync()
    with bench.log.open("r+b") as stream:  # the same inode, longer than before
        stream.truncate(0)
        stream.write(turns(11, 16))
    bench.touch(bench.log)
    bench.sync()

    assert bench.calls() == 8
    assert bench.is_sound()


def test_rewrite_of_the_same_size_is_seen(bench: Bench) -> None:
    before, after = turns(1, 2), turns(3, 4)
    assert len(before) == len(after)
    bench.write(bench.log, before)
    bench.sync()
    with bench.log.open("r+b") as stream:
        stream.write(after)
    bench.touch(bench.log)
    bench.sync()

    assert bench.calls() == 4
    assert "answer 4" in bench.said()


def test_replaced_by_other_content(bench: Bench) -> None:
    bench.write(bench.log, turns(1, 2))
    bench.sync()
    other = bench.log.with_name("other.tmp")
    bench.write(other, turns(21, 25))
    other.replace(bench.log)
    bench.sync()

    assert bench.calls() == 7
    assert bench.is_sound()


def test_replaced_by_itself_and_more_counts_the_rest_only(bench: Bench) -> None:
    bench.write(bench.log, turns(1, 2))
    bench.sync()
    other = bench.log.with_name("other.tmp")
    bench.write(other, turns(1, 3))
    other.replace(bench.log)
    result = bench.sync()

    assert (result.calls, bench.calls()) == (1, 3)
    assert result.read_bytes == 2 * len(turns(3, 3))


def test_rejected_lines_are_those_of_the_log_that_is_there(bench: Bench) -> None:
    bench.write(bench.log, b"{broken\n" + turns(1, 1))
    bench.sync()
    assert [bad.line for bad in bench.ledger.rejected()] == [1]

    bench.write(bench.log, turns(5, 6) + b"{other\n")
    bench.sync()
    assert [bad.line for bad in bench.ledger.rejected()] == [5]


def test_rejected_line_is_told_once(bench: Bench) -> None:
    bench.write(bench.log, turns(1, 1) + b"{broken\n" + turns(2, 2))
    result = bench.sync()

    assert result.rejected == len(bench.ledger.rejected()) == 1
    assert bench.calls() == 2


def test_vanished_log_keeps_what_it_held(bench: Bench) -> None:
    bench.write(bench.log, turns(1, 2))
    bench.sync()
    bench.log.unlink()
    bench.sync()

    assert bench.states()[bench.log.name][0] == "gone"
    assert (bench.calls(), len(bench.said())) == (2, 4)
    assert bench.is_sound()


@pytest.mark.parametrize("data", [turns(1, 2), turns(1, 3), turns(31, 32), turns(1, 1)])
def test_deleted_and_made_again(bench: Bench, data: bytes) -> None:
    bench.write(bench.log, turns(1, 2))
    bench.sync()
    bench.log.unlink()
    bench.sync()
    bench.write(bench.log, data)  # on most file systems with the inode of the one before
    bench.sync()

    assert bench.states()[bench.log.name][0] == "live"
    numbers = {int(text.split()[1]) for text in bench.said()}
    assert numbers == {1, 2} | {int(n) for n in (1, 2, 3, 31, 32) if reply(n) in data}
    assert bench.calls() == len(numbers)
    assert bench.is_sound()


def test_archived_rollout_is_the_same_thread(bench: Bench) -> None:
    active = bench.codex / "sessions" / ROLLOUT
    bench.write(active, rollout(2))
    bench.sync()
    archived = bench.codex / "archived_sessions" / active.name
    archived.parent.mkdir()
    active.rename(archived)
    bench.append(archived, rollout(3)[len(rollout(2)) :])
    result = bench.sync()

    assert (result.calls, bench.calls()) == (1, 3)
    assert len(bench.said()) == 6
    assert bench.is_sound()


def test_rollout_that_is_active_and_archived_counts_once(bench: Bench) -> None:
    bench.write(bench.codex / "sessions" / ROLLOUT, rollout(3))
    bench.write(bench.codex / "archived_sessions" / Path(ROLLOUT).name, rollout(3))
    bench.sync()

    assert (bench.calls(), len(bench.said())) == (3, 6)


def test_compressed_rollout_is_the_same_thread(bench: Bench) -> None:
    active = bench.codex / "sessions" / ROLLOUT
    bench.write(active, rollout(3))
    bench.sync()
    packed = active.with_name(active.name + ".zst")
    bench.write(packed, zstandard.compress(rollout(3)))
    active.unlink()
    result = bench.sync()

    assert (result.calls, result.messages) == (0, 0)
    assert bench.calls() == 3
    assert bench.states() == {
        active.name: ("gone", "no longer there; what it held is kept"),
        packed.name: ("live", ""),
    }
    assert bench.sync().read_bytes == 0


def test_compressed_rollout_of_several_frames_is_read_whole(bench: Bench) -> None:
    data = rollout(4)
    packed = zstandard.compress(data[:900]) + zstandard.compress(data[900:])
    bench.write(bench.codex / "sessions" / f"{ROLLOUT}.zst", packed)
    bench.sync()

    assert bench.calls() == 4


def test_cut_compressed_rollout_is_named_and_read_when_it_is_whole(bench: Bench) -> None:
    packed = zstandard.compress(rollout(40))
    path = bench.codex / "sessions" / f"{ROLLOUT}.zst"
    bench.write(path, packed[: len(packed) // 2])
    bench.sync()
    assert bench.states()[path.name][0] == "unreadable"

    bench.write(path, packed)
    bench.sync()
    assert bench.states()[path.name] == ("live", "")
    assert (bench.calls(), len(bench.said())) == (40, 80)


def test_log_that_grows_while_it_is_read(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.write(bench.log, turns(1, 2))
    real = lines_module.open_log
    grown: list[Path] = []

    def open_and_grow(path: Path) -> object:
        stream = real(path)
        if path == bench.log and len(grown) < 2:
            grown.append(path)
            bench.append(bench.log, turns(2 + len(grown), 2 + len(grown)))
        return stream

    monkeypatch.setattr(read_module, "open_log", open_and_grow)
    bench.sync()
    bench.sync()

    assert len(grown) == 2
    assert bench.calls() == 4
    assert len(bench.said()) == 8
    assert bench.ledger.sync(bench.roots).pending_files == 0
    assert bench.is_sound()


def test_log_replaced_between_its_figures_and_its_texts(bench: Bench) -> None:
    bench.write(bench.log, turns(1, 2))
    bench.ledger.sync(bench.roots, texts=False)
    bench.write(bench.log, turns(41, 44))
    bench.ledger.sync([])  # texts alone: the figures of the new log are not known yet
    bench.sync()

    assert bench.calls() == 6
    assert [text for text in bench.said() if text.startswith("answer")] == [
        f"answer {n}" for n in range(41, 45)
    ]
    assert bench.sync().pending_files == 0


def test_new_nested_folders_are_found(bench: Bench) -> None:
    bench.write(bench.log, turns(1, 1))
    bench.sync()
    deep = bench.claude / "a" / "b" / "c" / "d" / f"{session(2)}.jsonl"
    bench.write(deep, turns(2, 2, of=session(2)))
    bench.sync()

    assert bench.calls() == 2


def test_tailing_gives_what_reading_at_once_gives(bench: Bench, tmp_path: Path) -> None:
    """The logs of the invented history grow as time goes by, cut in the middle of lines."""
    made = tmp_path / "made"
    make_history(made, START)
    logs = {log: _with_times(log, made) for log in made.rglob("*.jsonl")}
    moments = sorted(moment for lines in logs.values() for moment, _ in lines)
    rng = Random(11)
    shutil.copytree(made, bench.home, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.jsonl"))
    for step in range(1, 9):
        now = moments[len(moments) * step // 8 - 1]
        for log, lines in logs.items():
            behind = b"".join(data for moment, data in lines if moment > now)
            shown = sum(len(data) for moment, data in lines if moment <= now)
            data = log.read_bytes()[: shown + rng.randrange(len(behind) // len(lines) + 1)]
            target = bench.home / log.relative_to(made)
            if shown and (not target.exists() or target.stat().st_size < len(data)):
                bench.write(target, data)
        bench.sync()
    at_once = Bench(tmp_path / "at_once")
    shutil.rmtree(at_once.home)
    shutil.copytree(bench.home, at_once.home)
    at_once.sync()

    tailed, whole = (everything(of.ledger.connection, places=False) for of in (bench, at_once))
    at_once.ledger.close()
    for name, rows in whole.items():
        assert tailed[name] == rows, name


def _with_times(log: Path, home: Path) -> list[tuple[str, bytes]]:
    """Return the lines of a log with the instants in which they were written at the earliest.

    A fork begins with lines of another log; it can't be older than its first own line.
    """
    others = b"".join(one.read_bytes() for one in home.rglob("*.jsonl") if one != log)
    found: list[tuple[str, bytes]] = []
    for data in log.read_bytes().splitlines(keepends=True):
        stamp = re.search(rb'"timestamp": ?"([^"]+)"', data)
        found.append((stamp[1].decode() if stamp else "", data))
    own = [moment for moment, data in found if moment and data not in others]
    birth = own[0] if own else max(moment for moment, _ in found)
    latest = birth
    for place, (moment, data) in enumerate(found):
        latest = max(latest, moment)
        found[place] = (latest, data)
    return found


def test_thread_is_named_in_its_facts(bench: Bench) -> None:
    bench.write(bench.codex / "sessions" / ROLLOUT, rollout(1))
    bench.sync()

    assert bench.ledger.conversation(THREAD).project == "/home/ana/rail"
