"""The least and the most of a period: once, over all rates of a card and versions of a plan."""

from __future__ import annotations

from convledger.money import usd_text
from convledger.plans.events import Event
from convledger.plans.examples import list_examples
from convledger.plans.parse import parse_plan
from convledger.plans.schema import Plan

from .bills import bill, call, contract, lines, talk, talks, totals
from .documents import CREDITS, HEAD, WINDOW, plan

PER_UNIT = WINDOW + '\n[[charge]]\nunit = "conversation"\nprice = "0.50"\n'
CARD = """
[[unit]]
id = "m"
count = "event"
event = "model_call"

[[charge]]
unit = "m"
model = "rate_card"
rate_card = [{ match = { model = "a" }, price = "10" }, { match = {}, price = "2" }]
"""


def models(*names: str) -> list[list[Event]]:
    """Return calls of models, one a day from the first of January on."""
    return [[call(f"2026-01-{day:02d}", "1", name)] for day, name in enumerate(names, 1)]


def test_a_rate_card_bills_what_is_missing_from_its_minimum_as_everything_else() -> None:
    made = contract(plan(CARD + 'minimum_units = "5"\n'))
    least = bill(made, models("a", "b", "a"), "2026-02-15")

    assert totals(least) == {"2026-01": "26", "2026-02": "10"}
    assert [
        (line.kind, line.name, usd_text(line.quantity), usd_text(line.money))
        for line in least.statements[0].lines
    ] == [
        ("usage", "m · a", "2", "20"),
        ("usage", "m · b", "1", "2"),
        ("minimum", "minimum of 5", "2", "4"),
    ]
    assert totals(bill(made, models(*"aabbb"), "2026-01-31")) == {"2026-01": "26"}


def test_an_only_price_is_that_of_what_is_missing() -> None:
    only = CARD.replace(', { match = {}, price = "2" }', "") + 'minimum_units = "5"\n'
    assert totals(bill(contract(plan(only)), models("a"), "2026-01-31")) == {"2026-01": "50"}


def test_a_cap_holds_for_all_models_together() -> None:
    capped = bill(contract(plan(CARD + 'cap = "15.00"\n')), models(*"aabb"), "2026-01-31")

    assert totals(capped) == {"2026-01": "15"}
    assert [
        (line.name, usd_text(line.money), line.note) for line in capped.statements[0].lines
    ] == [("m · a", "15", "no more than the cap"), ("m · b", "0", "no more than the cap")]
    free = bill(contract(plan(CARD + 'cap = "24.00"\n')), models(*"aabb"), "2026-01-31")
    assert [line.note for line in free.statements[0].lines] == ["", ""]


def test_a_minimum_is_billed_up_to_the_cap() -> None:
    made = contract(plan(CARD + 'cap = "13.00"\nminimum_units = "5"\n'))
    assert lines(bill(made, models("a"), "2026-01-31").statements[0]) == {
        "usage m": "10", "minimum m": "3",
    }  # fmt: skip


def from_mid_january(*parts: str) -> Plan:
    head = HEAD.replace('version = "1"', 'version = "2"').replace("2026-01-01", "2026-01-16")
    return plan(*parts, head=head)


def test_a_new_version_within_a_month_brings_no_second_minimum() -> None:
    least = PER_UNIT.replace('price = "0.50"', 'price = "0.50"\nminimum_units = "5"')
    made = contract(plan(least), from_mid_january(least.replace("0.50", "0.60")))
    told = [talk(f"2026-01-{day}T10:00") for day in (10, 11, 20, 21)]

    both = bill(made, [told[0], told[2]], "2026-02-10")
    assert totals(both) == {"2026-01": "2.6", "2026-02": "3"}
    assert totals(bill(made, told, "2026-01-31")) == {"2026-01": "2.7"}
    assert totals(bill(made, told[2:3], "2026-01-31")) == {"2026-01": "2.6"}


def test_a_new_version_within_a_month_leaves_room_up_to_the_higher_cap_only() -> None:
    capped = PER_UNIT.replace('price = "0.50"', 'price = "0.50"\ncap = "1.00"')
    raised = from_mid_january(capped.replace("1.00", "1.20"))
    told = [talk(f"2026-01-{day}T{hour}:00") for day in (10, 20) for hour in range(10, 15)]

    assert totals(bill(contract(plan(capped), raised), told, "2026-01-31")) == {"2026-01": "1.2"}
    free = from_mid_january(PER_UNIT)
    assert totals(bill(contract(plan(capped), free), told, "2026-01-31")) == {"2026-01": "3.5"}


def test_the_example_bills_as_many_resolutions_as_it_says() -> None:
    text = next(each.text for each in list_examples() if each.id == "settled-resolutions")
    made = contract(parse_plan(text), began="2026-06-01")

    assert lines(bill(made, talks("2026-06", 3), "2026-06-20").statements[0]) == {
        "usage resolution": "2.97", "minimum resolution": "46.53",
    }  # fmt: skip


def test_lines_of_two_versions_in_one_month_say_which_they_are_of() -> None:
    second = HEAD.replace('version = "1"', 'version = "2"').replace("2026-01-01", "2026-01-16")
    told = [*talks("2026-01", 2), talk("2026-01-20T10:00")]
    for terms in (PER_UNIT, CREDITS):
        found = bill(contract(plan(terms), plan(terms, head=second)), told, "2026-01-31")
        usage = [line.name for line in found.statements[0].lines if line.id == "conversation"]
        assert usage == ["conversation · version 1", "conversation · version 2"]
