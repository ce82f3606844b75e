"""Tests of how the text of an entry is laid out as lines."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.text.display import width
from convledger.tui.widgets.blocks import PORTION, body_lines, estimated_lines
from convledger.tui.widgets.lines import Line, breaks, marked, pattern_of, row, wrapped
from tests.hostile import HOSTILE, unsafe_in

KINDS = ("prompt", "answer", "thinking", "tool_call", "tool_result", "note", "attachment")


def laid(text: str, cells: int = 60, kind: str = "answer") -> list[Line]:
    return body_lines(kind, text, cells, len(text.encode("utf-8", "replace")))


def texts(text: str, cells: int = 60, kind: str = "answer") -> list[str]:
    return [line.text.rstrip() for line in laid(text, cells, kind)]


def styles(text: str, words: str, kind: str = "answer") -> set[str]:
    """The styles of the parts that hold `words`."""
    return {style for line in laid(text, kind=kind) for part, style in line.parts if words in part}


# ---- wrapping


def test_lines_are_cut_between_words() -> None:
    assert texts("one two three four", 9) == ["one two", "three", "four"]


def test_a_word_longer_than_the_line_is_cut_anywhere() -> None:
    assert texts("abcdefghijkl mn", 8) == ["abcdefgh", "ijkl mn"]


def test_a_folded_line_stays_under_its_indent() -> None:
    assert texts("    deep one two three", 12, "tool_result") == [
        "    deep one",
        "    two",
        "    three",
    ]


def test_wide_letters_take_two_cells() -> None:
    assert texts("漢字漢字漢字", 8) == ["漢字漢字", "漢字"]


def test_styles_go_over_the_end_of_a_line() -> None:
    lines = list(wrapped([("aa ", "x"), ("bb cc", "y")], 5))
    assert lines == [[("aa ", "x"), ("bb", "y")], [("cc", "y")]]


@given(st.text(alphabet="ab 漢\u0301e\u200d\U0001f469", max_size=60), st.integers(2, 12))
def test_nothing_but_blanks_is_lost_by_wrapping(text: str, cells: int) -> None:
    spans = list(breaks(text, cells, cells))
    assert all(end > start for start, end in spans) or not text
    assert all(width(text[start:end].rstrip(" \u200d")) <= cells for start, end in spans)
    shown = "".join(text[start:end] for start, end in spans)
    assert shown.replace(" ", "").replace("\u200d", "") == text.replace(" ", "").replace(
        "\u200d", ""
    )


def test_a_row_keeps_what_is_at_the_right_and_says_where_it_was_cut() -> None:
    parts = row([("name", "a"), ("  many words here", "b")], [("$1.00", "m")], 20)
    assert "".join(text for text, _ in parts) == "name  many wo… $1.00"
    assert row([("too long a name", "a")], [("$1.00", "m")], 4) == [("too…", "a")]


# ---- Markdown


def test_bold_italic_and_code_lose_their_marks() -> None:
    text = "a **bold** and *slanted* word, `code` too"
    assert texts(text) == ["a bold and slanted word, code too"]
    assert styles(text, "bold") == {"bold $foreground"}
    assert styles(text, "slanted") == {"italic $foreground"}
    assert styles(text, "code") == {"$secondary"}


def test_marks_nest() -> None:
    assert styles("**very `deep` *down***", "deep") == {"$secondary"}
    assert styles("**very *deep* down**", "deep") == {"italic bold $foreground"}


@pytest.mark.parametrize(
    "text", ["2*3*4 is 24", "__init__.py", "a * b", "snake_case_name", "**open", "f(*args)"]
)
def test_signs_that_are_no_marks_stay(text: str) -> None:
    assert texts(text) == [text]


def test_an_escaped_sign_is_no_mark() -> None:
    assert texts(r"\*not\* this") == ["*not* this"]


def test_a_link_shows_where_it_leads_and_leads_nowhere() -> None:
    lines = laid("see [the page](https://example.org/a) now")
    assert lines[0].text == "see the page (https://example.org/a) now"
    assert all("link" not in style for line in lines for _, style in line.parts)


def test_headings_rules_lists_and_quotations() -> None:
    assert texts("# Head #\n\n- one\n  - two\n10. ten\n> said\n---", 12) == [
        "Head", "", "• one", "  • two", "10. ten", "│ said", "─" * 12,
    ]  # fmt: skip


def test_the_words_of_an_item_stand_under_each_other() -> None:
    assert texts("- one two three", 10) == ["• one two", "  three"]


def test_a_block_of_code_is_shown_as_it_is_on_a_ground_of_its_own() -> None:
    lines = laid("```python\nif **x**:\n\treturn 'a'  # why\n```\nafter")
    assert [line.text for line in lines] == [
        " python", " if **x**:", "     return 'a'  # why", "after",
    ]  # fmt: skip
    assert [line.fill for line in lines] == ["on $surface"] * 3 + [""]
    found = {part: style for line in lines for part, style in line.parts}
    assert found["return"] == "bold $primary on $surface"
    assert found["'a'"] == "$success on $surface"
    assert found["# why"] == "italic $muted on $surface"


def test_a_block_that_is_never_closed_ends_with_the_text() -> None:
    assert texts("```\n# no heading") == [" # no heading"]


def test_a_table_has_columns() -> None:
    assert texts("| case | n |\n|:--|--:|\n| append | 1 |\n| cut \\| paste | 12 |") == [
        "case          n",
        "───────────────",
        "append        1",
        "cut | paste  12",
    ]


def test_a_table_that_is_too_wide_goes_over_several_lines() -> None:
    lines = texts("| a | b |\n|---|---|\n| one two three four | five six seven |", 20)
    assert all(len(line) <= 20 for line in lines)
    shown = " ".join(lines[2:])
    assert {"one", "two", "three", "four", "five", "six", "seven"} <= set(shown.split())
    assert len(lines) > 3


def test_what_a_person_wrote_is_left_as_it_is_but_for_code() -> None:
    text = "# not a heading\n2 ** 3\n```sh\nls\n```"
    assert texts(text, kind="prompt") == ["# not a heading", "2 ** 3", " sh", " ls"]


def test_a_result_is_no_markdown() -> None:
    assert texts("# a\n**b**", kind="tool_result") == ["# a", "**b**"]


# ---- tool calls


def test_a_tool_call_shows_its_arguments_by_name() -> None:
    text = '{"command": "git status --short", "timeout": 5, "paths": ["a", "b"]}'
    assert texts(text, kind="tool_call") == [
        "command  git status --short",
        "timeout  5",
        "paths  a b",
    ]


def test_an_edit_shows_what_went_and_what_came() -> None:
    text = '{"file_path": "/a/b.py", "old_string": "x = 1\\ny", "new_string": "x = 2"}'
    lines = laid(text, kind="tool_call")
    assert [line.text for line in lines] == ["file_path  /a/b.py", "- x = 1", "- y", "+ x = 2"]
    assert [line.fill for line in lines] == ["", "on $removed", "on $removed", "on $added"]


def test_a_patch_is_shown_as_one() -> None:
    text = "*** Begin Patch\n*** Update File: a.py\n@@\n-old\n+new\n kept"
    lines = laid(text, kind="tool_call")
    fills = {line.text: line.fill for line in lines}
    assert fills["- old"] == "on $removed"
    assert fills["+ new"] == "on $added"
    assert fills[" kept"] == ""


def test_arguments_that_are_no_json_are_shown_as_they_are() -> None:
    assert texts('{"command": "cut of', kind="tool_call") == ['{"command": "cut of']


# ---- what is too much


def test_of_a_large_text_the_beginning_is_shown_and_the_rest_is_said() -> None:
    text = "word " * 400_000
    lines = body_lines("tool_result", text[:PORTION], 100, len(text))
    assert len(lines) < 1000
    assert lines[0].text.startswith("word word")
    assert lines[-1].text == "… 1.94 MB more; e exports all of it"


def test_of_many_lines_the_first_are_shown() -> None:
    text = "x\n" * 50_000
    lines = body_lines("tool_result", text[:PORTION], 100, len(text))
    assert len(lines) < 5_000
    assert lines[-1].text == "… 92.0 kB more; e exports all of it"


def test_arguments_that_unfold_into_many_lines_end_somewhere() -> None:
    lines = laid('{"content": "' + "x\\n" * 19_000 + '"}', kind="tool_call")
    assert len(lines) < 5_000
    assert lines[-1].text == "… more lines; e exports all of it"


def test_an_estimate_is_near_what_plain_text_takes() -> None:
    text = "the quick brown fox jumps over the lazy dog " * 200
    exact = len(laid(text, 100, "tool_result"))
    assert exact * 0.7 < estimated_lines(len(text), 100) < exact * 1.6
    assert estimated_lines(50_000_000, 100) < 5_000


@pytest.mark.parametrize("kind", KINDS)
def test_a_million_combining_marks_do_no_harm(kind: str) -> None:
    text = "a" + "\u0301" * 1_000_000
    lines = body_lines(kind, text[:PORTION], 80, len(text.encode()))
    assert sum(len(line.text) for line in lines) < 500


# ---- safety


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_nothing_that_a_terminal_obeys_is_left(kind: str, text: str) -> None:
    for line in laid(text, kind=kind):
        assert unsafe_in(line.text) == []
        assert not set(line.text) & set("\n\t")


@given(st.text(max_size=300), st.sampled_from(KINDS), st.integers(9, 90))
@settings(max_examples=200)
def test_no_line_is_wider_than_there_is_room(text: str, kind: str, cells: int) -> None:
    for line in laid(text, cells, kind):
        assert width(line.text.rstrip()) <= cells + 1  # a wide letter where one cell is left
        assert "\n" not in line.text


@given(st.text(alphabet="*`_[]()|#->~\\ab \n", max_size=200), st.integers(9, 40))
@settings(max_examples=300)
def test_any_marks_can_be_laid_out(text: str, cells: int) -> None:
    for line in laid(text, cells):
        assert len(line.text.rstrip()) <= cells


@given(st.text(alphabet="ab*`  \n", max_size=120), st.integers(9, 30))
def test_letters_survive_all_marks(text: str, cells: int) -> None:
    shown = "".join(line.text for line in laid(text, cells))
    assert [letter for letter in shown if letter in "ab"] == [
        letter for letter in text if letter in "ab"
    ] or "```" in text  # the name of a language is shown too


# ---- what was found


def test_what_was_found_is_marked_in_any_case() -> None:
    lines, found = marked(
        [Line([("A cat and a Cat", "x")]), Line([("dog", "x")])], pattern_of("CAT"), "on m"
    )
    assert lines[0].parts == [
        ("A ", "x"), ("cat", "x on m"), (" and a ", "x"), ("Cat", "x on m"),
    ]  # fmt: skip
    assert found == [0]


def test_a_find_goes_over_the_end_of_a_line_and_over_parts() -> None:
    before = [Line([("the quick ", "a"), ("brown", "b on c")]), Line([("  fox", "a")])]
    lines, found = marked(before, pattern_of("quick brown fox"), "on m")
    assert lines[0].parts == [("the ", "a"), ("quick ", "a on m"), ("brown", "b on m")]
    assert lines[1].parts == [("  fox", "a on m")]
    assert found == [0]


def test_signs_in_what_is_looked_for_stand_for_themselves() -> None:
    assert marked([Line([("a.b axb", "")])], pattern_of("a.b"), "on m")[0][0].parts == [
        ("a.b", " on m"), (" axb", ""),
    ]  # fmt: skip
