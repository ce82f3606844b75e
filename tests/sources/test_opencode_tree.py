"""OpenCode: the older tree of files, told as the database it was moved into."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from convledger.ledger import Ledger
from convledger.sources.opencode import recognises
from tests.sources.documents import Read, glimpse_at, read
from tests.sources.opencode_parts import FIXTURE, SAMPLES, TOKENS, assistant, needs_samples, said
from tests.sources.tools_databases import put, write


@needs_samples
def test_message_file_has_its_tokens(tmp_path: Path) -> None:
    found = read("opencode", SAMPLES / "opencode" / "tokscale_msg_test001.json")

    assert found.tokens() == {
        "claude-3-5-sonnet-20241022": {
            "requests": 1, "input": 1000, "cache_read": 200, "cache_write": 100, "output": 500,
            "reasoning": 0,
        }
    }  # fmt: skip


@needs_samples
def test_only_own_samples_are_recognised() -> None:
    own = [SAMPLES / "opencode" / "lab_1.18.33" / "export.json"]
    own += [SAMPLES / "opencode" / "tokscale_msg_test001.json"]
    for path in SAMPLES.rglob("*"):
        if path.is_file() and path.suffix != ".db":
            assert bool(recognises(glimpse_at(path))) == (path in own), path


def tree(folder: Path, session: str = "ses_1") -> Path:
    """Write the tree of an older version: a session, a prompt and an answer."""
    times = {"created": 1760000000000, "updated": 1760000009000}
    files: dict[str, Any] = {
        f"storage/session/global/{session}.json": {
            "id": session, "projectID": "global", "directory": "/srv/app", "title": "Old one",
            "version": "1.0.142", "time": times,
        },
        f"storage/message/{session}/msg_1.json": {
            "id": "msg_1", "sessionID": session, "role": "user", "time": times,
        },
        f"storage/message/{session}/msg_2.json": {
            "id": "msg_2", "sessionID": session, "role": "assistant", "parentID": "msg_1",
            "modelID": "m", "providerID": "p", "tokens": TOKENS, "cost": 0.5,
            "path": {"cwd": "/srv/app", "root": "/"},
            "time": {"created": 1760000001000, "completed": 1760000002000},
        },
        "storage/part/msg_1/prt_1.json": {"id": "prt_1", "type": "text", "text": "Old question"},
        "storage/part/msg_2/prt_2.json": {"id": "prt_2", "type": "text", "text": "Old answer"},
    }  # fmt: skip
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content))
    return folder


def in_tree(folder: Path) -> list[Read]:
    names = sorted((folder / "storage").rglob("*.json"))
    return [read("opencode", name, root=folder) for name in names if "part" not in name.parts]


def test_the_older_tree_has_sessions_requests_and_texts(tmp_path: Path) -> None:
    user, answer, session = in_tree(tree(tmp_path))

    assert session.conversations["ses_1"].title == "Old one"
    assert user.visible() == [("prompt", "Old question")]
    assert answer.visible() == [("answer", "Old answer")]
    assert answer.tokens()["m"]["output"] == 5
    assert answer.messages[0].parent == "msg_1"


def test_the_tree_that_was_moved_into_a_database_is_the_same(tmp_path: Path) -> None:
    _, answer, session = in_tree(tree(tmp_path))
    database = write(tmp_path / "opencode.db", FIXTURE.read_text())
    over = {"created": 1760000001000, "completed": 1760000002000}
    put(database, "session", {
        "id": "ses_1", "project_id": "global", "directory": "/srv/app", "title": "New title",
        "version": "1", "time_created": 1760000000000, "time_updated": 1760000009000,
    })  # fmt: skip
    put(database, "message", assistant("msg_2", "ses_1", 1760000001000, tokens=TOKENS, time=over,
                                       cost=0.5))  # fmt: skip
    moved = read("opencode", database)

    assert {call.key for call in answer.calls} < {call.key for call in moved.calls}
    assert {m.uuid for m in answer.messages} < {m.uuid for m in moved.messages}
    (_, _, outdated) = in_tree(tmp_path)
    assert outdated.conversations["ses_1"].title_rank < moved.conversations["ses_1"].title_rank
    assert session.conversations["ses_1"].title_rank == moved.conversations["ses_1"].title_rank


@pytest.mark.parametrize(
    "name", ["opencode.db", "opencode-dev.db", "kilo.db", "mimocode.db",
             "storage/message/ses_1/msg_1.json", "storage/session/global/ses_1.json"]
)  # fmt: skip
def test_files_are_known_by_their_place(name: str) -> None:
    from convledger.sources.places import PLACES

    assert PLACES["opencode"].is_log(name)
    assert not PLACES["opencode"].is_log("auth.json")
    assert not PLACES["opencode"].is_log("storage/part/msg_1/prt_1.json")


def test_a_tree_and_the_database_it_was_moved_into_count_once(tmp_path: Path) -> None:
    folder = tree(tmp_path / "opencode")
    with Ledger.open(tmp_path / "workspace") as ledger:
        ledger.sync([("opencode", folder)])
        before = ledger.conversation("ses_1")
        assert (before.calls, before.title, before.project) == (1, "Old one", "/srv/app")
        texts = [entry.body for entry in ledger.transcript(before.id)]
        assert texts == ["Old question", "Old answer"]

        database = write(folder / "opencode.db", FIXTURE.read_text())
        over = {"created": 1760000001000, "completed": 1760000002000}
        put(database, "session", {
            "id": "ses_1", "project_id": "global", "directory": "/srv/app", "title": "New title",
            "version": "1", "time_created": 1760000000000, "time_updated": 1760000009000,
        })  # fmt: skip
        put(database, "message",
            assistant("msg_1", "ses_1", 1760000000000, role="user"),
            assistant("msg_2", "ses_1", 1760000001000, tokens=TOKENS, time=over))  # fmt: skip
        put(database, "part", said("prt_1", "msg_1", type="text", text="Old question"),
            said("prt_2", "msg_2", type="text", text="Old answer"))  # fmt: skip
        ledger.sync([("opencode", folder)])
        after = ledger.conversation("ses_1")

        assert (after.calls, after.title, after.tokens) == (1, "New title", before.tokens)
        assert [entry.body for entry in ledger.transcript(after.id)] == texts
        assert not ledger.rejected()
