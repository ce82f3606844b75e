"""Samples: the same seed draws the same, strata get their parts, owners take turns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from convledger.errors import UsageProblem
from tests.reports.shop import at
from tests.workflow.review_parts import NOW, Panel


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[Panel]:
    made = Panel(tmp_path / "books")
    yield made
    made.ledger.close()


def drawn(panel: Panel, **asked: Any) -> list[str]:
    return [each.native for each in panel.draw(**asked).drawn]


def test_the_same_seed_draws_the_same_whatever_the_order_of_import(
    panel: Panel, tmp_path: Path
) -> None:
    other = Panel(tmp_path / "other", "jihgfedcba")
    for name in "abcdefghij":  # the same conversations, imported the other way round
        instant = at("2026-10-05") + "abcdefghij".index(name) * 60_000_000
        other.connection.execute(
            "UPDATE conversation SET first_at=?, last_at=? WHERE native=?", (instant, instant, name)
        )
    assert drawn(panel) == drawn(other) == ["d", "c", "e"]
    assert drawn(panel, by=("model",)) == drawn(other, by=("model",))
    assert drawn(panel, seed="8") != drawn(panel)
    other.ledger.close()


def test_a_larger_sample_holds_the_smaller_one(panel: Panel) -> None:
    assert drawn(panel, size=6)[:3] == drawn(panel)
    assert sorted(drawn(panel, size=99)) == list("abcdefghij")


def test_a_share_is_of_all_that_fit(panel: Panel) -> None:
    assert len(drawn(panel, share=Fraction(1, 4))) == 3
    assert len(drawn(panel, share=Fraction(1, 1000))) == 1


def test_strata_get_their_part_and_one_at_least(panel: Panel) -> None:
    for name in "ab":
        panel.label(panel.thread(name), "client", "acme")
    panel.label(panel.thread("c"), "client", "tiny")
    found = panel.draw(size=5, by=("client",))

    assert found.strata == {
        "client=(none)": (7, 3), "client=acme": (2, 1), "client=tiny": (1, 1),
    }  # fmt: skip
    assert Counter(each.stratum for each in found.drawn)["client=(none)"] == 3
    assert found.terms["population"] == 10


def test_costs_are_strata_by_tenths(panel: Panel) -> None:
    panel.talk("2026-10-06", "free")
    strata = panel.draw(size=11, by=("cost",)).strata

    assert strata == {f"cost={n}/10": (1, 1) for n in range(1, 11)} | {"cost=unpriced": (1, 1)}


def test_conversations_of_equal_cost_are_of_one_tenth(panel: Panel) -> None:
    panel.spend("2026-10-05T00:01", "8.00", "b")
    assert panel.draw(size=10, by=("cost",)).strata["cost=9/10"] == (2, 2)


def test_only_outliers_or_those_handed_over_are_drawn(panel: Panel) -> None:
    panel.spend("2026-10-05T00:01", "500.00", "e")
    panel.outcome(panel.thread("c"), "bot_then_human")

    assert drawn(panel, only=("outliers",)) == ["e"]
    assert drawn(panel, only=("escalated",)) == ["c"]
    with pytest.raises(UsageProblem, match="nothing to draw from"):
        drawn(panel, only=("outliers", "escalated"))
    assert panel.draw(size=2, by=("handoff",)).strata == {
        "handoff=bot": (9, 1), "handoff=escalated": (1, 1),
    }  # fmt: skip


def test_filters_and_times_narrow_what_is_drawn_from(panel: Panel) -> None:
    panel.label(panel.thread("d"), "client", "acme")
    panel.talk("2026-11-05", "later")

    assert drawn(panel, scope={"client": ("acme",)}) == ["d"]
    assert drawn(panel, since=at("2026-11-01")) == ["later"]
    assert panel.draw(until=at("2026-11-01")).population == 10


def test_owners_take_turns_and_share_the_overlap(panel: Panel) -> None:
    found = panel.draw(size=10, owners=("Ada", "Bo", "Cy"), overlap=4)
    owners = [each.owners for each in found.drawn]

    assert owners.count(("Ada", "Bo", "Cy")) == 4
    alone = [each[0] for each in owners if len(each) == 1]
    assert alone == ["Ada", "Bo", "Cy", "Ada", "Bo", "Cy"]


def test_a_sample_that_is_kept_says_how_it_was_drawn(panel: Panel) -> None:
    batch = panel.sample(owners=("Ada", "Bo"), overlap=1, by=("client",), title="October")
    items = panel.items()

    assert (batch.title, batch.seed, batch.owners) == ("October", "7", ("Ada", "Bo"))
    assert '"population":10' in batch.terms
    assert [each.stored.native for each in items] == ["d", "c", "e"]
    assert [each.stored.place for each in items] == [1, 2, 3]
    assert panel.sample().title == "seed 7"


def test_a_sample_is_taken_away_and_brought_back(panel: Panel) -> None:
    batch = panel.sample()
    panel.ledger.remove_review(batch.id, now=NOW)
    assert panel.items() == []
    with pytest.raises(UsageProblem, match="taken away already"):
        panel.ledger.remove_review(batch.id, now=NOW)
    panel.ledger.bring_back_review(batch.id)
    assert len(panel.items()) == 3
    with pytest.raises(UsageProblem, match="no sample has the number 9"):
        panel.ledger.bring_back_review(9)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"size": 0}, "from 1 to 10,000"),
        ({"size": None}, "--size N or --percent P"),
        ({"share": Fraction(2)}, "no more than 100 %"),
        ({"by": ("modle",)}, "did you mean model"),
        ({"only": ("outlier",)}, "did you mean outliers"),
        ({"overlap": 2}, "an overlap needs two owners"),
        ({"overlap": -1}, "no less than 0"),
        ({"seed": ""}, "a seed is a word"),
        ({"since": at("2030-01-01")}, "nothing to draw from"),
    ],
)
def test_what_can_not_be_meant_is_refused(panel: Panel, asked: dict[str, Any], why: str) -> None:
    with pytest.raises(UsageProblem, match=why):
        panel.draw(**asked)
