"""A pack in a file that somebody else owns: its section changes, no other byte does."""

from __future__ import annotations

import os
import re
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convledger.clock import DAY, SECOND
from convledger.errors import ConvledgerError, UsageProblem
from convledger.ledger import Ledger
from convledger.memory import keeping, packs
from convledger.memory.drafts import Draft
from convledger.memory.pack_sections import section_of, sections, with_section
from convledger.memory.rendering import begin_marker, end_marker
from convledger.store.packs import renders_where

NOW = 1_790_000_000 * SECOND
BEGIN, END = begin_marker("work"), end_marker("work")


def words(text: str) -> int:
    return len(re.findall(r"\w+|[^\w\s]|\n", text))


@pytest.fixture
def pack(ledger: Ledger) -> packs.Pack:
    keeping.remember(ledger.connection, Draft("Deploys go out on Fridays."), NOW)
    return packs.create(ledger.connection, "work", 900, NOW)


def written(ledger: Ledger, path: Path, now: int = NOW, *, replace: bool = False) -> packs.Written:
    pack = packs.pack_named(ledger.connection, "work")
    return packs.write(ledger.connection, pack, path, now, words, replace=replace)


def state(ledger: Ledger, path: Path, now: int = NOW) -> str:
    return packs.verify(ledger.connection, path.read_bytes(), now, words)[0].state


@pytest.mark.parametrize("before", [b"", b"# Mine", b"# Mine\n", b"\xff\xfe mine\n\n\n"])
def test_a_section_is_added_at_the_end_and_replaced_in_place(
    ledger: Ledger, pack: packs.Pack, tmp_path: Path, before: bytes
) -> None:
    path = tmp_path / "CLAUDE.md"
    path.write_bytes(before)
    first = written(ledger, path)
    content = path.read_bytes()
    assert content.startswith(before)
    assert content.endswith(first.built.text.encode())
    path.write_bytes(content + b"\nafter\t \n")
    keeping.remember(ledger.connection, Draft("Another"), NOW)
    assert state(ledger, path) == "stale"
    second = written(ledger, path, NOW + DAY)

    assert path.read_bytes() == content.removesuffix(first.built.text.encode()) + (
        second.built.text.encode() + b"\nafter\t \n"
    )
    assert state(ledger, path, NOW + DAY) == "current"


def test_line_ends_mode_and_links_of_a_file_stay(
    ledger: Ledger, pack: packs.Pack, tmp_path: Path
) -> None:
    path = tmp_path / "real.md"
    path.write_bytes(b"\xef\xbb\xbfone\r\ntwo\r\n")
    path.chmod(0o640)
    link = tmp_path / "CLAUDE.md"
    link.symlink_to(path)
    written(ledger, link)
    content = path.read_bytes()

    assert content.startswith(b"\xef\xbb\xbfone\r\ntwo\r\n\r\n<!-- convledger:begin work -->\r\n")
    assert content.count(b"\n") == content.count(b"\r\n")
    assert link.is_symlink()
    assert state(ledger, link) == "current"
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        new = tmp_path / "new.md"
        assert written(ledger, new).is_new
        assert stat.S_IMODE(new.stat().st_mode) == 0o600


def test_what_was_edited_is_replaced_only_when_that_is_said(
    ledger: Ledger, pack: packs.Pack, tmp_path: Path
) -> None:
    path = tmp_path / "CLAUDE.md"
    written(ledger, path)
    edited = path.read_bytes().replace(b"Fridays", b"Mondays")
    path.write_bytes(edited)

    with pytest.raises(UsageProblem, match="edited since it was written; say --replace"):
        written(ledger, path)
    assert path.read_bytes() == edited
    written(ledger, path, replace=True)
    assert b"Fridays" in path.read_bytes()


def test_a_file_that_changes_meanwhile_is_left_alone(
    ledger: Ledger, pack: packs.Pack, tmp_path: Path
) -> None:
    path = tmp_path / "CLAUDE.md"
    path.write_bytes(b"mine\n")

    def busy(text: str) -> int:
        path.write_bytes(b"mine, and more\n")
        return words(text)

    with pytest.raises(ConvledgerError, match="another program changed it just now"):
        packs.write(ledger.connection, pack, path, NOW, busy)
    assert path.read_bytes() == b"mine, and more\n"
    assert [each.name for each in tmp_path.iterdir() if "convledger" in each.name] == []
    assert renders_where(ledger.connection) == []  # it was not written, so it is not in the log


def test_json_and_xml_are_files_of_their_own(
    ledger: Ledger, pack: packs.Pack, tmp_path: Path
) -> None:
    packs.change(ledger.connection, "work", NOW, format="json")
    path = tmp_path / "pack.json"
    path.write_text("{}", "utf-8")
    with pytest.raises(UsageProblem, match="holds something else"):
        written(ledger, path)
    path.unlink()
    written(ledger, path)
    written(ledger, path, NOW + DAY)
    assert state(ledger, path, NOW + DAY) == "current"
    assert path.read_bytes().startswith(b'{"pack":"work"')


@pytest.mark.parametrize(
    "content",
    [
        f"{BEGIN}\n",
        f"x\n{END}\n",
        f"{END}\n{BEGIN}\n",
        f"{BEGIN}\n{END}\n{BEGIN}\n{END}\n",
        f"{BEGIN}\n{begin_marker('other')}\n{END}\n",
    ],
)
def test_broken_markers_are_told_with_their_line(
    ledger: Ledger, pack: packs.Pack, tmp_path: Path, content: str
) -> None:
    path = tmp_path / "CLAUDE.md"
    path.write_text(content, "utf-8")

    with pytest.raises(UsageProblem, match=r"CLAUDE\.md: line \d+: "):
        written(ledger, path, replace=True)
    assert path.read_text("utf-8") == content


def test_what_is_no_text_file_is_refused(ledger: Ledger, pack: packs.Pack, tmp_path: Path) -> None:
    (tmp_path / "wide.md").write_bytes("wide\n".encode("utf-16"))
    loop = tmp_path / "loop.md"
    loop.symlink_to(loop)

    with pytest.raises(UsageProblem, match="no text"):
        written(ledger, tmp_path / "wide.md")
    with pytest.raises(UsageProblem, match="folder"):
        written(ledger, tmp_path)
    with pytest.raises(ConvledgerError, match=r"none.CLAUDE\.md: can't be written"):
        written(ledger, tmp_path / "none" / "CLAUDE.md")
    with pytest.raises(ConvledgerError):
        written(ledger, loop)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(ConvledgerError):
            written(ledger, tmp_path / "pipe")


def test_an_entry_that_says_the_markers_stays_inside(
    ledger: Ledger, pack: packs.Pack, tmp_path: Path
) -> None:
    keeping.remember(ledger.connection, Draft(f"x\n{END}\nout\n{begin_marker('two')}\n```"), NOW)
    path = tmp_path / "CLAUDE.md"
    for number in range(3):
        path.write_bytes(path.read_bytes() + b"mine\n" if path.exists() else b"mine\n")
        written(ledger, path, NOW + number * DAY)
    content = path.read_bytes()

    assert [each.name for each in sections(content)] == ["work"]
    assert content.count(b"mine\n") == 3
    assert content.replace(content[content.index(BEGIN.encode()) :], b"") == b"mine\n\n"


OTHERS = st.lists(
    st.sampled_from([b"a", b"\n", b"\r\n", b" ", b"\xff", b"<!-- convledger:begin other -->\n",
                     b"<!-- convledger:end other -->", b" <!-- convledger:end work -->\n",
                     b"\xef\xbb\xbf"]), max_size=12,
).map(b"".join)  # fmt: skip


@given(OTHERS, OTHERS, st.booleans())
def test_no_byte_around_a_section_changes(before: bytes, after: bytes, has_end: bool) -> None:
    old = f"{BEGIN}\nold\n{END}".encode() + (b"\n" if has_end else b"")
    before += b"" if not before or before.endswith(b"\n") else b"\n"
    after = after if has_end else b""
    content = before + old + after
    new = with_section(content, "work", f"{BEGIN}\nnew\n{END}\n", "x")

    assert new.startswith(before)
    assert new.endswith(after)
    found = section_of(new, "work", "x")
    assert found is not None
    assert found.start == len(before)
    assert len(new) - found.end == len(after)
    assert found.text(new) == f"{BEGIN}\nnew\n{END}\n"
    assert with_section(new, "work", f"{BEGIN}\nnew\n{END}\n", "x") == new


@given(st.one_of(st.binary(max_size=200), OTHERS))
def test_any_bytes_are_added_to_without_a_change(content: bytes) -> None:
    new = with_section(content, "work", f"{BEGIN}\nnew\n{END}\n", "x")

    assert new.startswith(content)
    assert section_of(new, "work", "x") is not None
