"""The dialog that writes a pack to a file, after showing what changes there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Static, Tabs

from convledger.errors import ConvledgerError
from convledger.memory.pack_files import Planned, difference
from convledger.memory.rendering import CLAUDE, JSON, MARKDOWN, XML
from convledger.text.display import display_text
from convledger.tui.widgets.choices import Choices, OneOf
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.diff_view import DiffView
from convledger.tui.widgets.filter_line import LeadingInput

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.memory.diffing import DiffLine
    from convledger.memory.packs import PackLine
    from convledger.tui.app import ConvledgerApp

FORMS = {
    CLAUDE: ("Section of a file", "CLAUDE.md"),
    MARKDOWN: ("Markdown", ".md"),
    JSON: ("JSON", ".json"),
    XML: ("XML", ".xml"),
}


class WritePackScreen(Dialog[bool]):
    """Enter shows what would change; then it is written, unless the file has changed by then."""

    HELP = (
        "A section stands between two comments that name the pack; all other lines of the file "
        "stay as they are. Markdown, JSON and XML make a file of their own, readable by you alone. "
        "What was edited by hand since is shown, and replaced only if you say so."
    )
    DEFAULT_CSS = """
    WritePackScreen > #frame { max-width: 110; height: 90%; padding: 0 1; }
    WritePackScreen #typed { height: 1; margin: 0 1; }
    WritePackScreen #typed Static { width: auto; color: $muted; }
    WritePackScreen LeadingInput { background: $panel; }
    WritePackScreen #state { width: 100%; height: auto; max-height: 3; margin: 0 1 1 1; }
    WritePackScreen DiffView { background: $surface; height: 1fr; }
    WritePackScreen Choices { margin: 0 1; }
    WritePackScreen.-tiny > #frame { width: 100%; height: 100%; max-height: 100%; }
    """
    AUTO_FOCUS: ClassVar[str] = "LeadingInput"

    def __init__(self, line: PackLine) -> None:
        super().__init__(
            f"Write {display_text(line.pack.name)}", "⏎ Look, then write · tab Next · esc Back"
        )
        self._line = line
        self._plan: Planned | None = None
        self._suggested = ""

    @property
    def books(self) -> ConvledgerApp:
        """The app, by its own type."""
        return cast("ConvledgerApp", self.app)

    def parts(self) -> list[Widget]:
        """Return the forms, the line for the path, what changes, and the two answers."""
        form = self._line.pack.format
        own = CLAUDE if form == MARKDOWN else form
        names = sorted(FORMS, key=lambda each: each != own)
        return [
            OneOf(*((name, FORMS[name][0]) for name in names)),
            Horizontal(Static(Content("to  ")), LeadingInput(), id="typed"),
            Static("", id="state"),
            DiffView(),
            Choices(("do", "Look"), ("leave", "Back")),
        ]

    def on_mount(self) -> None:
        """Suggest where to."""
        self._suggest()

    def on_resize(self, event: events.Resize) -> None:
        """Leave out what is only air on a small screen."""
        self.set_class(event.size.height < 28 or event.size.width < 60, "-tiny")

    @property
    def form(self) -> str:
        """The form that is chosen."""
        return self.query_one(OneOf).chosen

    @on(Tabs.TabActivated)
    def _suggest(self) -> None:
        """Name the file that was written last, or one after the pack, unless a person did."""
        line, last = self.query_one(Input), self._line.last
        if line.value == self._suggested:
            form, name = self.form, self._line.pack.name
            if last is not None and last.format == form and Path(last.target).is_absolute():
                self._suggested = last.target
            else:
                end = FORMS[form][1]
                self._suggested = end if form == CLAUDE else f"{name}{end}"
            line.value = self._suggested
        self._forget()

    @on(Input.Changed)
    def _forget(self) -> None:
        """Drop what was looked at: it is of another file or form."""
        self._plan = None
        self.query_one(Choices).call_it("do", "Look")
        self.query_one(DiffView).show(())
        self._say(("Enter shows what would change; nothing is written before.", "$muted"))

    def _say(self, *parts: tuple[str, str]) -> None:
        self.query_one("#state", Static).update(Content.assemble(*parts))

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self._go_on()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "leave":
            self.action_leave()
        else:
            self._go_on()

    def _go_on(self) -> None:
        if self._plan is None:
            self._look()
        else:
            self._write(self._plan)

    # ---- looking

    def _look(self) -> None:
        typed, form = self.query_one(Input).value.strip(), self.form
        if not typed:
            return
        name, now = self._line.pack.name, self.books.now()
        path = Path(typed).expanduser().absolute()

        def work(ledger: Ledger) -> tuple[Planned, list[DiffLine]] | str:
            try:
                plan = ledger.packs.plan(name, path, now, form, is_whole=form != CLAUDE)
            except (ConvledgerError, ValueError) as error:  # a path with a zero byte
                return str(error)
            return plan, difference(plan)

        self.books.ask(
            ("pack plan", id(self)), work, lambda found: self._looked(found, typed, form)
        )

    def _looked(self, found: tuple[Planned, list[DiffLine]] | str, typed: str, form: str) -> None:
        if not self.is_attached:
            return
        if (self.query_one(Input).value.strip(), self.form) != (typed, form):
            return  # it is of another file or form
        if isinstance(found, str):
            self._say(("▲ ", "$error"), (display_text(found), "$foreground"))
            return
        plan, lines = found
        self._plan = plan
        self.query_one(DiffView).show(lines)
        signs = [each.sign for each in lines]
        changes = f"{signs.count('+'):,} lines in, {signs.count('-'):,} out"
        built = plan.built
        about = f"{len(built.items):,} entries, {built.tokens:,} of {built.head.budget:,} tokens"
        choices = self.query_one(Choices)
        if plan.edited:
            self._say(
                ("▲ ", "$warning"), (f"{display_text(plan.edited)}: ", "bold $warning"),
                (f"that would be lost. {changes}", "$foreground"),
            )  # fmt: skip
            choices.call_it("do", "Replace it")
            self.query_one("#leave").focus()  # so that a second enter replaces nothing
            return
        where = "a new file, for you alone" if plan.before is None else changes
        self._say((f"{about} · ", "$foreground"), (where, "$accent"), (" · ⏎ writes", "$muted"))
        choices.call_it("do", "Write")

    # ---- writing

    def _write(self, plan: Planned) -> None:
        def work(ledger: Ledger) -> int | str:
            try:
                return ledger.packs.write(plan, replace=bool(plan.edited))
            except ConvledgerError as error:
                return str(error)

        self.books.ask(
            ("pack write", id(self)), work, lambda found: self._written(found, plan), slow=True
        )

    def _written(self, found: int | str, plan: Planned) -> None:
        if isinstance(found, int):
            self.books.say(f"Written: {plan.path}. c checks later whether it still is so.")
            self.books.renew()
            if self.is_attached:
                self.dismiss(True)
        elif self.is_attached:
            self._forget()
            self._say(("▲ ", "$error"), (display_text(found), "$foreground"))
