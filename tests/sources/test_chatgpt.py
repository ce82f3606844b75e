"""ChatGPT's exports: every shape of file, the tree of a conversation, each kind of content."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from convledger.sources.chatgpt import recognises
from convledger.sources.document import NotReadable
from convledger.sources.findings import Flag, Kind, Measure
from convledger.sources.glimpse import NO, SURE
from tests.sources.chats import AT, conversation, node, text
from tests.sources.documents import Read, glimpse_at, read, read_bytes

FIXTURES = Path(__file__).parents[2] / "fixtures" / "sources" / "chatgpt"
SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
EXPECTED: dict[str, Any] = (
    json.loads((SAMPLES / "expected.json").read_text("utf-8"))
    if (SAMPLES / "expected.json").exists()
    else {}
)
needs_samples = pytest.mark.skipif(not EXPECTED, reason=f"there are no samples at {SAMPLES.name}/")
OWN = sorted(name for name in EXPECTED if name.startswith("chatgpt/"))


def found_in(tmp_path: Path, value: Any, name: str = "conversations.json") -> Read:
    return read_bytes("chatgpt", tmp_path, name, json.dumps(value).encode())


@needs_samples
@pytest.mark.parametrize("name", OWN)
def test_sample_has_its_conversations_their_paths_and_models(name: str) -> None:
    found = read("chatgpt", SAMPLES / name)
    details = EXPECTED[name]["detail"]
    assert len(found.conversations) == EXPECTED[name]["conversations"]
    assert not found.rejected
    for facts, detail in zip(found.conversations.values(), details, strict=True):
        messages = [each for each in found.messages if each.conversation == facts.native]
        calls = [each for each in found.calls if each.conversation == facts.native]
        assert facts.native == (detail["id"] or facts.native)
        assert facts.title == detail["title"]
        assert len(messages) == detail["nodes_with_message"]
        active = [each for each in messages if not each.flags & Flag.BRANCH]
        assert len(active) == detail["active_path_messages"]
        assert (
            sum(each.kind == Kind.PROMPT for each in active)
            == (detail["active_path_roles"]["user"])
        )
        on_path = {each.uuid for each in active}
        models = {each.model for each in calls if each.key in on_path} - {"unknown"}
        assert models == set(detail["models"])
        assert {each.measure for each in calls} == {Measure.MISSING}


def test_fixture_tells_thoughts_tools_memory_files_and_branches() -> None:
    found = read("chatgpt", FIXTURES / "conversations-000.json")
    kinds = [(Kind(each.kind).name, each.name) for each in found.messages]
    assert kinds == [
        ("NOTE", "user_editable_context"),
        ("PROMPT", ""),
        ("ATTACHMENT", "loaf.jpg"),
        ("ATTACHMENT", "recipe.pdf"),
        ("THINKING", ""),
        ("TOOL_CALL", "web.run"),
        ("TOOL_RESULT", "web.run"),
        ("THINKING", ""),
        ("ANSWER", ""),
        ("ANSWER", ""),
        ("PROMPT", ""),
        ("TOOL_CALL", "bio"),
        ("NOTE", "bio"),
        ("TOOL_RESULT", "bio"),
        ("ANSWER", ""),
    ]
    bodies = [each.body for each in found.messages]
    assert bodies[2:4] == ["[image 1024x768 182 KB]", "[file recipe.pdf 41 KB]"]
    assert bodies[5] == '{"search_query":[{"q":"overproofed sourdough signs"}]}'
    assert bodies[8] == "It proofed too long. Shorten the second rise to 70 minutes."
    flags = [each.flags for each in found.messages]
    assert flags == [Flag.HIDDEN, *[0] * 8, Flag.BRANCH, *[0] * 5]


def test_one_call_is_counted_for_each_request_branches_among_them() -> None:
    found = read("chatgpt", FIXTURES / "conversations-000.json")
    answers = {each.uuid: each for each in found.messages if each.block == 0}
    assert [(answers[call.key].body[:12], call.model) for call in found.calls] == [
        ('{"search_que', "gpt-5-thinking"),
        ("It proofed t", "gpt-5-thinking"),
        ("The oven was", "gpt-4o"),
        ('{"input":"Us', "gpt-4o"),
        ("Noted: I wil", "gpt-4o"),
    ]
    assert all((call.line, call.at) == (answers[call.key].line, answers[call.key].at)
               for call in found.calls)  # fmt: skip
    assert {call.provider for call in found.calls} == {"openai"}


def test_untitled_conversation_is_titled_by_its_first_prompt_and_keeps_its_details() -> None:
    (facts,) = read("chatgpt", FIXTURES / "conversations-001.json").conversations.values()
    assert facts.title == "Sum the till of Saturday: 412.50 and 388.20"
    assert facts.project == "g-p-6810bakery"
    assert facts.details == {
        "gizmo_id": "g-p-6810bakery",
        "gizmo_type": "snorlax",
        "memory_scope": "global_enabled",
        "is_archived": "true",
    }


def test_model_is_the_messages_else_the_conversations_else_unknown(tmp_path: Path) -> None:
    asked = node("q", "root", "user", text("?"))
    own = node("a", "q", "assistant", text("!"), metadata={"model_slug": "o3"})
    bare = node("b", "q", "assistant", text("!"))

    def models(**more: Any) -> list[str]:
        return [call.model for call in found_in(tmp_path, [conversation(asked, own, bare, **more)])
                .calls]  # fmt: skip

    assert models(default_model_slug="gpt-4o") == ["o3", "gpt-4o"]
    assert models(default_model_slug=None) == ["o3", "unknown"]
    assert models(default_model_slug="auto") == ["o3", "unknown"]


SHAPES: dict[str, Any] = {
    "array": lambda one: [one],
    "object": lambda one: {"version": 2, "conversations": [one]},
    "single": lambda one: one,
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_file_is_read_and_recognised(tmp_path: Path, shape: str) -> None:
    one = conversation(
        node("q", "root", "user", text("Hi")), node("a", "q", "assistant", text("Ho"))
    )
    found = found_in(tmp_path, SHAPES[shape](one), "conversations-000.json")
    assert found.visible() == [("prompt", "Hi"), ("answer", "Ho")]
    assert not found.rejected
    assert recognises(glimpse_at(tmp_path / "conversations-000.json")) == SURE


def test_a_conversation_larger_than_the_first_look_is_recognised(tmp_path: Path) -> None:
    one = conversation(node("q", "root", "user", text("x" * 400_000)), title="t")
    for shape in SHAPES.values():
        path = tmp_path / "conversations.json"
        path.write_text(json.dumps(shape(one)), "utf-8")
        assert recognises(glimpse_at(path)) == SURE


@needs_samples
def test_only_chatgpts_own_samples_are_recognised() -> None:
    files = [path for path in SAMPLES.rglob("*.json*") if path.parent != SAMPLES]
    mine = {path for path in files if recognises(glimpse_at(path)) > NO}
    assert mine == {SAMPLES / name for name in OWN}


def test_the_latest_leaf_is_the_path_where_none_is_recorded(tmp_path: Path) -> None:
    nodes = (
        node("q", "root", "user", text("?")),
        node("late", "q", "assistant", text("late"), AT + 9),
        node("early", "q", "assistant", text("early"), AT + 3),
    )
    found = found_in(tmp_path, [conversation(*nodes, current_node="gone")])
    assert found.visible() == [("prompt", "?"), ("answer", "late")]
    assert "not recorded" in found.conversations["c"].details["path"]
    assert len(found.calls) == 2
    chosen = found_in(tmp_path, [conversation(*nodes, current_node="early")])
    assert chosen.visible() == [("prompt", "?"), ("answer", "early")]
    assert "path" not in chosen.conversations["c"].details


def test_circles_are_opened_and_what_leads_nowhere_is_a_beginning(tmp_path: Path) -> None:
    circle = (
        node("a", "b", "user", text("a")),
        node("b", "a", "assistant", text("b")),
        node("self", "self", "user", text("self")),
        node("lost", "nowhere", "user", text("lost")),
    )
    found = found_in(tmp_path, [conversation(*circle, current_node="b")])
    assert sorted(each.body for each in found.messages) == ["a", "b", "lost", "self"]
    assert len(found.calls) == 1


def test_a_tree_that_names_only_children_is_a_tree(tmp_path: Path) -> None:
    nodes = {
        "root": {"children": ["q"], "message": None},
        "q": {"children": ["a"], "message": node("q", None, "user", text("?"))["message"]},
        "a": {"children": [], "message": node("a", None, "assistant", text("!"))["message"]},
    }
    found = found_in(tmp_path, [{"id": "c", "mapping": nodes}])
    assert [each.parent for each in found.messages] == ["", "c:q"]


def test_what_chatgpt_hides_is_hidden(tmp_path: Path) -> None:
    hidden = {"metadata": {"is_visually_hidden_from_conversation": True}}
    own = {"metadata": {"is_user_system_message": True}}
    found = found_in(
        tmp_path,
        [
            conversation(
                node("a", "root", "system", text("You are a model")),
                node("b", "a", "system", text("Be brief"), **own),
                node("c", "b", "user", text("secret"), **hidden),
                node("d", "c", "assistant", text("fine"), channel="analysis"),
            )
        ],
    )
    assert [bool(each.flags & Flag.HIDDEN) for each in found.messages] == [True, False, True, False]
    assert found.messages[-1].kind == Kind.THINKING


def test_empty_messages_are_left_out_of_the_chain(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        [
            conversation(
                node("a", "root", "system", text("")),
                node("b", "a", "user", text("?")),
                node("c", "b", "assistant", text("", "\n")),
                node("d", "c", "assistant", text("!")),
            ),
            conversation(node("a", "root", "assistant", text("")), id="empty"),
            {"id": "listed", "mapping": None},
        ],
    )
    assert [(each.uuid, each.parent) for each in found.messages] == [("c:b", ""), ("c:d", "c:b")]
    assert [call.key for call in found.calls] == ["c:d"]
    assert list(found.conversations) == ["c"]
    assert not found.rejected


def test_names_that_are_not_unique_by_nature_are_told_apart(tmp_path: Path) -> None:
    one = conversation(node("a", "root", "assistant", text("1")), id="one")
    two = conversation(
        node("a", "root", "assistant", text("2")), node("b", "a", "user", text("3")), id="two"
    )
    two["mapping"]["b"]["message"]["id"] = "a"
    found = found_in(tmp_path, [one, two])
    assert [each.uuid for each in found.messages] == ["one:a", "two:a", "two:b"]
    assert [call.key for call in found.calls] == ["one:a", "two:a"]


def test_a_conversation_without_an_id_has_a_stable_one(tmp_path: Path) -> None:
    one = conversation(node("a", "root", "user", text("1")), id=None)
    renamed = {**one, "title": "Another title"}
    first, second = (found_in(tmp_path, [each]) for each in (one, renamed))
    assert list(first.conversations) == list(second.conversations) != [""]


@pytest.mark.parametrize(
    ("given_at", "told"),
    [
        (AT + 5, AT + 5),
        ((AT + 5) * 1000, AT + 5),
        (str(AT + 5), AT + 5),
        (None, AT),
        (0, AT),
        (-5, AT),
        ("2026-09-21T14:13:25+00:00", AT + 5),
        (9.9e12 * 1000, AT),
        (AT - 2, AT - 2),
        (True, AT),
        ({"a": 1}, AT),
    ],
)
def test_absent_and_absurd_instants_are_the_nearest_known(
    tmp_path: Path, given_at: Any, told: int
) -> None:
    found = found_in(tmp_path, [conversation(node("n", "root", "user", text("1"), given_at))])
    assert [each.at for each in found.messages] == [told * 1_000_000]


def test_a_recap_stamped_late_does_not_come_behind_the_answer(tmp_path: Path) -> None:
    recap = {"content_type": "reasoning_recap", "content": "Thought for 9s"}
    found = found_in(
        tmp_path,
        [
            conversation(
                node("a", "root", "assistant", recap, AT + 9),
                node("b", "a", "assistant", text("!"), AT + 8),
            )
        ],
    )
    assert [each.at for each in found.messages] == [(AT + 9) * 1_000_000] * 2
    assert [each.line for each in found.messages] == [1, 2]


def test_a_conversation_branched_off_names_the_one_it_came_from(tmp_path: Path) -> None:
    origin = {"metadata": {"branching_from_conversation_id": "origin"}}
    found = found_in(tmp_path, [conversation(node("a", "root", "user", text("1"), **origin))])
    facts = found.conversations["c"]
    assert (facts.parent, facts.relation) == ("origin", "fork")


def test_lone_surrogates_and_wrong_types_cost_only_themselves(tmp_path: Path) -> None:
    good = node("good", "root", "user", text("fine"))
    odd = node("odd", "good", "assistant", text("half \ud83d"), metadata={"model_slug": 7})
    worse = node("worse", "odd", "user", text("still", 5, None, ["x"]), author="me")
    found = found_in(tmp_path, [conversation(good, odd, worse, is_archived="yes", title=4)])
    assert [each.body for each in found.messages] == ["fine", "half \ufffd", "still"]
    assert [call.model for call in found.calls] == ["unknown"]
    assert not found.rejected


def test_nesting_without_end_costs_one_message(tmp_path: Path) -> None:
    deep = b"[" * 3000 + b"]" * 3000
    one = conversation(
        node("a", "root", "user", text("fine")), node("b", "a", "user", "DEEP"), id="c"
    )
    content = json.dumps([one, conversation(node("x", "root", "user", text("y")), id="d")]).encode()
    found = read_bytes("chatgpt", tmp_path, "conversations.json", content.replace(b'"DEEP"', deep))
    assert "y" in [each.body for each in found.messages]
    assert all("nested too deeply" in bad.reason or "can't be read" in bad.reason
               for bad in found.rejected)  # fmt: skip


def test_a_cut_file_gives_what_is_whole_and_says_so(tmp_path: Path) -> None:
    one, two = (conversation(node("a", "root", "user", text(name)), id=name) for name in "12")
    content = json.dumps([one, two]).encode()[:-30]
    found = read_bytes("chatgpt", tmp_path, "conversations.json", content)
    assert [each.body for each in found.messages] == ["1"]
    assert "not whole" in found.rejected[0].reason


def test_another_kind_of_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(NotReadable, match="no conversation of ChatGPT"):
        found_in(tmp_path, [{"uuid": "u", "chat_messages": []}] * 70)
    with pytest.raises(NotReadable, match="web page"):
        read_bytes("chatgpt", tmp_path, "conversations.json", b"<!DOCTYPE html><html></html>")
    assert not read_bytes("chatgpt", tmp_path, "conversations.json", b"").rejected
    assert not read_bytes("chatgpt", tmp_path, "conversations.json", b" [ ] ").rejected


def test_a_stranger_among_conversations_is_named(tmp_path: Path) -> None:
    found = found_in(tmp_path, [{"a": 1}, conversation(node("a", "root", "user", text("1")))])
    assert {bad.reason for bad in found.rejected} == {"no conversation of ChatGPT"}
    assert len(found.messages) == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_other_unicodes_are_read(tmp_path: Path, encoding: str) -> None:
    one = conversation(node("a", "root", "user", text("Grüße 😀")))
    content = json.dumps([one], ensure_ascii=False).encode(encoding)
    found = read_bytes("chatgpt", tmp_path, "conversations.json", content)
    assert found.visible() == [("prompt", "Grüße 😀")]
