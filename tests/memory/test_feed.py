"""The watched feed: what tools wrote into their memory files since the last look."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from convledger.clock import DAY, SECOND
from convledger.errors import UsageProblem
from convledger.ledger import Ledger
from convledger.memory import keeping
from convledger.memory.discover import MemoryFile
from convledger.memory.feed import Feed, News, look, news
from convledger.memory.feed_verdicts import keep, take_out
from convledger.memory.importing import import_file
from convledger.store.entries import Entry, entries_where, sources_of
from convledger.store.operations import operations, undo

NOW = 1_790_000_000 * SECOND
TEXT = "# Memory\n\n- Bakes rye.\n- Oven 7 is old.\n"


@pytest.fixture
def file(tmp_path: Path) -> MemoryFile:
    path = tmp_path / "MEMORY.md"
    path.write_text(TEXT, "utf-8")
    return MemoryFile(path, "auto-memory", "project:bakery")


def write(file: MemoryFile, text: str) -> None:
    """Write a file so that its time differs from before, whatever the clock's grain."""
    before = file.path.stat().st_mtime_ns if file.path.exists() else 0
    file.path.write_text(text, "utf-8")
    os.utime(file.path, ns=(before + SECOND * 1000, before + SECOND * 1000))


def seen(ledger: Ledger, file: MemoryFile, now: int = NOW) -> Feed:
    return look(ledger.connection, [file], now)


def said(found: list[News]) -> list[tuple[str, str, str]]:
    return [(each.what, each.old, each.new) for each in found]


def entries(ledger: Ledger) -> dict[str, Entry]:
    return {entry.body: entry for entry in entries_where(ledger.connection)}


def test_the_first_sight_of_a_file_is_no_news(ledger: Ledger, file: MemoryFile) -> None:
    feed = seen(ledger, file)

    assert (feed.news, feed.read) == ([], 1)
    assert [(path, result.new) for path, result in feed.imported] == [(str(file.path), 2)]
    assert {entry.state for entry in entries(ledger).values()} == {"proposed"}
    assert seen(ledger, file).read == 0


def test_what_was_added_changed_and_removed_is_news(ledger: Ledger, file: MemoryFile) -> None:
    seen(ledger, file)
    write(file, "# Memory\n\n- New one.\n- Oven 7 is new.\n")
    feed = seen(ledger, file, NOW + DAY)

    assert sorted(said(feed.news)) == [
        ("added", "", "New one."),
        ("changed", "Oven 7 is old.", "Oven 7 is new."),
        ("removed", "Bakes rye.", ""),
    ]
    assert {(each.path, each.at, each.scope) for each in feed.news} == {
        (str(file.path), NOW + DAY, "project:bakery")
    }
    assert set(entries(ledger)) == {"Bakes rye.", "Oven 7 is old."}
    assert said(look(ledger.connection, [], NOW + 2 * DAY).news) == said(feed.news)
    assert len(operations(ledger.connection)) == 1


def test_news_that_are_taken_back_in_the_file_are_none(ledger: Ledger, file: MemoryFile) -> None:
    seen(ledger, file)
    write(file, "# Memory\n- New one.\n- Oven 7 is new.\n")
    seen(ledger, file)
    write(file, TEXT)
    assert seen(ledger, file).news == []


def test_a_file_that_was_only_touched_is_no_news(ledger: Ledger, file: MemoryFile) -> None:
    seen(ledger, file)
    write(file, TEXT)

    assert (seen(ledger, file).read, seen(ledger, file).read) == (1, 0)
    assert news(ledger.connection) == []


def test_news_that_are_kept_are_in_memory_and_can_be_undone(
    ledger: Ledger, file: MemoryFile
) -> None:
    seen(ledger, file)
    write(file, "# Memory\n\n- New one.\n- Oven 7 is new.\n")
    feed = seen(ledger, file, NOW + DAY)
    before = entries(ledger)

    assert keep(ledger.connection, [each.item_id for each in feed.news], NOW + DAY) == 3
    found = entries(ledger)
    assert {body: entry.state for body, entry in found.items()} == {
        "Bakes rye.": "proposed", "Oven 7 is new.": "active", "New one.": "active"}  # fmt: skip
    assert found["New one."].source_date == NOW + DAY
    assert found["Oven 7 is new."].verified_at == NOW + DAY
    sources = sources_of(ledger.connection, [found["Bakes rye."].id])
    assert [each.status for each in sources[found["Bakes rye."].id]] == ["missing"]
    assert seen(ledger, file, NOW + DAY).news == []
    undo(ledger.connection, NOW + DAY)
    assert entries(ledger) == before
    assert len(news(ledger.connection)) == 3


def test_news_that_are_not_wanted_are_marked_for_their_file(
    ledger: Ledger, file: MemoryFile
) -> None:
    seen(ledger, file)
    write(file, "# Memory\n\n- New one.\n- Oven 7 is old.\n")
    feed = seen(ledger, file)
    take_out(ledger.connection, [each.item_id for each in feed.news], NOW)

    assert entries(ledger)["Bakes rye."].state == "archived"
    assert news(ledger.connection) == []
    assert [each.new for each in news(ledger.connection, marked=("out",))] == ["New one."]
    import_file(ledger.connection, file.path, file.format, file.path.read_bytes(), "", NOW)
    assert "New one." not in entries(ledger)
    write(file, "# Memory\n\n- Oven 7 is old.\n")
    assert seen(ledger, file).news == []
    assert news(ledger.connection, marked=("out",)) == []
    with pytest.raises(UsageProblem, match="is no news"):
        keep(ledger.connection, [99], NOW)


def test_a_file_that_is_gone_is_news_and_so_is_its_return(ledger: Ledger, file: MemoryFile) -> None:
    seen(ledger, file)
    file.path.unlink()

    assert [each.what for each in look(ledger.connection, [], NOW).news] == ["removed", "removed"]
    write(file, TEXT)
    assert seen(ledger, file).news == []


def test_a_file_that_cannot_be_read_loses_nothing(ledger: Ledger, file: MemoryFile) -> None:
    seen(ledger, file)
    file.path.write_bytes(b"\0" * 500)
    feed = seen(ledger, file)

    assert feed.news == []
    assert feed.unreadable == [(str(file.path), "not a text: it is full of NUL bytes")]
    write(file, TEXT)
    assert seen(ledger, file).unreadable == []


def test_an_edited_entry_is_in_step_once_its_file_says_the_same(
    ledger: Ledger, file: MemoryFile
) -> None:
    seen(ledger, file)
    keeping.edit(ledger.connection, entries(ledger)["Bakes rye."].id, NOW, body="Bakes wheat.")
    write(file, TEXT.replace("rye", "wheat"))
    assert seen(ledger, file).news == []


def test_only_files_of_tools_are_watched_unnamed(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "entries.csv"
    import_file(ledger.connection, path, "csv", b"body\nTea\n", "", NOW)
    assert look(ledger.connection, [], NOW).looked_at == 0


def test_imported_news_are_no_news(ledger: Ledger, file: MemoryFile) -> None:
    seen(ledger, file)
    write(file, f"{TEXT}- New one.\n")
    seen(ledger, file)
    result = import_file(
        ledger.connection, file.path, None, file.path.read_bytes(), "project:bakery", NOW
    )
    assert (result.new, news(ledger.connection)) == (1, [])
    undo(ledger.connection, NOW)
    assert said(news(ledger.connection)) == [("added", "", "New one.")]
    undo(ledger.connection, NOW)
    assert entries(ledger) == {}
    assert [path for path, _ in seen(ledger, file).imported] == [str(file.path)]


def test_a_change_in_one_of_two_files_leaves_what_the_other_says(
    ledger: Ledger, file: MemoryFile, tmp_path: Path
) -> None:
    other = MemoryFile(tmp_path / "AGENTS.md", "agents-md", "project:bakery")
    other.path.write_text(TEXT, "utf-8")
    look(ledger.connection, [file, other], NOW)
    write(file, TEXT.replace("rye", "wheat"))
    feed = seen(ledger, file)
    keep(ledger.connection, [each.item_id for each in feed.news], NOW)

    found = entries(ledger)
    assert {body: entry.state for body, entry in found.items()} == {
        "Bakes rye.": "proposed",
        "Bakes wheat.": "active",
        "Oven 7 is old.": "proposed",
    }
    rye = found["Bakes rye."].id
    assert [each.status for each in sources_of(ledger.connection, [rye])[rye]] == ["missing", "ok"]
    assert look(ledger.connection, [file, other], NOW).news == []


def test_what_is_kept_has_the_kind_and_tag_of_its_heading(ledger: Ledger, tmp_path: Path) -> None:
    file = MemoryFile(tmp_path / "GEMINI.md", "gemini-md")
    file.path.write_text("# A\n", "utf-8")
    seen(ledger, file)
    write(file, "# A\n## Gemini Added Memories\n- Bakes rye.\n## Setup\n- Run it.\n")
    feed = seen(ledger, file)
    keep(ledger.connection, [each.item_id for each in feed.news], NOW)

    assert [(entry.kind, entry.tags) for entry in entries(ledger).values()] == [
        ("fact", ("gemini-added-memories",)), ("procedure", ("setup",))]  # fmt: skip
