"""Start-up: what is imported when, the way to each command, and how a run ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from convledger import __version__
from convledger.cli.commands import COMMANDS
from tests.cli.conftest import Cli

SLOW = {"textual", "sqlmodel", "sqlalchemy", "watchdog", "platformdirs", "zstandard", "msgspec"}
ROOT = Path(__file__).resolve().parents[2]


def modules_after(*arguments: str) -> set[str]:
    """Return the names of all modules that a command imports, in a process of its own."""
    program = (
        "import sys\n"
        "from convledger.__main__ import main\n"
        "try:\n    main()\nfinally:\n    sys.stderr.write('\\n'.join(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        check=True,
    )
    return set(done.stderr.split())


def test_status_imports_no_command_line_parser(cli: Cli, tmp_path: Path) -> None:
    cli("--workspace", str(tmp_path), "import")

    found = modules_after("--workspace", str(tmp_path), "status")

    assert "sqlite3" in found
    assert not found & (SLOW | {"click", "dataclasses", "inspect", "json"})


def test_help_imports_no_command() -> None:
    found = modules_after("--help")

    commands = {f"convledger.cli.{entry.module}" for entry in COMMANDS.values()}
    assert not found & (SLOW | commands | {"sqlite3", "json", "convledger.ledger"})


def test_importing_every_command_imports_nothing_slow() -> None:
    modules = sorted({f"convledger.cli.{entry.module}" for entry in COMMANDS.values()})
    program = f"import sys, {', '.join(modules)}\nprint('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True
    )

    assert not set(done.stdout.split()) & SLOW


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(cli: Cli, name: str) -> None:
    answer = cli(name, "--help")

    assert answer.code == 0
    assert answer.out.startswith(f"Usage: convledger {name}")


def test_the_short_help_of_the_table_is_that_of_the_command() -> None:
    from convledger.cli.app import cli as top

    with top.make_context("convledger", ["report"]) as ctx:
        for name, entry in COMMANDS.items():
            command = top.get_command(ctx, name)
            assert command is not None
            assert command.name == name
            assert command.short_help == entry.help


def test_the_version_is_printed(cli: Cli) -> None:
    assert cli("--version").out == f"convledger {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("reprot",), "did you mean report?"),
        (("show",), "CONVERSATION"),
        (("report", "--bye", "day"), "--by"),
        (("search", "x", "--limit", "many"), "many"),
        (("completion", "bsh"), "bash"),
        (("label", "--client", "x"), "--project"),
        (("export", "--format", "pdf"), "jsonl"),
    ],
)
def test_wrong_use_ends_with_2_and_a_hint(cli: Cli, arguments: tuple[str, ...], hint: str) -> None:
    answer = cli(*arguments)

    assert answer.code == 2
    assert answer.out == ""
    assert answer.err.startswith("convledger: ")
    assert hint in answer.err


def test_no_logs_are_told_in_words(cli: Cli, own_home: Path) -> None:
    for arguments in ((), ("import",), ("sources",)):
        answer = cli(*arguments)

        assert answer.code == 0
        assert answer.err == ""
        assert str(own_home / ".claude" / "projects") in answer.out
        assert str(own_home / ".codex") in answer.out
        assert "convledger demo" in answer.out
        assert "convledger import PATH" in answer.out


def test_alone_it_prints_30_days_and_then_stores_what_was_said(
    cli: Cli, history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convledger.clock.now_us", lambda: 1_795_185_120_000_000)  # 2026-11-20

    answer = cli()

    assert answer.code == 0
    assert answer.out.startswith("The last 30 days\n\nday ")
    days = [line.split()[0] for line in answer.out.splitlines() if line.startswith("2026-")]
    assert days[0] >= "2026-10-22"
    assert cli("search", "allergens", "--no-sync").code == 0


def test_a_ledger_that_is_none_is_left_alone(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_text("a diary, not a ledger" * 100)

    for arguments in (("report",), ("status",), ("check",)):
        answer = cli("--workspace", str(tmp_path), *arguments)

        assert answer.code == 1
        assert answer.out == ""
        assert answer.err.count("\n") == 1
        assert str(tmp_path / "ledger.db") in answer.err
    assert (tmp_path / "ledger.db").read_text().startswith("a diary")


def test_a_workspace_that_is_a_file_is_refused(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "books").write_text("")

    answer = cli("--workspace", str(tmp_path / "books"), "report")

    assert answer.code == 1
    assert "books" in answer.err


@pytest.mark.skipif(os.name == "nt", reason="pipes differ")
def test_a_reader_that_leaves_is_no_error(cli: Cli, history: Path) -> None:
    cli("import")
    command = f"'{sys.executable}' -m convledger export | head -c 10"

    done = subprocess.run(["sh", "-c", command], capture_output=True, cwd=ROOT, check=False)

    assert len(done.stdout) == 10
    assert done.stderr == b""


def test_a_terminal_that_knows_only_ascii_is_no_failure(other: Cli) -> None:
    environment = os.environ | {"PYTHONIOENCODING": "ascii:strict"}

    for arguments in (("report",), ("show", "efb6440c"), ("search", "allergens"), ("status",)):
        done = subprocess.run(
            [sys.executable, "-m", "convledger", *arguments],
            capture_output=True,
            cwd=ROOT,
            env=environment,
            check=True,
        )
        assert done.stdout.isascii()
        assert b"Error" not in done.stderr
    done = subprocess.run(
        [sys.executable, "-m", "convledger", "search", "für", "--json"],
        capture_output=True,
        cwd=ROOT,
        env=environment | {"PYTHONUTF8": "1"},
        check=False,
    )
    assert json.loads(done.stdout)["query"] == "für"


def test_interrupting_ends_with_130(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("convledger.ledger.Ledger.sync", interrupt)

    assert cli("report").code == 130


def test_the_app_is_there_before_what_only_some_screens_need() -> None:
    program = "import sys, convledger.tui.app\nprint('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True
    )

    found = set(done.stdout.split())
    assert "textual" in found
    assert not found & {"msgspec", "re2", "sqlmodel", "tiktoken", "convledger.memory.listing"}
