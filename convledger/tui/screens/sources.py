"""The screen Sources: where the figures come from, how far it is read, and what went wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from convledger.tui.actions import bindings
from convledger.tui.estimating import Switched, set_to, switch
from convledger.tui.paced import Paced
from convledger.tui.screens.importing import ImportingScreen
from convledger.tui.screens.place import PlaceScreen
from convledger.tui.screens.source_words import (
    NAMES,
    Overview,
    SourceKey,
    panel_counts,
    panel_tabs,
    panel_titles,
)
from convledger.tui.undo import Step
from convledger.tui.widgets.feed_line import FeedLine
from convledger.tui.widgets.file_rows import FileRows
from convledger.tui.widgets.no_logs import NoLogs
from convledger.tui.widgets.panel import Panel
from convledger.tui.widgets.rejected_rows import RejectedRows
from convledger.tui.widgets.rows import Rows
from convledger.tui.widgets.source_rows import SourceRows
from convledger.tui.widgets.tab_strip import TabStrip
from convledger.tui.widgets.unpriced_rows import UnpricedRows

if TYPE_CHECKING:
    from convledger.errors import ConvledgerError
    from convledger.ingest.discover import Scan
    from convledger.ledger import Ledger
    from convledger.reports.sources import FileLine, RejectedLine, UnpricedModel
    from convledger.tui.feeder import Feed
    from convledger.tui.leaving import Turned

FOLDED = (100, 28)  # cells and lines below which one panel is shown at a time
MOST_REJECTED = 1000


class SourcesScreen(PlaceScreen):
    """Sources, their files, rejected lines and models without a price."""

    NAME = "Sources"
    TELLS_FEED = True
    SCOPE = "sources"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("sources")]
    DEFAULT_CSS = """
    SourcesScreen #books { height: 1fr; }
    SourcesScreen #left { width: 2fr; height: 1fr; }
    SourcesScreen #right { width: 1fr; min-width: 44; height: 1fr; }
    SourcesScreen #sources-panel { height: auto; max-height: 40%; min-height: 5; }
    SourcesScreen #unpriced-panel { height: 2fr; }
    SourcesScreen #files-panel, SourcesScreen #rejected-panel { height: 3fr; }
    SourcesScreen TabStrip, SourcesScreen NoLogs { display: none; }
    SourcesScreen.-folded #books { layout: vertical; }
    SourcesScreen.-folded TabStrip { display: block; }
    SourcesScreen.-folded #left, SourcesScreen.-folded #right {
        width: 1fr; height: 0; min-width: 0;
    }
    SourcesScreen.-folded #books Panel {
        height: 0; min-height: 0; max-height: 100%; border: none; padding: 0;
    }
    SourcesScreen.-folded #left.-shown, SourcesScreen.-folded #right.-shown { height: 1fr; }
    SourcesScreen.-folded #books Panel.-shown {
        height: 1fr; border: round $rule; padding: 0 1;
    }
    SourcesScreen.-folded #books Panel.-shown:focus-within { border: round $primary; }
    SourcesScreen #welcome { display: none; padding: 1 2; height: 1fr; }
    SourcesScreen.-empty #welcome, SourcesScreen.-empty NoLogs { display: block; }
    SourcesScreen.-empty #books, SourcesScreen.-empty TabStrip { display: none; }
    SourcesScreen.-folded #welcome { padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._overview: Overview | None = None
        self._files: list[FileLine] = []
        self._found: list[Scan] = []
        self._source: SourceKey | None = None  # whose files are shown alone
        self._file: str | None = None  # whose rejected lines are shown alone
        self._shown = "sources-panel"
        self._is_switching = False
        self._ask_overview = Paced(self, "overview", self._look_over, self._show_overview)
        self._ask_files = Paced(self, "files", self._list_files, self._show_files)

    def parts(self) -> ComposeResult:
        """Compose the state of reading, the four panels, and what stands there without logs."""
        yield FeedLine()
        yield TabStrip()
        with Horizontal(id="books"):
            with Vertical(id="left", classes="-shown"):
                yield Panel(
                    "Sources",
                    SourceRows(self.books.now, id="sources"),
                    id="sources-panel",
                    classes="-shown",
                )
                yield Panel("Files", FileRows(id="files"), id="files-panel")
            with Vertical(id="right"):
                yield Panel("Rejected lines", RejectedRows(id="rejected"), id="rejected-panel")
                yield Panel("No price", UnpricedRows(id="unpriced"), id="unpriced-panel")
        yield Panel("Welcome", NoLogs(), id="welcome")

    def on_mount(self) -> None:
        """Begin with the sources."""
        self.query_one("#sources").focus()
        self.fed(self.books.feed)

    def on_resize(self, event: events.Resize) -> None:
        """Show all panels where there is room, else one at a time."""
        cells, lines = FOLDED
        self.set_class(event.size.width < cells or event.size.height < lines, "-folded")
        self._fit_sources()
        self._name_panels()

    # ---- figures

    def renew(self) -> None:
        """Ask for everything anew."""
        self.query_one(FeedLine).show(self.books.feed)
        self._ask_overview.wish()
        self._ask_files.wish()

    def fed(self, feed: Feed) -> None:
        """Show what the feeder does."""
        if feed.found:
            self._found = feed.found
        self.query_one(FeedLine).show(feed)
        over = self.app.screen
        if isinstance(over, ImportingScreen):
            over.fed(feed)
        self.query_one(NoLogs).show(feed.state, self._found)

    def _look_over(self, ledger: Ledger) -> Overview:
        rejected = _rejected(ledger, self._file)
        return Overview(ledger.sources(), rejected, ledger.unpriced())

    def _show_overview(self, overview: Overview) -> None:
        self._overview = overview
        rows = self.query_one(SourceRows)
        rows.show(overview.sources)
        self._fit_sources()
        self.query_one(RejectedRows).show(overview.rejected)
        self.query_one(UnpricedRows).show(overview.unpriced)
        self._name_panels()
        is_empty = not overview.sources
        if is_empty != self.has_class("-empty"):
            self.set_class(is_empty, "-empty")
            self.query_one("NoLogs" if is_empty else "#sources").focus()

    def _fit_sources(self) -> None:
        """Give the list of sources the lines that it needs, so far as its share goes."""
        lines = 2 * max(1, len(self.query_one(SourceRows).sources)) + 2  # and the frame
        is_folded = self.has_class("-folded")
        self.query_one("#sources-panel").styles.height = None if is_folded else lines

    def _list_files(self, ledger: Ledger) -> list[FileLine]:
        files = ledger.files()
        if self._source is None:
            return files
        roots = [(one.source, one.root) for one in ledger.sources()]
        return [file for file in files if _source_of(file, roots) == self._source]

    def _show_files(self, files: list[FileLine]) -> None:
        self._files = files
        self.query_one(FileRows).show(files)
        self._name_panels()

    def _name_panels(self) -> None:
        """Give each panel its title and counts, and the strip its tabs."""
        titles = panel_titles(self._source, self._file, folded=self.has_class("-folded"))
        for panel, title in titles.items():
            self.query_one(f"#{panel}", Panel).show_title(title)
        if self._overview is not None:
            counts = panel_counts(self._overview, len(self._files), self._source, self._file)
            for panel, words in counts.items():
                self.query_one(f"#{panel}", Panel).show_counts(words)
        tabs = panel_tabs(self._overview, len(self._files))
        self.query_one(TabStrip).show(tabs, self._shown)

    # ---- going about

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Let the panel with the focus be the one that is shown where only one is."""
        panel = next((one for one in event.widget.ancestors if isinstance(one, Panel)), None)
        if panel is None or panel.id not in NAMES:
            return
        self._shown = panel.id
        for one in self.query("#books Panel, #left, #right"):
            one.set_class(one is panel or one is panel.parent, "-shown")
        self._name_panels()

    @on(TabStrip.Wanted)
    def _go_to(self, event: TabStrip.Wanted) -> None:
        self.query_one(f"#{event.panel} Rows").focus()

    @on(Rows.Opened, "#sources")
    def _narrow_files(self, event: Rows.Opened) -> None:
        rows = self.query_one(SourceRows)
        source = rows.sources[event.index]
        key = (source.source, source.root)
        self._source = None if self._source == key else key
        rows.choose(self._source)
        self.query_one(FileRows).cursor = 0
        self._ask_files.wish(anew=True)
        self._name_panels()
        if self.has_class("-folded") and self._source is not None:
            self.query_one("#files").focus()

    @on(Rows.Opened, "#files")
    def _narrow_rejected(self, event: Rows.Opened) -> None:
        file = self.query_one(FileRows).file_at(event.index)
        if file is None:
            return
        if not file.rejected:
            self.books.say(f"{Path(file.path).name}: no line of it was rejected.")
            return
        self._file = None if self._file == file.path else file.path
        self.query_one(RejectedRows).cursor = 0
        self._ask_overview.wish(anew=True)
        if self._file is not None:
            self.query_one("#rejected").focus()

    @on(Rows.Opened, "#rejected")
    def _show_line(self, event: Rows.Opened) -> None:
        from convledger.tui.screens.rejected_line import RejectedLineScreen

        line = self.query_one(RejectedRows).line_at(event.index)
        if line is not None:
            self.app.push_screen(RejectedLineScreen(line))

    @on(Rows.Opened, "#unpriced")
    def _open_model(self) -> None:
        self.action_price()

    # ---- actions

    def action_rescan(self) -> None:
        """Look at all folders again now."""
        self.books.say("Looking at all folders again.")
        self.books.feeder.rescan()

    def action_import(self) -> None:
        """Ask for a path to read."""
        from convledger.tui.screens.import_path import ImportScreen

        self.app.push_screen(ImportScreen())

    def action_discover(self) -> None:
        """Show what lies on this machine, and which of it is not read."""
        from convledger.tui.screens.discovered import DiscoveredScreen

        self.app.push_screen(DiscoveredScreen())

    def action_reconcile(self) -> None:
        """Put a provider's own bill beside the ledger."""
        from convledger.tui.screens.reconcile import ReconcileScreen

        self.app.push_screen(ReconcileScreen())

    def action_about(self) -> None:
        """Show what the manual says of the source under the cursor."""
        from convledger.tui.screens.about_source import AboutSourceScreen

        rows = self.query_one(SourceRows)
        if rows.sources:
            self.app.push_screen(AboutSourceScreen(rows.sources[rows.cursor].source))
        else:
            self.books.say("No source yet: `convledger help sources` names all that are read.")

    def show_rejected(self) -> None:
        """Go to the lines that were left out."""
        self._file = None
        self._ask_overview.wish(anew=True)
        self.query_one("#rejected").focus()

    def action_stop(self) -> None:
        """Stop reading, or go on."""
        books, state = self.books, self.books.feed.state
        if state == "paused":
            books.feeder.begin()
            books.say("Reading goes on.")
        elif state in ("reading", "live", "elsewhere"):
            books.feeder.pause()
            rest = "What is read stays; x goes on." if state == "reading" else "x goes on."
            books.say(f"Paused: nothing is read for now. {rest}")
        else:
            books.say("Nothing is being read.")

    def action_price(self) -> None:
        """Give the model under the cursor a price."""
        from convledger.tui.screens.price import PriceScreen

        model = self._model()
        if model is not None:
            self.app.push_screen(PriceScreen(model))

    def action_alias(self) -> None:
        """Price the model under the cursor like another one."""
        from convledger.tui.screens.price import AliasScreen

        model = self._model(to_alias=True)
        if model is not None:
            self.app.push_screen(AliasScreen(model))

    def action_leave_out(self) -> None:
        """Have nothing more read of the source under the cursor, or read it again."""
        from convledger.tui.leaving import turn, turned

        rows = self.query_one(SourceRows)
        if self._is_switching or not rows.sources:
            self.app.bell()
            return
        source = rows.sources[rows.cursor]
        self._is_switching = True
        self.books.feeder.hold()  # what is being read of it stops

        def done(came: Turned | ConvledgerError) -> None:
            self._is_switching = False
            turned(self.books, came)

        self.books.ask(
            ("leaving", id(self)),
            lambda ledger: turn(ledger, source.source, source.root, is_left=source.left_out),
            done,
            slow=True,
        )

    def action_estimates(self) -> None:
        """Count the tokens that no source records from the texts, or leave them unknown."""
        if self._is_switching:
            return
        self._is_switching = True
        self.books.ask(("estimates", id(self)), switch, self._switched, slow=True)

    def _switched(self, done: Switched | ConvledgerError) -> None:
        from convledger.errors import ConvledgerError

        self._is_switching = False
        books = self.books
        if isinstance(done, ConvledgerError):
            books.trouble(done)
            return
        words = "estimates on" if done.wanted else "estimates off"
        books.undoing.push(Step(words, lambda ledger: set_to(ledger, not done.wanted)))
        books.say(f"{done.words()} t takes that back.")
        books.renew()

    def _model(self, *, to_alias: bool = False) -> UnpricedModel | None:
        from convledger.pricing.override_file import can_be_priced

        model = self.query_one(UnpricedRows).chosen()
        if model is None:
            self.books.say("A price is known for every model.")
        elif model.is_unnamed and not to_alias:
            self.books.say("These calls name no model: a says once which it was.")
        elif not model.is_unnamed and not can_be_priced(model.model):
            self.books.say("These calls name no model, so no price can be set for them.")
        else:
            return model
        return None


def _rejected(ledger: Ledger, file: str | None) -> list[RejectedLine]:
    if file is None:
        return ledger.rejected(MOST_REJECTED)
    count = sum(one.rejected for one in ledger.sources())
    return [line for line in ledger.rejected(count) if line.path == file][:MOST_REJECTED]


def _source_of(file: FileLine, roots: list[SourceKey]) -> SourceKey | None:
    """Return the source that a file belongs to: the nearest root above it."""
    held = [key for key in roots if key[0] == file.source and file.path.startswith(key[1])]
    return max(held, key=lambda key: len(key[1]), default=None)
