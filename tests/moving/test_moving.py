"""Everything that no log holds goes to another machine, whole, once, and as it was."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from convledger.clock import SECOND
from convledger.errors import UsageProblem, WorkspaceError
from convledger.ledger import Ledger
from convledger.memory import keeping
from convledger.memory.drafts import Draft
from convledger.memory.erase import Wanted
from convledger.store import closings
from convledger.store.audit import head
from convledger.store.audit_check import verify
from convledger.store.audit_events import events
from convledger.store.entries import entries_where
from tests.ingest.logs import Bench, session
from tests.moving.books import NOW, filled, findings, said
from tests.workspaces import empty_workspace


@pytest.fixture
def moved(bench: Bench, tmp_path: Path) -> Path:
    """A folder that a full workspace was written to."""
    folder = tmp_path / "moved"
    filled(bench).move_out(folder, now=NOW)
    return folder


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Ledger]:
    """An empty workspace on another machine."""
    with empty_workspace(tmp_path / "other") as ledger:
        yield ledger


def rows(folder: Path, name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / name).read_text().splitlines()]


def test_files_are_readable_noted_and_for_their_owner_only(moved: Path, bench: Bench) -> None:
    manifest = json.loads((moved / "manifest.json").read_text())

    assert stat.S_IMODE(moved.stat().st_mode) == 0o700
    for place in moved.rglob("*"):
        assert stat.S_IMODE(place.stat().st_mode) == (0o700 if place.is_dir() else 0o600), place
    assert manifest["convledger"] == "books"
    assert manifest["head"] == str(head(bench.ledger.connection))
    assert manifest["files"]["times.jsonl"]["rows"] == 1
    (time,) = rows(moved, "times.jsonl")
    assert time["conversation_id"] == {"reader": "claude-code", "id": session(1)}
    assert time["at"] == "2026-11-22T04:37:00Z"
    assert (time["seconds"], time["person"], time["note"]) == (600, "bo", "called back")
    targets = {str(each["target"]) for each in rows(moved, "credit-bookings.jsonl")}
    assert f"conversation/@claude-code:{session(2)}/m77" in targets
    assert any(each.startswith("by hand @") for each in targets)


def test_a_folder_with_something_in_it_is_not_written_into(moved: Path, bench: Bench) -> None:
    with pytest.raises(UsageProblem, match="is not empty"):
        bench.ledger.move_out(moved, now=NOW)


def test_everything_arrives_on_another_machine(moved: Path, bench: Bench, other: Ledger) -> None:
    done = other.take_in(moved, now=NOW)

    assert said(other) == said(bench.ledger)
    assert (done.apart, done.waiting) == ([], 2)
    assert (other.workspace / "plans" / "studio.toml").read_text() == "plan = 1\n"
    assert (other.workspace / "prices.toml").read_text() == "# mine\n"
    assert verify(other.connection).is_sound
    assert findings(other) == []


def test_what_was_closed_is_divided_as_it_was(moved: Path, bench: Bench, other: Ledger) -> None:
    other.take_in(moved, now=NOW)
    found = []
    for ledger in (bench.ledger, other):
        (closing,) = closings.closings(ledger.connection)
        (division,) = closings.divisions(ledger.connection, closing.id)
        natives = dict(ledger.connection.execute("SELECT id, native FROM conversation").fetchall())
        weighed = [(natives.get(number or 0), weight) for number, weight in division.weighed]
        (talk,) = closings.talks(ledger.connection, closing.id)
        found.append((closing.until, division.amount, weighed, natives[talk.conversation_id]))

    assert found[0] == found[1]
    assert found[0][2] == [(session(2), 1), (session(1), 3), (None, 2)]


def test_what_is_about_conversations_waits_for_their_logs(
    moved: Path, bench: Bench, other: Ledger
) -> None:
    other.take_in(moved, now=NOW)
    assert other.connection.execute("SELECT count(*) FROM call").fetchone() == (0,)
    other.sync(bench.roots)

    assert said(other) == said(bench.ledger)
    number = other.conversation(session(2)).id
    found = dict(
        other.connection.execute(
            "SELECT name, value FROM label WHERE conversation_id=?", (number,)
        ).fetchall()
    )
    assert found == {"client": "acme", "tag": "night"}
    targets = {
        row[0] for row in other.connection.execute("SELECT target FROM credit_fact").fetchall()
    }
    assert f"conversation/{number}/m77" in targets
    assert findings(other) == []


def test_a_quote_is_bound_to_its_message_when_that_comes(bench: Bench, tmp_path: Path) -> None:
    ledger = filled(bench)
    row = ledger.connection.execute("SELECT id FROM message WHERE line=2").fetchone()
    entry, _ = ledger.memory.remember_span(row[0], NOW, 0, 6)
    ledger.move_out(tmp_path / "out", now=NOW)
    with empty_workspace(tmp_path / "other") as other:
        other.take_in(tmp_path / "out", now=NOW)
        other.sync(bench.roots)
        (there,) = entries_where(other.connection, "name=?", (entry.name,))
        query = (
            "SELECT native, message.key=message_key, quote FROM entry_source "
            "JOIN conversation ON conversation.id=entry_source.conversation_id "
            "JOIN message ON message.conversation_id=conversation.id AND key=message_key "
            "WHERE entry_id=?"
        )
        found = other.connection.execute(query, (there.id,)).fetchall()
    here = ledger.connection.execute(query, (entry.id,)).fetchall()
    assert len(here) == 1
    assert found == here


def test_taking_in_twice_changes_nothing(moved: Path, other: Ledger) -> None:
    other.take_in(moved, now=NOW)
    before, at = said(other), head(other.connection)
    done = other.take_in(moved, now=NOW + 1)

    assert (done.is_change, done.apart) == (False, [])
    assert said(other) == before
    assert head(other.connection) == at


def test_it_becomes_events_of_the_person_with_the_head_it_came_from(
    moved: Path, bench: Bench, other: Ledger
) -> None:
    other.take_in(moved, now=NOW)
    whose = json.loads((moved / "manifest.json").read_text())

    actions = {each.action for each in events(other.connection)}
    origin = f"from {whose['workspace']} at {whose['head'][:24]}: take in: "
    assert f"{origin}label added" in actions
    assert f"{origin}credit booking added" in actions
    assert f"{origin}entry added" in actions
    kept = other.workspace / "audits" / f"{whose['workspace']}.jsonl"
    assert kept.read_bytes() == (moved / "audit.jsonl").read_bytes()


def test_nothing_is_taken_in_from_files_that_were_changed(moved: Path, other: Ledger) -> None:
    place = moved / "tags.jsonl"
    place.write_text(place.read_text().replace("night", "light"))

    with pytest.raises(WorkspaceError, match=r"tags\.jsonl: is not as it was written.*Nothing"):
        other.take_in(moved, now=NOW)
    assert other.connection.execute("SELECT count(*) FROM entry").fetchone() == (0,)
    place.unlink()
    with pytest.raises(WorkspaceError, match=r"tags\.jsonl: No such file"):
        other.take_in(moved, now=NOW)


def forged(moved: Path, name: str, content: str) -> None:
    """Change a file and let the list agree with it, as somebody might who means harm."""
    from hashlib import sha256

    (moved / name).write_text(content)
    place = moved / "manifest.json"
    manifest = json.loads(place.read_text())
    digest = sha256(content.encode()).hexdigest()
    manifest["files"][name] = {"sha256": digest, "bytes": len(content), "rows": 1}
    place.write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("costs.jsonl", '"since":"2026-10-01"', '"since":"soon"'),
        ("costs.jsonl", '"amount":"24', '"amount":"many'),
        ("costs.jsonl", '"since":"2026-10-01"', '"since":["x"]'),
        ("times.jsonl", '"seconds":600', '"seconds":"long"'),
        ("times.jsonl", '"at":"2026', '"at":"never'),
        ("times.jsonl", '"reader":"claude-code"', '"reader":7'),
        ("seats.jsonl", '"ref":"', '"ref":"x'),
        ("plans-in-use.jsonl", '"scope":""', '"scope":"{"'),
        ("packs.jsonl", '"wanted":"{', '"wanted":"}'),
        ("erased.jsonl", "", '{"key":"short"}\n'),
    ],
)
def test_rows_that_no_ledger_could_read_are_refused(
    moved: Path, other: Ledger, name: str, before: str, after: str
) -> None:
    text = (moved / name).read_text()
    assert before in text
    forged(moved, name, text.replace(before, after) if before else after)
    with pytest.raises(WorkspaceError, match=r"Nothing was taken in|no tombstone"):
        other.take_in(moved, now=NOW)
    assert other.connection.execute("SELECT count(*) FROM cost_item").fetchone() == (0,)
    assert findings(other) == []


@pytest.mark.parametrize("name", ["../escape.toml", "/etc/passwd", "plans/../../x", "plans/.x"])
def test_names_that_lead_elsewhere_are_refused(moved: Path, other: Ledger, name: str) -> None:
    place = moved / "manifest.json"
    manifest = json.loads(place.read_text())
    manifest["files"][name] = {"sha256": "0" * 64, "bytes": 1, "rows": 1}
    place.write_text(json.dumps(manifest))

    with pytest.raises(UsageProblem, match="is no name of a file in it"):
        other.take_in(moved, now=NOW)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("workspace", "../../elsewhere"),
        ("workspace", "/tmp/elsewhere"),
        ("workspace", "00\n"),
        ("workspace", "\x1b[31m"),
        ("head", "0:00"),
        ("readers", {"claude-code": 1 << 70}),
        ("readers", {"": 1}),
    ],
)
def test_a_list_that_no_workspace_wrote_is_refused(
    moved: Path, other: Ledger, name: str, value: object
) -> None:
    place = moved / "manifest.json"
    place.write_text(json.dumps({**json.loads(place.read_text()), name: value}))

    with pytest.raises(UsageProblem, match="no list of a moved workspace"):
        other.take_in(moved, now=NOW)
    assert not [*moved.parent.rglob("*elsewhere*"), *(other.workspace.glob("audits/*"))]
    assert other.connection.execute("SELECT count(*) FROM entry").fetchone() == (0,)


def test_a_chain_that_was_cut_is_refused(moved: Path, other: Ledger) -> None:
    lines = (moved / "audit.jsonl").read_text().splitlines(keepends=True)
    forged(moved, "audit.jsonl", "".join(lines[:-1]))

    with pytest.raises(WorkspaceError, match="the audit chain does not verify: its end"):
        other.take_in(moved, now=NOW)


def test_what_was_written_by_a_newer_program_is_refused(moved: Path, other: Ledger) -> None:
    place = moved / "manifest.json"
    place.write_text(place.read_text().replace('"schema": 1', '"schema": 2'))

    with pytest.raises(UsageProblem, match="newer convledger"):
        other.take_in(moved, now=NOW)


def test_what_was_erased_stays_away_elsewhere(bench: Bench, tmp_path: Path) -> None:
    ledger = filled(bench)
    walrus, _ = keeping.remember(ledger.connection, Draft("The walrus guards the vault."), NOW)
    number = ledger.conversation(session(3)).id
    ledger.erase(Wanted(conversations=(number,), entries=(walrus,), figures=True), now=NOW)
    ledger.move_out(tmp_path / "out", now=NOW)
    with empty_workspace(tmp_path / "other") as other:
        done = other.take_in(tmp_path / "out", now=NOW)
        other.sync(bench.roots)
        natives = {row[0] for row in other.connection.execute("SELECT native FROM conversation")}

        assert done.tombstones > 1
        assert natives == {session(1), session(2)}
        with pytest.raises(UsageProblem, match="was erased"):
            keeping.remember(other.connection, Draft("The walrus guards the vault."), NOW)
        assert findings(other) == []


def test_two_keys_know_what_both_have_erased(moved: Path, bench: Bench, tmp_path: Path) -> None:
    ledger = bench.ledger
    with empty_workspace(tmp_path / "other") as other:
        for books, text in ((ledger, "The walrus."), (other, "The heron.")):
            entry, _ = keeping.remember(books.connection, Draft(text), NOW)
            books.erase(Wanted(entries=(entry,)), now=NOW)
        ledger.move_out(tmp_path / "out", now=NOW)
        other.take_in(tmp_path / "out", now=NOW)
        for text in ("The walrus.", "The heron."):
            with pytest.raises(UsageProblem, match="was erased"):
                keeping.remember(other.connection, Draft(text), NOW)


def test_what_is_here_is_not_erased_by_another(moved: Path, bench: Bench, tmp_path: Path) -> None:
    with empty_workspace(tmp_path / "other") as other:
        other.take_in(moved, now=NOW)
        other.sync(bench.roots)
        ledger = bench.ledger
        ledger.erase(Wanted(conversations=(ledger.conversation(session(2)).id,)), now=NOW)
        entry = next(entries_where(ledger.connection, "body LIKE 'Deliveries%'"))
        ledger.erase(Wanted(entries=(entry.id,)), now=NOW)
        ledger.move_out(tmp_path / "again", now=NOW)
        done = other.take_in(tmp_path / "again", now=NOW)

        assert done.erased_there == {"conversations": 1, "entries": 1}
        assert len(list(entries_where(other.connection))) == 2
        assert findings(other) == []


def test_what_was_erased_here_does_not_come_with_it(
    moved: Path, bench: Bench, tmp_path: Path
) -> None:
    with empty_workspace(tmp_path / "other") as other:
        other.sync(bench.roots)
        number = other.conversation(session(2)).id
        other.erase(Wanted(conversations=(number,)), now=NOW)
        done = other.take_in(moved, now=NOW)

        assert done.erased > 0
        labels = other.connection.execute(
            "SELECT count(*) FROM label WHERE conversation_id=?", (number,)
        )
        assert labels.fetchone() == (0,)


def test_an_erasure_names_the_files_that_it_was_moved_to(moved: Path, bench: Bench) -> None:
    number = bench.ledger.conversation(session(2)).id
    outlook = bench.ledger.erase_outlook(Wanted(conversations=(number,)))

    assert f"{moved}/labels.jsonl" in outlook.targets


def test_instants_of_any_year_keep_their_microseconds(bench: Bench, tmp_path: Path) -> None:
    from convledger.store import costs
    from convledger.store.connection import transaction
    from convledger.store.costs import WorkedTime

    ledger = filled(bench)
    at = [-1_000_000_000 * SECOND + 1, 1, 7_999_999_999 * SECOND + 999_999]
    with transaction(ledger.connection):
        for each in at:
            costs.add_worked(ledger.connection, WorkedTime(0, 1, each, 60))
    ledger.move_out(tmp_path / "out", now=NOW)
    with empty_workspace(tmp_path / "other") as other:
        other.take_in(tmp_path / "out", now=NOW)
        found = other.connection.execute("SELECT at FROM worked_time WHERE seconds=60")
        assert sorted(row[0] for row in found) == at
