"""What a person does about memory files: look, keep, take out, write back, import, take back."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, TypeVar

from convledger.errors import ConvledgerError
from convledger.text.display import clip
from convledger.tui.failures import failure_of
from convledger.tui.marking import Marking
from convledger.tui.memory_changes import LOOKED_BACK, changed
from convledger.tui.memory_file_words import names_of
from convledger.tui.screens.place import PlaceScreen
from convledger.tui.undo import Step
from convledger.words import plural

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.memory.file_shelf import Looked, Outlook
    from convledger.memory.importing import ImportResult
    from convledger.memory.write_back import FileChange, Held
    from convledger.store.operations import Operation

    Told = Sequence[tuple[str, ImportResult | str]]

Answer = TypeVar("Answer")
PACE = 0.25  # seconds between two pictures of how far it is
NO_CHANGE = "No change waits: r looks at the files again."


class MemoryFilesDoors(PlaceScreen):
    """The verbs of the screen; a subclass shows what there is."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers = count()
        self._halt: Event | None = None  # of what goes on
        self._marking = Marking(self, self.show_counts)
        self.far: tuple[int, int] | None = None

    def show_counts(self) -> None:
        """Say how much there is, and how far a look is."""
        raise NotImplementedError

    def took_look(self, looked: Looked) -> None:
        """Show what a look has found."""
        raise NotImplementedError

    def chosen_file(self) -> str | None:
        """Return the file under the cursor, where the cursor is on files."""
        raise NotImplementedError

    # ---- what takes long

    def _run(
        self,
        work: Callable[[Ledger, Callable[[int, int], bool]], Answer],
        then: Callable[[Answer, bool], None],
    ) -> None:
        """Do something in another thread that can be stopped; tell `then` whether it was whole."""
        if self._halt is not None:
            self.books.say("That goes on already: s stops it.")
            return
        stop = self._halt = Event()
        books, shown = self.books, [0.0]
        self.show_far(0, 0)

        def goes_on(done: int, of: int) -> bool:
            now = time.monotonic()
            if now - shown[0] >= PACE and (done, of) != (0, 0):
                shown[0] = now
                books.tell(lambda: self.show_far(done, of) if self._halt is stop else None)
            return not stop.is_set()

        def attempt(ledger: Ledger) -> Answer | Exception:
            try:
                return work(ledger, goes_on)
            except (ConvledgerError, OSError) as error:
                return failure_of(error, books.workspace, ledger) or error

        def ended(answer: Answer | Exception) -> None:
            self._halt = self.far = None
            if self.is_ready:
                self.show_counts()
            if isinstance(answer, Exception):
                books.trouble(answer)
            else:
                then(answer, not stop.is_set())

        # By a name of its own, and told also where the screen is left: what came in came in.
        books.ask(("memory files", id(self), next(self._numbers)), attempt, ended, slow=True)

    def show_far(self, done: int, of: int) -> None:
        """Show how far it is."""
        self.far = done, of
        if self.is_ready:
            self.show_counts()

    def on_unmount(self) -> None:
        """Let what goes on end: nobody looks at it any more."""
        if self._halt is not None:
            self._halt.set()

    def action_stop(self) -> None:
        """Stop what goes on."""
        if self._halt is None:
            self.books.say("Nothing is being looked at.")
        else:
            self._halt.set()
            self.books.say("Stopping; what was read by then stays.")

    def action_look(self) -> None:
        """Look at all memory files."""
        now = self.books.now()
        self._run(lambda ledger, goes_on: ledger.memory_files.look(now, goes_on), self._took_look)

    def _took_look(self, looked: Looked, _: bool) -> None:
        new = sum(result.new for _, result in looked.feed.imported)
        if looked.feed.imported:
            files = plural(len(looked.feed.imported), "new file")
            rest = f": {plural(new, 'entry', 'entries')} proposed, ctrl+r reviews" if new else ""
            self.books.say(f"{files}{rest}")
        if self.is_ready:
            self.took_look(looked)
        self.books.memory_watch.told(len(looked.feed.news), is_seen=self.is_ready)
        self.books.renew()

    # ---- changes

    def action_mark(self) -> None:
        """Mark the change, or unmark it, and go on."""
        self._marking.toggle()

    def action_mark_all(self) -> None:
        """Mark all changes that are listed; where all are, none."""
        if self.all_marked():
            self._marking.none()
        else:
            self._marking.every()

    def all_marked(self) -> bool:
        """Whether every change that is listed is marked."""
        raise NotImplementedError

    def action_keep(self) -> None:
        """Take changes into memory."""
        ids, _ = self._marking.chosen()
        if not ids:
            self.books.say(NO_CHANGE)
            return
        now = self.books.now
        words = f"{plural(len(ids), 'change')} kept"

        def keep(ledger: Ledger) -> Step | None:
            files = ledger.memory_files
            return changed(ledger, now, words, lambda _, at: files.keep(ids, at))

        self._change(keep, self._done)

    def action_take_out(self) -> None:
        """Show what taking changes out makes of their files, and ask."""
        ids, _ = self._marking.chosen()
        if not ids:
            self.books.say(NO_CHANGE)
            return
        self.ask(
            "without",
            lambda ledger: ledger.memory_files.without(ids),
            lambda outlook: self._ask_out(outlook, len(ids)),
            slow=True,
        )

    def _ask_out(self, outlook: Outlook, wanted: int) -> None:
        if not outlook.changes and not outlook.held:
            self._take_out(outlook, outlook.items != [])
            return
        title = f"Take {plural(wanted, 'change')} out of {names_of(outlook.paths)}"
        self._ask(title, "Take out", outlook, partial(self._take_out, outlook))

    def _take_out(self, outlook: Outlook, wanted: bool | None) -> None:
        if not wanted:
            return
        now = self.books.now
        words = f"{plural(len(outlook.items), 'change')} taken out"

        def take(ledger: Ledger) -> tuple[Step | None, list[Held]]:
            files = ledger.memory_files
            written: list[FileChange] = []
            held: list[Held] = []

            def work(_: object, at: int) -> None:
                done, left = files.take_out(outlook, at)
                written.extend(done)
                held.extend(left)

            step = changed(ledger, now, words, work)
            made = ledger.memory.history(1)
            if step is not None and written and made:
                step = Step(words, partial(_put_back, written, now, made[0].id))
            return step, held

        self._change(take, self._written)

    def action_write(self) -> None:
        """Show what edits make of the files that they came from, and ask."""
        only = self.chosen_file()
        self.ask(
            "to write",
            lambda ledger: ledger.memory_files.to_write(),
            lambda outlook: self._ask_write(outlook.of(only) if only in outlook.paths else outlook),
            slow=True,
        )

    def _ask_write(self, outlook: Outlook) -> None:
        if not outlook.changes and not outlook.held:
            self.books.say("No file has to change: edit an entry that came from one.")
            return
        title = f"Write back to {names_of(outlook.paths)}"
        self._ask(title, "Write", outlook, partial(self._write, outlook))

    def _write(self, outlook: Outlook, wanted: bool | None) -> None:
        if not wanted:
            return
        now = self.books.now

        def write(ledger: Ledger) -> tuple[Step | None, list[Held]]:
            written, held = ledger.memory_files.write(outlook, now())
            names = names_of([str(each.path) for each in written])
            step = Step(f"{names} written", partial(_put_back, written, now, None))
            return step if written else None, held

        self._change(write, self._written)

    def _ask(
        self, title: str, verb: str, outlook: Outlook, then: Callable[[bool | None], None]
    ) -> None:
        from convledger.tui.screens.memory_write import WriteFilesScreen

        self.app.push_screen(WriteFilesScreen(clip(title, 70), verb, outlook), then)

    def _change(self, work: Callable[[Ledger], Answer], then: Callable[[Answer], None]) -> None:
        # By a name of its own: a second key must not interrupt what the first one does.
        self.books.ask(("memory file verb", id(self), next(self._numbers)), work, then, slow=True)

    def _written(self, told: tuple[Step | None, list[Held]]) -> None:
        step, held = told
        for each in held[:3]:
            self.books.say(each.reason, severity="error", seconds=12)
        if step is not None or not held:
            self._done(step)
        else:
            self.books.renew()

    def _done(self, step: Step | None) -> None:
        self._marking.none()
        if step is None:
            self.books.say("Nothing changed: it was so already.")
        else:
            self.books.undoing.push(step)
            self.books.say(f"{step.words} · u takes it back")
        self.books.renew()

    # ---- import

    def action_import(self) -> None:
        """Ask for a path to take in."""
        from convledger.tui.screens.memory_import import MemoryImportScreen

        self.app.push_screen(MemoryImportScreen(self._bring_in))

    def _bring_in(self, path: Path, format_name: str, scope: str) -> None:
        now = self.books.now()

        def bring(
            ledger: Ledger, goes_on: Callable[[int, int], bool]
        ) -> tuple[Told, list[Operation]]:
            return bring_in(ledger, [path], format_name, scope, now, goes_on)

        self._run(bring, self._brought)

    def _brought(self, answer: tuple[Told, list[Operation]], whole: bool) -> None:
        from convledger.tui.screens.memory_import import BroughtScreen, brought

        told, made = answer
        now = self.books.now
        if made:
            words = f"import of {plural(len(told), 'file')}"
            ids = [one.id for one in made]  # the latest first, as they have to be taken back
            self.books.undoing.push(Step(words, partial(undo_all, ids, now)))
        if self.is_ready and self.app.screen is self:
            self.app.push_screen(BroughtScreen(told, whole=whole))
        else:
            self.books.say(f"{plural(len(told), 'file')}: {brought(told)}", seconds=12)
        self.books.renew()


def _put_back(
    written: Sequence[FileChange], now: Callable[[], int], operation: int | None, ledger: Ledger
) -> None:
    ledger.memory_files.put_back(written, now(), operation)


def bring_in(
    ledger: Ledger,
    paths: list[Path],
    format_name: str,
    scope: str,
    now: int,
    goes_on: Callable[[int, int], bool] = lambda _, __: True,
) -> tuple[Told, list[Operation]]:
    """Take in memory from paths; returns what became of each file, and what can be taken back."""
    memory = ledger.memory
    before = max((one.id for one in memory.history(1)), default=0)
    told = ledger.memory_files.bring_in(paths, format_name or None, scope, now, goes_on)
    made = memory.history(len(told) + LOOKED_BACK)
    return told, [one for one in made if one.id > before and one.at == now]


def undo_all(operations: Sequence[int], now: Callable[[], int], ledger: Ledger) -> None:
    """Take back what an import has done."""
    for each in operations:
        ledger.memory.undo(now(), each)
