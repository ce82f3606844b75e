"""Counts the tokens that a source does not record, from the texts that it keeps.

Each call is given what was said before it on its own path as input, and its answer as output. What
nobody can see stays uncounted: system prompts, tools offered, files, what a cache made cheaper. So
such a call is an estimate wherever it is shown, and the settings can leave it unknown instead.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from convledger.clock import seconds_passed
from convledger.config import load_config
from convledger.errors import ConfigError
from convledger.ingest.mappings import READER as TABLE
from convledger.sources.findings import Flag, Kind
from convledger.store.bodies import PageReader
from convledger.store.calls import COUNTED, CallBook, CallRow, in_doubt, rebuild_usage
from convledger.store.connection import transaction
from convledger.store.messages import message_key
from convledger.store.settings import note, setting

if TYPE_CHECKING:
    from convledger.ingest.sync import Listener
    from convledger.ingest.write import Rates

# No chat model that exports are of takes more; what is older was left out of the request.
LONGEST_CONTEXT = 128_000
_BATCH_TEXT = 2 << 20  # bytes of texts counted in a transaction
_SEEN, _COUNTS = "estimates.seen", "estimates"
# Calls without tokens are `approximate & 12 = 4`: MISSING and not COUNTED, as the index has it.
_ANSWERS = frozenset([Kind.ANSWER, Kind.THINKING, Kind.TOOL_CALL])
_SENT = frozenset(
    [Kind.PROMPT, Kind.ANSWER, Kind.TOOL_CALL, Kind.TOOL_RESULT, Kind.ATTACHMENT]
)  # again with each request: what a model thought is not


@dataclass(slots=True)
class _Said:
    """One message of a source, all its blocks: what it is in tokens, and what came before it."""

    parent: _Said | None
    is_answer: bool
    all_tokens: int = 0
    sent_tokens: int = 0
    context: int = -1  # tokens of it and of all before it, as they are sent again; -1: unsummed


def follow(
    connection: sqlite3.Connection,
    rates: Callable[[], Rates],
    stopping: Callable[[], bool] = lambda: False,
    listener: Listener | None = None,
) -> int:
    """Count what sources do not record, or forget what was counted, as the settings say.

    Returns how many calls were counted.
    """
    if not _wanted():
        if setting(connection, _COUNTS, "") == "on":
            forget_counted(connection)
        return 0
    if setting(connection, _SEEN, "") == _state(connection):
        return 0
    return count_missing(connection, rates(), stopping, listener)


def _wanted() -> bool:
    try:
        return load_config().estimates
    except ConfigError:  # told by whoever starts
        return True


def _state(connection: sqlite3.Connection) -> str:
    """Return what changes when there is something new to count."""
    calls, last = connection.execute(
        "SELECT count(*), coalesce(max(id), 0) FROM call INDEXED BY call_uncounted "
        "WHERE approximate & 12 = 4"
    ).fetchone()
    if not calls:
        return ""
    low, high = connection.execute("SELECT min(id), max(id) FROM message").fetchone()
    return f"{calls} {last} {low} {high}"


def count_missing(
    connection: sqlite3.Connection,
    rates: Rates,
    stopping: Callable[[], bool] = lambda: False,
    listener: Listener | None = None,
) -> int:
    """Count the tokens of calls that have none, and their cost; return how many were counted.

    Safe to stop: what is counted is stored, conversation by conversation.
    """
    from convledger.ingest.sync import Progress
    from convledger.text.tokens import TokenCounter

    begun = seconds_passed()
    waiting = [
        row[0]
        for row in connection.execute(
            "SELECT DISTINCT conversation_id FROM call INDEXED BY call_uncounted "
            "WHERE approximate & 12 = 4 ORDER BY 1 DESC"
        )
    ]
    whole = connection.execute(
        "SELECT coalesce(sum(length), 0) FROM message WHERE conversation_id IN "
        "(SELECT conversation_id FROM call INDEXED BY call_uncounted WHERE approximate & 12 = 4)"
    ).fetchone()[0]
    counter = TokenCounter()
    done = counted = read = 0
    while done < len(waiting):
        size = 0
        with transaction(connection):
            book = CallBook(connection)
            while done < len(waiting) and size < _BATCH_TEXT:
                said, length = _said_in(connection, waiting[done], counter)
                counted += _count(connection, book, rates, waiting[done], said)
                size += length
                done += 1
            book.write()
            note(connection, _COUNTS, "on")
        read += size
        if listener is not None:
            seconds = seconds_passed() - begun
            listener(Progress("tokens", done, len(waiting), read, max(read, whole), seconds))
        if stopping():
            return counted
    with transaction(connection):
        note(connection, _SEEN, _state(connection))
    return counted


def forget_counted(connection: sqlite3.Connection) -> int:
    """Make the tokens that were counted unknown again; return how many calls that concerns."""
    with transaction(connection):
        found = connection.execute(
            "UPDATE call SET input=0, output=0, reasoning=0, list_pico=NULL, price_state=4, "
            "approximate=approximate & ~8 WHERE approximate & 8 != 0"
        )
        if found.rowcount:
            rebuild_usage(connection)
        note(connection, _SEEN, "-")
        note(connection, _COUNTS, "off")
    return found.rowcount


def _said_in(
    connection: sqlite3.Connection, conversation_id: int, counter: Callable[[str], int]
) -> tuple[dict[int, _Said], int]:
    """Return what was said in a conversation by the keys of messages, and its bytes."""
    pages = PageReader(connection)
    is_table = connection.execute(
        "SELECT reader.name FROM conversation JOIN reader ON reader.id=reader_id "
        "WHERE conversation.id=?",
        (conversation_id,),
    ).fetchone() == (TABLE,)
    # The rows of tables come in any order, and in many files.
    rows = connection.execute(
        "SELECT key, parent_key, file_id, line, kind, flags, agent_id, page_id, start, length "
        "FROM message WHERE conversation_id=? ORDER BY iif(?, at, 0), file_id, line, id",
        (conversation_id, is_table),
    ).fetchall()
    found: dict[int, _Said] = {}
    last: dict[int | None, _Said] = {}  # of the conversation, and of each sub-agent
    children: list[tuple[_Said, int]] = []
    is_tree = not is_table and any(row[1] is not None for row in rows)
    size = 0
    place: tuple[int, ...] = ()
    for key, parent_key, file_id, line, kind, flags, agent_id, *where in rows:
        is_answer = kind in _ANSWERS and not flags & Flag.PERSON
        here = (file_id, line, parent_key or 0, agent_id or 0)
        if here != place or agent_id not in last:
            # What has no parent follows on what stands before it; in a tree it is a root: the
            # first prompt, and each that it was changed to.
            before = None if is_tree else last.get(agent_id)
            last[agent_id] = said = _Said(before, is_answer)
            place = here
            if (
                is_tree and parent_key is not None
            ):  # it may stand behind, in a file that was read later
                children.append((said, parent_key))
        said = last[agent_id]
        found[key] = said
        if kind == Kind.NOTE:
            continue
        tokens = counter(pages.body(*where))
        size += where[2]
        said.all_tokens += tokens
        if kind in _SENT:
            said.sent_tokens += tokens
    for said, parent_key in children:
        said.parent = found.get(parent_key)
    for said in found.values():
        _add_context(said)
    return found, size


def _add_context(said: _Said) -> None:
    """Sum up what is sent again with all that follows on a message; a circle of parents is cut."""
    path: list[_Said] = []
    waiting: _Said | None = said
    while waiting is not None and waiting.context < 0:
        waiting.context = 0  # on the path
        path.append(waiting)
        waiting = waiting.parent
    on_path = {id(one) for one in path}
    if waiting is not None and id(waiting) in on_path:
        path[-1].parent = None
    for one in reversed(path):
        one.context = one.sent_tokens + (one.parent.context if one.parent else 0)


def _count(
    connection: sqlite3.Connection,
    book: CallBook,
    rates: Rates,
    conversation_id: int,
    said: dict[int, _Said],
) -> int:
    counted = 0
    for row, reader, provider, model in _uncounted(connection, conversation_id):
        answer = said.get(message_key(row.reader_id, row.key, 0))
        if answer is None or not answer.is_answer:
            continue  # its texts are not stored
        output, before = _output(answer)
        context = min(before.context, LONGEST_CONTEXT) if before else 0
        doubt = row.approximate | COUNTED
        pico, state = rates.pico(
            reader, provider or None, model, row.at, row.context, context, output, 0, 0, 0, 0
        )
        pico, state = in_doubt(doubt, pico, state)
        book.change(
            row, input=context, output=output, approximate=doubt, list_pico=pico, price_state=state
        )
        counted += 1
    return counted


def _output(answer: _Said) -> tuple[int, _Said | None]:
    """Return the tokens of an answer with what led to it, and what it answers."""
    output, said = 0, answer
    seen: set[int] = set()
    while said.is_answer and id(said) not in seen:
        seen.add(id(said))
        output += said.all_tokens
        if said.parent is None:
            return output, None
        said = said.parent
    return output, said


def _uncounted(
    connection: sqlite3.Connection, conversation_id: int
) -> Iterable[tuple[CallRow, str, str, str]]:
    rows = connection.execute(
        "SELECT call.reader_id, key, variant, conversation_id, agent_id, file_id, line, at, "
        "model_id, context, sidechain, approximate, input, output, reasoning, cache_read, "
        "cache_write_5m, cache_write_1h, web_searches, list_pico, price_state, reported_pico, "
        "call.id, reader.name, logged_provider, model.name "
        "FROM call JOIN reader ON reader.id=call.reader_id JOIN model ON model.id=model_id "
        "WHERE conversation_id=? AND approximate & 12 = 4",
        (conversation_id,),
    ).fetchall()
    for *columns, reader, provider, model in rows:
        yield CallRow(*columns), reader, provider, model
