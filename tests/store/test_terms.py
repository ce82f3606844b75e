"""Words and phrases are found where the index's own tokenizer would find them."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convledger.store.bodies import query_words
from convledger.store.terms import first_place, fold, terms_of

PIECES = ["a", "B", "ab", "é", "e\u0301", "Ö", "ß", "İ", "東", "서", "9", "²", "\u05d0", "Σ", "ﬁ"]
PIECES += [" ", "_", "-", ".", "\n", "\u0300", "\u200b", "✓", "0x"]
texts = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


def found_by_sqlite(text: str, phrase: str) -> bool:
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE VIRTUAL TABLE one USING fts5(text, tokenize='unicode61 remove_diacritics 2')"
    )
    connection.execute("INSERT INTO one VALUES (?)", (query_words(text),))
    asked = f'"{query_words(phrase)}"'
    found = connection.execute("SELECT count(*) FROM one WHERE one MATCH ?", (asked,)).fetchone()
    connection.close()
    return bool(found[0])


@given(texts, texts)
def test_a_phrase_stands_where_sqlite_says(text: str, phrase: str) -> None:
    terms = terms_of(f'"{phrase}"')
    said = fold(text)

    found = bool(terms) and all(term.place(said) for term in terms)
    assert found == found_by_sqlite(text, phrase)


@given(texts, texts, texts)
def test_the_first_place_holds_the_phrase(before: str, phrase: str, after: str) -> None:
    terms = terms_of(f'"{phrase}"')
    text = f"{before} {phrase} {after}"
    start, end = first_place(text, terms)

    assert bool(terms) == (end > 0)
    assert [term.words for term in terms_of(f'"{text[start:end]}"')] == [
        term.words for term in terms
    ]


def test_an_accent_of_its_own_is_no_break_between_words() -> None:
    accented = "e\u0301"
    text = f"{accented}a {accented} a"

    assert first_place(text, terms_of(f'"{accented} a"')) == (4, 8)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Store.py", [("store", "py")]),
        ('"Rye dough" caf*', [("rye", "dough"), ("caf",)]),
        ("src/oven*", [("src", "oven")]),
        ('*** -- ""', []),
        ("東京", [("東", "京")]),
    ],
)
def test_terms_of(text: str, words: list[tuple[str, ...]]) -> None:
    assert [term.words for term in terms_of(text)] == words


def test_only_a_star_behind_two_letters_opens_the_end() -> None:
    assert [term.open_end for term in terms_of('a* ab* "ab*"')] == [False, True, False]


def test_place_is_that_of_the_text_as_it_was_written() -> None:
    text = "un cafe\u0301 CRE\u0300ME, s'il vous plaît"
    start, end = first_place(text, terms_of('"café crème"'))

    assert text[start:end] == "cafe\u0301 CRE\u0300ME"


def test_words_joined_by_signs_are_marked_as_the_phrase_that_they_are() -> None:
    text = "see change_times.py"
    start, end = first_place(text, terms_of('"change times"'))

    assert text[start:end] == "change_times"
