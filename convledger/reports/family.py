"""The family of a conversation: what it came from, what came from it, and their sub-agents."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field

from convledger.errors import UsageProblem
from convledger.reports.thread import HIDDEN

_SUMS = (
    "sum(list_pico >> 30), sum(list_pico & 1073741823), count(*), sum(list_pico IS NULL), "
    "sum(price_state=3)"
)


@dataclass(slots=True)
class Member:
    """A conversation or a sub-agent with what it comes to; `first_at` is UTC microseconds.

    `list_pico` is picodollars, None if nothing is priced. The figures of a conversation hold
    those of its sub-agents, but not those of the conversations that came from it.
    """

    kind: str
    id: int
    native: str
    title: str
    relation: str
    calls: int = 0
    list_pico: int | None = None
    messages: int = 0
    first_at: int | None = None
    is_here: bool = False
    estimated_calls: int = 0
    children: list[Member] = field(default_factory=list)

    def walk(self) -> Iterator[tuple[int, Member]]:
        """Yield the member and all below it with their depths, in the order they are listed."""
        waiting = [(0, self)]
        while waiting:
            depth, member = waiting.pop()
            yield depth, member
            waiting += [(depth + 1, child) for child in reversed(member.children)]


def family(connection: sqlite3.Connection, conversation_id: int) -> Member:
    """Return the oldest known ancestor of a conversation with everything that came from it.

    Raises UsageProblem where there is no such conversation.
    """
    parents, children = _relations(connection, conversation_id)
    root = _oldest(conversation_id, parents)
    top = _member(connection, root)
    top.is_here = root == conversation_id
    seen = {root}
    waiting = [top]
    while waiting:
        member = waiting.pop()
        member.children = _agents(connection, member.id)
        for child_id in children.get(member.id, ()):
            if child_id in seen:
                continue
            seen.add(child_id)
            child = _member(connection, child_id)
            child.is_here = child_id == conversation_id
            member.children.append(child)
            waiting.append(child)
        member.children.sort(key=lambda child: (child.first_at or 0, child.kind, child.id))
    return top


def _relations(
    connection: sqlite3.Connection, conversation_id: int
) -> tuple[dict[int, int], dict[int, list[int]]]:
    """Return parents and children by their ids, for all conversations of the same reader."""
    parents: dict[int, int] = {}
    children: dict[int, list[int]] = {}
    for child_id, parent_id in connection.execute(
        "SELECT child.id, parent.id FROM conversation AS child JOIN conversation AS parent "
        "ON parent.reader_id=child.reader_id AND parent.native=child.parent_native "
        "WHERE child.parent_native<>'' AND child.id<>parent.id "
        "AND child.reader_id=(SELECT reader_id FROM conversation WHERE id=?)",
        (conversation_id,),
    ):
        parents[child_id] = parent_id
        children.setdefault(parent_id, []).append(child_id)
    return parents, children


def _oldest(conversation_id: int, parents: dict[int, int]) -> int:
    """Return the last ancestor; of parents in a ring the one with the lowest id."""
    way = [conversation_id]
    seen = {conversation_id}
    while (parent := parents.get(way[-1])) is not None:
        if parent in seen:
            return min(way[way.index(parent) :])
        way.append(parent)
        seen.add(parent)
    return way[-1]


def _member(connection: sqlite3.Connection, conversation_id: int) -> Member:
    row = connection.execute(
        "SELECT native, title, relation, first_at FROM conversation WHERE id=?",
        (conversation_id,),
    ).fetchone()
    if row is None:
        raise UsageProblem(f"no conversation {conversation_id} in the ledger")
    native, title, relation, first_at = row
    member = Member("conversation", conversation_id, native, title, relation, first_at=first_at)
    _count(
        member,
        connection.execute(
            f"SELECT {_SUMS} FROM call WHERE conversation_id=?", (conversation_id,)
        ).fetchone(),
    )
    member.messages = connection.execute(
        f"SELECT count(*) FROM message WHERE conversation_id=? AND flags & {HIDDEN} = 0",
        (conversation_id,),
    ).fetchone()[0]
    return member


def _agents(connection: sqlite3.Connection, conversation_id: int) -> list[Member]:
    agents = {
        row[0]: Member("agent", row[0], row[1], ": ".join(filter(None, row[2:])), "agent")
        for row in connection.execute(
            "SELECT id, native, kind, description FROM agent WHERE conversation_id=?",
            (conversation_id,),
        )
    }
    if not agents:
        return []
    for agent_id, first_at, *sums in connection.execute(
        f"SELECT agent_id, min(at), {_SUMS} FROM call WHERE conversation_id=? GROUP BY agent_id",
        (conversation_id,),
    ):
        if agent_id in agents:
            _count(agents[agent_id], tuple(sums))
            agents[agent_id].first_at = first_at
    for agent_id, first_at, messages in connection.execute(
        f"SELECT agent_id, min(at), sum(flags & {HIDDEN} = 0) FROM message "
        "WHERE conversation_id=? GROUP BY agent_id",
        (conversation_id,),
    ):
        if agent_id in agents:
            known = agents[agent_id].first_at
            agents[agent_id].messages = messages
            agents[agent_id].first_at = first_at if known is None else min(known, first_at)
    return list(agents.values())


def _count(member: Member, sums: tuple[int | None, ...]) -> None:
    high, low, calls, unpriced, estimated = (value or 0 for value in sums)
    member.calls, member.estimated_calls = calls, estimated
    member.list_pico = (high << 30) + low if calls > unpriced else None
