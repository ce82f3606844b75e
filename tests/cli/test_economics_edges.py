"""`economics` where something is missing, negative, empty or not over yet."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from convledger import clock
from convledger.clock import parse_instant
from convledger.ledger import Ledger
from convledger.paths import default_workspace
from convledger.store import costs as kept
from convledger.store.connection import transaction
from tests.cli.conftest import Cli
from tests.cli.desk import OCTOBER, about, add_costs, document, item, log_october, said, steps
from tests.cli.plans import NOW
from tests.ingest import logs


@pytest.fixture(autouse=True)
def on_the_20th_of_november(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be long after the logs."""
    monkeypatch.setattr(clock, "now_us", lambda: NOW)


@pytest.fixture
def logged(cli: Cli, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Return the command line over three conversations of October."""
    log_october(cli, own_home, monkeypatch)
    return cli


@pytest.fixture
def desk(logged: Cli) -> Cli:
    """Return the same with a server, revenue, an hourly rate and people's minutes."""
    add_costs()
    return logged


def test_without_rate_minutes_and_baseline_people_are_unknown_not_nothing(logged: Cli) -> None:
    found = document(logged)

    assert (steps(found)["machine"], steps(found)["people"], steps(found)["full"]) == (
        "0.345", None, None,
    )  # fmt: skip
    assert "how long people worked" in about(found, "people")
    assert found["return"]["savings"] is None
    assert "not set" in about(found, "return")
    assert found["service"]["escalation_multiplier"] is None
    assert found["revenue"]["margin"] is None
    assert "Full cost – –" in said(logged(*OCTOBER))


def test_a_conversation_of_unknown_cost_is_on_neither_side_of_the_return(logged: Cli) -> None:
    """One of three was handed over, and nobody entered for how long."""
    logged("cost", "hourly", "30", "--since", "2026-01-01")
    logged("cost", "minutes", "--baseline", "10")
    logged("cost", "time", "add", logs.session(1), "1")
    found = document(logged)
    assert found["service"]["ways"][1]["known"] == 0
    assert found["return"]["baseline"] == "10"
    assert "neither side" in about(found, "return")
    assert "2 × 10 min × $30.00/h" in said(logged(*OCTOBER))


def test_another_currency_without_a_rate_leaves_its_part_unknown(desk: Cli) -> None:
    with Ledger.open(default_workspace()) as ledger, transaction(ledger.connection):
        item(ledger, "retrieval", 4, "EUR")

    found = document(desk)

    assert (steps(found)["retrieval"], steps(found)["full"]) == (None, None)
    assert steps(found)["list"] == "0.345"
    assert "EUR" in about(found, "retrieval")
    with Ledger.open(default_workspace()) as ledger, transaction(ledger.connection):
        kept.set_exchange_rate(
            ledger.connection, "EUR", "USD", date(2026, 10, 1), Decimal("1.25"), NOW
        )
    found = document(desk)
    assert (steps(found)["retrieval"], steps(found)["full"]) == ("5", "14.845")
    assert "1 EUR counts as 1.25 USD" in about(found, "currency")


def test_list_costs_are_unknown_in_a_currency_without_a_rate(desk: Cli) -> None:
    found = document(desk, "--currency", "eur")

    assert found["currency"] == "EUR"
    assert set(steps(found).values()) == {None}
    assert found["outliers"]["found"] == []
    assert "no rate to EUR" in about(found, "list")
    assert "no rate to EUR" in about(found, "people")
    assert "no rate to EUR" in about(found, "return")
    plain = desk(*OCTOBER, "--currency", "eur").out
    assert "`convledger cost rate USD EUR RATE --since DAY`" in plain
    assert "cost hourly" not in plain


def test_a_month_without_conversations_is_empty_and_says_so(desk: Cli) -> None:
    answer = desk("economics", "--month", "2026-02", "--no-sync", "--json")
    found = answer.json

    assert (found["name"], found["until"]) == ("February 2026", "2026-03-01T00:00:00Z")
    assert steps(found)["full"] == "0"
    assert found["waterfall"][-1]["per_conversation"] is None
    assert found["distribution"]["messages"]["p50"] is None
    assert "No conversation opened in this time." in about(found, "conversations")
    plain = desk("economics", "--month", "2024-02", "--no-sync")
    assert plain.code == 0
    assert plain.out.startswith("February 2024 · 0 conversations")
    assert (
        desk("economics", "--since", "2028-02-29", "--until", "2028-02-29", "--no-sync").code == 0
    )


def test_what_finds_no_conversation_is_unallocated(desk: Cli) -> None:
    with Ledger.open(default_workspace()) as ledger, transaction(ledger.connection):
        item(ledger, "tool", 28, since=date(2026, 2, 1), until=date(2026, 3, 1))

    found = desk("economics", "--month", "2026-02", "--no-sync", "--json").json

    assert found["unallocated"] == {"tools": "28"}
    assert steps(found)["full"] == "28"


def test_a_period_that_is_not_over_says_until_when_costs_count(desk: Cli) -> None:
    found = desk("economics", "--month", "2026-11", "--no-sync", "--json").json

    assert about(found, "period") == "November 2026 is not over: costs up to 20 Nov."
    assert about(document(desk), "period") == ""


def test_a_negative_adjustment_may_make_a_cost_less_than_nothing(desk: Cli) -> None:
    with Ledger.open(default_workspace()) as ledger, transaction(ledger.connection):
        item(ledger, "other", -30)

    found = document(desk)

    assert steps(found)["full"] == "-20.155"
    assert found["distribution"]["cost"]["histogram"][0]["bin"] == "<0.01"
    assert sum(each["conversations"] for each in found["distribution"]["cost"]["histogram"]) == 3


def test_a_model_without_a_price_is_unknown_and_counted(
    cli: Cli, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "MODEL", "nobody-knows-this-1")
    folder = own_home / ".claude" / "projects" / "-home-ana-bakery"
    folder.mkdir(parents=True)
    (folder / f"{logs.session()}.jsonl").write_bytes(logs.turns(1, 3))
    assert cli("import").code == 0

    found = cli("economics", "--month", "2026-11", "--no-sync", "--json").json

    assert set(steps(found).values()) == {None}
    assert (found["coverage"]["of_calls"], found["coverage"]["priced_calls"]) == ("0", 0)
    assert found["table"]["rows"][0]["full_cost"] is None
    assert (found["outliers"]["median"], found["models"][0]["list_cost"]) == (None, None)
    assert about(found, "cost") == "No call has a price: costs are unknown, not zero."


def test_the_default_is_the_last_30_days(desk: Cli) -> None:
    found = desk("economics", "--no-sync", "--json").json

    assert (found["since"], found["until"]) == ("2026-10-22T00:00:00Z", "2026-11-21T00:00:00Z")
    assert found["conversations"] == 0
    assert parse_instant(found["since"]) is not None


@pytest.mark.parametrize(
    ("more", "hint"),
    [
        (("--by", "colour"), "no such segment"),
        (("--by", "client,source,model"), "two"),
        (("--behind", "way:robots"), "no such number"),
        (("--behind", "way:robots"), "goes with bot, escalated, people"),
        (("--by", "client", "--behind", "segment:globex"), "segment: goes with (none), acme"),
        (("--behind", "user:dee"), "user: goes with"),
        (("--month", "9999-12"), "9998-12-31"),
        (("--currency", "gold"), "USD"),
        (("--outliers", "0"), "--outliers"),
        (("--since", "2026-10-01"), "--month"),
        (("--json", "--csv"), "at once"),
    ],
)
def test_wrong_use_ends_with_2_and_the_way_out(desk: Cli, more: tuple[str, ...], hint: str) -> None:
    answer = desk(*OCTOBER, *more)

    assert (answer.code, answer.out) == (2, "")
    assert hint in answer.err


def test_only_what_rests_on_an_estimate_has_its_mark(desk: Cli) -> None:
    """The usual minutes make people's cost an estimate, not that of tokens and the server."""
    assert desk("cost", "time", "remove", "1").code == 0
    assert desk("cost", "minutes", "--hand-off", "12").code == 0

    text = said(desk(*OCTOBER))

    assert "Tokens at list price $0.34 " in text
    assert "Infrastructure share +$3.00 " in text
    assert "People ~+$6.50 " in text
    assert "= Full cost ~$9.84 " in text
    assert "bot only 2 66.7 % $2.04 " in text
    assert "escalated 1 33.3 % ~$7.80 " in text
    assert "As it was machine and people ~$9.84 Saved ROI 48.6 % of the cost ~$4.78" in text


def test_what_is_not_entered_names_the_command_that_enters_it(logged: Cli) -> None:
    told = said(logged(*OCTOBER))

    assert "`convledger cost minutes --baseline 9`" in told
    assert "`convledger cost add revenue NAME AMOUNT`" in told
    assert logged("cost", "minutes", "--baseline", "9").code == 0
    assert "`convledger cost hourly 25`" in said(logged(*OCTOBER))


def test_a_name_that_nobody_has_is_told_from_a_time_without_conversations(desk: Cli) -> None:
    told = said(desk(*OCTOBER, "--client", "nobody"))

    assert "No conversation of this time passes the filters." in told
    assert "`convledger economics --by client`" in told
    assert "revenue" not in told
