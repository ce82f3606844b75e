"""Importing memory files: proposed at first, later only what has changed, and undone as one."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.clock import DAY, SECOND
from convledger.errors import UsageProblem
from convledger.ledger import Ledger
from convledger.memory import keeping
from convledger.memory.drafts import Draft
from convledger.memory.importing import ImportResult, import_file
from convledger.memory.words import text_hash
from convledger.store.connection import transaction
from convledger.store.entries import Entry, entries_where, sources_of, versions_of
from convledger.store.operations import operations, undo
from convledger.store.tombstones import bury

NOW = 1_790_000_000 * SECOND
FILE = "/home/ana/bakery/CLAUDE.md"
RULES = "# Rules\n\n- Round half to even.\n- Deploy on Fridays.\n- No emoji.\n"


def take(ledger: Ledger, text: str, now: int = NOW, path: str = FILE, **more: Any) -> ImportResult:
    facts = {"format_name": None, "scope": "project:bakery", **more}
    return import_file(ledger.connection, path, content=text.encode(), now=now, **facts)


def counts(result: ImportResult) -> tuple[int, int, int, int]:
    return result.new, result.changed, result.same, result.removed


def entries(ledger: Ledger) -> list[Entry]:
    return list(entries_where(ledger.connection))


def statuses(ledger: Ledger) -> dict[str, list[str]]:
    return {
        entry.body: [
            source.status for source in sources_of(ledger.connection, [entry.id])[entry.id]
        ]
        for entry in entries(ledger)
    }


def dump(connection: sqlite3.Connection) -> dict[str, list[tuple[Any, ...]]]:
    tables = ("entry", "entry_version", "entry_source", "memory_item", "memory_file")
    return {name: connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall()
            for name in tables}  # fmt: skip


def test_new_items_are_proposed_with_their_source(ledger: Ledger) -> None:
    result = take(ledger, RULES)
    found = entries(ledger)

    assert counts(result) == (3, 0, 0, 0)
    assert {entry.state for entry in found} == {"proposed"}
    assert {entry.verified_at for entry in found} == {None}
    assert (found[0].body, found[0].kind) == ("Round half to even.", "instruction")
    assert (found[0].scope, found[0].tags) == ("project:bakery", ())
    (source,) = sources_of(ledger.connection, [found[0].id])[found[0].id]
    assert (source.kind, source.place, source.status) == ("file", FILE, "ok")
    start, length = ledger.connection.execute(
        "SELECT start, length FROM memory_item WHERE id=?", (source.memory_item_id,)
    ).fetchone()
    assert RULES.encode()[start : start + length] == b"Round half to even."


def test_importing_again_changes_nothing(ledger: Ledger) -> None:
    take(ledger, RULES)
    before = dump(ledger.connection)
    result = take(ledger, RULES, NOW)

    assert counts(result) == (0, 0, 3, 0)
    assert dump(ledger.connection) == before
    assert len(operations(ledger.connection)) == 1


def test_only_what_changed_is_changed(ledger: Ledger) -> None:
    take(ledger, RULES)
    first = entries(ledger)
    keeping.accept(ledger.connection, [first[1].id], NOW)
    text = "# Rules\n\n- New at the top.\n- Round half to even.\n- Deploy on Thursdays.\n"
    result = take(ledger, text, NOW + DAY)

    assert counts(result) == (1, 1, 1, 1)
    bodies = [(entry.body, entry.state, entry.version) for entry in entries(ledger)]
    assert bodies == [
        ("Round half to even.", "proposed", 1),
        ("Deploy on Thursdays.", "proposed", 2),
        ("No emoji.", "proposed", 1),
        ("New at the top.", "proposed", 1),
    ]
    assert entries(ledger)[1].verified_at is None
    assert statuses(ledger)["No emoji."] == ["missing"]
    assert counts(take(ledger, text, NOW + DAY)) == (0, 0, 3, 0)
    assert counts(take(ledger, f"{text}- No emoji.\n", NOW + DAY)) == (0, 0, 4, 0)
    assert statuses(ledger)["No emoji."] == ["ok"]


def test_an_entry_that_a_person_edited_stays_and_the_item_is_news(ledger: Ledger) -> None:
    take(ledger, RULES)
    keeping.edit(ledger.connection, entries(ledger)[1].id, NOW, body="Deploy on Mondays.")
    result = take(ledger, RULES.replace("Fridays", "Thursdays"), NOW + 1)

    assert (counts(result), result.waiting) == ((0, 0, 2, 0), 1)
    assert entries(ledger)[1].body == "Deploy on Mondays."
    rows = ledger.connection.execute("SELECT news, text FROM memory_item WHERE news!=''")
    assert rows.fetchall() == [("changed", "Deploy on Thursdays.")]
    take(ledger, RULES.replace("Fridays", "Mondays"), NOW + 2)
    assert ledger.connection.execute("SELECT count(*) FROM memory_item WHERE news!=''").fetchone() \
        == (0,)  # fmt: skip


def test_a_title_that_a_person_gave_stays(ledger: Ledger) -> None:
    take(ledger, RULES)
    keeping.edit(ledger.connection, entries(ledger)[1].id, NOW, title="Deploys")
    take(ledger, RULES.replace("Fridays", "Thursdays"), NOW + 1)

    assert (entries(ledger)[1].title, entries(ledger)[1].body) == (
        "Deploys",
        "Deploy on Thursdays.",
    )


def test_the_same_text_elsewhere_is_one_entry_with_two_sources(ledger: Ledger) -> None:
    take(ledger, RULES)
    other = take(ledger, RULES, path="/home/ana/bakery/AGENTS.md")
    assert counts(other) == (0, 0, 3, 0)
    assert statuses(ledger)["No emoji."] == ["ok", "ok"]

    changed = take(ledger, RULES.replace("No", "Some"), NOW + 1, "/home/ana/bakery/AGENTS.md")
    assert counts(changed) == (0, 1, 2, 0)
    assert statuses(ledger)["No emoji."] == ["ok", "missing"]
    assert statuses(ledger)["Some emoji."] == ["ok"]


def test_an_entry_that_a_person_wrote_is_never_rewritten_by_a_file(ledger: Ledger) -> None:
    keeping.remember(ledger.connection, Draft("No emoji.", scope="project:bakery"), NOW)
    take(ledger, RULES)
    assert take(ledger, RULES.replace("No e", "Some e"), NOW).waiting == 1
    assert "No emoji." in statuses(ledger)


def test_what_was_erased_does_not_come_back(ledger: Ledger) -> None:
    with transaction(ledger.connection):
        bury(ledger.connection, "entry", text_hash("deploy on  FRIDAYS."), NOW)
    result = take(ledger, RULES)

    assert (counts(result), result.erased) == ((2, 0, 0, 0), 1)
    assert "Fridays" not in str(dump(ledger.connection))
    assert take(ledger, RULES).erased == 1


def test_an_import_is_undone_as_one_change(ledger: Ledger) -> None:
    empty = dump(ledger.connection)
    take(ledger, RULES)
    once = dump(ledger.connection)
    text = "- top\n\n# Rules\n- No emoji.\n- Round half to even.\n- Deploy on Mondays.\n"
    take(ledger, text, NOW + 1)

    undo(ledger.connection, NOW + 2)
    again = dump(ledger.connection)
    for table in ("entry", "entry_version", "entry_source"):
        assert again[table] == once[table]
    undo(ledger.connection, NOW + 3)
    assert dump(ledger.connection) == empty
    assert counts(take(ledger, RULES, NOW + 4)) == (3, 0, 0, 0)


def test_an_undone_import_can_be_made_again(ledger: Ledger) -> None:
    take(ledger, RULES)
    changed = RULES.replace("Fridays", "Mondays")
    take(ledger, changed, NOW + 1)
    undo(ledger.connection, NOW + 2)
    assert counts(take(ledger, changed, NOW + 3)) == (0, 1, 2, 0)


def test_a_text_that_is_too_long_is_told_and_the_others_come_in(ledger: Ledger) -> None:
    result = take(ledger, f"- {'x' * (1 << 21)}\n- short\n")

    assert (result.new, len(result.rejected)) == (1, 1)
    assert "at most 1,048,576" in result.rejected[0].reason


def test_facts_of_a_table_come_with_its_rows(ledger: Ledger) -> None:
    header = "body,kind,scope,sensitivity,value,source_date,valid_to"
    table = f"{header}\nTea,preference,client:Acme,secret,5,2026-05-01,2026-09-01\n"
    assert take(ledger, table, path="/tmp/entries.csv").new == 1
    (entry,) = entries(ledger)
    assert (entry.kind, entry.scope, entry.sensitivity, entry.value) == (
        "preference", "client:Acme", "secret", 5)  # fmt: skip
    assert None not in (entry.source_date, entry.valid_to)


def test_a_path_that_is_not_unicode_and_text_that_is_markup_are_kept(ledger: Ledger) -> None:
    take(ledger, "- [b]x[/b] \x1b[31m\n", path="/tmp/\udcff/AGENTS.md")
    assert entries(ledger)[0].body == "[b]x[/b] \x1b[31m"
    path = ledger.connection.execute("SELECT path FROM memory_file").fetchone()[0]
    assert path == b"/tmp/\xff/AGENTS.md"


def test_a_file_of_no_known_format_asks_for_one(ledger: Ledger) -> None:
    with pytest.raises(UsageProblem, match="name its format with --as"):
        take(ledger, "x", path="/tmp/x.bin")
    assert take(ledger, "- x", path="/tmp/x.bin", format_name="agents-md").new == 1


LINES = st.lists(st.sampled_from(["- a b c", "- a b d", "- x", "- y z", "# H", "text", ""]),
                 max_size=7).map("\n".join)  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(st.lists(LINES, min_size=1, max_size=4))
def test_however_a_file_changes_the_last_import_is_what_it_says(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    with Ledger.open(tmp_path_factory.mktemp("w") / "workspace") as ledger:
        for number, text in enumerate(texts):
            take(ledger, text, NOW + number)
        again = take(ledger, texts[-1], NOW + 9)
        assert counts(again)[:2] == (0, 0)
        assert (again.removed, again.waiting) == (0, 0)
        said = {body for body, found in statuses(ledger).items() if "ok" in found}
        fresh = Path(str(ledger.path)).parent.parent / "other"
        with Ledger.open(fresh) as other:
            take(other, texts[-1])
            assert said == {entry.body for entry in entries(other)}
        for entry in entries(ledger):
            versions = versions_of(ledger.connection, entry.id)
            assert (versions[-1].body, versions[-1].hash) == (entry.body, text_hash(entry.body))
        while operations(ledger.connection) and any(
            not each.undone_at and not each.undoes for each in operations(ledger.connection)
        ):
            undo(ledger.connection, NOW + 20)
        assert entries(ledger) == []


def test_a_text_longer_than_an_entry_is_told_and_the_rest_comes_in(ledger: Ledger) -> None:
    content = b"- kept\n- " + b"soup " * 300_000 + b"\n- kept too\n"
    result = import_file(ledger.connection, "CLAUDE.md", None, content, "", NOW)
    assert result.new == 2
    (told,) = result.rejected
    assert told.place == "line 2"
    assert "1,048,576" in told.reason


def test_a_file_of_too_many_pieces_is_told_and_left(ledger: Ledger) -> None:
    content = b"- piece\n" * 50_001
    result = import_file(ledger.connection, "CLAUDE.md", None, content, "", NOW)
    assert result.new == 0
    (told,) = result.rejected
    assert "more than 50,000 pieces" in told.reason
    assert entries(ledger) == []
