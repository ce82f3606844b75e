"""Foreign text is inert on a terminal, whoever wrote it."""

from __future__ import annotations

import re
import sys
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from convledger.text.display import clip, clip_middle, display_text, width
from tests.hostile import HOSTILE, unsafe_in

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
# Every code point, lone surrogates too, with the troublesome ones drawn often.
CHARS = st.one_of(
    st.characters(exclude_categories=()),
    st.sampled_from("\x1b\r\n\t\x00\x9b\u200d\u200b\u202e\ufe0f\u0301\U0001e944\ud83d\ude00"),
    st.sampled_from("aé界\U0001f469\U0001f3fd❤♀"),
)
SHORT = [text for text in HOSTILE.values() if len(text) < 1000]
TEXTS = st.text(CHARS) | st.lists(st.sampled_from(SHORT), max_size=8).map("".join)


@pytest.mark.parametrize("lines", [False, True])
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_inert(name: str, lines: bool) -> None:
    shown = display_text(HOSTILE[name], lines=lines)

    assert unsafe_in(shown) == []
    assert lines or not set("\n\t") & set(shown)
    assert display_text(shown, lines=lines) == shown


@settings(deadline=None)
@given(TEXTS, st.booleans())
@example("\U0001f469" + "\u200d\U0001f469" * 12, False)
@example("\u0301" * 9 + "\r" + "\U0001e944\u0301" * 9, True)
def test_any_text_is_inert_and_stays_so(text: str, lines: bool) -> None:
    shown = display_text(text, lines=lines)

    assert unsafe_in(shown) == []
    assert display_text(shown, lines=lines) == shown


def test_every_character_is_inert_alone_and_none_is_lost() -> None:
    for code in range(sys.maxunicode + 1):
        shown = display_text(chr(code))
        if shown != chr(code):
            assert shown
            assert shown.isprintable()
    everything = "".join(map(chr, range(sys.maxunicode + 1)))

    assert unsafe_in(display_text(everything)) == []


@pytest.mark.parametrize(
    "text",
    [
        "plain words, 100 %",
        "Größe – „Zitat“ … ─",
        "你好，世界 こんにちは 안녕",
        "हिन्दी नमस्ते ภาษาไทย עִבְרִית العَرَبِيَّة",
        "e\u0301 Việt Nam".replace("ệ", "e\u0323\u0302"),
        "❤️ 👍🏽 🇩🇪 1️⃣",
        FAMILY,
        "👩🏽\u200d🚀 🏳️\u200d🌈 🙂\u200d↔️",
        "\ue0b0",
    ],
)
def test_clean_text_is_returned_as_it_is(text: str) -> None:
    assert display_text(text) == text
    assert display_text(f"{text}\n\t{text}", lines=True) == f"{text}\n\t{text}"


@pytest.mark.parametrize(
    ("text", "cell", "lines"),
    [
        ("a\x1b[2Jb", "a␛[2Jb", "a␛[2Jb"),
        ("a\x00\x07\x7f", "a␀␇␡", "a␀␇␡"),
        ("a\nb\r\nc\rd\te", "a↵b↵c↵d e", "a\nb\nc\nd\te"),
        ("a\u009bb", "a‹U+009B›b", "a‹U+009B›b"),
        ("a\u202eb", "a‹U+202E›b", "a‹U+202E›b"),
        ("a\U000e0061", "a‹U+E0061›", "a‹U+E0061›"),
        ("\ud83d\ude00", "‹U+D83D›‹U+DE00›", "‹U+D83D›‹U+DE00›"),
        ("a\u200db", "a‹U+200D›b", "a‹U+200D›b"),
        ("👩\u200d", "👩‹U+200D›", "👩‹U+200D›"),
        ("e" + "\u0301" * 10, "e" + "\u0301" * 8 + "‹2 marks›", "e" + "\u0301" * 8 + "‹2 marks›"),
    ],
)
def test_marks_say_what_was_there(text: str, cell: str, lines: str) -> None:
    assert display_text(text) == cell
    assert display_text(text, lines=True) == lines


def test_eight_marks_are_kept_on_each_letter() -> None:
    text = ("e" + "\u0301" * 8) * 3

    assert display_text(text) == text


@pytest.mark.parametrize(
    "unit",
    [
        "\x1b[31m",
        "\u0301",
        "e\u0301" * 8,
        "\u200d",
        "👩\u200d",
        "👩\ufe0f\u200d",
        "\U0001e944",
        "𝐇",
    ],
)
def test_time_grows_with_length_only(unit: str) -> None:
    text = unit * (200_000 // len(unit))

    start = time.perf_counter()
    display_text(text, lines=True)

    assert (
        time.perf_counter() - start < 3
    )  # a tenth of that on a slow machine; quadratic takes minutes


@pytest.mark.parametrize(
    ("text", "cells"),
    [("abc", 3), ("界", 2), ("e\u0301", 1), ("❤\ufe0f", 2), ("🎉", 2), ("–…─↵␛‹›", 7), ("", 0)],
)
def test_width_counts_terminal_cells(text: str, cells: int) -> None:
    assert width(text) == cells


@pytest.mark.parametrize(
    ("text", "cells", "cut"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("ab cd", 4, "ab…"),
        ("界界", 4, "界界"),
        ("界界", 3, "界…"),
        ("界界", 2, "…"),
        ("e\u0301e\u0301", 2, "e\u0301e\u0301"),
        ("e\u0301e\u0301e", 2, "e\u0301…"),
        (FAMILY, 4, "👩…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
        ("", 5, ""),
    ],
)
def test_clip_cuts_between_characters(text: str, cells: int, cut: str) -> None:
    assert clip(text, cells) == cut


@settings(deadline=None)
@given(TEXTS, st.integers(0, 40), st.sampled_from(["…", "...", ""]))
def test_clipped_text_never_exceeds_and_stays_inert(text: str, cells: int, ellipsis: str) -> None:
    shown = display_text(text)

    cut = clip(shown, cells, ellipsis)

    assert width(cut) <= cells
    assert unsafe_in(cut) == []
    assert (cut == shown) == (width(shown) <= cells)


def test_clip_reads_only_what_it_keeps() -> None:
    assert clip("界" * 5_000_000, 5) == "界界…"


def test_the_finder_finds_what_is_dangerous() -> None:
    assert unsafe_in(b"ok \x1b]52;c;eA==\x07") == ["OSC 52", "ESC", "BEL"]
    assert unsafe_in(b"\x9b2J") == ["byte 0x9B that is no UTF-8"]
    assert unsafe_in("\x1b[1mbold\x1b[0m", colours=True) == []
    assert unsafe_in("\x1b[2J", colours=True) == ["ESC"]
    assert unsafe_in(FAMILY + " a\u200db") == ["U+200D"]
    harmless = {name for name, text in HOSTILE.items() if not unsafe_in(text)}
    assert all(
        re.match("markup|csv|very|right|path up|private|format|backsl|emoji|endless", name)
        for name in harmless
    )


@pytest.mark.parametrize(
    ("text", "cells", "cut"),
    [
        ("~/Downloads/export-2026-11.zip", 40, "~/Downloads/export-2026-11.zip"),
        ("~/Downloads/export-2026-11.zip", 18, "~/Down…2026-11.zip"),
        ("日本語日本語日本語", 10, "日…日本語"),
    ],
)
def test_the_end_of_a_path_stays_in_sight(text: str, cells: int, cut: str) -> None:
    assert clip_middle(text, cells) == cut
    assert width(cut) <= cells
