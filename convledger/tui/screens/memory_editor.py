"""The dialogs in which an entry is written: a new one, another text for one, or from a message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Label, Static, TextArea

from convledger.errors import ConvledgerError, UsageProblem
from convledger.memory.drafts import Draft, checked
from convledger.memory.words import KINDS, LONGEST_TITLE, tags_of
from convledger.text.display import clip, display_text
from convledger.tui.memory_changes import changed, span_of
from convledger.tui.undo import Step
from convledger.tui.widgets.choices import Choices
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.filter_line import LeadingInput

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.memory.shelf import Memory
    from convledger.store.entries import Entry
    from convledger.tui.app import ConvledgerApp

LONGEST, MOST_LINES = 60_000, 3_000  # what one can type in without waiting
TOO_LONG = "The text has {:,} characters: too long to edit here. E opens it in your editor."
_SCOPE = "global, project:NAME or client:NAME"
_TITLE = 40  # cells of a title in a sentence


def is_too_long(text: str) -> bool:
    """Tell whether a text is too long to be typed in."""
    return len(text) > LONGEST or text.count("\n") > MOST_LINES


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

        self.books.ask(("memory entry", id(self)), attempt, self._saved, slow=True)

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


class NewEntryScreen(EntryDialog):
    """Writes a new entry."""

    HELP = (
        "An entry is kept as you write it, and counts as checked today. The same text in the same "
        "scope is kept once. Kinds: " + ", ".join(KINDS) + "."
    )
    AUTO_FOCUS: ClassVar[str] = "TextArea"

    def __init__(self, draft: Draft | None = None, title: str = "New entry") -> None:
        super().__init__(title)
        self._draft = draft or Draft("")

    def text_at_first(self) -> str:
        """Return the text of the draft."""
        return self._draft.body

    def lines(self) -> list[Widget]:
        """Return the line for the title."""
        hint = "the first words of the text"
        return [self.field("title", self._draft.title, hint, LONGEST_TITLE)]

    def lines_below(self) -> list[Widget]:
        """Return the lines for what it is and where it holds."""
        return [
            self.field("kind", self._draft.kind, ", ".join(KINDS)),
            self.field("scope", self._draft.scope or "global", _SCOPE),
            self.field("tags", " ".join(self._draft.tags), "words, as ops release"),
        ]

    def draft(self) -> Draft:
        """Return the entry as it stands; raises UsageProblem where something is wrong."""
        return checked(
            replace(
                self._draft,
                body=self.body(),
                title=self.typed("title"),
                kind=self.typed("kind") or "fact",
                scope=self.typed("scope"),
                tags=tags_of(self.typed("tags")),
            )
        )

    def check(self) -> Content:
        """Return what will be kept."""
        if not self.body().strip():
            return Content.styled("Write what is to be remembered.", "$muted")
        draft = self.draft()
        return Content.assemble(
            ("keeps ", "$muted"),
            (clip(display_text(draft.title), _TITLE), "bold $foreground"),
            (f" · {len(draft.body):,} characters", "$muted"),
        )

    def keep(self, memory: Memory, now: int, draft: Draft) -> None:
        """Keep the draft."""
        memory.remember(draft, now)

    def same_words(self) -> str:
        """Return what it means that nothing was kept."""
        return "That is remembered already, with this source."

    def prepared(self) -> Callable[[Ledger], Step | None]:
        """Return what keeps the entry that is typed at this moment."""
        now, body, draft = self.books.now, self.body(), None
        problem = UsageProblem("an entry without a text is none")
        if body.strip():
            try:
                draft = self.draft()
            except UsageProblem as found:
                problem = found

        def work(ledger: Ledger) -> Step | None:
            if draft is None:
                raise problem
            words = f"“{clip(display_text(draft.title), _TITLE)}” remembered"
            return changed(ledger, now, words, lambda memory, at: self.keep(memory, at, draft))

        return work


class RememberScreen(NewEntryScreen):
    """Keeps a message, or a part of it, with who said it where and when."""

    HELP = (
        "The message becomes an entry with its source: the conversation, the message, and the "
        "words in it. Cut the text down to what is worth keeping: as long as it stands in the "
        "message word for word, those words are its source; else the whole message is."
    )

    def __init__(self, message_id: int, body: str, draft: Draft) -> None:
        super().__init__(draft, "Remember this")
        self._message_id = message_id
        self._body = body

    def check(self) -> Content:
        """Return what will be kept, and what its source will be."""
        said = super().check()
        if not self.body().strip():
            return said
        is_quoted = span_of(self.body(), self._body) is not None
        words = "quoted word for word" if is_quoted else "the whole message is its source"
        return Content.assemble(said, (f" · {words}", "$muted"))

    def keep(self, memory: Memory, now: int, draft: Draft) -> None:
        """Keep the draft with the span of the message that it quotes."""
        start, length = span_of(draft.body, self._body) or (0, None)
        memory.remember_span(self._message_id, now, start, length, draft)


class EditEntryScreen(EntryDialog):
    """Gives an entry another title and text, as its next version."""

    HELP = (
        "What you save becomes the next version; earlier ones stay and can be compared and "
        "restored (`d`). The reason is for you: why it is another text now."
    )
    AUTO_FOCUS: ClassVar[str] = "TextArea"

    def __init__(self, entry: Entry) -> None:
        super().__init__(f"Edit {clip(display_text(entry.title), 60)}")
        self._entry = entry
        self._replaces: int | None = None  # a version that somebody else made meanwhile

    def text_at_first(self) -> str:
        """Return the text of the entry."""
        return self._entry.body

    def lines(self) -> list[Widget]:
        """Return the line for the title."""
        return [self.field("title", self._entry.title, "", LONGEST_TITLE)]

    def lines_below(self) -> list[Widget]:
        """Return the line for the reason."""
        return [self.field("reason", "", "why, for the history; may stay empty")]

    def check(self) -> Content:
        """Return what will be saved, or that nothing differs."""
        draft = checked(Draft(self.body(), title=self.typed("title")))
        entry = self._entry
        unseen = display_text(entry.body, lines=True) != entry.body
        note = " · it holds characters that can't be seen, shown as ·" if unseen else ""
        if (draft.title, self.text.text) == (entry.title, self._begun[-1]):
            return Content.styled(f"as it is, version {entry.version}{note}", "$muted")
        size = f"{len(draft.body):,} characters, {len(draft.body) - len(entry.body):+,}"
        return Content.styled(f"saves version {entry.version + 1}: {size}{note}", "$muted")

    def prepared(self) -> Callable[[Ledger], Step | None]:
        """Return what saves the text that is typed at this moment."""
        now, entry = self.books.now, self._entry
        is_same = self.text.text == self._begun[-1]
        title, reason = self.typed("title"), self.typed("reason")
        body = entry.body if is_same else self.body()

        def save(memory: Memory, at: int) -> None:
            there = memory.entries([entry.id]).get(entry.id)
            if there is None:
                raise UsageProblem("the entry is no longer in memory")
            if there.version not in (entry.version, self._replaces):
                self._replaces = there.version
                raise UsageProblem(
                    f"version {there.version} was saved elsewhere since you opened it; "
                    "^s again saves yours after it"
                )
            memory.edit(entry.id, at, title=title, body=body, reason=reason)

        words = f"“{clip(display_text(title or entry.title), _TITLE)}” edited"
        return lambda ledger: changed(ledger, now, words, save)
