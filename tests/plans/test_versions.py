"""Versions of a plan: which holds when, and what changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convledger.errors import ConfigError
from convledger.plans.schema import Card, Length, Plan, Split, Tier
from convledger.plans.versions import Change, PlanHistory, what_changed

from .documents import CREDITS, HEAD, plan

DAY = 86_400_000_000
START = 1_767_225_600_000_000  # 2026-01-01


def version(name: str, day: int, *, until: int | None = None, **values: Any) -> Plan:
    end = None if until is None else START + until * DAY
    return replace(
        plan(), version=name, effective_from=START + day * DAY, effective_to=end, **values
    )


def test_each_version_holds_until_the_next_begins() -> None:
    history = PlanHistory([version("2", 10), version("1", 0)])

    def name(day: int, offset: int = 0) -> str | None:
        found = history.in_force(START + day * DAY + offset)
        return found.version if found else None

    assert [plan.version for plan in history.plans] == ["1", "2"]
    assert name(0, -1) is None
    assert (name(0), name(10, -1), name(10), name(1000)) == ("1", "1", "2", "2")


def test_a_version_may_end_before_the_next_begins() -> None:
    history = PlanHistory([version("1", 0, until=5), version("2", 10, until=12)])
    spans = history.spans(START - DAY, START + 20 * DAY)

    assert history.in_force(START + 5 * DAY) is None
    assert [((s - START) // DAY, (e - START) // DAY, p.version) for s, e, p in spans] == [
        (0, 5, "1"),
        (10, 12, "2"),
    ]


def test_a_version_that_would_end_later_is_cut_by_the_next() -> None:
    history = PlanHistory([version("1", 0, until=50), version("2", 10)])

    assert [end for _, end, _ in history.spans(START, START + 99 * DAY)] == [
        START + 10 * DAY,
        START + 99 * DAY,
    ]


def test_no_version_holds_in_an_empty_span() -> None:
    assert PlanHistory([version("1", 0)]).spans(START + DAY, START + DAY) == []
    assert PlanHistory([]).in_force(START) is None


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.one_of(st.none(), st.integers(0, 40))),
        unique_by=lambda pair: pair[0],
        max_size=6,
    ),
    st.integers(-2, 35),
    st.integers(-2, 35),
)
def test_spans_say_what_in_force_says(
    starts: list[tuple[int, int | None]], since: int, until: int
) -> None:
    history = PlanHistory(version(str(day), day, until=end) for day, end in starts)
    spans = history.spans(START + since * DAY, START + until * DAY)

    for day in range(since, until):
        at = START + day * DAY
        inside = [found for start, end, found in spans if start <= at < end]
        assert inside == [found for found in [history.in_force(at)] if found]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (version("2", 0), 'version "2" of plan "short" begins when version "1" does: 2026-01-01'),
        (version("2", 5, currency="EUR"), 'is in EUR, version "1" in USD'),
        (version("2", 5, zone_name="Asia/Tokyo"), 'is in Asia/Tokyo, version "1" in UTC'),
        (version("2", 5, id="long"), '"long" and "short" are not versions of one plan'),
    ],
)
def test_versions_that_do_not_go_together(other: Plan, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        PlanHistory([version("1", 0), other])


OLD = (
    CREDITS.replace('"500"', '"400"')
    + """
[[fee]]
id = "base"
amount = "49.00"

[[topup]]
id = "pack"
credits = "100"
price = "10.00"

[overage]
policy = "charge"
price = "0.12"
"""
)


def test_what_changed_is_told_in_words() -> None:
    new = (
        OLD.replace("49.00", "59.00")
        .replace('"30m"', '"1h"')
        .replace('"0.12"', '"0.0475"')
        .replace('id = "included"', 'id = "included"\nrollover_max = "10%"')
        .replace('credits = "1"\n', 'credits = "2"\n')
        .replace('id = "pack"', 'id = "big-pack"')
    )
    head = HEAD.replace('version = "1"', 'version = "2"').replace("01-01", "07-01")

    assert what_changed(plan(OLD), plan(new, head=head)) == [
        Change("version", "1", "2"),
        Change("effective from", "2026-01-01", "2026-07-01"),
        Change("overage, price", "$0.12", "$0.0475"),
        Change("fee base, amount", "$49.00", "$59.00"),
        Change("unit conversation, timeout", "30 min", "1 h"),
        Change("charge conversation in credits, amount", "1 credit", "2 credits"),
        Change("grant included, rollover max", "0", "all"),
        Change("grant included, rollover share", "none", "10 %"),
        Change("top-up pack", "100 credits for $10.00, until the period ends", "none"),
        Change("top-up big-pack", "none", "100 credits for $10.00, until the period ends"),
    ]


def test_another_spelling_is_no_change() -> None:
    same = OLD.replace("49.00", "49").replace('"30m"', '"1800s"') + "# a comment\n"

    assert what_changed(plan(OLD), plan(same)) == []


def test_rates_are_told_line_by_line_and_their_order_counts() -> None:
    def cards(*lines: str) -> Plan:
        body = ", ".join(lines)
        return plan(
            CREDITS.replace('credits = "1"', f'model = "rate_card"\nrate_card = [{body}]').replace(
                'unit = "conversation"', 'unit = "conversation"\npay_with = "credits"'
            )
        )

    one, two = '{ match = { model = "a*" }, credits = 3 }', '{ match = { tag = "b" }, credits = 1 }'

    assert what_changed(cards(one, two), cards(one.replace("3", "4"), two)) == [
        Change("charge conversation in credits, rate for model a*", "3 credits", "4 credits")
    ]
    assert what_changed(cards(one, two), cards(two, one)) == [
        Change(
            "charge conversation in credits, order of rates", "model a*; tag b", "tag b; model a*"
        )
    ]


FULL = """
effective_to = 2027-01-01
source = "a"
checked = 2026-01-01
note = "b"
[period]
kind = "rolling"
days = 30
[[fee]]
id = "fee"
amount = "1"
per = "seat"
seats = 2
[[unit]]
id = "w"
count = "window"
timeout = "30m"
split_every = { messages = 40, of = ["user"] }
where = { channel = "chat", exclude = ["x"], outside = "o" }
[[unit]]
id = "o"
count = "window"
timeout = "24h"
[[charge]]
unit = "w"
model = "graduated"
tiers = [{ up_to = "5", price = "2", flat = "1" }, { price = "1" }]
cap = "9"
[[charge]]
unit = "o"
pay_with = "credits"
model = "rate_card"
rate_card = [{ match = { model = "a" }, credits = "2" }]
[[grant]]
id = "g"
amount = "5"
per = "seat"
seats = 2
every = "P1M"
expires = "P2M"
effective_from = 2026-02-01
effective_to = 2026-03-01
scope = { channel = "chat" }
[[topup]]
id = "t"
credits = "5"
price = "1"
trigger = "auto"
threshold = "2"
max_per_period = 3
expires = "P1Y"
[overage]
policy = "charge"
price = "1"
[[limit]]
id = "l"
unit = "w"
cap = "5"
duration = "5h"
where = { model = "a" }
[commit]
minimum_amount = "5"
true_up = "term"
term = "P1Y"
[[alert]]
on = "spend"
budget = "5"
[vendor]
revenue = "5"
gross_margin = "0.5"
expected_units = "4"
ladder = [{ at = 70, action = "downgrade", to = "small" }]
[[alternative]]
id = "a"
unit = { id = "u", count = "event", event = "message" }
charge = { unit = "u", price = "1" }
"""


MORE: dict[str, Any] = {
    "at": 1000,
    "tiers": Tier(up_to=None, price=Decimal(1)),
    "cards": Card(match={}, amount=Decimal(1)),
}


def other_value(name: str, value: Any) -> Any:
    """Return a value that differs, of the same kind."""
    if name == "zone_name":
        return "Asia/Tokyo"
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, Decimal):
        return value + Decimal("0.000000000001")
    if isinstance(value, str):
        return f"{value}x"
    if isinstance(value, Length):
        return replace(value, months=value.months + 1)
    if name in MORE and isinstance(value, tuple):
        return (*value, MORE[name])
    if isinstance(value, tuple):
        return (*value, "x")
    if isinstance(value, dict):
        return {**value, "country": ("AT",)}
    return {"verified": True}.get(name, Decimal(3) if value is None else None)


def variants(record: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield a record once for each field in it, however deep, with that field changed."""
    for field in fields(record):
        value = getattr(record, field.name)
        here = f"{path}.{field.name}"
        if field.name == "digest":
            continue
        if is_dataclass(value) and not isinstance(value, Length):
            for name, changed in variants(value, here):
                yield name, replace(record, **{field.name: changed})
        elif isinstance(value, tuple) and value and is_dataclass(value[0]):
            for number, each in enumerate(value):
                for name, changed in variants(each, f"{here}.{number}"):
                    new = (*value[:number], changed, *value[number + 1 :])
                    yield name, replace(record, **{field.name: new})
            yield here, replace(record, **{field.name: value[:-1]})
        elif value is None and field.name in ("every", "lasts", "term"):
            yield here, replace(record, **{field.name: Length(months=1)})
        elif value is None and field.name == "split":
            yield here, replace(record, split=Split(by="tokens", size=5))
        elif value is None and field.name in ("seats", "effective_from", "effective_to"):
            yield here, replace(record, **{field.name: START + 5})
        else:
            yield here, replace(record, **{field.name: other_value(field.name, value)})


WHOLE = plan(FULL)
VARIANTS = dict(variants(WHOLE, "plan"))


@pytest.mark.parametrize("path", VARIANTS)
def test_no_field_changes_unseen(path: str) -> None:
    assert what_changed(WHOLE, VARIANTS[path]) != []
    assert what_changed(VARIANTS[path], WHOLE) != []


def test_every_field_is_tried() -> None:
    assert len(VARIANTS) > 180
    assert what_changed(WHOLE, replace(WHOLE, digest="other")) == []
