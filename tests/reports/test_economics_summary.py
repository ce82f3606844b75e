"""Unit economics from the ledger: attempts in vain, caching, components, sub-agents, why."""

from __future__ import annotations

from datetime import UTC, date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from convledger.economics.conversation_costs import PEOPLE, PLAN
from convledger.money import PICO
from convledger.reports.thread import BRANCH
from convledger.reports.unit_costs.asked import CostQuery
from convledger.reports.unit_costs.components import CHANGED
from convledger.reports.unit_costs.summary import Economics
from convledger.store import costs as kept
from tests.reports.shop import PER_UNIT, Shop, at

SONNET = "claude-sonnet-4-5-20250929"  # $3 in, $15 out, $0.30 read, $3.75 and $6 written a million
MICRO = PICO // 10**6


@pytest.fixture
def shop(tmp_path: Path) -> Any:
    found = Shop(tmp_path)
    yield found
    found.ledger.close()


def ask(shop: Shop, since: str = "2026-10-01", until: str = "2026-11-01", **more: Any) -> Economics:
    shop.roll_up()
    return shop.ledger.economics(CostQuery(at(since), at(until), at("2026-12-01"), UTC, **more))


def call(shop: Shop, conversation: int, when: str, usd: str | None = "0.01", **facts: Any) -> int:
    """Add a call with any of its columns; its list cost is in dollars."""
    pico = None if usd is None else int(Decimal(usd) * PICO)
    own = {name: facts.pop(name) for name in ("agent", "sidechain", "line", "sent", "cached")
           if name in facts}  # fmt: skip
    number = shop.call(conversation, pico, at=at(when), model=SONNET, **own)
    for name, value in facts.items():
        shop.connection.execute(f"UPDATE call SET {name}=? WHERE id=?", (value, number))
    return number


def test_an_attempt_that_was_made_again_is_set_beside_those_kept(shop: Shop) -> None:
    """A failed attempt of $0.012 and a good one of $0.024: half as much again, 1.5 in all."""
    talk = shop.conversation("a", first_at=at("2026-10-05"), last_at=at("2026-10-05"))
    shop.say(talk, "do it", at=at("2026-10-05"), kind=1, key=1, line=1)
    shop.say(talk, "no", at=at("2026-10-05T00:01"), kind=2, key=2, parent=1, line=2)
    call(shop, talk, "2026-10-05T00:01", "0.012", line=2)
    shop.say(talk, "yes", at=at("2026-10-05T00:02"), kind=2, key=3, parent=1, line=3)
    call(shop, talk, "2026-10-05T00:02", "0.024", line=3)

    found = ask(shop).efficiency.retries

    assert (found.superseded, found.kept, found.calls) == (12_000 * MICRO, 24_000 * MICRO, 1)
    assert (found.overhead, found.multiplier) == (Fraction(1, 2), Fraction(3, 2))
    assert [*found.by_talk] == [talk]


def test_what_follows_an_edited_prompt_goes_with_it(shop: Shop) -> None:
    talk = shop.conversation("a", first_at=at("2026-10-05"), last_at=at("2026-10-05"))
    told = [("root", 2, None), ("first", 1, 1), ("answer", 2, 2), ("edited", 1, 1), ("new", 2, 4)]
    for place, (text, kind, parent) in enumerate(told, 1):
        when = f"2026-10-05T00:0{place}"
        shop.say(talk, text, at=at(when), kind=kind, key=place, parent=parent, line=place)
        if kind == 2:
            call(shop, talk, when, f"0.0{place}", line=place)

    found = ask(shop).efficiency.retries

    assert found.superseded == 3 * PICO // 100
    assert found.overhead == Fraction(3, 6)


def test_where_the_source_says_which_alternate_is_shown_that_one_is_kept(shop: Shop) -> None:
    talk = shop.conversation("a", first_at=at("2026-10-05"), last_at=at("2026-10-05"))
    shop.say(talk, "do it", at=at("2026-10-05"), kind=1, key=1, line=1)
    for place, flags in ((2, 0), (3, BRANCH)):
        when = f"2026-10-05T00:0{place}"
        shop.say(talk, "x", at=at(when), kind=2, key=place, parent=1, line=place, flags=flags)
        call(shop, talk, when, f"0.0{place}", line=place)

    assert ask(shop).efficiency.retries.superseded == 3 * PICO // 100


def test_turns_that_were_taken_back_were_in_vain(shop: Shop) -> None:
    talk = shop.conversation("a", first_at=at("2026-10-05"), last_at=at("2026-10-05"))
    shop.say(talk, "do it", at=at("2026-10-05"), kind=1, line=1)
    shop.say(talk, "no", at=at("2026-10-05T00:01"), kind=2, line=2)
    call(shop, talk, "2026-10-05T00:01", "0.03", line=2)
    shop.say(talk, "1", at=at("2026-10-05T00:02"), kind=6, line=3, name="rolled_back")
    shop.say(talk, "yes", at=at("2026-10-05T00:03"), kind=2, line=4)
    call(shop, talk, "2026-10-05T00:03", "0.01", line=4)

    found = ask(shop).efficiency.retries

    assert (found.superseded, found.overhead) == (3 * PICO // 100, Fraction(3))


def test_where_no_source_tells_of_attempts_their_cost_is_unknown(shop: Shop) -> None:
    shop.spend("2026-10-05", "1.00")

    found = ask(shop)

    assert found.efficiency.retries.superseded is None
    assert found.efficiency.retries.overhead is None
    assert "no source tells" in found.reason("retries")


def test_caching_saves_what_reads_do_less_what_writes_cost_more(shop: Shop) -> None:
    """171,000 read and 39,000 written at $3, $0.30 and $3.75: $0.4617 less $0.02925."""
    talk = shop.conversation("a", first_at=at("2026-10-05"), last_at=at("2026-10-05"))
    call(shop, talk, "2026-10-05", cached=171_000)
    call(shop, talk, "2026-10-06", cache_write_5m=39_000)

    found = ask(shop).efficiency

    assert found.savings is not None
    assert found.savings.gross == 461_700 * MICRO
    assert found.savings.write_premium == 29_250 * MICRO
    assert found.savings.net == 432_450 * MICRO
    assert found.hit_rate == Fraction(171, 210)


def test_writes_that_nobody_reads_save_less_than_nothing(shop: Shop) -> None:
    talk = shop.conversation("a", first_at=at("2026-10-05"), last_at=at("2026-10-05"))
    call(shop, talk, "2026-10-05", cache_write_1h=100_000)

    found = ask(shop).efficiency

    assert found.savings is not None
    assert found.savings.net == -3 * PICO // 10


def test_a_cache_whose_price_is_unknown_is_in_no_savings(shop: Shop) -> None:
    talk = shop.conversation("a", first_at=at("2026-10-05"), last_at=at("2026-10-05"))
    shop.call(talk, None, at=at("2026-10-05"), model="strange", cached=1000)

    alone = ask(shop)
    call(shop, talk, "2026-10-06", cached=100_000)
    both = ask(shop)

    assert (alone.efficiency.savings, alone.efficiency.unsaved_calls) == (None, 1)
    assert "strange" in alone.reason("caching")
    assert both.efficiency.savings is not None
    assert both.efficiency.savings.net == 27 * PICO // 100  # 100,000 at $2.70 less a million
    assert both.efficiency.unsaved_models == ("strange",)


def test_each_speaker_has_a_context_of_its_own(shop: Shop) -> None:
    talk = shop.conversation("a", first_at=at("2026-10-05"), last_at=at("2026-10-05"))
    agent = shop.agent(talk, "helper")
    call(shop, talk, "2026-10-05T00:01", sent=1000)
    call(shop, talk, "2026-10-05T00:02", sent=500, agent=agent, sidechain=1)
    call(shop, talk, "2026-10-05T00:03", sent=1300)
    call(shop, talk, "2026-10-05T00:04", sent=400, agent=agent, sidechain=1)

    found = ask(shop).efficiency

    assert (found.sent, found.distinct) == (3200, 1000 + 500 + 300 + 400)


def test_components_add_up_to_what_is_stored(shop: Shop) -> None:
    """50,000 each of input, output, reads and writes, half the output reasoning; two searches."""
    talk = shop.conversation("a", first_at=at("2026-10-05"), last_at=at("2026-10-05"))
    many = 50_000
    call(
        shop, talk, "2026-10-05", "1.1225", sent=many, output=many, reasoning=many // 2,
        cached=many, cache_write_5m=many, web_searches=2,
    )  # fmt: skip

    found = ask(shop).components

    assert {row.name: (row.pico // MICRO, row.within) for row in found.rows} == {
        "input": (150_000, ""),
        "output": (750_000, ""),
        "reasoning": (375_000, "output"),
        "cache_read": (15_000, ""),
        "cache_write_5m": (187_500, ""),
        "web_searches": (20_000, ""),
    }
    assert sum(row.pico for row in found.rows if not row.within) == found.total


def test_prices_that_changed_since_are_a_row_of_their_own(shop: Shop) -> None:
    talk = shop.conversation("a", first_at=at("2026-10-05"), last_at=at("2026-10-05"))
    call(shop, talk, "2026-10-05", "0.005", sent=1000, output=0)

    rows = {row.name: row.pico for row in ask(shop).components.rows}

    assert rows == {"input": 3_000 * MICRO, CHANGED: 2_000 * MICRO}


def test_a_sub_agent_is_part_of_its_conversation_wherever_it_opened(shop: Shop) -> None:
    parent = shop.conversation("p", first_at=at("2026-10-31"), last_at=at("2026-11-01"))
    child = shop.conversation(
        "c", parent_native="p", relation="subagent", first_at=at("2026-11-01"),
        last_at=at("2026-11-01"),
    )  # fmt: skip
    call(shop, parent, "2026-10-31", "1.00")
    call(shop, child, "2026-11-01", "0.50")

    october, november = ask(shop), ask(shop, "2026-11-01", "2026-12-01")

    assert october.waterfall.full.amount == 3 * PICO // 2
    assert november.costs.costs == []
    assert ask(shop, "2026-10-01", "2026-12-01").waterfall.full.amount == 3 * PICO // 2
    assert october.models[0].ids == (parent,)


def test_sub_agents_in_a_ring_are_counted_once(shop: Shop) -> None:
    for name, other in (("a", "b"), ("b", "a")):
        number = shop.conversation(
            name, parent_native=other, relation="subagent", first_at=at("2026-10-05"),
            last_at=at("2026-10-05"),
        )  # fmt: skip
        call(shop, number, "2026-10-05", "1.00")

    found = ask(shop)

    assert (len(found.costs.costs), found.waterfall.full.amount) == (1, 2 * PICO)


def test_models_get_exactly_what_their_calls_cost(shop: Shop) -> None:
    talk = shop.conversation("a", first_at=at("2026-10-05"), last_at=at("2026-10-05"))
    shop.call(talk, 7 * PICO, at=at("2026-10-05"), model="big")
    shop.call(talk, 3 * PICO, at=at("2026-10-05"), model="small")
    shop.call(talk, None, at=at("2026-10-05"), model="strange")

    found = ask(shop)

    assert [(model.name, model.at_list, model.calls) for model in found.models] == [
        ("big", 7 * PICO, 1), ("small", 3 * PICO, 1), ("strange", None, 1),
    ]  # fmt: skip
    assert [row.keys for row in found.table(["model"]).rows] == [("big",)]
    assert found.coverage.of_calls == Fraction(2, 3)
    assert "strange" in found.reason("cost")


def test_models_add_up_in_another_currency_too(shop: Shop) -> None:
    talk = shop.conversation("a", first_at=at("2026-10-05"), last_at=at("2026-10-05"))
    for name in ("a", "b", "c"):
        shop.call(talk, 1, at=at("2026-10-05"), model=name)
    kept.set_exchange_rate(shop.connection, "USD", "EUR", date(2026, 1, 1), Decimal("0.9"), 0)

    found = ask(shop, currency="EUR")

    assert sum(model.at_list or 0 for model in found.models) == 3  # 2.7 picounits, rounded once
    assert found.waterfall.full.amount == 3


def test_a_plan_in_a_currency_without_a_rate_leaves_the_bill_unknown(shop: Shop) -> None:
    shop.plan(PER_UNIT, currency="EUR")
    shop.use()
    shop.talk("2026-10-05T10:00", "a")
    shop.spend("2026-10-05T10:00", "1.00", "a")

    found = ask(shop)

    assert found.waterfall.step("list").amount == PICO
    assert [found.waterfall.step(name).amount for name in (PLAN, "billed", "full")] == [None] * 3
    assert "EUR" in found.reason(PLAN)
    assert found.table(["source"]).total.cost is None


def test_a_salary_that_is_divided_is_the_cost_of_people(shop: Shop) -> None:
    """It needs no minutes."""
    talk = shop.talk("2026-10-05T10:00", "a")
    shop.label(talk, "outcome", "escalated")
    kept.add_item(
        shop.connection,
        kept.StoredItem(
            0, "human", "support", date(2026, 10, 1), date(2026, 11, 1), "", 100 * PICO, "USD",
            "equal", {}, "",
        ),
    )  # fmt: skip

    found = ask(shop)

    assert found.waterfall.step(PEOPLE).amount == 100 * PICO
    assert found.reason(PEOPLE) == ""


def test_revenue_without_a_rate_is_unknown_before_calls_are_looked_at_too(shop: Shop) -> None:
    shop.talk("2026-10-05T10:00", "a")
    for currency in ("USD", "CHF"):
        kept.add_item(
            shop.connection,
            kept.StoredItem(
                0, "revenue", "fees", date(2026, 10, 1), date(2026, 11, 1), "", 100 * PICO,
                currency, "equal", {}, "",
            ),
        )  # fmt: skip
    query = CostQuery(at("2026-10-01"), at("2026-11-01"), at("2026-12-01"), UTC)

    for found in (ask(shop), shop.ledger.economics_at_first(query)):
        assert (found.revenue.amount, found.revenue.margin) == (None, None)
        assert "CHF" in found.reason("margin")


def test_outliers_say_what_is_most_telling(shop: Shop) -> None:
    for day in range(1, 12):
        shop.spend(f"2026-10-{day:02d}", "0.01")
    long = shop.conversation("long", first_at=at("2026-10-20"), last_at=at("2026-10-20"))
    for place in range(6):
        shop.say(long, "x", at=at("2026-10-20"), kind=6, name="compact_boundary", line=place + 1)
    call(shop, long, "2026-10-20", "0.50", sent=300_000)
    searched = shop.conversation("web", first_at=at("2026-10-21"), last_at=at("2026-10-21"))
    call(shop, searched, "2026-10-21", "0.20", web_searches=44)

    found = ask(shop).outliers

    assert [(row.id, row.multiple, row.why) for row in found.found] == [
        (long, Fraction(50), "long context tier, compacted 6 times"),
        (searched, Fraction(20), "44 web searches"),
    ]
    assert (found.median, found.members) == (PICO // 100, 13)
    assert found.share == Fraction(70, 81)


def test_where_the_median_is_nothing_nobody_is_an_outlier(shop: Shop) -> None:
    for day, usd in ((1, "0.00"), (2, "0.00"), (3, "5.00")):
        shop.spend(f"2026-10-0{day}", usd)

    found = ask(shop)

    assert (found.outliers.median, found.outliers.found) == (0, ())
    assert "zero" in found.reason("outliers")


def test_of_an_empty_ledger_everything_is_nothing_or_unknown(shop: Shop) -> None:
    found = ask(shop)

    assert (found.waterfall.full.amount, found.waterfall.full.per_unit) == (0, None)
    assert (found.outliers.median, found.outliers.share) == (None, None)
    assert (found.efficiency.savings, found.efficiency.hit_rate) == (None, None)
    assert (found.efficiency.repeated, found.coverage.of_calls) == (None, None)
    assert found.behind("all") == ()
    assert "No conversation" in found.reason("conversations")
