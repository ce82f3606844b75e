"""What `compare` answers: plans side by side, month by month, by timeout, between versions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from convledger import clock
from convledger.cli import compare_tables, streams
from convledger.cli.compare_asked import Question, this_month
from convledger.cli.printing import print_documents_as_csv, print_json
from convledger.errors import UsageProblem
from convledger.money import usd_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from convledger.reports.comparing import Candidate, WorkedOut
    from convledger.reports.plan_figures import BreakEven, Comparison

MOST_MONTHS = 36
ROW = (
    "plan", "name", "version", "rule", "unit", "units", "included", "over", "currency", "fees",
    "usage", "total", "per_conversation", "per_message", "difference", "cheapest", "in_force",
    "breakage_credits", "breakage_cost", "reversals", "refused", "served_at_less",
    "owed_credits", "grace_credits", "unpriced_calls", "unpriced_units", "note", "units_estimated",
    "total_estimated", "difference_estimated", "calls_without_tokens",
)  # fmt: skip
MONTH_ROW = ("month", *ROW)
SWEEP_ROW = ("timeout_seconds", "units", "total", "own")
CHANGE_ROW = ("what", "before", "after")


def compare(question: Question, as_json: bool, as_csv: bool) -> bool:
    """Print plans side by side; returns whether there was anything to count."""
    worked_out = _worked_out(question)
    found = _compared(question, worked_out)
    if question.is_default and not found.conversations:
        question = question.spanning(*this_month(question))
        worked_out = _worked_out(question)
        found = _compared(question, worked_out)
    if as_csv:
        print_documents_as_csv([compare_tables.row_document(row) for row in found.rows], ROW)
        return bool(found.conversations)
    bands = _break_even(worked_out, found)
    if as_json:
        document = comparison_document(found, question)
        document["break_even"] = None if bands is None else _bands_document(bands)
        print_json(document)
    else:
        compare_tables.print_comparison(found, bands)
    return bool(found.conversations)


def _worked_out(question: Question) -> list[WorkedOut]:
    from convledger.reports.comparing import work_out

    return work_out(
        question.ledger.connection,
        question.candidates,
        question.scope,
        question.since,
        question.until,
        question.now,
        zone=question.zone,
    )


def _compared(question: Question, worked_out: Sequence[WorkedOut]) -> Comparison:
    from convledger.reports.comparing import comparison_of

    return comparison_of(
        question.ledger.connection,
        worked_out,
        question.scope,
        question.since,
        question.until,
        question.now,
        question.zone,
    )


def _break_even(worked_out: Sequence[WorkedOut], found: Comparison) -> BreakEven | None:
    """Return which plan is cheapest for how much, None where there is nothing to weigh."""
    from convledger.reports.break_evens import break_even

    order = {(row.plan_id, row.name): place for place, row in enumerate(found.rows)}
    currency = found.rows[0].currency if found.rows else ""
    weighed = sorted(
        (each for each in worked_out if each.plan.currency == currency),
        key=lambda each: (
            not each.candidate.is_in_force,
            order.get((each.plan.id, each.plan.name), 0),
        ),
    )
    if len(weighed) < 2 or not found.conversations:
        return None
    return break_even(weighed, ())


def comparison_document(found: Comparison, question: Question) -> dict[str, Any]:
    """Return a comparison as JSON says it."""
    return {
        "schema": 1,
        "since": clock.iso_text(found.since),
        "until": clock.iso_text(found.until),
        "timezone": question.zone_name,
        "name": found.name,
        "closed": found.is_closed,
        "conversations": found.conversations,
        "messages": found.messages,
        "calls": found.calls,
        "unpriced_calls": found.unpriced_calls,
        "estimated_calls": found.estimated_calls,
        "calls_without_tokens": found.uncounted_calls,
        "plans": [compare_tables.row_document(row) for row in found.rows],
    }


def _bands_document(found: BreakEven) -> dict[str, Any]:
    return {
        "unit": found.unit_name,
        "currency": found.currency,
        "bands": [
            {
                "plan": each.plan_id,
                "name": each.name,
                "from": each.since,
                "to": each.until,
                "from_estimated": each.since_is_estimate,
                "to_estimated": each.until_is_estimate,
            }
            for each in found.bands
        ],
    }


def by_month(question: Question, as_json: bool, as_csv: bool) -> int:
    """Print which plan would have been the cheapest in each month."""
    months = _months(question)
    found = []
    for name, since, until in months:
        own = question.spanning(since, until)
        found.append((name, _compared(own, _worked_out(own))))
    if as_json:
        print_json(
            {
                "schema": 1,
                "timezone": question.zone_name,
                "months": [
                    {"month": name, **comparison_document(each, question)} for name, each in found
                ],
            }
        )
    elif as_csv:
        rows = [
            {"month": name, **compare_tables.row_document(row)}
            for name, each in found
            for row in each.rows
        ]
        print_documents_as_csv(rows, MONTH_ROW)
    elif found:
        compare_tables.print_months(found)
    else:
        streams.say("There is no usage to compare yet.")
    return 0


def _months(question: Question) -> list[tuple[str, int, int]]:
    """Return the months with calls as (name, since, until), the earliest first."""
    from convledger.reports.periods import read_since, read_until
    from convledger.reports.usage import UsageQuery

    query = UsageQuery(("month",), question.zone, question.zone_name)
    if not question.is_default:
        query = replace(query, since=question.since, until=question.until)
    names = [row.keys["month"] for row in question.ledger.usage(query).rows]
    return [
        (
            name,
            read_since(name, question.zone, question.now),
            read_until(name, question.zone, question.now),
        )
        for name in names[-MOST_MONTHS:]
        if name
    ]


def sweep(question: Question, name: str, as_json: bool, as_csv: bool) -> int:
    """Print the units and the bill of a plan by its inactivity timeout."""
    from convledger.reports.comparing import span_name
    from convledger.reports.sensitivity import sensitivity

    candidate = _one_candidate(question, name)
    plan = candidate.plan
    found = sensitivity(
        question.ledger.connection,
        plan,
        question.scope,
        question.since,
        question.until,
        question.now,
        seats=candidate.seats,
        zone=question.zone,
    )
    documents = [
        {
            "timeout_seconds": step.timeout // clock.SECOND,
            "units": step.units,
            "total": None if step.total is None else usd_text(step.total),
            "total_estimated": step.doubt.is_estimated,
            "own": place == found.own,
        }
        for place, step in enumerate(found.steps)
    ]
    if as_json:
        print_json(
            {
                "schema": 1,
                "plan": plan.id,
                "unit": found.unit_name,
                "since": clock.iso_text(question.since),
                "until": clock.iso_text(question.until),
                "timezone": question.zone_name,
                "currency": found.currency,
                "steps": documents,
            }
        )
    elif as_csv:
        print_documents_as_csv(documents, SWEEP_ROW)
    else:
        span = span_name(question.since, question.until, question.zone)
        compare_tables.print_sweep(found, span)
    return 0


def _one_candidate(question: Question, name: str) -> Candidate:
    """Return the plan that is meant: the one named, the only one, or the one in force, in the time
    that is asked about or now."""
    if name:
        return question.about(name)
    if len(question.asked.plans) == 1:
        return question.candidates[0]
    today = question.spanning(question.since, question.now + 1)
    held = [each.is_in_force for each in question.candidates]
    if not any(held):
        held = [each.is_in_force for each in today.candidates]
    if any(held):
        return question.candidates[held.index(True)]
    raise UsageProblem("which plan? Name it; none is in force")


def what_changed(question: Question, versions: tuple[str, str], as_json: bool, as_csv: bool) -> int:
    """Print what differs between two versions of a plan."""
    from convledger.plans import versions as plan_versions

    history = _one_candidate(question.spanning(question.since, question.now + 1), "").history
    known = {plan.version: plan for plan in history.plans}
    for version in versions:
        if version not in known:
            raise UsageProblem(
                f"{history.plans[0].id} has no version {version!r:.40}. "
                f"Versions are: {', '.join(known)}"
            )
    changes = plan_versions.what_changed(known[versions[0]], known[versions[1]])
    documents = [
        {"what": each.what, "before": each.before, "after": each.after} for each in changes
    ]
    if as_json:
        print_json({"schema": 1, "plan": history.plans[0].id, "changes": documents})
    elif as_csv:
        print_documents_as_csv(documents, CHANGE_ROW)
    elif changes:
        compare_tables.print_changes(changes)
    else:
        streams.say("Nothing but the text of the file differs.")
    return 0
