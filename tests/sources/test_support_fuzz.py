"""Whatever an export of a support platform holds, its reader finds something or rejects it."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convledger.clock import EARLIEST, LATEST
from convledger.sources.document import NotReadable
from convledger.sources.registry import module_of
from tests.sources.documents import Read, glimpse_at, read_bytes

FIXTURES = Path(__file__).parents[2] / "fixtures" / "sources"
SOURCES = ("intercom", "zendesk", "chatwoot")
FILES = {
    name: [path.read_bytes() for path in sorted((FIXTURES / name).iterdir())] for name in SOURCES
}
ODD: list[Any] = [
    None, True, False, 0, -1, 2**31, 2**63, 2**70, 1.5, 1e300, "", "7", "1e9", "nan", "\ud800",
    "a\x00b", "<p>x", "9999-99-99", "2262-01-01T00:00:00Z", 1, "0", [], [[]], {}, {"": {}},
    [None, 5, "x"], [{"id": 5}], {"id": []}, "user", "admin", "bot", "open", "closed", 1e9,
    1_791_190_800, 1_791_190_800_000,
]  # fmt: skip
some = settings(
    max_examples=40,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def records_of(content: bytes) -> list[dict[str, Any]]:
    try:
        value = json.loads(content)
    except ValueError:
        return [json.loads(line) for line in content.splitlines()]
    if isinstance(value, dict):
        value = next(each for each in value.values() if isinstance(each, list))
    return list(value)


RECORDS = {name: [one for file in FILES[name] for one in records_of(file)] for name in SOURCES}


def altered(draw: Any, value: Any, depth: int = 0) -> Any:
    """Return a value of the same shape with odd ones in places."""
    if draw(st.integers(0, 11)) == 0:
        return draw(st.sampled_from(ODD))
    if depth > 4:
        return value
    if isinstance(value, dict):
        return {
            key: altered(draw, each, depth + 1)
            for key, each in value.items()
            if draw(st.integers(0, 14))
        }
    if isinstance(value, list):
        return [altered(draw, each, depth + 1) for each in value]
    return value


def is_sound(found: Read) -> bool:
    """Tell whether all that was found can be stored."""
    places = {(one.uuid, one.block) for one in found.messages}
    counts = [
        count
        for facts in found.conversations.values()
        if facts.outcome
        for count in (facts.outcome.bot_messages, facts.outcome.resolved_at)
    ]
    return (
        all(EARLIEST <= one.at < LATEST and one.uuid and one.conversation for one in found.messages)
        and len(places) <= len(found.messages)
        and all(count is None or 0 <= count < LATEST for count in counts)
        and not found.calls
        and all(
            facts.native and facts.first_at is not None and facts.last_at is not None
            and facts.first_at <= facts.last_at
            for facts in found.conversations.values()
        )
    )  # fmt: skip


@pytest.mark.parametrize("source", SOURCES)
@some
@given(data=st.data())
def test_odd_values_anywhere_give_findings_or_rejections(
    source: str, data: st.DataObject, tmp_path: Path
) -> None:
    one = data.draw(st.sampled_from(RECORDS[source]))
    content = json.dumps([altered(data.draw, one), one]).encode()

    assert is_sound(read_bytes(source, tmp_path, "x.json", content))
    module_of(source).recognises(glimpse_at(tmp_path / "x.json"))


@pytest.mark.parametrize("source", SOURCES)
@some
@given(data=st.data())
def test_any_bytes_give_findings_or_rejections(
    source: str, data: st.DataObject, tmp_path: Path
) -> None:
    content = data.draw(st.sampled_from(FILES[source]))
    start = data.draw(st.integers(0, len(content)))
    cut = data.draw(st.integers(0, 40))
    content = content[:start] + data.draw(st.binary(max_size=12)) + content[start + cut :]
    with suppress(NotReadable):
        assert is_sound(read_bytes(source, tmp_path, "x.json", content))
    module_of(source).recognises(glimpse_at(tmp_path / "x.json"))


@pytest.mark.parametrize("source", SOURCES)
def test_another_sources_files_are_not_claimed(source: str) -> None:
    samples = Path(__file__).parents[3] / "shared" / "samples"
    others = [
        path
        for folder in (FIXTURES, samples)
        if folder.is_dir()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and source not in path.parts and path.name != "expected.json"
    ]

    assert [
        path.name for path in others if module_of(source).recognises(glimpse_at(path)) > 0
    ] == []


@pytest.mark.parametrize("source", SOURCES)
def test_a_web_page_instead_of_the_export_is_named_as_such(source: str, tmp_path: Path) -> None:
    with pytest.raises(NotReadable, match="web page"):
        read_bytes(source, tmp_path, "x.json", b"<!DOCTYPE html><html></html>")
