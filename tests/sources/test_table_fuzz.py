"""Whatever stands in a table, its reader finds something or says why not."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convledger.clock import EARLIEST, LATEST
from convledger.sources.document import NotReadable
from convledger.sources.findings import TOKEN_LIMIT
from convledger.sources.glimpse import HEAD, glimpse_of
from convledger.sources.table import recognises
from convledger.sources.table.guess import guess, settled
from convledger.sources.table.mapping_file import mapping_of
from convledger.sources.table.reader import read_with
from convledger.sources.table.rows import Table
from convledger.sources.table.sample import sample_of
from tests.sources.tables import FIXTURES, mapping_at

some = settings(
    max_examples=120,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
FILES = [FIXTURES / name for name in ("helpdesk.csv", "outcomes.csv", "chats.json")]
COLUMNS = {
    "conversation": "id", "message": "msg", "at": "at", "role": "who", "text": "said",
    "model": "model", "input": "in", "cached": "cached", "output": "out", "cost": "cost",
    "status": "status", "escalated": "esc", "rating": "csat", "bot_messages": "bots",
    "ended_at": "end",
}  # fmt: skip
CELLS = [
    "", " ", "1", "-1", "1.5", "1,234", "9" * 30, "1e400", "nan", "user", "bot", "?", "yes", "no",
    "2026-11-10T09:00:00Z", "0001-01-01", "9999-12-31T23:59:59+14:00", "03/04/2026", "46000.5",
    "1795185000", "=1+1", "a\x00b", "\ud800", "x" * 5000, '"', "a\nb", "$1", "€", "１２３", "²",
]  # fmt: skip


def mapping(form: str = "iso", rows: str = "messages") -> Any:
    return mapping_of(
        {
            "name": "t", "rows": rows, "columns": COLUMNS, "instants": {"format": form},
            "cost": {"currency": "USD"}, "tokens": {"input_holds_cached": True},
            "roles": {"user": "user", "bot": "assistant", "*": "human_agent"},
        }
    )  # fmt: skip


def check(content: bytes, read_by: Any) -> None:
    try:
        figures, texts = read_with(content, read_by)
    except NotReadable:
        return
    for call in figures.calls:
        assert min(call.input, call.output, call.cache_read, call.reasoning) >= 0
        assert call.total <= 3 * TOKEN_LIMIT
        assert call.reported is None or call.reported >= 0
        assert call.key
        assert call.model
        assert call.conversation in figures.conversations
    for message in texts.messages:
        assert EARLIEST <= message.at < LATEST or message.at == 0
        assert message.body.strip()
    assert all(bad.reason and bad.line > 0 for bad in figures.rejected)


@some
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"a,b\n", b"\xff\xfe", b"[", b'{"a":', b"sep=;\n"]),
)
def test_any_bytes_are_a_table_or_none(content: bytes, start: bytes) -> None:
    glimpse = glimpse_of("x.csv", (start + content)[:HEAD], whole=True)
    assert 0 <= recognises(glimpse) <= 30
    try:
        sample = sample_of(Table(io.BytesIO(start + content)))
    except NotReadable:
        return
    found = guess(sample, "t")
    assert settled(found.mapping, sample) == found


@some
@given(
    st.lists(st.lists(st.sampled_from(CELLS), min_size=15, max_size=16), max_size=8),
    st.sampled_from(["iso", "unix", "excel", "day-month-year", "month-day-year"]),
    st.sampled_from(["messages", "calls", "conversations"]),
)
def test_any_cells_are_figures_or_rejections(rows: list[list[str]], form: str, kind: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS.values())
    writer.writerows(rows)

    check(out.getvalue().encode("utf-8", "replace"), mapping(form, kind))


values = st.recursive(
    st.sampled_from([*CELLS, None, True, 0, -5, 2**70, 1.5, 1e300]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["text", "a"]), inner)
    ),
    max_leaves=6,
)


@some
@given(
    st.lists(
        st.dictionaries(st.sampled_from([*COLUMNS.values(), "messages", "x"]), values), max_size=5
    ),
    st.booleans(),
)
def test_any_records_are_figures_or_rejections(records: list[dict[str, Any]], lines: bool) -> None:
    first = dict.fromkeys(COLUMNS.values(), "1")
    every = [first, *records]
    text = "\n".join(map(json.dumps, every)) if lines else json.dumps(every)

    check(text.encode(), mapping())


@some
@given(st.sampled_from(FILES), st.data())
def test_a_damaged_file_is_read_as_far_as_it_goes(path: Any, data: st.DataObject) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 9))] = data.draw(
            st.sampled_from([b"", b'"', b";", b"\n", b"\xff", b"\0", b"{", b"9999999"])
        )
    other = path.with_suffix(".toml")

    check(bytes(content), mapping_of(mapping_at(other)) if other.exists() else mapping())


@pytest.mark.parametrize("text", ["a,b\n" + '"' * 100_001, "a,b\n" + ',"' * 50_000, "[" * 100_000])
def test_hostile_nesting_and_quotes_end(text: str) -> None:
    check(text.encode(), mapping())
