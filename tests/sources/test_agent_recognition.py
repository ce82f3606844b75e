"""Agents' files are known by what is in them, wherever they lie and whatever they are called."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from convledger.ingest.choose import roots_in
from convledger.ingest.recognise import source_at
from convledger.sources.glimpse import SURE, glimpse_of
from convledger.sources.registry import module_of
from tests.sources.agent_parts import EXPECTED, FIXTURES, NO_SAMPLES, SAMPLES
from tests.sources.documents import glimpse_at

AGENTS = ("gemini-cli", "qwen-code", "pi", "amp", "droid")
LOGS = [
    (source, path)
    for source in AGENTS
    for path in sorted((FIXTURES / source).rglob("*"))
    if path.is_file()
    and path.name not in ("logs.json", "projects.json", ".project_root", "usage_record.jsonl")
    and not path.name.endswith(".meta.json")
]


@pytest.mark.parametrize(("source", "path"), LOGS, ids=lambda one: getattr(one, "name", one))
def test_file_is_known_without_its_name(source: str, path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "somewhere.dat"
    shutil.copyfile(path, copy)

    assert source_at(copy) == source
    assert roots_in(copy, None) == [(source, copy)]


@pytest.mark.parametrize(("source", "path"), LOGS, ids=lambda one: getattr(one, "name", one))
def test_no_other_agent_here_claims_it(source: str, path: Path) -> None:
    glimpse = glimpse_at(path, "x")

    assert [name for name in AGENTS if module_of(name).recognises(glimpse)] == [source]


@pytest.mark.parametrize(
    "name",
    ["gemini-cli/.gemini/tmp/orchard-site/logs.json", "gemini-cli/.gemini/projects.json",
     "qwen-code/.qwen/usage_record.jsonl"],
)  # fmt: skip
def test_what_lies_beside_the_logs_is_nobodys(name: str) -> None:
    glimpse = glimpse_at(FIXTURES / name, "x")

    assert [agent for agent in AGENTS if module_of(agent).recognises(glimpse)] == []
    assert source_at(FIXTURES / name) in (None, "table")


@pytest.mark.skipif(not EXPECTED, reason=NO_SAMPLES)
def test_samples_of_other_sources_are_left_to_them() -> None:
    claimed = {
        (agent, path.relative_to(SAMPLES).parts[0])
        for path in SAMPLES.rglob("*")
        if path.is_file()
        for agent in AGENTS
        if module_of(agent).recognises(glimpse_at(path))
    }

    assert claimed == {("gemini-cli", "gemini-cli"), ("pi", "pi")}


@pytest.mark.skipif(not EXPECTED, reason=NO_SAMPLES)
def test_each_sample_is_known_surely() -> None:
    for source in ("gemini-cli", "pi"):
        for path in (SAMPLES / source).rglob("*.json*"):
            assert module_of(source).recognises(glimpse_at(path)) == SURE


def test_large_thread_is_known_by_its_beginning() -> None:
    message = {"role": "user", "messageId": 0, "content": "x" * 1000}
    used = {"role": "assistant", "messageId": 1, "usage": {"totalInputTokens": 5}}
    whole = {"v": 1, "id": "T-1", "created": 1, "messages": [message, used] * 400}
    head = json.dumps(whole).encode()[: 1 << 18]

    assert module_of("amp").recognises(glimpse_of("x", head, whole=False)) == SURE


def test_folder_of_many_gives_each_log_to_its_own_reader(tmp_path: Path) -> None:
    for number, (_, path) in enumerate(LOGS):
        ending = ".settings.json" if path.name.endswith(".settings.json") else path.suffix
        shutil.copyfile(path, tmp_path / f"{number}{ending}")

    assert sorted(roots_in(tmp_path, None)) == sorted(
        (source, tmp_path / f"{number}{'.settings' if path.name.endswith('.settings.json') else ''}"
                            f"{path.suffix}")
        for number, (source, path) in enumerate(LOGS)
    )  # fmt: skip


def test_folder_of_one_agent_keeps_the_logs_that_lie_elsewhere(tmp_path: Path) -> None:
    chats = tmp_path / "chats"
    chats.mkdir()
    sessions = [path for source, path in LOGS if source == "gemini-cli" and "chats" in path.parts]
    shutil.copyfile(sessions[0], chats / f"session-1{sessions[0].suffix}")
    shutil.copyfile(FIXTURES / "gemini-cli" / "answer.json", tmp_path / "answer.json")

    assert roots_in(tmp_path, None) == [
        ("gemini-cli", tmp_path), ("gemini-cli", tmp_path / "answer.json"),
    ]  # fmt: skip


def test_home_gives_the_place_of_each_agent(tmp_path: Path) -> None:
    for source in AGENTS:
        shutil.copytree(FIXTURES / source, tmp_path, dirs_exist_ok=True)

    assert roots_in(tmp_path, None) == [
        ("gemini-cli", tmp_path / ".gemini"),
        ("qwen-code", tmp_path / ".qwen"),
        ("pi", tmp_path / ".pi" / "agent" / "sessions"),
        ("amp", tmp_path / ".local" / "share" / "amp" / "threads"),
        ("droid", tmp_path / ".factory" / "sessions"),
    ]
