"""A piece of a file changes, every other byte stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convledger.memory.byte_edits import without

NOTES = b"# Rules\n\n- Deploy on Fridays\n  before noon\n- Tests run first\n\nSome text.\n\nMore.\n"


def place(content: bytes, piece: bytes) -> tuple[int, int]:
    return content.index(piece), len(piece)


def test_a_piece_goes_with_its_lines() -> None:
    at = place(NOTES, b"Deploy on Fridays\n  before noon")
    assert without(NOTES, *at) == NOTES.replace(b"- Deploy on Fridays\n  before noon\n", b"")
    text = place(NOTES, b"Some text.")
    assert without(NOTES, *text) == NOTES.replace(b"Some text.\n\n", b"")
    last = place(b"- a\n- b", b"b")
    assert without(b"- a\n- b", *last) == b"- a\n"
    assert without(b"only", 0, 4) == b""


def test_what_shares_its_line_is_not_taken_out() -> None:
    with pytest.raises(ValueError, match="before it"):
        without(b"A sentence. Another.", 12, 8)
    with pytest.raises(ValueError, match="behind it"):
        without(b"A sentence. Another.", 0, 11)
    with pytest.raises(ValueError, match="outside"):
        without(b"abc", 2, 9)


def test_invalid_bytes_around_are_kept() -> None:
    content = b"-half \xff\n\n- one \xe9\n- two\n"
    assert without(content, *place(content, b"two")) == b"-half \xff\n\n- one \xe9\n"


@given(st.binary(max_size=60), st.text(min_size=1, max_size=30), st.binary(max_size=60))
def test_the_bytes_around_any_piece_stay(before: bytes, piece: str, after: bytes) -> None:
    encoded = piece.encode("utf-8", "replace")
    content = b"x\n" + before + b"\n- " + encoded + b"\n" + after
    try:
        rest = without(content, len(before) + 5, len(encoded))
    except ValueError:
        return
    assert rest.startswith(b"x\n" + before + b"\n")
    assert rest.endswith(after.lstrip()) or not after.strip()
