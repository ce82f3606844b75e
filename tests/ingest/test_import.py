"""What a person may name to import: homes, folders, single logs, archives."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from pathlib import Path

import pytest
import zstandard

from convledger.errors import UsageProblem
from convledger.ingest import archives
from tests.ingest.logs import ROLLOUT, THREAD, Bench, rollout, session, turns


@pytest.fixture
def elsewhere(bench: Bench, tmp_path: Path) -> Path:
    """A home of somebody else, with a log of each tool."""
    home = tmp_path / "elsewhere"
    bench.write(home / ".claude" / "projects" / "bakery" / f"{session()}.jsonl", turns(1, 2))
    bench.write(home / ".codex" / "sessions" / ROLLOUT, rollout(3))
    return home


@pytest.mark.parametrize(
    ("named", "calls"),
    [
        (".", 5),
        (".claude", 2),
        (".claude/projects", 2),
        (".claude/projects/bakery", 2),
        (f".claude/projects/bakery/{session()}.jsonl", 2),
        (".codex", 3),
        (".codex/sessions", 3),
        (f".codex/sessions/{ROLLOUT}", 3),
    ],
)
def test_path_is_recognised(bench: Bench, elsewhere: Path, named: str, calls: int) -> None:
    result = bench.ledger.import_paths([elsewhere / named])

    assert (result.calls, bench.calls()) == (calls, calls)
    assert bench.ledger.import_paths([elsewhere / named]).calls == 0
    assert bench.is_sound()


def test_named_folder_stays_a_source(bench: Bench, elsewhere: Path) -> None:
    bench.ledger.import_paths([elsewhere])
    bench.append(elsewhere / ".claude" / "projects" / "bakery" / f"{session()}.jsonl", turns(3, 3))

    assert bench.ledger.sync().calls == 1


def test_folder_of_both_tools_without_their_layout(bench: Bench, tmp_path: Path) -> None:
    bench.write(tmp_path / "mixed" / "a.jsonl", turns(1, 2))
    bench.write(tmp_path / "mixed" / "b" / f"rollout-{THREAD}.jsonl.zst", packed(rollout(2)))
    bench.write(tmp_path / "mixed" / "c.jsonl", b"{}\n")
    os.mkfifo(tmp_path / "mixed" / "d.jsonl")
    bench.ledger.import_paths([tmp_path / "mixed"])

    assert bench.calls() == 4


def packed(data: bytes) -> bytes:
    return zstandard.compress(data)


def test_unknown_file_is_refused_with_the_way_out(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "notes.jsonl").write_text('{"a": 1}\n')

    with pytest.raises(UsageProblem, match=r"no conversations of a known tool.*--as"):
        bench.ledger.import_paths([tmp_path / "notes.jsonl"])
    assert bench.ledger.sources() == []


@pytest.mark.parametrize("name", ["nothing here", "pipe"])
def test_what_is_no_file_is_refused(bench: Bench, tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(UsageProblem, match=name):
        bench.ledger.import_paths([tmp_path / name])


def test_folder_whose_name_is_not_unicode_is_refused(bench: Bench, tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    bench.write(folder / "a.jsonl", turns(1, 1))

    with pytest.raises(UsageProblem, match="not Unicode"):
        bench.ledger.import_paths([folder])


def test_unknown_source_names_the_nearest(bench: Bench) -> None:
    with pytest.raises(UsageProblem, match="did you mean codex"):
        bench.ledger.import_paths([bench.home], "codx")


def test_log_of_another_name_is_read_as_it_is_told(bench: Bench, tmp_path: Path) -> None:
    bench.write(tmp_path / "log.txt", turns(1, 1))
    bench.ledger.import_paths([tmp_path / "log.txt"], "claude-code")
    bench.append(tmp_path / "log.txt", turns(2, 2))
    bench.ledger.sync_paths([str(tmp_path / "log.txt")])

    assert bench.calls() == 2
    assert bench.states()["log.txt"] == ("live", "")


def test_link_to_a_log_that_a_person_names_is_followed(bench: Bench, tmp_path: Path) -> None:
    bench.write(tmp_path / "real.jsonl", turns(1, 1))
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "real.jsonl")
    bench.ledger.import_paths([tmp_path / "link.jsonl"])

    assert bench.calls() == 1


def test_root_that_may_not_be_entered_is_named(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.write(bench.codex / "sessions" / ROLLOUT, rollout(1))
    real = Path.stat

    def refuse(path: Path, **named: bool) -> os.stat_result:
        if path == bench.claude:
            raise PermissionError(13, "Permission denied")
        return real(path, **named)

    monkeypatch.setattr(Path, "stat", refuse)
    bench.sync()

    assert bench.states()["projects"] == ("unreadable", "Permission denied")
    assert bench.calls() == 1


def archive(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return path


IN_ZIP = f"home/.claude/projects/bakery/{session()}.jsonl"


@pytest.mark.parametrize("name", ["export.zip", "EXPORT.ZIP"])
def test_archive_is_read_without_being_unpacked(bench: Bench, tmp_path: Path, name: str) -> None:
    made = archive(
        tmp_path / name,
        {IN_ZIP: turns(1, 2), f"home/.codex/sessions/{ROLLOUT}": rollout(3), "home/a.txt": b"x"},
    )
    before = sorted(tmp_path.rglob("*"))
    bench.ledger.import_paths([made])
    fresh = {path.name for path in set(tmp_path.rglob("*")) - set(before)}

    assert (bench.calls(), len(bench.said())) == (5, 10)
    assert fresh <= {"ingest.lock", "ledger.db-wal", "ledger.db-shm"}
    assert bench.ledger.import_paths([made]).read_bytes == 0
    assert bench.is_sound()


def test_archive_that_grew_adds_what_is_new(bench: Bench, tmp_path: Path) -> None:
    made = archive(tmp_path / "export.zip", {IN_ZIP: turns(1, 2)})
    bench.ledger.import_paths([made])
    archive(made, {IN_ZIP: turns(1, 3)})
    bench.touch(made)

    assert bench.ledger.sync().calls == 1


def test_member_whose_name_leads_out_of_the_archive_is_only_read(
    bench: Bench, tmp_path: Path
) -> None:
    names = ["../../projects/evil.jsonl", "/projects/etc.jsonl", "C:\\projects/x.jsonl"]
    made = archive(
        tmp_path / "export.zip",
        {name: turns(n, n, of=session(n)) for n, name in enumerate(names, 1)},
    )
    bench.ledger.import_paths([made])

    assert bench.calls() == 3
    for place in (tmp_path, Path.cwd(), bench.ledger.workspace):
        assert not (place / "../../projects/evil.jsonl").exists()
    assert not Path("/projects/etc.jsonl").exists()
    assert not list(tmp_path.rglob("*.jsonl"))


@pytest.mark.parametrize("start", ["./", "/", "//far/", "a//", "a/./"])
def test_member_whose_name_a_path_would_write_otherwise_is_read_with_its_texts(
    bench: Bench, tmp_path: Path, start: str
) -> None:
    made = archive(tmp_path / "export.zip", {f"{start}{IN_ZIP}": turns(1, 2)})
    result = bench.ledger.import_paths([made])

    assert (result.calls, result.messages > 0, result.unreadable) == (2, True, [])
    assert not bench.ledger.import_paths([made]).calls


def test_two_names_of_one_member_in_a_path_are_refused(bench: Bench, tmp_path: Path) -> None:
    made = archive(
        tmp_path / "double.zip", {IN_ZIP: turns(1, 1), f"./{IN_ZIP}": turns(2, 2, of=session(2))}
    )

    with pytest.raises(UsageProblem, match="two members named"):
        bench.ledger.import_paths([made])


def test_two_members_of_one_name_are_refused(bench: Bench, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "double.zip", "w") as made:
        made.writestr(IN_ZIP, turns(1, 1))
        with pytest.warns(UserWarning, match="Duplicate"):
            made.writestr(IN_ZIP, turns(2, 2))

    with pytest.raises(UsageProblem, match="two members named"):
        bench.ledger.import_paths([tmp_path / "double.zip"])
    bench.ledger.import_paths([tmp_path / "double.zip"], "claude-code")
    assert bench.states()["double.zip"][0] == "unreadable"


def test_archive_with_too_many_members_is_refused(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "limits", lambda: archives.Limits(10, 200, 1 << 30))
    made = archive(tmp_path / "many.zip", {f"projects/{n}.jsonl": b"" for n in range(11)})

    with pytest.raises(UsageProblem, match="more than 10 members"):
        bench.ledger.import_paths([made])


def test_member_that_unpacks_to_far_too_much_is_refused_and_the_rest_read(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "RATIO_FROM", 1 << 20)
    made = archive(
        tmp_path / "bomb.zip", {"projects/bomb.jsonl": b"0" * (8 << 20), IN_ZIP: turns(1, 2)}
    )
    bench.ledger.import_paths([made])

    state, reason = bench.states()["bomb.jsonl"]
    assert (state, "unpacks to more than 200 times its size" in reason) == ("unreadable", True)
    assert bench.calls() == 2


def test_member_that_lies_about_its_size_is_refused(bench: Bench, tmp_path: Path) -> None:
    made = archive(tmp_path / "lie.zip", {IN_ZIP: turns(1, 20)})
    data = bytearray(made.read_bytes())
    central = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, central + 24, 10)  # the size once unpacked
    made.write_bytes(data)
    bench.ledger.import_paths([made])

    assert bench.states()[Path(IN_ZIP).name][0] == "unreadable"
    assert bench.calls() == 0


def test_encrypted_member_is_named(bench: Bench, tmp_path: Path) -> None:
    made = archive(tmp_path / "secret.zip", {IN_ZIP: turns(1, 1)})
    data = bytearray(made.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    made.write_bytes(data)
    bench.ledger.import_paths([made])

    state, reason = bench.states()[Path(IN_ZIP).name]
    assert (state, "encrypted" in reason) == ("unreadable", True)


def test_damaged_archives_are_refused_in_words(bench: Bench, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(IN_ZIP, turns(1, 30))
    whole = buffer.getvalue()
    for place in range(0, len(whole), 7):
        data = bytearray(whole)
        data[place] ^= 0x55
        path = tmp_path / "damaged.zip"
        bench.write(path, bytes(data))
        try:
            bench.ledger.import_paths([path])
        except UsageProblem as problem:
            assert str(path) in str(problem)  # noqa: PT017 - either outcome is fine
    assert bench.is_sound()


def test_text_that_calls_itself_a_zip(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "no.zip").write_bytes(turns(1, 1))

    with pytest.raises(UsageProblem, match="not a readable zip"):
        bench.ledger.import_paths([tmp_path / "no.zip"])


def test_compressed_bomb_is_refused(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convledger.ingest.lines.UNPACKED_MOST", 1 << 20)
    bench.write(bench.codex / "sessions" / f"{ROLLOUT}.zst", packed(b"0" * (64 << 20)))
    bench.sync()

    assert bench.states()[f"{Path(ROLLOUT).name}.zst"][0] == "unreadable"


def test_codex_home_without_sessions_holds_no_conversation(bench: Bench) -> None:
    (bench.codex / "sessions").rmdir()
    bench.write(bench.codex / "history.jsonl", b'{"session_id": "x", "ts": 1, "text": "hello"}\n')
    bench.write(bench.codex / "session_index.jsonl", b'{"id": "x", "thread_name": "hello"}\n')
    bench.sync()

    assert bench.ledger.connection.execute("SELECT native FROM conversation").fetchall() == []
