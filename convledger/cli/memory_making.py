"""The commands `memory add`, `memory edit` and `memory set`."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.memory_words import document_of, entries_argument
from convledger.cli.printing import print_json
from convledger.errors import ConvledgerError, UsageProblem

if TYPE_CHECKING:
    from datetime import tzinfo

    from convledger.ledger import Ledger
    from convledger.store.entries import Entry

_NONE = ("none", "never", "-")


@click.command(short_help="Remember a text, or part of a conversation.")
@click.argument("text", metavar="[TEXT]", required=False)
@click.option("--title", metavar="TEXT", default="", help="[default: its first words]")
@click.option("--kind", metavar="NAME", default="fact", help="[default: fact]")
@click.option("--scope", metavar="SCOPE", default="", help="global, project:NAME, client:NAME.")
@click.option("--tag", multiple=True, metavar="NAME", help="A tag; there may be several.")
@click.option("--sensitivity", metavar="NAME", default="internal",
              help="public, internal, confidential, secret.  [default: internal]")  # fmt: skip
@click.option("--value", type=click.IntRange(1, 5), default=3, help="1 could go, 5 must stay.")
@click.option("--pin", is_flag=True, help="Packs hold it before all others.")
@click.option("--said", metavar="DATE", help="When it was said.")
@click.option("--from", "valid_from", metavar="DATE", help="When it begins to hold.")
@click.option("--until", "valid_to", metavar="DATE", help="When it ends to hold.")
@click.option("--of", "conversation", metavar="CONVERSATION", help="What a conversation said.")
@click.option("--quote", metavar="TEXT", help="With --of: these words of it.")
@options.json_flag
def add(
    text: str | None,
    title: str,
    kind: str,
    scope: str,
    tag: tuple[str, ...],
    sensitivity: str,
    value: int,
    pin: bool,
    said: str | None,
    valid_from: str | None,
    valid_to: str | None,
    conversation: str | None,
    quote: str | None,
    as_json: bool,
) -> int:
    """Remember a text; `-` reads it from standard input.

    The same text is kept once: saying it again adds where it comes from.

    \b
    convledger memory add "Deploys go out on Thursdays." --kind decision --scope client:acme
    pbpaste | convledger memory add - --tag notes
    convledger memory add --of 5d0caad8 --quote "we deploy on Thursdays"
    """
    from convledger.memory.drafts import Draft
    from convledger.zones import machine_zone

    zone, _ = machine_zone()
    now = clock.now_us()
    if quote and not conversation:
        raise UsageProblem("--quote needs --of CONVERSATION")
    if text is None and not conversation:
        raise UsageProblem("say the text, `-` for standard input, or --of CONVERSATION")
    body = "" if text is None else _standard_input() if text == "-" else text
    with chosen.open_ledger() as ledger:
        draft = Draft(
            body=body,
            title=title,
            kind=kind,
            scope=scope,
            tags=options.parts(tag),
            sensitivity=sensitivity,
            value=value,
            pinned=pin,
            source_date=_since(said, zone, now),
            valid_from=_since(valid_from, zone, now),
            valid_to=_until(valid_to, zone, now),
        )
        if conversation:
            message, start, length = _place(ledger, conversation, quote)
            entry, is_new = ledger.memory.remember_span(message, now, start, length, draft)
        else:
            entry, is_new = ledger.memory.remember(draft, now)
    _told(entry, is_new, as_json)
    return 0


def _told(entry: Entry, is_new: bool, as_json: bool) -> None:
    from convledger.memory.veiling import veiled_entry
    from convledger.text.display import display_text

    entry = veiled_entry(entry)
    if as_json:
        print_json({"schema": 1, "new": is_new, **document_of(entry)})
    elif is_new:
        streams.say(display_text(f"Remembered as number {entry.id}: {entry.title}"))
    else:
        state = " (archived)" if entry.state == "archived" else ""
        streams.say(display_text(f"Known already as number {entry.id}{state}: {entry.title}"))


def _standard_input() -> str:
    return sys.stdin.buffer.read().decode("utf-8", "replace")


def _since(text: str | None, zone: tzinfo, now: int) -> int | None:
    from convledger.reports.periods import read_since

    return None if text is None or text in _NONE else read_since(text, zone, now)


def _until(text: str | None, zone: tzinfo, now: int) -> int | None:
    from convledger.reports.periods import read_until

    return None if text is None or text in _NONE else read_until(text, zone, now)


def _place(ledger: Ledger, conversation: str, quote: str | None) -> tuple[int, int, int | None]:
    """Return message, start and length of a quotation, or of all that was answered last."""
    found = ledger.conversation(conversation)
    heads = [head for head in ledger.outline(found.id).heads if head.kind in ("prompt", "answer")]
    bodies = ledger.bodies([head.id for head in heads])
    if quote:
        for head in heads:
            start = bodies.get(head.id, "").find(quote)
            if start >= 0:
                return head.id, start, len(quote)
        raise UsageProblem("nobody said that in this conversation; quote it word for word")
    for head in reversed(heads):
        if bodies.get(head.id, "").strip():
            return head.id, 0, None
    raise UsageProblem("nothing was said in this conversation that could be remembered")


@click.command(short_help="Change the text of an entry in your editor.")
@click.argument("name", metavar="ENTRY")
@click.option("--body", metavar="TEXT", help="The new text; `-` reads it from standard input.")
@click.option("--title", metavar="TEXT", help="The new title.")
@click.option("--reason", metavar="TEXT", default="", help="Why; it stays with the version.")
@click.option("--restore", type=click.IntRange(1), metavar="VERSION", help="The text of a version.")
def edit(name: str, body: str | None, title: str | None, reason: str, restore: int | None) -> int:
    """Change an entry in $VISUAL or $EDITOR; what it said before stays as a version."""
    now = clock.now_us()
    with chosen.open_ledger() as ledger:
        memory = ledger.memory
        entry = memory.entry(name)
        if restore is not None:
            past = next(
                (each for each in memory.versions(entry.id) if each.number == restore), None
            )
            if past is None:
                raise UsageProblem(f"there is no version {restore} of entry {entry.id}")
            body, title = past.body, past.title
            reason = reason or f"as version {restore} said it"
        elif body is None and title is None:
            title, body = _edited(entry)
        if body == "-":
            body = _standard_input()
        changed = memory.edit(entry.id, now, title=title, body=body, reason=reason)
        version = memory.entry(str(entry.id)).version
    streams.say(f"Entry {entry.id} is version {version} now." if changed else "Nothing changed.")
    return 0


def _edited(entry: Entry) -> tuple[str, str]:
    """Let a person change an entry in an editor; returns title and text."""
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not command:
        raise UsageProblem("set $EDITOR, or say the new text with --body")
    text = f"{entry.title}\n\n{entry.body}\n"
    with tempfile.TemporaryDirectory(prefix="convledger-") as folder:
        path = Path(folder) / f"{entry.name}.md"
        path.touch(mode=0o600)
        path.write_text(text, "utf-8")
        try:
            code = subprocess.run([*shlex.split(command), str(path)], check=False).returncode  # noqa: S603 - the user's own editor
        except (OSError, ValueError) as error:
            raise UsageProblem(f"the editor {command!r:.60} can't be run: {error}") from error
        if code:
            raise ConvledgerError(f"the editor ended with code {code}; nothing was changed")
        written = path.read_text("utf-8", errors="replace")
    if not written.strip():
        raise UsageProblem("the text is empty; nothing was changed")
    head, _, rest = written.replace("\r\n", "\n").partition("\n\n")
    return " ".join(head.split()), rest.strip("\n") or head


@click.command(name="set", short_help="Change kind, scope, tags, value, dates of entries.")
@entries_argument
@click.option("--kind", metavar="NAME")
@click.option("--scope", metavar="SCOPE", help="global, project:NAME, client:NAME.")
@click.option("--tag", multiple=True, metavar="NAME", help="Add a tag.")
@click.option("--untag", multiple=True, metavar="NAME", help="Take a tag away.")
@click.option("--sensitivity", metavar="NAME")
@click.option("--value", type=click.IntRange(1, 5))
@click.option("--pin/--unpin", "pin", default=None)
@click.option("--said", metavar="DATE", help="When it was said; `none` for unknown.")
@click.option("--from", "valid_from", metavar="DATE", help="When it begins to hold; or `none`.")
@click.option("--until", "valid_to", metavar="DATE", help="When it ends to hold; or `none`.")
@click.option("--review", metavar="DATE", help="When to look at it again; or `never`.")
def set_(
    names: tuple[str, ...],
    kind: str | None,
    scope: str | None,
    tag: tuple[str, ...],
    untag: tuple[str, ...],
    sensitivity: str | None,
    value: int | None,
    pin: bool | None,
    said: str | None,
    valid_from: str | None,
    valid_to: str | None,
    review: str | None,
) -> int:
    """Change what is known about entries; their texts stay as they are."""
    from convledger.memory.drafts import one_of
    from convledger.memory.words import KINDS, SENSITIVITIES, scope_of, tags_of
    from convledger.zones import machine_zone

    zone, _ = machine_zone()
    now = clock.now_us()
    facts: dict[str, Any] = {}
    if kind is not None:
        facts["kind"] = one_of(kind, KINDS, "kind")
    if scope is not None:
        facts["scope"] = scope_of(scope)
    if sensitivity is not None:
        facts["sensitivity"] = one_of(sensitivity, SENSITIVITIES, "sensitivity")
    if value is not None:
        facts["value"] = value
    if pin is not None:
        facts["pinned"] = pin
    for field, text, read in (
        ("source_date", said, _since), ("valid_from", valid_from, _since),
        ("valid_to", valid_to, _until), ("review_at", review, _since),
    ):  # fmt: skip
        if text is not None:
            facts[field] = read(text, zone, now)
    added, gone = tags_of(" ".join(options.parts(tag))), tags_of(" ".join(options.parts(untag)))
    if not facts and not added and not gone:
        raise UsageProblem("say what to change: --kind, --scope, --tag, --value, --until ...")
    with chosen.open_ledger() as ledger:
        memory = ledger.memory
        ids = [memory.entry(name).id for name in names]
        count = memory.label(ids, now, **facts, add_tags=added, drop_tags=gone)
    streams.say(f"{count:,} {'entry' if count == 1 else 'entries'} changed.")
    return 0
