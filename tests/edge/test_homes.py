"""Each folder of homes/ holds the logs of one counting rule, and in expected.json what they mean.

The expected numbers are worked out from the rules by hand. In c19_1h_cache the one token of input
costs too: $0.000003 beside the $0.60 of its cache writes.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from convledger.ledger import Ledger
from convledger.money import PICO, usd_text
from convledger.reports.usage import UsageQuery, UsageRow
from convledger.sources.registry import known_roots

HOMES = sorted(path.parent for path in (Path(__file__).parent / "homes").glob("*/expected.json"))
TOKENS = ("input", "output", "cache_write", "cache_read")
Totals = dict[tuple[str, str], tuple[int, ...]]
MODES = ("older files first", "newer files first")


def environment(home: Path, expected: dict[str, Any]) -> dict[str, str]:
    """Return the variables a home asks for; each may name several folders of the home."""
    return {
        key: ",".join(str(home / part.strip()) for part in value.split(","))
        for key, value in expected.get("env", {}).items()
    }


def copy_of(home: Path, folder: Path, *, backwards: bool) -> Path:
    """Copy a home with files that are a minute apart: the order of reading must not matter."""
    copy = Path(shutil.copytree(home, folder / "home"))
    logs = sorted(path for path in copy.rglob("*") if path.is_file())
    for place, path in enumerate(reversed(logs) if backwards else logs):
        os.utime(path, (1_800_000_000 + 60 * place,) * 2)
    return copy


def wanted_tokens(expected: dict[str, Any]) -> Totals:
    return {
        (row["source"], row["day"]): tuple(row[name] for name in TOKENS)
        for row in expected["rows"]
        if any(row[name] for name in TOKENS)
    }


def added(rows: Iterable[tuple[str, str, tuple[int, ...]]]) -> Totals:
    found: Totals = {}
    for source, day, tokens in rows:
        if any(tokens):
            before = found.get((source, day), (0, 0, 0, 0))
            found[source, day] = tuple(a + b for a, b in zip(before, tokens, strict=True))
    return found


def rows_by(ledger: Ledger, *keys: str) -> list[UsageRow]:
    return ledger.usage(UsageQuery(by=keys, zone=UTC)).rows


def tokens_in(ledger: Ledger) -> Totals:
    return added(
        (
            row.keys["source"] or "",
            row.keys["day"] or "",
            (row.input, row.output, row.cache_write_5m + row.cache_write_1h, row.cache_read),
        )
        for row in rows_by(ledger, "source", "day", "model")
    )


def facts(ledger: Ledger, expected: dict[str, Any]) -> dict[str, Any]:
    """Return of a ledger what `expected` speaks of, in its words."""
    total = ledger.usage(UsageQuery(by=("model",), zone=UTC)).total
    found: dict[str, Any] = {
        "calls": total.calls,
        "reasoning": total.reasoning,
        "unpriced_calls": total.unpriced_calls,
        "rejected": len(ledger.rejected()),
        "models": sorted(row.keys["model"] or "" for row in rows_by(ledger, "model")),
        "conversations": ledger.connection.execute("SELECT count(*) FROM conversation").fetchone()[
            0
        ],
        "calls_by_conversation": {
            row.keys["conversation"]: row.calls for row in rows_by(ledger, "conversation")
        },
        "list_cost_usd": None if total.list_pico is None else usd_text(total.list_pico),
    }
    for name in expected.get("relations", {}):
        conversation = ledger.conversation(name)
        found.setdefault("relations", {})[name] = [conversation.relation, conversation.parent]
    for name in expected.get("reported_cost_usd", {}):
        pico = ledger.conversation(name).reported_pico
        found.setdefault("reported_cost_usd", {})[name] = usd_text(pico or 0)
    return {name: value for name, value in found.items() if name in expected}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("home", HOMES, ids=[home.name for home in HOMES])
def test_rule_holds(home: Path, mode: str, tmp_path: Path) -> None:
    expected = json.loads((home / "expected.json").read_text("utf-8"))
    copy = copy_of(home, tmp_path, backwards=mode == MODES[1])
    roots = known_roots(environment(copy, expected), copy, "linux")

    with Ledger.open(tmp_path / "workspace") as ledger:
        ledger.sync(roots)
        tokens, found = tokens_in(ledger), facts(ledger, expected)
        again = ledger.sync(roots)
        problems = ledger.check()

    assert tokens == wanted_tokens(expected), expected["rule"]
    assert found == {name: expected[name] for name in found}, expected["rule"]
    assert (again.calls, again.files, problems) == (0, 0, [])


GROWING = [home for home in HOMES if not [*home.rglob("*.zst")]]


@pytest.mark.parametrize("home", GROWING, ids=[home.name for home in GROWING])
def test_rule_holds_while_the_logs_grow_line_by_line(home: Path, tmp_path: Path) -> None:
    expected = json.loads((home / "expected.json").read_text("utf-8"))
    growing = tmp_path / "home"
    growing.mkdir()
    roots = known_roots(environment(growing, expected), growing, "linux")

    with Ledger.open(tmp_path / "workspace") as ledger:
        for path in sorted(home.rglob("*.jsonl"), key=lambda path: path.name):
            target = growing / path.relative_to(home)
            target.parent.mkdir(parents=True, exist_ok=True)
            for line in path.read_bytes().splitlines(keepends=True):
                with target.open("ab") as stream:
                    stream.write(line)
                ledger.sync(roots)
        tokens, found = tokens_in(ledger), facts(ledger, expected)
        problems = ledger.check()

    assert tokens == wanted_tokens(expected), expected["rule"]
    assert found == {name: expected[name] for name in found}, expected["rule"]
    assert problems == []


def test_cost_of_one_hour_cache_writes_is_exact() -> None:
    expected = json.loads((HOMES[0].parent / "c19_1h_cache" / "expected.json").read_text("utf-8"))

    assert int(Decimal(expected["list_cost_usd"]) * PICO) == 100_000 * 6_000_000 + 3_000_000


@pytest.mark.parametrize(
    "name",
    ["c03_same_id_other_request", "c36_unknown_model", "c42_config_dirs", "x16_only_compressed"],
)
def test_rule_holds_on_the_command_line(name: str, tmp_path: Path) -> None:
    home = HOMES[0].parent / name
    expected = json.loads((home / "expected.json").read_text("utf-8"))
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("CLAUDE_", "CODEX_", "XDG_"))
    }
    run = subprocess.run(
        [sys.executable, "-m", "convledger", "--workspace", str(tmp_path), "report",
         "--by", "source,day,model", "--tz", "UTC", "--json"],
        capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],
        env=kept | {"HOME": str(home), "NO_COLOR": "1"} | environment(home, expected),
    )  # fmt: skip

    assert run.returncode == 0, run.stderr
    rows = json.loads(run.stdout)["rows"]
    assert added(
        [
            (
                row["source"],
                row["day"],
                (
                    row["input"],
                    row["output"],
                    row["cache_write_5m"] + row["cache_write_1h"],
                    row["cache_read"],
                ),
            )
            for row in rows
        ]
    ) == wanted_tokens(expected)
    if "list_cost_usd" in expected:
        assert [row["list_cost_usd"] for row in rows] == [expected["list_cost_usd"]]


def test_saved_exec_output_is_imported_at_the_instant_in_its_thread_id(tmp_path: Path) -> None:
    events: list[dict[str, Any]] = [
        {"type": "thread.started", "thread_id": "01a1fad0-03d7-71c3-8f09-3b7a54d134c5"},
        {"type": "turn.started"},
        {"type": "item.completed", "item": {"type": "agent_message", "id": "i1", "text": "done"}},
        {
            "type": "turn.completed",
            "usage": {"input_tokens": 1000, "cached_input_tokens": 600, "output_tokens": 50},
        },
    ]
    saved = tmp_path / "run.jsonl"
    saved.write_text("".join(json.dumps(event) + "\n" for event in events))
    os.utime(saved, (1_794_301_200, 1_794_301_200))  # 2026-11-10: when it was copied

    with Ledger.open(tmp_path / "workspace") as ledger:
        ledger.import_paths([saved])
        ledger.import_paths([saved])
        (row,) = rows_by(ledger, "source", "day", "model")

    assert row.keys == {"source": "codex", "day": "2026-11-20", "model": "unknown"}
    assert (row.calls, row.input, row.cache_read, row.output) == (1, 400, 600, 50)
    assert row.list_pico is None


def test_saved_exec_output_without_a_thread_has_the_instant_of_its_file(tmp_path: Path) -> None:
    saved = tmp_path / "run.jsonl"
    usage = {"input_tokens": 1000, "cached_input_tokens": 600, "output_tokens": 50}
    saved.write_text(json.dumps({"type": "turn.completed", "usage": usage}) + "\n")
    os.utime(saved, (1_794_301_200, 1_794_301_200))

    with Ledger.open(tmp_path / "workspace") as ledger:
        ledger.import_paths([saved])
        assert [row.keys["day"] for row in rows_by(ledger, "day")] == ["2026-11-10"]


def test_archiving_a_rollout_counts_nothing_twice(tmp_path: Path) -> None:
    home = copy_of(HOMES[0].parent / "x01_normal", tmp_path, backwards=False)
    (active,) = home.rglob("*.jsonl")
    roots = known_roots({}, home, "linux")
    with Ledger.open(tmp_path / "workspace") as ledger:
        ledger.sync(roots)
        archive = home / ".codex" / "archived_sessions"
        archive.mkdir()
        active.rename(archive / active.name)
        ledger.sync(roots)
        (row,) = rows_by(ledger, "source", "day")

    assert (row.calls, row.conversations, row.input, row.output) == (2, 1, 900, 110)
