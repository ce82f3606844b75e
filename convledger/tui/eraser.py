"""Erases in a thread of its own, while the app's own readers step aside, and cleans up after it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from convledger.errors import ConvledgerError
from convledger.ledger import WAIT_SECONDS, Ledger
from convledger.memory.erase_course import DELETING, INDEX, LOG, VACUUM, Heed, Stopped
from convledger.tui.failures import failure_of

if TYPE_CHECKING:
    from convledger.memory.erase import Outcome, Wanted
    from convledger.memory.erase_findings import Redaction
    from convledger.store.erasures import Erasure
    from convledger.tui.app import ConvledgerApp

Work = Callable[[Ledger, Heed], "list[Outcome]"]
# Steps in which nobody else may read: a reader keeps the old bytes in the log.
_ALONE = frozenset((DELETING, INDEX, LOG, VACUUM))
_TELL_EVERY = 0.25  # seconds
_CUT_SHORT = (
    "An erasure was cut short: its rows are deleted, old bytes may still be in the files · "
    "{key} finishes it"
)
_FOUND = "Pieces of what was erased were found in the files of the ledger · {key} says more"


class Eraser:
    """One erasure at a time; others of the app's threads ask nothing while it needs that."""

    WAIT: float = WAIT_SECONDS  # for other programs that read the ledger

    def __init__(self, app: ConvledgerApp) -> None:
        self._app = app
        self._ledger: Ledger | None = None
        self._is_stopping = False
        self._told = 0.0
        self.is_running = False

    # ---- doing it

    def erase(self, wanted: Wanted) -> Work:
        """Return what erases something."""
        now, wait = self._app.now(), self.WAIT
        return lambda ledger, heed: [ledger.erase(wanted, now=now, wait_seconds=wait, heed=heed)]

    def redact(self, wanted: Redaction) -> Work:
        """Return what takes findings out for good."""
        now, wait = self._app.now(), self.WAIT

        def work(ledger: Ledger, heed: Heed) -> list[Outcome]:
            done = ledger.findings.redact(wanted, now=now, wait_seconds=wait, heed=heed)
            return [] if done is None else [done]

        return work

    def resume(self) -> Work:
        """Return what finishes the erasures that were cut short."""
        now, wait = self._app.now(), self.WAIT
        return lambda ledger, heed: ledger.resume_erasing(now=now, wait_seconds=wait, heed=heed)

    def begin(
        self,
        work: Work,
        going: Callable[[str, int], None],
        ended: Callable[[list[Outcome], ConvledgerError | None], None],
    ) -> bool:
        """Do it; `going` hears of its steps, `ended` what it came to or why nothing was erased.

        Both are called in the app's thread. Returns False where one is under way already.
        """
        if self.is_running:
            return False
        self.is_running, self._is_stopping = True, False
        self._app.feeder.hold()
        self._app.memory_worker.hold()
        self._app.run_worker(
            partial(self._work, work, going, ended), thread=True, group="erase", exit_on_error=False
        )
        return True

    def stop(self) -> None:
        """Stop it: before the rows went nothing has changed, later it waits to be finished."""
        self._is_stopping = True
        ledger = self._ledger
        if ledger is not None:
            ledger.interrupt()

    def _work(
        self,
        work: Work,
        going: Callable[[str, int], None],
        ended: Callable[[list[Outcome], ConvledgerError | None], None],
    ) -> None:
        app, outcomes = self._app, list["Outcome"]()
        problem: ConvledgerError | None = None

        def heed(step: str, size: int) -> None:
            if self._is_stopping:
                raise Stopped
            self._rest(step in _ALONE)
            if not size or time.monotonic() - self._told >= _TELL_EVERY:
                self._told = time.monotonic()
                app.tell(lambda: going(step, size))

        try:
            with Ledger.open(app.workspace) as ledger:
                self._ledger = ledger
                outcomes = work(ledger, heed)
        except Stopped:
            problem = ConvledgerError("it was stopped")
        except Exception as error:  # noqa: BLE001 - told in words, or raised again in the app
            problem = failure_of(error, app.workspace, self._ledger)
            if self._is_stopping:
                problem = ConvledgerError("it was stopped")
            elif problem is None:
                app.tell(partial(_raise, error))
                problem = ConvledgerError(f"the program failed: {error!r:.200}")
        finally:
            self._ledger = None
            self._rest(False)
            app.feeder.go_on()
            app.memory_worker.go_on()
            self.is_running = False
        app.tell(lambda: ended(outcomes, problem))

    def _rest(self, rests: bool) -> None:
        for desk in (self._app.desk, self._app.side_desk):
            desk.rest(rests)

    # ---- afterwards

    def forget(self, entries: Sequence[int]) -> None:
        """Let the app know nothing more of what is erased, and show what is left."""
        app = self._app
        app.undoing.clear()
        from convledger.tui.sitting import sitting_of

        sitting = sitting_of(app)
        if sitting is not None and entries:
            sitting.erase(entries)
        app.renew()

    # ---- what was cut short

    def look(self) -> None:
        """Look whether an erasure waits to be finished."""
        # Where that can't be asked, what else is asked tells of it.
        self._app.desk.ask("erasures", _unfinished, self._found, failed=lambda _: None)

    def _found(self, unfinished: list[Erasure]) -> None:
        app = self._app
        if self.is_running:
            return
        if not unfinished:
            if app.notices.settle("erasure"):
                app.show_notices()
                app.say("The erasure that was cut short is finished.")
            return
        from convledger.store.erasures import PENDING
        from convledger.tui.actions import BY_ID
        from convledger.tui.help_text import keys_of

        words = _CUT_SHORT if any(each.state == PENDING for each in unfinished) else _FOUND
        key = keys_of(BY_ID["app.erasures"], app.user_keymap)
        app.notice("erasure", words.format(key=key), severity="error", lasts=True)


def _unfinished(ledger: Ledger) -> list[Erasure]:
    from convledger.store.erasures import DONE

    return [each for each in ledger.erasures() if each.state != DONE]


def _raise(error: Exception) -> None:
    raise error
