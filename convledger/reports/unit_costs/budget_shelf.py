"""Budgets as they are kept in the ledger: by name, as text, with what is wrong with one."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from convledger.economics.budget_terms import BudgetTerms
from convledger.economics.budget_text import read_budget
from convledger.errors import ConfigError, UsageProblem
from convledger.store import costs as kept
from convledger.store.unit_budgets import BudgetRow, budget_rows, set_budget_gone
from convledger.text.display import display_text
from convledger.words import nearest

LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class KeptBudget:
    """A budget's text and what it means, or why it means nothing; instants are UTC microseconds."""

    name: str
    text: str
    terms: BudgetTerms | None
    problem: str
    made_at: int
    gone_at: int | None


def kept_budgets(connection: sqlite3.Connection, *, with_gone: bool = False) -> list[KeptBudget]:
    """Return the budgets by name."""
    return [_read(row) for row in budget_rows(connection, with_gone=with_gone)]


def budget_named(connection: sqlite3.Connection, name: str) -> KeptBudget:
    """Return a budget by its name. Raises UsageProblem."""
    for row in budget_rows(connection):
        if row.name == name:
            return _read(row)
    raise _unknown(connection, name)


def terms_of(budget: KeptBudget) -> BudgetTerms:
    """Return what a budget means. Raises ConfigError where its text can't be read."""
    if budget.terms is None:
        raise ConfigError(budget.problem)
    return budget.terms


def keep_budget(
    connection: sqlite3.Connection, name: str, text: str, now: int, *, replace: bool
) -> BudgetTerms:
    """Keep a text that sets a budget. Raises ConfigError, UsageProblem; needs a transaction."""
    _must_be_name(name)
    terms = read_budget(text, name)
    there = next((row for row in budget_rows(connection, with_gone=True) if row.name == name), None)
    if there is not None and not replace:
        way = (
            f"`convledger budget edit {name}` changes it"
            if there.gone_at is None
            else f"`convledger budget bring-back {name}` brings back the one that was removed"
        )
        raise UsageProblem(f"there is a budget {name!r} already: {way}, --replace replaces it")
    kept.set_text(connection, "unit_budget", name, text, now)
    return terms


def take_away(connection: sqlite3.Connection, name: str, now: int) -> KeptBudget:
    """Take a budget away. Raises UsageProblem; needs a transaction."""
    budget = budget_named(connection, name)
    set_budget_gone(connection, name, now)
    return budget


def bring_back(connection: sqlite3.Connection, name: str) -> KeptBudget:
    """Bring a budget back that was taken away. Raises UsageProblem; needs a transaction."""
    if not set_budget_gone(connection, name, None):
        if any(row.name == name for row in budget_rows(connection)):
            raise UsageProblem(f"budget {name!r} is there; nothing has to be brought back")
        gone = [row.name for row in budget_rows(connection, with_gone=True) if row.gone_at]
        known = f"Removed were: {', '.join(gone)}" if gone else "None was removed"
        raise UsageProblem(f"no budget {name!r:.60} was removed. {known}")
    return budget_named(connection, name)


def _must_be_name(name: str) -> None:
    is_plain = name.strip() == name and display_text(name) == name and "\n" not in name
    if not name or not is_plain or len(name) > LONGEST_NAME or name.startswith("-"):
        raise UsageProblem(
            f"{name!r:.60} is no name for a budget: up to {LONGEST_NAME} characters, like pro"
        )


def _read(row: BudgetRow) -> KeptBudget:
    terms, problem = None, ""
    try:
        terms = read_budget(row.content, row.name)
    except ConfigError as error:
        problem = str(error)
    return KeptBudget(row.name, row.content, terms, problem, row.made_at, row.gone_at)


def _unknown(connection: sqlite3.Connection, name: str) -> UsageProblem:
    names = [row.name for row in budget_rows(connection)]
    near = nearest(name, names)
    if near:
        return UsageProblem(f"no budget {name!r:.60}; did you mean {near}?")
    known = (
        f"Budgets are: {', '.join(names)}"
        if names
        else ("There is none yet: `convledger budget new pro --price 19 --margin 70% --expected 6`")
    )
    return UsageProblem(f"no budget {name!r:.60}. {known}")
