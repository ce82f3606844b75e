"""Scenarios over a workspace: exact to the picodollar, beside today, with what was forgotten."""

from __future__ import annotations

from datetime import UTC
from fractions import Fraction
from typing import Any

import pytest

from convledger.economics.context_policy import ContextPolicy
from convledger.economics.scenario_text import scenario_text
from convledger.economics.scenarios import OtherContext, OtherModel, Scenario, ShorterPrompts
from convledger.economics.simulated import Simulation
from convledger.errors import ConfigError, UsageProblem
from convledger.money import PICO
from convledger.reports.unit_costs.asked import CostQuery
from tests.economics.calls import call, golden_thread, rater
from tests.reports.shop import Shop, at

NOW = at("2026-11-20")
HAIKU = Scenario(models=(OtherModel("claude-haiku-4-5"),))
WINDOW = Scenario(context=OtherContext(ContextPolicy("window", 32_000)))


def keep(shop: Shop, conversation: int, uses: Any, **facts: Any) -> None:
    """Put calls into the ledger as an import writes them."""
    for use in uses:
        number = shop.call(
            conversation, use.cost, at=use.at, model=use.model, sent=use.input,
            cached=use.cache_read, **facts,
        )  # fmt: skip
        shop.connection.execute(
            "UPDATE call SET output=?, cache_write_5m=?, cache_write_1h=?, approximate=? "
            "WHERE id=?",
            (
                *(use.output, use.cache_write_5m, use.cache_write_1h),
                *(4 if use.lacks_tokens else 0, number),
            ),
        )
        shop._stretch(conversation, use.at, use.at)
    shop.roll_up()


def ask(shop: Shop, scenario: Scenario, **facts: Any) -> Simulation:
    """Return what a scenario makes of November."""
    query = CostQuery(at("2026-11-01"), at("2026-12-01"), NOW, UTC, **facts)
    return shop.ledger.simulate(scenario, query)


def test_the_golden_window_costs_more_where_prompts_are_cached(shop: Shop) -> None:
    """W04 and W05, with the first thing that is forgotten and how it begins."""
    talk = shop.thread("golden", title="Ten turns")
    uses = golden_thread(cached=True)
    keep(shop, talk, uses)
    for use in uses:
        shop.say(talk, f"\x1b[2Jquestion at {use.at}", at=use.at - 1)

    found = ask(shop, WINDOW)

    assert (found.today, found.after) == (347_550_000_000, 530_250_000_000)
    assert found.per_conversation[1] == 530_250_000_000
    context = found.context
    assert context is not None
    assert (context.recorded, context.off_by) == (347_550_000_000, 0)
    assert context.full_uncached.cost == 780_000_000_000
    assert context.uncached.cost == 744_000_000_000
    assert (context.turns, context.forgotten_turns, context.forgotten_tokens) == (10, 2, 8000)
    first = context.first
    assert first is not None
    assert (first.name, first.turn, first.missing_turn) == ("claude-code:golden", 1, 9)
    assert (first.at, first.missing_at) == (uses[0].at, uses[8].at)
    assert first.text == f"\x1b[2Jquestion at {uses[0].at}"
    assert found.changes[0].forgotten_turns == 2
    assert found.touched == (talk,)


def test_a_secret_in_what_is_forgotten_is_veiled(shop: Shop) -> None:
    secret = "gh" + "p_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    talk = shop.thread("golden")
    keep(shop, talk, golden_thread(cached=False))
    shop.say(talk, f"{'x' * 190} {secret}", at=call().at - 1)

    context = ask(shop, WINDOW).context

    assert context is not None
    assert context.first is not None
    assert context.first.text.startswith("xxx")
    assert secret[:10] not in context.first.text


def test_sub_agents_belong_to_their_conversation_and_stay_as_they_are(shop: Shop) -> None:
    talk = shop.thread("golden")
    keep(shop, talk, golden_thread(cached=False))
    keep(shop, talk, [call(3, input=50_000)], agent=shop.agent(talk, "helper"))
    child = shop.thread("child", parent_native="golden", relation="subagent")
    keep(shop, child, [call(4, input=60_000)])

    found = ask(shop, WINDOW)
    switched = ask(shop, HAIKU)

    assert found.conversations == 1
    assert found.today == 780_000_000_000 + 330_000_000_000
    assert found.difference == -36_000_000_000
    assert switched.after == 260_000_000_000 + 110_000_000_000


def test_what_is_not_priced_is_null_with_the_names_that_are_near(shop: Shop) -> None:
    keep(shop, shop.thread("one"), [call(input=1000)])

    found = ask(shop, Scenario(models=(OtherModel("claude-haku-4-5"),)))

    assert (found.today, found.after, found.difference) == (3 * PICO // 1000, None, None)
    assert found.steps[0].difference is None
    assert "no price is known for claude-haku-4-5" in found.steps[0].why
    assert "anthropic/claude-haiku-4-5" in found.models[0].near


def test_calls_without_tokens_are_counted_and_said(shop: Shop) -> None:
    keep(shop, shop.thread("one"), [call(input=1000), call(1, lacks_tokens=True)])
    keep(shop, shop.thread("none"), [call(2, lacks_tokens=True)])

    found = ask(shop, HAIKU)

    assert (found.today, found.after) == (3 * PICO // 1000, PICO // 1000)
    assert (found.conversations, len(found.unknown), found.uncounted_calls) == (2, 1, 2)
    assert found.models[0].without_tokens == 2
    assert "2 calls without tokens on neither side" in found.notes


def test_the_prices_are_those_of_the_day_and_told_with_their_shares(shop: Shop) -> None:
    keep(shop, shop.thread("one"), [call(input=1000)])

    effect = ask(shop, HAIKU).models[0]

    assert (effect.taken_for, effect.as_of) == ("anthropic/claude-haiku-4-5", NOW)
    assert (effect.lines[0].input, effect.lines[0].output) == ("1", "5")
    assert effect.read_share == Fraction(1, 10)
    assert effect.write_share == Fraction(5, 4)
    assert effect.long_write_share == 2


def test_no_conversations_and_no_calls_are_no_error(shop: Shop) -> None:
    everything = Scenario(
        prompts=ShorterPrompts(Fraction(1, 5)), context=WINDOW.context, models=HAIKU.models,
        escalation=Fraction(1, 10),
    )  # fmt: skip

    none = ask(shop, everything)
    shop.talk("2026-11-05")
    silent = ask(shop, everything)

    assert (none.conversations, none.today, none.after, none.share) == (0, None, None, None)
    assert none.per_conversation == (None, None)
    assert (silent.conversations, silent.calls) == (1, 0)
    assert silent.today == 0
    assert silent.share is None


@pytest.mark.parametrize("rate", ["0", "1/4", "1/2", "1"])
def test_escalations_cost_people_and_the_blend_follows_the_rate(shop: Shop, rate: str) -> None:
    for number in range(4):
        name = f"talk {number}"
        keep(shop, shop.thread(name), [call(number, input=100_000)])
        shop.talk(call(number).at, name)
    for name in ("talk 2", "talk 3"):
        shop.label(shop.thread(name), "outcome", "escalated")
        shop.connection.execute(
            "INSERT INTO worked_time (conversation_id, at, seconds, made_at) "
            "VALUES (?, ?, 3600, 0)",
            (shop.thread(name), NOW),
        )
    shop.connection.execute(
        "INSERT INTO hourly_rate VALUES ('2026-01-01', ?, 'USD', '0', 0)", (str(27 * PICO),)
    )
    wanted = Fraction(rate)

    found = ask(shop, Scenario(escalation=wanted))

    bot, handed = 3 * PICO // 10, 27 * PICO + 3 * PICO // 10
    assert found.today == 2 * bot + 2 * handed
    assert found.after == 4 * ((1 - wanted) * bot + wanted * handed)
    assert found.escalation is not None
    assert found.escalation.rate_today == Fraction(1, 2)
    assert sum(each.difference or 0 for each in found.changes) == found.difference
    both = ask(shop, Scenario(models=HAIKU.models, escalation=wanted))
    bot, handed = PICO // 10, 27 * PICO + PICO // 10
    assert both.after == 4 * ((1 - wanted) * bot + wanted * handed)


def test_usual_minutes_make_an_estimate_of_the_total_and_not_of_list_prices(shop: Shop) -> None:
    keep(shop, shop.thread("talk"), [call(0, input=100_000)])
    shop.talk(call(0).at, "talk")
    shop.label(shop.thread("talk"), "outcome", "escalated")
    shop.connection.execute(
        "INSERT INTO hourly_rate VALUES ('2026-01-01', ?, 'USD', '0', 0)", (str(30 * PICO),)
    )
    shop.ledger.set_usual_minutes(Fraction(20), now=0)

    found = ask(shop, HAIKU)

    assert found.today == 10 * PICO + 3 * PICO // 10
    assert (found.is_estimate, found.is_list_estimate) == (True, False)


def test_parts_and_conversations_add_up_to_the_difference(shop: Shop) -> None:
    keep(shop, shop.thread("golden"), golden_thread(cached=True))
    keep(shop, shop.thread("small"), [call(5, model="gpt-5", input=777, output=33)])
    scenario = Scenario(
        prompts=ShorterPrompts(Fraction(1, 3)), context=WINDOW.context, models=HAIKU.models
    )

    found = ask(shop, scenario)

    assert found.today is not None
    assert found.after is not None
    assert found.today + sum(step.difference or 0 for step in found.steps) == found.after
    assert sum(each.after or 0 for each in found.changes) == found.after
    assert found.list_after == found.after


def test_totals_are_in_the_currency_that_is_asked_for(shop: Shop) -> None:
    keep(shop, shop.thread("golden"), golden_thread(cached=True))
    unknown = ask(shop, HAIKU, currency="EUR")
    shop.connection.execute(
        "INSERT INTO exchange_rate VALUES ('USD', 'EUR', '2026-01-01', '0.8', 0)"
    )

    found = ask(shop, HAIKU, currency="EUR")

    assert (unknown.today, unknown.after, len(unknown.unknown)) == (None, None, 1)
    assert any("USD" in note for note in unknown.notes)
    assert found.today == 278_040_000_000
    assert found.after == 278_040_000_000 // 3
    assert found.list_today == 347_550_000_000


def test_what_is_rated_here_is_what_an_import_rates() -> None:
    use = call(input=10, output=20, cache_read=30, cache_write_5m=40)

    assert use.cost == 10 * 3_000_000 + 20 * 15_000_000 + 30 * 300_000 + 40 * 3_750_000
    assert use.with_tokens(rater(), (10, 20, 30, 40, 0)) is use


def test_scenarios_are_kept_renamed_taken_away_and_brought_back(shop: Shop) -> None:
    ledger = shop.ledger

    kept = ledger.save_scenario(HAIKU, " lean ", now=1)

    assert kept.name == "lean"
    assert ledger.scenario("lean") == kept
    with pytest.raises(UsageProblem, match="called lean already"):
        ledger.save_scenario(WINDOW, "lean", now=2)
    ledger.save_scenario(WINDOW, "lean", now=3, replace=True)
    ledger.rename_scenario("lean", "wide", now=4)
    assert [*ledger.scenarios()] == ["wide"]
    assert ledger.scenario("wide").name == "wide"
    ledger.delete_scenario("wide", now=5)
    assert ledger.scenarios() == {}
    said = [ledger.undo_scenario(now=6) for _ in range(5)]
    assert said == ["deleted wide", "renamed lean to wide", "replaced lean", "saved lean", ""]
    assert ledger.scenarios() == {}


def test_a_scenario_from_an_editor_that_marks_its_files_is_kept(shop: Shop) -> None:
    text = "\ufeff" + scenario_text(HAIKU)
    assert shop.ledger.save_scenario(text, "lean", now=1).name == "lean"
    assert shop.ledger.save_scenario(text, "lean", now=2, replace=True).name == "lean"


def test_a_scenario_that_is_not_there_is_told_with_the_nearest(shop: Shop) -> None:
    with pytest.raises(UsageProblem, match="none is kept yet"):
        shop.ledger.scenario("lean")
    shop.ledger.save_scenario(HAIKU, "lean", now=1)
    with pytest.raises(UsageProblem, match=r"Did you mean lean\?"):
        shop.ledger.rename_scenario("laen", "x", now=2)
    with pytest.raises(ConfigError, match="schema"):
        shop.ledger.save_scenario("schema = 3", "bad", now=2)
    with pytest.raises(UsageProblem, match="printable"):
        shop.ledger.save_scenario(HAIKU, "a\x1bb", now=2)
    assert [*shop.ledger.scenarios()] == ["lean"]


def test_a_text_of_one_s_own_keeps_its_comments(shop: Shop) -> None:
    text = 'schema = 1\n# why\n[escalation]\nrate = "5%"\n'

    shop.ledger.save_scenario(text, "mine", now=1)

    assert "# why" in shop.ledger.scenarios()["mine"]
    assert shop.ledger.scenario("mine") == Scenario("mine", escalation=Fraction(1, 20))
