"""Reviews travel as files: in any order, again and again; nothing is written over."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterator
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convledger.errors import UsageProblem
from convledger.ledger import Ledger
from convledger.store.exports import exported_to
from convledger.store.reviews import verdicts
from convledger.workflow.judging import Opinion
from convledger.workflow.review_travel import ReviewImport, texts_in
from tests.workflow.review_parts import NOW, Panel, said
from tests.workspaces import empty_workspace

Line = dict[str, Any]


@pytest.fixture
def lead(tmp_path: Path) -> Iterator[Panel]:
    made = Panel(tmp_path / "lead")
    made.sample(owners=("Ada", "Bo"), overlap=3, title="October", due_at=NOW + 5)
    yield made
    made.ledger.close()


@pytest.fixture
def away(tmp_path: Path) -> Iterator[Ledger]:
    """The empty books of a reviewer elsewhere."""
    with empty_workspace(tmp_path / "away") as ledger:
        yield ledger


def write(ledger: Ledger, path: Path, owner: str = "", **how: bool) -> Path:
    batch = ledger.review_batches()[0]
    ledger.write_review(batch, owner, path, now=NOW, force=True, **how)
    return path


def take(ledger: Ledger, path: Path) -> ReviewImport:
    found = ledger.read_review_file(path, now=NOW)
    ledger.take_review_file(found)
    return found


def judge(ledger: Ledger, item: int, name: str, verdict: str, now: int = NOW) -> None:
    ledger.give_verdict(item, Opinion(verdict), now=now, as_name=name)


def lines(path: Path) -> list[Line]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def mend(path: Path, change: Callable[[list[Line]], object]) -> Path:
    """Change the lines of a file."""
    found = lines(path)
    change(found)
    path.write_text("".join(json.dumps(each) + "\n" for each in found), "utf-8")
    return path


def state(ledger: Ledger) -> dict[str, dict[str, str]]:
    return {each.stored.native: said(each) for each in ledger.review_items("Cy")}


def test_an_assignment_goes_out_and_its_verdicts_come_home(
    lead: Panel, away: Ledger, tmp_path: Path
) -> None:
    found = take(away, write(lead.ledger, tmp_path / "bo.jsonl", "Bo"))
    assert (len(found.items), found.owner, found.missing) == (
        3, "Bo", ["claude-code:d", "claude-code:c", "claude-code:e"],
    )  # fmt: skip
    (batch,) = away.review_batches()
    assert (batch.title, batch.seed, batch.due_at) == ("October", "7", NOW + 5)
    item = away.review_item(1, "Bo")
    assert (item.stored.owners, item.stored.conversation_id) == (("Bo",), None)

    judge(away, 1, "Bo", "minor")
    judge(lead.ledger, 1, "Ada", "pass")
    home = take(lead.ledger, write(away, tmp_path / "back.jsonl", "Bo"))
    assert (len(home.verdicts), home.known_items, home.conflicts) == (1, 3, [])
    assert said(lead.ledger.review_item(1, "Cy")) == {"Ada": "pass", "Bo": "minor"}
    assert lead.ledger.review_item(1, "Cy").latest["Bo"].provenance.endswith(":5")
    assert lead.ledger.review_item(1, "Cy").stored.owners == ("Ada", "Bo")


def test_an_owners_file_holds_nothing_of_others(lead: Panel, tmp_path: Path) -> None:
    judge(lead.ledger, 1, "Ada", "fail")
    text = write(lead.ledger, tmp_path / "bo.jsonl", "Bo").read_text("utf-8")

    assert "Ada" not in text
    assert "fail" not in text


def test_files_may_come_in_any_order_and_again(lead: Panel, tmp_path: Path) -> None:
    judge(lead.ledger, 1, "Ada", "pass")
    first = write(lead.ledger, tmp_path / "1.jsonl")
    judge(lead.ledger, 1, "Ada", "fail")
    judge(lead.ledger, 2, "Bo", "minor")
    second = write(lead.ledger, tmp_path / "2.jsonl", "Bo")
    third = write(lead.ledger, tmp_path / "3.jsonl")
    lead.ledger.withdraw_verdict(now=NOW, as_name="Bo")
    fourth = write(lead.ledger, tmp_path / "4.jsonl")
    for place, order in enumerate(permutations((first, second, third, fourth))):
        with empty_workspace(tmp_path / f"books{place}") as ledger:
            for path in (*order, *order):
                assert take(ledger, path).conflicts == []
            assert state(ledger) == state(lead.ledger) == {"d": {"Ada": "fail"}, "c": {}, "e": {}}
            assert len(verdicts(ledger.connection, with_gone=True)) == 3
            again = ledger.read_review_file(fourth, now=NOW)
            assert (again.items, again.verdicts, again.withdrawn) == ([], [], [])
            assert again.known_verdicts == 3


def test_an_earlier_verdict_that_comes_late_does_not_count(
    lead: Panel, away: Ledger, tmp_path: Path
) -> None:
    take(away, write(lead.ledger, tmp_path / "out.jsonl", "Bo"))
    judge(away, 1, "Bo", "fail", now=NOW - 10)
    judge(lead.ledger, 1, "Bo", "pass", now=NOW)
    take(lead.ledger, write(away, tmp_path / "back.jsonl", "Bo"))
    item = lead.ledger.review_item(1, "Cy")

    assert said(item) == {"Bo": "pass"}
    assert [each.verdict for each in item.earlier] == ["fail"]


def test_another_verdict_of_one_name_is_a_conflict_and_the_books_stay(
    lead: Panel, tmp_path: Path
) -> None:
    judge(lead.ledger, 1, "Ada", "pass")
    path = write(lead.ledger, tmp_path / "a.jsonl")
    mend(path, lambda found: found[-1].update(verdict="fail"))
    found = take(lead.ledger, path)

    assert len(found.conflicts) == 1
    assert "says something else in the books" in found.conflicts[0]
    assert said(lead.ledger.review_item(1, "Cy")) == {"Ada": "pass"}


def test_two_verdicts_of_one_instant_are_told(lead: Panel, tmp_path: Path) -> None:
    judge(lead.ledger, 1, "Ada", "pass")
    path = write(lead.ledger, tmp_path / "a.jsonl")
    mend(path, lambda found: found[-1].update(verdict="fail", name="ff" * 12))
    found = take(lead.ledger, path)

    assert "two verdicts on one item at one instant" in found.conflicts[0]
    assert said(lead.ledger.review_item(1, "Cy")) == {"Ada": "fail"}


def test_a_conversation_that_is_imported_later_is_found(lead: Panel, tmp_path: Path) -> None:
    path = write(lead.ledger, tmp_path / "a.jsonl")
    with empty_workspace(tmp_path / "later") as ledger:
        take(ledger, path)
        ledger.connection.execute("INSERT INTO reader (name) VALUES ('claude-code')")
        ledger.connection.execute(
            "INSERT INTO conversation (reader_id, native) SELECT id, 'd' FROM reader"
        )
        (item,) = [each for each in ledger.review_items("Cy") if each.stored.native == "d"]
        assert item.stored.conversation_id == 1
        assert [each.stored.id for each in ledger.review_items("Cy", conversation_id=1)] == [
            item.stored.id
        ]


def test_texts_go_along_where_asked_for_and_are_not_kept(
    lead: Panel, away: Ledger, tmp_path: Path
) -> None:
    path = write(lead.ledger, tmp_path / "a.jsonl", "Bo", with_texts=True)
    found = take(away, path)
    name = away.review_item(1, "Bo").stored.name

    assert found.texts == 6
    assert [each["text"] for each in texts_in(path, name)] == ["x", "x"]
    assert away.connection.execute("SELECT count(*) FROM message").fetchone() == (0,)


def test_a_file_is_for_its_owner_alone_and_named_when_erased(lead: Panel, tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        path = write(lead.ledger, tmp_path / "a.jsonl")
    finally:
        os.umask(before)
    held = [each.stored.conversation_id or 0 for each in lead.items()]

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert exported_to(lead.connection, held) == [str(path)]
    assert [each.name for each in tmp_path.glob(".convledger-*")] == []
    with pytest.raises(UsageProblem, match="is there already"):
        lead.ledger.write_review(lead.ledger.review_batches()[0], "", path, now=NOW)
    with pytest.raises(UsageProblem, match="nothing of it is Cy's"):
        write(lead.ledger, tmp_path / "c.jsonl", "Cy")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"format": "other"}, "line 1: is no file of reviews"),
        ({"version": 2}, "is of version 2"),
        ({"version": True}, "is of version True"),
        ({"batch": None}, "names no sample"),
        ({"owner": 7}, "owner is no text"),
    ],
)
def test_another_file_is_refused_as_a_whole(
    lead: Panel, tmp_path: Path, change: Line, why: str
) -> None:
    path = mend(write(lead.ledger, tmp_path / "a.jsonl"), lambda found: found[0].update(change))

    with pytest.raises(UsageProblem, match=why):
        lead.ledger.read_review_file(path, now=NOW)


@pytest.mark.parametrize("content", [b"", b"\n", b"{", b"[]", b"\xff\xfe", b"x,y\n1,2\n"])
def test_what_is_no_such_file_is_refused(away: Ledger, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_bytes(content)

    with pytest.raises(UsageProblem, match=r"odd\.jsonl: line 1"):
        away.read_review_file(path, now=NOW)
    with pytest.raises(UsageProblem, match="can't be read"):
        away.read_review_file(tmp_path / "nowhere", now=NOW)


@pytest.mark.parametrize(
    ("line", "change", "why"),
    [
        (1, {"place": "1"}, "place is no number"),
        (1, {"place": True}, "place is no number"),
        (1, {"native": ""}, "name no conversation"),
        (1, {"native": "x" * 1001}, "name no conversation"),
        (1, {"name": "zz"}, "name is no name of a row"),
        (1, {"owners": "Ada"}, "owners is no list"),
        (1, {"owners": ["A"] * 51}, "owners is no list"),
        (1, {"title": ["x"]}, "title is no text"),
        (1, {"native": "other"}, "is claude-code:d in the books"),
        (4, {"verdict": "great"}, "no verdict"),
        (4, {"kind": "boss"}, "no kind of verdict"),
        (4, {"seconds": -1}, "no time that somebody worked"),
        (4, {"seconds": 1.5}, "no time that somebody worked"),
        (4, {"reasons": ["A B"]}, "no list of codes"),
        (4, {"reasons": ["x"] * 51}, "no list of codes"),
        (4, {"at": "2199-01-01T00:00:00Z"}, "is not yet"),
        (4, {"at": 7}, "at is no instant"),
        (4, {"item": "0" * 24}, "is not in the file nor the books"),
        (4, {"note": "x" * 20_001}, "longer than 20,000"),
        (4, {"reviewer": " "}, "reviewer is nobody"),
        (4, {"type": "erase"}, "no kind of line"),
    ],
)
def test_a_wrong_line_is_refused_and_the_others_are_taken(
    lead: Panel, tmp_path: Path, line: int, change: Line, why: str
) -> None:
    judge(lead.ledger, 1, "Ada", "pass")
    path = write(lead.ledger, tmp_path / "a.jsonl")
    lead.ledger.withdraw_verdict(now=NOW, as_name="Ada")
    mend(path, lambda found: found[4].update(name="ab" * 12))
    mend(path, lambda found: found[line].update(change))
    found = lead.ledger.read_review_file(path, now=NOW)

    assert [number for number, _ in found.rejected] == [line + 1]
    assert why in found.rejected[0][1]
    assert len(found.verdicts) == (0 if line == 4 else 1)


@pytest.mark.parametrize(
    "raw",
    [b"[" * 90_000, b'{"a":' * 90_000, b"x" * (1 << 21), b"7", b'{"type": "item"', b"\xff\xff"],
)
def test_hostile_lines_are_refused_one_by_one(lead: Panel, tmp_path: Path, raw: bytes) -> None:
    path = write(lead.ledger, tmp_path / "a.jsonl")
    content = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([content[0], raw, b"\n", *content[1:]]))
    found = lead.ledger.read_review_file(path, now=NOW)

    assert [number for number, _ in found.rejected] == [2]
    assert found.known_items == 3


def test_what_a_terminal_obeys_is_not_kept(lead: Panel, away: Ledger, tmp_path: Path) -> None:
    def spoil(found: list[Line]) -> None:
        found[0]["batch"]["title"] = "x\x1b]52;c;AAAA\x07y"
        found[1]["title"] = "a\x1b[2Jb\u202ec"
        found[1]["owners"] = ["Ev\x9be"]

    take(away, mend(write(lead.ledger, tmp_path / "a.jsonl"), spoil))

    assert away.review_batches()[0].title == "x ]52;c;AAAA y"
    item = away.review_item(1, "Cy").stored
    assert (item.title, item.owners) == ("a [2Jb c", ("Ev e",))


def test_nobody_slips_anothers_verdict_into_their_file(lead: Panel, tmp_path: Path) -> None:
    judge(lead.ledger, 1, "Bo", "pass")
    path = write(lead.ledger, tmp_path / "bo.jsonl", "Bo")
    mend(path, lambda found: found[-1].update(reviewer="Ada", name="ab" * 12))
    found = lead.ledger.read_review_file(path, now=NOW)

    assert [why for _, why in found.rejected] == ["the verdict is Ada's, the file Bo's"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
@given(st.lists(st.binary(max_size=80), max_size=6))
def test_any_lines_are_rows_or_reasons(lead: Panel, tmp_path: Path, some: list[bytes]) -> None:
    path = write(lead.ledger, tmp_path / "a.jsonl")
    path.write_bytes(path.read_bytes() + b"\n".join(some))
    found = lead.ledger.read_review_file(path, now=NOW)

    assert (found.known_items, found.items, found.verdicts) == (3, [], [])
    assert all(why for _, why in found.rejected)
