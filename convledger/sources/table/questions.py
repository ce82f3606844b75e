"""What a mapping leaves open for the rows of a table, asked one by one."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec import Struct

from convledger.clock import to_datetime
from convledger.sources.lenient import BadLine
from convledger.sources.table import instants, numbers
from convledger.sources.table.mapping import INSTANTS, ROLES, TEXTS, TOKENS, Mapping
from convledger.sources.table.sample import (
    MOST_ROLES,
    NUMERIC,
    Sample,
    digits_of,
    distinct,
    fitting_formats,
    marks_of,
    plainly,
    unsure_value,
)


class Choice(Struct, frozen=True):
    """An answer: the value it gives the key, and what it means."""

    value: str
    words: str


class Question(Struct, frozen=True):
    """What the values do not decide: the key that it is about, and the answers there are."""

    key: str  # as in the file: "instants.format", "roles.Ops"
    text: str
    choices: tuple[Choice, ...]
    free: bool = False  # another answer may be written


def questions(mapping: Mapping, sample: Sample) -> list[Question]:
    """Return what a mapping leaves open for the rows of a table."""
    found: list[Question] = []
    free = [name for name in sample.header if name not in mapping.used]
    if not mapping.has("conversation"):
        choices = tuple(Choice(name, _example(sample, name)) for name in free)
        text = "Which column is the conversation's id?"
        found.append(Question("columns.conversation", text, choices))
    if mapping.has("text") and not mapping.has("role"):
        choices = tuple(Choice(name, _example(sample, name)) for name in free)
        text = f"Which column says who speaks in {mapping.column('text')}?"
        found.append(Question("columns.role", text, choices))
    if not mapping.has(*TEXTS, *TOKENS, "cost", "status", "escalated", "rating", "title", "at"):
        choices = tuple(Choice(name, _example(sample, name)) for name in free)
        found.append(Question("columns.text", "Which column holds what was said?", choices))
    if mapping.has("role") and "*" not in mapping.roles:
        known = {plainly(each) for each in mapping.roles}
        for value in distinct(mapping, sample, "role")[:MOST_ROLES]:
            if plainly(value) not in known:
                text = f"Who is {value!r:.60} in {mapping.column('role')}?"
                choices = tuple(Choice(role, _ROLE_WORDS[role]) for role in ROLES)
                found.append(Question(f"roles.{value}", text, choices))
    found += _of_instants(mapping, sample)
    found += _of_numbers(mapping, sample)
    return found


_ROLE_WORDS = {
    "user": "the customer or user",
    "assistant": "the bot or model",
    "human_agent": "a person who answers",
    "system": "a note of the system",
    "tool": "the result of a tool",
    "ignore": "leave these rows out",
}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_FORM_WORDS = {
    instants.ISO: "ISO 8601, like 2026-11-20T14:30:00Z",
    instants.UNIX: "seconds since 1970, or parts of them",
    instants.EXCEL: "Excel's number of days",
    instants.EXCEL_1904: "Excel's number of days since 1904",
    instants.DAY_FIRST: "day, month, year",
    instants.MONTH_FIRST: "month, day, year",
    instants.YEAR_FIRST: "year, month, day",
}


def _of_instants(mapping: Mapping, sample: Sample) -> list[Question]:
    if mapping.instants or not mapping.has(*INSTANTS):
        return []
    named = [mapping.column(name) for name in INSTANTS if mapping.has(name)]
    column = next((name for name in named if not instants.fitting(sample.values(name))), named[0])
    values = sample.values(column)
    forms = fitting_formats(mapping, sample)
    spoilt = [] if forms else instants.unreadable(values)
    likely = instants.likeliest(values)
    plain = [form for form in (instants.ISO, instants.UNIX, instants.EXCEL) if form in likely]
    forms = forms or plain[:1] or likely or list(instants.FORMATS)
    example = _example(sample, column)
    if 0 < len(spoilt) < len(values):
        example = next(value.strip()[:40] for value in values if value not in spoilt)
        text = (
            f"In {column}, {len(spoilt)} of {len(values)} times can't be read, like "
            f"{spoilt[0].strip()!r:.40}: how are the others written? Rows with such a time are "
            "rejected; a column of another meaning is given in a mapping"
        )
    elif set(forms) == {instants.DAY_FIRST, instants.MONTH_FIRST}:
        text = f"In {column}, is {example} written day first or month first?"
    else:
        text = f"How are the instants in {column} written, like {example or 'none'}?"
    choices = tuple(Choice(form, _FORM_WORDS[form] + _as_date(example, form)) for form in forms)
    return [Question("instants.format", text, choices)]


def _day(moment: datetime) -> str:
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def _as_date(written: str, form: str) -> str:
    """Return what an example is in a format, nothing where it is no instant in it."""
    at = instants.reader_of(form, UTC)(written)
    return "" if at is None else f": it is {_day(to_datetime(at))}"


def _of_numbers(mapping: Mapping, sample: Sample) -> list[Question]:
    found = []
    column, value = ("", "") if mapping.decimal else unsure_value(mapping, sample)
    if len(marks := marks_of(mapping, sample)) > 1 and not mapping.decimal:
        column = column or next(mapping.column(each) for each in NUMERIC if mapping.has(each))
    if column:
        example = value or _example(sample, column)
        text = f"In {column}, is {example} written with a decimal point or a decimal comma?"
        if len(marks) > 1:
            text = f"Some numbers have a decimal point, others a comma. Which is right in {column}?"
        choices = (
            Choice(numbers.POINT, _as_number(example, numbers.POINT)),
            Choice(numbers.COMMA, _as_number(example, numbers.COMMA)),
        )
        found.append(Question("numbers.decimal", text, choices))
    if mapping.has("cost") and not mapping.currency and not mapping.has("currency"):
        text = f"In which currency is {mapping.column('cost')}?"
        currencies = (
            Choice("USD", "US dollars, shown beside the list cost"),
            Choice("EUR", "euros, kept as a detail"),
            Choice("GBP", "pounds, kept as a detail"),
        )
        found.append(Question("cost.currency", text, currencies, free=True))
    for key, known, whole, part in (
        ("input_holds_cached", mapping.input_holds_cached, "input", "cached"),
        ("output_holds_reasoning", mapping.output_holds_reasoning, "output", "reasoning"),
    ):
        if known is None and mapping.has(whole) and mapping.has(part):
            first, second = mapping.column(whole), mapping.column(part)
            text = f"Are the tokens of {second} counted in {first} too?"
            choices = (
                Choice("true", f"yes: {second} is a part of {first}"),
                Choice("false", "no: both are added"),
            )
            found.append(Question(f"tokens.{key}", text, choices))
    return found


def _as_number(value: str, mark: str) -> str:
    try:
        number = numbers.number_of(digits_of(value), mark)
    except BadLine:
        return "can't be read so"
    return f"it is {number.normalize():f}"


def _example(sample: Sample, column: str) -> str:
    return next((value.strip()[:40] for value in sample.values(column)), "")


def notes(mapping: Mapping, sample: Sample) -> list[str]:
    """Return what was taken for granted."""
    found = [mapping.note] if mapping.note else []
    values = [
        value
        for meaning in INSTANTS
        if mapping.has(meaning)
        for value in sample.values(mapping.column(meaning))[:50]
    ]
    bare = not all(instants.has_offset(value) for value in values)
    if bare and mapping.instants != instants.UNIX:
        found.append(f"times are read in {mapping.zone}, but for those that name a zone themselves")
    if not mapping.has("at"):
        found.append("no column tells when: everything is dated by the file")
    unknown = [
        value
        for value in distinct(mapping, sample, "status")
        if plainly(value) not in {plainly(each) for each in mapping.resolutions}
    ]
    if unknown:
        words = ", ".join(unknown[:5])
        found.append(f"a status that means no outcome yet: {words}")
    if mapping.has(*TOKENS) and not mapping.has("model"):
        found.append("no column names the model: it is unknown, and so is the price")
    return found
