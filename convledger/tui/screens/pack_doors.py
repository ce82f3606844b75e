"""What a person does to packs from the screen Packs, and the dialogs that ask more."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING

from convledger.economics.packing import ALWAYS, AUTO, NEVER
from convledger.errors import UsageProblem
from convledger.memory.pack_terms import next_budget
from convledger.text.display import display_text
from convledger.tui.memory_changes import changed, told
from convledger.tui.pack_sight import Sight, look
from convledger.tui.screens.place import PlaceScreen
from convledger.tui.undo import Step

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.memory.pack_shelf import PackShelf
    from convledger.memory.packs import Built

_TURNS = {AUTO: ALWAYS, ALWAYS: NEVER, NEVER: AUTO}


class PackDoors(PlaceScreen):
    """The verbs of the screen; a subclass shows what they lead to."""

    def __init__(self) -> None:
        super().__init__()
        self.sight: Sight | None = None
        self._numbers = count()

    @property
    def sight_name(self) -> str:
        """The name of the pack that is shown, "" for none."""
        return self.sight.name if self.sight is not None else ""

    @property
    def entry(self) -> int | None:
        """The entry under the cursor."""
        raise NotImplementedError

    def show_sight(self, sight: Sight) -> None:
        """Show a pack as it would be written now."""
        raise NotImplementedError

    def show_pack(self, name: str) -> None:
        """Show a pack by its name."""
        raise NotImplementedError

    # ---- keys that change the pack at once

    def action_always(self) -> None:
        """Put the entry in before all others; where it is, leave it to its value."""
        self._decide(lambda mode: AUTO if mode == ALWAYS else ALWAYS)

    def action_never(self) -> None:
        """Keep the entry out; where it is kept out, leave it to its value."""
        self._decide(lambda mode: AUTO if mode == NEVER else NEVER)

    def action_turn(self) -> None:
        """Go from always to never to by value."""
        self._decide(_TURNS.__getitem__)

    def _decide(self, mode_after: Callable[[str], str]) -> None:
        sight, entry = self.sight, self.entry
        if sight is None or sight.built is None or entry is None:
            return
        mode = mode_after(sight.built.modes.get(entry, AUTO))
        words = {ALWAYS: "always in", NEVER: "never in", AUTO: "by value in"}[mode]
        self._do(
            f"{sight.title(entry)} {words} {display_text(sight.name)}",
            lambda packs, now: packs.decide(sight.name, [entry], mode, now),
        )

    def action_less(self) -> None:
        """Make the budget smaller."""
        self._step(-1)

    def action_more(self) -> None:
        """Make the budget larger."""
        self._step(1)

    def _step(self, way: int) -> None:
        sight = self.sight
        if sight is None or sight.line is None:
            return
        name = sight.name

        def work(packs: PackShelf, now: int) -> None:
            # What is kept now counts: quick keys each go on from the one before.
            budget = next(one.pack.budget for one in packs.lines() if one.pack.name == name)
            packs.change(name, now, {"budget": next_budget(budget, way)})

        self._do(f"budget of {display_text(name)} changed", work)

    def _do(self, words: str, work: Callable[[PackShelf, int], object]) -> None:
        """Change the pack, and show it with the change; each key counts, however quick."""
        sight, now = self.sight, self.books.now
        if sight is None:
            return
        name = sight.name

        def both(ledger: Ledger) -> tuple[Step | None, Sight]:
            step = changed(ledger, now, words, lambda _, at: work(ledger.packs, at))
            return step, look(ledger, name, now(), self.sight)

        def take(found: tuple[Step | None, Sight]) -> None:
            step, new = found
            if step is not None:
                self.books.undoing.push(step)
            if self.is_ready and self.sight is not None and self.sight.name == name:
                self.show_sight(new)

        self.books.ask(("pack key", id(self), next(self._numbers)), both, take)

    def undo_stored(self) -> bool:
        """Take back what was changed last, in whichever sitting that was."""
        now = self.books.now()

        def say(words: str) -> None:
            self.books.say(f"Undone: {words}")
            self.books.renew()

        asker = ("pack undo", id(self), next(self._numbers))
        self.books.ask(asker, lambda ledger: told(ledger.memory.undo(now), now), say)
        return True

    # ---- dialogs

    def action_new(self) -> None:
        """Make a pack."""
        from convledger.tui.screens.pack_terms import PackTermsScreen

        dialog = PackTermsScreen(None)

        def show(is_made: bool | None) -> None:
            if is_made:
                self.show_pack(dialog.made)

        self.app.push_screen(dialog, show)

    def action_edit(self) -> None:
        """Change what the pack is told."""
        from convledger.tui.screens.pack_terms import PackTermsScreen

        if self.sight is not None and self.sight.line is not None:
            self.app.push_screen(PackTermsScreen(self.sight.line.pack))

    def action_delete(self) -> None:
        """Delete the pack, after asking."""
        from convledger.tui.screens.pack_delete import DeletePackScreen

        if self.sight is not None and self.sight.line is not None:
            self.app.push_screen(DeletePackScreen(self.sight.line))

    def action_preview(self) -> None:
        """Show the pack as a tool gets to read it."""
        from convledger.tui.screens.pack_text import PackTextScreen

        built = self._built()
        if built is not None:
            title = f"{display_text(built.head.name)} as {built.form}"
            self.app.push_screen(PackTextScreen(title, built.text))

    def action_write(self) -> None:
        """Write the pack to a file, with what changes there."""
        from convledger.tui.screens.pack_write import WritePackScreen

        if self._built() is not None and self.sight is not None and self.sight.line is not None:
            self.app.push_screen(WritePackScreen(self.sight.line))

    def action_copy(self) -> None:
        """Copy the pack, and keep in the log that it went out."""
        built = self._built()
        if built is None:
            return

        def copied(_: int) -> None:
            self.app.copy_to_clipboard(built.text)
            self.books.say(
                f"{built.head.name} copied: {built.tokens:,} tokens. t lists where it went."
            )

        self.books.ask(
            ("pack copy", id(self), next(self._numbers)),
            lambda ledger: ledger.packs.keep_copy(built),
            copied,
        )

    def _built(self) -> Built | None:
        """Return the pack where it can be built; else say why not."""
        sight = self.sight
        if sight is None or sight.built is None:
            if sight is not None and sight.trouble:
                self.books.trouble(UsageProblem(sight.trouble))
            return None
        return sight.built

    def action_verify(self) -> None:
        """Say whether a file still is what a pack wrote."""
        from convledger.tui.screens.pack_verify import VerifyPackScreen

        last = self.sight.line.last if self.sight is not None and self.sight.line else None
        self.app.push_screen(VerifyPackScreen(last.target if last is not None else ""))

    def action_written(self) -> None:
        """List when the pack was written, and where to."""
        from convledger.tui.screens.pack_log import PackLogScreen

        self.app.push_screen(PackLogScreen(name=self.sight_name or None))

    def show_exposures(self) -> None:
        """List in which packs the entry under the cursor went out."""
        from convledger.tui.screens.pack_log import PackLogScreen

        sight, entry = self.sight, self.entry
        if sight is not None and entry is not None:
            self.app.push_screen(PackLogScreen(entry=entry, title=sight.title(entry)))
