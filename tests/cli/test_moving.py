"""`export --everything` and `import` of what it wrote: what they say, and how they end."""

from __future__ import annotations

from pathlib import Path

import pytest

from convledger.ledger import Ledger
from tests.cli.conftest import Cli
from tests.cli.plans import NOW


@pytest.fixture
def moved(studio: Cli, tmp_path: Path, on_the_20th: None) -> Path:
    """A folder that the books of the studio were written to, with a closed statement."""
    assert studio("credits", "statement", "--period", "2026-10").code == 0
    assert studio("memory", "add", "The bakery opens at seven.").code == 0
    assert studio("label", first(studio), "--client", "acme").code == 0
    assert studio("export", "--everything", str(tmp_path / "out")).code == 0
    return tmp_path / "out"


def first(cli: Cli) -> str:
    rows = cli("report", "--by", "conversation", "--json", "--no-sync").json["rows"]
    return str(rows[0]["conversation"])


def test_what_is_written_is_told(studio: Cli, tmp_path: Path) -> None:
    answer = studio("export", "--everything", str(tmp_path / "out"))

    assert answer.code == 0
    assert "for you alone to read:" in answer.out
    assert answer.out.split("plans-in-use")[1].split()[0] == "1"
    assert "plans/studio.toml" in answer.out
    again = studio("export", "--everything", str(tmp_path / "out"))
    assert (again.code, "is not empty" in again.err) == (2, True)
    with_names = studio("export", "some", "--everything", str(tmp_path / "x"))
    assert (with_names.code, "name no conversation" in with_names.err) == (2, True)


def test_it_is_told_as_json(studio: Cli, tmp_path: Path) -> None:
    told = studio("export", "--everything", str(tmp_path / "out"), "--json").json

    assert told["schema"] == 1
    assert told["rows"]["plans-in-use.jsonl"] == 1
    assert (tmp_path / "out" / "manifest.json").is_file()


def test_a_statement_is_the_same_on_another_machine(
    moved: Path, studio: Cli, tmp_path: Path
) -> None:
    ways = ("credits", "statement", "--period", "all", "--no-sync", "--json")
    here = studio(*ways).json
    elsewhere = ("--workspace", str(tmp_path / "elsewhere"))
    taken = studio(*elsewhere, "import", str(moved))
    assert (taken.code, taken.err) == (0, "")
    assert studio(*elsewhere, "import").code == 0
    there = studio(*elsewhere, *ways).json

    assert here["statements"][0]["state"] == "settled"
    assert there == here
    assert studio(*elsewhere, "check").code == 0
    ledger = Ledger.open(tmp_path / "elsewhere")
    with ledger:
        assert ledger.plan_book.subscriptions()[0].is_in_force(NOW)


def test_what_is_taken_in_is_told(moved: Path, studio: Cli, tmp_path: Path) -> None:
    elsewhere = ("--workspace", str(tmp_path / "elsewhere"))
    answer = studio(*elsewhere, "import", str(moved))

    assert answer.out.startswith("New: ")
    assert "1 plan in use" in answer.out
    assert "Waiting for logs: " in answer.out
    again = studio(*elsewhere, "import", str(moved))
    assert (again.code, again.out) == (0, "Nothing is new: all of it is here.\n")
    told = studio(*elsewhere, "import", str(moved), "--json").json
    assert (told["new"], told["to_decide"]) == ({}, [])


def test_sorts_of_rows_are_told_as_people_write_them(
    studio: Cli, tmp_path: Path, on_the_20th: None
) -> None:
    talk = first(studio)
    for _ in range(2):
        added = studio("handoff", "add", talk, "--at", "2026-11-19 10:00")
        assert added.code == 0, added.err
    assert studio("review", "sample", "--size", "1", "--owner", "Ada").code == 0
    assert studio("export", "--everything", str(tmp_path / "out")).code == 0
    told = studio("--workspace", str(tmp_path / "elsewhere"), "import", str(tmp_path / "out"))

    assert "2 hand-offs" in told.out
    assert "1 review batch," in told.out
    assert "hand offs" not in told.out


def test_what_a_person_must_decide_ends_with_1(moved: Path, studio: Cli) -> None:
    native = first(studio)
    studio("label", native, "--client", "zinc")
    earlier = studio("import", str(moved))
    assert (earlier.code, earlier.out) == (
        0,
        "Nothing is new: all of it is here.\nYours is later: 1.\n",
    )
    (plan,) = (Path(moved) / "plans").glob("*.toml")
    changed = plan.read_text() + "# theirs\n"
    from tests.moving.test_moving import forged

    forged(moved, "plans/studio.toml", changed)
    answer = studio("import", str(moved))

    assert answer.code == 1
    assert "△ plans/studio.toml is another one there: ours is read" in answer.err
    assert studio("import", str(moved), "--json").json["to_decide"]


def test_options_for_logs_do_not_go_with_it(moved: Path, studio: Cli) -> None:
    both = studio("import", str(moved), str(moved))
    assert (both.code, "take in the folder of another workspace alone" in both.err) == (2, True)
    stray = studio("import", "--theirs")
    assert (stray.code, "--theirs goes with a folder" in stray.err) == (2, True)


def test_a_folder_that_was_changed_is_refused(moved: Path, studio: Cli) -> None:
    (moved / "memory.jsonl").write_text("{}\n")
    answer = studio("import", str(moved))

    assert (answer.code, "Nothing was taken in" in answer.err) == (1, True)
