"""Intercom conversations: who handled them, what the vendor's verdict is, what was said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from convledger.sources import intercom
from convledger.sources.findings import Flag, Kind, OutcomeFacts
from tests.sources.documents import glimpse_at, read, read_bytes

FIXTURE = Path(__file__).parents[2] / "fixtures" / "sources" / "intercom" / "conversations.json"
SAMPLE = (
    Path(__file__).parents[3]
    / "shared" / "samples" / "intercom" / "openapi_2.16_retrieve_conversation_examples.json"
)  # fmt: skip
CONVERSATIONS: list[dict[str, Any]] = json.loads(FIXTURE.read_text("utf-8"))["conversations"]


def outcome(tmp_path: Path, **changed: Any) -> OutcomeFacts:
    """Return the outcome of the first conversation of the fixture with keys changed."""
    content = json.dumps({**CONVERSATIONS[0], **changed}).encode()
    (facts,) = read_bytes("intercom", tmp_path, "one.json", content).conversations.values()
    assert facts.outcome is not None
    return facts.outcome


def test_each_way_of_a_conversation_has_its_outcome() -> None:
    found = read("intercom", FIXTURE)
    told = {
        native: (facts.outcome.handled_by, facts.outcome.resolution, facts.outcome.verdict)
        for native, facts in found.conversations.items()
        if facts.outcome
    }

    assert told == {
        "5101": ("bot_only", "resolved_confirmed", "confirmed_resolution"),
        "5102": ("bot_only", "resolved_assumed", "assumed_resolution"),
        "5103": ("bot_then_human", "escalated", "escalated"),
        "5104": ("bot_only", "open", "negative_feedback"),
        "5105": ("human_only", "resolved_assumed", ""),
        "5106": ("bot_only", "abandoned", ""),
    }
    assert found.calls == []
    assert found.rejected == []


def test_messages_say_who_spoke_and_what_nobody_said() -> None:
    found = read("intercom", FIXTURE)
    said = [
        (Kind(one.kind), one.flags, one.body)
        for one in found.messages
        if one.conversation == "5103"
    ]

    assert said == [
        (Kind.PROMPT, 0, "My card was charged twice"),
        (Kind.ANSWER, 0, "I hand this to a colleague."),
        (Kind.NOTE, Flag.HIDDEN, "assignment: to team 12"),
        (Kind.NOTE, 0, "Looks like a double booking"),
        (Kind.ANSWER, Flag.PERSON, "Refunded, sorry."),
        (Kind.NOTE, Flag.HIDDEN, "close"),
    ]


def test_hand_off_is_when_the_bot_assigned_it_and_counts_are_of_what_was_said() -> None:
    facts = read("intercom", FIXTURE).conversations["5103"]

    assert facts.outcome == OutcomeFacts(
        "bot_then_human", "escalated", "escalated", None, 1_791_446_430_000_000,
        1, 1, 1, "4", 5, "chat",
    )  # fmt: skip
    assert facts.details["tags"] == "billing, refund"
    assert facts.details["customer"] == "c-7"
    assert facts.details["Plan"] == "Family"


@pytest.mark.parametrize(
    ("state", "resolution"),
    [
        ("assumed_resolution", "resolved_assumed"),
        ("confirmed_resolution", "resolved_confirmed"),
        ("routed_to_team", "escalated"),
        ("procedure_handoff", "escalated"),
        ("abandoned", "abandoned"),
        ("negative_feedback", "abandoned"),
        ("from_the_future", "unknown"),
    ],
)
def test_both_vocabularies_are_understood_and_kept_word_for_word(
    state: str, resolution: str, tmp_path: Path
) -> None:
    found = outcome(tmp_path, ai_agent={"resolution_state": state})

    assert (found.resolution, found.verdict) == (resolution, state)


def test_without_parts_nothing_is_counted_but_the_verdict_stands(tmp_path: Path) -> None:
    one = {key: value for key, value in CONVERSATIONS[1].items() if key != "conversation_parts"}
    (facts,) = read_bytes(
        "intercom", tmp_path, "list.json", json.dumps([one]).encode()
    ).conversations.values()

    assert facts.outcome is not None
    assert (facts.outcome.bot_messages, facts.outcome.customer_messages) == (None, None)
    assert facts.outcome.resolution == "resolved_assumed"
    assert facts.outcome.resolved_at is not None


@pytest.mark.parametrize("shape", ["list", "lines", "webhook", "one", "utf-16"])
def test_every_way_to_get_them_gives_the_same(shape: str, tmp_path: Path) -> None:
    texts = [json.dumps(one, ensure_ascii=False) for one in CONVERSATIONS]
    content = {
        "list": "[" + ",".join(texts) + "]",
        "lines": "\n".join(texts),
        "webhook": "\n".join(
            f'{{"type":"notification_event","topic":"conversation.admin.closed",'
            f'"data":{{"type":"notification_event_data","item":{text}}}}}'
            for text in texts
        ),
        "one": json.dumps(CONVERSATIONS[0], indent=2),
        "utf-16": "[" + ",".join(texts) + "]",
    }[shape].encode("utf-16" if shape == "utf-16" else "utf-8")
    found = read_bytes("intercom", tmp_path, "x.json", content)
    whole = read("intercom", FIXTURE)

    some = [one for one in whole.messages if shape != "one" or one.conversation == "5101"]
    assert [(one.uuid, one.body) for one in found.messages] == [
        (one.uuid, one.body) for one in some
    ]
    assert intercom.recognises(glimpse_at(tmp_path / "x.json")) == 100


def test_a_record_that_is_none_is_rejected_and_the_others_stay(tmp_path: Path) -> None:
    content = json.dumps([{"type": "conversation", "state": "open"}, CONVERSATIONS[0]]).encode()
    found = read_bytes("intercom", tmp_path, "x.json", content)

    assert list(found.conversations) == ["5101"]
    assert {one.line for one in found.rejected} == {1}


def test_file_cut_in_the_middle_gives_what_is_whole_and_says_so(tmp_path: Path) -> None:
    content = FIXTURE.read_bytes()
    found = read_bytes("intercom", tmp_path, "x.json", content[: len(content) // 2])

    assert "5101" in found.conversations
    assert "not whole" in found.rejected[0].reason


@pytest.mark.skipif(not SAMPLE.exists(), reason="there are no samples")
def test_sample_of_the_interface_is_one_conversation_without_an_agent() -> None:
    found = read("intercom", SAMPLE)
    (facts,) = found.conversations.values()

    assert intercom.recognises(glimpse_at(SAMPLE)) == 100
    assert facts.native == "503"
    assert facts.outcome is not None
    assert (facts.outcome.handled_by, facts.outcome.verdict) == ("human_only", "")
    assert found.rejected == []
