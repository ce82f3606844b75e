"""Zendesk: conversations of AI agents, tickets with comments, ticket events."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from convledger.sources import zendesk
from convledger.sources.findings import Flag, Kind
from tests.sources.documents import Read, glimpse_at, read, read_bytes

FOLDER = Path(__file__).parents[2] / "fixtures" / "sources" / "zendesk"
AGENTS, TICKETS = FOLDER / "ai_agents_2026-10-05.json", FOLDER / "tickets.jsonl"
EVENTS = FOLDER / "ticket_events.json"
SAMPLE = (
    Path(__file__).parents[3]
    / "shared" / "samples" / "zendesk" / "synthetic_ai_agents_export_v3.json"
)  # fmt: skip


def outcomes(found: Read) -> dict[str, tuple[str, str, str]]:
    return {
        native: (facts.outcome.handled_by, facts.outcome.resolution, facts.outcome.verdict)
        for native, facts in found.conversations.items()
        if facts.outcome
    }


def test_agents_export_keeps_the_tier_word_for_word() -> None:
    found = read("zendesk", AGENTS)

    assert outcomes(found) == {
        "77a1": ("bot_only", "resolved_assumed", "verified"),
        "77a2": ("bot_only", "abandoned", "contained"),
        "77a3": ("bot_then_human", "escalated", "assisted_escalation"),
    }
    assert found.conversations["77a1"].details["use cases"] == "Delivery day"
    assert found.conversations["77a1"].title == "Delivery day"
    assert found.messages == []


def test_tests_of_the_bot_are_left_out_and_counted() -> None:
    found = read("zendesk", AGENTS)

    assert "77a4" not in found.conversations
    assert {(one.line, one.reason) for one in found.rejected} == {(4, zendesk.TEST)}


def test_variables_of_the_session_are_not_taken_over() -> None:
    found = read("zendesk", AGENTS)

    assert "rosa@example.com" not in str(found)


def test_keys_in_capitals_and_values_as_text_are_the_same(tmp_path: Path) -> None:
    rows = [
        {
            key.upper(): str(value) if isinstance(value, bool | int) else value
            for key, value in row.items()
        }
        for row in json.loads(AGENTS.read_text("utf-8"))
    ]
    found = read_bytes("zendesk", tmp_path, "x.json", json.dumps(rows).encode())

    assert outcomes(found) == outcomes(read("zendesk", AGENTS))
    assert zendesk.recognises(glimpse_at(tmp_path / "x.json")) == 100


def test_tickets_tell_a_bot_by_their_tags_and_people_by_their_comments() -> None:
    found = read("zendesk", TICKETS)

    assert outcomes(found) == {
        "301": ("human_only", "resolved_assumed", ""),
        "302": ("bot_only", "resolved_assumed", ""),
        "303": ("bot_then_human", "escalated", ""),
    }
    assert found.conversations["301"].title == "Late parcel"
    assert found.conversations["303"].outcome is not None
    assert found.conversations["303"].outcome.handed_off_at == 1_791_363_600_000_000


def test_private_comments_are_notes_and_files_are_named() -> None:
    found = [one for one in read("zendesk", TICKETS).messages if one.conversation == "301"]

    assert [(Kind(one.kind), one.flags, one.body, one.block) for one in found] == [
        (Kind.PROMPT, 0, "My parcel is late.", 0),
        (Kind.ANSWER, Flag.PERSON, "It arrives tomorrow.", 0),
        (Kind.ATTACHMENT, 0, "label.pdf", 1),
        (Kind.NOTE, 0, "Carrier was on strike", 0),
    ]


def test_ticket_events_give_the_comments_of_a_ticket() -> None:
    found = read("zendesk", EVENTS)

    assert found.visible("304") == [
        ("prompt", "Do you sell gift cards?"),
        ("answer", "Yes, at the counter."),
    ]
    assert found.conversations["304"].first_at == 1_791_446_400_000_000


def page(tickets: list[dict[str, Any]]) -> bytes:
    told = {"tickets": tickets, "end_of_stream": True, "count": len(tickets)}
    return json.dumps(told).encode()


def test_incremental_export_without_comments_has_the_description(tmp_path: Path) -> None:
    tickets = [json.loads(line) for line in TICKETS.read_text("utf-8").splitlines()]
    bare = [{key: one[key] for key in one if key != "comments"} for one in tickets]
    found = read_bytes("zendesk", tmp_path, "x.json", page(bare))

    assert found.visible("302") == [("prompt", "When are you open?")]
    assert found.conversations["301"].outcome is not None
    assert found.conversations["301"].outcome.human_messages is None
    assert zendesk.recognises(glimpse_at(tmp_path / "x.json")) == 100


def test_comments_of_a_ticket_take_its_number_from_the_name_of_the_file(tmp_path: Path) -> None:
    (ticket, *_) = [json.loads(line) for line in TICKETS.read_text("utf-8").splitlines()]
    content = json.dumps({"comments": ticket["comments"], "next_page": None}).encode()
    named = read_bytes("zendesk", tmp_path, "comments_301.json", content)
    unnamed = read_bytes("zendesk", tmp_path, "comments.json", content)

    assert [one.uuid for one in named.messages][:2] == ["301/1", "301/2"]
    assert unnamed.messages == []
    assert len(unnamed.rejected) == 6  # three in each of two readings


@pytest.mark.skipif(not SAMPLE.exists(), reason="there are no samples")
def test_sample_has_two_conversations_of_which_one_is_resolved() -> None:
    found = read("zendesk", SAMPLE)

    assert zendesk.recognises(glimpse_at(SAMPLE)) == 100
    assert len(found.conversations) == 2
    assert [each[1] for each in outcomes(found).values()] == ["resolved_assumed", "escalated"]


@pytest.mark.parametrize("wrapped", [True, False])
def test_one_ticket_with_its_comments_is_taken_as_a_whole(wrapped: bool, tmp_path: Path) -> None:
    ticket = json.loads(TICKETS.read_text("utf-8").splitlines()[2])
    bare = {key: ticket[key] for key in ticket if key != "comments"}
    told = {"ticket": bare, "comments": ticket["comments"]} if wrapped else ticket
    found = read_bytes("zendesk", tmp_path, "one.json", json.dumps(told, indent=2).encode())

    assert outcomes(found) == {"303": ("bot_then_human", "escalated", "")}
    assert len(found.messages) == 3
    assert found.rejected == []
    assert zendesk.recognises(glimpse_at(tmp_path / "one.json")) >= 70
