"""What of a ledger can't be read from logs again: its tables, and what makes two rows the same.

To carry one more table along is one more entry here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from convledger.store.labels import SINGLE

CONVERSATION, ENTRY = "conversation", "entry"
_SINGLE = ", ".join(f"'{name}'" for name in SINGLE)
# Those that say what things cost, and those that say why.
MINUTES = ("minutes of a hand-off", "minutes without a bot")
REASONS = ("reasons of hand-offs", "reasons of reviews")
SETTINGS = (*MINUTES, *REASONS)


@dataclass(frozen=True, slots=True)
class Carried:
    """Rows of a table that people made, as they travel.

    Two rows with the same `key` are the same thing; `facts` are what may change of it, of which
    the later is known by the audit log; `more` comes along with a row that is new. `references`
    say of columns which table's rows they name. Rows with a `number` are named by it.
    """

    name: str  # of the file, without its ending
    table: str
    key: tuple[str, ...]
    facts: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    references: Mapping[str, str] = field(default_factory=dict)
    number: str = ""
    only: str = "1"  # a condition of this code's own SQL
    is_named: bool = False  # of two that went apart both are kept, one under another name
    noun: str = ""
    kept_whole: tuple[str, ...] = ()  # among `more`: where these differ nobody can decide
    pair: tuple[str, str] | None = None  # two references of which the lower number stands first
    part_of: str = ""  # a reference to what it was frozen with: it comes only where that is new
    alone: str = ""  # a column of which only one row with the same may be in force
    joined: str = ""  # among `more`: a list of names, to which those of the other are added

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.name}.jsonl"

    @property
    def columns(self) -> tuple[str, ...]:
        """All that travels of a row."""
        return (*self.key, *self.facts, *self.more)

    @property
    def words(self) -> str:
        """What people call one of its rows."""
        return self.noun or self.table.replace("_", " ")


_OF = {"conversation_id": CONVERSATION}
# Those that others refer to come first.
CARRIED = (
    Carried("labels", "label", ("conversation_id", "name"), ("value",), references=_OF,
            only=f"name IN ({_SINGLE})"),
    Carried("tags", "label", ("conversation_id", "name", "value"), references=_OF,
            only=f"name NOT IN ({_SINGLE})", noun="tag"),
    Carried("plan-texts", "plan_text", ("digest",),
            more=("plan", "version", "file", "content", "added_at")),
    Carried("plans-in-use", "subscription", ("plan", "began", "scope"), ("ended", "anchor"),
            ("made_at",), number="id", noun="plan in use"),
    Carried("seats", "seats", ("subscription_id", "at"), ("seats",),
            references={"subscription_id": "subscription"}),
    Carried("credit-bookings", "credit_fact",
            ("subscription_id", "at", "kind", "amount", "price", "pool", "target", "priority",
             "expires_at", "note", "corrects"),
            more=("made_at",), number="id", noun="credit booking",
            references={"subscription_id": "subscription", "corrects": "credit_fact"}),
    Carried("statements", "statement", ("subscription_id", "since"), ("until", "name"),
            ("closed_at", "content"), references={"subscription_id": "subscription"},
            kept_whole=("content",)),
    Carried("costs", "cost_item",
            ("kind", "name", "since", "until", "every", "amount", "currency", "rule", "scope",
             "note"),
            ("gone_at",), ("origin", "made_at", "erased_weight"), number="id", noun="cost"),
    Carried("cost-shares", "cost_share", ("item_id", "conversation_id"), ("weight",),
            references={**_OF, "item_id": "cost_item"}),
    Carried("times", "worked_time", ("conversation_id", "at", "seconds", "person", "note"),
            ("gone_at",), ("origin", "made_at"), references=_OF, number="id",
            noun="time of a person"),
    Carried("hourly-rates", "hourly_rate", ("since",), ("amount", "currency", "overhead"),
            ("made_at",)),
    Carried("exchange-rates", "exchange_rate", ("currency", "worth_in", "since"), ("rate",),
            ("made_at",)),
    Carried("scenarios", "scenario", ("name",), ("content",), ("made_at",), is_named=True),
    Carried("budgets", "unit_budget", ("name",), ("content", "gone_at"), ("made_at",),
            is_named=True, noun="budget"),
    Carried("balances", "balance_assertion",
            ("since", "until", "scope", "amount", "currency", "tolerance", "zone"), ("gone_at",),
            ("origin", "note", "made_at"), number="id", noun="balance"),
    Carried("closings", "cost_closing", ("until", "rates"), ("gone_at",),
            ("after_id", "ends_at", "closed_at"), references={"after_id": "cost_closing"},
            number="id", noun="closing of costs", alone="until"),
    Carried("closed-costs", "closed_division",
            ("closing_id", "item_id", "subscription_id", "name", "since", "until", "amount",
             "currency"),
            references={"closing_id": "cost_closing", "item_id": "cost_item",
                        "subscription_id": "subscription"},
            number="id", noun="closed cost", part_of="closing_id"),
    Carried("closed-shares", "closed_share", ("division_id", "place"),
            more=("conversation_id", "weight"),
            references={**_OF, "division_id": "closed_division"}, part_of="division_id"),
    Carried("closed-conversations", "closed_talk", ("closing_id", "conversation_id"),
            more=("opened_at", "list_pico", "people", "currency"),
            references={**_OF, "closing_id": "cost_closing"}, part_of="closing_id"),
    Carried("former-outcomes", "outcome_before",
            ("conversation_id", "at", "handled_by", "resolution", "label"), references=_OF,
            number="id"),
    Carried("settings", "setting", ("name",), ("value",),
            only=f"name IN {SETTINGS}"),
    Carried("packs", "pack", ("name",), ("budget", "wanted", "format", "ceiling"), ("made_at",),
            number="id", is_named=True),
    Carried("pack-choices", "pack_item", ("pack_id", "entry_id"), ("mode",),
            references={"pack_id": "pack", "entry_id": ENTRY}),
    Carried("pairs", "entry_pair", ("first_id", "second_id"), ("status", "decided_by"),
            ("kind", "score", "reason", "hashes", "at"), only="status!='open'",
            references={"first_id": ENTRY, "second_id": ENTRY}, noun="pair of entries",
            pair=("first_id", "second_id")),
    Carried("hand-offs", "handoff", ("name",), ("gone_at",),
            ("replaces", "conversation_id", "at", "model", "person", "reason", "note",
             "wait_seconds", "handle_seconds", "outcome", "origin", "provenance", "key",
             "made_by", "made_at"),
            references=_OF, number="id", noun="hand-off"),
    Carried("review-batches", "review_batch", ("name",), ("gone_at",),
            ("title", "seed", "terms", "owners", "due_at", "made_by", "made_at"), number="id",
            noun="batch of reviews", joined="owners"),
    Carried("review-items", "review_item", ("name",), (),
            ("batch_id", "conversation_id", "reader", "native", "title", "stratum", "place",
             "owners"),
            references={**_OF, "batch_id": "review_batch"}, number="id", joined="owners"),
    Carried("verdicts", "review_verdict", ("name",), ("gone_at",),
            ("item_id", "conversation_id", "reviewer", "kind", "verdict", "reasons", "note",
             "seconds", "at", "provenance"),
            references={**_OF, "item_id": "review_item"}, number="id", noun="verdict"),
)  # fmt: skip
BY_FILE = {each.file: each for each in CARRIED}
# Columns that hold an instant (UTC microseconds): written as people read them.
INSTANTS = frozenset([
    "at", "made_at", "gone_at", "began", "ended", "anchor", "expires_at", "closed_at", "added_at",
    "due_at", "ends_at", "opened_at",
])  # fmt: skip
INSTANTS_OF = {"statement": frozenset(["since", "until"])}  # elsewhere these are days


def is_instant(table: str, column: str) -> bool:
    """Tell whether a column of a table holds an instant."""
    return column in INSTANTS or column in INSTANTS_OF.get(table, ())
