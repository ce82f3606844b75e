"""Bodies come out of their pages as they went in."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.ledger import Ledger
from convledger.store import bodies as bodies_module
from convledger.store.bodies import PAGE, PageReader, PageWriter, query_words, said_text
from convledger.store.connection import transaction

BODIES = [
    "",
    "a",
    "crème brûlée",
    "🥐👩‍👩‍👧‍👦" * 100,
    "\U00020000\U0010ffff",
    "\0\x01\x7f",
    "x" * PAGE,
    "y" * (PAGE + 1),
    "line\r\n" * 10,
    "東京 🗼" * 40_000,
    "last",
]


def round_trip(ledger: Ledger, texts: list[str]) -> list[str]:
    with transaction(ledger.connection):
        writer = PageWriter(ledger.connection)
        places = [writer.add(text.encode()) for text in texts]
        writer.flush()
    reader = PageReader(ledger.connection)
    return [reader.body(*place) for place in places]


def test_every_body_comes_back(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger:
        assert round_trip(ledger, BODIES) == BODIES
        assert round_trip(ledger, BODIES[::-1]) == BODIES[::-1]


def test_huge_body_has_a_page_of_its_own(tmp_path: Path) -> None:
    huge = "".join(f"{number:x} " for number in range(2_000_000))
    with Ledger.open(tmp_path) as ledger:
        assert round_trip(ledger, ["before", huge, "behind"]) == ["before", huge, "behind"]
        assert ledger.connection.execute("SELECT count(*) FROM page").fetchone()[0] <= 3


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=300), max_size=40))
def test_any_bodies_come_back(texts: list[str]) -> None:
    connection = connect_in_memory()
    with transaction(connection):
        writer = PageWriter(connection)
        places = [writer.add(text.encode()) for text in texts]
        writer.flush()
    reader = PageReader(connection)

    assert [reader.body(*place) for place in places] == texts
    connection.close()


def connect_in_memory() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("CREATE TABLE page (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT")
    return connection


def test_pages_read_long_ago_are_dropped_and_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies_module, "PAGE", 10)
    monkeypatch.setattr(bodies_module, "_KEPT", 2)
    texts = [f"text number {number}" for number in range(9)]
    with Ledger.open(tmp_path) as ledger:
        assert round_trip(ledger, texts * 2) == texts * 2


def test_flipped_bits_in_a_page_are_found(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger:
        round_trip(ledger, ["".join(f"{number:x}" for number in range(9000))])
        assert ledger.check(deep=True) == []
        (packed,) = ledger.connection.execute("SELECT body FROM page").fetchone()
        missed = []
        for place in range(40, len(packed), len(packed) // 25):
            damaged = bytearray(packed)
            damaged[place] ^= 4
            ledger.connection.execute("UPDATE page SET body=?", (bytes(damaged),))
            if not ledger.check(deep=True):
                missed.append(place)

        assert missed == []


def test_words_of_a_body_are_always_the_same() -> None:
    for body in BODIES:
        assert said_text("tool", body, body.encode()) == said_text("tool", body, body.encode())


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("", "plain text", ["plain", "text"]),
        ("Bash", '{"command":"a\\nb"}', ["Bash", "a", "b"]),
        ("Bash", '{"command":"caf\\u00e9"}', ["café"]),
        ("", "我住在東京都", ["東", "京"]),
    ],
)
def test_words_for_the_index(name: str, body: str, words: list[str]) -> None:
    said = said_text(name, body, body.encode()).decode()
    for mark in '{}":':
        said = said.replace(mark, " ")

    assert set(words) <= set(said.split())


def test_query_is_spaced_like_the_text() -> None:
    assert query_words("東京").split() == ["東", "京"]
    assert query_words("Tokyo") == "Tokyo"
