"""What a person brings in by name, hostile or unlucky: taken right, or refused with the reason."""

from __future__ import annotations

import gzip
import io
import shutil
import stat
import tarfile
import zipfile
from collections import Counter
from pathlib import Path
from typing import BinaryIO

import pytest

from convledger.errors import UsageProblem
from convledger.ingest import archives, choose
from convledger.ingest.front_door import find, left_aside
from convledger.memory.erase import Wanted
from tests.ingest.exports import chat, chatgpt, write
from tests.ingest.logs import Bench

EXPORT = chatgpt(chat(1, "What floats?", "A boat."))


@pytest.fixture(autouse=True)
def _set_apart(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVLEDGER_CONFIG", str(tmp_path / "config.toml"))


def zipped(path: Path, *members: tuple[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members:
            archive.writestr(name, text)
    return path


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return zipped(tmp_path / "export.zip", ("conversations.json", EXPORT), ("user.json", "{}"))


@pytest.mark.parametrize("name", ["export.zip", "export", "export.bin", "conversations.json"])
def test_a_zip_is_known_by_what_it_is(bench: Bench, archive: Path, name: str) -> None:
    path = archive.with_name(name)
    if path != archive:
        shutil.copy(archive, path)
    bench.ledger.import_paths([path])

    assert bench.calls() == 1
    assert bench.ledger.sync().calls == 0
    assert bench.is_sound()


def test_one_member_of_a_zip_can_be_named(bench: Bench, archive: Path) -> None:
    bench.ledger.import_paths([Path(f"{archive}!/conversations.json")])

    assert bench.calls() == 1


def test_a_member_that_is_not_there_is_refused(bench: Bench, archive: Path) -> None:
    with pytest.raises(UsageProblem, match="no longer in the archive"):
        bench.ledger.import_paths([Path(f"{archive}!/nothing.json")])


def test_a_zip_in_a_zip_is_named(bench: Bench, archive: Path, tmp_path: Path) -> None:
    outer = tmp_path / "outer.zip"
    with zipfile.ZipFile(outer, "w") as made:
        made.write(archive, "inner.zip")

    with pytest.raises(UsageProblem, match=r"holds another archive, inner\.zip: unpack it"):
        bench.ledger.import_paths([outer])


def _tar() -> bytes:
    with io.BytesIO() as raw:
        with tarfile.open(fileobj=raw, mode="w") as made:
            made.addfile(tarfile.TarInfo("conversations.json"))
        return raw.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is empty"),
        (b"<!DOCTYPE html><title>Expired</title>", "it is a web page: a download link"),
        (EXPORT.encode(), "it is JSON: rename it"),
        (b"hello, there\n", "it is text: rename it"),
        (gzip.compress(EXPORT.encode()), "a gzip file and no zip: unpack it"),
        (_tar(), "a tar file and no zip: unpack it"),
    ],
    ids=["empty", "page", "json", "text", "gzip", "tar"],
)
def test_what_is_called_a_zip_and_is_none_says_what_it_is(
    bench: Bench, tmp_path: Path, content: bytes, reason: str
) -> None:
    (tmp_path / "export.zip").write_bytes(content)

    with pytest.raises(UsageProblem, match=rf"export\.zip: .*{reason}"):
        bench.ledger.import_paths([tmp_path / "export.zip"])


@pytest.mark.parametrize(
    ("content", "word"),
    [(gzip.compress(EXPORT.encode()), "gzip"), (_tar(), "tar")],
    ids=["gzip", "tar"],
)
def test_what_is_packed_otherwise_says_so(
    bench: Bench, tmp_path: Path, content: bytes, word: str
) -> None:
    path = tmp_path / "conversations.json.gz"
    path.write_bytes(content)

    with pytest.raises(UsageProblem, match=f"is a {word} file and no zip: unpack it"):
        bench.ledger.import_paths([path])
    (tmp_path / "good.json").write_text(EXPORT)
    found = find([tmp_path], None)
    assert [
        (Path(file).name, "unpack it" in why) for file, why in left_aside([tmp_path], found)
    ] == [("conversations.json.gz", True)]


def test_a_folder_of_more_files_than_are_looked_at_says_so(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choose, "MOST_FILES", 2)
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "c.json").write_text(EXPORT)

    with pytest.raises(UsageProblem, match="holds more than 2 files"):
        bench.ledger.import_paths([tmp_path])
    (tmp_path / "a.json").write_text(EXPORT)
    aside = dict(left_aside([tmp_path], find([tmp_path], None)))
    assert "holds more than 2 files" in aside[str(tmp_path)]


def test_a_zip_of_nothing_but_a_link_names_it(bench: Bench, tmp_path: Path) -> None:
    link = zipfile.ZipInfo("conversations.json")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as made:
        made.writestr(link, "/etc/passwd")

    with pytest.raises(UsageProblem, match=r"conversations\.json: a link, left alone"):
        bench.ledger.import_paths([tmp_path / "export.zip"])


def test_members_that_are_harmless_alone_are_under_one_limit(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "RATIO_FROM", 1 << 20)
    padded = EXPORT[:-1] + " " * (900 << 10) + "]"
    names = [f"conversations-{number:03d}.json" for number in range(5)]
    path = zipped(tmp_path / "bombs.zip", *((name, padded) for name in names))
    bench.ledger.import_paths([path], "chatgpt")
    states = Counter(file.state for file in bench.ledger.files())
    (reason,) = {file.reason for file in bench.ledger.files() if file.state != "live"}

    assert states == {"live": 1, "unreadable": 4}
    assert reason.startswith("the archive unpacks to more than 200 times its size; archive_ratio")


def test_the_settings_allow_more(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "RATIO_FROM", 1 << 20)
    (tmp_path / "config.toml").write_text("archive_ratio = 100000\n")
    padded = EXPORT[:-1] + " " * (2 << 20) + "]"
    bench.ledger.import_paths([zipped(tmp_path / "large.zip", ("conversations.json", padded))])

    assert bench.calls() == 1


def test_a_zip_is_listed_once_and_not_for_each_member(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = []
    look = archives._look_at_end

    def counted(raw: BinaryIO, size: int, most: int) -> None:
        listed.append(size)
        look(raw, size, most)

    names = [f"conversations-{number:03d}.json" for number in range(40)]
    path = zipped(tmp_path / "many.zip", *((name, EXPORT) for name in names))
    monkeypatch.setattr(archives, "_look_at_end", counted)
    bench.ledger.import_paths([path])

    assert len(bench.ledger.files()) == 40
    assert len(listed) <= 5


def test_nothing_is_kept_open_behind_an_import(bench: Bench, archive: Path) -> None:
    bench.ledger.import_paths([archive])

    assert archives._kept.archive is None
    assert archives._kept.depth == 0


def test_what_was_erased_stays_away_whatever_is_imported(bench: Bench, tmp_path: Path) -> None:
    bench.ledger.import_paths([write(tmp_path, 1, EXPORT)])
    connection = bench.ledger.connection
    (found,) = connection.execute("SELECT id FROM conversation").fetchone()
    bench.ledger.erase(Wanted(conversations=(found,), figures=True), now=1)
    bench.ledger.import_paths(
        [write(tmp_path, 2, chatgpt(chat(1, "What floats?", "A boat.", "?")))]
    )
    bench.ledger.import_paths([zipped(tmp_path / "again.zip", ("conversations.json", EXPORT))])

    assert (bench.calls(), bench.said()) == (0, [])
    for table in ("outcome", "detail", "usage", "conversation_sum"):
        assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    assert bench.is_sound()


def test_the_figures_of_an_erased_text_stay_as_they_were_counted(
    bench: Bench, tmp_path: Path
) -> None:
    bench.ledger.import_paths([write(tmp_path, 1, EXPORT)])
    connection = bench.ledger.connection
    counted = connection.execute("SELECT input, output, list_pico FROM call").fetchall()
    (found,) = connection.execute("SELECT id FROM conversation").fetchone()
    bench.ledger.erase(Wanted(conversations=(found,)), now=1)
    bench.ledger.import_paths([write(tmp_path, 2, EXPORT)])

    assert connection.execute("SELECT input, output, list_pico FROM call").fetchall() == counted
    assert bench.said() == []
    assert connection.execute("SELECT title FROM conversation").fetchone() == ("",)
    assert bench.is_sound()


def test_file_of_a_folder_that_is_known_is_no_source_of_its_own(
    bench: Bench, tmp_path: Path
) -> None:
    folder = tmp_path / "x"
    folder.mkdir()
    shard = folder / "conversations.json"
    shard.write_text(EXPORT)
    bench.ledger.import_paths([folder])
    before = [(line.root, line.files, line.calls) for line in bench.ledger.sources()]
    result = bench.ledger.import_paths([shard])

    assert [(line.root, line.files, line.calls) for line in bench.ledger.sources()] == before
    assert (before, result.calls) == ([(str(folder), 1, 1)], 0)

    beside = folder / "notes.json"
    beside.write_text(EXPORT)
    bench.ledger.import_paths([beside], "chatgpt")  # of a name that the folder's reader passes by
    assert {line.root for line in bench.ledger.sources()} == {str(folder), str(beside)}
