"""What happens to calls that are stored when the user's prices change."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from convledger.errors import ConfigError, WorkspaceError
from convledger.ledger import Ledger
from tests.ingest.logs import Bench, turns

PRICES = """
[[price]]
model = "claude-sonnet-4-5"
input = "{}"
output = "0"
"""


@pytest.fixture
def prices(bench: Bench) -> Path:
    """The user's prices, not written yet."""
    bench.write(bench.log, turns(1, 4))
    bench.sync()
    return bench.ledger.workspace / "prices.toml"


def set_price(prices: Path, dollars: int, moment: int) -> None:
    prices.write_text(PRICES.format(dollars))
    os.utime(prices, (moment, moment))


def list_pico(bench: Bench) -> int:
    query = "SELECT sum(list_pico) FROM usage"
    return int(bench.ledger.connection.execute(query).fetchone()[0])


def runs(bench: Bench) -> list[tuple[str, int]]:
    return bench.ledger.connection.execute(
        "SELECT reason, changed_calls FROM rating_run ORDER BY id"
    ).fetchall()


def test_changed_prices_rate_everything_anew_and_keep_what_was(bench: Bench, prices: Path) -> None:
    shipped = list_pico(bench)
    set_price(prices, 7, 1)
    result = bench.sync()

    assert list_pico(bench) == 4 * 100 * 7_000_000
    assert "4 of 4 calls" in result.rerated
    assert runs(bench) == [("first rating", 0), ("the prices have changed", 4)]
    before, after = bench.ledger.connection.execute(
        "SELECT sum(before_pico), sum(after_pico) FROM rating_change"
    ).fetchone()
    assert (before, after) == (shipped, list_pico(bench))
    assert bench.is_sound()


def test_ledger_that_stays_open_follows_every_change(bench: Bench, prices: Path) -> None:
    for dollars in (7, 8, 9):
        set_price(prices, dollars, dollars)
        bench.sync()
        assert list_pico(bench) == 4 * 100 * dollars * 1_000_000
    prices.unlink()
    bench.sync()

    assert len(runs(bench)) == 5
    assert bench.is_sound()


def test_calls_that_arrive_later_are_rated_with_the_new_prices(bench: Bench, prices: Path) -> None:
    set_price(prices, 7, 1)
    bench.append(bench.log, turns(5, 5))
    bench.sync()

    assert list_pico(bench) == 5 * 100 * 7_000_000


def test_same_prices_make_no_new_run(bench: Bench, prices: Path) -> None:
    set_price(prices, 7, 1)
    bench.sync()
    set_price(prices, 7, 2)
    result = bench.sync()

    assert result.rerated == ""
    assert len(runs(bench)) == 2


def test_mistake_in_the_prices_is_told_and_leaves_everything(bench: Bench, prices: Path) -> None:
    before = list_pico(bench)
    prices.write_text("[[price]\n")

    with pytest.raises(ConfigError, match=r"prices\.toml"):
        bench.sync()
    assert list_pico(bench) == before
    set_price(prices, 7, 1)
    bench.sync()
    assert list_pico(bench) == 4 * 100 * 7_000_000


def test_rerate_can_be_tried_without_effect(bench: Bench, prices: Path) -> None:
    before = list_pico(bench)
    set_price(prices, 7, 1)
    tried = bench.ledger.rerate(dry_run=True)

    assert tried is not None
    assert (tried.changed_calls, tried.before_pico) == (4, before)
    assert list_pico(bench) == before
    assert len(runs(bench)) == 1


def test_calls_that_cost_what_their_prices_do_not_give_are_found_and_set_right(
    bench: Bench, prices: Path
) -> None:
    right = list_pico(bench)
    bench.ledger.connection.execute("UPDATE call SET list_pico=list_pico+1000000000000 WHERE id=1")
    (sums,) = bench.ledger.check()
    assert bench.ledger.fix([sums], now=0).done
    assert bench.ledger.check() == []
    (finding,) = bench.ledger.check(deep=True)

    assert finding.check == "ratings"
    assert finding.problem == (
        "1 call does not cost what the prices that rated it give: $1.00 is stored, <$0.01 is right"
    )
    (key,) = bench.ledger.connection.execute("SELECT key FROM call WHERE id=1").fetchone()
    assert f"`convledger why {key}`" in finding.way_out
    assert "`convledger prices rerate`" in finding.way_out
    tried = bench.ledger.rerate(dry_run=True)
    assert tried is not None
    assert tried.changed_calls == 1
    assert bench.ledger.rerate() is not None
    assert list_pico(bench) == right
    assert runs(bench) == [("first rating", 0), ("asked for", 1)]
    assert bench.ledger.check(deep=True) == []
    assert bench.ledger.rerate() is None


def test_calls_are_verified_with_the_prices_that_rated_them(bench: Bench, prices: Path) -> None:
    set_price(prices, 7, 1)
    bench.sync()
    set_price(prices, 8, 2)  # not in force before calls are rated with it

    assert bench.ledger.check(deep=True) == []
    bench.ledger.connection.execute("UPDATE call SET input=input+1 WHERE id=1")
    found = [each.problem for each in bench.ledger.check(deep=True) if each.check == "ratings"]
    assert len(found) == 1


def test_a_call_that_is_marked_otherwise_than_its_prices_say_is_found(
    bench: Bench, prices: Path
) -> None:
    bench.ledger.connection.execute("UPDATE call SET price_state=2 WHERE id=1")
    (finding,) = bench.ledger.check(deep=True)

    assert finding.problem == "1 call is marked otherwise than by the prices that rated it"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE price_book SET content=x'00'",
        "UPDATE price_book SET overrides='[[price]]'",
        "DELETE FROM price_book",
    ],
)
def test_prices_that_are_not_as_they_were_kept_are_found(
    bench: Bench, prices: Path, statement: str
) -> None:
    bench.ledger.connection.execute(statement)
    found = [each for each in bench.ledger.check(deep=True) if each.check == "ratings"]

    assert len(found) == 1
    assert found[0].problem.endswith("that calls were rated with are not as kept")


def test_tokens_beyond_all_sense_are_not_rated_anew(bench: Bench, prices: Path) -> None:
    bench.ledger.connection.execute("UPDATE call SET input=1 << 61 WHERE id=1")

    with pytest.raises(WorkspaceError, match="`convledger restore` brings a backup back"):
        bench.ledger.rerate()


def test_ledger_that_stays_open_follows_prices_that_another_program_followed_first(
    bench: Bench, prices: Path
) -> None:
    assert bench.ledger.rates.overrides.prices == ()
    set_price(prices, 7, 1)
    with Ledger.open(bench.ledger.workspace) as other:
        other.sync(bench.roots)
    bench.write(bench.log, turns(1, 5))
    bench.sync()

    assert list_pico(bench) == 5 * 100 * 7_000_000
    assert bench.ledger.check(deep=True) == []
