"""Tables in every writing: delimiters, encodings, quotes, rows that are torn or too wide."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from convledger.sources.document import NotReadable
from convledger.sources.findings import Rejected
from convledger.sources.table import delimited
from convledger.sources.table.rows import Table
from tests.sources.tables import FIXTURES, read_text, rows_of


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_told_by_the_rows(delimiter: str) -> None:
    text = f"a{delimiter}b{delimiter}c\n1{delimiter}2{delimiter}x. y z\n3{delimiter}4{delimiter}u"

    header, rows, rejected = rows_of(text)

    assert (header, rows, rejected) == (
        ["a", "b", "c"],
        [["1", "2", "x. y z"], ["3", "4", "u"]],
        [],
    )


def test_delimiter_inside_quotes_is_text() -> None:
    header, rows, _ = rows_of('id;text\n1;"a, b, c"\n2;"d, e, f"\n')

    assert (header, rows[0]) == (["id", "text"], ["1", "a, b, c"])


def test_line_that_tells_the_delimiter_is_no_header() -> None:
    assert rows_of("sep=|\r\na|b,c\r\n1|2\r\n")[:2] == (["a", "b,c"], [["1", "2"]])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-8"])
def test_excels_text_is_read_in_every_unicode(encoding: str, tmp_path: Path) -> None:
    content = "id\trole\ttext\r\n1\tuser\tGrüße\r\n".encode(encoding)

    found = read_text(
        tmp_path,
        content,
        "sheet.txt",
        rows="messages",
        columns={"conversation": "id", "role": "role", "text": "text"},
        roles={"user": "user"},
    )

    assert found.visible() == [("prompt", "Grüße")]


def test_line_that_is_no_utf_8_is_windows_1252() -> None:
    content = "id;text\n1;Grüße\n".encode() + "2;fünf €\n".encode("cp1252")

    assert rows_of(content)[1] == [["1", "Grüße"], ["2", "fünf €"]]


def test_other_encoding_is_that_of_the_mapping() -> None:
    content = "id;text\n1;Привет\n".encode("windows-1251")

    table = Table(io.BytesIO(content), "windows-1251")

    assert [row.cells for row in table if not isinstance(row, Rejected)] == [["1", "Привет"]]


def test_line_ends_inside_quotes_are_kept_and_lines_counted() -> None:
    table = Table(io.BytesIO(b'id,text\n1,"one\r\ntwo"\n2,three\n'))

    rows = [row for row in table if not isinstance(row, Rejected)]

    assert [(row.line, row.cells[1]) for row in rows] == [(2, "one\ntwo"), (4, "three")]
    assert rows[1].offset == len(b'id,text\n1,"one\r\ntwo"\n')


def test_line_ends_of_an_old_macintosh_are_line_ends() -> None:
    assert rows_of("a,b\r1,2\r3,4\r")[1] == [["1", "2"], ["3", "4"]]


def test_row_of_another_width_is_rejected_with_its_line() -> None:
    _, rows, rejected = rows_of("a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12,,\n")

    assert rows == [["1", "2", "3"], ["10", "11", "12"]]
    assert [(bad.line, bad.reason) for bad in rejected] == [
        (3, "has 2 cells where the header has 3"),
        (4, "has 4 cells where the header has 3"),
    ]


def test_quote_that_is_not_closed_costs_its_row_alone() -> None:
    _, rows, rejected = rows_of('a,b\n1,2\n3,"torn\n5,6\n7,8\n')

    assert rows == [["1", "2"], ["5", "6"], ["7", "8"]]
    assert [(bad.line, "closed nowhere" in bad.reason) for bad in rejected] == [(3, True)]


def test_row_that_is_too_long_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "LONGEST", 100)

    _, rows, rejected = rows_of('a,b\n1,2\n3,"' + "x\n" * 200 + '"\n5,6\n')

    assert ["1", "2"] in rows
    assert ["5", "6"] in rows
    assert rejected[0].line == 3


def test_many_torn_quotes_take_no_quadratic_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "LONGEST", 2000)
    text = "a,b\n" + 'a"b,"c\n' * 20_000

    header, rows, rejected = rows_of(text)

    assert header == ["a", "b"]
    assert rejected
    assert len(rows) < 20_000


def test_columns_without_a_name_and_of_one_name_are_told_apart() -> None:
    assert rows_of("id,,id,  two   words \n1,2,3,4\n")[0] == [
        "id", "column 2", "id (2)", "two words",
    ]  # fmt: skip


def test_blank_lines_and_rows_are_no_rows() -> None:
    assert rows_of("\n\na,b\n\n1,2\n,\n\n")[1] == [["1", "2"]]


def test_records_of_json_are_rows_with_their_keys() -> None:
    records = [
        {"id": 7, "user": {"name": "Ana", "tags": ["x", "y"]}, "ok": True, "cost": 0.25},
        {"id": 8, "none": None, "parts": [{"text": "one"}, {"text": {"content": "two"}}]},
    ]

    for content in (json.dumps(records), "\n".join(map(json.dumps, records))):
        header, rows, _ = rows_of(content)
        assert header == ["id", "user.name", "user.tags", "ok", "cost", "none", "parts"]
        assert rows[0] == ["7", "Ana", "x, y", "true", "0.25", "", ""]
        assert rows[1] == ["8", "", "", "", "", "", "one\ntwo"]


def test_messages_inside_a_record_are_rows_each() -> None:
    header, rows, _ = rows_of((FIXTURES / "chats.json").read_bytes())

    assert header[:2] == ["conversation_id", "status"]
    assert [row[0] for row in rows] == ["f-1", "f-1", "f-1", "f-2"]


def test_records_below_a_key_are_found() -> None:
    assert rows_of('{"count": 2, "data": [{"id": 1}, {"id": 2}]}')[1] == [["1"], ["2"]]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"<!doctype html><p>Sign in</p>", "web page"),
        (b"just some prose\nwithout columns\n", "no table"),
        (b"[1, 2, 3]", "no objects"),
        (b"\x00\x01\x02\x03\x04\x05\x06\x07\x08" * 40, "no text"),
    ],
)
def test_what_is_no_table_says_so(content: bytes, reason: str) -> None:
    with pytest.raises(NotReadable, match=reason):
        Table(io.BytesIO(content))
