"""The command `credits statement`: what is due for a period, as it was frozen or so far."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from convledger.cli import chosen, options, streams
from convledger.cli.credits_now import looked_at, safe
from convledger.cli.credits_periods import Picked, Use, pick, same_plan
from convledger.cli.outcome import DONE, FAILED
from convledger.cli.plan_checking import complete_plan
from convledger.cli.plan_words import money_words
from convledger.cli.statement_forms import BOOKS, FORMS, as_text
from convledger.errors import UsageProblem

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.plans.certainty import StatementDoubts
    from convledger.plans.statement import Statement
    from convledger.reports.plan_records import Kept

    Views = dict[tuple[int, int], Statement]  # by subscription and beginning
    Marks = dict[tuple[int, int], StatementDoubts]


@click.command(short_help="What is due for a period, and why.")
@click.argument("name", metavar="[PLAN]", required=False, shell_complete=complete_plan)
@click.option(
    "--period",
    metavar="NAME",
    help="2026-10, `current`, `last` (the last that is over) or `all`.  [default: current, or "
    "last of a plan that has ended]",
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
    period: str | None,
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
    PLAN means every time that it was in use, the number of a subscription only that one. Ends
    with 1 where a frozen statement was altered.
    """
    chosen_form = _form(form, as_json, as_csv)
    with chosen.open_ledger() as ledger:
        one, now = looked_at(ledger, name, no_sync=no_sync)
        uses: list[Use] = []
        kept: list[Kept] = []
        for each in same_plan(ledger, one, name, now):
            of_it = ledger.kept_statements(each)
            kept += of_it
            if any(one_kept.frozen is None for one_kept in of_it):
                _tell_altered(kept)
                return FAILED
            uses.append(Use(each, ledger.plan_book.bill(each, now), tuple(of_it)))
        altered = _tell_altered(kept)
        first = next(use for use in uses if use.subscription.id == one.id)
        picked = pick(uses, first, period)
        others: Views = {}
        marks: Marks = {}
        if restate:
            others, marks = _restated(ledger, picked, now)
            if not others:
                streams.note("Nothing of it is closed: there is no other view of it.")
        doubts = list(_doubts(ledger, picked))
    for words in doubts:
        streams.note(safe(words))
    text = _text(chosen_form, picked, others, now, doubts, marks, is_file=output is not None)
    if output is not None:
        _write(Path(output).expanduser(), text, force=force)
        count = len(picked)
        streams.note(safe(f"{count} {'statement' if count == 1 else 'statements'} in {output}"))
    else:
        streams.write(text)
    if chosen_form == "table" and output is None:
        _say_below(picked, others, several=len(uses) > 1)
    return FAILED if altered else DONE


def _doubts(ledger: Ledger, picked: Sequence[Picked]) -> Iterator[str]:
    """Yield of each statement how many of the calls that it bills are estimates, or unknown."""
    for each in picked:
        one = each.statement
        words = ledger.token_words(each.use.subscription, each.use.bill, one.since, one.until)
        if words:
            yield f"{one.name}: {words}"


def _form(form: str | None, as_json: bool, as_csv: bool) -> str:
    options.one_form(as_json, as_csv)
    short = "json" if as_json else "csv" if as_csv else None
    if form is not None and short is not None and form != short:
        raise UsageProblem(f"--format {form} and --{short} can't be printed at once; choose one")
    return form or short or "table"


def _restated(ledger: Ledger, picked: Sequence[Picked], now: int) -> tuple[Views, Marks]:
    """Return the other view of what is closed, worked out anew, and the doubts of it."""
    from convledger.plans.doubts import Doubts

    closed = {each.key: each.use for each in picked if each.statement.since in each.use.bill.frozen}
    found: Views = {}
    marks: Marks = {}
    for use in {use.subscription.id: use for use in closed.values()}.values():
        anew = ledger.plan_book.bill(use.subscription, now, restate=True)
        views = {Picked(use, each).key: each for each in anew.statements}
        doubts = Doubts(anew)
        for key, each in views.items():
            if key in closed:
                found[key], marks[key] = each, doubts.of_statement(each)
    return found, marks


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
    picked: Sequence[Picked],
    others: Views,
    now: int,
    doubts: Sequence[str],
    marks: Marks,
    *,
    is_file: bool,
) -> str:
    """Return the statements in a form; books take one view, so that nothing is booked twice."""
    if form in BOOKS and others:
        streams.note("Books take one view: these are the restated ones alone.")
        return as_text(form, list(others.values()), now, is_file=is_file)
    from convledger.plans.doubts import Doubts

    shown: list[Statement] = []
    marked: list[StatementDoubts] = []
    for each in picked:
        shown.append(each.statement)
        marked.append(Doubts(each.use.bill).of_statement(each.statement))
        if each.key in others:
            shown.append(others[each.key])
            marked.append(marks[each.key])
    return as_text(form, shown, now, doubts, marks=marked, is_file=is_file)


def _say_below(picked: Sequence[Picked], others: Views, *, several: bool) -> None:
    """Say what makes a frozen statement known again, where an open one goes, and what differs."""
    from convledger.plans.doubts import Doubts
    from convledger.reports.projecting import projected_doubt, projected_total
    from convledger.reports.render.numbers import doubted
    from convledger.reports.statements.figures import last_day

    for one in picked:
        each, bill = one.statement, one.use.bill
        name = f"{each.name} of subscription {one.use.subscription.id}" if several else each.name
        frozen = next((kept for kept in one.use.kept if kept.since == each.since), None)
        if frozen is not None:
            how = "is frozen; digest" if frozen.is_intact else "was altered; its digest was"
            streams.remark(safe(f"{name} {how} {frozen.digest}"))
        elif each.until <= bill.now:
            streams.remark(safe(f"{name} is over and not frozen yet"))
        if each is bill.current:
            total = projected_total(bill)
            if total is not None:
                words = money_words(total, each.currency)
                words = doubted(words, total, projected_doubt(bill, Doubts(bill), total))
                streams.say(safe(f"projected: {words} for {name}, to its end on {last_day(each)}"))
        if one.key in others:
            streams.say(safe(_difference(each, others[one.key])))


def _difference(one: Statement, other: Statement) -> str:
    """Return in words what is between a statement and its restated view."""
    change = other.due - one.due
    words = money_words(change, one.currency, signed=True) if change else "no difference in money"
    used = other.sums.served - one.sums.served
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
