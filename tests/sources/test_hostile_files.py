"""No file of any source, however spoilt, takes more than it may, or brings an import down."""

from __future__ import annotations

import os
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from convledger.__main__ import _run
from convledger.cli.outcome import finished
from convledger.sources.registry import PLACES
from convledger.text.tokens import count_tokens
from tests.confined import confined
from tests.hostile import unsafe_in
from tests.sources.hostile_files import samples, spoil_all
from tests.workspaces import empty_workspace

SHOWN = (
    ("report", "--by", "conversation", "--all", "--no-sync"),
    ("report", "--by", "model,project", "--csv", "--no-sync"),
    ("sources", "--rejected", "--no-sync"),
    ("sources", "--unpriced", "--no-sync"),
    ("search", "a", "--limit", "50", "--no-sync"),
)


@pytest.mark.parametrize("source", PLACES)
def test_spoilt_files_are_read_or_set_aside(source: str, tmp_path: Path) -> None:
    assert list(samples(source)), "put a sample of the source into fixtures/sources"
    root = tmp_path / "spoilt"
    assert spoil_all(source, root) >= 20

    def act() -> tuple[list[str], list[str]]:
        with empty_workspace(tmp_path / "books") as ledger:
            ledger.import_paths([root], source)
            problems = [str(each) for each in ledger.check(deep=True)]
        os.environ["CONVLEDGER_WORKSPACE"] = str(tmp_path / "books")
        shown = StringIO()
        with redirect_stdout(shown), redirect_stderr(shown):
            for command in SHOWN:
                assert finished(lambda command=command: _run(list(command))) in (0, 1), command  # type: ignore[misc]
        return problems, unsafe_in(shown.getvalue())

    count_tokens("what is loaded now is no matter of limits")
    assert confined(act) == ([], [])
