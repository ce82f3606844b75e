"""What is erased is gone from every file, and what was not asked to go is still there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from convledger.clock import SECOND
from convledger.ledger import Ledger
from convledger.memory import keeping
from convledger.memory.drafts import Draft
from convledger.memory.erase import Outcome, Wanted, let_back, of_client
from convledger.memory.erase_words import outcome_lines
from convledger.memory.files import import_named
from convledger.reports.export import JSONL, MARKDOWN, Destination, Page, write
from convledger.store.entries import EntrySource, entries_where
from convledger.store.operations import operations, undo
from convledger.store.search import SearchQuery
from tests.ingest.logs import Bench, prompt, reply, session, turns

NOW = 1_790_000_000 * SECOND
SECRET = "The vault code of the Zanzibar warehouse is 7741-quokka-99, never to be said aloud."


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    made = Bench(tmp_path)
    monkeypatch.setenv("HOME", str(made.home))
    yield made
    made.ledger.close()


def remember(ledger: Ledger, text: str, **more: Any) -> int:
    return keeping.remember(ledger.connection, Draft(text, **more), NOW)[0]


def erase(ledger: Ledger, **wanted: Any) -> Outcome:
    outcome = ledger.erase(Wanted(**wanted), now=NOW)
    assert outcome.blocked == ""
    assert outcome.is_done
    assert outcome.is_verified
    assert ledger.check(deep=True) == []
    return outcome


def bytes_of(ledger: Ledger) -> bytes:
    """Return all bytes in the files of a workspace, in lower case."""
    found = b""
    for place in sorted(ledger.workspace.rglob("*")):
        if place.is_file():
            found += place.read_bytes().lower()
    return found


def occurs(ledger: Ledger, text: str) -> bool:
    """Tell whether a text stands in the files as it is, or in an unpacked page."""
    ledger.connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
    copy = bytes_of(ledger)
    if text.lower().encode() in copy:
        return True
    from zstandard import ZstdDecompressor

    unpack = ZstdDecompressor().decompress
    return any(
        text.lower().encode() in unpack(row[0]).lower()
        for row in ledger.connection.execute("SELECT body FROM page")
    )


def test_an_entry_goes_with_all_its_versions_and_the_notes_of_its_changes(ledger: Ledger) -> None:
    kept = remember(ledger, "The bakery opens at seven.")
    gone = remember(ledger, SECRET, tags=("vaultish",))
    keeping.edit(ledger.connection, gone, NOW, body="A second zebrafinch wording of the matter.")
    keeping.archive(ledger.connection, [kept, gone], NOW)
    keeping.merge(ledger.connection, kept, gone, NOW)
    assert occurs(ledger, "zanzibar warehouse")

    outcome = erase(ledger, entries=(gone,))

    assert outcome.counts["versions"] == 2
    for text in ("Zanzibar warehouse", "quokka", "zebrafinch", "vaultish"):
        assert not occurs(ledger, text), text
    assert [entry.body for entry in entries_where(ledger.connection)] == [
        "The bakery opens at seven."
    ]
    assert occurs(ledger, "the bakery opens")


def test_files_that_a_conversation_was_exported_to_are_searched(
    bench: Bench, tmp_path: Path
) -> None:
    bench.write(bench.log, prompt(1, SECRET) + reply(1))
    bench.sync()
    (number,) = bench.ledger.connection.execute("SELECT id FROM conversation").fetchone()
    name = session()
    page, lines = f"{tmp_path}/pages/", f"{tmp_path}/all.jsonl"
    for place, form in ((page, MARKDOWN), (lines, JSONL)):
        assert max(write(bench.ledger, [name], Destination(place, form, 1), Page(UTC, "UTC"))) == 1
    (written,) = (tmp_path / "pages").iterdir()
    (tmp_path / "all.jsonl").unlink()

    found = bench.ledger.erase_outlook(Wanted(conversations=(number,)))
    assert found.targets == sorted([str(written), lines])
    outcome = erase(bench.ledger, conversations=(number,))
    assert outcome.targets == {str(written): "holds it", lines: "not there"}
    assert not occurs(bench.ledger, written.stem)


def test_the_memory_file_that_an_entry_came_from_is_named(ledger: Ledger, tmp_path: Path) -> None:
    file = tmp_path / "CLAUDE.md"
    file.write_text(f"- {SECRET}\n", "utf-8")
    [*import_named(ledger.connection, [file], None, "", NOW)]
    (entry,) = entries_where(ledger.connection)

    assert ledger.erase_outlook(Wanted(entries=(entry.id,))).targets == [str(file)]
    outcome = erase(ledger, entries=(entry.id,))
    assert outcome.targets == {str(file): "holds it"}
    assert "take it out of there yourself" in "".join(
        each.words for each in outcome_lines(outcome, file)
    )


def test_a_file_is_not_clean_where_another_entry_says_nearly_the_same(
    ledger: Ledger, tmp_path: Path
) -> None:
    file = tmp_path / "AGENTS.md"
    file.write_text("- The staging database listens on port 5434.\n", "utf-8")
    [*import_named(ledger.connection, [file], None, "", NOW)]
    (entry,) = entries_where(ledger.connection)
    remember(ledger, "The staging database listens on port 5433.")

    assert erase(ledger, entries=(entry.id,)).targets[str(file)] != "clean"


def test_a_change_of_several_entries_can_still_be_undone_for_the_others(ledger: Ledger) -> None:
    one, other, gone = (remember(ledger, f"Entry number {n} about it.") for n in range(3))
    keeping.archive(ledger.connection, [one, other, gone], NOW)
    erase(ledger, entries=(gone,))

    undo(ledger.connection, NOW)
    assert [entry.state for entry in entries_where(ledger.connection)] == ["active", "active"]
    assert all("number 2" not in each.about for each in operations(ledger.connection))


def test_an_erased_text_is_not_remembered_again_until_that_is_lifted(ledger: Ledger) -> None:
    erase(ledger, entries=(remember(ledger, SECRET),))
    with pytest.raises(Exception, match="was erased"):
        remember(ledger, SECRET)

    assert let_back(ledger.connection, SECRET)
    assert not let_back(ledger.connection, SECRET)
    remember(ledger, SECRET)


@pytest.fixture
def talked(bench: Bench) -> Bench:
    """Two conversations in one page, of which the second holds the secret."""
    bench.write(bench.log, turns(1, 20))
    other = prompt(101, f"{SECRET} Title?", of=session(2)) + reply(
        102, "Zwiebelkuchen noted.", of=session(2)
    )
    bench.write(bench.claude / "bakery" / f"{session(2)}.jsonl", other)
    bench.sync()
    return bench


def figures(ledger: Ledger) -> Any:
    return ledger.connection.execute("SELECT * FROM usage ORDER BY 1, 2, 3").fetchall()


def test_a_conversation_goes_and_its_figures_stay(talked: Bench) -> None:
    ledger = talked.ledger
    before = figures(ledger)
    number = ledger.conversation(session(2)).id
    ledger.label([number], "client", "Quixotic Ltd")

    outcome = erase(ledger, conversations=(number,))

    assert outcome.counts["messages"] == 2
    for text in ("Zanzibar", "quokka", "Zwiebelkuchen", "Quixotic"):
        assert not occurs(ledger, text), text
    assert figures(ledger) == before
    assert ledger.conversation(session(2)).title == ""
    assert len(ledger.search(SearchQuery("question")).hits) == 20


def test_a_conversation_goes_with_its_figures(talked: Bench) -> None:
    ledger = talked.ledger
    number = ledger.conversation(session(2)).id
    outcome = erase(ledger, conversations=(number,), figures=True)

    assert outcome.counts["calls"] == 1
    assert ledger.connection.execute("SELECT count(*) FROM conversation").fetchone() == (1,)
    assert ledger.connection.execute("SELECT count(*) FROM call").fetchone() == (20,)


@pytest.mark.parametrize("with_figures", [False, True])
def test_no_import_brings_a_conversation_back(talked: Bench, with_figures: bool) -> None:
    ledger = talked.ledger
    number = ledger.conversation(session(2)).id
    erase(ledger, conversations=(number,), figures=with_figures)
    log = talked.claude / "bakery" / f"{session(2)}.jsonl"
    talked.append(log, prompt(103, "More zebrafinches", of=session(2)) + reply(104, of=session(2)))
    talked.sync()
    copied = log.read_bytes()
    log.unlink()
    talked.write(log, b"\n" + copied)  # another file: read from its start
    talked.sync()

    for text in ("Zanzibar", "quokka", "Zwiebelkuchen", "zebrafinches"):
        assert not occurs(ledger, text), text
    calls = ledger.connection.execute("SELECT count(*) FROM call").fetchone()[0]
    assert calls == (20 if with_figures else 22)
    assert ledger.check(deep=True) == []


def test_a_message_goes_and_stays_away_with_the_title_made_of_it(talked: Bench) -> None:
    ledger = talked.ledger
    number = ledger.conversation(session(2)).id
    assert "Zanzibar" in ledger.conversation(session(2)).title
    (message,) = ledger.connection.execute(
        "SELECT id FROM message WHERE conversation_id=? ORDER BY at LIMIT 1", (number,)
    ).fetchone()
    source = EntrySource(
        kind="message",
        conversation_id=number,
        quote=SECRET,
        message_key=(
            ledger.connection.execute("SELECT key FROM message WHERE id=?", (message,)).fetchone()[
                0
            ]
        ),
    )
    made = remember(ledger, "The warehouse has a code.", sources=(source,))

    outcome = erase(ledger, messages=(message,))
    log = talked.claude / "bakery" / f"{session(2)}.jsonl"
    talked.write(log, b"\n" + log.read_bytes())
    talked.sync()

    assert len(outcome.made) == 1
    assert entries_where(ledger.connection, "id=?", (made,))
    for text in ("Zanzibar", "quokka"):
        assert not occurs(ledger, text), text
    assert occurs(ledger, "Zwiebelkuchen")
    assert ledger.check(deep=True) == []


def test_a_client_goes_with_conversations_and_entries(talked: Bench) -> None:
    ledger = talked.ledger
    number = ledger.conversation(session(2)).id
    ledger.label([number], "client", "Quixotic Ltd")
    gone = remember(ledger, "They pay in zlotys, quarterly.", scope="client:Quixotic Ltd")
    remember(ledger, "Everybody pays in the end.")
    wanted = of_client(ledger.connection, "Quixotic Ltd")
    assert (wanted.entries, wanted.conversations) == ((gone,), (number,))

    ledger.erase(wanted, now=NOW)

    for text in ("Zanzibar", "zlotys", "Quixotic"):
        assert not occurs(ledger, text), text
    assert ledger.check(deep=True) == []


def test_a_dry_run_changes_nothing(talked: Bench) -> None:
    ledger = talked.ledger
    number = ledger.conversation(session(2)).id
    other = sqlite3.connect(ledger.path)
    version = other.execute("PRAGMA data_version").fetchone()
    found = ledger.erase_outlook(Wanted(conversations=(number,), figures=True))

    assert found.counts["messages"] == 2
    assert found.counts["calls"] == 1
    assert other.execute("PRAGMA data_version").fetchone() == version
    other.close()


def test_what_stands_elsewhere_too_is_told(talked: Bench) -> None:
    ledger = talked.ledger
    gone = remember(ledger, SECRET)
    outcome = erase(ledger, entries=(gone,))

    assert outcome.search is not None
    assert outcome.search.conversations == {session(2): 1}


def test_a_reader_in_the_way_leaves_it_pending_until_it_has_gone(talked: Bench) -> None:
    ledger = talked.ledger
    gone = remember(ledger, "A zebrafinch sang in the quarry at Xanadu.")
    reader = sqlite3.connect(ledger.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM entry").fetchone()

    outcome = ledger.erase(Wanted(entries=(gone,)), now=NOW, wait_seconds=0)
    assert not outcome.is_done
    assert "reading the ledger" in outcome.blocked
    assert list(ledger.workspace.glob("ledger.db.erasing-*"))
    reader.execute("COMMIT")
    reader.close()
    (after,) = ledger.resume_erasing(now=NOW)

    assert after.is_done
    assert after.is_verified
    assert not list(ledger.workspace.glob("ledger.db.erasing-*"))
    assert not occurs(ledger, "zebrafinch")
    assert ledger.resume_erasing(now=NOW) == []


@pytest.mark.parametrize("how", ["keep", "rewrite", "delete"])
def test_a_backup_is_searched_rewritten_or_removed(talked: Bench, how: str) -> None:
    ledger = talked.ledger
    gone = remember(ledger, SECRET)
    remember(ledger, "The bakery opens at seven.")
    number = ledger.conversation(session(2)).id
    place = ledger.path.with_name("ledger.db.v3.bak")
    copy = sqlite3.connect(place)
    ledger.connection.backup(copy)
    copy.close()
    place.chmod(0o600)

    outcome = erase(ledger, entries=(gone,), conversations=(number,), backups=how)

    (left,) = outcome.backups
    assert (left.state, left.holds) == {
        "keep": ("kept", True),
        "rewrite": ("rewritten", False),
        "delete": ("removed", False),
    }[how]
    assert place.exists() == (how != "delete")
    assert occurs(ledger, "Zanzibar warehouse") == (how == "keep")
    if how == "rewrite":
        copy = sqlite3.connect(place)
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT count(*) FROM message").fetchone() == (40,)
        assert copy.execute("SELECT body FROM entry").fetchall() == [
            ("The bakery opens at seven.",)
        ]
        copy.close()


def test_what_was_written_without_secure_deletion_is_found_and_goes(ledger: Ledger) -> None:
    gone = remember(ledger, SECRET)
    ledger.connection.execute("PRAGMA secure_delete=OFF")
    ledger.connection.execute("CREATE TABLE aside AS SELECT body FROM entry")
    ledger.connection.execute("DROP TABLE aside")
    ledger.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    ledger.connection.execute("PRAGMA secure_delete=ON")

    outcome = erase(ledger, entries=(gone,))

    assert "vacuum" in outcome.seconds
    assert not occurs(ledger, "Zanzibar")


def test_copies_in_a_fork_stay_unless_asked(talked: Bench) -> None:
    ledger = talked.ledger
    log = talked.claude / "bakery" / f"{session(2)}.jsonl"
    fork = log.read_bytes().replace(session(2).encode(), session(3).encode())
    talked.write(talked.claude / "bakery" / f"{session(3)}.jsonl", fork)
    talked.sync()
    number = ledger.conversation(session(2)).id
    found = ledger.erase_outlook(Wanted(conversations=(number,)))
    assert found.copies == {session(3): 2}

    erase(ledger, conversations=(number,), copies=True)
    talked.write(
        talked.claude / "bakery" / f"{session(4)}.jsonl",
        fork.replace(session(3).encode(), session(4).encode()),
    )
    talked.sync()

    for text in ("quokka", "Zwiebelkuchen"):
        assert not any(
            text.lower() in entry.body.lower()
            for name in (3, 4)
            for entry in ledger.transcript(ledger.conversation(session(name)).id)
        ), text
    assert ledger.check(deep=True) == []
