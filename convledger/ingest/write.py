"""Writes findings into the ledger: rated, merged, and with the position they came from."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import Protocol

from convledger.clock import now_us
from convledger.ingest.read import Part
from convledger.sources.findings import Call, Figures, Measure, Message
from convledger.store.calls import MISSING, ROUNDED, Birth, CallBook, CallRow, in_doubt
from convledger.store.catalog import Catalog
from convledger.store.files import forget_rejected, reject, save_file
from convledger.store.messages import message_key, resolve_summaries, summarised, write_batch
from convledger.store.outcomes import note_outcome
from convledger.store.tombstones import Erased

_DOUBTS: dict[int, int] = {Measure.RECORDED: 0, Measure.ROUNDED: ROUNDED, Measure.MISSING: MISSING}


class Rates(Protocol):
    """What rating offers: an exact cost in picodollars, or none, and how it was found."""

    def pico(
        self, source: str, provider: str | None, model: str, at: int, context: str,
        input: int, output: int, cache_read: int, cache_write_5m: int, cache_write_1h: int,  # noqa: A002
        web_searches: int,
    ) -> tuple[int | None, int]: ...  # fmt: skip

    def provider_of(self, source: str, provider: str | None, model: str) -> str: ...


@dataclass(slots=True)
class Tally:
    """What a sitting has brought in."""

    calls: int = 0
    messages: int = 0
    known_calls: int = 0
    known_messages: int = 0
    rejected: int = 0
    files: int = 0
    read_bytes: int = 0
    conversations: set[int] = field(default_factory=set)
    unreadable: list[tuple[str, str]] = field(default_factory=list)  # files, and why
    last_known: int = 0  # the id of the latest conversation that was there before

    @property
    def new_conversations(self) -> int:
        """How many conversations were not known before."""
        return sum(conversation_id > self.last_known for conversation_id in self.conversations)


class Writer:
    """Stores parts of files; the caller begins and ends the transactions around it."""

    def __init__(
        self, connection: sqlite3.Connection, rates: Rates, births: dict[int, Birth]
    ) -> None:
        self._connection = connection
        self._rates = rates
        self.catalog = Catalog(connection)
        self._births = births
        self._calls: list[CallRow] = []
        self._book = CallBook(connection, births)
        self._texts: list[tuple[int, int, int, int | None, Message]] = []
        self._leaves: set[int] | None = None  # messages that summaries name; None: not looked up
        self._replacing: set[int] = set()  # files whose messages take the place of stored ones
        self._named: set[int] = set()  # those that this batch's summaries name
        self._providers: dict[tuple[str, str, str], str] = {}
        self._erased = Erased.load(connection)
        last = connection.execute("SELECT coalesce(max(id), 0) FROM conversation").fetchone()
        self.tally = Tally(last_known=int(last[0]))

    def add_figures(self, reader: str, part: Part) -> None:
        """Take in what a part of a file counts."""
        found, row = part.figures, part.row
        if found is None:
            return
        if part.restarted:
            forget_rejected(self._connection, row.id)
        reader_id = self.catalog.reader(reader)
        self._birth(found, part)
        if self._erased is not None:
            from convledger.ingest.erased import without_erased_figures

            without_erased_figures(self._erased, reader, reader_id, row.path, found)
        for facts in found.conversations.values():
            conversation_id, is_older = self.catalog.describe(
                reader_id, row.source_id, facts, part.told_ns
            )
            if facts.outcome is not None or facts.details:
                told = now_us() if part.told_ns is None else min(now_us(), part.told_ns // 1000)
                note_outcome(self._connection, conversation_id, facts, told=told, is_older=is_older)
            self.tally.conversations.add(conversation_id)
        for agent in found.agents:
            self.catalog.describe_agent(reader_id, agent)
        for call in found.calls:
            self._calls.append(self._row(reader, reader_id, row.id, call))
        self._add_reported(reader, reader_id, row.id, found)
        for summary in found.summaries:
            key = message_key(reader_id, summary.leaf, 0)
            self._connection.execute(
                "INSERT OR IGNORE INTO summary VALUES (?, ?, ?)", (reader_id, key, summary.title)
            )
            self._named.add(key)
        self._finish(part, found.rejected)

    def _finish(self, part: Part, rejected: list) -> None:  # type: ignore[type-arg]
        part.row.read_at = now_us()
        if rejected:
            self.tally.rejected += reject(self._connection, part.row.id, rejected, part.row.read_at)
        save_file(self._connection, part.row)
        self.tally.read_bytes += part.read_bytes

    def _birth(self, found: Figures, part: Part) -> None:
        """Note when a file was begun, and how far it went when it was first read.

        Of two logs with the same beginning the one that goes on longer is the copy: a conversation
        is taken up again when it has ended.
        """
        row = part.row
        spans = found.conversations.values()
        if row.first_at is None:
            row.first_at = min((span.first_at for span in spans if span.first_at), default=None)
            row.background = int(any(span.background for span in spans))
        if part.first_reading:
            ends = [span.last_at for span in spans if span.last_at]
            row.first_until = max([row.first_until or 0, *ends]) or None
        self._births[row.id] = (
            *(row.background, row.first_at or 0, row.first_until or 0),
            str(row.path),
        )

    def _row(self, reader: str, reader_id: int, file_id: int, call: Call) -> CallRow:
        pico, state = self._rates.pico(
            reader, call.provider or None, call.model, call.at, call.context, call.input,
            call.output, call.cache_read, call.cache_write_5m, call.cache_write_1h,
            call.web_searches,
        )  # fmt: skip
        doubt = int(call.approximate) | _DOUBTS[call.measure]
        if doubt > 1:
            pico, state = in_doubt(doubt, pico, state)
        conversation_id = self.catalog.conversation(reader_id, call.conversation)
        agent_id = self.catalog.agent(conversation_id, call.agent) if call.agent else None
        return CallRow(
            reader_id, call.key, call.variant, conversation_id, agent_id, file_id, call.line,
            call.at, self._model(reader, call), call.context, int(call.sidechain),
            doubt, call.input, call.output, call.reasoning, call.cache_read,
            call.cache_write_5m, call.cache_write_1h, call.web_searches, pico, state,
            call.reported,
        )  # fmt: skip

    def _model(self, reader: str, call: Call) -> int:
        name = (reader, call.provider, call.model)
        provider = self._providers.get(name)
        if provider is None:
            provider = self._rates.provider_of(reader, call.provider or None, call.model)
            self._providers[name] = provider
        speed = "fast" if "speed=fast" in call.context else ""
        return self.catalog.model(
            self.catalog.reader(reader), call.provider, call.model, speed, provider
        )

    def _add_reported(self, reader: str, reader_id: int, file_id: int, found: Figures) -> None:
        """Store what the source says a conversation cost so far, by model.

        A fork starts from its parent's total: the cost of the calls it inherited comes first, as
        a total that is not its own.
        """
        inherited: dict[tuple[int, int], tuple[int, int, int]] = {}
        for call in found.calls:
            if call.copied_into:
                row = self._row(reader, reader_id, file_id, call)
                conversation_id = self.catalog.conversation(reader_id, call.copied_into)
                name = (conversation_id, row.model_id)
                total, at, line = inherited.get(name, (0, call.at, call.line))
                inherited[name] = (total + (row.list_pico or 0), min(at, call.at), line)
        rows = [
            (conversation_id, model_id, at, total, 1, file_id, line)
            for (conversation_id, model_id), (total, at, line) in inherited.items()
        ]
        for reported in found.reported:
            call = Call("", reported.conversation, reported.at, reported.model or "unknown", 0)
            conversation_id = self.catalog.conversation(reader_id, reported.conversation)
            rows.append(
                (
                    conversation_id,
                    self._model(reader, call),
                    reported.at,
                    reported.cumulative,
                    0,
                    file_id,
                    reported.line,
                )
            )
        self._connection.executemany(
            "INSERT OR REPLACE INTO reported (conversation_id, model_id, at, cumulative_pico, "
            "inherited, file_id, line) VALUES (?, ?, ?, ?, ?, ?, ?)",
            rows,
        )

    def add_texts(self, reader: str, part: Part) -> None:
        """Take in what a part of a file says."""
        found, row = part.texts, part.row
        if found is None:
            save_file(self._connection, row)
            return
        reader_id = self.catalog.reader(reader)
        if part.replaces:
            self._replacing.add(row.id)
        if self._erased is not None:
            from convledger.ingest.erased import without_erased_texts

            without_erased_texts(self._erased, reader, row.path, found)
        for message in found.messages:
            conversation_id = self.catalog.conversation(reader_id, message.conversation)
            agent_id = None
            if message.agent:
                agent_id = self.catalog.agent(conversation_id, message.agent)
            self._texts.append((reader_id, row.id, conversation_id, agent_id, message))
        self._finish(part, found.rejected)

    def forget(self) -> None:
        """Drop what was taken in but not stored, as after a transaction that was rolled back."""
        self._calls, self._texts = [], []
        self._book = CallBook(self._connection, self._births)
        self._leaves, self._named = None, set()
        self.catalog.forget()

    def flush(self) -> None:
        """Store what was taken in; belongs before the end of the transaction."""
        if self._calls:
            self._book.add(self._calls)
            self.tally.known_calls += self._book.met
            self.tally.calls += self._book.write()
            self._calls = []
        if self._named:
            resolve_summaries(self._connection, self._named)
            self._leaves, self._named = None, set()
        if self._texts:
            new = write_batch(
                self._connection, self._texts, self._births, self._erased, self._replacing
            )
            self.tally.messages += len(new)
            self.tally.known_messages += len(self._texts) - len(new)
            self._texts = []
            if self._leaves is None:
                self._leaves = summarised(self._connection)
            if named := self._leaves.intersection(new):
                resolve_summaries(self._connection, named)
