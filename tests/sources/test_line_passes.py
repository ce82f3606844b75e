"""Records of JSON lines are all taken in, and what comes of them is handed on piece by piece."""

from __future__ import annotations

from pathlib import Path

from convledger.ingest.documents import opened_document
from convledger.sources.content import json_text
from convledger.sources.findings import Message
from convledger.sources.lenient import BadLine
from convledger.sources.line_passes import MOST_AT_ONCE, any_record, each_record, told


def test_each_record_comes_with_its_line_and_the_others_with_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(b'{"a":1}\n\n[]\n{"a":"\\ud800"}\n{"a":3}\n{"torn')
    seen: list[tuple[int, object]] = []

    def take(record: dict[str, object], line: int) -> None:
        if record["a"] == 3:
            raise BadLine("three is too many")
        seen.append((line, record["a"]))

    with opened_document(str(path), path.name) as document:
        (found,) = each_record(document, any_record, take, texts=True)

    assert seen == [(1, 1), (4, "\ufffd")]
    assert [(one.line, one.offset, one.reason) for one in found.texts.rejected] == [
        (3, 9, "a list, not an object"), (5, 27, "three is too many"),
    ]  # fmt: skip
    assert found.figures.rejected == []


def test_messages_are_handed_on_some_hundred_at_a_time() -> None:
    many = MOST_AT_ONCE * 2 + 1
    messages = [Message("c", str(number), 0, number, 1, 1, "x") for number in range(many)]
    pieces = [found.texts.messages for found in told(messages, 7)]

    assert [len(piece) for piece in pieces] == [MOST_AT_ONCE, MOST_AT_ONCE, 1]
    assert [message for piece in pieces for message in piece] == messages


def test_any_decoded_value_becomes_json_text() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]

    assert json_text({"count": 2**70}) == '{"count":1180591620717411303424}'
    assert json_text(deep) == "{}"
