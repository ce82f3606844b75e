"""The samples of real and generated logs, each with the facts that are known to be in it."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from convledger.ledger import Ledger
from convledger.money import PICO
from convledger.reports.usage import UsageQuery
from convledger.sources.findings import Flag, Kind
from tests.sources.reading import CLAUDE, CODEX, figures_of, texts_of

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
EXPECTED: dict[str, Any] = (
    json.loads((SAMPLES / "expected.json").read_text("utf-8"))
    if (SAMPLES / "expected.json").exists()
    else {}
)
pytestmark = pytest.mark.skipif(not EXPECTED, reason=f"there are no samples at {SAMPLES.name}/")
CLAUDE_LAB = SAMPLES / "claude-code" / "lab_2.1.329" / "projects"
# Prompts that the facts take for one, as they have the same uuid or none.
ALIKE = {"claude-code/agentsview_valid_session.jsonl": 1, "claude-code/ccl_edge_cases.jsonl": 1}
CODEX_LABS = ("lab_0.147.0", "lab_0.169.0")


def single_files(source: str) -> list[str]:
    return [
        name
        for name in EXPECTED
        if name.startswith(f"{source}/") and name.endswith(".jsonl") and "naive" not in name
    ]


def by_model(source: str, name: str) -> dict[str, dict[str, int]]:
    """Return requests and tokens of one file by model, each request once, its fullest line."""
    fullest: dict[tuple[str, str], Any] = {}
    for figures in figures_of(source, (SAMPLES / name).read_bytes(), name=name):
        for call in figures.calls:
            known = fullest.get((call.key, call.variant))
            if known is None or call.total > known.total:
                fullest[call.key, call.variant] = call
    found: dict[str, dict[str, int]] = {}
    for call in fullest.values():
        sums = found.setdefault(call.model, defaultdict(int))
        sums["requests"] += 1
        sums["input"] += call.input
        sums["output"] += call.output
        sums["cache_read"] += call.cache_read
        if source == CLAUDE:
            sums["cache_write_5m"] += call.cache_write_5m
            sums["cache_write_1h"] += call.cache_write_1h
        else:
            sums["cache_write"] += call.cache_write_5m
            sums["of_which_reasoning"] += call.reasoning
    return {model: dict(sums) for model, sums in found.items()}


@pytest.mark.parametrize("name", single_files(CLAUDE))
def test_claude_code_sample_has_its_tokens_prompts_and_broken_lines(name: str) -> None:
    expected = EXPECTED[name]
    (texts,) = texts_of(CLAUDE, (SAMPLES / name).read_bytes(), name=name)
    (figures,) = figures_of(CLAUDE, (SAMPLES / name).read_bytes(), name=name)
    prompts = [
        message
        for message in texts.messages
        if message.kind == Kind.PROMPT and not message.flags & Flag.HIDDEN
    ]

    assert by_model(CLAUDE, name) == expected["tokens_by_model"]
    assert len(prompts) == expected["user_prompts"] + ALIKE.get(name, 0)
    assert len(figures.rejected) == len(texts.rejected) == expected["malformed_lines"]


# What forks repeat of their parents is told by the parent's file: those are read together below.
@pytest.mark.parametrize("name", [name for name in single_files(CODEX) if "b83e-7713" not in name])
def test_codex_sample_has_its_tokens(name: str) -> None:
    expected = EXPECTED[name]
    (figures,) = figures_of(CODEX, (SAMPLES / name).read_bytes(), name=name)
    (facts,) = figures.conversations.values()

    assert by_model(CODEX, name) == expected["tokens_by_model"]
    assert facts.native == (expected["conversation_id"] or facts.native)
    assert facts.parent == (expected["forked_from"] or expected["parent_thread"] or "")
    assert len(figures.rejected) == expected["malformed_lines"]


def tokens_of(ledger: Ledger, source: str) -> dict[str, dict[str, int]]:
    query = UsageQuery(by=("model",), zone=UTC, source=(source,))
    return {
        str(row.keys["model"]): {
            "requests": row.calls,
            "input": row.input,
            "output": row.output,
            "cache_read": row.cache_read,
            "cache_write_5m": row.cache_write_5m,
            "cache_write_1h": row.cache_write_1h,
            "reasoning": row.reasoning,
        }
        for row in ledger.usage(query).rows
    }


@pytest.fixture(scope="module")
def claude(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with Ledger.open(tmp_path_factory.mktemp("claude")) as ledger:
        ledger.sync([(CLAUDE, CLAUDE_LAB)])
        yield ledger


PARENT, AGENTS, FORK = (
    "c9bc86bc-c10e-402c-93bb-713b31821f21",
    "aec0348c-60de-449a-9b00-413819b3e976",
    "477ea93d-1d32-4609-84d5-c0559f728d08",
)


def test_claude_code_project_counts_each_request_once(claude: Ledger) -> None:
    expected = EXPECTED["claude-code/lab_2.1.329 (whole project, cross-file dedup)"]
    found = tokens_of(claude, CLAUDE)
    for tokens in found.values():
        tokens.pop("reasoning")

    assert found == expected["tokens_by_model"]
    (conversations,) = claude.connection.execute("SELECT count(*) FROM conversation").fetchone()
    assert conversations == expected["conversations"]
    assert claude.rejected() == []


def test_claude_code_prompts_are_inherited_by_the_fork(claude: Ledger) -> None:
    prompts = {
        name: [
            entry.body
            for entry in claude.transcript(claude.conversation(name).id)
            if entry.kind == "prompt" and not entry.flags & Flag.INHERITED
        ]
        for name in (PARENT, AGENTS, FORK)
    }

    assert prompts == {
        PARENT: ["Please USETOOL and greet", "Follow-up question one", "After compaction"],
        AGENTS: ["Please SUBAGENT do it", "Child task: report the answer"],
        FORK: ["Forked question"],
    }


def test_claude_code_fork_names_its_parent(claude: Ledger) -> None:
    fork, parent = claude.conversation(FORK), claude.conversation(PARENT)

    assert (fork.relation, fork.parent, parent.children) == ("fork", PARENT, [FORK])
    assert (fork.calls, parent.calls) == (1, 4)
    assert (parent.title, parent.project) == ("Please USETOOL and greet", "/home/demo/app")


def test_claude_code_sub_agent_belongs_to_its_conversation(claude: Ledger) -> None:
    agents = claude.connection.execute(
        "SELECT conversation.native, agent.native, kind, description FROM agent "
        "JOIN conversation ON conversation.id=conversation_id"
    ).fetchall()

    assert agents == [(AGENTS, "a0cea6c13c6bc7679", "general-purpose", "Look around")]
    assert claude.conversation(AGENTS).calls == 4


def test_claude_code_reported_cost_is_the_last_running_total(claude: Ledger) -> None:
    # The fork began at its parent's 0.006496.
    assert claude.conversation(PARENT).reported_pico == PICO * 29872 // 10**6
    assert claude.conversation(AGENTS).reported_pico == PICO * 19352 // 10**6
    assert claude.conversation(FORK).reported_pico == PICO * (9224 - 6496) // 10**6


@pytest.fixture(scope="module")
def codex(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with Ledger.open(tmp_path_factory.mktemp("codex")) as ledger:
        ledger.sync([(CODEX, SAMPLES / "codex" / lab) for lab in CODEX_LABS])
        yield ledger


def test_codex_labs_count_each_request_once(codex: Ledger) -> None:
    wanted: dict[str, int] = defaultdict(int)
    conversations = 0
    for lab in CODEX_LABS:
        expected = EXPECTED[f"codex/{lab} (all files)"]
        conversations += expected["conversations"]
        for name, value in expected["tokens_by_model"]["gpt-5.2-codex"].items():
            wanted[name] += value
    found = tokens_of(codex, CODEX)["gpt-5.2-codex"]

    assert found == {
        "requests": wanted["requests"],
        "input": wanted["input"],
        "output": wanted["output"],
        "cache_read": wanted["cache_read"],
        "cache_write_5m": wanted["cache_write"],
        "cache_write_1h": 0,
        "reasoning": wanted["of_which_reasoning"],
    }
    (stored,) = codex.connection.execute("SELECT count(*) FROM conversation").fetchone()
    assert stored == conversations
    assert codex.rejected() == []


@pytest.mark.parametrize("name", [name for name in single_files(CODEX) if "/lab_" in name])
def test_codex_conversation_has_its_own_requests_and_parent(codex: Ledger, name: str) -> None:
    expected = EXPECTED[name]
    conversation = codex.conversation(expected["conversation_id"])
    tokens = expected["tokens_by_model"]["gpt-5.2-codex"]
    relation = (
        "fork" if expected["forked_from"] else "subagent" if expected["parent_thread"] else ""
    )

    assert conversation.calls == tokens["requests"]
    assert conversation.tokens == sum(
        tokens[part] for part in ("input", "output", "cache_read", "cache_write")
    )
    assert conversation.relation == relation
    assert conversation.parent == (expected["forked_from"] or expected["parent_thread"] or "")


def test_codex_titles_are_names_given_by_hand_or_first_prompts(codex: Ledger) -> None:
    titles = {
        native[-12:]: title
        for native, title in codex.connection.execute("SELECT native, title FROM conversation")
    }

    assert titles["23e5fe8af5b9"] == "My renamed thread"
    assert titles["3b7a54d134c5"] == "Please USETOOL and say hi"
    assert titles["6142a8720021"] == "Child task: count to three"
