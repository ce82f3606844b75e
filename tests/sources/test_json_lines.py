"""Lines of a document that is read as a whole: their places, long ones, torn ones."""

from __future__ import annotations

import io
from pathlib import Path

from convledger.ingest.documents import opened_document
from convledger.sources import json_lines
from convledger.sources.findings import Rejected
from convledger.sources.json_lines import lines_of
from convledger.sources.uris import path_of_uri


def test_lines_are_those_of_the_file_however_it_is_cut() -> None:
    for content in (b"", b"a", b"a\n", b"\n\na\r\nbb", b"x" * (json_lines.BLOCK + 3) + b"\ny\n"):
        found = list(lines_of(io.BytesIO(content), 1 << 30))

        assert [line for line, _ in found] == content.splitlines(keepends=True)
        assert sum(length for _, length in found) == len(content)


def test_long_line_is_passed_over_with_its_length() -> None:
    content = b"a\n" + b"x" * (3 * json_lines.BLOCK) + b"\nb\n"
    found = list(lines_of(io.BytesIO(content), json_lines.BLOCK))

    assert [length for _, length in found] == [2, 3 * json_lines.BLOCK + 1, 2]
    assert len(found[1][0]) < json_lines.BLOCK + 2


def test_records_have_their_number_and_place(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(b'{"a":1}\n\n[]\n{"a":2}\n{"torn')
    with opened_document(str(path), path.name) as document:
        found = list(json_lines.json_lines(document))

    assert [
        (each.line, each.offset) if isinstance(each, Rejected) else (each.number, each.start)
        for each in found
    ] == [(1, 0), (3, 9), (4, 12)]
    assert isinstance(found[1], Rejected)


def test_addresses_of_folders_become_paths() -> None:
    assert path_of_uri("file:///home/m/quay%20side") == "/home/m/quay side"
    assert path_of_uri("file:///c%3A/Users/m") == "c:/Users/m"
    assert path_of_uri("file://server/share/x") == "//server/share/x"
    assert path_of_uri("vscode-remote://ssh-remote%2Bhost/home/m") == "/home/m"
    assert path_of_uri("https://example.org/x") == ""
    assert path_of_uri("file://[broken") == ""
    assert path_of_uri("") == ""
