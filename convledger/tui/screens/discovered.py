"""What lies on this machine: each place of a known tool with logs, read already or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from convledger.ingest.looking import Look
from convledger.text.display import display_text
from convledger.tui.actions import bindings
from convledger.tui.amounts import size
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.path_line import path_line, shown_path
from convledger.tui.widgets.rows import Part, RowLine, Rows
from convledger.words import plural

if TYPE_CHECKING:
    from convledger.errors import ConvledgerError
    from convledger.ingest.front_door import Holding
    from convledger.ledger import Ledger
    from convledger.tui.app import ConvledgerApp
    from convledger.tui.leaving import Turned

READ, UNREAD, LEFT = "read", "not read yet", "left out"


@dataclass(frozen=True, slots=True)
class Seen:
    """The places with how each stands, and the tools of which there is nothing."""

    places: list[tuple[Holding, str]]
    missing: list[str]


class FoundRows(Rows):
    """Two lines a place: the tool and how much there is, then the folder."""

    HELP = (
        "Every place of a known tool on this machine that holds logs: ○ is not read yet, ● is "
        "read, ‖ is left out, ✕ can't be read, and why. Enter reads the one under the cursor; o "
        "leaves it out, so that nothing is ever read of it, or takes it in again."
    )

    def __init__(self) -> None:
        super().__init__()
        self._found: list[tuple[Holding, str]] = []
        self._is_known = False

    def show(self, found: list[tuple[Holding, str]]) -> None:
        """Show what was found."""
        self._found, self._is_known = found, True
        self.renew(cursor=0)

    def at(self, index: int) -> tuple[Holding, str] | None:
        """Return a place and how it stands, None where there is none."""
        return self._found[index] if 0 <= index < len(self._found) else None

    def count(self) -> int:
        """Return how many places there are."""
        return len(self._found)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return tool, kind, files and bytes, then whether it is read, and the folder."""
        each, state = self._found[index]
        mark, style = _MARKS[state]
        words: Part = (f"{state}  ", "$muted" if state == READ else style)
        if each.problems and not each.files:
            mark, style = "✕ ", "$error"
            words = (f"{display_text(each.problems[0][1])}  ", "$error")
        held = "" if state == LEFT else f"{plural(each.files, 'file')}, {size(each.bytes)}"
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


_MARKS = {READ: ("● ", "$success"), UNREAD: ("○ ", "$accent"), LEFT: ("‖ ", "$warning")}


class DiscoveredScreen(Dialog[None]):
    """Lists the places, those first that are not read; enter reads one."""

    HELP = (
        "What lies in the places where known tools keep their logs, read or not. Nothing is read "
        "before you press enter on it, or r on Sources, which reads all of it but what is left "
        "out with o. Exports and other files come in with i on Sources."
    )
    SCOPE = "discovered"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("discovered")]
    AUTO_FOCUS: ClassVar[str] = "FoundRows"
    DEFAULT_CSS = """
    DiscoveredScreen > #frame { height: 90%; max-height: 40; padding: 0 1; }
    DiscoveredScreen FoundRows { background: $surface; }
    DiscoveredScreen #places { width: 100%; height: auto; max-height: 6; padding: 1 1 0 1; }
    DiscoveredScreen.-low > #frame { width: 100%; height: 100%; max-height: 100%; }
    """

    def __init__(self) -> None:
        super().__init__("On this machine", "⏎ Read it · o Leave out · esc Back")

    @property
    def books(self) -> ConvledgerApp:
        """The app, by its own type."""
        return cast("ConvledgerApp", self.app)

    def parts(self) -> list[Widget]:
        """Return the places, and below them the tools of which there is nothing."""
        return [FoundRows(), Static(id="places", markup=False)]

    def on_mount(self) -> None:
        """Look, in another thread."""
        self._look()

    def _look(self) -> None:
        self.books.ask(("discover", id(self)), _discover, self._show, slow=True)

    def on_resize(self, event: events.Resize) -> None:
        """Take all of a small screen."""
        self.set_class(event.size.height < 24 or event.size.width < 70, "-low")

    def _show(self, seen: Seen) -> None:
        if not self.is_attached:
            return
        self.query_one(FoundRows).show(seen.places)
        words = f"Nothing of {', '.join(seen.missing)}." if seen.missing else ""
        self.query_one("#places", Static).update(Content.styled(words, "$muted"))

    def action_leave_out(self) -> None:
        """Have nothing read of the place under the cursor, or read it after all."""
        from convledger.tui.leaving import turn, turned

        rows = self.query_one(FoundRows)
        at = rows.at(rows.cursor)
        if at is None:
            self.app.bell()
            return
        (place, state), books = at, self.books
        books.feeder.hold()  # what is being read of it stops

        def done(came: Turned | ConvledgerError) -> None:
            if turned(books, came) and self.is_attached:
                self._look()

        books.ask(
            ("leaving", id(self)),
            lambda ledger: turn(ledger, place.source, str(place.root), is_left=state == LEFT),
            done,
            slow=True,
        )

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
    from convledger.ingest.front_door import Holding, not_there, on_this_machine

    there, missing = on_this_machine(ledger.discover())
    read = {(one.source, one.root) for one in ledger.sources() if one.last_read_at}
    found = [
        (each, READ if (each.source, str(each.root)) in read else UNREAD) for each in there
    ] + [(Holding(reader, root, 0, 0), LEFT) for reader, root in ledger.leaving.folders()]
    found.sort(key=lambda one: ((UNREAD, READ, LEFT).index(one[1]), one[0].title.casefold()))
    held = {each.title for each, _ in found}
    return Seen(found, [title for title in not_there(missing) if title not in held])
