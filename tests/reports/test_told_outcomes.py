"""What support platforms tell of how conversations ended counts: in lists, reports and on bills."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from convledger.ledger import Ledger
from convledger.memory.erase import Wanted
from convledger.money import usd_text
from convledger.plans.billing import Bill
from convledger.reports.conversations import names
from convledger.reports.listing import ListQuery
from convledger.reports.usage import UsageQuery
from tests.reports.shop import at, document

FIXTURES = Path(__file__).parents[2] / "fixtures" / "sources"
SUPPORT = ("intercom", "zendesk", "chatwoot")
UNIT = """
[[unit]]
id = "resolution"
count = "outcome"
outcome = [{outcomes}]
settle_after = "24h"
once_per = "thread"
reverse_on_return = true
where = {{ {where} }}

[[charge]]
unit = "resolution"
price = "0.99"
"""


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace into which the fixtures of all support platforms were imported."""
    folder = tmp_path_factory.mktemp("support")
    for source in SUPPORT:
        shutil.copytree(FIXTURES / source, folder / "exports" / source)
    with Ledger.open(folder / "books") as ledger:
        for source in SUPPORT:
            ledger.import_paths([folder / "exports" / source])
        ledger.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder


@pytest.fixture
def ledger(imported: Path, tmp_path: Path) -> Iterator[Ledger]:
    shutil.copytree(imported / "books", tmp_path / "books")
    with Ledger.open(tmp_path / "books") as found:
        yield found


def usage(ledger: Ledger, *by: str, **filters: Any) -> dict[str | None, int]:
    """Return the number of conversations by a key, and of all under ''."""
    found = ledger.usage(UsageQuery(by=by, zone=UTC, **filters))
    assert found.total.calls == 0
    return {row.keys[by[0]]: row.conversations for row in found.rows} | {
        "": found.total.conversations
    }


def number_of(ledger: Ledger, native: str) -> int:
    return ledger.conversation(native).id


def conversations(bill: Bill) -> list[int]:
    """Return the conversation of each unit that was charged."""
    assert all(each.unit.quantity > 0 for each in bill.rated)
    return [int(each.unit.thread.id) for each in bill.rated]


def billed(
    ledger: Ledger, outcomes: str, where: str = "min_assistant_answers = 1", **scope: Any
) -> set[str]:
    """Return the conversations that a plan bills for October, at 0.99 each."""
    text = UNIT.format(outcomes=outcomes, where=where)
    plan, _ = ledger.add_plan(document(text, plan="fin"), "fin.toml", replace=True)
    scope = {"scope": scope} if scope else {}
    subscription = ledger.use_plan(plan.id, at("2026-10-01"), now=at("2026-11-20"), **scope)
    bill = ledger.plan_book.bill(subscription, at("2026-11-20"))
    numbers = conversations(bill)
    due = {each.name: usd_text(each.due) for each in bill.statements}
    assert due["2026-10"] == usd_text(99 * 10**10 * len(numbers))
    lines = ledger.conversation_lines(numbers)
    assert len(lines) == len(numbers)
    return {line.native for line in lines}


# ---- lists and reports


def test_report_counts_conversations_without_calls_by_how_they_ended(ledger: Ledger) -> None:
    assert usage(ledger, "outcome") == {
        "abandoned": 2,
        "escalated": 4,
        "open": 1,
        "resolved_assumed": 7,
        "resolved_confirmed": 1,
        "": 15,
    }
    assert usage(ledger, "channel") == {"chat": 13, "email": 2, "": 15}
    assert usage(ledger, "source")["intercom"] == 6


def test_report_and_list_are_narrowed_by_outcome_channel_and_time(ledger: Ledger) -> None:
    assert usage(ledger, "source", outcome=("resolved_*",))[""] == 8
    assert usage(ledger, "source", channel=("email",)) == {"intercom": 1, "zendesk": 1, "": 2}
    assert usage(ledger, "outcome", since=at("2026-10-10"))[""] == 2
    query = UsageQuery(by=("source",), zone=UTC, outcome=("abandoned",))
    assert sorted(names(ledger.connection, query)) == ["intercom:5106", "zendesk:77a2"]


def test_facets_and_lists_hold_them(ledger: Ledger) -> None:
    facets = ledger.facets(ListQuery())
    counts = {name: {one.value: one.count for one in facets[name]} for name in facets}

    assert counts["outcome"] == {
        "resolved_assumed": 7, "escalated": 4, "abandoned": 2, "open": 1,
        "resolved_confirmed": 1, "": 1,
    }  # fmt: skip
    assert counts["channel"] == {"chat": 13, "email": 2, "": 1}
    assert len(ledger.matching(ListQuery(outcome=("escalated",)))) == 4
    assert len(ledger.matching(ListQuery(outcome=("",)))) == 1
    assert ledger.list_totals(ListQuery(channel=("email",))).conversations == 2


def test_a_persons_label_goes_before_what_is_told_and_stays(ledger: Ledger, imported: Path) -> None:
    number = number_of(ledger, "5103")
    ledger.label([number], "outcome", "resolved_confirmed")
    before = usage(ledger, "outcome")
    export = imported / "exports" / "intercom" / "conversations.json"
    ledger.connection.execute("UPDATE file SET mtime_ns=0, size=1")
    ledger.import_paths([export])

    assert before == usage(ledger, "outcome")
    assert before["escalated"] == 3
    assert ledger.matching(ListQuery(outcome=("escalated",))).count(number) == 0
    (line,) = ledger.conversation_lines([number])
    assert line.standing("outcome") == ["resolved_confirmed"]
    assert ledger.conversation("5103").outcome is not None
    assert ledger.conversation("5103").outcome.verdict == "escalated"  # type: ignore[union-attr]
    ledger.unlabel([number], "outcome")
    assert usage(ledger, "outcome")["escalated"] == 4


def test_a_conversation_is_read_with_its_outcome_and_details(ledger: Ledger) -> None:
    document = ledger.conversation("5103").document()

    assert document["outcome"] == {
        "handled_by": "bot_then_human", "resolution": "escalated", "verdict": "escalated",
        "resolved_at": None, "handed_off_at": "2026-10-08T08:00:30Z", "bot_messages": 1,
        "human_messages": 1, "customer_messages": 1, "rating": "4", "rating_of": 5,
        "channel": "chat",
    }  # fmt: skip
    assert document["details"]["tags"] == "billing, refund"
    entries = list(ledger.transcript(number_of(ledger, "5103")))
    assert [each.document()["person"] for each in entries] == [False, False, False, True]


def test_events_of_reports_add_to_what_conversations_told(ledger: Ledger) -> None:
    found = ledger.conversation("2/11").outcome

    assert found is not None
    assert (found.verdict, found.rating, found.bot_messages) == (
        "conversation_bot_resolved",
        "5",
        1,
    )


# ---- bills


def test_bill_has_the_assumed_and_confirmed_resolutions_and_no_others(ledger: Ledger) -> None:
    wanted = '"resolved_confirmed", "resolved_assumed"'

    assert billed(ledger, wanted) == {"5101", "5102", "77a1", "302", "2/11"}


def test_what_people_resolved_alone_is_no_resolution_of_the_bot(ledger: Ledger) -> None:
    found = billed(ledger, '"resolved_assumed"', "min_user_messages = 0")

    assert found.isdisjoint({"5105", "301", "2/13"})


def test_plan_may_name_a_verdict_as_the_vendor_words_it(ledger: Ledger) -> None:
    assert billed(ledger, '"contained"') == {"77a2"}
    assert billed(ledger, '"negative_feedback"') == {"5104"}


def test_escalated_conversations_are_counted_where_a_plan_bills_them(ledger: Ledger) -> None:
    found = billed(ledger, '"escalated"', 'participant = "escalated"')

    assert found == {"5103", "77a3", "303", "2/12"}


def test_a_label_takes_a_conversation_off_the_bill_and_puts_one_on_it(ledger: Ledger) -> None:
    ledger.label([number_of(ledger, "5101")], "outcome", "unresolved")
    ledger.label([number_of(ledger, "5104")], "outcome", "resolved")

    found = billed(ledger, '"resolved_confirmed", "resolved_assumed"')

    assert found == {"5104", "5102", "77a1", "302", "2/11"}


def test_verified_means_that_the_vendor_has_judged(ledger: Ledger) -> None:
    verified = billed(ledger, '"resolved_assumed"', 'verified = true, participant = "bot_only"')

    assert verified == {"5102", "77a1", "302", "2/11"}


def test_newer_export_changes_the_bill_at_once(ledger: Ledger, tmp_path: Path) -> None:
    wanted = '"resolved_confirmed", "resolved_assumed"'
    assert "5102" in billed(ledger, wanted)
    page = json.loads((FIXTURES / "intercom" / "conversations.json").read_text("utf-8"))
    for one in page["conversations"]:
        if one["id"] == "5102":
            one["ai_agent"]["resolution_state"] = "escalated"
    (tmp_path / "newer.json").write_text(json.dumps(page), "utf-8")
    ledger.import_paths([tmp_path / "newer.json"])
    subscription = ledger.plan_book.subscriptions()[-1]
    bill = ledger.plan_book.bill(subscription, at("2026-11-20"))

    assert number_of(ledger, "5102") not in conversations(bill)
    assert usage(ledger, "source")["intercom"] == 6


def test_tickets_that_people_answer_are_tickets(ledger: Ledger) -> None:
    text = """
[[unit]]
id = "ticket"
count = "window"
timeout = "3d"
commit_at = "first_assistant_reply"

[[charge]]
unit = "ticket"
price = "1.00"
"""
    plan, _ = ledger.add_plan(document(text, plan="tickets"), "tickets.toml")
    subscription = ledger.use_plan(plan.id, at("2026-10-01"), now=at("2026-11-20"))
    bill = ledger.plan_book.bill(subscription, at("2026-11-20"))
    named = {line.native for line in ledger.conversation_lines(conversations(bill))}

    assert {"5105", "301", "2/13", "304", "77a2"} <= named  # people, events, counts alone
    assert "5106" not in named  # which nobody answered


# ---- erasing


def test_erasing_a_conversation_takes_its_outcome_and_details(
    ledger: Ledger, imported: Path
) -> None:
    number = number_of(ledger, "5103")
    outcome = ledger.erase(Wanted(conversations=(number,)), now=at("2026-11-20"))

    assert outcome.is_verified
    for table in ("outcome", "detail"):
        rows = ledger.connection.execute(
            f"SELECT count(*) FROM {table} WHERE conversation_id=?", (number,)
        )
        assert rows.fetchone() == (0,)
    ledger.connection.execute("UPDATE file SET mtime_ns=0, size=1")
    ledger.import_paths([imported / "exports" / "intercom"])
    rows = ledger.connection.execute("SELECT count(*) FROM detail WHERE value='billing, refund'")
    assert rows.fetchone() == (0,)
