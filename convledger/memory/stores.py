"""Where memory servers keep their files on this machine, as their own settings tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from convledger.memory.opening import NotReadable, content_of
from convledger.memory.readers.json_texts import decoded

_FILE = "MEMORY_FILE_PATH"  # of the MCP memory server
_HOME = "BASIC_MEMORY_HOME"  # of basic-memory's first project
_MAIN = "main"


def mcp_memories(environment: Mapping[str, str], home: Path, platform: str) -> Iterator[Path]:
    """Yield the files of the MCP memory server that the environment or a client's settings name."""
    named = [environment.get(_FILE)]
    for settings in (
        home / ".claude.json",
        _desktop(environment, home, platform) / "claude_desktop_config.json",
        home / ".cursor" / "mcp.json",
    ):
        servers = _member(_settings(settings), "mcpServers")
        named += [_member(server, "env").get(_FILE) for server in servers.values()]
    for one in named:
        path = _absolute(one, home)
        if path is not None:
            yield path


def basic_memories(environment: Mapping[str, str], home: Path) -> Iterator[tuple[str, Path]]:
    """Yield the folders of basic-memory's projects with their names, "" for its first one."""
    folder = environment.get(_HOME, "")
    projects: dict[str, Any] = {_MAIN: folder or str(home / "basic-memory")}
    settings = _settings(home / ".basic-memory" / "config.json")
    projects |= _member(settings, "projects")
    for name, project in projects.items():
        path = _absolute(project.get("path") if isinstance(project, dict) else project, home)
        if path is not None:
            yield "" if name in (_MAIN, settings.get("default_project")) else name, path


def _absolute(named: Any, home: Path) -> Path | None:
    """Return a path of some settings; None where it is none, or is relative to who knows what."""
    if not isinstance(named, str) or not named:
        return None
    path = home / named[2:] if named.startswith("~/") else Path(named)
    return path if path.is_absolute() else None


def _desktop(environment: Mapping[str, str], home: Path, platform: str) -> Path:
    if platform == "darwin":
        return home / "Library" / "Application Support" / "Claude"
    if platform == "win32":
        return Path(environment.get("APPDATA", str(home / "AppData" / "Roaming"))) / "Claude"
    return Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "Claude"


def _settings(path: Path) -> dict[str, Any]:
    """Return the settings in a file, none where it is not there or is not what it should be."""
    try:
        if not path.is_file():
            return {}
        found = decoded(content_of(path).data)
    except (NotReadable, OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _member(value: Any, name: str) -> dict[str, Any]:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}
