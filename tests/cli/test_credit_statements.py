"""`credits statement`: what is due adds up, is frozen with its digest and leaves in every form."""

from __future__ import annotations

import os
import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.plans import in_use
from tests.cli.spent import late_log, rows, windows, workspace_file

pytestmark = pytest.mark.usefixtures("on_the_20th")


def test_a_statement_adds_up_to_what_is_due(studio: Cli) -> None:
    (live,) = studio("credits", "statement", "--json").json["statements"]

    assert live["state"] == "live"
    assert sum(Decimal(line["money"]) for line in live["lines"]) == Decimal(live["due"])
    used = windows(studio, "2026-11-01", "2026-11-20")
    assert live["sums"]["units"] == {"conversation": str(used)}
    table = studio("credits", "statement").out
    assert "2026-11 · live, so far" in table
    assert "projected: $" in table


def test_a_period_that_is_over_is_frozen_with_its_digest(studio: Cli) -> None:
    table = studio("credits", "statement", "--period", "last").out
    (settled,) = studio("credits", "statement", "--period", "2026-10", "--json").json["statements"]

    assert settled["state"] == "settled"
    assert "2026-10 · settled" in table
    (digest,) = rows(studio, "SELECT digest FROM statement")[0]
    assert f"2026-10 is frozen; digest {digest}" in table
    assert len(studio("credits", "statement", "--period", "all", "--json").json["statements"]) == 2
    wrong = studio("credits", "statement", "--period", "2026-09")
    assert wrong.code == 2
    assert "Periods are: 2026-10, 2026-11" in wrong.err


def test_a_statement_that_was_altered_is_told(studio: Cli) -> None:
    connection = sqlite3.connect(workspace_file(studio))
    connection.execute(
        "UPDATE statement SET content=cast(replace(content, '\"studio\"', '\"Studio\"') AS BLOB)"
    )
    connection.commit()
    connection.close()

    answer = studio("credits", "statement", "--period", "last")

    assert answer.code == 1
    assert "The frozen statement of 2026-10 was altered" in answer.err
    assert "was altered; its digest was" in answer.out


def test_a_statement_that_can_not_be_read_ends_in_words(studio: Cli) -> None:
    connection = sqlite3.connect(workspace_file(studio))
    connection.execute("UPDATE statement SET content=cast('{' AS BLOB)")
    connection.commit()
    connection.close()

    assert studio("credits", "statement").code == 1
    answer = studio("credits")
    assert answer.code == 1
    assert "2026-10 is damaged" in answer.err


def test_late_facts_leave_a_closed_period_as_it_is(
    other: Cli, history: Path, tmp_path: Path
) -> None:
    in_use(other, tmp_path, included=37)
    before = other("credits", "statement", "--period", "2026-10", "--json").out
    late_log(history)
    assert other("import").code == 0

    after = other("credits", "statement", "--period", "2026-10", "--json").out
    both = other("credits", "statement", "--period", "2026-10", "--restate", "--json")
    said = other("credits", "statement", "--period", "2026-10", "--restate").out
    entries = other("credits", "ledger", "--json").json["entries"]

    assert after == before
    settled, restated = both.json["statements"]
    assert [settled["state"], restated["state"]] == ["settled", "restated"]
    counted = [int(one["sums"]["units"]["conversation"]) for one in (settled, restated)]
    assert counted[1] == counted[0] + 2
    assert "settled to restated: +$0.50, +2 credits used" in said
    (late,) = [entry for entry in entries if entry["what"] == "late, usage"]
    assert (late["day"], late["credits"]) == ("2026-11-01", "-2")


@pytest.mark.parametrize("form", ["csv", "json", "focus", "hledger", "beancount", "table"])
def test_statements_leave_in_every_form(studio: Cli, tmp_path: Path, form: str) -> None:
    place = tmp_path / "out"
    printed = studio("credits", "statement", "--period", "last", "--format", form)

    written = studio(
        "credits", "statement", "--period", "last", "--format", form, "--output", str(place)
    )

    assert written.out == ""
    assert "1 statement in" in written.err
    assert printed.out.startswith(place.read_text("utf-8"))
    if os.name != "nt":
        assert place.stat().st_mode & 0o777 == 0o600
    again = studio("credits", "statement", "--format", form, "--output", str(place))
    assert again.code == 2
    assert "--force" in again.err


def test_books_take_one_view_of_a_period(studio: Cli) -> None:
    answer = studio(
        "credits", "statement", "--period", "2026-10", "--restate", "--format", "hledger"
    )

    assert answer.code == 0
    assert "restated ones alone" in answer.err
    assert "settled" not in answer.out


def test_two_forms_at_once_are_refused(studio: Cli) -> None:
    assert studio("credits", "--json", "--csv").code == 2
    assert studio("credits", "statement", "--json", "--format", "focus").code == 2
