"""Which rows are changed by people and rules, and how SQLite itself notes every change of them."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass

from convledger.store.literals import assignments

PREFIX = "audit_"
_COLUMN = re.compile(r"\{row\}\.(\w+)")
_INTO = (
    "INSERT INTO audit_draft "
    "(table_name, change, object, about, content, conversation_id, entry_id) SELECT "
)


@dataclass(frozen=True, slots=True)
class Audited:
    """A table whose rows people make.

    `columns` are what a change is about, beside the key; of those in `digested` only a hash is
    ever kept. `conversation` and `entry` name the columns that tell whose words a row holds: when
    those are erased, what was noted of the row goes too. `only` is a condition with {row} for the
    row: others are the program's own, such as findings about which nobody has decided. `verbs` say
    what was done to a row: made, changed, taken away, changed so that `only` holds no more.
    """

    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...] = ()
    digested: tuple[str, ...] = ()
    conversation: str = ""
    entry: str = ""
    noun: str = ""
    only: str = ""
    verbs: tuple[str, str, str, str] = ("added", "changed", "removed", "changed")

    @property
    def named(self) -> str:
        """What people call one of its rows."""
        return self.noun or self.table.replace("_", " ")

    @property
    def noted(self) -> tuple[str, ...]:
        """The columns beside the key that are noted, the digested ones last."""
        return (*self.columns, *self.digested)

    def about_of(self, row: str) -> str:
        """Return the SQL of which row it is: the table, and its key as assignments."""
        return f"'{self.table} ' || {assignments(row, self.key)}"

    def content_of(self, row: str) -> str:
        """Return the SQL of what is noted of a row, as assignments."""
        return assignments(row, self.columns, self.digested) if self.noted else "''"

    def where(self, row: str) -> str:
        """Return the SQL of which rows are noted: all, unless `only` says else."""
        return self.only.format(row=row) if self.only else "1"

    def triggers(self) -> dict[str, str]:
        """Return the triggers that note each change, by their names."""
        told_by = _COLUMN.findall(self.only)
        watched = tuple(dict.fromkeys((*self.key, *self.noted, *told_by)))
        changed = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in watched)
        moved = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in self.key)
        old, new = self.where("OLD"), self.where("NEW")
        # A row that has another key now, or is the program's own, is no longer the one it was.
        went = f"{self.noting('delete', 'OLD')} WHERE ({old}) AND ({new}) AND ({moved})"
        left = f"{self.noting('leave', 'OLD')} WHERE ({old}) AND NOT ({new})"
        bodies = {
            "insert": f"AFTER INSERT ON {self.table} WHEN {new} BEGIN "
            f"{self.noting('insert', 'NEW')}",
            "update": f"AFTER UPDATE OF {', '.join(watched)} ON {self.table} "
            f"WHEN (({old}) OR ({new})) AND ({changed}) BEGIN "
            f"{went}; {left}; {self.noting('update', 'NEW')} WHERE {new}",
            "delete": f"AFTER DELETE ON {self.table} WHEN {old} BEGIN "
            f"{self.noting('delete', 'OLD')}",
        }
        named = {f"{PREFIX}{self.table}_{verb}": body for verb, body in bodies.items()}
        return {name: f"CREATE TRIGGER {name} {body}; END" for name, body in named.items()}

    def noting(self, change: str, row: str) -> str:
        """Return the SQL that notes a change of a row as a draft."""
        content = "NULL" if change in ("delete", "leave") else self.content_of(row)
        whose = [f"{row}.{name}" if name else "NULL" for name in (self.conversation, self.entry)]
        return (
            f"{_INTO}'{self.table}', '{change}', {self._object(row)}, {self.about_of(row)}, "
            f"{content}, {', '.join(whose)}"
        )

    def _object(self, row: str) -> str:
        """Return the SQL of what was changed without a word of it: the table and a number."""
        number = f"{row}.{self.conversation or self.key[0]}"
        return (
            f"CASE typeof({number}) WHEN 'integer' THEN '{self.table}/' || {number} "
            f"ELSE '{self.table}' END"
        )


# Settings of people; the ledger's own notes are in the same table.
_HUMAN_SETTINGS = (
    *("minutes of a hand-off", "minutes without a bot", "sources.left_out"),
    *("restored", "taken in"),  # from which backup, from which export of another workspace
    *("reasons of hand-offs", "reasons of reviews"),
)
_WRITTEN = ("written", "written again", "removed", "written again")
_DECIDED = ("decided", "decided", "removed", "open again")

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
        only="{row}.muted",
        verbs=("put away", "put away", "removed", "shown again"),
    ),
    Audited("plan_text", ("digest",), ("plan", "version", "file"), noun="version of a plan"),
    Audited("rating_run", ("id",), ("book_digest", "reason", "changed_calls"), noun="new prices"),
    Audited(
        "price_book", ("digest",), ("name", "version"), digested=("overrides",), noun="price book"
    ),
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
    Audited(
        "entry_source",
        ("id",),
        ("entry_id", "kind", "conversation_id", "message_key"),
        entry="entry_id",
        noun="source of an entry",
    ),
    Audited("entry_pair", ("first_id", "second_id"), ("status", "decided_by"), entry="first_id",
            noun="pair of entries", only="{row}.status!='open'", verbs=_DECIDED),
    Audited(
        "source",
        ("id",),
        ("reader_id", "root"),
        only="{row}.state='kept'",
        verbs=("added", "added", "removed", "let go"),
    ),
    Audited("memory_file", ("id",), ("format", "path", "scope")),
    Audited("pack", ("id",), ("name", "budget", "wanted", "format", "ceiling")),
    Audited("pack_item", ("pack_id", "entry_id"), ("mode",), entry="entry_id"),
    Audited("pack_render", ("id",), ("name", "digest", "format", "target"),
            noun="export of a pack", verbs=_WRITTEN),
    Audited("finding", ("id",), ("status",), only="{row}.status!='open'", verbs=_DECIDED),
    Audited(
        "conversation_export",
        ("conversation_id", "target"),
        conversation="conversation_id",
        noun="export",
    ),
    Audited("erasure", ("id",), ("state",), verbs=("begun", "went on", "removed", "went on")),
    Audited(
        "handoff",
        ("id",),
        ("name", "replaces", "conversation_id", "at", "model", "person", "reason", "wait_seconds",
         "handle_seconds", "outcome", "origin", "provenance", "key", "gone_at"),
        digested=("note",),
        conversation="conversation_id",
        noun="hand-off",
    ),
    Audited(
        "review_batch", ("id",), ("name", "title", "seed", "terms", "owners", "due_at", "gone_at")
    ),
    Audited(
        "review_item",
        ("id",),
        ("name", "batch_id", "conversation_id", "place", "owners"),
        conversation="conversation_id",
        noun="item to review",
    ),
    Audited(
        "review_verdict",
        ("id",),
        ("name", "item_id", "conversation_id", "reviewer", "kind", "verdict", "reasons", "seconds",
         "at", "gone_at"),
        digested=("note",),
        conversation="conversation_id",
        noun="verdict",
    ),
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
    """Make SQLite note every change of audited rows.

    What there is of a table that was not noted so before is adopted as it is found. Belongs at the
    end of a migration, within its transaction: a table that was made anew has lost its triggers.
    """
    have = triggers_of(connection)
    wanted = wanted_triggers(connection)
    for name in have:
        if name.startswith(PREFIX) and have[name] != wanted.get(name):
            connection.execute(f'DROP TRIGGER "{name}"')
    there = tables_of(connection)
    for each in AUDITED:
        made = each.triggers()
        if each.table not in there or all(have.get(name) == made[name] for name in made):
            continue
        for name, text in made.items():
            if have.get(name) != text:
                connection.execute(text)
        connection.execute(
            f"{each.noting('adopt', 'row')} FROM {each.table} AS row WHERE {each.where('row')}"
        )
