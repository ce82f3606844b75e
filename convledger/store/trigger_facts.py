"""What triggers are about, as the ledger has it: rows without a word that was said.

Every query takes only what came to be after a mark: the number of a row, or an instant (UTC
microseconds).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from convledger.clock import iso_text
from convledger.money import usd_text
from convledger.store.calls import whole
from convledger.store.firings import NUMBERED

Facts = dict[str, Any]
_MOST = 50_000  # rows of one look; the next one goes on from there
_NAME = (
    "reader.name || ':' || conversation.native FROM conversation "
    "JOIN reader ON reader.id=conversation.reader_id"
)


def talk_facts(connection: sqlite3.Connection, numbers: Iterable[int]) -> dict[int, Facts]:
    """Return the facts of conversations by their numbers: figures, names and labels, no text."""
    ids = json.dumps(sorted(set(numbers)))
    among = "IN (SELECT value FROM json_each(?))"
    found: dict[int, Facts] = {}
    for number, name, native, project, first, last in connection.execute(
        "SELECT conversation.id, reader.name, native, project, first_at, last_at FROM conversation "
        f"JOIN reader ON reader.id=reader_id WHERE conversation.id {among}",
        (ids,),
    ):
        found[number] = {
            "conversation": f"{name}:{native}", "source": name, "project": project, "client": "",
            "kind": "", "outcome": "", "tags": (), "models": (), "calls": 0, "unpriced_calls": 0,
            "tokens": 0, "list_cost_usd": None, "estimated": False,
            "first_at": "" if first is None else iso_text(first),
            "last_at": "" if last is None else iso_text(last),
        }  # fmt: skip
    money: dict[int, int] = {}
    for number, model, calls, unpriced, estimated, tokens, high, low in connection.execute(
        "SELECT conversation_id, model.name, calls, unpriced_calls, estimated_calls, tokens, "
        "list_high, list_low FROM conversation_sum JOIN model ON model.id=model_id "
        f"WHERE conversation_id {among} ORDER BY 1, model.name",
        (ids,),
    ):
        facts = found[number]
        facts["models"] = tuple(dict.fromkeys((*facts["models"], model)))
        facts["calls"] += calls
        facts["unpriced_calls"] += unpriced
        facts["tokens"] += tokens
        facts["estimated"] = facts["estimated"] or bool(estimated)
        money[number] = money.get(number, 0) + whole(high, low)
    for number, facts in found.items():
        if facts["calls"] > facts["unpriced_calls"]:
            facts["list_cost_usd"] = Decimal(usd_text(money[number]))
    _add_outcomes(connection, found, ids, among)
    return found


def _add_outcomes(
    connection: sqlite3.Connection, found: dict[int, Facts], ids: str, among: str
) -> None:
    """Add how conversations ended: what a source says, and over it what people do."""
    for number, resolution, handed in connection.execute(
        "SELECT conversation_id, resolution, handed_off_at FROM outcome "
        f"WHERE conversation_id {among}",
        (ids,),
    ):
        found[number]["outcome"] = "escalated" if handed is not None else resolution
    for number, name, value in connection.execute(
        f"SELECT conversation_id, name, value FROM label WHERE conversation_id {among} "
        "ORDER BY 1, 2, 3",
        (ids,),
    ):
        if name == "tag":
            found[number]["tags"] += (value,)
        elif name in found[number]:
            found[number][name] = value


def imported_after(connection: sqlite3.Connection, number: int) -> list[tuple[int, int]]:
    """Return (conversation, when it began) of those whose row is later than a number."""
    rows = connection.execute(
        "SELECT id, coalesce(first_at, last_at, 0) FROM conversation WHERE id>? ORDER BY id "
        f"LIMIT {_MOST}",
        (number,),
    )
    return rows.fetchall()


def begun_since(connection: sqlite3.Connection, since: int) -> list[tuple[int, int]]:
    """Return (conversation, when it began) of those that began later."""
    rows = connection.execute(
        "SELECT id, first_at FROM conversation WHERE first_at>? ORDER BY first_at, id", (since,)
    )
    return rows.fetchall()


def quiet_since(
    connection: sqlite3.Connection, after: int, until: int, rule: str
) -> list[tuple[int, int]]:
    """Return (conversation, last instant) of those last heard of between two instants.

    But for those about which `rule` has fired as they are; "" for all.
    """
    rows = connection.execute(
        "SELECT conversation.id, last_at FROM conversation WHERE last_at>? AND last_at<=? "
        "AND NOT EXISTS (SELECT 1 FROM firing WHERE firing.conversation_id=conversation.id "
        "AND rule=? AND revision=CAST(last_at AS TEXT)) "
        f"ORDER BY last_at, conversation.id LIMIT {_MOST}",
        (after, until, rule),
    )
    return rows.fetchall()


def alerts_since(connection: sqlite3.Connection, since: int) -> list[tuple[Any, ...]]:
    """Return alerts that plans gave later: plan, scope, period, epoch, percent, at, used, budget.

    With the name of the conversation where one is about that.
    """
    rows = connection.execute(
        "SELECT plan, subscription.began, alert.scope, period, epoch, threshold, at, used, budget, "
        f"(SELECT {_NAME} WHERE 'unit:' || conversation.id=alert.scope), "
        "(SELECT id FROM conversation WHERE 'unit:' || id=alert.scope) "
        "FROM alert JOIN subscription ON subscription.id=subscription_id "
        "WHERE at>? AND NOT quiet ORDER BY at, alert.scope, threshold",
        (since,),
    )
    return rows.fetchall()


def entries_due(connection: sqlite3.Connection, after: int, until: int) -> list[tuple[Any, ...]]:
    """Return the entries in force whose next look fell due between two instants."""
    rows = connection.execute(
        "SELECT id, name, kind, scope, tags, sensitivity, pinned, value, tokens, review_at "
        "FROM entry WHERE state='active' AND review_at>? AND review_at<=? ORDER BY review_at, id",
        (after, until),
    )
    return rows.fetchall()


def findings_after(
    connection: sqlite3.Connection, number: int, since: int
) -> list[tuple[Any, ...]]:
    """Return open findings later than a number and an instant, with what they were found in."""
    rows = connection.execute(
        "SELECT finding.id, object, object_id, field, rule, finding.at, "
        f"(SELECT {_NAME} JOIN message ON message.conversation_id=conversation.id "
        "WHERE message.id=object_id AND object='message'), "
        "(SELECT conversation_id FROM message WHERE message.id=object_id AND object='message'), "
        "(SELECT name FROM entry WHERE entry.id=object_id AND object='entry') "
        f"FROM finding WHERE status='open' AND id>? AND at>? ORDER BY id LIMIT {_MOST}",
        (number, since),
    )
    return rows.fetchall()


def handoffs_after(
    connection: sqlite3.Connection, number: int, since: int
) -> list[tuple[Any, ...]]:
    """Return hand-offs that people entered or imported, as they stand now.

    A corrected one goes by the number and name of the row that it began with: what was corrected
    before a rule has looked at it is news all the same, and what it has seen is none again.
    """
    rows = connection.execute(
        "WITH RECURSIVE version(now_id, id, name, replaces) AS ("
        "SELECT id, id, name, replaces FROM handoff WHERE id>?1 AND at>?2 AND gone_at IS NULL "
        "UNION SELECT now_id, earlier.id, earlier.name, earlier.replaces FROM version "
        "JOIN handoff AS earlier ON earlier.name=version.replaces) "
        "SELECT version.id, version.name, conversation_id, at, model, person, reason, origin, "
        "wait_seconds, handle_seconds FROM version JOIN handoff ON handoff.id=now_id "
        "WHERE version.replaces='' AND version.id>?1 "
        f"ORDER BY version.id LIMIT {_MOST}",
        (number, since),
    )
    return rows.fetchall()


def handoffs_told_since(connection: sqlite3.Connection, since: int) -> list[tuple[int, int]]:
    """Return (conversation, at) of hand-offs that sources tell, where no person says more."""
    rows = connection.execute(
        "SELECT conversation_id, handed_off_at FROM outcome WHERE handed_off_at>? AND NOT EXISTS "
        "(SELECT 1 FROM handoff WHERE handoff.conversation_id=outcome.conversation_id) "
        "ORDER BY handed_off_at",
        (since,),
    )
    return rows.fetchall()


def failures_after(
    connection: sqlite3.Connection, number: int, since: int
) -> list[tuple[Any, ...]]:
    """Return verdicts of "fail" later than a number and an instant, with item and sample."""
    rows = connection.execute(
        "SELECT review_verdict.id, review_verdict.name, review_item.name, "
        "review_item.conversation_id, reader, native, reviewer, kind, reasons, review_verdict.at, "
        "review_batch.title FROM review_verdict JOIN review_item ON review_item.id=item_id "
        "JOIN review_batch ON review_batch.id=batch_id WHERE verdict='fail' "
        "AND review_verdict.gone_at IS NULL AND review_batch.gone_at IS NULL "
        f"AND review_verdict.id>? AND review_verdict.at>? ORDER BY 1 LIMIT {_MOST}",
        (number, since),
    )
    return rows.fetchall()


def last_number(connection: sqlite3.Connection, event: str) -> int:
    """Return the number of the last row that an event is about, 0 where instants decide."""
    table = NUMBERED.get(event)
    if table is None:
        return 0
    return int(connection.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0])
