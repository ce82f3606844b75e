"""A check says nothing of a sound ledger and names what is wrong with another."""

from __future__ import annotations

import sqlite3
import stat
from hashlib import sha256

import pytest

from convledger.errors import WorkspaceError
from convledger.ledger import Ledger
from convledger.money import usd_display
from convledger.store import checks as checks_module
from convledger.store.bodies import PageReader, said_text
from tests.ingest.logs import ROLLOUT, Bench, everything, prompt, rollout, turns


@pytest.fixture
def filled(bench: Bench) -> Bench:
    bench.write(bench.log, turns(1, 30))
    bench.write(bench.codex / "sessions" / ROLLOUT, rollout(10))
    bench.sync()
    return bench


def kinds(bench: Bench, *, deep: bool = False) -> list[str]:
    return [finding.check for finding in bench.ledger.check(deep=deep)]


def damage(bench: Bench, statement: str) -> None:
    """Change the ledger behind its own back."""
    connection = sqlite3.connect(bench.ledger.path)
    connection.execute("PRAGMA foreign_keys=OFF")
    with connection:
        assert connection.execute(statement).rowcount != 0
    connection.close()


def test_sound_ledger_has_nothing_to_say(filled: Bench) -> None:
    assert filled.ledger.check() == []
    assert filled.ledger.check(deep=True) == []


def test_empty_ledger_has_nothing_to_say(bench: Bench) -> None:
    assert bench.ledger.check(deep=True) == []


def test_check_changes_nothing(filled: Bench) -> None:
    before = everything(filled.ledger.connection)
    filled.ledger.check(deep=True)

    assert everything(filled.ledger.connection) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE usage SET output=output+1 WHERE quarter=(SELECT min(quarter) FROM usage)",
        "UPDATE usage SET list_pico=0",
        "DELETE FROM usage WHERE quarter=(SELECT max(quarter) FROM usage)",
        "UPDATE conversation_sum SET tokens=tokens+1 WHERE model_id=1",
        "DELETE FROM conversation_sum WHERE model_id=1",
    ],
)
def test_roll_up_that_differs_from_its_calls_is_found_and_repaired(
    filled: Bench, statement: str
) -> None:
    damage(filled, statement)
    (finding,) = filled.ledger.check()

    assert finding.check == "sums"
    assert "--fix" in finding.way_out
    filled.ledger.repair()
    assert filled.ledger.check(deep=True) == []


LAST = "(SELECT max(id) FROM call)"


@pytest.mark.parametrize(
    ("which", "calls", "conversations"),
    [
        (LAST, "1 call", "1 conversation"),
        ("SELECT min(id) FROM call GROUP BY conversation_id", "2 calls", "2 conversations"),
    ],
)
def test_lost_calls_are_told_and_never_made_good_by_fixing(
    filled: Bench, which: str, calls: str, conversations: str
) -> None:
    among = f"FROM call WHERE id IN ({which})"
    (lost,) = filled.ledger.connection.execute(f"SELECT sum(list_pico) {among}").fetchone()
    damage(filled, f"DELETE {among}")
    before = everything(filled.ledger.connection)["usage"]
    findings = filled.ledger.check()
    (finding,) = findings

    assert finding.check == "sums"
    assert finding.problem == (
        f"calls were lost: the totals tell of {calls} and {usd_display(lost)} more than there are, "
        f"in {conversations}"
    )
    assert finding.way_out.startswith("`convledger restore`")
    assert not finding.repair
    assert filled.ledger.fix(findings, now=0).done == []
    assert everything(filled.ledger.connection)["usage"] == before
    assert filled.ledger.check(deep=True)[0] == finding


def test_a_call_that_was_changed_is_still_told_when_the_totals_follow_it(filled: Bench) -> None:
    damage(filled, "UPDATE call SET output=output+1 WHERE id=1")
    (finding,) = filled.ledger.check()

    assert finding.check == "sums"
    assert "--fix" in finding.way_out
    assert "`convledger check --deep`" in finding.way_out
    filled.ledger.repair()
    assert filled.ledger.check() == []
    assert kinds(filled, deep=True) == ["ratings"]


def test_totals_that_differ_are_told_in_words(filled: Bench) -> None:
    damage(filled, "UPDATE call SET output=output+5, list_pico=list_pico+1000000000000 WHERE id=1")
    (finding,) = filled.ledger.check()

    assert finding.problem == (
        "the totals of 1 conversation are not what the calls come to: 5 tokens too few, "
        "$1.00 too little"
    )


def test_roll_up_row_of_no_call_is_found_and_repaired(filled: Bench) -> None:
    damage(filled, "INSERT INTO usage SELECT 9, 1, 1, 1,0,0,0,0,0,0,0,0,0,0,0,0")
    assert kinds(filled) == ["sums"]

    filled.ledger.repair()
    assert filled.is_sound()


def said_by_the_newest(filled: Bench) -> tuple[int, str]:
    """The id of the newest message of a person, and its text."""
    connection = filled.ledger.connection
    row = connection.execute(
        "SELECT id, page_id, start, length FROM message WHERE kind=1 AND flags=0 "
        "AND page_id IS NOT NULL ORDER BY id DESC"
    ).fetchone()
    body = PageReader(connection).body(*row[1:])
    return row[0], said_text("", body, body.encode()).decode()


def test_message_missing_from_the_index_is_found_and_repaired(filled: Bench) -> None:
    before = everything(filled.ledger.connection)["words"]
    row_id, body = said_by_the_newest(filled)
    filled.ledger.connection.execute(
        "INSERT INTO said(said, rowid, text) VALUES('delete', ?, ?)", (row_id, body)
    )
    assert "index" in kinds(filled)

    filled.ledger.repair()
    assert filled.is_sound()
    assert everything(filled.ledger.connection)["words"] == before


def test_row_of_the_index_without_a_message_is_found_and_repaired(filled: Bench) -> None:
    filled.ledger.connection.execute(
        "INSERT INTO said(rowid, text) VALUES(1, ?)", (said_text("", "stray", b"stray").decode(),)
    )
    (finding,) = filled.ledger.check()

    assert finding.problem == "1 rows of the index have no message"
    filled.ledger.repair()
    assert filled.is_sound()


def test_every_missing_message_is_found_without_a_deep_check(
    filled: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks_module, "SAMPLE", 0)
    row_id, words = said_by_the_newest(filled)
    filled.ledger.connection.execute(
        "INSERT INTO said(said, rowid, text) VALUES('delete', ?, ?)", (row_id, words)
    )

    assert [finding.problem for finding in filled.ledger.check()] == [
        "1 messages are missing from the index"
    ]


def test_empty_index_is_found_and_repaired(filled: Bench) -> None:
    damage(filled, "INSERT INTO said(said) VALUES('delete-all')")
    (finding,) = filled.ledger.check()

    assert finding.problem == "80 messages are missing from the index"
    filled.ledger.repair()
    assert filled.is_sound()


def test_lost_body_is_found(filled: Bench) -> None:
    damage(filled, "DELETE FROM page")

    assert {"bodies", "references"} <= set(kinds(filled))


def test_row_that_refers_to_nothing_is_found(filled: Bench) -> None:
    damage(filled, "DELETE FROM file WHERE id=1")

    assert "references" in kinds(filled)


def test_impossible_counts_are_found(filled: Bench) -> None:
    damage(filled, "UPDATE call SET reasoning=output+1 WHERE id=1")
    filled.ledger.repair()

    assert kinds(filled) == ["calls"]


@pytest.mark.parametrize("name", [".", "ledger.db"])
def test_modes_that_let_others_in_are_found(filled: Bench, name: str) -> None:
    path = filled.ledger.workspace / name
    path.chmod(0o755)
    (finding,) = filled.ledger.check()

    assert finding.check == "permissions"
    assert finding.way_out.startswith("chmod ")
    path.chmod(int(finding.way_out.split()[1], 8))
    assert filled.ledger.check() == []
    assert stat.S_IMODE(path.stat().st_mode) in (0o600, 0o700)


def test_damaged_text_is_found(filled: Bench) -> None:
    (packed,) = filled.ledger.connection.execute("SELECT body FROM page LIMIT 1").fetchone()
    middle = len(packed) // 2
    damaged = packed[:middle] + bytes([packed[middle] ^ 1]) + packed[middle + 1 :]
    filled.ledger.connection.execute(
        "UPDATE page SET body=? WHERE id=(SELECT min(id) FROM page)", (damaged,)
    )

    assert "bodies" in kinds(filled)
    assert "bodies" in kinds(filled, deep=True)


def test_damaged_text_is_told_in_words_when_it_is_read(filled: Bench) -> None:
    filled.ledger.connection.execute("UPDATE page SET body=x'00112233'")

    with pytest.raises((WorkspaceError, sqlite3.DatabaseError), match="page"):
        list(filled.ledger.transcript(1))


@pytest.mark.parametrize("tenth", range(1, 10))
def test_flipped_bytes_anywhere_are_found(filled: Bench, tenth: int) -> None:
    filled.ledger.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    filled.ledger.close()
    page = 16384
    pages = filled.ledger.path.stat().st_size // page
    with filled.ledger.path.open("r+b") as stream:  # the head of a page: what it holds is in use
        stream.seek(max(1, pages * tenth // 10) * page)
        stream.write(b"\xa5" * 64)
    try:
        with Ledger.open(filled.ledger.workspace) as ledger:
            found = ledger.check(deep=True)
    except WorkspaceError as error:
        assert "damaged" in str(error)  # noqa: PT017 - where it can't even be opened
    else:
        assert found


def test_locked_ledger_is_not_said_to_be_damaged(filled: Bench) -> None:
    filled.ledger.connection.execute("PRAGMA busy_timeout=0")
    other = sqlite3.connect(filled.ledger.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(WorkspaceError, match="another program holds it locked"):
        filled.ledger.check()
    other.execute("ROLLBACK")
    other.close()
    assert filled.ledger.check() == []


def test_interrupted_repair_changes_nothing(filled: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    before = everything(filled.ledger.connection)

    def fail(_: sqlite3.Connection) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("convledger.store.messages.rebuild_index", fail)
    with pytest.raises(KeyboardInterrupt):
        filled.ledger.repair()

    assert everything(filled.ledger.connection) == before
    assert filled.is_sound()


def test_hidden_and_empty_messages_need_no_index(bench: Bench) -> None:
    bench.write(bench.log, prompt(1, "<command-name>/clear</command-name>") + turns(2, 2))
    bench.sync()

    assert bench.is_sound()
    assert checks_module.check(bench.ledger.connection, bench.ledger.path) == []


def test_a_closed_period_that_was_changed_is_found(filled: Bench) -> None:
    ledger = filled.ledger
    ledger.connection.execute("INSERT INTO subscription VALUES (1, 'studio', 0, NULL, 0, '', 0)")
    ledger.connection.execute(
        "INSERT INTO statement VALUES (1, 0, 1, '2026-10', 2, ?, ?)",
        (sha256(b"{}").hexdigest(), b"{}"),
    )
    assert checks_module.check(ledger.connection, ledger.path) == []

    damage(filled, "UPDATE statement SET content=x'7b7d20'")
    (finding,) = checks_module.check(ledger.connection, ledger.path)
    assert finding.check == "statements"
    assert "2026-10 of studio is not as it was frozen" in finding.problem
