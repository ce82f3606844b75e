"""What a workspace can be asked about scenarios: what they come to, and which are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convledger.dealings import Dealings
from convledger.store.connection import in_words, transaction

if TYPE_CHECKING:
    from convledger.economics.scenarios import Scenario
    from convledger.economics.simulated import Simulation
    from convledger.reports.unit_costs.asked import CostQuery


class Simulating(Dealings):
    """Scenarios on one's own history; what is said of them can be taken back."""

    @in_words
    def simulate(self, scenario: Scenario, query: CostQuery) -> Simulation:
        """Return what the conversations of a query would cost under a scenario, beside today."""
        from convledger.reports.unit_costs.what_if import PriceList, simulate

        prices = PriceList(self.rates.rater, self.rates.book, self.rates.overrides)
        return simulate(self.connection, self.plan_book, prices, scenario, query)

    @in_words
    def scenarios(self) -> dict[str, str]:
        """Return the scenarios that are kept, by name, as texts."""
        from convledger.store.costs import texts

        return texts(self.connection, "scenario")

    @in_words
    def scenario(self, name: str) -> Scenario:
        """Return a scenario that is kept. Raises UsageProblem, ConfigError."""
        from convledger.reports.unit_costs.kept_scenarios import opened

        return opened(self.connection, name)

    @in_words
    def save_scenario(
        self, scenario: Scenario | str, name: str, *, now: int, replace: bool = False
    ) -> Scenario:
        """Keep a scenario, or the text of one, by name. Raises UsageProblem, ConfigError.

        Another of that name stays unless `replace`.
        """
        from convledger.reports.unit_costs.kept_scenarios import keep

        with transaction(self.connection):
            return keep(self.connection, scenario, name, now, replace=replace)

    @in_words
    def rename_scenario(self, name: str, to: str, *, now: int) -> None:
        """Give a scenario another name. Raises UsageProblem."""
        from convledger.reports.unit_costs.kept_scenarios import rename

        with transaction(self.connection):
            rename(self.connection, name, to, now)

    @in_words
    def delete_scenario(self, name: str, *, now: int) -> None:
        """Take a scenario away; `undo_scenario` brings it back. Raises UsageProblem."""
        from convledger.reports.unit_costs.kept_scenarios import drop

        with transaction(self.connection):
            drop(self.connection, name, now)

    @in_words
    def undo_scenario(self, *, now: int) -> str:
        """Take back the last change to the scenarios and say which; "" where there is none."""
        from convledger.reports.unit_costs.kept_scenarios import undo

        with transaction(self.connection):
            return undo(self.connection, now)
