"""The dialog that chooses a provider's table: a path, what it is, and how it is to be read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from textual import events, on
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Label, Static

from convledger.errors import UsageProblem
from convledger.ingest.bills import ENDINGS, BillGlance, glance_at_bill
from convledger.ingest.choose import completions
from convledger.text.display import display_text
from convledger.tui.bill_typed import KINDS, LINES, TypedBill, as_lines, typed_bill
from convledger.tui.dropped_paths import typed_path
from convledger.tui.screens.path_dialog import PathDialog, PathSight
from convledger.tui.screens.source_words import counted
from convledger.tui.screens.table_choice import TableChoiceScreen
from convledger.tui.widgets.path_entry import HOME, PathEntry
from convledger.tui.widgets.path_rows import PathRows

_NARROW = 76  # cells of the screen below which hints are cut at their first words


class BillPathScreen(PathDialog):
    """Chooses a table; `read` gets its path and how it is to be read."""

    HELP = (
        "A provider's own usage or bill: an export of the Anthropic console, the OpenAI platform, "
        "Cursor, GitHub Copilot, LiteLLM, or any table with days, models, and tokens or money. "
        "What is not certain is never guessed: the lines below say it. Nothing is imported."
    )
    TO_TYPE = (
        "A usage or invoice export, CSV or JSON. It is compared with the ledger by day and model, "
        "and nothing of it is imported."
    )
    EXAMPLE = "~/Downloads/anthropic-usage.csv"
    DEFAULT_CSS = """
    BillPathScreen > #frame { max-height: 30; }
    BillPathScreen #what { padding: 0 1; max-height: 5; }
    BillPathScreen PathRows { height: 1fr; min-height: 3; }
    BillPathScreen #lines { height: auto; padding: 1 1 0 1; }
    BillPathScreen .field { height: 1; }
    BillPathScreen .field Label { width: 10; color: $muted; }
    BillPathScreen.-low #lines { padding: 0 1; }
    """
    CSS = f"""
    {PathDialog.CSS}
    BillPathScreen .field Input, BillPathScreen .field Input:focus {{
        border: none; height: 1; padding: 0; width: 1fr; background: $surface;
    }}
    BillPathScreen .field Input:focus {{ background: $cursor; }}
    """

    def __init__(self, read: Callable[[Path, TypedBill], None], path: str = HOME) -> None:
        super().__init__("A provider's own bill", "⏎ Compare · ↓ Go on with · tab Next · esc Back")
        self._reads, self._path = read, path
        self._typed_lines = {key: "" for key, _ in LINES}

    def parts(self) -> list[Widget]:
        """Return the line, what the path is, how it can go on, and how it is to be read."""
        typed = PathEntry(self._path, placeholder=self.EXAMPLE, select_on_focus=False, id="path")
        fields = [
            Horizontal(
                Label(key),
                Input(id=key, placeholder=hint, max_length=400, select_on_focus=False),
                classes="field",
            )
            for key, hint in LINES
        ]
        return [
            Horizontal(Static("›", id="sign", markup=False), typed, id="line"),
            Static(Content.styled(self.TO_TYPE, "$muted"), id="what"),
            PathRows(),
            Vertical(*fields, id="lines"),
        ]

    def on_resize(self, event: events.Resize) -> None:
        """Use all of a small screen."""
        self.set_class(event.size.height < 26 or event.size.width < _NARROW, "-low")
        for key, hint in LINES:
            line = self.query_one(f"#{key}", Input)
            line.placeholder = hint.partition(";")[0] if event.size.width < _NARROW else hint

    @on(Input.Changed)
    def _note_lines(self) -> None:
        """Note what the lines say, before it is found out what stands at the path."""
        self._typed_lines = {
            key: self.query_one(f"#{key}", Input).value.strip() for key, _ in LINES
        }

    def look_at(self, text: str) -> PathSight:
        """Tell what would be compared, or what is still to be said of it."""
        path = Path(typed_path(text)).expanduser()
        goes_on = tuple(completions(typed_path(text), ENDINGS))
        try:
            said = typed_bill(self._typed_lines)
        except UsageProblem as problem:
            words = Content.styled(f"✕ {display_text(str(problem))}", "$error")
            return PathSight(path, words, can_be_read=False, paths=goes_on)
        found = glance_at_bill(path, said.asked)
        can_be_read = found.is_file and not found.problem
        return PathSight(path, _words(found, said), can_be_read, goes_on)

    @on(Input.Submitted)
    def _read_or_ask(self, event: Input.Submitted) -> None:
        """Where the table is not recognised, let a person pick what it is."""
        sight = self._sight
        if sight is None or sight[0] != self.line.value or sight[1].can_be_read:
            return
        event.prevent_default()  # what a path that can't be read does
        if sight[1].path.is_file() and not self._typed_lines["kind"]:
            self.app.push_screen(
                TableChoiceScreen("Which kind of table", "Whose export is it?", KINDS), self._take
            )
        else:
            self.app.bell()

    def _take(self, kind: str | None) -> None:
        if kind:
            self.query_one("#kind", Input).value = kind

    def read(self, path: Path) -> None:
        """Have it compared."""
        said = typed_bill(self._typed_lines)
        self.dismiss(None)
        self._reads(path, said)


def _words(found: BillGlance, said: TypedBill) -> Content:
    """Return what stands at a path in words."""
    if found.is_large:
        return Content.assemble(
            ("? ", "$warning"), ("a large file, which is read when you press ", "$muted"),
            ("⏎", "bold $accent"),
        )  # fmt: skip
    if found.problem and not found.is_file:
        return Content.assemble(("○ ", "$muted"), (display_text(found.problem), "$muted"))
    if found.problem:
        pick = "" if said.asked.provider else " ⏎ picks its kind."
        words = as_lines(display_text(found.problem)).rstrip(".")
        return Content.assemble(
            ("? ", "$warning"), (f"not understood: {words}.", "$foreground"), (pick, "$accent")
        )
    days = str(found.since) if found.since == found.until else f"{found.since} to {found.until}"
    bad = f" · {found.rejected:,} not read" if found.rejected else ""
    return Content.assemble(
        ("● ", "$success"), (display_text(found.title), "bold"),
        (f" · {counted(found.rows, 'row')} · {days}{bad} · ", "$muted"),
        ("⏎ compares it", "bold $accent"),
    )  # fmt: skip
