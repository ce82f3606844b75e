"""What terminals hand over when a file is dropped on them is understood as its path."""

from __future__ import annotations

from pathlib import Path

import pytest

from convledger.tui.dropped_paths import begins_as_path, in_one_line, paths_in, typed_path


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("/a/export.zip", ["/a/export.zip"]),
        ("  /a/export.zip \n", ["/a/export.zip"]),
        ("'/a/My export.zip' ", ["/a/My export.zip"]),
        ('"/a/My export.zip"', ["/a/My export.zip"]),
        (r"/a/My\ export\ \(1\).zip ", ["/a/My export (1).zip"]),
        (r"'/a/it'\''s.zip'", ["/a/it's.zip"]),
        ("file:///a/My%20export%231.zip", ["/a/My export#1.zip"]),
        ("file://localhost/a/%E6%97%A5.zip\r\n", ["/a/日.zip"]),
        ("file:///C:/Users/ana/x.zip", ["C:/Users/ana/x.zip"]),
        ("'/a/x.zip' '/b/y z.zip'", ["/a/x.zip", "/b/y z.zip"]),
        (r"/a/x.zip /b/y\ z.zip", ["/a/x.zip", "/b/y z.zip"]),
        ("file:///a/x.zip\nfile:///b/y.zip\n", ["/a/x.zip", "/b/y.zip"]),
        ("# a list\n/a/x y.zip\n/b/z.zip", ["/a/x y.zip", "/b/z.zip"]),
        ("/a/x.zip /a/x.zip", ["/a/x.zip"]),
        ("~/'/a/x y.zip' ", ["/a/x y.zip"]),
        ("~/file:///a/x.zip", ["/a/x.zip"]),
        ("~/My exp", ["~/My exp"]),
        ("'/a/My exp", ["/a/My exp"]),
        ("& '/a/x y.zip'", ["/a/x y.zip"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_dropped_text_is_its_paths(text: str, paths: list[str]) -> None:
    assert [path.as_posix() for path in paths_in(text)] == paths


def test_path_that_is_there_is_taken_as_it_stands(tmp_path: Path) -> None:
    for name in ("it's a.zip", "a\\ b.zip", "'q'.zip", "one /two"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        assert paths_in(str(path)) == [path]


def test_paths_go_into_one_line_and_come_out_again() -> None:
    named = [Path("/a/it's.zip"), Path("/b/y z.zip"), Path("~/c d/x.zip")]
    assert paths_in(in_one_line(named)) == named
    assert in_one_line(named[1:2]) == "/b/y z.zip"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("'", ""),
        ("\"'", ""),
        ("file:", ""),
        ("\\", "\\"),
        ("file://[", "file://["),
        ("\ud800", "\ud800"),
        ("~nobody/x", "~nobody/x"),
    ],
)
def test_odd_text_is_no_error(text: str, path: str) -> None:
    assert paths_in(text) == [Path(path)]
    assert typed_path(text) == path


def test_text_of_nothing_but_a_nul_names_no_path() -> None:
    assert paths_in("\0") == []
    assert typed_path("\0") == ""


def test_piece_of_a_path_is_no_path_from_its_beginning() -> None:
    assert begins_as_path(" '/a/x'")
    assert begins_as_path("~/x")
    assert not begins_as_path("export.zip")
