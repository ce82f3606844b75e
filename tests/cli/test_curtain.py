"""What stands on the terminal while the app is loaded, and after it could not be."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from convledger.cli import opening
from convledger.cli.curtain import curtain


def test_says_where_one_is_on_the_screen_that_the_app_takes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with curtain(Path("/books/bakery")):
        shown = capsys.readouterr().out

    assert shown.startswith("\x1b[?1049h")
    assert "convledger" in shown
    assert "bakery ›" in shown
    assert capsys.readouterr().out == ""


def test_leaves_the_terminal_as_it_was_where_no_app_comes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail() -> None:
        with curtain(Path("/books/bakery")):
            raise ImportError("no textual")

    with pytest.raises(ImportError):
        fail()

    assert capsys.readouterr().out.endswith("\x1b[?1049l\x1b[?25h")


def test_name_of_a_workspace_can_not_act_and_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    with curtain(Path("/books/\x1b]0;owned\x07" + "x" * 500)):
        shown = capsys.readouterr().out

    assert "\x1b]" not in shown
    assert "\x07" not in shown
    assert "…" in shown
    assert len(shown) < 200


@pytest.mark.parametrize("elsewhere", ["stdin", "stdout", "stderr", ""])
def test_app_is_opened_only_where_it_can_be_seen_and_typed_at(
    elsewhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(opening, "_opener", lambda _: 0)
    monkeypatch.setattr(
        opening, "is_terminal", lambda stream: stream is not getattr(sys, elsewhere, None)
    )

    assert opening.can_open() == (elsewhere == "")
