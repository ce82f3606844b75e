"""What quantities and single events cost, to the last picounit."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.money import PICO
from convledger.plans.charges import (
    EventPrice,
    card_for,
    minor_count,
    minor_units,
    period_charge,
    rounded,
    unit_amount,
)
from convledger.plans.counted import BillableUnit
from convledger.plans.events import Thread
from convledger.plans.schema import Card, Charge, Rounding, Tier

EXACT = Rounding(at="statement")
USERS = (
    Tier(up_to=Decimal(200), price=Decimal(0)),
    Tier(up_to=Decimal(5000), price=Decimal("0.05")),
    Tier(up_to=Decimal(10000), price=Decimal("0.0475")),
    Tier(up_to=None, price=Decimal("0.045")),
)
REPLIES = Charge(
    unit="reply",
    pay_with="credits",
    model="rate_card",
    cards=(
        Card(match={"model": ("claude-opus-4-7*",)}, amount=Decimal(6)),
        Card(match={"model": ("claude-opus-*", "gpt-9")}, amount=Decimal(5)),
        Card(match={"model": ("claude-*",), "channel": ("voice", "phone*")}, amount=Decimal(3)),
        Card(match={"model": ("claude-*",)}, amount=Decimal(1)),
    ),
)
PRICES = st.decimals(0, 1000, places=6)
QUANTITIES = st.fractions(0, 100_000, max_denominator=1000)


@st.composite
def tiers(draw: st.DrawFn) -> tuple[Tier, ...]:
    ends = sorted(draw(st.sets(st.integers(1, 50_000), max_size=5)))
    return tuple(
        Tier(up_to=None if end is None else Decimal(end), price=draw(PRICES))
        for end in [*ends, None]
    )


def amount(charge: Charge, quantity: str) -> str:
    return str(period_charge(charge, Fraction(quantity)).amount)


def test_each_unit_costs_its_price() -> None:
    charge = Charge(unit="c", amount=Decimal("0.50"))

    assert amount(charge, "4") == "2"
    assert amount(charge, "-2") == "-1"


def test_a_rate_for_many_is_divided() -> None:
    charge = Charge(unit="tokens", amount=Decimal("43.75"), per=Decimal(1_000_000))

    assert amount(charge, "40000") == "7/4"


def test_the_minimum_is_billed_when_less_is_used() -> None:
    charge = Charge(unit="o", amount=Decimal("0.99"), minimum_units=Decimal(50))

    assert period_charge(charge, Fraction(30)).billable == 50
    assert amount(charge, "30") == "99/2"
    assert amount(charge, "60") == "297/5"


def test_nothing_below_the_minimum_is_given_back() -> None:
    charge = Charge(unit="o", amount=Decimal(1), minimum_units=Decimal(50))

    assert amount(charge, "-3") == "50"


@pytest.mark.parametrize(
    ("quantity", "packages", "cost"),
    [("0", 0, "0"), ("1", 1, "49"), ("100", 1, "49"), ("100.5", 2, "98"), ("101", 2, "98")],
)
def test_packages_that_are_begun_are_paid(quantity: str, packages: int, cost: str) -> None:
    charge = Charge(unit="s", model="package", amount=Decimal(49), package_size=Decimal(100))
    priced = period_charge(charge, Fraction(quantity))

    assert priced.packages == packages
    assert priced.billable == packages * 100
    assert str(priced.amount) == cost


@pytest.mark.parametrize(
    ("quantity", "cost"),
    [("0", "0"), ("200", "0"), ("201", "1/20"), ("5000", "240"), ("5500", "1055/4")],
)
def test_graduated_prices_apply_to_their_own_part(quantity: str, cost: str) -> None:
    assert amount(Charge(unit="u", model="graduated", tiers=USERS), quantity) == cost


def test_graduated_lines_say_what_each_tier_took() -> None:
    priced = period_charge(Charge(unit="u", model="graduated", tiers=USERS), Fraction(5500))

    assert [str(line.units) for line in priced.lines] == ["200", "4800", "500"]
    assert [str(line.amount) for line in priced.lines] == ["0", "240", "95/4"]
    assert [str(line.up_to) for line in priced.lines] == ["200", "5000", "10000"]
    assert [str(line.since) for line in priced.lines] == ["0", "200", "5000"]


def test_a_tier_that_is_full_does_not_begin_the_next() -> None:
    priced = period_charge(Charge(unit="u", model="graduated", tiers=USERS), Fraction(5000))

    assert [str(line.units) for line in priced.lines] == ["200", "4800"]


@pytest.mark.parametrize(
    ("quantity", "cost"),
    [("0", "0"), ("200", "0"), ("5000", "250"), ("5001", "950190/4000"), ("20000", "900")],
)
def test_volume_prices_apply_to_the_whole(quantity: str, cost: str) -> None:
    charge = Charge(unit="u", model="volume", tiers=USERS)

    assert period_charge(charge, Fraction(quantity)).amount == Fraction(cost)


@pytest.mark.parametrize(("model", "cost"), [("graduated", 10 + 5 * 2 + 20 + 3), ("volume", 28)])
def test_a_flat_price_is_due_once_the_tier_is_entered(model: str, cost: int) -> None:
    charge = Charge(
        unit="u",
        model=model,
        tiers=(
            Tier(up_to=Decimal(5), price=Decimal(2), flat=Decimal(10)),
            Tier(up_to=None, price=Decimal(1), flat=Decimal(20)),
        ),
    )

    assert period_charge(charge, Fraction(8)).amount == cost
    assert period_charge(charge, Fraction(5)).amount == 20
    assert period_charge(charge, Fraction(0)).amount == 0


def test_the_last_tier_goes_on_whatever_its_end() -> None:
    closed = Charge(unit="u", model="graduated", tiers=USERS[:2])

    assert amount(closed, "10200") == "500"


def test_reversals_beyond_all_use_go_by_the_first_price() -> None:
    charge = Charge(unit="u", model="graduated", tiers=(Tier(up_to=None, price=Decimal(2)),))

    assert amount(charge, "-3") == "-6"


def test_the_cap_is_the_most_and_says_what_it_took_off() -> None:
    charge = Charge(unit="u", amount=Decimal(1), cap=Decimal(100))

    assert period_charge(charge, Fraction(130)).amount == 100
    assert period_charge(charge, Fraction(130)).cut == 30
    assert period_charge(charge, Fraction(99)).cut == 0


def test_a_line_is_rounded_as_the_charge_says() -> None:
    cents = Rounding(mode="up", to=Decimal("0.01"))
    charge = Charge(unit="u", amount=Decimal("0.0475"), rounding=cents)

    assert amount(charge, "3") == "3/20"


@given(tiers(), QUANTITIES)
def test_graduated_parts_add_up_to_the_quantity_and_the_amount(
    steps: tuple[Tier, ...], quantity: Fraction
) -> None:
    priced = period_charge(
        Charge(unit="u", model="graduated", tiers=steps, rounding=EXACT), quantity
    )

    assert sum(line.units for line in priced.lines) == quantity == priced.billable
    assert sum(line.amount for line in priced.lines) == priced.amount
    for line in priced.lines:
        assert line.units == 0 or line.up_to is None or line.since + line.units <= line.up_to


@given(tiers(), QUANTITIES, st.fractions(0, 10))
def test_graduated_prices_have_no_jump(
    steps: tuple[Tier, ...], quantity: Fraction, more: Fraction
) -> None:
    charge = Charge(unit="u", model="graduated", tiers=steps, rounding=EXACT)
    grown = period_charge(charge, quantity + more).amount - period_charge(charge, quantity).amount
    prices = [Fraction(step.price) for step in steps]

    assert min(prices) * more <= grown <= max(prices) * more


@given(tiers(), QUANTITIES)
def test_volume_costs_the_whole_at_the_price_of_where_it_ends(
    steps: tuple[Tier, ...], quantity: Fraction
) -> None:
    charge = Charge(unit="u", model="volume", tiers=steps, rounding=EXACT)
    reached = next(step for step in steps if step.up_to is None or quantity <= step.up_to)

    assert period_charge(charge, quantity).amount == quantity * Fraction(reached.price)


@settings(deadline=None)
@given(
    st.sampled_from(["per_unit", "package", "graduated"]),
    tiers(),
    QUANTITIES,
    QUANTITIES,
    st.one_of(st.none(), PRICES),
)
def test_more_units_never_cost_less(
    model: str, steps: tuple[Tier, ...], some: Fraction, more: Fraction, cap: Decimal | None
) -> None:
    charge = Charge(
        unit="u", model=model, amount=Decimal("0.3"), tiers=steps, package_size=Decimal(7), cap=cap
    )

    assert period_charge(charge, some).amount <= period_charge(charge, some + more).amount


@pytest.mark.parametrize(
    ("model", "channel", "credits_due"),
    [
        ("claude-opus-4-7", "chat", 6),
        ("claude-opus-4-7-20260101", "chat", 6),
        ("claude-opus-4-1", "voice", 5),
        ("gpt-9", "chat", 5),
        ("claude-haiku", "phone-in", 3),
        ("claude-haiku", "voice", 3),
        ("claude-haiku", "chat", 1),
        ("gpt-9-mini", "chat", None),
    ],
)
def test_the_first_line_of_a_card_that_fits_decides(
    model: str, channel: str, credits_due: int | None
) -> None:
    assert unit_amount(REPLIES, model=model, attributes={"channel": channel}) == credits_due
    pico = EventPrice(REPLIES)(2, model, {"channel": channel})
    assert pico == (None if credits_due is None else 2 * credits_due * PICO)


def test_what_fits_no_line_is_unpriced_not_free() -> None:
    assert card_for(REPLIES, model="other") is None
    assert EventPrice(REPLIES)(0, "other") is None
    with pytest.raises(ValueError, match="one by one"):
        period_charge(REPLIES, Fraction(1))


def test_a_line_that_matches_anything_fits_what_is_not_known() -> None:
    card = Card(match={"modality": ("*",)}, amount=Decimal(20))
    charge = Charge(unit="a", model="rate_card", cards=(card,))

    assert unit_amount(charge) == 20
    assert card_for(charge, attributes={"modality": "voice"}) is card


def test_what_passes_through_is_marked_up_once() -> None:
    money = Charge(unit="t", model="pass_through", markup=Decimal("1.2"))
    paid = Charge(
        unit="t", model="pass_through", pay_with="credits", credits_per_usd=Decimal("3.3")
    )

    assert EventPrice(money)(5) == 6
    assert EventPrice(money)(2) == 2  # 2.4
    assert EventPrice(paid)(5) == 16  # 16.5, half to even
    assert EventPrice(paid)(-5) == -16
    assert EventPrice(paid)(15) == 50  # 49.5
    assert EventPrice(paid)(None) is None
    assert amount(paid, "10") == "33"


def test_events_are_rounded_as_the_charge_says() -> None:
    whole = Rounding(mode="up", to=Decimal(1))
    charge = Charge(
        unit="t",
        model="pass_through",
        pay_with="credits",
        credits_per_usd=Decimal(100),
        rounding=whole,
    )

    assert EventPrice(charge)(10_000_000_001) == 2 * PICO  # a little over a cent
    assert EventPrice(charge)(10_000_000_000) == PICO
    assert EventPrice(charge)(0) == 0


@pytest.mark.parametrize("model", ["graduated", "volume", "package"])
def test_a_unit_alone_has_no_price_among_tiers(model: str) -> None:
    with pytest.raises(ValueError, match=model):
        unit_amount(Charge(unit="u", model=model, tiers=USERS))


@given(PRICES, st.sampled_from([1, 7, 1000, 1_000_000]), st.integers(-(10**9), 10**9))
def test_an_event_costs_the_exact_price_rounded_once(price: Decimal, per: int, count: int) -> None:
    charge = Charge(unit="t", amount=price, per=Decimal(per))

    assert EventPrice(charge)(count) == round(Fraction(price) * PICO * count / per)


def test_a_counted_unit_is_priced_by_what_is_known_of_it() -> None:
    charge = Charge(
        unit="a",
        model="rate_card",
        cards=(
            Card(match={"channel": ("voice",)}, amount=Decimal(30)),
            Card(match={"action": ("refund",)}, amount=Decimal(25)),
            Card(match={"country": ("DE",)}, amount=Decimal(22)),
            Card(match={"model": ("mini",)}, amount=Decimal(2)),
        ),
    )
    price = EventPrice(charge)

    def credits_of(thread: Thread, name: str = "", model: str = "") -> int | None:
        unit = BillableUnit("1", "a", "k", thread, 0, 0, 0, quantity=2, name=name, model=model)
        found = price.of_unit(unit)
        return None if found is None else found // PICO

    assert credits_of(Thread("t", channel="voice"), "refund") == 60
    assert credits_of(Thread("t"), "refund") == 50
    assert credits_of(Thread("t", attributes={"country": "DE"})) == 44
    assert credits_of(Thread("t"), model="mini") == 4
    assert credits_of(Thread("t")) is None


@pytest.mark.parametrize(
    ("mode", "amounts"),
    [
        ("half_even", {"0.125": "0.12", "0.135": "0.14", "-0.125": "-0.12", "0.1251": "0.13"}),
        ("half_up", {"0.125": "0.13", "0.1249": "0.12", "-0.125": "-0.13"}),
        ("up", {"0.121": "0.13", "0.12": "0.12", "-0.121": "-0.13"}),
        ("down", {"0.129": "0.12", "-0.129": "-0.12"}),
    ],
)
def test_rounding_modes(mode: str, amounts: dict[str, str]) -> None:
    rounding = Rounding(mode=mode, to=Decimal("0.01"))

    for exact, expected in amounts.items():
        assert rounded(Fraction(exact), rounding) == Fraction(expected)


@given(
    st.fractions(-1000, 1000),
    st.sampled_from(["half_even", "half_up", "up", "down"]),
    st.sampled_from(["1", "0.05", "0.01", "0.000000000001"]),
)
def test_rounding_is_on_the_step_and_a_reversal_cancels(
    exact: Fraction, mode: str, step: str
) -> None:
    rounding = Rounding(mode=mode, to=Decimal(step))
    found = rounded(exact, rounding)

    assert (found / Fraction(step)).denominator == 1
    assert abs(found - exact) < Fraction(step)
    assert found + rounded(-exact, rounding) == 0


@pytest.mark.parametrize(
    ("exact", "currency", "minor", "amount_due"),
    [
        ("320/31", "USD", 1032, "10.32"),
        ("0.125", "EUR", 12, "0.12"),
        ("0.5", "JPY", 0, "0"),
        ("1.5", "JPY", 2, "2"),
        ("1.0005", "KWD", 1000, "1"),
        ("1.0015", "KWD", 1002, "1.002"),
    ],
)
def test_money_is_rounded_to_what_its_currency_has(
    exact: str, currency: str, minor: int, amount_due: str
) -> None:
    assert minor_count(Fraction(exact), currency) == minor
    assert minor_units(Fraction(exact), currency) == Fraction(amount_due)
