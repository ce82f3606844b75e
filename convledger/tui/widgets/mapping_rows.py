"""A table's open questions and columns in a list, and its first rows as they would be read."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING

from convledger.clock import to_datetime
from convledger.sources.table.mapping import INSTANTS, MEANINGS, ROWS
from convledger.text.display import clip, display_text, width
from convledger.tui.widgets.rows import RowLine, Rows

if TYPE_CHECKING:
    from convledger.sources.table.guess import Guess
    from convledger.sources.table.preview import ColumnSeen, Seen
    from convledger.sources.table.questions import Question

DETAIL = "a detail"
SETTINGS = {
    "rows": "What a row is",
    "instants.zone": "Times are read in",
    "name": "Remembered as",
}


class MappingRows(Rows):
    """Open questions first, then what holds for all rows, then each column and what it means."""

    HELP = (
        "What is not answered yet stands first. Enter answers a question, or gives a column "
        "another meaning; columns of no meaning are kept as details of their conversations."
    )
    lines_per_row = 1
    DEFAULT_CSS = "MappingRows { background: $surface; }"

    def __init__(self) -> None:
        super().__init__()
        self._questions: list[Question] = []
        self._columns: list[ColumnSeen] = []
        self._settings: list[tuple[str, str]] = []

    def show(self, guess: Guess, columns: list[ColumnSeen]) -> None:
        """Show another state of a mapping."""
        self._questions, self._columns = guess.questions, columns
        mapping = guess.mapping
        values = {"rows": ROWS[mapping.rows], "instants.zone": mapping.zone, "name": mapping.name}
        if not mapping.has(*INSTANTS):
            del values["instants.zone"]
        self._settings = list(values.items())
        self.renew()

    def question_at(self, index: int) -> Question | None:
        """Return the question of a row, None where it is another row."""
        return self._questions[index] if 0 <= index < len(self._questions) else None

    def setting_at(self, index: int) -> str:
        """Return the key of what holds for all rows, nothing where it is another row."""
        place = index - len(self._questions)
        return self._settings[place][0] if 0 <= place < len(self._settings) else ""

    def column_at(self, index: int) -> ColumnSeen | None:
        """Return the column of a row, None where it is another row."""
        place = index - len(self._questions) - len(self._settings)
        return self._columns[place] if 0 <= place < len(self._columns) else None

    def row_of(self, column: str) -> int:
        """Return the row of a column."""
        names = [each.name for each in self._columns]
        place = names.index(column) if column in names else 0
        return len(self._questions) + len(self._settings) + place

    def count(self) -> int:
        """Return how many questions, settings and columns there are."""
        return len(self._questions) + len(self._settings) + len(self._columns)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return a question; or a name, what it means, and for a column its first value."""
        question = self.question_at(index)
        if question is not None:
            words = display_text(question.text)
            return [RowLine([("? ", "bold $warning"), (words, "$foreground")], [])]
        names = max(10, min(28, cells // 3))
        key = self.setting_at(index)
        if key:
            value = display_text(dict(self._settings)[key])
            name = clip(SETTINGS[key], names - 1).ljust(names)
            return [RowLine([("· ", "$muted"), (name, "$muted"), (value, "$foreground")], [])]
        column = self.column_at(index)
        if column is None:
            return []
        return [_column_line(column, names, cells)]

    def empty_lines(self) -> list[str]:
        """Return what there is while the table is being read."""
        return ["Reading the first rows …"]


def _column_line(column: ColumnSeen, names: int, cells: int) -> RowLine:
    name = clip(display_text(column.name), names - 1)
    name += " " * (names - width(name))
    meaning = MEANINGS.get(column.meaning, DETAIL)
    room = max(12, min(46, cells - names - 16))
    shown = clip(meaning, room)
    return RowLine(
        [
            ("● " if column.meaning else "○ ", "$success" if column.meaning else "$muted"),
            (name, "$foreground" if column.meaning else "$muted"),
            (shown + " " * (room - width(shown)), "bold $accent" if column.meaning else "$muted"),
            ("  " + display_text(column.example), "$muted"),
        ],
        [],
    )


class SeenRows(Rows):
    """The first rows of a table as they would be read, a line each."""

    HELP = "The first rows as they would be read; nothing is written before you say so."
    lines_per_row = 1
    DEFAULT_CSS = "SeenRows { background: $surface; }"

    def __init__(self, zone: tzinfo) -> None:
        super().__init__()
        self._zone = zone
        self._rows: list[Seen] = []

    def show(self, rows: list[Seen]) -> None:
        """Show other rows."""
        self._rows = rows
        self.renew(cursor=0)

    def count(self) -> int:
        """Return how many rows are shown."""
        return len(self._rows)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return conversation, instant, who speaks and what is said or spent; or why it is not."""
        seen = self._rows[index]
        if seen.problem:
            return [RowLine([("△ ", "$warning"), (display_text(seen.problem), "$muted")], [])]
        name = clip(display_text(seen.conversation), max(6, min(16, cells // 6)))
        at = ""
        if seen.at is not None:
            at = to_datetime(seen.at).astimezone(self._zone).strftime("%Y-%m-%d %H:%M")
        text = display_text(seen.text)
        spent = display_text(seen.spent)
        parts = [
            (name.ljust(max(6, min(16, cells // 6)) + 1), "$muted"),
            (at.ljust(18) if at else "", "$foreground"),
            (f"{seen.who}  " if seen.who else "", "bold $accent"),
            (text, "$foreground"),
        ]
        right = [(f"  {clip(spent, max(10, cells // 3))}", "$muted")] if spent else []
        return [RowLine(parts, right)]

    def empty_lines(self) -> list[str]:
        """Return what there is to say of a table without rows."""
        return ["No rows yet"]
