"""A provider's table beside a ledger: whose models meet, what is compared, what is kept."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.economics.reconciling import (
    CALLS,
    COST,
    EQUAL,
    INPUT,
    LEDGER_KINDS,
    MISSING_HERE,
    MISSING_THERE,
    OUTPUT,
    PRICED,
    READ,
    UNKNOWN,
    WRITE,
)
from convledger.errors import UsageProblem
from convledger.money import PICO
from convledger.pricing import parse_overrides
from convledger.reports.reconciling.asked import day_begun
from convledger.reports.reconciling.ledger_side import calls_behind
from convledger.reports.reconciling.names import ModelNames, Named
from convledger.reports.reconciling.result import csv_rows
from convledger.sources.bills.records import BillRow
from convledger.sources.findings import Rejected
from convledger.store import costs
from tests.reports.bill_parts import (
    CENT,
    DATED,
    NAMES,
    RATES,
    SHOWN,
    SONNET,
    Bench,
    at,
    bill,
    day,
    row,
    verdicts,
)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_dated_names_and_display_names_meet(bench: Bench) -> None:
    bench.call(at(20), DATED, input=70, output=5)
    bench.call(at(20), "claude-sonnet-4.5", input=30)
    found = bench.beside(bill(row(input=100, output=5)))

    assert verdicts(found) == {(20, SONNET): EQUAL}
    assert found.is_equal
    assert found.names_there == {SONNET: (SHOWN,)}
    assert found.names_here == {SONNET: (DATED, "claude-sonnet-4.5")}


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Claude Haiku 4.5", "claude-haiku-4-5"),
        ("Auto: Claude Haiku 4.5", "claude-haiku-4-5"),
        ("Claude Opus 5.5 (fast mode)", "claude-opus-5-5"),
        ("claude-4.5-sonnet-thinking", SONNET),
        ("Claude Sonnet 3.7", "claude-sonnet-3-7"),
        ("claude-3-7-sonnet-20250219", "claude-sonnet-3-7"),
        ("anthropic/claude-sonnet-4.5", SONNET),
        ("GPT-5.2", "gpt-5-2"),
        ("gpt-5.2-codex", "gpt-5-2-codex"),
        ("gpt-4o-mini-2024-07-18", "gpt-4o-mini"),
        ("Bakery Own 7b 2026-01-01", "bakery-own-7b"),
        ("", ""),
    ],
)
def test_names_are_brought_to_one(written: str, name: str) -> None:
    assert NAMES.named(written).plain == name


def test_an_alias_of_the_users_brings_names_together() -> None:
    text = '[[alias]]\npattern = "house blend"\nprovider = "anthropic"\nmodel = "claude-sonnet-4-5"'
    names = ModelNames(RATES.book, parse_overrides(text, "prices.toml"))

    assert names.named("House Blend") == Named(SONNET, SONNET)
    assert NAMES.named("House Blend") == Named("house-blend")


def test_models_that_only_share_a_price_are_two(bench: Bench) -> None:
    assert NAMES.named("gpt-5.1").book == NAMES.named("gpt-5.1-codex").book
    bench.call(at(20), "gpt-5.1", provider="openai", input=1)
    bench.call(at(20), "gpt-5.1-codex", provider="openai", input=2)
    found = bench.beside(bill(row(model="GPT-5.1", input=1), sellers=("openai",)))

    assert found.is_equal
    assert [each.model for each in found.left_out] == ["gpt-5.1-codex"]


def test_names_that_only_the_price_book_brings_together_meet_without_doubt(bench: Bench) -> None:
    bench.call(at(20), "claude-opus-4-0", input=1)
    table = bill(row(model="Claude Opus 4", input=1))

    assert bench.beside(table).is_equal
    bench.call(at(20), "claude-opus-4-20250514", input=1)  # spelled as the table does
    assert bench.beside(table).is_equal


def test_a_name_that_no_call_bears_is_listed(bench: Bench) -> None:
    bench.call(at(20), input=1)
    found = bench.beside(bill(row(input=1), row(model="Claude Mystery 9", input=4)))

    assert found.unmatched == [("Claude Mystery 9", False)]
    assert verdicts(found)[20, "claude-mystery-9"] == MISSING_HERE


def test_a_row_without_a_model_is_compared_with_no_call(bench: Bench) -> None:
    bench.call(at(20), input=1)
    found = bench.beside(bill(row(input=1), row(model="", input=4)))

    assert verdicts(found) == {(20, "(no model)"): MISSING_HERE, (20, SONNET): EQUAL}


def test_days_and_models_that_the_table_lacks_are_not_compared(bench: Bench) -> None:
    bench.call(at(19), input=1)
    bench.call(at(20), input=2)
    bench.call(at(20), "claude-haiku-4-5", input=3)
    bench.call(at(20), DATED, source="bedrock", provider="aws", input=5)
    found = bench.beside(bill(row(input=2)))

    assert verdicts(found) == {(20, SONNET): EQUAL}
    assert [(each.model, each.calls, each.tokens) for each in found.left_out] == [
        ("claude-haiku-4-5", 1, 3), (DATED, 1, 5),
    ]  # fmt: skip


def test_a_day_between_the_first_and_the_last_is_compared(bench: Bench) -> None:
    bench.call(at(19), input=1)
    found = bench.beside(bill(row(18, input=1), row(20, input=1)))

    assert verdicts(found) == {
        (18, SONNET): MISSING_HERE, (19, SONNET): MISSING_THERE, (20, SONNET): MISSING_HERE,
    }  # fmt: skip


def test_days_may_be_narrowed_and_widened(bench: Bench) -> None:
    bench.call(at(22), input=9)
    table = bill(row(18, input=1), row(20, input=1))

    assert len(bench.beside(table, since=day(20)).comparisons) == 1
    assert verdicts(bench.beside(table, since=day(20), until=day(23)))[22, SONNET] == MISSING_THERE
    with pytest.raises(UsageProblem, match="2026-11-18 to 2026-11-20, nothing of the days asked"):
        bench.beside(table, since=day(21), until=day(22))


def test_days_are_those_of_the_zone(bench: Bench) -> None:
    bench.call(at(19, 23, 30), input=1)
    zone = ZoneInfo("Europe/Berlin")

    assert bench.beside(bill(row(20, input=1)), zone=zone).is_equal
    assert not bench.beside(bill(row(20, input=1))).is_equal
    assert day_begun(at(19, 23), zone, "--since") == day(20)
    with pytest.raises(UsageProblem, match="--since must be the beginning of a day"):
        day_begun(at(20), zone, "--since")


def test_only_calls_of_the_sources_that_are_named_are_compared(bench: Bench) -> None:
    bench.call(at(20), source="api-log", input=1)
    bench.call(at(20), source="claude-code", input=2)

    assert bench.beside(bill(row(input=1)), sources=("api-log",)).is_equal
    assert bench.beside(bill(row(input=2), sources=("claude-code",))).is_equal
    assert bench.beside(bill(row(input=3))).is_equal


def test_kinds_that_the_table_does_not_tell_are_counted_apart(bench: Bench) -> None:
    bench.call(at(20), input=1, cache_read=10, cache_write_5m=100, cache_write_1h=1000, output=5)
    fresh = bench.beside(bill(row(input=1, output=5), input_is_all=False))
    written = bench.beside(bill(row(input=1, cache_read=10, cache_write=1100, output=5)))

    assert (fresh.is_equal, fresh.untold) == (True, 1110)
    assert (written.is_equal, written.untold) == (True, 0)
    assert bench.beside(bill(row(input=1111, output=5))).is_equal
    assert bench.beside(bill(row(tokens=1116))).is_equal


def test_equal_tokens_with_other_money_are_priced_otherwise(bench: Bench) -> None:
    bench.call(at(20), pico=200 * CENT, input=100)
    found = bench.beside(bill(row(input=100, amount="1.80")))

    assert verdicts(found) == {(20, SONNET): PRICED}
    cost = found.totals[-1]
    assert (cost.there, cost.here, cost.difference) == (180 * CENT, 200 * CENT, 20 * CENT)


def test_half_a_cent_for_each_row_is_rounding(bench: Bench) -> None:
    bench.call(at(20), pico=CENT * 3 // 2, input=1)
    rows = [row(amount="0.01", input=1), row(amount="0.01", input=0)]

    assert bench.beside(bill(rows[0])).is_equal  # 1.5 cents beside one
    assert bench.beside(bill(*rows)).is_equal
    bench.call(at(20), pico=CENT * 2, input=0)
    assert not bench.beside(bill(*rows)).is_equal  # 3.5 cents beside two


def test_money_that_is_written_finer_is_compared_finer(bench: Bench) -> None:
    bench.call(at(20), pico=CENT * 3 // 2, input=1)

    assert not bench.beside(bill(row(amount="0.0141", input=1), places=4)).is_equal
    assert bench.beside(bill(row(amount="0.0150", input=1), places=4)).is_equal


def test_a_call_without_a_price_makes_the_ledgers_money_unknown(bench: Bench) -> None:
    bench.call(at(20), pico=CENT, input=1)
    bench.call(at(20), pico=None, input=1)
    found = bench.beside(bill(row(amount="0.01", input=2)))

    assert verdicts(found) == {(20, SONNET): UNKNOWN}
    assert found.totals[-1].here is None
    assert not found.is_equal


def test_other_currencies_need_a_rate_of_their_day(bench: Bench) -> None:
    bench.call(at(20), pico=3 * CENT, input=2)
    table = bill(row(amount="0.01", input=1), row(amount="0.01", currency="EUR", input=1))
    found = bench.beside(table)

    assert verdicts(found) == {(20, SONNET): UNKNOWN}
    assert found.missing_rates == ("EUR",)
    costs.set_exchange_rate(bench.books.connection, "EUR", "USD", day(21), Decimal(2), 1)
    assert not bench.beside(table).is_equal  # the rate began a day too late
    costs.set_exchange_rate(bench.books.connection, "EUR", "USD", day(20), Decimal(2), 1)
    assert bench.beside(table).is_equal


def test_a_table_without_models_stands_beside_all_of_a_seller(bench: Bench) -> None:
    bench.call(at(20), input=1)
    bench.call(at(20), "claude-haiku-4-5", input=2)
    bench.call(at(20), "gpt-5.2", provider="openai", input=4)
    found = bench.beside(bill(row(model="", input=3)))

    assert verdicts(found) == {(20, ""): EQUAL}
    assert found.name_of("") == "all models"
    assert [each.model for each in found.left_out] == ["gpt-5.2"]


def test_an_empty_ledger_misses_everything(bench: Bench) -> None:
    found = bench.beside(bill(row(input=1, amount="0.01"), row(19, input=2, amount="0.02")))

    assert {*verdicts(found).values()} == {MISSING_HERE}
    assert [cell.here for cell in found.totals] == [0, 0]


def test_a_day_that_is_not_over_is_said_to_be_partial(bench: Bench) -> None:
    bench.call(at(29), input=1)

    assert bench.beside(bill(row(29, input=1))).partial_day is None
    assert bench.beside(bill(row(30, input=1))).partial_day == day(30)


def test_rows_that_could_not_be_read_make_it_unequal(bench: Bench) -> None:
    bench.call(at(20), input=1)
    table = bill(row(input=1), rejected=[Rejected(3, 0, "no day")])

    assert verdicts(bench.beside(table)) == {(20, SONNET): EQUAL}
    assert not bench.beside(table).is_equal


def test_a_difference_opens_down_to_its_calls(bench: Bench) -> None:
    bench.call(at(20, 9), input=1, cache_read=2)
    bench.call(at(20, 8), "claude-sonnet-4.5", input=4)
    bench.call(at(20, 8), "claude-haiku-4-5", input=8)
    bench.call(at(21), input=16)
    found = bench.beside(bill(row(input=9, cache_read=0)))
    (one,) = found.differing
    calls = calls_behind(
        bench.books.connection, NAMES, found.scope, (one.day, one.model), found.query.zone
    )

    assert [(call.at, call.model, call.total) for call in calls] == [
        (at(20, 8), "claude-sonnet-4.5", 4), (at(20, 9), DATED, 3),
    ]  # fmt: skip
    assert {call.conversation for call in calls} == {"talk"}
    document = found.document({one: calls})
    assert [call["input"] for call in document["rows"][0]["calls"]] == [4, 1]


def test_a_document_says_decimals_and_csv_has_a_row_for_each_cell(bench: Bench) -> None:
    bench.call(at(20), pico=2 * CENT, input=3)
    found = bench.beside(bill(row(input=3, amount="0.01")))

    assert found.document()["rows"][0]["cells"][COST] == {
        "there": "0.01", "here": "0.02", "difference": "0.01", "verdict": PRICED,
        "tolerance": "0.005000000003",
    }  # fmt: skip
    rows = csv_rows(found, only_differences=False)
    assert [(each["kind"], each["there"], each["here"]) for each in rows] == [
        (INPUT, 3, 3), (COST, "0.01", "0.02"),
    ]  # fmt: skip
    assert [each["kind"] for each in csv_rows(found, only_differences=True)] == [COST]


calls_made = st.lists(
    st.tuples(
        st.integers(18, 23),
        st.sampled_from([DATED, SONNET, "claude-haiku-4-5", "gpt-5.2"]),
        st.fixed_dictionaries({kind: st.integers(0, 50) for kind in LEDGER_KINDS}),
        st.one_of(st.none(), st.integers(0, PICO)),
    ),
    max_size=12,
)
rows_told = st.lists(
    st.builds(
        row,
        st.integers(18, 23),
        st.sampled_from([SHOWN, DATED, "Claude Haiku 4.5", "nobody", ""]),
        st.sampled_from([None, "0.01", "-3", "1.999"]),
        st.sampled_from(["USD", "EUR"]),
        st.integers(0, 3),
        **{kind: st.integers(0, 50) for kind in (INPUT, READ, WRITE, OUTPUT)},
    ),
    min_size=1,
    max_size=8,
)


@settings(deadline=None, max_examples=60)
@given(calls_made, rows_told)
def test_every_call_and_row_is_compared_once_or_told_to_be_left_out(
    made: list[tuple[int, str, dict[str, int], int | None]], told: list[BillRow]
) -> None:
    bench = Bench()
    for number, model, tokens, pico in made:
        bench.call(at(number), model, "api-log", pico, "anthropic", **tokens)
    table = bill(*told, told={INPUT, READ, WRITE, OUTPUT, CALLS, COST}, sellers=())
    found = bench.beside(table)
    sums = {cell.kind: cell for cell in found.totals}
    covered = [one for one in made if found.since <= day(one[0]) < found.until]

    left = sum(each.calls for each in found.left_out)
    assert sums[CALLS].here == len(covered) - left
    assert sums[CALLS].there == sum(each.calls for each in told)
    kinds = (INPUT, READ, WRITE, OUTPUT)
    here = sum(sums[kind].here or 0 for kind in kinds)
    tokens_left = sum(each.tokens for each in found.left_out)
    assert here + tokens_left == sum(sum(one[2].values()) for one in covered)
    for kind in kinds:
        assert sums[kind].there == sum(each.tokens[kind] for each in told)
    opened = [
        call
        for each in found.comparisons
        for call in calls_behind(
            bench.books.connection, NAMES, found.scope, (each.day, each.model), UTC
        )
    ]
    assert len(opened) == len({call.id for call in opened}) == sums[CALLS].here
