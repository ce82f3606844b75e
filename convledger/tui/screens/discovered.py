"""What lies on this machine: each place of a known tool with logs, read already or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from convledger.ingest.looking import Look
from convledger.text.display import display_text
from convledger.tui.amounts import size
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.path_line import path_line, shown_path
from convledger.tui.widgets.rows import Part, RowLine, Rows
from convledger.words import plural

if TYPE_CHECKING:
    from convledger.ingest.front_door import Holding
    from convledger.ledger import Ledger
    from convledger.tui.app import ConvledgerApp

    Seen = tuple[list[tuple[Holding, bool]], list[str]]


class FoundRows(Rows):
    """Two lines a place: the tool and how much there is, then the folder."""

    HELP = (
        "Every place of a known tool on this machine that holds logs: ○ is not read yet, ● is "
        "read, ✕ can't be read, and why. Enter reads the one under the cursor."
    )

    def __init__(self) -> None:
        super().__init__()
        self._found: list[tuple[Holding, bool]] = []
        self._is_known = False

    def show(self, found: list[tuple[Holding, bool]]) -> None:
        """Show what was found."""
        self._found, self._is_known = found, True
        self.renew(cursor=0)

    def at(self, index: int) -> tuple[Holding, bool] | None:
        """Return a place and whether it is read, None where there is none."""
        return self._found[index] if 0 <= index < len(self._found) else None

    def count(self) -> int:
        """Return how many places there are."""
        return len(self._found)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return tool, kind, files and bytes, then whether it is read, and the folder."""
        each, is_read = self._found[index]
        mark, style = ("● ", "$success") if is_read else ("○ ", "$accent")
        words: Part = ("read  ", "$muted") if is_read else ("not read yet  ", "$accent")
        if each.problems and not each.files:
            mark, style = "✕ ", "$error"
            words = (f"{display_text(each.problems[0][1])}  ", "$error")
        held = f"{plural(each.files, 'file')}, {size(each.bytes)}"
        left: list[Part] = [
            (mark, style),
            (f"{each.title}  ", "bold $foreground"),
            (each.kind, "$muted"),
        ]
        place = (shown_path(str(each.root)), "$muted")
        return [
            RowLine(left, [(held, "$foreground")]),
            path_line(cells, [("  ", ""), words], place, [], []),
        ]

    def empty_lines(self) -> list[str]:
        """Return what it means that there is none."""
        if not self._is_known:
            return ["Looking …"]
        return ["Nothing of a known tool.", "i on Sources takes in exports and other files."]


class DiscoveredScreen(Dialog[None]):
    """Lists the places, those first that are not read; enter reads one."""

    HELP = (
        "What lies in the places where known tools keep their logs, read or not. Nothing is read "
        "before you press enter on it. Exports and other files come in with i on Sources."
    )
    AUTO_FOCUS: ClassVar[str] = "FoundRows"
    DEFAULT_CSS = """
    DiscoveredScreen > #frame { height: 90%; max-height: 40; padding: 0 1; }
    DiscoveredScreen FoundRows { background: $surface; }
    DiscoveredScreen #places { width: 100%; height: auto; max-height: 6; padding: 1 1 0 1; }
    DiscoveredScreen.-low > #frame { width: 100%; height: 100%; max-height: 100%; }
    """

    def __init__(self) -> None:
        super().__init__("On this machine", "⏎ Read it · esc Back")

    @property
    def books(self) -> ConvledgerApp:
        """The app, by its own type."""
        return cast("ConvledgerApp", self.app)

    def parts(self) -> list[Widget]:
        """Return the places, and below them the tools of which there is nothing."""
        return [FoundRows(), Static(id="places", markup=False)]

    def on_mount(self) -> None:
        """Look, in another thread."""
        self.books.ask(("discover", id(self)), _discover, self._show, slow=True)

    def on_resize(self, event: events.Resize) -> None:
        """Take all of a small screen."""
        self.set_class(event.size.height < 24 or event.size.width < 70, "-low")

    def _show(self, seen: Seen) -> None:
        if not self.is_attached:
            return
        there, missing = seen
        self.query_one(FoundRows).show(there)
        words = f"Nothing of {', '.join(missing)}." if missing else ""
        self.query_one("#places", Static).update(Content.styled(words, "$muted"))

    @on(Rows.Opened)
    def _read(self, event: Rows.Opened) -> None:
        from convledger.tui.screens.importing import ImportingScreen

        at = self.query_one(FoundRows).at(event.index)
        if at is None or not at[0].files:
            self.app.bell()
            return
        root = at[0].root
        seen = Look((at[0],), good=(root,))
        self.app.switch_screen(ImportingScreen([root], seen, asks=True))


def _discover(ledger: Ledger) -> Seen:
    from convledger.ingest.front_door import not_there, on_this_machine

    there, missing = on_this_machine(ledger.discover())
    read = {(one.source, one.root) for one in ledger.sources() if one.last_read_at}
    found = [(each, (each.source, str(each.root)) in read) for each in there]
    found.sort(key=lambda one: (one[1], one[0].title.casefold()))
    held = {each.title for each in there}
    return found, [title for title in not_there(missing) if title not in held]
