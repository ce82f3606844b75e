"""What verdicts leave behind: when an entry is due again, what holds, and what comes back."""

from __future__ import annotations

from datetime import UTC

import pytest

from convledger.clock import DAY, SECOND
from convledger.errors import UsageProblem
from convledger.ledger import Ledger
from convledger.memory import keeping
from convledger.memory.drafts import Draft
from convledger.memory.packs import create
from convledger.memory.pairing import open_pairs
from convledger.memory.queue import hygiene, review_queue
from convledger.memory.reasons import survey
from convledger.store.entries import Entry, EntrySource, entry_by_id
from convledger.store.operations import operations, undo

NOW = 1_790_000_000 * SECOND  # 2026-09-21
SAID = EntrySource(kind="url", place="https://example.org", source_date=NOW - 40 * DAY)


def kept(
    ledger: Ledger, text: str, *, at: int = NOW, state: str = "active", **facts: object
) -> int:
    draft = Draft(text, sources=(SAID,), source_date=SAID.source_date, **facts)  # type: ignore[arg-type]
    return keeping.remember(ledger.connection, draft, at, state=state)[0]


def entry(ledger: Ledger, entry_id: int) -> Entry:
    found = entry_by_id(ledger.connection, entry_id)
    assert found is not None
    return found


def why(ledger: Ledger, entry_id: int, now: int = NOW) -> list[tuple[str, str]]:
    found = survey(ledger.connection, now, UTC).awake.get(entry_id, ())
    return [(reason.kind, reason.words) for reason in found]


def test_each_confirmation_doubles_the_time_up_to_a_year(ledger: Ledger) -> None:
    one = kept(ledger, "Deploys go out on Fridays.")
    days = []
    for _ in range(6):
        keeping.confirm(ledger.connection, [one], NOW)
        days.append(entry(ledger, one).review_days)

    assert days == [30, 60, 120, 240, 360, 360]
    assert entry(ledger, one).review_at == NOW + 360 * DAY


def test_what_ended_holds_again_once_somebody_says_that_it_is_true(ledger: Ledger) -> None:
    ended = kept(ledger, "The freeze is on.", valid_to=NOW - DAY)
    ends = kept(ledger, "The fair is on.", valid_to=NOW + DAY)
    keeping.confirm(ledger.connection, [ended, ends], NOW)

    assert why(ledger, ended) == []
    assert entry(ledger, ends).valid_to == NOW + DAY
    undo(ledger.connection, NOW)
    assert entry(ledger, ended).valid_to == NOW - DAY


def test_what_nobody_accepted_comes_back_as_proposed(ledger: Ledger) -> None:
    new, known = kept(ledger, "new", state="proposed"), kept(ledger, "known")
    keeping.archive(ledger.connection, [new, known], NOW)
    keeping.restore(ledger.connection, [new, known], NOW)

    assert (entry(ledger, new).state, entry(ledger, known).state) == ("proposed", "active")


def test_to_restore_what_is_not_archived_accepts_nothing(ledger: Ledger) -> None:
    new = kept(ledger, "new", state="proposed")

    assert keeping.restore(ledger.connection, [new], NOW) == 0
    assert entry(ledger, new).state == "proposed"


def test_what_is_archived_is_not_snoozed(ledger: Ledger) -> None:
    one = kept(ledger, "away")
    keeping.archive(ledger.connection, [one], NOW)

    assert keeping.snooze(ledger.connection, [one], NOW, 7) == 0
    assert entry(ledger, one).state == "archived"


def test_who_wins_was_replaced_by_nobody(ledger: Ledger) -> None:
    one, other = kept(ledger, "Deploys on Fridays"), kept(ledger, "No deploys on Fridays")
    keeping.choose(ledger.connection, one, other, NOW)
    keeping.choose(ledger.connection, other, one, NOW + DAY)

    assert entry(ledger, other).superseded_by is None
    assert entry(ledger, one).superseded_by == other


def test_two_that_become_one_are_as_sensitive_as_either(ledger: Ledger) -> None:
    one = kept(ledger, "The key is in the safe.", sensitivity="confidential")
    other = kept(ledger, "A key exists.", sensitivity="public")
    keeping.merge(ledger.connection, one, other, NOW, body="The key is in the safe, as agreed.")

    assert entry(ledger, other).sensitivity == "confidential"


def test_a_change_that_was_done_again_is_the_one_to_take_back(ledger: Ledger) -> None:
    connection = ledger.connection
    one = kept(ledger, "Deploys go out on Fridays.")
    keeping.edit(connection, one, NOW, body="Deploys go out on Mondays.")
    keeping.edit(connection, one, NOW, body="Deploys go out on Tuesdays.")
    edited, last = operations(connection)[1], operations(connection)[0]
    undo(connection, NOW)
    undo(connection, NOW, operations(connection)[0].id)

    assert entry(ledger, one).body == "Deploys go out on Tuesdays."
    with pytest.raises(UsageProblem, match=f"edit number {last.id} changed the same afterwards"):
        undo(connection, NOW, edited.id)
    assert undo(connection, NOW).id == last.id
    assert entry(ledger, one).body == "Deploys go out on Mondays."
    assert undo(connection, NOW).id == edited.id
    assert entry(ledger, one).body == "Deploys go out on Fridays."


def test_a_dozen_pairs_weigh_no_more_than_a_secret(ledger: Ledger) -> None:
    phrase = kept(ledger, "phrase")
    key = kept(ledger, "has a key")
    for number in range(12):
        other = kept(ledger, f"phrase {number}", at=NOW)
        ledger.connection.execute(
            "INSERT INTO entry_pair (first_id, second_id, kind, score, hashes, at) "
            "VALUES (?, ?, 'duplicate', 900, '', 0)", (phrase, other),
        )  # fmt: skip
    ledger.connection.execute(
        "INSERT INTO finding (object, object_id, field, start, length, rule, rules, redacted, at) "
        "VALUES ('entry', ?, 'body', 0, 4, 'github token', 1, 'ghp_…', 0)", (key,),
    )  # fmt: skip
    queue = review_queue(survey(ledger.connection, NOW, UTC), NOW)

    assert [one.entry.id for one in queue][:2] == [key, phrase]


def test_an_old_version_is_news_only_to_who_has_not_looked_since(ledger: Ledger) -> None:
    one = kept(ledger, "We are on Python 3.9.", at=NOW - 30 * DAY)
    kept(ledger, "Python 3.12 is out.", at=NOW - 20 * DAY)
    old = ("dated", "python 3.9, 3.12 is known")
    assert why(ledger, one) == [old]

    keeping.confirm(ledger.connection, [one], NOW - 10 * DAY)
    assert why(ledger, one) == []
    kept(ledger, "Python 3.13 is out.", at=NOW - 5 * DAY)
    assert why(ledger, one) == [("dated", "python 3.9, 3.13 is known")]


def test_an_entry_of_a_quiet_project_is_unused_though_a_file_holds_it(ledger: Ledger) -> None:
    connection = ledger.connection
    connection.execute("INSERT OR IGNORE INTO reader (id, name) VALUES (901, 'talks')")
    for number, (project, last_at) in enumerate(
        (("/home/me/shop", NOW - DAY), ("/home/me/museum", NOW - 200 * DAY))
    ):
        connection.execute(
            "INSERT INTO conversation (reader_id, native, project, last_at) VALUES (901, ?, ?, ?)",
            (str(number), project, last_at),
        )
    ids = {}
    for scope in ("", "project:shop", "project:museum", "client:Ada"):
        ids[scope] = kept(ledger, f"rule of {scope}", at=NOW - 100 * DAY)
        connection.execute(
            "INSERT INTO memory_file (format, path, scope, added_at) VALUES ('claude-md', ?, ?, 0)",
            (f"/{scope}", scope),
        )
        connection.execute(
            "INSERT INTO memory_item (file_id, key, entry_id, hash, start, length, at) "
            "VALUES (last_insert_rowid(), '', ?, '', 0, 1, 0)", (ids[scope],),
        )  # fmt: skip
    unused = [("unused", "in no pack or conversation for 90 days")]

    assert why(ledger, ids[""]) == why(ledger, ids["project:shop"]) == []
    assert why(ledger, ids["project:museum"]) == why(ledger, ids["client:Ada"]) == unused
    connection.execute("DELETE FROM conversation")
    assert why(ledger, ids["project:museum"]) == []


def test_what_is_snoozed_still_counts_in_the_ratios(ledger: Ledger) -> None:
    bare = keeping.remember(ledger.connection, Draft("bare"), NOW)[0]
    keeping.snooze(ledger.connection, [bare], NOW, 30)
    looked = survey(ledger.connection, NOW, UTC)
    by_name = {one.name: one.others for one in hygiene(looked, NOW).ratios}

    assert review_queue(looked, NOW) == []
    assert by_name["with a source"] == by_name["with a date"] == (bare,)


def test_each_entry_is_checked_in_its_own_time(ledger: Ledger) -> None:
    often, seldom = kept(ledger, "often"), kept(ledger, "seldom")
    for _ in range(5):
        keeping.confirm(ledger.connection, [seldom], NOW)
    keeping.confirm(ledger.connection, [often], NOW)
    at = NOW + 200 * DAY
    found = hygiene(survey(ledger.connection, at, UTC), at)

    assert {one.name: one.others for one in found.ratios}["checked in time"] == (often,)


def test_what_a_budget_cuts_off_is_counted_among_the_others(ledger: Ledger) -> None:
    long, short = kept(ledger, "The deploy runs on Fridays. " * 40), kept(ledger, "No Fridays.")
    create(ledger.connection, "roomy", 1_000_000, NOW)

    def cut_off() -> tuple[int, ...]:
        found = ledger.memory.hygiene(NOW, UTC)
        return {one.name: one.others for one in found.ratios}["within their budget"]

    assert cut_off() == ()
    create(ledger.connection, "narrow", 200, NOW)
    assert cut_off() == (long,)
    create(ledger.connection, "tiny", 1, NOW)
    assert cut_off() == (long, short)


def test_two_that_are_said_to_be_no_pair_are_none_when_they_are_compared(ledger: Ledger) -> None:
    one = kept(ledger, "Deploys go out on Fridays before noon.")
    other = kept(ledger, "Before noon deploys go out on Fridays.")
    keeping.dismiss(ledger.connection, other, one, NOW)
    ledger.memory.catch_up(NOW)
    assert open_pairs(ledger.connection) == []

    ledger.memory.undo(NOW)
    ledger.memory.catch_up(NOW)
    assert len(open_pairs(ledger.connection)) == 1
