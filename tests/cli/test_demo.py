"""`demo` leaves no trace; `help` and `completion` say what is true."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from pathlib import Path

import pytest

from convledger.cli.commands import COMMANDS
from convledger.manual import ORDER, page_text, topics
from tests.cli.conftest import Cli

README = Path(__file__).resolve().parents[2] / "README.md"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point temporary files into a folder that the test can look into."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_demo_shows_clients_and_leaves_no_trace(
    cli: Cli, own_home: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVLEDGER_WORKSPACE", str(own_home / "mine"))
    before = dict(os.environ)

    answer = cli("demo")

    assert answer.code == 0
    assert "northwind-bakery" in answer.out
    assert "convledger demo -- report" in answer.out
    assert list(temporary.iterdir()) == []
    assert list(own_home.iterdir()) == []
    assert dict(os.environ) == before


def test_any_command_runs_on_the_demo(cli: Cli, own_home: Path, temporary: Path) -> None:
    document = cli("demo", "--", "report", "--by", "client", "--json").json
    without_dashes = cli("demo", "status")

    assert {row["client"] for row in document["rows"]} > {"northwind-bakery", "harbour-law"}
    assert without_dashes.out.startswith("$")
    assert " · credits " in without_dashes.out
    assert cli("demo", "--", "reprot").code == 2
    assert list(temporary.iterdir()) == list(own_home.iterdir()) == []


def test_demo_never_looks_at_the_users_logs(
    cli: Cli, history: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(history / ".claude"))
    monkeypatch.setenv("CODEX_HOME", str(history / ".codex"))
    roots = cli("demo", "--", "sources", "--json").json["sources"]

    assert len(roots) == 2
    assert all(str(temporary) in source["root"] for source in roots)


def test_an_interrupted_demo_leaves_no_trace(
    cli: Cli, own_home: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("convledger.ledger.Ledger.sync", interrupt)

    assert cli("demo").code == 130
    assert list(temporary.iterdir()) == list(own_home.iterdir()) == []


def test_a_kept_demo_says_how_to_use_it(cli: Cli, temporary: Path) -> None:
    answer = cli("demo", "--keep")

    (folder,) = temporary.iterdir()
    assert f"HOME='{folder / 'home'}' convledger --workspace '{folder / 'workspace'}'" in answer.out
    assert (folder / "workspace" / "ledger.db").is_file()


def test_help_lists_every_page(cli: Cli) -> None:
    listed = cli("help").out

    assert topics() == list(ORDER)
    for topic in topics():
        assert f"\n  {topic}" in listed
        page = cli("help", topic)
        assert page.code == 0
        assert "**" not in page.out
        assert "```" not in page.out
    assert cli("help", "show").out.startswith("Usage: convledger show")
    wrong = cli("help", "pirces")
    assert wrong.code == 2
    assert "did you mean prices?" in wrong.err


def _command_lines() -> list[str]:
    """Return every command line that the pages and the README show."""
    found: set[str] = set()
    pages = [page_text(topic) for topic in topics()]
    if README.exists():
        pages.append(README.read_text("utf-8"))
    for page in pages:
        found.update(re.findall(r"(?:^ {4}|`|bin/)convledger ([^`\n]+)", page, re.MULTILINE))
    return sorted(found)


@pytest.mark.parametrize("line", _command_lines())
def test_every_command_that_the_pages_show_exists(cli: Cli, line: str) -> None:
    words = re.split(r"\s{2,}|[<>|&]", line)[0].split()
    if words[0] == "--workspace":
        words = words[2:]
    while words[:2] == ["demo", "--"]:
        words = words[2:]
    assert words[0] in COMMANDS or words[0].startswith("--") or words[0].isupper()
    if words[0] in COMMANDS:
        usage = cli("help", words[0]).out if words[0] not in topics() else cli(words[0], "-h").out
        usage += cli("prices", "list", "-h").out if words[0] == "prices" else ""
        if len(words) > 1 and not words[1].startswith("-"):  # it may be one of a group
            usage += cli(*words[:2], "-h").out
        if len(words) > 2 and not words[2].startswith("-"):  # or of a group in one
            usage += cli(*words[:3], "-h").out
        for word in words[1:]:
            if word.startswith("--") and len(word) > 2:
                assert word.partition("=")[0] in usage, word


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_are_printed(cli: Cli, shell: str) -> None:
    answer = cli("completion", shell)

    assert answer.code == 0
    assert "_CONVLEDGER_COMPLETE" in answer.out


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("convledger re", "report"),
        ("convledger report --by day,pro", "day,project"),
        ("convledger report --source cl", "claude-code"),
        ("convledger show 5d0c", "5d0caad8-6dbe-40d4-aad6-a9b4e8fa2556"),
        ("convledger help pri", "prices"),
    ],
)
def test_words_are_completed(
    other: Cli, monkeypatch: pytest.MonkeyPatch, typed: str, wanted: str
) -> None:
    from convledger.cli import recent

    monkeypatch.setattr(recent, "DAYS", 36_500)
    from click.shell_completion import BashComplete

    from convledger.cli.app import COMPLETE, PROGRAM, cli

    monkeypatch.setenv("COMP_WORDS", typed)
    monkeypatch.setenv("COMP_CWORD", str(len(typed.split()) - 1))

    found = BashComplete(cli, {}, PROGRAM, COMPLETE).complete()

    assert f"plain,{wanted}" in found.splitlines()


def test_completion_through_the_program(tmp_path: Path) -> None:
    import sys

    environment = os.environ | {
        "_CONVLEDGER_COMPLETE": "bash_complete",
        "COMP_WORDS": "convledger sta",
        "COMP_CWORD": "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "convledger"],
        capture_output=True,
        text=True,
        env=environment,
        cwd=README.parent,
        check=False,
    )
    assert done.stdout.strip() == "plain,status"
