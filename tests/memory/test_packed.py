"""Memory files within a zip: taken in as one change, again only what changed, never unpacked."""

from __future__ import annotations

import json
import os
import stat
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from convledger.clock import SECOND
from convledger.ingest import archives
from convledger.ledger import Ledger
from convledger.memory import files
from convledger.memory.importing import ImportResult
from convledger.store.entries import entries_where, sources_of
from convledger.store.operations import operations, undo

NOW = 1_790_000_000 * SECOND
HERE = Path(__file__).parents[2] / "fixtures" / "memory"
SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
MEMORIES = [
    {
        "conversations_memory": "**Work**\n\n- Ana bakes.\n- Deploys on Thursday.",
        "project_memories": {"p-1": "Flour comes from Mill Lane."},
        "account_uuid": "a",
    }
]
PROJECTS = [{"uuid": "p-1", "name": "Bakery", "prompt_template": "Be brief.", "docs": []}]


def zipped(path: Path, members: Mapping[str, object], *, made: int = 2026) -> Path:
    """Write a zip whose members say that they were written in a year."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in members.items():
            content = value if isinstance(value, str | bytes) else json.dumps(value)
            archive.writestr(zipfile.ZipInfo(name, (made, 11, 1, 12, 0, 0)), content)
    return path


def take(ledger: Ledger, *paths: Path, **more: str) -> dict[str, ImportResult | str]:
    """Import what is named; returns what was told by the last parts of the places."""
    told = files.import_named(ledger.connection, paths, more.get("form"), "", NOW)
    return {place.rpartition("/")[2]: result for place, result in told}


def counts(result: ImportResult | str) -> tuple[int, int, int, int]:
    assert isinstance(result, ImportResult), result
    return result.new, result.changed, result.same, result.removed


def bodies(ledger: Ledger) -> dict[str, str]:
    return {entry.body: entry.scope for entry in entries_where(ledger.connection)}


def sources(ledger: Ledger) -> set[tuple[str, str]]:
    ids = [entry.id for entry in entries_where(ledger.connection)]
    found = sources_of(ledger.connection, ids).values()
    return {(each.place.rpartition("/")[2], each.status) for some in found for each in some}


def test_claude_export_gives_memories_and_projects_by_name(ledger: Ledger, tmp_path: Path) -> None:
    export = zipped(
        tmp_path / "data-2026-11-01-batch-0000.zip",
        {
            "users.json": [{"uuid": "a", "full_name": "Ana"}],
            "conversations.json": [{"uuid": "c", "name": "x", "chat_messages": []}],
            "memories.json": MEMORIES,
            "projects.json": PROJECTS,
        },
    )
    told = take(ledger, export)

    assert sorted(told) == [
        "data-2026-11-01-batch-0000.zip › memories.json",
        "data-2026-11-01-batch-0000.zip › projects.json",
    ]
    assert bodies(ledger) == {
        "Ana bakes.": "",
        "Deploys on Thursday.": "",
        "Flour comes from Mill Lane.": "project:Bakery",
        "Be brief.": "project:Bakery",
    }
    assert {entry.state for entry in entries_where(ledger.connection)} == {"proposed"}
    assert ("data-2026-11-01-batch-0000.zip › memories.json", "ok") in sources(ledger)


def test_chatgpt_export_gives_its_traces(ledger: Ledger, tmp_path: Path) -> None:
    content = (HERE / "conversations.json").read_bytes()
    told = take(
        ledger,
        zipped(tmp_path / "chat.zip", {"conversations-000.json": content, "user.json": {"id": 1}}),
    )

    assert list(told) == ["chat.zip › conversations-000.json"]
    assert counts(told["chat.zip › conversations-000.json"])[0] > 0


def test_vault_gives_its_notes_and_nothing_of_the_app(ledger: Ledger, tmp_path: Path) -> None:
    told = take(
        ledger,
        zipped(
            tmp_path / "vault.zip",
            {
                "Vault/.obsidian/app.json": "{}",
                "Vault/.trash/old.md": "- thrown away",
                "Vault/notes/oven.md": (HERE / "vault-note.md").read_bytes(),
                "Vault/rules.md": "---\npermalink: rules\n---\n- [rule] Round to cents #money\n",
                "Vault/picture.png": b"\x89PNG",
                "__MACOSX/Vault/notes/._oven.md": b"\0",
                "Vault/.claude/rules/tests.md": "- Run the tests.",
            },
        ),
    )

    assert sorted(told) == ["oven.md", "rules.md", "tests.md"]
    assert {"Round to cents", "Run the tests."} <= bodies(ledger).keys()
    assert "thrown away" not in bodies(ledger)


def test_the_same_again_changes_nothing(ledger: Ledger, tmp_path: Path) -> None:
    export = zipped(tmp_path / "data-2026-11-01.zip", {"memories.json": MEMORIES})
    take(ledger, export)
    told = take(ledger, export)

    assert [counts(each) for each in told.values()] == [(0, 0, 3, 0)]
    assert len(operations(ledger.connection)) == 1


def test_a_newer_export_changes_only_what_changed_and_tells_what_is_gone(
    ledger: Ledger, tmp_path: Path
) -> None:
    first = zipped(
        tmp_path / "data-2026-11-01-12-00-00-batch-0000.zip",
        {"memories.json": MEMORIES, "projects.json": PROJECTS},
        made=2025,
    )
    take(ledger, first)
    changed = json.dumps(MEMORIES).replace("Deploys on Thursday.", "Deploys on Monday morning.")
    newer = zipped(tmp_path / "data-2026-11-20-08-30-00-batch-0000.zip", {"memories.json": changed})
    told = take(ledger, newer)

    assert {place: counts(each) for place, each in told.items()} == {
        "data-2026-11-20-08-30-00-batch-0000.zip › memories.json": (0, 1, 2, 0),
        "data-2026-11-20-08-30-00-batch-0000.zip › projects.json": (0, 0, 0, 1),
    }
    assert "Be brief." in bodies(ledger)  # told, and not removed
    take(ledger, newer)
    assert len(operations(ledger.connection)) == 2
    older = take(ledger, first)
    assert "older than data-2026-11-20" in str(older[first.name])
    assert "Deploys on Monday morning." in bodies(ledger)


def test_an_import_is_taken_back_as_one(ledger: Ledger, tmp_path: Path) -> None:
    vault = zipped(tmp_path / "v.zip", {"a.md": "- One thing.", "b.md": "- Another thing."})
    take(ledger, vault)
    undo(ledger.connection, NOW)

    assert bodies(ledger) == {}
    assert [counts(each)[0] for each in take(ledger, vault).values()] == [1, 1]


def test_another_account_of_the_same_name_is_another_place(ledger: Ledger, tmp_path: Path) -> None:
    take(ledger, zipped(tmp_path / "data-2026-11-01.zip", {"memories.json": MEMORIES}, made=2025))
    other = [{"conversations_memory": "**Work**\n\n- Bob sails.", "account_uuid": "b"}]
    told = take(ledger, zipped(tmp_path / "data-2026-11-02.zip", {"memories.json": other}))

    assert [counts(each) for each in told.values()] == [(1, 0, 0, 0)]
    assert {status for _, status in sources(ledger)} == {"ok"}


def test_vault_in_a_folder_named_by_its_day_is_the_same_place(
    ledger: Ledger, tmp_path: Path
) -> None:
    notes = {"one.md": "- The oven is old.", "two.md": "- The mill is new."}
    first = {f"vault-2026-11-01/{name}": text for name, text in notes.items()}
    second = {f"vault-2026-11-09/{name}": text for name, text in notes.items()}
    take(ledger, zipped(tmp_path / "vault-2026-11-01.zip", first, made=2025))
    told = take(ledger, zipped(tmp_path / "vault-2026-11-09.zip", second))

    assert [counts(each) for each in told.values()] == [(0, 0, 1, 0), (0, 0, 1, 0)]


def test_feed_and_lint_leave_members_alone(ledger: Ledger, tmp_path: Path) -> None:
    take(ledger, zipped(tmp_path / "rules.zip", {"CLAUDE.md": "- Be brief.\n- Be brief.\n"}))
    feed, _ = files.look_at_files(ledger.connection, NOW)

    assert (feed.news, feed.unreadable) == ([], [])
    assert [each for each in files.complaints(ledger.connection) if "rules.zip" in each.path] == []


def test_a_folder_is_looked_through_for_zips_and_passes_over_the_rest(
    ledger: Ledger, tmp_path: Path
) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    zipped(folder / "memories-000.zip", {"memories.json": MEMORIES})
    (folder / "users.json").write_text("[]", "utf-8")
    (folder / "projects.json").write_text(json.dumps(PROJECTS), "utf-8")
    assert sorted(take(ledger, folder)) == ["memories-000.zip › memories.json", "projects.json"]
    (folder / "projects.json").unlink()
    gone = take(ledger, folder)
    assert counts(gone["projects.json"]) == (0, 0, 0, 1)
    assert "Be brief." in bodies(ledger)
    assert "projects.json" not in take(ledger, folder)
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "no memory in it" in str(take(ledger, empty)["empty"])


def test_a_zip_under_another_name_is_read_and_another_thing_called_zip_is_not(
    ledger: Ledger, tmp_path: Path
) -> None:
    odd = zipped(tmp_path / "memories.json", {"memories.json": MEMORIES})
    assert counts(take(ledger, odd)["memories.json › memories.json"]) == (3, 0, 0, 0)
    for name, content, word in (
        ("text.zip", b"# Rules", "not a readable zip"),
        ("packed.zip", b"\x1f\x8b\x08\0", "a gzip file"),
        ("cut.zip", odd.read_bytes()[:-30], "its end is missing"),
        ("nothing.zip", b"", "not a readable zip"),
    ):
        (tmp_path / name).write_bytes(content)
        assert word in str(take(ledger, tmp_path / name)[name])


def marked(info: zipfile.ZipInfo, mode: int) -> zipfile.ZipInfo:
    info.external_attr = mode << 16
    return info


def test_what_is_hostile_is_named_and_the_rest_is_read(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "RATIO_FROM", 1 << 20)
    path = tmp_path / "hostile.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        noise = os.urandom(200_000)
        archive.writestr("noise.bin", noise)  # so that the archive as a whole is harmless
        archive.writestr("../../outside.md", "- Slipped out.")
        archive.writestr(marked(zipfile.ZipInfo("link.md"), stat.S_IFLNK | 0o777), "/etc/passwd")
        archive.writestr("bomb.md", b"- \n" * (1 << 20))
        archive.writestr("notes/good.md", "- Stays.")
        archive.writestr("notes//good.md", "- Called the same.")
    told = files.import_named(ledger.connection, [path], None, "", NOW)

    assert [each for each in told if isinstance(each[1], str)] == [
        (f"{path} › ../../outside.md", "its name leads out of the archive"),
        (f"{path} › link.md", "a link, left alone"),
        (f"{path} › notes/good.md", "another member has that name"),
        (
            f"{path} › bomb.md",
            "unpacks to more than 200 times its size; archive_ratio in the settings allows more",
        ),
    ]
    assert bodies(ledger) == {"Stays.": ""}
    assert {each.name for each in tmp_path.iterdir()} == {"hostile.zip", "workspace"}


def test_an_encrypted_member_is_told(ledger: Ledger, tmp_path: Path) -> None:
    path = zipped(tmp_path / "locked.zip", {"memories.json": MEMORIES})
    data = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    path.write_bytes(data)

    assert "encrypted" in str(take(ledger, path)["locked.zip › memories.json"])


def test_members_that_share_their_bytes_are_stopped_together(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "limits", lambda: archives.Limits(100, 200, 50_000))
    notes = {f"{number}.md": f"- Note {number}. {'x' * 9000}" for number in range(20)}
    told = take(ledger, zipped(tmp_path / "many.zip", notes))

    reasons = [each for each in told.values() if isinstance(each, str)]
    assert reasons
    assert all("the archive unpacks to more than" in each for each in reasons)


def test_a_large_member_is_refused_before_it_is_unpacked(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convledger.memory.packed.MOST_BYTES", 1 << 20)
    path = zipped(tmp_path / "big.zip", {"big.md": os.urandom(2 << 20).hex(), "small.md": "- Ok."})
    told = take(ledger, path)

    assert "a memory file has at most 1 MB" in str(told["big.zip › big.md"])
    assert bodies(ledger) == {"Ok.": ""}


def test_an_export_that_can_not_be_read_takes_nothing_away(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "data.zip"
    take(ledger, zipped(path, {"memories.json": MEMORIES}))
    told = take(ledger, zipped(path, {"memories.json": json.dumps(MEMORIES)[:-9]}))

    (result,) = told.values()
    assert isinstance(result, ImportResult)
    assert (result.removed, len(result.rejected)) == (0, 1)
    assert {status for _, status in sources(ledger)} == {"ok"}


def samples() -> Iterable[Path]:
    return sorted((SAMPLES / "memory-stores").glob("*")) if SAMPLES.exists() else []


@pytest.mark.parametrize("sample", samples(), ids=lambda path: path.name)
def test_a_sample_says_the_same_within_a_zip(ledger: Ledger, tmp_path: Path, sample: Path) -> None:
    (alone,) = take(ledger, sample).values()
    packed = take(ledger, zipped(tmp_path / "sample.zip", {sample.name: sample.read_bytes()}))
    (within,) = packed.values()

    assert counts(alone)[0] > 0
    assert counts(within) == (0, 0, counts(alone)[0], 0)
