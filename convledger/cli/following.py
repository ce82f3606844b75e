"""Looks at the plans in force for a command, and tells what is new about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from convledger import clock
from convledger.cli import streams
from convledger.cli.updating import bring_up_to_date
from convledger.errors import ConvledgerError

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.plans.statement import Statement
    from convledger.reports.plan_news import GivenAlert, PlanNews

LONGEST_NAME = 60  # cells of what an alert is about
UNREAD = (
    "What was said in some logs is not read yet, and plans count by it: `convledger import` "
    "reads it. Until then the figures are too low, and no period is closed."
)


def look(ledger: Ledger, *, no_sync: bool) -> int:
    """Read what is new, look at the plans, tell the news on standard error; returns the instant."""
    pending = 0
    if not no_sync:
        pending = bring_up_to_date(ledger, texts=True).pending_files
    if pending:
        streams.note(UNREAD)
    now = clock.now_us()
    news = follow(ledger, now)
    for line in lines_of(news):
        streams.note(line)
    return now


def follow(ledger: Ledger, now: int) -> PlanNews | None:
    """Work out the plans in force up to `now`; None where there are none, or nothing may change."""
    from convledger.zones import machine_zone

    if ledger.is_sealed or not ledger.plan_book.subscriptions():
        return None
    return ledger.follow_plans(now, machine_zone()[0])


def is_due(ledger: Ledger) -> bool:
    """Tell whether a plan is in force of which `status` has no figures to show."""
    from convledger.reports.plan_glance import glance

    now = clock.now_us()
    in_force = any(one.is_in_force(now) for one in ledger.plan_book.subscriptions())
    return in_force and glance(ledger.connection, now) is None


def lines_of(news: PlanNews | None) -> Iterator[str]:
    """Yield what is new about plans as lines for people, made harmless."""
    from convledger.text.display import display_text

    if news is not None:
        yield from (display_text(_closed_words(each)) for each in news.closed)
        # Of several thresholds of one thing that were passed at once the highest says it all.
        highest = {(each.plan, each.watched.scope): each for each in news.alerts}
        yield from (display_text(alert_words(each)) for each in highest.values())
        yield from (display_text(str(each)) for each in news.troubles)


def _closed_words(statement: Statement) -> str:
    from convledger.cli.plan_words import money_words

    due = money_words(statement.due, statement.currency)
    return f"{statement.name} of {statement.plan} is closed and frozen: {due}"


def alert_words(alert: GivenAlert) -> str:
    """Return an alert as a line: "▲ 90 % of Included credits: 360 of 400 credits (studio)"."""
    from convledger.cli.plan_words import used_words
    from convledger.reports.alert_marks import alert_mark
    from convledger.text.display import clip, display_text

    seen = alert.watched
    used = used_words(seen.used, seen.budget, seen.measure, alert.currency, alert.doubt)
    what = clip(display_text(seen.what), LONGEST_NAME) or "untitled"
    return f"{alert_mark(alert.threshold)} {alert.threshold} % of {what}: {used} ({alert.plan})"


def documents_of(news: PlanNews | None) -> dict[str, list[dict[str, Any]]]:
    """Return what is new about plans as JSON says it: alerts, and periods that were closed."""
    from convledger.cli.doubt_words import doubt_document
    from convledger.clock import iso_text
    from convledger.money import usd_text

    found: dict[str, list[dict[str, Any]]] = {"alerts": [], "closed_periods": []}
    for alert in () if news is None else news.alerts:
        seen = alert.watched
        is_share = seen.measure == "share"
        found["alerts"].append(
            {
                "plan": alert.plan,
                "at": iso_text(alert.at),
                "threshold_percent": alert.threshold,
                "what": seen.what,
                "measure": seen.measure,
                "used": str(seen.used) if is_share else usd_text(seen.used),
                "budget": str(seen.budget) if is_share else usd_text(seen.budget),
                "currency": alert.currency if seen.measure == "money" else None,
                "doubts": doubt_document(alert.doubt),
            }
        )
    for statement in () if news is None else news.closed:
        found["closed_periods"].append(
            {
                "plan": statement.plan,
                "period": statement.name,
                "due": usd_text(statement.due),
                "currency": statement.currency,
            }
        )
    return found


def follow_quietly(ledger: Ledger, tell: Callable[[str], None] = streams.note) -> PlanNews | None:
    """Look at the plans after an import: what is wrong with them must not end it, but be told."""
    from convledger.text.display import display_text

    try:
        news = follow(ledger, clock.now_us())
    except ConvledgerError as error:
        tell(display_text(str(error)))
        return None
    for trouble in () if news is None else news.troubles:
        tell(display_text(str(trouble)))
    if news is not None:
        news.troubles = []
    return news
