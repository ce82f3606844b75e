"""What a person can tell a workspace about plans and credits, and what is refused in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from convledger.errors import ConfigError, UsageProblem
from convledger.money import PICO, usd_text
from convledger.store.subscriptions import Subscription
from tests.reports.shop import CREDITS, PER_UNIT, Shop, at, document

PACK = '\n[[topup]]\nid = "{}"\ncredits = "100"\nprice = "9.00"\nexpires = "P30D"\n'
NOW = at("2026-01-10")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "workspace")
    yield made
    made.ledger.close()


def subscribed(shop: Shop, *parts: str, **more: Any) -> Subscription:
    shop.plan(CREDITS, *parts)
    return shop.use(**more)


def left(shop: Shop, now: str = "2026-01-15") -> str:
    return usd_text(shop.bill(now).fold.totals().balance)


def test_a_plan_gets_a_file_of_its_own(shop: Shop) -> None:
    plan, path = shop.ledger.add_plan(document(PER_UNIT), "elsewhere.toml")

    assert (plan.id, path.name) == ("short", "short.toml")
    assert path.stat().st_mode & 0o777 == 0o600
    assert shop.ledger.plan_book.shelf.history("short").plans == (plan,)


def test_a_second_version_gets_a_second_file(shop: Shop) -> None:
    shop.ledger.add_plan(document(PER_UNIT), "x")
    second = document(PER_UNIT, version="2/../é", since="2026-03-01")
    _, path = shop.ledger.add_plan(second, "x")

    assert path.parent == shop.folder / "plans"
    assert path.name == "short-2-..-é.toml"
    assert len(shop.ledger.plan_book.shelf.history("short").plans) == 2


def test_the_same_text_twice_changes_nothing(shop: Shop) -> None:
    first = shop.ledger.add_plan(document(PER_UNIT), "x")
    assert shop.ledger.add_plan(document(PER_UNIT), "x") == first


def test_another_text_for_a_version_is_refused_until_it_is_meant(shop: Shop) -> None:
    shop.ledger.add_plan(document(PER_UNIT), "x")
    other = document(PER_UNIT.replace("0.50", "0.75"))
    with pytest.raises(UsageProblem, match="--replace"):
        shop.ledger.add_plan(other, "x")

    shop.ledger.add_plan(other, "x", replace=True)
    assert len(shop.ledger.plan_book.shelf.files) == 1


def test_a_broken_plan_is_not_written(shop: Shop) -> None:
    with pytest.raises(ConfigError):
        shop.ledger.add_plan("id = [", "x")
    assert not (shop.folder / "plans").exists()


def test_a_saved_plan_replaces_its_own_file_and_a_new_version_gets_another(shop: Shop) -> None:
    path = shop.plan(PER_UNIT)
    shop.ledger.save_plan(document(PER_UNIT.replace("0.50", "0.75")), path)
    assert "0.75" in path.read_text()
    _, second = shop.ledger.save_plan(document(PER_UNIT, version="2", since="2026-03-01"), path)

    assert second != path
    assert "0.75" in path.read_text()


def test_what_was_saved_can_be_taken_back(shop: Shop) -> None:
    path = shop.plan(PER_UNIT)
    before = path.read_text()
    shop.ledger.save_plan(document(CREDITS), path)
    shop.ledger.unsave_plan(path, before)
    assert path.read_text() == before

    shop.ledger.unsave_plan(path, None)
    assert shop.ledger.plan_book.shelf.files == []


def test_a_plan_that_is_not_in_force_then_is_refused_with_the_day(shop: Shop) -> None:
    shop.plan(PER_UNIT)
    with pytest.raises(UsageProblem, match="--since 2026-01-01"):
        shop.use(since="2025-12-31")
    with pytest.raises(UsageProblem, match="no such plan"):
        shop.use("other")
    shop.plan(PER_UNIT.join(("", "")), since="2026-01-01\neffective_to = 2026-02-01")
    with pytest.raises(UsageProblem, match="no longer in force"):
        shop.use(since="2026-02-01")


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"until": at("2026-01-01")}, "--until must be after"),
        ({"anchor": at("2026-01-02")}, "--anchor"),
    ],
)
def test_instants_that_do_not_go_together_are_refused(
    shop: Shop, more: dict[str, Any], says: str
) -> None:
    shop.plan(PER_UNIT)
    with pytest.raises(UsageProblem, match=says):
        shop.use(**more)
    assert shop.ledger.plan_book.subscriptions() == []


def test_a_plan_can_end_and_go_on_but_not_before_it_began(shop: Shop) -> None:
    one = subscribed(shop)
    shop.ledger.end_plan(one, at("2026-02-01"))
    assert shop.bill("2026-03-01").current is None
    shop.ledger.end_plan(one, None)
    assert shop.bill("2026-03-01").current is not None
    with pytest.raises(UsageProblem, match="plan drop short"):
        shop.ledger.end_plan(one, one.began)


def test_a_plan_that_goes_on_after_its_end_was_closed_is_billed_as_if_it_never_ended(
    shop: Shop,
) -> None:
    shop.plan('\n[[fee]]\nid = "base"\namount = "49.00"\n', PER_UNIT)
    one = shop.use(until=at("2026-02-10"))
    for day in ("2026-01-05", "2026-02-05", "2026-02-15"):
        shop.talk(f"{day}T10:00")
    shop.follow("2026-02-12")
    shop.ledger.end_plan(shop.subscription(), None)

    found = shop.bill("2026-02-20")
    assert found.current is not None
    assert [usd_text(each.due) for each in found.statements] == ["49.5", "50"]
    assert [each.name for each in shop.ledger.kept_statements(one)] == ["2026-01"]


def test_an_end_between_two_periods_leaves_what_was_closed_when_it_is_taken_back(
    shop: Shop,
) -> None:
    shop.plan(PER_UNIT)
    one = shop.use(until=at("2026-02-01"))
    shop.follow("2026-02-12")
    shop.ledger.end_plan(shop.subscription(), None)
    shop.follow("2026-03-02")

    assert [each.name for each in shop.ledger.kept_statements(one)] == ["2026-01", "2026-02"]


def test_a_plan_does_not_go_on_into_the_time_of_the_one_that_took_over(shop: Shop) -> None:
    shop.plan(PER_UNIT)
    shop.plan(PER_UNIT, plan="next")
    first = shop.use()
    following = shop.use("next", since="2026-02-01")
    for end in (None, at("2026-02-01") + 1):
        with pytest.raises(UsageProblem, match=r"into the time of next, .* plan drop next"):
            shop.ledger.end_plan(first, end)

    assert [one.ended for one in shop.ledger.plan_book.subscriptions()] == [at("2026-02-01"), None]
    shop.ledger.end_plan(first, at("2026-01-20"))
    shop.ledger.end_plan(first, at("2026-02-01"))
    shop.ledger.drop_plan(following)
    shop.ledger.end_plan(first, None)
    assert [one.ended for one in shop.ledger.plan_book.subscriptions()] == [None]


def test_a_plan_goes_on_beside_one_for_other_usage(shop: Shop) -> None:
    shop.plan(PER_UNIT)
    shop.plan(PER_UNIT, plan="other")
    first = shop.use(until=at("2026-02-01"))
    shop.use("other", since="2026-02-01", scope={"project": ("x",)})
    shop.ledger.end_plan(first, None)

    assert all(one.ended is None for one in shop.ledger.plan_book.subscriptions())


def test_what_was_taken_back_does_not_keep_a_plan_from_ending(shop: Shop) -> None:
    one = subscribed(shop, PACK.format("pack"))
    number = shop.ledger.buy_credits(one, NOW, now=NOW)
    with pytest.raises(UsageProblem, match="take these back first"):
        shop.ledger.end_plan(one, NOW)
    shop.ledger.undo_credits(one, number, now=NOW)
    shop.ledger.end_plan(one, NOW)

    assert shop.subscription().ended == NOW
    assert shop.bill("2026-02-15").statements[-1].until == NOW


def test_a_dropped_plan_leaves_nothing(shop: Shop) -> None:
    one = subscribed(shop, PACK.format("pack"))
    shop.ledger.buy_credits(one, NOW, now=NOW)
    shop.follow("2026-03-01")
    shop.ledger.drop_plan(one)

    assert shop.ledger.plan_book.subscriptions() == []
    assert shop.follow("2026-03-01").troubles == []


def test_the_one_topup_is_meant_where_none_is_named(shop: Shop) -> None:
    one = subscribed(shop, PACK.format("pack"))
    shop.ledger.buy_credits(one, NOW, now=NOW)

    assert left(shop) == "110"
    fact = shop.ledger.credit_facts(one)[0]
    assert (fact.target, fact.price, fact.expires_at) == ("pack", 9 * PICO, at("2026-02-09"))


def test_a_topup_has_to_be_named_where_there_are_several_or_none(shop: Shop) -> None:
    one = subscribed(shop)
    with pytest.raises(UsageProblem, match="offers no top-up: say --amount"):
        shop.ledger.buy_credits(one, NOW, now=NOW)
    shop.plan(CREDITS, PACK.format("small"), PACK.format("large"))
    with pytest.raises(UsageProblem, match="name one: small, large"):
        shop.ledger.buy_credits(one, NOW, now=NOW)
    with pytest.raises(UsageProblem, match=r"no top-up 'hueg'\. It offers: small, large"):
        shop.ledger.buy_credits(one, NOW, now=NOW, topup="hueg")
    shop.ledger.buy_credits(one, NOW, now=NOW, topup="large")
    shop.ledger.buy_credits(one, NOW, now=NOW, amount=5 * PICO)
    assert left(shop) == "115"


def test_credits_can_be_bought_only_while_the_plan_is_in_force(shop: Shop) -> None:
    one = subscribed(shop, PACK.format("pack"), until=at("2026-02-01"))
    for when in ("2025-12-31", "2026-02-01"):
        with pytest.raises(UsageProblem, match="not in force"):
            shop.ledger.buy_credits(one, at(when), now=NOW)


@pytest.mark.parametrize("when", ["2025-12-31", "2026-02-01"])
def test_credits_can_be_changed_only_while_the_plan_is_in_force(shop: Shop, when: str) -> None:
    one = subscribed(shop, until=at("2026-02-01"))
    with pytest.raises(UsageProblem, match="not in force"):
        shop.ledger.adjust_credits(one, at(when), PICO, now=NOW)


@pytest.mark.parametrize("expires", [NOW, NOW - 1])
def test_credits_that_would_end_before_they_begin_are_refused(shop: Shop, expires: int) -> None:
    one = subscribed(shop, PACK.format("pack"))
    with pytest.raises(UsageProblem, match="expire"):
        shop.ledger.buy_credits(one, NOW, now=NOW, expires_at=expires)
    with pytest.raises(UsageProblem, match="expire"):
        shop.ledger.adjust_credits(one, NOW, PICO, now=NOW, expires_at=expires)
    assert shop.ledger.credit_facts(one) == []


@pytest.mark.parametrize("more", [{"amount": 0}, {"amount": -PICO}, {"price": -1}])
def test_nobody_buys_less_than_something(shop: Shop, more: dict[str, Any]) -> None:
    one = subscribed(shop, PACK.format("pack"))
    with pytest.raises(UsageProblem):
        shop.ledger.buy_credits(one, NOW, now=NOW, topup="pack", **more)
    assert shop.ledger.credit_facts(one) == []


def test_an_adjustment_of_nothing_is_refused(shop: Shop) -> None:
    with pytest.raises(UsageProblem, match="nothing"):
        shop.ledger.adjust_credits(subscribed(shop), NOW, 0, now=NOW)


def test_credits_are_given_and_taken_away_in_burn_order(shop: Shop) -> None:
    one = subscribed(shop)
    shop.ledger.adjust_credits(one, NOW, 5 * PICO, now=NOW)
    shop.ledger.adjust_credits(one, NOW + 1, -12 * PICO, now=NOW)

    assert left(shop) == "3"
    assert left(shop, "2026-02-15") == "13"


def test_more_than_there_is_cannot_be_taken_away(shop: Shop) -> None:
    one = subscribed(shop)
    shop.ledger.adjust_credits(one, NOW, -99 * PICO, now=NOW)

    found = shop.bill("2026-01-15")
    assert found.fold.totals().balance == 0
    assert [each.amount for each in found.fold.findings] == [89 * PICO]


def test_what_was_booked_can_be_taken_back_once(shop: Shop) -> None:
    one = subscribed(shop, PACK.format("pack"))
    number = shop.ledger.buy_credits(one, NOW, now=NOW)
    shop.ledger.undo_credits(one, number, now=NOW)

    assert left(shop) == "10"
    facts = shop.ledger.credit_facts(one)
    assert (sum(each.amount for each in facts), sum(each.price for each in facts)) == (0, 0)
    with pytest.raises(UsageProblem, match="taken back already"):
        shop.ledger.undo_credits(one, number, now=NOW)
    with pytest.raises(UsageProblem, match=f"Numbers are: {number}"):
        shop.ledger.undo_credits(one, facts[1].id, now=NOW)


def test_numbers_of_another_plan_are_not_taken_back(shop: Shop) -> None:
    one = subscribed(shop)
    shop.plan(CREDITS, plan="other")
    other = shop.use("other", scope={"client": ("acme",)})
    number = shop.ledger.adjust_credits(one, NOW, PICO, now=NOW)
    with pytest.raises(UsageProblem, match="Numbers are: none"):
        shop.ledger.undo_credits(other, number, now=NOW)


def test_amounts_of_any_size_are_booked_exactly(shop: Shop) -> None:
    one = subscribed(shop)
    shop.ledger.adjust_credits(one, NOW, 10**24, now=NOW)
    shop.ledger.buy_credits(one, NOW, now=NOW, amount=10**24 + 1, price=10**24)

    assert shop.bill("2026-01-15").fold.totals().balance == 2 * 10**24 + 1 + 10 * PICO
    assert shop.follow("2026-02-02").troubles == []
    assert shop.bill("2026-02-03").statements[0].due == 10**24


def test_credits_in_the_far_future_count_from_then_on(shop: Shop) -> None:
    one = subscribed(shop)
    shop.ledger.adjust_credits(one, at("2199-12-30"), PICO, now=NOW)
    assert left(shop) == "10"


@pytest.mark.parametrize("seats", [-1, -(10**9)])
def test_there_are_no_fewer_seats_than_none(shop: Shop, seats: int) -> None:
    one = subscribed(shop)
    with pytest.raises(UsageProblem, match="seats"):
        shop.ledger.set_seats(one, NOW, seats)


def test_seats_from_before_the_plan_began_hold_from_its_beginning(shop: Shop) -> None:
    shop.plan('\n[[fee]]\nid = "seat"\namount = "10.00"\nper = "seat"\n')
    one = shop.use()
    shop.ledger.set_seats(one, at("2025-12-01"), 4)

    assert usd_text(shop.bill("2026-01-15").statements[0].due) == "40"


def test_a_statement_that_was_changed_is_known_by_its_digest(shop: Shop) -> None:
    one = subscribed(shop)
    shop.talk("2026-01-05T10:00")
    shop.follow("2026-02-03")
    shop.connection.execute(
        "UPDATE statement SET content=CAST(replace(CAST(content AS TEXT), "
        "'\"total\":0', '\"total\":1') AS BLOB)"
    )
    assert [each.is_intact for each in shop.ledger.kept_statements(one)] == [False]


def test_a_booking_in_a_closed_month_leaves_its_statement_alone(shop: Shop) -> None:
    one = subscribed(shop)
    shop.follow("2026-02-03")
    before = shop.bill("2026-02-04").statements[0]
    shop.ledger.adjust_credits(one, NOW, 5 * PICO, now=at("2026-02-04"))

    assert shop.bill("2026-02-04").statements[0] == before
    assert left(shop, "2026-02-04") == "15"


def test_credits_bought_in_a_closed_month_are_due_in_the_open_one(shop: Shop) -> None:
    one = subscribed(shop, PACK.format("pack"))
    shop.follow("2026-02-03")
    shop.ledger.buy_credits(one, NOW, now=at("2026-02-04"))

    assert usd_text(sum(each.due for each in shop.bill("2026-02-04").statements)) == "9"


def test_credits_taken_back_after_their_month_was_closed_are_given_back(shop: Shop) -> None:
    one = subscribed(shop, PACK.format("pack"))
    number = shop.ledger.buy_credits(one, NOW, now=NOW)
    shop.follow("2026-02-03")
    shop.ledger.undo_credits(one, number, now=at("2026-02-04"))

    assert usd_text(sum(each.due for each in shop.bill("2026-02-04").statements)) == "0"
