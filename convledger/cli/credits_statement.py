"""The command `credits statement`: what is due for a period, as it was frozen or so far."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from convledger.cli import chosen, options, streams
from convledger.cli.credits_now import looked_at, safe
from convledger.cli.outcome import DONE, FAILED
from convledger.cli.plan_checking import complete_plan
from convledger.cli.plan_words import money_words
from convledger.cli.statement_forms import BOOKS, FORMS, as_text
from convledger.errors import UsageProblem

if TYPE_CHECKING:
    from convledger.plans.billing import Bill
    from convledger.plans.statement import Statement
    from convledger.reports.plan_records import Kept

CURRENT, LAST, ALL = "current", "last", "all"


@click.command(short_help="What is due for a period, and why.")
@click.argument("name", metavar="[PLAN]", required=False, shell_complete=complete_plan)
@click.option(
    "--period",
    default=CURRENT,
    show_default=True,
    metavar="NAME",
    help="2026-10, `current`, `last` (the last one that is over) or `all`.",
)
@click.option("--restate", is_flag=True, help="Beside it, with all that is known today.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMS),
    default=None,
    help="For people, programs, FOCUS 1.2 or double-entry books.  [default: table]",
)
@click.option("--output", metavar="FILE", help="Into a file that you alone can read.")
@click.option("--force", is_flag=True, help="Replace the file where it is there already.")
@options.json_flag
@options.csv_flag
@click.option("--no-sync", is_flag=True, help="Do not look at the logs first.")
def statement(
    name: str | None,
    period: str,
    restate: bool,
    form: str | None,
    output: str | None,
    force: bool,
    as_json: bool,
    as_csv: bool,
    no_sync: bool,
) -> int:
    """Print the statement of a period, line by line.

    A period that is over is frozen: what comes to be known later changes nothing about it and
    becomes an adjustment in the open one. --restate shows both views, and what is between them.
    Ends with 1 where a frozen statement was altered.
    """
    chosen_form = _form(form, as_json, as_csv)
    with chosen.open_ledger() as ledger:
        one, now = looked_at(ledger, name, no_sync=no_sync)
        kept = ledger.kept_statements(one)
        altered = _tell_altered(kept)
        if any(each.frozen is None for each in kept):
            return FAILED
        bill = ledger.plan_book.bill(one, now)
        picked = _picked(bill.statements, period, bill)
        others: list[Statement] = []
        if restate:
            closed = {each.since for each in picked if each.since in bill.frozen}
            anew = ledger.plan_book.bill(one, now, restate=True).statements
            others = [each for each in anew if each.since in closed]
            if not closed:
                streams.note("Nothing of it is closed: there is no other view of it.")
    text = _text(chosen_form, picked, others, bill, is_file=output is not None)
    if output is not None:
        _write(Path(output).expanduser(), text, force=force)
        count = len(picked)
        streams.note(safe(f"{count} {'statement' if count == 1 else 'statements'} in {output}"))
    else:
        streams.write(text)
    if chosen_form == "table" and output is None:
        _say_below(picked, others, kept, bill)
    return FAILED if altered else DONE


def _form(form: str | None, as_json: bool, as_csv: bool) -> str:
    options.one_form(as_json, as_csv)
    short = "json" if as_json else "csv" if as_csv else None
    if form is not None and short is not None and form != short:
        raise UsageProblem(f"--format {form} and --{short} can't be printed at once; choose one")
    return form or short or "table"


def _picked(statements: Sequence[Statement], period: str, bill: Bill) -> list[Statement]:
    """Return the statements that are meant. Raises UsageProblem with those that there are."""
    wanted = period.strip().lower()
    if wanted == ALL:
        found = list(statements)
    elif wanted == CURRENT:
        found = [] if bill.current is None else [bill.current]
    elif wanted == LAST:
        found = [each for each in statements if each.until <= bill.now][-1:]
    else:
        found = [each for each in statements if each.name == period.strip()]
    if not found:
        known = ", ".join(dict.fromkeys(each.name for each in statements)) or "none"
        raise UsageProblem(f"there is no such period: {period!r:.40}. Periods are: {known}")
    return found


def _tell_altered(kept: Sequence[Kept]) -> bool:
    """Say which frozen statements are not what they were; returns whether there are any."""
    for each in kept:
        if not each.is_intact:
            streams.note(
                safe(
                    f"The frozen statement of {each.name} was altered after it was closed: its "
                    f"digest is no longer {each.digest[:12]}…. Do not rely on it; a backup of the "
                    "ledger has it as it was."
                )
            )
    return any(not each.is_intact for each in kept)


def _text(
    form: str,
    picked: Sequence[Statement],
    others: Sequence[Statement],
    bill: Bill,
    *,
    is_file: bool,
) -> str:
    """Return the statements in a form; books take one view, so that nothing is booked twice."""
    if form in BOOKS and others:
        streams.note("Books take one view: these are the restated ones alone.")
        return as_text(form, others, bill.now, is_file=is_file)
    shown: list[Statement] = []
    again = {each.since: each for each in others}
    for each in picked:
        shown.append(each)
        if each.since in again:
            shown.append(again[each.since])
    return as_text(form, shown, bill.now, is_file=is_file)


def _say_below(
    picked: Sequence[Statement], others: Sequence[Statement], kept: Sequence[Kept], bill: Bill
) -> None:
    """Say what makes a frozen statement known again, where an open one goes, and what differs."""
    from convledger.reports.outlook import projected_total

    digests = {each.since: each.digest for each in kept}
    intact = {each.since for each in kept if each.is_intact}
    again = {each.since: each for each in others}
    for each in picked:
        if each.since in digests:
            how = "is frozen; digest" if each.since in intact else "was altered; its digest was"
            streams.remark(safe(f"{each.name} {how} {digests[each.since]}"))
        elif each.until <= bill.now:
            streams.remark(safe(f"{each.name} is over and not frozen yet"))
        if each is bill.current:
            total = projected_total(bill)
            if total is not None:
                words = money_words(total, each.currency)
                streams.say(safe(f"projected: {words} at the end of {each.name}"))
        if each.since in again:
            streams.say(safe(_difference(each, again[each.since])))


def _difference(one: Statement, other: Statement) -> str:
    """Return in words what is between a statement and its restated view."""
    change = other.due - one.due
    words = money_words(change, one.currency, signed=True) if change else "no difference in money"
    used = other.sums.used + other.sums.over - one.sums.used - one.sums.over
    if used:
        from convledger.cli.plan_words import credits_words

        words += f", {credits_words(used, signed=True)} credits used"
    return f"{one.name}, {one.state} to {other.state}: {words}"


def _write(path: Path, text: str, *, force: bool) -> None:
    from convledger.toml_files import replace_text

    if path.is_dir():
        raise UsageProblem(f"{path} is a folder; name a file in it")
    if path.exists() and not force:
        raise UsageProblem(f"{path} is there already; --force replaces it")
    replace_text(path, text)
