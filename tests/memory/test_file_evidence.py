"""What stands at the place of a file that an entry came from, as a person sees it."""

from __future__ import annotations

from pathlib import Path

import pytest

from convledger.clock import SECOND
from convledger.ledger import Ledger
from convledger.memory import feed
from convledger.memory.discover import MemoryFile
from convledger.memory.evidence import Evidence

NOW = 1_790_000_000 * SECOND
TEXT = "# Rules\n\n- Deploy on Fridays\n- Ask caf\xe9 first,\n  then order\n\nThe end.\n"


def evidence(ledger: Ledger, words: str) -> Evidence:
    (row,) = ledger.connection.execute("SELECT id FROM entry WHERE body LIKE ?", (f"%{words}%",))
    (found,) = ledger.memory.evidence(row[0])
    return found


def taken_in(ledger: Ledger, path: Path, content: bytes, format_name: str = "claude-md") -> None:
    path.write_bytes(content)
    feed.look(ledger.connection, [MemoryFile(path, format_name)], NOW)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_piece_is_shown_with_what_stands_around_it(
    tmp_path: Path, ledger: Ledger, encoding: str
) -> None:
    taken_in(ledger, tmp_path / "CLAUDE.md", TEXT.encode(encoding))
    found = evidence(ledger, "caf")
    assert (found.before, found.quote, found.after) == TEXT.partition(
        "Ask caf\xe9 first,\n  then order"
    )
    assert (found.line, found.message_id) == (4, None)


def test_an_observation_is_shown_in_its_line(tmp_path: Path, ledger: Ledger) -> None:
    text = '{"type": "relation"}\n{"name": "A", "observations": ["caf\\u00e9"]}'
    taken_in(ledger, tmp_path / "memory.jsonl", text.encode(), "mcp-memory")
    found = evidence(ledger, "caf")
    assert (found.before, found.quote, found.after) == text.partition('"caf\\u00e9"')
    assert found.line == 2


def test_of_a_long_file_only_what_is_near_is_shown(tmp_path: Path, ledger: Ledger) -> None:
    filler = "- \xe9t\xe9 and rain\n" * 500
    taken_in(ledger, tmp_path / "CLAUDE.md", f"{filler}- the one\n{filler}".encode())
    found = evidence(ledger, "the one")
    assert found.line == 501
    assert found.quote == "the one"
    assert 1_000 < len(found.before) <= 2_000
    assert filler.endswith(found.before.removesuffix("- "))


def test_a_secret_beside_a_piece_is_not_shown(tmp_path: Path, ledger: Ledger) -> None:
    key = "ghp_" + "a1B2c3D4e5F6" * 3
    taken_in(ledger, tmp_path / "CLAUDE.md", f"- Deploy\n- key {key}\n".encode())
    found = evidence(ledger, "Deploy")
    assert key not in found.after
    assert "- key" in found.after


def test_a_text_that_a_file_says_again_and_again_is_one_entry(
    tmp_path: Path, ledger: Ledger
) -> None:
    taken_in(ledger, tmp_path / "CLAUDE.md", b"- the same\n" * 2_000)
    (row,) = ledger.connection.execute("SELECT id FROM entry")
    found = ledger.memory.evidence(row[0])
    assert len(found) == 2_000
    assert [one.line for one in found[:3]] == [1, 2, 3]


@pytest.mark.parametrize("change", ["edited", "gone", "link"])
def test_a_file_that_says_something_else_shows_nothing(
    tmp_path: Path, ledger: Ledger, change: str
) -> None:
    path = tmp_path / "CLAUDE.md"
    taken_in(ledger, path, TEXT.encode())
    if change == "edited":
        path.write_text(TEXT.replace("Fridays", "Mondays"), "utf-8")
    else:
        path.unlink()
    if change == "link":
        (tmp_path / "other.md").write_text(TEXT, "utf-8")
        path.symlink_to(tmp_path / "other.md")
    found = evidence(ledger, "Fridays")
    assert (found.quote, found.before, found.line) == ("", "", 0)
