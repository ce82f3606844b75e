"""Who served the conversations of a report: a bot, people, or both; and people's time."""

from __future__ import annotations

from convledger.economics.conversation_costs import BOT, ESCALATED, PEOPLE_ONLY, UNANSWERED
from convledger.reports.client_report.amounts import UNKNOWN, money, number
from convledger.reports.client_report.facts import ClientReport
from convledger.reports.client_report.page import Column, Section, Table
from convledger.reports.render.numbers import count, share

_WAYS = {
    BOT: "By the bot alone",
    ESCALATED: "Handed over to people",
    PEOPLE_ONLY: "By people alone",
    UNANSWERED: "Not answered",
}


def people_section(report: ClientReport) -> Section:
    """Return how many conversations were handed over, what they cost, and people's minutes."""
    found, currency = report.found.service, report.currency
    total, doubt = report.total, report.total.doubt
    columns = (
        Column("Served", "left"), Column("Conversations"), Column("Share"),
        Column("Known full cost"), Column("Each"),
    )  # fmt: skip
    rows = tuple(
        (
            _WAYS[way.name],
            count(way.units),
            share(way.units, found.conversations),
            money(way.cost, currency, estimated=doubt),
            money(way.per_unit, currency, estimated=doubt, more_places=1),
        )
        for way in found.ways
        if way.units
    )
    served = found.served
    rates = (
        ("Automation: by the bot alone, of all that were served", served.automation_rate),
        ("Containment: by the bot alone, of those it took part in", served.containment_rate),
        ("Escalation: handed over, of those the bot took part in", served.escalation_rate),
        ("Resolution: resolved by the bot, of those it took part in", served.resolution_rate),
    )
    told = [(label, UNKNOWN if rate is None else share(rate)) for label, rate in rates]
    told.append(("People's recorded minutes", number(total.minutes)))
    people = None if total.handed_over and "people" not in total.parts else total.people
    told.append(("People's cost", money(people, currency, estimated=doubt)))
    figures = Table((Column("Figure", "left"), Column("Value")), tuple(told), caption="Rates")
    return Section(
        "people",
        "Who served them",
        blocks=(Table(columns, rows, caption="Conversations by who served them"), figures),
        notes=("A conversation that was handed over bears the cost of its bot part too.",),
    )
