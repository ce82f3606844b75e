"""Droid: one call stands for all of a session, whichever of its two files tells of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from convledger.sources.document import NotReadable
from convledger.sources.findings import Flag, Measure
from tests.sources.agent_parts import FIXTURES, jsonl, keys, marked
from tests.sources.documents import Read, read, read_bytes

DROID = "droid"
ROOT = FIXTURES / "droid" / ".factory" / "sessions"
SESSION = "8e7d6c5b-4040-4c4c-8b8b-727272727272"
START = {"type": "session_start", "id": "s", "title": "New Session", "cwd": "/w", "version": 2}
USAGE = {"inputTokens": 10, "outputTokens": 20, "cacheCreationTokens": 30, "cacheReadTokens": 40,
         "thinkingTokens": 5}  # fmt: skip


def said(name: str, role: str, *content: Any) -> dict[str, Any]:
    return {"type": "message", "id": name, "timestamp": "2026-07-01T10:00:05.000Z",
            "message": {"role": role, "content": list(content)}}  # fmt: skip


def text(body: str) -> dict[str, str]:
    return {"type": "text", "text": body}


def session(tmp_path: Path, *records: Any, settings: Any = None) -> Read:
    if settings is not None:
        beside = settings if isinstance(settings, bytes) else json.dumps(settings).encode()
        (tmp_path / "s.settings.json").write_bytes(beside)
    return read_bytes(DROID, tmp_path, "s.jsonl", jsonl(START, *records))


def test_both_files_of_the_fixture_tell_of_the_same_call() -> None:
    log, beside = (next(ROOT.rglob(f"*{ending}")) for ending in (".jsonl", ".settings.json"))
    first, second = read(DROID, log, root=ROOT), read(DROID, beside, root=ROOT)
    (call,) = first.calls

    assert first.calls == second.calls
    assert (call.key, call.model, call.approximate) == (
        f"{SESSION}:total", "claude-sonnet-4-5-20250929", True,
    )  # fmt: skip
    assert (call.input, call.output, call.reasoning, call.cache_read, call.cache_write_5m) == (
        900, 150, 40, 6500, 7000,
    )  # fmt: skip
    assert call.at == first.conversations[SESSION].last_at
    assert first.conversations[SESSION].title == "Freezing kiosk"
    assert second.messages == []


def test_total_keeps_its_name_while_it_grows(tmp_path: Path) -> None:
    before = session(tmp_path, said("a", "assistant", text("Hi")), settings={"tokenUsage": USAGE})
    grown = {"tokenUsage": {**USAGE, "inputTokens": 99}}
    after = session(tmp_path, said("a", "assistant", text("Hi")), settings=grown)

    assert keys(before) == keys(after) == ["s:total"]
    assert after.calls[0].total > before.calls[0].total


def test_thinking_is_part_of_the_output_unless_it_is_more(tmp_path: Path) -> None:
    (inside,) = session(tmp_path, settings={"tokenUsage": USAGE}).calls
    more = {"tokenUsage": {**USAGE, "thinkingTokens": 50}}
    (beside,) = session(tmp_path, settings=more).calls

    assert (inside.output, inside.reasoning) == (20, 5)
    assert (beside.output, beside.reasoning) == (70, 50)


def test_total_of_a_long_session_may_pass_what_one_call_can_hold(tmp_path: Path) -> None:
    usage = {**USAGE, "cacheReadTokens": 2 * 10**9}

    assert session(tmp_path, settings={"tokenUsage": usage}).calls[0].cache_read == 2 * 10**9


@pytest.mark.parametrize(
    ("name", "model", "provider"),
    [
        ("claude-opus-4-5", "claude-opus-4-5", ""),
        ("custom:Claude-Opus-4.5-Thinking-[Anthropic]-0", "Claude-Opus-4.5-Thinking", "anthropic"),
        ("custom:kimi-k2", "kimi-k2", ""),
        (None, "unknown", ""),
    ],
)
def test_model_is_named_without_what_only_tells_who_sells_it(
    tmp_path: Path, name: str | None, model: str, provider: str
) -> None:
    (call,) = session(tmp_path, settings={"model": name, "tokenUsage": USAGE}).calls

    assert (call.model, call.provider) == (model, provider)


def test_log_without_a_total_leaves_each_request_unknown(tmp_path: Path) -> None:
    found = session(
        tmp_path,
        said("a", "user", text("Hi")),
        said("b", "assistant", text("Yes")),
        said("c", "assistant", text("More")),
        said("d", "user", text("And?")),
        said("e", "assistant", text("No")),
    )

    assert [(call.key, call.measure) for call in found.calls] == [
        ("s:c", Measure.MISSING), ("s:e", Measure.MISSING),
    ]  # fmt: skip
    assert set(keys(found)) < {one.uuid for one in found.messages}


def test_session_that_used_nothing_yet_has_no_call(tmp_path: Path) -> None:
    nothing = dict.fromkeys(USAGE, 0)

    assert session(tmp_path, said("a", "user", text("Hi")), settings={"tokenUsage": nothing}
                   ).calls == []  # fmt: skip


def test_total_that_is_being_written_is_read_when_it_is_whole(tmp_path: Path) -> None:
    half = b'{"tokenUsage": {"inputTo'

    assert session(tmp_path, said("a", "assistant", text("Hi")), settings=half).calls == []
    with pytest.raises(NotReadable, match="not whole"):
        read(DROID, tmp_path / "s.settings.json", root=tmp_path)


def test_impossible_total_is_rejected_once(tmp_path: Path) -> None:
    wrong = {"tokenUsage": {**USAGE, "inputTokens": -4}}

    assert session(tmp_path, settings=wrong).rejected == []
    (rejected,) = read(DROID, tmp_path / "s.settings.json", root=tmp_path).rejected
    assert rejected.reason == "not a possible token count: -4"


def test_reminders_are_no_prompts_and_give_no_title(tmp_path: Path) -> None:
    found = session(
        tmp_path, said("a", "user", text("<system-reminder>x</system-reminder>"), text("Hello"))
    )

    assert found.visible() == [("prompt", "Hello")]
    assert len(marked(found, Flag.HIDDEN)) == 1
    assert [facts.title for facts in found.conversations.values()] == ["Hello"]


def test_session_that_another_called_names_it(tmp_path: Path) -> None:
    found = read_bytes(DROID, tmp_path, "s.jsonl", jsonl(
        {**START, "callingSessionId": "p"}, said("a", "user", text("Do it"))))  # fmt: skip

    assert [(facts.parent, facts.relation) for facts in found.conversations.values()] == [
        ("p", "subagent")
    ]
