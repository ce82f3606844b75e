"""A command line to call, and homes with logs to call it on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from convledger import clock, paths
from convledger.__main__ import _run
from convledger.cli import chosen
from convledger.cli.outcome import finished
from tests.workspaces import move_logs

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


@dataclass(frozen=True)
class Answer:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The output as JSON."""
        return json.loads(self.out)


Cli = Callable[..., Answer]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """Return a function that runs a command line in this process."""

    def call(*arguments: str) -> Answer:
        capsys.readouterr()
        try:
            code = finished(lambda: _run(list(arguments)))
        finally:
            chosen.choose(None)
        return Answer(code, *capsys.readouterr())

    return call


@pytest.fixture
def history(own_home: Path) -> Path:
    """Put the fixtures' invented logs into the test's home; they end on 2026-11-20."""
    shutil.copytree(FIXTURES / "home", own_home, dirs_exist_ok=True)
    return own_home


@pytest.fixture(scope="session")
def expected() -> Any:
    """Return what the fixtures' logs add up to."""
    return json.loads((FIXTURES / "expected.json").read_text("utf-8"))


@pytest.fixture(scope="session")
def read_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for what `import` makes of the invented logs, for the tests after it."""
    return tmp_path_factory.mktemp("read")


@pytest.fixture
def other(cli: Cli, history: Path, read_once: Path) -> Cli:
    """Return the command line over a workspace that has read the invented logs."""
    workspace = paths.default_workspace()
    home, books = read_once / "home", read_once / "books"
    if not home.exists():
        assert cli("import").code == 0
        shutil.copytree(workspace, books)
        home.write_text(str(history))
    else:
        shutil.copytree(books, workspace)
        move_logs(workspace, Path(home.read_text()), history)
    return cli


@pytest.fixture
def on_the_20th(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be the last day of the invented history."""
    from tests.cli.plans import NOW

    monkeypatch.setattr(clock, "now_us", lambda: NOW)
    monkeypatch.setattr("time.time", lambda: NOW / 10**6)


@pytest.fixture
def studio(other: Cli, tmp_path: Path) -> Cli:
    """Return the command line over the invented history, the example in force from October on."""
    from tests.cli.plans import in_use

    in_use(other, tmp_path)
    return other
