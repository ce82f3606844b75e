"""What was news of a memory file before it was an entry goes with the entry."""

from __future__ import annotations

import os
from pathlib import Path

from convledger.ledger import Ledger
from convledger.memory import feed, feed_verdicts
from convledger.memory.discover import MemoryFile
from convledger.memory.erase_findings import Redaction
from tests.memory.test_erase import NOW, SECRET, erase, occurs, remember

OTHER = "The heron of the Quetzal valley sleeps at 8812 on a blue zebra mat until morning."


def write(file: Path, text: str) -> None:
    file.write_text(text)
    os.utime(file, ns=(len(text), len(text)))


def kept(ledger: Ledger, file: Path, *texts: str) -> list[int]:
    """Let texts appear in a file, and keep them as a person who read them."""
    watched = [MemoryFile(file, "claude-md")]
    write(file, "- First\n")
    feed.look(ledger.connection, watched, NOW)
    write(file, "".join(f"- {text}\n" for text in ("First", *texts)))
    news = feed.look(ledger.connection, watched, NOW).news
    feed_verdicts.keep(ledger.connection, [each.item_id for each in news], NOW)
    return [
        ledger.connection.execute("SELECT id FROM entry WHERE body=?", (text,)).fetchone()[0]
        for text in texts
    ]


def test_a_text_that_was_kept_from_a_file_goes_out_of_the_notes_of_that(
    ledger: Ledger, tmp_path: Path
) -> None:
    file = tmp_path / "CLAUDE.md"
    (entry,) = kept(ledger, file, SECRET)
    file.unlink()
    erase(ledger, entries=(entry,))
    assert not occurs(ledger, "zanzibar")


def test_what_else_was_kept_with_it_can_still_be_undone(ledger: Ledger, tmp_path: Path) -> None:
    gone, stays = kept(ledger, tmp_path / "CLAUDE.md", SECRET, OTHER)
    erase(ledger, entries=(gone,))
    assert not occurs(ledger, "zanzibar")
    ledger.memory.undo(NOW)
    assert ledger.connection.execute("SELECT 1 FROM entry WHERE id=?", (stays,)).fetchone() is None
    assert [each.new for each in feed.news(ledger.connection)] == [OTHER]


def test_news_that_say_the_same_as_an_erased_entry_are_none_any_more(
    ledger: Ledger, tmp_path: Path
) -> None:
    file = tmp_path / "CLAUDE.md"
    entry = remember(ledger, SECRET)
    write(file, "- First\n")
    feed.look(ledger.connection, [MemoryFile(file, "claude-md")], NOW)
    write(file, f"- First\n- {SECRET}\n")
    feed.look(ledger.connection, [MemoryFile(file, "claude-md")], NOW)
    file.unlink()
    erase(ledger, entries=(entry,))
    assert feed.news(ledger.connection) == []
    assert not occurs(ledger, "zanzibar")


def test_a_secret_that_was_kept_from_a_file_is_redacted_in_the_notes_of_that(
    ledger: Ledger, tmp_path: Path
) -> None:
    file = tmp_path / "CLAUDE.md"
    token = "ghp_" + "z4Qk9Xw2Lm7Rt5Vb8Nc3Jd6Hs1Fg0Py4TaUe"
    (entry,) = kept(ledger, file, f"The token of the build server is {token}")
    file.unlink()
    outcome = ledger.findings.redact(Redaction(entries=(entry,)), now=NOW)
    assert outcome is not None
    assert outcome.is_verified
    assert not occurs(ledger, token)


def test_the_same_text_that_was_remembered_and_taken_back_goes_too(ledger: Ledger) -> None:
    remember(ledger, SECRET)
    remember(ledger, OTHER)
    ledger.memory.undo(NOW)
    ledger.memory.undo(NOW)
    assert occurs(ledger, "zanzibar")
    erase(ledger, entries=(remember(ledger, SECRET),))
    assert not occurs(ledger, "zanzibar")
    assert occurs(ledger, "quetzal valley")


def test_news_of_a_text_that_another_scope_keeps_stay(ledger: Ledger, tmp_path: Path) -> None:
    file = tmp_path / "CLAUDE.md"
    remember(ledger, SECRET, scope="client:acme")
    entry = remember(ledger, SECRET)
    write(file, "- First\n")
    feed.look(ledger.connection, [MemoryFile(file, "claude-md")], NOW)
    write(file, f"- First\n- {SECRET}\n")
    feed.look(ledger.connection, [MemoryFile(file, "claude-md")], NOW)
    erase(ledger, entries=(entry,))
    assert [each.new for each in feed.news(ledger.connection)] == [SECRET]
