"""Days and models of a provider's table beside the ledger, and the balances kept of tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from convledger.economics import reconciling as verdicts
from convledger.reports.reconciling.balances import file_of
from convledger.reports.reconciling.findings import amount_words, days_words
from convledger.reports.reconciling.words import kind_words, pair_words, telling
from convledger.reports.unit_costs.noted import day_name
from convledger.text.display import display_text
from convledger.tui.widgets.canvas import BAD, DIM, GOOD, INK, WARN
from convledger.tui.widgets.path_line import roomiest
from convledger.tui.widgets.rows import Part, RowLine, Rows

if TYPE_CHECKING:
    from convledger.economics.reconciling import Cell, Comparison
    from convledger.reports.reconciling.balances import Balance
    from convledger.reports.reconciling.result import Reconciliation

VERDICTS = {
    verdicts.EQUAL: ("=", GOOD),
    verdicts.MISSING_HERE: ("▼", BAD),
    verdicts.MISSING_THERE: ("▲", WARN),
    verdicts.PRICED: ("≠", WARN),
    verdicts.COUNTED: ("≠", WARN),
    verdicts.UNKNOWN: ("–", DIM),
}


class ComparedRows(Rows):
    """Two lines a day and model: the verdict, then the figures that differ on both sides."""

    HELP = (
        "Each day and model on both sides: = equal, ▼ missing here (the provider has more), ▲ "
        "missing there (the ledger has more), ≠ priced or counted otherwise, – unknown. Enter "
        "opens one down to the ledger's calls. Of two figures with a stroke between them the "
        "provider's comes first."
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.compared: list[Comparison] = []
        self._found: Reconciliation | None = None
        self._empty: list[str] = []

    @property
    def chosen(self) -> Comparison | None:
        """The day and model under the cursor."""
        return self.compared[self.cursor] if 0 <= self.cursor < len(self.compared) else None

    def show(
        self, found: Reconciliation | None, empty: list[str], *, only_differences: bool
    ) -> None:
        """Show another comparison, or another part of it."""
        before = self.chosen
        self._found, self._empty = found, empty
        every = found.comparisons if found is not None else []
        self.compared = [one for one in every if not (only_differences and one.is_equal)]
        place = self.compared.index(before) if before in self.compared else 0
        self.renew(cursor=place)

    def count(self) -> int:
        """Return how many days and models there are."""
        return len(self.compared)

    def empty_lines(self) -> list[str]:
        """Return why there is none."""
        return self._empty

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return a day and model."""
        one, found = self.compared[index], self._found
        mark, ink = VERDICTS[one.verdict]
        model = display_text(found.name_of(one.model)) if found is not None else ""
        shown = one.differing or telling(one)
        figures = roomiest(
            cells - 2, _joined(cell_words(cell) for cell in shown),
            _joined(short_words(cell) for cell in shown),
        )  # fmt: skip
        return [
            RowLine(
                [(f"{mark} ", f"bold {ink}"), (f"{day_name(one.day)}  ", DIM), (model, INK)],
                [(one.verdict, ink)],
            ),
            RowLine(figures, []),
        ]


def cell_words(cell: Cell) -> list[Part]:
    """Return a figure on both sides: "output 4,075 there, 4,000 here"."""
    there, here = pair_words(cell)
    return [
        (f"{kind_words(cell.kind)} ", DIM), (there, INK), (" there, ", DIM), (here, INK),
        (" here", DIM),
    ]  # fmt: skip


def short_words(cell: Cell) -> list[Part]:
    """Return a figure on both sides where there is little room: "output 4,075 / 4,000"."""
    there, here = pair_words(cell)
    return [(f"{kind_words(cell.kind)} ", DIM), (there, INK), (" / ", DIM), (here, INK)]


def _joined(several: Iterable[list[Part]]) -> list[Part]:
    found: list[Part] = []
    for parts in several:
        found += [(" · " if found else "  ", DIM), *parts]
    return found


class BalanceRows(Rows):
    """Two lines a balance: its days and whether it holds, then both amounts and the file."""

    HELP = (
        "Balances that were kept of providers' tables: ● the ledger still says the same, ≠ it "
        "does not, – it does not know. `convledger check` verifies them. Enter tells more, D "
        "forgets one or brings it back."
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.balances: list[Balance] = []
        self._is_known = False

    @property
    def chosen(self) -> Balance | None:
        """The balance under the cursor."""
        return self.balances[self.cursor] if 0 <= self.cursor < len(self.balances) else None

    def show(self, balances: Sequence[Balance]) -> None:
        """Show other balances."""
        self.balances, self._is_known = list(balances), True
        self.renew()

    def count(self) -> int:
        """Return how many balances there are."""
        return len(self.balances)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return a balance."""
        del cells
        each = self.balances[index]
        one = each.assertion
        mark, state, ink = state_of(each)
        there = amount_words(one.amount, one.currency)
        here = amount_words(each.here, one.currency, bare=True)
        about = [display_text(file_of(one)), display_text(one.note)]
        return [
            RowLine([(f"{mark} ", f"bold {ink}"), (days_words(one), INK if ink != DIM else DIM)],
                    [(state, ink)]),
            RowLine([(f"  {there} there, {here} here", DIM),
                     *((f" · {part}", DIM) for part in about if part)], []),
        ]  # fmt: skip

    def empty_lines(self) -> list[str]:
        """Return what to do."""
        if not self._is_known:
            return ["Looking at the balances…"]
        return ["No balance is kept.", "a keeps what a file says: check verifies it then."]


def state_of(each: Balance) -> tuple[str, str, str]:
    """Return mark, word and ink of whether a balance holds."""
    if each.assertion.gone_at is not None:
        return "○", "forgotten", DIM
    if each.here is None:
        return "–", "unknown", WARN
    return ("●", "holds", GOOD) if each.holds else ("≠", "differs", BAD)
