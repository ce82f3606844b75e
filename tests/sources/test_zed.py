"""Zed: threads of both generations, plain or packed, whose requests add up to their total."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import zstandard

from convledger.sources.findings import Flag, Measure
from convledger.sources.zed import recognises
from tests.sources.documents import glimpse_at, read
from tests.sources.tools_databases import Again, put, write

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
FIXTURE = Path(__file__).parents[2] / "fixtures" / "sources" / "zed" / "threads.sql"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return write(tmp_path / "threads.db", FIXTURE.read_text())


def thread(database: Path, name: str = "t-bee") -> Any:
    with sqlite3.connect(database) as connection:
        (data,) = connection.execute("SELECT data FROM threads WHERE id=?", (name,)).fetchone()
    connection.close()
    return json.loads(data)


def put_thread(database: Path, name: str, data: Any, kind: str = "json", **more: Any) -> None:
    row = {"id": name, "summary": "A", "updated_at": "2026-11-03T00:00:00Z", "data_type": kind}
    put(database, "threads", row | {"data": data} | more)


def test_requests_add_up_to_the_total(database: Path) -> None:
    calls = [call for call in read("zed", database).calls if call.conversation == "t-bee"]

    assert {call.key for call in calls} == {"t-bee:u1", "t-bee:u2", "t-bee:rest"}
    assert sum(call.input for call in calls) == 900
    assert sum(call.output for call in calls) == 70
    assert sum(call.cache_read for call in calls) == 3000
    assert sum(call.cache_write_5m for call in calls) == 400
    assert {(call.model, call.provider) for call in calls} == {("claude-sonnet-4-5", "anthropic")}


def test_what_the_requests_tell_whole_has_no_rest(database: Path) -> None:
    calls = [call for call in read("zed", database).calls if call.conversation == "t-old"]

    assert [(call.key, call.input, call.output) for call in calls] == [("t-old:0", 50, 5)]


def test_threads_know_their_folder_branch_and_title(database: Path) -> None:
    found = read("zed", database).conversations

    assert (found["t-bee"].title, found["t-bee"].project, found["t-bee"].branch) == (
        "Count the bees", "/home/mira/bees", "main",
    )  # fmt: skip


def test_transcripts_of_both_generations(database: Path) -> None:
    found = read("zed", database)

    assert found.visible("t-bee") == [
        ("prompt", "How many bees?"), ("attachment", "[mention file /home/mira/bees/log.csv]"),
        ("thinking", "Look at the log."), ("tool_call", '{"path":"log.csv"}'),
        ("tool_result", "1,2"), ("answer", "Three bees."), ("prompt", "And drones?"),
        ("answer", "None."),
    ]  # fmt: skip
    assert found.visible("t-old") == [
        ("prompt", "Where is the hive?"), ("thinking", "Hm."), ("answer", "Under the oak."),
        ("tool_call", '{"q":"hive"}'), ("tool_result", "oak"),
    ]  # fmt: skip


def test_packed_threads_are_the_same(database: Path) -> None:
    plain = read("zed", database)
    data = zstandard.compress(json.dumps(thread(database)).encode())
    put_thread(database, "t-bee", data, "zstd", summary="Count the bees",
               updated_at="2026-11-02T10:00:00Z", folder_paths="/home/mira/bees")  # fmt: skip
    packed = read("zed", database)

    assert packed.tokens() == plain.tokens()
    assert packed.visible("t-bee") == plain.visible("t-bee")


def test_broken_and_exploding_threads_are_rejected_alone(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convledger.sources.zed.LARGEST", 1 << 20)
    put_thread(database, "t-1", b"\x28\xb5\x2f\xfd broken", "zstd")
    put_thread(database, "t-2", zstandard.compress(b" " * (4 << 20)), "zstd")
    frame = zstandard.ZstdCompressor(write_content_size=False).compress(b" " * (4 << 20))
    put_thread(database, "t-3", frame, "zstd")
    put_thread(database, "t-4", "not json")
    put_thread(database, "t-5", "[]")
    found = read("zed", database)

    assert len(found.rejected) == 10  # figures and texts
    assert {"t-bee", "t-old"} == {message.conversation for message in found.messages}


def test_threads_without_tokens_have_requests_without(database: Path) -> None:
    data = thread(database) | {"cumulative_token_usage": {}, "request_token_usage": {}}
    put_thread(database, "t-bee", data)
    again = Again("zed", database)

    def answers() -> list[str]:
        calls = [call for call in again.read().calls if call.conversation == "t-bee"]
        assert {call.measure for call in calls} <= {Measure.MISSING}
        return [call.key for call in calls]

    # The thread in use may still tell the tokens of its last answer.
    assert answers() == ["t-bee#3"]
    put_thread(database, "t-next", data, updated_at="2026-11-04T00:00:00Z")
    assert answers() == ["t-bee#3", "t-bee#6"]
    uuids = {message.uuid for message in read("zed", database).messages}
    assert {"t-bee#3", "t-bee#6"} <= uuids


def test_only_threads_that_were_changed_are_read_again(database: Path) -> None:
    again = Again("zed", database)
    again.read()
    assert {m.conversation for m in again.read().messages} <= {"t-bee"}
    data = thread(database, "t-old")
    data["messages"].append({"id": 2, "role": "user", "segments": [{"type": "text", "text": "?"}]})
    put_thread(database, "t-old", data)
    put_thread(database, "t-new", data, updated_at="2020-01-01T00:00:00Z")
    found = again.read()

    assert {"t-old", "t-new"} <= {m.conversation for m in found.messages}
    assert ("prompt", "?") in found.visible("t-old")


def test_a_failed_tool_is_marked(database: Path) -> None:
    results = {"c": {"is_error": True, "content": "no", "tool_name": "x"}}
    put_thread(database, "t-1", {"messages": [{"Agent": {"content": [], "tool_results": results}}]})
    (message,) = [m for m in read("zed", database).messages if m.conversation == "t-1"]

    assert (message.body, message.name, message.flags) == ("no", "x", Flag.ERROR)


@pytest.mark.skipif(not SAMPLES.exists(), reason="there are no samples here")
def test_a_database_of_the_older_layout_is_read(tmp_path: Path) -> None:
    schema = (SAMPLES / "zed" / "agentsview_zed-legacy-threads.sql").read_text()
    path = write(tmp_path / "threads.db", schema)
    put_thread(path, "t-1", {"messages": [{"User": {"id": "u", "content": [{"Text": "Hi"}]}}]})
    found = read("zed", path)

    assert found.visible() == [("prompt", "Hi")]
    for sample in SAMPLES.rglob("*"):
        if sample.is_file():
            assert not recognises(glimpse_at(sample)), sample
