"""What a person asserts of invoices holds, or a check says by how much it does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from convledger.manual import page_text
from convledger.reports.reconciling.asserted import FILE
from convledger.store.findings import Finding
from tests.ingest.logs import ROLLOUT, Bench, rollout, turns


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    bench.write(bench.log, turns(1, 10))
    bench.write(bench.codex / "sessions" / ROLLOUT, rollout(4))
    bench.sync()
    yield bench
    bench.ledger.close()


def said(bench: Bench, text: str) -> list[Finding]:
    (bench.ledger.workspace / FILE).write_text(text, "utf-8")
    return bench.ledger.check()


def asserted(*lines: str) -> str:
    return "\n".join(("[[assert]]", *lines)) + "\n"


@pytest.mark.parametrize(
    "lines",
    [
        ('month = "2026-11"', 'source = "anthropic"', 'total = "0.0045"'),
        ('month = "2026-11"', 'source = "claude-code"', 'total = "0.005 ± 0.001"'),
        ('month = "2026-11"', 'source = "claude-code"', 'total = "$0.004 +- 0.0005"'),
        ('day = "2026-11-02"', 'source = ["claude-code", "codex"]', "tokens = 1540"),
        ("day = 2026-11-02", 'source = "codex"', "tokens = 440"),
        ('since = "2026-11-01"', 'until = "2026-11-02"', "tokens = 1540", 'zone = "UTC"'),
        ('month = "2026-10"', 'total = "0"'),
        ('month = "2026-11"', 'model = "claude-sonnet-4-5"', "tokens = 1100"),
    ],
)
def test_what_is_right_says_nothing(filled: Bench, lines: tuple[str, ...]) -> None:
    assert said(filled, asserted(*lines)) == []


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (
            ('month = "2026-11"', 'source = "anthropic"', 'total = "0.0050 ± 0.0004"'),
            "11-30, anthropic: $0.005000 is asserted, the ledger says $0.004500, $0.000500 less",
        ),
        (('month = "2026-10"', 'total = "12.50"', 'note = "invoice 7"'), "(invoice 7): $12.50 is"),
        (("day = 2026-11-02", "tokens = 1000"), "1,000 tokens is asserted, the ledger says 1,540"),
    ],
)
def test_what_is_wrong_is_told_with_the_way_out(
    filled: Bench, lines: tuple[str, ...], words: str
) -> None:
    (finding,) = said(filled, asserted(*lines))

    assert finding.check == "assertions"
    assert words in finding.problem
    assert "convledger report --by day,model --since " in finding.way_out


def test_a_month_without_prices_is_not_known(filled: Bench) -> None:
    filled.ledger.connection.execute("UPDATE call SET list_pico=NULL, price_state=4 WHERE id=1")
    filled.ledger.repair()

    (finding,) = said(filled, asserted('month = "2026-11"', 'total = "1"'))

    assert "the ledger does not know: calls of those days have no price" in finding.problem


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("assert = 1", "must be a list of tables"),
        ("[[asert]]", 'did you mean "assert"?'),
        (asserted('total = "1"'), '"month" is missing'),
        (asserted('month = "2026-13"', 'total = "1"'), '"month" must be a month'),
        (asserted('month = "2026-10"'), '"total" is missing'),
        (asserted('month = "2026-10"', 'total = "1"', "tokens = 1"), '"total" is missing'),
        (asserted('month = "2026-10"', "total = 1.5"), "must be dollars in quotes"),
        (asserted('month = "2026-10"', 'total = "1 ± x"'), "must be dollars in quotes"),
        (asserted('month = "2026-10"', f'total = "{"9" * 30}"'), "has too many digits"),
        (asserted('month = "2026-10"', 'total = "0.0000000000001"'), "has too many digits"),
        (asserted('month = "2026-10"', 'total = "1"', 'until = "2026-11-01"'), "is missing"),
        (asserted('since = "2026-10-02"', 'total = "1"'), '"until" is missing'),
        (
            asserted('since = "2026-10-02"', 'until = "2026-10-01"', 'total = "1"'),
            "must be a day from 2026-10-02 on",
        ),
        (
            asserted('month = "2026-10"', 'total = "1"', 'source = "clawde-code"'),
            'did you mean "claude-code"?',
        ),
        (
            asserted('month = "2026-10"', 'total = "1"', 'source = ["codex", "anthropic"]'),
            "must name sources or providers",
        ),
        (asserted('month = "2026-10"', 'total = "1"', 'zone = "Mars"'), "is no time zone"),
        (asserted('month = "2026-10"', 'total = "1"', "model = 7"), "must be a name in quotes"),
        (asserted('month = "2026-10"', 'total = "1"', 'sum = "1"'), "is not a known key"),
        ("[[assert]", "not valid TOML"),
        ("x = " + "[" * 3000, "not valid TOML"),
    ],
)
def test_a_mistake_in_the_file_is_told(filled: Bench, text: str, words: str) -> None:
    (finding,) = said(filled, text)

    assert finding.check == "assertions"
    assert str(filled.ledger.workspace / FILE) in finding.problem
    assert words in finding.problem


def test_the_example_of_the_page_can_be_read(filled: Bench) -> None:
    findings = said(filled, page_text("check").partition("```toml\n")[2].partition("```")[0])

    assert [each.problem.split(" is asserted")[0] for each in findings] == [
        "assertion 1, 2026-10-01 to 2026-10-31, anthropic (invoice 4711): $123.45",
        "assertion 2, 2026-10-01 to 2026-10-15, claude-code and codex: 1,250,000 tokens",
    ]
