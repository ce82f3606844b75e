"""Memory files as a person deals with them: seen before they are written, and all taken back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from convledger.clock import SECOND
from convledger.errors import UsageProblem
from convledger.ledger import Ledger
from convledger.memory.diffing import diff_lines
from convledger.memory.discover import MemoryFile
from convledger.memory.feed import look
from convledger.memory.feed_verdicts import take_out
from convledger.memory.file_shelf import MemoryFiles
from convledger.memory.glancing import glance
from convledger.memory.importing import import_file
from convledger.memory.veiling import veiled_lines
from convledger.memory.words import text_hash, title_of

NOW = 1_790_000_000 * SECOND
TEXT = "# Memory\n\n- Bakes rye.\n- Oven 7 is old.\n- Flour comes on Mondays.\n"
SECRET = "sk-ant-api03-" + "Zk9vQ2xR7bT4" * 8


@pytest.fixture
def file(own_home: Path, ledger: Ledger) -> Path:
    path = own_home / ".claude" / "CLAUDE.md"
    path.parent.mkdir()
    path.write_bytes(TEXT.encode())
    look(ledger.connection, [MemoryFile(path, "claude-md")], NOW)
    return path


@pytest.fixture
def files(ledger: Ledger) -> MemoryFiles:
    return ledger.memory_files


def write(path: Path, text: str | bytes) -> None:
    """Write a file so that its time differs from before, whatever the clock's grain."""
    before = path.stat().st_mtime_ns
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    os.utime(path, ns=(before + SECOND * 1000, before + SECOND * 1000))


def changed(files: MemoryFiles, path: Path, text: str | bytes) -> dict[str, int]:
    """Write a file as a tool does, look at it, and return the news by what they are."""
    write(path, text)
    files.look_again(NOW)
    return {each.what: each.item_id for each in files.news()}


def test_a_file_says_what_it_holds_and_what_waits(files: MemoryFiles, file: Path) -> None:
    files.look(NOW)
    news = changed(files, file, TEXT.replace("- Bakes rye.\n", "") + "- New one.\n")

    (line,) = files.listed()
    assert (line.path, line.tool, line.state) == (str(file), "CLAUDE.md", "live")
    assert (line.entries, line.news, line.unwanted) == (2, 2, 0)
    assert set(news) == {"added", "removed"}
    assert line.is_watched


def test_what_is_taken_out_leaves_every_other_byte(files: MemoryFiles, file: Path) -> None:
    text = ("\ufeff" + TEXT.replace("- Oven", "- New one.\n- Oven")).replace("\n", "\r\n")
    news = changed(files, file, text)
    outlook = files.without(list(news.values()))

    assert file.read_bytes() == text.encode()
    (diff,) = outlook.diffs
    assert [(each.sign, each.text) for each in diff if each.sign != " "] == [("-", "- New one.")]
    written, held = files.take_out(outlook, NOW)
    assert ([each.path for each in written], held) == ([file], [])
    assert file.read_bytes() == text.replace("- New one.\r\n", "").encode()
    assert files.news() == []


def test_what_changed_is_put_back_as_it_was(ledger: Ledger, files: MemoryFiles, file: Path) -> None:
    news = changed(files, file, TEXT.replace("Oven 7 is old", "Oven 7 is brand new"))
    outlook = files.without([news["changed"]])

    assert [(each.sign, each.text) for each in outlook.diffs[0] if each.sign != " "] == [
        ("-", "- Oven 7 is brand new."), ("+", "- Oven 7 is old."),
    ]  # fmt: skip
    files.take_out(outlook, NOW)
    assert file.read_text() == TEXT
    assert (files.news(), files.to_write().paths) == ([], [])
    assert [(line.news, line.unwanted) for line in files.listed()] == [(0, 0)]


def test_a_change_that_is_not_wanted_stays_so_until_its_file_is_written(
    ledger: Ledger, files: MemoryFiles, file: Path
) -> None:
    text = TEXT.replace("Oven 7 is old", "Oven 7 is brand new")
    news = changed(files, file, text)
    take_out(ledger.connection, list(news.values()), NOW)
    write(file, text + "\n")
    files.look_again(NOW)
    import_file(ledger.connection, file, "claude-md", file.read_bytes(), "", NOW)

    assert files.news() == []
    assert (
        ledger.connection.execute("SELECT 1 FROM entry WHERE body LIKE '%brand%'").fetchone()
        is None
    )
    (change,) = files.to_write().changes
    assert change.after.decode() == TEXT + "\n"


def test_what_was_taken_out_is_put_back(ledger: Ledger, files: MemoryFiles, file: Path) -> None:
    text = TEXT + "- New one.\n"
    news = changed(files, file, text)
    written, _ = files.take_out(files.without(list(news.values())), NOW)
    made = ledger.memory.history(1)[0]
    files.put_back(written, NOW, made.id)

    assert file.read_bytes() == text.encode()
    assert [(each.what, each.new) for each in files.news()] == [("added", "New one.")]
    assert files.without([each.item_id for each in files.news()]).held == ()


def test_nothing_is_put_back_into_a_file_that_changed(
    ledger: Ledger, files: MemoryFiles, file: Path
) -> None:
    news = changed(files, file, TEXT + "- New one.\n")
    written, _ = files.take_out(files.without(list(news.values())), NOW)
    write(file, TEXT + "- Another.\n")

    with pytest.raises(UsageProblem, match="changed since; nothing was taken back"):
        files.put_back(written, NOW, ledger.memory.history(1)[0].id)
    assert file.read_text() == TEXT + "- Another.\n"
    assert files.news() == []


def test_an_undo_never_leaves_places_that_are_another_text(
    ledger: Ledger, files: MemoryFiles, file: Path
) -> None:
    news = changed(files, file, TEXT.replace("- Oven", "- New one.\n- Oven"))
    files.take_out(files.without(list(news.values())), NOW)
    ledger.memory.undo(NOW)

    (again,) = files.news()
    (held,) = files.without([again.item_id]).held
    assert "changed since" in held.reason
    files.look_again(NOW)
    assert files.news() == []


def test_what_was_removed_from_its_file_is_archived(
    ledger: Ledger, files: MemoryFiles, file: Path
) -> None:
    news = changed(files, file, TEXT.replace("- Bakes rye.\n", ""))
    outlook = files.without(list(news.values()))

    assert (outlook.changes, outlook.archived) == ((), (news["removed"],))
    files.take_out(outlook, NOW)
    (state,) = ledger.connection.execute("SELECT state FROM entry WHERE body='Bakes rye.'")
    assert state == ("archived",)


def test_a_file_that_changes_between_is_left_and_the_wish_stays(
    files: MemoryFiles, file: Path
) -> None:
    news = changed(files, file, TEXT + "- New one.\n")
    outlook = files.without(list(news.values()))
    write(file, TEXT + "- New one.\n- Later.\n")
    written, (held,) = files.take_out(outlook, NOW)

    assert (written, "changed meanwhile" in held.reason) == ([], True)
    assert file.read_text() == TEXT + "- New one.\n- Later.\n"
    files.look_again(NOW)
    (change,) = files.to_write().changes
    assert change.after.decode() == TEXT + "- Later.\n"


def test_a_read_only_file_is_held(files: MemoryFiles, file: Path) -> None:
    news = changed(files, file, TEXT + "- New one.\n")
    outlook = files.without(list(news.values()))
    file.chmod(0o440)

    assert [each.reason for each in files.without(list(news.values())).held] == [
        "it is read-only: let it be written first"
    ]
    assert "read-only" in files.take_out(outlook, NOW)[1][0].reason
    assert file.read_text() == TEXT + "- New one.\n"


def test_a_look_names_what_is_wrong_and_stops_when_told(
    files: MemoryFiles, file: Path, own_home: Path
) -> None:
    changed(files, file, f"{TEXT}\n@nowhere.md\n@./{'long' * 900}.md\n")
    looked = files.look(NOW)
    wrong = [(each.kind, each.line) for each in looked.complaints if each.line]
    assert wrong == [("dead import", 7), ("dead import", 8)]

    seen: list[tuple[int, int]] = []

    def stop(done: int, of: int) -> bool:
        seen.append((done, of))
        return False

    assert not files.look(NOW, stop).whole
    assert seen == [(0, 1)]


def test_an_import_is_told_file_by_file(files: MemoryFiles, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "one.md").write_text("# One\n\n- A first thing.\n")
    (folder / "two.json").write_text("nonsense")
    other = folder / "two.json"
    told = dict(files.bring_in([folder], None, "client:acme", NOW))

    assert getattr(told[str(folder / "one.md")], "new", 0) == 1
    assert str(other) not in told  # nobody said that it is memory
    assert "no memory format" in str(dict(files.bring_in([other], None, "", NOW))[str(other)])
    assert [(each.format, each.scope) for each in files.listed()] == [("obsidian", "client:acme")]


def test_a_glance_tells_formats_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "AGENTS.md").write_text("- One.")
    (tmp_path / "m.csv").write_text("title,body\n")
    (tmp_path / "picture.png").write_bytes(b"\0")
    (tmp_path / "graph.jsonl").write_text('{"entityType": "x"}')

    assert dict(glance(tmp_path).formats) == {"agents-md": 1, "csv": 1, "": 1}
    assert dict(glance(tmp_path / "graph.jsonl").formats) == {"mcp-memory": 1}
    assert glance(tmp_path / "nowhere").problem
    assert glance(Path("~nobody-of-that-name/x")).problem


def test_blanks_count_the_same_in_a_text_of_any_length() -> None:
    blanks = "one " + " \t\n " * 100_000 + " two\u00a0 " + "x" * 200_000
    assert text_hash(blanks) == text_hash("ONE two " + "x" * 200_000)
    assert text_hash(f" {'y' * 300_000} z ") == text_hash(f"{'y' * 300_000}\nz")
    assert title_of("- " + "word " * 1_000_000).startswith("word word")


def test_a_small_change_in_a_long_text_is_told_as_such() -> None:
    old = "\n".join(map(str, range(50_000)))
    lines = diff_lines(old, old.replace("\n40000\n", "\nnew\n"), 1)

    assert [(each.sign, each.text) for each in lines] == [
        (" ", "…"), (" ", "39999"), ("-", "40000"), ("+", "new"), (" ", "40001"), (" ", "…"),
    ]  # fmt: skip


def test_a_secret_that_changed_is_a_change_of_which_nothing_is_seen() -> None:
    other = SECRET.replace("Z", "Y")
    lines = diff_lines(f"one\nkey {SECRET}", f"one\nkey {other}", 1, veiled_lines)

    assert [each.sign for each in lines] == [" ", "-", "+"]
    assert "••••" in lines[1].text
    assert SECRET not in str(lines)
    assert other not in str(lines)
