"""What is wrong with memory files."""

from __future__ import annotations

import pytest

from convledger.memory.lint import Complaint, Piece, dead_imports, doubles, lint_file


def told(path: str, format_name: str, content: bytes) -> list[tuple[int, str, str]]:
    return [(each.line, each.kind, each.words) for each in lint_file(path, format_name, content)]


def test_lines_past_what_a_tool_reads_are_named() -> None:
    short = b"- a fact\n" * 200
    assert told("/p/memory/MEMORY.md", "auto-memory", short) == []
    assert told("/p/memory/MEMORY.md", "auto-memory", short + b"- b\n- c") == [
        (201, "not read", "lines 201 to 202; Claude Code reads the first 200 lines"),
    ]
    assert told("/p/memory/MEMORY.md", "auto-memory", short + b"- b\n") == [
        (201, "not read", "line 201; Claude Code reads the first 200 lines"),
    ]
    assert told("/p/memory/topic.md", "auto-memory", short + b"- b\n") == []


def test_bytes_count_where_lines_are_long() -> None:
    content = (b"x" * 999 + b"\n") * 26
    assert told("MEMORY.md", "auto-memory", content) == [
        (26, "not read", "line 26; Claude Code reads the first 25,000 bytes"),
    ]
    assert told("MEMORY.md", "auto-memory", content[:25_000]) == []
    (found,) = told("AGENTS.md", "agents-md", b"y" * 33_000)
    assert found[1] == "not read"


@pytest.mark.parametrize("size", [0, 40_000])
def test_a_file_of_usual_length_is_fine(size: int) -> None:
    assert told("CLAUDE.md", "claude-md", b"a" * size) == []


def test_a_long_file_that_is_read_all_the_same_is_only_told() -> None:
    assert told("CLAUDE.md", "claude-md", b"a" * 40_001) == [
        (0, "long", "40,001 bytes; Claude Code gets slow beyond 40,000"),
    ]
    assert told("notes.md", "obsidian", b"a" * 10**6) == []


def test_a_text_that_stands_twice_is_told_at_the_second_place() -> None:
    same = "Deploys go out on Thursdays, before noon."
    found = list(
        doubles(
            [
                Piece("a.md", 3, same), Piece("b.md", 9, same.upper()),
                Piece("a.md", 8, f" {same} "), Piece("b.md", 10, "short"),
                Piece("a.md", 11, "short"),
            ]
        )
    )  # fmt: skip

    assert found == [
        Complaint("b.md", 9, "double", f"“{same.upper()}” stands in a.md:3 too"),
        Complaint("a.md", 8, "double", f"“{same}” stands in line 3 too"),
    ]


def test_imports_of_nothing_are_told() -> None:
    assert list(dead_imports("CLAUDE.md", [(4, "docs/gone.md")])) == [
        Complaint("CLAUDE.md", 4, "dead import", "@docs/gone.md is not there"),
    ]
