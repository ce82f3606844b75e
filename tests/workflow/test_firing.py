"""Firing: once for each subject and revision, from a confirmation on, noted before and after."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from convledger.clock import HOUR, SECOND
from convledger.errors import UsageProblem
from convledger.ledger import Ledger
from convledger.store import firings as kept_firings
from convledger.store.audit_events import Asked, events
from convledger.workflow import firing as firing_module
from convledger.workflow.deeds import DeedFailed
from tests.workflow.rule_parts import MINUTE, NOW, RuleBook, rule_text, where


@pytest.fixture
def book(tmp_path: Path) -> Iterator[RuleBook]:
    found = RuleBook(tmp_path / "books")
    yield found
    found.ledger.close()


def lines(book: RuleBook) -> list[dict[str, Any]]:
    """Return what is in the outbox."""
    if not book.outbox.exists():
        return []
    return [json.loads(line) for line in book.outbox.read_text().splitlines()]


def test_history_fires_nothing_and_what_comes_does_once(book: RuleBook) -> None:
    book.spoken("old", NOW - HOUR)
    book.rule()
    assert book.fire().done == 0
    book.spoken("new")

    assert book.fire().done == 1
    assert book.fire().done == 0
    (line,) = lines(book)
    assert set(line) == {
        *("specversion", "id", "type", "time", "source", "subject", "datacontenttype"),
        *("rule", "data"),
    }
    assert (line["specversion"], line["type"]) == ("1.0", "conversation.imported")
    assert line["subject"] == line["data"]["conversation"] == "claude-code:new"
    assert line["data"]["list_cost_usd"] == "1"
    (firing,) = book.firings
    assert (firing.status, firing.attempts, firing.name) == ("done", 1, line["id"])
    assert json.loads(firing.input) == line


def test_nothing_happens_before_a_person_confirms(book: RuleBook) -> None:
    book.rule(confirmed=False)
    book.spoken("new")

    assert book.fire().done == 0
    assert [each.state for each in book.ledger.trigger_rules()] == ["inert"]
    assert book.firings == []
    assert lines(book) == []


def test_a_changed_rule_is_inert_again(book: RuleBook) -> None:
    book.rule()
    path = book.ledger.workspace / "rules" / "costly.toml"
    path.write_text(path.read_text() + "\n")
    book.spoken("new")

    assert book.fire().done == 0
    assert [each.state for each in book.ledger.trigger_rules()] == ["inert"]


def test_a_text_that_changed_while_it_was_looked_at_is_not_confirmed(book: RuleBook) -> None:
    book.rule(confirmed=False)
    shown = book.ledger.trigger_rule("costly").file.digest
    book.rule(confirmed=False, cooldown="5m")

    with pytest.raises(UsageProblem, match="has changed meanwhile"):
        book.ledger.confirm_trigger("costly", shown, now=NOW)


def test_a_workspace_from_elsewhere_does_nothing(
    book: RuleBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy has the rules and the ledger; the approval stays where it was given."""
    book.rule()
    book.spoken("new")
    book.ledger.close()
    shutil.copytree(book.folder, tmp_path / "copy")
    with Ledger.open(tmp_path / "copy") as copy:
        assert [each.state for each in copy.trigger_rules()] == ["inert"]
        assert copy.fire_triggers(now=NOW + HOUR, zone=UTC).done == 0
    (tmp_path / "state").mkdir()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))  # another machine
    with Ledger.open(book.folder) as elsewhere:
        assert [each.state for each in elsewhere.trigger_rules()] == ["inert"]
        assert elsewhere.fire_triggers(now=NOW + HOUR, zone=UTC).done == 0
    assert not (tmp_path / "copy" / "outbox.jsonl").exists()
    assert lines(book) == []


def test_the_approval_lies_outside_for_its_owner_alone(book: RuleBook, own_home: Path) -> None:
    book.rule()
    (kept,) = (own_home / ".local" / "state" / "convledger").rglob("*.json")

    assert kept.stat().st_mode & 0o777 == 0o600
    assert book.ledger.trigger_rule("costly").file.digest in kept.read_text()
    kept.chmod(0o666)
    book.spoken("new")
    found = book.fire()
    assert found.done == 0
    assert "others may write it" in found.troubles[0]


def test_a_conversation_closes_again_where_it_went_on(book: RuleBook) -> None:
    book.rule(when="conversation.closed", idle="10m")
    book.spoken("a", NOW)
    assert book.fire(NOW + 9 * MINUTE).done == 0
    assert book.fire(NOW + 11 * MINUTE).done == 1
    assert book.fire(NOW + 12 * MINUTE).done == 0
    book.spoken("a", NOW + 20 * MINUTE)
    assert book.fire(NOW + 31 * MINUTE).done == 1

    first, second = book.firings
    assert (first.subject, first.at) == (
        second.subject,
        NOW + 5 * SECOND + 10 * MINUTE,
    )
    assert first.revision != second.revision
    assert first.name != second.name


def test_once_is_once_whatever_becomes_of_it(book: RuleBook) -> None:
    book.rule(when="conversation.closed", idle="10m", once=True)
    book.spoken("a", NOW)
    book.fire(NOW + 11 * MINUTE)
    book.spoken("a", NOW + 20 * MINUTE)

    assert book.fire(NOW + 31 * MINUTE).done == 0


def test_a_cooldown_lets_events_pass(book: RuleBook) -> None:
    book.rule(cooldown="30m")
    book.spoken("a")
    book.spoken("b")
    book.fire(NOW + MINUTE)
    book.spoken("c")
    book.fire(NOW + 20 * MINUTE)
    book.spoken("d")
    book.fire(NOW + 40 * MINUTE)

    states = {each.subject[-1]: each.status for each in book.firings}
    assert states == {"a": "done", "b": "passed", "c": "passed", "d": "done"}
    assert book.fire(NOW + 10 * HOUR).done == 0


def test_an_attempt_that_failed_starts_no_cooldown(book: RuleBook, tmp_path: Path) -> None:
    there = tmp_path / "there"
    command = [
        "sh",
        "-c",
        f'test -e "{there}" || {{ read -r line; echo "$line" >> "{there}"; false; }}',
    ]
    book.rule(cooldown="30m", do="command", command=command, timeout="20s")
    for name in ("a", "b", "c"):
        book.spoken(name)
    found = book.fire(NOW + MINUTE)
    assert (found.done, len(found.failed), found.waiting) == (1, 1, 0)
    states = {each.subject[-1]: each.status for each in book.firings}
    assert states == {"a": "failed", "b": "done", "c": "passed"}

    there.unlink()
    book.spoken("d")
    assert book.fire(NOW + 40 * MINUTE).failed != []
    book.spoken("e")
    assert book.fire(NOW + 41 * MINUTE).done == 1
    assert book.fire(NOW + 42 * MINUTE, failed_too=True).done == 2  # whatever the cooldown


def test_what_a_cooldown_lets_pass_takes_no_turn_from_other_rules(book: RuleBook) -> None:
    book.rule("a-rests", cooldown="30m")
    book.rule("b-does")
    for name in "abcdefgh":
        book.spoken(name)
    found = book.fire(NOW + MINUTE, most=9)

    assert (found.done, found.waiting) == (9, 0)
    assert [each.rule for each in book.firings if each.status == "done"].count("b-does") == 8


def test_conditions_are_about_the_facts_of_the_ledger(book: RuleBook) -> None:
    book.rule(where=[where("list_cost_usd", "over", 2), where("client", "is", "acme")])
    for name, cost, client in (("a", "3.00", "acme"), ("b", "3.00", "x"), ("c", "1.00", "acme")):
        book.spoken(name, cost=cost)
        book.ledger.label([book.thread(name)], "client", client)
    book.fire()

    assert [each.subject for each in book.firings] == ["claude-code:a"]


def test_a_dry_run_says_what_would_have_fired_and_does_nothing(book: RuleBook) -> None:
    keys: dict[str, Any] = {"where": [where("list_cost_usd", "over", 2)], "cooldown": "10m"}
    costs = (("a", 0, "3.00"), ("b", 5, "3.00"), ("c", 11, "1.00"), ("d", 12, "3.00"))
    book.rule(confirmed=False, **keys)
    for name, minutes, cost in costs:
        book.spoken(name, NOW - HOUR + minutes * MINUTE, cost)
    would = [each.subject for each in book.would()]

    assert would == ["claude-code:a", "claude-code:d"]
    assert book.would(since=NOW - HOUR + MINUTE)[0].subject == "claude-code:b"
    assert (book.firings, lines(book)) == ([], [])


def test_a_dry_run_tells_just_what_then_fires(tmp_path: Path) -> None:
    """The same week, once as history and once as it comes in."""
    keys: dict[str, Any] = {
        "when": "conversation.closed", "where": [where("tokens", "known", True)], "cooldown": "20m",
    }  # fmt: skip
    said = [(f"talk{number}", NOW + number * 7 * MINUTE) for number in range(12)]
    past, live = RuleBook(tmp_path / "past"), RuleBook(tmp_path / "live")
    live.rule(**keys)
    past.rule(confirmed=False, **keys)
    for name, when in said:
        past.spoken(name, when)
        live.spoken(name, when)
        live.fire(when + 30 * MINUTE + 5 * SECOND)
    would = [each.subject for each in past.would(since=NOW, now=NOW + 10 * HOUR)]

    assert would == [each.subject for each in live.firings if each.status == "done"]
    assert 3 < len(would) < 12
    past.ledger.close()
    live.ledger.close()


def test_a_command_gets_the_event_and_its_words_are_kept(book: RuleBook) -> None:
    code = "import json; print('about', json.load(open(0))['subject'])"
    book.rule(do="command", command=[sys.executable, "-c", code], timeout="20s")
    book.spoken("a")

    assert book.fire().done == 1
    assert book.firings[0].outcome == "about claude-code:a"


def test_a_failure_is_kept_told_and_tried_again(book: RuleBook, tmp_path: Path) -> None:
    done = tmp_path / "done"
    book.rule(do="command", command=["test", "-e", str(done)], timeout="20s")
    book.spoken("a")
    found = book.fire()
    assert (found.done, found.failed) == (0, [("costly", "ended with 1")])
    assert book.fire().failed == []  # not by itself
    done.touch()

    assert book.fire(failed_too=True).done == 1
    (firing,) = book.firings
    assert (firing.status, firing.attempts, firing.error) == ("done", 2, "")


def test_what_was_cut_short_is_done_once_more_under_its_name(
    book: RuleBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after the deed and before its note: at least once, and who gets it can tell."""
    book.rule()
    book.spoken("a")
    end = kept_firings.note_end

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(kept_firings, "note_end", die)
    with pytest.raises(KeyboardInterrupt):
        book.fire()
    (begun,) = book.firings
    assert (begun.status, begun.attempts) == ("started", 1)
    monkeypatch.setattr(kept_firings, "note_end", end)

    assert book.fire().done == 1
    first, second = lines(book)
    assert first == second
    assert (book.firings[0].status, book.firings[0].attempts) == ("done", 2)


def test_the_log_is_written_before_the_deed(
    book: RuleBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.rule()
    book.spoken("a")
    seen: list[str] = []

    def look(*_: object) -> str:
        with Ledger.open(book.folder) as other:
            seen.extend(each.firing.status for each in other.trigger_firings())
        raise DeedFailed("no")

    monkeypatch.setattr(firing_module, "append_event", look)
    book.fire()

    assert seen == ["started"]
    assert book.firings[0].status == "failed"


def test_an_import_does_so_much_and_leaves_the_rest(book: RuleBook) -> None:
    book.rule()
    for number in range(5):
        book.spoken(f"talk{number}")
    found = book.fire(most=2)

    assert (found.done, found.waiting) == (2, 3)
    assert book.fire().done == 3


def test_what_waits_for_a_rule_that_was_changed_is_dropped(book: RuleBook) -> None:
    book.rule()
    book.spoken("a")
    book.spoken("b")
    book.fire(most=1)
    book.rule(cooldown="1s")
    found = book.fire()

    assert (found.done, found.dropped) == (0, 1)
    assert [each.status for each in book.firings] == ["done", "dropped"]


def test_two_at_once_are_one_at_a_time(book: RuleBook) -> None:
    from convledger.store.file_lock import file_lock

    book.rule()
    book.spoken("a")
    with file_lock(book.folder / "trigger.lock", 0):
        assert book.fire().busy
    assert book.fire().done == 1


def test_what_a_rule_does_to_rows_is_noted_as_its_own(book: RuleBook) -> None:
    book.rule()
    book.spoken("a")
    book.fire()
    done = {(each.actor, each.action) for each in events(book.connection, Asked())}

    assert ("rule costly", "conversation.imported: export added") in done
    assert any(actor != "rule costly" and "rule confirmed" in what for actor, what in done)
    assert book.ledger.verify_audit().is_sound


def test_a_removed_rule_is_over_and_its_file_kept(book: RuleBook) -> None:
    book.rule()
    place = book.ledger.remove_trigger("costly")
    book.spoken("a")

    assert book.fire().done == 0
    assert place.read_text() == rule_text("costly")
    book.ledger.add_trigger(place.read_text(), "x")
    assert [each.state for each in book.ledger.trigger_rules()] == ["inert"]


def test_a_rule_that_is_wrong_is_told_and_others_go_on(book: RuleBook) -> None:
    book.rule()
    (book.folder / "rules" / "bad.toml").write_text("name = 3")
    (book.folder / "rules" / "deep.toml").write_text("x = " + "[" * 5000)
    book.spoken("a")
    found = book.fire()

    assert found.done == 1
    assert len(found.troubles) == 2


def test_twins_are_neither_used(book: RuleBook) -> None:
    book.rule()
    (book.folder / "rules" / "twin.toml").write_text(rule_text("costly"))
    book.spoken("a")

    assert book.fire().done == 0
    assert [each.state for each in book.ledger.trigger_rules()] == ["broken", "broken"]
