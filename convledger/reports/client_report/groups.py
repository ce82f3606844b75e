"""Tables of a report by what conversations have in common; each adds up to the whole."""

from __future__ import annotations

from collections.abc import Sequence

from convledger.economics.ratios import ratio
from convledger.reports.client_report.amounts import UNKNOWN, money, tokens
from convledger.reports.client_report.facts import ClientReport
from convledger.reports.client_report.names import Names, safe
from convledger.reports.client_report.page import Column, Section, Table
from convledger.reports.client_report.tally import Tally
from convledger.reports.client_report.words import capital
from convledger.reports.render.numbers import count, share
from convledger.reports.unit_costs.shares import ModelShare

MOST = 40  # rows, the rest of them in one
FIGURES = (
    Column("Conversations"), Column("Tokens"), Column("At list"), Column("Billed"),
    Column("Full cost"), Column("Each"), Column("Share"),
)  # fmt: skip
_TITLES = {"project": "By project", "kind": "By kind of conversation", "model": "By main model"}


def group_section(report: ClientReport, names: Names, by: tuple[str, ...]) -> Section:
    """Return the conversations by one segment or by two."""
    found = report.groups[by]
    columns = (*(Column(capital(name), "left", foreign=True) for name in by), *FIGURES)
    rows = [
        (
            *(names.segment(name, key) for name, key in zip(by, group.keys, strict=True)),
            *cells(group.tally, report),
        )
        for group in found[:MOST]
    ]
    blank = ("",) * (len(by) - 1)
    if len(found) > MOST:
        rest = added(report, [group.tally for group in found[MOST:]])
        rows.append((f"{len(found) - MOST:,} more", *blank, *cells(rest, report)))
    if report.left is not None:
        rows.append(("Borne by no conversation", *blank, *cells(report.left, report)))
    total = ("Total", *blank, *cells(report.total, report))
    title = _TITLES.get(by[0], f"By {by[0]}") if len(by) == 1 else f"By {by[0]} and {by[1]}"
    notes = ("A conversation counts with the model that most of its cost is of.",)
    return Section(
        f"by-{'-'.join(by)}",
        title,
        blocks=(Table(columns, tuple(rows), total, title),) if found else (),
        notes=notes if "model" in by and found else () if found else ("There was none.",),
    )


def cells(tally: Tally, report: ClientReport) -> tuple[str, ...]:
    """Return the figures of some conversations."""
    currency, doubt, of_tokens = report.currency, tally.doubt, tally.tokens_doubt
    whole, full = report.total.full, tally.full
    return (
        count(tally.units),
        tokens(tally.known_tokens),
        money(tally.at_list, currency, estimated=of_tokens),
        money(tally.billed, currency, estimated=of_tokens),
        money(full, currency, estimated=doubt),
        money(tally.per_unit, currency, estimated=doubt, more_places=1),
        share(full, whole) if full is not None and whole and whole > 0 else UNKNOWN,
    )


def added(report: ClientReport, tallies: list[Tally]) -> Tally:
    """Return several groups as one."""
    rest = Tally(report.total.hidden)
    for tally in tallies:
        rest.units += tally.units
        rest.known += tally.known
        rest.listed += tally.listed
        rest.counted += tally.counted
        rest.tokens += tally.tokens
        rest.doubt = rest.doubt or tally.doubt
        rest.tokens_doubt = rest.tokens_doubt or tally.tokens_doubt
        rest.unknown |= tally.unknown
        for part, amount in tally.parts.items():
            rest.parts[part] = rest.parts.get(part, 0) + amount
    return rest


def models_section(report: ClientReport) -> Section:
    """Return the list cost by model, which adds up to that of the conversations."""
    currency = report.currency
    columns = (
        Column("Model", "left", foreign=True), Column("Conversations"), Column("Calls"),
        Column("Tokens"), Column("At list"), Column("Share"),
    )  # fmt: skip
    found = report.found.models
    rows = [
        (
            safe(model.name) or "unnamed",
            count(len(model.ids)),
            count(model.calls),
            tokens(model.tokens),
            money(model.at_list, currency),
            UNKNOWN if model.share is None else share(model.share),
        )
        for model in found[:MOST]
    ]
    if rest := found[MOST:]:
        amounts = [model.at_list for model in rest if model.at_list is not None]
        part = ratio(sum(amounts), report.total.at_list or 0)
        rows.append(
            (
                f"{len(rest):,} more",
                count(len({each for model in rest for each in model.ids})),
                count(sum(model.calls for model in rest)),
                tokens(_added(rest)),
                money(sum(amounts) if amounts else None, currency),
                UNKNOWN if part is None else share(part),
            )
        )
    total = (
        "Total",
        count(len({each for model in found for each in model.ids})),
        count(sum(model.calls for model in found)),
        tokens(_added(found)),
        money(report.total.at_list, currency, estimated=report.total.tokens_doubt),
        share(1) if report.total.at_list else UNKNOWN,
    )
    table = Table(columns, tuple(rows), total, "List price by model")
    return Section(
        "models",
        "By model",
        blocks=(table,) if rows else (),
        notes=("A conversation that used several models counts with each, and once in the total.",)
        if rows
        else ("No call was made.",),
    )


def _added(models: Sequence[ModelShare]) -> int | None:
    """Return the tokens of several models, None where those of none are known."""
    known = [model.tokens for model in models if model.tokens is not None]
    return sum(known) if known else None
