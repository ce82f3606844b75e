"""The commands by which a person decides about entries, and takes it back."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.memory_words import (
    cost_words,
    day_words,
    entries_argument,
    entry_filters,
    query_of,
)
from convledger.cli.plain_names import plural
from convledger.cli.printing import print_json, print_table
from convledger.errors import UsageProblem

if TYPE_CHECKING:
    from convledger.memory.shelf import Memory

Verb = Callable[["Memory", list[int], int], int]


def _decide(names: tuple[str, ...], verb: Verb, done: str) -> int:
    now = clock.now_us()
    with chosen.open_ledger() as ledger:
        memory = ledger.memory
        count = verb(memory, [memory.entry(name).id for name in names], now)
    streams.say(f"{plural(count, 'entry', 'entries')} {done}.")
    if count:
        streams.note("`convledger memory undo` takes it back.")
    return 0


@click.command(short_help="Take proposed entries into memory.")
@entries_argument
def accept(names: tuple[str, ...]) -> int:
    """Take proposed entries into memory: you have looked at them."""
    return _decide(names, lambda memory, ids, now: memory.accept(ids, now), "accepted")


@click.command(short_help="Say that entries are still true.")
@entries_argument
def confirm(names: tuple[str, ...]) -> int:
    """Say that entries are still true; they are due again after twice the time."""
    return _decide(names, lambda memory, ids, now: memory.confirm(ids, now), "confirmed")


@click.command(short_help="Put entries out of sight for a while.")
@entries_argument
@click.option("--days", type=click.IntRange(1, 3650), default=7, help="[default: 7]")
def snooze(names: tuple[str, ...], days: int) -> int:
    """Put entries out of the way of reviews and packs until some days are over."""
    return _decide(names, lambda memory, ids, now: memory.snooze(ids, now, days), "snoozed")


@click.command(short_help="Put entries away; they can be taken back.")
@entries_argument
def archive(names: tuple[str, ...]) -> int:
    """Put entries away: no pack holds them, nothing is lost."""
    return _decide(names, lambda memory, ids, now: memory.archive(ids, now), "archived")


@click.command(short_help="Take archived entries back.")
@entries_argument
def restore(names: tuple[str, ...]) -> int:
    """Take archived entries back into memory."""
    return _decide(names, lambda memory, ids, now: memory.restore(ids, now), "taken back")


@click.command(short_help="Let one entry stand for two.")
@click.argument("name", metavar="ENTRY")
@click.option("--into", required=True, metavar="ENTRY", help="The entry that stays.")
@click.option("--body", metavar="TEXT", help="Its text then.  [default: as it is]")
def merge(name: str, into: str, body: str | None) -> int:
    """Merge an entry into another, which gains its sources and tags; the first is archived."""
    now = clock.now_us()
    with chosen.open_ledger() as ledger:
        memory = ledger.memory
        loser, winner = memory.entry(name), memory.entry(into)
        memory.merge(loser.id, winner.id, now, body)
    streams.say(f"Entry {loser.id} is part of {winner.id} now.")
    return 0


@click.command(short_help="Settle a conflict between two entries.")
@click.argument("name", metavar="ENTRY")
@click.option("--over", required=True, metavar="ENTRY", help="The one that no longer holds.")
def choose(name: str, over: str) -> int:
    """Say which of two entries holds; the other held until now and is archived."""
    now = clock.now_us()
    with chosen.open_ledger() as ledger:
        memory = ledger.memory
        winner, loser = memory.entry(name), memory.entry(over)
        memory.choose(winner.id, loser.id, now)
    streams.say(f"Entry {winner.id} holds; {loser.id} held until now and is archived.")
    return 0


@click.command(name="no-pair", short_help="Say that two entries are no pair.")
@click.argument("one", metavar="ENTRY")
@click.argument("other", metavar="ENTRY")
def no_pair(one: str, other: str) -> int:
    """Say that two entries are neither the same nor in conflict, while their texts stay."""
    now = clock.now_us()
    with chosen.open_ledger() as ledger:
        memory = ledger.memory
        memory.dismiss(memory.entry(one).id, memory.entry(other).id, now)
    streams.say("They are no pair.")
    return 0


@click.command(short_help="Take back the last change, or any that still can be.")
@click.argument("number", type=click.IntRange(1), required=False)
def undo(number: int | None) -> int:
    """Take back what was changed last, or the change of a number in `memory history`."""
    from convledger.text.display import display_text
    from convledger.text.secrets import veiled

    with chosen.open_ledger() as ledger:
        undone = ledger.memory.undo(clock.now_us(), number)
    streams.say(display_text(f"Undone: {undone.verb} {veiled(undone.about)}".rstrip()))
    return 0


@click.command(short_help="What was changed, the latest first.")
@click.option("--limit", type=click.IntRange(1), default=20, help="[default: 20]")
@options.json_flag
def history(limit: int, as_json: bool) -> int:
    """List the changes that can be taken back, with their numbers."""
    from convledger.reports.render.table import Column
    from convledger.text.secrets import veiled
    from convledger.zones import machine_zone

    zone, _ = machine_zone()
    with chosen.open_ledger() as ledger:
        found = ledger.memory.history(limit)
    if as_json:
        documents = [
            {"number": one.id, "at": clock.iso_text(one.at), "by": one.actor, "verb": one.verb,
             "about": veiled(one.about), "undone": one.undone_at is not None}
            for one in found
        ]  # fmt: skip
        print_json({"schema": 1, "changes": documents})
    elif found:
        columns = [Column("number", "right"), Column("when"), Column("what"),
                   Column("about", shrink=True, minimum=16), Column("")]  # fmt: skip
        print_table(
            columns,
            [
                [str(one.id), day_words(one.at, zone), one.verb, veiled(one.about),
                 "undone" if one.undone_at is not None else ""]
                for one in found
            ],
        )  # fmt: skip
    else:
        streams.say("Nothing was changed yet.")
    return 0


@click.command(short_help="Archive all entries that meet conditions.")
@entry_filters
@click.option("--dry-run", is_flag=True, help="Show what would go; change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.json_flag
def prune(
    state: tuple[str, ...],
    kind: tuple[str, ...],
    scope: tuple[str, ...],
    tag: tuple[str, ...],
    where: tuple[str, ...],
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Archive all entries that meet conditions. One `memory undo` takes all of them back.

    \b
    convledger memory prune --where reason=unused --where 'age>365' --dry-run
    """
    from convledger.economics.carrying import cost_of
    from convledger.memory.asking import EntryQuery
    from convledger.zones import machine_zone

    zone, _ = machine_zone()
    now = clock.now_us()
    query = query_of(state, kind, scope, tag, where)
    if query == EntryQuery():
        raise UsageProblem("say which entries: --where, --state, --kind, --scope or --tag")
    with chosen.open_ledger() as ledger:
        memory = ledger.memory
        found = [each for each in memory.find(query, now, zone) if each.state != "archived"]
        costs = memory.costs(now, [each.id for each in found])
        tokens = sum(each.tokens or 0 for each in found)
        cost = cost_of(costs.values())
        saved = (
            f"{cost_words(cost)} {'of the context' if isinstance(cost, Fraction) else 'a month'}"
        )
        if as_json:
            print_json({"schema": 1, "dry_run": dry_run, "tokens": tokens,
                        "entries": [each.id for each in found]})  # fmt: skip
        else:
            for each in found if dry_run or not yes else ():
                streams.say(_line(each.id, each.title))
            what = plural(len(found), "entry", "entries")
            streams.say(f"{what}, {tokens:,} tokens, {saved} est.")
        if dry_run or not found:
            return 0
        if not yes and not as_json and not click.confirm("Archive them?", default=False, err=True):
            streams.note("Nothing was changed.")
            return 1
        memory.archive([each.id for each in found], now)
    if not as_json:
        streams.say("Archived. `convledger memory undo` takes it back.")
    return 0


def _line(number: int, title: str) -> str:
    from convledger.text.display import clip, display_text
    from convledger.text.secrets import veiled

    return f"{number:>6}  {clip(display_text(veiled(title)), 70)}"
