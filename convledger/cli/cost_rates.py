"""The command `cost rate`: what one currency is worth in another, from a day on."""

from __future__ import annotations

import click

from convledger.cli import chosen, options, streams
from convledger.cli.cost_words import first_day, here, say_closed, zone_option
from convledger.cli.printing import print_json, print_table
from convledger.errors import UsageProblem


@click.command(short_help="Exchange rates, each from a day on.")
@click.argument("currency", required=False, metavar="CURRENCY")
@click.argument("worth_in", required=False, metavar="OTHER")
@click.argument("rate", required=False, metavar="RATE")
@click.option("--since", metavar="DAY", help="From this day on.  [default: today]")
@click.option("--list", "listed", is_flag=True, help="List the rates.")
@click.option("--remove", "removed", is_flag=True, help="Take the rate of that day away.")
@zone_option
@options.json_flag
def rate(
    currency: str | None,
    worth_in: str | None,
    rate: str | None,
    since: str | None,
    listed: bool,
    removed: bool,
    tz: str | None,
    as_json: bool,
) -> int:
    """Say what one CURRENCY is worth in the OTHER from a day on, or list what was said.

    None is looked up, and none is worked out from others: each rate is one that you entered.

    \b
    convledger cost rate EUR USD 1.085 --since 2026-10-01
    convledger cost rate EUR USD --remove --since 2026-10-01
    """
    from convledger.reports.unit_costs.written import decimal_of

    zone, _, now = here(tz)
    with chosen.open_ledger() as ledger:
        if currency is None or listed:
            if removed or since:
                raise UsageProblem("say which: convledger cost rate EUR USD --remove --since DAY")
            wanted = {each.upper() for each in (currency, worth_in) if each}
            rates = [each for each in ledger.exchange_rates() if wanted <= {each[0], each[1]}]
            if as_json:
                print_json(
                    {
                        "schema": 1,
                        "rates": [
                            {"currency": a, "worth_in": b, "since": str(day), "rate": f"{value:f}"}
                            for a, b, day, value in rates
                        ],
                    }
                )
            elif rates:
                from convledger.reports.render.table import Column

                print_table(
                    [Column("since"), Column("one"), Column("is worth", "right"), Column("")],
                    [[str(day), a, f"{value:f}", b] for a, b, day, value in rates],
                )
            else:
                streams.say("No exchange rates are entered.")
            return 0
        if worth_in is None:
            raise UsageProblem("a rate is between two: convledger cost rate EUR USD 1.085")
        if removed:
            if rate is not None or since is None:
                raise UsageProblem("--remove needs the day of the rate, and no rate: --since DAY")
            day = first_day(since, zone, now)
            change = ledger.drop_exchange_rate(currency, worth_in, day, now=now)
            streams.say(f"Taken away: {currency.upper()} in {worth_in.upper()} from {day} on.")
        else:
            if rate is None:
                raise UsageProblem("say the rate: convledger cost rate EUR USD 1.085")
            day = first_day(since or "today", zone, now)
            value = decimal_of(rate, "the rate")
            change = ledger.set_exchange_rate(currency, worth_in, day, value, now=now)
            pair = f"one {currency.upper()} is worth {value:f} {worth_in.upper()}"
            streams.say(f"From {day} on {pair}.")
        say_closed(ledger, change)
    streams.note("`convledger cost undo` takes it back.")
    return 0
