"""A list of entries: the same ones that a query means, in order, with what each filter leaves."""

from __future__ import annotations

from datetime import UTC
from itertools import product

import pytest

from convledger.clock import DAY, SECOND
from convledger.ledger import Ledger
from convledger.memory import keeping
from convledger.memory.asking import EntryQuery
from convledger.memory.drafts import Draft
from convledger.memory.listing import COST, ORDERS, RECORDED, SAID, TITLE, TOKENS, listing

NOW = 1_790_000_000 * SECOND
QUERIES = [
    EntryQuery(states=states, kinds=kinds, scopes=scopes, tags=tags)
    for states, kinds, scopes, tags in product(
        ((), ("archived",), ("active", "proposed")),
        ((), ("fact",), ("fact", "decision")),
        ((), ("",), ("client:Acme",)),
        ((), ("ops",), ("ops", "money")),
    )
]


@pytest.fixture
def ids(ledger: Ledger) -> list[int]:
    memory = ledger.memory
    found = []
    for place in range(24):
        draft = Draft(
            f"Text number {place} about deploying",
            f"{'ZYX'[place % 3]} title {place}",
            ("fact", "decision", "preference")[place % 3],
            ("", "client:Acme")[place % 2],
            ((), ("ops",), ("ops", "money"), ("time",))[place % 4],
            source_date=None if place % 5 else NOW - place * DAY,
        )
        state = "proposed" if place % 7 == 0 else "active"
        number, _ = keeping.remember(ledger.connection, draft, NOW + place, state=state)
        entry = memory.entry(str(number))
        found.append(entry.id)
    memory.archive(found[3:6], NOW + 100)
    ledger.connection.execute("UPDATE entry SET tokens=id * 7 % 11 WHERE id % 4")
    return found


@pytest.mark.parametrize("query", QUERIES)
def test_a_list_holds_what_the_query_means(
    ledger: Ledger, ids: list[int], query: EntryQuery
) -> None:
    meant = {each.id for each in ledger.memory.find(query, NOW, UTC)}

    assert set(ledger.memory.listing(query, NOW).ids) == meant


@pytest.mark.parametrize("query", QUERIES[::7])
def test_a_filter_says_how_many_it_would_leave(
    ledger: Ledger, ids: list[int], query: EntryQuery
) -> None:
    found = ledger.memory.listing(query, NOW).facets
    for kind in ("fact", "decision", "preference"):
        alone = EntryQuery(query.states, (kind,), query.scopes, query.tags)
        assert found["kind"].get(kind, 0) == len(ledger.memory.listing(alone, NOW).ids)
    for state in ("active", "proposed", "archived"):
        alone = EntryQuery((state,), query.kinds, query.scopes, query.tags)
        assert found["state"].get(state, 0) == len(ledger.memory.listing(alone, NOW).ids)


def test_each_order_puts_first_what_it_names(ledger: Ledger, ids: list[int]) -> None:
    costs = {entry_id: entry_id % 5 for entry_id in ids}
    lists = {
        order: list(listing(ledger.connection, EntryQuery(), costs, order).ids) for order in ORDERS
    }
    entries = ledger.memory.entries(ids)

    assert lists[RECORDED][0] == ids[-1]
    assert entries[lists[SAID][0]].source_date == NOW
    assert entries[lists[SAID][-1]].source_date is None
    assert costs[lists[COST][0]] == 4
    assert entries[lists[TOKENS][0]].tokens == max(each.tokens or 0 for each in entries.values())
    assert entries[lists[TITLE][0]].title.startswith("X")
    assert len({frozenset(each) for each in lists.values()}) == 1


def test_a_word_may_go_on_while_it_is_typed(ledger: Ledger, ids: list[int]) -> None:
    def found(text: str) -> int:
        return len(ledger.memory.listing(EntryQuery(text=text), NOW).ids)

    assert found("depl") == found("deploying") == 21
    assert found("depl ") == 0
    assert found('"number 2') == 5  # 2, and 20 to 23
    assert found("zebra") == 0
    assert found("?!") == 21


def test_only_leaves_no_others(ledger: Ledger, ids: list[int]) -> None:
    some = [*ids[:5], 10_000]

    assert set(ledger.memory.listing(EntryQuery(), NOW, only=some).ids) == set(ids[:3])


def test_lines_name_the_first_source_and_leave_out_what_is_gone(
    ledger: Ledger, ids: list[int]
) -> None:
    lines = ledger.memory.lines([ids[1], 10_000, ids[2]], NOW)

    assert [line.id for line in lines] == [ids[1], ids[2]]
    assert (lines[0].source, lines[0].place, lines[0].tags) == ("", "", ("ops",))


def test_the_stamp_is_another_after_each_change(ledger: Ledger, ids: list[int]) -> None:
    before = ledger.memory.stamp()
    assert ledger.memory.stamp() == before
    ledger.memory.archive(ids[:1], NOW + 200)
    after = ledger.memory.stamp()
    ledger.memory.undo(NOW + 201)

    assert len({before, after, ledger.memory.stamp()}) == 3
