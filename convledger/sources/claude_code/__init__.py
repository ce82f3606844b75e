"""Claude Code: where its logs are and which files belong to them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from convledger.sources.places import How, Kind

NAME, TITLE = "claude-code", "Claude Code"
KIND, HOW = Kind.AGENT, How.LINES
FOLDERS: tuple[str, ...] = ()
DATABASES = False
EXPANDS = False
# Compiled on use: every report imports this module.
_UUID = r"(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def roots(environment: Mapping[str, str], home: Path, platform: str) -> list[Path]:
    """Return the folders that may hold Claude Code's projects, whether or not they exist.

    `CLAUDE_CONFIG_DIR` replaces the defaults; it may name several folders, separated by commas.
    """
    configured = environment.get("CLAUDE_CONFIG_DIR", "")
    if configured.strip():
        named = [Path(part.strip()).expanduser() for part in configured.split(",") if part.strip()]
        return [path if path.name == "projects" else path / "projects" for path in named]
    config = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
    found = [home / ".claude" / "projects", config / "claude" / "projects"]
    return found + [
        base / "local-agent-mode-sessions" for base in _desktop(environment, home, platform)
    ]


def _desktop(environment: Mapping[str, str], home: Path, platform: str) -> list[Path]:
    """Return where the desktop application keeps the transcripts of its local agent mode."""
    if platform == "darwin":
        return [home / "Library" / "Application Support" / "Claude"]
    if platform == "win32":
        roaming = Path(environment.get("APPDATA") or home / "AppData" / "Roaming")
        local = Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local")
        packaged = sorted(local.glob("Packages/Claude_*/LocalCache/Roaming/Claude"))
        return [roaming / "Claude", *packaged]
    return [Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "Claude"]


def is_log(relative: str) -> bool:
    """Tell whether the file at `relative`, a path below a root, is a transcript."""
    return (
        relative.endswith(".jsonl")
        and "/tool-results/" not in f"/{relative}"
        and not relative.endswith("/audit.jsonl")
    )


def session_of(relative: str) -> str:
    """Return the conversation of a file whose lines name none: by its place below the root."""
    parts = relative.removesuffix(".jsonl").split("/")
    if "subagents" in parts[1:]:
        return parts[parts.index("subagents") - 1]
    return parts[-1] if re.fullmatch(_UUID, parts[-1]) else "/".join(parts)


def in_archive(name: str) -> bool:
    """Tell whether a member of an archive stands where Claude Code keeps its transcripts."""
    return (
        "projects/" in name
        or re.fullmatch(_UUID, name.rsplit("/", 1)[-1].removesuffix(".jsonl")) is not None
    )


def knows(record: dict[str, object]) -> bool:
    """Tell whether a record may be Claude Code's, where no other reader is sure of its file."""
    message = record.get("message")
    if "sessionId" in record and "type" in record:
        return not isinstance(message, str)  # as in the prompts that Gemini CLI keeps
    return record.get("type") in ("user", "assistant", "summary") and (
        "message" in record or "leafUuid" in record
    )
