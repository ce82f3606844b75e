"""Scenarios that were kept, each with what it comes to: to compare, open, delete and export."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from convledger.economics.scenario_text import read_scenario
from convledger.errors import ConvledgerError
from convledger.text.display import display_text
from convledger.tui.cost_changes import delete_scenario
from convledger.tui.cost_words import sum_text
from convledger.tui.screens.scenario_words import difference_words, scenario_words
from convledger.tui.screens.text_export import TextExportScreen
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.rows import RowLine, Rows

if TYPE_CHECKING:
    from convledger.economics.scenarios import Scenario
    from convledger.economics.simulated import Simulation
    from convledger.ledger import Ledger
    from convledger.reports.unit_costs.asked import CostQuery
    from convledger.tui.app import ConvledgerApp
    from convledger.tui.undo import Step


class ScenarioRows(Rows):
    """Two lines a scenario: its name and what it makes of the cost, then what it changes."""

    HELP = (
        "Scenarios that were kept, worked out one after the other on the conversations in sight. "
        "Enter opens one, D deletes it, x writes it to a file, u takes the last change back."
    )
    DEFAULT_CSS = "ScenarioRows { background: $surface; }"

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.read: dict[str, Scenario | ConvledgerError] = {}
        self.known: dict[str, Simulation | ConvledgerError] = {}
        self._is_asked = False

    @property
    def chosen(self) -> str | None:
        """The name under the cursor."""
        return self.names[self.cursor] if 0 <= self.cursor < len(self.names) else None

    def show(self, texts: dict[str, str]) -> None:
        """Show these scenarios, by name as texts."""
        self._is_asked = True
        self.names = list(texts)
        self.read = {name: _read(name, text) for name, text in texts.items()}
        self.renew()

    def know(self, name: str, found: Simulation | ConvledgerError) -> None:
        """Show what a scenario comes to."""
        self.known[name] = found
        self.refresh()

    def count(self) -> int:
        """Return how many scenarios there are."""
        return len(self.names)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return a scenario."""
        name = self.names[index]
        scenario, found = self.read[name], self.known.get(name)
        right, ink, after = "working it out…", "$muted", ""
        if isinstance(found, ConvledgerError):
            right = "– not known"
        elif found is not None:
            right, ink = difference_words(found)
            if cells >= 60:
                today = sum_text(found.today, found.currency)
                after = f"{today} → {sum_text(found.after, found.currency)}  "
        problem = next((one for one in (scenario, found) if isinstance(one, ConvledgerError)), None)
        about = display_text(str(problem)) if problem is not None else ""
        if not about and not isinstance(scenario, ConvledgerError):
            about = scenario_words(scenario)
        return [
            RowLine([(display_text(name), "bold $foreground")],
                    [(after, "$muted"), (right, ink)]),
            RowLine([(about, "$warning" if problem is not None else "$muted")], []),
        ]  # fmt: skip

    def empty_lines(self) -> list[str]:
        """Return what to do."""
        if not self._is_asked:
            return ["Looking at the scenarios…"]
        return ["No scenario is kept yet.", "Type one, give it a name, and enter keeps it."]


class KeptScenariosScreen(Dialog[tuple[str, "Scenario"]]):
    """Returns the scenario that is to be opened, with its name."""

    HELP = "The same conversations under each scenario that was kept, side by side."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("D,delete", "remove", "Delete"),
        Binding("x", "export", "Export"),
        Binding("u", "undo", "Undo"),
    ]
    DEFAULT_CSS = """
    KeptScenariosScreen > #frame { max-width: 96; height: 70%; padding: 1 1; }
    KeptScenariosScreen.-tiny > #frame { width: 100%; height: 100%; max-height: 100%; padding: 0; }
    """
    AUTO_FOCUS: ClassVar[str] = "ScenarioRows"

    def __init__(self, query: CostQuery) -> None:
        super().__init__("Scenarios", "⏎ Open · D Delete · x Export · u Undo · esc Back")
        self._query = query

    @property
    def books(self) -> ConvledgerApp:
        """The app, by its own type."""
        return cast("ConvledgerApp", self.app)

    def parts(self) -> list[Widget]:
        """Return the list."""
        return [ScenarioRows()]

    def on_mount(self) -> None:
        """Ask for the scenarios."""
        self._ask()

    def on_resize(self, event: events.Resize) -> None:
        """Use all of a small screen."""
        self.set_class(event.size.height < 18 or event.size.width < 64, "-tiny")

    def _ask(self) -> None:
        self.books.ask(("kept", id(self)), lambda ledger: ledger.scenarios(), self._show)

    def _show(self, texts: dict[str, str]) -> None:
        if self.is_attached:
            self.query_one(ScenarioRows).show(texts)
            self._work_out()

    def _work_out(self) -> None:
        """Have the first scenario worked out that is not yet; others follow."""
        rows, query = self.query_one(ScenarioRows), self._query
        for name in rows.names:
            scenario = rows.read[name]
            if name in rows.known or isinstance(scenario, ConvledgerError):
                continue

            def work(ledger: Ledger, wanted: Scenario = scenario) -> Simulation | ConvledgerError:
                try:
                    return ledger.simulate(wanted, query)
                except ConvledgerError as error:
                    return error

            def took(found: Simulation | ConvledgerError, name: str = name) -> None:
                if self.is_attached:
                    rows.know(name, found)
                    self._work_out()

            self.books.ask(("kept result", id(self)), work, took, slow=True)
            return

    @on(Rows.Opened)
    def _open(self) -> None:
        rows = self.query_one(ScenarioRows)
        name = rows.chosen
        scenario = rows.read.get(name) if name is not None else None
        if name is None or scenario is None:
            return
        if isinstance(scenario, ConvledgerError):
            self.books.say(str(scenario), severity="error")
        else:
            self.dismiss((name, scenario))

    def action_remove(self) -> None:
        """Delete the scenario under the cursor; u brings it back."""
        name, now = self.query_one(ScenarioRows).chosen, self.books.now
        if name is not None:
            self.books.ask(
                ("delete", id(self)),
                lambda ledger: delete_scenario(ledger, name, now),
                self._removed,
            )

    def _removed(self, step: Step) -> None:
        self.books.undoing.push(step)
        self.books.say(f"{step.words} · u takes it back")
        if self.is_attached:
            self._ask()

    def action_undo(self) -> None:
        """Take back the last change."""
        self.books.action_undo()
        self._ask()

    def action_export(self) -> None:
        """Write the scenario under the cursor to a file."""
        name = self.query_one(ScenarioRows).chosen
        if name is not None:
            kept = "".join(c if c.isalnum() or c in "-_" else "-" for c in name)
            self.app.push_screen(
                TextExportScreen(
                    "Export the scenario", f"{kept}.toml", lambda ledger: ledger.scenarios()[name]
                )
            )


def _read(name: str, text: str) -> Scenario | ConvledgerError:
    try:
        return read_scenario(text, f"scenario {name}")
    except ConvledgerError as error:
        return error
