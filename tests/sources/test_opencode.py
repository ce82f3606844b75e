"""OpenCode: the database and exports, each request counted once, and what is new read on."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from convledger.ledger import Ledger
from convledger.sources.findings import Flag, Kind, Measure
from convledger.sources.opencode.database import BEFORE
from tests.sources.documents import Read, read
from tests.sources.opencode_parts import FIXTURE, SAMPLES, TOKENS, assistant, needs_samples, said
from tests.sources.tools_databases import Again, put, write


@needs_samples
def test_database_of_the_lab_has_its_tokens() -> None:
    expected = json.loads((SAMPLES / "expected.json").read_text())
    expected = expected["opencode/lab_1.18.33/opencode.db"]
    found = read("opencode", SAMPLES / "opencode" / "lab_1.18.33" / "opencode.db")
    wanted = expected["tokens_by_model"]["mock/mock-model"]

    assert found.tokens()["mock-model"] == {
        "requests": wanted["requests"],
        "input": wanted["input"],
        "cache_read": wanted["cache_read"],
        "cache_write": wanted["cache_write"],
        "output": wanted["output"],
        "reasoning": wanted["of_which_reasoning"],
    }
    assert len(found.conversations) == expected["conversations"]
    assert len({message.uuid for message in found.messages}) == expected["messages"]
    reported = {call.key: call.reported or 0 for call in found.calls}
    assert sum(reported.values()) == round(wanted["logged_cost"] * 10**12)


@needs_samples
def test_export_of_the_lab_is_the_same_session_as_in_the_database() -> None:
    lab = SAMPLES / "opencode" / "lab_1.18.33"
    database, export = read("opencode", lab / "opencode.db"), read("opencode", lab / "export.json")
    (session,) = export.conversations

    assert {call.key for call in export.calls} < {call.key for call in database.calls}
    kept = [message for message in database.messages if message.conversation == session]
    assert export.messages == kept


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return write(tmp_path / "opencode.db", FIXTURE.read_text())


def merged(found: Read, name: str) -> Any:
    return found.conversations[name]


def test_forks_repeat_requests_that_stay_their_origins(database: Path) -> None:
    found = read("opencode", database)
    owners = {call.key: call.conversation for call in found.calls}

    assert sorted(owners.values()) == ["ses_kiln", "ses_kiln_fork", "ses_look"]
    assert [call.copied_into for call in found.calls if call.copied_into] == ["ses_kiln_fork"]
    fork = merged(found, "ses_kiln_fork")
    assert (fork.parent, fork.relation) == ("ses_kiln", "fork")
    inherited = {m.uuid for m in found.messages if m.flags & Flag.INHERITED}
    assert inherited == {"msg_05", "msg_06"}


def test_a_fork_whose_origin_was_deleted_keeps_the_same_keys(database: Path) -> None:
    before = {call.key for call in read("opencode", database).calls}
    write(database, "DELETE FROM session WHERE id='ses_kiln'",
          "DELETE FROM message WHERE session_id='ses_kiln'")  # fmt: skip

    found = read("opencode", database)
    assert {call.key for call in found.calls} == before
    assert {call.conversation for call in found.calls} == {"ses_kiln_fork", "ses_look"}


def test_sub_agents_name_their_session(database: Path) -> None:
    agent = read("opencode", database).conversations["ses_look"]

    assert (agent.parent, agent.relation) == ("ses_kiln", "subagent")
    assert agent.title == "Find the timer (@explore subagent)"
    assert (agent.project, agent.version) == ("/home/mira/kiln", "1.18.0")


def test_a_transcript_has_its_parts_in_order(database: Path) -> None:
    found = read("opencode", database)

    assert found.visible("ses_kiln") == [
        ("prompt", "The kiln stops an hour early."),
        ("thinking", "Daylight saving, perhaps."),
        ("tool_call", '{"command":"date"}'),
        ("tool_result", "Sun Nov  1"),
    ]
    chain = {m.uuid: m.parent for m in found.messages if m.conversation == "ses_kiln_fork"}
    assert chain == {"msg_05": "", "msg_06": "msg_05", "msg_07": "msg_06", "msg_08": "msg_07"}


def test_reasoning_is_in_the_output_only_where_no_total_is_told(database: Path) -> None:
    over = {"created": 1794000200000, "completed": 1794000201000}
    put(
        database, "message",
        assistant("msg_90", tokens=TOKENS, time=over),
        assistant("msg_91", tokens=TOKENS | {"total": 21}, time=over | {"created": 1794000200001}),
    )  # fmt: skip
    found = [call for call in read("opencode", database).calls if call.model == "m"]

    assert [(call.output, call.reasoning) for call in found] == [(5, 2), (7, 2)]


def test_what_is_not_over_or_failed_without_tokens_is_no_request(database: Path) -> None:
    put(
        database, "message",
        assistant("msg_90"),
        assistant("msg_91", tokens=TOKENS),
        assistant("msg_92", error={"name": "AbortedError", "data": {"message": "no"}}),
    )  # fmt: skip
    found = read("opencode", database)

    assert [call for call in found.calls if call.model == "m"] == []
    assert ("note", "no") in found.visible("ses_kiln")


def test_steps_count_only_where_the_message_has_no_tokens(database: Path) -> None:
    over = {"created": 1794000200000, "completed": 1794000201000}
    zero = {"input": 0, "output": 0, "reasoning": 0, "cache": {"read": 0, "write": 0}}
    put(database, "message", assistant("msg_90", tokens=zero, time=over))
    put(
        database, "part",
        said("prt_90", "msg_90", type="step-finish", tokens=TOKENS),
        said("prt_91", "msg_90", type="step-finish", tokens=TOKENS),
    )  # fmt: skip
    (call,) = [call for call in read("opencode", database).calls if call.model == "m"]

    assert (call.input, call.output, call.cache_read, call.cache_write_5m) == (20, 10, 6, 2)


def test_tokens_that_nobody_recorded_are_missing_not_zero(database: Path) -> None:
    over = {"created": 1794000200000, "completed": 1794000201000}
    put(database, "message", assistant("msg_90", time=over))
    (call,) = [call for call in read("opencode", database).calls if call.model == "m"]

    assert (call.measure, call.key, call.total) == (Measure.MISSING, "msg_90", 0)


def test_a_reading_goes_on_where_the_last_one_stopped(database: Path) -> None:
    again = Again("opencode", database)
    again.read()
    over = {"created": 1794000200000, "completed": 1794000201000}
    put(database, "message", assistant("msg_90", tokens=TOKENS, time=over))
    put(database, "part", said("prt_90", "msg_90", type="text", text="New."))
    found = again.read()

    assert [call.model for call in found.calls if call.conversation == "ses_kiln"] == ["m"]
    assert ("answer", "New.") in found.visible()
    assert {m.parent for m in found.messages if m.uuid == "msg_90"} == {"msg_02"}


def test_a_message_that_ends_later_is_counted_then(database: Path) -> None:
    put(database, "message", assistant("msg_90"))
    state: dict[str, Any] = {"status": "running", "input": {}}
    put(database, "part", said("prt_90", "msg_90", type="tool", tool="bash", state=state))
    again = Again("opencode", database)
    assert not [call for call in again.read().calls if call.model == "m"]

    # Nothing but the row itself tells that it has changed.
    over = {"created": 1794000200000, "completed": 1794000201000}
    put(database, "message", assistant("msg_90", tokens=TOKENS, time=over))
    state = {"status": "completed", "input": {}, "output": "done"}
    put(database, "part", said("prt_90", "msg_90", type="tool", tool="bash", state=state))
    found = again.read()

    assert [call.total for call in found.calls if call.model == "m"] == [19]
    assert ("tool_result", "done") in found.visible("ses_kiln")


def test_a_part_that_comes_late_shows_its_message_again(database: Path) -> None:
    again = Again("opencode", database)
    again.read()
    late = 1794000300000
    put(database, "part", said("prt_99", "msg_02", late, type="text", text="One thing more."))

    assert ("answer", "One thing more.") in again.read().visible("ses_kiln")


def test_a_changed_title_is_told_again(database: Path) -> None:
    again = Again("opencode", database)
    again.read()
    write(database, "UPDATE session SET title='Kiln', time_updated=1794000400000 "
          "WHERE id='ses_kiln'")  # fmt: skip

    assert again.read().conversations["ses_kiln"].title == "Kiln"


def test_what_was_taken_back_is_marked_until_it_is_brought_back(database: Path) -> None:
    again = Again("opencode", database)
    again.read()

    def flags() -> dict[str, int]:
        found = again.read().messages
        return {m.uuid: m.flags & Flag.ROLLED_BACK for m in found if m.conversation == "ses_kiln"}

    write(
        database,
        """UPDATE session SET revert='{"messageID":"msg_02"}',
          time_updated=1794000400000 WHERE id='ses_kiln'""",
    )
    assert flags() == {"msg_01": 0, "msg_02": Flag.ROLLED_BACK}
    write(database, "UPDATE session SET revert=NULL, time_updated=1794000500000 "
          "WHERE id='ses_kiln'")  # fmt: skip
    assert flags() == {"msg_01": 0, "msg_02": 0}


def test_what_was_taken_back_before_the_first_reading_can_be_brought_back(database: Path) -> None:
    write(database, """UPDATE session SET revert='{"messageID":"msg_02"}' WHERE id='ses_kiln'""")
    again = Again("opencode", database)
    first = {m.uuid for m in again.read().messages if m.flags & Flag.ROLLED_BACK}
    write(database, "UPDATE session SET revert=NULL, time_updated=1794000500000 "
          "WHERE id='ses_kiln'")  # fmt: skip
    second = {m.uuid: m.flags for m in again.read().messages}

    assert first == {"msg_02"}
    assert second["msg_02"] == 0


def test_what_was_deleted_there_is_not_missed_here(database: Path) -> None:
    put(database, "message", assistant("msg_90"), assistant("msg_91"))
    again = Again("opencode", database)
    again.read()
    write(database, "DELETE FROM message WHERE id IN ('msg_08', 'msg_90', 'msg_91')")
    over = {"created": 1794000200000, "completed": 1794000201000}
    put(database, "message", assistant("msg_92", tokens=TOKENS, time=over))

    # The new row has the number of one that was read before it was deleted.
    assert "msg_92" in {m.uuid for m in again.read().messages}


@pytest.mark.parametrize("how", ["packed", "another"])
def test_a_packed_or_another_database_is_read_as_far_as_it_is_new(
    database: Path, tmp_path: Path, how: str
) -> None:
    again = Again("opencode", database)
    first = again.read()
    if how == "packed":
        write(database, "DELETE FROM message WHERE id='msg_01'", "VACUUM")
        over = {"created": 1794000200000, "completed": 1794000201000}
        put(database, "message", assistant("msg_92", tokens=TOKENS, time=over))
        assert "msg_92" in {m.uuid for m in again.read().messages}
    else:
        other = write(tmp_path / "other.db", FIXTURE.read_text().replace("msg_0", "msg_x"))
        other.replace(database)
        found = again.read()
        assert len(found.messages) == len(first.messages)
        assert {call.key for call in found.calls} == {call.key for call in first.calls}


def test_a_reading_that_was_cut_short_is_taken_up(database: Path) -> None:
    # Each piece comes with a state from which nothing is missed.
    from convledger.ingest.documents import opened_document
    from convledger.sources.opencode import database as reader

    for start in range(0, 2500, 500):
        put(
            database, "message",
            *(
                assistant(f"msg_{n:05}", tokens=TOKENS, finish="stop", time={"created": 10**12 + n})
                for n in range(start, start + 500)
            ),
        )  # fmt: skip
    seen: dict[str, int] = {}
    state = b""
    for _ in range(20):
        with opened_document(str(database), "opencode.db") as document:
            for part in reader.read(document, state, texts=False):
                for call in part.figures.calls:
                    seen[call.key] = seen.get(call.key, 0) + 1
                if part.state is not None and part.state != state:
                    state = part.state
                    break
    assert len(seen) == 2503


def test_new_rows_are_found_without_a_look_at_all_others(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        for query, values in (
            ("SELECT rowid, data FROM message WHERE rowid>? AND rowid<=? ORDER BY rowid", (1, 2)),
            ("SELECT data FROM message WHERE session_id=? AND rowid>? AND time_updated>=?", "abc"),
            ("SELECT data FROM part WHERE message_id IN (?)", ("m",)),
            (f"SELECT id FROM message {BEFORE} LIMIT 1", ("s", 1, "m")),
        ):
            plan = connection.execute(f"EXPLAIN QUERY PLAN {query}", values).fetchall()
            assert all("SEARCH" in row[3] for row in plan), plan


def test_kin_are_named(database: Path, tmp_path: Path) -> None:
    kilo = database.rename(tmp_path / "kilo.db")

    assert read("opencode", kilo).conversations["ses_kiln"].details == {"tool": "Kilo"}


def test_kinds_of_parts(database: Path) -> None:
    put(
        database, "part",
        said("prt_90", "msg_01", type="file", mime="image/png", filename="kiln.png", url="data:x"),
        said("prt_91", "msg_01", type="compaction", auto=True),
        said("prt_92", "msg_01", type="subtask", prompt="Look around", agent="explore"),
        said("prt_93", "msg_01", type="tool", tool="edit", state={"status": "error", "input": {},
                                                                   "error": "no such file"}),
        {**said("prt_94", "msg_01"), "data": "not json"},
        {**said("prt_95", "msg_01"), "data": None if False else "[]"},
    )  # fmt: skip
    found = read("opencode", database)

    assert [entry for entry in found.visible("ses_kiln") if entry[0] in ("attachment", "note")] == [
        ("attachment", "[file image/png kiln.png]"),
        ("note", "context compacted"),
        ("note", "Look around"),
    ]
    (failed,) = [m for m in found.messages if m.flags & Flag.ERROR]
    assert (failed.kind, failed.body) == (Kind.TOOL_RESULT, "no such file")
    assert len(found.rejected) == 2


def test_what_changes_within_the_same_size_reaches_the_ledger(
    database: Path, tmp_path: Path
) -> None:
    size = database.stat().st_size
    with Ledger.open(tmp_path / "workspace") as ledger:
        ledger.sync([("opencode", database)])
        over = {"created": 1794000200000, "completed": 1794000201000}
        put(database, "message", assistant("msg_90", tokens=TOKENS, time=over))
        put(database, "part", said("prt_90", "msg_90", type="text", text="New."),
            said("prt_05", "msg_02", type="text", text="Changed."))  # fmt: skip
        assert database.stat().st_size == size
        ledger.sync([("opencode", database)])
        said_now = [entry.body for entry in ledger.transcript(ledger.conversation("ses_kiln").id)]

        assert {"New.", "Changed."} <= {*said_now}
        assert ledger.conversation("ses_kiln").calls == 2
        assert ledger.sync([("opencode", database)]).calls == 0
