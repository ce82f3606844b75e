"""Open WebUI: exports; branches, usage in three shapes, clones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from convledger.sources.document import NotReadable
from convledger.sources.findings import Flag, Kind, Measure
from tests.sources.documents import Read, read, read_bytes
from tests.sources.open_webui_parts import EXPORT, START, chat, said
from tests.sources.web_chats import EXPECTED, SAMPLES, needs_samples

TIDE, CLONE = "b3a1f7c0-55aa-4f6e-8a51-1d2e3f4a5b6c", "c9d8e7f6-1111-4f6e-8a51-1d2e3f4a5b6c"


def of(tmp_path: Path, *chats: Any) -> Read:
    return read_bytes("open-webui", tmp_path, "export.json", json.dumps(chats).encode())


def answered(tmp_path: Path, **more: Any) -> Read:
    return of(tmp_path, chat({"q": said("user"), "a": said("assistant", "so", "q", **more)}))


@needs_samples
def test_sample_has_its_chats_messages_and_no_tokens() -> None:
    name = "open-webui/librechat_fixture_openwebui-export.json"
    found = read("open-webui", SAMPLES / name)

    assert len(found.conversations) == EXPECTED[name]["conversations"]
    assert len({(each.conversation, each.line) for each in found.messages}) == 6
    assert {call.measure for call in found.calls} == {Measure.MISSING}
    assert found.visible("tool-chat") == [
        ("prompt", "What's the weather in Paris?"),
        ("tool_call", '{"city":"Paris"}'),
        ("tool_result", "Paris: 18C, rain"),
        ("answer", "The weather in Paris is 18C with rain."),
    ]
    assert found.visible("reasoning-chat")[1:] == [
        ("thinking", "15 * 17 = 15 * 10 + 15 * 7 = 150 + 105 = 255"),
        ("answer", "255"),
    ]


def test_export_tells_the_tokens_of_each_model() -> None:
    found = read("open-webui", EXPORT)

    assert [
        (c.model, c.provider, c.input, c.cache_read, c.output, c.reasoning)
        for c in found.calls
        if c.measure == Measure.RECORDED and not c.copied_into
    ] == [
        ("gpt-4o", "", 176, 1024, 80, 64),
        ("llama3.1:8b", "ollama", 31, 0, 9, 0),
        ("gpt-4o", "", 300, 0, 4, 0),
    ]
    assert [c.reported for c in found.calls if c.reported] == [790_000_000]


def test_second_answer_of_two_models_is_a_branch_and_counts() -> None:
    found = read("open-webui", EXPORT)
    branches = [each for each in found.messages if each.flags & Flag.BRANCH]

    assert [(each.body, each.conversation) for each in branches] == [("In the evening.", TIDE)]
    assert branches[0].uuid.split("/")[1] in {call.key for call in found.calls}


def test_details_become_thoughts_tool_calls_and_results() -> None:
    found = read("open-webui", EXPORT)

    assert found.visible(TIDE) == [
        ("prompt", "When is high tide?"),
        ("answer", "At 18:12."),
        ("prompt", "And in Brest?"),
        ("attachment", "brest.csv"),
        ("thinking", "Brest is further west."),
        ("tool_call", '{"port":"Brest"}'),
        ("tool_result", "17:55"),
        ("answer", "At 17:55."),
    ]


def test_answer_with_a_tool_is_two_requests_where_no_tokens_are_logged() -> None:
    found = read("open-webui", EXPORT)
    unknown = [call.key for call in found.calls if call.measure == Measure.MISSING]
    firsts = {each.uuid for each in found.messages if each.block == 0}

    assert unknown == [f"{unknown[0]}", f"{unknown[0]}+2"]
    assert set(unknown) <= firsts


def test_clone_of_a_chat_counts_only_what_is_new() -> None:
    found = read("open-webui", EXPORT)
    copies = [call for call in found.calls if call.copied_into]
    flags = [each.flags & Flag.INHERITED for each in found.messages if each.conversation == CLONE]

    assert [(call.conversation, call.copied_into) for call in copies] == [(TIDE, CLONE)]
    assert copies[0].key in {call.key for call in found.calls if not call.copied_into}
    assert [bool(flag) for flag in flags] == [True, True, False, False]
    facts = found.conversations[CLONE]
    assert (facts.parent, facts.relation) == (TIDE, "fork")
    assert facts.first_at == 1791030040_000_000


def test_ids_that_are_no_uuids_are_unique_within_their_chat_only(tmp_path: Path) -> None:
    messages = {"q": said("user"), "a": said("assistant", "so", "q")}
    found = of(tmp_path, chat(messages, "c1"), chat(messages, "c2"))

    assert [call.key for call in found.calls] == ["c1/a", "c2/a"]
    assert len({each.uuid for each in found.messages}) == 4


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        ({"prompt_tokens": 10, "completion_tokens": 3}, (10, 0, 0, 3, 0)),
        ({"prompt_eval_count": 10, "eval_count": 3}, (10, 0, 0, 3, 0)),
        ({"input_tokens": 10, "output_tokens": 3, "prompt_tokens": 4}, (10, 0, 0, 3, 0)),
        ({"input_tokens": 0, "prompt_tokens": "10", "completion_tokens": 3.0}, (10, 0, 0, 3, 0)),
        (
            {"prompt_tokens": 10, "completion_tokens": 3,
             "prompt_tokens_details": {"cached_tokens": 99},
             "completion_tokens_details": {"reasoning_tokens": 99}},
            (0, 10, 0, 3, 3),
        ),
        (
            {"input_tokens": 10, "output_tokens": 3, "cache_read_input_tokens": 5,
             "cache_creation_input_tokens": 7},
            (10, 5, 7, 3, 0),
        ),
        (
            {"prompt_tokens": 20, "completion_tokens": 3, "cache_creation_input_tokens": 7,
             "prompt_tokens_details": {"cached_tokens": 5}},
            (8, 5, 7, 3, 0),
        ),
    ],
)  # fmt: skip
def test_usage_of_each_shape_is_split_into_what_is_disjoint(
    tmp_path: Path, usage: dict[str, Any], tokens: tuple[int, ...]
) -> None:
    (call,) = answered(tmp_path, usage=usage).calls

    assert call.measure == Measure.RECORDED
    assert tokens == (
        call.input, call.cache_read, call.cache_write_5m, call.output, call.reasoning
    )  # fmt: skip


@pytest.mark.parametrize("usage", [None, {}, {"total_tokens": 5}, [], "x", {"prompt_tokens": 0}])
def test_usage_that_tells_nothing_is_unknown(tmp_path: Path, usage: Any) -> None:
    (call,) = answered(tmp_path, usage=usage).calls

    assert (call.measure, call.key, call.total) == (Measure.MISSING, "c1/a", 0)


def test_impossible_tokens_are_rejected_and_unknown(tmp_path: Path) -> None:
    found = answered(tmp_path, usage={"prompt_tokens": -5, "completion_tokens": 3})

    assert "not a possible token count" in found.rejected[0].reason
    assert [call.measure for call in found.calls] == [Measure.MISSING]


def test_failed_answer_is_no_call(tmp_path: Path) -> None:
    found = of(
        tmp_path,
        chat({"q": said("user"), "a": said("assistant", "", "q", error={"content": "429"})}),
    )

    assert found.calls == []
    assert found.visible()[-1] == ("note", "429")
    assert found.messages[-1].flags & Flag.ERROR


def test_model_is_the_chat_s_only_one_where_the_answer_names_none(tmp_path: Path) -> None:
    messages = {"a": said("assistant")}
    found = of(tmp_path, chat(messages, "1"), chat(messages, "2", models=["m", "n"]))

    assert [call.model for call in found.calls] == ["m", "unknown"]


def test_plain_list_of_older_versions_is_read(tmp_path: Path) -> None:
    row = chat({})
    row["chat"]["messages"] = [{"id": "q", **said("user")}, {"id": "a", **said("assistant", "so")}]
    for each in row["chat"]["messages"]:
        del each["parentId"]
    bare = {"id": "c9", "title": "Bare", "history": chat({"x": said("user")})["chat"]["history"]}
    found = of(tmp_path, row, bare)

    assert found.visible("c1") == [("prompt", "text"), ("answer", "so")]
    assert found.visible("c9") == [("prompt", "text")]


@pytest.mark.parametrize("unit", [1, 10**3, 10**9])
def test_instants_are_read_in_seconds_milliseconds_and_nanoseconds(
    tmp_path: Path, unit: int
) -> None:
    row = chat({"q": {**said("user"), "timestamp": None}})
    row["created_at"] = START * unit
    found = of(tmp_path, row)

    assert found.conversations["c1"].first_at == START * 1_000_000


def test_code_of_the_interpreter_and_cut_details_are_kept(tmp_path: Path) -> None:
    code = (
        '<details type="code_interpreter" done="true" output="&quot;2\\n&quot;">\n'
        "<summary>Analyzed</summary>\n```python\nprint(1 &lt; 2)\n```\n</details>\nTwo."
    )
    cut = '<details type="reasoning" done="false">\n<summary>Thinking…</summary>\n&gt; I was'
    found = of(tmp_path, chat({"a": said("assistant", code), "b": said("assistant", cut, "a")}))

    assert found.visible() == [
        ("tool_call", '{"code":"```python\\nprint(1 < 2)\\n```"}'),
        ("tool_result", "2\n"),
        ("answer", "Two."),
        ("thinking", "I was"),
    ]


@pytest.mark.parametrize(
    "odd",
    [
        None, 5, "x", [], {}, {"id": 5, "chat": []}, {"chat": {"history": []}},
        {"chat": {"history": {"messages": []}}}, {"chat": {"history": {"messages": {"a": 5}}}},
        {"chat": {"history": {"currentId": 5, "messages": {"a": {"role": [], "content": {}}}}}},
        {"chat": {"history": {"messages": {"a": {"parentId": "a", "role": "assistant",
                                                 "content": [None, {"text": 5}],
                                                 "output": [5, {"type": 1}, {"type": "message"}],
                                                 "files": {"a": 1}, "error": ["x"]}}}}},
    ],
)  # fmt: skip
def test_odd_chats_do_not_hinder_the_others(tmp_path: Path, odd: Any) -> None:
    found = of(tmp_path, odd, chat({"q": said("user")}))

    assert ("prompt", "text") in found.visible("c1")


def test_lone_surrogates_are_replaced(tmp_path: Path) -> None:
    content = json.dumps([chat({"q": said("user", "a\ud800b")})]).encode()
    found = read_bytes("open-webui", tmp_path, "export.json", content)

    assert found.visible() == [("prompt", "a\ufffdb")]


def test_web_page_in_place_of_json_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotReadable, match="a web page"):
        read_bytes("open-webui", tmp_path, "export.json", b"<!DOCTYPE html><html></html>")


def test_cut_export_keeps_its_whole_chats(tmp_path: Path) -> None:
    content = json.dumps([chat({"q": said("user")}, f"c{n}") for n in range(3)]).encode()
    found = read_bytes("open-webui", tmp_path, "export.json", content[:-200])

    assert list(found.conversations) == ["c0", "c1"]
    assert "not whole" in found.rejected[0].reason


def test_kinds_of_messages_of_roles(tmp_path: Path) -> None:
    found = of(tmp_path, chat({"s": said("system"), "q": said("user", [
        {"type": "text", "text": "see"}, {"type": "image_url", "image_url": {"url": "data:x"}}
    ], "s")}))  # fmt: skip

    assert [(each.kind, each.body) for each in found.messages] == [
        (Kind.NOTE, "text"), (Kind.PROMPT, "see")
    ]  # fmt: skip
    assert found.messages[0].flags & Flag.HIDDEN
