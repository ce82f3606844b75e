"""Mistakes in plan documents: where they are, what is wrong, and what was meant."""

from __future__ import annotations

import pytest

from convledger.errors import ConfigError
from convledger.plans.parse import parse_plan, plan_problems
from convledger.plans.plan_table import LARGEST_AMOUNT
from convledger.plans.reading import LARGEST_PLAN, MOST_MISTAKES, PlanMistake

from .documents import CREDITS, HEAD, WINDOW, complaints

VENDOR = '[vendor]\nrevenue = "1"\ngross_margin = "0"\n'
PRICED = f'{WINDOW}[[charge]]\nunit = "conversation"\n'


def head(old: str, new: str) -> str:
    assert old in HEAD
    return HEAD.replace(old, new)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (head("schema = 1\n", ""), '"schema" is missing; write schema = 1'),
        (head("schema = 1", "schema = 2"), 'line 1: "schema" is not known here; write schema = 1'),
        (head('"USD"', '"UDS"'), 'line 5: "currency" is no currency: "UDS"; did you mean "USD"?'),
        (head('"USD"', '"usd"'), 'line 5: "currency" is no currency: "usd"; did you mean "USD"?'),
        (head('"USD"', '"credits"'), "three letters of ISO 4217"),
        (head('"UTC"', '"Europe/Berln"'), 'did you mean "Europe/Berlin"?'),
        (head('"UTC"', '"local"'), "must be named, so that the plan means the same everywhere"),
        (head('"UTC"', '"../../etc/passwd"'), "is no time zone"),
        (head('version = "1"', "version = 1"), 'must be a text in quotes: version = "1"'),
        (head('"short"', '"a b"'), 'line 2: "id" must be a short name in quotes'),
        (head("2026-01-01", '"2026-01-01"'), "must be a date without quotes, like 2026-11-01"),
        (head("2026-01-01", "2026-01-01T09:00:00"), "needs an offset from UTC"),
        (head("2026-01-01", "1026-01-01"), "must be in the years 2000 to 2199"),
        (head("effective_from = 2026-01-01", ""), '"effective_from" is missing'),
    ],
)
def test_mistakes_at_the_top(text: str, complaint: str) -> None:
    (said,) = complaints(head=text)

    assert complaint in said


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('timeuot = "30m"', '"timeuot" is not a known key; did you mean "timeout"?'),
        ('price = "1"', '"price" is no key of a unit; it belongs to [[charge]] or [[topup]]'),
        ('currency = "USD"', '"currency" belongs at the top of the plan, before all blocks'),
        ('key = "usr"', '"key" can\'t be "usr"; did you mean "user"?'),
        ("key = 3", '"key" must be a word in quotes: thread, user, workspace'),
        ('open_on = ["users"]', '"open_on" has "users"; did you mean "user"?'),
        ('open_on = ["user", "user"]', '"open_on" has "user" twice'),
        ("open_on = []", '"open_on" must be a list of words'),
        ('event = "model_call"', 'belongs to count = "event"; this unit has count = "window"'),
        ('measure = "tokens"', 'belongs to count = "sum" or "max"; this unit has count = "window"'),
        ('duration = "5h"', 'boundary = "fixed"; this unit has boundary = "inactivity"'),
        ('grace = "5m"', 'belongs to reopen = "grace"; this unit has reopen = "new"'),
        ('release_after = "5m"', 'reserve_at = "open"; this unit has no reserve_at'),
        ('commit_at = "settle"', 'can be "settle" only with count = "outcome"'),
        ("split_every = { }", "needs one of messages, tokens, duration"),
        ("split_every = { messages = 0 }", '"messages" must be a whole number from 1'),
        ("split_every = 40", "must be a table, like split_every = { messages = 40 }"),
        ('split_every = { tokens = 9, of = ["user"] }', '"of" belongs to messages'),
        ('where = { chanel = "a" }', '"chanel" is no known attribute; did you mean "channel"?'),
        ("where = { model = 1.5 }", '"model" must be a text or a list of texts'),
        ('where = { verified = "yes" }', '"verified" must be true or false, without quotes'),
        ('skew = "2d"', '"skew" is longer than 24 h'),
    ],
)
def test_mistakes_in_a_unit(body: str, said: str) -> None:
    (complaint,) = complaints(WINDOW + body)

    assert complaint.startswith("line 13: [[unit]] ")
    assert said in complaint


@pytest.mark.parametrize(
    ("timeout", "said"),
    [
        ('"30"', "needs a unit of time"),
        ('"30 parsecs"', 'no unit of time named "parsecs"'),
        ('"P1M"', "must be elapsed time, not months of the calendar"),
        ('"0m"', "must be more than 0"),
        ('"2000d"', "is longer than 400 days"),
        ("30", "must be a length of time in quotes"),
    ],
)
def test_mistakes_in_a_time(timeout: str, said: str) -> None:
    (complaint,) = complaints(WINDOW.replace('"30m"', timeout))

    assert complaint.startswith('line 12: [[unit]] "conversation": "timeout" ')
    assert said in complaint


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("0.12", 'must be in quotes to stay exact: price = "0.12"'),
        ("1e-7", 'price = "0.0000001"'),
        ("nan", "must be an amount in quotes"),
        ("true", "must be an amount in quotes"),
        ('"abc"', "must be an amount in quotes"),
        ('" 1"', "must be an amount in quotes"),
        ('"-1"', "must not be negative"),
        ("-1", "must not be negative"),
        ('"$5"', "the plan's currency is named at the top"),
        ('"1,000"', "without commas"),
        ('"5%"', "not a percentage"),
        ('"0.1234567890123"', "has 13 places behind the point; 12 at most are kept"),
        (f'"{LARGEST_AMOUNT}.01"', "is larger than 1,000,000,000,000"),
        (f"{LARGEST_AMOUNT + 1}", "is larger than 1,000,000,000,000"),
        ('"' + "9" * 300 + '"', "is larger than 1,000,000,000,000"),
    ],
)
def test_mistakes_in_an_amount(amount: str, said: str) -> None:
    (complaint,) = complaints(PRICED + f"price = {amount}")

    assert complaint.startswith('line 15: [[charge]] "conversation": "price" ')
    assert said in complaint


@pytest.mark.parametrize("amount", ['"0.000000000001"', f'"{LARGEST_AMOUNT}"', "0", '"007.50"'])
def test_amounts_that_are_none(amount: str) -> None:
    assert complaints(PRICED + f"price = {amount}") == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", '"price" is missing'),
        ('price = "1"\ncredits = "1"', '"credits" does not go with pay_with = "money"'),
        ('price = "1"\ncredits_per_usd = "1"', 'belongs to model = "pass_through"'),
        ('price = "1"\nmodel = "flat"', '"model" can\'t be "flat"'),
        ('model = "package"\nprice = "1"', '"package_size" is missing'),
        ('model = "graduated"', '"tiers" is missing'),
        ('model = "volume"\ntiers = []', '"tiers" has no line'),
        ('model = "volume"\ntiers = 3', '"tiers" must be a list of tables'),
        ('price = "1"\nround = { mode = "floor" }', '"mode" can\'t be "floor"'),
        ('price = "1"\nround = { to = "0" }', '"to" must be more than 0'),
        ('price = "1"\nper = "0"', '"per" must be more than 0'),
        ('model = "rate_card"\nrate_card = [{ price = "1" }]', '"match" is missing'),
    ],
)
def test_mistakes_in_a_charge(body: str, said: str) -> None:
    found = complaints(PRICED + body)

    assert len(found) == 1, found
    assert said in found[0]


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ('[period]\nkind = "monthly"', '"kind" can\'t be "monthly"; did you mean "month"?'),
        ('[period]\nkind = "rolling"', '"days" is missing'),
        ("[period]\ndays = 30", '"days" belongs to kind = "rolling"'),
        ('[period]\nkind = "week"\nday = 4', '"day" belongs to kind = "month"'),
        ("[period]\nday = 32", '"day" must be a whole number from 1 to 31'),
        ("[[period]]", '"period" must be written once, as [period]'),
        ('[fee]\nid = "a"', '"fee" must be written with two brackets: [[fee]]'),
        ('[[fee]]\nid = "a"\namount = "1"\nseats = 2', 'belongs to per = "seat"'),
        ('[[topup]]\nid = "a"\nprice = "1"\ncredits = "0"', "must be more than 0"),
        (
            '[[topup]]\nid = "a"\nprice = "1"\ncredits = "1"\ntrigger = "auto"',
            '"threshold" is missing',
        ),
        (
            '[[topup]]\nid = "a"\nprice = "1"\ncredits = "1"\nthreshold = "1"',
            'belongs to trigger = "auto"',
        ),
        ('[overage]\npolicy = "block"\nprice = "1"', '"price" belongs to policy = "charge"'),
        ('[overage]\npolicy = "charge"', '"price" is missing'),
        ('[overage]\npolicy = "charge"\nmodel = "pass_through"\nprice = "1"', "does not go with"),
        ('[overage]\npolicy = "carge"\nprice = "1"', 'did you mean "charge"?'),
        ('[commit]\nminimum_amount = "1"\ntrue_up = "term"', '"term" is missing'),
        ('[[alert]]\non = "spend"\nbudget = "1"\nat = [90, 70]', "70 does not"),
        ('[[alert]]\non = "spend"\nbudget = "1"\nat = [0]', "whole percents from 1 to 1000"),
        ('[[alert]]\non = "spend"\nbudget = "1"\nat = [70.5]', "whole percents from 1 to 1000"),
        ('[vendor]\nrevenue = "1"\ngross_margin = "1.5"', 'like "0.70" or "70%"'),
        (
            VENDOR + 'ladder = [{ at = 3, action = "downgrade" }]',
            '"to" is missing: the model to go down to',
        ),
        ('[[alternative]]\nid = "a"', '"unit" is missing'),
        ("nonsense = 1", '"nonsense" is not a known key'),
        ("checked = 3", '"checked" must be a date'),
        ('timeout = "30m"', '"timeout" is no key of the plan itself; it belongs to [[unit]]'),
    ],
)
def test_mistakes_in_other_blocks(block: str, said: str) -> None:
    assert said in complaints(block)[0]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('rollover_max = "110%"', "0% to 100%"),
        ('rollover_max = "everything"', 'can be "0", an amount, a share like "10%" or "all"'),
        ('expires = "P12"', 'can be "period_end", "never" or a length of time like "P12M"'),
        ('expires = "0d"', "must be more than 0"),
        ("pooled = true", 'belongs to per = "seat"; this grant has per = "period"'),
        ('per = "once"\nevery = "month"', 'does not go with per = "once"'),
        ('kind = "gift"', "it can be included, purchased, promo"),
        ('effective = "soon"', "must be a date without quotes"),
    ],
)
def test_mistakes_in_a_grant(line: str, said: str) -> None:
    (complaint,) = complaints(CREDITS + line)

    assert '[[grant]] "included"' in complaint
    assert said in complaint


def test_all_mistakes_are_told_in_the_order_of_their_lines() -> None:
    problems = plan_problems(
        HEAD + '[[unit]]\nid = "a"\ncount = "wnidow"\n\n[[fee]]\nid = "b"\namount = 1.5\nper = 2\n',
        "my.toml",
    )

    assert [str(problem) for problem in problems] == [
        'my.toml: line 10: [[unit]] "a": "count" can\'t be "wnidow"; did you mean "window"?',
        'my.toml: line 14: [[fee]] "b": "amount" must be in quotes to stay exact: amount = "1.5"',
        'my.toml: line 15: [[fee]] "b": "per" must be a word in quotes: period, seat, once',
    ]


def test_only_the_first_mistake_is_raised() -> None:
    with pytest.raises(ConfigError, match=r'^my\.toml: line 3: "name" must be a text in quotes$'):
        parse_plan(head('name = "Short"', "name = 3") + "[[unit]]\n", "my.toml")


def test_a_mistake_in_a_line_of_a_list_names_that_line() -> None:
    (complaint,) = complaints(
        PRICED,
        'model = "rate_card"',
        "rate_card = [",
        '  { match = { model = "a" }, price = "1" }, # "[" and "{" in comments are none',
        '  { match = { model = "b" }, price = 0.5 },',
        "]",
    )

    assert complaint.startswith('line 19: [[charge]] "conversation", rate_card number 2: "price"')


def test_a_block_that_is_half_read_is_not_accused_of_contradictions() -> None:
    (complaint,) = complaints('[[unit]]\nid = "a"\ncount = "window"\ntimeout = "soon"')

    assert '"timeout" must be a length' in complaint


def test_a_unit_whose_name_is_wrong_is_not_missed_by_charges() -> None:
    text = '[[unit]]\nid = "a b"\ncount = "event"\nevent = "message"\n'
    (complaint,) = complaints(text + '[[charge]]\nunit = "ab"\nprice = "1"')

    assert '[[unit]] number 1: "id" must be a short name' in complaint


def test_what_is_no_toml_names_the_line() -> None:
    (problem,) = plan_problems("id = \n", "my.toml")

    assert isinstance(problem, PlanMistake)
    assert problem.line == 1
    assert "my.toml: not valid TOML" in str(problem)


def test_no_more_mistakes_than_anybody_reads() -> None:
    assert len(complaints("\n".join(f"key{number} = 1" for number in range(500)))) == MOST_MISTAKES


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("#" * (LARGEST_PLAN + 1), "is larger than 128 KB"),
        ("a." * 5000 + "a = 1", "line 1: too many names are joined by dots"),
        ("\na = " + "{a = " * 5000, "line 2: tables nest too deeply"),
        ("a = " + "[" * 5000, "it nests too deeply"),
        ("a = " + "9" * 5000, "line 1: a number has too many digits"),
        ('a = "\ud800"', "line 1: not text in UTF-8"),
    ],
    ids=["long", "dots", "braces", "brackets", "number", "surrogate"],
)
def test_texts_that_are_no_plan(text: str, said: str) -> None:
    (complaint,) = plan_problems(text, "my.toml")

    assert said in str(complaint)


def test_too_many_blocks_are_too_many() -> None:
    fees = "\n".join(f'[[fee]]\nid = "f{number}"\namount = "1"' for number in range(201))

    assert '"fee" has 201 tables; a plan has 200 at most' in complaints(fees)[0]


def test_control_characters_do_not_reach_the_screen() -> None:
    (complaint,) = complaints('"\\u001b[31m" = 1')

    assert "\x1b" not in complaint
