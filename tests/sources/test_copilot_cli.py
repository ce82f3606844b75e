"""Copilot CLI: events, database, and sums at the end of a run tell of each request once."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from convledger.ingest.documents import opened_document
from convledger.sources.copilot_cli.flat_yaml import flat_yaml
from convledger.sources.document import NotReadable
from convledger.sources.findings import Flag, Measure
from tests.sources.documents import Read, read, read_bytes
from tests.sources.editor_files import FIXTURES, SAMPLES, counts, database, lines, recognised

SOURCE, S = "copilot-cli", "5e55-0001"
LAB = SAMPLES / "copilot" / "lab_1.0.102"
needs_samples = pytest.mark.skipif(not LAB.exists(), reason="there are no samples")
EVENTS = f"session-state/{S}/events.jsonl"
STORE = """CREATE TABLE sessions (id TEXT PRIMARY KEY, cwd TEXT, branch TEXT, summary TEXT,
created_at TEXT, updated_at TEXT);
CREATE TABLE turns (id INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT, turn_index INTEGER,
user_message TEXT, assistant_response TEXT, timestamp TEXT);
CREATE TABLE assistant_usage_events (id INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT,
model TEXT, input_tokens INTEGER, output_tokens INTEGER, cache_read_tokens INTEGER,
cache_write_tokens INTEGER, reasoning_tokens INTEGER, parent_tool_call_id TEXT, created_at TEXT);"""
ROW = (
    "INSERT INTO assistant_usage_events(session_id, model, input_tokens, output_tokens, "
    "cache_read_tokens, cache_write_tokens, reasoning_tokens, created_at) VALUES(?,?,?,?,?,?,?,?)"
)


def event(kind: str, second: float, **data: Any) -> dict[str, Any]:
    return {
        "type": kind, "data": data, "id": f"e{second}",
        "timestamp": f"2026-11-18T08:15:{second:06.3f}Z", "parentId": None,
    }  # fmt: skip


def start() -> dict[str, Any]:
    return event("session.start", 0, sessionId=S, selectedModel="gpt-5", context={"cwd": "/c"})


def usage(second: float, fresh: int, out: int, call: str = "", **more: Any) -> dict[str, Any]:
    values = {"model": "gpt-5", "inputTokens": fresh, "outputTokens": out, "apiCallId": call}
    return event("session.usage_record", second, usage={**values, **more})


def answer(second: float, **more: Any) -> dict[str, Any]:
    return event("assistant.message", second, messageId=f"m{second}", content="ok", **more)


def shutdown(second: float, requests: int, fresh: int, out: int) -> dict[str, Any]:
    metrics = {
        "requests": {"count": requests, "cost": 1},
        "usage": {"inputTokens": fresh, "outputTokens": out, "cacheReadTokens": fresh // 2},
    }
    return event("session.shutdown", second, modelMetrics={"gpt-5": metrics})


def session(folder: Path, *events: dict[str, Any]) -> Read:
    return read_bytes(SOURCE, folder, EVENTS, lines(*events))


def store(folder: Path, *rows: tuple[Any, ...]) -> Path:
    return database(folder / "session-store.db", STORE, (ROW, rows))


@needs_samples
def test_sample_has_its_tokens_title_and_texts() -> None:
    expected = json.loads((SAMPLES / "expected.json").read_text("utf-8"))
    name = next(name for name in expected if name.startswith("copilot/") and "events" in name)
    found = read(SOURCE, SAMPLES / name, root=LAB)
    (facts,) = found.conversations.values()
    tokens = dict(expected[name]["tokens_by_model"]["mock-model"])
    tokens["reasoning"] = tokens.pop("of_which_reasoning")

    assert found.tokens() == {"mock-model": tokens}
    assert facts.native == expected[name]["conversation_id"]
    assert (facts.title, facts.project, facts.branch) == (
        "Please USETOOL and greet", "/home/demo/app", "master",
    )  # fmt: skip
    kinds = [kind for kind, _ in found.visible()]
    assert kinds == ["prompt", "tool_call", "tool_result", "answer", "prompt", "answer"]
    assert found.rejected == []


@needs_samples
def test_sample_database_tells_of_the_same_requests_which_count_once(tmp_path: Path) -> None:
    events = read(SOURCE, next(LAB.rglob("events.jsonl")), root=LAB)
    beside = read(SOURCE, LAB / "session-store.db", root=LAB)
    shutil.copyfile(LAB / "session-store.db", tmp_path / "session-store.db")
    alone = read(SOURCE, tmp_path / "session-store.db", root=tmp_path)

    assert beside.calls == []
    assert alone.tokens() == events.tokens()
    assert {call.key for call in alone.calls} == {call.key for call in events.calls}
    assert [body for _, body in alone.visible()] == [
        "Second question", "Mock answer number 3: all good.",
    ]  # fmt: skip


def test_fixture_counts_the_request_of_the_session_without_a_log(tmp_path: Path) -> None:
    root = FIXTURES / SOURCE
    events = read(SOURCE, next(root.rglob("events.jsonl")), root=root)
    rows = read(SOURCE, root / "session-store.db", root=root)

    assert [counts(call) for call in events.calls] == [(1200, 3000, 0, 310), (400, 4200, 0, 120)]
    assert [counts(call) for call in rows.calls] == [(300, 500, 100, 60)]
    assert rows.visible()[0] == ("prompt", "List the open gates")
    (facts,) = events.conversations.values()
    assert (facts.title, facts.title_rank) == ("Tide table: an hour off", 4)


def test_prompt_figure_is_taken_apart(tmp_path: Path) -> None:
    record = usage(2, 1000, 50, cacheReadTokens=600, cacheWriteTokens=300, reasoningTokens=20)
    (call,) = session(tmp_path, start(), record).calls

    assert (*counts(call), call.reasoning) == (100, 600, 300, 50, 20)


def test_repeated_record_of_a_request_counts_once(tmp_path: Path) -> None:
    found = session(tmp_path, start(), usage(2, 10, 5, "c1"), usage(9, 10, 5, "c1"))

    assert len(found.calls) == 1


def test_copied_record_belongs_to_the_session_that_was_forked(tmp_path: Path) -> None:
    own, copied = usage(9, 20, 5, "c2"), usage(2, 10, 5, "c1")
    copied["data"]["usage"]["accounting"] = {"sourceSessionId": "parent"}
    found = session(tmp_path, start(), copied, own)

    assert [(call.conversation, call.copied_into) for call in found.calls] == [
        ("parent", S), (S, ""),
    ]  # fmt: skip
    assert (found.conversations[S].parent, found.conversations[S].relation) == ("parent", "fork")


def test_cumulative_sums_of_two_runs_are_counted_once(tmp_path: Path) -> None:
    found = session(
        tmp_path, start(), answer(1), answer(2), shutdown(3, 2, 100, 20),
        event("session.resume", 10), answer(11), shutdown(12, 3, 160, 30),
    )  # fmt: skip
    tokens = found.tokens()["gpt-5"]

    assert (tokens["requests"], tokens["input"], tokens["cache_read"], tokens["output"]) == (
        3, 80, 80, 30,
    )  # fmt: skip
    assert [call.measure for call in found.calls] == [
        Measure.ROUNDED, Measure.ROUNDED, Measure.RECORDED,
    ]  # fmt: skip


def test_sums_that_begin_anew_are_added(tmp_path: Path) -> None:
    falling = session(
        tmp_path, start(), answer(1), shutdown(3, 1, 100, 20), answer(11), shutdown(12, 1, 60, 10)
    )
    rising = session(
        tmp_path, start(), answer(1), shutdown(3, 1, 100, 20), answer(11), shutdown(12, 1, 300, 40)
    )

    assert falling.tokens()["gpt-5"]["output"] == 30
    assert rising.tokens()["gpt-5"]["output"] == 60  # one request a run: it went not on


def test_sums_are_not_added_to_records_of_requests(tmp_path: Path) -> None:
    found = session(tmp_path, start(), usage(2, 10, 5, "c1"), answer(2.5), shutdown(3, 1, 10, 5))

    assert len(found.calls) == 1


def test_sums_are_not_added_to_rows_of_the_database(tmp_path: Path) -> None:
    store(tmp_path, (S, "gpt-5", 100, 20, 50, 0, 0, "2026-11-18T08:15:02.000Z"))
    found = session(tmp_path, start(), answer(2), shutdown(3, 1, 100, 20))
    rows = read(SOURCE, tmp_path / "session-store.db", root=tmp_path)

    assert found.calls == []
    assert [counts(call) for call in rows.calls] == [(50, 50, 0, 20)]


def test_run_of_an_older_build_is_counted_by_its_sum_beside_a_database(tmp_path: Path) -> None:
    store(tmp_path, (S, "gpt-5", 100, 20, 50, 0, 0, "2026-11-18T08:15:42.000Z"))
    found = session(
        tmp_path, start(), answer(2), shutdown(3, 1, 100, 20),
        event("session.resume", 40), answer(42), shutdown(45, 2, 200, 40),
    )  # fmt: skip

    assert [counts(call) for call in found.calls] == [(50, 50, 0, 20)]


def test_run_whose_rows_will_come_has_no_calls_yet(tmp_path: Path) -> None:
    store(tmp_path, ("other", "gpt-5", 100, 20, 50, 0, 0, "2026-11-17T08:15:02.000Z"))

    assert session(tmp_path, start(), answer(2)).calls == []


def test_run_without_an_end_has_unknown_tokens(tmp_path: Path) -> None:
    found = session(tmp_path, start(), answer(1), answer(2))

    assert [(call.key, call.measure, call.total) for call in found.calls] == [
        ("m1", Measure.MISSING, 0), ("m2", Measure.MISSING, 0),
    ]  # fmt: skip
    assert {call.key for call in found.calls} == {message.uuid for message in found.messages}


def test_answers_before_a_compaction_that_began_the_count_anew_are_unknown(tmp_path: Path) -> None:
    found = session(
        tmp_path, start(), answer(1), answer(2), event("session.compaction_complete", 3),
        answer(4), shutdown(5, 1, 100, 20),
    )  # fmt: skip

    assert [(call.key, call.measure) for call in found.calls] == [
        ("m1", Measure.MISSING), ("m2", Measure.MISSING), ("m4", Measure.RECORDED),
    ]  # fmt: skip


def test_call_of_a_sub_agent_names_it(tmp_path: Path) -> None:
    found = session(
        tmp_path, start(),
        event("subagent.started", 1, toolCallId="t1", agentName="explore"),
        usage(2, 10, 5, "c1", parentToolCallId="t1"), answer(3, parentToolCallId="t1"),
    )  # fmt: skip

    assert found.calls[0].agent == "t1"
    assert found.messages[0].flags == Flag.SIDECHAIN


def test_row_some_ms_from_its_event_is_the_same_request(tmp_path: Path) -> None:
    session(tmp_path, start(), usage(2, 10, 5, "c1"))
    store(
        tmp_path,
        (S, "gpt-5", 10, 5, 0, 0, 0, "2026-11-18T08:15:02.090Z"),
        (S, "gpt-5", 10, 5, 0, 0, 0, "2026-11-18T08:15:02.095Z"),
    )

    assert len(read(SOURCE, tmp_path / "session-store.db", root=tmp_path).calls) == 1


def test_rows_are_read_once(tmp_path: Path) -> None:
    row = (S, "gpt-5", 10, 5, 0, 0, 0, "2026-11-18T08:15:02.000Z")
    path = store(tmp_path, row)
    state = read(SOURCE, path, root=tmp_path).states[0]
    database(path, "", (ROW, [(S, "gpt-5", 99, 5, 0, 0, 0, "2026-11-18T08:16:02.000Z")]))
    later = read(SOURCE, path, root=tmp_path, state=state)

    assert [call.input for call in later.calls] == [99]


def test_other_database_in_its_place_is_read_from_its_start(tmp_path: Path) -> None:
    path = store(tmp_path, (S, "gpt-5", 10, 5, 0, 0, 0, "2026-11-18T08:15:02.000Z"))
    state = read(SOURCE, path, root=tmp_path).states[0]
    path.unlink()
    store(tmp_path, ("other", "gpt-5", 77, 5, 0, 0, 0, "2026-11-18T08:15:02.000Z"))

    assert [call.input for call in read(SOURCE, path, root=tmp_path, state=state).calls] == [77]


def test_rows_with_odd_values_are_rejected_or_unknown(tmp_path: Path) -> None:
    path = store(
        tmp_path,
        (S, "gpt-5", -4, 5, 0, 0, 0, "2026-11-18T08:15:02.000Z"),
        (S, "gpt-5", 4, 5, 0, 0, 0, "yesterday"),
        (S, None, None, None, None, None, None, "2026-11-18T08:15:02.000Z"),
        (S, "gpt-5", "12", 5, 99, None, 9, "2026-11-18 08:15:02"),
    )
    found = read(SOURCE, path, root=tmp_path)

    assert [bad.line for bad in found.rejected] == [1, 2]
    assert [(call.model, call.measure) for call in found.calls] == [
        ("unknown", Measure.MISSING), ("gpt-5", Measure.RECORDED),
    ]  # fmt: skip
    assert counts(found.calls[1]) == (0, 12, 0, 5)


def test_new_row_in_a_large_database_is_found_by_its_number(tmp_path: Path) -> None:
    rows = [(S, "gpt-5", n, 5, 0, 0, 0, "2026-11-18T08:15:02.000Z") for n in range(50)]
    path = store(tmp_path, *rows)
    with opened_document(str(path), path.name) as document:
        plan = document.rows(
            "EXPLAIN QUERY PLAN SELECT id FROM assistant_usage_events WHERE id > 7 ORDER BY id"
        )

    assert "USING INTEGER PRIMARY KEY" in str(plan)


def test_torn_last_line_is_left_for_later(tmp_path: Path) -> None:
    whole = lines(start(), usage(2, 10, 5, "c1"))
    found = read_bytes(SOURCE, tmp_path, EVENTS, whole + b'{"type":"user.mess')

    assert (len(found.calls), found.rejected) == (1, [])


def test_bad_line_is_rejected_with_its_place(tmp_path: Path) -> None:
    found = read_bytes(SOURCE, tmp_path, EVENTS, lines(start()) + b"{]\n" + lines(usage(2, 1, 5)))

    assert [(bad.line, bad.offset) for bad in found.rejected] == [(2, len(lines(start())))] * 2
    assert len(found.calls) == 1


def test_web_page_is_not_readable(tmp_path: Path) -> None:
    with pytest.raises(NotReadable, match="web page"):
        read_bytes(SOURCE, tmp_path, EVENTS, b"<!DOCTYPE html><html></html>\n")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"id: a\ncwd: /x # here\nbranch: null\n", {"id": "a", "cwd": "/x", "branch": ""}),
        (b'\xef\xbb\xbfname: "a: \\"b\\""\r\n', {"name": 'a: "b"'}),
        (b"name: 'it''s'\n", {"name": "it's"}),
        (b"name: |-\n  one\n  two\nid: b\n", {"name": "one\ntwo", "id": "b"}),
        (b"nested:\n  cwd: /no\n- x\n", {"nested": ""}),
        (b'name: "broken\n\xff\xfe\n', {"name": '"broken'}),
        (b"", {}),
    ],
)
def test_keys_of_a_workspace_file(content: bytes, expected: dict[str, str]) -> None:
    assert flat_yaml(content) == expected


def test_only_its_own_files_are_recognised() -> None:
    assert recognised(SOURCE, FIXTURES) == {
        "copilot-cli/session-state/5b0a6d4e-9f31-4c0e-8a77-2f6c1d9be001/events.jsonl",
        "copilot-cli/session-store.db",
    }


@needs_samples
def test_samples_of_others_are_not_recognised() -> None:
    assert all("copilot/lab" in name for name in recognised(SOURCE, SAMPLES))
    assert len(recognised(SOURCE, SAMPLES)) == 2
