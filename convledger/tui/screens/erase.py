"""Erase: what would go and what would stay, how much of it, and a number typed to agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from msgspec import structs
from textual import events, on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from convledger.errors import ConvledgerError
from convledger.memory import erase_words
from convledger.memory.erase import DELETE, KEEP, REWRITE
from convledger.text.display import display_text
from convledger.tui.screens.erasing import HINTS, ErasingScreen
from convledger.tui.widgets.choices import Choices
from convledger.tui.widgets.erase_lines import EraseLines, told
from convledger.tui.widgets.erase_options import Option, OptionRows
from convledger.tui.widgets.filter_line import LeadingInput
from convledger.tui.widgets.rows import Rows
from convledger.words import plural

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.memory.erase import Outlook, Wanted
    from convledger.tui.erase_choices import Choice
    from convledger.tui.eraser import Work

_BACKUPS = {KEEP: "stay as they are", REWRITE: "are rewritten without it", DELETE: "are deleted"}


class EraseScreen(ErasingScreen):
    """Asks what of some choices goes; returns what was erased, None where nothing was."""

    HELP = (
        "Erasing takes the bytes out of the ledger, and nothing brings them back. What is counted "
        "here goes with all its versions, quotes, marks and notes for undo; an import does not "
        "bring it back. Space changes a line of the choices; then type the number that is asked "
        "for. The page `erase` of the manual says what can't be promised."
    )
    DEFAULT_CSS = """
    EraseScreen.-asking > #frame { border: round $error; }
    EraseScreen OptionRows { margin: 1 0 0 0; }
    EraseScreen #typed { height: 1; margin: 1 0 0 0; padding: 0 1; }
    EraseScreen #typed Static { width: auto; }
    EraseScreen LeadingInput, EraseScreen LeadingInput:focus { background: $panel; width: 14; }
    EraseScreen #state {
        width: 100%; height: auto; min-height: 1; padding: 0 1; color: $warning;
    }
    EraseScreen #asking { display: none; height: auto; }
    EraseScreen.-asking #asking { display: block; }
    EraseScreen.-low #typed { margin: 0; }
    EraseScreen.-low.-asking EraseLines { max-height: 12; }
    """
    AUTO_FOCUS: ClassVar[str] = "LeadingInput"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("up", "choices", "Choices", show=False)]

    def __init__(self, choices: Sequence[Choice]) -> None:
        super().__init__("Erase", "⏎ Erase · ↑ Choices · esc Back")
        self._choices, self._place = choices, 0
        self._ticked: set[str] = set()
        self._backups = KEEP
        self._counts = {"copies": 0, "made": 0}  # that would stay
        self._found: tuple[Wanted, Outlook] | None = None
        self.add_class("-asking")

    def parts(self) -> list[Widget]:
        """Return what would go, the choices, the line for the number, and the answers."""
        line = LeadingInput("", max_length=12, replaces=False)
        line.restrict = "[0-9,]*"
        return [
            *super().parts()[:1],
            Vertical(
                OptionRows(),
                Horizontal(Static("Counting …", id="ask"), line, id="typed"),
                Static("", id="state"),
                Choices(("erase", "Erase"), ("back", "Back")),
                id="asking",
            ),
            *super().parts()[1:],
        ]

    def start(self) -> None:
        """Count what would go."""
        self._count()

    def wanted(self) -> Wanted | None:
        return self._found[0] if self._found is not None else None

    # ---- what would go

    def _count(self) -> None:
        """Ask what would go as the choices stand; until that is known nothing can be erased."""
        self._found = None
        self.query_one("#ask", Static).update("Counting …")
        self.query_one(Choices).allow("erase", False)
        choice, how = self._choices[self._place], dict.fromkeys(self._ticked, True)
        backups = self._backups

        def look(ledger: Ledger) -> tuple[Wanted, Outlook] | ConvledgerError:
            try:
                wanted = structs.replace(choice.find(ledger), backups=backups, **how)
                return wanted, ledger.erase_outlook(wanted)
            except ConvledgerError as error:
                return error

        self.books.ask(("erase outlook", id(self)), look, self._counted, slow=True)

    def _counted(self, found: tuple[Wanted, Outlook] | ConvledgerError) -> None:
        if not self.is_attached or not self.has_class("-asking"):
            return
        if isinstance(found, ConvledgerError):
            self._warn(str(found))
            return
        self._found = found
        wanted, outlook = found
        for key, stays in (("copies", sum(outlook.copies.values())), ("made", len(outlook.made))):
            if key not in self._ticked:
                self._counts[key] = stays
        frame = self.query_one("#frame")
        frame.border_title = Content(f"Erase {self._choices[self._place].words}")
        lines = erase_words.outlook_lines(outlook, self._backups, HINTS)
        caution = erase_words.Said(erase_words.PROMISE, erase_words.NO_PROMISE)
        self.query_one(EraseLines).show(told([*lines, caution]))
        options = self._options(wanted, outlook)
        self.query_one(OptionRows).show(options)
        self._keys(self.subtitle_words if options else "⏎ Erase · esc Back")
        is_something = erase_words.asked_count(outlook) > 0
        asks = f"{erase_words.ask_words(outlook)}:  " if is_something else "Nothing of it is left."
        self.query_one("#ask", Static).update(Content(asks))
        self.query_one(Input).display = is_something
        self.query_one(Choices).allow("erase", is_something)

    def _options(self, wanted: Wanted, outlook: Outlook) -> list[Option]:
        options = []
        if len(self._choices) > 1:
            options.append(Option("what", "What goes", value=self._choices[self._place].words))
        if wanted.conversations or wanted.messages:
            copies, made = self._counts["copies"], self._counts["made"]
            if copies:
                words = f"also {plural(copies, 'copy', 'copies')} in forks and resumes"
                options.append(self._box("copies", words))
            if made:
                words = f"also {plural(made, 'entry', 'entries')} of memory made from it"
                options.append(self._box("made", words))
        if wanted.conversations:
            options.append(self._box("figures", "also the figures: calls, tokens and cost"))
            options.append(self._box("project", "also project and branch"))
        if outlook.backups:
            options.append(Option("backups", "Backups", value=_BACKUPS[self._backups]))
        return options

    def _box(self, key: str, words: str) -> Option:
        return Option(key, words, key in self._ticked)

    @on(Rows.Opened)
    def _change(self, event: Rows.Opened) -> None:
        event.stop()
        key = self.query_one(OptionRows).options[event.index].key
        if key == "what":
            self._place = (self._place + 1) % len(self._choices)
            self._ticked.clear()  # they were ticked for something else
        elif key == "backups":
            ways = list(_BACKUPS)
            self._backups = ways[(ways.index(self._backups) + 1) % len(ways)]
        else:
            self._ticked ^= {key}
        self.query_one(Input).value = ""
        self._warn("")
        self._count()

    def _warn(self, words: str) -> None:
        self.query_one("#state", Static).update(Content(display_text(words)))

    def action_choices(self) -> None:
        """Go to the choices."""
        if self.has_class("-asking") and self.query_one(OptionRows).options:
            self.query_one(OptionRows).focus()

    def on_key(self, event: events.Key) -> None:
        """Let a digit go into the line for the number, wherever the focus is."""
        line = self.query_one(Input)
        if self.has_class("-asking") and (event.character or "").isdecimal() and line.display:
            event.stop()
            line.focus()
            line.insert_text_at_cursor(event.character or "")

    # ---- doing it

    @on(Input.Submitted)
    def _submit(self) -> None:
        typed, found = self.query_one(Input).value, self._found
        if found is None:
            return  # it is being counted still
        if erase_words.agrees(typed, found[1]):
            self.begin()
        elif typed.strip():
            asked = erase_words.asked_count(found[1])
            self._warn(f"Nothing was erased: the number is {asked:,}.")
        else:
            self._warn("Nothing was erased: type the number first.")
            self.query_one(Input).focus()

    @on(Button.Pressed, "#asking Button")
    def _answered(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "erase":
            self._submit()
        else:
            self.action_leave()

    def work(self) -> Work:
        """Return what erases what was counted."""
        assert self._found is not None
        return self.books.eraser.erase(self._found[0])
