"""A pack between two keys: what it may choose from is looked for again only when it must be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from convledger.clock import DAY, SECOND
from convledger.economics.packing import ALWAYS, AUTO, EXPIRED, NEVER
from convledger.errors import UsageProblem
from convledger.ledger import Ledger
from convledger.memory import keeping, pack_shelf
from convledger.memory.drafts import Draft
from convledger.memory.pack_building import prospects
from convledger.memory.pack_files import difference
from convledger.memory.pack_shelf import PackShelf
from convledger.memory.pack_terms import next_budget
from convledger.memory.packs import Wanted
from convledger.store.operations import undo

NOW = 1_790_000_000 * SECOND


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count how often a shelf looks for what a pack may choose from."""
    found: list[int] = []
    before = prospects

    def counted(*args: Any) -> Any:
        found.append(1)
        return before(*args)

    monkeypatch.setattr(pack_shelf, "prospects", counted)
    return found


def kept(ledger: Ledger, body: str, **more: Any) -> int:
    return keeping.remember(ledger.connection, Draft(body, **more), NOW)[0]


def shelf_of(ledger: Ledger, wanted: Wanted | None = None) -> PackShelf:
    ledger.packs.create("work", 400, NOW, wanted or Wanted(), "markdown", "internal")
    return ledger.packs


def held(shelf: PackShelf, now: int = NOW) -> set[int]:
    return {item.entry_id for item in shelf.built("work", now).items}


def test_own_changes_look_for_nothing_anew(ledger: Ledger, looked: list[int]) -> None:
    one, other = kept(ledger, "Tea at four"), kept(ledger, "Coffee at nine")
    shelf = shelf_of(ledger)
    assert held(shelf) == {one, other}
    shelf.decide("work", [one], NEVER, NOW)
    assert held(shelf) == {other}
    shelf.decide("work", [one], ALWAYS, NOW)
    shelf.change("work", NOW, {"budget": 120})
    assert held(shelf) == {one, other}
    shelf.keep_copy(shelf.built("work", NOW))
    shelf.decide("work", [one], AUTO, NOW)

    assert held(shelf) == {one, other}
    assert len(looked) == 1


def test_what_is_shown_is_what_a_fresh_look_finds(ledger: Ledger, looked: list[int]) -> None:
    one = kept(ledger, "Tea at four")
    ends = kept(ledger, "Coffee at nine", valid_to=NOW + DAY)
    shelf = shelf_of(ledger)
    assert held(shelf) == {one, ends}
    keeping.edit(ledger.connection, one, NOW, body="Tea at five")
    assert "Tea at five" in shelf.built("work", NOW).text
    new = kept(ledger, "Cake on Fridays")
    assert held(shelf) == {one, ends, new}
    keeping.archive(ledger.connection, [new], NOW)
    assert held(shelf) == {one, ends}
    undo(ledger.connection, NOW)
    assert held(shelf) == {one, ends, new}
    assert held(shelf, NOW + DAY) == {one, new}
    assert EXPIRED in str(shelf.built("work", NOW + DAY).chosen.blocked)
    shelf.change("work", NOW, {"wanted": Wanted(text="cake")})

    assert held(shelf) == {new}
    assert len(looked) == 7


def test_what_the_filter_does_not_find_comes_and_goes_with_what_is_said_of_it(
    ledger: Ledger,
) -> None:
    tea, coffee = kept(ledger, "Tea at four"), kept(ledger, "Coffee at nine")
    shelf = shelf_of(ledger, Wanted(text="tea"))
    assert held(shelf) == {tea}
    shelf.decide("work", [coffee], ALWAYS, NOW)
    assert held(shelf) == {tea, coffee}
    shelf.decide("work", [coffee], AUTO, NOW)

    assert set(shelf.built("work", NOW).entries) == {tea}


def test_what_is_planned_is_what_is_written_unless_it_was_edited(
    ledger: Ledger, tmp_path: Path
) -> None:
    kept(ledger, "Tea at four")
    shelf, file = shelf_of(ledger), tmp_path / "AGENTS.md"
    plan = shelf.plan("work", file, NOW, "claude", is_whole=False)
    assert not file.exists()
    shelf.write(plan, replace=False)
    assert file.read_bytes() == plan.after
    file.write_bytes(plan.after.replace(b"four", b"noon"))
    edited = shelf.plan("work", file, NOW, "claude", is_whole=False)
    signs = {each.text: each.sign for each in difference(edited)}
    with pytest.raises(UsageProblem, match="was edited since"):
        shelf.write(edited, replace=False)

    assert {signs[line] for line in signs if line.endswith("noon")} == {"-"}
    assert b"noon" in file.read_bytes()
    shelf.write(edited, replace=True)
    assert file.read_bytes() == plan.after
    assert [each.target for each in shelf.renders("work", 9)] == [str(file.resolve())] * 2


@pytest.mark.parametrize(
    ("budget", "less", "more"),
    [(20, 20, 50), (950, 900, 1_000), (1_000, 950, 1_100), (1_234, 1_200, 1_300),
     (5_000, 4_900, 5_500), (20_000, 19_500, 21_000), (2_000_000, 1_900_000, 2_100_000)],
)  # fmt: skip
def test_a_budget_changes_by_round_steps(budget: int, less: int, more: int) -> None:
    assert (next_budget(budget, -1), next_budget(budget, 1)) == (less, more)
