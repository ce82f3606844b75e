"""Claude.ai's exports: blocks, trees of messages, attachments, projects, design chats."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from convledger.sources.claude_ai import recognises
from convledger.sources.document import NotReadable
from convledger.sources.findings import Flag, Kind, Measure
from convledger.sources.glimpse import NO, SURE
from tests.sources.chats import block, chat, message
from tests.sources.documents import Read, glimpse_at, read, read_bytes

FIXTURES = Path(__file__).parents[2] / "fixtures" / "sources" / "claude-ai"
SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
EXPECTED: dict[str, Any] = (
    json.loads((SAMPLES / "expected.json").read_text("utf-8"))
    if (SAMPLES / "expected.json").exists()
    else {}
)
needs_samples = pytest.mark.skipif(not EXPECTED, reason=f"there are no samples at {SAMPLES.name}/")
CONFORMING = sorted(
    name
    for name, facts in EXPECTED.items()
    if name.startswith("claude-ai/") and facts.get("messages")
)
STRANGE = "claude-ai/ailog_conversations.json"


def found_in(tmp_path: Path, value: Any, name: str = "conversations.json") -> Read:
    return read_bytes("claude-ai", tmp_path, name, json.dumps(value).encode())


@needs_samples
@pytest.mark.parametrize("name", CONFORMING)
def test_sample_has_its_messages_by_sender_and_kind(name: str) -> None:
    expected = EXPECTED[name]
    found = read("claude-ai", SAMPLES / name)
    kinds = {
        "text": (Kind.PROMPT, Kind.ANSWER),
        "thinking": (Kind.THINKING,),
        "tool_use": (Kind.TOOL_CALL,),
    }
    assert len(found.conversations) == expected["conversations"] - expected["empty"]
    assert len({each.uuid for each in found.messages}) == expected["messages"]
    prompts = [each for each in found.messages if each.kind == Kind.PROMPT]
    assert len(prompts) == expected["by_sender"]["human"]
    for kind, count in expected["block_types"].items():
        assert sum(each.kind in kinds[kind] for each in found.messages) == count
    assert {(call.model, call.measure) for call in found.calls} == {("unknown", Measure.MISSING)}
    assert not found.rejected


@needs_samples
def test_the_sample_that_does_not_conform_is_unrecognised_and_gives_nothing() -> None:
    assert recognises(glimpse_at(SAMPLES / STRANGE)) == NO
    with pytest.raises(NotReadable, match="no conversation of Claude"):
        read("claude-ai", SAMPLES / STRANGE)


@needs_samples
def test_only_claudes_own_samples_are_recognised() -> None:
    files = [path for path in SAMPLES.rglob("*.json*") if path.parent != SAMPLES]
    mine = {path for path in files if recognises(glimpse_at(path)) > NO}
    assert mine == {SAMPLES / name for name in CONFORMING}


def test_fixture_is_cut_into_its_requests_and_names_its_project() -> None:
    found = read("claude-ai", FIXTURES / "conversations.json")
    assert [(Kind(each.kind).name, each.body, each.flags) for each in found.messages] == [
        ("PROMPT", "Compare the flour prices in the list.", 0),
        ("ATTACHMENT", "flour,euro\nrye,1.10\nspelt,1.90\n", 0),
        ("ATTACHMENT", "[file shelf.png]", 0),
        ("THINKING", "Two rows; spelt is dearer.", Flag.BRANCH),
        ("ANSWER", "I will work it out.", Flag.BRANCH),
        ("TOOL_CALL", '{"code":"1.90 / 1.10"}', Flag.BRANCH),
        ("TOOL_RESULT", "1.727", Flag.BRANCH),
        ("ANSWER", "Spelt costs 73 % more than rye.", Flag.BRANCH),
        ("ANSWER", "Rye is the cheaper one, at 1.10 against 1.90.", 0),
        ("PROMPT", "And for 25 kg?", 0),
        ("ANSWER", "27.50 against 47.50 euros.", 0),
    ]
    (facts,) = found.conversations.values()
    assert (facts.title, facts.project) == ("Flour prices", "Bakery books")
    last = {each.uuid: each.body for each in found.messages if each.kind != Kind.ATTACHMENT}
    assert [last[call.key] for call in found.calls] == [
        '{"code":"1.90 / 1.10"}',
        "Spelt costs 73 % more than rye.",
        "Rye is the cheaper one, at 1.10 against 1.90.",
        "27.50 against 47.50 euros.",
    ]


def test_the_parts_of_a_message_are_behind_each_other(tmp_path: Path) -> None:
    result = {"type": "tool_result", "content": "1", "is_error": True}
    found = found_in(
        tmp_path,
        [
            chat(
                message("q", "human", block("?")),
                message("a", "assistant", block("1"), result, block("2")),
                message("b", "human", block("3")),
            )
        ],
    )
    assert [(each.uuid, each.parent, each.line) for each in found.messages] == [
        ("c:q", "", 1),
        ("c:a", "c:q", 2),
        ("c:a:1", "c:a", 3),
        ("c:a:2", "c:a:1", 4),
        ("c:b", "c:a:2", 5),
    ]
    assert [bool(each.flags & Flag.ERROR) for each in found.messages] == [
        False, False, True, False, False,
    ]  # fmt: skip


def test_design_chat_is_read_with_its_interjection_as_a_prompt() -> None:
    found = read("claude-ai", FIXTURES / "design_chats.json")
    assert found.visible() == [
        ("prompt", "A sign with a pretzel"),
        ("attachment", "<svg/>"),
        ("thinking", "A round sign."),
        ("tool_call", '{"shape":"circle"}'),
        ("prompt", "make it blue"),
        ("answer", "Here is a round, blue sign."),
    ]
    assert len(found.calls) == 2
    (facts,) = found.conversations.values()
    assert (facts.title, facts.project) == ("Shop sign", "Signs")
    assert recognises(glimpse_at(FIXTURES / "design_chats.json")) == SURE


def test_projects_in_files_of_their_own_are_found_and_others_keep_their_id(tmp_path: Path) -> None:
    (tmp_path / "data" / "projects").mkdir(parents=True)
    (tmp_path / "data" / "projects" / "p1.json").write_text('{"uuid": "p1", "name": "One"}')
    spoken = message("q", "human", block("?"))
    every = [
        chat(spoken, uuid=str(number), project={"uuid": uuid})
        for number, uuid in enumerate(("p1", "p2", "../../etc/passwd", None))
    ]
    found = found_in(tmp_path, every, "data/conversations.json")
    assert [facts.project for facts in found.conversations.values()] == [
        "One", "p2", "../../etc/passwd", "",
    ]  # fmt: skip


def test_files_beside_an_export_are_no_logs() -> None:
    for name in ("users.json", "projects.json"):
        assert recognises(glimpse_at(FIXTURES / name)) == NO
        with pytest.raises(NotReadable):
            read("claude-ai", FIXTURES / name)


def test_the_latest_leaf_is_the_path_and_its_siblings_are_branches(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        [
            chat(
                message("q", "human", block("?"), parent_message_uuid="0" * 8),
                message("b", "assistant", block("late"), second=9, parent_message_uuid="q"),
                message("a", "assistant", block("early"), second=3, parent_message_uuid="q"),
            )
        ],
    )
    assert found.visible() == [("prompt", "?"), ("answer", "late")]
    assert len(found.calls) == 2


def test_without_parents_the_order_of_the_list_holds(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        [chat(*(message(name, "human", block(name), second=9 - at)
                        for at, name in enumerate("xyz")))],
    )  # fmt: skip
    assert [(each.uuid, each.parent) for each in found.messages] == [
        ("c:x", ""), ("c:y", "c:x"), ("c:z", "c:y"),
    ]  # fmt: skip
    assert found.visible() == [("prompt", "x"), ("prompt", "y"), ("prompt", "z")]


def test_a_circle_of_parents_is_opened(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        [
            chat(
                message("a", "human", block("1"), parent_message_uuid="b"),
                message("b", "assistant", block("2"), parent_message_uuid="a"),
                message("s", "human", block("3"), parent_message_uuid="s"),
            )
        ],
    )
    assert sorted(each.body for each in found.messages) == ["1", "2", "3"]


def test_blocks_come_before_the_flat_text_which_stands_in_where_there_are_none(
    tmp_path: Path,
) -> None:
    found = found_in(
        tmp_path,
        [
            chat(
                message("a", "human", block("block"), text=("This block is not supported")),
                message("b", "human", text="flat"),
                message("c", "human", block(""), text="flat too"),
                {"uuid": "d", "sender": "human", "text": "bare", "content": "plain"},
                {"uuid": "e", "sender": "human", "text": "no content"},
                message("f", "human", text="", attachments=[{"file_name": "only.txt"}]),
                message("g", "human", text=""),
            )
        ],
    )
    assert [each.body for each in found.messages] == [
        "block", "flat", "flat too", "plain", "no content", "[file only.txt]",
    ]  # fmt: skip


def test_unknown_blocks_are_told_and_silent_ones_left_out(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        [
            chat(
                message(
                    "a",
                    "assistant",
                    {"type": "thinking", "thinking": "", "summaries": [{"summary": "Thought"}]},
                    {"type": "token_budget", "remaining": 5},
                    {"type": "tool_use", "name": "search", "input": "no object"},
                    {"type": "voice_note"},
                    {"type": "citation_card", "text": "A card"},
                )
            )
        ],
    )
    assert [(Kind(each.kind).name, each.name, each.body) for each in found.messages] == [
        ("THINKING", "", "Thought"),
        ("TOOL_CALL", "search", '{"input":"no object"}'),
        ("ATTACHMENT", "", "[voice note]"),
        ("NOTE", "citation_card", "A card"),
    ]


def test_model_that_an_exporter_adds_is_taken(tmp_path: Path) -> None:
    spoken = (message("q", "human", block("?")), message("a", "assistant", block("!")))
    found = found_in(tmp_path, [chat(*spoken, model="claude-sonnet-4-5")])
    assert [call.model for call in found.calls] == ["claude-sonnet-4-5"]
    spoken[1]["model"] = "claude-opus-4-1"
    found = found_in(tmp_path, [chat(*spoken, model="claude-sonnet-4-5")])
    assert [call.model for call in found.calls] == ["claude-opus-4-1"]


@pytest.mark.parametrize(
    ("given_at", "told"),
    [
        ("2026-09-01T08:00:05.250000Z", 5.25),
        ("2026-09-01T10:00:05+02:00", 5),
        ("2026-09-01T08:00:05", 5),
        (1_788_249_605_000, 5),
        (None, 0),
        ("yesterday", 0),
        ("1970-01-01T00:00:00Z", 0),
        ("2262-04-11T00:00:00Z", 0),
        ({}, 0),
    ],
)
def test_instants_of_every_spelling(tmp_path: Path, given_at: Any, told: float) -> None:
    spoken = {**message("q", "human", block("?")), "created_at": given_at}
    found = found_in(tmp_path, [chat(spoken)])
    assert [each.at for each in found.messages] == [1_788_249_600_000_000 + int(told * 1_000_000)]


def test_empty_conversations_are_passed_over_without_a_word(tmp_path: Path) -> None:
    every = [chat(), chat(uuid="d"), chat(message("a", "human"))]
    every[1]["chat_messages"] = None
    found = found_in(tmp_path, every)
    assert not found.conversations
    assert not found.rejected


@pytest.mark.parametrize("shape", ["array", "object", "single"])
def test_every_shape_of_file_is_read_and_recognised(tmp_path: Path, shape: str) -> None:
    for size in (5, 400_000):
        one = chat(message("q", "human", block("x" * size)))
        value = {"array": [one], "object": {"conversations": [one]}, "single": one}[shape]
        found = found_in(tmp_path, value)
        assert len(found.messages) == 1
        assert recognises(glimpse_at(tmp_path / "conversations.json")) == SURE


def test_wrong_types_cost_only_themselves(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        [
            chat(
                message("a", "human", block("half \ud83d"), attachments="none", files=7),
                5,
                message("b", "assistant", "bare", 7, {"type": 9, "text": "x"}, model=["x"]),
                {"uuid": 12, "sender": "human", "content": {"contentBlocks": "?", "content": "y"}},
                name=["no title"],
                project="p",
            )
        ],
    )
    assert [each.body for each in found.messages] == ["half \ufffd", "bare", "x", "y"]
    assert found.conversations["c"].title == "half \ufffd"
    assert {bad.reason for bad in found.rejected} == {"1 of its messages can't be read"}
