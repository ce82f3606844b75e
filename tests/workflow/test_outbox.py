"""The outbox: a line a write, for its owner alone, whole after a crash, changed when full."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from convledger.workflow.deeds import DeedFailed
from convledger.workflow.outbox import KEPT, append_event, numbered


def test_lines_are_appended_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "outbox.jsonl"
    before = os.umask(0)
    try:
        for number in range(3):
            append_event(path, json.dumps({"n": number}), 1 << 20)
    finally:
        os.umask(before)

    assert [json.loads(line)["n"] for line in path.read_text().splitlines()] == [0, 1, 2]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_line_that_was_cut_short_stays_alone(tmp_path: Path) -> None:
    path = tmp_path / "outbox.jsonl"
    path.write_text('{"n":0}\n{"n":')

    append_event(path, '{"n":1}', 1 << 20)

    assert path.read_text().splitlines() == ['{"n":0}', '{"n":', '{"n":1}']


def test_each_line_is_one_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    write, fsync = os.write, os.fsync

    def noted_write(descriptor: int, told: bytes) -> int:
        done.append("write")
        return write(descriptor, told)

    def noted_fsync(descriptor: int) -> None:
        done.append("fsync")
        fsync(descriptor)

    monkeypatch.setattr(os, "write", noted_write)
    monkeypatch.setattr(os, "fsync", noted_fsync)

    append_event(tmp_path / "outbox.jsonl", '{"n":1}', 1 << 20)

    assert done == ["write", "fsync"]


def test_a_full_file_is_put_aside_and_the_oldest_goes(tmp_path: Path) -> None:
    path = tmp_path / "outbox.jsonl"
    for number in range(KEPT + 3):
        append_event(path, json.dumps({"n": number, "x": "y" * 40}), 60)

    names = sorted(each.name for each in tmp_path.iterdir())
    assert len(names) == KEPT + 1
    assert json.loads(path.read_text())["n"] == KEPT + 2
    assert json.loads(numbered(path, 1).read_text())["n"] == KEPT + 1
    assert json.loads(numbered(path, KEPT).read_text())["n"] == 2


def test_links_pipes_and_folders_are_no_outbox(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("mine")
    (tmp_path / "link.jsonl").symlink_to(elsewhere)
    os.mkfifo(tmp_path / "pipe.jsonl")
    (tmp_path / "folder.jsonl").mkdir()

    for name in ("link", "pipe", "folder", "no/where"):
        with pytest.raises(DeedFailed, match=r"can't be written|is no file"):
            append_event(tmp_path / f"{name}.jsonl", "{}", 1 << 20)
    assert elsewhere.read_text() == "mine"
