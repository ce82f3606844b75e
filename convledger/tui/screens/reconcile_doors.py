"""What opens from Reconcile: the file, a difference's calls, a balance; keeping and forgetting."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual import on
from textual.content import Content

from convledger.errors import ConvledgerError
from convledger.reports.reconciling.balances import digest_of, file_of
from convledger.reports.reconciling.findings import amount_words, days_words
from convledger.text.display import display_text
from convledger.tui.bill_changes import turn_balance
from convledger.tui.screens.place import PlaceScreen
from convledger.tui.widgets.compared_rows import BalanceRows, ComparedRows, state_of
from convledger.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from convledger.ledger import Ledger
    from convledger.reports.reconciling.balances import Balance
    from convledger.reports.reconciling.ledger_side import CallBehind
    from convledger.reports.reconciling.result import Reconciliation
    from convledger.tui.bill_typed import TypedBill
    from convledger.tui.undo import Step

_NOTHING = "No file is compared yet: i chooses one."


class ReconcileDoors(PlaceScreen):
    """A screen with a comparison in sight, from which its differences are opened."""

    def __init__(self) -> None:
        super().__init__()
        self.found: Reconciliation | None = None
        self.only_differences = False

    def compare(self, path: Path, said: TypedBill) -> None:
        """Compare a file with the ledger."""
        raise NotImplementedError

    def show_all(self) -> None:
        """Show what is known."""
        raise NotImplementedError

    # ---- opening

    @on(Rows.Opened, "#days")
    def _open_difference(self) -> None:
        from convledger.tui.screens.bill_calls import BillCallsScreen

        one, found = self.query_one(ComparedRows).chosen, self.found
        if one is None or found is None:
            return

        def show(calls: list[CallBehind]) -> None:
            self.app.push_screen(BillCallsScreen(found, one, calls))

        self.ask("calls behind", lambda ledger: ledger.calls_behind(found, one), show)

    @on(Rows.Opened, "#kept")
    def _open_balance(self) -> None:
        from convledger.tui.screens.economics_why import FigureWhyScreen

        each = self.query_one(BalanceRows).chosen
        if each is not None:
            title = f"balance {each.assertion.id}"
            self.app.push_screen(FigureWhyScreen(title, _balance_lines(each)))

    # ---- actions

    def action_choose(self) -> None:
        """Choose a file of a provider."""
        from convledger.tui.screens.bill_path import BillPathScreen

        self.app.push_screen(BillPathScreen(self.compare))

    def action_differences(self) -> None:
        """Show differences alone, or all days and models."""
        if self.found is None:
            self.books.say(_NOTHING)
            return
        self.only_differences = not self.only_differences
        self.show_all()

    def action_keep(self) -> None:
        """Keep what the file says, for `convledger check` to verify."""
        from convledger.tui.screens.bill_keep import KeepBalanceScreen

        if self.found is None:
            self.books.say(_NOTHING)
        else:
            self.app.push_screen(KeepBalanceScreen(self.found))

    def action_forget(self) -> None:
        """Forget the balance under the cursor, or bring it back; u takes that back."""
        each, now = self.query_one(BalanceRows).chosen, self.books.now
        if each is None:
            self.books.say("No balance is kept: a keeps what a file says.")
            return

        def work(ledger: Ledger) -> Step | ConvledgerError:
            try:
                return turn_balance(ledger, each, now)
            except ConvledgerError as error:
                return error

        self.ask("turn", work, self._turned, slow=True)

    def _turned(self, step: Step | ConvledgerError) -> None:
        books = self.books
        if isinstance(step, ConvledgerError):
            books.trouble(step)
            return
        books.undoing.push(step)
        books.say(f"{step.words} · u takes it back")
        books.renew()

    def action_export(self) -> None:
        """Write the comparison to a file for a spreadsheet."""
        from convledger.reports.reconciling.comparison_file import comparison_csv
        from convledger.tui.screens.text_export import TextExportScreen

        found, only = self.found, self.only_differences
        if found is None:
            self.books.say(_NOTHING)
            return
        name = f"reconciled-{found.since}-to-{found.last_day}.csv"
        self.app.push_screen(
            TextExportScreen(
                "Export the comparison as CSV",
                name,
                lambda _: comparison_csv(found, only_differences=only),
            )
        )


def _balance_lines(each: Balance) -> Iterator[Content]:
    """Yield all that is known of a balance."""
    one = each.assertion
    mark, state, ink = state_of(each)
    yield Content.assemble(
        (f"{mark} {state}", f"bold {ink}"),
        (f"  {days_words(one)}, days of {display_text(one.zone)}", "$muted"),
    )
    yield Content("")
    for name, amount in (("there", one.amount), ("here", each.here)):
        words = amount_words(amount, one.currency)
        yield Content.assemble((words.rjust(18), "$accent"), (f"  {name}", "$foreground"))
    if one.tolerance:
        words = amount_words(one.tolerance, one.currency)
        yield Content.assemble((words.rjust(18), "$muted"), ("  of it may be rounding", "$muted"))
    if each.trouble:
        yield Content.styled(f"unknown: {display_text(each.trouble)}", "$warning")
    yield Content("")
    for name, values in one.scope.items():
        yield Content.styled(f"{name}: {', '.join(map(display_text, values))}", "$foreground")
    yield Content.styled(f"file: {display_text(file_of(one))}", "$foreground")
    yield Content.styled(f"sha256: {display_text(digest_of(one))}", "$muted")
    if one.note:
        yield Content.styled(f"note: {display_text(one.note)}", "$foreground")
