"""Golden operations on credits: runs of the books, rollover, reservations, anniversaries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from convledger.clock import DAY, EPOCH, to_datetime
from convledger.money import pico_from_usd, usd_text
from convledger.plans.calendar import anniversaries
from convledger.plans.credits import (
    AutoTopup,
    Fact,
    Fold,
    Lot,
    Policy,
    Rollover,
    Totals,
    fold_all,
    served,
)
from convledger.plans.schedule import recurrences
from convledger.plans.schema import Length

Inputs = Mapping[str, Any]
MICROSECOND = timedelta(microseconds=1)

POLICIES = {
    "charge": "charge", "overage": "charge", "bill": "charge",
    "block": "block", "stop": "block", "refuse": "block", "reject": "block",
    "carry": "carry", "debt": "carry", "negative": "carry",
    "topup": "topup", "top_up": "topup", "recharge": "topup", "auto_topup": "topup",
    "degrade": "degrade",
}  # fmt: skip
KINDS = {
    "use": "usage", "burn": "usage", "consume": "usage", "deduct": "usage",
    "reverse": "refund", "reversal": "refund", "unwind": "refund",
    "revoke": "void", "cancel": "void",
    "adjustment": "adjust", "top_up": "topup", "purchase": "topup",
    "reservation": "reserve", "hold": "reserve", "capture": "commit", "rollover": "reset",
}  # fmt: skip
GRANTS = ("grant", "topup")
TARGETS = (
    "of", "usage", "target", "refunds", "ref", "event", "usage_id", "event_id", "grant", "lot",
    "grant_id", "lot_id", "reservation", "reserve",
)  # fmt: skip
SCOPES = ("scope", "scopes", "feature", "features", "product", "products", "applies_to")
NO_SCOPES = ("", "*", "any", "all")
EVERY = {
    "day": Length(elapsed=DAY), "week": Length(elapsed=7 * DAY), "month": Length(months=1),
    "quarter": Length(months=3), "year": Length(months=12),
}  # fmt: skip


def instant(text: Any) -> int:
    """Return RFC 3339 text, or a date, as UTC microseconds."""
    moment = datetime.fromisoformat(str(text))
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (moment - EPOCH) // MICROSECOND


def pico(amount: Any) -> int:
    """Return an amount written as a decimal as picocredits."""
    return pico_from_usd(Decimal(str(amount)))


def optional(convert: Callable[[Any], int], value: Any) -> int | None:
    """Convert a value that may be missing."""
    return None if value is None or value in ("all", "never", "inf") else convert(value)


def first(inputs: Inputs, names: Iterable[str]) -> Any:
    """Return the first of several spellings that is there."""
    return next((inputs[name] for name in names if inputs.get(name) is not None), None)


def scopes(inputs: Inputs) -> frozenset[str]:
    """Return scopes given as a word, a list or a table."""
    found = first(inputs, SCOPES)
    if isinstance(found, Mapping):
        return frozenset(f"{key}={value}" for key, value in found.items())
    words = [found] if isinstance(found, str) else found or ()
    return frozenset(str(word) for word in words if word not in NO_SCOPES)


def rollover(inputs: Inputs) -> Rollover | None:
    """Return how a grant is rolled over, nothing where it does not say."""
    least = first(inputs, ("rollover_min", "min_rollover", "min"))
    spellings = ("rollover_max", "max_rollover", "max")
    if least is None and first(inputs, spellings) is None:
        return None
    most = next((inputs[name] for name in spellings if name in inputs), "0")
    return Rollover(pico(least or "0"), optional(pico, most))


def lot(inputs: Inputs) -> Lot:
    """Return a grant."""
    effective = first(inputs, ("effective_at", "at", "effective_from", "created_at"))
    return Lot(
        id=inputs["id"],
        amount=pico(inputs["amount"]),
        effective_at=instant(effective),
        expires_at=optional(instant, inputs.get("expires_at")),
        priority=int(inputs.get("priority", 0)),
        created_at=optional(instant, inputs.get("created_at")),
        kind=inputs.get("kind", "included"),
        pool=inputs.get("pool", ""),
        family=inputs.get("family", inputs["id"]),
        scopes=scopes(inputs),
        cost=pico(first(inputs, ("cost", "cost_basis")) or "0"),
        rollover=rollover(inputs),
    )


def fact(inputs: Inputs) -> Fact:
    """Return an event."""
    kind = str(first(inputs, ("type", "kind")))
    return Fact(
        id=inputs.get("id") or f"{kind} {inputs['at']}",
        at=instant(inputs["at"]),
        kind=KINDS.get(kind, kind),
        amount=optional(pico, inputs.get("amount")),
        of=str(first(inputs, TARGETS) or ""),
        pool=inputs.get("pool", ""),
        scopes=scopes(inputs),
    )


def policy(inputs: Inputs) -> Policy:
    """Return what happens when credits are gone."""
    topup = first(inputs, ("topup", "auto_topup"))
    return Policy(
        when_empty=POLICIES[str(inputs.get("when_empty", "charge"))],
        grace=pico(inputs.get("grace", "0")),
        topup=None
        if topup is None
        else AutoTopup(
            id=topup.get("id", "topup"),
            credits=pico(first(topup, ("credits", "amount"))),
            price=pico(topup.get("price", "0")),
            threshold=optional(pico, topup.get("threshold")),
            max_per_period=topup.get("max_per_period"),
            priority=int(topup.get("priority", 100)),
        ),
    )


def is_grant(event: Inputs) -> bool:
    """Whether an event brings a lot of its own."""
    kind = str(first(event, ("type", "kind")))
    return KINDS.get(kind, kind) in GRANTS


def resets(inputs: Inputs) -> list[Fact]:
    """Return resets given apart from the events."""
    return [Fact(f"reset {at}", instant(at), "reset") for at in inputs.get("resets", ())]


def credit_run(inputs: Inputs) -> dict[str, Any]:
    """Fold grants and events up to an instant."""
    events = inputs.get("events", ())
    grants = [*inputs.get("grants", ()), *(each for each in events if is_grant(each))]
    as_of = optional(instant, inputs.get("as_of"))
    fold = fold_all(
        [*(fact(each) for each in events if not is_grant(each)), *resets(inputs)],
        [lot(each) for each in grants],
        policy(inputs),
        as_of=as_of,
        since=optional(instant, first(inputs, ("since", "measurement_start"))),
    )
    return run_answer(fold, fold.totals(inputs.get("pool", "")))


def run_answer(fold: Fold, totals: Totals) -> dict[str, Any]:
    """Return what a run left; sums of nothing go without saying."""
    answer: dict[str, Any] = {
        "remaining": {each.lot.id: usd_text(each.remaining) for each in totals.lots},
        "balance": usd_text(totals.balance),
        "allocations": {
            usage: [[paid_by, usd_text(amount)] for paid_by, amount in parts]
            for usage, parts in fold.allocations()
        },
    }
    by_lot = {
        "expired": {each.lot.id: usd_text(each.expired) for each in totals.lots if each.expired},
        "voided": {each.lot.id: usd_text(each.voided) for each in totals.lots if each.voided},
    }
    sums = {
        "overage": totals.overage,
        "debt": totals.debt,
        "blocked": totals.blocked,
        "degraded": totals.degraded,
        "grace": totals.grace,
        "reserved": totals.reserved,
    }
    answer |= {name: found for name, found in by_lot.items() if found}
    answer |= {name: usd_text(amount) for name, amount in sums.items() if amount}
    return answer


def rolled_over(inputs: Inputs) -> dict[str, Any]:
    """Roll each balance over."""
    rule = rollover(inputs) or Rollover()
    left = inputs["remaining"]
    if isinstance(left, list):
        return {"after": [usd_text(rule.after(pico(each))) for each in left]}
    return {"after": usd_text(rule.after(pico(left)))}


def credit_responses(inputs: Inputs) -> dict[str, Any]:
    """Say how many responses credits are good for."""
    count, stranded = served(pico(inputs["credits"]), pico(inputs["per_response"]))
    text = usd_text(stranded)
    exact = isinstance(inputs["credits"], str)
    return {"responses": count, "stranded": text if exact or "." in text else int(text)}


def reservation(inputs: Inputs) -> dict[str, Any]:
    """Walk through reservations one by one."""
    fold = Fold(Policy(when_empty=POLICIES[str(inputs.get("when_empty", "block"))]))
    fold.feed(lots=[Lot(id="balance", amount=pico(inputs["balance"]), effective_at=0)])
    each_amount = pico(first(inputs, ("amount", "per_unit", "credits", "per_conversation")) or "1")
    log: list[dict[str, Any]] = []
    waiting: list[str] = []
    for at, step in enumerate(inputs["steps"], 1):
        said = step if isinstance(step, Mapping) else {"step": step}
        name, *amounts = str(first(said, ("step", "op", "type", "do", "kind"))).split()
        given = first(said, ("amount", "credits")) or next(iter(amounts), None)
        kind, amount = KINDS.get(name, name), optional(pico, given)
        of = ""
        if kind in ("commit", "release"):
            of = str(first(said, TARGETS) or (waiting[-1] if waiting else "nothing"))
            waiting = [other for other in waiting if other != of]
        elif amount is None:
            amount = each_amount
        own = str(said.get("id", at))
        if kind == "reserve":
            waiting.append(own)
        fold.feed([Fact(own if kind == "reserve" else f"{kind} {at}", at, kind, amount, of)])
        now = fold.totals()
        log.append(
            {"after": name, "balance": usd_text(now.balance), "available": usd_text(now.available)}
        )
    return {"log": log}


def recur(inputs: Inputs) -> dict[str, Any]:
    """List anniversaries."""
    anchor, count = inputs["anchor"], int(inputs["count"])
    every = str(inputs.get("every", inputs.get("interval", "month"))).removesuffix("s")
    if "T" in anchor or every != "month":
        found = islice(recurrences(instant(anchor), EVERY[every], UTC), count)
        return {"dates": [to_datetime(at).date().isoformat() for at in found]}
    return {"dates": [day.isoformat() for day in anniversaries(date.fromisoformat(anchor), count)]}


OPS: dict[str, Callable[[Inputs], dict[str, Any]]] = {
    "credit_responses": credit_responses,
    "credit_run": credit_run,
    "recur": recur,
    "reservation": reservation,
    "rollover": rolled_over,
}
