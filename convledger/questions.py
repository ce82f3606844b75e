"""What a workspace can be asked: the reading half of the ledger."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from convledger import paths
from convledger.store.connection import in_words, unreadable

if TYPE_CHECKING:
    from array import array

    from convledger.ingest.rates import Rates
    from convledger.memory.file_shelf import MemoryFiles
    from convledger.memory.pack_shelf import PackShelf
    from convledger.memory.shelf import Memory
    from convledger.plans.billing import Bill
    from convledger.plans.schema import Plan
    from convledger.reports.comparing import Candidate
    from convledger.reports.conversations import Conversation, Entry
    from convledger.reports.explain import Explanation
    from convledger.reports.facets import FacetValue
    from convledger.reports.family import Member
    from convledger.reports.history import Scope
    from convledger.reports.listing import ConversationLine, ListQuery, Totals
    from convledger.reports.live import LiveFigures
    from convledger.reports.plan_book import PlanBook
    from convledger.reports.plan_figures import Boundaries, Comparison
    from convledger.reports.plan_meters import Meters
    from convledger.reports.plan_screen import PlanView
    from convledger.reports.reading import Outline
    from convledger.reports.runs import RatingRun
    from convledger.reports.sources import FileLine, RejectedLine, SourceLine, UnpricedModel
    from convledger.reports.usage import UsageQuery, UsageReport
    from convledger.store.search import SearchQuery, SearchResult
    from convledger.store.subscriptions import Subscription


class Questions:
    """Answers from an open workspace; every failure of SQLite is told in words."""

    workspace: Path
    connection: sqlite3.Connection
    _rates: Rates | None
    _plan_book: PlanBook | None = None
    _packs: PackShelf | None = None

    @property
    def plan_book(self) -> PlanBook:
        """The plans and what they come to, worked out when first asked for."""
        if self._plan_book is None:
            from convledger.reports.plan_book import PlanBook

            self._plan_book = PlanBook(self.connection, self.workspace)
        return self._plan_book

    @property
    def memory(self) -> Memory:
        """What the workspace remembers."""
        from convledger.memory.shelf import Memory

        return Memory(
            self.connection, self.path, lambda: self.rates, self.is_charged_by_conversation
        )

    @in_words
    def latest_memory_change(self) -> int:
        """Return the number of the last change of memory, 0 before the first; this is quick."""
        from convledger.store.operations import latest_operation

        return latest_operation(self.connection)

    @property
    def memory_files(self) -> MemoryFiles:
        """The memory files of this machine."""
        from convledger.memory.file_shelf import MemoryFiles

        return MemoryFiles(self.memory)

    @property
    def packs(self) -> PackShelf:
        """The packs, with what may go into them remembered while the workspace is open."""
        if self._packs is None:
            from convledger.memory.pack_shelf import PackShelf

            self._packs = PackShelf(self.connection, self.path)
        return self._packs

    def is_charged_by_conversation(self, now: int) -> bool:
        """Whether what is in force for all usage charges conversations and not tokens."""
        from convledger.reports.plan_terms import charges_conversations

        return charges_conversations(self.plan_book, now)

    @property
    def path(self) -> Path:
        """The ledger's file."""
        return self.workspace / paths.LEDGER

    @property
    def rates(self) -> Rates:
        """The prices in force, loaded when first needed."""
        if self._rates is None:
            from convledger.ingest.rates import load_rates

            self._rates = load_rates(self.workspace / paths.PRICES)
        return self._rates

    def interrupt(self) -> None:
        """End the question that is being answered in another thread; it fails there."""
        with suppress(sqlite3.ProgrammingError):  # that thread may have closed the ledger just now
            self.connection.interrupt()

    def data_version(self) -> int:
        """Return a number that changes when another connection has written to the ledger."""
        return int(self.connection.execute("PRAGMA data_version").fetchone()[0])

    def usage(self, query: UsageQuery) -> UsageReport:
        """Answer a question for usage."""
        from convledger.reports.usage import usage

        try:
            return usage(self.connection, query)
        except sqlite3.Error as error:
            raise unreadable(self.path, error) from error

    def doubtful_models(self, query: UsageQuery) -> tuple[list[str], list[str]]:
        """Return the models in the answer to `query` without a price, and those estimated."""
        from convledger.reports.usage_doubt import doubtful_models

        return doubtful_models(self.connection, query)

    def token_words(self, one: Subscription, bill: Bill, since: int, until: int) -> str:
        """Say how far the tokens that a plan bills are known in a period; nothing where exact."""
        from convledger.reports.plan_book import scope_of, token_words

        return token_words(self.connection, bill, scope_of(one), since, until)

    def unnamed_sources(self, query: UsageQuery) -> list[str]:
        """Return the sources in the answer to `query` with unpriced calls that name no model."""
        from convledger.reports.usage_doubt import unnamed_sources

        return unnamed_sources(self.connection, query)

    def lacks_tokens(self) -> bool:
        """Tell whether there are calls whose tokens no source records."""
        from convledger.reports.usage_doubt import lacks_tokens

        return lacks_tokens(self.connection)

    def counts_tokens(self) -> bool:
        """Tell whether there are calls whose tokens were counted from texts, or told rounded."""
        from convledger.reports.usage_doubt import counts_tokens

        return counts_tokens(self.connection)

    @in_words
    def conversation(self, name: str) -> Conversation:
        """Return the conversation whose id is or begins with `name`; raises UsageProblem."""
        from convledger.reports.conversations import find

        return find(self.connection, name)

    def conversation_names(self, query: UsageQuery) -> list[str]:
        """Return the names of the conversations that fit the filters of `query`."""
        from convledger.reports.conversations import names

        return names(self.connection, query)

    def transcript(self, conversation_id: int, *, hidden: bool = False) -> Iterator[Entry]:
        """Yield what was said in a conversation, with what each turn cost."""
        from convledger.reports.conversations import transcript

        return transcript(self.connection, conversation_id, hidden=hidden)

    @in_words
    def search(self, query: SearchQuery) -> SearchResult:
        """Search everything that was said."""
        from convledger.store.search import search

        return search(self.connection, query)

    @in_words
    def explain(self, name: str, limit: int = 200) -> list[Explanation]:
        """Explain the cost of a call, or of each call of a conversation; raises UsageProblem."""
        from convledger.reports.explain import explain

        return explain(self.connection, self.rates.rater, name, limit)

    @in_words
    def sources(self) -> list[SourceLine]:
        """Return each source with its counts."""
        from convledger.reports import sources

        return sources.sources(self.connection)

    @in_words
    def files(self, *, only_troubled: bool = False) -> list[FileLine]:
        """Return each log file and how far it is read."""
        from convledger.reports import sources

        return sources.files(self.connection, only_troubled=only_troubled)

    @in_words
    def rejected(self, limit: int = 1000) -> list[RejectedLine]:
        """Return the lines that could not be used."""
        from convledger.reports import sources

        return sources.rejected(self.connection, limit)

    @in_words
    def unpriced(self) -> list[UnpricedModel]:
        """Return the models that have no price."""
        from convledger.reports import sources

        return sources.unpriced(self.connection)

    @in_words
    def status(self) -> dict[str, int]:
        """Return what was spent today and in the last 7 and 30 days, in picodollars, with calls."""
        import time

        from convledger.reports.status import status

        return status(self.connection, time.time())

    def rating_runs(self) -> list[RatingRun]:
        """Return the times that calls were rated, the last one first."""
        from convledger.reports.runs import rating_runs

        return rating_runs(self.connection)

    @in_words
    def conversation_ids(
        self, *, names: Iterable[str] = (), projects: Iterable[str] = (), source: str = ""
    ) -> list[int]:
        """Return the conversations that are named, or whose project matches (with * and ?)."""
        from convledger.store.labels import matching

        found = [self.conversation(name).id for name in names]
        return found + matching(self.connection, list(projects), source)

    @in_words
    def live(
        self, now: int, zone: tzinfo, *, bars: int = 30, period: str = "day", group: str = "model"
    ) -> LiveFigures:
        """Return what was spent lately, by bars, and the conversations that grow."""
        from convledger.reports.live import live

        return live(self.connection, now, zone, bars=bars, period=period, group=group)

    @in_words
    def spark(self, now: int, zone: tzinfo, days: int = 20) -> tuple[int, ...]:
        """Return the picodollars of each of the last days."""
        from convledger.reports.live import spark

        return spark(self.connection, now, zone, days)

    @in_words
    def matching(self, query: ListQuery) -> array[int]:
        """Return the ids of the conversations that fit `query`, in its order."""
        from convledger.reports.listing import matching

        return matching(self.connection, query)

    @in_words
    def conversation_lines(self, ids: Sequence[int]) -> list[ConversationLine]:
        """Return the lines of a list for some conversations."""
        from convledger.reports.listing import lines

        return lines(self.connection, ids)

    @in_words
    def list_totals(self, query: ListQuery) -> Totals:
        """Return what all conversations that fit `query` come to."""
        from convledger.reports.listing import totals

        return totals(self.connection, query)

    @in_words
    def facets(self, query: ListQuery) -> dict[str, list[FacetValue]]:
        """Return the values that a list can be narrowed by, with how many each leaves."""
        from convledger.reports.facets import facets

        return facets(self.connection, query)

    @in_words
    def date_facet(self, query: ListQuery, now: int, zone: tzinfo) -> list[FacetValue]:
        """Return how many conversations were at work today and in longer spans up to `now`."""
        from convledger.reports.facets import date_facet

        return date_facet(self.connection, query, now, zone)

    @in_words
    def outline(self, conversation_id: int, *, hidden: bool = False) -> Outline:
        """Return a conversation without its texts, with what each turn cost."""
        from convledger.reports.reading import outline

        return outline(self.connection, conversation_id, hidden=hidden)

    @in_words
    def bodies(self, message_ids: Sequence[int], *, most: int | None = None) -> dict[int, str]:
        """Return the texts of messages, each cut to `most` characters."""
        from convledger.reports.reading import bodies

        return bodies(self.connection, message_ids, most=most)

    @in_words
    def place_of(self, message_id: int) -> tuple[int, int]:
        """Return the conversation and the message that a search has found."""
        from convledger.reports.reading import place_of

        return place_of(self.connection, message_id)

    @in_words
    def find_in(self, conversation_id: int, text: str, *, hidden: bool = False) -> list[int]:
        """Return the messages of a conversation whose text holds `text`."""
        from convledger.reports.reading import find_in

        return find_in(self.connection, conversation_id, text, hidden=hidden)

    @in_words
    def family(self, conversation_id: int) -> Member:
        """Return the tree of forks, resumes and sub-agents around a conversation."""
        from convledger.reports.family import family

        return family(self.connection, conversation_id)

    @in_words
    def plan_view(self, name: str | None, now: int) -> PlanView | None:
        """Return a subscription with all that there is to show; None where no plan is in use."""
        from convledger.reports.plan_screen import plan_view

        if not self.plan_book.subscriptions():
            return None
        return plan_view(self.plan_book, self.plan_book.subscription(name, now), now)

    @in_words
    def plan_meters(self, now: int) -> Meters | None:
        """Return what moves about the plan in force; None where no plan is."""
        from convledger.reports.plan_screen import meters

        if not any(one.is_in_force(now) for one in self.plan_book.subscriptions()):
            return None
        in_force = self.plan_book.subscription(None, now)
        return meters(self.plan_book, self.connection, in_force, now)

    @in_words
    def boundaries(
        self, conversation_id: int, plans: Sequence[Plan], now: int
    ) -> Boundaries | None:
        """Return a conversation cut into billable units by the rules of some plans."""
        from convledger.reports.boundaries import boundaries

        return boundaries(self.connection, conversation_id, plans, now)

    @in_words
    def compare(
        self,
        candidates: Sequence[Candidate],
        scope: Scope,
        since: int,
        until: int,
        now: int,
        zone: tzinfo,
    ) -> Comparison:
        """Return what the same usage would have come to under several plans."""
        from convledger.reports.comparing import compare_plans

        return compare_plans(self.connection, candidates, scope, since, until, now, zone)
