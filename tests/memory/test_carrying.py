"""What carrying an entry costs, by what a ledger tells of the last four weeks."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convledger.clock import DAY, HOUR, QUARTER, SECOND
from convledger.economics.carrying import NO_CONVERSATION, NO_PRICE, NOWHERE, Carrying
from convledger.ingest.rates import load_rates
from convledger.memory import keeping
from convledger.memory.carrying import (
    CarryingRates,
    Holder,
    calibration,
    carrying_of,
    holders_of,
    pack_scopes,
)
from convledger.memory.drafts import Draft
from convledger.pricing import Rater
from convledger.text.tokens import ESTIMATED, METHOD, estimated_tokens
from tests.reports.books import Books

NOW = 1_790_000_000 * SECOND // QUARTER * QUARTER + 5 * SECOND
PRICES = """
[[price]]
provider = "anthropic"
model = "house"
input = "3.00"
output = "15.00"
cache_read = "0.30"

[[price]]
provider = "anthropic"
model = "plain"
input = "1.00"
output = "2.00"
tier = [{ above = 32000, input = "9.00", output = "9.00" }]
"""
CACHED = Fraction(9, 10)
A_TOKEN = 300_000 + 270_000  # picodollars: a tenth at 3 dollars a million, the rest at 0.30


@pytest.fixture(scope="module")
def rater(tmp_path_factory: pytest.TempPathFactory) -> Rater:
    file = tmp_path_factory.mktemp("prices") / "prices.toml"
    file.write_text(PRICES, "utf-8")
    return load_rates(file).rater


@dataclass
class Memory(Books):
    """Books with entries, memory files and packs."""

    rater: Rater
    files: int = field(default=0)

    def __post_init__(self) -> None:
        super().__init__()

    def remember(self, body: str, tokens: int | None = 100) -> int:
        """Add an entry of so many tokens and return its id."""
        entry_id, _ = keeping.remember(self.connection, Draft(body), NOW)
        self.connection.execute(
            "UPDATE entry SET tokens=?, tokens_method=? WHERE id=?",
            (tokens, METHOD if tokens is not None else "", entry_id),
        )
        return entry_id

    def file(
        self,
        *entry_ids: int,
        scope: str = "",
        state: str = "live",
        news: str = "",
        form: str = "claude-md",
    ) -> int:
        """Add a memory file that holds entries."""
        self.files += 1
        file_id = self._add("memory_file", format=form, path=f"/{self.files}.md", scope=scope,
                            state=state, added_at=NOW)  # fmt: skip
        for place, entry_id in enumerate(entry_ids):
            self._add("memory_item", file_id=file_id, key=str(place), entry_id=entry_id, hash="",
                      start=0, length=1, news=news, at=NOW)  # fmt: skip
        return file_id

    def pack(self, name: str, wanted: str = "{}") -> int:
        """Add a pack."""
        return self._add("pack", name=name, budget=1000, wanted=wanted, made_at=NOW)

    def render(self, pack_id: int, *entry_ids: int, at: int = NOW) -> None:
        """Render a pack with entries."""
        render_id = self._add("pack_render", pack_id=pack_id, at=at, tokens=1, digest="", name="p",
                              budget=1, among=1, method="o200k",
                              format="markdown", target="")  # fmt: skip
        for place, entry_id in enumerate(entry_ids):
            self._add("pack_render_item", render_id=render_id, place=place, entry_id=entry_id,
                      version=1, label="", digest="")  # fmt: skip

    def talk(
        self, name: str, calls: int, *, at: int = NOW - DAY, model: str = "house", project: str = ""
    ) -> int:
        """Add a conversation whose calls read nine of ten tokens from the cache."""
        conversation = self.conversation(name, project=project)
        for _ in range(calls):
            self.call(conversation, at=at, model=model, sent=1_000, cached=9_000)
        return conversation

    def carry(self, entry_id: int, *, by_conversation: bool = False) -> Carrying:
        """Return what carrying an entry costs."""
        self.roll_up()
        rates = CarryingRates(self.connection, self.rater, NOW)
        found = carrying_of(self.connection, rates, [entry_id], by_conversation=by_conversation)
        assert [*found] == [entry_id]
        assert carrying_of(self.connection, rates, by_conversation=by_conversation).items() >= (
            found.items()
        )
        return found[entry_id]


@pytest.fixture
def memory(rater: Rater) -> Memory:
    found = Memory(rater)
    # Four weeks of history, of which the first day is too long ago to count.
    found.talk("old", 5, at=NOW - 40 * DAY, project="/home/me/old")
    return found


def test_an_entry_in_a_file_is_sent_with_every_call(memory: Memory) -> None:
    entry_id = memory.remember("Deploys go out on Fridays.")
    memory.file(entry_id)
    memory.talk("a", 6)
    memory.talk("b", 8)

    found = memory.carry(entry_id)

    assert found.conversations_a_month == Fraction(2 * 30, 28)
    assert found.turns == 7
    assert found.cached_share == CACHED
    assert found.coverage == 1
    assert found.pico_a_month == math.floor(Fraction(14 * 30, 28) * 100 * A_TOKEN)
    assert (found.tokens, found.method, found.label) == (100, METHOD, "est.")


def test_only_four_weeks_count(memory: Memory) -> None:
    entry_id = memory.remember("Deploys go out on Fridays.")
    memory.file(entry_id)
    memory.talk("long ago", 3, at=NOW - 28 * DAY)
    memory.talk("to come", 3, at=NOW + QUARTER)
    assert memory.carry(entry_id).reason == NO_CONVERSATION

    memory.talk("just within", 3, at=NOW - 28 * DAY + QUARTER)
    assert memory.carry(entry_id).turns == 3
    memory.talk("now", 5, at=NOW)
    assert memory.carry(entry_id).turns == 4


def test_a_price_is_found_for_the_first_and_the_last_quarter_hour(memory: Memory) -> None:
    entry_id = memory.remember("Deploys go out on Fridays.")
    memory.file(entry_id)
    memory.talk("first", 1, at=NOW // QUARTER * QUARTER - 28 * DAY + QUARTER)
    assert memory.carry(entry_id).coverage == 1

    memory.talk("last", 1, model="claude-sonnet-4-5", at=NOW)
    assert memory.carry(entry_id).coverage == 1


def test_a_young_ledger_is_not_stretched_over_four_weeks(rater: Rater) -> None:
    memory = Memory(rater)
    entry_id = memory.remember("Deploys go out on Fridays.")
    memory.file(entry_id)
    memory.talk("a", 1, at=NOW - 14 * DAY + QUARTER)

    assert memory.carry(entry_id).conversations_a_month == Fraction(30, 14)


def test_an_entry_in_no_file_and_no_pack_is_carried_nowhere(memory: Memory) -> None:
    alone = memory.remember("Deploys go out on Fridays.")
    gone = memory.remember("No deploys in August.")
    taken_out = memory.remember("Ask before a deploy.")
    memory.file(gone, state="missing")
    memory.file(taken_out, news="removed")
    memory.talk("a", 6)

    for entry_id in (alone, gone, taken_out):
        found = memory.carry(entry_id)
        assert (found.pico_a_month, found.reason) == (0, NOWHERE)
        assert holders_of(memory.connection, entry_id) == []


@pytest.mark.parametrize("form", ["obsidian", "csv", "mem0", "mcp-memory", "chatgpt-pasted"])
def test_what_no_tool_sends_along_by_itself_is_carried_nowhere(memory: Memory, form: str) -> None:
    entry_id = memory.remember("Deploys go out on Fridays.")
    memory.file(entry_id, form=form)
    memory.talk("a", 6)

    found = memory.carry(entry_id)

    assert (found.pico_a_month, found.reason) == (0, NOWHERE)


def test_a_scope_is_matched_as_every_filter_does(memory: Memory) -> None:
    entry_id = memory.remember("Deploys go out on Fridays.")
    file_id = memory.file(entry_id)
    shop = memory.talk("a", 1, project="/home/me/acme-shop")
    memory.talk("b", 2, project="C:\\work\\acme-shop")
    memory.talk("c", 4, project="/home/me/other")
    named = memory.talk("d", 8, project="/tmp/x")
    memory.label(named, "project", "acme-shop")
    memory.label(shop, "client", "acme")
    memory.label(named, "client", "acme gmbh")
    memory.label(named, "client", "bakery")
    memory.label(named, "tag", "acme")

    def calls(scope: str) -> Fraction:
        memory.connection.execute("UPDATE memory_file SET scope=? WHERE id=?", (scope, file_id))
        found = memory.carry(entry_id)
        return found.conversations_a_month * (found.turns or 0) * 28 / 30

    assert calls("") == 15
    assert calls("project:acme-shop") == 11
    assert calls("project:acme*") == 11
    assert calls("project:me/acme-shop") == 1
    assert calls("project:/home/me/other") == 4
    assert calls("project:shop") == 0
    assert calls("client:acme") == 1
    assert calls("client:acme gmbh") == 8
    assert calls("client:acme*") == 9
    assert calls("client:bakery") == 8
    assert calls("client:*") == 9
    assert calls("client:nobody") == 0


def test_each_holder_counts_once(memory: Memory) -> None:
    entry_id = memory.remember("Deploys go out on Fridays.")
    first = memory.file(entry_id, entry_id)
    second = memory.file(entry_id, scope="project:shop")
    pack_id = memory.pack("work", '{"scopes": ["client:acme"]}')
    memory.render(pack_id, entry_id)
    shop = memory.talk("a", 1, project="/home/me/shop")
    memory.label(shop, "client", "acme")
    memory.talk("b", 1, project="/home/me/other")

    assert memory.carry(entry_id).conversations_a_month == Fraction(4 * 30, 28)
    assert holders_of(memory.connection, entry_id) == [
        Holder("file", first, "/1.md", ("",)),
        Holder("file", second, "/2.md", ("project:shop",)),
        Holder("pack", pack_id, "work", ("client:acme",)),
    ]


def test_a_pack_holds_what_it_held_last(memory: Memory) -> None:
    before, after = memory.remember("Old rule."), memory.remember("New rule.")
    pack_id, other = memory.pack("work"), memory.pack("other")
    memory.render(pack_id, before, after, at=NOW - 2 * HOUR)
    memory.render(pack_id, before, after, at=NOW - HOUR)
    memory.render(pack_id, after, at=NOW - HOUR)
    memory.render(other, at=NOW)
    memory.talk("a", 1)

    assert memory.carry(before).reason == NOWHERE
    assert memory.carry(after).turns == 1


def test_models_without_a_price_leave_coverage(memory: Memory) -> None:
    entry_id = memory.remember("Deploys go out on Fridays.")
    memory.file(entry_id)
    memory.talk("a", 1, model="nobody-knows-this")
    found = memory.carry(entry_id)
    assert (found.pico_a_month, found.reason) == (None, NO_PRICE)
    assert found.coverage == 0

    memory.talk("b", 3)
    found = memory.carry(entry_id)
    assert (found.coverage, found.cached_share) == (Fraction(3, 4), CACHED)
    assert found.pico_a_month == round(Fraction(4 * 30, 28) * 100 * A_TOKEN)


def test_a_model_without_a_price_for_its_cache_costs_input(memory: Memory) -> None:
    entry_id = memory.remember("Deploys go out on Fridays.")
    memory.file(entry_id)
    memory.talk("a", 2, model="plain")
    found = memory.carry(entry_id)

    assert found.coverage == 1
    assert found.cached_share == CACHED
    assert found.pico_a_month == round(Fraction(2 * 30, 28) * 100 * 1_000_000)


def test_what_is_due_for_a_call_as_such_is_no_price_of_a_token(memory: Memory) -> None:
    entry_id = memory.remember("Deploys go out on Fridays.")
    memory.file(entry_id)
    memory.talk("a", 28, model="perplexity/sonar")  # of Perplexity, which charges for requests too
    nothing, _ = memory.rater.pico("claude-code", "", "perplexity/sonar", NOW, "", *[0] * 6)
    assert nothing

    assert memory.carry(entry_id).pico_a_month == 30 * 100 * 1_000_000


def test_by_conversation_there_is_no_money_but_a_share(memory: Memory) -> None:
    entry_id = memory.remember("Deploys go out on Fridays.", tokens=2_000)
    memory.file(entry_id)
    memory.talk("a", 6)

    found = memory.carry(entry_id, by_conversation=True)

    assert found.pico_a_month == 0
    assert found.context_share == Fraction(1, 100)


def test_what_is_not_counted_yet_is_guessed(memory: Memory) -> None:
    entry_id = memory.remember("部署在每周五中午之前进行。", tokens=None)

    found = memory.carry(entry_id)

    assert (found.tokens, found.method) == (
        estimated_tokens("部署在每周五中午之前进行。"),
        ESTIMATED,
    )


def test_an_empty_ledger_has_an_answer(rater: Rater) -> None:
    memory = Memory(rater)
    entry_id = memory.remember("Deploys go out on Fridays.")
    memory.file(entry_id)

    assert memory.carry(entry_id).reason == NO_CONVERSATION
    assert calibration(memory.connection) == {}


def test_a_scope_that_is_new_is_read_when_it_is_asked_for(memory: Memory) -> None:
    memory.talk("a", 3, project="/home/me/shop")
    memory.roll_up()
    rates = CarryingRates(memory.connection, memory.rater, NOW)
    entry_id = memory.remember("Deploys go out on Fridays.")
    memory.file(entry_id, scope="project:shop")

    assert carrying_of(memory.connection, rates)[entry_id].turns == 3
    assert rates.of("project:shop").turns == 3


def test_nothing_is_made_up_about_other_tokens(memory: Memory) -> None:
    memory.talk("a", 3)

    assert set(calibration(memory.connection).values()) == {Fraction(1)}


@given(
    st.text() | st.sampled_from(['{"scopes": 3}', '{"scopes": ["x"]}', "[]", "[" * 9999, "null"])
)
def test_any_wish_of_a_pack_gives_a_scope(wanted: str) -> None:
    assert pack_scopes(wanted) == ("",)


def test_a_pack_goes_into_the_conversations_of_the_scopes_that_it_asks_for() -> None:
    asked = '{"scopes": ["", "project:shop", "client:Ada"]}'

    assert pack_scopes(asked) == ("project:shop", "client:Ada")
    assert pack_scopes('{"scopes": [""]}') == ("",)


def test_the_shipped_prices_hold(tmp_path: Path) -> None:
    memory = Memory(load_rates(tmp_path / "none.toml").rater)
    entry_id = memory.remember("Deploys go out on Fridays.")
    memory.file(entry_id)
    memory.talk("a", 1, model="claude-sonnet-4-5", at=NOW - 28 * DAY + QUARTER)

    assert memory.carry(entry_id).pico_a_month == round(Fraction(30, 28) * 100 * A_TOKEN)
