"""The dialog that lists when a pack was written, or when an entry went out, and where to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.widget import Widget

from convledger.errors import ConvledgerError
from convledger.text.display import clip, display_text
from convledger.tui.amounts import ago
from convledger.tui.memory_words import moment_text
from convledger.tui.screens.pack_text import PackTextScreen
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.rows import RowLine, Rows

if TYPE_CHECKING:
    from datetime import tzinfo

    from convledger.ledger import Ledger
    from convledger.store.packs import Render
    from convledger.tui.app import ConvledgerApp

MOST = 500  # renders that are listed
Logged = tuple["Render", int | None]


class RenderRows(Rows):
    """What was written, the latest first: which pack where to, then when and as what."""

    DEFAULT_CSS = "RenderRows { background: $surface; }"
    HELP = (
        "Each time that a pack was written, piped or copied, and where to. Enter shows what was "
        "written then, byte for byte."
    )

    def __init__(self, now: int, zone: tzinfo) -> None:
        super().__init__()
        self._now, self._zone = now, zone
        self.logged: Sequence[Logged] | None = None

    def show(self, logged: Sequence[Logged]) -> None:
        """Show other renders."""
        self.logged = logged
        self.renew()

    def count(self) -> int:
        """Return how many there are."""
        return len(self.logged or ())

    def empty_lines(self) -> list[str]:
        """Return what it means that there is none."""
        if self.logged is None:
            return ["Looking…"]
        return ["It went nowhere yet.", "w writes a pack into a file, y copies it."]

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return pack and place, then when, how large, and which version."""
        del cells
        render, version = (self.logged or [])[index]
        name, target = display_text(render.name), display_text(render.target)
        held = f" · version {version} of the entry" if version is not None else ""
        when = f"{moment_text(render.at, self._zone)} · {render.format}{held}"
        return [
            RowLine(
                [(f"{render.id}  ", "$muted"), (name, "bold $foreground"), (" → ", "$muted"),
                 (target, "$foreground")],
                [(ago(self._now - render.at), "$muted")],
            ),
            RowLine(
                [(" " * (len(str(render.id)) + 2), ""), (when, "$muted")],
                [(f"{render.tokens:,} of {render.budget:,} tokens", "$muted")],
            ),
        ]  # fmt: skip


class PackLogScreen(Dialog[None]):
    """Lists renders of a pack, of all packs, or with an entry in them."""

    HELP = "The log outlives the pack: it says what a tool may have read, and when that was."
    DEFAULT_CSS = """
    PackLogScreen > #frame { max-width: 92; height: 80%; padding: 1 1; }
    PackLogScreen.-tiny > #frame { width: 100%; height: 100%; max-height: 100%; padding: 0; }
    """
    AUTO_FOCUS: ClassVar[str] = "RenderRows"

    def __init__(
        self, *, name: str | None = None, entry: int | None = None, title: str = ""
    ) -> None:
        what = f"Where {title} went" if entry is not None else "What was written"
        of = f" of {clip(display_text(name), 40)}" if name else ""
        super().__init__(f"{what}{of}", "⏎ Read it · esc Back")
        self._name, self._entry = name, entry

    @property
    def books(self) -> ConvledgerApp:
        """The app, by its own type."""
        return cast("ConvledgerApp", self.app)

    def parts(self) -> list[Widget]:
        """Return the list."""
        return [RenderRows(self.books.now(), self.books.zone)]

    def on_mount(self) -> None:
        """Ask for what was written."""
        self.books.ask(("pack log", id(self)), self._read, self._took)

    def on_resize(self, event: events.Resize) -> None:
        """Leave out what is only air on a small screen."""
        self.set_class(event.size.height < 28 or event.size.width < 60, "-tiny")

    def _read(self, ledger: Ledger) -> list[Logged]:
        if self._entry is not None:
            found = ledger.packs.exposures(self._entry)[:MOST]
            return [(one.render, one.version) for one in found]
        return [(one, None) for one in ledger.packs.renders(self._name, MOST)]

    def _took(self, logged: list[Logged]) -> None:
        if self.is_attached:
            self.query_one(RenderRows).show(logged)

    @on(Rows.Opened)
    def _read_again(self, event: Rows.Opened) -> None:
        event.stop()
        render, _ = (self.query_one(RenderRows).logged or [])[event.index]
        title = f"{display_text(render.name)}, number {render.id}"

        def again(ledger: Ledger) -> str | ConvledgerError:
            try:
                return ledger.packs.again(render.id)
            except ConvledgerError as error:
                return error

        def show(found: str | ConvledgerError) -> None:
            if isinstance(found, ConvledgerError):
                self.books.say(clip(str(found), 300), severity="warning")
            elif self.is_attached:
                self.app.push_screen(PackTextScreen(title, found))

        self.books.ask(("pack again", id(self)), again, show)
