"""Cursor: bubbles of the database in their order, transcripts, the dashboard's table of usage."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from convledger.sources.document import NotReadable
from convledger.sources.findings import Flag, Measure
from tests.sources.documents import Read, read, read_bytes
from tests.sources.editor_files import FIXTURES, SAMPLES, counts, database, lines, recognised

SOURCE = "cursor"
TABLES = """CREATE TABLE IF NOT EXISTS ItemTable (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB);
CREATE TABLE IF NOT EXISTS cursorDiskKV (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB);
CREATE TABLE IF NOT EXISTS composerHeaders (composerId TEXT PRIMARY KEY, value TEXT);"""
PUT = "INSERT INTO cursorDiskKV VALUES(?,?)"
HEADER = "Date,Model,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,Total Tokens,Cost"  # noqa: E501
Row = tuple[str, object]


def composer(name: str, *bubbles: tuple[str, int], **more: Any) -> Row:
    headers = [{"bubbleId": bubble, "type": kind} for bubble, kind in bubbles]
    record = {
        "composerId": name, "createdAt": 1763540000000, "lastUpdatedAt": 1763540060000,
        "fullConversationHeadersOnly": headers, **more,
    }  # fmt: skip
    return f"composerData:{name}", json.dumps(record)


def bubble(name: str, native: str, kind: int, text: str = "", **more: Any) -> Row:
    record = {"type": kind, "text": text, "tokenCount": {"inputTokens": 0, "outputTokens": 0}}
    return f"bubbleId:{name}:{native}", json.dumps({**record, **more})


def tool(name: str, native: str, **more: Any) -> Row:
    state = {"name": "grep", "toolCallId": f"t{native}", "rawArgs": "{}", "result": "found"}
    return bubble(name, native, 2, toolFormerData={**state, **more})


def written(folder: Path, *rows: Row) -> Path:
    return database(folder / "globalStorage" / "state.vscdb", TABLES, (PUT, rows))


def stored(folder: Path, *rows: Row) -> Read:
    return read(SOURCE, written(folder, *rows), root=folder)


def test_fixture_shows_a_conversation_with_unknown_tokens(tmp_path: Path) -> None:
    root = FIXTURES / SOURCE
    found = read(SOURCE, root / "globalStorage" / "state.vscdb", root=root)
    new, old = (found.conversations[name] for name in sorted(found.conversations))

    assert (new.title, new.project) == ("Buoys on the chart", "/home/mara/chart")
    assert new.details == {
        "context_tokens": "31250", "context_limit": "200000", "context_percent": "15.6",
        "mode": "agent",
    }  # fmt: skip
    assert found.visible(new.native) == [
        ("prompt", "Draw the buoys on the chart"),
        ("thinking", "Where is the chart drawn?"),
        ("tool_call", '{"path":"chart.py"}'),
        ("tool_result", '{"contents":"def chart(): ..."}'),
        ("answer", "The buoys are drawn now."),
    ]
    assert [
        (call.conversation == new.native, call.model, call.measure, counts(call))
        for call in found.calls
    ] == [
        (True, "claude-4.5-sonnet", Measure.MISSING, (0, 0, 0, 0)),
        (True, "claude-4.5-sonnet", Measure.MISSING, (0, 0, 0, 0)),
        (False, "gpt-4o", Measure.RECORDED, (1850, 0, 0, 42)),
    ]
    assert {call.key for call in found.calls} <= {message.uuid for message in found.messages}
    assert old.title == "Depths in fathoms"


def test_folder_of_a_conversation_is_told_by_the_folders_own_database() -> None:
    root = FIXTURES / SOURCE
    path = root / "workspaceStorage" / "88bb" / "state.vscdb"
    found = read(SOURCE, path, root=root)
    (facts,) = found.conversations.values()

    assert (facts.project, facts.title) == ("/home/mara/depths", "Depths in fathoms")
    assert found.calls == []


def test_zero_tokens_are_unknown_and_others_are_counted(tmp_path: Path) -> None:
    found = stored(
        tmp_path,
        composer("c", ("1", 1), ("2", 2), ("3", 1), ("4", 2)),
        bubble("c", "1", 1, "one"), bubble("c", "2", 2, "two"), bubble("c", "3", 1, "three"),
        bubble("c", "4", 2, "four", tokenCount={"inputTokens": "70", "outputTokens": 9}),
    )  # fmt: skip

    assert [(call.key, call.measure, counts(call)) for call in found.calls] == [
        ("c:2", Measure.MISSING, (0, 0, 0, 0)), ("c:4", Measure.RECORDED, (70, 0, 0, 9)),
    ]  # fmt: skip


def test_request_ends_with_a_tools_run(tmp_path: Path) -> None:
    found = stored(
        tmp_path,
        composer("c", ("1", 1), ("2", 2), ("3", 2), ("4", 2), ("5", 2)),
        bubble("c", "1", 1, "go"), bubble("c", "2", 2, thinking={"text": "hm"}), tool("c", "3"),
        bubble("c", "4", 2, "so"), bubble("c", "5", 2, ""),
    )  # fmt: skip

    assert [call.key for call in found.calls] == ["c:3", "c:4"]


def test_bubbles_beside_one_with_tokens_have_none_of_their_own(tmp_path: Path) -> None:
    found = stored(
        tmp_path, composer("c", ("1", 1), ("2", 2), ("3", 2)), bubble("c", "1", 1, "go"),
        tool("c", "2"), bubble("c", "3", 2, "so", tokenCount={"inputTokens": 5}),
    )  # fmt: skip

    assert [call.key for call in found.calls] == ["c:3"]


def test_result_of_a_tool_is_a_message_of_its_own(tmp_path: Path) -> None:
    found = stored(
        tmp_path, composer("c", ("1", 1), ("2", 2), ("3", 2)), bubble("c", "1", 1, "go"),
        tool("c", "2"), bubble("c", "3", 2, "so"),
    )  # fmt: skip

    assert [(m.uuid, m.block, m.parent) for m in found.messages] == [
        ("c:1", 0, ""), ("c:2", 0, "c:1"), ("c:2:result", 0, "c:2"), ("c:3", 0, "c:2:result"),
    ]  # fmt: skip


def test_order_is_that_of_the_conversation(tmp_path: Path) -> None:
    found = stored(
        tmp_path, composer("c", ("z", 1), ("a", 2), ("m", 1)),
        bubble("c", "a", 2, "second"), bubble("c", "m", 1, "third"), bubble("c", "z", 1, "first"),
    )  # fmt: skip

    assert [(m.line, m.body, m.parent) for m in found.messages] == [
        (1, "first", ""), (2, "second", "c:z"), (3, "third", "c:a"),
    ]  # fmt: skip


def test_what_was_left_aside_is_a_branch_and_counts(tmp_path: Path) -> None:
    at = {"createdAt": "2026-11-19T08:13:20.000Z"}
    later = {"createdAt": "2026-11-19T08:14:20.000Z"}
    found = stored(
        tmp_path, composer("c", ("1", 1), ("2", 2)), bubble("c", "1", 1, "go", **at),
        bubble("c", "2", 2, "kept", **later), bubble("c", "x", 2, "dropped", **at),
        bubble("other", "y", 2, "a conversation without a name", **at),
    )  # fmt: skip

    assert [(m.body, m.flags) for m in found.messages if m.conversation == "c"] == [
        ("go", 0), ("kept", 0), ("dropped", Flag.BRANCH),
    ]  # fmt: skip
    assert {call.key for call in found.calls} == {"c:2", "c:x", "other:y"}


def test_what_is_not_listed_yet_is_no_branch(tmp_path: Path) -> None:
    found = stored(
        tmp_path, composer("c", ("1", 1)),
        bubble("c", "1", 1, "go", createdAt="2026-11-19T08:13:20.000Z"),
        bubble("c", "2", 2, "new", createdAt="2026-11-19T08:13:29.000Z"),
    )  # fmt: skip

    assert [m.flags for m in found.messages] == [0, 0]


@pytest.mark.parametrize(
    ("status", "told_at", "seen_after", "calls"),
    [
        ("generating", 0, 5, 0),
        ("completed", 10, 15, 1),
        ("completed", 5, 15, 0),  # the bubble is newer than what the conversation says
        ("generating", 0, 86_400, 1),  # it will not come any more
        (None, 10, 15, 1),
    ],
)
def test_reply_that_is_coming_has_no_call_yet(
    tmp_path: Path, status: str | None, told_at: int, seen_after: int, calls: int
) -> None:
    begun = 1763540000
    told = composer("c", ("1", 1), ("2", 2), status=status, lastUpdatedAt=(begun + told_at) * 1000)
    path = written(
        tmp_path, told, bubble("c", "1", 1, "go", createdAt=begun * 1000),
        bubble("c", "2", 2, "well", createdAt=(begun + 8) * 1000),
    )  # fmt: skip
    os.utime(path, (begun + seen_after, begun + seen_after))

    assert len(read(SOURCE, path, root=tmp_path).calls) == calls


def test_drafts_and_deleted_conversations_are_left_out(tmp_path: Path) -> None:
    found = stored(
        tmp_path, composer("draft"), ("composerData:gone", None), ("bubbleId:gone:1", None),
    )  # fmt: skip

    assert (found.messages, found.calls, found.rejected) == ([], [], [])


def test_cost_that_cursor_told_once_is_kept_beside(tmp_path: Path) -> None:
    from convledger.ingest.documents import opened_document
    from convledger.sources.registry import module_of

    path = written(
        tmp_path, composer("c", ("1", 1), usageData={"gpt-4o": {"costInCents": 12, "amount": 3}}),
        bubble("c", "1", 1, "go"),
    )  # fmt: skip
    with opened_document(str(path), "globalStorage/state.vscdb") as document:
        parts = list(module_of(SOURCE).read(document, b"", texts=False))

    assert [
        (one.model, one.cumulative) for part in parts for one in part.figures.reported
    ] == [("gpt-4o", 120_000_000_000)]  # fmt: skip


def test_sub_agents_have_a_parent(tmp_path: Path) -> None:
    found = stored(
        tmp_path, composer("p", ("1", 1), subagentComposerIds=["k"]), bubble("p", "1", 1, "go"),
        composer("q", ("2", 1), subagentInfo={"parentComposerId": "p"}), bubble("q", "2", 1, "x"),
    )  # fmt: skip
    relations = {name: facts.parent for name, facts in found.conversations.items()}

    assert relations == {"p": "", "k": "p", "q": "p"}


def test_automatic_choice_is_no_model(tmp_path: Path) -> None:
    found = stored(
        tmp_path, composer("c", ("1", 1), ("2", 2), modelConfig={"modelName": "default"}),
        bubble("c", "1", 1, "go"), bubble("c", "2", 2, "x"),
        composer("d", ("1", 1), ("2", 2), modelConfig={"modelName": "gpt-5"}),
        bubble("d", "1", 1, "go", modelInfo={"modelName": "o3"}), bubble("d", "2", 2, "x"),
    )  # fmt: skip

    assert [call.model for call in found.calls] == ["unknown", "o3"]


def test_prompt_kept_as_a_tree_is_read(tmp_path: Path) -> None:
    tree = {"root": {"children": [{"type": "paragraph", "children": [{"text": "hello"}]}]}}
    found = stored(
        tmp_path, composer("c", ("1", 1)), bubble("c", "1", 1, richText=json.dumps(tree))
    )

    assert found.visible() == [("prompt", "hello")]


@pytest.mark.parametrize(
    "value",
    ["", "{", "[]", "null", "<html>", '{"type":2,"tokenCount":{"inputTokens":-5}}', b"\xff\0", 7],
)
def test_odd_bubble_does_not_hide_the_others(tmp_path: Path, value: object) -> None:
    found = stored(
        tmp_path, composer("c", ("1", 1), ("2", 2), ("3", 2)), bubble("c", "1", 1, "go"),
        ("bubbleId:c:2", value), bubble("c", "3", 2, "well"),
    )  # fmt: skip

    assert [m.body for m in found.messages] == ["go", "well"]
    assert all(bad.reason for bad in found.rejected)
    assert "c:3" in {call.key for call in found.calls}


def test_odd_conversation_keeps_its_bubbles(tmp_path: Path) -> None:
    found = stored(tmp_path, ("composerData:c", "{broken"), bubble("c", "1", 1, "go"))

    assert [m.body for m in found.messages] == ["go"]
    assert "conversation c" in found.rejected[0].reason


def test_other_database_is_not_readable(tmp_path: Path) -> None:
    path = database(tmp_path / "state.vscdb", "CREATE TABLE x (a)")
    with pytest.raises(NotReadable, match="without Cursor"):
        read(SOURCE, path)


def test_transcript_shows_what_was_said(tmp_path: Path) -> None:
    root = FIXTURES / SOURCE / "projects"
    found = read(SOURCE, next(root.rglob("*.jsonl")), root=root)

    assert found.visible() == [
        ("prompt", "Count the lighthouses"),
        ("answer", "I count them."),
        ("tool_call", '{"command":"wc -l lights.csv"}'),
        ("answer", "There are 31."),
    ]
    assert [call.measure for call in found.calls] == [Measure.MISSING]
    assert found.calls[0].key == found.messages[-1].uuid
    (facts,) = found.conversations.values()
    assert (facts.native[-4:], facts.title) == ("0001", "Count the lighthouses")


def test_transcript_of_a_sub_agent_has_a_parent(tmp_path: Path) -> None:
    record = {"role": "user", "message": {"content": [{"type": "text", "text": "hi"}]}}
    name = "p/agent-transcripts/abc/subagents/def.jsonl"
    facts = read_bytes(SOURCE, tmp_path, name, lines(record)).conversations["def"]

    assert (facts.parent, facts.relation) == ("abc", "subagent")


def table(folder: Path, *rows: str, header: str = HEADER) -> Read:
    content = "\n".join((header, *rows, "")).encode()
    return read_bytes(SOURCE, folder, "usage-events.csv", content)


def test_table_of_usage_has_exact_calls_by_day() -> None:
    root = FIXTURES / SOURCE
    found = read(SOURCE, root / "usage-events-2026-11-20.csv", root=root)

    calls = [(call.conversation, call.model, counts(call), call.reported) for call in found.calls]

    assert calls == [
        ("usage/mara@example.org/2026-11-19", "claude-4.5-sonnet", (800, 40000, 1200, 350), None),
        ("usage/mara@example.org/2026-11-19", "gpt-5-mini", (5100, 0, 0, 90), 10_000_000_000),
        ("cloud-agent/bc-77", "composer-1", (700, 0, 0, 20), None),
    ]  # fmt: skip
    assert found.messages == []
    assert all(facts.details == {"kind": "usage export"} for facts in found.conversations.values())


def test_newer_export_names_the_same_calls_the_same_way(tmp_path: Path) -> None:
    rows = ["2026-11-19,gpt-5,0,10,0,5,15,-", "2026-11-19,gpt-5,0,10,0,5,15,-"]
    older = table(tmp_path / "a", *rows)
    newer = table(tmp_path / "b", "2026-11-20T08:00:00Z,gpt-5,0,1,0,1,2,0.5", *rows)

    assert len({call.key for call in older.calls}) == 2
    assert {call.key for call in older.calls} < {call.key for call in newer.calls}


def test_table_in_which_one_column_holds_the_other(tmp_path: Path) -> None:
    (call,) = table(tmp_path, "2026-11-19T08:00:00Z,m,1200,800,400,300,1900,0.01").calls

    assert counts(call) == (800, 400, 400, 300)


def test_odd_rows_of_a_table_are_rejected(tmp_path: Path) -> None:
    found = table(
        tmp_path, "never,m,0,1,0,1,2,0", "2026-11-19,m,0,-1,0,1,2,0", "2026-11-19,m,0,x,0,1,2,0",
        "2026-11-19", ",,,", "2026-11-19,m,0,0,0,0,0,0", '2026-11-19,"m,0,1,0,1,2,0',
    )  # fmt: skip

    assert [bad.line for bad in found.rejected] == [2, 3, 4]
    assert found.calls == []


def test_only_its_own_files_are_recognised() -> None:
    names = recognised(SOURCE, FIXTURES)

    assert {name for name in names if not name.startswith("cursor/")} == set()
    assert {name.rsplit("/", 1)[-1] for name in names} == {
        "state.vscdb", "usage-events-2026-11-20.csv", "d0000000-0000-4000-8000-000000000001.jsonl",
    }  # fmt: skip


@pytest.mark.skipif(not SAMPLES.exists(), reason="there are no samples")
def test_sample_is_recognised_and_no_other() -> None:
    assert recognised(SOURCE, SAMPLES) == {"cursor/codeburn_agent_transcript.jsonl"}
    found = read(SOURCE, SAMPLES / "cursor" / "codeburn_agent_transcript.jsonl")

    assert found.visible() == [
        ("prompt", "Run a quick smoke test"), ("answer", "Smoke test passed."),
    ]  # fmt: skip
    assert [call.measure for call in found.calls] == [Measure.MISSING]
