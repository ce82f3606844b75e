"""The command `why`: a cost explained down to quantity times price."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import TYPE_CHECKING

import click

from convledger.cli import chosen, options, streams

if TYPE_CHECKING:
    from convledger.pricing import Line
    from convledger.reports.explain import Explanation

MOST = 200
UNITS = {1: "", 1_000: " per 1,000", 1_000_000: " per million"}


@click.command(short_help="Explain a cost down to quantity times price.")
@options.conversation_argument()
@click.option("--tz", metavar="ZONE", help="Zone of the times.  [default: yours]")
@options.json_flag
def why(name: str, tz: str | None, as_json: bool) -> None:
    """Explain the cost of a call, or of every call of a conversation.

    Each line is quantity × price × multiplier, with where the price comes from and since when it
    holds. `convledger show CONVERSATION --calls` prints the ids of calls.
    """
    from convledger.zones import zone_of

    zone, zone_name = zone_of(tz)
    with chosen.open_ledger() as ledger:
        found = ledger.explain(name)
    if as_json:
        from convledger.cli.printing import print_json

        print_json({"schema": 1, "calls": [each.document() for each in found]})
        return
    for number, each in enumerate(found):
        if number:
            streams.say()
        for line in _lines(each, zone, zone_name):
            streams.say(line)
    if len(found) == MOST:
        streams.note(f"The first {MOST} calls; name a call to see another.")


def _lines(each: Explanation, zone: tzinfo, zone_name: str) -> Iterator[str]:
    """Yield the explanation of one call."""
    from convledger.cli.names import tilde
    from convledger.clock import to_datetime
    from convledger.money import usd_text
    from convledger.reports.explain import STATES
    from convledger.text.display import display_text

    at = to_datetime(each.at).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    rated = each.rated
    yield streams.bold(display_text(each.key))
    yield display_text(f"  {each.model} · {at} {zone_name} · {each.source}")
    yield display_text(f"  {each.conversation}  {each.title}")
    yield streams.dim(display_text(f"  {tilde(each.file)}:{each.line}"))
    yield ""
    rows = [_cells(line) for line in rated.lines]
    sizes = [max(len(row[place]) for row in rows) for place in range(4)] if rows else []
    for name, quantity, price, amount in rows:
        left = f"  {name.ljust(sizes[0])}  {quantity.rjust(sizes[1])} × {price.ljust(sizes[2])}"
        yield display_text(f"{left} = {amount.rjust(sizes[3])}")
    state = STATES[int(rated.state)]
    if each.tokens and rated.total_pico is None:
        yield f"  {each.tokens}"
    elif rated.total_pico is None:
        yield "  no price is known for this model: the cost is unknown, not zero"
        yield "  `convledger help prices` says how to give it one"
    else:
        about = "~" if state == "estimated" else ""
        yield streams.bold(f"  list cost {about}${usd_text(rated.total_pico)}") + f"  ({state})"
    yield from (display_text(f"  {text}") for text in _provenance(each))


def _provenance(each: Explanation) -> Iterator[str]:
    """Yield where the price comes from, and how the result stands to what is stored."""
    from convledger.money import usd_text

    rated = each.rated
    if each.tokens and rated.total_pico is not None:
        yield each.tokens
    if rated.price_source:
        since = f", in force since {rated.effective_from}" if rated.effective_from else ""
        yield f"priced as {rated.provider or 'any'}/{rated.model}: {rated.rule}"
        yield f"prices from {rated.price_source}{since}"
    if rated.tier_above is not None:
        yield f"tier for more than {rated.tier_above:,} tokens sent"
    for text in rated.modifiers:
        yield f"modifier {text}"
    for text in rated.warnings:
        yield f"warning: {text}"
    if each.stored_pico != rated.total_pico:
        stored = "unpriced" if each.stored_pico is None else f"${usd_text(each.stored_pico)}"
        difference = ""
        if each.stored_pico is not None and rated.total_pico is not None:
            change = rated.total_pico - each.stored_pico
            difference = f", {'more' if change > 0 else 'less'} now by ${usd_text(abs(change))}"
        yield f"stored is {stored}{difference}; `convledger prices rerate` brings it up to date"
    if each.reported_pico is not None:
        yield f"the tool itself reported ${usd_text(each.reported_pico)}"


def _cells(line: Line) -> tuple[str, str, str, str]:
    from convledger.money import usd_text

    price = f"${line.unit_price}{UNITS.get(line.per, f' per {line.per:,}')}"
    if line.multiplier != "1":
        price += f" × {line.multiplier}"
    return (
        line.component.replace("_", " "),
        f"{line.quantity:,}",
        price,
        f"${usd_text(line.pico)}",
    )
