"""The command `sources`: what is read, how far, what could not be used, what has no price."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from convledger.cli import chosen, options, streams
from convledger.cli.printing import print_documents_as_csv, print_json, print_table
from convledger.cli.updating import bring_up_to_date
from convledger.errors import UsageProblem
from convledger.words import plural

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.reports.sources import UnpricedModel

NAMES = {
    "sources": (
        "source", "root", "files", "live", "gone", "unreadable", "bytes", "waiting", "rejected",
        "conversations", "calls", "last_read_at", "files_to_index", "left_out",
    ),
    "files": (
        "source", "path", "state", "reason", "size", "figures_offset", "texts_offset", "rejected",
        "read_at",
    ),
    "rejected": ("source", "path", "line", "offset", "reason", "excerpt"),
    "unpriced": ("source", "provider", "model", "calls", "tokens", "calls_without_tokens"),
}  # fmt: skip


@click.command(short_help="What is read, how far, what was rejected.")
@click.option("--files", "wanted", flag_value="files", help="Each log file and how far it is read.")
@click.option("--rejected", "wanted", flag_value="rejected", help="Lines that could not be used.")
@click.option("--unpriced", "wanted", flag_value="unpriced", help="Models without a price.")
@click.option(
    "--discover", "wanted", flag_value="discover", help="What lies on this machine, read or not."
)
@click.option(
    "--estimates",
    type=click.Choice(["on", "off"]),
    help="Count tokens that no source records from the texts (~), or leave them unknown.",
)
@click.option(
    "--leave-out",
    metavar="NAME|FOLDER",
    multiple=True,
    help="Read nothing more of a tool, or of a folder; what was read stays.",
)
@click.option(
    "--take-in",
    metavar="NAME|FOLDER",
    multiple=True,
    help="Read again what was left out.",
)
@options.json_flag
@options.csv_flag
@click.option("--no-sync", is_flag=True, help="Do not look at the logs first.")
def sources(
    wanted: str | None,
    estimates: str | None,
    leave_out: tuple[str, ...],
    take_in: tuple[str, ...],
    as_json: bool,
    as_csv: bool,
    no_sync: bool,
) -> None:
    """List each source with its folder, files, bytes that wait, and lines that were rejected.

    What a source does not record is unknown. Its tokens are counted from the texts and marked ~
    wherever they are part of a figure, unless `--estimates off` says to leave them unknown.

    All known tools of this machine are read, but for those left out: `--leave-out cursor` keeps a
    tool out, a folder whatever is read there. `import PATH` reads what it names all the same.
    """
    options.one_form(as_json, as_csv)
    if leave_out or take_in:
        from convledger.cli.leaving import change

        if wanted is not None or as_csv or estimates is not None:
            raise UsageProblem("--leave-out and --take-in go with --json only")
        change(leave_out, take_in, as_json=as_json)
        return
    if estimates is not None:
        from convledger.cli.estimating import switch

        if wanted is not None or as_csv:
            raise UsageProblem("--estimates goes with --json and --no-sync only")
        switch(estimates == "on", as_json=as_json, no_sync=no_sync)
        return
    what = wanted or "sources"
    if what == "discover":
        from convledger.cli.discovering import discover

        discover(as_json=as_json, as_csv=as_csv)
        return
    if what not in NAMES:
        raise UsageProblem(f"no such list: {what}")
    with chosen.open_ledger() as ledger:
        scans = []
        if not no_sync:
            scans = bring_up_to_date(ledger, texts=False).scans
        rows = _asked(ledger, what)
        left_out = ledger.leaving.entries() if what == "sources" else []
    if as_json:
        print_json({"schema": 1, what: [row.document() for row in rows]})
    elif as_csv:
        print_documents_as_csv([row.document() for row in rows], NAMES[what])
    elif rows:
        _PRINTED[what](rows)
        if left_out:
            from convledger.cli.leaving import tell

            tell(left_out)
    elif what == "sources":
        from convledger.cli.overview import say_no_logs

        say_no_logs(scans, left_out)
    else:
        streams.say(_NOTHING[what])


_NOTHING = {
    "files": "No files are known yet.",
    "rejected": "Every line could be used.",
    "unpriced": "Every call has a price.",
}


def _asked(ledger: Ledger, what: str) -> Sequence[Any]:
    """Return the rows of the list that was asked for."""
    if what == "files":
        return ledger.files()
    if what == "rejected":
        return ledger.rejected()
    if what == "unpriced":
        return ledger.unpriced()
    return ledger.sources()


def _print_sources(rows: Sequence[Any]) -> None:
    from convledger.cli.names import tilde
    from convledger.reports.render.numbers import bytes_text, count
    from convledger.reports.render.table import Column

    columns = [
        Column("source"),
        Column("folder", shrink=True, minimum=24, path=True),
        Column("files", "right"),
        Column("size", "right", optional=3),
        Column("waiting", "right"),
        Column("gone", "right", optional=2),
        Column("unreadable", "right", optional=1),
        Column("rejected", "right"),
        Column("conversations", "right", optional=4),
        Column("calls", "right"),
    ]
    cells = [
        [
            row.source,
            tilde(row.root),
            count(row.files),
            bytes_text(row.bytes),
            "left out" if row.left_out else bytes_text(row.waiting) if row.waiting else "–",
            *(count(number) if number else "–" for number in (row.gone, row.unreadable)),
            count(row.rejected) if row.rejected else "–",
            count(row.conversations),
            count(row.calls),
        ]
        for row in rows
    ]
    print_table(columns, cells)
    if to_index := sum(row.files_to_index for row in rows):
        streams.remark(f"{plural(to_index, 'file')} to store and index still")
    if any(row.rejected for row in rows):
        streams.remark("`convledger sources --rejected` lists the rejected lines")
    if any(row.unreadable or row.waiting for row in rows):
        streams.remark("`convledger sources --files` lists the files with their state")


def _print_files(rows: Sequence[Any]) -> None:
    from convledger.cli.names import tilde
    from convledger.reports.render.numbers import bytes_text, count
    from convledger.reports.render.table import Column

    columns = [
        Column("state"),
        Column("size", "right"),
        Column("counted", "right"),
        Column("stored", "right"),
        Column("rejected", "right", optional=1),
        Column("file", shrink=True, minimum=24, path=True),
        Column("reason", shrink=True, minimum=12),
    ]
    cells = [
        [
            row.state,
            bytes_text(row.size),
            bytes_text(row.figures_offset),
            bytes_text(row.texts_offset),
            count(row.rejected) if row.rejected else "–",
            tilde(row.path),
            row.reason,
        ]
        for row in rows
    ]
    print_table(columns, cells)


def _print_rejected(rows: Sequence[Any]) -> None:
    from convledger.cli.names import tilde
    from convledger.text.display import clip, display_text

    width = streams.width() - 2
    for row in rows:
        streams.say(display_text(f"{tilde(row.path)}:{row.line}"))
        streams.say(f"  {clip(display_text(row.reason), width)}")
        streams.say(streams.dim(f"  {clip(display_text(row.excerpt), width)}"))


def _print_unpriced(rows: Sequence[Any]) -> None:
    from convledger.reports.render.numbers import count
    from convledger.reports.render.table import Column

    columns = [
        Column("source"),
        Column("provider"),
        Column("model", shrink=True, minimum=16),
        Column("calls", "right"),
        Column("tokens", "right"),
    ]
    cells = [[row.source, row.provider, row.model, count(row.calls), _tokens(row)] for row in rows]
    print_table(columns, cells)
    from convledger.reports.usage_doubt import how_to_count, how_to_name

    lacking = sum(row.calls_without_tokens for row in rows)
    if lacking:
        have = "call has" if lacking == 1 else "calls have"
        streams.remark(
            f"{lacking:,} {have} no tokens in the source, so no price helps; {how_to_count()}"
        )
    for row in rows:
        if row.is_unnamed and row.calls > row.calls_without_tokens:
            streams.remark(how_to_name([row.source]))
    streams.remark("`convledger help prices` says how to give them a price")


def _tokens(row: UnpricedModel) -> str:
    """Return the tokens of a model for people: unknown ones are a dash, not zero."""
    from convledger.reports.render.numbers import count

    return "–" if not row.tokens and row.calls_without_tokens else count(row.tokens)


_PRINTED = {
    "sources": _print_sources,
    "files": _print_files,
    "rejected": _print_rejected,
    "unpriced": _print_unpriced,
}
