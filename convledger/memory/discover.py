"""Which memory files there are on this machine: of tools, of projects, and what those import."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from convledger.memory.opening import NotReadable, content_of
from convledger.memory.readers.imports import imports_in
from convledger.memory.readers.items import Rejected
from convledger.memory.readers.registry import format_of
from convledger.memory.readers.texts import lines_of
from convledger.memory.stores import basic_memories, mcp_memories
from convledger.memory.words import EVERYWHERE, PROJECT
from convledger.sources import claude_code, codex

MOST_PROJECTS, MOST_FILES, DEEPEST = 2000, 500, 8
IMPORTS_DEEP = 5
_IN_PROJECT = (
    ("CLAUDE.md", "claude-md"),
    ("CLAUDE.local.md", "claude-md"),
    (".claude/CLAUDE.md", "claude-md"),
    ("AGENTS.md", "agents-md"),
    ("GEMINI.md", "gemini-md"),
    ("QWEN.md", "gemini-md"),
    (".cursorrules", "cursor"),
    (".github/copilot-instructions.md", "copilot"),
    (".windsurfrules", "windsurf"),
    (".clinerules", "cline"),
)
_FOLDERS = (
    (".claude/rules", (".md",), "claude-rules"),
    (".cursor/rules", (".mdc",), "cursor"),
    (".windsurf/rules", (".md",), "windsurf"),
    (".clinerules", (".md", ".txt"), "cline"),
)
_IMPORTING = ("claude-md", "gemini-md")
_READABLE = (".md", ".markdown", ".mdc", ".txt", "")


@dataclass(frozen=True, slots=True)
class MemoryFile:
    """A memory file on this machine; `imported_by` is the file that names it."""

    path: Path
    format: str
    scope: str = EVERYWHERE
    imported_by: Path | None = None


@dataclass(slots=True)
class Discovery:
    """The files that were found, and what was left alone: (file, reason)."""

    files: list[MemoryFile] = field(default_factory=list)
    told: list[tuple[Path, str]] = field(default_factory=list)


def known_projects(connection: sqlite3.Connection) -> list[str]:
    """Return the folders that conversations were held in, the latest first."""
    rows = connection.execute(
        "SELECT project FROM conversation WHERE project!='' GROUP BY project "
        "ORDER BY max(coalesce(last_at, 0)) DESC, project LIMIT ?",
        (MOST_PROJECTS,),
    )
    return [str(project) for (project,) in rows]


def discover(
    projects: Iterable[str], environment: Mapping[str, str], home: Path, platform: str
) -> Discovery:
    """Return the memory files of the tools on this machine and of projects that are folders."""
    search = _Search(home, _real(home))
    folders = [Path(each) for each in projects if os.path.isabs(each)]  # noqa: PTH117
    search.folders = [each for each in folders if _is_folder(each)][:MOST_PROJECTS]
    search.names = _names(search.folders)
    for folder, name in search.names.items():
        for above in (folder, *folder.parents):
            search.below_of.setdefault(above, set()).add(name)
    for path, found in _of_tools(environment, home, platform):
        search.add(path, found, EVERYWHERE, home)
    for base in _claude_folders(environment, home, platform):
        for path in search.below(base / "rules", (".md",)):
            search.add(path, "claude-rules", EVERYWHERE, base)
        search.auto_memories(base / "projects", base)
    for name in (".qwen",):
        search.auto_memories(home / name / "projects", home)
    for folder in search.folders:
        search.project(folder)
    search.stores(environment, platform)
    return search.found


def _of_tools(
    environment: Mapping[str, str], home: Path, platform: str
) -> Iterator[tuple[Path, str]]:
    """Yield the files that each tool reads for everything, whether or not they are there."""
    managed = {
        "darwin": Path("/Library/Application Support/ClaudeCode/CLAUDE.md"),
        "win32": Path("C:/Program Files/ClaudeCode/CLAUDE.md"),
    }.get(platform, Path("/etc/claude-code/CLAUDE.md"))
    yield managed, "claude-md"
    for base in _claude_folders(environment, home, platform):
        yield base / "CLAUDE.md", "claude-md"
    for base in codex.roots(environment, home, platform):
        yield base / "AGENTS.md", "agents-md"
        yield base / "AGENTS.override.md", "agents-md"
    yield home / ".gemini" / "GEMINI.md", "gemini-md"
    yield home / ".qwen" / "QWEN.md", "gemini-md"
    yield home / ".qwen" / "memories" / "MEMORY.md", "auto-memory"
    yield home / ".codeium" / "windsurf" / "memories" / "global_rules.md", "windsurf"


def _claude_folders(environment: Mapping[str, str], home: Path, platform: str) -> list[Path]:
    roots = claude_code.roots(environment, home, platform)
    return [root.parent for root in roots if root.name == "projects"]


def _names(folders: Iterable[Path]) -> dict[Path, str]:
    """Return a short name for each folder: its own, with the one above where two have the same."""
    listed = list(folders)
    count: dict[str, int] = {}
    for folder in listed:
        count[folder.name] = count.get(folder.name, 0) + 1
    return {
        folder: folder.name if count[folder.name] == 1 else "/".join(folder.parts[-2:])
        for folder in listed
    }


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


@dataclass(slots=True)
class _Search:
    """A search that goes on: what was found, and the real files that were seen."""

    home: Path
    real_home: Path
    folders: list[Path] = field(default_factory=list)
    names: dict[Path, str] = field(default_factory=dict)
    below_of: dict[Path, set[str]] = field(default_factory=dict)  # names of projects below a folder
    looked_above: set[Path] = field(default_factory=set)
    seen: set[Path] = field(default_factory=set)
    found: Discovery = field(default_factory=Discovery)

    def project(self, folder: Path) -> None:
        """Look for the files of a project, in its folder and in those above it up to home."""
        scope = EVERYWHERE if folder == self.home else f"{PROJECT}{self.names[folder]}"
        for name, found in _IN_PROJECT:
            self.add(folder / name, found, scope, folder)
        for name, endings, found in _FOLDERS:
            for path in self.below(folder / name, endings):
                self.add(path, found, scope, folder)
        if self.home in folder.parents:
            for parent in folder.parents:
                if parent in self.looked_above:
                    break
                self.looked_above.add(parent)
                for name, found in (("CLAUDE.md", "claude-md"), ("CLAUDE.local.md", "claude-md")):
                    self.add(parent / name, found, self._scope_above(parent), parent)
                if parent == self.home:
                    break

    def _scope_above(self, parent: Path) -> str:
        """Return the scope of a file above projects: the one project's, else everywhere."""
        names = self.below_of.get(parent, set())
        is_one = len(names) == 1 and parent != self.home
        return f"{PROJECT}{min(names)}" if is_one else EVERYWHERE

    def auto_memories(self, projects: Path, within: Path) -> None:
        """Look for what Claude Code notes of each project; its folder's name is the path, spelt."""
        spelt = {_spelt(folder): name for folder, name in self.names.items()}
        for folder in _folders_in(projects):
            scope = f"{PROJECT}{spelt.get(folder.name, folder.name)}"
            for path in self.below(folder / "memory", (".md",)):
                self.add(path, "auto-memory", scope, within)

    def stores(self, environment: Mapping[str, str], platform: str) -> None:
        """Look for what memory servers keep, where their settings lead: that may be anywhere."""
        for path in mcp_memories(environment, self.home, platform):
            self.add(path, "mcp-memory", EVERYWHERE, path.parent)
        for name, folder in basic_memories(environment, self.home):
            if _is_folder(folder):
                scope = f"{PROJECT}{name}" if name else EVERYWHERE
                for path in self.below(folder, (".md",)):
                    self.add(path, "basic-memory", scope, folder)

    def below(self, folder: Path, endings: tuple[str, ...]) -> Iterator[Path]:
        """Yield the files of some endings below a folder, in order; links to folders are left."""
        waiting, count = [(folder, DEEPEST)], 0
        while waiting:
            current, deep = waiting.pop()
            try:
                with os.scandir(current) as entries:
                    listed = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                if not isinstance(error, FileNotFoundError | NotADirectoryError):
                    self.found.told.append((current, error.strerror or str(error)))
                continue
            below = []
            for entry in listed:
                if entry.is_dir(follow_symlinks=False):
                    below.append((Path(entry.path), deep - 1))
                elif entry.name.casefold().endswith(endings):
                    count += 1
                    if count > MOST_FILES:
                        reason = f"more than {MOST_FILES} files, the rest left alone"
                        self.found.told.append((folder, reason))
                        return
                    yield Path(entry.path)
            if deep:
                waiting += reversed(below)

    def add(self, path: Path, found: str, scope: str, within: Path) -> None:
        """Add a file that is there, with what it imports; `within` is where it may lead to."""
        try:
            if not path.is_file():
                return
        except (OSError, ValueError) as error:
            self.found.told.append((path, str(error)))
            return
        real = _real(path)
        is_link = real.name != path.name or real.parent != _real(path.parent)
        if is_link and not self._is_within(real, within):
            self.found.told.append((path, f"leads to {real}, outside of home and project"))
            return
        if real in self.seen:
            return
        self.seen.add(real)
        self.found.files.append(MemoryFile(real, found, scope))
        if found in _IMPORTING:
            self._follow(real, scope, within, (real,))

    def _is_within(self, real: Path, within: Path) -> bool:
        return real.is_relative_to(self.real_home) or real.is_relative_to(_real(within))

    def _follow(self, path: Path, scope: str, within: Path, chain: tuple[Path, ...]) -> None:
        try:
            text = lines_of(content_of(path).data)
        except NotReadable as error:
            self.found.told.append((path, str(error)))
            return
        if isinstance(text, Rejected):
            return
        for number, name in imports_in(text.lines):
            reason = self._import(path, name, scope, within, chain)
            if reason:
                self.found.told.append((path, f"line {number}, @{name}: {reason}"))

    def _import(
        self, path: Path, name: str, scope: str, within: Path, chain: tuple[Path, ...]
    ) -> str:
        """Add a file that another imports; return why it was left, "" where it wasn't."""
        target = self.home / name[2:] if name.startswith("~/") else path.parent / name
        try:
            real = _real(target)
            if not self._is_within(real, within):
                return "outside of home and project, not read"
            if not real.is_file():
                return "there is no such file"
        except (OSError, ValueError) as error:
            return str(error)
        if real in chain:
            return "imports itself, cut here"
        if len(chain) > IMPORTS_DEEP:
            return f"more than {IMPORTS_DEEP} imports deep, not read"
        if real.suffix.casefold() not in _READABLE:
            return "no Markdown, not read as memory"
        if real in self.seen:
            return ""
        self.seen.add(real)
        found = format_of(str(real)) or "claude-md"
        found = "claude-md" if found in ("obsidian", "basic-memory") else found
        self.found.files.append(MemoryFile(real, found, scope, imported_by=path))
        self._follow(real, scope, within, (*chain, real))
        return ""


def _folders_in(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return sorted(Path(each.path) for each in entries if each.is_dir(follow_symlinks=False))
    except OSError:
        return []


def _spelt(folder: Path) -> str:
    return re.sub(r"[^A-Za-z0-9]", "-", str(folder))
