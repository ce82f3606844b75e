"""Entries as the commands write them: documents, cells, and how they are named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeVar

import click

from convledger.cli.values import parts
from convledger.clock import iso_text, to_datetime
from convledger.money import usd_text

if TYPE_CHECKING:
    from convledger.economics.carrying import Cost
    from convledger.memory.asking import EntryQuery
    from convledger.memory.reasons import Reason
    from convledger.store.entries import Entry

F = TypeVar("F", bound=Callable[..., Any])

ROW = (
    "number", "name", "title", "kind", "state", "scope", "tags", "sensitivity", "value", "pinned",
    "tokens", "tokens_method", "cost_usd_a_month", "context_share", "source_date", "valid_from",
    "valid_to", "recorded_at", "verified_at", "review_at", "version", "reasons", "body",
)  # fmt: skip


def entry_filters(command: F, usual: str = "all but archived") -> F:
    """Give a command the filters of entries; its function gets them as `filters`."""
    for option in (
        click.option(
            "--where", "where", multiple=True, metavar="CONDITION",
            help="age>90, reason=unused, tokens>500, text~staging ... All have to hold.",
        ),
        click.option("--tag", multiple=True, metavar="NAME", help="With one of these tags."),
        click.option("--scope", multiple=True, metavar="SCOPE",
                     help="global, project:NAME or client:NAME."),
        click.option("--kind", multiple=True, metavar="NAME", help="fact, preference, instruction,"
                     " procedure, glossary, decision, contact."),
        click.option("--state", multiple=True, metavar="NAME",
                     help=f"proposed, active, snoozed, archived.  [default: {usual}]"),
    ):  # fmt: skip
        command = option(command)
    return command


def query_of(
    state: tuple[str, ...],
    kind: tuple[str, ...],
    scope: tuple[str, ...],
    tag: tuple[str, ...],
    where: tuple[str, ...],
    text: str = "",
) -> EntryQuery:
    """Return what the filters of a command ask for."""
    from convledger.memory.asking import EntryQuery

    return EntryQuery(
        states=parts(state), kinds=parts(kind), scopes=parts(scope), tags=parts(tag), text=text,
        conditions=where,
    )  # fmt: skip


def entries_argument(command: F) -> F:
    """Give a command entries by number or name, one at least."""
    return click.argument("names", metavar="ENTRY ...", nargs=-1, required=True)(command)


def document_of(
    entry: Entry,
    reasons: Sequence[Reason] = (),
    cost: Cost = None,
    *,
    reveal: bool = False,
) -> dict[str, Any]:
    """Return an entry as JSON says it, its secrets in full only where that is asked."""
    from convledger.memory.veiling import veiled_entry

    entry = entry if reveal else veiled_entry(entry)

    def instant(at: int | None) -> str | None:
        return None if at is None else iso_text(at)

    return {
        "number": entry.id,
        "name": entry.name,
        "title": entry.title,
        "kind": entry.kind,
        "state": entry.state,
        "scope": entry.scope or "global",
        "tags": list(entry.tags),
        "sensitivity": entry.sensitivity,
        "value": entry.value,
        "pinned": entry.pinned,
        "tokens": entry.tokens,
        "tokens_method": entry.tokens_method or None,
        "cost_usd_a_month": usd_text(cost) if isinstance(cost, int) else None,
        "context_share": _share_text(cost) if isinstance(cost, Fraction) else None,
        "source_date": instant(entry.source_date),
        "valid_from": instant(entry.valid_from),
        "valid_to": instant(entry.valid_to),
        "recorded_at": instant(entry.recorded_at),
        "verified_at": instant(entry.verified_at),
        "review_at": instant(entry.review_at),
        "version": entry.version,
        "reasons": [reason_document(reason) for reason in reasons],
        "body": entry.body,
    }


def _share_text(share: Fraction) -> str:
    """Return a share as a decimal of six places."""
    return str((Decimal(share.numerator) / share.denominator).quantize(Decimal("0.000001")))


def flat(document: dict[str, Any]) -> dict[str, Any]:
    """Return an entry's document as a row of CSV."""
    return {
        **document,
        "tags": " ".join(document["tags"]),
        "reasons": " · ".join(
            f"{reason['kind']}: {reason['words']}" if reason["words"] else reason["kind"]
            for reason in document["reasons"]
        ),
    }


def reason_document(reason: Reason) -> dict[str, Any]:
    """Return a reason as JSON says it."""
    return {"kind": reason.kind, "words": reason.words, "other": reason.other_id}


def day_words(at: int | None, zone: tzinfo) -> str:
    """Return the day of an instant, a dash where there is none."""
    return "–" if at is None else to_datetime(at).astimezone(zone).date().isoformat()


def cost_words(cost: Cost) -> str:
    """Return what carrying costs a month: "$0.94", a share of the context, "–" where unknown."""
    from convledger.money import usd_display
    from convledger.reports.render.numbers import share

    if isinstance(cost, Fraction):
        return share(cost)
    return "–" if cost is None else usd_display(cost)


def reason_words(reasons: Iterable[Reason]) -> str:
    """Return reasons in words: "conflict with 12, due since 2026-06-12"."""
    parts = []
    for reason in reasons:
        other = f" with {reason.other_id}" if reason.other_id is not None else ""
        words = f" ({reason.words})" if reason.words else ""
        parts.append(f"{reason.kind}{other}{words}")
    return ", ".join(parts)
