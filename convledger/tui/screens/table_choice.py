"""The dialog in which one of several answers is chosen, narrowed by what is typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from convledger.text.display import clip, display_text, width
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.entry import Entry, RowsBelow
from convledger.tui.widgets.rows import RowLine, Rows

FEW, _MOST_SEEN = 9, 16  # answers that need no narrowing; those in sight at a time
Answer = tuple[str, str]  # its value, and what it means


class AnswerRows(RowsBelow):
    """The answers that hold what is typed."""

    HELP = "The answers there are; what is typed above narrows them. Enter takes one."
    lines_per_row = 1
    DEFAULT_CSS = "AnswerRows { background: $surface; margin: 1 0 0 0; }"

    def __init__(self, answers: Sequence[Answer]) -> None:
        super().__init__()
        self._all = list(answers)
        self._shown = self._all

    def narrow(self, typed: str) -> None:
        """Show the answers that hold what is typed."""
        wanted = typed.strip().casefold()
        self._shown = [
            each
            for each in self._all
            if wanted in each[0].casefold() or wanted in each[1].casefold()
        ]
        if wanted:  # those that begin with it come first
            self._shown.sort(key=lambda each: not each[0].casefold().startswith(wanted))
        self.renew(cursor=0)

    def answer_at(self, index: int) -> str | None:
        """Return the value of an answer, None where there is none."""
        return self._shown[index][0] if 0 <= index < len(self._shown) else None

    def count(self) -> int:
        """Return how many answers are shown."""
        return len(self._shown)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return an answer and what it means."""
        value, words = self._shown[index]
        room = max(8, min(30, cells // 2))
        name = clip(display_text(value) or "–", room - 1)
        name += " " * (room - width(name))
        return [RowLine([(name, "$foreground"), (display_text(words), "$muted")], [])]

    def empty_lines(self) -> list[str]:
        """Return that nothing is left."""
        return ["No answer holds that"]


class TableChoiceScreen(Dialog[str]):
    """A question and its answers; `free`: another answer may be typed."""

    HELP = (
        "Type to narrow the answers, go down to them, and take one with Enter; while nothing is "
        "typed it takes the first."
    )
    AUTO_FOCUS: ClassVar[str] = "#answer"
    DEFAULT_CSS = """
    TableChoiceScreen > #frame { max-width: 84; height: auto; max-height: 90%; padding: 0 1; }
    TableChoiceScreen #asked { width: 100%; height: auto; max-height: 3; padding: 0 1; }
    TableChoiceScreen #line { height: 2; padding: 0 1; }
    TableChoiceScreen #sign { width: 2; color: $accent; text-style: bold; }
    TableChoiceScreen.-few #line { display: none; }
    TableChoiceScreen.-low > #frame { width: 100%; max-height: 100%; }
    """
    CSS = """
    TableChoiceScreen #line Input, TableChoiceScreen #line Input:focus {
        border: none; height: 1; padding: 0; width: 1fr; background: $surface;
    }
    """

    def __init__(
        self, title: str, question: str, answers: Sequence[Answer], *, free: bool = False,
        typed: str = "",
    ) -> None:  # fmt: skip
        super().__init__(title, "⏎ Take it · ↓ Choose · esc Back")
        self._question, self._answers = question, answers
        self._free, self._typed = free, typed

    def parts(self) -> list[Widget]:
        """Return the question, the line, and the answers."""
        hint = "type another, or ⏎ takes the first" if self._free else "type to narrow"
        typed = Entry(self._typed, placeholder=hint, select_on_focus=False, id="answer")
        return [
            Static(Content.styled(display_text(self._question), "$foreground"), id="asked"),
            Horizontal(Static("›", id="sign", markup=False), typed, id="line"),
            AnswerRows(self._answers),
        ]

    def on_mount(self) -> None:
        """Begin with the answers where they are few, else with what narrows them."""
        rows = self.query_one(AnswerRows)
        rows.styles.height = max(1, min(len(self._answers), _MOST_SEEN))
        if self._answers and len(self._answers) <= FEW and not self._free:
            self.add_class("-few")
            rows.focus()

    def on_resize(self, event: events.Resize) -> None:
        """Take all of a small screen."""
        self.set_class(event.size.height < 20 or event.size.width < 60, "-low")

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        self.query_one(AnswerRows).narrow("" if event.value == self._typed else event.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        rows = self.query_one(AnswerRows)
        typed = event.value.strip()
        exact = any(typed == value for value, _ in self._answers)
        if (self._free and typed) or exact:
            self.dismiss(typed)
        elif rows.count():
            self.dismiss(rows.answer_at(0))
        else:
            self.app.bell()

    @on(Rows.Opened)
    def _opened(self, event: Rows.Opened) -> None:
        answer = self.query_one(AnswerRows).answer_at(event.index)
        if answer is not None:
            self.dismiss(answer)
