"""Cursor's database read again: only what is new, whatever was replaced or deleted meanwhile."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from convledger.ingest.documents import opened_document
from convledger.sources.cursor import changes
from tests.sources.documents import Read, read
from tests.sources.editor_files import database
from tests.sources.test_cursor import SOURCE, bubble, composer, tool, written

HAS_LONG = "x" * 2000


def again(path: Path, state: bytes) -> Read:
    return read(SOURCE, path, root=path.parents[1], state=state)


def state_of(path: Path) -> bytes:
    """Return the state that reading all of it leaves."""
    return read(SOURCE, path, root=path.parents[1]).states[-1]


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def some(folder: Path, count: int = 3) -> Path:
    """Make a database of some conversations of two turns."""
    rows = []
    for number in range(count):
        name = f"c{number}"
        rows += [
            composer(name, ("1", 1), ("2", 2), ("3", 1), ("4", 2)),
            bubble(name, "1", 1, "one"), bubble(name, "2", 2, "two"),
            bubble(name, "3", 1, "three"), bubble(name, "4", 2, "four"),
        ]  # fmt: skip
    return written(folder, *rows)


def test_nothing_new_gives_nothing(tmp_path: Path) -> None:
    path = some(tmp_path)
    found = again(path, state_of(path))

    assert (found.messages, found.calls, found.conversations) == ([], [], {})


def test_new_bubble_is_found_with_the_last_turns(tmp_path: Path) -> None:
    path = some(tmp_path)
    state = state_of(path)
    written(
        tmp_path, bubble("c1", "5", 2, "five"),
        composer("c1", ("1", 1), ("2", 2), ("3", 1), ("4", 2), ("5", 2)),
    )  # fmt: skip
    found = again(path, state)

    assert [(m.body, m.line, m.parent) for m in found.messages][2:] == [
        ("three", 3, "c1:2"), ("four", 4, "c1:3"), ("five", 5, "c1:4"),
    ]  # fmt: skip
    assert {call.key for call in found.calls} == {"c1:2", "c1:5"}


def test_reply_that_was_coming_is_counted_at_the_next_reading(tmp_path: Path) -> None:
    begun = 1763540000
    path = written(
        tmp_path, composer("c", ("1", 1), ("2", 2), status="generating"),
        bubble("c", "1", 1, "go", createdAt=begun * 1000),
        bubble("c", "2", 2, "well", createdAt=(begun + 90) * 1000),
    )  # fmt: skip
    os.utime(path, (begun + 95, begun + 95))
    first = read(SOURCE, path, root=tmp_path)
    os.utime(path, (begun + 9000, begun + 9000))
    figures = [state for state in first.states if changes.state_of(state).held]
    later = again(path, figures[-1])

    assert (first.calls, [call.key for call in later.calls]) == ([], ["c:2"])
    assert changes.state_of(later.states[0]).held == []


def test_replaced_bubble_in_an_earlier_turn_is_read_again(tmp_path: Path) -> None:
    path = some(tmp_path)
    state = state_of(path)
    written(tmp_path, bubble("c0", "2", 2, "two, edited", tokenCount={"inputTokens": 9}))
    found = again(path, state)

    assert "two, edited" in [m.body for m in found.messages]
    assert [(call.key, call.input) for call in found.calls if call.input] == [("c0:2", 9)]


def test_number_of_a_deleted_row_that_is_used_again_is_noticed(tmp_path: Path) -> None:
    path = some(tmp_path)
    state = state_of(path)
    change(path, "DELETE FROM cursorDiskKV WHERE key LIKE '%:c2%'")
    written(tmp_path, composer("new", ("1", 1)), bubble("new", "1", 1, "in their place"))
    found = again(path, state)

    assert [m.body for m in found.messages] == ["in their place"]


def test_packed_database_is_read_without_a_gap(tmp_path: Path) -> None:
    path = some(tmp_path, 30)
    state = state_of(path)
    change(path, "DELETE FROM cursorDiskKV WHERE key LIKE '%:c7%'", "VACUUM")
    written(tmp_path, composer("new", ("1", 1)), bubble("new", "1", 1, "after packing"))
    found = again(path, state)

    assert "after packing" in [m.body for m in found.messages]


def test_other_database_is_read_from_its_start(tmp_path: Path) -> None:
    state = state_of(some(tmp_path / "a"))
    other = written(tmp_path / "b", composer("z", ("1", 1)), bubble("z", "1", 1, "another"))

    assert [m.body for m in again(other, state).messages] == ["another"]


@pytest.mark.parametrize("state", [b"\x00", b"junk", b"\x93\x63\x90\xa0", b"\x94\x01\x90\xa0\xc3"])
def test_state_of_no_use_is_passed_over(tmp_path: Path, state: bytes) -> None:
    assert len(again(some(tmp_path, 1), state).messages) == 4


def test_first_reading_that_was_broken_off_goes_on(tmp_path: Path) -> None:
    path = some(tmp_path)
    states = read(SOURCE, path, root=tmp_path).states
    middle = next(state for state in states if changes.state_of(state).after == "c1")
    written(tmp_path, bubble("c0", "4", 2, "four, edited meanwhile"))
    found = again(path, middle)
    later = again(path, found.states[-1])

    assert {m.conversation for m in found.messages} == {"c2"}
    assert "four, edited meanwhile" in [m.body for m in later.messages]


def test_message_left_aside_later_becomes_a_branch(tmp_path: Path) -> None:
    at = {"createdAt": "2026-11-19T08:13:20.000Z"}
    later = {"createdAt": "2026-11-19T08:15:20.000Z"}
    path = written(
        tmp_path, composer("c", ("1", 1), ("2", 2)), bubble("c", "1", 1, "go", **at),
        bubble("c", "2", 2, "dropped", **at),
    )  # fmt: skip
    state = state_of(path)
    written(tmp_path, composer("c", ("1", 1), ("3", 2)), bubble("c", "3", 2, "kept", **later))

    assert {m.body: bool(m.flags) for m in again(path, state).messages} == {
        "go": False, "kept": False, "dropped": True,
    }  # fmt: skip


def test_tool_that_ends_later_gives_its_result(tmp_path: Path) -> None:
    path = written(
        tmp_path, composer("c", ("1", 1), ("2", 2)), bubble("c", "1", 1, "go"),
        tool("c", "2", result=None, status="loading"),
    )  # fmt: skip
    state = state_of(path)
    written(tmp_path, tool("c", "2", status="completed"))

    assert ("tool_result", "found") in again(path, state).visible()


def test_questions_use_the_index_and_row_numbers(tmp_path: Path) -> None:
    path = some(tmp_path, 1)
    asked: list[str] = []
    with opened_document(str(path), "globalStorage/state.vscdb") as document:
        rows = document.rows

        def noted(query: str, values: object = ()) -> list[tuple[object, ...]]:
            asked.append(query)
            return rows(query, values)  # type: ignore[arg-type]

        document.rows = noted  # type: ignore[method-assign]
        from convledger.sources.registry import module_of

        list(module_of(SOURCE).read(document, b"", texts=True))
        list(module_of(SOURCE).read(document, state_of(path), texts=True))
        plans = [
            str(rows(f"EXPLAIN QUERY PLAN {query}", [1] * query.count("?")))
            for query in {query for query in asked if "cursorDiskKV" in query}
        ]

    assert len(plans) > 6
    assert [plan for plan in plans if "SCAN" in plan and "max(rowid)" not in plan] == []


def test_many_rows_that_are_no_messages_are_passed_over(tmp_path: Path) -> None:
    path = some(tmp_path, 1)
    state = state_of(path)
    blobs = [(f"agentKv:blob:{number}", HAS_LONG) for number in range(6000)]
    database(path, "", ("INSERT INTO cursorDiskKV VALUES(?,?)", blobs))
    written(tmp_path, bubble("c0", "4", 2, "four, again"))

    assert "four, again" in [m.body for m in again(path, state).messages]
