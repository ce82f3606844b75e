"""The plans that come along, and every system that the language must be able to say."""

from __future__ import annotations

import re
from decimal import Decimal
from fnmatch import fnmatch

import pytest

from convledger.plans.examples import Example, list_examples
from convledger.plans.parse import parse_plan
from convledger.plans.schema import Plan
from convledger.plans.words import WIDEST, terms

from .documents import complaints, plan

EXAMPLES = {example.id: example for example in list_examples()}
VENDORS = re.compile(
    "intercom|zendesk|salesforce|agentforce|hubspot|freshworks|freddy|copilot|tidio|gorgias|crisp|"
    "chatbase|botpress|voiceflow|google|dialogflow|amazon|twilio|whatsapp|claude|anthropic|openai|"
    "chatgpt|codex|cursor|github|windsurf|insertchat|ada\\b",
    re.IGNORECASE,
)


def example(name: str) -> Plan:
    return parse_plan(EXAMPLES[name].text, f"{name}.toml")


def test_there_are_examples_of_all_kinds() -> None:
    plans = [example(name) for name in EXAMPLES]

    assert len(plans) >= 14
    assert {unit.count for each in plans for unit in each.units} == {
        *("window", "event", "outcome", "sum", "unique"),
    }
    assert {charge.model for each in plans for charge in each.charges} >= {
        *("per_unit", "graduated", "volume", "rate_card", "pass_through"),
    }


@pytest.mark.parametrize("each", EXAMPLES.values(), ids=lambda each: each.id)
def test_an_example_says_where_it_comes_from_under_a_neutral_name(each: Example) -> None:
    found = example(each.id)

    assert (found.id, found.name) == (each.id, each.name)
    assert not VENDORS.search(f"{found.id} {found.name}")
    assert found.source
    assert "2025-01-01" <= found.checked <= "2026-11-20"


@pytest.mark.parametrize("each", EXAMPLES.values(), ids=lambda each: each.id)
def test_an_example_teaches(each: Example) -> None:
    lines = each.text.splitlines()

    assert lines[0].startswith("# ")
    assert sum("# " in line for line in lines) >= 5
    assert max(map(len, lines)) <= 100
    assert each.text.endswith("\n")
    assert "\t" not in each.text


@pytest.mark.parametrize("each", EXAMPLES.values(), ids=lambda each: each.id)
def test_keys_of_a_block_stand_in_line(each: Example) -> None:
    for block in each.text.split("\n\n"):
        columns = {
            line.index(" = ") + 1 for line in block.splitlines() if re.match(r"[a-z_]+ += ", line)
        }
        assert len(columns) <= 1, block


@pytest.mark.parametrize("each", EXAMPLES.values(), ids=lambda each: each.id)
def test_an_example_fits_into_a_panel(each: Example) -> None:
    for _, words in terms(example(each.id)):
        assert len(words) <= WIDEST
        assert not words.endswith("…")


# Systems by what decides about them, in the shortest document that says it.
EVENTS = '[[unit]]\nid = "u"\ncount = "event"\nevent = "{}"\n'
COST = '[[unit]]\nid = "u"\ncount = "sum"\nmeasure = "rated_usd"\n'
PASSED_ON = '[[charge]]\nunit = "u"\nmodel = "pass_through"\n'
ONE_CREDIT = '[[charge]]\nunit = "u"\ncredits = "1"\n'
OUTCOME = '[[unit]]\nid = "u"\ncount = "outcome"\noutcome = ["resolved_assumed"]\n'
IDLE = '[[unit]]\nid = "u"\ncount = "window"\ntimeout = "30m"\n'
CLOSED = '[[unit]]\nid = "u"\ncount = "window"\nboundary = "explicit"\n'
DAY = '[[unit]]\nid = "u"\ncount = "window"\nboundary = "fixed"\nduration = "24h"\n'
INCLUDED = '[[grant]]\nid = "included"\namount = "500"\n'
BLOCK = '[overage]\npolicy = "block"\n'
CHARGED = '[overage]\npolicy = "charge"\nprice = "0.01"\n'
FIVE_HOURS = '[[limit]]\nid = "five"\nunit = "u"\ncap = "9"\nduration = "5h"\n'
WEEK = '[[limit]]\nid = "week"\nunit = "u"\ncap = "99"\nwindow = "rolling"\nduration = "7d"\n'
PACK = '[[topup]]\nid = "pack"\ncredits = "100"\nprice = "1"\n'
CARD = '[[charge]]\nunit = "u"\npay_with = "credits"\nmodel = "rate_card"\nrate_card = [{}]\n'

SYSTEMS = {
    "conversations, reserved and committed": (
        IDLE + 'reserve_at = "open"\ncommit_at = "first_assistant_reply"\n' + ONE_CREDIT + INCLUDED
        + CHARGED + '[[alert]]\non = "allowance"\n'
    ),
    "outcomes with a minimum and a hard cap": (
        OUTCOME + 'settle_after = "24h"\nonce_per = "thread"\nreverse_on_return = true\n'
        '[[charge]]\nunit = "u"\nprice = "0.99"\nminimum_units = "50"\n'
        '[[limit]]\nid = "hard"\nunit = "u"\ncap = "1000"\nwindow = "calendar"\n'
        'calendar = "month"\n'
    ),
    "verified resolutions, seats and a commitment": (
        OUTCOME + 'settle_after = "72h"\nwhere = { verified = true, participant = "bot_only" }\n'
        + ONE_CREDIT + '[[grant]]\nid = "seats"\namount = "5"\nper = "seat"\npooled = true\n'
        '[[grant]]\nid = "block"\namount = "40"\nkind = "purchased"\ncost_basis = "1.50"\n'
        '[overage]\npolicy = "charge"\nprice = "2.00"\n[commit]\nminimum_amount = "60.00"\n'
    ),
    "conversations of 24 hours that a welcome opens": (
        DAY + 'open_on = ["user", "assistant"]\n[[charge]]\nunit = "u"\nprice = "2.00"\n'
        '[commit]\nminimum_amount = "500"\n'
    ),
    "conversations that the user ends": CLOSED + '[[charge]]\nunit = "u"\nprice = "2.00"\n',
    "actions of 10,000 tokens": (
        EVENTS.format("agent_action") + "split_every = { tokens = 10000 }\n"
        + CARD.format('{ match = { modality = "voice" }, credits = "30" }, '
                      '{ match = {}, credits = "20" }')
        + '[[topup]]\nid = "block"\ncredits = "100000"\nprice = "500"\nexpires = "P12M"\n'
    ),
    "resolutions for 50 credits": (
        OUTCOME + 'settle_after = "24h"\n[[charge]]\nunit = "u"\ncredits = "50"\n'
        '[[grant]]\nid = "g"\namount = "3000"\nrollover_max = "0"\n'
        '[[topup]]\nid = "t"\ncredits = "1000"\nprice = "10"\ntrigger = "auto"\nthreshold = "1"\n'
        '[overage]\npolicy = "topup"\n'
    ),
    "sessions of a user": (
        DAY + 'key = "user"\n' + ONE_CREDIT
        + '[[grant]]\nid = "trial"\namount = "500"\nper = "once"\nexpires = "never"\n'
        'kind = "promo"\n[[topup]]\nid = "t"\ncredits = "100"\nprice = "49"\ntrigger = "auto"\n'
        'threshold = "10"\nexpires = "period_end"\n' + BLOCK
    ),
    "events by feature, free with a licence": (
        EVENTS.format("agent_action")
        + CARD.format('{ match = { licensed = true }, credits = "0" }, '
                      '{ match = { feature = "generative" }, credits = "2" }')
        + INCLUDED + CHARGED
    ),
    "conversations that an operator closes": (
        CLOSED + ONE_CREDIT + INCLUDED + PACK + '[overage]\npolicy = "topup"\n'
    ),
    "tickets and automation": (
        '[[unit]]\nid = "t"\ncount = "window"\ntimeout = "3d"\n' + OUTCOME
        + 'settle_after = "72h"\nwhere = { participant = "bot_only" }\n'
        '[[charge]]\nunit = "t"\ncredits = "1"\n[[charge]]\nunit = "u"\nprice = "0.90"\n'
        + INCLUDED + CHARGED
    ),
    "conversations at a volume price": (
        IDLE + '[[charge]]\nunit = "u"\nmodel = "volume"\n'
        'tiers = [{ up_to = "1000", price = "1.50" }, { price = "0.35" }]\n'
        '[commit]\nminimum_amount = "12000"\ntrue_up = "term"\nterm = "P1Y"\n'
    ),
    "allowance of usage from the 4th": (
        "[period]\nday = 4\n" + COST + PASSED_ON + 'markup = "1.2"\npay_with = "credits"\n'
        '[[grant]]\nid = "g"\namount = "25"\n' + BLOCK
    ),
    "replies by model": (
        EVENTS.format("assistant_message")
        + CARD.format('{ match = { model = "claude-opus-*" }, credits = "6" }, '
                      '{ match = {}, credits = "1" }')
        + INCLUDED + PACK + '[overage]\npolicy = "topup"\n'
    ),
    "messages and cost, capped": (
        EVENTS.format("user_message") + COST.replace('"u"', '"ai"')
        + '[[charge]]\nunit = "u"\ncredits = "1"\npool = "messages"\n'
        '[[charge]]\nunit = "ai"\nmodel = "pass_through"\npay_with = "credits"\npool = "ai"\n'
        '[[grant]]\nid = "m"\npool = "messages"\namount = "500"\n'
        '[[grant]]\nid = "a"\npool = "ai"\namount = "5"\n' + CHARGED
        + '[[limit]]\nid = "cap"\nunit = "ai"\ncap = "100"\nwindow = "calendar"\n'
        'calendar = "month"\n'
    ),
    "interactions": (
        EVENTS.format("message") + CARD.format('{ match = {}, credits = "1" }') + PACK
        + '[overage]\npolicy = "topup"\n'
    ),
    "requests with a promotion": (
        EVENTS.format("user_message") + '[[charge]]\nunit = "u"\nprice = "0.007"\n'
        '[[grant]]\nid = "promo"\namount = "600"\nper = "once"\nexpires = "P12M"\n'
        'kind = "promo"\n'
    ),
    "sessions split every 40 requests": (
        IDLE + 'split_every = { messages = 40, of = ["user"] }\n'
        '[[charge]]\nunit = "u"\nprice = "0.20"\n'
    ),
    "whole threads split every 70 messages": (
        '[[unit]]\nid = "u"\ncount = "window"\nboundary = "thread"\n'
        'split_every = { messages = 70 }\n[[charge]]\nunit = "u"\nprice = "0.06"\n'
    ),
    "messages in and out": (
        EVENTS.format("user_message") + EVENTS.format("assistant_message").replace('"u"', '"v"')
        + '[[charge]]\nunit = "u"\nprice = "0.010"\n[[charge]]\nunit = "v"\nprice = "0.010"\n'
    ),
    "requests": EVENTS.format("user_message") + '[[charge]]\nunit = "u"\nprice = "0.00075"\n',
    "active users": (
        '[[unit]]\nid = "u"\ncount = "unique"\n[[charge]]\nunit = "u"\nmodel = "graduated"\n'
        'tiers = [{ up_to = "200", price = "0" }, { up_to = "inf", price = "0.05" }]\n'
    ),
    "templates outside two service windows": (
        IDLE.replace("30m", "24h").replace('"u"', '"service"') + 'extend_on = ["user"]\n'
        + DAY.replace("24h", "72h").replace('"u"', '"entry"') + 'where = { tag = "ad" }\n'
        + EVENTS.format("business_message") + 'where = { outside = "service" }\n'
        '[[charge]]\nunit = "u"\nmodel = "rate_card"\n'
        'rate_card = [{ match = { category = "utility", country = "DE" }, price = "0.05" }]\n'
    ),
    "windows of five hours and a week": (
        COST + FIVE_HOURS + 'on_exceed = "overflow:extra"\n' + WEEK
        + 'where = { model = "claude-opus-*" }\n'
        '[[grant]]\nid = "x"\npool = "extra"\namount = "20"\nper = "once"\nexpires = "never"\n'
        '[overage]\npolicy = "charge"\nmodel = "pass_through"\n'
    ),
    "tokens for credits beyond windows": (
        '[[unit]]\nid = "u"\ncount = "sum"\nmeasure = "tokens.output"\n'
        + CARD.format('{ match = { model = "gpt-5.5*" }, credits = "750" }')
        + 'per = "1000000"\npool = "credits"\n' + FIVE_HOURS + 'on_exceed = "overflow:credits"\n'
        + WEEK + 'on_exceed = "overflow:credits"\n' + PACK + 'pool = "credits"\n'
    ),
    "two pots of usage": (
        '[period]\nanchor = "subscription"\n'
        + COST + 'where = { exclude = ["auto"] }\n'
        + COST.replace('"u"', '"a"') + 'where = { tag = "auto" }\n'
        + PASSED_ON + 'pay_with = "credits"\npool = "api"\n'
        + PASSED_ON.replace('"u"', '"a"') + 'pay_with = "credits"\npool = "auto"\n'
        '[[grant]]\nid = "api"\npool = "api"\namount = "20"\n'
        '[[grant]]\nid = "auto"\npool = "auto"\namount = "60"\n' + CHARGED
    ),
    "pooled credits at list price": (
        COST + PASSED_ON + 'pay_with = "credits"\ncredits_per_usd = "100"\n'
        '[[grant]]\nid = "g"\namount = "1900"\nper = "seat"\nseats = 9\npooled = true\n' + CHARGED
    ),
    "premium requests with multipliers": (
        EVENTS.format("user_message")
        + CARD.format('{ match = { model = "large*" }, credits = "10" }, '
                      '{ match = { model = "mini*" }, credits = "0.33" }, '
                      '{ match = {}, credits = "1" }')
        + '[[grant]]\nid = "g"\namount = "300"\n[overage]\npolicy = "charge"\nprice = "0.04"\n'
    ),
    "windows, then credits in packs": (
        COST + FIVE_HOURS + 'on_exceed = "overflow:credits"\n' + WEEK
        + '[[topup]]\nid = "t"\npool = "credits"\ncredits = "2500"\nprice = "25"\n'
    ),
    "quota of the calendar day and week": (
        COST + '[[limit]]\nid = "d"\nunit = "u"\ncap = "4"\nwindow = "calendar"\n'
        'calendar = "day"\n[[limit]]\nid = "w"\nunit = "u"\ncap = "16"\nwindow = "calendar"\n'
        'calendar = "week"\n[overage]\npolicy = "charge"\nmodel = "pass_through"\n'
    ),
    "prompts in five hours": EVENTS.format("user_message") + FIVE_HOURS,
    "flat seat for a seller": (
        '[[fee]]\nid = "seat"\namount = "19"\nper = "seat"\n'
        '[vendor]\nrevenue = "19"\ngross_margin = "0.70"\n'
    ),
    "prepaid tokens at list price": (
        COST + PASSED_ON + 'pay_with = "credits"\n'
        '[[topup]]\nid = "t"\ncredits = "50"\nprice = "50"\nexpires = "P12M"\n' + BLOCK
    ),
}  # fmt: skip


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_system_can_be_said(system: str) -> None:
    assert complaints(SYSTEMS[system]) == []
    assert all(len(words) <= WIDEST for _, words in terms(plan(SYSTEMS[system])))


def test_examples_say_what_they_are_modelled_on() -> None:
    tiers = example("unique-users-graduated").charges[0].tiers
    rates = {
        card.match["model"][0]: card.amount
        for card in example("reply-credits-by-model").charges[0].cards
        if card.match
    }

    assert [tier.price for tier in tiers] == list(map(Decimal, ("0", "0.05", "0.0475", "0.045")))
    first = next(amount for name, amount in rates.items() if fnmatch("claude-opus-4-7x", name))
    assert first == 6
    assert example("verified-resolutions-committed").grants[1].cost_basis == Decimal("1.50")
    assert example("two-usage-pools").period.anchor == "subscription"
    assert example("hybrid-with-rollover").grants[0].rollover_share == Decimal("0.1")
    assert example("usage-from-the-fourth").period.day == 4
