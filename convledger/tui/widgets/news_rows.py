"""The list of what tools wrote into their memory files since the last look."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from convledger.memory.feed import News
from convledger.text.display import display_text
from convledger.tui.amounts import ago
from convledger.tui.memory_file_words import NEWS_MARKS, news_title, under_words
from convledger.tui.widgets.paged_rows import PagedRows
from convledger.tui.widgets.rows import Part, RowLine

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class NewsLine:
    """A change, with what it is called."""

    id: int
    title: str
    news: News


class NewsRows(PagedRows[NewsLine]):
    """Changes by the numbers of their items, two lines each."""

    HELP = (
        "What tools wrote into their memory files since the last look: + added, ~ changed, "
        "− removed. The file and its headings stand below. ✓ marks a row: keep and take out then "
        "go to all that are marked."
    )
    NOTHING = ("Looking…",)
    GONE = "dealt with"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.news: Mapping[int, News] = {}

    def show_news(self, news: Sequence[News], nothing: Sequence[str]) -> None:
        """List other changes; the cursor stays on its own where that is still there."""
        self.nothing = nothing
        self.news = {each.item_id: each for each in news}
        self.marks &= self.news.keys()
        self._lines.clear()
        self.show(array("q", self.news), keeping_place=True)

    @property
    def chosen(self) -> News | None:
        """The change under the cursor."""
        return None if self.current is None else self.news.get(self.current)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return the lines of a row; a title is made when it is first in sight."""
        number = self.ids[index]
        if number not in self._lines:
            news = self.news[number]
            self._lines[number] = NewsLine(number, news_title(news), news)
        return super().row(index, cells)

    def line(self, number: int | None) -> NewsLine | None:
        """Return the line of a change, also of one that was never in sight."""
        news = None if number is None else self.news.get(number)
        return None if news is None else NewsLine(news.item_id, news_title(news), news)

    def lines_of(
        self, line: NewsLine, cells: int, *, is_marked: bool, is_current: bool
    ) -> list[RowLine]:
        """Return sign and text with its age, then what happened where."""
        del cells
        news = line.news
        sign, style = NEWS_MARKS[news.what]
        mark: Part = ("✓ ", "bold $success") if is_marked else (f"{sign} ", style)
        weight = "bold " if is_current else ""
        where = display_text(PurePath(news.path).name)
        under = under_words(news)
        said = f" · {where}{f' · {under}' if under else ''}"
        return [
            RowLine([mark, (line.title, f"{weight}$foreground")],
                    [(ago(self.now - news.at), "$muted")]),
            RowLine([("  ", ""), (news.what, style.removeprefix("bold ")), (said, "$muted")], []),
        ]  # fmt: skip
