"""What tests of a look at plans share: an alert on spending, and what a look closed and told."""

from __future__ import annotations

from convledger.reports.plan_news import PlanNews

SPEND = '\n[[alert]]\non = "spend"\nat = [50, 100]\nbudget = "2.00"\n'


def told(news: PlanNews) -> list[tuple[str, int]]:
    """Return what alerts were given, by what they watch and their threshold."""
    return [(each.watched.scope, each.threshold) for each in news.alerts]


def closed(news: PlanNews) -> list[str]:
    return [each.name for each in news.closed]
