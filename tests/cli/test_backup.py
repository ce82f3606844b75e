"""The command `backup`, and the copy of a week at the end of an import."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from convledger import clock, paths
from convledger.cli import weekly
from convledger.cli.backup_words import counted
from convledger.clock import DAY
from convledger.ingest.watch import Watcher
from convledger.store.backup_notes import backups_of, note_of
from tests.cli.conftest import Cli


def ledger() -> Path:
    return paths.default_workspace() / paths.LEDGER


@pytest.mark.parametrize(
    ("many", "one"),
    [
        ("entries", "entry"), ("hand-offs", "hand-off"), ("plans in use", "plan in use"),
        ("review batches", "review batch"), ("credit bookings", "credit booking"),
        ("pack choices", "pack choice"), ("balances", "balance"), ("times", "time"),
    ],
)  # fmt: skip
def test_one_is_told_as_one(many: str, one: str) -> None:
    assert (counted(1, many), counted(1_204, many)) == (f"1 {one}", f"1,204 {many}")


def test_backup_says_where_it_is_and_what_it_holds(other: Cli, expected: object) -> None:
    answer = other("backup")

    (made,) = backups_of(ledger())
    assert answer.code == 0
    assert answer.out.startswith("Backed up: ")
    assert made.name in answer.out
    assert "verified: " in answer.out
    assert made.note is not None
    assert f"{made.note.holdings.counts['calls']:,} calls" in answer.out


def test_backup_is_told_as_json(other: Cli) -> None:
    told = other("backup", "--json").json

    (made,) = backups_of(ledger())
    assert made.note is not None
    assert told["schema"] == 1
    assert told["backup"]["path"] == str(made.path)
    assert told["backup"]["sha256"] == made.note.sha256
    assert told["backup"]["why"] == "manual"
    assert told["backup"]["counts"]["calls"] > 0
    assert other("backup", "--list", "--json").json["backups"] == [told["backup"]]


def test_backups_are_listed_the_newest_first(other: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now_us()
    for days in (3, 1):
        monkeypatch.setattr(clock, "now_us", lambda days=days: now - days * DAY)
        assert other("backup").code == 0
    lines = other("backup", "--list").out.splitlines()

    assert lines[0].split() == ["Made", "Why", "Size", "Conversations", "Calls", "Entries", "File"]
    named = [line.split()[-1] for line in lines[1:] if ".db" in line]
    assert named == sorted(named, reverse=True)
    assert len(named) == 2


@pytest.mark.parametrize("how", ["other bytes", "cut off"])
def test_a_damaged_backup_is_marked_in_the_list(
    other: Cli, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    now = clock.now_us()
    for days in (3, 2, 1):
        monkeypatch.setattr(clock, "now_us", lambda days=days: now - days * DAY)
        assert other("backup").code == 0
    newest, bad, unnoted = backups_of(ledger())
    note_of(unnoted.path).unlink()
    with bad.path.open("r+b") as stream:
        if how == "cut off":
            stream.truncate(20_000)
        else:
            stream.seek(20_000)
            stream.write(b"\xa5" * 64)
    for line in (["backup", "--list"], ["restore"]):
        answer = other(*line)
        marked = [row.split()[-1] for row in answer.out.splitlines() if ", damaged " in row]
        assert marked == [bad.name]
        assert "is not brought back" in answer.out
        told = other(*line, "--json").json["backups"]
        assert {each["file"]: each["damaged"] for each in told} == {
            newest.name: False, bad.name: True, unnoted.name: None,
        }  # fmt: skip


def test_no_backup_yet_says_what_makes_one(cli: Cli) -> None:
    answer = cli("backup", "--list")

    assert (answer.code, answer.out) == (
        0, "There is no backup yet; `convledger backup` makes one.\n",
    )  # fmt: skip


def test_backup_goes_to_a_folder_or_a_file_that_is_named(other: Cli, tmp_path: Path) -> None:
    assert other("backup", "--to", str(tmp_path / "safe.db")).code == 0
    assert other("backup", "--to", f"{tmp_path}/drawer/").code == 0

    made = [tmp_path / "safe.db", *(tmp_path / "drawer").glob("ledger-*.db")]
    assert [stat.S_IMODE(each.stat().st_mode) for each in made] == [0o600, 0o600]
    assert backups_of(ledger()) == []
    again = other("backup", "--to", str(tmp_path / "safe.db"))
    assert (again.code, "is there already" in again.err) == (2, True)
    astray = other("backup", "--to", str(tmp_path / "none" / "safe.db"))
    assert (astray.code, "is no folder" in astray.err) == (2, True)


def a_week_later(monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now_us()
    monkeypatch.setattr(clock, "now_us", lambda: now + 7 * DAY + 1)


def test_an_import_backs_up_once_a_week(other: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    assert other("import").err == ""
    a_week_later(monkeypatch)
    first, second = other("import"), other("import")

    (made,) = backups_of(ledger())
    assert (made.why, first.code) == ("weekly", 0)
    assert f"Weekly backup: {made.path}" in first.err.replace("~", str(Path.home()))
    assert second.err == ""


def test_a_watch_backs_up_once_a_week_and_looks_hourly(
    other: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def looks_often(self: Watcher, _: object) -> None:
        for _ in range(3):
            self._sync(None)

    assert other("import").err == ""
    a_week_later(monkeypatch)
    monkeypatch.setattr(Watcher, "run", looks_often)
    first, second = other("watch"), other("watch")

    (made,) = backups_of(ledger())
    assert (made.why, first.err.count("Weekly backup: ")) == ("weekly", 1)
    assert second.err == ""
    asked: list[int] = []
    monkeypatch.setattr(weekly, "back_up_when_due", lambda: asked.append(1))
    times = iter([0.0, 0.0, 3599.0, 3600.0, 3600.0])
    monkeypatch.setattr(weekly, "monotonic", lambda: next(times))
    hourly = weekly.Hourly()
    for _ in range(3):
        hourly.look()
    assert len(asked) == 2


def test_reports_never_back_up(other: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    a_week_later(monkeypatch)
    for command in (["status"], ["report", "--by", "day"]):
        assert other(*command).code == 0

    assert backups_of(ledger()) == []


def test_the_weekly_backup_can_be_turned_off(
    other: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text("backup_weekly = false\n")
    monkeypatch.setenv("CONVLEDGER_CONFIG", str(settings))
    a_week_later(monkeypatch)

    assert other("import").err == ""
    assert backups_of(ledger()) == []


def test_a_weekly_backup_that_fails_does_not_harm_the_import(
    other: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ledger().parent / "backups").write_text("in the way")
    a_week_later(monkeypatch)
    answer = other("import", "--json")

    assert answer.code == 0
    assert answer.json["busy"] is False
    assert "No weekly backup: " in answer.err
