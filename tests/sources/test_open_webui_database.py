"""Open WebUI: the server's database, of which only chats that changed are read again."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from convledger.ingest.documents import opened_document
from convledger.sources.document import NotReadable
from convledger.sources.open_webui import database
from tests.sources.documents import read
from tests.sources.open_webui_parts import EXPORT, START, chat, said


def build(path: Path, rows: list[dict[str, Any]], *, more: str = "") -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    connection.executescript(
        "CREATE TABLE chat (id VARCHAR PRIMARY KEY, user_id VARCHAR, title TEXT, chat JSON, "
        "created_at BIGINT, updated_at BIGINT, share_id TEXT, archived BOOLEAN, pinned BOOLEAN, "
        "meta JSON DEFAULT '{}', folder_id TEXT);"
        "CREATE INDEX updated_at_user_id_idx ON chat (updated_at, user_id);" + more
    )
    put(connection, rows)
    return connection


def put(connection: sqlite3.Connection, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        connection.execute(
            "INSERT OR REPLACE INTO chat (id, user_id, title, chat, created_at, updated_at, meta) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (row["id"], row["user_id"], row["title"], json.dumps(row["chat"]), row["created_at"],
             row["updated_at"], json.dumps(row.get("meta") or {})),
        )  # fmt: skip
    connection.commit()


def test_database_holds_the_same_as_the_export(tmp_path: Path) -> None:
    path = tmp_path / "webui.db"
    build(path, json.loads(EXPORT.read_text("utf-8"))).close()
    stored, exported = read("open-webui", path), read("open-webui", EXPORT)

    assert stored.calls == exported.calls
    assert stored.messages == exported.messages
    assert stored.conversations == exported.conversations


def test_only_chats_that_changed_are_read_again(tmp_path: Path) -> None:
    path = tmp_path / "webui.db"
    rows = [{**chat({"q": said("user")}, f"c{n}"), "updated_at": START + n} for n in range(40)]
    connection = build(path, rows)
    state = read("open-webui", path).states[-1]
    changed = {"q": said("user"), "a": said("assistant", "so", "q")}
    put(connection, [{**chat(changed, "c3"), "updated_at": START + 50}])
    connection.close()
    found = read("open-webui", path, state=state)

    assert set(found.conversations) == {"c39", "c3"}
    assert [call.key for call in found.calls] == ["c3/a"]
    assert set(read("open-webui", path, state=found.states[-1]).conversations) == {"c3"}


def test_database_of_an_older_version_without_an_index_is_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "webui.db"
    rows = [{**chat({"q": said("user")}, f"c{n}"), "updated_at": START + n} for n in range(5)]
    connection = build(path, rows, more="DROP INDEX updated_at_user_id_idx;")
    first = read("open-webui", path)
    put(connection, [{**chat({"q": said("user")}, "c1"), "updated_at": START + 50}])
    connection.execute("UPDATE chat SET updated_at='some day' WHERE id='c2'")
    connection.commit()
    connection.close()

    assert len(first.conversations) == 5
    assert set(read("open-webui", path, state=first.states[-1]).conversations) == {"c1", "c4"}


def test_units_of_instants_do_not_hide_one_another(tmp_path: Path) -> None:
    path = tmp_path / "webui.db"
    old = {**chat({"q": said("user")}, "old"), "updated_at": START * 10**9}
    connection = build(path, [old, chat({"q": said("user")}, "c1")])
    state = read("open-webui", path).states[-1]
    put(connection, [{**chat({"q": said("user")}, "new"), "updated_at": START + 60}])
    connection.close()

    assert "new" in read("open-webui", path, state=state).conversations


def test_another_database_is_read_from_its_start(tmp_path: Path) -> None:
    one, other = tmp_path / "one.db", tmp_path / "other.db"
    build(one, [{**chat({"q": said("user")}, "c1"), "updated_at": START + 500}]).close()
    build(other, [chat({"q": said("user")}, f"d{n}") for n in range(3)]).close()
    state = read("open-webui", one).states[-1]

    assert len(read("open-webui", other, state=state).conversations) == 3
    assert len(read("open-webui", other, state=b"not a state").conversations) == 3


def test_interrupted_first_reading_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "webui.db"
    answers = {"q": said("user"), **{f"a{n}": said("assistant", "x", "q") for n in range(30)}}
    build(path, [chat(answers, f"c{n}") for n in range(60)]).close()
    states = read("open-webui", path).states
    rest = read("open-webui", path, state=states[0])

    assert len(states) > 2
    assert 0 < len(rest.conversations) < 60


def test_messages_in_a_table_of_their_own_are_read(tmp_path: Path) -> None:
    path = tmp_path / "webui.db"
    row = chat({})
    connection = build(
        path, [row],
        more="CREATE TABLE chat_message (id TEXT PRIMARY KEY, chat_id TEXT, user_id TEXT, "
        "role TEXT, parent_id TEXT, content JSON, output JSON, model_id TEXT, files JSON, "
        "error JSON, usage JSON, created_at BIGINT, updated_at BIGINT)",
    )  # fmt: skip
    connection.executemany(
        "INSERT INTO chat_message (id, chat_id, role, parent_id, content, model_id, usage, "
        "created_at) VALUES (?, 'c1', ?, ?, ?, ?, ?, ?)",
        [("c1-q", "user", None, '"Hi"', None, None, START),
         ("c1-a", "assistant", "q", "not json", "m", '{"input_tokens": 5, "output_tokens": 2}',
          START + 1)],
    )  # fmt: skip
    connection.commit()
    connection.close()
    found = read("open-webui", path)

    assert found.visible() == [("prompt", "Hi"), ("answer", "not json")]
    assert [(c.key, c.model, c.input, c.output) for c in found.calls] == [("c1/a", "m", 5, 2)]


def test_changed_chats_are_found_by_an_index(tmp_path: Path) -> None:
    path = tmp_path / "webui.db"
    build(path, [chat({"q": said("user")})]).close()
    with opened_document(str(path), path.name) as document:
        for query in (
            "SELECT max(updated_at) FROM chat WHERE updated_at >= ? AND updated_at < ?",
            (
                "SELECT id, updated_at FROM chat WHERE updated_at >= ? AND updated_at < ? "
                "ORDER BY updated_at"
            ),
        ):
            plan = document.rows(f"EXPLAIN QUERY PLAN {query}", (0, 5))
            assert "USING" in plan[0][3]
            assert "INDEX" in plan[0][3]
            assert "B-TREE" not in "".join(str(step[3]) for step in plan)


def test_other_database_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE chat (id)")
    connection.close()

    with pytest.raises(NotReadable, match="not one of Open WebUI"):
        read("open-webui", path)


@pytest.mark.parametrize("value", [None, "", "{", "[]", "5", '"{\\"title\\": \\"t\\"}"', b"\xff"])
def test_odd_chats_of_a_database_are_no_error(tmp_path: Path, value: Any) -> None:
    path = tmp_path / "webui.db"
    connection = build(path, [chat({"q": said("user")})])
    connection.execute(
        "INSERT INTO chat (id, user_id, title, chat, updated_at, meta) VALUES "
        "('odd', 5, 5, ?, 'text', 'x')",
        (value,),
    )
    connection.commit()
    connection.close()

    assert "c1" in read("open-webui", path).conversations
    assert database.COLUMNS
