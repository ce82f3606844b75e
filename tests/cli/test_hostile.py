"""Nothing that a log says can act on the terminal, whichever command shows it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.hostile import HOSTILE, unsafe_in
from tests.hostile_home import TEXTS, make_hostile_home


@pytest.fixture
def hostile(cli: Cli, own_home: Path) -> Cli:
    """Return the command line over a home in which every string is hostile."""
    make_hostile_home(own_home)
    return cli


def test_no_command_lets_anything_through(hostile: Cli, tmp_path: Path) -> None:
    assert unsafe_in(hostile("import").out) == []
    report = hostile("report", "--by", "conversation", "--json").json
    assert report["total"]["calls"] >= 2 * len(TEXTS) - 10
    workspace = Path(os.environ["HOME"]) / ".local" / "share" / "convledger"
    commands: list[tuple[str, ...]] = [
        (),
        ("report", "--all"),
        *(
            ("report", "--by", by, *form)
            for by in ("model", "project", "conversation", "provider,source")
            for form in ((), ("--json",), ("--csv",), ("--all",))
        ),
        *(("search", "needle", "--limit", "500", *form) for form in ((), ("--json",))),
        *(
            ("sources", what, *form)
            for what in ("--files", "--rejected", "--unpriced", "--no-sync")
            for form in ((), ("--json",), ("--csv",))
        ),
        ("status",),
        ("check", "--deep"),
        ("export",),
        ("export", "--format", "md"),
        ("export", "--format", "md", "--output", str(tmp_path / "pages")),
        ("prices",),
        ("prices", "runs"),
        *(
            ("simulate", *words, "--since", "2020-01-01", *form)
            for words in (("--to", "gpt-5"), ("--context", "reset=1turn"))
            for form in (("--all",), ("--json",), ("--csv",))
        ),
        ("label", "--project", "*", "--client", "all of them"),
    ]
    for row in report["rows"]:
        name = row["conversation"]
        commands += [("show", name, "--no-sync"), ("show", name, "--no-sync", "--all", "--calls")]
    commands += [("why", row["conversation"]) for row in report["rows"][::7]]
    for command in commands:
        answer = hostile(*command)
        assert answer.code in (0, 1), command
        assert unsafe_in(answer.out) == [], command
        assert unsafe_in(answer.err) == [], command
        if "--json" in command:
            assert answer.json["schema"] == 1
    pages = sorted((tmp_path / "pages").iterdir())
    assert len(pages) >= len(TEXTS)
    for page in pages:
        assert unsafe_in(page.read_bytes()) == []
        assert page.name.isascii()
    assert workspace.is_dir()


@pytest.mark.parametrize("name", [name for name, text in HOSTILE.items() if "\0" not in text])
def test_no_message_lets_an_argument_through(cli: Cli, name: str) -> None:
    text = HOSTILE[name][:300]
    for command in (
        ("report", "--by", text),
        ("report", "--since", text),
        ("report", "--tz", text),
        ("show", text),
        ("why", text),
        ("help", text),
        ("import", text),
        ("sources", text),
        ("economics", "--no-sync", "--by", text),
        ("economics", "--no-sync", "--behind", text),
        ("economics", "--no-sync", "--currency", text),
        ("economics", "--no-sync", "--outliers", text),
        (text,),
    ):
        answer = cli(*command)
        assert answer.code in (1, 2) or not text.strip(), command
        assert unsafe_in(answer.err) == [], command
        assert unsafe_in(answer.out) == [], command
