"""Which rows are changed by people and rules, and how SQLite itself notes every change of them."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

PREFIX = "audit_"
_LITERAL = re.compile(r"NULL|-?[0-9]+|X'(?:[0-9A-F]{2})*'|'(?:[^']|'')*'")
_EACH = (("insert", "NEW"), ("update", "NEW"), ("delete", "OLD"))


@dataclass(frozen=True, slots=True)
class Audited:
    """A table whose rows people make.

    `columns` are what a change is about, beside the key; of those in `digested` only a hash is
    ever noted. `conversation` and `entry` name the columns that tell whose words a row holds: when
    those are erased, what was noted of the row goes too. Rows that `are_found` by the program are
    noted only when a person decides about them.
    """

    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...] = ()
    digested: tuple[str, ...] = ()
    conversation: str = ""
    entry: str = ""
    noun: str = ""
    are_found: bool = False
    only: str = ""  # a condition on the row, with {row} for it

    @property
    def named(self) -> str:
        """What people call one of its rows."""
        return self.noun or self.table.replace("_", " ")

    def key_of(self, row: str) -> str:
        """Return the SQL of a row's key as a list of literals."""
        return literals(f"{row}.{name}" for name in self.key)

    def content_of(self, row: str) -> str:
        """Return the SQL of what is noted of a row as a list of literals."""
        return literals(f"{row}.{name}" for name in self.noted) if self.noted else "''"

    @property
    def noted(self) -> tuple[str, ...]:
        """The columns beside the key that are noted."""
        return (*self.columns, *self.digested)

    def triggers(self) -> dict[str, str]:
        """Return the triggers that note each change, by their names."""
        made = {}
        for verb, row in _EACH:
            if self.are_found and verb != "update":
                continue
            when = f" WHEN {self.only.format(row=row)}" if self.only else ""
            which = verb.upper()
            watched = (*self.key, *self.noted)
            if verb == "update":
                changed = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in watched)
                when = f" WHEN ({changed})" + (f" AND {self.only.format(row=row)}" if when else "")
                which = f"UPDATE OF {', '.join(watched)}"
            content = "NULL" if verb == "delete" else self.content_of(row)
            name = f"{PREFIX}{self.table}_{verb}"
            made[name] = (
                f"CREATE TRIGGER {name} AFTER {which} ON {self.table}{when} BEGIN "
                "INSERT INTO audit_draft "
                "(table_name, change, key, content, conversation_id, entry_id) VALUES "
                f"('{self.table}', '{verb}', {self.key_of(row)}, {content}, "
                f"{self._whose(self.conversation, row)}, {self._whose(self.entry, row)}); END"
            )
        return made

    def _whose(self, column: str, row: str) -> str:
        return f"{row}.{column}" if column else "NULL"


def literals(values: Iterable[str]) -> str:
    """Return the SQL of values as literals in one text; JSON is not to be had within triggers."""
    return " || ',' || ".join(f"quote({value})" for value in values)


def values_in(text: str) -> list[str | int | None]:
    """Return the values of a list of literals; bytes as hexadecimal text."""
    found: list[str | int | None] = []
    at = 0
    while at < len(text):
        match = _LITERAL.match(text, at)
        if match is None:
            raise ValueError("no list of literals")
        word, at = match[0], match.end() + 1
        if word == "NULL":
            found.append(None)
        elif word[0] == "'":
            found.append(word[1:-1].replace("''", "'"))
        else:
            found.append(word[2:-1] if word[0] == "X" else int(word))
    return found


# Settings of people; the ledger's own notes are in the same table.
_HUMAN_SETTINGS = ("minutes of a hand-off", "minutes without a bot", "sources.left_out")

AUDITED = (
    Audited("label", ("conversation_id", "name", "value"), conversation="conversation_id"),
    Audited(
        "subscription", ("id",), ("plan", "began", "ended", "anchor", "scope"), noun="plan in use"
    ),
    Audited("seats", ("subscription_id", "at"), ("seats",)),
    Audited(
        "credit_fact",
        ("id",),
        ("subscription_id", "at", "kind", "amount", "price", "pool", "target", "priority",
         "expires_at", "note", "corrects"),
        noun="credit booking",
    ),
    Audited("statement", ("subscription_id", "since"), ("until", "name", "digest")),
    Audited(
        "alert",
        ("subscription_id", "scope", "period", "epoch", "threshold"),
        ("muted",),
        are_found=True,
    ),
    Audited("rating_run", ("id",), ("book_digest", "reason", "changed_calls"), noun="new prices"),
    Audited(
        "cost_item",
        ("id",),
        ("kind", "name", "since", "until", "every", "amount", "currency", "rule", "scope", "note",
         "gone_at"),
        noun="cost",
    ),
    Audited(
        "cost_share", ("item_id", "conversation_id"), ("weight",), conversation="conversation_id"
    ),
    Audited(
        "worked_time",
        ("id",),
        ("conversation_id", "at", "seconds", "person", "note", "gone_at"),
        conversation="conversation_id",
        noun="time of a person",
    ),
    Audited("hourly_rate", ("since",), ("amount", "currency", "overhead")),
    Audited("exchange_rate", ("currency", "worth_in", "since"), ("rate",)),
    Audited("scenario", ("name",), ("content",)),
    Audited("unit_budget", ("name",), ("content", "gone_at"), noun="budget"),
    Audited(
        "balance_assertion",
        ("id",),
        ("since", "until", "scope", "amount", "currency", "tolerance", "zone", "gone_at"),
        noun="balance",
    ),
    Audited("cost_closing", ("id",), ("until", "rates", "gone_at"), noun="closing of costs"),
    Audited(
        "closed_division",
        ("id",),
        ("closing_id", "item_id", "subscription_id", "name", "since", "until", "amount",
         "currency"),
        noun="closed cost",
    ),
    Audited(
        "entry",
        ("id",),
        ("name", "kind", "scope", "tags", "state", "sensitivity", "pinned", "value", "source_date",
         "valid_from", "valid_to", "verified_at", "verified_by", "review_days", "review_at",
         "superseded_by", "version"),
        digested=("title", "body"),
        entry="id",
    ),
    Audited("entry_pair", ("first_id", "second_id"), ("status", "decided_by"), entry="first_id",
            noun="pair of entries", are_found=True),
    Audited("pack", ("id",), ("name", "budget", "wanted", "format", "ceiling")),
    Audited("pack_item", ("pack_id", "entry_id"), ("mode",), entry="entry_id"),
    Audited("pack_render", ("id",), ("name", "digest", "format", "target"), noun="written pack"),
    Audited("finding", ("id",), ("status",), are_found=True),
    Audited("erasure", ("id",), ("state",)),
    Audited(
        "setting", ("name",), ("value",),
        only="{row}.name IN (" + ", ".join(f"'{name}'" for name in _HUMAN_SETTINGS) + ")",
    ),
)  # fmt: skip
BY_TABLE = {each.table: each for each in AUDITED}


def tables_of(connection: sqlite3.Connection) -> set[str]:
    """Return the names of the tables that there are."""
    rows = connection.execute("SELECT name FROM sqlite_schema WHERE type='table'")
    return {row[0] for row in rows}


def triggers_of(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the triggers that there are, with their texts."""
    return dict(connection.execute("SELECT name, sql FROM sqlite_schema WHERE type='trigger'"))


def wanted_triggers(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the triggers that there should be for the tables that there are."""
    there = tables_of(connection)
    return {
        name: text
        for each in AUDITED
        if each.table in there
        for name, text in each.triggers().items()
    }


def watch(connection: sqlite3.Connection) -> None:
    """Make SQLite note every change of audited rows; what there is of a new table is adopted.

    Belongs at the end of a migration, within its transaction: a table that was made anew has lost
    its triggers.
    """
    have = triggers_of(connection)
    wanted = wanted_triggers(connection)
    for name in have:
        if name.startswith(PREFIX) and have[name] != wanted.get(name):
            connection.execute(f'DROP TRIGGER "{name}"')
    there = tables_of(connection)
    for each in AUDITED:
        if each.table not in there:
            continue
        made = each.triggers()
        is_new = not any(name in have for name in made)
        for name, text in made.items():
            if have.get(name) != text:
                connection.execute(text)
        if is_new and not each.are_found:
            _adopt(connection, each)


def _adopt(connection: sqlite3.Connection, each: Audited) -> None:
    """Note rows as they are found, for those that came before changes were noted."""
    whose = [f"row.{name}" if name else "NULL" for name in (each.conversation, each.entry)]
    only = f"WHERE {each.only.format(row='row')}" if each.only else ""
    connection.execute(
        "INSERT INTO audit_draft (table_name, change, key, content, conversation_id, entry_id) "
        f"SELECT '{each.table}', 'adopt', {each.key_of('row')}, {each.content_of('row')}, "
        f"{', '.join(whose)} FROM {each.table} AS row {only}"
    )
