"""How a provider's table is to be read, as a person types it line by line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo

from convledger.errors import UsageProblem
from convledger.reports.reconciling.asked import ReconcileQuery, columns_of
from convledger.reports.unit_costs.entered import one_of
from convledger.sources.bills.forms import PROVIDERS
from convledger.sources.bills.records import Asked
from convledger.zones import zone_of

LINES = (  # key, what may stand there
    ("kind", "found out; ⏎ picks one where it is not"),
    ("columns", "found out by name; or day=Date, model=Model, cost=Cost"),
    ("currency", "as the file says; or EUR"),
    ("dates", "found out; or dmy, mdy, ymd"),
    ("numbers", "found out; or comma, point before fractions"),
    ("input", "found out; or all, fresh: cached tokens in it, or apart"),
    ("source", "all; or api-log, codex: compare these calls alone"),
    ("zone", "UTC; days are cut there"),
)
KINDS = (
    ("anthropic", "usage or cost of the Anthropic console"),
    ("openai", "usage, activity or cost of the OpenAI platform"),
    ("cursor", "usage of Cursor's dashboard"),
    ("copilot", "GitHub's usage or premium request report"),
    ("litellm", "spend logs of LiteLLM"),
    ("table", "any table with days, models, tokens or money"),
)
_MARKS = {"comma": ",", ",": ",", "point": ".", ".": "."}
_OPTIONS = (  # as the command line says it, and as the lines are called here
    ("--date-order ", "dates "),
    ("--decimal-comma", "numbers comma"),
    ("--decimal-point", "numbers point"),
    ("--currency ", "currency "),
    ("--input-all", "input all"),
    ("--input-fresh", "input fresh"),
    ("--map ", "columns "),
)


@dataclass(frozen=True, slots=True)
class TypedBill:
    """What is said of a table, and which of the ledger's calls it is compared with."""

    asked: Asked
    zone: tzinfo = UTC
    zone_name: str = "UTC"
    sources: tuple[str, ...] = ()

    def query(self, now: int) -> ReconcileQuery:
        """Return the question to the ledger, at an instant."""
        return ReconcileQuery(now, self.zone, self.zone_name, sources=self.sources)


def typed_bill(typed: Mapping[str, str]) -> TypedBill:
    """Return what lines say; raises UsageProblem that names the line."""
    code, numbers, held = typed["currency"].upper(), typed["numbers"].lower(), typed["input"]
    if code and not re.fullmatch("[A-Z]{3}", code):
        raise UsageProblem(f"currency {code:.20} is no code like USD or EUR")
    order = (
        one_of(typed["dates"], ("dmy", "mdy", "ymd"), "order of dates") if typed["dates"] else ""
    )
    mark = _MARKS[one_of(numbers, tuple(_MARKS), "mark in numbers")] if numbers else ""
    zone, zone_name = zone_of(typed["zone"] or "UTC")
    asked = Asked(
        one_of(typed["kind"], PROVIDERS, "kind of table") if typed["kind"] else "",
        columns_of([typed["columns"]], "columns") if typed["columns"] else {},
        order,
        mark,
        code,
        one_of(held, ("all", "fresh"), "kind of input") == "all" if held else None,
        zone,
    )
    sources = tuple(part.strip() for part in typed["source"].split(",") if part.strip())
    return TypedBill(asked, zone, zone_name, sources)


def as_lines(words: str) -> str:
    """Return what is open of a table with the lines of the dialog in place of options."""
    for option, line in _OPTIONS:
        words = words.replace(option, line)
    return words
