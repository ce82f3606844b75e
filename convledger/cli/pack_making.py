"""The commands that make packs, change them, and decide on entries in them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, TypeVar

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.outcome import DONE
from convledger.cli.pack_words import complete_pack, pack_document
from convledger.cli.printing import print_json
from convledger.memory.words import PACK_FORMATS, SENSITIVITIES

if TYPE_CHECKING:
    from convledger.memory.packs import Pack, Wanted

F = TypeVar("F", bound=Callable[..., Any])
LISTS = {"scope": "scopes", "tag": "tags", "kind": "kinds", "state": "states"}
FILTERS = (*LISTS, "value", "text")


def _terms(command: F) -> F:
    """Give a command the options that say what a pack may hold."""
    for option in (
        options.json_flag,
        click.option(
            "--format", "form", type=click.Choice(PACK_FORMATS), help="How it is written."
        ),
        click.option(
            "--ceiling", type=click.Choice(SENSITIVITIES), help="The most sensitive it may hold."
        ),
        click.option("--text", metavar="WORDS", help="Only entries with these words."),
        click.option(
            "--min-value",
            type=click.IntRange(1, 5),
            metavar="N",
            help="Only of this value or more.",
        ),
        options.several("--state", "Of these states.  [default: active]"),
        options.several("--kind", "Only of these kinds."),
        options.several("--tag", "Only with one of these tags."),
        options.several("--scope", "Only of these: global, project:NAME, client:NAME."),
    ):
        command = option(command)
    return command


@click.command(short_help="Make a pack.")
@click.argument("name")
@click.option(
    "--budget", type=click.IntRange(1), required=True, metavar="N", help="Tokens, all in all."
)
@_terms
def new(name: str, budget: int, as_json: bool, **terms: Any) -> int:
    """Make a pack: a budget of tokens, and which entries it chooses from.

    Without a filter it chooses from all entries that are active, of all projects and clients.

    \b
    convledger pack new work --budget 2000
    convledger pack new acme --budget 800 --scope global,client:Acme --ceiling confidential
    """
    from convledger.memory import packs

    with chosen.open_ledger() as ledger:
        made = packs.create(
            ledger.connection,
            name,
            budget,
            clock.now_us(),
            wanted=_wanted(None, terms),
            form=terms["form"] or "markdown",
            ceiling=terms["ceiling"] or "internal",
        )
    return _tell(made, as_json)


@click.command(name="set", short_help="Change a pack's budget or what it may hold.")
@click.argument("name", shell_complete=complete_pack)
@click.option("--budget", type=click.IntRange(1), metavar="N", help="Tokens, all in all.")
@_terms
@click.option(
    "--any",
    "anything",
    multiple=True,
    metavar="WHAT",
    help=f"Take this filter away: {', '.join(FILTERS)}.",
)
def set_(
    name: str, budget: int | None, as_json: bool, anything: tuple[str, ...], **terms: Any
) -> int:
    """Change a pack's terms; what is not named stays as it is.

    \b
    convledger pack set work --budget 1500 --tag shop
    convledger pack set work --any tag
    """
    from convledger.memory import packs
    from convledger.memory.drafts import one_of

    freed = {one_of(each, FILTERS, "filter") for each in options.parts(anything)}
    with chosen.open_ledger() as ledger:
        before = packs.pack_named(ledger.connection, name)
        changes = {"budget": budget, "format": terms["form"], "ceiling": terms["ceiling"]}
        changes = {key: value for key, value in changes.items() if value is not None}
        wanted = _wanted(before, terms, freed)
        made = packs.change(ledger.connection, name, clock.now_us(), wanted=wanted, **changes)
    if made == before:
        streams.note("nothing is different")
    return _tell(made, as_json)


def _wanted(before: Pack | None, terms: dict[str, Any], freed: Collection[str] = ()) -> Wanted:
    """Return a filter with what the options say put in place of what was there."""
    import msgspec

    from convledger.memory.packs import Wanted

    changes: dict[str, Any] = {
        LISTS[each]: options.parts(terms[each]) for each in LISTS if terms[each]
    }
    if terms["min_value"] is not None:
        changes["min_value"] = terms["min_value"]
    if terms["text"] is not None:
        changes["text"] = terms["text"].strip()
    plain = Wanted()
    for each in freed:
        field = {**LISTS, "value": "min_value"}.get(each, each)
        changes.setdefault(field, getattr(plain, field))
    return msgspec.structs.replace(plain if before is None else before.wanted, **changes)


def _tell(pack: Pack, as_json: bool) -> int:
    from convledger.memory.pack_words import wanted_words
    from convledger.text.display import display_text

    if as_json:
        print_json({"schema": 1, **pack_document(pack)})
        return DONE
    wanted = wanted_words(pack.wanted)
    words = f"{pack.name}: {pack.budget:,} tokens from {wanted}, up to {pack.ceiling}"
    streams.say(display_text(words))
    return DONE


@click.command(short_help="Say that entries are always in a pack, or never.")
@click.argument("name", shell_complete=complete_pack)
@click.argument("entries", nargs=-1, required=True, metavar="ENTRY ...")
@click.option("--never", is_flag=True, help="Keep them out instead.")
def add(name: str, entries: tuple[str, ...], never: bool) -> int:
    """Say that entries always go into a pack, before all others; with --never that they stay out.

    ENTRY is a number, or a ULID or the beginning of one. What blocks an entry blocks it still.
    """
    return _decide(name, entries, "never" if never else "always")


@click.command(short_help="Forget what was said of entries in a pack.")
@click.argument("name", shell_complete=complete_pack)
@click.argument("entries", nargs=-1, required=True, metavar="ENTRY ...")
def drop(name: str, entries: tuple[str, ...]) -> int:
    """Take back what `pack add` said of entries: value and tokens decide again.

    `pack add --never` keeps an entry out.
    """
    return _decide(name, entries, "auto")


def _decide(name: str, words: tuple[str, ...], mode: str) -> int:
    from convledger.cli.names import plural
    from convledger.memory import packs
    from convledger.memory.naming import entry_named
    from convledger.text.display import display_text

    with chosen.open_ledger() as ledger:
        found = [entry_named(ledger.connection, word) for word in words]
        numbers = [entry.id for entry in found]
        count = packs.decide(ledger.connection, name, numbers, mode, clock.now_us())
    said = {"always": "always in", "never": "never in", "auto": "chosen by value again in"}[mode]
    if count:
        streams.say(display_text(f"{plural(count, 'entry', 'entries')}: {said} {name}"))
    else:
        streams.say(display_text(f"nothing is different: {said} {name} already"))
    return DONE


@click.command(short_help="Delete a pack; its entries stay.")
@click.argument("name", shell_complete=complete_pack)
def delete(name: str) -> int:
    """Delete a pack. Entries, files that it was written to and the log of that stay."""
    from convledger.memory import packs
    from convledger.text.display import display_text

    with chosen.open_ledger() as ledger:
        packs.delete(ledger.connection, name, clock.now_us())
    streams.say(display_text(f"{name} is deleted"))
    return DONE
