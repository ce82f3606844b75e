"""The dialogs in which an entry is written: a new one, another text for one, or from a message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.content import Content
from textual.widget import Widget

from convledger.errors import UsageProblem
from convledger.memory.drafts import Draft, checked
from convledger.memory.words import KINDS, LONGEST_TITLE, tags_of
from convledger.text.display import clip, display_text
from convledger.text.secrets import veiled
from convledger.tui.memory_changes import changed, span_of
from convledger.tui.screens.memory_dialog import EntryDialog
from convledger.tui.undo import Step

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.memory.shelf import Memory
    from convledger.store.entries import Entry

LONGEST, MOST_LINES = 60_000, 3_000  # what one can type in without waiting
TOO_LONG = "The text has {:,} characters: too long to edit here. E opens it in your editor."
_SCOPE = "global, project:NAME or client:NAME"
_TITLE = 40  # cells of a title in a sentence


def is_too_long(text: str) -> bool:
    """Tell whether a text is too long to be typed in."""
    return len(text) > LONGEST or text.count("\n") > MOST_LINES


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
            words = f"“{clip(display_text(veiled(draft.title)), _TITLE)}” remembered"
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
        super().__init__(f"Edit {clip(display_text(veiled(entry.title)), 60)}")
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

        words = f"“{clip(display_text(veiled(title or entry.title)), _TITLE)}” edited"
        return lambda ledger: changed(ledger, now, words, save)
