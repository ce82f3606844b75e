"""The screen Memory files: what tools wrote into theirs, what each holds, and what is wrong."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from convledger.clock import to_datetime
from convledger.memory.feed import News
from convledger.memory.file_list import FileLine
from convledger.memory.file_shelf import Outlook
from convledger.memory.readers.items import storable
from convledger.tui.actions import bindings
from convledger.tui.memory_file_words import WELCOME, state_line
from convledger.tui.paced import Paced
from convledger.tui.screens.memory_files_doors import MemoryFilesDoors
from convledger.tui.widgets.canvas import Canvas, measure
from convledger.tui.widgets.drawing import Drawing
from convledger.tui.widgets.drawn_lines import DrawnLines
from convledger.tui.widgets.memory_file_rows import MemoryFileRows
from convledger.tui.widgets.memory_file_view import MemoryFileView, Sight
from convledger.tui.widgets.news_rows import NewsRows
from convledger.tui.widgets.paged_rows import PagedRows
from convledger.tui.widgets.panel import Panel
from convledger.tui.widgets.path_line import shown_path
from convledger.tui.widgets.rows import Rows
from convledger.tui.widgets.tab_strip import Tab, TabStrip
from convledger.words import plural

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.memory.file_shelf import Looked
    from convledger.memory.lint import Complaint

FOLDED = (100, 28)  # cells and lines below which one panel is shown at a time
_NEED_FILES = frozenset(("keep", "take_out", "write", "mark", "mark_all"))


class Found(NamedTuple):
    """What the ledger knows: files, changes that wait, and what is to be written back."""

    files: list[FileLine]
    news: list[News]
    outlook: Outlook


class MemoryFilesScreen(MemoryFilesDoors):
    """Changes over files at the left, at the right what the cursor is on."""

    NAME = "Memory › Files"
    SCOPE = "memory_files"
    AUTO_FOCUS: ClassVar[str] = "NewsRows"
    # Escape goes back to the list first, hence it is bound here too.
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("memory_files"),
        *(one for one in bindings("app") if one.action == "back"),
    ]
    DEFAULT_CSS = """
    MemoryFilesScreen #state { height: 1; padding: 0 2; }
    MemoryFilesScreen #body { height: 1fr; }
    MemoryFilesScreen #left, MemoryFilesScreen #detail { width: 1fr; height: 1fr; }
    MemoryFilesScreen #changes, MemoryFilesScreen #files { height: 1fr; padding: 0; }
    MemoryFilesScreen #detail { padding: 0; }
    MemoryFilesScreen TabStrip, MemoryFilesScreen #welcome { display: none; }
    MemoryFilesScreen.-folded #body { layout: vertical; }
    MemoryFilesScreen.-folded TabStrip { display: block; }
    MemoryFilesScreen.-folded #left { height: 0; }
    MemoryFilesScreen.-folded #body Panel {
        width: 1fr; height: 0; min-height: 0; border: none; padding: 0;
    }
    MemoryFilesScreen.-folded #left.-shown { height: 1fr; }
    MemoryFilesScreen.-folded #body Panel.-shown { height: 1fr; border: round $rule; }
    MemoryFilesScreen.-folded #body Panel.-shown:focus-within { border: round $primary; }
    MemoryFilesScreen #welcome { height: 1fr; padding: 1 2; }
    MemoryFilesScreen #nothing { width: 100%; max-width: 90; height: auto; }
    MemoryFilesScreen.-empty #welcome { display: block; }
    MemoryFilesScreen.-empty #body, MemoryFilesScreen.-empty TabStrip { display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._found = Found([], [], Outlook())
        self._complaints: dict[str, list[Complaint]] = {}
        self._when = ""
        self._has_looked = False
        self._on_files = False  # whether the cursor that counts is that of the files
        self._shown = "changes"
        self._renewal = Paced(self, "memory files", self._read, self._took)

    def parts(self) -> ComposeResult:
        """Compose the state, the three panels, and what stands there where no file is known."""
        yield Drawing(self._draw_state, focusable=False, id="state")
        yield TabStrip()
        with Horizontal(id="body"):
            with Vertical(id="left", classes="-shown"):
                yield Panel("Changes", NewsRows(), id="changes", classes="-shown")
                yield Panel("Files", MemoryFileRows(), id="files")
            yield Panel("Change", MemoryFileView(), id="detail")
        yield Panel(
            "Memory files", Static(Content.from_markup(WELCOME), id="nothing"), id="welcome"
        )

    def on_resize(self, event: events.Resize) -> None:
        """Show all panels where there is room, else one at a time."""
        cells, lines = FOLDED
        self.set_class(event.size.width < cells or event.size.height < lines, "-folded")
        self.call_after_refresh(self.show_counts)

    # ---- figures

    def renew(self) -> None:
        """Ask for what the ledger knows anew."""
        if self.is_ready:
            self._renewal.wish()

    def _read(self, ledger: Ledger) -> Found:
        files = ledger.memory_files
        return Found(files.listed(), files.news(), files.to_write())

    def _took(self, found: Found) -> None:
        self._found = found
        rows = self.query_one(MemoryFileRows)
        rows.now = self.query_one(NewsRows).now = self.books.now()
        wrong = {path: len(each) for path, each in self._complaints.items()}
        rows.show(found.files, wrong, Counter(found.outlook.paths))
        self._show_news()
        is_empty = not found.files
        if is_empty != self.has_class("-empty"):
            self.set_class(is_empty, "-empty")
            if not is_empty:
                self.query_one(NewsRows if found.news else MemoryFileRows).focus()
            self.refresh_bindings()
        self.books.memory_watch.told(len(found.news), is_seen=True)
        self.show_counts()
        self._show_detail()
        if found.files and not self._has_looked:
            self._has_looked = True
            self.action_look()

    def _show_news(self) -> None:
        only = self.query_one(MemoryFileRows).only
        news = [each for each in self._found.news if only in (None, each.path)]
        nothing = ("Nothing new in these files.", "What tools write into them shows here.")
        if only is not None and not news and self._found.news:
            nothing = ("Nothing new in this file.", "⏎ on it shows the changes of all.")
        self.query_one(NewsRows).show_news(news, nothing)

    def took_look(self, looked: Looked) -> None:
        """Show what a look has found."""
        self._has_looked = True
        moment = to_datetime(self.books.now()).astimezone(self.books.zone)
        self._when = f"looked at {moment:%H:%M}" if looked.whole else "stopped before the end"
        if looked.whole:
            self._complaints = {}
            for each in looked.complaints:
                self._complaints.setdefault(storable(each.path), []).append(each)
        self._renewal.wish(anew=True)

    def show_counts(self) -> None:
        """Say how much there is, and name the panels of which one is shown."""
        if not self.is_ready:
            return
        found, rows = self._found, self.query_one(NewsRows)
        files = self.query_one(MemoryFileRows)
        marked = f"✓ {len(rows.marks):,} marked · " if rows.marks else ""
        waits = f"{plural(rows.count(), 'change')} to decide" if rows.count() else "nothing new"
        only = "" if files.only is None else f" in {shown_path(files.only).rpartition('/')[2]}"
        changes, listed = self.query_one("#changes", Panel), self.query_one("#files", Panel)
        changes.show_title(f"Changes{only}")
        changes.show_counts(f"{marked}{waits}")
        entries = sum(line.entries for line in found.files)
        listed.show_counts(
            f"{plural(len(found.files), 'file')} · {plural(entries, 'entry', 'entries')}"
        )
        self.query_one("#detail", Panel).show_title("File" if self._on_files else "Change")
        tabs = (
            Tab("changes", "Changes", "Chg", rows.count(), worries=True),
            Tab("files", "Files", "Files", len(found.files)),
            Tab("detail", "File" if self._on_files else "Change", "It"),
        )
        self.query_one(TabStrip).show(tabs, self._shown)
        self.query_one("#state").refresh()

    def _draw_state(self, canvas: Canvas) -> None:
        wrong = sum(map(len, self._complaints.values()))
        forms = state_line(
            far=self.far, looked=self._when, files=self._found.files,
            writes=len(self._found.outlook.changes) + len(self._found.outlook.held), wrong=wrong,
        )  # fmt: skip
        form = next((each for each in forms if measure(*each) <= canvas.width), forms[-1])
        canvas.put(0, 0, *form, end=canvas.width)

    # ---- what the cursor is on

    def _show_detail(self) -> None:
        view = self.query_one(MemoryFileView)
        now, zone = self.books.now(), self.books.zone
        line, news = self.query_one(MemoryFileRows).chosen, self.query_one(NewsRows).chosen
        if self._on_files or news is None:
            view.show(None if line is None else self._sight_of(line), now, zone)
            return
        self.ask(
            "difference",
            lambda ledger: ledger.memory_files.difference(news),
            lambda diff: view.show(Sight(news, diff), now, zone),
        )

    def _sight_of(self, line: FileLine) -> Sight:
        outlook = self._found.outlook.of(line.path)
        diff = outlook.diffs[0] if outlook.diffs else None
        held = outlook.held[0].reason if outlook.held else ""
        return Sight(line, diff, self._complaints.get(line.path, ()), held)

    def chosen_file(self) -> str | None:
        """Return the file under the cursor, where the cursor is on files."""
        line = self.query_one(MemoryFileRows).chosen
        return line.path if self._on_files and line is not None else None

    def all_marked(self) -> bool:
        """Whether every change that is listed is marked."""
        rows = self.query_one(NewsRows)
        return bool(rows.marks) and rows.marks.issuperset(rows.ids)

    @on(PagedRows.Wanted)
    def _renew_lines(self, event: PagedRows.Wanted) -> None:
        event.stop()  # a change is known whole

    @on(Rows.Moved)
    def _moved(self) -> None:
        self._show_detail()

    @on(Rows.Opened)
    def _opened(self, event: Rows.Opened) -> None:
        rows = event.rows
        line = rows.chosen if isinstance(rows, MemoryFileRows) else None
        if line is None or not isinstance(rows, MemoryFileRows) or not (line.news or rows.only):
            self.query_one(MemoryFileView).focus()
            return
        rows.only = None if rows.only == line.path or not line.news else line.path
        rows.refresh()
        self._show_news()
        self.show_counts()
        if rows.only is not None:
            self.query_one(NewsRows).focus()

    # ---- going about

    async def action_back(self) -> None:
        """Go back to the list, or leave what stands over the screen."""
        if isinstance(self.focused, MemoryFileView):
            self.query_one(MemoryFileRows if self._on_files else NewsRows).focus()
        else:
            await self.books.action_back()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Let the panel with the focus be the one that is shown where only one is."""
        panel = next((one for one in event.widget.ancestors if isinstance(one, Panel)), None)
        if panel is None or panel.id not in ("changes", "files", "detail"):
            return
        self._shown = panel.id
        for one in self.query("#body Panel, #left"):
            one.set_class(one is panel or one is panel.parent, "-shown")
        on_files = self._on_files if panel.id == "detail" else panel.id == "files"
        if on_files != self._on_files:
            self._on_files = on_files
            self._show_detail()
        self.show_counts()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what works on changes and files only where there are some."""
        is_empty = self.has_class("-empty")
        return not (is_empty and action in _NEED_FILES) and super().check_action(action, parameters)

    @on(TabStrip.Wanted)
    def _go_to(self, event: TabStrip.Wanted) -> None:
        for one in self.query(f"#{event.panel} ScrollView").results(DrawnLines):
            one.focus()
