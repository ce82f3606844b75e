"""No command prints a secret of memory in full unless that was asked for."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Cli

CORE = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
SECRET = "gh" + "p_" + CORE
OTHER = "gh" + "p_" + CORE[::-1]
LISTS = (
    ("memory",), ("memory", "--json"), ("memory", "--csv"), ("memory", "--all"),
    ("memory", "show", "1"), ("memory", "show", "1", "--json"), ("memory", "show", "1", "--diff"),
    ("memory", "search", "token"), ("memory", "search", "token", "--json"),
    ("memory", "review"), ("memory", "review", "--json"), ("memory", "history"),
    ("memory", "history", "--json"), ("memory", "findings"), ("memory", "findings", "--json"),
    ("memory", "pairs"), ("memory", "pairs", "--json"), ("memory", "pairs", "--all"),
    ("memory", "hygiene"), ("memory", "lint"), ("memory", "lint", "--json"),
    ("memory", "feed"), ("memory", "feed", "--json"), ("memory", "write", "--dry-run"),
    ("memory", "import", "--dry-run"), ("memory", "prune", "--where", "age<1", "--dry-run"),
    ("memory", "redact", "1", "--dry-run"), ("memory", "redact", "1", "--dry-run", "--json"),
    ("memory", "archive", "1"), ("memory", "restore", "1"), ("memory", "confirm", "1"),
    ("memory", "merge", "1", "2", "--dry-run"), ("memory", "show", SECRET[:20]),
    ("memory", "edit", "77", "--body", SECRET), ("memory", "undo"), ("memory", "undo"),
    ("pack",), ("pack", "new", "work"), ("pack", "show", "work"),
    ("pack", "show", "work", "--json"),
    ("pack", "render", "work"), ("pack", "render", "work", "--format", "json"),
    ("erase", "entry", "1", "--dry-run"), ("erase", "entry", "1", "--dry-run", "--json"),
    ("memory", "redact", "1", "--yes"), ("erase", "--status"),
)  # fmt: skip


def test_no_command_prints_a_secret_unasked(cli: Cli, own_home: Path) -> None:
    folder = own_home / ".claude"
    folder.mkdir()
    (folder / "CLAUDE.md").write_text(f"- The token is {OTHER}, from the file.\n", "utf-8")
    added = (
        ("memory", "add", f"The deploy token is {SECRET}", "--tag", SECRET),
        ("memory", "add", f"The deploy token is {OTHER}, since then", "--title", f"T {OTHER}"),
        ("memory", "edit", "1", "--body", f"The token is {SECRET}, still"),
        ("memory", "import"),
    )
    for words in (*added, *LISTS):
        answer = cli(*words)
        assert answer.code == 0 or words not in added
        for secret in (SECRET, OTHER):
            assert secret not in answer.out + answer.err, words
