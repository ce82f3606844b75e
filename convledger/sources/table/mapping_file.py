"""Mappings as TOML: read strictly, with errors that name file and key, and written to be edited."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping as AnyMapping
from typing import Any

from convledger.errors import UsageProblem
from convledger.sources.table import instants, numbers
from convledger.sources.table.lines import ENCODINGS
from convledger.sources.table.mapping import (
    COUNTS,
    INSTANTS,
    MEANINGS,
    RESOLUTIONS,
    ROLES,
    ROWS,
    SEVERAL,
    TEXTS,
    TOKENS,
    Mapping,
    as_table,
)
from convledger.toml_files import open_table
from convledger.toml_tables import Table, nearest, shown
from convledger.zones import zone_of

OPEN = "?"  # stands where a question is not answered yet
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_TOP = (
    *("name", "rows", "note", "columns", "instants", "numbers", "cost", "tokens", "roles"),
    *("resolutions", "escalated", "rating", "table"),
)
_MOST_VALUES, _MOST_HEADERS = 2000, 50
_CURRENCY = re.compile(r"[A-Z]{3}")


def parse_mapping(text: str, file_name: str) -> Mapping:
    """Return the mapping that a TOML text holds. Raises ConfigError."""
    return _mapping(open_table(text, file_name))


def mapping_of(values: AnyMapping[str, Any], file_name: str = "mapping") -> Mapping:
    """Return the mapping that the values of a TOML file make. Raises ConfigError."""
    return _mapping(Table(file_name, "", values))


def _mapping(top: Table) -> Mapping:
    top.allow_only(_TOP)
    name = top.text("name")
    if not NAME.fullmatch(name):
        raise top.problem("name", 'must be short and plain, like "helpdesk-2026"')
    rows = _word(top, "rows", tuple(ROWS))
    columns = _columns(top.table("columns", '[columns] with conversation = "Ticket"'))
    form, zone = _instants(top.table("instants", '[instants] with format = "iso"'), columns)
    figures = top.table("numbers", '[numbers] with decimal = ","')
    figures.allow_only(("decimal",))
    tokens = top.table("tokens", "[tokens] with input_holds_cached = true")
    tokens.allow_only(("input_holds_cached", "output_holds_reasoning"))
    delimiter, encoding, headers = _writing(top.table("table", '[table] with delimiter = ";"'))
    found = Mapping(
        name=name,
        rows=rows,
        columns=columns,
        instants=form,
        zone=zone,
        decimal=_word(figures, "decimal", numbers.MARKS) if "decimal" in figures else "",
        currency=_currency(top.table("cost", '[cost] with currency = "USD"'), columns),
        input_holds_cached=_holds(tokens, "input_holds_cached", "cached", columns),
        output_holds_reasoning=_holds(tokens, "output_holds_reasoning", "reasoning", columns),
        roles=_words(top.table("roles", '[roles] with Customer = "user"'), ROLES),
        resolutions=_words(
            top.table("resolutions", '[resolutions] with Solved = "resolved_confirmed"'),
            RESOLUTIONS,
        ),
        yes=_list(top.table("escalated", '[escalated] with yes = ["Ja"]'), "yes"),
        rating_of=_rating(top.table("rating", "[rating] with of = 5")),
        delimiter=delimiter,
        encoding=encoding,
        note=top.text("note") if "note" in top else "",
        headers=headers,
    )
    _consistent(top, found)
    return found


def _columns(table: Table) -> dict[str, tuple[str, ...]]:
    table.allow_only(MEANINGS)
    found: dict[str, tuple[str, ...]] = {}
    for meaning in MEANINGS:
        if meaning not in table:
            continue
        value = table.value(meaning)
        if value == OPEN:
            raise table.problem(
                meaning, f"must be answered with the name of a column: {MEANINGS[meaning]}"
            )
        if isinstance(value, list) and meaning in SEVERAL and 0 < len(value) <= 5:
            names = value
        else:
            names = [value]
        if not all(isinstance(each, str) and each.strip() for each in names):
            raise table.problem(meaning, 'must be the name of a column in quotes, like "Ticket"')
        found[meaning] = tuple(" ".join(each.split()) for each in names)
    if "conversation" not in found:
        raise table.problem("conversation", "is missing: which column is the conversation's id?")
    taken: dict[str, str] = {}
    for meaning, columns in found.items():
        for column in columns:
            other = taken.setdefault(column.casefold(), meaning)
            if other != meaning:
                raise table.problem(
                    meaning, f"names the column {shown(column)}, which is {other} already"
                )
    return found


def _instants(table: Table, columns: dict[str, tuple[str, ...]]) -> tuple[str, str]:
    table.allow_only(("format", "zone"))
    if not any(meaning in columns for meaning in INSTANTS) and "format" not in table:
        return "", "UTC"
    form = _word(table, "format", instants.FORMATS)
    zone = table.text("zone") if "zone" in table else "UTC"
    try:
        zone_of(zone)
    except UsageProblem as error:
        raise table.problem("zone", f"names none: {error}") from error
    return form, zone


def _currency(table: Table, columns: dict[str, tuple[str, ...]]) -> str:
    table.allow_only(("currency",))
    if "currency" not in table:
        if "cost" in columns and "currency" not in columns:
            raise table.problem("currency", 'is missing: in which currency is it? Like "USD"')
        return ""
    if table.value("currency") == OPEN:
        raise table.problem("currency", 'must be answered: in which currency is it? Like "USD"')
    currency = table.text("currency").upper()
    if not _CURRENCY.fullmatch(currency):
        raise table.problem("currency", 'must be a code of three letters, like "EUR"')
    return currency


def _holds(
    table: Table, key: str, meaning: str, columns: dict[str, tuple[str, ...]]
) -> bool | None:
    whole = "input" if meaning == "cached" else "output"
    if key in table and table.value(key) != OPEN:
        return table.flag(key)
    if meaning in columns and whole in columns:
        asked = "must be answered" if key in table else "is missing"
        raise table.problem(
            key,
            f"{asked}: are the tokens of {shown(columns[meaning][0])} counted in "
            f"{shown(columns[whole][0])} too? true or false",
        )
    return None


def _rating(table: Table) -> int | None:
    table.allow_only(("of",))
    return table.whole("of", 1, 1000) if "of" in table else None


def _writing(table: Table) -> tuple[str, str, tuple[tuple[str, ...], ...]]:
    table.allow_only(("delimiter", "encoding", "headers"))
    delimiter = table.value("delimiter") if "delimiter" in table else ""
    if not isinstance(delimiter, str) or len(delimiter) > 1 or delimiter in ('"', "\n", "\r"):
        raise table.problem("delimiter", 'must be one character in quotes, like ";" or "\\t"')
    encoding = _word(table, "encoding", ENCODINGS) if "encoding" in table else ""
    headers = table.value("headers") if "headers" in table else []
    if not isinstance(headers, list) or len(headers) > _MOST_HEADERS:
        raise table.problem("headers", "must be a list of lists of column names")
    for header in headers:
        if not isinstance(header, list) or not all(isinstance(name, str) for name in header):
            raise table.problem("headers", "must be a list of lists of column names")
    return delimiter, encoding, tuple(tuple(header) for header in headers)


def _words(table: Table, known: tuple[str, ...]) -> dict[str, str]:
    """Return what each value of a column stands for."""
    keys = _keys(table)
    if len(keys) > _MOST_VALUES:
        raise table.problem(keys[0], f"is one of more than {_MOST_VALUES} values")
    return {key: _word(table, key, known) for key in keys}


def _keys(table: Table) -> list[str]:
    return list(table.keys())


def _list(table: Table, key: str) -> tuple[str, ...]:
    table.allow_only((key,))
    value = table.value(key) if key in table else []
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise table.problem(key, 'must be a list of values in quotes, like ["Ja"]')
    return tuple(value)


def _word(table: Table, key: str, known: tuple[str, ...]) -> str:
    if table.value(key) == OPEN:
        raise table.problem(key, f"must be answered: {', '.join(known)}")
    word = table.text(key) if table.value(key) not in known else str(table.value(key))
    if word not in known:
        raise table.problem(key, f"has {shown(word)}; did you mean {nearest(word, known)}?")
    return word


def _consistent(top: Table, mapping: Mapping) -> None:
    """Refuse a mapping under which rows would tell nothing."""
    columns = top.table("columns", "[columns]")
    useful = (*TEXTS, *TOKENS, "cost", "status", "escalated", "rating", "title", "at", *COUNTS)
    if not mapping.has(*useful):
        raise columns.problem("text", "is missing, and so is all else that rows could tell")
    if mapping.has("text") and not mapping.has("role"):
        raise columns.problem("role", "is missing: who says what the text column holds?")
    if mapping.has("role") and not mapping.roles:
        column = mapping.column("role")
        raise top.problem(
            "roles",
            f"is missing: add a section [roles] that says whom each value of {shown(column)} "
            f'means, like Customer = "user"; there are {", ".join(ROLES)}',
        )
    if mapping.has("currency") and not mapping.has("cost"):
        raise columns.problem("currency", "is of no use without a cost column")


_COMMENTS = {
    "rows": "; ".join(f"{name}: {words}" for name, words in ROWS.items()),
    "columns": "What columns mean. The others become details of their conversation.",
    "instants": f"format: {', '.join(instants.FORMATS)}\n"
    "zone: of times that name no offset, like Europe/Berlin",
    "numbers": 'The mark before a fraction: "." or ","',
    "tokens": "Whether one count holds the other: true or false",
    "roles": f"Who speaks: {', '.join(ROLES)}",
    "resolutions": f"What a status means: {', '.join(RESOLUTIONS)}",
    "escalated": "Values by which a person took over; yes, true, 1, x ... are known",
    "rating": "The best rating that can be given",
    "table": "Tables with one of these headers are read so",
}


def mapping_text(mapping: Mapping, open_keys: AnyMapping[str, str] | None = None) -> str:
    """Return a mapping as TOML with comments.

    `open_keys`, like {"instants.format": "why"}, are written as questions to be answered.
    """
    values = as_table(mapping)
    for key in open_keys or {}:
        section, _, name = key.partition(".")
        values.setdefault(section, {})[name] = OPEN
    parts = ["# How a table is read: convledger import TABLE --map THIS-FILE\n"]
    for key, value in values.items():
        if isinstance(value, dict):
            continue
        if key in _COMMENTS:
            parts.append(_commented(_COMMENTS[key]))
        parts.append(f"{key} = {_literal(value)}\n")
    for section in _TOP:
        value = values.get(section)
        if not isinstance(value, dict):
            continue
        parts.append("\n")
        if section in _COMMENTS:
            parts.append(_commented(_COMMENTS[section]))
        parts.append(f"[{section}]\n")
        for key, each in value.items():
            why = (open_keys or {}).get(f"{section}.{key}")
            if why:
                parts.append(_commented(why))
            parts.append(f"{_key(key)} = {_literal(each)}\n")
    return "".join(parts)


def _commented(text: str) -> str:
    safe = "".join(char if char.isprintable() or char == "\n" else "?" for char in text)
    return "".join(f"# {line}\n" for line in safe.splitlines())


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _literal(name)


def _literal(value: Any) -> str:
    """Return a value as TOML writes it; JSON's escapes are TOML's too."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(_literal(each) for each in value)}]"
    clean = str(value).encode("utf-8", "replace").decode()
    return json.dumps(clean, ensure_ascii=False).replace("\x7f", "\\u007f")


def name_of(text: str) -> str:
    """Return a name for a mapping, made of a file's name or of what a person typed."""
    ascii_text = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^a-z0-9._-]+", "-", ascii_text).strip("-._")[:40].strip("-._")
    return plain if NAME.fullmatch(plain) else "table"
