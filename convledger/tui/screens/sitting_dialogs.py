"""What a sitting asks back: another text, a merged one, until when, and which of two holds."""

from __future__ import annotations

from datetime import tzinfo
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Static, TextArea

from convledger.store.entries import Entry
from convledger.text.display import clip, display_text
from convledger.text.secrets import veiled
from convledger.tui import sitting_words as words
from convledger.tui.sitting_asking import Side
from convledger.tui.widgets.choices import Choices
from convledger.tui.widgets.dialog import Dialog

SNOOZES = ((7, "a week"), (30, "a month"), (90, "three months"))
_SHORT = 60


def short_title(entry: Entry) -> str:
    """Return a title for a sentence."""
    return f"“{clip(display_text(veiled(entry.title)), _SHORT)}”"


class TextDialog(Dialog[tuple[str, str]]):
    """A title and a text to be changed; answers both, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s", "save", "Save")]
    DEFAULT_CSS = """
    TextDialog > #frame { height: 80%; padding: 0 1; }
    TextDialog #about { width: 100%; height: auto; color: $muted; margin: 0 0 1 0; }
    TextDialog TextArea { height: 1fr; border: none; padding: 0; background: $panel; }
    TextDialog TextArea:focus { border: none; }
    TextDialog Choices { margin: 1 0 0 0; }
    TextDialog.-low > #frame { height: 100%; max-height: 100%; width: 100%; }
    TextDialog.-low #about { margin: 0; }
    """
    CSS = """
    TextDialog Input, TextDialog Input:focus {
        border: none; height: 1; padding: 0; margin: 0 0 1 0; background: $panel;
    }
    """
    AUTO_FOCUS: ClassVar[str] = "TextArea"

    def __init__(self, title: str, about: str, heading: str, body: str) -> None:
        super().__init__(title, "^s Save · tab Next · esc Back")
        self._about, self._heading, self._body = about, heading, body

    def parts(self) -> list[Widget]:
        """Return what it is about, the title, the text and the two answers."""
        return [
            Static(Content(display_text(self._about)), id="about"),
            Input(self._heading, id="heading", max_length=200),
            TextArea(self._body, id="body"),
            Choices(("save", "Save"), ("leave", "Back")),
        ]

    def on_mount(self) -> None:
        """Remember how the text looks untouched: an editor may show line ends its own way."""
        self._untouched = self.query_one(TextArea).text

    def action_save(self) -> None:
        """Answer what stands there now."""
        text = self.query_one(TextArea).text
        body = self._body if text == self._untouched else text
        if not body.strip():
            self.notify("An entry without a text is none: archive it instead.", markup=False)
            return
        self.dismiss((self.query_one(Input).value, body))

    @on(Input.Submitted)
    def _into_the_text(self) -> None:
        self.query_one(TextArea).focus()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "save":
            self.action_save()
        else:
            self.dismiss(None)


class EditEntry(TextDialog):
    """Gives an entry another text."""

    HELP = (
        "What you save becomes the next version; the one before is kept, and u takes it back. Who "
        "has written it anew has said that it is true."
    )

    def __init__(self, entry: Entry) -> None:
        super().__init__(f"Edit {short_title(entry)}", "the next version", entry.title, entry.body)


class MergeEntries(TextDialog):
    """Shows the text that will stand for two, before it does."""

    HELP = (
        "The other entry gets this text, the sources and the tags of both; the one that you are "
        "looking at is archived. Both are as before with u."
    )

    def __init__(self, loser: Entry, winner: Entry) -> None:
        about = f"{short_title(loser)} goes into {short_title(winner)} and is archived"
        super().__init__("Merge", about, winner.title, merged_text(loser.body, winner.body))

    def on_mount(self) -> None:
        """Leave the other one's title as it is."""
        super().on_mount()
        self.query_one(Input).display = False


def merged_text(loser: str, winner: str) -> str:
    """Return the winner's text, and below it the lines that only the loser has."""
    there = {" ".join(line.split()).casefold() for line in winner.splitlines()}
    more = [line for line in loser.splitlines() if " ".join(line.split()).casefold() not in there]
    return "\n".join([winner.rstrip("\n"), *more]) if any(map(str.strip, more)) else winner


class AnswerDialog(Dialog[int]):
    """A few answers, each with a number for its key."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "answer(0)", "The first"),
        Binding("2", "answer(1)", "The second"),
        Binding("3", "answer(2)", "The third"),
    ]
    DEFAULT_CSS = """
    AnswerDialog > #frame { padding: 1 2; max-width: 84; }
    AnswerDialog Static { width: 100%; height: auto; margin: 0 0 1 0; }
    """
    AUTO_FOCUS: ClassVar[str] = "Button"

    def __init__(self, title: str, answers: tuple[tuple[int, str], ...]) -> None:
        keys = " ".join(str(place) for place in range(1, len(answers) + 1))
        super().__init__(title, f"{keys} or ⏎ Choose · esc Back")
        self._answers = answers

    def about(self) -> Content:
        """Return what is asked."""
        raise NotImplementedError

    def parts(self) -> list[Widget]:
        """Return what is asked, and a button for each answer."""
        names = (
            (f"answer-{place}", f"{place + 1}  {text}")
            for place, (_, text) in enumerate(self._answers)
        )
        return [Static(self.about(), id="about"), Choices(*names)]

    def action_answer(self, place: int) -> None:
        """Give an answer."""
        if place < len(self._answers):
            self.dismiss(self._answers[place][0])

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.action_answer(int((event.button.id or "answer-0").removeprefix("answer-")))


class SnoozeDialog(AnswerDialog):
    """Asks for how long; answers days."""

    HELP = "A snoozed entry stays as it is and is in no review before that day."

    def __init__(self, entry: Entry) -> None:
        super().__init__("Snooze", SNOOZES)
        self._entry = entry

    def about(self) -> Content:
        """Return what is to be seen again later."""
        return Content.assemble(
            (short_title(self._entry), "bold $foreground"),
            ("\nis out of sight of reviews for", "$muted"),
        )


class ChooseDialog(AnswerDialog):
    """Asks which of two holds; answers its number in the ledger."""

    HELP = (
        "The one that you choose is confirmed. The other one held until now: it is archived, and "
        "says what replaced it. u takes it back."
    )

    def __init__(self, main: Side, other: Side, zone: tzinfo) -> None:
        super().__init__(
            "Which one holds?",
            ((main.entry.id, "this one"), (other.entry.id, "the other one")),
        )
        self._sides, self._zone = (main, other), zone

    def about(self) -> Content:
        """Return both texts and both dates."""
        told: list[Content] = []
        for place, side in enumerate(self._sides, 1):
            body = clip(display_text(" ".join(side.entry.body[:2_000].split())), 300)
            told.append(
                Content.assemble(
                    (f"{place} ", "bold $accent"),
                    (short_title(side.entry), "bold $foreground"),
                    (f"  {words.said_text(side, self._zone)}", "$muted"),
                    f"\n  {body}",
                )
            )
        return Content("\n\n").join(told)
