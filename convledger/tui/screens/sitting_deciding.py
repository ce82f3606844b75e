"""The verdicts of a sitting: what each key does to the queue at once, and to the ledger behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from convledger.memory.queue import Queued
from convledger.text.display import display_text
from convledger.tui.screens.place import PlaceScreen
from convledger.tui.sitting import (
    ARCHIVED,
    CHOSEN,
    EDITED,
    MERGED,
    NO_PAIR,
    SNOOZED,
    TRUE,
    Sitting,
    Verdict,
    sitting_of,
)
from convledger.tui.sitting_asking import Sight, Wish, carry_out, take_back
from convledger.tui.undo import Step

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.store.entries import Entry
    from convledger.store.operations import Operation
    from convledger.tui.app import ConvledgerApp

_VERBS = {TRUE: "true", ARCHIVED: "archive", SNOOZED: "snooze"}
NO_ENTRY = "No entry is under the cursor."


class Deciding(PlaceScreen):
    """Performs verdicts: the queue goes on at once, what the ledger refuses comes back."""

    def __init__(self) -> None:
        super().__init__()
        self.sight: Sight | None = None
        self._steps: dict[int, tuple[Verdict, Step]] = {}
        self._going: set[int] = set()  # verdicts that are being taken back
        self._offered: int | None = None  # an older change that u would take back
        self._home: ConvledgerApp | None = None

    @property
    def books(self) -> ConvledgerApp:
        """The app, kept: the ledger is asked in a thread that may outlast the screen."""
        if self._home is None:
            self._home = super().books
        return self._home

    def show_sitting(self, *, has_changed: bool = False) -> None:
        """Show what is left."""
        raise NotImplementedError

    @property
    def sitting(self) -> Sitting | None:
        """The sitting that goes on."""
        return sitting_of(self.books)

    @property
    def current(self) -> Queued | None:
        """The entry that is looked at."""
        return self.sitting.current if self.sitting is not None else None

    def _pair(self) -> tuple[Queued, Queued] | None:
        """Return the entry that is looked at and its pair's other one; says where there is none."""
        one, sight = self.current, self.sight
        if one is None or sight is None or sight.main.entry.id != one.entry.id:
            self.books.say(NO_ENTRY)
            return None
        if sight.other is None or self.sitting is None:
            self.books.say("This entry is not one of a pair.")
            return None
        side = sight.other
        other = self.sitting.named(side.entry.id) or Queued(side.entry, (), side.cost)
        return one, other

    # ---- verdicts

    def action_still_true(self) -> None:
        """Say that the entry is still true; a proposed one is accepted."""
        self._decide(TRUE)

    def action_archive(self) -> None:
        """Put the entry away."""
        self._decide(ARCHIVED)

    def action_snooze(self) -> None:
        """Put the entry out of sight for a while."""
        from convledger.tui.screens.sitting_dialogs import SnoozeDialog

        one = self.current
        if one is None:
            self.books.say(NO_ENTRY)
            return
        self.app.push_screen(
            SnoozeDialog(one.entry),
            lambda days: self._decide(SNOOZED, [one], days=days) if days else None,
        )

    def action_edit(self) -> None:
        """Give the entry another text."""
        from convledger.tui.screens.sitting_dialogs import EditEntry

        one = self.current
        if one is None:
            self.books.say(NO_ENTRY)
            return

        def edited(answer: tuple[str, str] | None) -> None:
            if answer is None or self.sitting is None:
                return
            title, body = answer
            if (title, body) == (one.entry.title, one.entry.body):
                self.books.say("The text is as it was; y says that it is still true.")
                return
            verdict = self.sitting.decide(EDITED, [one])
            self._write(verdict, Wish("edit", (one.entry,), title=title, body=body))

        self.app.push_screen(EditEntry(one.entry), edited)

    def action_merge(self) -> None:
        """Let the other of the pair stand for both, with a text that is shown before."""
        from convledger.tui.screens.sitting_dialogs import MergeEntries

        pair = self._pair()
        if pair is None:
            return
        one, other = pair

        def merged(answer: tuple[str, str] | None) -> None:
            if answer is None or self.sitting is None:
                return
            verdict = self.sitting.settle(MERGED, (one, other), one, verified=True)
            self._write(verdict, Wish("merge", (one.entry, other.entry), body=answer[1]))

        self.app.push_screen(MergeEntries(one.entry, other.entry), merged)

    def action_choose(self) -> None:
        """Say which of two holds."""
        from convledger.tui.screens.sitting_dialogs import ChooseDialog

        pair, sight = self._pair(), self.sight
        if pair is None or sight is None or sight.other is None:
            return

        def chosen(winner_id: int | None) -> None:
            if winner_id is None or self.sitting is None:
                return
            winner, loser = pair if winner_id == pair[0].entry.id else pair[::-1]
            verdict = self.sitting.settle(CHOSEN, (winner, loser), loser, verified=True)
            self._write(verdict, Wish("choose", (winner.entry, loser.entry)))

        self.app.push_screen(ChooseDialog(sight.main, sight.other, self.books.zone), chosen)

    def action_no_pair(self) -> None:
        """Say that the two have nothing to do with each other."""
        pair = self._pair()
        if pair is not None and self.sitting is not None:
            verdict = self.sitting.settle(NO_PAIR, pair, None, verified=False)
            self._write(verdict, Wish("dismiss", (pair[0].entry, pair[1].entry)))

    def action_erase(self) -> None:
        """Erase the marked entries, or the one that is looked at, for good; then the next."""
        from convledger.tui.erase_choices import some_entries
        from convledger.tui.screens.erase import EraseScreen

        sitting, one = self.sitting, self.current
        if sitting is None or one is None:
            self.books.say(NO_ENTRY)
            return
        some = sitting.marked() or [one]
        title = some[0].entry.title if len(some) == 1 else ""
        choice = some_entries([each.entry.id for each in some], title)
        self.app.push_screen(
            EraseScreen([choice]),
            lambda what: self.show_sitting(has_changed=True) if what is not None else None,
        )

    def action_mark(self) -> None:
        """Mark the entry for the same verdict, or unmark it."""
        if self.sitting is not None:
            self.sitting.mark()
            self.show_sitting()

    def action_same(self) -> None:
        """Give the last verdict to the marked entries, or to the one that is looked at."""
        sitting = self.sitting
        last = sitting.last if sitting is not None else None
        if sitting is None or last is None:
            self.books.say("Nothing was decided yet that could be done again.")
        elif last.kind in _VERBS:
            self._decide(last.kind, sitting.marked() or None, days=last.days)
        elif last.kind == NO_PAIR:
            self.action_no_pair()
        else:
            self.books.say(
                f"“{last.kind}” wants a look at each; still true, snooze, archive don't."
            )

    def _decide(self, kind: str, some: Sequence[Queued] | None = None, days: int = 0) -> None:
        sitting, one = self.sitting, self.current
        entries = [*some] if some is not None else [one] if one is not None else []
        if sitting is None or not entries:
            self.books.say(NO_ENTRY)
            return
        seen = tuple(each.entry for each in entries)
        verdict = sitting.decide(kind, entries, saves=kind == ARCHIVED, days=days)
        self._write(verdict, Wish(_VERBS[kind], seen, days))

    # ---- the ledger

    def _write(self, verdict: Verdict, wish: Wish) -> None:
        """Have a verdict written; its screen may be gone by the time that it is."""
        books, now = self.books, self.books.now()
        self._offered = None

        def write(ledger: Ledger) -> str:
            verdict.operations, problem = carry_out(ledger, wish, now)
            return problem

        def failed(error: Exception) -> None:
            self._refused(verdict)
            books.trouble(error)

        books.desk.ask(
            ("verdict", id(verdict)), write, lambda problem: self._written(verdict, problem),
            patient=True, failed=failed,
        )  # fmt: skip
        self.show_sitting()

    def _written(self, verdict: Verdict, problem: str) -> None:
        books, sitting = self.books, self.sitting
        if problem:
            self._refused(verdict)
            books.say(problem, severity="error")
            self.renew()
            return
        if sitting is None or not verdict.operations:
            return
        if verdict.operations[0] == sitting.seen + 1:
            sitting.seen = verdict.operations[-1]

        def back(ledger: Ledger) -> None:
            for operation_id in reversed(verdict.operations):
                ledger.memory.undo(books.now(), operation_id)

        step = Step(verdict.words, back)
        self._steps[id(verdict)] = verdict, step
        books.undoing.push(step)
        self.show_sitting(has_changed=True)  # only now can the ratios be counted anew

    def _refused(self, verdict: Verdict) -> None:
        if self.sitting is not None:
            self.sitting.put_back(verdict)
            self.show_sitting(has_changed=True)

    def forget_step(self, verdict: Verdict) -> None:
        """Drop a verdict from what the app would take back: it is taken back already."""
        _, step = self._steps.pop(id(verdict), (None, None))
        if step is not None:
            self.books.undoing.drop(step)

    def action_undo(self) -> None:
        """Take the last verdict back, on disk; its entry comes into the queue again."""
        sitting = self.sitting
        verdicts = sitting.verdicts if sitting is not None else []
        verdict = next((one for one in verdicts[::-1] if id(one) not in self._going), None)
        if verdict is None:
            self._undo_older()
            return
        self._going.add(id(verdict))
        books, now = self.books, self.books.now()

        def failed(error: Exception) -> None:
            self._going.discard(id(verdict))
            books.trouble(error)

        books.desk.ask(
            ("verdict back", id(verdict)), lambda ledger: take_back(ledger, verdict, now),
            lambda answer: self._taken_back(verdict, *answer), patient=True, failed=failed,
        )  # fmt: skip

    def _taken_back(self, verdict: Verdict, entries: Mapping[int, Entry], problem: str) -> None:
        self._going.discard(id(verdict))
        if problem:
            self.books.say(problem, severity="error")
            self.renew()
            return
        self.forget_step(verdict)
        if self.sitting is not None:
            self.sitting.put_back(verdict, entries)
            self.show_sitting(has_changed=True)
            self.renew()  # what had left because of it comes back as well
        self.books.say(f"Undone: {verdict.words}", seconds=3)

    def _undo_older(self) -> None:
        """Take back a change of an earlier sitting, when asked twice: it is out of sight here."""
        offered, now = self._offered, self.books.now()
        if offered is None:
            self.ask("older", _latest_change, self._offer)
            return
        self._offered = None

        def undone(found: Operation) -> None:
            self.books.say(f"Undone: {display_text(found.verb)} {display_text(found.about)}")
            self.renew()

        self.ask("older", lambda ledger: ledger.memory.undo(now, offered), undone)

    def _offer(self, found: Operation | None) -> None:
        if found is None:
            self.books.say("Nothing to undo.")
            return
        self._offered = found.id
        self.books.say(
            f"Nothing is decided in this sitting. u again takes back: {found.verb} {found.about}"
        )

    # ---- where it comes from

    def action_whole(self) -> None:
        """Open the conversation that the entry comes from, from its beginning."""
        self.open_conversation(at_message=False)

    def open_conversation(self, *, at_message: bool) -> None:
        """Open the conversation that is shown as the source."""
        evidence = self.sight.main.evidence if self.sight is not None else None
        if evidence is None or evidence.message_id is None:
            self.books.say("No conversation is known that this comes from.")
            return
        conversation_id = evidence.source.conversation_id
        assert conversation_id is not None
        self.books.open_conversation(conversation_id, evidence.message_id if at_message else None)


def _latest_change(ledger: Ledger) -> Any:
    return next(
        (one for one in ledger.memory.history(50) if one.undone_at is None and one.undoes is None),
        None,
    )
