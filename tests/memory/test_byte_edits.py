"""A piece of a file changes, every other byte stays."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convledger.memory.byte_edits import with_body, without

NOTES = b"# Rules\n\n- Deploy on Fridays\n  before noon\n- Tests run first\n\nSome text.\n\nMore.\n"


def place(content: bytes, piece: bytes) -> tuple[int, int]:
    return content.index(piece), len(piece)


def test_a_bullet_keeps_its_mark_and_indents_what_follows() -> None:
    at = place(NOTES, b"Deploy on Fridays\n  before noon")
    assert with_body(
        NOTES, *at, "Deploy on Thursdays\nbefore 15:00\n\nat the latest"
    ) == NOTES.replace(
        b"Deploy on Fridays\n  before noon",
        b"Deploy on Thursdays\n  before 15:00\n\n  at the latest",
    )
    short = place(NOTES, b"Tests run first")
    assert b"- Tests run\n  last\n" in with_body(NOTES, *short, "Tests run\nlast")


def test_windows_line_ends_marks_and_wide_encodings_stay() -> None:
    windows = NOTES.replace(b"\n", b"\r\n")
    at = place(windows, b"Some text.")
    assert with_body(windows, *at, "One\ntwo") == windows.replace(b"Some text.", b"One\r\ntwo")
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le")):
        content = mark + NOTES.decode().encode(encoding)
        start, length = place(content, "Some text.".encode(encoding))
        changed = with_body(content, start, length, "Größe")
        assert changed == content.replace("Some text.".encode(encoding), "Größe".encode(encoding))


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
        with_body(b"abc", 2, 9, "x")


def test_invalid_bytes_around_are_kept() -> None:
    content = b"\xff\xfe-half\n\n- one \xe9\n- two\n"[2:]
    at = place(content, b"two")
    assert with_body(content, *at, "three") == content.replace(b"two", b"three")


@given(
    st.binary(max_size=60), st.text(min_size=1, max_size=30), st.binary(max_size=60),
    st.text(max_size=30),
)  # fmt: skip
def test_the_bytes_around_any_piece_stay(
    before: bytes, piece: str, after: bytes, body: str
) -> None:
    encoded = piece.encode("utf-8", "replace")
    content = b"x" + before + encoded + after
    try:
        changed = with_body(content, len(before) + 1, len(encoded), body)
    except ValueError:
        return
    assert changed.startswith(b"x" + before)
    assert changed.endswith(after)
