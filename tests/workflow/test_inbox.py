"""The inbox: which files are taken, what of them, once, and what is said of the others."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest

from convledger.clock import SECOND, now_us
from convledger.store.audit_events import Asked, events
from convledger.workflow.inbox import KINDS, InboxReport, kind_of
from tests.workflow.rule_parts import NOW, RuleBook


@pytest.fixture
def book(tmp_path: Path) -> Iterator[RuleBook]:
    found = RuleBook(tmp_path / "books")
    found.spoken("a")
    found.spoken("b")
    found.ledger.inbox.make()
    yield found
    found.ledger.close()


def put(book: RuleBook, name: str, text: str, *, age: float = 60) -> Path:
    """Put a file into the inbox as it was written so many seconds ago."""
    path = book.folder / "inbox" / name
    path.write_text(text)
    at = now_us() / SECOND - age
    os.utime(path, (at, at))
    return path


def take(book: RuleBook) -> InboxReport:
    return book.ledger.take_inbox(now=now_us(), zone=UTC)


def names(book: RuleBook, below: str) -> list[str]:
    return sorted(each.name for each in (book.folder / "inbox" / below).iterdir())


ROWS = {
    "labels-1.csv": "conversation,client,tags\nclaude-code:a,acme,x y\nb,globex,\n",
    "handoffs.jsonl": '{"conversation": "a", "at": "2026-11-19 12:00", "to": "Ada", "id": "7"}\n',
    "costs_may.csv": "kind,name,amount,currency,since\ninfrastructure,server,5,USD,2026-10-01\n",
    "times.jsonl": '{"conversation": "a", "minutes": 12, "on": "2026-11-19", "person": "Ada"}\n',
    "entries.jsonl": '{"text": "Ask Ada about the kiln", "tags": "kiln", "scope": "client:acme"}\n',
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_each_kind_is_taken_once(book: RuleBook, name: str) -> None:
    put(book, name, ROWS[name])
    (taken,) = take(book).taken
    rows = 2 if name.startswith("labels") else 1

    assert (taken.name, taken.new, taken.known) == (name, rows, 0)
    assert names(book, "taken") == [name]
    put(book, name, ROWS[name])
    (again,) = take(book).taken
    assert (again.new, again.known) == (0, rows)
    assert len(names(book, "taken")) == 2
    assert {each.actor for each in events(book.connection, Asked())} >= {"inbox"}
    assert book.ledger.verify_audit().is_sound


def test_rows_of_labels_are_counted_whatever_they_say(book: RuleBook) -> None:
    table = "conversation,client,kind,tags\na,acme,,x y\nb,globex,support,\n"
    put(book, "labels-1.csv", table)
    put(book, "labels-2.csv", f"{table}a,acme,,y z\na,,,\n".replace("globex", "initech"))
    first, second = take(book).taken

    assert (first.new, first.known) == (2, 0)
    assert (second.new, second.known) == (2, 2)


def test_the_rows_are_in_the_books(book: RuleBook) -> None:
    for name, text in ROWS.items():
        put(book, name, text)
    assert len(take(book).taken) == len(ROWS)

    (handoff,) = book.ledger.handoffs_of(book.thread("a"), UTC)
    assert (handoff.person, handoff.made_by) == ("Ada", "inbox")
    labels = book.connection.execute("SELECT name, value FROM label ORDER BY 1, 2").fetchall()
    assert labels == [("client", "acme"), ("client", "globex"), ("tag", "x"), ("tag", "y")]
    assert [each.name for each in book.ledger.cost_items()] == ["server"]
    (entry,) = book.ledger.memory.entries([1]).values()
    assert (entry.state, entry.scope, entry.tags) == ("proposed", "client:acme", ("kiln",))
    assert book.ledger.undo_handoffs(now=NOW).what == "import"


def test_verdicts_are_taken_by_what_they_say(book: RuleBook) -> None:
    from convledger.reports.reviews.drawing import SampleQuery

    sample = book.ledger.draw_sample(SampleQuery(size=2, seed="1", owners=("Ada",)))
    book.ledger.keep_sample(sample, now=NOW)
    (item, *_) = book.ledger.review_items("Ada")
    row = f"{item.stored.name},Ada,major,2026-11-20 10:00,checked\n"
    put(book, "verdicts.csv", f"item,reviewer,verdict,at,note\n{row}")
    assert take(book).taken[0].new == 1
    put(book, "verdicts2.csv", f"item,reviewer,verdict,at,note\n{row}")
    assert take(book).taken[0].known == 1

    found = book.ledger.review_item(item.stored.id, "Ada")
    assert {name: each.verdict for name, each in found.latest.items()} == {"Ada": "major"}
    put(book, "verdicts.csv", "item,reviewer,verdict,at\nnope,Ada,fail,2026-11-20\n")
    assert "line 2: no item 'nope'" in take(book).refused[0].reasons[0]


def test_samples_and_verdicts_of_elsewhere_are_taken(book: RuleBook, tmp_path: Path) -> None:
    from convledger.reports.reviews.drawing import SampleQuery

    sample = book.ledger.draw_sample(SampleQuery(size=2, seed="1", owners=("Ada",)))
    kept = book.ledger.keep_sample(sample, now=NOW)
    file = tmp_path / "out.jsonl"
    book.ledger.write_review(kept, "", file, now=NOW)
    other = RuleBook(tmp_path / "other")
    other.ledger.inbox.make()
    put(other, "reviews-ada.jsonl", file.read_text())
    (taken,) = take(other).taken

    assert taken.new == 2
    assert len(other.ledger.review_items("Ada")) == 2
    put(other, "reviews.jsonl", '{"type": "nonsense"}\n')
    assert take(other).refused[0].reasons[0].startswith("line 1: ")
    other.ledger.close()


def test_a_file_with_a_mistake_is_refused_whole_and_says_why(book: RuleBook) -> None:
    text = "conversation,at,to\na,2026-11-19,Ada\nnope,2026-11-19,Bo\na,sometime,Cy\n"
    put(book, "handoffs.csv", text)
    (refused,) = take(book).refused

    assert [reason.partition(":")[0] for reason in refused.reasons] == ["line 3", "line 4"]
    assert book.ledger.handoffs_of(book.thread("a"), UTC) == []
    assert names(book, "refused") == ["handoffs.csv", "handoffs.csv.txt"]
    told = (book.folder / "inbox" / "refused" / "handoffs.csv.txt").read_text()
    assert "line 4: " in told
    assert "nothing of it was taken" in told
    assert (take(book).taken, take(book).refused) == ([], [])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("handoffs.csv", ""),
        ("handoffs.jsonl", "[1, 2]"),
        ("handoffs.jsonl", '{"conversation": ' + "[" * 100_000),
        ("handoffs.jsonl", '{"conversation": "a", "at": 1e999}'),
        ("labels.csv", "conversation\na\n"),
        ("labels.csv", "client\nacme\n"),
        ("labels.csv", "conversation,client\na," + "x" * 300 + "\n"),
        ("entries.jsonl", '{"title": "no text"}'),
        ("entries.jsonl", '{"text": "x", "kind": "nonsense"}'),
        ("costs.csv", "kind,amount\ninfrastructure,much\n"),
        ("times.csv", "conversation,minutes,on\nnope,12,2026-11-01\n"),
        ("verdicts.csv", "item,reviewer\n1,Ada\n"),
        ("reviews.jsonl", "no json"),
        ("handoffs.csv", "a,\x00b\n\x1b]52;c;x\x07,2\n"),
    ],
)
def test_what_can_not_be_read_is_refused(book: RuleBook, name: str, text: str) -> None:
    put(book, name, text)
    report = take(book)

    assert report.taken == []
    assert len(report.refused) == 1
    assert report.refused[0].reasons
    assert book.connection.execute("SELECT count(*) FROM label").fetchone() == (0,)


def test_links_pipes_and_half_written_files_are_left(book: RuleBook, tmp_path: Path) -> None:
    inbox = book.folder / "inbox"
    secret = tmp_path / "secret.csv"
    secret.write_text(ROWS["labels-1.csv"])
    (inbox / "labels-link.csv").symlink_to(secret)
    os.link(secret, inbox / "labels-hard.csv")
    os.mkfifo(inbox / "labels-pipe.csv")
    (inbox / "labels-folder.csv").mkdir()
    put(book, "labels-young.csv", ROWS["labels-1.csv"], age=0.5)
    put(book, "labels.csv.part", ROWS["labels-1.csv"])
    put(book, ".labels.csv", ROWS["labels-1.csv"])
    put(book, "notes.csv", ROWS["labels-1.csv"])
    before = sorted(each.name for each in inbox.iterdir())
    report = take(book)

    assert (report.taken, report.refused) == ([], [])
    assert sorted(each.name for each in inbox.iterdir()) == before
    assert secret.exists()


def test_an_inbox_that_is_a_link_is_not_looked_at(book: RuleBook, tmp_path: Path) -> None:
    put(book, "labels.csv", ROWS["labels-1.csv"])
    (book.folder / "inbox").rename(tmp_path / "elsewhere")
    (book.folder / "inbox").symlink_to(tmp_path / "elsewhere")

    assert take(book).taken == []


def test_taken_but_not_moved_it_brings_nothing_twice(
    book: RuleBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    from convledger.workflow.inbox import Inbox

    put(book, "handoffs.jsonl", ROWS["handoffs.jsonl"])

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Inbox, "put_taken", die)
        with pytest.raises(KeyboardInterrupt):
            take(book)
    (taken,) = take(book).taken

    assert (taken.new, taken.known) == (0, 1)
    assert len(book.ledger.handoffs_of(book.thread("a"), UTC)) == 1


def test_lines_of_json_are_told_by_their_own_numbers(book: RuleBook) -> None:
    rows = [
        {"kind": "infrastructure", "name": "x", "amount": "5", "since": "2026-10-01"},
        {"kind": "infrastructure", "name": "y", "amount": "much", "since": "2026-10-01"},
    ]
    put(book, "costs.jsonl", "\n\n" + "\n\n".join(map(json.dumps, rows)) + "\n")
    (refused,) = take(book).refused

    assert refused.reasons[0].startswith("line 5: ")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("handoffs.csv", "handoffs"), ("Handoffs-2026.JSONL", "handoffs"), ("costs_1.tsv", "costs"),
        ("costs2.csv", "costs"), ("costsheet.csv", ""), ("handoffs.csv.part", ""),
        ("handoffs.txt", ""), ("x.csv", ""), (".csv", ""),
    ],
)  # fmt: skip
def test_the_name_says_what_a_file_holds(name: str, kind: str) -> None:
    assert kind_of(name) == kind
    assert kind in ("", *KINDS)
