"""What a person does to entries from the screen Memory, and the dialogs that ask more."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING

from convledger.errors import UsageProblem
from convledger.memory.words import ARCHIVED, PROPOSED
from convledger.tui.marking import Marking
from convledger.tui.memory_changes import Verb, changed, done, entries_of, told
from convledger.tui.screens.place import PlaceScreen
from convledger.tui.undo import Step

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.memory.erase import Wanted
    from convledger.memory.shelf import Memory
    from convledger.store.entries import Entry

MANY = 2_000  # entries: more take long enough to say that it has begun
EMPTY = "Memory is empty: n writes an entry."

ACCEPT = Verb(
    "accepted",
    lambda memory, ids, now: memory.accept(ids, now),
    lambda entry: entry.state == PROPOSED,
    "Nothing to accept: only proposed entries (◇) wait for that.",
)
CONFIRM = Verb("still true", lambda memory, ids, now: memory.confirm(ids, now))
ARCHIVE = Verb(
    "archived",
    lambda memory, ids, now: memory.archive(ids, now),
    lambda entry: entry.state != ARCHIVED,
)
RESTORE = Verb("restored", lambda memory, ids, now: memory.restore(ids, now))


class MemoryDoors(PlaceScreen):
    """The verbs of the screen; a subclass knows what is marked and what the cursor is on."""

    _marking: Marking

    def __init__(self) -> None:
        super().__init__()
        self._numbers = count()

    # ---- verbs without a question

    def action_accept(self) -> None:
        """Take what is proposed into memory."""
        self.do(ACCEPT)

    def action_confirm(self) -> None:
        """Say that it is still true."""
        self.do(CONFIRM)

    def action_archive(self) -> None:
        """Put entries away; where all of them are, take them back."""

        def work(ledger: Ledger, ids: list[int]) -> Step | None:
            entries = entries_of(ledger.memory, ids)
            is_back = bool(entries) and all(each.state == ARCHIVED for each in entries)
            return done(ledger, self.books.now, RESTORE if is_back else ARCHIVE, ids)

        self._work(work, ARCHIVE.nothing)

    def do(self, verb: Verb, ids: list[int] | None = None) -> None:
        """Do a verb to entries: those that are marked, or the one under the cursor."""
        now = self.books.now
        self._work(lambda ledger, ids: done(ledger, now, verb, ids), verb.nothing, ids)

    def _work(
        self,
        work: Callable[[Ledger, list[int]], Step | None],
        nothing: str,
        ids: list[int] | None = None,
    ) -> None:
        if ids is None:
            ids, _ = self._marking.chosen()
        if not ids:
            self.books.say(EMPTY)
            return
        wanted = ids
        if len(ids) > MANY:
            self.books.say(f"{len(ids):,} entries: working…")

        def take(step: Step | None) -> None:
            if step is None:
                self.books.say(nothing)
                return
            self._marking.none()
            self.tell(step)

        # Each by a name of its own: a second key must not interrupt what the first one does.
        self.books.ask(
            ("memory verb", id(self), next(self._numbers)),
            lambda ledger: work(ledger, wanted),
            take,
            slow=len(wanted) > MANY,
        )

    def tell(self, step: Step) -> None:
        """Say what was done, keep it to be taken back, and show it."""
        self.books.undoing.push(step)
        self.books.say(f"{step.words} · u takes it back")
        self.books.renew()

    def undo_stored(self) -> bool:
        """Take back what was changed last, in whichever sitting that was."""
        now = self.books.now()

        def back(ledger: Ledger) -> str:
            return told(ledger.memory.undo(now), now)

        def say(words: str) -> None:
            self.books.say(f"Undone: {words}")
            self.books.renew()

        self.books.ask(("memory undo", id(self), next(self._numbers)), back, say)
        return True

    # ---- dialogs

    def action_new(self) -> None:
        """Write an entry."""
        from convledger.tui.screens.memory_editor import NewEntryScreen

        self.app.push_screen(NewEntryScreen())

    def action_edit(self) -> None:
        """Edit the entry under the cursor."""
        self._with_entry(self._edit)

    def _edit(self, entry: Entry) -> None:
        from convledger.tui.screens.memory_editor import TOO_LONG, EditEntryScreen, is_too_long

        if is_too_long(entry.body):
            self.books.say(TOO_LONG.format(len(entry.body)), severity="warning")
        else:
            self.app.push_screen(EditEntryScreen(entry))

    def action_edit_outside(self) -> None:
        """Edit the entry under the cursor in the person's own editor."""
        self._with_entry(self._edit_outside)

    def _edit_outside(self, entry: Entry) -> None:
        from convledger.tui.outside_editor import as_file, edited, from_file

        try:
            text = edited(self.app, as_file(entry.title, entry.body))
        except UsageProblem as problem:
            self.books.trouble(problem)
            return
        title, body = from_file(text)
        if not body.strip():
            self.books.say("Nothing was changed: the file has no text below its title.")
            return

        def work(memory: Memory, now: int) -> None:
            there = memory.entries([entry.id]).get(entry.id)
            if there is None or there.version != entry.version:
                raise UsageProblem(
                    "the entry was changed by somebody else meanwhile: nothing was saved"
                )
            memory.edit(entry.id, now, title=title, body=body)

        now = self.books.now
        words = f"“{title}” edited"
        self.books.ask(
            ("memory edit", id(self), next(self._numbers)),
            lambda ledger: changed(ledger, now, words, work),
            lambda step: self.tell(step) if step else self.books.say("Nothing was changed."),
        )

    def action_label(self) -> None:
        """Change kind, scope, tags, dates and the like."""
        from convledger.tui.screens.memory_label import LabelEntriesScreen

        ids, _ = self._marking.chosen()
        if not ids:
            self.books.say(EMPTY)
            return

        def ask_more(entries: list[Entry]) -> None:
            if entries:
                self.app.push_screen(LabelEntriesScreen(entries, self.books.zone))

        self.ask("labelled", lambda ledger: entries_of(ledger.memory, ids), ask_more)

    def action_snooze(self) -> None:
        """Put entries out of sight of reviews for a while."""
        from convledger.tui.screens.memory_snooze import SnoozeScreen

        ids, words = self._marking.chosen()
        if not ids:
            self.books.say(EMPTY)
            return

        def snooze(days: int | None) -> None:
            if days is not None:
                past = f"snoozed for {days} days"
                self.do(Verb(past, lambda memory, some, now: memory.snooze(some, now, days)), ids)

        now, zone = self.books.now(), self.books.zone
        self.app.push_screen(SnoozeScreen(len(ids), words, now, zone), snooze)

    def action_erase(self) -> None:
        """Erase the marked entries, or the one under the cursor, for good."""
        from convledger.tui.erase_choices import some_entries
        from convledger.tui.screens.erase import EraseScreen

        ids, words = self._marking.chosen()
        if not ids:
            self.books.say(EMPTY)
            return

        def erased(what: Wanted | None) -> None:
            if what is not None:
                self._marking.none()

        self.app.push_screen(EraseScreen([some_entries(ids, words)]), erased)

    def action_versions(self) -> None:
        """Show the texts that the entry has had."""
        from convledger.tui.screens.memory_versions import EntryVersionsScreen

        self._with_entry(lambda entry: self.app.push_screen(EntryVersionsScreen(entry)))

    def action_history(self) -> None:
        """Show what was changed."""
        from convledger.tui.screens.memory_history import HistoryScreen

        self.app.push_screen(HistoryScreen())

    def action_files(self) -> None:
        """Show the memory files of this machine, and what tools wrote into them."""
        from convledger.tui.screens.memory_files import MemoryFilesScreen

        self.app.push_screen(MemoryFilesScreen())

    def action_packs(self) -> None:
        """Show the packs."""
        from convledger.tui.screens.packs import PacksScreen

        self.app.push_screen(PacksScreen())

    def action_into_pack(self) -> None:
        """Put entries into a pack: those that are marked, or the one under the cursor."""
        from convledger.tui.screens.pack_into import IntoPackScreen

        ids, words = self._marking.chosen()
        if not ids:
            self.books.say(EMPTY)
            return

        def put(step: Step | None) -> None:
            if step is not None:
                self._marking.none()
                self.tell(step)

        self.app.push_screen(IntoPackScreen(ids, words), put)

    def action_findings(self) -> None:
        """Show secrets and personal data that were found."""
        from convledger.tui.screens.findings import FindingsScreen

        self.app.push_screen(FindingsScreen())

    def action_review(self) -> None:
        """Begin a sitting of review."""
        from convledger.tui.screens.memory_review import ReviewScreen

        self.app.push_screen(ReviewScreen())

    def _with_entry(self, then: Callable[[Entry], object]) -> None:
        """Do something with the entry under the cursor, read anew."""
        wanted = self._marking.current()
        if wanted is None:
            self.books.say(EMPTY)
            return

        def take(entries: list[Entry]) -> None:
            if entries:
                then(entries[0])
            else:
                self.books.say("That entry is no longer in memory.", severity="warning")

        self.ask("one entry", lambda ledger: entries_of(ledger.memory, [wanted]), take)
