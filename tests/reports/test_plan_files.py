"""Plan files are a person's own: whatever happens to one, what is in force stays so."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from convledger.errors import UsageProblem
from convledger.money import usd_text
from convledger.reports.plan_files import PlanShelf, load_plans, plan_stamp
from tests.reports.shop import PER_UNIT, WINDOW, Shop, at, document


def put(folder: Path, name: str, *parts: str, **head: str) -> Path:
    """Write a plan below a folder without a ledger."""
    path = folder / "plans" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(document(*parts, **head), "utf-8")
    return path


def versions(shelf: PlanShelf, plan: str = "short") -> list[str]:
    return [each.version for each in shelf.history(plan).plans]


def troubles(shelf: PlanShelf) -> list[str]:
    return [str(each) for each in shelf.troubles]


def in_force(shop: Shop) -> Shop:
    """Put a plan in force, as the running program keeps it."""
    shop.plan(PER_UNIT)
    shop.use()
    shop.talk("2026-01-05T10:00")
    shop.follow("2026-01-06")
    return shop


def total(shop: Shop, now: str = "2026-01-20") -> str:
    return usd_text(shop.bill(now).statements[-1].due)


def test_a_folder_that_is_not_there_holds_no_plan(tmp_path: Path) -> None:
    shelf = load_plans(tmp_path)

    assert (shelf.files, troubles(shelf)) == ([], [])
    with pytest.raises(UsageProblem, match="plan new"):
        shelf.history("short")


def test_files_of_one_id_are_versions_of_one_plan(tmp_path: Path) -> None:
    put(tmp_path, "a.toml", PER_UNIT)
    put(tmp_path, "b.toml", PER_UNIT, version="2", since="2026-03-01")

    assert versions(load_plans(tmp_path)) == ["1", "2"]


def test_a_plan_that_is_not_there_is_told_with_the_nearest(tmp_path: Path) -> None:
    put(tmp_path, "a.toml", PER_UNIT)

    with pytest.raises(UsageProblem, match="did you mean short"):
        load_plans(tmp_path).history("shrot")


@pytest.mark.parametrize("text", ["", "id = 1", "schema = 1", "[[[", "\x00", 'id = "\\u0007"'])
def test_a_broken_file_is_told_and_the_others_stay(tmp_path: Path, text: str) -> None:
    put(tmp_path, "good.toml", PER_UNIT)
    (tmp_path / "plans" / "bad.toml").write_text(text)
    shelf = load_plans(tmp_path)

    assert versions(shelf) == ["1"]
    assert len(troubles(shelf)) == 1
    assert "bad.toml" in troubles(shelf)[0]


def test_a_file_of_another_encoding_is_told(tmp_path: Path) -> None:
    put(tmp_path, "a.toml").write_bytes(b'name = "Caf\xe9"')

    assert "not text in UTF-8" in troubles(load_plans(tmp_path))[0]


def test_a_large_file_is_read_or_told_but_never_in_the_way(tmp_path: Path) -> None:
    put(tmp_path, "good.toml", PER_UNIT)
    put(tmp_path, "large.toml").write_text("# \n" * 350_000)
    shelf = load_plans(tmp_path)

    assert versions(shelf) == ["1"]
    assert "large.toml" in troubles(shelf)[0]


def test_a_folder_that_is_named_like_a_plan_is_told(tmp_path: Path) -> None:
    put(tmp_path, "good.toml", PER_UNIT)
    (tmp_path / "plans" / "x.toml").mkdir()
    shelf = load_plans(tmp_path)

    assert versions(shelf) == ["1"]
    assert "x.toml" in troubles(shelf)[0]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes by name")
def test_a_pipe_that_is_named_like_a_plan_keeps_nobody_waiting(tmp_path: Path) -> None:
    put(tmp_path, "good.toml", PER_UNIT)
    os.mkfifo(tmp_path / "plans" / "pipe.toml")

    assert "pipe.toml" in troubles(load_plans(tmp_path))[0]


def test_a_file_that_cannot_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = put(tmp_path, "locked.toml", PER_UNIT)
    put(tmp_path, "other.toml", PER_UNIT, plan="other")
    before = os.open

    def refuse(path: str, *args: int) -> int:
        if str(path) == str(locked):
            raise PermissionError(13, "Permission denied")
        return before(path, *args)

    monkeypatch.setattr(os, "open", refuse)
    shelf = load_plans(tmp_path)

    assert sorted(shelf.histories) == ["other"]
    assert "Permission denied" in troubles(shelf)[0]


def test_hidden_files_of_editors_are_no_plans(tmp_path: Path) -> None:
    put(tmp_path, ".short.toml", PER_UNIT)
    put(tmp_path, "short.toml~", PER_UNIT)

    assert load_plans(tmp_path).files == []


def test_a_link_is_the_file_that_it_leads_to(tmp_path: Path) -> None:
    elsewhere = tmp_path / "mine"
    elsewhere.write_text(document(PER_UNIT))
    link = put(tmp_path, "gone.toml")
    link.unlink()
    link.symlink_to(elsewhere)
    assert versions(load_plans(tmp_path)) == ["1"]

    before = plan_stamp(tmp_path)
    elsewhere.write_text(document(PER_UNIT, version="11"))
    assert plan_stamp(tmp_path) != before


def test_a_link_that_leads_nowhere_does_not_hide_later_edits(shop: Shop) -> None:
    in_force(shop)
    (shop.folder / "plans" / "nowhere.toml").symlink_to(shop.folder / "not there")
    assert total(shop) == "0.5"

    path = shop.folder / "plans" / "short.toml"
    path.write_text(document(PER_UNIT.replace("0.50", "0.75")))
    assert total(shop) == "0.75"


def test_links_in_a_circle_are_told(tmp_path: Path) -> None:
    put(tmp_path, "good.toml", PER_UNIT)
    for one, other in (("a.toml", "b.toml"), ("b.toml", "a.toml")):
        (tmp_path / "plans" / one).symlink_to(tmp_path / "plans" / other)
    shelf = load_plans(tmp_path)

    assert versions(shelf) == ["1"]
    assert len(troubles(shelf)) == 2


def test_a_plan_that_is_broken_in_use_stays_as_it_last_was(shop: Shop) -> None:
    in_force(shop)
    path = shop.plan(PER_UNIT)
    path.write_text("id = [")
    shop.ledger.plan_book.forget()

    assert total(shop) == "0.5"
    assert "short.toml" in troubles(shop.ledger.plan_book.shelf)[0]
    path.write_text(document(PER_UNIT.replace("0.50", "0.75")))
    assert total(shop) == "0.75"
    assert troubles(shop.ledger.plan_book.shelf) == []


def test_a_plan_that_is_deleted_in_use_stays_as_it_last_was(shop: Shop) -> None:
    in_force(shop)
    shop.plan(PER_UNIT).unlink()

    assert total(shop) == "0.5"
    gone = shop.ledger.plan_book.shelf.files[0]
    assert gone.is_kept
    assert "is gone" in str(gone.trouble)


def test_the_whole_folder_can_vanish(shop: Shop) -> None:
    in_force(shop)
    shop.plan(PER_UNIT).unlink()
    (shop.folder / "plans").rmdir()

    assert total(shop) == "0.5"


def test_a_text_that_was_good_and_is_again_is_the_latest(shop: Shop) -> None:
    """First one price, then another, then the first again, then a broken file."""
    in_force(shop)
    for price in ("0.75", "0.50"):
        path = shop.plan(PER_UNIT.replace("0.50", price))
        shop.follow("2026-01-06")
    path.write_text("broken")
    shop.ledger.plan_book.forget()

    assert total(shop) == "0.5"


def test_a_file_that_is_renamed_in_use_is_no_second_version(shop: Shop) -> None:
    in_force(shop)
    path = shop.plan(PER_UNIT)
    path.rename(path.with_name("other name.toml"))

    assert total(shop) == "0.5"
    assert troubles(shop.ledger.plan_book.shelf) == []


def test_a_file_that_is_renamed_and_edited_takes_the_place_of_the_old_one(shop: Shop) -> None:
    in_force(shop)
    shop.plan(PER_UNIT).unlink()
    shop.plan(PER_UNIT.replace("0.50", "0.75"), file="renamed.toml")

    assert total(shop) == "0.75"
    assert troubles(shop.ledger.plan_book.shelf) == []


def test_a_version_that_was_written_over_is_in_force_until_the_new_one_begins(
    shop: Shop,
) -> None:
    in_force(shop)
    dearer = PER_UNIT.replace("0.50", "0.75")
    shop.plan(dearer, version="2", since="2026-03-01")
    for day in ("2026-02-05", "2026-03-05"):
        shop.talk(f"{day}T10:00")
    shop.follow("2026-02-10")

    assert [usd_text(each.due) for each in shop.bill("2026-03-10").statements] == [
        "0.5", "0.5", "0.75",
    ]  # fmt: skip
    assert versions(shop.ledger.plan_book.shelf) == ["1", "2"]
    assert troubles(shop.ledger.plan_book.shelf) == []


def test_a_version_that_was_written_over_by_an_earlier_one_is_given_up(shop: Shop) -> None:
    in_force(shop)
    shop.plan(PER_UNIT.replace("0.50", "0.75"), version="0", since="2025-06-01")

    assert versions(shop.ledger.plan_book.shelf) == ["0"]


def test_two_files_with_one_version_are_told_and_the_other_versions_stay(tmp_path: Path) -> None:
    put(tmp_path, "a.toml", PER_UNIT)
    put(tmp_path, "b.toml", PER_UNIT, version="2", since="2026-03-01")
    put(tmp_path, "c.toml", PER_UNIT, version="3", since="2026-03-01")
    put(tmp_path, "d.toml", PER_UNIT, version="4", since="2026-05-01")
    shelf = load_plans(tmp_path)

    assert versions(shelf) == ["1", "2", "4"]
    assert len(troubles(shelf)) == 1
    assert 'version "3"' in troubles(shelf)[0]
    assert 'version "2"' in troubles(shelf)[0]


def test_a_version_in_another_currency_is_told_and_the_others_stay(tmp_path: Path) -> None:
    put(tmp_path, "a.toml", PER_UNIT)
    put(tmp_path, "b.toml", PER_UNIT, version="2", since="2026-03-01", currency="EUR")
    put(tmp_path, "c.toml", PER_UNIT, version="3", since="2026-04-01")
    shelf = load_plans(tmp_path)

    assert versions(shelf) == ["1", "3"]
    assert "EUR" in troubles(shelf)[0]


def test_thousands_of_versions_are_read(tmp_path: Path) -> None:
    text = document(WINDOW)
    kept = [
        (
            f"v{number:04d}.toml",
            "",
            text.replace('"1"', f'"{number}"', 1).replace(
                "2026-01-01", f"{2000 + number // 12}-{number % 12 + 1:02d}-01"
            ),
        )
        for number in range(2000)
    ]
    assert len(load_plans(tmp_path, kept).history("short").plans) == 2000


def test_the_text_of_a_plan_in_use_is_kept_before_it_can_be_edited(shop: Shop) -> None:
    shop.plan(PER_UNIT)
    shop.use()

    rows = shop.connection.execute("SELECT file, plan, version FROM plan_text").fetchall()
    assert rows == [("short.toml", "short", "1")]


def test_a_plan_that_nobody_uses_is_not_kept(shop: Shop) -> None:
    shop.plan(PER_UNIT)
    shop.plan(PER_UNIT, plan="other")
    shop.use()
    shop.follow(at("2026-01-06"))

    assert shop.connection.execute("SELECT plan FROM plan_text").fetchall() == [("short",)]
