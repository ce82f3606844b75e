"""Hand-offs from files: read whatever the headers, taken once, refused line by line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convledger.clock import HOUR
from convledger.errors import UsageProblem
from convledger.reports.handoffs.known import HandoffQuery
from convledger.store.cost_changes import forget_rows
from convledger.store.handoffs import StoredHandoff, kept_handoffs
from convledger.workflow.handing_over import taken_back
from convledger.workflow.handoff_file import HandoffImport, instant_of
from tests.reports.shop import at
from tests.reports.unit_costs.costbook import CostBook

NOW = at("2026-11-20")
TABLE = """Ticket ID;Handed off at;Agent;Reason;Wait seconds;Handle minutes;Mood
aaaa;2026-10-05 10:30;Ada;Low confidence;90;12;fine
bbbb;2026-10-06T09:00:00+02:00;Bo;;;;
"""


@pytest.fixture
def book(tmp_path: Path) -> Iterator[CostBook]:
    made = CostBook(tmp_path / "books")
    made.talk("2026-10-05T10:00", "aaaa")
    made.talk("2026-10-06T10:00", "bbbb")
    yield made
    made.ledger.close()


def read(book: CostBook, content: str | bytes, **how: bool) -> HandoffImport:
    data = content if isinstance(content, bytes) else content.encode()
    return book.ledger.read_handoff_file(data, UTC, now=NOW, **how)


def take(book: CostBook, content: str | bytes, **how: bool) -> HandoffImport:
    found = read(book, content, **how)
    book.ledger.take_handoff_file(found, now=NOW)
    return found


def kept(book: CostBook) -> list[StoredHandoff]:
    return kept_handoffs(book.connection)


def test_a_table_is_taken_with_its_place_and_its_time(book: CostBook) -> None:
    found = take(book, TABLE)
    first, second = kept(book)

    assert (found.rejected, found.unread, found.known) == ([], ["Mood"], 0)
    assert (first.person, first.reason, first.origin) == ("Ada", "low-confidence", "imported")
    assert (first.wait_seconds, first.handle_seconds) == (90, 720)
    assert first.provenance == f"{sha256(TABLE.encode()).hexdigest()}:2"
    assert (second.at, second.handle_seconds) == (at("2026-10-06T07:00"), None)
    assert [each.seconds for each in book.ledger.work()] == [720]


def test_json_lines_say_the_same(book: CostBook) -> None:
    rows = [
        {"conversation": "aaaa", "at": "2026-10-05T10:30:00Z", "to": "Ada", "wait_seconds": 90,
         "handle_seconds": 720.0, "reason": "low-confidence", "note": None},
    ]  # fmt: skip
    take(book, "\n".join(map(json.dumps, rows)))
    (found,) = kept(book)

    assert (found.person, found.wait_seconds, found.handle_seconds) == ("Ada", 90, 720)


def test_the_same_rows_again_add_nothing_from_any_file(book: CostBook) -> None:
    take(book, TABLE)
    again = take(book, TABLE + "aaaa;2026-10-05 12:00;Cy;;;;\n")

    assert (again.known, len(again.new)) == (2, 1)
    assert len(kept(book)) == 3
    assert take(book, TABLE).known == 2


def test_equal_rows_count_by_their_number(book: CostBook) -> None:
    twice = "conversation,at\naaaa,2026-10-05\naaaa,2026-10-05\n"

    assert len(take(book, twice).new) == 2
    assert take(book, twice).known == 2
    assert len(kept(book)) == 2


def test_what_people_changed_or_took_away_does_not_come_back(book: CostBook) -> None:
    take(book, TABLE)
    book.ledger.remove_handoffs([1], now=NOW)
    book.ledger.edit_handoff(2, {"note": "mine"}, now=NOW)
    again = take(book, TABLE)

    assert (again.known, again.away, again.new) == (2, 2, [])
    assert [each.note for each in kept(book)] == ["mine"]


def test_a_row_with_an_id_takes_the_place_of_what_it_said(book: CostBook) -> None:
    head = "id,conversation,at,handle minutes\n"
    for length in ("5", "6", "5"):
        assert len(take(book, f"{head}h1,aaaa,2026-10-05,{length}\n").new) == 1
        assert [each.seconds // 60 for each in book.ledger.work()] == [int(length)]
    assert len(kept(book)) == 1
    book.ledger.edit_handoff(3, {"note": "mine"}, now=NOW)
    assert take(book, f"{head}h1,aaaa,2026-10-05,9\n").known == 1
    assert [each.note for each in kept(book)] == ["mine"]


def test_a_row_with_an_id_counts_though_its_instant_went_back(book: CostBook) -> None:
    head = "id,conversation,at,note\n"
    for hour in ("10", "09", "08"):
        found = take(book, f"{head}h1,aaaa,2026-10-05 {hour}:00,{hour}\n")
        assert len(found.new) == 1
    assert [each.note for each in kept(book)] == ["08"]


def test_of_an_id_that_stands_twice_in_a_file_the_last_counts(book: CostBook) -> None:
    table = "id,conversation,at,note\nh1,aaaa,2026-10-05,old\nh1,aaaa,2026-10-05,new\n"
    why = [(2, "its id stands again in line 3, which counts")]

    for new in (1, 0, 0):
        found = take(book, table)
        assert (len(found.new), found.replaced, found.rejected) == (new, [], why)
        assert [each.note for each in kept(book)] == ["new"]


def test_an_import_that_was_taken_back_was_never_there(book: CostBook) -> None:
    for _ in range(3):
        again = take(book, TABLE)
        assert (len(again.new), again.known) == (2, 0)
        assert [each.seconds for each in book.ledger.work()] == [720]
        assert take(book, TABLE).known == 2
        book.ledger.undo_handoffs(now=NOW)
        assert kept(book) == []
    take(book, TABLE)
    assert len({each.name for each in kept(book)}) == 2
    book.ledger.remove_handoffs([kept(book)[0].id], now=NOW)
    assert (take(book, TABLE).away, len(kept(book))) == (1, 1)  # what a person took away


def test_what_was_brought_back_and_taken_away_again_stays_away(book: CostBook) -> None:
    take(book, TABLE)
    first, _ = kept(book)
    book.ledger.undo_handoffs(now=NOW)
    book.ledger.bring_back_handoffs([first.id], now=NOW)
    assert len(take(book, TABLE).new) == 1
    book.ledger.remove_handoffs([first.id], now=NOW)

    again = take(book, TABLE)
    assert (again.away, again.known, again.new) == (1, 2, [])


def test_an_import_that_is_undone_late_leaves_what_a_person_changed(book: CostBook) -> None:
    found = read(book, TABLE)
    change = book.ledger.take_handoff_file(found, now=NOW)
    book.ledger.edit_handoff(1, {"note": "mine"}, now=NOW)
    book.ledger.undo_handoffs(now=NOW, change=change)

    assert len(take(book, TABLE).new) == 1
    assert sorted(each.note for each in kept(book)) == ["", "mine"]


def test_numbers_of_an_undone_import_are_forgotten_with_what_is_erased(book: CostBook) -> None:
    take(book, TABLE)
    book.ledger.undo_handoffs(now=NOW)
    assert taken_back(book.connection) == {1, 2}
    forget_rows(book.connection, "handoff", {1})
    assert taken_back(book.connection) == {2}


def test_what_an_undone_import_replaced_can_be_replaced_again(book: CostBook) -> None:
    head = "id,conversation,at,note\n"
    take(book, f"{head}h1,aaaa,2026-10-05,one\n")
    for _ in range(3):
        assert len(take(book, f"{head}h1,aaaa,2026-10-06,two\n").replaced) == 1
        assert [each.note for each in kept(book)] == ["two"]
        book.ledger.undo_handoffs(now=NOW)
        assert [each.note for each in kept(book)] == ["one"]


def test_an_import_that_was_taken_back_comes_again_and_a_later_one_too(
    book: CostBook,
) -> None:
    head = "id,conversation,at,note\n"
    take(book, f"{head}h1,aaaa,2026-10-05,one\n")
    take(book, f"{head}h1,aaaa,2026-10-06,two\n")
    book.ledger.undo_handoffs(now=NOW)

    assert [each.note for each in kept(book)] == ["one"]
    assert len(take(book, f"{head}h1,aaaa,2026-10-06,two\n").replaced) == 1
    assert [each.note for each in kept(book)] == ["two"]
    take(book, f"{head}h1,aaaa,2026-10-07,three\n")
    assert [each.note for each in kept(book)] == ["three"]


def test_a_list_that_was_written_reads_back_to_nothing_new(book: CostBook) -> None:
    from io import StringIO

    from convledger.reports.handoffs.documents import ROW, handoff_document
    from convledger.reports.render import csv_out

    entry = StoredHandoff(0, "", "", book.thread("aaaa"), at("2026-10-05T10:30"), note="=1+1")
    book.ledger.add_handoff(entry, now=NOW)
    take(book, "conversation,at,to\nbbbb,2026-10-06,@bo\n")
    book.spend("2026-10-05T10:01", "1.00", "aaaa")
    take(book, "conversation,at,id\naaaa,2026-10-05 11:00,h1\naaaa,2026-10-05 12:00,\n")
    book.label(book.talk("2026-10-07T10:00", "cccc"), "outcome", "escalated")
    rows = [handoff_document(each) for each in book.ledger.handoffs(HandoffQuery(UTC))]
    assert len(rows) == 5
    written = StringIO()
    csv_out.write(written, ROW, [[row[name] for name in ROW] for row in rows])

    again = take(book, written.getvalue())
    assert (again.known, again.told, again.new, again.rejected) == (4, 1, [], [])


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("nope,2026-10-05,,", "no conversation 'nope'"),
        (",2026-10-05,,", "no conversation"),
        ("aaaa,yesterday,,", "no instant: 'yesterday'"),
        ("aaaa,2026-13-45,,", "no instant"),
        ("aaaa,,,", "fill in at"),
        ("aaaa,2026-10-05,nonsense,", "`convledger handoff reasons --add nonsense` adds it"),
        ("aaaa,2026-10-05,,-5", "less than nothing"),
        ("aaaa,2026-10-05,,1,2", "more cells"),
        ("aaaa,2027-10-05,,", "is not yet"),
        ("aaaa,2026-11-21,,", "is not yet"),
        ("aaaa,2026-11-20 00:06,,", "is not yet"),
    ],
)
def test_a_wrong_row_is_told_and_the_others_are_taken(book: CostBook, row: str, why: str) -> None:
    found = take(book, f"conversation,at,reason,handle\n{row}\nbbbb,2026-10-06,policy,3\n")

    ((line, reason),) = found.rejected
    assert line == 2
    assert why in reason
    assert len(kept(book)) == 1


def test_today_is_taken_in_the_morning_too_and_says_the_same_later(book: CostBook) -> None:
    row = "conversation,at\naaaa,2026-11-20\n"  # it is the beginning of that day

    assert len(take(book, row).new) == 1
    found = book.ledger.read_handoff_file(row.encode(), UTC, now=NOW + 20 * HOUR)
    assert (found.known, found.new) == (1, [])


def test_rows_from_before_their_conversation_are_taken_and_named(book: CostBook) -> None:
    head = "conversation,at\n"
    found = take(book, f"{head}bbbb,2026-10-06\naaaa,2026-10-04\naaaa,2026-10-05 11:00\n")
    assert (found.early, len(kept(book))) == ([3], 3)

    assert take(book, f"{head}aaaa,2026-10-04\nbbbb,2025-10-06\n").early == [3]  # of what is new


def test_new_reasons_are_added_where_that_is_asked_for(book: CostBook) -> None:
    text = "conversation,at,reason\naaaa,2026-10-05,Legal Hold\n"
    assert len(read(book, text).rejected) == 1
    assert take(book, text, new_reasons=True).codes == ["legal-hold"]
    assert "legal-hold" in book.ledger.reasons("reasons of hand-offs")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"[{}]", "one JSON list"),
        (b"conversation,when,when\n", "two columns are called"),
        (b"conversation\naaaa\n", "no column at"),
        (b"a,b\n1,2\n", "no column conversation and none at"),
    ],
)
def test_a_file_that_is_none_is_refused_as_a_whole(
    book: CostBook, content: bytes, why: str
) -> None:
    with pytest.raises(UsageProblem, match=why):
        read(book, content)


def test_instants_without_an_offset_are_of_the_zone() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert instant_of("2026-10-05 10:30", berlin) == at("2026-10-05T08:30")
    assert instant_of("2026-10-05T10:30:15.5", berlin) == at("2026-10-05T08:30:15")
    assert instant_of("2026-10-05", berlin) == at("2026-10-05T10:00")
    assert instant_of("2026-10-25", berlin) == at("2026-10-25T11:00")  # clocks went back


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.binary(max_size=300), st.sampled_from([b"", b"conversation,at\n", b'{"at":']))
def test_any_bytes_are_rows_or_reasons(book: CostBook, some: bytes, head: bytes) -> None:
    try:
        found = read(book, head + some)
    except UsageProblem:
        return
    assert found.new == []
    assert all(reason for _, reason in found.rejected)


@pytest.mark.parametrize(
    "line",
    [b"[" * 100_000, b'{"a":' * 100_000, b'{"at": [1]}', b"1", b'{"a": tru', b"\xff\xfe{"],
)
def test_hostile_lines_are_refused_one_by_one(book: CostBook, line: bytes) -> None:
    good = b'{"conversation": "aaaa", "at": "2026-10-05"}\n'
    found = take(book, good + line + b"\n" + good.replace(b"aaaa", b"bbbb"))

    assert [number for number, _ in found.rejected] == [2]
    assert len(kept(book)) == 2


def test_what_a_terminal_obeys_is_not_kept(book: CostBook) -> None:
    take(book, "conversation,at,to,note\naaaa,2026-10-05,A\x1b[2Jda,x\x07y\u202ez\n")
    (found,) = kept(book)

    assert (found.person, found.note) == ("A [2Jda", "x y z")
