"""Times that can be none: what bears them is kept, dated by what is next to it, and told once."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from convledger.clock import SECOND, parse_instant
from convledger.ledger import Ledger
from convledger.sources.dating import dated
from tests.sources import chats
from tests.sources.chats import AT, conversation, node, text
from tests.sources.documents import Read, read

IMPOSSIBLE = [0, 1, -5, 9_223_372_036, "1970-01-01T00:00:00Z", "2262-04-11T23:47:16Z", "soon"]
CHANGED = 1_600_000_000  # when each file was last written, in seconds


def of(source: str, folder: Path, value: Any) -> Read:
    """Return what is read of JSON that was last written at CHANGED."""
    path = folder / "conversations.json"
    path.write_text(json.dumps(value), "utf-8")
    os.utime(path, (CHANGED, CHANGED))
    return read(source, path, root=folder)


def instants(found: Read) -> list[int]:
    return [each.at // SECOND for each in found.messages if each.block == 0]


def chat_of(at: Any, *times: Any) -> dict[str, Any]:
    """Return a conversation of ChatGPT begun at `at`, whose messages tell `times`."""
    nodes = []
    for number, time in enumerate(times):
        role = "assistant" if number % 2 else "user"
        before = f"m{number - 1}" if number else "root"
        nodes.append(node(f"m{number}", before, role, text(f"Said {number}"), time))
    return {**conversation(*nodes), "create_time": at}


@pytest.mark.parametrize("odd", IMPOSSIBLE)
def test_message_with_an_impossible_time_is_dated_by_the_one_before_and_told(
    odd: Any, tmp_path: Path
) -> None:
    found = of("chatgpt", tmp_path, [chat_of(AT, AT, AT + 60, odd, AT + 300)])

    assert instants(found) == [AT, AT + 60, AT + 60, AT + 300]
    (told,) = found.rejected
    what = "no time" if odd == "soon" else "from outside the years 2000 to 2200"
    assert told.reason == (
        f"conversation c, message m2: time {odd!r} is {what}: dated by the messages around it"
    )
    assert (told.line, told.excerpt[:10]) == (1, b'{"id": "c"')


def test_first_message_with_an_impossible_time_is_dated_by_the_one_after(tmp_path: Path) -> None:
    found = of("chatgpt", tmp_path, [chat_of(AT, 0, 0, AT + 60)])

    assert instants(found) == [AT + 60] * 3
    (told,) = found.rejected
    assert told.reason.endswith("dated by the messages around it, and 1 more likewise")


def test_without_a_sound_message_the_conversation_s_own_time_dates_it(tmp_path: Path) -> None:
    found = of("chatgpt", tmp_path, [chat_of(AT, 0, 0)])

    assert instants(found) == [AT, AT]
    (told,) = found.rejected
    assert told.reason == (
        "conversation c, message m0: time 0 is from outside the years 2000 to 2200: "
        "dated by its conversation, and 1 more likewise"
    )


def test_without_any_sound_time_the_file_dates_it_and_one_note_says_so(tmp_path: Path) -> None:
    found = of("chatgpt", tmp_path, [chat_of(0, *[0] * 50)])

    assert instants(found) == [CHANGED] * 50
    (told,) = found.rejected
    assert told.reason.endswith("dated by when the file was last written, and 50 more likewise")


def test_impossible_time_of_a_conversation_is_told_and_its_messages_date_it(
    tmp_path: Path,
) -> None:
    found = of("chatgpt", tmp_path, [chat_of(0, AT + 5, AT + 9)])

    (facts,) = found.conversations.values()
    assert (facts.first_at, facts.last_at) == ((AT + 5) * SECOND, (AT + 9) * SECOND)
    (told,) = found.rejected
    assert told.reason == (
        "conversation c: time 0 is from outside the years 2000 to 2200: dated by its other times"
    )


def test_absent_times_are_told_only_where_a_conversation_has_none(tmp_path: Path) -> None:
    dated_one = of("chatgpt", tmp_path, [chat_of(None, None, AT, None)])
    assert instants(dated_one) == [AT] * 3
    assert not dated_one.rejected

    found = of("chatgpt", tmp_path, [chat_of(None, None, None)])
    assert instants(found) == [CHANGED] * 2
    assert [told.reason for told in found.rejected] == [
        "conversation c tells no time: dated by when the file was last written"
    ]


@pytest.mark.parametrize("unit", [10**3, 10**6, 10**9])
def test_milliseconds_and_less_for_seconds_are_read_right(unit: int, tmp_path: Path) -> None:
    found = of("chatgpt", tmp_path, [chat_of(AT * unit, AT * unit, (AT + 60) * unit)])

    assert instants(found) == [AT, AT + 60]
    assert not found.rejected


def test_claude_ai_s_messages_are_dated_and_told_likewise(tmp_path: Path) -> None:
    said = [
        chats.message("m0", "human", chats.block("Hello"), created_at="1970-01-01T00:00:00Z"),
        chats.message("m1", "assistant", chats.block("Hi"), second=7),
    ]
    found = of("claude-ai", tmp_path, [chats.chat(*said)])

    at = parse_instant(f"{chats.DAY}07Z")
    assert [each.at for each in found.messages] == [at, at]
    (told,) = found.rejected
    assert told.reason.startswith(
        "conversation c, message m0: time '1970-01-01T00:00:00Z' is from outside the years"
    )


def test_import_keeps_them_and_lists_the_note_once(tmp_path: Path) -> None:
    content = json.dumps([chat_of(0, 0, 0)]).encode()
    path = tmp_path / "conversations.json"
    path.write_bytes(content)
    with Ledger.open(tmp_path / "workspace") as ledger:
        for _ in range(2):
            ledger.sync([("chatgpt", path)])
        (told,) = ledger.rejected()
        assert ledger.connection.execute("SELECT count(*) FROM message").fetchone() == (2,)

    assert told.line == 1
    assert "message m0: time 0 is from outside the years 2000 to 2200" in told.reason


def test_rows_without_an_instant_take_that_of_the_one_before_or_else_the_next() -> None:
    assert list(dated([None, 5, None, 7], lambda each: each, 1)) == [
        (None, 5), (5, 5), (None, 5), (7, 7),
    ]  # fmt: skip
    assert list(dated([None, None], lambda each: each, 1)) == [(None, 1), (None, 1)]
    assert len(list(dated([None] * 700, lambda each: each, 1))) == 700
