"""Samples, items and figures of reviews as JSON says them."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from msgspec import json

from convledger.clock import iso_text
from convledger.workflow.review_words import VERDICTS

if TYPE_CHECKING:
    from convledger.economics.agreement import Measure, Rate
    from convledger.reports.reviews.drawing import Sample
    from convledger.reports.reviews.figures import ReviewStats
    from convledger.store.reviews import StoredBatch, StoredVerdict
    from convledger.workflow.review_words import Item

ITEM_ROW = (
    *("number", "batch", "conversation", "title", "stratum", "owners", "waiting", "due_at"),
    *("state", "overdue", "standing", "hidden_verdicts"),
)
_PLACES = Decimal("0.000001")


def batch_document(batch: StoredBatch) -> dict[str, Any]:
    """Return a sample, and how it was drawn."""
    return {
        "number": batch.id,
        "name": batch.name,
        "title": batch.title,
        "seed": batch.seed or None,
        "owners": list(batch.owners),
        "due_at": _instant(batch.due_at),
        "made_by": batch.made_by or None,
        "made_at": iso_text(batch.made_at),
        "terms": json.decode(batch.terms) if batch.terms else None,
        "is_gone": batch.gone_at is not None,
    }


def sample_document(sample: Sample) -> dict[str, Any]:
    """Return what would be drawn."""
    return {
        "title": sample.query.title or None,
        "seed": sample.query.seed,
        "owners": list(sample.query.owners),
        "due_at": _instant(sample.query.due_at),
        "terms": sample.terms,
        "items": [
            {
                "conversation": f"{each.reader}:{each.native}",
                "title": each.title,
                "stratum": each.stratum or None,
                "owners": list(each.owners),
            }
            for each in sample.drawn
        ],
    }


def item_document(item: Item, now: int) -> dict[str, Any]:
    """Return an item with the verdicts on it, the latest of each person."""
    stored = item.stored
    said = sorted(item.latest.values(), key=lambda each: (each.at, each.name))
    return {
        "number": stored.id,
        "name": stored.name,
        "batch": item.batch.id,
        "batch_title": item.batch.title,
        "conversation": stored.conversation,
        "is_here": stored.conversation_id is not None,
        "title": stored.title,
        "stratum": stored.stratum or None,
        "owners": list(stored.owners),
        "waiting": list(item.waiting),
        "due_at": _instant(item.batch.due_at),
        "state": item.state,
        "overdue": item.is_overdue(now),
        "standing": item.standing or None,
        "hidden_verdicts": item.hidden,
        "verdicts": [verdict_document(each) for each in said],
        "adjudication": (
            None if item.adjudication is None else verdict_document(item.adjudication)
        ),
        "earlier": [verdict_document(each) for each in item.earlier],
    }


def item_row(item: Item, now: int) -> dict[str, Any]:
    """Return an item as one row of a table."""
    found = item_document(item, now)
    return {**found, "owners": " ".join(found["owners"]), "waiting": " ".join(found["waiting"])}


def verdict_document(verdict: StoredVerdict) -> dict[str, Any]:
    """Return a verdict."""
    return {
        "reviewer": verdict.reviewer,
        "verdict": verdict.verdict,
        "reasons": list(verdict.reasons),
        "note": verdict.note or None,
        "seconds": verdict.seconds,
        "at": iso_text(verdict.at),
        "imported_from": verdict.provenance or None,
    }


def stats_document(found: ReviewStats) -> dict[str, Any]:
    """Return the figures: shares as decimal strings, null with a reason where there are none."""
    return {
        "items": found.items,
        "judged": found.judged,
        "settled": found.settled,
        "disputed": found.disputed,
        "open": found.open,
        "overdue": found.overdue,
        "verdicts": {name: found.standing[name] for name in VERDICTS},
        "reasons": dict(sorted(found.reasons.items(), key=lambda each: (-each[1], each[0]))),
        "defect_rate": _rate(found.defects),
        "serious_rate": _rate(found.serious),
        "reviewers": [
            {
                "reviewer": each.name,
                "assigned": each.assigned,
                "judged": each.judged,
                "waiting": each.waiting,
                "overdue": each.overdue,
                "minutes": ratio_text(Fraction(each.seconds, 60)) if each.timed else None,
                "minutes_each": (
                    ratio_text(Fraction(each.seconds, 60 * each.timed)) if each.timed else None
                ),
                "timed": each.timed,
                "verdicts": {name: each.verdicts[name] for name in VERDICTS},
            }
            for each in found.reviewers
        ],
        "overlapping_items": found.overlapping,
        "agreement": {
            "percent": _measure(found.percent),
            "cohens_kappa": _measure(found.kappa),
            "krippendorffs_alpha_nominal": _measure(found.alpha_nominal),
            "krippendorffs_alpha_ordinal": _measure(found.alpha_ordinal),
            "pairs": [
                {
                    "reviewers": list(each.names),
                    "items": each.items,
                    "percent": _measure(each.percent),
                    "cohens_kappa": _measure(each.kappa),
                }
                for each in found.pairs
            ],
        },
    }


def ratio_text(value: Fraction | None, places: Decimal = _PLACES) -> str | None:
    """Return a ratio to six places as a decimal string, without zeros that say nothing."""
    if value is None:
        return None
    with localcontext() as context:
        context.prec = 40
        exact = (Decimal(value.numerator) / value.denominator).quantize(places)
    if not exact:
        return "0"
    text = f"{exact:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _measure(found: Measure) -> dict[str, Any]:
    return {"value": ratio_text(found.value), "why": found.why or None}


def _rate(found: Rate) -> dict[str, Any]:
    return {
        "count": found.hits,
        "of": found.of,
        "share": ratio_text(found.share),
        "low": None if found.low is None else f"{found.low:f}",
        "high": None if found.high is None else f"{found.high:f}",
        "confidence": "0.95",
        "why": None if found.of else "nothing is settled yet",
    }


def _instant(at: int | None) -> str | None:
    return None if at is None else iso_text(at)
