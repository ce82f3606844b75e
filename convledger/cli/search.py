"""The command `search`: finds what was said."""

from __future__ import annotations

import sys
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

import click

from convledger.cli import chosen, options, streams
from convledger.cli.outcome import DONE, FAILED
from convledger.cli.updating import bring_up_to_date

if TYPE_CHECKING:
    from collections.abc import Iterator

    from convledger.store.search import Hit, SearchQuery, SearchResult

# Stand for the marks around a match while its text is wrapped; of private use, so in no log.
OPEN, CLOSE = "\ue000", "\ue001"


def _complete_kind(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    from convledger.reports.conversations import KINDS

    return [kind for kind in KINDS.values() if kind.startswith(incomplete)]


@click.command(short_help="Search everything that was said.")
@click.argument("words", nargs=-1, required=True, metavar="WORDS ...")
@click.option("--limit", type=click.IntRange(1, 2000), default=20, show_default=True)
@options.several("--source", "Only these sources.")
@options.several("--project", "Only projects with this in their path, or with `*`.")
@options.since_until
@click.option(
    "--kind",
    multiple=True,
    metavar="KIND",
    shell_complete=_complete_kind,
    help="prompt, answer, thinking, tool_call, tool_result, note, attachment.",
)
@options.json_flag
@click.option("--no-sync", is_flag=True, help="Do not look at the logs first.")
def search(
    words: tuple[str, ...],
    limit: int,
    source: tuple[str, ...],
    project: tuple[str, ...],
    since: str | None,
    until: str | None,
    tz: str | None,
    kind: tuple[str, ...],
    as_json: bool,
    no_sync: bool,
) -> int:
    """Search prompts, answers, thinking, tool calls and their results, and titles.

    Every word must occur; "a phrase" stands in quotes within the word, and a `*` at the end of a
    word finds all that begins with it. Ends with 1 where nothing is found.
    """
    from convledger.clock import now_us
    from convledger.reports.periods import read_since, read_until
    from convledger.store.search import SearchQuery
    from convledger.zones import zone_of

    zone, _ = zone_of(tz)
    now = now_us()
    query = SearchQuery(
        " ".join(words),
        limit=limit,
        source=options.parts(source),
        project=options.parts(project),
        since=read_since(since, zone, now) if since else None,
        until=read_until(until, zone, now) if until else None,
        kind=_kinds(options.parts(kind)),
    )
    with chosen.open_ledger() as ledger:
        if not no_sync:
            bring_up_to_date(ledger, texts=True)
        result = ledger.search(query)
    if as_json:
        from convledger.cli.printing import print_json

        print_json(_document(query, result))
    else:
        _print(result, zone)
    return DONE if result.hits else FAILED


def _kinds(names: tuple[str, ...]) -> Any:
    """Return kinds of messages by the numbers that the ledger keeps. Raises UsageProblem."""
    from convledger.reports.conversations import KINDS

    numbers = {name: number for number, name in KINDS.items()}
    for name in names:
        if name not in numbers:
            from convledger.errors import UsageProblem
            from convledger.words import nearest

            near = nearest(name, list(numbers))
            hint = f"; did you mean {near}?" if near else ""
            raise UsageProblem(f"no such kind: {name}{hint} Kinds are: {', '.join(numbers)}")
    return tuple(numbers[name] for name in names)


def _document(query: SearchQuery, result: SearchResult) -> dict[str, Any]:
    """Return what was found as JSON says it."""
    from convledger.clock import iso_text
    from convledger.reports.conversations import KINDS

    hits = [
        {
            "conversation": hit.conversation,
            "title": hit.title,
            "source": hit.source,
            "project": hit.project,
            "at": iso_text(hit.at) if hit.at else None,
            "kind": "title" if hit.in_title else KINDS.get(hit.kind, "note"),
            "name": hit.name or None,
            "file": hit.file,
            "line": hit.line,
            "before": hit.before,
            "match": hit.match,
            "after": hit.after,
        }
        for hit in result.hits
    ]
    return {
        "schema": 1,
        "query": query.text,
        "matches": result.matches,
        "complete": result.complete,
        "hits": hits,
    }


def _print(result: SearchResult, zone: tzinfo) -> None:
    """Print what was found, and how far the ranking goes."""
    if not result.hits:
        streams.note("Nothing found.")
        return
    for number, hit in enumerate(result.hits):
        if number:
            streams.say()
        _print_hit(hit, zone)
    sys.stdout.flush()
    if not result.complete:
        streams.note(f"Ranked among the newest {result.matches:,} matches; older ones exist.")
    elif len(result.hits) < result.matches:
        streams.note(f"{len(result.hits):,} of {result.matches:,} matches; --limit shows more.")


def _print_hit(hit: Hit, zone: tzinfo) -> None:
    from convledger.cli.names import minute_text, short_id, tilde
    from convledger.reports.conversations import KINDS
    from convledger.text.display import clip, display_text
    from convledger.text.display import width as cells_of

    width = streams.width()
    kind = KINDS.get(hit.kind, "note").replace("_", " ") + (f" {hit.name}" if hit.name else "")
    kind = "title" if hit.in_title else kind
    about = clip(display_text(f"{hit.source} · {minute_text(hit.at, zone)} · {kind}"), 58)
    title = clip(display_text(hit.title or "Untitled"), max(20, width - cells_of(about) - 2))
    streams.say(f"{streams.bold(title)}  {about}")
    for line in _marked(hit, min(width, 100) - 2):
        streams.say(f"  {line}")
    place = f"{tilde(hit.file)}:{hit.line}"
    streams.say(streams.dim(f"  {short_id(display_text(hit.conversation))}  {display_text(place)}"))


def _marked(hit: Hit, width: int) -> Iterator[str]:
    """Yield the words around the match, with the match bold or between marks."""
    from convledger.cli.wrapping import wrapped
    from convledger.text.display import display_text

    parts = (display_text(part) for part in (hit.before, hit.match, hit.after))
    before, match, after = (part.replace(OPEN, "?").replace(CLOSE, "?") for part in parts)
    text = f"{before}{OPEN}{match}{CLOSE}{after}" if match else before + after
    begin, end = ("\x1b[1m", "\x1b[0m") if streams.colour() else ("«", "»")
    inside = False
    for line in wrapped(text, width):
        start = begin if inside and streams.colour() else ""
        inside = line.rfind(OPEN) > line.rfind(CLOSE) or (inside and CLOSE not in line)
        stop = end if inside and streams.colour() else ""
        yield start + line.replace(OPEN, begin).replace(CLOSE, end) + stop
