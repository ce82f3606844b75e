"""Where each source keeps what it records, as data: this is looked at by every report.

Nothing here imports a reader, and patterns are compiled only where a folder is there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import NamedTuple


class How(Enum):
    """How a source's files are read: by line from where one stopped, or as a whole."""

    LINES = "lines"
    DOCUMENT = "document"


class Kind(Enum):
    """What a source is, for those who list them."""

    AGENT = "agent"
    CHAT = "chat export"
    API = "API log"
    SUPPORT = "support platform"
    TABLE = "table"


class _Written(NamedTuple):
    """A source as it is written below."""

    name: str
    title: str
    kind: Kind
    how: How
    logs: str  # a pattern of the files' paths below a root
    homes: tuple[str, ...] = ()
    override: tuple[str, str] = ("", "")  # a variable, and the way from it to the root
    others: tuple[tuple[str, str], ...] = ()  # further ones, where that is not set
    folders: tuple[str, ...] = ()  # below a root, those that hold the files
    databases: bool = False  # its files are SQLite's, or some of them
    expands: bool = False  # its reader's `further_roots` tells of more folders than these


class Place:
    """A source: its name, where its files are on this machine, and which those are."""

    def __init__(self, written: _Written) -> None:
        self._written = written
        self.NAME, self.TITLE, self.KIND, self.HOW = written[:4]
        self.FOLDERS = written.folders
        self.DATABASES = written.databases
        self.EXPANDS = written.expands

    @cached_property
    def is_log(self) -> Callable[[str], object]:
        """Tells whether the file at a path below a root is one of the source's."""
        return re.compile(self._written.logs, re.DOTALL).fullmatch

    def roots(self, environment: Mapping[str, str], home: Path, platform: str) -> list[Path]:
        """Return the folders that may hold the source's files, whether or not they exist."""
        for variable, way in (self._written.override, *self._written.others):
            named = environment.get(variable, "").strip() if variable else ""
            parts = [part.strip() for part in named.split(",") if part.strip()]
            if parts:
                return [Path(part).expanduser() / way for part in parts]
        return [
            Path(place)
            for written in self._written.homes
            for place in _places(written, environment, home, platform)
        ]


_EDITORS = ("Code", "Code - Insiders", "VSCodium", "Cursor", "Windsurf", "Trae")


def _places(written: str, environment: Mapping[str, str], home: Path, platform: str) -> list[str]:
    """Return the places that a way with names in braces stands for."""
    if "{editor}" in written:
        return [
            place
            for editor in _EDITORS
            for place in _places(written.replace("{editor}", editor), environment, home, platform)
        ]
    base, _, rest = written.partition("/")
    if "|" in base:  # a folder that a variable names, else one below the home
        variable, _, folder = base.strip("{}").partition("|")
        start = environment.get(variable, "").strip() or f"{home}/{folder}"
    elif base == "~":
        start = str(home)
    elif base == "{data}":
        start = environment.get("XDG_DATA_HOME") or f"{home}/.local/share"
    elif base == "{local}":  # an application's own data, by the customs of the system
        start = {
            "darwin": f"{home}/Library/Application Support",
            "win32": environment.get("LOCALAPPDATA") or f"{home}/AppData/Local",
        }.get(platform) or (environment.get("XDG_DATA_HOME") or f"{home}/.local/share")
    else:  # {support}: an application's settings, by the customs of the system
        start = {
            "darwin": f"{home}/Library/Application Support",
            "win32": environment.get("APPDATA") or f"{home}/AppData/Roaming",
        }.get(platform) or (environment.get("XDG_CONFIG_HOME") or f"{home}/.config")
    return [f"{start}/{rest}"]


_CLINES = (
    "saoudrizwan.claude-dev", "rooveterinaryinc.roo-cline", "zoo-code.zoo-code",
    "kilocode.kilo-code",
)  # fmt: skip
_AGENT, _CHAT, _API = Kind.AGENT, Kind.CHAT, Kind.API
_SUPPORT, _DOCUMENT, _LINES = Kind.SUPPORT, How.DOCUMENT, How.LINES

_ALL = (
    _Written(
        "gemini-cli", "Gemini CLI", _AGENT, _DOCUMENT,
        r"(.*/)?chats/(.*/)?[^/]+\.jsonl?|session-[^/]*\.jsonl?",
        ("~/.gemini",), ("GEMINI_DATA_DIR", ""), (("GEMINI_CLI_HOME", ".gemini"),), ("tmp",),
    ),
    _Written(
        "qwen-code", "Qwen Code", _AGENT, _DOCUMENT,
        r"(.*/)?(chats/(archive/)?[^/]+\.jsonl?|subagents/[^/]+/agent-[^/]+\.jsonl)",
        ("~/.qwen",), ("QWEN_DATA_DIR", ""), (("QWEN_RUNTIME_DIR", ""), ("QWEN_HOME", "")),
        ("projects", "tmp"),
    ),
    _Written(
        "opencode", "OpenCode", _AGENT, _DOCUMENT,
        r"(.*/)?((opencode|kilo|mimocode)[^/]*\.db|storage/(session/(?!part/)|message/).*\.json)",
        ("{data}/opencode", "{data}/kilo", "{data}/mimocode"), ("OPENCODE_DATA_DIR", ""),
        databases=True,
    ),
    _Written(
        "copilot-cli", "Copilot CLI", _AGENT, _DOCUMENT,
        r"(.*/)?events\.jsonl|(.*/)?(history-)?session-state/[^/]+\.jsonl|(.*/)?session-store\.db",
        ("~/.copilot",), ("COPILOT_HOME", ""), databases=True,
    ),
    _Written(
        "copilot-chat", "Copilot Chat in VS Code", _AGENT, _DOCUMENT,
        r"(.*/)?(chatSessions|emptyWindowChatSessions)/[^/]+\.jsonl?|[^/]+\.jsonl?",
        ("{support}/{editor}/User", "~/.vscode-server/data/User"),
        folders=("workspaceStorage", "globalStorage"),
    ),
    _Written(
        "cursor", "Cursor", _AGENT, _DOCUMENT,
        r"(.*/)?(globalStorage|workspaceStorage/[^/]+)/state\.vscdb|state\.vscdb"
        r"|(.*/)?agent-transcripts/(.*/)?[^/]+\.jsonl|(.*/)?[^/]*agent[-_]transcript[^/]*\.jsonl"
        r"|(.*/)?usage-events[^/]*\.csv",
        ("{support}/Cursor/User",), folders=("globalStorage", "workspaceStorage"), databases=True,
    ),
    _Written(
        "cline", "Cline, Roo Code, Kilo Code", _AGENT, _DOCUMENT,
        r"(.*/)?(tasks/[^/]+/)?ui_messages\.json|(.*/)?[^/]+\.messages\.json",
        (
            *(f"{{support}}/{{editor}}/User/globalStorage/{name}" for name in _CLINES),
            *(f"~/.vscode-server/data/User/globalStorage/{name}" for name in _CLINES),
            "{CLINE_DIR|.cline}/data", "~/.vscode-mock/global-storage",
        ),
        folders=("tasks", "sessions"),
    ),
    _Written(
        "goose", "Goose", _AGENT, _DOCUMENT, r"(.*/)?sessions\.db|(sessions/)?[^/]+\.jsonl",
        ("{data}/goose/sessions", "{support}/Block/goose/data/sessions"),
        ("GOOSE_PATH_ROOT", "data/sessions"), databases=True,
    ),
    _Written(
        "llm", "llm", _AGENT, _DOCUMENT, r"(.*/)?logs\.db",
        ("{support}/io.datasette.llm",), ("LLM_USER_PATH", ""), databases=True,
    ),
    _Written(
        "aider", "Aider", _AGENT, _DOCUMENT,
        r"(.*/)?[^/]*aider[^/]*\.(md|jsonl)|(.*/)?[^/]*aider[^/]*llm[._-]history[^/]*",
    ),
    _Written(
        "pi", "Pi", _AGENT, _DOCUMENT, r"(.*/)?[^/]+\.jsonl", ("~/.pi/agent/sessions",),
        ("PI_CODING_AGENT_DIR", "sessions"),
    ),
    _Written(
        "amp", "Amp", _AGENT, _DOCUMENT, r"(.*/)?T-[^/]+\.json", ("{data}/amp/threads",),
        ("AMP_DATA_HOME", "threads"), (("AMP_DATA_DIR", "threads"),),
    ),
    _Written(
        "droid", "Droid", _AGENT, _DOCUMENT, r"(.*/)?[^/]+(\.jsonl|\.settings\.json)",
        ("~/.factory/sessions",), ("FACTORY_DIR", "sessions"), (("DROID_SESSIONS_DIR", ""),),
    ),
    _Written(
        "crush", "Crush", _AGENT, _DOCUMENT, r"(.*/)?crush\.db",
        ("{data}/crush", "{local}/crush"), ("CRUSH_GLOBAL_DATA", ""), databases=True, expands=True,
    ),
    _Written(
        "zed", "Zed", _AGENT, _DOCUMENT, r"(.*/)?threads\.db",
        ("{local}/Zed/threads", "{data}/zed/threads"), databases=True,
    ),
    _Written(
        "chatgpt", "ChatGPT export", _CHAT, _DOCUMENT,
        r"(.*/)?conversations(-\d+)?\.json",
    ),
    _Written(
        "claude-ai", "Claude.ai export", _CHAT, _DOCUMENT,
        r"(.*/)?(conversations(-\d+)?|design_chats(/[^/]+)?)\.json",
    ),
    _Written(
        "gemini-takeout", "Google Takeout", _CHAT, _DOCUMENT,
        r"(.*/)?((My ?Activity|MyActivity|[^/]*)\.(html|json)|Google AI Studio/[^/]+)",
    ),
    _Written("open-webui", "Open WebUI", _CHAT, _DOCUMENT, r"(.*/)?[^/]+\.(json|db)",
             databases=True),
    _Written("librechat", "LibreChat", _CHAT, _DOCUMENT, r"(.*/)?[^/]+\.json"),
    _Written("api-log", "OpenAI and Anthropic logs", _API, _LINES, r"(.*/)?[^/]+\.(jsonl?|ndjson)"),
    _Written("litellm", "LiteLLM", _API, _DOCUMENT, r"(.*/)?[^/]+\.(jsonl?|ndjson|csv)"),
    _Written("langfuse", "Langfuse", _API, _DOCUMENT, r"(.*/)?[^/]+\.(jsonl?|ndjson|csv)"),
    _Written("otel-genai", "OpenTelemetry GenAI", _API, _LINES, r"(.*/)?[^/]+\.(jsonl?|ndjson)"),
    _Written("helicone", "Helicone", _API, _DOCUMENT, r"(.*/)?[^/]+\.(jsonl?|ndjson|csv)"),
    _Written("intercom", "Intercom", _SUPPORT, _DOCUMENT, r"(.*/)?[^/]+\.(jsonl?|ndjson)"),
    _Written("zendesk", "Zendesk", _SUPPORT, _DOCUMENT, r"(.*/)?[^/]+\.(jsonl?|ndjson)"),
    _Written("chatwoot", "Chatwoot", _SUPPORT, _DOCUMENT, r"(.*/)?[^/]+\.(jsonl?|ndjson)"),
    _Written(
        "table", "Table", Kind.TABLE, _DOCUMENT,
        r"(.*/)?[^/]+\.(csv|tsv|tab|txt|jsonl?|ndjson)",
    ),
)  # fmt: skip

PLACES: dict[str, Place] = {written.name: Place(written) for written in _ALL}
MODULES = {name: f"convledger.sources.{name.replace('-', '_')}" for name in PLACES}
