"""Where estimated or unknown tokens enter a plan's figures, and where they do not."""

from __future__ import annotations

from datetime import UTC

import pytest

from convledger.plans.certainty import SURE, Doubt
from convledger.plans.doubts import Doubts
from convledger.plans.parse import parse_plan
from convledger.reports.alert_doubts import doubts_of_alerts
from convledger.reports.comparing import Candidate, compare_plans
from convledger.reports.credit_lines import credit_lines
from convledger.reports.history import Scope
from convledger.reports.plan_credits import credit_view, ledger_lines
from convledger.reports.plan_meters import CreditsMeter, SpendMeter
from convledger.reports.plan_now import talk_uses
from convledger.reports.plan_screen import meters
from convledger.reports.plan_status import figures_of
from convledger.reports.sensitivity import sensitivity
from convledger.reports.statements.table_form import table_text
from tests.reports.shop import CREDITS, PASSED_ON, USAGE, WINDOW, Shop, at

GUESSED = Doubt(is_estimated=True)
COUNTED, MISSING, COPY, ROUNDED = 12, 4, 1, 2
TOKENS = '\n[[unit]]\nid = "tokens"\ncount = "sum"\nmeasure = "tokens.input"\n'
BY_TOKENS = (
    TOKENS
    + '\n[[charge]]\nunit = "tokens"\ncredits = "1"\nper = "1000"\n'
    + '\n[[grant]]\nid = "included"\namount = "10"\n'
)
LIMIT = '\n[[limit]]\nid = "daily"\nunit = "tokens"\ncap = "5000"\nwindow = "calendar"\n'
LIMIT += 'calendar = "day"\n'
ALERT = '\n[[alert]]\non = "allowance"\nat = [10]\n'


def called(shop: Shop, when: str, doubt: int = 0, *, sent: int = 1000, name: str = "") -> None:
    """Add a call whose tokens are known as `doubt` says; unknown ones are stored as none."""
    is_unknown = doubt & 12 == MISSING
    number = shop.spend(when, None if is_unknown else "1.00", name, sent=0 if is_unknown else sent)
    shop.connection.execute(
        "UPDATE call SET approximate=?, output=output * ? WHERE id=?",
        (doubt, int(not is_unknown), number),
    )
    shop.roll_up()


def test_counted_tokens_mark_what_is_due_and_what_will_be(shop: Shop) -> None:
    shop.plan(PASSED_ON)
    shop.use()
    called(shop, "2026-01-05T10:00")
    called(shop, "2026-02-05T10:00", COUNTED)
    january, february = shop.bill("2026-02-10").statements
    doubts = Doubts(shop.bill("2026-02-10"))

    assert (doubts.due(january), doubts.due(february)) == (SURE, GUESSED)
    found = meters(shop.ledger.plan_book, shop.connection, shop.subscription(), at("2026-02-10"))
    assert isinstance(found.spend, SpendMeter)
    assert (found.spend.doubt, found.spend.projected_doubt) == (GUESSED, GUESSED)


@pytest.mark.parametrize("doubt", [COUNTED, ROUNDED])
def test_every_kind_of_approximate_tokens_is_an_estimate(shop: Shop, doubt: int) -> None:
    shop.plan(BY_TOKENS)
    shop.use()
    called(shop, "2026-01-05T10:00", doubt)

    assert Doubts(shop.bill("2026-01-10")).left("") == GUESSED


def test_a_copy_that_counts_is_no_estimate(shop: Shop) -> None:
    shop.plan(BY_TOKENS)
    shop.use()
    called(shop, "2026-01-05T10:00", COPY)

    assert Doubts(shop.bill("2026-01-10")).left("") == SURE


def test_conversations_are_counted_exactly_whatever_their_tokens_are(shop: Shop) -> None:
    shop.plan(CREDITS, ALERT)
    shop.use()
    shop.talk("2026-01-05T10:00", "a")
    called(shop, "2026-01-05T10:00", COUNTED, name="a")
    called(shop, "2026-01-05T10:01", MISSING, name="a")
    bill = shop.bill("2026-01-10")
    view = credit_view(bill)

    assert not Doubts(bill)
    assert (view.doubt, view.pools[0].left_doubt, view.pools[0].ahead_doubt) == (SURE, SURE, SURE)


def test_a_balance_is_exact_again_once_the_credits_in_doubt_have_ended(shop: Shop) -> None:
    shop.plan(BY_TOKENS)
    shop.use()
    called(shop, "2026-01-05T10:00", COUNTED)
    called(shop, "2026-03-05T10:00")

    assert Doubts(shop.bill("2026-01-10")).left("") == GUESSED
    late = Doubts(shop.bill("2026-03-10"))
    assert (late.left(""), late.left("", at("2026-01-20"))) == (SURE, GUESSED)


def test_what_is_rolled_over_stays_in_doubt(shop: Shop) -> None:
    shop.plan(BY_TOKENS, 'rollover_max = "all"\n')
    shop.use()
    called(shop, "2026-01-05T10:00", COUNTED)

    assert Doubts(shop.bill("2026-03-10")).left("") == GUESSED


def test_calls_of_unknown_tokens_are_told_by_their_number(shop: Shop) -> None:
    shop.plan(BY_TOKENS, LIMIT)
    shop.use()
    called(shop, "2026-01-05T10:00", MISSING)
    called(shop, "2026-01-05T11:00", MISSING)
    called(shop, "2026-01-05T12:00")
    found = meters(
        shop.ledger.plan_book, shop.connection, shop.subscription(), at("2026-01-05T13:00")
    )

    assert isinstance(found.credits, CreditsMeter)
    assert found.credits.used_doubt == Doubt(uncounted=2)
    assert found.windows[0].doubt == Doubt(uncounted=2)
    assert found.doubt == Doubt(uncounted=2)
    after = credit_view(shop.bill("2026-01-06T13:00"))
    assert (after.limits[0].doubt, after.pools[0].left_doubt) == (SURE, Doubt(uncounted=2))


def test_a_call_of_unknown_tokens_has_no_price_either(shop: Shop) -> None:
    shop.plan(PASSED_ON)
    shop.use()
    called(shop, "2026-01-05T10:00", MISSING)
    bill = shop.bill("2026-01-10")

    assert bill.statements[0].due == 0
    assert Doubts(bill).due(bill.current) == Doubt(uncounted=1)


def test_a_guessed_price_is_in_doubt_where_money_is_measured_alone(shop: Shop) -> None:
    both = USAGE + '\n[[charge]]\nunit = "usage"\nmodel = "pass_through"\n' + BY_TOKENS
    shop.plan(both)
    shop.use()
    shop.spend("2026-01-05T10:00", "1.00", sent=1000, state=3)
    bill = shop.bill("2026-01-10")

    assert Doubts(bill).due(bill.current) == GUESSED
    assert Doubts(bill).left("") == SURE


def test_lines_of_the_ledger_are_marked_one_by_one(shop: Shop) -> None:
    shop.plan(BY_TOKENS)
    shop.use()
    called(shop, "2026-01-05T10:00")
    called(shop, "2026-01-06T10:00", COUNTED)
    called(shop, "2026-01-07T10:00")
    bill = shop.bill("2026-01-10")
    zone = bill.contract.zone
    told = ledger_lines(bill, zone, since=None, until=None, each=False)
    drawn = credit_lines(bill, "", zone)

    for lines in (told, drawn):
        assert [line.amount_doubt for line in lines] == [SURE, GUESSED, SURE, SURE]
        assert [line.balance_doubt for line in lines] == [GUESSED, GUESSED, SURE, SURE]


def test_a_conversation_bears_its_own_estimates_alone(shop: Shop) -> None:
    shop.plan(BY_TOKENS)
    shop.use()
    called(shop, "2026-01-05T10:00", COUNTED, name="guessed")
    called(shop, "2026-01-05T10:05", name="told")
    uses = talk_uses(shop.bill("2026-01-05T10:10"))

    names = {name: uses[shop.thread(name)].doubt for name in ("guessed", "told")}
    assert names == {"guessed": GUESSED, "told": SURE}


def test_alerts_tell_of_the_period_that_they_are_about(shop: Shop) -> None:
    shop.plan(BY_TOKENS, ALERT)
    shop.use()
    called(shop, "2026-01-05T10:00", COUNTED, sent=2000)
    (given,) = shop.follow("2026-01-06").alerts
    called(shop, "2026-02-05T10:00", sent=2000)
    (later,) = shop.follow("2026-02-06").alerts
    book, every = shop.ledger.plan_book, shop.ledger.alerts_given()

    assert (given.doubt, later.doubt) == (GUESSED, SURE)
    doubts = doubts_of_alerts(book, shop.connection, every, at("2026-02-06"))
    assert [doubts[one.number] for one in every] == [GUESSED, SURE]


def test_a_budget_for_a_conversation_is_as_sure_as_its_tokens(shop: Shop) -> None:
    shop.plan(WINDOW, '\n[[alert]]\non = "unit_budget"\nbudget = "1.00"\nat = [50]\n')
    shop.use()
    shop.talk("2026-01-05T10:00", "a")
    called(shop, "2026-01-05T10:00", COUNTED, name="a")
    (given,) = shop.follow("2026-01-05T11:00").alerts

    assert given.doubt == GUESSED


def test_compared_plans_are_in_doubt_where_they_bill_tokens_alone(shop: Shop) -> None:
    shop.plan(PASSED_ON, plan="money")
    shop.plan(CREDITS, plan="talks")
    shop.plan(BY_TOKENS, plan="tokens")
    shop.talk("2026-01-05T10:00", "a")
    called(shop, "2026-01-05T10:00", COUNTED, name="a")
    histories = shop.ledger.plan_book.shelf.histories
    candidates = [
        Candidate(histories[name], is_in_force=name == "talks")
        for name in ("money", "talks", "tokens")
    ]
    since, until = at("2026-01-01"), at("2026-02-01")
    found = compare_plans(shop.connection, candidates, Scope(), since, until, until, UTC)
    doubts = {
        row.plan_id: (row.counted_doubt, row.doubt, row.difference_doubt) for row in found.rows
    }

    assert doubts == {
        "money": (SURE, GUESSED, GUESSED),
        "talks": (SURE, SURE, SURE),
        "tokens": (GUESSED, SURE, SURE),  # nothing is over: its bill is nothing whatever they were
    }


def test_the_figures_of_a_prompt_say_what_is_an_estimate(shop: Shop) -> None:
    shop.plan(BY_TOKENS)
    shop.use()
    called(shop, "2026-01-05T10:00", COUNTED)
    bill = shop.bill("2026-01-10")
    found = figures_of(bill, bill.contract.zone)

    assert found is not None
    assert (found.spent_estimated, found.credits_estimated) == (False, True)


def test_a_statement_marks_the_lines_that_estimates_are_in_and_no_others(shop: Shop) -> None:
    shop.plan('\n[[fee]]\nid = "base"\namount = "10"\n', PASSED_ON)
    shop.use()
    called(shop, "2026-01-05T10:00", COUNTED)
    called(shop, "2026-02-05T10:00")
    bill = shop.bill("2026-02-10")
    doubts = Doubts(bill)
    january, february = bill.statements
    told = table_text([january], doubts=[doubts.of_statement(january)])
    assert "~$1.00" in told
    assert "~$11.00" in told
    assert "~$10.00" not in told
    assert "~" not in table_text([february], doubts=[doubts.of_statement(february)])


def test_a_statement_says_that_its_credits_are_less_or_more_by_estimates(shop: Shop) -> None:
    shop.plan(BY_TOKENS)
    shop.use()
    called(shop, "2026-01-05T10:00", COUNTED, sent=3000)
    called(shop, "2026-01-06T10:00", MISSING)
    bill = shop.bill("2026-01-10")
    (statement,) = bill.statements
    told = table_text([statement], doubts=[Doubts(bill).of_statement(statement)])
    assert "10 granted, ≥~3 used" in told
    assert "≤~7 left" in told


def test_the_bill_of_another_timeout_is_in_the_same_doubt(shop: Shop) -> None:
    plan = shop.plan(WINDOW, PASSED_ON)
    shop.use()
    called(shop, "2026-01-05T10:00", COUNTED)
    called(shop, "2026-02-05T10:00")
    read = parse_plan(plan.read_text("utf-8"), "short")
    for month, doubt in (("01", GUESSED), ("02", SURE)):
        told = sensitivity(
            shop.connection, read, Scope(), at(f"2026-{month}-01"), at(f"2026-{month}-28"),
            at("2026-03-01"),
        )  # fmt: skip
        assert {step.doubt for step in told.steps} == {doubt}
