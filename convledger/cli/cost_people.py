"""The commands `cost time`, `cost hourly`, `cost minutes`: people's time and what it costs."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.cost_words import first_day, here, numbers_of, say_closed, zone_option
from convledger.cli.groups import group_of
from convledger.cli.plan_words import money_words
from convledger.cli.printing import print_documents_as_csv, print_json, print_table
from convledger.errors import UsageProblem
from convledger.money import PICO, usd_text
from convledger.text.display import display_text

if TYPE_CHECKING:
    from datetime import tzinfo

    from convledger.ledger import Ledger
    from convledger.store.costs import HourlyRate, WorkedTime

TIME_ROW = ("number", "conversation", "on", "minutes", "person", "note", "is_gone")


@click.group(name="time", cls=group_of("list"), short_help="People's time on conversations.")
def time_() -> None:
    """Enter how long people worked on conversations, and list it."""


@time_.command(context_settings={"ignore_unknown_options": True})
@click.argument("conversation", shell_complete=options.complete_conversation)
@click.argument("minutes")
@click.option("--on", metavar="DAY", help="When.  [default: now]")
@click.option("--person", default="", metavar="NAME", help="Who.")
@click.option("--note", default="", metavar="TEXT", help="What you want to remember of it.")
@zone_option
def add(
    conversation: str, minutes: str, on: str | None, person: str, note: str, tz: str | None
) -> int:
    """Enter MINUTES that somebody worked on a conversation: 12, 1h20m, 90s. 0 says: none at all.

    convledger cost time add 5d0caad8 12 --person Ada
    """
    from convledger.reports.unit_costs.cost_file import noon
    from convledger.reports.unit_costs.written import seconds_of
    from convledger.store.costs import WorkedTime

    seconds = seconds_of(minutes, "the time")
    zone, _, now = here(tz)
    at = now if on is None else noon(first_day(on, zone, now), zone)
    with chosen.open_ledger() as ledger:
        number = ledger.costed_conversation(conversation)
        entry = WorkedTime(0, number, at, seconds, person, note)
        change = ledger.add_costs((), [entry], now=now)
        (entered,) = change.came["worked_time"]
        say_closed(ledger, change)
        sums = sum(
            Fraction(each.seconds, 60) for each in ledger.work() if each.conversation_id == number
        )
        full = ledger.conversation_names_by_id()[number]
    streams.say(
        display_text(
            f"Entered as number {entered}: {minutes_words(Fraction(seconds, 60))} on {full}, "
            f"{minutes_words(Fraction(sums))} in all."
        )
    )
    streams.note("`convledger cost undo` takes it back.")
    return 0


@time_.command(name="list")
@click.option("--all", "everything", is_flag=True, help="What was taken away too.")
@zone_option
@options.json_flag
@options.csv_flag
def list_times(everything: bool, tz: str | None, as_json: bool, as_csv: bool) -> int:
    """List what was entered, the earliest first."""
    options.one_form(as_json, as_csv)
    zone, _, _ = here(tz)
    with chosen.open_ledger() as ledger:
        entries = ledger.work(with_gone=everything)
        documents = _time_documents(ledger, entries, zone)
    if as_json:
        print_json({"schema": 1, "time": documents})
    elif as_csv:
        print_documents_as_csv(documents, TIME_ROW)
    elif documents:
        from convledger.reports.render.table import Column

        print_table(
            [Column("no.", "right"), Column("conversation", shrink=True, minimum=12),
             Column("on"), Column("time", "right"), Column("person", shrink=True, optional=1),
             Column("note", shrink=True, optional=2)],
            [
                [
                    f"{each['number']}{' gone' if each['is_gone'] else ''}",
                    each["conversation"],
                    each["on"],
                    minutes_words(Fraction(entry.seconds, 60)),
                    each["person"] or "",
                    each["note"] or "",
                ]
                for each, entry in zip(documents, entries, strict=True)
            ],
        )  # fmt: skip
    else:
        streams.say("No time of people is entered.")
    return 0


def _time_documents(
    ledger: Ledger, entries: list[WorkedTime], zone: tzinfo
) -> list[dict[str, Any]]:
    from convledger.reports.periods import local_day

    names = ledger.conversation_names_by_id()
    return [
        {
            "number": each.id,
            "conversation": names.get(each.conversation_id),
            "on": local_day(each.at, zone).isoformat(),
            "minutes": _plain(Fraction(each.seconds, 60)),
            "person": each.person or None,
            "note": each.note or None,
            "is_gone": each.gone_at is not None,
        }
        for each in entries
    ]


@time_.command()
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER ...")
def remove(numbers: tuple[str, ...]) -> int:
    """Take entries away; they can be brought back."""
    wanted = numbers_of(numbers)
    with chosen.open_ledger() as ledger:
        say_closed(ledger, ledger.remove_work(wanted, now=clock.now_us()))
    told = " ".join(map(str, wanted))
    streams.say(f"Taken away: {told}.")
    streams.note(f"`convledger cost time bring-back {told}` brings it back.")
    return 0


@time_.command(name="bring-back")
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER ...")
def bring_back(numbers: tuple[str, ...]) -> int:
    """Bring back entries that were taken away."""
    wanted = numbers_of(numbers)
    with chosen.open_ledger() as ledger:
        say_closed(ledger, ledger.bring_back_work(wanted, now=clock.now_us()))
    streams.say(f"Brought back: {' '.join(map(str, wanted))}.")
    return 0


@click.command(
    context_settings={"ignore_unknown_options": True}, short_help="What an hour of people costs."
)
@click.argument("amount", required=False)
@click.option("--since", metavar="DAY", help="From this day on.  [default: today]")
@click.option("--overhead", metavar="SHARE", help="What comes on top: 30% or 0.30.  [default: 0]")
@click.option("--currency", metavar="CODE", help="Its currency.  [default: USD]")
@click.option("--monthly", metavar="AMOUNT", help="Instead of AMOUNT: what a month costs,")
@click.option("--hours", metavar="HOURS", help="and the hours in it.")
@click.option("--list", "listed", is_flag=True, help="List the rates.")
@click.option("--remove", "removed", metavar="DAY", help="Take the rate of this day away.")
@zone_option
@options.json_flag
def hourly(
    amount: str | None,
    since: str | None,
    overhead: str | None,
    currency: str | None,
    monthly: str | None,
    hours: str | None,
    listed: bool,
    removed: str | None,
    tz: str | None,
    as_json: bool,
) -> int:
    """Say what an hour of people costs from a day on, or list what was said.

    \b
    convledger cost hourly 25 --overhead 30% --since 2026-01-01
    convledger cost hourly --monthly 4000 --hours 160
    convledger cost hourly --remove 2026-01-01
    """
    from convledger.reports.unit_costs.written import amount_of, currency_of, share_of
    from convledger.store.costs import HourlyRate

    zone, _, now = here(tz)
    if (monthly is None) != (hours is None) or (amount is not None and monthly is not None):
        raise UsageProblem("say what an hour costs, or --monthly together with --hours")
    if removed is not None and (amount is not None or monthly is not None):
        raise UsageProblem("--remove takes a rate away; say nothing else with it")
    code = "" if currency is None else currency_of(currency)
    with chosen.open_ledger() as ledger:
        if removed is not None:
            day = first_day(removed, zone, now)
            say_closed(ledger, ledger.drop_hourly_rate(day, now=now))
            streams.say(f"The rate of {day} was taken away; `convledger cost undo` takes it back.")
        elif amount is None and monthly is None:
            if not listed and (since or overhead or currency):
                raise UsageProblem("say what an hour costs: convledger cost hourly 25")
            _list_rates(ledger.hourly_rates(), as_json=as_json)
        else:
            pico, told = amount_of(amount or monthly or "", code, what="the rate")
            if monthly is not None and hours is not None:
                pico = _by_month(pico, hours)
            share = Decimal(0) if overhead is None else share_of(overhead, "--overhead")
            first = first_day(since or "today", zone, now)
            rate = HourlyRate(first, pico, code or told or "USD", share)
            say_closed(ledger, ledger.set_hourly_rate(rate, now=now))
            streams.say(f"From {first} on: {_rate_words(rate)}.")
            streams.note("`convledger cost undo` takes it back.")
    return 0


def _by_month(pico: int, hours: str) -> int:
    """Return an hour's cost of a month's, to the nearest picounit."""
    from convledger.economics.human_time import hourly_rate
    from convledger.pricing.arithmetic import half_even
    from convledger.reports.unit_costs.written import decimal_of

    exact = hourly_rate(pico, Fraction(decimal_of(hours, "--hours", "160")))
    assert exact is not None
    return half_even(exact.numerator, exact.denominator)


def _rate_words(rate: HourlyRate) -> str:
    words = f"an hour costs {_to_the_point(rate.amount, rate.currency)}"
    if not rate.overhead:
        return words
    percent = f"{rate.overhead * 100:f}"
    percent = percent.rstrip("0").rstrip(".") if "." in percent else percent
    whole = round(Fraction(rate.amount) * (1 + Fraction(rate.overhead)))
    return f"{words} and {percent}% on top, {_to_the_point(whole, rate.currency)}"


def _to_the_point(amount: int, currency: str) -> str:
    """Return money with two more places where it has any there."""
    return money_words(amount, currency, more_places=0 if amount % (PICO // 100) == 0 else 2)


def _list_rates(rates: list[HourlyRate], *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "schema": 1,
                "hourly": [
                    {
                        "since": each.since.isoformat(),
                        "amount": usd_text(each.amount),
                        "currency": each.currency,
                        "overhead": f"{each.overhead:f}",
                    }
                    for each in rates
                ],
            }
        )
        return
    for each in rates:
        streams.say(f"{each.since}  {_rate_words(each)}")
    if not rates:
        streams.say("Nobody has said what an hour of people costs.")
        streams.note("`convledger cost hourly 25 --overhead 30%` says it.")


@click.command(short_help="Usual minutes where nobody entered any.")
@click.option("--hand-off", "hand_off", metavar="MINUTES",
              help="What a conversation takes people where nobody entered it.")  # fmt: skip
@click.option("--baseline", metavar="MINUTES", help="What one would take people without a bot.")
@click.option("--none", "none", multiple=True, type=click.Choice(["hand-off", "baseline"]),
              help="Take that away.")  # fmt: skip
@options.json_flag
def minutes(
    hand_off: str | None, baseline: str | None, none: tuple[str, ...], as_json: bool
) -> int:
    """Say the usual minutes of people, or show what was said.

    The minutes of a hand-off stand for those that nobody entered, of conversations that people
    served; figures that rest on them carry ~. The baseline is what a conversation would take people
    without any bot: savings are reckoned against it.

    \b
    convledger cost minutes --hand-off 12 --baseline 9
    convledger cost minutes --none hand-off
    """
    from convledger.reports.unit_costs.written import minutes_of

    told: dict[str, Fraction | None] = dict.fromkeys(none)
    for name, text in (("hand-off", hand_off), ("baseline", baseline)):
        if text is not None:
            if name in told:
                raise UsageProblem(f"--{name} and --none {name} can't both be meant")
            told[name] = minutes_of(text, f"--{name}")
    with chosen.open_ledger() as ledger:
        for name, value in told.items():
            now, is_baseline = clock.now_us(), name == "baseline"
            change = ledger.set_usual_minutes(value, now=now, baseline=is_baseline)
            say_closed(ledger, change)
        usual, without = ledger.usual_minutes()
    if as_json:
        print_json(
            {
                "schema": 1,
                "hand_off_minutes": None if usual is None else _plain(usual),
                "baseline_minutes": None if without is None else _plain(without),
            }
        )
        return 0
    streams.say(f"A hand-off takes people {_usual(usual)} where nobody entered it.")
    streams.say(f"Without a bot a conversation would take people {_usual(without)}.")
    if told:
        streams.note("`convledger cost undo` takes it back.")
    return 0


def _usual(value: Fraction | None) -> str:
    return "– (nobody has said)" if value is None else minutes_words(value)


def minutes_words(value: Fraction) -> str:
    """Return minutes for people: "12 min", "1 h 20 min", "90 s"."""
    seconds = int(value * 60)
    hours, rest = divmod(seconds, 3600)
    whole, left = divmod(rest, 60)
    sizes = ((hours, "h"), (whole, "min"), (left, "s"))
    return " ".join(f"{count:,} {unit}" for count, unit in sizes if count) or "0 min"


def _plain(value: Fraction) -> str:
    """Return minutes as a number, exact where seconds allow, else to twelve places."""
    from convledger.pricing.arithmetic import half_even

    return usd_text(half_even(value.numerator * PICO, value.denominator))
