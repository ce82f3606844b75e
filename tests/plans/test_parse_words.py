"""Plans in plain words, for a panel."""

from __future__ import annotations

from decimal import Decimal

import pytest

from convledger.plans.schema import Split, Unit
from convledger.plans.words import WIDEST, amount_words, rule_words, terms

from .documents import CREDITS, WINDOW, plan

MINUTE = 60_000_000
HOUR = 60 * MINUTE


def test_terms_of_a_plan() -> None:
    whole = plan(
        'checked = "2026-11-20"',
        '[[fee]]\nid = "base"\namount = "79"',
        CREDITS.replace('"500"', '"400"') + 'rollover_max = "10%"\npriority = 1',
        '[[grant]]\nid = "gift"\namount = "1"\nper = "once"\nkind = "promo"\npriority = 2',
        '[[topup]]\nid = "pack"\ncredits = "1000"\nprice = "25"\nexpires = "P12M"',
        '[overage]\npolicy = "charge"\nprice = "0.25"',
        '[commit]\nminimum_amount = "60"',
        '[[alert]]\non = "allowance"',
    )

    assert terms(whole) == [
        ("period", "month · UTC"),
        ("fee", "$79.00 a month"),
        ("unit", "window, 30 min idle"),
        ("charge", "1 credit a conversation"),
        ("included", "400 credits a month, 10 % rolls over"),
        ("promo", "1 credit once"),
        ("top-up", "1,000 credits for $25.00, for 12 months"),
        ("overage", "$0.25 a credit"),
        ("order", "included, promo, top-up"),
        ("commit", "at least $60.00 a month"),
        ("alerts", "at 70, 90 and 100 %"),
        ("checked", "2026-11-20"),
    ]


def test_several_units_are_named() -> None:
    units = [name for name, _ in terms(plan(WINDOW, WINDOW.replace("conversation", "other")))]

    assert units == ["period", "unit", "unit"]
    assert ("unit", "other: window, 30 min idle") in terms(
        plan(WINDOW, WINDOW.replace("conversation", "other"))
    )


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ('duration = "5h"\non_exceed = "overflow:extra"', "day: $35.50 in 5 h, then pool extra"),
        ('window = "rolling"\nduration = "7d"', "day: $35.50 in any 7 days, then blocked"),
        (
            'window = "calendar"\ncalendar = "day"\non_exceed = "degrade"',
            "day: $35.50 a day, then lesser quality",
        ),
    ],
)
def test_limits_of_cost_are_in_dollars(limit: str, words: str) -> None:
    whole = plan(
        '[[unit]]\nid = "usage"\ncount = "sum"\nmeasure = "rated_usd"',
        '[[grant]]\nid = "extra"\npool = "extra"\namount = "5"',
        f'[[limit]]\nid = "day"\nunit = "usage"\ncap = "35.5"\n{limit}',
    )

    assert ("limit", words) in terms(whole)


@pytest.mark.parametrize(
    ("charge", "words"),
    [
        ('price = "0.99"', "$0.99 a conversation"),
        ('price = "3"\nper = "1000"', "$3.00 per 1,000 conversation"),
        (
            'model = "package"\npackage_size = 100\nprice = "49"',
            "$49.00 for each 100 conversation",
        ),
        (
            'model = "volume"\ntiers = [{ up_to = 5, price = "2" }, { price = "1" }]',
            "conversation: $2.00 to $1.00, volume",
        ),
        (
            'model = "rate_card"\nrate_card = [{ match = {}, price = "1" }]',
            "conversation by rate card, 1 line",
        ),
    ],
)
def test_charges(charge: str, words: str) -> None:
    assert ("charge", words) in terms(plan(WINDOW, f'[[charge]]\nunit = "conversation"\n{charge}'))


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        (Unit(id="u", count="window", timeout=30 * MINUTE), "window, 30 min idle"),
        (
            Unit(id="u", count="window", boundary="fixed", duration=24 * HOUR),
            "window, 24 h fixed",
        ),
        (Unit(id="u", count="window", boundary="explicit"), "window, until closed"),
        (
            Unit(id="u", count="window", boundary="thread", split=Split(by="messages", size=70)),
            "window, whole conversation, split every 70 messages",
        ),
        (Unit(id="u", count="event", event="assistant_message"), "event, assistant message"),
        (
            Unit(id="u", count="event", event="agent_action", split=Split(by="tokens", size=10**4)),
            "event, agent action, split every 10,000 tokens",
        ),
        (Unit(id="u", count="outcome", settle_after=24 * HOUR), "outcome, settles after 24 h"),
        (Unit(id="u", count="sum", measure="rated_usd"), "pass-through"),
        (Unit(id="u", count="sum", measure="tokens.output"), "sum of output tokens"),
        (Unit(id="u", count="max", measure="context_tokens"), "most context tokens"),
        (Unit(id="u", count="unique", key="user"), "unique users"),
    ],
)
def test_rules(unit: Unit, words: str) -> None:
    assert rule_words(unit) == words


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        ("1250", "USD", "$1,250.00"),
        ("0.0475", "EUR", "€0.0475"),
        ("0.000000000001", "USD", "$0.000000000001"),
        ("12.5", "CHF", "CHF 12.50"),
        ("500", "JPY", "¥500"),
        ("0.5", "JPY", "¥0.5"),
        ("1.5", "KWD", "KWD 1.500"),
        ("-3", "GBP", "-£3.00"),
        ("1E+3", "USD", "$1,000.00"),
    ],
)
def test_amounts_are_exact(amount: str, currency: str, words: str) -> None:
    assert amount_words(Decimal(amount), currency) == words


def test_long_words_are_cut() -> None:
    name = "x" * 64
    words = dict(terms(plan(CREDITS.replace("conversation", name))))["charge"]

    assert len(words) == WIDEST
    assert words.endswith("…")
