"""How a table is to be read: its columns, what is open, its first rows as they would be read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from msgspec.structs import replace
from textual import events, on
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from convledger.errors import ConvledgerError
from convledger.sources.table.guess import Guess, answered, guess, settled, with_meaning
from convledger.sources.table.mapping import MEANINGS, ROWS, Mapping
from convledger.sources.table.mapping_file import name_of
from convledger.sources.table.presets import presets
from convledger.sources.table.preview import Seen, columns_seen, rows_seen
from convledger.sources.table.sample import Sample
from convledger.text.display import display_text
from convledger.tui.actions import bindings
from convledger.tui.screens.table_choice import TableChoiceScreen
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.mapping_rows import DETAIL, MappingRows, SeenRows
from convledger.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.tui.app import ConvledgerApp

NOTHING = ""


class TableMappingScreen(Dialog[bool]):
    """Opened by Import for a table that nobody has mapped; ends true when it is to be read.

    The mapping is then saved, and remembered by the table's header.
    """

    SCOPE = "table_mapping"
    HELP = (
        "What each column means. Enter answers a question or gives a column another meaning; x "
        "makes it a detail; n goes to the next question. Below stand the first rows as they "
        "would be read. Nothing is written before s, which also remembers it for the next table "
        "with these columns."
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("table_mapping")]
    AUTO_FOCUS: ClassVar[str] = "MappingRows"
    DEFAULT_CSS = """
    TableMappingScreen > #frame {
        width: 96%; max-width: 140; height: 94%; max-height: 94%; padding: 0 1;
    }
    TableMappingScreen #state { width: 100%; height: auto; max-height: 3; padding: 0 1; }
    TableMappingScreen MappingRows { height: 3fr; }
    TableMappingScreen #below { height: 2fr; min-height: 5; border-top: solid $rule; }
    TableMappingScreen #seen { width: 100%; height: 1; padding: 0 1; color: $muted; }
    TableMappingScreen.-low > #frame { width: 100%; height: 100%; max-height: 100%; }
    """

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"How to read {display_text(path.name)}",
            "⏎ Change · n Next question · x Detail · s Save and import · esc Back",
        )
        self._path = path
        self._sample: Sample | None = None
        self._guess: Guess | None = None
        self._seen: list[Seen] = []

    @property
    def books(self) -> ConvledgerApp:
        """The app, by its own type."""
        return cast("ConvledgerApp", self.app)

    @property
    def guess(self) -> Guess:
        """The mapping as it stands, with its questions."""
        assert self._guess is not None
        return self._guess

    def parts(self) -> list[Widget]:
        """Return what is open, the columns, and the first rows."""
        return [
            Static("", id="state"),
            MappingRows(),
            Vertical(
                Static("As they would be read", id="seen", markup=False),
                SeenRows(self.books.zone),
                id="below",
            ),
        ]

    def on_mount(self) -> None:
        """Read the first rows, in another thread."""
        from convledger.ingest.mappings import open_sample
        from convledger.sources.document import NotReadable

        def look(_: Ledger) -> tuple[Sample, Guess] | str:
            try:
                sample = open_sample(self._path)
            except NotReadable as error:
                return str(error)
            return sample, guess(sample, name_of(self._path.stem), presets())

        self.books.ask(("table", id(self)), look, self._took, slow=True)

    def on_resize(self, event: events.Resize) -> None:
        """Take all of a small screen."""
        self.set_class(event.size.height < 30 or event.size.width < 90, "-low")

    def _took(self, found: tuple[Sample, Guess] | str) -> None:
        if not self.is_attached:
            return
        if isinstance(found, str):
            self.books.say(f"{self._path.name}: {found}", severity="error")
            self.dismiss(None)
            return
        self._sample, self._guess = found
        self._show()

    def _show(self, column: str = "") -> None:
        """Draw the mapping as it stands."""
        assert self._sample is not None
        rows = self.query_one(MappingRows)
        rows.show(self.guess, columns_seen(self.guess.mapping, self._sample))
        if column:
            rows.cursor = rows.row_of(column)
        self.query_one(SeenRows).show(rows_seen(self.guess.mapping, self._sample))
        self.query_one("#state", Static).update(self._state())

    def _state(self) -> Content:
        count = len(self.guess.questions)
        if count:
            words = f"{count} question{'s' if count > 1 else ''} open · n goes to the next"
            first = (f"? {words}", "bold $warning")
        else:
            first = ("● Nothing is open · s saves this and imports", "bold $success")
        notes = [f"\n{display_text(note)}" for note in self.guess.notes[:2]]
        return Content.assemble(first, *[(note, "$muted") for note in notes])

    def _change(self, mapping: Mapping, column: str = "") -> None:
        assert self._sample is not None
        self._guess = settled(mapping, self._sample)
        self._show(column)

    # ---- what a person does

    @on(Rows.Opened)
    def _opened(self, event: Rows.Opened) -> None:
        rows = self.query_one(MappingRows)
        if event.rows is not rows or self._sample is None:
            return
        if question := rows.question_at(event.index):
            answers = [(choice.value, choice.words) for choice in question.choices]
            self._ask("Question", question.text, question.key, answers, free=question.free)
        elif key := rows.setting_at(event.index):
            self._ask_setting(key)
        elif column := rows.column_at(event.index):
            self._ask_meaning(column.name)

    def _ask(
        self, title: str, text: str, key: str, answers: list[tuple[str, str]], *,
        free: bool = False, typed: str = "",
    ) -> None:  # fmt: skip
        def took(value: str | None) -> None:
            if value is not None and self.is_attached:
                self._answer(key, value)

        self.app.push_screen(TableChoiceScreen(title, text, answers, free=free, typed=typed), took)

    def _answer(self, key: str, value: str) -> None:
        from convledger.errors import UsageProblem
        from convledger.zones import zone_of

        mapping = self.guess.mapping
        if key == "cost.currency":
            value = value.strip().upper()
            if len(value) != 3 or not value.isalpha():
                self.books.say(f"{display_text(value)} is no currency: three letters, like EUR")
                return
        if key == "instants.zone":
            try:
                zone_of(value)
            except UsageProblem as problem:
                self.books.say(display_text(str(problem)), severity="warning")
                return
        if key == "name":
            value = name_of(value)
        self._change(answered(mapping, key, value))

    def _ask_setting(self, key: str) -> None:
        mapping = self.guess.mapping
        if key == "rows":
            self._ask("Rows", "What is one row of this table?", key, list(ROWS.items()))
        elif key == "instants.zone":
            from zoneinfo import available_timezones

            zones = [("UTC", ""), *((name, "") for name in sorted(available_timezones()))]
            text = "In which zone are times that do not name one themselves?"
            self._ask("Zone", text, key, zones)
        else:
            text = "Under which name is this kept? Ids of its conversations begin with it."
            self._ask("Name", text, key, [], free=True, typed=mapping.name)

    def _ask_meaning(self, column: str) -> None:
        mapping = self.guess.mapping
        answers = [(NOTHING, DETAIL)]
        for name, words in MEANINGS.items():
            other = mapping.column(name)
            taken = f" · now {display_text(other)}" if other and other != column else ""
            answers.append((name, f"{words}{taken}"))

        def took(value: str | None) -> None:
            if value is not None and self.is_attached:
                self._change(with_meaning(self.guess.mapping, column, value), column)

        title = f"What is {display_text(column)}?"
        self.app.push_screen(TableChoiceScreen(title, "What does this column say?", answers), took)

    def action_detail(self) -> None:
        """Make the column under the cursor a detail."""
        rows = self.query_one(MappingRows)
        column = rows.column_at(rows.cursor)
        if self._sample is None or column is None or not column.meaning:
            self.app.bell()
            return
        self._change(with_meaning(self.guess.mapping, column.name, NOTHING), column.name)

    def action_next_question(self) -> None:
        """Go to the next open question, or ask it where the cursor stands on it."""
        rows = self.query_one(MappingRows)
        if self._guess is None or not self.guess.questions:
            self.app.bell()
            return
        rows.focus()
        here = rows.cursor + 1
        rows.cursor = here if here < len(self.guess.questions) else 0

    def action_save(self) -> None:
        """Save the mapping and have the table read, unless something is open."""
        if self._guess is None or self._sample is None:
            return
        if self.guess.questions:
            self.books.say("Answer what is open first: it stands at the top", severity="warning")
            self.action_next_question()
            return
        mapping = replace(self.guess.mapping, note="")
        header = self._sample.header

        def keep(ledger: Ledger) -> str:
            from convledger.ingest.mappings import save_mapping

            try:
                save_mapping(ledger.workspace, mapping, header)
            except ConvledgerError as error:
                return str(error)
            return ""

        self.books.ask(("table", id(self)), keep, self._kept, slow=True)

    def _kept(self, problem: str) -> None:
        if not self.is_attached:
            return
        if problem:
            self.query_one("#state", Static).update(
                Content.styled(f"✕ {display_text(problem)}", "$error")
            )
            return
        self.dismiss(True)
