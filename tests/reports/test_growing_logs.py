"""Bills of logs that are still being written, read as they grow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from convledger.plans.billing import Bill
from convledger.reports.plan_book import PlanBook
from tests.ingest.logs import ROLLOUT, Bench, prompt, reply, rollout, session, turns
from tests.reports.shop import OUTCOME, PASSED_ON, PER_UNIT, at, document

NOW = at("2026-11-20")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.ledger.close()


def same(bench: Bench) -> Bill:
    """Read what is new, and return the bill, which is the same as counted anew."""
    bench.sync()
    book = bench.ledger.plan_book
    found = book.bill(book.subscriptions()[0], NOW)
    other = PlanBook(bench.ledger.connection, bench.ledger.workspace)
    fresh = other.bill(other.subscriptions()[0], NOW)
    assert found.statements == fresh.statements
    assert {each.id for each in found.billed} == {each.id for each in fresh.billed}
    return found


@pytest.mark.parametrize("parts", [(PER_UNIT, PASSED_ON), (OUTCOME,), (PER_UNIT,), (PASSED_ON,)])
def test_logs_read_as_they_grow_come_to_the_same_as_read_at_once(
    bench: Bench, parts: tuple[str, ...]
) -> None:
    ledger = bench.ledger
    ledger.add_plan(document(*parts), "short.toml")
    ledger.use_plan("short", at("2026-01-01"), now=NOW)
    other, resumed = (bench.log.with_name(f"{session(number)}.jsonl") for number in (2, 3))

    bench.write(bench.log, turns(50, 55))
    same(bench)
    bench.append(bench.log, turns(56, 58))
    same(bench)
    # A call is told anew, by a fuller line, long after its instant.
    bench.write(bench.codex / "sessions" / ROLLOUT, rollout(3))
    same(bench)
    bench.append(bench.log, reply(51, output=5_000))
    same(bench)
    # A session that was resumed from one whose own log is only found later.
    bench.write(resumed, turns(10, 12, of=session(3)) + turns(70, 71, of=session(3)))
    before = same(bench)
    bench.write(other, turns(10, 13, of=session(2)))
    same(bench)
    bench.append(other, prompt(900, of=session(2)))
    after = same(bench)

    assert before.billed
    assert after.billed
