"""Mappings as TOML: what they may say, and what is told of mistakes in them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.errors import ConfigError
from convledger.sources.table.mapping import (
    MEANINGS,
    Mapping,
    as_table,
    fingerprint,
    missing_columns,
    remembers,
)
from convledger.sources.table.mapping_file import mapping_of, mapping_text, parse_mapping
from tests.sources.tables import FIXTURES, guessed

LEAST = (
    'name = "t"\nrows = "messages"\n[columns]\nconversation = "id"\ntext = "said"\nrole = "who"\n'
)
CALLS = 'name = "t"\nrows = "calls"\n[columns]\n'
ROLES = '[roles]\nme = "user"\n'


@pytest.mark.parametrize("name", ["helpdesk", "requests", "outcomes"])
def test_mapping_is_written_as_it_was_read(name: str) -> None:
    found = parse_mapping((FIXTURES / f"{name}.toml").read_text("utf-8"), f"{name}.toml")

    assert parse_mapping(mapping_text(found), "again.toml") == found
    assert mapping_of(as_table(found)) == found


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", 'map.toml: "name" is missing'),
        ('name = "../x"', '"name" must be short and plain'),
        ('name = "t"\nrows = "lines"\n[columns]', 'map.toml: line 2: "rows" has "lines"'),
        (
            'name = "t"\nrows = "calls"\n[columns]\ntext = "a"',
            '[columns]: "conversation" is missing',
        ),
        ('name = "t"\nrow = "calls"', '"row" is not a known key; did you mean "rows"?'),
        (LEAST.replace("role", "rolle"), '"rolle" is not a known key; did you mean "role"?'),
        (
            LEAST,
            '"roles" is missing: add a section [roles] that says whom each value of "who" means',
        ),
        (LEAST.replace('role = "who"', ""), '"role" is missing: who says'),
        (LEAST.replace('"who"', '"ID"') + ROLES, 'names the column "ID", which is conversation'),
        (LEAST.replace('"who"', "5") + ROLES, '"role" must be the name of a column'),
        (LEAST + '[roles]\nme = "boss"\n', '[roles]: "me" has "boss"; did you mean'),
        (LEAST + 'at = "when"\n' + ROLES, '[instants]: "format" is missing'),
        (
            LEAST + 'at = "when"\n' + ROLES + '[instants]\nformat = "?"',
            "must be answered: iso, unix",
        ),
        (
            LEAST + 'at = "w"\n' + ROLES + '[instants]\nformat = "iso"\nzone = "Mars/Base"',
            '"zone" names none: no such time zone',
        ),
        (LEAST + 'cost = "c"\n' + ROLES, '[cost]: "currency" is missing: in which currency'),
        (LEAST + 'cost = "c"\n' + ROLES + '[cost]\ncurrency = "Euro"', "a code of three letters"),
        (LEAST + ROLES + '[numbers]\ndecimal = ";"', '[numbers]: "decimal" has ";"'),
        (
            LEAST + 'input = "i"\ncached = "c"\n' + ROLES,
            '"input_holds_cached" is missing: are the tokens of "c" counted in "i" too?',
        ),
        (LEAST + ROLES + "[rating]\nof = 0", '[rating]: "of" must be a whole number from 1'),
        (LEAST + ROLES + '[table]\ndelimiter = ";;"', '"delimiter" must be one character'),
        (LEAST + ROLES + '[table]\nencoding = "utf-7"', '"encoding" has "utf-7"'),
        (LEAST + ROLES + "[table]\nheaders = [1]", '"headers" must be a list of lists'),
        (LEAST + ROLES + '[escalated]\nyes = "Ja"', '"yes" must be a list of values'),
        ('name = "t"\nrows = "calls"\n[columns]\nconversation = "id"\n', "and so is all else"),
        ("name = [", "map.toml: not valid TOML"),
    ],
)
def test_mistake_is_told_with_file_and_key(text: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_mapping(text, "map.toml")

    assert str(caught.value).startswith("map.toml: ")
    assert complaint in str(caught.value)


def test_guess_is_written_with_its_questions_to_be_answered() -> None:
    found = guessed("ticket,date,from,text,cost\n1,03/04/2026,Ops,a,5\n")

    text = mapping_text(found.mapping, {each.key: each.text for each in found.questions})

    assert 'Ops = "?"' in text
    assert "# Who is 'Ops' in from?" in text
    with pytest.raises(ConfigError, match="must be answered"):
        parse_mapping(text, "guess.toml")
    answered = (
        text.replace('format = "?"', 'format = "iso"')
        .replace('Ops = "?"', 'Ops = "assistant"')
        .replace('currency = "?"', 'currency = "EUR"')
    )
    assert parse_mapping(answered, "guess.toml").roles == {"Ops": "assistant"}


def test_header_is_known_again_in_any_order_and_case() -> None:
    mapping = Mapping("t", headers=(("Ticket", "Created At"),))

    assert remembers(mapping, ["created  at", "TICKET"])
    assert not remembers(mapping, ["Ticket"])
    assert fingerprint(["a", "b"]) != fingerprint(["a b"])


def test_columns_that_a_header_lacks_are_named() -> None:
    mapping = Mapping("t", columns={"conversation": ("id",), "text": ("Said",)})

    assert missing_columns(mapping, ["ID", "x"]) == ["Said"]


names = st.text(min_size=1, max_size=12).filter(lambda name: name.split() and name != "?")


@settings(max_examples=60, derandomize=True, database=None, deadline=None)
@given(
    st.lists(names, min_size=3, max_size=6, unique_by=lambda name: name.casefold().split()[0]),
    st.dictionaries(names, st.sampled_from(["user", "assistant"]), min_size=1, max_size=4),
)
def test_whatever_columns_are_called_is_written_and_read_again(
    columns: list[str], roles: dict[str, str]
) -> None:
    plain = [" ".join(name.split()) for name in columns]
    meanings = ["conversation", "role", "text", "title", "project", "user"]
    mapping = Mapping(
        "t",
        columns={
            name: (column,)
            for name in MEANINGS
            for wanted, column in zip(meanings, plain, strict=False)
            if name == wanted
        },
        roles=roles,
        headers=(tuple(columns),),
    )

    assert parse_mapping(mapping_text(mapping), "t.toml") == mapping
