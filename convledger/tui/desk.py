"""Where screens ask the ledger: in a thread with a connection of its own, one after the other.

A question has a name. When it is asked again before it was answered, the earlier one is dropped:
an answer that comes late never replaces a newer one. A patient question lets the one of its name
that is under way be answered first: what takes longer than the time between two changes of the
ledger would never be shown else. Answers are handed over in the app's thread.
"""

from __future__ import annotations

import itertools
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from convledger.errors import LedgerGone
from convledger.ledger import Ledger
from convledger.tui.failures import failure_of

Answer = TypeVar("Answer")
Question = Callable[[Ledger], Any]
Failed = Callable[[Exception], None]
Deliver = Callable[[Callable[[], None]], object]


@dataclass(frozen=True, slots=True)
class _Asked:
    number: int
    question: Question
    then: Callable[[Any], None]
    failed: Failed


class Desk:
    """A thread that answers questions; `deliver` runs a function in the app's own thread."""

    def __init__(self, workspace: Path | None, deliver: Deliver, trouble: Failed) -> None:
        self._workspace = workspace
        self._deliver = deliver
        self._trouble = trouble
        self._lock = threading.Condition()
        self._waiting: OrderedDict[object, _Asked] = OrderedDict()
        self._numbers = itertools.count(1)
        self._oldest: dict[object, int] = {}  # numbers below are answers that come too late
        self._ledger: Ledger | None = None
        self._busy_with: object = None
        self._resting = False
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="desk", daemon=True)
        self._thread.start()

    def ask(
        self,
        name: object,
        question: Callable[[Ledger], Answer],
        then: Callable[[Answer], None],
        *,
        patient: bool = False,
        failed: Failed | None = None,
    ) -> None:
        """Have `question` answered and `then` told, unless `name` is asked again before that.

        `failed` hears of a failure in place of who hears of all others, but for a ledger that is
        gone: that matters to more than who asked.
        """
        with self._lock:
            number = next(self._numbers)
            self._waiting[name] = _Asked(number, question, then, failed or self._trouble)
            if patient:
                self._oldest.setdefault(name, number)
            else:
                self._oldest[name] = number
                if self._busy_with == name and self._ledger is not None:
                    self._ledger.interrupt()  # its answer would be dropped
            self._lock.notify()

    def _counts(self, name: object, number: int) -> bool:
        """Tell whether the answer to a question is still wanted."""
        oldest = self._oldest.get(name)
        return oldest is not None and number >= oldest

    def forget(self, name: object) -> None:
        """Drop the question `name`: who asked it is gone."""
        with self._lock:
            self._waiting.pop(name, None)
            self._oldest.pop(name, None)

    def reopen(self) -> None:
        """Open the workspace anew before the next question."""
        self.ask(("desk", "reopen"), self._drop, lambda _: None)

    def rest(self, rests: bool) -> None:
        """Begin no answer while it `rests`: nothing reads the ledger then."""
        with self._lock:
            self._resting = rests
            self._lock.notify()

    @property
    def is_idle(self) -> bool:
        """Whether no question waits or is being answered."""
        with self._lock:
            return not self._waiting and self._busy_with is None

    def close(self) -> None:
        """Stop answering."""
        with self._lock:
            self._closed = True
            self._waiting.clear()
            self._lock.notify()

    def _work(self) -> None:
        while True:
            with self._lock:
                while (not self._waiting or self._resting) and not self._closed:
                    self._lock.wait()
                if self._closed:
                    break
                name, asked = self._waiting.popitem(last=False)
                self._busy_with = name
            self._answer(name, asked)
            with self._lock:
                self._busy_with = None
        if self._ledger is not None:
            self._ledger.close()

    def _answer(self, name: object, asked: _Asked) -> None:
        number, then, failed = asked.number, asked.then, asked.failed
        try:
            if self._ledger is None:
                self._ledger = Ledger.open(self._workspace)
            answer = asked.question(self._ledger)
        except Exception as error:  # noqa: BLE001 - told in words, or raised again in the app
            told = failure_of(error, self._workspace, self._ledger)
            if told is None:
                self._deliver(partial(_raise, error))
                return
            if isinstance(told, LedgerGone):
                self._drop(None)
                self._deliver(lambda: self._trouble(told))
                if failed == self._trouble:
                    return
            if self._counts(name, number):
                self._drop(None)
                self._deliver(lambda: failed(told))
            return
        self._deliver(lambda: then(answer) if self._counts(name, number) else None)

    def _drop(self, _: Ledger | None) -> None:
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None


def _raise(error: Exception) -> None:
    raise error
