"""The dialog that writes statements to a file, for a spreadsheet, a program or the books."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Static, Tabs

from convledger.errors import ConvledgerError
from convledger.plans.statement import RESTATED
from convledger.text.display import display_text
from convledger.tui.widgets.bar_names import plural
from convledger.tui.widgets.choices import Choices, OneOf
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.filter_line import LeadingInput

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.plans.statement import Statement
    from convledger.tui.app import ConvledgerApp

ONE, EVERY = "one", "every"
FORMS = {
    "csv": ("CSV", ".csv"),
    "json": ("JSON", ".json"),
    "focus": ("FOCUS", ".focus.csv"),
    "hledger": ("hledger", ".journal"),
    "beancount": ("beancount", ".beancount"),
}
ROOMY = 20  # lines of the screen from which the dialog has air in it


class StatementExportScreen(Dialog[bool]):
    """Writes one statement or all of them, readable by oneself alone; never over a file unasked."""

    HELP = (
        "CSV and JSON hold every line with exact amounts. FOCUS is the cost and usage format of "
        "the FinOps Foundation. hledger and beancount are journals that add up to nothing."
    )
    DEFAULT_CSS = """
    StatementExportScreen > #frame { max-width: 76; }
    StatementExportScreen #typed { height: 1; margin: 1 0; }
    StatementExportScreen #typed Static { width: auto; color: $muted; }
    StatementExportScreen LeadingInput { background: $panel; }
    StatementExportScreen #state { width: 100%; height: auto; max-height: 4; margin: 0 0 1 0; }
    StatementExportScreen.-tiny > #frame { padding: 0 1; width: 100%; max-height: 100%; }
    StatementExportScreen.-tiny #typed, StatementExportScreen.-tiny #state { margin: 0; }
    """
    AUTO_FOCUS: ClassVar[str] = "LeadingInput"

    def __init__(self, shown: Statement, every: Sequence[Statement]) -> None:
        super().__init__(
            f"Export the statement of {display_text(shown.name)}",
            "⏎ Write · tab Next · esc Back",
        )
        self._shown = shown
        self._every = list(every)
        self._replaces = False
        self._suggested = ""

    @property
    def books(self) -> ConvledgerApp:
        """The app, by its own type."""
        return cast("ConvledgerApp", self.app)

    def parts(self) -> list[Widget]:
        """Return the forms, which periods, the line for the path, and the two answers."""
        count = len(self._every)
        which = OneOf((ONE, display_text(self._shown.name)), (EVERY, f"all {count:,} periods"))
        which.id = "periods"
        forms = OneOf(*((form, name) for form, (name, _) in FORMS.items()))
        forms.id = "forms"
        return [
            forms,
            which,
            Horizontal(Static(Content("to  ")), LeadingInput(), id="typed"),
            Static("", id="state"),
            Choices(("write", "Write"), ("leave", "Back")),
        ]

    def on_mount(self) -> None:
        """Suggest a name."""
        self._suggest()

    def on_resize(self, event: events.Resize) -> None:
        """Leave out what is only air on a small screen."""
        self.set_class(event.size.height < ROOMY, "-tiny")

    def chosen(self) -> list[Statement]:
        """Return the statements that will be written."""
        is_one = self.query_one("#periods", OneOf).chosen == ONE
        return [self._shown] if is_one else self._every

    @property
    def _is_restated(self) -> bool:
        """Whether it is a settled period worked out anew, not the statement that was frozen."""
        return [each.state for each in self.chosen()] == [RESTATED]

    @property
    def form(self) -> str:
        """The form that is chosen."""
        return self.query_one("#forms", OneOf).chosen

    @on(Tabs.TabActivated)
    def _suggest(self) -> None:
        """Name the file after plan, period and form, unless a person has named it."""
        line = self.query_one(Input)
        if line.value == self._suggested:
            plan = "".join(c if c.isalnum() or c in "-_" else "-" for c in self._shown.plan)
            period = self._shown.name if len(self.chosen()) == 1 else "all"
            kept = "".join(c if c.isalnum() or c in "-_" else "-" for c in period)
            anew = "-restated" if self._is_restated else ""
            self._suggested = f"{plan}-{kept}{anew}{FORMS[self.form][1]}"
            line.value = self._suggested
        self._show_target()

    @on(Input.Changed)
    def _show_target(self) -> None:
        self._replaces = False
        self.query_one(Choices).call_it("write", "Write")
        count = len(self.chosen())
        self._say(
            (f"{count:,} {plural(count, 'statement')}", "bold $foreground"),
            (f" as {display_text(str(self._path().absolute()))}", "$foreground"),
            ("\nreadable by you alone", "$muted"),
        )

    def _path(self) -> Path:
        return Path(self.query_one(Input).value.strip() or self._suggested).expanduser()

    def _say(self, *parts: tuple[str, str]) -> None:
        self.query_one("#state", Static).update(Content.assemble(*parts))

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self._write()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "leave":
            self.action_leave()
        else:
            self._write()

    def _write(self) -> None:
        chosen, form, path, replaces = self.chosen(), self.form, self._path(), self._replaces
        words = f"Written{', restated' if self._is_restated else ''}: {path}"

        def work(_: Ledger) -> str:
            try:
                if not replaces and path.exists():
                    return THERE
                _writing(chosen, form, path)
            except ConvledgerError as error:
                return str(error)
            except (OSError, ValueError) as error:  # a path with a zero byte is a ValueError
                return f"{path}: can't be written: {getattr(error, 'strerror', None) or error}"
            return ""

        self.books.ask(
            ("export", id(self)), work, lambda said: self._written(said, path, words), slow=True
        )

    def _written(self, said: str, path: Path, words: str) -> None:
        if not said:
            self.books.say(words)
            if self.is_attached:
                self.dismiss(True)
        elif not self.is_attached:
            return
        elif said == THERE:
            self._replaces = True
            self._say(
                ("▲ ", "$warning"),
                (f"{display_text(str(path))} is there already.", "$foreground"),
                ("\nNothing is written yet.", "$muted"),
            )
            self.query_one(Choices).call_it("write", "Replace it")
            self.query_one("#leave").focus()  # so that a second enter replaces nothing
        else:
            self._say(("▲ ", "$error"), (display_text(said), "$foreground"))


THERE = "there"


def _writing(chosen: Sequence[Statement], form: str, path: Path) -> None:
    from convledger.toml_files import replace_text

    replace_text(path.absolute(), _render(form)(chosen))


def _render(form: str) -> Callable[[Sequence[Statement]], str]:
    """Return what writes statements in a form."""
    from convledger.reports.statements.beancount_form import beancount_text
    from convledger.reports.statements.csv_form import csv_text
    from convledger.reports.statements.focus_form import focus_text
    from convledger.reports.statements.hledger_form import hledger_text
    from convledger.reports.statements.json_form import json_text

    forms: dict[str, Callable[[Sequence[Statement]], str]] = {
        "csv": csv_text,
        "json": lambda found: json_text(found, indent=2),
        "focus": focus_text,
        "hledger": hledger_text,
        "beancount": beancount_text,
    }
    return forms[form]
