"""The dialog that shows the texts an entry has had, and what changed from one to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from convledger.memory.veiling import veiled_version
from convledger.text.display import clip, display_text
from convledger.text.secrets import veiled
from convledger.tui.memory_changes import changed
from convledger.tui.memory_words import version_words
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.diff_view import DiffView

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.memory.diffing import DiffLine
    from convledger.memory.shelf import Memory
    from convledger.store.entries import Entry, EntryVersion
    from convledger.tui.app import ConvledgerApp
    from convledger.tui.undo import Step

AROUND = 3  # lines of the same text that are shown around a change


class EntryVersionsScreen(Dialog[None]):
    """Shows each version beside the one before it; `r` makes an older text the next version."""

    HELP = (
        "Every text that the entry has had, whole. Left and right go through the versions; what "
        "each changed is marked. `r` takes the older text back as a new version: nothing is lost."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "earlier", "Earlier"),
        Binding("right,l", "later", "Later"),
        Binding("r", "restore", "Restore this text"),
    ]
    DEFAULT_CSS = """
    EntryVersionsScreen > #frame { max-width: 110; height: 80%; padding: 1 1; }
    EntryVersionsScreen #heading { width: 100%; height: auto; padding: 0 1; margin: 0 0 1 0; }
    EntryVersionsScreen DiffView { background: $surface; }
    EntryVersionsScreen.-tiny > #frame { width: 100%; height: 100%; max-height: 100%; padding: 0; }
    """
    AUTO_FOCUS: ClassVar[str] = "DiffView"

    def __init__(self, entry: Entry) -> None:
        title = f"Versions of {clip(display_text(veiled(entry.title)), 60)}"
        super().__init__(title, "← → other versions · r Restore this text · esc Back")
        self._entry = entry
        self._versions: list[EntryVersion] = []
        self._place = 0

    @property
    def books(self) -> ConvledgerApp:
        """The app, by its own type."""
        return cast("ConvledgerApp", self.app)

    def parts(self) -> list[Widget]:
        """Return the heading and the difference."""
        return [Static("", id="heading"), DiffView()]

    def on_mount(self) -> None:
        """Ask for the versions."""
        wanted = self._entry.id
        self.books.ask(
            ("versions", id(self)), lambda ledger: ledger.memory.versions(wanted), self._took
        )

    def on_resize(self, event: events.Resize) -> None:
        """Leave out what is only air on a small screen."""
        self.set_class(event.size.height < 28 or event.size.width < 60, "-tiny")

    def _took(self, versions: list[EntryVersion]) -> None:
        self._versions = versions
        self._place = max(0, len(versions) - 1)
        self._show()

    def action_earlier(self) -> None:
        """Show the version before."""
        self._go(self._place - 1)

    def action_later(self) -> None:
        """Show the next version."""
        self._go(self._place + 1)

    def _go(self, place: int) -> None:
        if 0 <= place < len(self._versions) and place != self._place:
            self._place = place
            self._show()

    def _show(self) -> None:
        if not self.is_attached or not self._versions:
            return
        place, versions = self._place, self._versions
        shown = versions[place]
        old = versions[place - 1] if place else None
        zone = self.books.zone
        name = f"Version {old.number} → {shown.number}" if old else f"Version {shown.number}"
        self.query_one("#heading", Static).update(
            Content.assemble(
                (name, "bold $foreground"),
                (f" of {len(versions):,}  {display_text(version_words(shown, zone))}", "$muted"),
            )
        )

        def compare(ledger: Ledger) -> list[DiffLine]:
            return ledger.memory.changes(
                veiled_version(old or _empty(shown)), veiled_version(shown), AROUND
            )

        self.books.ask(("diff", id(self)), compare, self._took_diff)

    def _took_diff(self, diff: list[DiffLine]) -> None:
        if self.is_attached:
            self.query_one(DiffView).show(diff)

    def action_restore(self) -> None:
        """Make the text of the version that is shown the next version."""
        if not self._versions:
            return
        shown, now, entry = self._versions[self._place], self.books.now, self._entry
        if self._place == len(self._versions) - 1:
            self.books.say("This is the text that the entry has now.")
            return

        def work(memory: Memory, at: int) -> None:
            reason = f"version {shown.number} restored"
            memory.edit(entry.id, at, title=shown.title, body=shown.body, reason=reason)

        words = (
            f"version {shown.number} of “{clip(display_text(veiled(entry.title)), 40)}” restored"
        )
        self.books.ask(
            ("restore", id(self)),
            lambda ledger: changed(ledger, now, words, work),
            self._restored,
        )

    def _restored(self, step: Step | None) -> None:
        books = self.books
        if step is None:
            books.say("Nothing changed: the entry has that text now.")
        else:
            books.undoing.push(step)
            books.say(f"{step.words} · u takes it back")
            books.renew()
        if self.is_attached:
            self.dismiss(None)


def _empty(version: EntryVersion) -> EntryVersion:
    from msgspec.structs import replace

    return replace(version, title="", body="")
