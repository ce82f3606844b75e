"""Plan documents become records: every block, every spelling."""

from __future__ import annotations

import hashlib
from datetime import datetime
from decimal import Decimal

import pytest

from convledger.plans.lengths import length_of
from convledger.plans.parse import parse_plan, read_plan
from convledger.plans.schema import (
    AlertRule,
    Card,
    Commit,
    Fee,
    LadderStep,
    Length,
    Limit,
    Period,
    Rounding,
    Split,
    Tier,
)

from .documents import CREDITS, HEAD, WINDOW, plan

MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def instant(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp()) * 1_000_000


def test_head_alone_is_a_plan() -> None:
    short = plan()

    assert (short.id, short.version, short.currency, short.zone_name) == (
        *("short", "1", "USD"),
        "UTC",
    )
    assert short.effective_from == instant("2026-01-01T00:00:00Z")
    assert short.effective_to is None
    assert short.period == Period(kind="month", anchor="calendar")
    assert short.digest == hashlib.sha256(HEAD.encode()).hexdigest()


def test_a_date_is_midnight_in_the_plans_zone() -> None:
    berlin = plan(head=HEAD.replace('"UTC"', '"Europe/Berlin"'))

    assert berlin.effective_from == instant("2025-12-31T23:00:00Z")


def test_a_date_time_is_its_own_instant() -> None:
    head = HEAD.replace("2026-01-01", "2026-01-01T12:00:00.000001+02:00")

    assert plan(head=head).effective_from == instant("2026-01-01T10:00:00Z") + 1


def test_a_midnight_that_the_clock_skips_is_when_the_day_begins() -> None:
    head = HEAD.replace('"UTC"', '"America/Santiago"').replace("2026-01-01", "2026-09-06")

    assert plan(head=head).effective_from == instant("2026-09-06T04:00:00Z")


@pytest.mark.parametrize("checked", ["2026-11-20", '"2026-11-20"'])
def test_checked_is_a_date_with_or_without_quotes(checked: str) -> None:
    assert plan(f"checked = {checked}").checked == "2026-11-20"


def test_byte_order_mark_and_carriage_returns_change_nothing_but_the_digest() -> None:
    text = HEAD + CREDITS
    other = parse_plan("\ufeff" + text.replace("\n", "\r\n"), "short.toml")

    assert other.units == plan(CREDITS).units
    assert other.digest != plan(CREDITS).digest


def test_window_has_the_defaults_of_the_language() -> None:
    unit = plan(WINDOW).unit("conversation")

    assert (unit.key, unit.boundary, unit.timeout) == ("thread", "inactivity", 30 * MINUTE)
    assert (unit.open_on, unit.extend_on) == (("user",), ("user", "assistant"))
    assert (unit.at_boundary, unit.reopen, unit.skew) == ("new", "new", 5 * MINUTE)
    assert unit.where.is_everything
    assert (unit.reserve_at, unit.commit_at, unit.release_after) == ("", "open", 0)


@pytest.mark.parametrize(
    ("written", "split"),
    [
        ('{ messages = 40, of = ["user"] }', Split(by="messages", size=40, of=("user",))),
        ("{ messages = 70 }", Split(by="messages", size=70)),
        ("{ tokens = 10000 }", Split(by="tokens", size=10_000)),
        ('{ duration = "10m" }', Split(by="duration", size=10 * MINUTE)),
    ],
)
def test_split(written: str, split: Split) -> None:
    assert plan(WINDOW + f"split_every = {written}").units[0].split == split


def test_where_keeps_attributes_apart_from_conditions() -> None:
    where = (
        plan(
            WINDOW,
            'where = { channel = "chat", model = ["a*", "b"], tier = 2, licensed = false,'
            ' exclude = ["greeting"], participant = "bot_only", verified = true,'
            " min_assistant_answers = 1, min_user_messages = 2 }",
        )
        .units[0]
        .where
    )

    assert where.attributes == {
        "channel": ("chat",),
        "model": ("a*", "b"),
        "tier": ("2",),
        "licensed": ("false",),
    }
    assert (where.exclude, where.participant, where.verified) == (("greeting",), "bot_only", True)
    assert (where.min_assistant_answers, where.min_user_messages) == (1, 2)


def test_verified_is_nothing_unless_it_is_said() -> None:
    assert plan(WINDOW).units[0].where.verified is None
    assert plan(WINDOW + "where = { verified = false }").units[0].where.verified is False


def test_outcome() -> None:
    unit = plan(
        '[[unit]]\nid = "r"\ncount = "outcome"\noutcome = "resolved_confirmed"\n'
        'settle_after = "72h"\nonce_per = "user"\nreverse_on_return = true'
    ).units[0]

    assert unit.outcome == ("resolved_confirmed",)
    assert (unit.settle_after, unit.once_per, unit.reverse_on_return) == (72 * HOUR, "user", True)


def test_unique_counts_users_unless_it_says_otherwise() -> None:
    assert plan('[[unit]]\nid = "u"\ncount = "unique"').units[0].key == "user"


@pytest.mark.parametrize(
    "event", ["user_message", "model_call", "server_tool.*", "server_tool.web_search", "template"]
)
def test_events(event: str) -> None:
    unit = plan(f'[[unit]]\nid = "e"\ncount = "event"\nevent = "{event}"').units[0]

    assert unit.event == event


def test_charge_pays_with_what_it_names() -> None:
    charges = plan(
        CREDITS,
        '[[unit]]\nid = "m"\ncount = "event"\nevent = "message"\n'
        '[[charge]]\nunit = "m"\nprice = "0.10"\ncap = 20\nminimum_units = "50"\n'
        'round = { mode = "half_up", to = "0.01", at = "statement" }',
    ).charges

    assert [charge.pay_with for charge in charges] == ["credits", "money"]
    assert charges[1].amount == Decimal("0.10")
    assert (charges[1].cap, charges[1].minimum_units) == (Decimal(20), Decimal(50))
    assert charges[1].rounding == Rounding(mode="half_up", to=Decimal("0.01"), at="statement")


@pytest.mark.parametrize("end", ['up_to = "inf", ', "up_to = inf, ", ""])
def test_tiers_end_open(end: str) -> None:
    tiers = f'tiers = [{{ up_to = 1000, price = "0.2", flat = "5" }}, {{ {end}price = "0.1" }}]'
    charge = plan(WINDOW, f'[[charge]]\nunit = "conversation"\nmodel = "volume"\n{tiers}')

    assert charge.charges[0].tiers == (
        Tier(up_to=Decimal(1000), price=Decimal("0.2"), flat=Decimal(5)),
        Tier(up_to=None, price=Decimal("0.1")),
    )


def test_rate_card_keeps_its_order() -> None:
    cards = 'rate_card = [{ match = { model = "a*" }, credits = "6" }, { match = {}, credits = 1 }]'
    text = f'{WINDOW}[[charge]]\nunit = "conversation"\npay_with = "credits"\nmodel = "rate_card"\n'

    assert plan(text + cards, '[overage]\npolicy = "block"').charges[0].cards == (
        Card(match={"model": ("a*",)}, amount=Decimal(6)),
        Card(match={}, amount=Decimal(1)),
    )


@pytest.mark.parametrize(
    ("written", "expires", "lasts"),
    [
        ("period_end", "period_end", None),
        ("never", "never", None),
        ("P12M", "after", Length(months=12)),
        ("365d", "after", Length(elapsed=365 * DAY)),
    ],
)
def test_expiry_of_credits(written: str, expires: str, lasts: Length | None) -> None:
    packs = f'[[topup]]\nid = "p"\ncredits = "5"\nprice = "1"\nexpires = "{written}"'
    grant = plan(CREDITS + f'expires = "{written}"', packs)

    assert (grant.grants[0].expires, grant.grants[0].lasts) == (expires, lasts)
    assert (grant.topups[0].expires, grant.topups[0].lasts) == (expires, lasts)


@pytest.mark.parametrize(
    ("written", "most", "share"),
    [
        ('"0"', Decimal(0), None),
        ('"50"', Decimal(50), None),
        ("50", Decimal(50), None),
        ('"10%"', None, Decimal("0.1")),
        ('"all"', None, None),
    ],
)
def test_rollover(written: str, most: Decimal | None, share: Decimal | None) -> None:
    grant = plan(CREDITS + f"rollover_max = {written}").grants[0]

    assert (grant.rollover_max, grant.rollover_share) == (most, share)


def test_grant_for_a_while() -> None:
    grant = plan(
        CREDITS,
        '[[grant]]\nid = "promo"\namount = "100"\nper = "seat"\nseats = 3\npooled = false\n'
        'every = "month"\nkind = "promo"\nscope = { channel = "chat" }\ncost_basis = "0.5"\n'
        "effective = 2026-02-01\neffective_to = 2026-09-01",
    ).grants[1]

    assert (grant.per, grant.seats, grant.pooled, grant.every) == (
        *("seat", 3, False),
        Length(months=1),
    )
    assert grant.scope.attributes == {"channel": ("chat",)}
    assert grant.effective_from == instant("2026-02-01T00:00:00Z")
    assert grant.effective_to == instant("2026-09-01T00:00:00Z")


def test_limit_overflows_into_a_pool() -> None:
    limits = plan(
        WINDOW,
        '[[grant]]\nid = "x"\npool = "extra"\namount = "1"',
        '[[limit]]\nid = "five"\nunit = "conversation"\ncap = "35.00"\nduration = "5h"\n'
        'align = "hour"\non_exceed = "overflow:extra"',
        '[[limit]]\nid = "week"\nunit = "conversation"\ncap = 9\nwindow = "calendar"\n'
        'calendar = "week"\non_exceed = "degrade"',
    ).limits

    assert limits[0] == Limit(
        id="five",
        unit="conversation",
        cap=Decimal("35.00"),
        duration=5 * HOUR,
        align="hour",
        on_exceed="overflow",
        overflow="extra",
    )
    assert (limits[1].window, limits[1].calendar, limits[1].overflow) == ("calendar", "week", "")


def test_the_other_blocks() -> None:
    whole = plan(
        '[period]\nkind = "rolling"\ndays = 30',
        '[[fee]]\nid = "seat"\namount = 19\nper = "seat"\nseats = "4"\nprorate = "day"',
        '[commit]\nminimum_amount = "60.00"\ntrue_up = "term"\nterm = "P1Y"',
        '[[alert]]\non = "spend"\nbudget = "200"\nat = 100',
        '[vendor]\nrevenue = "19.00"\ngross_margin = "70%"\nexpected_units = "6"\n'
        'ladder = [{ at = 70, action = "summarise" },'
        ' { at = 90, action = "downgrade", to = "small" }]',
    )

    assert whole.period == Period(kind="rolling", days=30)
    assert whole.fees == (Fee(id="seat", amount=Decimal(19), per="seat", seats=4, prorate="day"),)
    assert whole.commit == Commit(
        minimum_amount=Decimal("60.00"), true_up="term", term=Length(months=12)
    )
    assert whole.alerts == (AlertRule(on="spend", at=(100,), budget=Decimal(200)),)
    assert whole.vendor is not None
    assert whole.vendor.gross_margin == Decimal("0.7")
    assert whole.vendor.ladder[1] == LadderStep(at=90, action="downgrade", to="small")


def test_alternative_may_be_written_inline_or_as_tables() -> None:
    inline = (
        '[[alternative]]\nid = "a"\nunit = { id = "c", count = "window", boundary = "fixed",'
        ' duration = "24h" }\ncharge = { unit = "c", price = "2.00" }'
    )
    tables = (
        '[[alternative]]\nid = "a"\n[alternative.unit]\nid = "c"\ncount = "window"\n'
        'boundary = "fixed"\nduration = "24h"\n'
        '[alternative.charge]\nunit = "c"\nprice = "2.00"'
    )

    assert plan(inline).alternatives == plan(tables).alternatives
    assert plan(inline).alternatives[0].unit.duration == DAY


def test_every_block_may_have_a_note() -> None:
    assert plan(CREDITS + 'note = "gift"', '[period]\nnote = "as agreed"').grants[0].amount == 500


def test_reading_gives_what_could_be_read_beside_the_mistakes() -> None:
    reading = read_plan(HEAD + WINDOW.replace('"30m"', '"30 parsecs"'))

    assert reading.plan is not None
    assert reading.plan.name == "Short"
    (mistake,) = reading.mistakes
    assert (mistake.line, mistake.path, mistake.key) == (12, ("unit", "0"), "timeout")


def test_lengths_are_exact() -> None:
    assert length_of("1h30m") == Length(elapsed=90 * MINUTE)
