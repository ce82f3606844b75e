"""llm: both generations of its tables in one file, each request counted once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from convledger.sources.findings import Flag, Measure
from convledger.sources.llm import recognises
from tests.sources.documents import glimpse_at, read
from tests.sources.tools_databases import Again, put, write

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
FIXTURE = Path(__file__).parents[2] / "fixtures" / "sources" / "llm" / "logs.sql"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return write(tmp_path / "logs.db", FIXTURE.read_text())


@pytest.mark.skipif(not SAMPLES.exists(), reason="there are no samples here")
def test_database_of_the_lab_has_its_turns() -> None:
    expected = json.loads((SAMPLES / "expected.json").read_text())["llm/lab_0.36/logs.db"]
    found = read("llm", SAMPLES / "llm" / "lab_0.36" / "logs.db")
    wanted = expected["tokens_by_model"]["mock-model"]

    assert found.tokens()["mock-model"] == {
        "requests": wanted["requests"], "input": wanted["input"],
        "cache_read": wanted["cache_read"], "cache_write": 0, "output": wanted["output"],
        "reasoning": wanted["of_which_reasoning"],
    }  # fmt: skip
    assert len(found.conversations) == expected["threads"]
    assert len({message.uuid for message in found.messages}) == expected["messages"]
    assert {facts.title for facts in found.conversations.values()} == {"Hello there", "Another"}
    assert not found.rejected


def test_requests_of_both_generations_are_counted(database: Path) -> None:
    calls = {call.key: call for call in read("llm", database).calls}

    def counts(key: str) -> tuple[int, ...]:
        call = calls[key]
        return call.input, call.cache_read, call.cache_write_5m, call.output, call.reasoning

    assert counts("01r1") == (20, 100, 0, 12, 4)  # OpenAI tells cached tokens as sent ones
    assert counts("01r3") == (30, 200, 80, 3, 0)  # Anthropic beside them
    assert counts("01u1") == (400, 600, 0, 40, 0)
    assert calls["01r1"].model == "gpt-4o-mini-2024-07-18"
    assert len(calls) == 6


def test_what_openai_writes_to_its_cache_is_a_part_of_what_was_sent(tmp_path: Path) -> None:
    told = '"cached_tokens":100,"cache_write_tokens":15'
    text = FIXTURE.read_text().replace('"cached_tokens":100', told, 1)
    calls = {call.key: call for call in read("llm", write(tmp_path / "logs.db", text)).calls}
    call = calls["01r1"]

    assert (call.input, call.cache_read, call.cache_write_5m) == (5, 100, 15)


def test_what_a_model_did_not_tell_is_missing(database: Path) -> None:
    found = read("llm", database)
    (call,) = [call for call in found.calls if call.measure == Measure.MISSING]

    assert (call.model, call.provider) == ("qwen/qwen3", "openrouter")
    assert call.key in {message.uuid for message in found.messages}


def test_older_transcripts_have_tools_fragments_and_thoughts(database: Path) -> None:
    found = read("llm", database)

    assert found.visible("01old") == [
        ("prompt", "A list of boats\nName a boat"), ("answer", "Petrel"),
        ("prompt", "And its length"), ("tool_call", '{"boat":"Petrel"}'),
    ]  # fmt: skip
    assert found.visible("01r3") == [
        ("prompt", "Alone"), ("attachment", "[attachment image/png /tmp/boat.png]"),
        ("thinking", "A thought"), ("answer", "Yes"),
    ]  # fmt: skip
    parents = {m.uuid: m.parent for m in found.messages if m.conversation == "01old"}
    assert parents == {
        "01r1:prompt": "", "01r1": "01r1:prompt", "01r2:prompt": "01r1", "01r2": "01r2:prompt",
    }  # fmt: skip


def test_threads_walk_their_messages_and_forks_share_them(database: Path) -> None:
    found = read("llm", database)

    assert found.visible("01t1") == [
        ("prompt", "Plan a harbour"), ("thinking", "Boats need walls."),
        ("tool_call", '{"place":"bay"}'), ("tool_result", "a bay"), ("answer", "Two walls."),
    ]  # fmt: skip
    fork = [m for m in found.messages if m.conversation == "01t2"]
    assert [bool(m.flags & Flag.INHERITED) for m in fork] == [True, True, True, False, False]
    assert found.conversations["01t2"].relation == "fork"
    assert found.conversations["01t2"].parent == "01t1"


def test_a_reading_goes_on_where_the_last_one_stopped(database: Path) -> None:
    again = Again("llm", database)
    again.read()
    put(database, "messages", {"hash": "h7", "parent_hash": "h4", "role": "user"},
        {"hash": "h8", "parent_hash": "h7", "role": "assistant"})  # fmt: skip
    put(database, "parts", {"message_hash": "h8", "position": 0, "type": "text", "text": "New"})
    put(database, "turns", {"id": "01u4", "thread_id": "01t1", "parent_message_hash": "h7",
                            "tip_message_hash": "h8", "model": "gpt-5", "input_tokens": 1,
                            "output_tokens": 1, "datetime_utc": "2026-11-03T00:00:00"})  # fmt: skip
    put(database, "responses", {"id": "01r4", "model": "m", "prompt": "More", "response": "Less",
                                "conversation_id": "01old", "input_tokens": 2,
                                "output_tokens": 2})  # fmt: skip
    put(database, "tool_calls", {"id": 2, "response_id": "01r4", "name": "t", "arguments": "{}"})
    found = again.read()

    assert {call.key for call in found.calls} == {"01u4", "01r4"}
    assert found.visible() == [
        ("prompt", "More"), ("answer", "Less"), ("tool_call", "{}"), ("answer", "New"),
    ]  # fmt: skip
    assert {m.uuid: m.parent for m in found.messages}["01r4:prompt"] == "01r2"


def test_hashes_that_lead_in_circles_end(database: Path) -> None:
    write(database, "UPDATE messages SET parent_hash='h4' WHERE hash='h1'")

    assert len(read("llm", database).messages) > 5


def test_packing_and_deleting_change_nothing(database: Path) -> None:
    again = Again("llm", database)
    first = {message.uuid for message in again.read().messages}
    write(database, "DELETE FROM turns WHERE id='01u1'", "DELETE FROM responses WHERE id='01r1'",
          "VACUUM")  # fmt: skip

    assert {message.uuid for message in again.read().messages} <= first


def test_only_databases_are_recognised() -> None:
    for path in SAMPLES.rglob("*"):
        if path.is_file():
            assert not recognises(glimpse_at(path)), path
