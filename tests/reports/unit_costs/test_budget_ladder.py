"""A ladder is tried on what really happened, turn by turn, from the calls."""

from __future__ import annotations

from fractions import Fraction

import pytest

from convledger.economics.budget_text import read_budget
from convledger.errors import UsageProblem
from convledger.money import PICO
from convledger.reports.unit_costs.budget_ladder import LadderRun
from convledger.reports.unit_costs.spent_calls import calls_of, prompts_of
from convledger.reports.unit_costs.turns import turns_of
from tests.reports.shop import at
from tests.reports.unit_costs.costbook import CostBook, usd

MODEL = "claude-opus-4-5"  # 5, 25 and 0.50 dollars a million: input, output, cache reads
BUDGET = 'amount = "0.95"\nsmall_model = "0.2"\n'
STEPS = "".join(
    f'[[step]]\nat = {percent}\naction = "{action}"\n'
    for percent, action in (
        (70, "drop_retrieval"), (80, "summarise"), (90, "downgrade"), (95, "refuse_tools"),
        (100, "end"),
    )
)  # fmt: skip


def turn(books: CostBook, minute: int, name: str = "one", **facts: object) -> int:
    """Add a turn: 2,400 tokens said, 80,000 read from the cache, three searches: 0.13 dollars."""
    when = at(f"2026-10-02T10:{minute:02}")
    talk = books.talk(when, name)
    call = books.call(talk, usd("0.13"), at=when + 1_000_000, model=MODEL, cached=80_000)
    known = {"output": 2_400, "web_searches": 3, **facts}
    changes = ", ".join(f"{key}=?" for key in known)
    books.connection.execute(f"UPDATE call SET {changes} WHERE id=?", (*known.values(), call))
    books.roll_up()
    return talk


def run(books: CostBook, text: str = BUDGET + STEPS) -> LadderRun:
    return books.ledger.budget_ladder(read_budget(text, "desk"), books.ask())


def test_the_ladder_of_ten_turns_ends_before_the_tenth(books: CostBook) -> None:
    for minute in range(10):
        turn(books, minute)
    books.item("retrieval", "0.20")
    found = run(books)
    (row,) = found.rows
    assert [row.today / PICO, row.spent / PICO, row.overshoot / PICO] == [
        Fraction("1.5"), Fraction("0.958"), Fraction("0.008"),
    ]  # fmt: skip
    assert (row.turns, row.ended_at, row.unserved, row.touched) == (10, 10, 1, 5)
    assert [(each.step.at, each.turn, each.at) for each in row.fired] == [
        (70, 6, at("2026-10-02T10:05")),
        (80, 7, at("2026-10-02T10:06")),
        (90, 7, at("2026-10-02T10:06")),
        (95, 8, at("2026-10-02T10:07")),
        (100, 10, at("2026-10-02T10:09")),
    ]
    assert found.today - found.spent == sum(one.saved for one in found.sums) == row.saved
    assert [one.conversations for one in found.sums] == [1] * 5
    assert (found.over_today, found.over_then) == (1, 1)


def test_turns_add_up_to_what_the_conversation_cost(books: CostBook) -> None:
    number = turn(books, 0)
    turn(books, 1, input=7_001, cache_write_5m=333)
    books.call(number, usd("0.07"), at=at("2026-10-02T10:02"), model="unheard-of", sent=5)
    books.call(number, None, at=at("2026-10-02T10:03"), model=MODEL, sent=5)
    books.roll_up()
    for kind in ("retrieval", "tool", "infrastructure", "subscription"):
        books.item(kind, "0.10")
    (cost,) = books.costs().costs
    rater = books.ledger.rates.rater
    calls, prompts = calls_of(books.connection, [number]), prompts_of(books.connection, [number])
    for counts, whole in (("machine", cost.machine), ("list", cost.parts["list"])):
        turns = turns_of(cost, counts, calls[number], prompts[number], rater)
        assert len(turns) == 2
        assert sum(each.cost.total for each in turns) == whole
    assert sum(each.cost.fixed for each in turns_of(
        cost, "machine", calls[number], prompts[number], rater
    )) == usd("0.20")  # fmt: skip


def test_what_was_sent_before_is_history(books: CostBook) -> None:
    number = books.talk("2026-10-02T10:00", "one")
    for minute, sent in ((1, 1_000), (2, 1_500)):
        pico = usd(f"{sent * 5 + 100 * 25}") // 10**6
        call = books.call(number, pico, at=at(f"2026-10-02T10:0{minute}"), model=MODEL, sent=sent)
        books.connection.execute("UPDATE call SET output=100 WHERE id=?", (call,))
    books.roll_up()
    (cost,) = books.costs().costs
    (only,) = turns_of(
        cost, "list", calls_of(books.connection, [number])[number],
        prompts_of(books.connection, [number])[number], books.ledger.rates.rater,
    )  # fmt: skip
    # Of the 1,500 tokens the 1,000 sent before and the answer of 100 are said again.
    assert only.cost.history == usd("0.0055")
    assert only.cost.model == usd("0.0120")


def test_without_prompts_each_call_is_a_turn(books: CostBook) -> None:
    for minute in range(3):
        books.spend(f"2026-10-02T10:0{minute}", "0.50", "quiet")
    (row,) = run(books, 'amount = "0.50"\n[[step]]\nat = 100\naction = "end"').rows
    assert (row.turns, row.ended_at, row.spent) == (3, 2, Fraction(usd("0.50")))
    assert row.saved == usd("1")


def test_a_named_model_is_priced_for_the_same_tokens(books: CostBook) -> None:
    for minute in range(2):
        turn(books, minute, web_searches=0)
    books.connection.execute("UPDATE call SET list_pico=?", (usd("0.10"),))
    books.roll_up()
    found = run(
        books,
        'amount = "0.10"\nsmall_model = "claude-haiku-4-5"\n[[step]]\nat = 90\n'
        'action = "downgrade"\n',
    )
    # Haiku 4.5 costs a fifth of Opus 4.5: 1, 5 and 0.10 dollars a million.
    assert found.spent == usd("0.12")
    assert (found.small_model, found.small_factor) == ("claude-haiku-4-5", None)


def test_a_model_that_is_no_cheaper_changes_nothing(books: CostBook) -> None:
    for minute in range(2):
        turn(books, minute)
    text = f'amount = "0.10"\nsmall_model = "{MODEL}"\n[[step]]\nat = 90\naction = "downgrade"\n'
    found = run(books, text)
    assert found.spent == found.today
    assert found.touched[0].touched == 0


def test_a_model_without_a_price_is_named_with_the_way_out(books: CostBook) -> None:
    turn(books, 0)
    text = 'amount = "1"\nsmall_model = "gpt-none"\n[[step]]\nat = 90\naction = "downgrade"\n'
    with pytest.raises(UsageProblem, match=r"no price of 'gpt-none' is known.*--small-model 0.2"):
        run(books, text)


def test_without_a_budget_for_one_there_is_no_ladder(books: CostBook) -> None:
    with pytest.raises(UsageProblem, match="--expected 6"):
        run(books, 'price = "19"\nexpected_conversations = 0\n')


def test_what_is_fixed_is_spent_though_turns_are_not_served(books: CostBook) -> None:
    for minute in range(4):
        turn(books, minute)
    books.item("subscription", "0.40")
    (row,) = run(books, 'amount = "0.23"\n[[step]]\nat = 100\naction = "end"').rows
    assert (row.ended_at, row.unserved) == (2, 3)
    assert row.spent == usd("0.53")  # one turn of 0.13, and all of the subscription
    assert row.saved == usd("0.39")


def test_people_are_in_both_sums(books: CostBook) -> None:
    number = turn(books, 0)
    turn(books, 1)
    books.hourly("60")
    books.worked(number, 5)
    text = 'amount = "0.10"\ncounts = "full"\n[[step]]\nat = 100\naction = "end"'
    (row,) = run(books, text).rows
    assert [row.today / PICO, row.spent / PICO] == [Fraction("5.26"), Fraction("5.13")]


def test_no_conversations_are_no_error(books: CostBook) -> None:
    found = run(books)
    assert [found.today, found.spent, len(found.touched)] == [0, 0, 0]
    assert [one.conversations for one in found.sums] == [0] * 5


def test_a_conversation_within_its_budget_is_left_alone(books: CostBook) -> None:
    turn(books, 0)
    turn(books, 1)
    for minute in range(8):
        turn(books, minute, "dear")
    found = run(books)
    quiet, dear = found.rows
    assert (quiet.turns, quiet.fired, quiet.touched) == (2, [], 0)
    assert quiet.today == quiet.spent == Fraction(usd("0.26"))
    assert found.touched == [dear]
