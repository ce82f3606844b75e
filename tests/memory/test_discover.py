"""Where memory files are looked for: tools, projects, imports; and what is left alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from convledger.memory.discover import MOST_FILES, Discovery, discover


@pytest.fixture
def home(tmp_path: Path) -> Path:
    path = tmp_path / "home"
    path.mkdir()
    return path


def write(path: Path, text: str = "- a\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def found(home: Path, *projects: Path, **environment: str) -> Discovery:
    return discover(map(str, projects), environment, home, "linux")


def listed(home: Path, discovery: Discovery) -> set[tuple[str, str, str]]:
    return {
        (file.path.relative_to(home.resolve()).as_posix(), file.format, file.scope)
        for file in discovery.files
        if file.path.is_relative_to(home.resolve())
    }


def test_files_of_tools_and_projects_are_found_with_their_scope(home: Path) -> None:
    shop = home / "work" / "shop"
    for name in (
        ".claude/CLAUDE.md", ".codex/AGENTS.md", ".gemini/GEMINI.md", ".qwen/memories/MEMORY.md",
        "CLAUDE.md", "work/CLAUDE.md", "work/shop/CLAUDE.md", "work/shop/CLAUDE.local.md",
        "work/shop/.claude/rules/deep/a.md", "work/shop/.cursor/rules/b.mdc",
        "work/shop/.clinerules/c.md", "work/shop/AGENTS.md", "work/shop/README.md",
        "work/shop/.github/copilot-instructions.md", "work/shop/.windsurfrules",
    ):  # fmt: skip
        write(home / name)
    spelt = str(shop).replace("/", "-").replace("_", "-")
    write(home / ".claude" / "projects" / spelt / "memory" / "MEMORY.md")
    write(home / ".claude" / "projects" / "-gone" / "memory" / "oven.md")
    discovery = found(home, shop, home / "missing")

    assert discovery.told == []
    assert listed(home, discovery) == {
        (".claude/CLAUDE.md", "claude-md", ""),
        (".codex/AGENTS.md", "agents-md", ""),
        (".gemini/GEMINI.md", "gemini-md", ""),
        (".qwen/memories/MEMORY.md", "auto-memory", ""),
        ("CLAUDE.md", "claude-md", ""),
        ("work/CLAUDE.md", "claude-md", "project:shop"),
        ("work/shop/CLAUDE.md", "claude-md", "project:shop"),
        ("work/shop/CLAUDE.local.md", "claude-md", "project:shop"),
        ("work/shop/.claude/rules/deep/a.md", "claude-rules", "project:shop"),
        ("work/shop/.cursor/rules/b.mdc", "cursor", "project:shop"),
        ("work/shop/.clinerules/c.md", "cline", "project:shop"),
        ("work/shop/AGENTS.md", "agents-md", "project:shop"),
        ("work/shop/.github/copilot-instructions.md", "copilot", "project:shop"),
        ("work/shop/.windsurfrules", "windsurf", "project:shop"),
        (f".claude/projects/{spelt}/memory/MEMORY.md", "auto-memory", "project:shop"),
        (".claude/projects/-gone/memory/oven.md", "auto-memory", "project:-gone"),
    }


def test_variables_of_the_tools_lead_elsewhere(home: Path, tmp_path: Path) -> None:
    write(home / ".claude" / "CLAUDE.md")
    write(home / ".codex" / "AGENTS.md")
    claude = write(tmp_path / "c" / "CLAUDE.md")
    codex = write(tmp_path / "x" / "AGENTS.md")
    discovery = found(home, CLAUDE_CONFIG_DIR=str(claude.parent), CODEX_HOME=str(codex.parent))

    assert {file.path for file in discovery.files if tmp_path.resolve() in file.path.parents} == {
        claude.resolve(), codex.resolve()}  # fmt: skip


def test_projects_of_the_same_name_are_told_apart(home: Path) -> None:
    one, two = write(home / "a" / "app" / "AGENTS.md"), write(home / "b" / "app" / "AGENTS.md")
    discovery = found(home, one.parent, two.parent)
    assert {scope for *_, scope in listed(home, discovery)} == {"project:a/app", "project:b/app"}


def test_imports_are_followed_and_what_is_not_read_is_told(home: Path, tmp_path: Path) -> None:
    write(tmp_path / "secret.md")
    write(home / "p" / "docs" / "a.md", "@../CLAUDE.md @b.md\n`@no.md`\n```\n@no2.md\n```\n")
    write(home / "p" / "docs" / "b.md")
    write(home / "mine.md")
    write(home / "p" / "x.json", "{}")
    main = write(home / "p" / "CLAUDE.md",
                 "@docs/a.md, @~/mine.md\n@gone.md\n@../../secret.md\n@x.json\nmail@a.md\n"
                 "@docs/b.md\n")  # fmt: skip
    discovery = found(home, main.parent)

    assert {name for name, *_ in listed(home, discovery)} == {
        "p/CLAUDE.md", "p/docs/a.md", "p/docs/b.md", "mine.md"}  # fmt: skip
    assert [reason for _, reason in discovery.told] == [
        "line 1, @../CLAUDE.md: imports itself, cut here",
        "line 2, @gone.md: there is no such file",
        "line 3, @../../secret.md: outside of home and project, not read",
        "line 4, @x.json: no Markdown, not read as memory",
    ]
    by = {file.path.name: file.imported_by for file in discovery.files}
    assert by["a.md"] == main.resolve()


def test_imports_end_at_the_fifth(home: Path) -> None:
    for number in range(8):
        write(home / "p" / f"{number}.md", f"@{number + 1}.md\n")
    write(home / "p" / "CLAUDE.md", "@0.md\n")
    discovery = found(home, home / "p")

    assert len(discovery.files) == 6
    assert discovery.told[-1][1] == "line 1, @5.md: more than 5 imports deep, not read"


def test_links_lead_nowhere_else_and_a_file_is_found_once(home: Path, tmp_path: Path) -> None:
    outside = write(tmp_path / "outside.md")
    agents = write(home / "p" / "AGENTS.md")
    (home / "p" / "CLAUDE.md").symlink_to(agents)
    (home / "p" / "GEMINI.md").symlink_to(outside)
    (home / "p" / ".cursor").mkdir()
    (home / "p" / ".cursor" / "rules").mkdir()
    (home / "p" / ".cursor" / "rules" / "loop").symlink_to(home / "p")
    discovery = found(home, home / "p")

    assert listed(home, discovery) == {("p/AGENTS.md", "claude-md", "project:p")}
    assert [reason for _, reason in discovery.told] == [
        f"leads to {outside.resolve()}, outside of home and project"
    ]


def test_folders_without_end_are_cut(home: Path) -> None:
    for number in range(MOST_FILES + 3):
        write(home / "p" / ".cursor" / "rules" / f"{number}.mdc")
    discovery = found(home, home / "p")

    assert len(discovery.files) == MOST_FILES
    assert "more than 500 files" in discovery.told[0][1]


def test_files_of_memory_servers_are_found_where_their_settings_lead(home: Path) -> None:
    write(home / "a" / "graph.jsonl", "{}")
    write(home / "b" / "memory.jsonl", "{}")
    write(home / "basic-memory" / "deep" / "note.md")
    write(home / "notes" / "work.md")
    servers = {"memory": {"command": "npx", "env": {"MEMORY_FILE_PATH": "~/b/memory.jsonl"}}}
    write(home / ".claude.json", json.dumps({"mcpServers": servers}))
    write(
        home / ".basic-memory" / "config.json",
        json.dumps({"projects": {"work": {"path": str(home / "notes")}, "gone": "/no/such"}}),
    )
    discovery = found(home, MEMORY_FILE_PATH=str(home / "a" / "graph.jsonl"))

    assert listed(home, discovery) == {
        ("a/graph.jsonl", "mcp-memory", ""),
        ("b/memory.jsonl", "mcp-memory", ""),
        ("basic-memory/deep/note.md", "basic-memory", ""),
        ("notes/work.md", "basic-memory", "project:work"),
    }


@pytest.mark.parametrize(
    "settings", ["", "[]", "{", '{"mcpServers": 3}', '{"mcpServers": {"a": {"env": {}}}}', "\0"]
)
def test_settings_that_are_none_lead_nowhere(home: Path, settings: str) -> None:
    write(home / ".claude.json", settings)
    write(home / ".basic-memory" / "config.json", settings.replace("mcpServers", "projects"))
    assert found(home).files == []
