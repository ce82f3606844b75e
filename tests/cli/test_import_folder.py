"""`import` of a folder of downloads: what can't be used is named, and the counts add up."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest

from tests.cli.conftest import FIXTURES, Cli

SOURCES = FIXTURES / "sources"
ENCRYPTED = 1


@pytest.fixture
def downloads(tmp_path: Path) -> Path:
    """Return a folder with one good export and four that are not."""
    folder = tmp_path / "downloads"
    (folder / "login").mkdir(parents=True)
    shard = (SOURCES / "chatgpt" / "conversations-000.json").read_bytes()
    _zip(folder / "good.zip", {"conversations.json": shard})
    whole = (folder / "good.zip").read_bytes()
    (folder / "cut.zip").write_bytes(whole[: len(whole) // 2])
    (folder / "locked.zip").write_bytes(_encrypted(whole))
    _zip(folder / "photos.zip", {"photo.png": b"\x89PNG"})
    (folder / "login" / "conversations.json").write_text("<!DOCTYPE html><html>Log in</html>")
    (folder / "may.csv").write_text("ticket,date,from,text\n1,03/04/2026,user,Hello\n")
    (folder / "settings.json").write_text('{"colour": "blue"}')
    return folder


def _zip(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)


def _encrypted(whole: bytes) -> bytes:
    """Return a zip whose only member says of itself that it is encrypted."""
    changed = bytearray(whole)
    changed[6] |= ENCRYPTED
    changed[whole.rindex(b"PK\x01\x02") + 8] |= ENCRYPTED
    return bytes(changed)


def test_import_of_a_folder_names_the_exports_that_it_leaves_aside(
    cli: Cli, own_home: Path, downloads: Path
) -> None:
    answer = cli("import", str(downloads))

    assert answer.code == 0
    lines = [line for line in answer.err.splitlines() if line.startswith("Left aside: ")]
    assert [line.partition("downloads" + os.sep)[2].split(": ")[0] for line in lines] == [
        "cut.zip",
        "locked.zip",
        "may.csv",
        str(Path("login") / "conversations.json"),
    ]
    assert "not a whole zip" in lines[0]
    assert "encrypted: unpack it with its password" in lines[1]
    assert "import it by its name" in lines[2]
    assert "a web page" in lines[3]


def test_json_that_seems_an_export_and_is_none_known_is_left_aside(
    cli: Cli, own_home: Path, downloads: Path
) -> None:
    said = [{"role": "human", "content": "Hello"}, {"role": "assistant", "content": "Hi"}]
    odd = [{"id": "c", "title": "T", "messages": said}]
    (downloads / "odd.json").write_text(json.dumps(odd), "utf-8")
    (downloads / "package.json").write_text('{"name": "x", "files": [{"path": "a"}]}', "utf-8")

    answer = cli("import", str(downloads), "--json")

    left = {Path(each["path"]).name: each["reason"] for each in answer.json["left_aside"]}
    assert left["odd.json"] == (
        "seems to hold conversations, but as no known tool writes them: "
        "'messages' with 'role' and 'content'"
    )
    assert "package.json" not in left


def test_files_left_aside_are_in_the_json_too(cli: Cli, own_home: Path, downloads: Path) -> None:
    document = cli("import", str(downloads), "--json").json

    assert len(document["left_aside"]) == 4
    assert document["unreadable_files"] == []


def test_folder_of_nothing_but_a_spoilt_export_says_what_it_has(
    cli: Cli, own_home: Path, downloads: Path
) -> None:
    for name in ("good.zip", "cut.zip", "may.csv"):
        (downloads / name).unlink()

    answer = cli("import", str(downloads))

    assert answer.code == 2
    assert "locked.zip: conversations.json: encrypted" in answer.err
    assert "and 1 more" in answer.err


def test_refused_file_is_named_with_the_reason(cli: Cli, own_home: Path) -> None:
    answer = cli("import", str(SOURCES / "litellm" / "daily.json"))

    assert "0 files  1 more not readable" in answer.out
    assert "Not read: " in answer.err
    assert "daily.json: sums by day" in answer.err
    assert answer.code == 1


def test_same_export_under_another_name_brings_nothing_new(
    cli: Cli, own_home: Path, downloads: Path
) -> None:
    first = cli("import", str(downloads / "good.zip"), "--json").json
    (downloads / "good.zip").rename(downloads / "copy (1).zip")

    again = cli("import", str(downloads / "copy (1).zip")).out

    assert f"0 conversations  {first['conversations']} more known already" in again
    assert f"0 calls  {first['calls']} more known already" in again


def test_newer_title_stays_whichever_export_is_read_first(cli: Cli, own_home: Path) -> None:
    for order in (("older", "newer"), ("newer", "older")):
        folder = own_home / "-".join(order)
        folder.mkdir()
        conversations = json.loads((SOURCES / "chatgpt" / "conversations-000.json").read_text())
        native = conversations[0]["conversation_id"]
        _write(folder / "older.json", conversations)
        renamed = conversations[0]
        renamed["title"] = "Renamed since"
        for node in renamed["mapping"].values():
            if (message := node.get("message")) and message.get("create_time"):
                message["create_time"] += 60
        _write(folder / "newer.json", conversations)
        workspace = str(folder / "ws")
        for name in order:
            cli("--workspace", workspace, "import", str(folder / f"{name}.json"))

        shown = cli("--workspace", workspace, "show", native, "--json", "--no-sync").out

        assert "Renamed since" in shown


def _write(path: Path, conversations: list[object]) -> None:
    path.write_text(json.dumps(conversations))


def test_what_is_there_is_not_said_to_be_missing(cli: Cli, own_home: Path) -> None:
    folder = own_home / ".claude" / "projects" / "-home-mira-shop"
    folder.mkdir(parents=True)
    (folder / "5d0caad8-6dbe-40d4-aad6-a9b4e8fa2556.jsonl").write_text("{}\n")

    lines = cli("sources", "--discover").out.splitlines()

    assert any(line.startswith("Claude Code") for line in lines)
    nothing = next(line for line in lines if line.startswith("Nothing of "))
    assert "Claude Code" not in nothing
    assert "Codex" in nothing


def test_help_knows_tools_by_what_people_call_them(cli: Cli) -> None:
    assert "(table)" in cli("help", "crisp").out
    assert "(api-log)" in cli("help", "OpenAI").out
    assert "help sources" in cli("help", "nosuchtool").err
