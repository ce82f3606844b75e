"""Counts what Claude Code's logs say was billed."""

from __future__ import annotations

from decimal import Decimal

import msgspec
from msgspec import Struct

from convledger.clock import parse_instant
from convledger.money import pico_from_usd
from convledger.sources.claude_code import records, session_of
from convledger.sources.claude_code.records import CountedLine, CountedMessage, Usage
from convledger.sources.findings import (
    Call,
    Figures,
    Lines,
    Reported,
    Summary,
)
from convledger.sources.lenient import decode_line, sortable
from convledger.sources.lenient import records as each
from convledger.sources.titles import CUSTOM, GENERATED, claude_title, title_line

RENAME_LENGTH = 2000  # a record of the rename command is short; longer ones are not searched
SEARCH_RESULT_MOST = 256 << 10  # bytes; what a web search brings back is shorter
COST_LIMIT = 1_000_000  # dollars; a larger figure is a broken log
SEARCH_COUNT = b'"searchCount"'
STANDARD = frozenset(("", "standard", "default", "not_available", "global", None))
Counts = tuple[int, int, int, int, int, int, int]
Kept = dict[tuple[str, str, bool], Call]


class FiguresState(Struct):
    """What must be known of a file's earlier lines to count its later ones."""

    last_at: int = 0
    titled: bool = False
    model: str = ""


def context_of(usage: Usage) -> str:
    """Return what beside the tokens decides the price, as sorted `key=value` pairs."""
    if (
        usage.inference_geo in STANDARD
        and usage.speed in STANDARD
        and usage.service_tier in STANDARD
    ):
        return ""
    pairs = []
    if usage.inference_geo not in STANDARD:
        pairs.append(f"inference_geo={usage.inference_geo}")
    if usage.service_tier not in STANDARD:
        pairs.append(f"service_tier={usage.service_tier}")
    if usage.speed not in STANDARD:
        pairs.append(f"speed={usage.speed}")
    return ";".join(pairs)


def is_unique_id(message_id: str) -> bool:
    """Tell whether this is an id of Anthropic's own, which no two requests share."""
    return message_id.startswith("msg_") and len(message_id) >= 16


def is_possible_cost(amount: Decimal) -> bool:
    """Tell whether a conversation may have cost so much, in dollars."""
    return amount.is_finite() and 0 <= amount <= COST_LIMIT


def total_of(counts: Counts) -> int:
    """Return all tokens of a call's counts, by which the fullest line of a stream is kept."""
    return counts[0] + counts[1] + counts[3] + counts[4] + counts[5]


def disjoint_tokens(usage: Usage) -> Counts:
    """Return input, output, reasoning, cache read, cache writes for 5 min and 1 h, web searches.

    Where the split of the cache writes and their sum disagree the split holds, unless it is
    empty: older versions wrote the sum alone.
    """
    split, tools, details = usage.cache_creation, usage.server_tool_use, usage.output_tokens_details
    out = usage.output_tokens or 0
    five = hour = 0
    if split is not None:
        five = split.ephemeral_5m_input_tokens or 0
        hour = split.ephemeral_1h_input_tokens or 0
    if not five and not hour:
        five = usage.cache_creation_input_tokens or 0
    return (
        usage.input_tokens or 0,
        out,
        min(details.thinking_tokens or 0, out) if details is not None else 0,
        usage.cache_read_input_tokens or 0,
        five,
        hour,
        (tools.web_search_requests or 0) if tools is not None else 0,
    )


class FiguresReader:
    """Counts the lines of one log file, carrying its state from chunk to chunk."""

    def __init__(self, relative: str, state: bytes = b"") -> None:
        self._session = session_of(relative)
        self._state = msgspec.msgpack.decode(state, type=FiguresState) if state else FiguresState()
        self._spans: dict[str, tuple[str, str]] = {}

    def state(self) -> bytes:
        """Return what a later reader of the same file needs to go on."""
        return msgspec.msgpack.encode(self._state)

    def read(self, lines: Lines) -> Figures:
        """Return what `lines` hold; a line that can't be used is among the rejected."""
        found = Figures()
        kept: Kept = {}
        spans = self._spans = {}
        for number, record in each(records.counted_line, lines, found.rejected):
            try:
                session = record.sessionId or self._session
                stamp = record.timestamp
                if stamp and (
                    (stamp[23:] == "Z" and stamp[0] == "2") or (stamp := sortable(stamp))
                ):
                    span = spans.get(session)
                    if span is None:
                        spans[session] = (stamp, stamp)
                    elif stamp > span[1]:
                        spans[session] = (span[0], stamp)
                    elif stamp < span[0]:
                        spans[session] = (stamp, span[1])
                kind = record.type
                if kind == "assistant":
                    self._assistant(record, session, number, kept, found)
                elif kind == "user":
                    self._user(record, session, found)
                    self._searches(record, session, number, kept)
                elif kind == "progress":
                    self._echo(record, session, number, kept, found)
                elif kind is not None:
                    self._side_record(kind, record, session, number, found)
            except (ValueError, RecursionError) as error:
                found.rejected.append(lines.rejected(number, str(error)))
        for session, (first, last) in spans.items():
            facts = found.conversation(session)
            facts.first_at, facts.last_at = parse_instant(first), parse_instant(last)
            self._state.last_at = max(self._state.last_at, facts.last_at or 0)
        found.calls = list(kept.values())
        return found

    def _assistant(
        self, record: CountedLine, session: str, number: int, kept: Kept, found: Figures
    ) -> None:
        message = record.message
        if not isinstance(message, CountedMessage) or message.usage is None:
            return
        if message.model == "<synthetic>":
            return
        self._state.model = message.model or ""
        counts = disjoint_tokens(message.usage)
        name = (message.id or record.uuid or "", record.requestId or "", record.isSidechain is True)
        earlier = kept.get(name) if name[0] else None
        if earlier is not None and total_of(counts) <= earlier.total:
            return
        call = self._call(record, message, counts, session, number)
        if earlier is not None and call.reported is None:
            call.reported = earlier.reported
        kept[name if name[0] else (call.key, "", False)] = call
        if call.copied_into:
            facts = found.conversation(session)
            facts.parent, facts.relation = call.conversation, "fork"

    def _call(
        self,
        record: CountedLine,
        message: CountedMessage,
        counts: Counts,
        session: str,
        number: int,
    ) -> Call:
        at = parse_instant(record.timestamp) or self._latest()
        if not at:
            raise ValueError("no usable timestamp")
        sidechain = record.isSidechain is True
        identity = message.id or record.uuid
        variant = ""
        if not identity:
            numbers = "/".join(map(str, counts))
            identity = f"{session}@{record.timestamp}#{number}:{message.model}/{numbers}"
        elif message.id and not sidechain and not is_unique_id(identity):
            variant = record.requestId or ""
        owner = record.requestSessionId or session
        call = Call(
            identity,
            owner,
            at,
            message.model or "unknown",
            number,
            *counts,
            context=context_of(message.usage) if message.usage else "",
            variant=variant,
            sidechain=sidechain,
            agent=record.agentId or "",
        )
        if owner != session:
            call.copied_into = session
        if record.costUSD is not None and is_possible_cost(record.costUSD):
            call.reported = pico_from_usd(record.costUSD)
        return call

    def _latest(self) -> int:
        """Return the last instant in the file before a record that has none."""
        seen = (parse_instant(last) or 0 for _, last in self._spans.values())
        return max(self._state.last_at, max(seen, default=0))

    def _echo(
        self, record: CountedLine, session: str, number: int, kept: Kept, found: Figures
    ) -> None:
        data = bytes(record.data)
        if b'"usage"' not in data:
            return
        echo = decode_line(records.echo, data)
        inner: CountedLine | None = echo.message
        if inner is None or inner.type != "assistant":
            return
        inner.isSidechain = True
        inner.agentId = inner.agentId or echo.agentId
        inner.timestamp = inner.timestamp or record.timestamp
        self._assistant(inner, session, number, kept, found)

    def _user(self, record: CountedLine, session: str, found: Figures) -> None:
        facts = found.conversation(session)
        if not facts.project and record.cwd:
            facts.project = record.cwd
            facts.branch = record.gitBranch or ""
            facts.version = record.version or ""
            facts.background = record.sessionKind == "bg"
        if record.isSidechain or record.isMeta or record.isCompactSummary:
            return
        if not isinstance(record.message, CountedMessage):
            return
        content = memoryview(record.message.content)
        if self._state.titled and content.nbytes > RENAME_LENGTH:
            return
        raw = content.tobytes()
        if self._state.titled and b"/rename" not in raw:
            return
        rank, title = claude_title(raw)
        if self._state.titled and rank < CUSTOM:
            return  # a later prompt that speaks of the command
        facts.entitle(rank, title)
        self._state.titled = self._state.titled or bool(title)

    def _searches(self, record: CountedLine, session: str, number: int, kept: Kept) -> None:
        """Count the fee of the web searches that a tool ran in a side call of its own.

        The tokens of that call are not logged; the fee is that of the model that asked for it.
        """
        result = memoryview(record.toolUseResult)
        if not len(SEARCH_COUNT) < result.nbytes <= SEARCH_RESULT_MOST:
            return
        raw = result.tobytes()
        if SEARCH_COUNT not in raw or not raw.startswith(b"{"):
            return
        count = decode_line(records.search_result, raw).searchCount
        at = parse_instant(record.timestamp) or self._latest()
        if not count or not at:
            return
        identity = f"{record.uuid or f'{session}@{record.timestamp}#{number}'}:searches"
        kept[identity, "", record.isSidechain is True] = Call(
            identity,
            record.requestSessionId or session,
            at,
            self._state.model or "unknown",
            number,
            web_searches=count,
            sidechain=record.isSidechain is True,
            agent=record.agentId or "",
        )

    def _side_record(
        self, kind: str, record: CountedLine, session: str, number: int, found: Figures
    ) -> None:
        if kind == "ai-title" and record.aiTitle:
            found.conversation(session).entitle(GENERATED, title_line(record.aiTitle))
        elif kind == "custom-title" and record.customTitle:
            found.conversation(session).entitle(CUSTOM, title_line(record.customTitle))
        elif kind == "summary" and record.summary and record.leafUuid:
            found.summaries.append(Summary(record.leafUuid, title_line(record.summary)))
        elif kind == "system" and b"/rename" in bytes(record.content):
            rank, title = claude_title(bytes(record.content))
            if rank == CUSTOM:
                found.conversation(session).entitle(rank, title)
        elif kind == "cost-state" and record.totalCostUSD is not None:
            self._reported(record, session, number, found)

    def _reported(self, record: CountedLine, session: str, number: int, found: Figures) -> None:
        at = parse_instant(record.timestamp) or self._latest()
        if not at or record.totalCostUSD is None:
            return
        raw = bytes(record.modelUsage)
        costs = {
            model: cost.costUSD
            for model, cost in (records.model_costs.decode(raw) if raw else {}).items()
            if cost.costUSD is not None
        } or {"": record.totalCostUSD}
        for model, cost in costs.items():
            if is_possible_cost(cost):
                found.reported.append(Reported(session, model, at, pico_from_usd(cost), number))
