"""Verdicts: the latest counts, all are kept, and nobody sees those of others before their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from convledger.errors import UsageProblem
from convledger.store.audit_check import verify
from convledger.store.reviews import verdicts
from convledger.workflow.judging import Opinion
from convledger.workflow.review_words import DISPUTED, OPEN, SETTLED
from tests.workflow.review_parts import NOW, Panel, said


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[Panel]:
    made = Panel(tmp_path / "books")
    made.sample(owners=("Ada", "Bo"), overlap=3, due_at=NOW + 100)
    yield made
    made.ledger.close()


def test_the_latest_verdict_counts_and_the_earlier_are_kept(panel: Panel) -> None:
    panel.judge(1, "Ada", "pass")
    panel.judge(1, "Ada", "minor", reasons=("incomplete",), note="half of it", seconds=240)
    item = panel.ledger.review_item(1, "Ada")

    assert said(item) == {"Ada": "minor"}
    assert item.latest["Ada"].note == "half of it"
    assert [each.verdict for each in item.earlier] == ["pass"]
    assert len(verdicts(panel.connection)) == 2
    assert verify(panel.connection).is_sound


def test_a_clock_that_was_put_back_leaves_the_later_verdict_the_latest(panel: Panel) -> None:
    panel.judge(1, "Ada", "pass")
    panel.judge(1, "Ada", "fail", now=NOW - 1_000_000)

    assert said(panel.ledger.review_item(1, "Ada")) == {"Ada": "fail"}


def test_a_verdict_is_withdrawn_and_the_one_before_counts_again(panel: Panel) -> None:
    panel.judge(1, "Ada", "pass")
    panel.judge(1, "Ada", "fail")
    panel.judge(2, "Bo", "minor")
    item, gone = panel.ledger.withdraw_verdict(now=NOW, as_name="Ada")
    assert (gone.verdict, said(item)) == ("fail", {"Ada": "pass"})
    panel.ledger.withdraw_verdict(now=NOW, as_name="Ada", number=1)
    assert panel.ledger.review_item(1, "Cy").state == OPEN
    with pytest.raises(UsageProblem, match="Ada has given no verdict"):
        panel.ledger.withdraw_verdict(now=NOW, as_name="Ada")
    assert said(panel.ledger.review_item(2, "Cy")) == {"Bo": "minor"}


def test_an_owner_sees_what_others_say_once_they_have_said_their_own(panel: Panel) -> None:
    panel.judge(1, "Bo", "fail", note="wrong from the start")
    panel.judge(1, "Bo", "major")
    for item in (panel.ledger.review_item(1, "Ada"), panel.items("Ada")[0]):
        assert (said(item), item.earlier, item.standing, item.hidden) == ({}, [], "", 2)
        assert item.waiting == ("Ada", "Bo")
    assert said(panel.ledger.review_item(1, "Cy")) == {"Bo": "major"}

    panel.judge(1, "Ada", "pass")
    assert said(panel.ledger.review_item(1, "Ada")) == {"Bo": "major", "Ada": "pass"}


def test_a_dispute_is_hidden_from_who_still_owes_a_verdict(tmp_path: Path) -> None:
    panel = Panel(tmp_path / "three")
    panel.sample(owners=("Ada", "Bo", "Cy"), overlap=3)
    panel.judge(1, "Ada", "pass")
    panel.judge(1, "Bo", "fail")
    panel.ledger.adjudicate(1, Opinion("fail"), now=NOW, as_name="Ada")
    panel.judge(2, "Ada", "pass")
    panel.judge(2, "Bo", "fail")

    assert panel.ledger.disagreements("Cy") == []
    assert [each.stored.id for each in panel.ledger.disagreements("Ada")] == [2]
    assert panel.ledger.review_item(1, "Cy").hidden == 3
    panel.ledger.close()


def test_states_go_from_open_by_disputed_to_settled(panel: Panel) -> None:
    def state() -> str:
        return panel.ledger.review_item(1, "Cy").state

    assert state() == OPEN
    panel.judge(1, "Ada", "pass")
    assert state() == OPEN
    panel.judge(1, "Bo", "minor")
    assert state() == DISPUTED
    panel.ledger.adjudicate(1, Opinion("minor"), now=NOW, as_name="Cy")
    item = panel.ledger.review_item(1, "Cy")
    assert (item.state, item.standing) == (SETTLED, "minor")
    assert said(item) == {"Ada": "pass", "Bo": "minor"}
    panel.ledger.withdraw_verdict(now=NOW, as_name="Cy")
    assert state() == DISPUTED
    panel.judge(1, "Ada", "minor")
    assert (state(), panel.ledger.review_item(1, "Cy").standing) == (SETTLED, "minor")


def test_nobody_adjudicates_who_owes_a_verdict_or_before_any(panel: Panel) -> None:
    with pytest.raises(UsageProblem, match="nobody has given a verdict"):
        panel.ledger.adjudicate(1, Opinion("fail"), now=NOW, as_name="Cy")
    panel.judge(1, "Bo", "pass")
    with pytest.raises(UsageProblem, match="give your own verdict on item 1 first"):
        panel.ledger.adjudicate(1, Opinion("fail"), now=NOW, as_name="Ada")


def test_the_queue_goes_by_what_is_due_and_then_by_place(panel: Panel) -> None:
    panel.sample(seed="9", owners=("Ada",), due_at=NOW - 1)
    late = [each.stored.id for each in panel.items() if each.is_overdue(NOW)]
    assert late == [4, 5, 6]
    order = []
    while (item := panel.ledger.next_review("Ada")) is not None:
        order.append(item.stored.id)
        panel.judge(item.stored.id, "Ada", "pass")
    assert order == [4, 5, 6, 1, 2, 3]
    assert not panel.items()[3].is_overdue(NOW)
    bos = panel.ledger.next_review("Bo")
    assert bos is not None
    assert bos.stored.id == 1


@pytest.mark.parametrize(
    ("item", "verdict", "more", "why"),
    [
        (99, "pass", {}, "no item to review has the number 99"),
        (1, "mjor", {}, "did you mean major"),
        (1, "ok", {}, "Verdicts are pass, minor, major, fail"),
        (1, "fail", {"reasons": ("wrnog",)}, "did you mean wrong"),
        (1, "fail", {"seconds": -1}, "less than nothing"),
        (1, "fail", {"note": "x" * 20_001}, "longer than 20,000"),
    ],
)
def test_what_can_not_be_meant_is_refused(
    panel: Panel, item: int, verdict: str, more: dict[str, Any], why: str
) -> None:
    with pytest.raises(UsageProblem, match=why):
        panel.judge(item, "Ada", verdict, **more)
    assert verdicts(panel.connection) == []


def test_without_a_name_it_is_who_works_here(panel: Panel) -> None:
    panel.ledger.give_verdict(1, Opinion("pass"), now=NOW)

    assert said(panel.ledger.review_item(1)) == {"you": "pass"}


def test_a_secret_in_a_title_is_not_shown(panel: Panel) -> None:
    key = "AKIA" + "IOSFODNN7EXAMPL2"
    panel.connection.execute("UPDATE conversation SET title=?", (f"use {key} please",))

    assert all(key not in each.stored.title for each in panel.items())
