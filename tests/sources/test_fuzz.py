"""Whatever stands in a log, readers find something or reject it: no error, no impossible figure."""

from __future__ import annotations

import json
import re
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convledger.ledger import Ledger
from convledger.sources.findings import (
    CUMULATIVE_LIMIT,
    TOKEN_LIMIT,
    Call,
    Figures,
    Message,
    Texts,
)
from tests.sources.reading import (
    CLAUDE,
    CODEX,
    NAMES,
    READERS,
    figures_of,
    log,
    texts_of,
)

HOMES = Path(__file__).parents[1] / "edge" / "homes"
REAL = {
    CLAUDE: sorted(
        line
        for name in ("c01_stream_last_largest", "c20_web_search", "c46_cost_state_of_a_fork")
        for path in (HOMES / name).rglob("*.jsonl")
        for line in path.read_bytes().splitlines()
    )
    + sorted((HOMES / "c41_progress_alone").rglob("*.jsonl"))[0].read_bytes().splitlines(),
    CODEX: sorted(
        line
        for name in ("x21_fork_of_a_fork", "x25_older_part_with_counts", "x23_paginated_fork")
        for path in (HOMES / name).rglob("*.jsonl")
        for line in path.read_bytes().splitlines()
    ),
}
some = settings(
    max_examples=60,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

ODD: list[Any] = [
    None, True, False, 0, -1, 2**31, 2**53 + 1, 2**63, 2**70, -(2**70), 1.5, 100.0, -0.0, 1e300,
    "", "7", "1e9", "-3", "nan", "inf", "\ud800", "a\x00b", "user", "assistant", "msg_1",
    "2026-11-10T09:00:00.000Z", "9999-99-99", "zzzz-zz-zzTzz:zz:zz.zzzZ", "0001-01-01T00:00:00Z",
    "2026-11-10T23:00:00+99:00", [], [[]], {}, {"": {}}, [None, 5, "x"], [{"type": "text"}],
    [{"type": "text", "text": "hi"}, {"type": "tool_use", "id": 5, "input": "no object"}],
]  # fmt: skip
FIELDS = {
    CLAUDE: [
        "type", "uuid", "parentUuid", "sessionId", "requestSessionId", "timestamp", "cwd",
        "gitBranch", "version", "requestId", "agentId", "isSidechain", "isMeta",
        "isCompactSummary", "isApiErrorMessage", "message", "content", "data", "costUSD",
        "summary", "leafUuid", "aiTitle", "customTitle", "totalCostUSD", "modelUsage",
        "attachment", "subtype", "toolUseResult", "searchCount", "id", "model",
        "usage", "role", "input_tokens", "output_tokens", "cache_read_input_tokens",
        "cache_creation_input_tokens", "cache_creation", "ephemeral_5m_input_tokens",
        "output_tokens_details", "thinking_tokens", "server_tool_use", "web_search_requests",
        "speed", "service_tier", "text", "thinking", "name", "input", "source", "media_type",
        "prompt", "is_error",
    ],
    CODEX: [
        "timestamp", "type", "payload", "usage", "thread_id", "item", "metadata", "id", "role",
        "content", "model", "turn_id", "info", "response_id", "thread_token_usage",
        "total_token_usage", "last_token_usage", "forked_from_id", "parent_thread_id",
        "history_base", "source", "subagent", "thread_spawn", "cwd", "cli_version",
        "model_provider", "git", "branch", "input_tokens", "cached_input_tokens",
        "cache_write_input_tokens", "output_tokens", "reasoning_output_tokens", "total_tokens",
        "summary", "name", "arguments", "input", "output", "call_id", "action", "message",
        "num_turns", "text", "query", "command", "compaction_output", "content_item_kinds",
        "internal_chat_message_metadata_passthrough",
    ],
}  # fmt: skip
KINDS = {
    CLAUDE: ["user", "assistant", "system", "attachment", "summary", "ai-title", "custom-title",
             "progress", "cost-state", "queue-operation", "from-the-future"],
    CODEX: ["session_meta", "turn_context", "response_item", "event_msg", "compacted",
            "token_usage_record", "turn.completed", "thread.started", "item.completed", "other"],
}  # fmt: skip
TYPES = ["message", "reasoning", "function_call", "function_call_output", "token_count",
         "thread_rolled_back", "task_started", "web_search_call", "text", "thinking", "tool_use",
         "tool_result", "image", "agent_progress", "queued_command"]  # fmt: skip


def values(names: list[str]) -> st.SearchStrategy[Any]:
    leaf = st.sampled_from([*ODD, *TYPES]) | st.integers(0, 2**40) | st.text(max_size=8)
    return st.recursive(
        leaf,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(names), inner, max_size=6)
        ),
        max_leaves=12,
    )


def record(reader: str) -> st.SearchStrategy[bytes]:
    """Return records made of the names that readers look for, under values they do not expect."""
    names = FIELDS[reader]
    inner = st.dictionaries(st.sampled_from(names), values(names), max_size=10)
    fixed = st.fixed_dictionaries(
        {"type": st.sampled_from(KINDS[reader])},
        optional={
            "timestamp": st.just("2026-11-10T09:00:00.000Z") | st.sampled_from(ODD),
            "message" if reader == CLAUDE else "payload": inner,
        },
    )
    return st.builds(lambda one, two: json.dumps({**one, **two}).encode(), inner, fixed)


def mutated(reader: str) -> st.SearchStrategy[bytes]:
    """Return real lines with a stretch cut out, doubled or written over."""

    def change(line: bytes, start: int, length: int, put: bytes) -> bytes:
        start %= len(line)
        return (line[:start] + put + line[start + length :]).replace(b"\n", b" ")

    put = st.sampled_from(
        [b"", b"\0", b"\xff", b'"', b"{", b"}", b"[", b"null", b"-1", b"1e400", b"NaN", b"\\ud800"]
    ) | st.binary(max_size=4)
    return st.builds(
        change, st.sampled_from(REAL[reader]), st.integers(0, 5000), st.integers(0, 40), put
    )


def any_log(reader: str) -> st.SearchStrategy[bytes]:
    """Return logs of real, mutated, made-up and meaningless lines."""
    line = (
        st.sampled_from(REAL[reader])
        | mutated(reader)
        | record(reader)
        | st.binary(max_size=40).map(lambda data: data.replace(b"\n", b""))
    )
    return st.lists(line, max_size=14).map(lambda lines: b"".join(one + b"\n" for one in lines))


def assert_sane(figures: list[Figures], texts: list[Texts], lines: int) -> None:
    for found in figures:
        for call in found.calls:
            counts = (
                call.input, call.output, call.cache_read, call.cache_write_5m, call.cache_write_1h,
                call.web_searches,
            )  # fmt: skip
            assert all(0 <= count <= TOKEN_LIMIT for count in counts)
            assert 0 <= call.reasoning <= call.output
            assert call.at > 0
            assert call.key
            assert call.reported is None or 0 <= call.reported < 2**63
        assert all(0 <= report.cumulative < CUMULATIVE_LIMIT for report in found.reported)
    for rejected in [
        *(bad for counts in figures for bad in counts.rejected),
        *(bad for words in texts for bad in words.rejected),
    ]:
        assert 1 <= rejected.line <= lines
        assert rejected.reason
        assert len(rejected.excerpt) <= 400
    for message in [said for found in texts for said in found.messages]:
        message.body.encode()  # no lone surrogate is left


def counted(figures: list[Figures]) -> dict[tuple[str, str, bool], tuple[object, ...]]:
    """Return each request's fullest line, as the ledger keeps it."""
    fullest: dict[tuple[str, str, bool], Call] = {}
    for call in [call for found in figures for call in found.calls]:
        name = (call.key, call.variant, call.sidechain)
        if name not in fullest or call.total > fullest[name].total:
            fullest[name] = call
    return {
        name: (call.at, call.model, call.conversation, call.line, call.total, call.approximate)
        for name, call in fullest.items()
    }


def rejections(found: list[Figures] | list[Texts]) -> list[tuple[int, int, str, bytes]]:
    return sorted(
        (bad.line, bad.offset, bad.reason, bad.excerpt) for part in found for bad in part.rejected
    )


def said(texts: list[Texts]) -> list[Message]:
    return [message for found in texts for message in found.messages if message.body]


@pytest.mark.parametrize("reader", READERS)
def test_any_log_gives_findings_or_rejections(reader: str) -> None:
    @some
    @given(any_log(reader))
    def holds(data: bytes) -> None:
        lines = data.count(b"\n")
        assert_sane(figures_of(reader, data), texts_of(reader, data), lines)

    holds()


@pytest.mark.parametrize("reader", READERS)
def test_reading_piece_by_piece_finds_the_same(reader: str) -> None:
    @some
    @given(any_log(reader), st.lists(st.integers(1, 13), max_size=4))
    def holds(data: bytes, cuts: list[int]) -> None:
        whole, parts = figures_of(reader, data), figures_of(reader, data, cuts)
        assert counted(parts) == counted(whole)
        assert rejections(parts) == rejections(whole)
        whole_texts, part_texts = texts_of(reader, data), texts_of(reader, data, cuts)
        assert said(part_texts) == said(whole_texts)
        assert rejections(part_texts) == rejections(whole_texts)

    holds()


@pytest.mark.parametrize("reader", READERS)
def test_real_log_cut_anywhere_counts_the_same(reader: str) -> None:
    for path in sorted(HOMES.rglob("*.jsonl")):
        if (".codex" in path.parts) != (reader == CODEX):
            continue
        data = path.read_bytes()
        whole = counted(figures_of(reader, data))
        for cut in range(1, data.count(b"\n")):
            assert counted(figures_of(reader, data, [cut])) == whole, (path.parent, cut)
        assert counted(figures_of(reader, data, range(data.count(b"\n")))) == whole


@pytest.mark.parametrize("reader", READERS)
def test_any_log_can_be_stored_and_read_again(reader: str, tmp_path: Path) -> None:
    root = tmp_path / "root"
    log_file = root / NAMES[reader]
    log_file.parent.mkdir(parents=True)
    ledgers = iter(range(1000))

    @settings(some, max_examples=12)
    @given(st.lists(any_log(reader), min_size=4, max_size=8))
    def holds(logs: list[bytes]) -> None:
        numbers = count()
        data = re.sub(
            rb'"uuid": ?"[^"]*"', lambda _: b'"uuid":"u%d"' % next(numbers), b"".join(logs)
        )
        log_file.write_bytes(data)
        with Ledger.open(tmp_path / str(next(ledgers))) as ledger:
            ledger.sync([(reader, root)])
            before = ledger.connection.execute("SELECT count(*), sum(input) FROM call").fetchone()
            log_file.touch()
            ledger.sync([(reader, root)])
            after = ledger.connection.execute("SELECT count(*), sum(input) FROM call").fetchone()
            assert after == before
            assert ledger.check() == []

    holds()


def test_one_name_for_several_texts_again_and_again_is_stored(tmp_path: Path) -> None:
    def prompt(text: str) -> dict[str, Any]:
        at = "2026-11-10T09:00:00Z"
        return {"type": "user", "uuid": "u", "timestamp": at, "message": {"content": text}}

    log_file = tmp_path / "root" / NAMES[CLAUDE]
    log_file.parent.mkdir(parents=True)
    log_file.write_bytes(log(prompt("one"), prompt("two"), prompt("two")))
    with Ledger.open(tmp_path / "workspace") as ledger:
        ledger.sync([(CLAUDE, tmp_path / "root")])
        assert ledger.connection.execute("SELECT count(*) FROM message").fetchone() == (2,)


BOMBS: dict[str, bytes] = {
    "depth of lists": b"[" * 100_000,
    "depth of objects": b'{"a":' * 100_000,
    "depth inside a message": b'{"type":"user","message":{"content":' + b"[" * 50_000
    + b"]" * 50_000 + b"}}",
    "depth inside a payload": b'{"type":"response_item","payload":{"type":"message","role":"user",'
    b'"content":' + b"[" * 50_000 + b"]" * 50_000 + b"}}",
    "not a number": b'{"type":"assistant","message":{"usage":{"input_tokens":NaN}}}',
    "infinite": b'{"type":"assistant","message":{"usage":{"input_tokens":1e400}}}',
    "only a surrogate": b'"\\ud800"',
    "five megabytes of nothing": b"x" * 5_000_000,
}  # fmt: skip


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", BOMBS)
def test_bomb_is_left_out_with_a_reason(reader: str, name: str) -> None:
    good = log({"type": "user", "uuid": "u1", "timestamp": "2026-11-10T09:00:00Z", "message": "hi"})
    data = good + BOMBS[name] + b"\n" + good
    (figures,), (texts,) = figures_of(reader, data), texts_of(reader, data)

    assert {bad.line for bad in (*figures.rejected, *texts.rejected)} <= {2}
    assert all(len(bad.reason) < 200 for bad in figures.rejected)
    if reader == CLAUDE or ("number" not in name and "infinite" not in name):
        assert figures.rejected or texts.rejected
