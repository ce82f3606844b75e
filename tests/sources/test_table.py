"""What tables tell by their mappings: messages, calls, outcomes, details."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from convledger.clock import iso_text, parse_instant
from convledger.money import PICO
from convledger.sources.document import NotReadable
from convledger.sources.findings import Flag, Kind, Measure, OutcomeFacts
from tests.sources.documents import glimpse_at, read
from tests.sources.tables import FIXTURES, read_fixture, read_text

MESSAGES: dict[str, Any] = {
    "rows": "messages",
    "columns": {"conversation": "id", "role": "who", "text": "said"},
    "roles": {"u": "user", "b": "assistant", "p": "human_agent", "s": "system", "t": "tool"},
}
CALLS: dict[str, Any] = {
    "rows": "calls",
    "columns": {"conversation": "id", "model": "model", "input": "in", "output": "out"},
    "numbers": {"decimal": "."},
}


def with_columns(base: dict[str, Any], **columns: Any) -> dict[str, Any]:
    return {**base, "columns": {**base["columns"], **columns}}


def test_messages_of_a_help_desk_are_read() -> None:
    found = read_fixture("helpdesk.csv")

    assert found.visible("helpdesk/T-4712") == [
        ("prompt", "Ich möchte mit einem Menschen sprechen."),
        ("answer", "Ich verbinde Sie."),
        ("answer", "Hier ist Meike, was gibt es?"),
    ]
    assert found.messages[0].body == 'Guten Tag,\nmein "blaues" Paket; es fehlt.'
    assert [bool(each.flags & Flag.PERSON) for each in found.messages[3:]] == [False, False, True]
    assert iso_text(found.messages[0].at) == "2026-11-18T08:15:00Z"  # in Berlin's winter
    assert [each.line for each in found.messages[:2]] == [2, 4]


def test_outcome_follows_from_who_speaks_and_the_status() -> None:
    conversations = read_fixture("helpdesk.csv").conversations

    assert conversations["helpdesk/T-4711"].outcome == OutcomeFacts(
        handled_by="bot_only", resolution="resolved_confirmed", verdict="Gelöst", bot_messages=2,
        human_messages=0, customer_messages=1,
    )  # fmt: skip
    assert conversations["helpdesk/T-4712"].outcome == OutcomeFacts(
        handled_by="bot_then_human", resolution="open", verdict="Offen", bot_messages=1,
        human_messages=1, customer_messages=1,
        handed_off_at=parse_instant("2026-11-03T09:07:00Z"),
    )  # fmt: skip


def test_columns_without_a_meaning_are_details_and_euros_are_no_dollars() -> None:
    found = read_fixture("helpdesk.csv")

    assert found.conversations["helpdesk/T-4711"].details == {
        "Region": "Nord",
        "cost EUR": "0.0233",
    }
    assert all(call.reported is None for call in found.calls)


def test_answers_without_tokens_are_calls_whose_tokens_are_missing() -> None:
    found = read_fixture("helpdesk.csv")

    answers = [
        each.uuid
        for each in found.messages
        if each.kind == Kind.ANSWER and not each.flags & Flag.PERSON
    ]
    assert [call.key for call in found.calls] == answers
    assert {(call.measure, call.total, call.model) for call in found.calls} == {
        (Measure.MISSING, 0, "unknown")
    }


def test_torn_row_is_rejected_with_its_line() -> None:
    assert {(bad.line, bad.reason) for bad in read_fixture("helpdesk.csv").rejected} == {
        (9, "has 5 cells where the header has 7")
    }


def test_requests_are_exact_calls_once_each() -> None:
    found = read_fixture("requests.txt")

    assert found.tokens() == {
        "gpt-5-mini": {
            "requests": 2, "input": 6100, "cache_read": 20000, "cache_write": 0, "output": 830,
            "reasoning": 0,
        },
        "claude-sonnet-4-5": {
            "requests": 1, "input": 2500, "cache_read": 0, "cache_write": 0, "output": 900,
            "reasoning": 0,
        },
    }  # fmt: skip
    assert found.calls[0].key == "requests/req_a1"
    assert found.calls[0].provider == "openai"
    assert found.calls[0].reported == PICO * 42 // 10_000
    assert found.conversations["requests/s-1"].details == {"Team": "billing"}
    assert [bad.reason for bad in found.rejected] == ["not a possible count: '-5'"] * 2


def test_whole_conversations_tell_their_outcomes() -> None:
    found = read_fixture("outcomes.csv").conversations

    first = found["outcomes/c-1"]
    assert (first.first_at, first.last_at) == (
        parse_instant("2025-11-20T08:00:00Z"),
        parse_instant("2025-11-20T08:15:00Z"),
    )
    assert first.outcome == OutcomeFacts(
        handled_by="bot_only", resolution="resolved_assumed", verdict="Contained",
        bot_messages=6, human_messages=0, rating="5", rating_of=5, channel="web",
    )  # fmt: skip
    second = found["outcomes/c-2"].outcome
    assert second is not None
    assert (second.handled_by, second.resolution) == ("bot_then_human", "escalated")
    assert found["outcomes/c-3"].details == {"Plan": "Free"}


def test_two_tables_with_the_same_ids_do_not_meet(tmp_path: Path) -> None:
    table = "id,who,said\n1,u,hello\n"

    one = read_text(tmp_path, table, **{**MESSAGES, "name": "one"})
    two = read_text(tmp_path, table, **{**MESSAGES, "name": "two"})

    assert {each.uuid for each in one.messages}.isdisjoint(each.uuid for each in two.messages)
    assert (list(one.conversations), list(two.conversations)) == (["one/1"], ["two/1"])


def test_rows_without_ids_have_the_same_names_in_any_order(tmp_path: Path) -> None:
    rows = ["7,m,100,5", "7,m,100,5", "8,m,1,2"]

    forth = read_text(tmp_path, "\n".join(["id,model,in,out", *rows]), **CALLS)
    back = read_text(tmp_path, "\n".join(["id,model,in,out", "9,m,1,1", *rows[::-1]]), **CALLS)

    keys = {call.key for call in forth.calls}
    assert len(keys) == 3
    assert keys < {call.key for call in back.calls}


def test_same_text_said_twice_is_two_messages(tmp_path: Path) -> None:
    found = read_text(tmp_path, "id,who,said\n1,u,yes\n1,b,sure?\n1,u,yes\n", **MESSAGES)

    assert len({each.uuid for each in found.messages}) == 3


def test_message_ids_of_two_conversations_may_be_alike(tmp_path: Path) -> None:
    mapping = with_columns(MESSAGES, message="nr")

    found = read_text(tmp_path, "id,nr,who,said\n1,1,u,a\n2,1,u,b\n", **mapping)

    assert [each.uuid for each in found.messages] == ["t/1/1", "t/2/1"]


def test_each_kind_of_speaker_has_its_kind_of_message(tmp_path: Path) -> None:
    text = "id,who,said\n1,u,a\n1,b,b\n1,p,c\n1,s,d\n1,t,e\n"

    found = read_text(tmp_path, text, **MESSAGES)

    assert found.visible() == [
        ("prompt", "a"), ("answer", "b"), ("answer", "c"), ("note", "d"), ("tool_result", "e"),
    ]  # fmt: skip


def test_speaker_whom_nobody_named_is_rejected_unless_a_star_stands_for_all(tmp_path: Path) -> None:
    text = "id,who,said\n1,u,a\n1,x,b\n1,z,c\n"
    starred = {**MESSAGES, "roles": {"u": "user", "z": "ignore", "*": "assistant"}}

    strict, loose = (
        read_text(tmp_path, text, **MESSAGES),
        read_text(tmp_path, text, **starred),
    )

    assert strict.rejected[0].reason == "'x' in who is nobody the mapping names"
    assert loose.visible() == [("prompt", "a"), ("answer", "b")]


def test_several_columns_together_tell_who_speaks(tmp_path: Path) -> None:
    mapping = {
        **with_columns(MESSAGES, role=["from", "auto"]),
        "roles": {"user / no": "user", "operator / yes": "assistant", "operator / no": "system"},
    }

    found = read_text(
        tmp_path, "id,from,auto,said\n1,user,no,a\n1,operator,yes,b\n1,operator,no,c\n", **mapping
    )

    assert [kind for kind, _ in found.visible()] == ["prompt", "answer", "note"]


def test_prompt_and_answer_in_one_row_are_two_messages_and_one_call(tmp_path: Path) -> None:
    mapping = with_columns(CALLS, prompt="q", answer="a")

    found = read_text(tmp_path, "id,model,in,out,q,a\n1,m,10,5,Why?,Because.\n", **mapping)

    assert found.visible() == [("prompt", "Why?"), ("answer", "Because.")]
    assert [(call.input, call.output, call.key) for call in found.calls] == [
        (10, 5, found.messages[1].uuid)
    ]
    assert found.messages[1].parent == found.messages[0].uuid
    assert found.conversations["t/1"].title == "Why?"


@pytest.mark.parametrize(
    ("holds", "expected"), [(True, (60, 40, 30)), (False, (100, 40, 40))]
)  # fmt: skip
def test_tokens_are_disjoint_whatever_the_table_counts_twice(
    tmp_path: Path, holds: bool, expected: tuple[int, int, int]
) -> None:
    mapping = {
        **with_columns(CALLS, cached="cached", reasoning="thought"),
        "tokens": {"input_holds_cached": holds, "output_holds_reasoning": holds},
    }

    found = read_text(tmp_path, "id,model,in,out,cached,thought\n1,m,100,30,40,10\n", **mapping)

    call = found.calls[0]
    assert (call.input, call.cache_read, call.output) == expected
    assert call.reasoning == 10


def test_empty_token_cells_are_unknown_and_zeros_are_no_call(tmp_path: Path) -> None:
    found = read_text(tmp_path, "id,model,in,out\n1,m,,\n2,m,0,0\n3,m,n/a,7\n", **CALLS)

    assert [(call.conversation, call.input, call.output) for call in found.calls] == [("t/3", 0, 7)]


def test_answer_of_which_no_row_tells_what_was_sent_is_an_estimate(tmp_path: Path) -> None:
    found = read_text(tmp_path, "id,model,in,out\n1,m,,7\n2,m,0,7\n3,m,5,\n", **CALLS)

    assert [call.measure for call in found.calls] == [
        Measure.ROUNDED,
        Measure.RECORDED,
        Measure.RECORDED,
    ]


def test_claimed_cost_without_tokens_is_kept_beside_a_call_that_lacks_them(tmp_path: Path) -> None:
    mapping: dict[str, Any] = {
        "rows": "calls",
        "columns": {"conversation": "id", "cost": "cost"},
        "cost": {"currency": "USD"},
    }

    found = read_text(tmp_path, "id,cost\n1,$0.02\n2,0.5 €\n", **mapping)

    assert [(call.reported, call.measure) for call in found.calls] == [
        (PICO // 50, Measure.MISSING)
    ]
    assert found.rejected[0].reason == "an amount in EUR where USD is said"


def test_each_currency_of_a_column_is_kept_apart(tmp_path: Path) -> None:
    mapping: dict[str, Any] = {
        "rows": "calls",
        "columns": {"conversation": "id", "cost": "cost", "currency": "cur"},
        "numbers": {"decimal": ","},
    }

    found = read_text(
        tmp_path, "id;cost;cur\n1;1,50;EUR\n1;2,25;eur\n1;3;CHF\n1;1,00;USD\n", **mapping
    )

    assert found.conversations["t/1"].details == {"cost EUR": "3.75", "cost CHF": "3"}
    assert [call.reported for call in found.calls] == [PICO]


def test_row_without_an_instant_has_that_of_the_row_before(tmp_path: Path) -> None:
    mapping = {**with_columns(MESSAGES, at="at"), "instants": {"format": "iso"}}
    text = "id,at,who,said\n1,2026-11-01 10:00,u,a\n1,,b,b\n1,yesterday,u,c\n"

    found = read_text(tmp_path, text, **mapping)

    assert [iso_text(each.at) for each in found.messages] == ["2026-11-01T10:00:00Z"] * 2
    assert found.rejected[0].reason == "'yesterday' in at is no instant as iso"


def test_number_in_doubt_is_rejected_where_no_decimal_mark_is_said(tmp_path: Path) -> None:
    mapping = {key: value for key, value in CALLS.items() if key != "numbers"}

    found = read_text(tmp_path, 'id,model,in,out\n1,m,"1,234",5\n2,m,1234,5\n', **mapping)

    assert [call.input for call in found.calls] == [1234]
    assert "two ways" in found.rejected[0].reason


def test_detail_that_differs_within_a_conversation_is_none_of_it(tmp_path: Path) -> None:
    text = "id,who,said,team,shift\n1,u,a,north,day\n1,b,b,north,night\n2,u,c,,\n"

    found = read_text(tmp_path, text, **MESSAGES)

    assert found.conversations["t/1"].details == {"team": "north"}
    assert found.conversations["t/2"].details == {}


def test_title_column_beats_the_first_prompt(tmp_path: Path) -> None:
    mapping = with_columns(MESSAGES, title="subject", project="team", user="mail")
    text = "id,who,said,subject,team,mail\n1,u,hello there,Invoice,ops,ana@example.com\n"

    facts = read_text(tmp_path, text, **mapping).conversations["t/1"]

    assert (facts.title, facts.project, facts.details) == (
        "Invoice", "ops", {"user": "ana@example.com"},
    )  # fmt: skip


def test_large_table_comes_piece_by_piece(tmp_path: Path) -> None:
    from convledger.ingest.documents import opened_document
    from convledger.sources.table import reader

    path = tmp_path / "large.csv"
    rows = "".join(f"{number // 4},u,question {number}\n" for number in range(9000))
    path.write_text("id,who,said\n" + rows)

    with opened_document(str(path), path.name, lambda _: {"name": "t", **MESSAGES}) as document:
        parts = list(reader.read(document, b"", texts=False))

    assert len(parts) == 5
    assert [part.done for part in parts] == sorted(part.done for part in parts)
    assert parts[-1].done == path.stat().st_size
    assert parts[1].figures.conversations  # and not all of them at the end
    assert sum(len(part.figures.conversations) for part in parts) == 2250


def test_table_that_nobody_has_mapped_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "unknown.csv"
    path.write_text("a,b\n1,2\n")

    with pytest.raises(NotReadable, match="--map"):
        read("table", path)


def test_mapping_of_other_columns_names_those_that_are_missing(tmp_path: Path) -> None:
    with pytest.raises(NotReadable, match="lacks: said"):
        read_text(tmp_path, "id,who\n1,u\n", **MESSAGES)


def test_columns_are_found_in_any_case_and_order(tmp_path: Path) -> None:
    found = read_text(tmp_path, "SAID,Who,ID\nhello,U,1\n", **MESSAGES)

    assert found.visible("t/1") == [("prompt", "hello")]


@pytest.mark.parametrize("name", ["helpdesk.csv", "requests.txt", "outcomes.csv", "chats.json"])
def test_tables_of_conversations_are_recognised_by_their_content(name: str) -> None:
    from convledger.sources.table import recognises

    assert recognises(glimpse_at(FIXTURES / name)) == 30


def test_other_files_are_not_taken_for_tables_of_conversations(tmp_path: Path) -> None:
    from convledger.sources.table import recognises

    shop, prose, log = tmp_path / "shop.csv", tmp_path / "notes.md", tmp_path / "log.jsonl"
    shop.write_text("sku,price\n1,2\n")
    prose.write_text("Dear all,\nsome words, and more\nof it\n")
    log.write_text('{"sessionId":"1","message":{"role":"user","content":"hi"}}\n' * 3)

    assert [recognises(glimpse_at(path)) for path in (shop, prose, log)] == [10, 0, 0]


def test_samples_of_other_sources_are_left_to_them() -> None:
    from convledger.sources.registry import module_of
    from convledger.sources.table import recognises

    samples = Path(__file__).parents[3] / "shared" / "samples"
    if not samples.exists():
        pytest.skip("there are no samples")
    taken = {
        str(path.relative_to(samples)).split("/")[0]
        for path in samples.rglob("*")
        if path.is_file() and recognises(glimpse_at(path)) >= 30
    }

    assert taken <= {"zendesk"}  # whose own reader is surer
    assert module_of("table").recognises is recognises
