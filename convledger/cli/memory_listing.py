"""The commands `memory list`, `memory search` and `memory show`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.memory_words import (
    ROW,
    cost_words,
    day_words,
    document_of,
    entry_filters,
    flat,
    query_of,
    reason_document,
    reason_words,
)
from convledger.cli.plain_names import tilde
from convledger.cli.printing import print_documents_as_csv, print_json, print_table

if TYPE_CHECKING:
    from datetime import tzinfo

    from convledger.economics.carrying import Carrying, Cost
    from convledger.memory.asking import EntryQuery
    from convledger.memory.evidence import Evidence
    from convledger.memory.reasons import Reason
    from convledger.memory.shelf import Memory
    from convledger.store.entries import Entry, EntryVersion

USUAL = 50


@click.command(name="list", short_help="List what is remembered (the default).")
@entry_filters
@click.option("--limit", type=click.IntRange(1), help=f"At most so many.  [default: {USUAL}]")
@options.json_flag
@options.csv_flag
def list_(limit: int | None, as_json: bool, as_csv: bool, **filters: tuple[str, ...]) -> int:
    """List entries, the latest first, with what carrying each one costs a month.

    \b
    convledger memory list --scope client:acme --kind decision
    convledger memory list --where 'age>180' --where reason=unused
    """
    options.one_form(as_json, as_csv)
    query = query_of(**filters, text="")
    return _answer(query, limit, as_json, as_csv, latest_first=True)


@click.command(short_help="Search what is remembered.")
@click.argument("text", metavar="WORDS ...", nargs=-1, required=True)
@entry_filters
@click.option("--limit", type=click.IntRange(1), help=f"At most so many.  [default: {USUAL}]")
@options.json_flag
@options.csv_flag
def search(
    text: tuple[str, ...],
    limit: int | None,
    as_json: bool,
    as_csv: bool,
    **filters: tuple[str, ...],
) -> int:
    """Search titles, texts and tags of entries; the best matches come first.

    Every word must occur; "a phrase" stands in quotes within the word, and a `*` at the end of a
    word stands for any ending.
    """
    options.one_form(as_json, as_csv)
    query = query_of(**filters, text=" ".join(text))
    return _answer(query, limit, as_json, as_csv, latest_first=False)


def _answer(
    query: EntryQuery, limit: int | None, as_json: bool, as_csv: bool, *, latest_first: bool
) -> int:
    from convledger.memory.veiling import veiled_entry
    from convledger.zones import machine_zone

    zone, _ = machine_zone()
    now = clock.now_us()
    with chosen.open_ledger() as ledger:
        memory = ledger.memory
        memory.count_tokens()
        found = memory.find(query, now, zone)
        if latest_first:
            found.reverse()
        most = limit or (None if as_json or as_csv else USUAL)
        costs, reasons = memory.costs(now), memory.reasons(now, zone)
        shown = [veiled_entry(each) for each in found[:most]]
        documents = [
            document_of(each, reasons.get(each.id, ()), costs.get(each.id)) for each in shown
        ]
    if as_json:
        print_json({"schema": 1, "entries": documents, "found": len(found)})
    elif as_csv:
        print_documents_as_csv([flat(each) for each in documents], ROW)
    elif shown:
        _print(shown, {each.id: costs.get(each.id) for each in shown}, zone)
        if len(found) > len(shown):
            streams.remark(f"{len(found) - len(shown):,} more: `--limit {len(found)}` shows all")
    else:
        streams.note(
            "Nothing that is remembered is like that."
            if query != type(query)()
            else "Nothing is remembered yet. `convledger memory add` takes a text, "
            "`convledger memory import` what your tools carry along."
        )
    return 0


def _print(entries: list[Entry], costs: dict[int, Cost], zone: tzinfo) -> None:
    from convledger.memory.words import scope_words
    from convledger.reports.render.table import Column

    columns = [
        Column("number", "right"),
        Column("title", shrink=True, minimum=16),
        Column("kind", optional=3),
        Column("state", optional=1),
        Column("scope", shrink=True, minimum=8, optional=2),
        Column("said", optional=4),
        Column("tokens", "right", optional=5),
        Column("a month", "right"),
    ]
    rows = [
        [
            str(each.id),
            each.title,
            each.kind,
            each.state,
            scope_words(each.scope),
            day_words(each.source_date, zone),
            "–" if each.tokens is None else f"{each.tokens:,}",
            cost_words(costs[each.id]),
        ]
        for each in entries
    ]
    print_table(columns, rows)


@click.command(short_help="Show an entry: its text, where it comes from, its versions.")
@click.argument("name", metavar="ENTRY")
@click.option("--version", "number", type=click.IntRange(1), help="As it was in this version.")
@click.option("--diff", is_flag=True, help="What each version changed.")
@click.option("--reveal", is_flag=True, help="Secrets in full.")
@options.json_flag
def show(name: str, number: int | None, diff: bool, reveal: bool, as_json: bool) -> int:
    """Show an entry by its number, its name or the beginning of one; secrets have dots."""
    from convledger.memory.veiling import veiled_entry, veiled_version
    from convledger.zones import machine_zone

    zone, _ = machine_zone()
    now = clock.now_us()
    with chosen.open_ledger() as ledger:
        memory = ledger.memory
        memory.count_tokens()
        entry = memory.entry(name)
        versions = memory.versions(entry.id)
        evidence = memory.evidence(entry.id)
        reasons = memory.reasons(now, zone).get(entry.id, ())
        carried = memory.carrying(now, [entry.id])[entry.id]
        if not reveal:
            entry = veiled_entry(entry)
            versions = [veiled_version(each) for each in versions]
        if as_json:
            print_json(
                {
                    "schema": 1,
                    **document_of(entry, reasons, carried.pico_a_month, reveal=reveal),
                    "versions": [_version_document(each) for each in versions],
                    "sources": [_source_document(each, reveal=reveal) for each in evidence],
                    "reasons": [reason_document(each) for each in reasons],
                }
            )
        elif diff:
            _print_changes(memory, versions, zone)
        else:
            _print_entry(entry, versions, number, zone)
            _print_facts(entry, reasons, carried, evidence, zone)
    return 0


def _version_document(version: EntryVersion) -> dict[str, object]:
    return {
        "version": version.number, "at": clock.iso_text(version.at), "by": version.editor,
        "reason": version.reason, "title": version.title, "body": version.body,
    }  # fmt: skip


def _source_document(found: Evidence, *, reveal: bool) -> dict[str, object]:
    from convledger.text.secrets import veiled

    source = found.source
    quote = source.quote if reveal else veiled(source.quote)
    return {
        "kind": source.kind,
        "place": source.place,
        "line": found.line or None,
        "conversation": found.conversation or None,
        "said_by": found.said_by or None,
        "at": None if found.at is None else clock.iso_text(found.at),
        "quote": quote or None,
        "start": source.start,
        "length": source.length,
        "status": source.status,
    }


def _print_entry(
    entry: Entry, versions: list[EntryVersion], number: int | None, zone: tzinfo
) -> None:
    from convledger.errors import UsageProblem
    from convledger.text.display import display_text

    title, body = entry.title, entry.body
    if number is not None:
        past = next((each for each in versions if each.number == number), None)
        if past is None:
            raise UsageProblem(f"there is no version {number}; there are {len(versions)}")
        title, body = past.title, past.body
        streams.remark(f"version {number} of {len(versions)}, {day_words(past.at, zone)}")
    for line in [title, "", *body.splitlines()] if body.strip() != title else [body]:
        streams.say(display_text(line))
    streams.say()


def _carried_words(carried: Carrying) -> str:
    """Return what carrying costs; where a plan counts conversations there is no sum to tell."""
    from convledger.economics.carrying import BY_CONVERSATION

    words = cost_words(carried.cost)
    if carried.reason == BY_CONVERSATION:
        return f"{words} of the context, {carried.label}; {carried.reason}"
    return f"{words} a month, {carried.label}"


def _print_facts(
    entry: Entry,
    reasons: Sequence[Reason],
    carried: Carrying,
    evidence: list[Evidence],
    zone: tzinfo,
) -> None:
    from convledger.cli.fact_rows import say_facts
    from convledger.memory.words import scope_words

    facts = [
        ("entry", f"{entry.id} · {entry.name}"),
        ("is", f"{entry.kind} · {entry.state} · {entry.sensitivity} · value {entry.value}"
               + (" · pinned" if entry.pinned else "")),
        ("scope", scope_words(entry.scope)),
        ("said", day_words(entry.source_date, zone)),
        ("recorded", day_words(entry.recorded_at, zone)),
        ("checked", f"{day_words(entry.verified_at, zone)}"
                    + (f", due {day_words(entry.review_at, zone)}" if entry.review_at else "")),
    ]  # fmt: skip
    if entry.valid_from is not None or entry.valid_to is not None:
        facts.append(
            ("holds", f"{day_words(entry.valid_from, zone)} to {day_words(entry.valid_to, zone)}")
        )
    if entry.tags:
        facts.append(("tags", " ".join(f"#{tag}" for tag in entry.tags)))
    tokens = "not counted" if entry.tokens is None else f"{entry.tokens:,} ({entry.tokens_method})"
    facts.append(("tokens", tokens))
    facts.append(("carried", _carried_words(carried)))
    for each in evidence:
        state = "" if each.source.status == "ok" else f" · {each.source.status}"
        line = f":{each.line}" if each.line else ""
        facts.append(("source", f"{each.source.kind}: {tilde(each.source.place)}{line}{state}"))
    if reasons:
        facts.append(("look at it", reason_words(reasons)))
    say_facts(facts)


def _print_changes(memory: Memory, versions: list[EntryVersion], zone: tzinfo) -> None:
    from convledger.text.display import display_text

    if len(versions) < 2:
        streams.say("It has never been changed.")
    for old, new in pairwise(versions):
        reason = f" · {new.reason}" if new.reason else ""
        streams.say(
            display_text(
                f"version {old.number} to {new.number} · {day_words(new.at, zone)} · "
                f"{new.editor}{reason}"
            )
        )
        for line in memory.changes(old, new):
            streams.say(display_text(f"{line.sign} {line.text}".rstrip()))
        streams.say()
