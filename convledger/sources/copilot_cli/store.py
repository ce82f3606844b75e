"""Reads `session-store.db` of Copilot CLI: the requests of all sessions, and turns without a log.

Newer builds tell of the same requests in a session's events: those are passed over here, and have
the same name there, as both are named by instant and counts.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from convledger.sources.copilot_cli.calls import Tokens, call_of, request_key
from convledger.sources.copilot_cli.figures import EventCounter
from convledger.sources.copilot_cli.places import STORE
from convledger.sources.document import Document, Found, NotReadable
from convledger.sources.findings import Call, Figures, Kind, Measure, Message, Rejected, Texts
from convledger.sources.json_lines import JsonLine
from convledger.sources.lenient import BadLine
from convledger.sources.titles import PROMPT, title_line
from convledger.sources.values import instant_of, name_of, text_of, tokens_of

_AT_ONCE = 2000
_NEAR = 5_000_000  # microseconds between a row and the event that tells of the same request
_USAGE = (
    "id", "session_id", "created_at", "model", "input_tokens", "output_tokens",
    "cache_read_tokens", "cache_write_tokens", "reasoning_tokens", "parent_tool_call_id",
)  # fmt: skip
_TURNS = ("id", "session_id", "timestamp", "turn_index", "user_message", "assistant_response")
_FACTS = ("id", "cwd", "branch", "summary", "created_at", "updated_at")


class State(Struct, array_like=True):
    """The last row read, and what tells that it is the same one."""

    last: int = 0
    mark: str = ""


def _state(stored: bytes) -> State:
    try:
        return msgspec.msgpack.decode(stored, type=State) if stored else State()
    except msgspec.MsgspecError:
        return State()


class StoreReader:
    """Reads the rows of one table that are new."""

    def __init__(self, document: Document, *, texts: bool) -> None:
        self._document = document
        self._texts = texts
        self._table, wanted = ("turns", _TURNS) if texts else ("assistant_usage_events", _USAGE)
        self._tables = document.tables()
        there = self._tables.get(self._table, frozenset())
        self._is_there = {"id", "session_id"} <= there
        self._columns = ", ".join(name if name in there else f"NULL AS {name}" for name in wanted)
        self._root = document.relative.rpartition("/")[0]
        self._told: dict[str, list[Call]] = {}

    def all(self, state: State) -> Iterator[Found]:
        """Yield what is behind the state."""
        if not self._is_there:
            return
        last = self._confirmed(state)
        mark = state.mark
        while True:
            rows = self._document.rows(
                f"SELECT {self._columns} FROM {self._table} WHERE id > ? ORDER BY id LIMIT ?",  # noqa: S608
                (last, _AT_ONCE),
            )
            if not rows:
                return
            found = self._turns(rows) if self._texts else self._usage(rows)
            last, mark = rows[-1][0], _mark(rows[-1])
            found.state = msgspec.msgpack.encode(State(last, mark))
            found.done = self._document.size if len(rows) < _AT_ONCE else 0
            yield found

    def _confirmed(self, state: State) -> int:
        """Return the last row read, 0 where this is another database."""
        rows = self._document.rows(
            f"SELECT {self._columns} FROM {self._table} WHERE id=?",  # noqa: S608
            (state.last,),
        )
        if rows:
            return state.last if _mark(rows[0]) == state.mark else 0
        if "sqlite_sequence" not in self._tables:
            return 0
        given = self._document.rows("SELECT seq FROM sqlite_sequence WHERE name=?", (self._table,))
        is_later = bool(given) and isinstance(given[0][0], int) and given[0][0] >= state.last
        return state.last if is_later else 0

    def _usage(self, rows: list[tuple[object, ...]]) -> Found:
        figures = Figures()
        for row in rows:
            number = row[0] if isinstance(row[0], int) else 0
            try:
                call = _call(row)
            except BadLine as error:
                figures.rejected.append(Rejected(number, 0, str(error), _excerpt(row)))
                continue
            self._describe(call.conversation, figures, call.at)
            if not self._is_told(call):
                figures.calls.append(call)
        return Found(figures)

    def _is_told(self, call: Call) -> bool:
        """Tell whether the events of its session tell of a request; each does so once."""
        told = self._told.get(call.conversation)
        if told is None:
            told = self._told[call.conversation] = self._told_by(call.conversation)
        counts = _counts(call)
        near = [
            other for other in told if abs(other.at - call.at) <= _NEAR and _counts(other) == counts
        ]
        if not near:
            return False
        told.remove(min(near, key=lambda other: abs(other.at - call.at)))
        return True

    def _told_by(self, session: str) -> list[Call]:
        """Return the requests that a session's events tell of one by one."""
        counter = EventCounter(session, self._document.changed_at)
        for name in self._logs(session):
            content = self._document.beside(name) or b""
            for data in _lines_with(content, b"session.usage_record"):
                try:
                    counter.take(JsonLine(1, data, 0, 0))
                except (BadLine, msgspec.MsgspecError):
                    continue
        return counter.figures.calls

    def _logs(self, session: str) -> list[str]:
        """Return the logs of a session that are there."""
        if "/" in session or session in ("", ".", ".."):
            return []
        start = f"{self._root}/" if self._root else ""
        folder = f"{start}session-state/{session}"
        if "events.jsonl" in self._document.names(folder):
            return [f"{folder}/events.jsonl"]
        kept = [f"{start}{way}session-state" for way in ("", "history-")]
        return [
            f"{way}/{session}.jsonl"
            for way in kept
            if self._document.beside(f"{way}/{session}.jsonl", 1 << 30) is not None
        ]

    def _describe(self, session: str, figures: Figures, at: int) -> None:
        if session in figures.conversations:
            facts = figures.conversations[session]
            facts.first_at = min(facts.first_at or at, at)
            facts.last_at = max(facts.last_at or at, at)
            return
        facts = figures.conversation(session)
        facts.first_at = facts.last_at = at
        there = self._tables.get("sessions", frozenset())
        if "id" not in there:
            return
        columns = ", ".join(name if name in there else f"NULL AS {name}" for name in _FACTS)
        rows = self._document.rows(f"SELECT {columns} FROM sessions WHERE id=?", (session,))  # noqa: S608
        for _, cwd, branch, summary, begun, used in rows:
            facts.project, facts.branch = text_of(cwd), text_of(branch)
            if not self._logs(session):
                facts.entitle(PROMPT, title_line(text_of(summary)))
            facts.first_at = min(facts.first_at, instant_of(begun) or at)
            facts.last_at = max(facts.last_at, instant_of(used) or at)

    def _turns(self, rows: list[tuple[object, ...]]) -> Found:
        """Return the turns of sessions whose log is gone."""
        texts, logs = Texts(), dict[str, bool]()
        for number, session, at, turn, asked, answered in rows:
            native = name_of(session)
            if native not in logs:
                logs[native] = bool(self._logs(native))
            if logs[native]:
                continue
            when = instant_of(at) or self._document.changed_at
            uuid, line = f"{native}:turn:{turn}", number if isinstance(number, int) else 0
            for side, kind, text in ((0, Kind.PROMPT, asked), (1, Kind.ANSWER, answered)):
                if text_of(text):
                    texts.messages.append(
                        Message(native, f"{uuid}:{side}", 0, line, when, kind, text_of(text))
                    )
        return Found(texts=texts)


def _call(row: tuple[object, ...]) -> Call:
    number, session, created, model, fresh, out, read, written, thought, agent = row
    native, at = name_of(session), instant_of(created)
    if not native or at is None:
        raise BadLine("no session" if not native else f"no usable instant: {created!r:.40}")
    name, line = text_of(model) or "unknown", number if isinstance(number, int) else 0
    counts = (fresh, out, read, written, thought)
    if all(count is None for count in counts):
        return Call(f"{native}:row:{number}", native, at, name, line, measure=Measure.MISSING)
    tokens = Tokens(*(tokens_of(count) for count in counts))
    key = request_key(native, at, name, tokens)
    return call_of(key, native, at, name, line, tokens, text_of(agent))


def _lines_with(content: bytes, word: bytes) -> Iterator[bytes]:
    """Yield the lines that hold a word, without taking all lines apart."""
    place = 0
    while (found := content.find(word, place)) >= 0:
        end = content.find(b"\n", found)
        place = end if end >= 0 else len(content)
        yield content[content.rfind(b"\n", 0, found) + 1 : place]


def _counts(call: Call) -> tuple[object, ...]:
    return call.model, call.input, call.output, call.cache_read, call.cache_write_5m


def _mark(row: tuple[object, ...]) -> str:
    return f"{row[1]}:{row[2]}"


def _excerpt(row: tuple[object, ...]) -> bytes:
    return repr(row).encode("utf-8", "replace")[:400]


def read_store(document: Document, stored: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield the requests in the database, or the turns of sessions without a log."""
    tables = document.tables()
    if "assistant_usage_events" not in tables and "turns" not in tables:
        raise NotReadable(f"not {STORE} of Copilot CLI")
    yield from StoreReader(document, texts=texts).all(_state(stored))
