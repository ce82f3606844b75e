"""The commands that draw samples for review, list them, and take them away."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.plain_names import plural
from convledger.cli.printing import print_json, print_table
from convledger.cli.review_words import due_option, due_words, item_number
from convledger.errors import UsageProblem
from convledger.text.display import display_text

if TYPE_CHECKING:
    from convledger.reports.reviews.drawing import Sample

_SHOWN = 20  # strata


@click.command(short_help="Draw conversations for people to review.")
@click.option("--size", type=int, metavar="N", help="How many.")
@click.option("--percent", metavar="P", help="How many of a hundred, instead of --size.")
@click.option("--seed", metavar="WORD", help="The same seed draws the same.  [default: by chance]")
@click.option("--by", multiple=True, metavar="KEY[,KEY]",
              help="Some of each: model, client, source, project, cost, handoff ...")  # fmt: skip
@click.option("--only", multiple=True, metavar="KIND", help="Only outliers, or escalated ones.")
@options.since_until
@options.several("--source", "Only these sources.")
@options.several("--model", "Only these models; `*` stands for anything.")
@options.several("--project", "Only these projects: a path, its last part, or with `*`.")
@options.several("--tag", "Only conversations with one of these tags.")
@options.several("--client", "Only conversations of these clients.")
@options.several("--kind", "Only conversations of these kinds.")
@options.several("--outcome", "Only conversations that ended so; `*` stands for anything.")
@options.several("--channel", "Only conversations on these channels.")
@click.option("--title", default="", metavar="TEXT", help="What it is called.")
@click.option("--owner", "owners", multiple=True, metavar="NAME",
              help="Who reviews; several take turns.  [default: you]")  # fmt: skip
@click.option("--overlap", type=int, default=0, metavar="K",
              help="So many go to every owner, so that agreement can be told.")  # fmt: skip
@click.option("--due", metavar="DAY", help="By when: 2026-12-01, +7d.")
@click.option("--dry-run", is_flag=True, help="Show what would be drawn; keep nothing.")
@options.json_flag
def sample(
    size: int | None,
    percent: str | None,
    seed: str | None,
    by: tuple[str, ...],
    only: tuple[str, ...],
    since: str | None,
    until: str | None,
    tz: str | None,
    title: str,
    owners: tuple[str, ...],
    overlap: int,
    due: str | None,
    dry_run: bool,
    as_json: bool,
    **scope: tuple[str, ...],
) -> int:
    """Draw conversations by a seed: the same one from the same conversations on every machine.

    With --by each stratum gets its part, by largest remainders, and one at least where there is
    room. Owners take turns; --overlap of them go to all, who do not see each other's verdicts
    before giving their own.
    """
    import secrets

    from convledger.cli.cost_words import scope_of
    from convledger.reports.periods import read_since, read_until
    from convledger.reports.reviews.documents import batch_document, sample_document
    from convledger.reports.reviews.drawing import SampleQuery, owners_of
    from convledger.who import person
    from convledger.zones import zone_of

    zone, _ = zone_of(tz)
    now = clock.now_us()
    query = SampleQuery(
        size=size,
        share=None if percent is None else _share(percent),
        seed=seed if seed is not None else secrets.token_hex(4),
        by=options.parts(by),
        only=options.parts(only),
        since=None if since is None else read_since(since, zone, now),
        until=None if until is None else read_until(until, zone, now),
        scope=scope_of(scope),
        owners=owners_of(options.parts(owners), person()),
        overlap=overlap,
        title=title,
        due_at=None if due is None else due_option(due, zone, now),
    )
    with chosen.open_ledger() as ledger:
        drawn = ledger.draw_sample(query)
        if dry_run:
            if as_json:
                print_json({"schema": 1, "dry_run": True, **sample_document(drawn)})
            else:
                _say(drawn)
                streams.note("Nothing was kept: --dry-run.")
            return 0
        batch = ledger.keep_sample(drawn, now=now)
    if as_json:
        document = {**sample_document(drawn), **batch_document(batch)}
        print_json({"schema": 1, "dry_run": False, **document})
        return 0
    _say(drawn)
    streams.say(display_text(f"Kept as sample {batch.id}, {batch.title}."))
    streams.note("`convledger review next` begins; `convledger review remove` takes it away.")
    return 0


def _share(text: str) -> Fraction:
    from convledger.reports.unit_costs.written import decimal_of

    return Fraction(decimal_of(text.strip().rstrip("%").strip(), "--percent", "5")) / 100


def _say(drawn: Sample) -> None:
    count = plural(len(drawn.drawn), "conversation")
    streams.say(display_text(f"{count} drawn of {drawn.population:,}, seed {drawn.query.seed}."))
    if drawn.query.by:
        from convledger.reports.render.table import Column

        shown = list(drawn.strata.items())[:_SHOWN]
        print_table(
            [Column("stratum", shrink=True, minimum=12), Column("there", "right"),
             Column("drawn", "right")],
            [[name, f"{there:,}", f"{some:,}"] for name, (there, some) in shown],
        )  # fmt: skip
        if len(drawn.strata) > len(shown):
            streams.remark(f"{len(drawn.strata) - len(shown):,} more strata; --json has all")
    for owner in drawn.query.owners:
        own = sum(owner in each.owners for each in drawn.drawn)
        streams.say(display_text(f"  {owner}: {own:,}"))


@click.command(short_help="List the samples.")
@click.option("--all", "everything", is_flag=True, help="What was taken away too.")
@click.option("--tz", metavar="ZONE", help="Zone of days.  [default: yours]")
@options.json_flag
def batches(everything: bool, tz: str | None, as_json: bool) -> int:
    """List the samples with how far their review has come."""
    from convledger.reports.render.table import Column
    from convledger.reports.reviews.documents import batch_document
    from convledger.zones import zone_of

    zone, _ = zone_of(tz)
    now = clock.now_us()
    with chosen.open_ledger() as ledger:
        found = ledger.review_batches(with_gone=everything)
        stats = {each.id: ledger.review_stats(now=now, batches=[each.id]) for each in found}
    if as_json:
        documents = [
            {**batch_document(each), "items": stats[each.id].items, "judged": stats[each.id].judged,
             "open": stats[each.id].open, "disputed": stats[each.id].disputed}
            for each in found
        ]  # fmt: skip
        print_json({"schema": 1, "batches": documents})
    elif found:
        print_table(
            [
                Column("no.", "right"), Column("title", shrink=True, minimum=10),
                Column("items", "right"), Column("judged", "right"), Column("disputed", "right"),
                Column("due"), Column("owners", shrink=True, optional=1),
            ],
            [
                [
                    f"{each.id}{'' if each.gone_at is None else ' gone'}", each.title,
                    f"{stats[each.id].items:,}", f"{stats[each.id].judged:,}",
                    f"{stats[each.id].disputed:,}", due_words(each, zone), ", ".join(each.owners),
                ]
                for each in found
            ],
        )  # fmt: skip
    else:
        streams.say("No sample was drawn yet.")
        streams.note("`convledger review sample --size 20` draws one.")
    return 0


@click.command()
@click.argument("number")
def remove(number: str) -> int:
    """Take a sample away with its verdicts; it can be brought back."""
    with chosen.open_ledger() as ledger:
        ledger.remove_review(_batch_number(number), now=clock.now_us())
    streams.say(f"Taken away: {number}.")
    streams.note(f"`convledger review bring-back {number}` brings it back.")
    return 0


@click.command(name="bring-back")
@click.argument("number")
def bring_back(number: str) -> int:
    """Bring back a sample that was taken away."""
    with chosen.open_ledger() as ledger:
        ledger.bring_back_review(_batch_number(number))
    streams.say(f"Brought back: {number}.")
    return 0


def _batch_number(text: str) -> int:
    try:
        return item_number(text)
    except UsageProblem:
        raise UsageProblem(
            f"{text!r:.40} is no number of a sample: `convledger review batches` shows them"
        ) from None
