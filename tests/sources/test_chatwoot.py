"""Chatwoot: conversations, pages of messages, webhooks and the events of its reports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from convledger.sources import chatwoot
from convledger.sources.findings import Flag, Kind
from tests.sources.documents import glimpse_at, read, read_bytes

FOLDER = Path(__file__).parents[2] / "fixtures" / "sources" / "chatwoot"
FIXTURE, REPORTS = FOLDER / "conversations.json", FOLDER / "reporting_events.jsonl"
CONVERSATIONS: list[dict[str, Any]] = json.loads(FIXTURE.read_text("utf-8"))


def outcomes(found: Any) -> dict[str, tuple[str, str, str]]:
    return {
        native: (facts.outcome.handled_by, facts.outcome.resolution, facts.outcome.verdict)
        for native, facts in found.conversations.items()
        if facts.outcome
    }


def test_bot_alone_person_after_bot_and_person_alone() -> None:
    found = read("chatwoot", FIXTURE)

    assert outcomes(found) == {
        "2/11": ("bot_only", "resolved_assumed", ""),
        "2/12": ("bot_then_human", "escalated", ""),
        "2/13": ("human_only", "resolved_assumed", ""),
    }
    first, second = (found.conversations[one].outcome for one in ("2/11", "2/12"))
    assert first is not None
    assert (first.rating, first.rating_of, first.channel) == ("5", 5, "chat")
    assert second is not None
    assert second.handed_off_at == 1_791_277_800_000_000


def test_private_notes_and_activity_are_no_answers() -> None:
    found = read("chatwoot", FIXTURE)

    assert [
        (Kind(one.kind), one.flags) for one in found.messages if one.conversation == "2/12"
    ] == [(Kind.PROMPT, 0), (Kind.ANSWER, 0), (Kind.NOTE, 0), (Kind.ANSWER, Flag.PERSON)]
    assert [one.flags for one in found.messages if one.body.startswith("Conversation was")] == [
        Flag.HIDDEN
    ]


def test_events_of_reports_are_chatwoots_own_verdict() -> None:
    found = read("chatwoot", REPORTS)

    assert outcomes(found) == {
        "2/12": ("bot_then_human", "escalated", "conversation_bot_handoff"),
        "2/11": ("bot_only", "resolved_assumed", "conversation_bot_resolved"),
    }
    assert found.conversations["2/12"].outcome is not None
    assert found.conversations["2/12"].outcome.bot_messages is None


def test_page_of_messages_goes_to_its_conversation(tmp_path: Path) -> None:
    page = {"meta": {"labels": []}, "payload": CONVERSATIONS[0]["messages"]}
    found = read_bytes("chatwoot", tmp_path, "messages.json", json.dumps(page).encode())

    assert found.visible("2/11")[0] == ("prompt", "Do you have spelt bread?")
    assert found.conversations["2/11"].outcome is None
    assert chatwoot.recognises(glimpse_at(tmp_path / "messages.json")) == 100


def test_list_with_the_last_message_alone_counts_none(tmp_path: Path) -> None:
    last = [{**one, "messages": one["messages"][-1:]} for one in CONVERSATIONS]
    content = json.dumps({"data": {"meta": {"all_count": 3}, "payload": last}}).encode()
    found = read_bytes("chatwoot", tmp_path, "list.json", content)
    (first, *_) = found.conversations.values()

    assert chatwoot.recognises(glimpse_at(tmp_path / "list.json")) == 100
    assert first.outcome is not None
    assert (first.outcome.resolution, first.outcome.bot_messages) == ("unknown", None)
    assert outcomes(found)["2/13"] == ("human_only", "resolved_assumed", "")


def test_webhooks_tell_it_by_piece_and_each_message_counts_once(tmp_path: Path) -> None:
    whole = CONVERSATIONS[1]
    bare = {**whole, "messages": [], "status": "pending", "first_reply_created_at": 0}
    records = [{**bare, "event": "conversation_created"}]
    for message in whole["messages"]:
        told = {**message, "conversation": bare, "account": {"id": 2}}
        records += [{**told, "event": name} for name in ("message_created", "message_updated")]
    change = {"status": {"previous_value": "pending", "current_value": "open"}}
    records.append(
        {**bare, "event": "conversation_status_changed", "status": "open",
         "updated_at": "2026-10-06T09:00:07Z", "changed_attributes": [change]}
    )  # fmt: skip
    found = read_bytes(
        "chatwoot", tmp_path, "hooks.jsonl", "\n".join(map(json.dumps, records)).encode()
    )
    told_of = found.conversations["2/12"].outcome

    assert told_of is not None
    assert (told_of.handled_by, told_of.handed_off_at) == ("bot_then_human", 1_791_277_207_000_000)
    assert (told_of.bot_messages, told_of.human_messages, told_of.customer_messages) == (1, 1, 1)


def test_one_conversation_with_its_messages_is_taken_as_a_whole(tmp_path: Path) -> None:
    content = json.dumps(CONVERSATIONS[1], indent=2).encode()
    found = read_bytes("chatwoot", tmp_path, "one.json", content)

    assert outcomes(found) == {"2/12": ("bot_then_human", "escalated", "")}
    assert len(found.messages) == 4
    assert chatwoot.recognises(glimpse_at(tmp_path / "one.json")) == 100
