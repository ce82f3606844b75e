"""`import` of tables: nothing is read before somebody has said how, and then it is remembered."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from convledger.cli import streams
from tests.cli.conftest import FIXTURES, Cli

TABLES = FIXTURES / "sources" / "table"
ASKING = "ticket,date,from,text\n1,03/04/2026,user,Hello\n1,04/04/2026,Ops,Hi\n"


@pytest.fixture
def asking(tmp_path: Path) -> Path:
    """Return a table that leaves questions open."""
    path = tmp_path / "Chats of May.csv"
    path.write_text(ASKING)
    return path


def test_unknown_table_is_wrong_use_that_names_the_open_questions(
    cli: Cli, own_home: Path, asking: Path
) -> None:
    answer = cli("import", str(asking))

    assert answer.code == 2
    assert answer.out == ""
    assert "open: roles.Ops, instants.format" in answer.err
    assert "is 03/04/2026 written day first or month first? (day-month-year, month-day-year)" in (
        answer.err
    )
    assert "--write-map MAP.toml" in answer.err


def test_table_with_many_spoilt_dates_is_not_dated_by_its_file(
    cli: Cli, own_home: Path, tmp_path: Path
) -> None:
    path = tmp_path / "chats.csv"
    path.write_text(
        "ticket,date,from,text\n1,2026-05-01 10:00:00,user,Hello\n1,soon,bot,Hi\n"
        "2,2026-05-02 11:00:00,user,Hello\n2,2026-05-02 11:01:00,bot,Hi\n"
    )

    for options in ([], ["--map", "guess"]):
        answer = cli("import", str(path), *options)
        assert answer.code == 2
        assert "In date, 1 of 4 times can't be read, like 'soon'" in answer.err
        assert "open: instants.format" in answer.err
        assert "--map MAP.toml" in answer.err


def test_unknown_table_shows_on_a_terminal_how_it_would_be_read(
    cli: Cli, own_home: Path, asking: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "is_terminal_out", lambda: True)

    answer = cli("import", str(asking))

    assert answer.code == 2
    assert "one row is one message" in answer.out
    assert "text of the message" in answer.out
    assert "'Ops' in from is nobody" in answer.out


def test_guess_is_written_answered_and_imported(
    cli: Cli, own_home: Path, asking: Path, tmp_path: Path
) -> None:
    target = tmp_path / "map.toml"

    written = cli("import", str(asking), "--write-map", str(target))
    unanswered = cli("import", str(asking), "--map", str(target))
    text = target.read_text("utf-8")
    target.write_text(
        text.replace('Ops = "?"', 'Ops = "human_agent"').replace(
            'format = "?"', 'format = "month-day-year"'
        )
    )
    imported = cli("import", str(asking), "--map", str(target))
    again = cli("import", str(asking))

    assert (written.code, unanswered.code) == (0, 1)
    assert 'name = "chats-of-may"' in text
    assert "must be answered" in unanswered.err
    assert imported.code == 0
    assert " 2 messages" in imported.out
    assert again.code == 0  # remembered by its header
    assert "Nothing new" in again.out
    assert cli("import", str(asking), "--write-map", str(target)).code == 2  # is there already


def test_corrected_mapping_replaces_what_was_read(cli: Cli, own_home: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "helpdesk.toml"
    shutil.copyfile(TABLES / "helpdesk.toml", mapping)

    first = cli("import", str(TABLES / "helpdesk.csv"), "--map", str(mapping), "--json")
    mapping.write_text(mapping.read_text("utf-8").replace('Bot = "assistant"', 'Bot = "system"'))
    second = cli("import", str(TABLES / "helpdesk.csv"), "--map", str(mapping), "--json")

    assert (first.json["calls"], second.json["calls"]) == (3, 0)
    rows = cli("report", "--by", "source", "--json").json["rows"]
    assert sum(row["calls"] for row in rows) == 0
    assert cli("check", "--deep").code == 0


def test_guess_without_questions_is_taken_when_asked_for(cli: Cli, own_home: Path) -> None:
    table = str(TABLES / "outcomes.csv")

    told = cli("import", table)
    taken = cli("import", table, "--map", "guess", "--json")

    assert told.code == 2
    assert "--map guess" in told.err
    assert (taken.code, taken.json["conversations"]) == (0, 3)


def test_guess_with_questions_is_not_taken(cli: Cli, own_home: Path, asking: Path) -> None:
    assert cli("import", str(asking), "--map", "guess").code == 2


def test_preset_is_taken_by_its_name(cli: Cli, own_home: Path) -> None:
    answer = cli("import", str(TABLES / "chats.json"), "--map", "freshchat", "--json")

    assert (answer.code, answer.json["conversations"]) == (0, 2)
    assert answer.json["messages"] == 3
    assert answer.json["rejected_lines"] == 0


def test_mapping_of_other_columns_names_those_that_are_missing(
    cli: Cli, own_home: Path, asking: Path
) -> None:
    answer = cli("import", str(asking), "--map", str(TABLES / "outcomes.toml"))

    assert answer.code == 2
    assert "the table lacks: Agent messages, Bot messages" in answer.err.replace("\n", " ")
    assert "it has ticket, date, from, text" in answer.err.replace("\n", " ")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--map", "guess"),
        ("{table}", "--map", "nobody"),
        ("{table}", "--map", "guess", "--as", "codex"),
        ("{table}", "--map", "guess", "--write-map", "x.toml"),
        ("{table}", "{table}", "--write-map", "x.toml"),
        ("{missing}", "--map", "guess"),
    ],
)
def test_wrong_use_is_told(
    cli: Cli, own_home: Path, asking: Path, arguments: tuple[str, ...]
) -> None:
    given = [each.format(table=asking, missing=asking.with_name("none.csv")) for each in arguments]

    answer = cli("import", *given)

    assert answer.code == 2
    assert "Traceback" not in answer.err


def test_other_files_are_no_tables(cli: Cli, own_home: Path, tmp_path: Path) -> None:
    prose = tmp_path / "notes.txt"
    prose.write_text("Just some words,\nno table at all.\n")

    assert "--map" not in cli("import", str(prose)).err


def test_conversation_of_a_table_is_found_by_the_id_that_the_table_gives(
    cli: Cli, own_home: Path, tmp_path: Path
) -> None:
    rows = "".join(f"session_{at},2026-10-0{at}T10:00:00Z,user,Hello {at}\n" for at in (1, 2, 3))
    path = tmp_path / "grüße.csv"
    path.write_text("ticket,date,from,text\nsession_11,2026-10-09T10:00:00Z,bot,Hi\n" + rows)
    assert cli("import", str(path), "--map", "guess").code == 0

    shown = cli("show", "session_1", "--no-sync")

    assert shown.code == 0
    assert "grusse/session_1\n" in shown.out
    assert cli("show", "session_", "--no-sync").code == 2
