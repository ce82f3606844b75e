"""The forms in which statements leave the program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from convledger.cli import streams

if TYPE_CHECKING:
    from convledger.plans.certainty import StatementDoubts
    from convledger.plans.statement import Statement

FORMS = ("table", "csv", "json", "focus", "hledger", "beancount")
# These add up what they are given: two views of one period would count it twice.
BOOKS = frozenset(("focus", "hledger", "beancount"))


def as_text(
    form: str,
    statements: Sequence[Statement],
    now: int,
    doubts: Sequence[str] = (),
    *,
    marks: Sequence[StatementDoubts] = (),
    is_file: bool = False,
) -> str:
    """Return statements in a form; an open period is booked no later than `now`.

    `doubts` say in words which calls are estimates: JSON has a place for them. `marks` say for each
    statement which of its figures have them: a table shows that.
    """
    if form == "table":
        from convledger.reports.statements.table_form import table_text

        if is_file:
            return table_text(statements, doubts=marks)
        return table_text(
            statements,
            width=streams.table_width(),
            colour=streams.colour(),
            ascii_only=streams.ascii_only(),
            doubts=marks,
        )
    if form == "csv":
        from convledger.reports.statements.csv_form import csv_text

        return csv_text(statements)
    if form == "json":
        from convledger.reports.statements.json_form import json_text

        return json_text(statements, indent=2, doubts=doubts)
    if form == "focus":
        from convledger.reports.statements.focus_form import focus_text

        return focus_text(statements)
    from convledger.reports.statements.journal import JournalOptions

    if form == "hledger":
        from convledger.reports.statements.hledger_form import hledger_text

        return hledger_text(statements, JournalOptions(as_of=now))
    from convledger.reports.statements.beancount_form import beancount_text

    return beancount_text(statements, JournalOptions(as_of=now))
