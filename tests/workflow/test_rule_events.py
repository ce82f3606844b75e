"""What rules are about: hand-offs, verdicts, entries, findings, plans, budgets; and erasing it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest

from convledger.clock import HOUR
from convledger.ledger import Ledger
from convledger.memory.erase import Wanted
from convledger.store import migrations
from convledger.store.audit_check import verify
from convledger.store.handoffs import StoredHandoff
from tests.ingest.logs import Bench, rollout, turns
from tests.store.test_migrations import make_older
from tests.workflow.rule_parts import MINUTE, NOW, RuleBook, rule_text


@pytest.fixture
def book(tmp_path: Path) -> Iterator[RuleBook]:
    found = RuleBook(tmp_path / "books")
    yield found
    found.ledger.close()


def test_hand_offs_verdicts_entries_and_findings_fire(book: RuleBook) -> None:
    when = {
        "hand": "handoff.added", "due": "entry.due", "found": "finding.opened",
        "failed": "review.failed",
    }  # fmt: skip
    book.spoken("a", NOW - HOUR)
    book.spoken("told", NOW - HOUR)
    for name, event in when.items():
        book.rule(name, when=event)
    talk = book.thread("a")
    book.ledger.add_handoff(StoredHandoff(0, "", "", talk, NOW, person="Ada"), now=NOW)
    book._add("outcome", conversation_id=book.thread("told"), handled_by="", resolution="",
              verdict="", rating="", channel="", handed_off_at=NOW + MINUTE)  # fmt: skip
    book._add("entry", name="01X", kind="fact", title="t", body="b", state="active", recorded_at=0,
              review_at=NOW + MINUTE, hash="h", tags="x y")  # fmt: skip
    book._add("finding", object="message", object_id=1, field="text", start=0, length=4,
              rule="aws-key", rules=1, redacted="", at=NOW)  # fmt: skip
    _verdict(book, talk, "fail")
    book.fire()

    told = {each.rule: json.loads(each.input)["data"] for each in book.firings}
    assert len(book.firings) == 5
    hands = [json.loads(each.input)["data"] for each in book.firings if each.rule == "hand"]
    assert [(each["conversation"], each["origin"], each["to"]) for each in hands] == [
        ("claude-code:told", "told", ""),
        ("claude-code:a", "typed", "Ada"),
    ]
    assert (told["due"]["entry"], told["due"]["tags"]) == ("01X", ["x", "y"])
    assert (told["found"]["rule"], told["found"]["conversation"]) == ("aws-key", "claude-code:a")
    assert (told["failed"]["reviewer"], told["failed"]["source"]) == ("Ada", "claude-code")
    assert book.fire().done == 0


def hand_over(book: RuleBook, person: str) -> int:
    entry = StoredHandoff(0, "", "", book.thread("a"), NOW, person=person)
    (number,) = book.ledger.add_handoff(entry, now=NOW).came["handoff"]
    return number


def told_of_hand_offs(book: RuleBook) -> list[str]:
    return [json.loads(each.input)["data"]["to"] for each in book.firings]


def test_a_hand_off_that_was_corrected_before_rules_looked_fires_as_it_is_now(
    book: RuleBook,
) -> None:
    book.spoken("a", NOW - HOUR)
    book.rule("hand", when="handoff.added")
    number = hand_over(book, "Ada")
    for person in ("Bo", "Cy"):
        (number,) = book.ledger.edit_handoff(number, {"person": person}, now=NOW).came["handoff"]
    would = [each.facts["to"] for each in book.would("hand", 0, NOW + HOUR)]

    assert book.fire().done == 1
    assert would == told_of_hand_offs(book) == ["Cy"]
    book.ledger.edit_handoff(number, {"person": "Di"}, now=NOW)
    assert book.fire().done == 0
    hand_over(book, "Ed")
    assert book.fire().done == 1
    assert told_of_hand_offs(book) == ["Cy", "Ed"]


def test_a_hand_off_from_before_a_rule_is_no_news_where_it_is_corrected(book: RuleBook) -> None:
    book.spoken("a", NOW - HOUR)
    number = hand_over(book, "Ada")
    book.rule("hand", when="handoff.added")
    book.ledger.edit_handoff(number, {"person": "Bo"}, now=NOW)

    assert book.fire().done == 0
    assert book.firings == []


def test_a_hand_off_that_was_taken_away_before_rules_looked_is_none(book: RuleBook) -> None:
    book.spoken("a", NOW - HOUR)
    book.rule("hand", when="handoff.added")
    number = hand_over(book, "Ada")
    (now,) = book.ledger.edit_handoff(number, {"person": "Bo"}, now=NOW).came["handoff"]
    book.ledger.remove_handoffs([now], now=NOW)

    assert book.fire().done == 0


def _verdict(book: RuleBook, talk: int, verdict: str) -> None:
    from convledger.reports.reviews.drawing import SampleQuery
    from convledger.workflow.judging import Opinion

    sample = book.ledger.draw_sample(SampleQuery(size=5, seed="1", owners=("Ada",)))
    book.ledger.keep_sample(sample, now=NOW)
    item = next(
        each.stored.id
        for each in book.ledger.review_items("Ada")
        if each.stored.conversation_id == talk
    )
    book.ledger.give_verdict(item, Opinion("pass"), now=NOW, as_name="Ada")
    book.ledger.give_verdict(item, Opinion(verdict), now=NOW + 1, as_name="Ada")


def test_alerts_of_plans_fire_by_what_they_watch(book: RuleBook) -> None:
    for name, event in (("b", "budget.crossed"), ("c", "credits.low"), ("l", "plan.limit_near")):
        book.rule(name, when=event)
    book.thread("a")
    book._add("subscription", id=1, plan="studio", began=0, anchor=0, made_at=0)
    talk = book.thread("a")
    for place, scope in enumerate(("spend", "allowance:", "limit:5h", f"unit:{talk}", "balance:")):
        book._add("alert", subscription_id=1, scope=scope, period="2026-11", epoch=0,
                  threshold=90, at=NOW + place + 1, used="91", budget="100", quiet=0)  # fmt: skip
    book._add("alert", subscription_id=1, scope="spend", period="2026-11", epoch=0, threshold=70,
              at=NOW + 1, used="91", budget="100", quiet=1)  # fmt: skip
    book.fire()

    found = [(each.rule, json.loads(each.input)["data"]["what"]) for each in book.firings]
    assert found == [
        ("b", "spend"), ("b", "claude-code:a"), ("c", "allowance"), ("c", "balance"), ("l", "5h"),
    ]  # fmt: skip
    assert json.loads(book.firings[0].input)["data"]["used_percent"] == "91"


def test_budgets_of_conversations_fire_by_threshold(book: RuleBook) -> None:
    book.rule("budget", when="budget.crossed")
    book.ledger.set_budget("unit", 'amount = "1.00"\n', NOW)
    book.spoken("a", NOW + MINUTE, "0.80")
    book.spoken("b", NOW + MINUTE, "0.10")
    book.fire()
    first = [json.loads(each.input)["data"] for each in book.firings]
    book.spoken("a", NOW + 2 * MINUTE, "0.50")
    book.fire()

    told = [(each["plan"], each["what"], each["threshold_percent"]) for each in first]
    assert told == [("unit", "claude-code:a", 70)]
    later = [json.loads(each.input)["data"]["threshold_percent"] for each in book.firings]
    assert later == [70, 90, 100]
    assert book.fire().done == 0
    would = [(each.subject, each.revision) for each in book.would("budget", NOW, NOW + HOUR)]
    assert would == [(each.subject, each.revision) for each in book.firings]


@pytest.mark.parametrize("figures", [True, False])
def test_an_erased_conversation_takes_its_words_along(tmp_path: Path, figures: bool) -> None:
    bench = Bench(tmp_path)
    with bench.ledger as ledger:
        file = ledger.add_trigger(rule_text(), "x")
        bench.write(bench.log, turns(1, 5))
        ledger.confirm_trigger("costly", file.digest, now=0)
        bench.sync()
        ledger.label([1], "client", "acme")
        assert ledger.fire_triggers(now=NOW, zone=UTC).done == 1
        assert "acme" in ledger.trigger_firings()[0].firing.input
        outcome = ledger.erase(Wanted(conversations=(1,), figures=figures), now=NOW)

        left = [(each.firing.input, each.firing.status) for each in ledger.trigger_firings()]
        assert left == ([] if figures else [("{}", "done")])
        assert list(outcome.targets) == [str(ledger.workspace / "outbox.jsonl")]
        bench.sync()
        assert ledger.fire_triggers(now=NOW, zone=UTC).done == 0
        assert not ledger.check(deep=True)
        bench.write(bench.codex / "sessions" / "rollout-x.jsonl", rollout(3))
        bench.sync()
        assert ledger.fire_triggers(now=NOW, zone=UTC).done == 1  # whatever its number is


def test_an_older_ledger_learns_of_triggers(book: RuleBook) -> None:
    path = book.ledger.path
    book.ledger.close()
    make_older(path, migrations.MIGRATIONS.index(migrations._m012_triggers))

    with Ledger.open(book.folder) as ledger:
        for table in ("trigger_rule", "firing"):
            assert ledger.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0
        assert verify(ledger.connection).is_sound
        assert not ledger.check(deep=True)
