"""The first rows of a table as they would be read: what is shown before anything is written."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from convledger.errors import ConvledgerError
from convledger.money import usd_display
from convledger.sources.findings import Call, Flag, Kind, Measure
from convledger.sources.lenient import BadLine
from convledger.sources.table.delimited import Row
from convledger.sources.table.mapping import INSTANTS, Mapping
from convledger.sources.table.reading import Rows, Taken
from convledger.sources.table.sample import Sample
from convledger.zones import zone_of

ROWS = 12
_WHO = {
    Kind.PROMPT: "user",
    Kind.ANSWER: "assistant",
    Kind.NOTE: "system",
    Kind.TOOL_RESULT: "tool",
}
_EXAMPLE = 60


class Seen(Struct):
    """A row as it would be read; `problem` says why it would not."""

    conversation: str = ""
    at: int | None = None
    who: str = ""
    text: str = ""
    spent: str = ""
    problem: str = ""


class ColumnSeen(Struct):
    """A column: its name, what it means (nothing: a detail), and its first value."""

    name: str
    meaning: str
    example: str


def columns_seen(mapping: Mapping, sample: Sample) -> list[ColumnSeen]:
    """Return each column of a table with what it is read as."""
    return [
        ColumnSeen(
            name,
            mapping.meaning_of(name),
            next((value.strip()[:_EXAMPLE] for value in sample.values(name)), ""),
        )
        for name in sample.header
    ]


def rows_seen(mapping: Mapping, sample: Sample, most: int = ROWS) -> list[Seen]:
    """Return the first rows as they would be read; what is still open is left out of them."""
    decided = _decided(mapping)
    try:
        zone = zone_of(decided.zone)[0]
    except ConvledgerError as error:
        return [Seen(problem=str(error))]
    rows = Rows(decided, sample.header, zone, 0, is_json=sample.is_json, texts=True, figures=True)
    found = []
    for number, cells in enumerate(sample.rows[:most], 2):
        row = Row(number, 0, cells)
        try:
            taken = rows.take(row)
        except BadLine as error:
            found.append(Seen(problem=str(error)))
            continue
        found.append(_seen(row, taken, decided, sample))
    return found


def _decided(mapping: Mapping) -> Mapping:
    """Return a mapping without the columns whose reading is still to be asked."""
    open_ = set()
    if not mapping.instants:
        open_ |= set(INSTANTS)
    if not mapping.currency and not mapping.has("currency"):
        open_.add("cost")
    columns = {name: cells for name, cells in mapping.columns.items() if name not in open_}
    return replace(mapping, columns=columns)


def _seen(row: Row, taken: Taken, mapping: Mapping, sample: Sample) -> Seen:
    found = Seen(_conversation(row, mapping, sample))
    said = taken.messages[:1] if len(taken.messages) == 1 else taken.messages[-1:]
    for message in said:
        is_person = message.flags & Flag.PERSON
        found.who = "human agent" if is_person else _WHO.get(Kind(message.kind), "")
        found.text = message.body
    if len(taken.messages) > 1:
        found.who = "user, assistant"
        found.text = f"{taken.messages[0].body} / {found.text}"
    if mapping.has("at"):
        found.at = taken.at
    for call in taken.calls:
        found.spent = _spent(call)
    return found


def _conversation(row: Row, mapping: Mapping, sample: Sample) -> str:
    column = mapping.column("conversation").casefold()
    at = next((at for at, name in enumerate(sample.header) if name.casefold() == column), None)
    return "" if at is None else row.cells[at].strip()


def _spent(call: Call) -> str:
    """Return the tokens of a call and what it is said to have cost."""
    parts = []
    if call.measure == Measure.MISSING:
        parts.append("tokens not recorded")
    else:
        cached = call.cache_read + call.cache_write_5m
        parts.append(f"{call.input:,} in" + (f" + {cached:,} cached" if cached else ""))
        parts.append(f"{call.output:,} out")
    if call.model != "unknown":
        parts.append(call.model)
    if call.reported is not None:
        parts.append(usd_display(call.reported, 4))
    return ", ".join(parts)
