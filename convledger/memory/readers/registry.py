"""Every format of memory that is read, and which of them a file is."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from types import ModuleType

from convledger.errors import UsageProblem
from convledger.memory.readers import (
    agents_md,
    auto_memory,
    basic_memory,
    chatgpt,
    chatgpt_pasted,
    claude_md,
    claude_memories,
    claude_projects,
    claude_rules,
    cline,
    copilot,
    csv_rows,
    cursor,
    exported,
    gemini_md,
    mcp_memory,
    mem0,
    obsidian,
    windsurf,
)
from convledger.memory.readers.items import Item, Rejected

_MODULES = (
    claude_md, claude_rules, auto_memory, agents_md, gemini_md, cursor, copilot, windsurf, cline,
    claude_memories, claude_projects, chatgpt, chatgpt_pasted, basic_memory, mcp_memory, mem0,
    obsidian, csv_rows, exported,
)  # fmt: skip
FORMATS: dict[str, ModuleType] = {module.NAME: module for module in _MODULES}
# Written by tools or for them, where they lie: what changes in these is news.
WATCHED = frozenset(
    module.NAME
    for module in (claude_md, claude_rules, auto_memory, agents_md, gemini_md, cursor, copilot,
                   windsurf, cline, mcp_memory, basic_memory)
)  # fmt: skip
# What a tool sends along by itself; notes, exports and tables are read when somebody asks.
CARRIED = WATCHED - {mcp_memory.NAME, basic_memory.NAME}
# Their keys are ids, or names that a person gave; those of the others count.
WITH_IDS = frozenset(module.NAME for module in (mem0, claude_projects, chatgpt, csv_rows, exported))
_BY_NAME = {
    "claude.md": "claude-md",
    "claude.local.md": "claude-md",
    "agents.md": "agents-md",
    "agents.override.md": "agents-md",
    "gemini.md": "gemini-md",
    "qwen.md": "gemini-md",
    ".cursorrules": "cursor",
    "copilot-instructions.md": "copilot",
    ".windsurfrules": "windsurf",
    ".clinerules": "cline",
    "memories.json": "claude-memories",
    "projects.json": "claude-projects",
}
_BY_FOLDER = (
    ("/.claude/rules/", "claude-rules"),
    ("/.cursor/rules/", "cursor"),
    ("/.windsurf/rules/", "windsurf"),
    ("/.clinerules/", "cline"),
    ("/.github/instructions/", "copilot"),
)
# Hidden folders that hold such files: an import of what is above looks into no others.
RULE_FOLDERS = frozenset(part.split("/")[1] for part, _ in _BY_FOLDER)
_LOOKED_AT = 65536
SUFFIXES = (".md", ".mdc", ".markdown", ".jsonl", ".json", ".csv", ".tsv")
_PASSED = frozenset(("node_modules", "__macosx"))


def read(content: bytes, path: str, format_name: str) -> Iterator[Item | Rejected]:
    """Yield the items of a file in a format. Raises UsageProblem where there is no such format."""
    reader = FORMATS[known_format(format_name)].read
    found: Iterator[Item | Rejected] = reader(content, path)
    return found


def known_format(name: str) -> str:
    """Return a format's name. Raises UsageProblem with the nearest where there is none."""
    if name in FORMATS:
        return name
    near = get_close_matches(name, FORMATS, 1)
    meant = f", did you mean {near[0]}?" if near else ":"
    raise UsageProblem(f"{name!r:.40} is no memory format{meant} {', '.join(FORMATS)}")


def may_be_memory(relative: str) -> bool:
    """Tell whether a file below a folder, or in an archive, is one to look into, by its name.

    What tools hide is none, but for the folders in which they keep rules.
    """
    folded = f"/{relative.replace(chr(92), '/').casefold()}"
    *folders, name = folded.split("/")
    if name in _BY_NAME or any(part in folded for part, _ in _BY_FOLDER):
        return not _PASSED.intersection(folders)
    is_hidden = any(each.startswith(".") for each in (*folders, name))
    return name.endswith(SUFFIXES) and not is_hidden and not _PASSED.intersection(folders)


def format_of(path: str, content: bytes = b"") -> str | None:
    """Return which format a file is by its path, and where that is not enough by its content."""
    slashed = path.replace("\\", "/")
    name = slashed.rsplit("/", 1)[-1].casefold()
    if name in _BY_NAME:
        return _BY_NAME[name]
    folded = f"/{slashed.casefold()}"
    for part, found in _BY_FOLDER:
        if part in folded and name.endswith((".md", ".mdc", ".txt")):
            return found
    if name.endswith(".mdc"):
        return "cursor"
    if name == "memory.md" or ("/memory/" in folded and "/projects/" in folded):
        return "auto-memory" if name.endswith(".md") else None
    if name.endswith((".csv", ".tsv")):
        return "csv"
    head = content[:_LOOKED_AT]
    if exported.is_export(head):
        return exported.NAME
    if name.endswith((".json", ".jsonl")) or head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in b"{[":
        found_format = _json_format(name, head)
        if found_format is not None or name.endswith((".json", ".jsonl")):
            return found_format
    if name.endswith((".md", ".markdown")):
        return _note_format(head)
    return None


def _json_format(name: str, head: bytes) -> str | None:
    if b'"observations"' in head or b'"relationType"' in head or b'"entityType"' in head:
        return "mcp-memory"
    if b'"conversations_memory"' in head or b'"project_memories"' in head:
        return "claude-memories"
    if b'"memory"' in head and (b'"id"' in head or b'"results"' in head):
        return "mem0"
    if b'"prompt_template"' in head or (b'"docs"' in head and b'"filename"' in head):
        return "claude-projects"
    if b'"mapping"' in head or name.startswith("conversations"):
        return "chatgpt" if b'"chat_messages"' not in head else None
    return "mcp-memory" if name.startswith("memory.json") else None


def _note_format(head: bytes) -> str:
    """Return which kind of note Markdown is: basic-memory has a permalink, or categories."""
    lines = head.replace(b"\r\n", b"\n").split(b"\n")
    if lines[0].lstrip(b"\xef\xbb\xbf").rstrip() == b"---":
        for line in lines[1:100]:
            if line.rstrip() == b"---":
                break
            if line.startswith(b"permalink:"):
                return "basic-memory"
    return "obsidian"
