"""`plan`: plans are made, checked, shown, put in force and taken out of it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from convledger import clock
from convledger.plans.examples import list_examples
from tests.cli.conftest import Cli
from tests.cli.plans import NOW, in_use, plan_text, put


@pytest.fixture(autouse=True)
def on_the_20th(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be the last day of the invented history."""
    monkeypatch.setattr(clock, "now_us", lambda: NOW)
    monkeypatch.setattr("time.time", lambda: NOW / 10**6)


def test_without_plans_the_examples_are_shown(cli: Cli) -> None:
    answer = cli("plan")

    assert answer.code == 0
    for each in list_examples():
        assert f"\n{each.id} " in answer.out
    assert "plan new NAME --from EXAMPLE" in answer.err


def test_examples_are_rows_for_programs_too(cli: Cli) -> None:
    document = cli("plan", "list", "--examples", "--json").json
    rows = list(csv.DictReader(io.StringIO(cli("plan", "list", "--examples", "--csv").out)))

    ids = [each.id for each in list_examples()]
    assert [row["id"] for row in document["examples"]] == [row["id"] for row in rows] == ids
    learning = next(row for row in rows if row["id"] == "chat-credits-30min")
    assert learning["counts"] == "window, 30 min idle"
    assert learning["fee"] == "$49.00 a month"


def test_a_new_plan_is_the_example_with_its_comments_and_another_name(cli: Cli) -> None:
    place = Path(cli("plan", "new", "Studio 400", "--from", "chat-credits-30min").out.strip())

    text = place.read_text("utf-8")
    source = next(each.text for each in list_examples() if each.id == "chat-credits-30min")
    assert place.name == "studio-400.toml"
    changed = [
        (old, new)
        for old, new in zip(source.splitlines(), text.splitlines(), strict=True)
        if old != new
    ]
    assert [new.split() for _, new in changed] == [
        ["id", "=", '"studio-400"'],
        ["name", "=", '"Studio', '400"'],
    ]
    assert cli("plan", "check", "studio-400").out == "1 plan file looked at: all is well.\n"


def test_a_new_plan_replaces_nothing(cli: Cli) -> None:
    first = cli("plan", "new", "studio", "--from", "chat-credits-30min")
    text = Path(first.out.strip()).read_text("utf-8")

    again = cli("plan", "new", "studio", "--from", "tokens-at-list-price")

    assert again.code == 2
    assert "there is a plan studio already" in again.err
    assert Path(first.out.strip()).read_text("utf-8") == text


def test_a_file_with_a_mistake_is_not_overwritten_either(cli: Cli) -> None:
    place = Path(cli("plan", "path").out.strip()) / "studio.toml"
    place.parent.mkdir(parents=True)
    place.write_text("half a pl", "utf-8")

    assert cli("plan", "new", "studio", "--from", "chat-credits-30min").code == 2
    assert place.read_text("utf-8") == "half a pl"


def test_without_an_example_those_to_choose_from_are_listed(cli: Cli) -> None:
    answer = cli("plan", "new", "studio")

    assert answer.code == 0
    assert "chat-credits-30min" in answer.out
    assert "convledger plan new studio --from EXAMPLE" in answer.err
    assert cli("plan", "new", "--from", "chat-credits-30min").code == 2
    wrong = cli("plan", "new", "studio", "--from", "chat-credit-30")
    assert wrong.code == 2
    assert "did you mean chat-credits-30min?" in wrong.err


def test_a_mistyped_command_names_the_nearest(cli: Cli) -> None:
    answer = cli("plan", "shwo")

    assert answer.code == 2
    assert "did you mean show?" in answer.err


def test_check_prints_every_mistake_with_its_line(cli: Cli, tmp_path: Path) -> None:
    text = plan_text(currency='"UDS"', timeout='"30 minuets"')
    lines = text.splitlines()
    place = put(tmp_path, text)

    answer = cli("plan", "check", place)

    assert answer.code == 1
    first, second = answer.out.splitlines()
    assert f'line {lines.index(chr(34).join(["currency = ", "UDS", ""])) + 1}: "currency"' in first
    assert 'did you mean "USD"?' in first
    assert "timeout" in second
    document = cli("plan", "check", place, "--json").json
    assert [each["text"] for each in document["files"][0]["problems"]] == [first, second]


def test_check_of_nothing_named_looks_at_every_plan(cli: Cli, tmp_path: Path) -> None:
    assert "no plans yet" in cli("plan", "check").out
    assert cli("plan", "add", put(tmp_path, plan_text())).code == 0
    assert cli("plan", "check").out == "1 plan file looked at: all is well.\n"
    folder = Path(cli("plan", "path").out.strip())
    put(folder, plan_text(id='"other"', version="2026"), "other.toml")

    broken = cli("plan", "check")

    assert broken.code == 1
    assert 'must be a text in quotes: version = "2026"' in broken.out
    assert cli("plan", "check", "nothing-like-it").code == 2


def test_a_file_with_a_mistake_is_not_added(cli: Cli, tmp_path: Path) -> None:
    answer = cli("plan", "add", put(tmp_path, plan_text(currency='"UDS"')))

    assert answer.code == 1
    assert "UDS" in answer.err
    assert not Path(cli("plan", "path").out.strip()).exists()
    assert cli("plan", "add", str(tmp_path / "gone.toml")).code == 2


def test_another_text_of_a_version_needs_replace(cli: Cli, tmp_path: Path) -> None:
    assert cli("plan", "add", put(tmp_path, plan_text())).code == 0
    dearer = put(tmp_path, plan_text(41))

    refused = cli("plan", "add", dearer)

    assert refused.code == 2
    assert "--replace" in refused.err
    assert cli("plan", "add", dearer, "--replace").code == 0
    assert "41 credits a month" in cli("plan", "show", "studio").out


def test_two_versions_stand_beside_each_other(cli: Cli, tmp_path: Path) -> None:
    old = put(tmp_path, plan_text(), "old.toml")
    new = put(
        tmp_path,
        plan_text(version='"2027-01"', effective_from="2027-01-01").replace("0.25", "0.30"),
        "new.toml",
    )
    assert cli("plan", "add", old, new).code == 0

    shown = cli("plan", "show", "studio")
    document = cli("plan", "show", "studio", "--json").json

    assert "2026-11, in force from 2026-10-01" in shown.out
    assert "from version 2026-11 to 2027-01" in shown.out
    assert "$0.25 → $0.30" in shown.out
    assert [each["version"] for each in document["versions"]] == ["2026-11", "2027-01"]
    changes = {each["what"]: each["after"] for each in document["versions"][1]["changes"]}
    assert changes["overage, price"] == "$0.30"
    later = cli("plan", "show", "studio", "--version", "2027-01")
    assert "$0.30 a credit" in later.out
    wrong = cli("plan", "show", "studio", "--version", "2028")
    assert wrong.code == 2
    assert "Versions are: 2026-11, 2027-01" in wrong.err


def test_versions_that_begin_together_are_told_when_added(cli: Cli, tmp_path: Path) -> None:
    old = put(tmp_path, plan_text(), "old.toml")
    twin = put(tmp_path, plan_text(version='"twin"'), "twin.toml")
    assert cli("plan", "add", old).code == 0

    answer = cli("plan", "add", twin)

    assert answer.code == 1
    assert "begins when version" in answer.err
    assert answer.out == ""
    assert cli("plan", "check").out == "1 plan file looked at: all is well.\n"


def test_a_version_that_can_not_hold_is_not_copied(cli: Cli, tmp_path: Path) -> None:
    assert cli("plan", "add", put(tmp_path, plan_text())).code == 0
    good = put(tmp_path, plan_text(id='"good"'), "good.toml")

    for changes, words in (
        ({"timezone": '"Europe/Berlin"'}, "is in Europe/Berlin, version"),
        ({"currency": '"EUR"'}, "is in EUR, version"),
    ):
        later = plan_text(40, version='"2027-01"', effective_from="2027-01-01", **changes)
        wrong = put(tmp_path, later, "later.toml")
        answer = cli("plan", "add", wrong, good)
        assert answer.code == 1
        assert words in answer.err
        assert f"{wrong} was not taken" in answer.err
        assert answer.out.startswith("good, version")
    folder = Path(cli("plan", "path").out.strip())
    assert sorted(path.name for path in folder.iterdir()) == ["good.toml", "studio.toml"]


def test_check_lists_the_mistakes_of_all_files_though_some_can_not_be_read(
    cli: Cli, tmp_path: Path
) -> None:
    assert cli("plan", "add", put(tmp_path, plan_text())).code == 0
    folder = Path(cli("plan", "path").out.strip())
    (folder / "a.toml").mkdir()
    (folder / "b.toml").write_bytes(b'id = "\xff"\n')
    put(folder, plan_text(id='"other"', currency='"UDS"'), "z.toml")

    answer = cli("plan", "check")

    assert answer.code == 1
    first, second, third = answer.out.splitlines()
    assert "a.toml" in first
    assert "b.toml: line 1: not text in UTF-8" in second
    assert 'did you mean "USD"?' in third
    files = cli("plan", "check", "--json").json["files"]
    assert [len(each["problems"]) for each in files] == [1, 1, 0, 1]
    named = cli("plan", "check", str(folder / "b.toml"), str(folder / "z.toml"))
    assert len(named.out.splitlines()) == 2
    whole = cli("plan", "check", str(folder))
    assert whole.code == 2
    assert "is a folder" in whole.err


def test_source_is_the_file_itself(cli: Cli, tmp_path: Path) -> None:
    assert cli("plan", "add", put(tmp_path, plan_text())).code == 0

    assert cli("plan", "show", "studio", "--source").out == plan_text()
    example = next(each for each in list_examples() if each.id == "feature-credits")
    assert cli("plan", "show", "feature-credits", "--source").out == example.text


def test_a_plan_is_in_force_from_the_first_of_the_month(other: Cli, tmp_path: Path) -> None:
    assert other("plan", "add", put(tmp_path, plan_text())).code == 0

    answer = other("plan", "use", "studio")

    assert answer.code == 0
    assert "studio is in force for all usage from 2026-11-01." in answer.out
    counted = other("report", "--since", "2026-11-01", "--json", "--no-sync").json["total"]
    assert f"in {counted['conversations']} conversations." in answer.out
    (row,) = other("plan", "--json").json["plans"]
    (use,) = row["in_use"]
    assert (use["in_force"], use["since"], use["for"]) == (True, "2026-11-01T00:00:00Z", {})


def test_a_plan_that_begins_later_is_in_force_from_then_on(other: Cli, tmp_path: Path) -> None:
    late = plan_text(effective_from="2026-11-09")
    assert other("plan", "add", put(tmp_path, late)).code == 0

    assert "from 2026-11-09." in other("plan", "use", "studio").out
    refused = other("plan", "use", "studio", "--since", "2026-10-01")
    assert refused.code == 2
    assert "2026-11-09" in refused.err


def test_an_example_is_taken_in_when_it_is_used(other: Cli) -> None:
    answer = other("plan", "use", "chat-credits-30min")

    assert answer.code == 0
    assert "was taken from the examples" in answer.err
    assert (Path(other("plan", "path").out.strip()) / "chat-credits-30min.toml").is_file()
    assert "chat-credits-30min" in other("plan", "list").out


def test_what_was_in_force_for_the_same_usage_ends(other: Cli, tmp_path: Path) -> None:
    in_use(other, tmp_path)

    answer = other("plan", "use", "chat-credits-30min", "--since", "2026-11-10")

    assert "studio ends 2026-11-10." in answer.out
    rows = {row["id"]: row for row in other("plan", "--json").json["plans"]}
    (ended,) = rows["studio"]["in_use"]
    assert (ended["in_force"], ended["until"]) == (False, "2026-11-10T00:00:00Z")


def test_frozen_statements_do_not_go_unasked(other: Cli, tmp_path: Path) -> None:
    in_use(other, tmp_path)

    asked = other("plan", "use", "studio", "--since", "2026-10-01")

    assert asked.code == 2
    assert "with 1 frozen statement" in asked.err
    done = other("plan", "use", "studio", "--since", "2026-10-01", "--yes")
    assert done.code == 0
    assert "studio, in force from 2026-10-01, was taken away." in done.out


def test_plans_for_different_usage_stand_beside_each_other(other: Cli, tmp_path: Path) -> None:
    in_use(other, tmp_path)
    assert other("label", "--project", "*heron*", "--client", "heron").code == 0

    answer = other("plan", "use", "chat-credits-30min", "--client", "heron", "--json").json

    assert answer["ended"] == answer["taken_away"] == []
    assert answer["use"]["for"] == {"client": ["heron"]}
    units = int(answer["so_far"]["sums"]["units"]["conversation"])
    counted = other(
        "report", "--client", "heron", "--since", "2026-11-01", "--json", "--no-sync"
    ).json["total"]
    assert 0 < counted["conversations"] <= units < 20
    table = other("plan").out
    assert "client heron" in table
    assert "all usage" in table


def test_a_plan_can_end_and_go_on(other: Cli, tmp_path: Path) -> None:
    in_use(other, tmp_path)

    ended = other("plan", "end", "studio", "--at", "2026-11-30").out
    assert ended == "studio ends 2026-12-01: 2026-11-30 is its last day.\n"
    at_noon = other("plan", "end", "studio", "--at", "2026-11-30T12:00").out
    assert at_noon == "studio ends 2026-11-30 12:00.\n"
    assert other("plan", "end", "studio", "--at", "2026-11-30").code == 0
    assert other("plan", "--json").json["plans"][0]["in_use"][0]["until"] == "2026-12-01T00:00:00Z"
    assert "without an end" in other("plan", "end", "studio", "--at", "never").out
    assert other("plan", "end", "studio", "--at", "2026-01-01").code == 2


def test_nothing_is_dropped_unasked(other: Cli, tmp_path: Path) -> None:
    in_use(other, tmp_path)
    assert other("credits", "top-up").code == 0

    asked = other("plan", "drop", "studio")

    assert asked.code == 2
    assert "1 frozen statement, 1 booking by hand and" in asked.err
    assert other("credits", "--json").code == 0
    done = other("plan", "drop", "studio", "--yes")
    assert done.code == 0
    assert "in use yet" in other("credits").err
    assert "not in use" in other("plan").out


def test_a_broken_file_is_named_and_its_last_good_text_stays(other: Cli, tmp_path: Path) -> None:
    in_use(other, tmp_path)
    before = other("credits", "--json").json["pools"]
    place = Path(other("plan", "path").out.strip()) / "studio.toml"
    place.write_text(plan_text(currency='"UDS"'), "utf-8")

    listed = other("plan")
    still = other("credits", "--json")

    assert 'did you mean "USD"?' in listed.err
    assert "version 2026-11 of studio stays in force" in listed.err
    assert "window, 30 min idle" in listed.out
    assert still.json["pools"] == before
    assert "UDS" in still.err


def test_foreign_text_in_a_plan_does_nothing_to_the_terminal(other: Cli, tmp_path: Path) -> None:
    evil = '"\\u001b[2J\\u202Egnp \\u001b]0;x\\u0007"'
    place = put(tmp_path, plan_text(name=evil))

    for words in (
        ("plan", "add", place),
        ("plan", "use", "studio"),
        ("plan",),
        ("plan", "show", "studio"),
        ("plan", "show", "studio", "--json"),
        ("plan", "list", "--csv"),
        ("credits",),
        ("credits", "statement"),
        ("compare", "studio", "chat-credits-30min"),
    ):
        answer = other(*words)
        assert answer.code == 0, words
        said = answer.out + answer.err
        assert not {"\x1b", "\x07", "\u202e"} & set(said), words
