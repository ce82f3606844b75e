"""Aider's chat histories and analytics logs: whose a line is, what a request took."""

from __future__ import annotations

import json
from datetime import UTC
from pathlib import Path

import pytest

from convledger.sources.aider import history, recognises
from convledger.sources.aider.usage import call_of, model_of
from convledger.sources.document import NotReadable
from convledger.sources.findings import Kind, Measure
from tests.sources.documents import Read, glimpse_at, read, read_bytes
from tests.sources.web_chats import EXPECTED, FIXTURES, SAMPLES, needs_samples

FILES = FIXTURES / "aider"
NAME = ".aider.chat.history.md"
BEGIN = "\n# aider chat started at 2026-10-05 09:12:44\n\n> Aider v0.86.2  \n"


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "ZONE", UTC)


def of(tmp_path: Path, text: str) -> Read:
    return read_bytes("aider", tmp_path, NAME, text.encode())


@needs_samples
@pytest.mark.parametrize("name", [name for name in EXPECTED if name.startswith("aider/")])
def test_sample_has_its_runs_prompts_and_no_tokens(name: str) -> None:
    found = read("aider", SAMPLES / name)
    expected = EXPECTED[name]

    assert len(found.conversations) == expected["sessions"]
    prompts = [each for each in found.messages if each.kind == Kind.PROMPT]
    assert len(prompts) == expected["user_prompts_hash4"]
    assert {call.measure for call in found.calls} == {Measure.MISSING}
    assert {call.key for call in found.calls} <= {each.uuid for each in found.messages}
    assert found.rejected == []


def test_history_tells_rounded_tokens_costs_models_and_versions() -> None:
    found = read("aider", FILES / "tide-clock" / NAME, root=FILES)

    assert [
        (call.model, call.provider, call.input, call.cache_write_5m, call.cache_read, call.output)
        for call in found.calls
    ] == [
        ("anthropic/claude-haiku-4.5", "openrouter", 1100, 1200, 0, 450),
        ("anthropic/claude-haiku-4.5", "openrouter", 1000, 0, 2100, 98),
        ("qwen3-coder", "ollama_chat", 812, 0, 0, 7),
    ]
    assert {call.measure for call in found.calls} == {Measure.ROUNDED}
    assert [call.reported for call in found.calls] == [4_100_000_000, 1_200_000_000, None]
    first, second = found.conversations.values()
    assert (first.native, first.first_at) == ("2026-10-05T09:12:44", 1791191564_000_000)
    assert (first.title, first.version) == ("Show the next high tide on the dial.", "0.86.2")
    assert (first.project, second.title) == ("tide-clock", "Name the hands.")


def test_heading_and_quotation_of_the_model_stay_its_own_where_aider_ends_lines_with_spaces() -> (
    None
):
    found = read("aider", FILES / "tide-clock" / NAME)
    said = found.visible("2026-10-05T09:12:44")

    assert [kind for kind, _ in said] == [
        "note", "prompt", "answer", "note", "prompt", "note", "prompt", "answer", "note"
    ]  # fmt: skip
    assert said[1][1] == "Show the next high tide on the dial.\nKeep the moon phase where it is."
    assert "#### What changes\n> The moon phase stays" in said[2][1]


def test_thoughts_are_told_from_the_answer(tmp_path: Path) -> None:
    found = read("aider", FILES / "tide-clock" / NAME)
    shown = of(
        tmp_path,
        BEGIN + "\n#### Why?  \n\n--------------\n► **THINKING**\n\nHm.\n\n"
        "------------\n► **ANSWER**\n\nSo.\n",
    )

    assert ("thinking", "Short names are best.") in found.visible()
    assert ("answer", "Hour, tide, moon.") in found.visible()
    assert shown.visible()[-2:] == [("thinking", "Hm."), ("answer", "\nSo.".strip())]


def test_heading_in_a_code_fence_is_no_prompt_where_lines_have_lost_their_spaces(
    tmp_path: Path,
) -> None:
    found = of(
        tmp_path,
        "# aider chat started at 2026-10-05 09:12:44\n\n#### Write a readme\n\nHere:\n\n"
        "```md\n\n#### Usage\n\n> run it\n```\n\n> Applied edit to README.md\n",
    )

    assert [kind for kind, _ in found.visible()] == ["prompt", "answer", "note"]


def test_answers_of_a_run_without_token_lines_are_calls_of_unknown_size(tmp_path: Path) -> None:
    found = of(
        tmp_path, BEGIN + "\n#### One?  \n\n1\n\n#### Two?  \n\n2\n\n#### /help  \n\nHelp.\n"
    )

    assert [call.measure for call in found.calls] == [Measure.MISSING] * 3
    answers = [each.uuid for each in found.messages if each.kind == Kind.ANSWER]
    assert [call.key for call in found.calls] == answers


def test_what_a_command_prints_is_no_call(tmp_path: Path) -> None:
    found = of(tmp_path, BEGIN + "\n#### /tokens  \n> First  \nsecond line of a table\n")

    assert found.calls == []


def test_appended_history_keeps_the_names_of_what_was_there(tmp_path: Path) -> None:
    text = BEGIN + "\n#### One?  \n\n1\n\n> Tokens: 10 sent, 1 received.  \n"
    before = of(tmp_path, text)
    after = of(tmp_path, text + "> Applied edit to a.py  \n\n#### Two?  \n\n2\n" + BEGIN)

    assert [call.key for call in before.calls] == [call.key for call in after.calls]
    assert {each.uuid for each in before.messages} < {each.uuid for each in after.messages}
    assert list(after.conversations) == ["2026-10-05T09:12:44", "2026-10-05T09:12:44#2"]


@pytest.mark.parametrize(
    ("said", "tokens"),
    [
        ("Tokens: 999 sent, 0 received.", (999, 0, 0, 0)),
        ("Tokens: 12k sent, 1.5k received. Cost: $0.05 message.", (12000, 0, 0, 1500)),
        ("Tokens: 3k sent, 5k cache write, 9k cache hit, 1 received.", (0, 3000, 0, 1)),
        ("Tokens: 1.2m sent, 1,234 received.", (1_200_000, 0, 0, 1234)),
    ],
)  # fmt: skip
def test_token_line_is_split_into_what_is_disjoint(
    said: str, tokens: tuple[int, int, int, int]
) -> None:
    call = call_of(said)

    assert call is not None
    assert (call.input, call.cache_write_5m, call.cache_read, call.output) == tokens


@pytest.mark.parametrize(
    "said",
    ["Tokens: many sent, 1 received.", "Tokens: 99999999m sent, 1 received.", "Tokens:", ""],
)
def test_line_without_possible_tokens_is_none(said: str) -> None:
    assert call_of(said) is None


def test_model_is_named_without_who_sells_it() -> None:
    assert model_of("Model: gpt-4o with diff edit format") == ("", "gpt-4o")
    assert model_of("Main model: azure/gpt-4o with ask edit format, x") == ("azure", "gpt-4o")
    assert model_of("Weak model: gpt-4o-mini") is None


def test_analytics_are_exact_and_a_launch_begins_a_conversation() -> None:
    found = read("aider", FILES / "aider-analytics.jsonl")

    assert [(c.model, c.provider, c.input, c.output, c.reported) for c in found.calls] == [
        ("claude-sonnet-4-5", "anthropic", 8123, 611, 33_534_000_000),
        ("claude-sonnet-4-5", "anthropic", 8902, 40, 27_306_000_000),
        ("unknown", "openai", 120, 12, None),
    ]
    assert len(found.conversations) == 2
    assert {call.measure for call in found.calls} == {Measure.RECORDED}
    assert found.messages == []


def test_impossible_tokens_in_analytics_are_rejected_by_line(tmp_path: Path) -> None:
    counts = {"main_model": "m", "prompt_tokens": 5, "completion_tokens": 1}
    good = {"event": "message_send", "user_id": "u", "time": 1791190389, "properties": counts}
    bad = {**good, "properties": {**counts, "prompt_tokens": -5}}
    lines = b"".join(json.dumps(each).encode() + b"\n" for each in (bad, good, good))
    found = read_bytes("aider", tmp_path, "aider.jsonl", lines + b"torn")

    assert "not a possible token count" in found.rejected[0].reason
    assert {each.line for each in found.rejected} == {1, 4}
    assert len({call.key for call in found.calls}) == 2


def test_log_of_requests_is_refused_in_words(tmp_path: Path) -> None:
    log = tmp_path / "llm.history"
    log.write_bytes(b"TO LLM 2026-10-05T09:12:44\n-------\nSYSTEM Act as an expert\n")

    assert recognises(glimpse_at(log)) == 100
    with pytest.raises(NotReadable, match="repeats what the chat history holds"):
        read("aider", log)


@pytest.mark.parametrize("content", [b"<!doctype html><html>", b"\x00\x01\x02", b"# a readme\n"])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NotReadable):
        read_bytes("aider", tmp_path, NAME, content)


def test_empty_history_holds_nothing(tmp_path: Path) -> None:
    found = of(tmp_path, "\n\n")

    assert (found.calls, found.messages, found.rejected) == ([], [], [])
