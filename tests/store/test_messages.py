"""Messages are stored once, newest with the highest ids, and labels stick to conversations."""

from __future__ import annotations

import pytest

from convledger.ingest import sync as sync_module
from convledger.store.messages import message_key, rebuild_index
from tests.ingest.logs import Bench, everything, prompt, session, turns


def test_newest_have_the_highest_ids_although_history_is_read_backwards(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_module, "BATCH_BYTES", 1)
    for day in range(1, 8):  # the oldest log is written first, so the newest is read first
        name = session(day)
        first = day * 100
        bench.write(bench.log.with_name(f"{name}.jsonl"), turns(first, first + 3, of=name))
    bench.sync()
    bench.append(bench.log.with_name(f"{session(3)}.jsonl"), turns(900, 901, of=session(3)))
    bench.sync()
    rows = bench.ledger.connection.execute("SELECT id, at FROM message ORDER BY id").fetchall()

    assert len(rows) == 7 * 8 + 4
    assert [at for _, at in rows] == sorted(at for _, at in rows)
    assert bench.is_sound()


def test_key_is_that_of_the_name_in_any_conversation() -> None:
    name = "11111111-0000-4000-8000-000000000001"

    assert message_key(1, name, 0) == message_key(1, name, 0)
    keys = {message_key(1, name, block) for block in range(1000)}
    assert len(keys) == 1000
    assert all(0 <= key < 1 << 63 for key in keys)
    assert message_key(1, "odd name", 0) != message_key(2, "odd name", 0)
    assert message_key(1, "z" * 36, 0) != message_key(1, "z" * 36, 1)


def test_resumed_session_marks_what_it_repeats_as_inherited(bench: Bench) -> None:
    bench.write(bench.log, turns(1, 2))
    resumed = bench.log.with_name(f"{session(2)}.jsonl")
    bench.write(resumed, turns(1, 2, of=session(2)) + turns(3, 3, of=session(2)))
    bench.sync()
    rows = bench.ledger.connection.execute(
        "SELECT native, flags & 4 FROM message JOIN conversation "
        "ON conversation.id=conversation_id WHERE message.kind=1 ORDER BY native, at"
    ).fetchall()

    assert rows == [
        (session(1), 0),
        (session(1), 0),
        (session(2), 4),
        (session(2), 4),
        (session(2), 0),
    ]
    assert bench.ledger.connection.execute(
        "SELECT relation, parent_native FROM conversation WHERE native=?", (session(2),)
    ).fetchone() == ("resume", session(1))
    assert bench.calls() == 3


def test_one_name_for_two_texts_keeps_both(bench: Bench) -> None:
    bench.write(bench.log, prompt(1, "first text") + prompt(1, "second text"))
    bench.sync()

    assert sorted(bench.said()) == ["first text", "second text"]


def test_rebuilt_index_is_the_same(bench: Bench) -> None:
    bench.write(bench.log, turns(1, 20) + prompt(21, "東京 crème \\n"))
    bench.sync()
    before = everything(bench.ledger.connection)
    bench.ledger.repair()

    assert everything(bench.ledger.connection) == before
    assert bench.is_sound()
    bench.ledger.connection.execute("BEGIN")
    rebuild_index(bench.ledger.connection)
    bench.ledger.connection.execute("ROLLBACK")
    assert everything(bench.ledger.connection) == before


def labels(bench: Bench) -> list[tuple[str, str]]:
    return bench.ledger.connection.execute(
        "SELECT name, value FROM label ORDER BY name, value"
    ).fetchall()


def test_tags_gather_and_a_client_is_replaced(bench: Bench) -> None:
    bench.write(bench.log, turns(1, 1))
    bench.sync()
    ids = bench.ledger.conversation_ids(projects=["bakery"])

    assert bench.ledger.label(ids, "tag", "ovens") == 1
    assert bench.ledger.label(ids, "tag", "flour") == 1
    assert bench.ledger.label(ids, "tag", "flour") == 0
    assert bench.ledger.label(ids, "client", "Northwind") == 1
    assert bench.ledger.label(ids, "client", "Southwind") == 1
    assert labels(bench) == [("client", "Southwind"), ("tag", "flour"), ("tag", "ovens")]
    assert bench.ledger.unlabel(ids, "tag", "flour") == 1
    assert bench.ledger.unlabel(ids, "tag") == 1
    assert bench.ledger.unlabel(ids, "tag") == 0
    assert labels(bench) == [("client", "Southwind")]


def test_labels_outlive_the_log_and_its_return(bench: Bench) -> None:
    bench.write(bench.log, turns(1, 1))
    bench.sync()
    bench.ledger.label(bench.ledger.conversation_ids(names=[session()]), "client", "Northwind")
    bench.log.unlink()
    bench.sync()
    bench.write(bench.log, turns(1, 2))
    bench.sync()

    assert labels(bench) == [("client", "Northwind")]


@pytest.mark.parametrize(
    ("project", "source", "count"),
    [("bakery", "", 1), ("/home/*", "", 1), ("b?kery", "", 1), ("*b?kery", "", 1),
     ("rail", "", 0), ("bakery", "codex", 0), ("bakery", "claude-code", 1)],
)  # fmt: skip
def test_conversations_by_project(bench: Bench, project: str, source: str, count: int) -> None:
    bench.write(bench.log, turns(1, 1))
    bench.sync()

    assert len(bench.ledger.conversation_ids(projects=[project], source=source)) == count
