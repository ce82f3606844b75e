"""Any bytes that call themselves a zip give members, or a reason why there are none."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convledger.ingest import archives
from convledger.ingest.archives import members, opened
from convledger.ingest.lines import NotReadable

FEW = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def small_zip(method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, text in (
            ("notes/a.md", "- One. " * 40), ("memories.json", '[{"conversations_memory": "x"}]')
        ):  # fmt: skip
            member = zipfile.ZipInfo(name, (2026, 11, 20, 12, 0, 0))  # the same at each collection
            member.compress_type = method
            archive.writestr(member, text)
    return buffer.getvalue()


ZIPS = [small_zip(method) for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED,
                                         zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)]  # fmt: skip


def read_all(path: Path) -> int:
    """Read all that can be read; returns how many members that were."""
    count, reasons = 0, []
    try:
        with opened(path) as archive:
            assert isinstance(archive.made_ns(), int)
            for member in archive.members():
                try:
                    assert len(archive.content(member.name, 1 << 20)) <= 1 << 20
                    count += 1
                except NotReadable as reason:
                    reasons.append(str(reason))
    except NotReadable as reason:
        reasons.append(str(reason))
    assert all(reasons)
    return count


@FEW
@given(content=st.binary(max_size=400))
def test_any_bytes_give_members_or_a_reason(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.zip"
    path.write_bytes(content)
    assert read_all(path) == 0
    path.write_bytes(b"PK\x03\x04" + content + b"PK\x05\x06" + content[:18])
    assert read_all(path) == 0


@FEW
@given(
    zipped=st.sampled_from(ZIPS),
    edits=st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=6),
    cut=st.integers(0, 60),
)
def test_a_damaged_zip_gives_members_or_a_reason(
    tmp_path: Path, zipped: bytes, edits: list[tuple[int, int]], cut: int
) -> None:
    data = bytearray(zipped[: len(zipped) - cut // 20])
    for place, value in edits:
        data[place % len(data)] = value
    path = tmp_path / "damaged.zip"
    path.write_bytes(data)
    assert read_all(path) <= 2


@pytest.mark.parametrize("content", ZIPS, ids=["deflated", "stored", "bzip2", "lzma"])
def test_a_whole_zip_is_read_whole(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "whole.zip"
    path.write_bytes(content)

    assert read_all(path) == 2
    assert members(path) == [("notes/a.md", 280), ("memories.json", 31)]


def test_a_list_of_members_that_is_too_long_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 10**9, 10**9, 1 << 40, 0)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, 0, 1)
    path.write_bytes(record + locator + b"PK\x05\x06" + b"\0" * 4 + b"\xff" * 12 + b"\0\0")

    with pytest.raises(NotReadable, match="more than 20,000 members"), opened(path):
        pass


def test_what_claims_less_than_it_holds_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "RATIO_FROM", 1 << 10)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.md", b"0" * (4 << 20))
    path = tmp_path / "bomb.zip"
    path.write_bytes(buffer.getvalue())

    with opened(path) as archive_, pytest.raises(NotReadable, match="200 times its size"):
        archive_.content("bomb.md", 8 << 20)
    with opened(path) as archive_, pytest.raises(NotReadable, match="more than 0 MB"):
        archive_.content("bomb.md", 1000)


def test_a_member_without_a_name_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "nameless.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo(""), "- Nobody asks for it.")
        archive.writestr("a.md", "- One.")

    assert members(path) == [("a.md", 6)]
