"""The editor of a plan: its text, and beside it what is wrong with it or what it says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static, TextArea

from convledger.errors import ConfigError, ConvledgerError
from convledger.plans.parse import Reading, read_plan
from convledger.plans.words import terms
from convledger.text.display import display_text
from convledger.toml_places import with_value
from convledger.tui.undo import Step
from convledger.tui.widgets.bar_names import plural
from convledger.tui.widgets.choices import Choices
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.terms_view import Terms, TermsView

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.plans.reading import PlanMistake
    from convledger.reports.plan_choices import PlanChoice
    from convledger.tui.app import ConvledgerApp

WIDE = 100  # cells of the screen from which the terms stand beside the text
_FILE = "plan"
_PLACE = re.compile(rf"^{_FILE}: (?:line \d+: )?")


class EditorScreen(Dialog[bool]):
    """Checks as one types, in a thread; what is wrong is not saved, and nothing changes then."""

    HELP = (
        "The plan is a text in TOML. While you type it is read anew: either its terms stand beside "
        "it in words, or every mistake with its line. A new version of a plan keeps the id and has "
        "another version and effective_from: it gets a file of its own, and both count, each for "
        "its time. `convledger help plans` teaches the language."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save"),
        Binding("f8", "next_mistake", "Next mistake"),
    ]
    DEFAULT_CSS = """
    EditorScreen > #frame {
        width: 96%; max-width: 150; height: 94%; max-height: 94%; padding: 0;
    }
    EditorScreen #editor { layout: vertical; height: 1fr; }
    EditorScreen TextArea {
        width: 1fr; height: 1fr; border: none; padding: 0; background: $surface;
        scrollbar-size-vertical: 1; scrollbar-size-horizontal: 1;
    }
    EditorScreen TextArea:focus { border: none; }
    EditorScreen #beside { width: 1fr; height: 9; border-top: solid $rule; }
    EditorScreen #verdict { width: 100%; height: auto; padding: 0 1; }
    EditorScreen TermsView { background: $surface; }
    EditorScreen.-beside #editor { layout: horizontal; }
    EditorScreen.-beside #beside {
        width: 50; height: 1fr; border-top: none; border-left: solid $rule;
    }
    EditorScreen.-beside #verdict { padding: 0 1 1 1; }
    EditorScreen.-tiny > #frame { width: 100%; height: 100%; max-height: 100%; }
    EditorScreen.-tiny #beside { height: 3; border-top: none; }
    EditorScreen #ask { display: none; height: auto; padding: 0 1; background: $panel; }
    EditorScreen.-asking #ask { display: block; }
    """
    AUTO_FOCUS: ClassVar[str] = "TextArea"

    def __init__(self, choice: PlanChoice) -> None:
        verb = "Edit a copy of" if choice.is_example else "Edit"
        super().__init__(
            f"{verb} {display_text(choice.name)}", "^s Save · F8 Next mistake · esc Back"
        )
        self._choice = choice
        self._path: Path | None = choice.path
        self._saved = choice.text
        self._mistakes: tuple[PlanMistake, ...] = ()
        self._asked = 0  # the number of the latest check: an earlier answer is dropped
        self._is_saving = False
        self._replaces = False  # what another program has written meanwhile

    @property
    def books(self) -> ConvledgerApp:
        """The app, by its own type."""
        return cast("ConvledgerApp", self.app)

    @property
    def text(self) -> TextArea:
        """Where one types."""
        return self.query_one(TextArea)

    def parts(self) -> list[Widget]:
        """Return the text, what is said of it, and the question about changes."""
        area = TextArea(self._saved, soft_wrap=False, show_line_numbers=True)
        return [
            Horizontal(
                area,
                Vertical(Static("", id="verdict"), TermsView(id="said"), id="beside"),
                id="editor",
            ),
            Vertical(
                Static("There are changes that are not saved."),
                Choices(("stay", "Go on editing"), ("save", "Save"), ("discard", "Discard them")),
                id="ask",
            ),
        ]

    def on_mount(self) -> None:
        """Give a copy an id of its own, and check what is there."""
        if self._choice.is_example:
            now = self.books.now()
            self.books.ask(
                ("ids", id(self)),
                lambda ledger: set(ledger.plan_book.shelf.histories),
                lambda taken: self._name_copy(taken, now),
            )
        self._check()

    def _name_copy(self, taken: set[str], _now: int) -> None:
        if self.is_attached and self.text.text == self._saved:
            copy = with_value(self._saved, "", "id", free_id(self._choice.id, taken))
            self._saved = copy
            self.text.text = copy

    def on_resize(self, event: events.Resize) -> None:
        """Put the terms beside the text where there is room, else below it."""
        self.set_class(event.size.width >= WIDE, "-beside")
        self.set_class(event.size.height < 16 or event.size.width < 60, "-tiny")

    # ---- checking

    @on(TextArea.Changed)
    def _check(self) -> None:
        self._asked += 1
        self._read(self._asked, self.text.text)

    @work(thread=True, exclusive=True, group="check", exit_on_error=False)
    def _read(self, number: int, text: str) -> None:
        reading = read_plan(text, _FILE)
        self.books.tell(lambda: self._took(number, reading))

    def _took(self, number: int, reading: Reading) -> None:
        if number != self._asked or not self.is_attached:
            return
        self._mistakes = reading.mistakes
        verdict = self.query_one("#verdict", Static)
        said = self.query_one(TermsView)
        plan = reading.plan
        if reading.mistakes or plan is None:
            count = len(reading.mistakes)
            verdict.update(
                Content.assemble(
                    (f"✕ {count:,} {plural(count, 'mistake')}", "bold $error"),
                    (f" · {self._stays()}", "$muted"),
                )
            )
            said.show(Terms(pairs=tuple(map(_mistake_words, reading.mistakes))))
            return
        is_new = self._path is None or not self._is_same(plan.id, plan.version)
        place = "a file of its own" if is_new else "its file"
        changed = "saved" if self.text.text == self._saved and not is_new else f"^s saves {place}"
        verdict.update(
            Content.assemble(("✓ a plan that holds", "bold $success"), (f" · {changed}", "$muted"))
        )
        said.show(Terms(plan.name, f"version {plan.version}", pairs=tuple(terms(plan))))

    def _is_same(self, plan_id: str, version: str) -> bool:
        held = self._choice.plan
        if held is None or self._choice.trouble:
            return True
        return (held.id, held.version) == (plan_id, version)

    def _stays(self) -> str:
        """Return what is in force while the text is wrong."""
        choice = self._choice
        if choice.is_in_force and choice.plan is not None:
            return f"version {display_text(choice.plan.version)} stays in force"
        return "nothing is saved while there are any"

    def action_next_mistake(self) -> None:
        """Go to the next line with a mistake, and after the last to the first."""
        lines = sorted({one.line for one in self._mistakes if one.line is not None})
        if not lines:
            self.books.say("No mistake.")
            return
        row = self.text.cursor_location[0] + 1
        following = next((line for line in lines if line > row), lines[0])
        self.text.move_cursor((following - 1, 0), center=True)
        self.text.focus()

    # ---- saving and leaving

    def action_save(self) -> None:
        """Save what holds; what does not is refused, with the mistakes in sight."""
        self._save(leaves=False)

    def _save(self, *, leaves: bool) -> None:
        text, books = self.text.text, self.books
        if self._is_saving:
            return
        self._is_saving = True
        path = self._path
        files = _Files(path, None if self._replaces else self._saved)

        def attempt(ledger: Ledger) -> _Written | ConvledgerError:
            try:
                return files.write(ledger, text)
            except ConvledgerError as error:
                return error

        books.ask(
            ("save", id(self)), attempt, lambda done: self._saved_as(done, text, leaves), slow=True
        )

    def _saved_as(self, done: _Written | ConvledgerError, text: str, leaves: bool) -> None:
        self._is_saving = False
        books = self.books
        self._replaces = isinstance(done, ChangedElsewhere)
        if isinstance(done, ConvledgerError):
            self.remove_class("-asking")
            books.say(f"Not saved: {_PLACE.sub('', str(done))}", severity="error")
            self._focus_text()
            return
        self._saved, self._path = text, done.path
        books.undoing.push(done.step)
        books.say(f"{done.step.words} · u takes it back, when you are out of the editor")
        books.renew()
        if not self.is_attached:
            return
        if leaves:
            self.dismiss(True)
        else:
            self._choice = done.choice
            self._check()

    def action_leave(self) -> None:
        """Leave, or ask first where changes would be lost; the second time go back to the text."""
        if self.has_class("-asking"):
            self.remove_class("-asking")
            self._focus_text()
        elif self.text.text == self._saved:
            self.dismiss(None)
        else:
            self.add_class("-asking")
            self.query_one("#stay").focus()

    @on(Button.Pressed)
    def _answered(self, event: Button.Pressed) -> None:
        if event.button.id == "discard":
            self.dismiss(None)
            return
        self.remove_class("-asking")
        self._focus_text()
        if event.button.id == "save":
            self._save(leaves=True)

    def _focus_text(self) -> None:
        if self.is_attached:
            self.text.focus()


def free_id(example: str, taken: set[str]) -> str:
    """Return an id for the copy of an example that no other plan has."""
    name, number = f"my-{example}", 2
    while name in taken:
        name, number = f"my-{example}-{number}", number + 1
    return name


def _mistake_words(mistake: PlanMistake) -> tuple[str, str]:
    where = f"line {mistake.line}" if mistake.line is not None else "text"
    return where, _PLACE.sub("", str(mistake))


def _text_of(path: Path) -> str | None:
    from convledger.toml_files import read_text

    try:
        return read_text(path, str(path))
    except ConfigError:  # no text, or nothing that can be read
        return None


class ChangedElsewhere(ConvledgerError):
    """The file is another one than when it was opened: saving would lose that."""


class _Written:
    """What was written where, and how that is taken back."""

    def __init__(self, path: Path, choice: PlanChoice, step: Step) -> None:
        self.path, self.choice, self.step = path, choice, step


class _Files:
    """Writes the text of a plan to its file, or to one of its own."""

    def __init__(self, path: Path | None, expected: str | None) -> None:
        self._path, self._expected = path, expected

    def write(self, ledger: Ledger, text: str) -> _Written:
        """Write a text that holds; raises ConvledgerError, and writes nothing then."""
        from convledger.reports.plan_choices import PlanChoice

        known = {one.path: one.text for one in ledger.plan_book.shelf.files}
        if self._path is None:
            plan, path = ledger.add_plan(text, _FILE)
        else:
            before = _text_of(self._path)
            if before is not None and self._expected not in (None, before):
                raise ChangedElsewhere(
                    f"{self._path.name} was changed by another program since you opened it; "
                    "^s again replaces that"
                )
            plan, path = ledger.save_plan(text, self._path)
            if path == self._path and before is not None:
                known[path] = before
        old = known.get(path)
        words = f"{display_text(plan.name)}, version {display_text(plan.version)}: saved"
        starts = tuple(
            each.effective_from for each in ledger.plan_book.shelf.history(plan.id).plans
        )
        is_used = any(one.plan == plan.id for one in ledger.plan_book.subscriptions())
        choice = PlanChoice(plan.id, plan.name, text, plan, path, "", is_used, starts)
        return _Written(path, choice, Step(words, lambda ledger: ledger.unsave_plan(path, old)))
