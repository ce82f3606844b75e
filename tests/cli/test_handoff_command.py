"""Hand-offs by command: entered, listed, imported, taken back; and shown with conversations."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Cli

pytestmark = pytest.mark.usefixtures("on_the_20th")
TALK = "ca747c53"  # of the bakery, October


@pytest.fixture
def books(other: Cli) -> Cli:
    assert other("cost", "hourly", "30", "--overhead", "30%", "--since", "2026-01-01").code == 0
    return other


def add(books: Cli, *more: str) -> None:
    done = books("handoff", "add", TALK, "--at", "2026-10-14 13:50", "--to", "Ada", *more)
    assert done.code == 0, done.err


def test_a_hand_off_is_entered_listed_and_shown(books: Cli) -> None:
    add(books, "--reason", "billing", "--wait", "5m", "--handle", "12m", "--outcome", "refunded")
    (found,) = books("handoff", "list", "--json").json["handoffs"]

    assert (found["number"], found["at"], found["origin"]) == (1, "2026-10-14T13:50:00Z", "typed")
    assert (found["wait_seconds"], found["handle_seconds"]) == (300, 720)
    assert (found["people_cost"], found["currency"], found["made_by"]) == ("7.8", "USD", "you")
    assert found["from"] == "claude-opus-5-5"
    assert (
        books("handoff", "add", TALK, "--at", "2h ago", "--json").json["at"]
        == (books("handoff", "edit", "2", "--at", "2h", "--note", "x", "--json").json["at"])
    )
    assert books("handoff", "remove", "3").code == 0
    assert "handled         12 min" in books("handoff", "show", "1").out
    assert "billing" in books("handoff").out
    head = books("show", TALK).out
    assert (
        "2026-10-14 13:50 to Ada, billing, waited 5 min, handled 12 min, $7.80  (typed 1)" in head
    )
    document = books("show", TALK, "--json").json
    assert [each["number"] for each in document["handoffs"]] == [1]
    assert document["reviews"] == []


def test_no_secret_of_a_note_is_shown_in_full(books: Cli) -> None:
    token = "gh" + "p_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8"
    add(books, "--note", f"the key is {token}", "--outcome", f"took {token}")
    drawn = books("review", "sample", "--size", "1", "--owner", "Ada")
    assert drawn.code == 0, drawn.err
    assert books("review", "verdict", "1", "fail", "--as", "Ada", "--note", token).code == 0
    for words in (("handoff", "show", "1"), ("review", "show", "1", "--as", "Ada")):
        shown = books(*words).out
        assert "••••" in shown
        assert token not in shown


def test_it_is_changed_taken_away_and_taken_back(books: Cli) -> None:
    add(books, "--handle", "12m")
    assert "1 is now number 2" in books("handoff", "edit", "1", "--handle", "20m").out
    assert books("handoff", "remove", "2").code == 0
    assert "No hand-off is known" in books("handoff").out
    assert [h["is_gone"] for h in books("handoff", "list", "--all", "--json").json["handoffs"]] == [
        True, True,
    ]  # fmt: skip
    assert books("handoff", "undo").out == "Taken back: 1 taken away.\n"
    assert books("handoff", "undo").out == "Taken back: 1 changed.\n"
    (time,) = books("cost", "time", "--json").json["time"]
    assert time["minutes"] == "12"
    assert "is the time of a hand-off" in books("cost", "time", "remove", "1").err
    assert books("handoff", "edit", "1", "--handle", "").code == 0
    assert books("cost", "time", "--json").json["time"] == []


def test_what_was_taken_away_is_not_among_the_sum(books: Cli) -> None:
    add(books)
    add(books)
    add(books)
    assert books("handoff", "remove", "1").code == 0
    assert books("handoff", "edit", "2", "--note", "x").code == 0
    listed = books("handoff", "list", "--all", "--origin", "typed")
    assert "2 hand-offs: 2 typed; 2 taken away or changed since" in listed.out + listed.err
    assert books("handoff", "remove", "3", "4").code == 0
    listed = books("handoff", "list", "--all", "--origin", "typed")
    assert "0 hand-offs; 4 taken away or changed since" in listed.out + listed.err


def test_the_list_is_narrowed_and_written_as_csv(books: Cli) -> None:
    add(books, "--reason", "billing")
    add(books, "--reason", "policy")
    assert len(books("handoff", "list", "--reason", "policy", "--json").json["handoffs"]) == 1
    assert books("handoff", "list", "--since", "2026-11-01", "--json").json["handoffs"] == []
    assert books("handoff", "list", "--person", "Bo", "--json").json["handoffs"] == []
    assert books("handoff", "list", "--client", "nobody", "--json").json["handoffs"] == []
    assert books("handoff", "list", "--origin", "tpyed").code == 2
    header, *rows = books("handoff", "list", "--csv").out.splitlines()
    assert header.startswith("number,conversation,at,from,to,reason")
    assert len(rows) == 2


def test_a_file_is_taken_once_and_says_what_is_wrong(books: Cli, tmp_path: Path) -> None:
    path = tmp_path / "h.csv"
    path.write_text(f"ticket,at,agent\n{TALK},2026-10-14,Bo\nnope,2026-10-14,Bo\n")
    found = books("handoff", "import", str(path), "--dry-run", "--json")
    assert (found.code, found.json["new"], found.json["taken"]) == (1, 1, 0)
    assert "nothing was taken" in books("handoff", "import", str(path), "--strict").out
    done = books("handoff", "import", str(path))
    assert "1 hand-off taken" in done.out
    assert "line 3: no conversation 'nope'" in done.err
    assert books("handoff", "import", str(path), "--json").json["known"] == 1
    assert books("handoff", "undo").out == "Taken back: 1 imported.\n"
    assert "1 hand-off taken" in books("handoff", "import", str(path)).out
    assert books("handoff", "remove", "2").code == 0
    away = books("handoff", "import", str(path))
    assert "1 row the books have already, 1 of them changed or taken away since." in away.out
    assert "`convledger handoff bring-back NUMBER` brings it back" in away.err
    assert books("handoff", "import", str(tmp_path / "none.csv")).code == 2


@pytest.mark.parametrize("when", ["tomorrow", "2026-11-21 10:00", "2026-11-21", "2026-12-01"])
def test_nothing_is_kept_ahead_of_its_time(books: Cli, tmp_path: Path, when: str) -> None:
    add(books)
    for words in (("add", TALK), ("edit", "1")):
        answer = books("handoff", *words, "--at", when)
        assert (answer.code, "is not yet: nothing is kept ahead of its time" in answer.err) == (
            2, True,
        )  # fmt: skip
    path = tmp_path / "h.csv"
    path.write_text(f"conversation,at\n{TALK},{when}\n")
    assert books("handoff", "import", str(path), "--json").json["taken"] == 0
    assert len(books("handoff", "list", "--json").json["handoffs"]) == 1


def test_one_from_before_its_conversation_is_taken_and_told(books: Cli, tmp_path: Path) -> None:
    for words in (("add", TALK), ("edit", "1", "--note", "x")):
        answer = books("handoff", *words, "--at", "2026-01-02 10:00")
        assert (answer.code, "before the conversation opened" in answer.err) == (0, True)
    assert "2026-01-02 10:00, before the conversation opened" in books("handoff", "show", "2").out
    assert "before" not in books("handoff", "edit", "2", "--at", "2026-10-14 13:50").err
    path = tmp_path / "h.csv"
    path.write_text(f"conversation,at\n{TALK},2026-10-14 15:00\n{TALK},2026-01-03\n")
    assert books("handoff", "import", str(path), "--dry-run", "--json").json["before_opening"] == [
        3
    ]
    done = books("handoff", "import", str(path))
    assert "line 3: before the conversation opened, and taken all the same" in done.err
    assert "line 2" not in done.err


def test_reasons_are_listed_and_changed(books: Cli) -> None:
    done = books("handoff", "reasons", "--add", "Legal Hold", "--remove", "other", "--json")
    assert done.json["reasons"][-1] == "legal-hold"
    assert "other" not in books("handoff", "reasons").out.split()
    assert "did you mean policy" in books("handoff", "reasons", "--remove", "polcy").err
    assert "did you mean tool-failure" in books("handoff", "reasons", "--remove", "tool").err
    for word in ("alien", "bill-me-later", "pony"):
        assert "did you mean" not in books("handoff", "add", TALK, "--reason", word).err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("add", "nope"), "no conversation 'nope'"),
        (("add", TALK, "--reason", "biling"), "did you mean billing"),
        (("add", TALK, "--handle", "soon"), "no length of time"),
        (("add", TALK, "--at", "soonish"), "soonish"),
        (("edit", "x"), "is no number"),
        (("edit", "9", "--note", "x"), "no hand-off has the number 9"),
        (("show", "9"), "no hand-off has the number 9"),
        (("undo",), "no hand-off was changed"),
    ],
)
def test_mistakes_are_told_with_the_way_out(books: Cli, words: tuple[str, ...], why: str) -> None:
    answer = books("handoff", *words)
    assert answer.code == 2
    assert why in answer.err
