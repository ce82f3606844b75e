"""Reviews by command: drawn, judged blind, adjudicated, counted, sent and taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Cli

pytestmark = pytest.mark.usefixtures("on_the_20th")
SAMPLE = ("review", "sample", "--size", "6", "--seed", "7", "--owner", "Ada", "--owner", "Bo")


@pytest.fixture
def books(other: Cli) -> Cli:
    return other


def draw(books: Cli, *more: str) -> None:
    done = books(*SAMPLE, *more)
    assert done.code == 0, done.err


def judge(books: Cli, item: int, verdict: str, name: str, *more: str) -> None:
    done = books("review", "verdict", str(item), verdict, "--as", name, *more)
    assert done.code == 0, done.err


def test_a_sample_is_drawn_and_the_same_seed_draws_it_again(books: Cli) -> None:
    first = books(*SAMPLE, "--dry-run", "--json").json
    assert books("review", "list").out == "Nothing is to be reviewed.\n"
    draw(books, "--overlap", "2", "--title", "October", "--due", "2026-11-25")
    items = books("review", "list", "--json").json["items"]

    assert [each["conversation"] for each in items] == [
        each["conversation"] for each in first["items"]
    ]
    assert {each["due_at"] for each in items} == {"2026-11-26T00:00:00Z"}
    assert sorted(len(each["owners"]) for each in items) == [1, 1, 1, 1, 2, 2]
    (batch,) = books("review", "batches", "--json").json["batches"]
    assert (batch["title"], batch["seed"], batch["made_by"]) == ("October", "7", "you")
    assert batch["terms"]["population"] == 74
    assert "October" in books("review", "batches").out


def test_strata_are_told(books: Cli) -> None:
    answer = books("review", "sample", "--percent", "10", "--by", "source", "--owner", "Ada")
    assert "7 conversations drawn of 74" in answer.out
    assert "source=codex" in answer.out
    assert "review remove" in answer.err


def test_who_owes_a_verdict_finds_it_and_gives_it(books: Cli) -> None:
    draw(books)
    item = books("review", "next", "--as", "Ada", "--json").json["item"]
    assert item["owners"] == ["Ada"]
    answer = books(
        "review", "verdict", str(item["number"]), "minor", "--reason", "incomplete,tone",
        "--note", "half of it", "--minutes", "4", "--as", "Ada",
    )  # fmt: skip
    assert f"Item {item['number']}, Ada: minor. It is settled." in answer.out
    (given,) = books("review", "show", str(item["number"]), "--json").json["verdicts"]
    assert (given["reasons"], given["seconds"]) == (["incomplete", "tone"], 240)
    assert len(books("review", "list", "--owner", "Ada", "--open", "--json").json["items"]) == 2
    name = item["conversation"].partition(":")[2]
    assert "Ada: minor, incomplete tone, 4 min, half of it" in books("show", name).out.replace(
        "\n              ", " "
    )
    (review,) = books("show", name, "--json").json["reviews"]
    assert review["standing"] == "minor"
    assert "minor on item" in books("review", "undo", "--as", "Ada").out
    assert "Nothing waits for Cy." in books("review", "next", "--as", "Cy").out


def test_reviews_are_blind_until_ones_own_is_given(books: Cli) -> None:
    draw(books, "--overlap", "6")
    judge(books, 1, "fail", "Bo", "--note", "SECRETNOTE")
    for words in (("list", "--json"), ("show", "1"), ("show", "1", "--json"), ("next",)):
        answer = books("review", *words, "--as", "Ada")
        assert "SECRETNOTE" not in answer.out
        assert '"fail"' not in answer.out
    assert (
        "1 verdict is shown once you have given yours"
        in books("review", "show", "1", "--as", "Ada").out
    )
    judge(books, 1, "pass", "Ada")
    assert "SECRETNOTE" in books("review", "show", "1", "--as", "Ada").out
    assert "SECRETNOTE" in books("review", "disagreements", "--as", "Ada").out


def test_a_dispute_is_decided_and_agreement_is_told_of_the_reviewers(books: Cli) -> None:
    draw(books, "--overlap", "6")
    for item, (one, other) in enumerate((("pass", "pass"), ("fail", "fail"), ("pass", "minor")), 1):
        judge(books, item, one, "Ada", "--minutes", "3")
        judge(books, item, other, "Bo")
    (disputed,) = books("review", "disagreements", "--json").json["items"]
    assert disputed["number"] == 3
    assert "decided by you: major" in books("review", "adjudicate", "3", "major").out
    found = books("review", "stats", "--batch", "1", "--json").json
    assert (found["settled"], found["open"], found["disputed"]) == (3, 3, 0)
    assert found["defect_rate"]["count"] == 2
    assert found["agreement"]["percent"]["value"] == "0.666667"
    assert found["agreement"]["cohens_kappa"]["value"] == "0.5"
    text = books("review", "stats").out
    assert "2 of 3, 66.7 %" in text
    assert "Cohen's kappa                  0.500" in text


@pytest.mark.parametrize("name", ["ada", "ADA", "Adda"])
@pytest.mark.parametrize("word", ["verdict", "adjudicate"])
def test_a_name_that_is_nearly_an_owners_is_refused(books: Cli, name: str, word: str) -> None:
    draw(books, "--overlap", "6")
    judge(books, 1, "pass", "Ada")
    judge(books, 1, "fail", "Bo")
    answer = books("review", word, "1", "minor", "--as", name)
    assert (answer.code, "did you mean Ada? Say --as Ada" in answer.err) == (2, True)
    assert "or --new if" in answer.err
    assert len(books("review", "show", "1", "--json").json["verdicts"]) == 2
    assert books("review", word, "1", "minor", "--as", name, "--new").code == 0
    hint = books("review", "undo", "2", "--as", "bO").err
    assert "bO has given no verdict on item 2" in hint
    assert "did you mean --as Bo?" in books("review", "undo", "--as", "bO").err


def test_who_owns_nothing_is_told_that_the_verdict_counts_beside_others(books: Cli) -> None:
    draw(books, "--overlap", "6")
    judge(books, 1, "pass", "Ada")
    answer = books("review", "verdict", "1", "fail", "--as", "Cy Lee")
    assert answer.code == 0
    assert "Cy Lee is no owner of item 1, which is to be judged by Ada, Bo" in answer.err
    assert "`convledger review undo --as 'Cy Lee'` takes it back." in answer.err
    again = books("review", "verdict", "1", "pass", "--as", "Cy Lee", "--json")
    assert "is no owner of item 1" in again.err
    assert "is no owner" not in books("review", "verdict", "1", "pass", "--as", "Bo").err


def test_work_travels_to_a_reviewer_and_back(books: Cli, tmp_path: Path) -> None:
    draw(books, "--overlap", "2", "--title", "October")
    out, home = str(tmp_path / "bo.jsonl"), str(tmp_path / "home.jsonl")
    away = ("--workspace", str(tmp_path / "away"))
    assert "Written: " in books("review", "export", "October", out, "--owner", "Bo",
                                "--with-texts").out  # fmt: skip
    assert books("review", "export", "1", out, "--owner", "Bo").code == 2
    answer = books(*away, "review", "import", out)
    assert "4 items and 0 verdicts taken" in answer.out
    assert "Not in these books, but kept" in answer.err
    shown = books(*away, "review", "show", "1", "--from", out).out
    assert "(not in these books)" in shown
    assert "prompt" in shown
    judge_away = books(*away, "review", "verdict", "1", "fail", "--as", "Bo")
    assert judge_away.code == 0
    books(*away, "review", "export", "1", home, "--owner", "Bo")
    found = books("review", "import", home, "--dry-run", "--json").json
    assert (found["new_verdicts"], found["batch"], found["known_items"]) == (1, None, 4)
    assert books("review", "import", home).code == 0
    assert books("review", "import", home, "--json").json["known_verdicts"] == 1
    assert books("review", "stats", "--json").json["judged"] == 1


def test_a_sample_goes_and_comes_back(books: Cli) -> None:
    draw(books)
    assert books("review", "remove", "1").code == 0
    assert books("review", "list").out == "Nothing is to be reviewed.\n"
    assert books("review", "bring-back", "1").code == 0
    assert len(books("review", "list", "--csv").out.splitlines()) == 7


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("sample",), "--size N or --percent P"),
        (("sample", "--percent", "0"), "no number above 0"),
        (("sample", "--size", "5", "--by", "modle"), "did you mean model"),
        (("sample", "--size", "5", "--due", "soon"), "soon"),
        (("sample", "--size", "5", "--client", "nobody"), "nothing to draw from"),
        (("verdict", "x", "pass"), "is no number of an item"),
        (("verdict", "9", "pass"), "no item to review has the number 9"),
        (("export", "9", "f"), "no sample is called"),
        (("import", "nowhere.jsonl"), "can't be read"),
        (("stats", "--batch", "nope"), "no sample is called"),
        (("undo",), "has given no verdict"),
    ],
)
def test_mistakes_are_told_with_the_way_out(books: Cli, words: tuple[str, ...], why: str) -> None:
    answer = books("review", *words)
    assert answer.code == 2
    assert why in answer.err
