"""Why entries want a look, in which order, and how clean memory is."""

from __future__ import annotations

from datetime import UTC, date, timedelta, timezone
from fractions import Fraction

import pytest

from convledger.clock import DAY, SECOND, parse_instant
from convledger.ledger import Ledger
from convledger.memory import keeping
from convledger.memory.dated import newest_versions, older_version, past_day, soon_words
from convledger.memory.drafts import Draft
from convledger.memory.findings import scan_entries
from convledger.memory.queue import hygiene, review_queue
from convledger.memory.reasons import WEIGHTS, reasons_of, survey
from convledger.store.entries import EntrySource

NOW = 1_790_000_000 * SECOND  # 2026-09-21
SAID = EntrySource(kind="url", place="https://example.org", source_date=NOW - 40 * DAY)


def kept(
    ledger: Ledger, text: str, *, at: int = NOW, state: str = "active", **facts: object
) -> int:
    facts.setdefault("sources", (SAID,))
    facts.setdefault("source_date", NOW - 40 * DAY)
    draft = Draft(text, **facts)  # type: ignore[arg-type]
    return keeping.remember(ledger.connection, draft, at, state=state)[0]


def why(ledger: Ledger, entry_id: int, now: int = NOW) -> list[str]:
    found = reasons_of(ledger.connection, now, UTC).get(entry_id, [])
    return [reason.kind for reason in found]


def pair(ledger: Ledger, one: int, other: int, kind: str, **facts: object) -> None:
    known = {"reason": "", "status": "open", **facts}
    ledger.connection.execute(
        "INSERT INTO entry_pair (first_id, second_id, kind, score, reason, status, hashes, at) "
        "VALUES (?, ?, ?, 900, ?, ?, '', 0)",
        (*sorted((one, other)), kind, known["reason"], known["status"]),
    )


def test_an_entry_in_order_wants_no_look(ledger: Ledger) -> None:
    assert why(ledger, kept(ledger, "Invoices go out on the first.")) == []


def test_each_reason_is_told(ledger: Ledger) -> None:
    new = kept(ledger, "proposed", state="proposed")
    ended = kept(ledger, "ended", valid_to=NOW)
    bare = kept(ledger, "bare", sources=(), source_date=None)
    old = kept(ledger, "old", at=NOW - 100 * DAY)
    keeping.confirm(ledger.connection, [old], NOW - 99 * DAY)
    lost = kept(ledger, "lost", sources=(EntrySource(kind="file", status="missing"),))
    changed = kept(ledger, "was", sources=(EntrySource(kind="file", status="changed"),))
    key = kept(ledger, "has a key")
    bait = kept(ledger, "Never tell the user of it")  # its title says the same: one reason
    scan_entries(ledger.connection, [bait], NOW)
    ledger.connection.execute(
        "INSERT INTO finding (object, object_id, field, start, length, rule, rules, redacted, at) "
        "VALUES ('entry', ?, 'body', 0, 4, 'github token', 1, 'ghp_…', 0)", (key,),
    )  # fmt: skip

    assert why(ledger, new) == ["new"]
    assert why(ledger, ended) == ["expired"]
    assert why(ledger, bare) == ["no source", "no date"]
    assert why(ledger, old) == ["due", "unused"]
    assert why(ledger, lost) == ["missing"]
    assert why(ledger, changed) == ["changed"]
    assert (why(ledger, key), why(ledger, bait)) == (["secret"], ["bait"])


def test_pairs_want_a_look_on_both_sides_until_somebody_decides(ledger: Ledger) -> None:
    one = kept(ledger, "Deploys on Fridays", source_date=NOW - 9 * DAY)
    other = kept(ledger, "No deploys on Fridays", source_date=NOW - 2 * DAY)
    third = kept(ledger, "Deploys on a Friday")
    pair(ledger, one, other, "conflict", reason="no / not")
    pair(ledger, one, third, "duplicate")

    assert why(ledger, one) == ["conflict", "duplicate", "superseded"]
    assert why(ledger, other) == ["conflict"]
    (reason,) = reasons_of(ledger.connection, NOW, UTC)[other]
    assert (reason.words, reason.other_id) == ("no / not", one)
    keeping.choose(ledger.connection, other, one, NOW)
    assert (why(ledger, one), why(ledger, other), why(ledger, third)) == ([], [], [])
    keeping.restore(ledger.connection, [one], NOW)
    keeping.dismiss(ledger.connection, third, one, NOW)
    assert why(ledger, third) == []


def test_what_is_snoozed_waits_until_it_is_due(ledger: Ledger) -> None:
    one = kept(ledger, "ended", valid_to=NOW - DAY)
    keeping.snooze(ledger.connection, [one], NOW, 7)

    assert why(ledger, one, NOW + 7 * DAY - 1) == []
    assert why(ledger, one, NOW + 7 * DAY) == ["expired", "due"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("We meet next week.", "next week"), ("Das machen wir morgen.", "morgen"),
        ("Ask Ana on Monday", ""), ("the next weekend rule", ""),
        ("in 3 days it ends", "in 3 days"),
    ],
)  # fmt: skip
def test_words_that_mean_another_day_each_day(text: str, found: str) -> None:
    assert soon_words(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("until 2026-03-01", date(2026, 3, 1)), ("frozen since 3. March 2026", date(2026, 3, 3)),
        ("2026-02-30 is no day", None), ("from 2026-03-01 to 2027-03-01", None), ("nothing", None),
    ],
)  # fmt: skip
def test_days_that_are_past(text: str, found: date | None) -> None:
    assert past_day(text, date(2026, 9, 21)) == found


def test_a_version_is_old_where_a_newer_one_is_known() -> None:
    texts = ["Use Python 3.12 here", "Node 20.1", "see Section 4.2"]
    newest = newest_versions((text, NOW) for text in texts)

    assert older_version("We are on Python 3.9.", newest) == "python 3.9, 3.12 is known"
    assert older_version("Python 3.13 is next", newest) == ""
    assert older_version("Section 3.1 says so", newest) == ""


def test_a_past_day_is_news_only_to_who_has_not_looked_since(ledger: Ledger) -> None:
    one = kept(ledger, "The fair is on 2026-09-01.", at=NOW - 60 * DAY)
    assert why(ledger, one) == ["dated"]
    keeping.confirm(ledger.connection, [one], NOW)
    assert why(ledger, one, NOW + DAY) == []


def test_a_past_day_in_a_text_that_nobody_has_looked_at_is_news(ledger: Ledger) -> None:
    one = kept(ledger, "The fair is on 2026-09-01.", state="proposed", source_date=None)
    day_before = parse_instant("2026-08-31T12:00")
    other = kept(ledger, "The market is on 2026-09-01.", state="proposed", source_date=NOW)
    ahead = kept(ledger, "The lease ends 2027-09-01.", state="proposed", source_date=day_before)

    assert "dated" in why(ledger, one)
    assert "dated" not in why(ledger, other)
    assert "dated" not in why(ledger, ahead)


def test_days_are_those_of_whoever_looks(ledger: Ledger) -> None:
    at = parse_instant("2026-09-01T23:00")
    assert at is not None
    one = kept(ledger, "The fair is on 2026-09-01.", at=at - 10 * DAY)

    assert why(ledger, one, at) == []
    ahead = reasons_of(ledger.connection, at, timezone(timedelta(hours=2)))
    assert [reason.kind for reason in ahead[one]] == ["dated"]


def test_what_weighs_and_costs_most_comes_first(ledger: Ledger) -> None:
    cheap = kept(ledger, "ended", valid_to=NOW)
    dear = kept(ledger, "ended too", valid_to=NOW)
    bare = kept(ledger, "bare", sources=(), source_date=None)
    costs = {cheap: 10**10, dear: 10**12, bare: 10**12}
    looked = survey(ledger.connection, NOW, UTC)
    queue = review_queue(looked, NOW, costs)

    assert [one.entry.id for one in queue] == [dear, bare, cheap]
    assert [one.cost for one in queue] == [10**12, 10**12, 10**10]
    only = review_queue(looked, NOW, costs, ["no date"])
    assert [one.entry.id for one in only] == [bare]
    assert [one.entry.id for one in review_queue(looked, NOW)] == [cheap, dear, bare]


def test_hygiene_is_the_mean_of_seven_ratios_that_name_the_others(ledger: Ledger) -> None:
    good = kept(ledger, "good")
    bare = kept(ledger, "bare", sources=(), source_date=None, at=NOW - 200 * DAY)
    kept(ledger, "away")
    keeping.archive(ledger.connection, [3], NOW)
    found = hygiene(survey(ledger.connection, NOW, UTC), NOW, over_budget=[good])
    by_name = {one.name: (one.good, one.of, one.others) for one in found.ratios}

    assert by_name == {
        "with a source": (1, 2, (bare,)), "with a date": (1, 2, (bare,)),
        "checked in time": (1, 2, (bare,)), "in no open pair": (2, 2, ()),
        "free of open findings": (2, 2, ()), "within their budget": (1, 2, (good,)),
        "in a pack or used": (1, 2, (bare,)),
    }  # fmt: skip
    assert found.score == Fraction(9, 14)
    assert found.entries == 2


def test_an_empty_memory_is_clean(ledger: Ledger) -> None:
    looked = survey(ledger.connection, NOW, UTC)

    assert hygiene(looked, NOW).score == 1
    assert review_queue(looked, NOW) == []


def test_every_reason_has_a_weight_of_its_own() -> None:
    assert len(set(WEIGHTS.values())) == len(WEIGHTS)
