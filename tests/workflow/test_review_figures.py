"""What verdicts come to: defects of what is settled, reviewers, and agreement of who was given."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from convledger.economics.agreement import NO_OVERLAP, ONE_CATEGORY
from convledger.reports.reviews.documents import ratio_text, stats_document
from convledger.reports.reviews.figures import MANY_REVIEWERS
from convledger.workflow.judging import Opinion
from tests.workflow.review_parts import NOW, Panel


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[Panel]:
    made = Panel(tmp_path / "books")
    yield made
    made.ledger.close()


def both(panel: Panel, *pairs: tuple[str, str]) -> None:
    panel.sample(size=len(pairs), owners=("Ada", "Bo"), overlap=len(pairs))
    for number, (one, other) in enumerate(pairs, 1):
        panel.judge(number, "Ada", one, seconds=60, reasons=("wrong",) if one != "pass" else ())
        panel.judge(number, "Bo", other)


def test_defects_are_of_what_is_settled_with_an_interval(panel: Panel) -> None:
    both(panel, ("pass", "pass"), ("fail", "fail"), ("minor", "minor"), ("pass", "minor"))
    found = panel.ledger.review_stats(now=NOW)

    assert (found.items, found.settled, found.disputed, found.open) == (4, 3, 1, 0)
    assert (found.defects.hits, found.defects.of, found.defects.share) == (2, 3, Fraction(2, 3))
    assert (f"{found.defects.low:.4f}", f"{found.defects.high:.4f}") == ("0.2077", "0.9385")
    assert (found.serious.hits, found.reasons["wrong"]) == (1, 2)
    panel.ledger.adjudicate(4, Opinion("major"), now=NOW, as_name="Cy")
    decided = panel.ledger.review_stats(now=NOW)
    assert (decided.defects.hits, decided.defects.of) == (3, 4)
    assert decided.percent == found.percent


def test_agreement_of_two_is_told_in_four_ways(panel: Panel) -> None:
    both(panel, ("pass", "pass"), ("fail", "fail"), ("pass", "pass"), ("pass", "minor"))
    found = panel.ledger.review_stats(now=NOW)

    assert found.overlapping == 4
    assert found.percent.value == Fraction(3, 4)
    assert found.kappa.value == Fraction(5, 9)
    assert found.alpha_nominal.value == Fraction(10, 17)
    assert [(each.names, each.items) for each in found.pairs] == [(("Ada", "Bo"), 4)]


def test_reviewers_are_counted_with_their_minutes(panel: Panel) -> None:
    both(panel, ("pass", "pass"), ("fail", "pass"))
    panel.sample(seed="9", size=2, owners=("Bo",), due_at=NOW)
    ada, bo = panel.ledger.review_stats(now=NOW).reviewers

    assert (ada.name, ada.assigned, ada.judged, ada.seconds, ada.timed) == ("Ada", 2, 2, 120, 2)
    assert (bo.assigned, bo.judged, bo.waiting, bo.overdue, bo.timed) == (4, 2, 2, 2, 0)
    document = stats_document(panel.ledger.review_stats(now=NOW))
    assert document["reviewers"][0]["minutes"] == "2"
    assert document["reviewers"][1]["minutes"] is None


def test_without_overlap_or_difference_a_measure_says_why(panel: Panel) -> None:
    panel.sample(owners=("Ada", "Bo"))
    panel.judge(1, "Ada", "fail")
    found = stats_document(panel.ledger.review_stats(now=NOW))["agreement"]
    for name in ("percent", "cohens_kappa", "krippendorffs_alpha_nominal"):
        assert found[name] == {"value": None, "why": NO_OVERLAP}
    panel.sample(seed="9", size=1, owners=("Ada", "Bo"), overlap=1)
    panel.judge(4, "Ada", "pass")
    panel.judge(4, "Bo", "pass")
    same = panel.ledger.review_stats(now=NOW, batches=[2])
    assert same.percent.value == Fraction(1)
    assert (same.kappa.why, same.alpha_ordinal.why) == (ONE_CATEGORY, ONE_CATEGORY)


def test_of_three_reviewers_alpha_is_told_and_kappa_by_pairs(panel: Panel) -> None:
    panel.sample(owners=("Ada", "Bo", "Cy"), overlap=3)
    for number, said in enumerate(("pass pass fail", "fail fail fail", "pass minor pass"), 1):
        for name, verdict in zip(("Ada", "Bo", "Cy"), said.split(), strict=True):
            panel.judge(number, name, verdict)
    found = panel.ledger.review_stats(now=NOW)

    assert (found.kappa.value, found.kappa.why) == (None, MANY_REVIEWERS)
    assert found.alpha_nominal.value is not None
    assert len(found.pairs) == 3


def test_only_those_to_whom_an_item_was_given_agree_on_it(panel: Panel) -> None:
    panel.sample(owners=("Ada",))
    panel.judge(1, "Ada", "pass")
    panel.judge(1, "Cy", "fail")  # who could see it
    found = panel.ledger.review_stats(now=NOW)

    assert (found.overlapping, found.disputed) == (0, 1)


def test_of_no_samples_nothing_is_told(panel: Panel) -> None:
    document = stats_document(panel.ledger.review_stats(now=NOW))

    assert document["items"] == 0
    assert document["defect_rate"]["share"] is None
    assert document["defect_rate"]["why"] == "nothing is settled yet"


@pytest.mark.parametrize(
    ("value", "text"),
    [(Fraction(1, 3), "0.333333"), (Fraction(-1, 10**9), "0"), (Fraction(100), "100"),
     (Fraction(-1, 2), "-0.5"), (None, None)],
)  # fmt: skip
def test_ratios_are_decimal_text(value: Fraction | None, text: str | None) -> None:
    assert ratio_text(value) == text
