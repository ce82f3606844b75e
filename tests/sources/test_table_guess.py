"""What a table is guessed to mean, and what is asked because its values do not decide it."""

from __future__ import annotations

from msgspec.structs import replace

from convledger.sources.table.guess import Guess, answered, guess, settled, with_meaning
from convledger.sources.table.mapping_file import mapping_text, parse_mapping
from convledger.sources.table.presets import presets
from tests.sources.tables import FIXTURES, guessed, sample


def asked(found: Guess) -> dict[str, list[str]]:
    return {each.key: [choice.value for choice in each.choices] for each in found.questions}


def test_help_desk_is_understood_by_its_header_and_values() -> None:
    found = guessed((FIXTURES / "helpdesk.csv").read_bytes())

    expected = parse_mapping((FIXTURES / "helpdesk.toml").read_text("utf-8"), "helpdesk.toml")
    assert found.questions == []
    assert replace(found.mapping, headers=()) == replace(expected, name="t", zone="UTC")
    assert found.notes == ["times are read in UTC, but for those that name a zone themselves"]


def test_whole_conversations_are_told_by_ids_that_come_once() -> None:
    found = guessed((FIXTURES / "outcomes.csv").read_bytes()).mapping

    assert found.rows == "conversations"
    assert found.instants == "excel"
    assert found.columns["bot_messages"] == ("Bot messages",)
    assert found.resolutions == {
        "Contained": "resolved_assumed", "Transferred": "escalated", "Dropped": "abandoned",
    }  # fmt: skip


def test_dates_that_do_not_decide_are_asked() -> None:
    text = "ticket,date,from,text\n1,03/04/2026,bot,a\n2,05/06/2026,user,b\n"

    found = guessed(text)

    assert found.mapping.instants == ""
    assert asked(found) == {"instants.format": ["day-month-year", "month-day-year"]}
    assert "03/04/2026" in found.questions[0].text
    answer = answered(found.mapping, "instants.format", "month-day-year")
    assert settled(answer, sample(text)).questions == []


def test_one_date_that_decides_is_enough() -> None:
    text = "ticket,date,from,text\n1,03/04/2026,bot,a\n2,25/06/2026,user,b\n"

    assert guessed(text).mapping.instants == "day-month-year"


def test_months_by_their_names_leave_nothing_to_ask() -> None:
    found = guessed('ticket,date,from,text\n1,"Mar 4, 2026",bot,a\n')

    assert "instants.format" not in asked(found)
    assert found.mapping.instants


def test_number_that_may_be_read_in_two_ways_is_asked() -> None:
    text = "session,model,input tokens,output tokens,cost usd\n1,m,5,6,1.234\n1,m,7,8,2.345\n"

    found = guessed(text)

    assert asked(found) == {"numbers.decimal": [".", ","]}
    assert [each.words for each in found.questions[0].choices] == ["it is 1.234", "it is 1234"]


def test_other_numbers_of_the_table_decide_the_decimal_mark() -> None:
    text = "session,model,input tokens,output tokens,cost usd\n1,m,5,6,1.234\n1,m,7,8,0.5\n"

    found = guessed(text)

    assert (asked(found), found.mapping.decimal) == ({}, ".")


def test_marks_that_contradict_each_other_are_asked() -> None:
    text = 'session,model,input tokens,output tokens,cost usd\n1,m,5,6,0.5\n1,m,7,8,"0,5"\n'

    assert "numbers.decimal" in asked(guessed(text))


def test_currency_that_stands_nowhere_is_asked() -> None:
    assert "cost.currency" in asked(guessed("session,model,cost\n1,m,0.5\n1,m,0.25\n"))
    assert guessed("session,model,cost\n1,m,$0.5\n1,m,$0.25\n").mapping.currency == "USD"
    assert guessed("session,model,Kosten (EUR)\n1,m,0.5\n").mapping.currency == "EUR"


def test_id_that_no_name_tells_is_asked() -> None:
    found = guessed("nr,from,text\n1,user,a\n1,bot,b\n")

    assert asked(found) == {"columns.conversation": ["nr"]}
    answer = answered(found.mapping, "columns.conversation", "nr")
    assert answer.columns["conversation"] == ("nr",)


def test_speakers_that_no_word_tells_are_asked_one_by_one() -> None:
    found = guessed("ticket,from,text\n1,bot,a\n1,Meike,b\n1,agent,c\n")

    assert list(asked(found)) == ["roles.Meike"]
    assert found.mapping.roles == {"bot": "assistant", "agent": "human_agent"}


def test_agent_alone_may_be_a_person_or_a_machine() -> None:
    assert list(asked(guessed("ticket,from,text\n1,agent,a\n1,user,b\n"))) == ["roles.agent"]


def test_counts_that_may_overlap_are_asked_unless_a_row_decides() -> None:
    header = "session,model,input tokens,cached tokens,output tokens,reasoning tokens\n"

    open_ = guessed(header + "1,m,100,40,30,10\n")
    decided = guessed(header + "1,m,100,140,30,40\n")

    assert list(asked(open_)) == ["tokens.input_holds_cached", "tokens.output_holds_reasoning"]
    assert asked(decided) == {}
    assert decided.mapping.input_holds_cached is False
    assert answered(open_.mapping, "tokens.input_holds_cached", "true").input_holds_cached is True


def test_column_whose_values_do_not_fit_its_name_is_not_taken() -> None:
    found = guessed("ticket,time,from,text\n1,quickly,bot,a\n1,slowly,user,b\n")

    assert "at" not in found.mapping.columns
    assert "no column tells when" in found.notes[0]


def test_one_spoilt_cell_takes_no_meaning_from_its_column() -> None:
    rows = "".join(f"{n},2026-05-01 10:{n:02}:00,bot,a\n" for n in range(20))
    found = guessed(f"ticket,time,from,text\n{rows}21,soon,user,b\n")

    assert found.mapping.columns["at"] == ("time",)
    assert found.mapping.instants == "iso"
    assert not found.notes or "no column tells when" not in found.notes[0]


def test_column_with_many_spoilt_dates_is_asked_about_not_dropped() -> None:
    rows = "".join(f"{n},2026-05-01 10:{n:02}:00,bot,a\n" for n in range(6))
    text = f"ticket,time,from,text\n{rows}21,soon,user,b\n22,1970-01-01,user,b\n"
    found = guessed(text)

    assert found.mapping.columns["at"] == ("time",)
    assert asked(found) == {"instants.format": ["iso"]}
    assert "In time, 2 of 8 times can't be read, like 'soon'" in found.questions[0].text
    answer = answered(found.mapping, "instants.format", "iso")
    assert settled(answer, sample(text)).questions == []


def test_column_given_another_meaning_loses_what_was_said_of_it() -> None:
    found = guessed((FIXTURES / "helpdesk.csv").read_bytes()).mapping

    without = with_meaning(found, "Absender", "")
    moved = with_meaning(found, "Region", "project")

    assert ("role" in without.columns, without.roles) == (False, {})
    assert moved.columns["project"] == ("Region",)
    assert moved.roles == found.roles


def test_preset_that_fits_is_where_the_guess_begins_and_says_what_it_is() -> None:
    first = sample((FIXTURES / "chats.json").read_bytes())

    found = guess(first, "support", presets())

    assert found.mapping.columns["role"] == ("messages.actor_type",)
    assert "working assumption" in found.notes[0]
    assert found.mapping.name == "support"


def test_presets_are_whole_mappings() -> None:
    assert [each.name for each in presets()] == ["crisp", "freshchat", "agentforce"]
    assert all("assumption" in each.note for each in presets())


def test_guess_of_anything_is_no_error() -> None:
    for text in ("a,b\n", "a,b\n,\n", '[{"a": 1}]', "ticket,text\n1,2\n", "id;id;id\n1;2;3\n"):
        found = guessed(text)
        assert mapping_text(found.mapping, {each.key: each.text for each in found.questions})


def test_speakers_tell_their_column_whatever_it_is_called() -> None:
    found = guessed(
        "Session;Datum;Von;Nachricht\n1;2026-10-01;bot;Guten Tag\n1;2026-10-02;user;Hallo"
    )

    assert found.mapping.columns["role"] == ("Von",)
    assert found.mapping.roles == {"bot": "assistant", "user": "user"}
    assert "columns.role" not in [each.key for each in found.questions]


def test_two_columns_of_speakers_are_asked_about() -> None:
    found = guessed("Session,A,B,Text\n1,bot,user,Hi\n1,user,bot,Hello")

    assert "columns.role" in [each.key for each in found.questions]
