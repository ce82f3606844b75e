"""The one line of `status`. Imports no command line parser: it runs at every prompt."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from convledger import paths
from convledger.cli import chosen
from convledger.clock import SECOND
from convledger.money import PICO, usd_display, usd_text

SPANS = (("today", "today"), ("days_7", "7 days"), ("days_30", "30 days"))
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
Plan = dict[str, Any] | None
NOTHING_YET = "no ledger yet · convledger import"


def show_status(workspace: str | None, as_json: bool) -> int:
    """Print what was spent today, in 7 and in 30 days; never reads a log, never makes a file."""
    chosen.choose(workspace)
    found: dict[str, int] | None = None
    plan: Plan = None
    if (chosen.folder() / paths.LEDGER).exists():
        found, plan = _figures(chosen.folder() / paths.LEDGER)
    if as_json:
        import json

        text = json.dumps({**document(found or {}), **_plan_document(plan)}, indent=2)
    else:
        text = NOTHING_YET if found is None else line(found, plan)
    sys.stdout.write(text + "\n")
    return 0


def _figures(path: Path) -> tuple[dict[str, int], Plan]:
    """Return the figures of the ledger at `path`, and of the plan in force if there is one.

    Opening the whole ledger takes a third of the time there is: only one of another version is
    opened so, to be brought up to this one or refused.
    """
    import sqlite3

    from convledger.reports.plan_glance import glance
    from convledger.reports.status import status
    from convledger.store.connection import connect, unreadable
    from convledger.store.migrations import SCHEMA_VERSION, schema_version

    connection = connect(path)
    try:
        if schema_version(connection, path) == SCHEMA_VERSION:
            now = time.time()
            return status(connection, now), glance(connection, int(now * SECOND))
    except sqlite3.Error as error:
        raise unreadable(path, error) from error
    finally:
        connection.close()
    with chosen.open_ledger() as ledger:
        return ledger.status(), glance(ledger.connection, int(time.time() * SECOND))


def line(found: dict[str, int], plan: Plan = None) -> str:
    """Return the figures as one line: "$4.12 today · $31.80 7 days · credits 194 until 28 Nov"."""
    parts = [f"{_cost(found, name)} {words}" for name, words in SPANS]
    unpriced = found.get("days_30_unpriced_calls", 0)
    if unpriced:
        parts.append(f"{unpriced:,} {'call' if unpriced == 1 else 'calls'} unpriced")
    if plan is not None:
        parts += _plan_parts(plan)
    return " · ".join(parts)


def _plan_parts(plan: dict[str, Any]) -> list[str]:
    """Return what a prompt says of the plan in force: credits, and the alert that is reached."""
    parts = []
    if plan["has_credits"]:
        whole = abs(plan["balance"]) // PICO
        owed = "-" if plan["balance"] < 0 and whole else ""
        ends = plan["empty_at"] if plan["balance"] > 0 else None
        guessed = "~" if plan["credits_estimated"] else ""
        most = "≤" if plan["credits_uncounted"] else ""
        until = "" if ends is None else f" until {guessed}{_day(ends)}"
        parts.append(f"credits {most}{guessed}{owed}{whole:,}{until}")
    if plan["alert"] is not None:
        from convledger.reports.alert_marks import alert_mark
        from convledger.text.display import display_text

        reached = plan["alert"]["threshold"]
        parts.append(f"{alert_mark(reached)} {reached} % {display_text(plan['alert']['what'])}")
    return parts


def _day(instant: int) -> str:
    moment = time.localtime(instant // SECOND)
    return f"{moment.tm_mday} {MONTHS[moment.tm_mon - 1]}"


def _plan_document(plan: Plan) -> dict[str, object]:
    """Return the plan in force as JSON says it: exact decimals, `as_of` when it was looked at."""
    if plan is None:
        return {"plan": None}
    from convledger.clock import iso_text

    def instant(name: str) -> str | None:
        return None if plan[name] is None else iso_text(plan[name])

    def amount(name: str) -> str | None:
        return None if plan[name] is None else usd_text(plan[name])

    def doubts(name: str) -> dict[str, object]:
        return {
            "estimated": bool(plan[f"{name}_estimated"]),
            "calls_without_tokens": plan[f"{name}_uncounted"],
        }

    credit = None
    if plan["has_credits"]:
        credit = {
            "balance": amount("balance"),
            "available": amount("available"),
            "runs_out_at": instant("empty_at"),
            "next_grant_at": instant("next_grant_at"),
            "next_grant": amount("next_grant"),
            "doubts": doubts("credits"),
        }
    alert, lacks = plan["alert"], plan["spent_uncounted"]
    return {
        "plan": {
            "id": plan["plan"],
            "name": plan["name"],
            "as_of": iso_text(plan["at"]),
            "period": plan["period"],
            "period_ends_at": iso_text(plan["until"]),
            "currency": plan["currency"],
            "live_total": amount("spent") if plan["spent"] or not lacks else None,
            "projected_total": amount("projected"),
            "projected_total_estimated": bool(plan["projected_estimated"]),
            "doubts": doubts("spent"),
            "credits": credit,
            "alert": None
            if alert is None
            else {
                "threshold_percent": alert["threshold"],
                "what": alert["what"],
                "at": iso_text(alert["at"]),
            },
        }
    }


def document(found: dict[str, int]) -> dict[str, object]:
    """Return the figures as JSON says them."""
    result: dict[str, object] = {"schema": 1}
    for name, _ in SPANS:
        pico = _pico(found, name)
        result[name] = {
            "list_cost_usd": None if pico is None else usd_text(pico),
            "calls": found.get(f"{name}_calls", 0),
            "unpriced_calls": found.get(f"{name}_unpriced_calls", 0),
            "estimated_calls": found.get(f"{name}_estimated_calls", 0),
        }
    return result


def _pico(found: dict[str, int], name: str) -> int | None:
    """Return the cost of a span; None where there are calls and none of them has a price."""
    calls, unpriced = found.get(f"{name}_calls", 0), found.get(f"{name}_unpriced_calls", 0)
    return None if calls and calls == unpriced else found.get(f"{name}_pico", 0)


def spent_today(found: dict[str, int]) -> str:
    """Return today's cost for people."""
    return _cost(found, "today")


def _cost(found: dict[str, int], name: str) -> str:
    """Return the cost of a span for people, marked where some of it is an estimate."""
    estimated = bool(found.get(f"{name}_estimated_calls"))
    return usd_display(_pico(found, name), estimated=estimated)
