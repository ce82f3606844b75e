"""Changes to costs, people's rates and scenarios as steps that can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from convledger.reports.unit_costs.noted import month_name
from convledger.text.display import display_text
from convledger.tui.undo import Step

if TYPE_CHECKING:
    from datetime import date, tzinfo

    from convledger.economics.scenarios import Scenario
    from convledger.ledger import Ledger
    from convledger.store.cost_changes import Change
    from convledger.store.costs import StoredItem

Clock = Callable[[], int]


def step_of(words: str, changes: Sequence[Change], now: Clock) -> Step:
    """Return changes of costs as one step; taken back, the last of them goes first."""

    def back(ledger: Ledger) -> None:
        for change in reversed(changes):
            ledger.undo_costs(now=now(), change=change)

    return Step(words, back)


def told_step(ledger: Ledger, words: str, changes: Sequence[Change], now: Clock) -> Step:
    """Return changes as one step that tells where they lie in a month that is closed."""
    notes = [note for change in changes if (note := ledger.closed_note(change))]
    return step_of(f"{words}. {notes[-1].rstrip('.')}" if notes else words, changes, now)


def close_month(ledger: Ledger, month: date, now: Clock, zone: tzinfo) -> Step:
    """Close costs up to the end of a month. Raises UsageProblem."""
    change = ledger.close_costs(month, now=now(), zone=zone)
    return step_of(f"{month_name(month)} closed", [change], now)


def open_month(ledger: Ledger, month: date, now: Clock) -> Step:
    """Open a month that was closed. Raises UsageProblem."""
    return step_of(f"{month_name(month)} opened", [ledger.open_costs(month, now=now())], now)


def keep_item(ledger: Ledger, item: StoredItem, number: int | None, now: Clock) -> Step:
    """Enter a cost, or put it in the place of another. Raises UsageProblem."""
    name = display_text(item.name)
    if number is None:
        change = ledger.add_costs([item], now=now())
        return told_step(ledger, f"Cost {name} entered", [change], now)
    facts = (
        "kind", "name", "since", "until", "every", "amount", "currency", "rule", "scope", "note",
    )  # fmt: skip
    changes = {fact: getattr(item, fact) for fact in facts}
    if item.shares:
        changes["shares"] = item.shares
    change = ledger.edit_cost(number, now=now(), **changes)
    return told_step(ledger, f"Cost {name} changed", [change], now)


def remove_item(ledger: Ledger, item: StoredItem, now: Clock) -> Step:
    """Take a cost away. Raises UsageProblem."""
    change = ledger.remove_costs([item.id], now=now())
    return told_step(ledger, f"Cost {display_text(item.name)} removed", [change], now)


def save_scenario(ledger: Ledger, scenario: Scenario, name: str, now: Clock) -> Step:
    """Keep a scenario by name, in place of what had it. Raises UsageProblem, ConfigError."""
    before = ledger.scenarios().get(name.strip())
    kept = ledger.save_scenario(scenario, name, now=now(), replace=True)

    def back(ledger: Ledger) -> None:
        if before is None:
            ledger.delete_scenario(kept.name, now=now())
        else:
            ledger.save_scenario(before, kept.name, now=now(), replace=True)

    verb = "saved" if before is None else "replaced"
    return Step(f"Scenario {display_text(kept.name)} {verb}", back)


def delete_scenario(ledger: Ledger, name: str, now: Clock) -> Step:
    """Take a scenario away. Raises UsageProblem."""
    text = ledger.scenarios().get(name, "")
    ledger.delete_scenario(name, now=now())
    return Step(
        f"Scenario {display_text(name)} deleted",
        lambda ledger: ledger.save_scenario(text, name, now=now(), replace=True),
    )
