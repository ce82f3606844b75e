"""What the program finds out by itself: only about what was changed, and never twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from convledger.clock import SECOND
from convledger.ingest.lock import ingest_lock
from convledger.ledger import Ledger
from convledger.memory import catching_up, findings, keeping
from convledger.memory.drafts import Draft
from convledger.memory.findings import scan_entries
from convledger.memory.pairing import open_pairs
from convledger.store.operations import undo
from convledger.text.secrets import Found, find_secrets
from tests.memory.planted import keep_all, planted

NOW = 1_790_000_000 * SECOND
KEY = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"


def kept(ledger: Ledger, text: str) -> int:
    return keeping.remember(ledger.connection, Draft(text), NOW)[0]


def failing(*_: object, **__: object) -> None:
    raise AssertionError("this was looked at already")


@pytest.fixture
def looked(ledger: Ledger) -> Ledger:
    """A memory of two entries in which nothing is left to be found out."""
    kept(ledger, "Deploys go out on Fridays before noon.")
    kept(ledger, "The staging database is mirrored in Frankfurt.")
    assert ledger.memory.catch_up(NOW)
    return ledger


def test_tokens_findings_and_pairs_are_found(ledger: Ledger) -> None:
    one = kept(ledger, "Deploys go out on Fridays before noon.")
    other = kept(ledger, "Before noon deploys go out on Fridays.")
    key = kept(ledger, f"The token is {KEY}.")

    assert ledger.memory.catch_up(NOW)
    assert [(pair.first_id, pair.second_id) for pair in open_pairs(ledger.connection)] == [
        (one, other)
    ]
    assert {each.object_id for each in findings.open_findings(ledger.connection)} == {key}
    assert all(each.tokens for each in ledger.memory.entries([one, other, key]).values())


def test_what_was_looked_at_is_not_looked_at_again(
    looked: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("scan_entries", "find_all_pairs", "refresh_pairs", "uncounted"):
        monkeypatch.setattr(catching_up, name, failing)

    assert looked.memory.catch_up(NOW)


def test_a_verdict_that_leaves_the_text_is_no_reason_to_compare_it(
    looked: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeping.confirm(looked.connection, [1, 2], NOW)
    keeping.set_facts(looked.connection, [1], NOW, value=5)
    for name in ("find_all_pairs", "refresh_pairs"):
        monkeypatch.setattr(catching_up, name, failing)

    assert looked.memory.catch_up(NOW)


@pytest.mark.parametrize(
    "change",
    [
        lambda c: keeping.edit(c, 1, NOW, body="Deploys go out on Mondays."),
        lambda c: keeping.archive(c, [1], NOW),
        lambda c: keeping.set_facts(c, [1], NOW, scope="project:shop"),
    ],
    ids=["edit", "archive", "scope"],
)
def test_what_a_change_or_its_undo_made_another_is_compared(
    looked: Ledger, monkeypatch: pytest.MonkeyPatch, change: Callable[..., object]
) -> None:
    compared: list[list[int]] = []
    monkeypatch.setattr(catching_up, "refresh_pairs", lambda _, ids, __: compared.append(ids))
    change(looked.connection)
    looked.memory.catch_up(NOW)
    undo(looked.connection, NOW)
    looked.memory.catch_up(NOW)

    assert compared == [[1], [1]]


def test_of_many_changes_everything_is_compared_and_a_stop_loses_nothing(ledger: Ledger) -> None:
    texts = planted(240, each=10)
    keep_all(ledger.connection, texts.texts)
    told: list[tuple[int, int]] = []

    assert not ledger.memory.catch_up(NOW, lambda: bool(told), lambda *step: told.append(step))
    assert ledger.memory.catch_up(NOW)
    found = {(pair.first_id - 1, pair.second_id - 1) for pair in open_pairs(ledger.connection)}
    assert texts.pairs <= found


def test_one_process_looks_at_a_time(ledger: Ledger) -> None:
    kept(ledger, f"The token is {KEY}.")
    with ingest_lock(ledger.path.with_name(catching_up.LOCK), 0) as held:
        assert held
        assert not ledger.memory.catch_up(NOW)
    assert findings.open_findings(ledger.connection) == []
    assert ledger.memory.catch_up(NOW)


def test_nothing_is_locked_while_a_text_is_looked_at(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = kept(ledger, f"The token is {KEY}.")
    with Ledger.open(ledger.workspace) as other:

        def edited_meanwhile(text: str) -> list[Found]:
            keeping.edit(other.connection, one, NOW, title="Token", body="The token is gone.")
            return find_secrets(text)

        monkeypatch.setattr(findings, "find_secrets", edited_meanwhile)
        assert scan_entries(ledger.connection, None, NOW) == 0
    assert findings.open_findings(ledger.connection) == []
