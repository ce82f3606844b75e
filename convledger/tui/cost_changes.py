"""Changes to costs, people's rates and scenarios as steps that can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from convledger.text.display import display_text
from convledger.tui.undo import Step

if TYPE_CHECKING:
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


def keep_item(ledger: Ledger, item: StoredItem, number: int | None, now: Clock) -> Step:
    """Enter a cost, or put it in the place of another. Raises UsageProblem."""
    name = display_text(item.name)
    if number is None:
        return step_of(f"Cost {name} entered", [ledger.add_costs([item], now=now())], now)
    facts = (
        "kind", "name", "since", "until", "every", "amount", "currency", "rule", "scope", "note",
    )  # fmt: skip
    changes = {fact: getattr(item, fact) for fact in facts}
    if item.shares:
        changes["shares"] = item.shares
    return step_of(f"Cost {name} changed", [ledger.edit_cost(number, now=now(), **changes)], now)


def remove_item(ledger: Ledger, item: StoredItem, now: Clock) -> Step:
    """Take a cost away. Raises UsageProblem."""
    change = ledger.remove_costs([item.id], now=now())
    return step_of(f"Cost {display_text(item.name)} removed", [change], now)


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
