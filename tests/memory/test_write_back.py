"""Edited entries go back to their files, byte by byte, shown first."""

from __future__ import annotations

from pathlib import Path

import pytest

from convledger.clock import SECOND
from convledger.errors import UsageProblem
from convledger.ledger import Ledger
from convledger.memory import feed, feed_verdicts
from convledger.memory.discover import MemoryFile
from convledger.memory.write_back import FileChange, Held, planned, write

NOW = 1_790_000_000 * SECOND
TEXT = "# Rules\r\n\r\n- Deploy on Fridays\r\n- Tests run first\r\n\r\nUse caf\xe9 spelling.\r\n"


@pytest.fixture
def file(tmp_path: Path, ledger: Ledger) -> Path:
    path = tmp_path / "CLAUDE.md"
    path.write_bytes(TEXT.encode())
    path.chmod(0o640)
    feed.look(ledger.connection, [MemoryFile(path, "claude-md")], NOW)
    return path


def entry_with(ledger: Ledger, text: str) -> int:
    (row,) = ledger.connection.execute("SELECT id FROM entry WHERE body LIKE ?", (f"%{text}%",))
    return int(row[0])


def changes(ledger: Ledger) -> list[FileChange | Held]:
    return list(planned(ledger.connection))


def test_nothing_edited_is_nothing_to_write(ledger: Ledger, file: Path) -> None:
    assert changes(ledger) == []


def test_an_edit_changes_its_bytes_alone(ledger: Ledger, file: Path) -> None:
    ledger.memory.edit(entry_with(ledger, "Fridays"), NOW, body="Deploy on Thursdays\nbefore noon")
    (change,) = changes(ledger)
    assert isinstance(change, FileChange)
    assert [f"{line.sign}{line.text}" for line in change.lines(0) if line.sign != " "] == [
        "-- Deploy on Fridays", "+- Deploy on Thursdays", "+  before noon",
    ]  # fmt: skip
    assert file.read_bytes() == TEXT.encode()
    write(ledger.connection, change, NOW)

    expected = TEXT.replace("Deploy on Fridays", "Deploy on Thursdays\r\n  before noon")
    assert file.read_bytes() == expected.encode()
    assert file.stat().st_mode & 0o777 == 0o640
    assert changes(ledger) == []
    assert feed.look(ledger.connection, [MemoryFile(file, "claude-md")], NOW).news == []


def test_several_edits_of_a_file_are_one_change(ledger: Ledger, file: Path) -> None:
    ledger.memory.edit(entry_with(ledger, "Fridays"), NOW, body="Deploy at any time, day or night")
    ledger.memory.edit(entry_with(ledger, "caf"), NOW, body="Use plain spelling.")
    (change,) = changes(ledger)
    assert isinstance(change, FileChange)
    write(ledger.connection, change, NOW)

    assert file.read_bytes() == (
        TEXT.replace("Deploy on Fridays", "Deploy at any time, day or night")
        .replace("Use caf\xe9 spelling.", "Use plain spelling.")
        .encode()
    )


def test_a_file_that_changed_is_held(ledger: Ledger, file: Path) -> None:
    ledger.memory.edit(entry_with(ledger, "Fridays"), NOW, body="Never deploy")
    (change,) = changes(ledger)
    assert isinstance(change, FileChange)
    file.write_bytes(TEXT.encode() + b"\r\n- A line of another tool\r\n")

    with pytest.raises(UsageProblem, match="changed meanwhile"):
        write(ledger.connection, change, NOW)
    (held,) = changes(ledger)
    assert isinstance(held, Held)
    assert "changed since" in held.reason
    feed.look(ledger.connection, [MemoryFile(file, "claude-md")], NOW)
    (again,) = changes(ledger)
    assert isinstance(again, FileChange)
    assert again.after == again.before.replace(b"Deploy on Fridays", b"Never deploy")


def test_what_is_not_wanted_is_taken_out(ledger: Ledger, file: Path) -> None:
    file.write_bytes(TEXT.encode() + b"\r\n- A line of another tool\r\n")
    (news,) = feed.look(ledger.connection, [MemoryFile(file, "claude-md")], NOW).news
    feed_verdicts.take_out(ledger.connection, [news.item_id], NOW)
    (change,) = changes(ledger)
    assert isinstance(change, FileChange)
    write(ledger.connection, change, NOW)

    assert b"another tool" not in file.read_bytes()
    assert file.read_bytes().startswith(TEXT.encode())
    assert changes(ledger) == []


def test_an_archived_entry_stays_in_its_file(ledger: Ledger, file: Path) -> None:
    one = entry_with(ledger, "Fridays")
    ledger.memory.edit(one, NOW, body="Never deploy")
    ledger.memory.archive([one], NOW)

    assert changes(ledger) == []


GRAPH = (
    b'{"type":"entity","name":"Deploys","entityType":"rule","x":7,'
    b'"observations":["On Fridays","Before noon"]}\n'
    b'{"type":"relation","from":"Deploys","to":"Ops","relationType":"told_to"}'
)


@pytest.fixture
def server(tmp_path: Path, ledger: Ledger) -> Path:
    path = tmp_path / "memory.jsonl"
    path.write_bytes(GRAPH)
    feed.look(ledger.connection, [MemoryFile(path, "mcp-memory")], NOW)
    return path


def test_an_observation_of_a_memory_server_goes_back_into_its_line(
    ledger: Ledger, server: Path
) -> None:
    text = 'On "Thursdays"\n\u00e0 midi'
    ledger.memory.edit(entry_with(ledger, "Fridays"), NOW, body=text)
    (change,) = changes(ledger)
    assert isinstance(change, FileChange)
    write(ledger.connection, change, NOW)

    written = '"On \\"Thursdays\\"\\n\u00e0 midi"'.encode()
    assert server.read_bytes() == GRAPH.replace(b'"On Fridays"', written)
    assert changes(ledger) == []


def test_what_a_server_added_can_be_taken_out(ledger: Ledger, server: Path) -> None:
    server.write_bytes(GRAPH.replace(b'"Before noon"', b'"Before noon","Eats shoes"'))
    (news,) = feed.look(ledger.connection, [], NOW).news
    assert (news.what, news.new) == ("added", "Eats shoes")
    feed_verdicts.take_out(ledger.connection, [news.item_id], NOW)
    (change,) = changes(ledger)
    assert isinstance(change, FileChange)
    write(ledger.connection, change, NOW)
    assert server.read_bytes() == GRAPH


def test_what_has_no_place_of_its_own_is_told(ledger: Ledger, server: Path) -> None:
    ledger.memory.edit(entry_with(ledger, "told to"), NOW, body="Deploys are announced to Ops")
    (held,) = changes(ledger)
    assert isinstance(held, Held)
    assert "by hand" in held.reason


def test_what_was_written_back_is_no_news_however_little_it_says_the_same(
    ledger: Ledger, file: Path
) -> None:
    entry = entry_with(ledger, "Fridays")
    ledger.memory.edit(entry, NOW, body="Nothing of it stays")
    (change,) = changes(ledger)
    assert isinstance(change, FileChange)
    write(ledger.connection, change, NOW)
    assert feed.look(ledger.connection, [MemoryFile(file, "claude-md")], NOW).news == []
    assert changes(ledger) == []

    ledger.memory_files.put_back([change], NOW)
    assert file.read_bytes() == TEXT.encode()
    assert feed.look(ledger.connection, [MemoryFile(file, "claude-md")], NOW).news == []
    assert [each.after for each in changes(ledger) if isinstance(each, FileChange)] == [
        change.after
    ]


def test_what_a_tool_writes_while_the_disk_is_waited_for_stays(
    ledger: Ledger, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.memory.edit(entry_with(ledger, "Fridays"), NOW, body="Deploy on Thursdays")
    (change,) = changes(ledger)
    assert isinstance(change, FileChange)
    monkeypatch.setattr("os.fsync", lambda _: file.write_text("- Written by a tool\n"))
    with pytest.raises(UsageProblem, match="changed meanwhile"):
        write(ledger.connection, change, NOW)
    assert file.read_text() == "- Written by a tool\n"
    assert [each.name for each in file.parent.iterdir() if each.is_file()] == [file.name]
