"""Each agent is looked for where it keeps its files, and nothing else is taken for one."""

from __future__ import annotations

from pathlib import Path

import pytest

from convledger.sources.places import Kind
from convledger.sources.registry import PLACES, known_roots

HOME = Path("/home/mara")
MAC, WINDOWS = "Library/Application Support", "AppData/Roaming"
EDITORS = ("Code", "Code - Insiders", "VSCodium", "Cursor", "Windsurf", "Trae")
EXTENSIONS = ("saoudrizwan.claude-dev", "rooveterinaryinc.roo-cline", "zoo-code.zoo-code",
              "kilocode.kilo-code")  # fmt: skip


def roots(source: str, platform: str = "linux", **environment: str) -> list[str]:
    return [root.as_posix() for root in PLACES[source].roots(environment, HOME, platform)]


def below(*places: str) -> list[str]:
    return [f"{HOME}/{place}" for place in places]


SAME_EVERYWHERE = {
    "codex": [".codex"],
    "gemini-cli": [".gemini"],
    "qwen-code": [".qwen"],
    "opencode": [f".local/share/{name}" for name in ("opencode", "kilo", "mimocode")],
    "copilot-cli": [".copilot"],
    "pi": [".pi/agent/sessions"],
    "amp": [".local/share/amp/threads"],
    "droid": [".factory/sessions"],
    "aider": [],
}
BY_SYSTEM = {
    ("claude-code", "linux"): [".claude/projects", ".config/claude/projects",
                               ".config/Claude/local-agent-mode-sessions"],
    ("claude-code", "darwin"): [".claude/projects", ".config/claude/projects",
                                f"{MAC}/Claude/local-agent-mode-sessions"],
    ("claude-code", "win32"): [".claude/projects", ".config/claude/projects",
                               f"{WINDOWS}/Claude/local-agent-mode-sessions"],
    ("copilot-chat", "linux"): [
        *(f".config/{editor}/User" for editor in EDITORS), ".vscode-server/data/User",
    ],
    ("copilot-chat", "darwin"): [
        *(f"{MAC}/{editor}/User" for editor in EDITORS), ".vscode-server/data/User",
    ],
    ("copilot-chat", "win32"): [
        *(f"{WINDOWS}/{editor}/User" for editor in EDITORS), ".vscode-server/data/User",
    ],
    ("llm", "linux"): [".config/io.datasette.llm"],
    ("llm", "darwin"): [f"{MAC}/io.datasette.llm"],
    ("llm", "win32"): [f"{WINDOWS}/io.datasette.llm"],
}  # fmt: skip
AMONG = {
    ("cursor", "linux"): ".config/Cursor/User",
    ("cursor", "darwin"): f"{MAC}/Cursor/User",
    ("cursor", "win32"): f"{WINDOWS}/Cursor/User",
    ("goose", "linux"): ".local/share/goose/sessions",
    ("goose", "darwin"): ".local/share/goose/sessions",
    ("goose", "win32"): f"{WINDOWS}/Block/goose/data/sessions",
    ("zed", "linux"): ".local/share/zed/threads",
    ("zed", "darwin"): f"{MAC}/Zed/threads",
    ("zed", "win32"): "AppData/Local/Zed/threads",
    ("crush", "linux"): ".local/share/crush",
    ("cline", "linux"): ".cline/data",
    ("cline", "darwin"): ".cline/data",
    ("cline", "win32"): ".cline/data",
}


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
@pytest.mark.parametrize("source", sorted(SAME_EVERYWHERE))
def test_place_is_the_same_on_every_system(source: str, platform: str) -> None:
    assert roots(source, platform) == below(*SAME_EVERYWHERE[source])


@pytest.mark.parametrize(("source", "platform"), sorted(BY_SYSTEM))
def test_place_follows_the_system(source: str, platform: str) -> None:
    assert roots(source, platform) == below(*BY_SYSTEM[source, platform])


@pytest.mark.parametrize(("source", "platform"), sorted(AMONG))
def test_place_is_among_those_that_are_looked_at(source: str, platform: str) -> None:
    assert f"{HOME}/{AMONG[source, platform]}" in roots(source, platform)


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_extensions_are_looked_for_in_every_editor(platform: str) -> None:
    start = {"linux": ".config", "darwin": MAC, "win32": WINDOWS}[platform]

    assert set(below(*(
        f"{start}/{editor}/User/globalStorage/{name}" for editor in EDITORS for name in EXTENSIONS
    ))) < set(roots("cline", platform))  # fmt: skip


@pytest.mark.parametrize(
    ("source", "variable", "root"),
    [
        ("claude-code", "CLAUDE_CONFIG_DIR", "/x/projects"),
        ("codex", "CODEX_HOME", "/x"),
        ("gemini-cli", "GEMINI_DATA_DIR", "/x"),
        ("gemini-cli", "GEMINI_CLI_HOME", "/x/.gemini"),
        ("qwen-code", "QWEN_DATA_DIR", "/x"),
        ("qwen-code", "QWEN_RUNTIME_DIR", "/x"),
        ("qwen-code", "QWEN_HOME", "/x"),
        ("opencode", "OPENCODE_DATA_DIR", "/x"),
        ("copilot-cli", "COPILOT_HOME", "/x"),
        ("goose", "GOOSE_PATH_ROOT", "/x/data/sessions"),
        ("llm", "LLM_USER_PATH", "/x"),
        ("pi", "PI_CODING_AGENT_DIR", "/x/sessions"),
        ("amp", "AMP_DATA_HOME", "/x/threads"),
        ("amp", "AMP_DATA_DIR", "/x/threads"),
        ("droid", "FACTORY_DIR", "/x/sessions"),
        ("droid", "DROID_SESSIONS_DIR", "/x"),
    ],
)
def test_variable_moves_the_place(source: str, variable: str, root: str) -> None:
    assert roots(source, **{variable: "/x"}) == [root]
    assert roots(source, **{variable: "  "}) == roots(source)


@pytest.mark.parametrize(
    ("source", "variable", "root"),
    [
        ("opencode", "XDG_DATA_HOME", "/x/opencode"),
        ("amp", "XDG_DATA_HOME", "/x/amp/threads"),
        ("crush", "XDG_DATA_HOME", "/x/crush"),
        ("zed", "XDG_DATA_HOME", "/x/zed/threads"),
        ("cursor", "XDG_CONFIG_HOME", "/x/Cursor/User"),
        ("copilot-chat", "XDG_CONFIG_HOME", "/x/Code/User"),
        ("llm", "XDG_CONFIG_HOME", "/x/io.datasette.llm"),
        ("cline", "CLINE_DIR", "/x/data"),
        ("cline", "XDG_CONFIG_HOME", "/x/Code/User/globalStorage/saoudrizwan.claude-dev"),
    ],
)
def test_folders_of_the_system_are_taken_from_its_variables(
    source: str, variable: str, root: str
) -> None:
    assert root in roots(source, **{variable: "/x"})


def test_folders_of_windows_are_taken_from_its_variables() -> None:
    assert roots("llm", "win32", APPDATA="/r") == ["/r/io.datasette.llm"]
    assert "/l/Zed/threads" in roots("zed", "win32", LOCALAPPDATA="/l")


def test_variable_may_name_several_folders_and_the_first_that_is_set_holds() -> None:
    assert roots("qwen-code", QWEN_DATA_DIR="/a, /b,", QWEN_HOME="/c") == ["/a", "/b"]


def test_chats_and_logs_of_services_have_no_place_of_their_own() -> None:
    homeless = {name for name, place in PLACES.items() if place.KIND is not Kind.AGENT}

    assert not homeless & {name for name, _ in known_roots({}, HOME, "linux")}


LOGS = {
    "claude-code": ["-home-w/5d.jsonl", "-home-w/5d/subagents/agent-a.jsonl"],
    "codex": ["sessions/2026/11/20/rollout-x.jsonl", "archived_sessions/rollout-x.jsonl.zst"],
    "gemini-cli": [
        "tmp/site/chats/session-2026-11-20T21-18-0e1bfe73.jsonl",
        "tmp/9f86d081/chats/session-2025-08-01T10-00-0e1bfe73.json",
        "tmp/site/chats/0e1bfe73-080f/codebase_investigator-1.jsonl",
        "chats/session-1.json", "session-1.jsonl",
    ],
    "qwen-code": [
        "projects/-home-w/chats/5d.jsonl", "projects/-home-w/chats/archive/5d.jsonl",
        "tmp/9f86d081/chats/session-1.json", "projects/-home-w/subagents/5d/agent-x-1.jsonl",
    ],
    "opencode": [
        "opencode.db", "opencode-dev.db", "kilo.db", "storage/session/p/ses_1.json",
        "storage/message/ses_1/msg_1.json",
    ],
    "copilot-cli": [
        "session-state/5d/events.jsonl", "session-state/5d.jsonl", "session-store.db",
        "history-session-state/5d.jsonl",
    ],
    "copilot-chat": [
        "workspaceStorage/9f/chatSessions/5d.json", "workspaceStorage/9f/chatSessions/5d.jsonl",
        "globalStorage/emptyWindowChatSessions/5d.json",
    ],
    "cursor": ["globalStorage/state.vscdb", "proj/agent-transcripts/5d/5d.jsonl"],
    "cline": ["tasks/1700000000000/ui_messages.json", "sessions/5d/5d.messages.json"],
    "goose": ["sessions.db", "20250801.jsonl"],
    "llm": ["logs.db"],
    "aider": [".aider.chat.history.md", "repo/.aider.chat.history.md"],
    "pi": ["--home-w--/2026-08-20T09-00-00-000Z_5d.jsonl"],
    "amp": ["T-4b1f6d3e.json"],
    "droid": ["-home-w/5d.jsonl", "-home-w/5d.settings.json", "5d.jsonl"],
    "crush": [".crush/crush.db"],
    "zed": ["threads.db"],
}  # fmt: skip
NO_LOGS = {
    "claude-code": ["-home-w/5d/tool-results/a.txt", "-home-w/5d/subagents/agent-a.meta.json"],
    "codex": ["history.jsonl", "session_index.jsonl", "state_5.sqlite"],
    "gemini-cli": [
        "tmp/site/logs.json", "tmp/site/logs/session-0e1bfe73.jsonl", "projects.json",
        "tmp/site/checkpoint-1.json", "tmp/site/.project_root", "settings.json",
        "tmp/site/chats/session-1.jsonl.tmp", "oauth_creds.json",
    ],
    "qwen-code": [
        "usage_record.jsonl", "tmp/9f86d081/logs.json", "settings.json",
        "projects/-home-w/subagents/5d/agent-x-1.meta.json",
        "projects/-home-w/subagents/5d/agent-x-1.jsonl.stream", "projects/-home-w/memory/MEMORY.md",
    ],
    "opencode": ["storage/part/msg_1/prt_1.json", "auth.json", "opencode.db-wal"],
    "copilot-cli": ["config.json", "session-state/5d/workspace.yaml", "session-store.db-wal"],
    "copilot-chat": ["workspaceStorage/9f/workspace.json", "workspaceStorage/9f/state.vscdb"],
    "cursor": ["globalStorage/state.vscdb-wal", "globalStorage/state.vscdb.backup"],
    "cline": ["tasks/1/api_conversation_history.json", "state/taskHistory.json"],
    "goose": ["sessions.db-wal", "config.yaml"],
    "llm": ["keys.json", "logs.db-wal"],
    "aider": [".aider.tags.cache.v4/cache.db", "README.md"],
    "pi": ["settings.json", "auth.json"],
    "amp": ["settings.json", "session.json", "T-4b1f6d3e.json.tmp"],
    "droid": ["settings.json", "-home-w/5d.settings.json.tmp", "sessions-index.json"],
    "crush": ["crush.db-wal", "projects.json"],
    "zed": ["threads.db-wal", "db.sqlite"],
}  # fmt: skip


def test_every_agent_is_told_of_here() -> None:
    agents = {name for name, place in PLACES.items() if place.KIND is Kind.AGENT}

    assert agents == set(LOGS) == set(NO_LOGS)


@pytest.mark.parametrize("source", sorted(LOGS))
def test_files_that_hold_conversations_are_logs(source: str) -> None:
    assert [name for name in LOGS[source] if not PLACES[source].is_log(name)] == []


@pytest.mark.parametrize("source", sorted(NO_LOGS))
def test_files_beside_them_are_none(source: str) -> None:
    assert [name for name in NO_LOGS[source] if PLACES[source].is_log(name)] == []
