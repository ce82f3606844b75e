"""The reader of tables: streams the rows of one and hands on what they tell, piece by piece."""

from __future__ import annotations

import io
from collections.abc import Iterator

from convledger.errors import ConvledgerError
from convledger.sources.document import Document, Found, NotReadable
from convledger.sources.findings import Figures, Rejected, Texts
from convledger.sources.glimpse import JSON_LINES, JSON_LIST, MAYBE, NO, TEXT, Glimpse
from convledger.sources.lenient import BadLine
from convledger.sources.table.mapping import Mapping, missing_columns
from convledger.sources.table.mapping_file import mapping_of
from convledger.sources.table.reading import Rows
from convledger.sources.table.rows import LISTS, Table
from convledger.zones import zone_of

PIECE = 2000  # rows that are handed on together
PIECE_BYTES = 4 << 20
HARDLY = 10  # a table, but nothing in it that looks like conversations
UNMAPPED = (
    "a table that nobody has said how to read: `convledger import FILE --map MAP.toml` reads it, "
    "`convledger import FILE --write-map MAP.toml` writes a guess to begin with"
)


def recognises(glimpse: Glimpse) -> int:
    """Tell whether a file is a table that might be of conversations."""
    if glimpse.kind not in (TEXT, JSON_LIST, JSON_LINES):
        return NO
    from convledger.sources.table.guess import looks_useful

    try:
        table = Table(io.BytesIO(glimpse.head))
        header = table.header
    except NotReadable:
        return NO
    if glimpse.kind != TEXT and any(_is_nested(name) for name in header):
        return NO  # a log, that its own tool knows the shape of
    if looks_useful(header):
        return MAYBE
    return HARDLY if glimpse.kind == TEXT and _is_regular(table) else NO


def _is_nested(column: str) -> bool:
    outer, _, inner = column.partition(".")
    return bool(inner) and outer not in LISTS


def _is_regular(table: Table) -> bool:
    """Tell whether rows follow the header that are as wide: no prose with commas in it."""
    rows = wrong = 0
    for row in table:
        rows += 1
        wrong += isinstance(row, Rejected)
        if rows >= 20:
            break
    return rows > 0 and wrong * 5 <= rows


def read(document: Document, _state: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield what a table holds: its figures, or its texts where `texts`."""
    table = Table(document.stream())
    told = document.mapping(table.header)
    if told is None:
        raise NotReadable(UNMAPPED)
    try:
        mapping = mapping_of(told)
        zone = zone_of(mapping.zone)[0]
    except ConvledgerError as error:
        raise NotReadable(str(error)) from error
    if mapping.delimiter or mapping.encoding:
        table = Table(document.stream(), mapping.encoding, mapping.delimiter)
    if missing := missing_columns(mapping, table.header):
        raise NotReadable(
            f"the mapping {mapping.name} reads columns that this table lacks: {', '.join(missing)}"
        )
    rows = Rows(
        mapping, table.header, zone, document.changed_at,
        is_json=table.is_json, texts=texts, figures=not texts,
    )  # fmt: skip
    yield from _pieces(table, rows, document.size, texts=texts)


def _pieces(table: Table, rows: Rows, size: int, *, texts: bool) -> Iterator[Found]:
    found = Found()
    count, begun = 0, 0
    for row in table:
        count += 1
        rejected = found.texts.rejected if texts else found.figures.rejected
        if isinstance(row, Rejected):
            rejected.append(row)
        else:
            try:
                taken = rows.take(row)
            except BadLine as error:
                rejected.append(row.rejected(str(error)))
            else:
                if texts:
                    found.texts.messages.extend(taken.messages)
                else:
                    found.figures.calls.extend(taken.calls)
        if count >= PIECE or table.done - begun >= PIECE_BYTES:
            facts = rows.quiet()
            if not texts:
                found.figures.conversations = facts
            found.done = begun = min(table.done, size)
            yield found
            found, count = Found(), 0
    facts = rows.quiet(ended=True)
    if not texts:
        found.figures.conversations = facts
    found.done = size
    yield found


def read_with(content: bytes, mapping: Mapping, changed_at: int = 0) -> tuple[Figures, Texts]:
    """Return what the rows of a table would tell, for a preview. Raises NotReadable."""
    table = Table(io.BytesIO(content), mapping.encoding, mapping.delimiter)
    figures, texts = Figures(), Texts()
    zone = zone_of(mapping.zone)[0]
    rows = Rows(
        mapping, table.header, zone, changed_at, is_json=table.is_json, texts=True, figures=True
    )
    for row in table:
        if isinstance(row, Rejected):
            figures.rejected.append(row)
            continue
        try:
            taken = rows.take(row)
        except BadLine as error:
            figures.rejected.append(row.rejected(str(error)))
            continue
        figures.calls.extend(taken.calls)
        texts.messages.extend(taken.messages)
    figures.conversations = rows.quiet(ended=True)
    return figures, texts
