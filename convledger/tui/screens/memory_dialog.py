"""What the dialogs share in which an entry is written: lines, a text, and that nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Label, Static, TextArea

from convledger.errors import ConvledgerError, UsageProblem
from convledger.text.display import display_text
from convledger.tui.undo import Step
from convledger.tui.widgets.choices import Choices
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.filter_line import LeadingInput

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.tui.app import ConvledgerApp


class EntryDialog(Dialog[bool]):
    """Title, text and more lines; ^s saves, escape asks where something would be lost."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s", "save", "Save")]
    DEFAULT_CSS = """
    EntryDialog > #frame {
        width: 96%; max-width: 104; height: 90%; max-height: 36; padding: 1 2;
    }
    EntryDialog .field { height: 1; }
    EntryDialog .field Label { width: 8; color: $muted; }
    EntryDialog LeadingInput { background: $panel; padding: 0 1; }
    EntryDialog LeadingInput:focus { background: $cursor; }
    EntryDialog TextArea {
        height: 1fr; min-height: 3; border: none; padding: 0 1; margin: 1 0; background: $panel;
        scrollbar-size-vertical: 1;
    }
    EntryDialog TextArea:focus { border: none; background: $cursor; }
    EntryDialog #verdict { width: 100%; height: auto; max-height: 3; min-height: 1; }
    EntryDialog #ask { display: none; height: auto; background: $panel; margin: 1 0 0 0; }
    EntryDialog #do { height: auto; margin: 1 0 0 0; }
    EntryDialog.-asking #ask { display: block; }
    EntryDialog.-asking #do { display: none; }
    EntryDialog.-tiny > #frame { width: 100%; height: 100%; max-height: 100%; padding: 0 1; }
    EntryDialog.-tiny TextArea, EntryDialog.-tiny #do, EntryDialog.-tiny #ask { margin: 0; }
    """

    def __init__(self, title: str) -> None:
        super().__init__(title, "^s Save · tab Next · esc Back")
        self._is_saving = False
        self._begun: tuple[str, ...] = ()

    @property
    def books(self) -> ConvledgerApp:
        """The app, by its own type."""
        return cast("ConvledgerApp", self.app)

    def field(self, key: str, value: str = "", hint: str = "", longest: int = 200) -> Widget:
        """Return a line to type in with its name before it."""
        line = LeadingInput(value, max_length=longest, replaces=False)
        line.id = key
        line.placeholder = hint
        return Horizontal(Label(key), line, classes="field")

    def lines(self) -> list[Widget]:
        """Return the lines above the text."""
        return []

    def lines_below(self) -> list[Widget]:
        """Return the lines below the text."""
        return []

    def text_at_first(self) -> str:
        """Return the text to begin with."""
        return ""

    def parts(self) -> list[Widget]:
        """Return lines, text, what is said of them, and the buttons."""
        return [
            *self.lines(),
            TextArea(self.text_at_first(), soft_wrap=True, tab_behavior="focus"),
            *self.lines_below(),
            Static("", id="verdict"),
            Vertical(Choices(("save", "Save"), ("leave", "Back")), id="do"),
            Vertical(
                Static("What you typed is not saved."),
                Choices(("stay", "Go on"), ("keep", "Save"), ("discard", "Discard it")),
                id="ask",
            ),
        ]

    def on_mount(self) -> None:
        """Remember what it begins with."""
        self._begun = self._typed()
        self._show()

    def on_resize(self, event: events.Resize) -> None:
        """Leave out what is only air on a small screen."""
        self.set_class(event.size.height < 28 or event.size.width < 60, "-tiny")

    @property
    def text(self) -> TextArea:
        """Where the text is typed."""
        return self.query_one(TextArea)

    def typed(self, key: str) -> str:
        """Return what stands in a line."""
        return self.query_one(f"#{key}", Input).value.strip().encode("utf-8", "replace").decode()

    def _typed(self) -> tuple[str, ...]:
        return (*(line.value for line in self.query(Input)), self.text.text)

    def body(self) -> str:
        """Return the text as it stands."""
        return self.text.text.encode("utf-8", "replace").decode()

    # ---- what is said of it

    def check(self) -> Content:
        """Return what saving will do; raises UsageProblem where something is wrong."""
        raise NotImplementedError

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _show(self) -> None:
        if not self._begun:
            return
        try:
            words = self.check()
        except UsageProblem as problem:
            words = Content.styled(display_text(str(problem)), "$warning")
        self.query_one("#verdict", Static).update(words)

    # ---- leaving and saving

    def action_save(self) -> None:
        """Save, unless something is wrong."""
        if self._is_saving:
            return
        self._is_saving = True
        self.remove_class("-asking")
        work = self.prepared()

        def attempt(ledger: Ledger) -> Step | ConvledgerError | None:
            try:
                return work(ledger)
            except ConvledgerError as error:
                return error

        self.books.ask(("memory entry", id(self)), attempt, self._saved)

    def prepared(self) -> Callable[[Ledger], Step | None]:
        """Return what saves what is typed at this moment."""
        raise NotImplementedError

    def _saved(self, found: Step | ConvledgerError | None) -> None:
        self._is_saving = False
        books = self.books
        if isinstance(found, ConvledgerError):
            if self.is_attached:
                words = Content.styled(f"✕ {display_text(str(found))}", "$error")
                self.query_one("#verdict", Static).update(words)
            else:
                books.trouble(found)
            return
        if found is None:
            books.say(self.same_words())
        else:
            books.undoing.push(found)
            books.say(f"{found.words} · u takes it back")
        books.renew()
        if self.is_attached:
            self.dismiss(found is not None)

    def same_words(self) -> str:
        """Return what it means that saving changed nothing."""
        return "Nothing changed."

    def action_leave(self) -> None:
        """Leave, or ask where something would be lost."""
        if self.has_class("-asking"):
            self.remove_class("-asking")
            self.text.focus()
        elif self._typed() == self._begun:
            self.dismiss(None)
        else:
            self.add_class("-asking")
            self.query_one("#stay").focus()

    @on(Input.Submitted)
    def _next(self) -> None:
        self.focus_next()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        name = event.button.id
        if name in ("save", "keep"):
            self.action_save()
        elif name == "leave":
            self.action_leave()
        elif name == "discard":
            self.dismiss(None)
        else:
            self.remove_class("-asking")
            self.text.focus()
