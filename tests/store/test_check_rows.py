"""Each kind of damage to rows is found by a check, and told with the way out."""

from __future__ import annotations

import sqlite3
from hashlib import sha256

import pytest

from convledger.clock import now_us
from convledger.store.backup_notes import backups_of
from tests.ingest.logs import ROLLOUT, Bench, everything, rollout, turns


@pytest.fixture
def filled(bench: Bench) -> Bench:
    bench.write(bench.log, turns(1, 8))
    bench.write(bench.codex / "sessions" / ROLLOUT, rollout(4))
    bench.sync()
    return bench


def damage(bench: Bench, *statements: str) -> None:
    """Change the ledger behind its own back, with no trigger that would note it."""
    connection = sqlite3.connect(bench.ledger.path, isolation_level=None)
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("PRAGMA recursive_triggers=OFF")
    for statement in statements:
        connection.execute(statement)
    connection.close()
    # What another program wrote is taken into the log first, as any next change does.
    bench.ledger.repair()


def found(bench: Bench, *, deep: bool = False) -> dict[str, str]:
    """The problems by the kind of check, each with a way out."""
    findings = bench.ledger.check(deep=deep)
    assert all(each.way_out for each in findings)
    return {each.check: each.problem for each in findings}


@pytest.mark.parametrize(
    ("statement", "check", "words"),
    [
        ("UPDATE call SET file_id=999 WHERE id=1", "provenance", "1 call names no line"),
        ("UPDATE call SET line=-1 WHERE id IN (1, 2)", "provenance", "2 calls name no lines"),
        (
            "UPDATE message SET file_id=999 WHERE id=(SELECT max(id) FROM message)",
            "provenance",
            "1 message names no line",
        ),
        ("DELETE FROM source WHERE id=1", "provenance", "name no lines of a source"),
        (
            "INSERT INTO rejected VALUES (1, 3, -5, 'odd', x'', 0)",
            "provenance",
            "1 rejected line names no line of a source",
        ),
        ("UPDATE file SET texts_offset=-1 WHERE id=1", "provenance", "1 file with a place"),
        ("UPDATE call SET list_pico=-1 WHERE id=1", "calls", "1 calls have impossible counts"),
        ("UPDATE call SET web_searches=-1 WHERE id=1", "calls", "1 calls have impossible"),
        ("UPDATE call SET reported_pico=-7 WHERE id=1", "calls", "1 calls have impossible"),
        (
            "INSERT INTO hourly_rate VALUES ('2026-01-01', '25', 'euro', '0', 0)",
            "currencies",
            "hourly rate 2026-01-01: '25' of 'euro' is no amount of money",
        ),
        (
            "INSERT INTO hourly_rate VALUES ('2026-01-01', '25.5', 'EUR', '0', 0)",
            "currencies",
            "'25.5' of 'EUR' is no amount",
        ),
        (
            "INSERT INTO exchange_rate VALUES ('EUR', 'EUR', '2026-01-01', '1', 0)",
            "currencies",
            "of no two currencies",
        ),
        (
            "INSERT INTO worked_time (conversation_id, at, seconds, made_at) VALUES (1, 0, -9, 0)",
            "times",
            "1 time of people below nothing",
        ),
        (
            "INSERT INTO plan_text VALUES ('00', 'studio', '1', 'studio.toml', 0, 'schema = 1')",
            "plans",
            "the plan 'studio 1' is not as it was kept",
        ),
    ],
)
def test_a_row_that_can_not_be_is_found(
    filled: Bench, statement: str, check: str, words: str
) -> None:
    damage(filled, statement)

    assert words in found(filled)[check]


def test_a_balance_without_an_amount_is_found(filled: Bench) -> None:
    damage(
        filled,
        "INSERT INTO balance_assertion (since, until, amount, currency, made_at) "
        "VALUES ('2026-01-01', '2026-02-01', '', 'USD', 0)",
    )

    (finding,) = filled.ledger.check()
    assert finding.problem.startswith("balance assertion 2026-01-01 to 2026-02-01: '' of 'USD'")


def test_a_plan_as_it_was_kept_is_well(filled: Bench) -> None:
    text = "schema = 1"
    digest = sha256(text.encode()).hexdigest()
    damage(filled, f"INSERT INTO plan_text VALUES ('{digest}', 's', '1', 's.toml', 0, '{text}')")

    assert found(filled) == {}


def test_an_index_of_rows_that_lags_behind_is_found_by_a_deep_check_and_made_anew(
    filled: Bench,
) -> None:
    before = everything(filled.ledger.connection)
    connection = sqlite3.connect(filled.ledger.path, isolation_level=None)
    connection.execute("PRAGMA writable_schema=ON")
    (row,) = connection.execute(
        "SELECT json_array(type, name, tbl_name, rootpage, sql) FROM sqlite_schema "
        "WHERE name='call_by_instant'"
    )
    connection.execute("DELETE FROM sqlite_schema WHERE name='call_by_instant'")
    connection.close()
    connection = sqlite3.connect(filled.ledger.path, isolation_level=None)
    connection.execute("UPDATE call SET at=at+1 WHERE id=1")
    connection.execute("PRAGMA writable_schema=ON")
    connection.execute(
        "INSERT INTO sqlite_schema SELECT json_extract(?1, '$[0]'), json_extract(?1, '$[1]'), "
        "json_extract(?1, '$[2]'), json_extract(?1, '$[3]'), json_extract(?1, '$[4]')",
        row,
    )
    connection.close()
    filled.ledger.close()
    filled.ledger = type(filled.ledger).open(filled.ledger.workspace)

    findings = filled.ledger.check(deep=True)
    assert {each.check for each in findings} == {"row index"}
    fixed = filled.ledger.fix(findings, now=now_us())
    assert fixed.done == ["indexes of rows made anew"]
    assert filled.ledger.check(deep=True) == []
    filled.ledger.connection.execute("UPDATE call SET at=at-1 WHERE id=1")
    assert everything(filled.ledger.connection) == before


def test_a_repair_keeps_the_ledger_from_before(filled: Bench) -> None:
    connection = sqlite3.connect(filled.ledger.path, isolation_level=None)
    connection.execute("DELETE FROM usage")
    connection.close()

    fixed = filled.ledger.fix(filled.ledger.check(), now=now_us())

    assert fixed.done == ["sums worked out anew from the calls"]
    (kept,) = backups_of(filled.ledger.path)
    assert kept.path == fixed.backup
    assert kept.why == "before-repair"
    assert filled.is_sound()


def test_a_repair_of_nothing_does_nothing(filled: Bench) -> None:
    fixed = filled.ledger.fix([], now=now_us())

    assert (fixed.done, fixed.backup) == ([], None)
    assert backups_of(filled.ledger.path) == []


def test_the_quick_part_sees_what_can_be_seen_quickly(filled: Bench) -> None:
    assert filled.ledger.quick_check() == []
    connection = sqlite3.connect(filled.ledger.path, isolation_level=None)
    connection.execute("DROP TRIGGER audit_label_insert")
    connection.execute("INSERT INTO subscription VALUES (1, 'studio', 0, NULL, 0, '', 0)")
    connection.execute("INSERT INTO statement VALUES (1, 0, 1, '2026-10', 2, 'odd', x'7b7d')")
    connection.close()

    findings = filled.ledger.quick_check()

    assert [each.check for each in findings] == ["statements", "audit"]
