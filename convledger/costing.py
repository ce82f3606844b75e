"""What a workspace can be told and asked about the full cost of its conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convledger.cost_entries import CostEntries
from convledger.store.connection import in_words, transaction

if TYPE_CHECKING:
    from datetime import date, tzinfo

    from convledger.economics.ratios import Number
    from convledger.reports.client_report.asked import ReportQuery
    from convledger.reports.client_report.facts import ClientReport
    from convledger.reports.unit_costs.asked import CostQuery
    from convledger.reports.unit_costs.bearing import Bearing
    from convledger.reports.unit_costs.closing import Closed
    from convledger.reports.unit_costs.cost_file import FileTerms
    from convledger.reports.unit_costs.cost_import import CostImport
    from convledger.reports.unit_costs.cost_spans import Opened
    from convledger.reports.unit_costs.costs import Costs
    from convledger.reports.unit_costs.known_currencies import KnownCurrency
    from convledger.reports.unit_costs.summary import Economics
    from convledger.store.cost_changes import Change
    from convledger.store.costs import StoredItem


class Costing(CostEntries):
    """Costs of conversations, with everything that is not a token in them."""

    @in_words
    def conversation_costs(self, query: CostQuery) -> Costs:
        """Return what the conversations of a stretch of time cost, part by part."""
        from convledger.reports.unit_costs.full_costs import cost_conversations

        return cost_conversations(self.connection, self.plan_book, query)

    @in_words
    def economics(self, query: CostQuery, outlier_multiple: Number = 10) -> Economics:
        """Return everything that unit economics says of the conversations of a stretch of time."""
        from convledger.reports.unit_costs.full_costs import cost_conversations
        from convledger.reports.unit_costs.summary import summary_of

        costs = cost_conversations(self.connection, self.plan_book, query)
        return summary_of(costs, self.connection, self.rates.rater, outlier_multiple)

    @in_words
    def cost_bearing(self, item: StoredItem, query: CostQuery) -> Bearing:
        """Return which conversations bear a cost beside tokens, and what none does."""
        from convledger.reports.unit_costs.bearing import bearing

        return bearing(self.connection, item, query)

    @in_words
    def closed_costs(self) -> list[Closed]:
        """Return until when costs are closed, one closing after the other."""
        from convledger.reports.unit_costs.closing import closed_list

        return closed_list(self.connection)

    @in_words
    def close_costs(self, month: date, *, now: int, zone: tzinfo) -> Change:
        """Freeze costs up to the end of a month. Raises UsageProblem where it is not over."""
        from convledger.reports.unit_costs.closing import close
        from convledger.store.cost_changes import CLOSING, Change, remember

        with transaction(self.connection):
            number = close(self.connection, self.plan_book, month, now, zone)
            change = Change("close", now, came={CLOSING: [number]})
            remember(self.connection, change)
        return change

    @in_words
    def open_costs(self, month: date | None = None, *, now: int) -> Change:
        """Open the last months that were closed, `month` among them. Raises UsageProblem."""
        from convledger.reports.unit_costs.closing import to_open
        from convledger.store.cost_changes import CLOSING, Change, remember
        from convledger.store.costs import set_gone

        with transaction(self.connection):
            closing = to_open(self.connection, month)
            change = Change("open", now, went={CLOSING: [closing.id]})
            set_gone(self.connection, CLOSING, [closing.id], now)
            remember(self.connection, change)
        return change

    @in_words
    def read_cost_table(self, content: bytes, terms: FileTerms) -> CostImport:
        """Read a table of costs or of people's time, and tell what of it the books have not.

        Raises UsageProblem where the table as a whole can't be read.
        """
        from convledger.reports.unit_costs.cost_file import read_cost_file
        from convledger.reports.unit_costs.cost_import import conversations_by_name, to_take

        find = conversations_by_name(self.connection)
        return to_take(self.connection, read_cost_file(content, terms, find), terms.zone)

    def take_cost_table(self, found: CostImport, *, now: int) -> Change:
        """Keep what a table brings, all of it or nothing."""
        return self.add_costs(found.items, found.times, now=now, what="import")

    @in_words
    def conversation_names_by_id(self) -> dict[int, str]:
        """Return the whole names of all conversations."""
        from convledger.reports.unit_costs.cost_import import conversation_names

        return conversation_names(self.connection)

    @in_words
    def client_report(self, query: ReportQuery) -> ClientReport:
        """Return a month of conversations as it is told to the client whose they are."""
        from convledger.reports.client_report.facts import PriceFacts, report_of
        from convledger.store.costs import hourly_rates

        rates = self.rates
        return report_of(
            query,
            self.economics(query.costs),
            self.economics(query.month_before),
            PriceFacts(rates.book.source, rates.book.retrieved, len(rates.overrides.prices)),
            [rate.currency for rate in hourly_rates(self.connection)],
        )

    @in_words
    def clients(self) -> list[str]:
        """Return the clients that conversations are labelled with, by name."""
        from convledger.store.labels import values_of

        return values_of(self.connection, "client")

    @in_words
    def known_currencies(self) -> list[KnownCurrency]:
        """Return the currencies that amounts are in, or can be turned into."""
        from convledger.reports.unit_costs.known_currencies import known_currencies

        return known_currencies(self.connection, self.plan_book)

    @in_words
    def opened_spans(self, now: int, zone: tzinfo) -> Opened:
        """Return the months in which conversations opened."""
        from convledger.reports.unit_costs.cost_spans import opened_spans

        return opened_spans(self.connection, now, zone)

    @in_words
    def cost_state(self, now: int) -> tuple[object, ...]:
        """Return what is another one when costs may be: by what was written, a plan, or time."""
        from convledger.clock import HOUR
        from convledger.reports.plan_files import plan_stamp

        version = self.connection.execute("PRAGMA data_version").fetchone()[0]
        written = (id(self.connection), version, self.connection.total_changes)
        return (*written, plan_stamp(self.workspace), now // HOUR)

    @in_words
    def economics_at_first(self, query: CostQuery) -> Economics:
        """Return what unit economics says before it has looked at every call; soon known."""
        from convledger.reports.unit_costs.at_first import at_first
        from convledger.reports.unit_costs.full_costs import cost_conversations

        costs = cost_conversations(self.connection, self.plan_book, query)
        return at_first(costs, self.connection)

    @in_words
    def economics_of(self, costs: Costs) -> Economics:
        """Return everything that unit economics says of conversations whose costs are known."""
        from convledger.reports.unit_costs.summary import summary_of

        return summary_of(costs, self.connection, self.rates.rater)
