"""Questions are answered in another thread; of several by one name only the last one counts."""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from convledger.errors import WorkspaceError
from convledger.ledger import Ledger
from convledger.store.connection import unreadable
from convledger.tui.desk import Desk

Work = Callable[[], None]
SECONDS = 20.0


def _noted(asked: list[int], number: int, _: Ledger) -> None:
    asked.append(number)


class Office:
    """A desk whose answers are handed over when the test says so."""

    def __init__(self, workspace: Path) -> None:
        self.told: queue.Queue[Work] = queue.Queue()
        self.troubles: list[str] = []
        self.desk = Desk(workspace, self.told.put, lambda error: self.troubles.append(str(error)))

    def hand_over(self) -> None:
        """Do the next thing that the desk has told."""
        self.told.get(timeout=SECONDS)()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path / "books")
    yield office
    office.desk.close()


def test_answer_is_handed_over(office: Office) -> None:
    answers: list[str] = []
    office.desk.ask("path", lambda ledger: ledger.path.name, answers.append)
    office.hand_over()

    assert answers == ["ledger.db"]


def test_question_is_answered_in_another_thread(office: Office) -> None:
    threads: list[int] = []
    office.desk.ask("thread", lambda _: threading.get_ident(), threads.append)
    office.hand_over()

    assert threads != [threading.get_ident()]


def test_late_answer_never_replaces_a_newer_one(office: Office) -> None:
    answers: list[int] = []
    office.desk.ask("n", lambda _: 1, answers.append)
    first = office.told.get(timeout=SECONDS)
    office.desk.ask("n", lambda _: 2, answers.append)
    office.hand_over()
    first()

    assert answers == [2]


def test_waiting_question_is_replaced_by_the_newer(office: Office) -> None:
    gate = threading.Event()
    asked: list[int] = []
    office.desk.ask("gate", lambda _: gate.wait(SECONDS), lambda _: None)
    for number in range(10):
        office.desk.ask("n", partial(_noted, asked, number), lambda _: None)
    gate.set()
    office.hand_over()
    office.hand_over()

    assert asked == [9]


def test_running_query_is_interrupted_by_the_newer(office: Office) -> None:
    begun = threading.Event()
    answers: list[int] = []

    def endless(ledger: Ledger) -> int:

        def begin_now() -> int:
            begun.set()
            return 1

        ledger.connection.create_function("begin_now", 0, begin_now)
        query = (
            "WITH RECURSIVE n(i) AS (SELECT begin_now() UNION ALL SELECT i+1 FROM n) "
            "SELECT count(*) FROM n"
        )
        return int(ledger.connection.execute(query).fetchone()[0])

    def asked(ledger: Ledger) -> int:
        try:
            return endless(ledger)
        except sqlite3.Error as error:
            raise unreadable(ledger.path, error) from error

    office.desk.ask("n", asked, answers.append)
    assert begun.wait(SECONDS)
    office.desk.ask("n", lambda _: 2, answers.append)
    office.hand_over()

    assert answers == [2]
    assert office.troubles == []


def test_question_asked_again_while_its_ledger_is_closed_is_answered(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed, gate = threading.Event(), threading.Event()
    close, answers = Ledger.close, list[int]()

    def closing(ledger: Ledger) -> None:
        close(ledger)
        closed.set()
        assert gate.wait(SECONDS)

    def fails(_: Ledger) -> None:
        raise WorkspaceError("the disk is gone")

    monkeypatch.setattr(Ledger, "close", closing)
    office.desk.ask("n", fails, lambda _: None)
    assert closed.wait(SECONDS)
    office.desk.ask("n", lambda _: 2, answers.append)
    gate.set()
    office.hand_over()
    office.hand_over()

    assert answers == [2]


def test_trouble_is_told_and_the_next_question_answered(office: Office) -> None:
    def fails(_: Ledger) -> None:
        raise WorkspaceError("the disk is gone")

    answers: list[bool] = []
    office.desk.ask("bad", fails, lambda _: None)
    office.hand_over()
    office.desk.ask("good", lambda ledger: ledger.is_in_place(), answers.append)
    office.hand_over()

    assert office.troubles == ["the disk is gone"]
    assert answers == [True]


def test_mistake_of_the_program_is_raised_in_the_app(office: Office) -> None:
    office.desk.ask("bug", lambda _: [][0], lambda _: None)

    with pytest.raises(IndexError):
        office.hand_over()


def test_forgotten_question_has_no_answer(office: Office) -> None:
    answers: list[int] = []
    office.desk.ask("n", lambda _: 1, answers.append)
    work = office.told.get(timeout=SECONDS)
    office.desk.forget("n")
    work()

    assert answers == []


def test_reopened_desk_sees_the_new_ledger(office: Office, tmp_path: Path) -> None:
    in_place: list[bool] = []
    office.desk.ask("first", lambda ledger: ledger.is_in_place(), in_place.append)
    office.hand_over()
    for path in (tmp_path / "books").iterdir():
        path.unlink()
    office.desk.ask("second", lambda ledger: ledger.is_in_place(), in_place.append)
    office.hand_over()
    office.desk.reopen()
    office.hand_over()
    office.desk.ask("third", lambda ledger: ledger.is_in_place(), in_place.append)
    office.hand_over()

    assert in_place == [True, False, True]


def held_up(office: Office, answers: list[str]) -> threading.Event:
    """Ask a question that is under way until the event is set."""
    begun, gate = threading.Event(), threading.Event()

    def waits(_: Ledger) -> str:
        begun.set()
        gate.wait(SECONDS)
        return "under way"

    office.desk.ask("n", waits, answers.append, patient=True)
    assert begun.wait(SECONDS)
    return gate


def test_patient_questions_let_the_one_under_way_be_answered(office: Office) -> None:
    answers: list[str] = []
    gate = held_up(office, answers)
    for words in ("replaced", "last"):
        office.desk.ask("n", partial(_said, words), answers.append, patient=True)
    gate.set()
    office.hand_over()
    office.hand_over()

    assert answers == ["under way", "last"]
    assert office.desk.is_idle


def test_person_does_not_wait_for_a_patient_question(office: Office) -> None:
    answers: list[str] = []
    gate = held_up(office, answers)
    office.desk.ask("n", partial(_said, "late"), answers.append, patient=True)
    office.desk.ask("n", partial(_said, "typed"), answers.append)
    gate.set()
    office.hand_over()
    office.hand_over()

    assert answers == ["typed"]


def test_patient_question_is_asked_again_after_one_that_failed(office: Office) -> None:
    def fails(_: Ledger) -> str:
        raise WorkspaceError("the disk is gone")

    answers: list[str] = []
    office.desk.ask("n", fails, answers.append, patient=True)
    office.hand_over()
    office.desk.ask("n", partial(_said, "well again"), answers.append, patient=True)
    office.hand_over()

    assert answers == ["well again"]


def _said(words: str, _: Ledger) -> str:
    return words
