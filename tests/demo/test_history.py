"""The invented history is the same every time and adds up to what it claims."""

from __future__ import annotations

import json
import runpy
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from convledger.demo import build_history, make_history
from convledger.demo.scripts import load_stories

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
UNTIL = datetime(2026, 11, 20, 14, 32, tzinfo=UTC)
Sums = dict[tuple[str, str], Counter[str]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home made a moment ago."""
    folder = tmp_path_factory.mktemp("home")
    make_history(folder, UNTIL)
    return folder


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    """Return the shipped ground truth."""
    loaded: dict[str, Any] = json.loads((FIXTURES / "expected.json").read_text("utf-8"))
    return loaded


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def records(folder: Path, pattern: str) -> list[dict[str, Any]]:
    """Return every readable record of the files that match."""
    found = []
    for path in sorted(folder.rglob(pattern)):
        for row in path.read_bytes().split(b"\n"):
            try:
                found.append(json.loads(row))
            except ValueError:
                continue
    return found


def expected_sums(expected: dict[str, Any], source: str) -> Sums:
    return {
        (row["day"], row["model"]): Counter(
            {name: row[name] for name in row if name not in {"source", "day", "model"}}
        )
        for row in expected["rows"]
        if row["source"] == source
    }


def claude_sums(folder: Path) -> Sums:
    """Count every message id once, by its line with the most output."""
    kept: dict[str, dict[str, Any]] = {}
    for record in records(folder / ".claude", "*.jsonl"):
        message = record.get("message", {})
        if record["type"] != "assistant" or message["model"] == "<synthetic>":
            continue
        known = kept.get(message["id"])
        if (
            known is None
            or message["usage"]["output_tokens"] > known["message"]["usage"]["output_tokens"]
        ):
            kept[message["id"]] = record
    sums: Sums = {}
    for record in kept.values():
        usage, model = record["message"]["usage"], record["message"]["model"]
        if usage.get("speed") == "fast":
            model += "-fast"
        split = usage.get("cache_creation", {})
        row = sums.setdefault((record["timestamp"][:10], model), Counter())
        row["calls"] += 1
        row["input"] += usage["input_tokens"]
        row["output"] += usage["output_tokens"]
        row["reasoning"] += usage.get("output_tokens_details", {}).get("thinking_tokens", 0)
        row["cache_read"] += usage["cache_read_input_tokens"]
        row["cache_write_5m"] += split.get("ephemeral_5m_input_tokens", 0)
        row["cache_write_1h"] += split.get("ephemeral_1h_input_tokens", 0)
    return sums


def codex_sums(folder: Path) -> Sums:
    """Count every new cumulative total once; replayed and repeated totals are not new."""
    sums: Sums = {}
    seen: set[str] = set()
    model = ""
    rollouts = sorted((folder / ".codex").rglob("rollout-*.jsonl"), key=lambda path: path.name)
    for path in rollouts:
        for record in records(path.parent, path.name):
            payload = record["payload"]
            if record["type"] == "turn_context":
                model = payload["model"]
            if payload.get("type") != "token_count":
                continue
            total = json.dumps(payload["info"]["total_token_usage"])
            if total in seen:
                continue
            seen.add(total)
            last = payload["info"]["last_token_usage"]
            cached, written = last["cached_input_tokens"], last["cache_write_input_tokens"]
            row = sums.setdefault((record["timestamp"][:10], model), Counter())
            row["calls"] += 1
            row["input"] += last["input_tokens"] - cached - written
            row["output"] += last["output_tokens"]
            row["reasoning"] += last["reasoning_output_tokens"]
            row["cache_read"] += cached
            row["cache_write_5m"] += written
    return sums


def test_a_second_run_is_byte_identical(home: Path, tmp_path: Path) -> None:
    make_history(tmp_path, UNTIL)

    assert contents(tmp_path) == contents(home)


def test_shipped_home_is_what_the_script_makes(home: Path) -> None:
    shipped, made = contents(FIXTURES / "home"), contents(home)

    assert sorted(shipped) == sorted(made)
    assert [name for name in made if shipped[name] != made[name]] == []


def test_shipped_truth_is_what_the_script_makes() -> None:
    text = runpy.run_path(str(FIXTURES / "make.py"))["expected_text"]

    assert text(build_history(UNTIL)) == (FIXTURES / "expected.json").read_text("utf-8")


def test_script_writes_a_home_and_its_truth(home: Path, tmp_path: Path) -> None:
    runpy.run_path(str(FIXTURES / "make.py"))["make"](tmp_path / "home", UNTIL, 7)

    assert contents(tmp_path / "home") == contents(home)


def test_other_logs_are_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / ".codex").mkdir()

    with pytest.raises(FileExistsError):
        make_history(tmp_path, UNTIL)

    assert not (tmp_path / ".claude").exists()


@pytest.mark.parametrize(
    "until",
    [
        UNTIL,
        datetime(2027, 3, 7, 0, 0, 5, 123456, tzinfo=UTC),
        datetime(2026, 12, 31, 23, 58, tzinfo=timezone(timedelta(hours=-8))),
    ],
)
def test_history_ends_at_until(until: datetime) -> None:
    history = build_history(until)
    end = until.replace(microsecond=until.microsecond // 1000 * 1000)

    assert max(file.written for file in history.files) == end
    assert min(file.written for file in history.files) > until - timedelta(days=43)


def test_files_carry_the_time_of_their_last_record(home: Path) -> None:
    for path in home.rglob("*.jsonl"):
        stamps = [
            record["timestamp"]
            for record in records(path.parent, path.name)
            if "timestamp" in record
        ]
        if stamps:
            written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            assert abs(written - datetime.fromisoformat(max(stamps))) < timedelta(milliseconds=2)


def test_only_the_deliberate_lines_are_broken(home: Path, expected: dict[str, Any]) -> None:
    rejected = torn = 0
    for path in home.rglob("*.jsonl"):
        *rows, tail = path.read_bytes().split(b"\n")
        torn += bool(tail)
        for row in rows:
            try:
                assert isinstance(json.loads(row), dict)
            except ValueError:
                rejected += 1

    assert (rejected, torn) == (expected["rejected_lines"], expected["torn_lines"]) == (1, 1)


def test_claude_sums_equal_a_recount(home: Path, expected: dict[str, Any]) -> None:
    assert claude_sums(home) == expected_sums(expected, "claude-code")


def test_codex_sums_equal_a_recount(home: Path, expected: dict[str, Any]) -> None:
    assert codex_sums(home) == expected_sums(expected, "codex")


def test_conversations_are_files_that_are_not_agents(home: Path, expected: dict[str, Any]) -> None:
    sessions = (home / ".claude").rglob("*.jsonl")
    claude = sum(not path.name.startswith("agent-") for path in sessions)
    codex = len(list((home / ".codex").rglob("rollout-*.jsonl")))

    assert expected["conversations"] == {"claude-code": claude, "codex": codex}


def test_every_oddity_is_there(home: Path) -> None:
    claude = b"".join(contents(home / ".claude").values())
    codex = b"".join(contents(home / ".codex").values())
    for mark in (
        b'"requestSessionId"',
        b'"compact_boundary"',
        b'"isCompactSummary"',
        b'"cost-state"',
        b'"ai-title"',
        b'"custom-title"',
        b'"summary"',
        b'"<synthetic>"',
        b'"queued_command"',
        b'"speed":"fast"',
        b'"web_search_requests":2',
        b"northwind-local-7b",
        b"\\u001b]0;",
        b"\\ud83d",
        "\u202e".encode(),
        "\u200b".encode(),
        "山田".encode(),
        "🚆".encode(),
    ):
        assert mark in claude, mark
    for mark in (
        b'"token_usage_record"',
        b'"thread_spawn"',
        b'"thread_rolled_back"',
        b'"context_compacted"',
        b'"forked_from_id"',
        b'"thread_name"',
    ):
        assert mark in codex, mark
    assert list((home / ".codex/archived_sessions").glob("rollout-*.jsonl"))
    assert list((home / ".claude").rglob("subagents/agent-*.meta.json"))
    assert list((home / ".claude/projects").glob("*/agent-*.jsonl"))


def test_size_and_speed_stay_small(home: Path, expected: dict[str, Any]) -> None:
    began = perf_counter()
    build_history(UNTIL)

    assert perf_counter() - began < 1.5
    assert sum(map(len, contents(home).values())) < 3_000_000
    assert 600 <= sum(row["calls"] for row in expected["rows"]) <= 1200
    assert 60 <= sum(expected["conversations"].values()) <= 90


def test_story_edits_fit_their_files() -> None:
    for story in (story for stories in load_stories() for story in stories):
        files = dict(story.project.files)
        for edit in (edit for turn in story.turns for edit in turn.edits):
            assert edit.old in files[edit.path], story.title
            files[edit.path] = files[edit.path].replace(edit.old, edit.new, 1)


def test_a_history_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        build_history(datetime(2026, 11, 20))
