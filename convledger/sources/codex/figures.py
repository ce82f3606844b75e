"""Counts what Codex's rollouts say was billed."""

from __future__ import annotations

import operator

import msgspec
from msgspec import Struct

from convledger.clock import EARLIEST, LATEST, parse_instant
from convledger.sources.codex import records, thread_of
from convledger.sources.codex.forks import Family, Replay, Totals, uuid7_instant
from convledger.sources.codex.records import CountedLine, CountedPayload, ThreadUsage, TokenUsage
from convledger.sources.findings import (
    TOKEN_LIMIT,
    Call,
    ConversationFacts,
    Figures,
    Lines,
)
from convledger.sources.lenient import records as each
from convledger.sources.lenient import sortable
from convledger.sources.titles import PROMPT, content_text, is_codex_prompt, title_line


class FiguresState(Struct):
    """What must be known of a file's earlier lines to count its later ones."""

    thread: str = ""
    known: bool = False
    provider: str = ""
    model: str = ""
    totals: Totals | None = None
    records: bool = False
    based: bool = False
    titled: bool = False
    last_at: int = 0
    turns: int = 0
    falls: int = 0
    counted: Totals | None = None
    replay: Replay = msgspec.field(default_factory=Replay)


def totals_of(usage: TokenUsage | ThreadUsage | None) -> Totals | None:
    """Return the counts of `usage` as they stand in the log; None where there are none."""
    if usage is None:
        return None
    return (
        usage.input_tokens or 0,
        usage.cached_input_tokens or 0,
        usage.cache_write_input_tokens or 0,
        usage.output_tokens or 0,
        usage.total_tokens or 0,
    )


def _difference(totals: Totals, before: Totals) -> Totals:
    fresh, cached, written, out, whole = (
        max(0, now - then) for now, then in zip(totals, before, strict=True)
    )
    return fresh, cached, written, out, whole


class FiguresReader:
    """Counts the lines of one rollout, carrying its state from chunk to chunk."""

    def __init__(
        self, relative: str, state: bytes = b"", family: Family | None = None, written_at: int = 0
    ) -> None:
        self._state = (
            msgspec.msgpack.decode(state, type=FiguresState)
            if state
            else FiguresState(thread_of(relative))
        )
        self._family = family or (lambda _thread: None)
        self._parents: frozenset[Totals] | None = None
        self._written_at = written_at
        if self._state.replay.open and self._state.replay.known:
            self._parents = self._family(self._state.replay.parent)

    def state(self) -> bytes:
        """Return what a later reader of the same file needs to go on."""
        return msgspec.msgpack.encode(self._state)

    def replayed_until(self) -> int:
        """Return the last line that is known to repeat the parent's history; 0 where none does."""
        return self._state.replay.until

    def read(self, lines: Lines) -> Figures:
        """Return what `lines` hold; a line that can't be used is among the rejected."""
        found = Figures()
        state = self._state
        first = last = ""
        for number, record in each(records.counted_line, lines, found.rejected):
            try:
                stamp = record.timestamp
                if stamp and (
                    (stamp[23:] == "Z" and stamp[0] == "2") or (stamp := sortable(stamp))
                ):
                    first = stamp if not first or stamp < first else first
                    last = stamp if stamp > last else last
                elif last:
                    state.last_at = max(state.last_at, parse_instant(last) or 0)
                if state.replay.open and (at := parse_instant(record.timestamp)):
                    state.replay.line(at)
                self._record(record, number, found)
            except (ValueError, RecursionError) as error:
                found.rejected.append(lines.rejected(number, str(error)))
        facts = found.conversation(state.thread)
        facts.first_at, facts.last_at = parse_instant(first), parse_instant(last)
        state.last_at = max(state.last_at, facts.last_at or 0)
        return found

    def _record(self, record: CountedLine, number: int, found: Figures) -> None:
        kind, payload = record.type, record.payload
        if kind == "turn.completed" and record.usage is not None:
            self._exec_turn(record, number, found)
        elif kind == "thread.started" and record.thread_id:
            self._state.thread = record.thread_id
        if not isinstance(payload, CountedPayload):
            return
        if kind == "event_msg":
            if payload.type == "token_count" and payload.info is not None:
                self._token_count(record, payload.info, number, found)
            elif payload.type == "task_started":
                self._state.replay.turn(payload.turn_id)
        elif kind == "turn_context":
            self._state.model = payload.model or self._state.model
            self._state.replay.turn(payload.turn_id)
        elif kind == "token_usage_record" and payload.usage is not None:
            self._usage_record(record, payload, payload.usage, number, found)
        elif kind == "session_meta":
            self._session(payload, parse_instant(record.timestamp) or 0, found)
        elif kind == "response_item" and not self._state.titled and payload.role == "user":
            self._title(payload, found.conversation(self._state.thread))

    def _title(self, payload: CountedPayload, facts: ConversationFacts) -> None:
        try:
            text = content_text(msgspec.json.decode(payload.content))
        except msgspec.MsgspecError:
            return
        if is_codex_prompt(text):
            facts.entitle(PROMPT, title_line(text))
            self._state.titled = True

    def _session(self, payload: CountedPayload, at: int, found: Figures) -> None:
        state = self._state
        state.replay.metas += 1
        if state.known:
            return  # the parent's, copied into a fork
        state.known = True
        state.thread = payload.id or state.thread
        state.provider = payload.model_provider or ""
        facts = found.conversation(state.thread)
        facts.project, facts.version = payload.cwd or "", payload.cli_version or ""
        git = bytes(payload.git)
        if git.startswith(b"{"):
            facts.branch = records.git.decode(git).branch or ""
        spawned = b"thread_spawn" in bytes(payload.source)
        parent = payload.forked_from_id or payload.parent_thread_id or _spawner(payload)
        if parent and parent != state.thread:
            facts.parent = parent
            facts.relation = "subagent" if spawned or payload.parent_thread_id else "fork"
            base = bytes(payload.history_base)
            state.based = bool(base) and base != b"null"
            self._parents = self._family(parent)
            known = self._parents is not None
            metas = state.replay.metas
            is_open = known or not state.based  # a thread that copies nothing may say a count again
            state.replay = Replay(parent, state.thread, is_open, known, metas)
            state.replay.line(at)

    def _token_count(
        self, record: CountedLine, info: records.Info, number: int, found: Figures
    ) -> None:
        state = self._state
        totals, last = totals_of(info.total_token_usage), totals_of(info.last_token_usage)
        if totals is not None and totals == state.totals:
            return
        if state.replay.repeats(totals, last, self._parents):
            state.replay.until = 0 if state.based else number
            state.totals = totals or state.totals
            return
        usage = info.last_token_usage
        if usage is None:
            usage = self._since_previous(info.total_token_usage)
        if totals and state.totals and any(map(operator.lt, totals, state.totals)):
            state.falls += 1  # the same totals may come again, for other calls
        state.totals = totals or state.totals
        if usage is None or state.records:
            return
        stamp = "/".join(map(str, totals if totals is not None else (last or ())))
        begun = f"{state.thread}:{state.falls}" if state.falls else state.thread
        key = f"{begun}:{stamp}" if totals else f"{state.thread}@{record.timestamp}:{stamp}"
        call = self._call(key, record, usage, number)
        state.counted = totals_of(usage)
        if call.total:
            found.calls.append(call)

    def _since_previous(self, usage: ThreadUsage | None) -> TokenUsage | None:
        totals, before = totals_of(usage), self._state.totals
        if usage is None or totals is None:
            return None
        if before is None:
            if self._state.based:
                return None  # the count holds the parent's, which is not this thread's
            before = (0, 0, 0, 0, 0)
        if totals[4] < before[4]:
            return None
        fresh, cached, written, out, whole = _difference(totals, before)
        if max(fresh, out, whole) > TOKEN_LIMIT:
            raise ValueError(f"not a possible token count: {max(fresh, out, whole)}")
        return TokenUsage(fresh, cached, written, out, 0, whole)

    def _usage_record(
        self,
        record: CountedLine,
        payload: CountedPayload,
        usage: TokenUsage,
        number: int,
        found: Figures,
    ) -> None:
        state = self._state
        thread = payload.thread_id or state.thread
        if not state.records:
            state.records = True
            if self._is_told(payload, usage):
                return
        whole = "/".join(map(str, totals_of(payload.thread_token_usage) or ()))
        name = payload.response_id or f"{payload.turn_id or record.timestamp}:{whole}"
        call = self._call(f"{thread}:{name}", record, usage, number)
        if thread != state.thread:
            call.conversation, call.copied_into = thread, state.thread
        if call.total:
            found.calls.append(call)

    def _is_told(self, payload: CountedPayload, usage: TokenUsage) -> bool:
        """Tell whether the token count before a file's first usage record is of its request.

        Earlier counts are those of an older version that wrote no records, and hold.
        """
        state, whole = self._state, totals_of(payload.thread_token_usage)
        if whole is not None and state.totals is not None:
            return whole == state.totals
        return totals_of(usage) == state.counted

    def _exec_turn(self, record: CountedLine, number: int, found: Figures) -> None:
        if record.usage is None:
            return
        self._state.turns += 1
        record.timestamp = record.timestamp or None
        key = f"{self._state.thread}#{self._state.turns}"
        found.calls.append(self._call(key, record, record.usage, number))

    def _begun_at(self) -> int:
        """Return when the thread or else its file was made, for logs without any instant."""
        begun = uuid7_instant(self._state.thread) or 0
        return begun if EARLIEST <= begun < LATEST else self._written_at

    def _call(self, key: str, record: CountedLine, usage: TokenUsage, number: int) -> Call:
        state = self._state
        at = parse_instant(record.timestamp) or state.last_at or self._begun_at()
        if not at:
            raise ValueError("no usable timestamp")
        fresh = usage.input_tokens or 0
        cached = min(usage.cached_input_tokens or 0, fresh)
        written = min(usage.cache_write_input_tokens or 0, fresh - cached)
        out = usage.output_tokens or 0
        return Call(
            key,
            state.thread,
            at,
            state.model or "unknown",
            number,
            fresh - cached - written,
            out,
            min(usage.reasoning_output_tokens or 0, out),
            cached,
            written,
            provider=state.provider,
            approximate=state.replay.open and not state.replay.known,
        )


def _spawner(payload: CountedPayload) -> str:
    """Return the thread that spawned this one as a sub-agent, as older versions say it."""
    source = bytes(payload.source)
    if b"parent_thread_id" not in source:
        return ""
    value = msgspec.json.decode(source)
    try:
        return str(value["subagent"]["thread_spawn"]["parent_thread_id"])
    except (KeyError, TypeError):
        return ""


def token_totals(lines: Lines) -> list[Totals]:
    """Return the cumulative totals of a rollout's token counts, for its forks to compare with."""
    found: list[Totals] = []
    for _, record in each(records.counted_line, lines, []):
        payload = record.payload
        if not isinstance(payload, CountedPayload) or payload.info is None:
            continue
        totals = totals_of(payload.info.total_token_usage)
        if totals is not None:
            found.append(totals)
    return found
