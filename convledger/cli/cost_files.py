"""The commands `cost import` and `cost export`: costs and people's time as tables."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convledger.cli import chosen, options, streams
from convledger.cli.cost_words import here, say_closed, zone_option
from convledger.cli.plain_names import plural, tilde
from convledger.cli.printing import print_json
from convledger.cli.rejected import say_rejected
from convledger.errors import UsageProblem
from convledger.text.display import clip, display_text

if TYPE_CHECKING:
    from convledger.reports.unit_costs.cost_import import CostImport


@click.command(name="import", short_help="Costs or people's time from a CSV file.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be taken; take nothing.")
@click.option("--strict", is_flag=True, help="All rows, or none where one is wrong.")
@click.option("--as", "what", type=click.Choice(["items", "times"]), help="What the rows are.")
@click.option("--column", "columns", multiple=True, metavar="MEANING=HEADER",
              help="Which column is which, where its name does not say.")  # fmt: skip
@click.option("--date-order", type=click.Choice(["dmy", "mdy"]), help="Of dates like 03/04/2026.")
@click.option("--decimal-comma", is_flag=True, help="Amounts are written like 1.234,50.")
@click.option("--kind", default="other", help="Where the table has none.  [default: other]")
@click.option("--currency", default="USD", metavar="CODE",
              help="Where the table has none.  [default: USD]")  # fmt: skip
@click.option("--rule", default="equal", help="Where the table has none.  [default: equal]")
@zone_option
@options.json_flag
def import_(
    file: Path,
    dry_run: bool,
    strict: bool,
    what: str | None,
    columns: tuple[str, ...],
    date_order: str | None,
    decimal_comma: bool,
    kind: str,
    currency: str,
    rule: str,
    tz: str | None,
    as_json: bool,
) -> int:
    """Take costs, or people's time on conversations, from a CSV file; its header decides which.

    \b
    kind,name,amount,currency,every,since,until        costs
    conversation,minutes,on,person                     people's time

    Columns may be in any order, and `convledger cost export` writes all there can be. A row with a
    mistake is told with its line, the others are taken. The same rows again add nothing.
    """
    from convledger.cli.outcome import FAILED
    from convledger.economics.cost_items import KINDS, RULES
    from convledger.reports.unit_costs.cost_file import FileTerms
    from convledger.reports.unit_costs.entered import one_of
    from convledger.reports.unit_costs.written import currency_of

    zone, _, now = here(tz)
    terms = FileTerms(
        zone, _told(columns), what or "", date_order or "", "," if decimal_comma else ".",
        one_of(kind, KINDS, "kind of cost"), currency_of(currency), one_of(rule, RULES, "rule"),
    )  # fmt: skip
    content = _content(file)
    with chosen.open_ledger() as ledger:
        try:
            found = ledger.read_cost_table(content, terms)
        except UsageProblem as problem:
            raise UsageProblem(f"{file}: {problem}") from problem
        refused = strict and bool(found.file.rejected)
        if not dry_run and not refused:
            say_closed(ledger, ledger.take_cost_table(found, now=now))
    taken = 0 if refused or dry_run else len(found.items) + len(found.times)
    if as_json:
        print_json(_document(found, taken, dry_run=dry_run))
    else:
        _say(file, found, dry_run=dry_run, refused=refused)
    return FAILED if found.file.rejected else 0


def _told(columns: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for each in columns:
        meaning, equals, header = each.partition("=")
        if not equals or not meaning.strip() or not header.strip():
            raise UsageProblem(f"--column is MEANING=HEADER, like amount=Betrag: {each!r:.60}")
        found[meaning.strip().lower()] = header
    return found


def _content(file: Path) -> bytes:
    from convledger.named_files import open_named
    from convledger.reports.unit_costs.cost_file import LARGEST

    try:
        with open_named(file.expanduser()) as stream:
            return stream.read(LARGEST + 1)
    except OSError as error:
        raise UsageProblem(f"{file}: can't be read: {error.strerror or error}") from error


def _document(found: CostImport, taken: int, *, dry_run: bool) -> dict[str, Any]:
    return {
        "schema": 1,
        "what": found.file.what,
        "dry_run": dry_run,
        "new": len(found.items) + len(found.times),
        "taken": taken,
        "known": found.known,
        "known_but_away": found.away,
        "rejected": [{"line": line, "reason": why} for line, why in found.file.rejected],
        "unread_columns": found.file.unread,
    }


def _say(file: Path, found: CostImport, *, dry_run: bool, refused: bool) -> None:
    new = len(found.items) + len(found.times)
    costs = found.file.what == "items"
    entries = plural(new, "cost" if costs else "entry of time", "" if costs else "entries of time")
    name = display_text(tilde(str(file)))
    if refused:
        streams.say(f"{name}: nothing was taken, since --strict asks for every row.")
    elif dry_run:
        streams.say(f"{name}: {entries} would be taken.")
    else:
        streams.say(f"{name}: {entries} taken.")
    if found.known:
        away = f", {found.away:,} of them changed or taken away since" if found.away else ""
        streams.say(f"{plural(found.known, 'row')} the books have already{away}.")
    if found.file.unread:
        listed = ", ".join(clip(display_text(each), 40) for each in found.file.unread[:12])
        streams.note(f"Nothing is taken from these columns: {listed}")
    say_rejected(found.file.rejected)
    if new and not dry_run and not refused:
        streams.note("`convledger cost undo` takes it all back.")


@click.command(short_help="Costs or people's time as CSV that reads back.")
@click.option("--times", is_flag=True, help="People's time, not costs.")
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE",
              help="Into a new file.  [default: standard output]")  # fmt: skip
@zone_option
def export(times: bool, output: Path | None, tz: str | None) -> int:
    """Write what is entered as CSV that `cost import` reads back to the same."""
    from convledger.reports.render import csv_out
    from convledger.reports.unit_costs.cost_columns import ITEM_HEADER, TIME_HEADER
    from convledger.reports.unit_costs.cost_import import item_rows, time_rows

    zone, _, _ = here(tz)
    with chosen.open_ledger() as ledger:
        names = ledger.conversation_names_by_id()
        header: tuple[str, ...]
        if times:
            header, rows = TIME_HEADER, list(time_rows(ledger.work(), names, zone))
        else:
            header, rows = ITEM_HEADER, list(item_rows(ledger.cost_items(), names))
    if output is None or str(output) == "-":
        csv_out.write(sys.stdout, header, rows)
        return 0
    try:
        with output.expanduser().open("x", encoding="utf-8", newline="") as stream:
            csv_out.write(stream, header, rows)
    except FileExistsError:
        raise UsageProblem(f"{output}: is there already; name another file") from None
    except OSError as error:
        raise UsageProblem(f"{output}: can't be written: {error.strerror or error}") from error
    streams.say(f"Written: {display_text(tilde(str(output)))}, {plural(len(rows), 'row')}")
    return 0
