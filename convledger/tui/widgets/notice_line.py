"""The newest notice, under the top line of every screen, until it is put away or is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from convledger.text.display import clip, display_text

if TYPE_CHECKING:
    from convledger.tui.notices import Notice

_MARKS = {"error": ("▲ ", "bold $error"), "warning": ("▲ ", "bold $warning")}
_HINT = "esc puts it away"


class NoticeLine(Widget):
    """As many lines as the words need, three at most and fewer on a low screen."""

    DEFAULT_CSS = """
    NoticeLine { height: auto; padding: 0 1; display: none; background: $panel; }
    NoticeLine.-told { display: block; }
    """

    class Read(Message):
        """The notice was clicked: it has been read."""

    def __init__(self) -> None:
        super().__init__()
        self._told: tuple[Notice | None, int] = (None, 0)

    def show(self, told: tuple[Notice | None, int]) -> None:
        """Show a notice and how many more there are, or nothing."""
        if told != self._told:
            self._told = told
            self.set_class(told[0] is not None, "-told")
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return how many lines the words take."""
        del container
        return len(self._lines(width, viewport.height))

    def render(self) -> Content:
        """Return mark, words and how to put them away."""
        lines = self._lines(self.content_size.width, self.app.size.height)
        return Content("\n").join(lines)

    def _lines(self, cells: int, height: int) -> list[Content]:
        notice, others = self._told
        if notice is None or cells < 4:
            return [Content()]
        mark = Content.styled(*_MARKS[notice.severity])
        words = display_text(notice.words)
        hint = f" · {others} more · {_HINT}" if others else f" · {_HINT}"
        most = _most(height)
        for said in (Content.assemble(words, (hint, "$muted")), Content(words)):
            lines = said.wrap(cells - 2)
            if len(lines) <= most:
                break
        else:
            last = clip(" ".join(line.plain.strip() for line in lines[most - 1 :]), cells - 3)
            lines = [*lines[: most - 1], Content(f"{last.removesuffix('…')}…")]
        lead = [mark] + [Content("  ")] * (len(lines) - 1)
        return [before + line for before, line in zip(lead, lines, strict=True)]

    def on_click(self) -> None:
        """Put the notice away."""
        self.post_message(self.Read())


def fits(words: str, screen: Size) -> bool:
    """Tell whether a line on a screen of this size shows all of `words`."""
    cells = screen.width - 4
    return cells > 0 and len(Content(display_text(words)).wrap(cells)) <= _most(screen.height)


def _most(height: int) -> int:
    """Return how many lines a notice may take on a screen of so many lines."""
    return 1 if height < 9 else 2 if height < 20 else 3
