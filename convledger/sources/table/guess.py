"""A mapping guessed from a table's header and first rows, with the questions it leaves open.

Nothing is decided that the values do not decide: what is not certain is asked.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field
from msgspec.structs import replace

from convledger.sources.lenient import BadLine
from convledger.sources.table import instants, numbers
from convledger.sources.table.mapping import (
    CALLS,
    CONVERSATIONS,
    INSTANTS,
    MEANINGS,
    MESSAGES,
    TEXTS,
    TOKENS,
    Mapping,
    missing_columns,
    places,
)
from convledger.sources.table.numbers import count_of
from convledger.sources.table.questions import Question, notes, questions
from convledger.sources.table.sample import (
    MOST_ROLES,
    NUMERIC,
    WHOLE,
    Sample,
    distinct,
    fitting_formats,
    marks_of,
    plainly,
)
from convledger.sources.table.words import (
    BY_NAME,
    EITHER,
    RESOLUTION_OF,
    ROLE_OF,
    plain_name,
    plain_value,
)

_FEW = 6  # who speaks, where no word tells who they are


class Guess(Struct):
    """A mapping with what is still to be asked, and what was taken for granted."""

    mapping: Mapping
    questions: list[Question] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def looks_useful(header: Iterable[str]) -> bool:
    """Tell whether a header names a conversation and something that is said or spent in it."""
    meanings = {BY_NAME.get(plain_name(name)) for name in header}
    useful = {*TEXTS, *TOKENS, "cost", "status", "escalated", "rating"}
    return bool("conversation" in meanings and meanings & useful) or (
        "model" in meanings and bool(meanings & {"input", "output"})
    )


def guess(sample: Sample, name: str, presets: Iterable[Mapping] = ()) -> Guess:
    """Return what a table seems to mean. A preset that fits is where it begins."""
    begun = _by_preset(sample, presets) or _by_names(sample)
    found = replace(begun, name=name, headers=(tuple(sample.header),))
    return settled(found, sample)


def settled(mapping: Mapping, sample: Sample) -> Guess:
    """Return a mapping with all that the values decide, and the questions they leave."""
    mapping = _with_values(mapping, sample)
    return Guess(mapping, questions(mapping, sample), notes(mapping, sample))


def _by_preset(sample: Sample, presets: Iterable[Mapping]) -> Mapping | None:
    for preset in presets:
        if not missing_columns(preset, sample.header):
            return preset
    return None


def _by_names(sample: Sample) -> Mapping:
    columns: dict[str, tuple[str, ...]] = {}
    best: dict[str, int] = {}
    for name in sample.header:
        plain = plain_name(name)
        meaning = BY_NAME.get(plain)
        if meaning is None or not _is_possible(meaning, sample.values(name)):
            continue
        rank = _rank(meaning, plain)
        if meaning not in columns or rank < best[meaning]:
            columns[meaning], best[meaning] = (name,), rank
    if "text" in columns and "role" not in columns and (speaking := _speaking(columns, sample)):
        columns["role"] = (speaking,)
    columns = {meaning: columns[meaning] for meaning in MEANINGS if meaning in columns}
    if "currency" in columns and "cost" not in columns:
        del columns["currency"]
    return Mapping("guess", _rows(columns, sample), columns)


def _speaking(columns: dict[str, tuple[str, ...]], sample: Sample) -> str:
    """Return the one column of which all values say who speaks, whatever it is called."""
    used = {name for names in columns.values() for name in names}
    found = []
    for name in sample.header:
        values = {plain_value(value) for value in sample.values(name) if value.strip()}
        roles = {ROLE_OF.get(value) for value in values}
        if name not in used and None not in roles and {"user", "assistant"} <= roles:
            found.append(name)
    return found[0] if len(found) == 1 else ""


def _rank(meaning: str, plain: str) -> int:
    names = [name for name, each in BY_NAME.items() if each == meaning]
    return names.index(plain)


def _is_possible(meaning: str, values: list[str]) -> bool:
    """Tell whether the values of a column can mean what its name says."""
    some = values[:200]
    if not some:
        return True
    if meaning in INSTANTS:
        return bool(instants.likeliest(some))  # those that are spoilt are asked about
    if meaning in WHOLE:
        return sum(_is_number(value) for value in some) * 10 >= len(some) * 9
    if meaning == "cost":
        return sum(_is_amount(value) for value in some) * 10 >= len(some) * 9
    if meaning == "role":
        known = {plain_value(value) for value in some}
        return len(known) <= (MOST_ROLES if known & ROLE_OF.keys() else _FEW)
    return True


def _is_number(value: str) -> bool:
    for mark in numbers.MARKS:
        try:
            count_of(value, mark)
        except BadLine:
            continue
        return True
    return False


def _is_amount(value: str) -> bool:
    for mark in numbers.MARKS:
        try:
            numbers.amount_of(value, mark)
        except BadLine:
            continue
        return True
    return False


def _rows(columns: dict[str, tuple[str, ...]], sample: Sample) -> str:
    """Return what a row is: a whole conversation where no id comes twice."""
    if "text" in columns and "role" in columns:
        return MESSAGES
    ids = sample.values(columns["conversation"][0]) if "conversation" in columns else []
    repeated = not ids or len(set(ids)) < len(ids) or "request" in columns
    if repeated and any(meaning in columns for meaning in ("request", "model", "prompt")):
        return CALLS
    if ids and len(set(ids)) == len(ids) and "message" not in columns:
        return CONVERSATIONS
    return MESSAGES if "text" in columns else CALLS


def _with_values(mapping: Mapping, sample: Sample) -> Mapping:
    """Return a mapping with what the values of its columns decide."""
    form = mapping.instants
    if mapping.has(*INSTANTS) and not form:
        form = _only(fitting_formats(mapping, sample))
    decimal = mapping.decimal
    if not decimal:
        marks = marks_of(mapping, sample)
        decimal = next(iter(marks)) if len(marks) == 1 else ""
        if sample.is_json and not marks:
            decimal = numbers.POINT
    roles = dict(mapping.roles)
    if "*" not in roles:
        roles = _roles(distinct(mapping, sample, "role"), roles)
    resolutions = dict(mapping.resolutions)
    known = {plainly(each) for each in resolutions}
    for value in distinct(mapping, sample, "status"):
        resolution = RESOLUTION_OF.get(plain_value(value))
        if resolution and plainly(value) not in known:
            resolutions[value] = resolution
    return replace(
        mapping,
        instants=form,
        decimal=decimal,
        currency=mapping.currency or _currency(mapping, sample, decimal),
        input_holds_cached=_holds(mapping, sample, "input", "cached", mapping.input_holds_cached),
        output_holds_reasoning=_holds(
            mapping, sample, "output", "reasoning", mapping.output_holds_reasoning
        ),
        roles=roles,
        resolutions=resolutions,
        delimiter=mapping.delimiter,
    )


def _only(values: list[str]) -> str:
    return values[0] if len(values) == 1 else ""


def _currency(mapping: Mapping, sample: Sample, decimal: str) -> str:
    """Return the currency that a cost column or its name tells."""
    if not mapping.has("cost") or mapping.has("currency"):
        return ""
    found = set()
    for value in sample.values(mapping.column("cost")):
        try:
            amount = numbers.amount_of(value, decimal or numbers.POINT)
        except BadLine:
            continue
        found.add(amount[1] if amount else "")
    name = f" {plain_name(mapping.column('cost'))} ".replace("(", " ").replace(")", " ")
    if found - {""}:
        return found.pop() if len(found) == 1 else ""
    for sign, code in (*numbers.SIGNS.items(), ("usd", "USD"), ("eur", "EUR"), ("gbp", "GBP")):
        if (sign in name if not sign.isalpha() else f" {sign} " in name) or name.strip().endswith(
            code.lower()
        ):
            return code
    return ""


def _roles(values: list[str], said: dict[str, str]) -> dict[str, str]:
    """Return who speaks by the values that say so themselves.

    An agent is a person only beside a bot: alone it may be either.
    """
    known = {plainly(each) for each in said}
    found = {
        value: role
        for value in values
        if plainly(value) not in known and (role := ROLE_OF.get(plain_value(value)))
    }
    if "assistant" not in {*found.values(), *said.values()}:
        found = {value: role for value, role in found.items() if plainly(value) not in EITHER}
    return {**said, **found}


def _holds(
    mapping: Mapping, sample: Sample, whole: str, part: str, known: bool | None
) -> bool | None:
    """Tell whether one count of tokens holds the other: not so where it is the smaller one."""
    if known is not None or not mapping.has(whole) or not mapping.has(part):
        return known
    cells = places(mapping, sample.header)
    for row in sample.rows:
        counts = []
        for meaning in (whole, part):
            try:
                counts.append(count_of(row[cells[meaning][0]], mapping.decimal))
            except BadLine:
                counts.append(None)
        if counts[0] is not None and counts[1] is not None and counts[1] > counts[0]:
            return False
    return None


def answered(mapping: Mapping, key: str, value: str) -> Mapping:
    """Return a mapping with a key as in its file set to an answer."""
    section, _, name = key.partition(".")
    if section == "columns":
        return with_meaning(mapping, value, name)
    if section in ("roles", "resolutions"):
        return replace(mapping, **{section: {**getattr(mapping, section), name: value}})
    single = {
        "instants.format": "instants",
        "instants.zone": "zone",
        "numbers.decimal": "decimal",
        "cost.currency": "currency",
    }.get(key)
    if single:
        return replace(mapping, **{single: value})
    if section == "tokens":
        return replace(mapping, **{name: value == "true"})
    return replace(mapping, **{key: value})


def with_meaning(mapping: Mapping, column: str, meaning: str) -> Mapping:
    """Return a mapping in which a column has another meaning, or none where that is empty.

    What was said of the column's values before is forgotten.
    """
    before = mapping.meaning_of(column)
    columns = {
        name: kept
        for name, each in mapping.columns.items()
        if (kept := tuple(one for one in each if one != column)) and name != meaning
    }
    if meaning:
        columns[meaning] = (column,)
    changed = {before, meaning}
    found = replace(mapping, columns={name: columns[name] for name in MEANINGS if name in columns})
    if changed & set(INSTANTS):
        found = replace(found, instants="")
    if "role" in changed:
        found = replace(found, roles={})
    if "status" in changed:
        found = replace(found, resolutions={})
    if changed & {"cost", "currency"}:
        found = replace(found, currency="")
    if changed & {"input", "cached"}:
        found = replace(found, input_holds_cached=None)
    if changed & {"output", "reasoning"}:
        found = replace(found, output_holds_reasoning=None)
    if changed & set(NUMERIC):
        found = replace(found, decimal="")
    return found
