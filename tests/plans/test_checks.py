"""Contradictions: blocks that are fine alone and not beside the others."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from convledger.plans.checks import check_plan
from convledger.plans.parse import parse_plan
from convledger.plans.schema import Charge, Overage, Tier, Unit

from .documents import CREDITS, HEAD, WINDOW, complaints, plan

MONEY = WINDOW + '[[charge]]\nunit = "conversation"\nprice = "1"\n'
EXTRA = '[[grant]]\nid = "extra"\npool = "extra"\namount = "5"\n'
LIMIT = '[[limit]]\nid = "day"\nunit = "conversation"\ncap = "5"\nduration = "24h"\n'


def event(name: str, where: str = "") -> str:
    condition = f"where = {{ {where} }}\n" if where else ""
    return f'[[unit]]\nid = "{name}"\ncount = "event"\nevent = "message"\n{condition}'


def window(name: str, where: str) -> str:
    return WINDOW.replace("conversation", name) + f"where = {{ {where} }}\n"


@pytest.mark.parametrize(
    ("blocks", "said"),
    [
        ('[[charge]]\nunit = "conversatoin"\nprice = "1"', 'did you mean "conversation"?'),
        (LIMIT.replace("conversation", "chat"), '"unit" "chat" is no unit of this plan'),
        (
            LIMIT.replace("conversation", "context_tokens"),
            'can be "context_tokens" only with window = "rolling_turns"',
        ),
        ('[[charge]]\nunit = "conversation"\ncredits = "1"', 'is "credits", but no [[grant]]'),
        (
            '[[charge]]\nunit = "conversation"\nprice = "1"\npool = "extra"',
            '"pool" belongs to pay_with = "credits"',
        ),
        (
            '[[charge]]\nunit = "conversation"\nmodel = "pass_through"',
            'needs a unit with measure = "rated_usd"; "conversation" has no amount of money',
        ),
        ('[[unit]]\nid = "w"\ncount = "window"', '"timeout" is missing: the silence that ends'),
        ('[[unit]]\nid = "w"\ncount = "window"\nboundary = "fixed"', '"duration" is missing'),
        ('[[unit]]\nid = "w"\ncount = "event"', '"event" is missing: what is counted'),
        ('[[unit]]\nid = "w"\ncount = "sum"', '"measure" is missing'),
        ('[[unit]]\nid = "w"\ncount = "outcome"\nsettle_after = "1h"', '"outcome" is missing'),
        ('[[unit]]\nid = "w"\ncount = "outcome"\noutcome = "r"', '"settle_after" is missing'),
        ('[[unit]]\nid = "w"\ncount = "unique"\nkey = "workspace"', "only one to count"),
        (WINDOW.replace("conversation", "w") + 'reopen = "grace"', '"grace" is missing'),
        (event("w", 'outside = "wnidow"'), '"outside" "wnidow" is no unit of this plan'),
        (event("w", 'outside = "w"'), '"outside" names the unit itself'),
        (
            event("w", 'outside = "conversation", inside = "conversation"'),
            "names the same unit as outside: nothing is left",
        ),
        (event("w") + event("v", 'inside = "w"'), 'must name a unit with count = "window"'),
        (WINDOW, '"id" is "conversation", like that of [[unit]] number 1'),
        ('[[fee]]\nid = "a"\namount = 1\n' * 2, '"id" is "a", like that of [[fee]] number 1'),
        (LIMIT * 2, '"id" is "day", like that of [[limit]] number 1'),
        (
            LIMIT + 'on_exceed = "overflow:extr"\n' + EXTRA,
            'overflows to "extr", which no grant or top-up fills; did you mean "extra"?',
        ),
        (LIMIT.replace('duration = "24h"', ""), '"duration" is missing: a "fixed" window'),
        (
            LIMIT.replace('duration = "24h"', 'window = "calendar"'),
            '"calendar" is missing; it can be day, week, month or year',
        ),
        (LIMIT + 'anchor = "clock"\nalign = "hour"', '"align" belongs to anchor = "first_event"'),
        ('[overage]\npolicy = "topup"', 'is "topup", but the plan has no [[topup]] to buy'),
        ('[overage]\npolicy = "carry"', "no [[grant]] comes to pay what is owed"),
        ('[[alert]]\non = "limit"', 'can\'t be "limit": the plan has no [[limit]]'),
        (LIMIT + '[[alert]]\non = "limit"\nlimit = "dya"', 'did you mean "day"?'),
        ('[[alert]]\non = "allowance"', "the plan has no [[grant]]"),
        ('[[alert]]\non = "balance"', "there is no [[grant]] or [[topup]]"),
        ('[[alert]]\non = "unit_budget"', "the plan has no [vendor]"),
        ('[[alert]]\non = "spend"', '"budget" is missing: the money that is 100 percent'),
        (
            '[[alert]]\non = "spend"\nbudget = "1"\n' * 2,
            "says the same as an alert above",
        ),
        (
            '[vendor]\nrevenue = "1"\ngross_margin = "0"\nbudget_unit = "chat"',
            '"budget_unit" "chat" is no unit of this plan',
        ),
        (
            (
                '[vendor]\nrevenue = "1"\ngross_margin = "0"\n'
                'ladder = [{ at = 80, action = "end" }, { at = 70, action = "summarise" }]'
            ),
            'ladder number 2: "at" must rise from each step to the next',
        ),
        (
            (
                '[[alternative]]\nid = "a"\nunit = { id = "u", count = "unique" }\n'
                'charge = { unit = "v", price = "1" }'
            ),
            'charge: "unit" must be "u", the unit of this alternative',
        ),
        (
            (
                '[[alternative]]\nid = "short"\nunit = { id = "u", count = "unique" }\n'
                'charge = { unit = "u", price = "1" }'
            ),
            '"id" is that of the plan itself',
        ),
        (
            "".join(
                f'[[alternative]]\nid = "{name}"\nunit = {{ id = "u", count = "unique" }}\n'
                'charge = { unit = "u", price = "1" }\n'
                for name in "ab"
            ),
            '"unit" with its charge says the same as another one above',
        ),
    ],
)
def test_contradiction(blocks: str, said: str) -> None:
    (complaint,) = complaints(WINDOW, blocks)

    assert said in complaint
    assert complaint.startswith("line ")


@pytest.mark.parametrize(
    ("tiers", "said"),
    [
        ('{ up_to = "10", price = "1" }', "of the last tier must be open"),
        (
            '{ up_to = "10", price = "1" }, { up_to = "10", price = "2" }, { price = "3" }',
            "must be more than 10, the end of the tier before",
        ),
        ('{ price = "1" }, { up_to = "10", price = "2" }', "only the last one may be"),
    ],
)
def test_tiers_rise_to_an_open_end(tiers: str, said: str) -> None:
    charge = f'[[charge]]\nunit = "conversation"\nmodel = "graduated"\ntiers = [{tiers}]'
    (complaint,) = complaints(WINDOW, charge)

    assert said in complaint


@pytest.mark.parametrize(
    ("cards", "said"),
    [
        ('{ match = {}, price = "1" }, { match = { model = "a" }, price = "2" }', "line 1 fits"),
        ('{ match = { a = "b" }, price = "1" }, { match = { a = "b" }, price = "2" }', "the same"),
    ],
)
def test_each_line_of_a_rate_card_can_hold(cards: str, said: str) -> None:
    charge = f'[[charge]]\nunit = "conversation"\nmodel = "rate_card"\nrate_card = [{cards}]'
    (complaint,) = complaints(WINDOW, charge)

    assert "never holds" in complaint
    assert said in complaint


def test_two_charges_for_the_same_usage() -> None:
    (complaint,) = complaints(MONEY, '[[charge]]\nunit = "conversation"\nprice = "2"')

    assert (
        '"conversation" has a charge for the same usage already: [[charge]] number 1' in complaint
    )


def test_one_unit_has_one_rate_card() -> None:
    card = '[[charge]]\nunit = "conversation"\nmodel = "rate_card"\nrate_card = [{ match = { %s }, '
    one, other = (card % f'channel = "{name}"' + 'price = "1" }]\n' for name in ("chat", "email"))
    (complaint,) = complaints(WINDOW, one, other)

    assert "[[charge]] number 1; join the lines of both in one rate_card" in complaint
    (complaint,) = complaints(MONEY, other)
    assert "[[charge]] number 1; to bill it twice, let a second [[unit]] count" in complaint


def test_charges_of_two_units_or_pools_or_in_money_and_credits_go_together() -> None:
    twice = '[[charge]]\nunit = "conversation"\ncredits = "2"\npool = "extra"\n'

    assert complaints(MONEY, MONEY.replace("conversation", "again")) == []
    assert complaints(CREDITS, '[[charge]]\nunit = "conversation"\nprice = "1"') == []
    assert complaints(CREDITS, EXTRA, twice) == []
    (complaint,) = complaints(CREDITS, EXTRA, twice, twice)
    assert "[[charge]] number 2" in complaint


@pytest.mark.parametrize(
    ("charge", "said"),
    [
        ('model = "package"\ncredits = "5"\npackage_size = "10"', '"model" can\'t be "package"'),
        ('model = "graduated"\ntiers = [{ credits = "1" }]', '"model" can\'t be "graduated"'),
        ('model = "volume"\ntiers = [{ credits = "1" }]', '"model" can\'t be "volume"'),
        ('credits = "1"\nminimum_units = "20"', "a [[fee]] or [commit] says what is due at least"),
        ('credits = "1"\ncap = "20"', "a [[limit]] says how many there may be"),
    ],
)
def test_credits_have_a_price_for_each_unit(charge: str, said: str) -> None:
    charge = f'unit = "conversation"\npay_with = "credits"\n{charge}\n'
    grant = '[[grant]]\nid = "included"\namount = "100"\n'
    (complaint,) = complaints(WINDOW, f"[[charge]]\n{charge}", grant)

    assert said in complaint
    assert "credits are burnt unit by unit" in complaint
    (complaint,) = complaints(
        WINDOW, grant,
        f'[[alternative]]\nid = "other"\n[alternative.unit]{WINDOW.split("]]")[1]}'
        f"[alternative.charge]\n{charge}",
    )  # fmt: skip
    assert said in complaint


def test_what_is_missing_from_a_minimum_has_a_price() -> None:
    card = '[[charge]]\nunit = "conversation"\nmodel = "rate_card"\nminimum_units = "5"\n'
    one, same = (
        '{ match = { model = "a" }, price = "1" }',
        '{ match = { model = "b" }, price = "1" }',
    )
    (complaint,) = complaints(WINDOW, f"{card}rate_card = [{one}, {same.replace('1', '2')}]")

    assert '"minimum_units" has no price for the units that are missing' in complaint
    rest = '{ match = {}, price = "3" }'
    for cards in (one, f"{one}, {same}", f"{one}, {rest}"):
        assert complaints(WINDOW, f"{card}rate_card = [{cards}]") == []


@pytest.mark.parametrize(
    ("kept", "least"),
    [
        ('[[grant]]\nid = "g"\namount = "5"\nevery = "{}"\n', "1h"),
        ('[commit]\nminimum_amount = "60"\ntrue_up = "term"\nterm = "{}"\n', "1d"),
    ],
)
def test_what_comes_again_does_not_come_every_moment(kept: str, least: str) -> None:
    for short in ("1ms", "59m", "PT59M59.999999S"):
        (complaint,) = complaints(MONEY, kept.format(short))
        assert f'must be at least "{least}"' in complaint
    assert complaints(MONEY, kept.format(least)) == complaints(MONEY, kept.format("month")) == []


def test_conditions_do_not_go_in_circles() -> None:
    found = complaints(
        window("a", 'outside = "b"'), window("b", 'inside = "c"'), window("c", 'outside = "a"')
    )

    assert len(found) == 3
    assert '"outside" goes in a circle: a -> b -> c -> a' in found[0]


def test_a_way_into_a_circle_is_none() -> None:
    found = complaints(
        window("a", 'outside = "b"'), window("b", 'outside = "c"'), window("c", 'outside = "b"')
    )

    assert [complaint.split(": ")[-1] for complaint in found] == ["b -> c -> b", "c -> b -> c"]


def test_limits_do_not_overflow_in_circles() -> None:
    def block(unit: str, pool: str) -> str:
        return (
            event(unit)
            + f'[[limit]]\nid = "l-{unit}"\nunit = "{unit}"\ncap = "5"\nduration = "1d"\n'
            + f'on_exceed = "overflow:{pool}"\n'
            + f'[[grant]]\nid = "g-{unit}"\npool = "{unit}"\namount = "5"\n'
        )

    found = complaints(block("a", "b"), block("b", "a"))

    assert [complaint.partition("goes in a circle: ")[2] for complaint in found] == [
        "a -> b -> a",
        "b -> a -> b",
    ]
    assert complaints(block("a", "b"), event("b"), EXTRA.replace("extra", "b")) == []


@pytest.mark.parametrize(
    ("grant", "said"),
    [
        ("effective_to = 2026-01-01", "is not after the plan begins"),
        (
            "effective_from = 2026-03-01\neffective_to = 2026-02-01",
            "is not after its start: the grant would never hold",
        ),
        ('rollover_min = "5"', '"rollover_min" is more than rollover_max'),
        ('per = "once"\nrollover_max = "all"', '"rollover_max" belongs to a grant with'),
        ('expires = "never"\nrollover_max = "10%"', '"rollover_max" belongs to a grant with'),
    ],
)
def test_grants_that_never_hold(grant: str, said: str) -> None:
    (complaint,) = complaints(CREDITS + grant)

    assert said in complaint


def test_overage_at_cost_knows_what_a_credit_costs() -> None:
    def dollars(unit: str, **more: str) -> str:
        facts = "".join(f'{name} = "{value}"\n' for name, value in more.items())
        return (
            f'[[unit]]\nid = "{unit}"\ncount = "sum"\nmeasure = "rated_usd"\n'
            f'[[charge]]\nunit = "{unit}"\nmodel = "pass_through"\npay_with = "credits"\n{facts}'
        )

    at_cost = '[overage]\npolicy = "charge"\nmodel = "pass_through"\n'
    said = '"model" needs a [[charge]] that makes credits of dollars, all at one rate'
    grant = '[[grant]]\nid = "included"\namount = "100"\n'
    limit = LIMIT.replace("conversation", "a") + 'on_exceed = "overflow:extra"\n' + EXTRA

    assert said in complaints(CREDITS, at_cost)[0]
    two = dollars("a", markup="1.5"), dollars("b", markup="2")
    assert said in complaints(*two, grant, at_cost)[0]
    assert complaints(*two, grant, '[overage]\npolicy = "charge"\nprice = "1"\n') == []
    same = dollars("a", markup="1.5"), dollars("b", credits_per_usd="1.5")
    assert complaints(*same, grant, at_cost) == []
    assert complaints(dollars("a"), grant, limit, at_cost) == []
    (complaint,) = complaints(event("a"), limit, at_cost)
    assert 'makes credits of the pool "extra" of dollars' in complaint


def test_automatic_packs() -> None:
    pack = '[[topup]]\nid = "%s"\ncredits = "5"\nprice = "1"\ntrigger = "auto"\nthreshold = "%s"\n'

    assert '"threshold" must be more than 0' in complaints(WINDOW, pack % ("a", "0"))[0]
    (complaint,) = complaints(WINDOW, pack % ("a", "1") + pack % ("b", "1"))
    assert 'is "auto" in [[topup]] number 1 too' in complaint


def test_a_plan_ends_after_it_begins() -> None:
    (complaint,) = complaints("effective_to = 2026-01-01")

    assert complaint == 'line 8: "effective_to" is not after effective_from'


def test_seats_are_one_unless_a_plan_says_otherwise() -> None:
    assert complaints('[[fee]]\nid = "seat"\namount = "5"\nper = "seat"') == []


def test_a_commitment_needs_no_charge_in_money_and_is_a_budget() -> None:
    commit = '[commit]\nminimum_amount = "60"'

    assert complaints(CREDITS, commit, '[[alert]]\non = "spend"') == []


def test_a_plan_that_was_not_read_is_checked_too() -> None:
    good = plan(CREDITS)
    bad = replace(
        good,
        units=(*good.units, Unit(id="w", count="window")),
        charges=(
            Charge(unit="gone"),
            Charge(unit="w", model="volume", tiers=(Tier(up_to=Decimal(5), price=Decimal(1)),)),
        ),
        overage=Overage(policy="charge"),
    )

    assert check_plan(good) == []
    assert [str(problem) for problem in check_plan(bad, "made")] == [
        (
            'made: [[unit]] number 2: "timeout" is missing: the silence that ends a unit, '
            'like timeout = "30m"'
        ),
        (
            'made: [[charge]] number 1: "unit" "gone" is no unit of this plan; '
            "it can be conversation, w"
        ),
        'made: [charge.1.tiers.0]: "up_to" of the last tier must be open: up_to = "inf"',
        'made: [overage]: "price" is missing: what a credit costs beyond those there are',
    ]


def test_the_line_of_a_contradiction_is_that_of_its_key() -> None:
    text = HEAD + WINDOW + '\n[[charge]]\nprice = "1"\n\nunit = "chat"\n'

    with pytest.raises(Exception, match=r"^p: line 17: \[\[charge\]\] \"chat\": \"unit\" "):
        parse_plan(text, "p")
