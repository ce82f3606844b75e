"""What a workspace can be told and asked about the full cost of its conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convledger.simulating import Simulating
from convledger.store.connection import in_words

if TYPE_CHECKING:
    from convledger.economics.ratios import Number
    from convledger.reports.unit_costs.asked import CostQuery
    from convledger.reports.unit_costs.costs import Costs
    from convledger.reports.unit_costs.summary import Economics


class Costing(Simulating):
    """Costs of conversations, with everything that is not a token in them."""

    @in_words
    def conversation_costs(self, query: CostQuery) -> Costs:
        """Return what the conversations of a stretch of time cost, part by part."""
        from convledger.reports.unit_costs.costs import cost_conversations

        return cost_conversations(self.connection, self.plan_book, query)

    @in_words
    def economics(self, query: CostQuery, outlier_multiple: Number = 10) -> Economics:
        """Return everything that unit economics says of the conversations of a stretch of time."""
        from convledger.reports.unit_costs.costs import cost_conversations
        from convledger.reports.unit_costs.summary import summary_of

        costs = cost_conversations(self.connection, self.plan_book, query)
        return summary_of(costs, self.connection, self.rates.rater, outlier_multiple)
