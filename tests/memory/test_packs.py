"""Packs: made, decided on, built within their budget, logged and known again."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.clock import DAY, SECOND
from convledger.economics.packing import (
    ALWAYS,
    AUTO,
    CONFLICT,
    DROPPED,
    EARLY,
    EXPIRED,
    NEVER,
    SECRET,
    SENSITIVE,
)
from convledger.errors import ConvledgerError, UsageProblem
from convledger.ledger import Ledger
from convledger.memory import keeping, packs
from convledger.memory.drafts import Draft
from convledger.memory.packs import Wanted
from convledger.memory.rendering import FORMATS
from convledger.store.entries import EntrySource
from convledger.store.operations import undo
from convledger.store.packs import modes_of

NOW = 1_790_000_000 * SECOND


def words(text: str) -> int:
    return len(re.findall(r"\w+|[^\w\s]|\n", text))


def kept(ledger: Ledger, body: str, *, state: str = "active", **more: Any) -> int:
    draft = Draft(body, **more)
    return keeping.remember(ledger.connection, draft, NOW, state=state)[0]


def built(ledger: Ledger, name: str = "work", now: int = NOW, **more: Any) -> packs.Built:
    pack = packs.pack_named(ledger.connection, name)
    return packs.build(ledger.connection, pack, now, words, **more)


def fates(ledger: Ledger, name: str = "work") -> dict[int, Any]:
    return {fate.id: fate for fate in built(ledger, name).chosen.fates()}


def holds(ledger: Ledger, name: str = "work") -> list[int]:
    return [item.entry_id for item in built(ledger, name).items]


def test_what_keeps_an_entry_out_is_told(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = ledger.connection
    packs.create(connection, "work", 2_000, NOW)
    plain = kept(ledger, "Plain")
    out = {
        kept(ledger, "Over", valid_to=NOW): (EXPIRED,),
        kept(ledger, "Ahead", valid_from=NOW + 1): (EARLY,),
        kept(ledger, "Proposed", state="proposed"): ("proposed",),
        kept(ledger, "Salaries", sensitivity="confidential"): (SENSITIVE,),
        kept(ledger, "The key is hunter2", pinned=True): (SECRET,),
        kept(ledger, "Deploys are on Mondays"): (CONFLICT,),
        kept(ledger, "Deploys are on Tuesdays"): (CONFLICT,),
        kept(ledger, "Not this one"): (DROPPED,),
        kept(ledger, "Old", valid_to=NOW - DAY, state="archived"): ("archived", EXPIRED),
        kept(ledger, "Later", state="snoozed"): ("snoozed",),
    }
    numbers = list(out)
    finding = "INSERT INTO finding (object, object_id, field, start, length, rule, rules, redacted, at) VALUES ('entry', ?, 'body', 0, 1, ?, 1, '', 0)"  # noqa: E501
    connection.execute(finding, (numbers[4], "aws-key"))
    kinds = {"orders": "bait", "mail": "personal"}
    monkeypatch.setattr("convledger.text.secrets.KINDS", kinds)
    connection.execute(finding, (plain, "orders"))
    connection.execute(finding, (plain, "mail"))
    pair = "INSERT INTO entry_pair (first_id, second_id, kind, score, hashes, at) VALUES (?, ?, ?, 900, '', 0)"  # noqa: E501
    connection.execute(pair, (numbers[5], numbers[6], "conflict"))
    connection.execute(pair, (plain, numbers[5], "duplicate"))
    packs.decide(connection, "work", [numbers[7]], NEVER, NOW)
    packs.decide(connection, "work", [numbers[0]], ALWAYS, NOW)  # a pin overrules no reason

    found = fates(ledger)
    assert {number: found[number].reasons for number in out} == out
    assert holds(ledger) == [plain]
    connection.execute("UPDATE finding SET status='dismissed'")
    connection.execute("UPDATE entry_pair SET status='dismissed'")
    packs.change(connection, "work", NOW, ceiling="confidential")
    assert holds(ledger) == [numbers[4], plain, numbers[3], numbers[5], numbers[6]]


def test_a_pack_chooses_from_what_its_filter_finds_and_what_was_named(ledger: Ledger) -> None:
    connection = ledger.connection
    shop = kept(ledger, "The shop sells tea", scope="project:shop", tags=("tea",))
    client = kept(ledger, "Acme pays late", scope="client:Acme", value=4, kind="contact")
    coffee = kept(ledger, "Coffee at ten", tags=("coffee",))
    proposed = kept(ledger, "Tea at four", state="proposed", tags=("tea",))

    def of(**wanted: Any) -> list[int]:
        packs.create(connection, "x", 2_000, NOW, wanted=Wanted(**wanted))
        found = holds(ledger, "x")
        packs.delete(connection, "x", NOW)
        return sorted(found)

    assert of() == [shop, client, coffee]
    assert of(scopes=("project:shop", "global")) == [shop, coffee]
    assert of(tags=("#Tea", "none")) == [shop]
    assert of(tags=("tea",), states=("active", "proposed")) == [shop, proposed]
    assert of(kinds=("contact",)) == of(min_value=4) == [client]
    assert of(text="sell* TEA") == [shop]
    packs.create(connection, "x", 2_000, NOW, wanted=Wanted(text="coffee"))
    packs.decide(connection, "x", [client], ALWAYS, NOW)
    assert holds(ledger, "x") == [client, coffee]
    packs.decide(connection, "x", [client], AUTO, NOW)
    assert holds(ledger, "x") == [coffee]


ODD_COUNTS: list[Callable[[str], int]] = [
    words,
    len,
    lambda text: len(text.encode()) // 3 + text.count("\n") * text.count("\n"),  # more than a sum
    lambda text: len(set(text)),
]


@settings(max_examples=60)
@given(
    st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=12),
    st.integers(1, 900),
    st.sampled_from(FORMATS),
    st.sampled_from(ODD_COUNTS),
)
def test_no_pack_takes_a_token_more_than_its_budget(
    tmp_path_factory: pytest.TempPathFactory,
    bodies: list[str],
    budget: int,
    form: str,
    count: Callable[[str], int],
) -> None:
    with Ledger.open(tmp_path_factory.mktemp("budget")) as ledger:
        for number, body in enumerate(bodies):
            kept(ledger, f"{number} {body}", pinned=number % 4 == 0)
        pack = packs.create(ledger.connection, "work", budget, NOW, form=form)
        try:
            found = packs.build(ledger.connection, pack, NOW, count)
        except UsageProblem:  # what it says of itself alone is too much
            return
    assert count(found.text) <= found.tokens <= budget
    assert len(found.chosen.fates()) == len(bodies)


def test_a_pin_that_does_not_fit_is_told(ledger: Ledger) -> None:
    large = kept(ledger, "word " * 400, pinned=True)
    small = kept(ledger, "Small")
    packs.create(ledger.connection, "work", 200, NOW)
    found = built(ledger)

    assert [each.id for each in found.chosen.unfit] == [large]
    assert [item.entry_id for item in found.items] == [small]


def test_every_change_of_a_pack_can_be_taken_back(ledger: Ledger) -> None:
    connection = ledger.connection
    one = kept(ledger, "One")

    def rows() -> list[Any]:
        return [
            connection.execute(f"SELECT * FROM {name}").fetchall() for name in ("pack", "pack_item")
        ]

    states = [rows()]
    packs.create(connection, "work", 500, NOW)
    states.append(rows())
    packs.decide(connection, "work", [one], ALWAYS, NOW)
    states.append(rows())
    packs.decide(connection, "work", [one], NEVER, NOW)
    states.append(rows())
    packs.change(connection, "work", NOW, budget=900, wanted=Wanted(tags=("a",)), ceiling="public")
    states.append(rows())
    packs.keep_render(connection, built(ledger), "standard output")
    packs.delete(connection, "work", NOW)
    assert packs.packs(connection) == []
    for before in states[::-1]:
        undo(connection, NOW)
        assert rows() == before
    assert len({str(each) for each in states}) == len(states)


def test_what_changes_nothing_is_not_said_twice(ledger: Ledger) -> None:
    one = kept(ledger, "One")
    packs.create(ledger.connection, "work", 500, NOW)

    assert packs.decide(ledger.connection, "work", [one, one], ALWAYS, NOW) == 1
    assert packs.decide(ledger.connection, "work", [one], ALWAYS, NOW) == 0
    packs.change(ledger.connection, "work", NOW, budget=500)
    assert undo(ledger.connection, NOW).verb == "pack always"
    assert modes_of(ledger.connection, 1) == {}


@pytest.mark.parametrize(
    ("name", "terms", "said"),
    [
        ("", {}, "can't be called"),
        ("a b", {}, "can't be called"),
        ("a--b", {}, "can't be called"),
        ("x" * 61, {}, "can't be called"),
        ("Work", {}, "pack work already"),
        ("a", {"budget": 0}, "from 1 to"),
        ("a", {"form": "markdwon"}, "did you mean markdown"),
        ("a", {"ceiling": "top"}, "no sensitivity"),
        ("a", {"wanted": Wanted(kinds=("fcat",))}, "did you mean fact"),
        ("a", {"wanted": Wanted(states=("gone",))}, "no state"),
        ("a", {"wanted": Wanted(scopes=("team:a",))}, "no scope"),
        ("a", {"wanted": Wanted(min_value=6)}, "from 1"),
        ("a", {"wanted": Wanted(text="..")}, "no word"),
    ],
)  # fmt: skip
def test_what_is_no_pack_is_refused_in_words(
    ledger: Ledger, name: str, terms: dict[str, Any], said: str
) -> None:
    packs.create(ledger.connection, "work", 500, NOW)
    with pytest.raises(UsageProblem, match=said):
        packs.create(ledger.connection, name, terms.pop("budget", 100), NOW, **terms)
    with pytest.raises(UsageProblem, match="did you mean work"):
        packs.pack_named(ledger.connection, "wrok")
    with pytest.raises(UsageProblem, match="no entry"):
        packs.decide(ledger.connection, "work", [99], ALWAYS, NOW)


@pytest.mark.parametrize("form", FORMATS)
def test_what_was_written_is_written_again_byte_for_byte(ledger: Ledger, form: str) -> None:
    connection = ledger.connection
    source = EntrySource(kind="file", place="/home/ann/CLAUDE.md", source_date=NOW - DAY)
    one = kept(ledger, "Deploys: Fridays", sources=(source,))
    two = kept(ledger, "Second\nthing")
    packs.create(connection, "work", 900, NOW, form=form)
    found = built(ledger)
    number = packs.keep_render(connection, found, "standard output")

    assert "ann/CLAUDE.md" in found.text
    assert "home" not in found.text
    keeping.edit(connection, one, NOW, body="Deploys: Mondays")
    keeping.set_facts(connection, [two], NOW + DAY, source_date=NOW, value=5, pinned=True)
    keeping.confirm(connection, [one, two], NOW + DAY)
    packs.delete(connection, "work", NOW)
    assert packs.render_again(connection, number) == found.text


def test_a_text_that_was_undone_and_rewritten_is_not_passed_off_as_the_old_one(
    ledger: Ledger,
) -> None:
    connection = ledger.connection
    one = kept(ledger, "One")
    packs.create(connection, "work", 900, NOW)
    keeping.edit(connection, one, NOW, body="Two")
    number = packs.keep_render(connection, built(ledger), "x")
    undo(connection, NOW)
    keeping.edit(connection, one, NOW, body="Three")

    with pytest.raises(ConvledgerError, match="undone"):
        packs.render_again(connection, number)
    with pytest.raises(UsageProblem, match="number 99"):
        packs.render_again(connection, 99)


def test_the_log_says_where_an_entry_went(ledger: Ledger) -> None:
    connection = ledger.connection
    one = kept(ledger, "One")
    packs.create(connection, "work", 900, NOW)
    packs.keep_render(connection, built(ledger), "standard output")
    keeping.edit(connection, one, NOW, body="Uno")
    packs.keep_render(connection, built(ledger, now=NOW + DAY), "/tmp/\udcffCLAUDE.md")
    packs.delete(connection, "work", NOW)

    found = packs.exposures(connection, one)
    assert [(each.version, each.render.at, each.render.name) for each in found] == [
        (2, NOW + DAY, "work"), (1, NOW, "work"),
    ]  # fmt: skip
    assert packs.exposures(connection, 99) == []


def test_a_text_is_known_again_as_current_stale_or_edited(ledger: Ledger) -> None:
    connection = ledger.connection
    one, two = kept(ledger, "One is here"), kept(ledger, "Two is here")
    packs.create(connection, "work", 900, NOW)
    first = built(ledger)
    packs.keep_render(connection, first, "x")
    content = first.text.encode()

    def of(text: bytes, name: str | None = None) -> packs.Verdict:
        (verdict,) = packs.verify(connection, text, NOW + 1, words, name=name)
        return verdict

    assert (of(content).state, of(content).is_last, of(content).pack) == ("current", True, "work")
    assert of(b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n")).state == "current"
    assert of(content.replace(b"Two", b"Too")).state == "edited"
    assert of(content, name="play").state == "other"
    assert of(content.replace(b"pack work", b"pack play")).state == "other"
    assert of(b"# Notes\n\xff\0").state == of(b"").state == "none"
    keeping.confirm(connection, [one], NOW)
    assert of(content).state == "current"
    keeping.edit(connection, one, NOW, body="One was here")
    keeping.archive(connection, [two], NOW)
    three = kept(ledger, "Three")
    stale = of(content)
    assert stale.state == "stale"
    assert [(each.entry_id, each.why) for each in stale.changes] == [
        (one, "says something else"), (two, "archived"), (three, "comes in"),
    ]  # fmt: skip
    packs.keep_render(connection, built(ledger), "x")
    assert not of(content).is_last
    packs.delete(connection, "work", NOW)
    assert of(content).state == "stale"


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_that_still_holds_what_was_erased_is_stale(ledger: Ledger, form: str) -> None:
    connection = ledger.connection
    kept(ledger, 'One says "entries":0, and by convledger: 0 of 1')
    two = kept(ledger, "Two")
    packs.create(connection, "work", 900, NOW, form=form)
    found = built(ledger)
    packs.keep_render(connection, found, "x")
    (before,) = packs.verify(connection, found.text.encode(), NOW, words)
    for table in ("entry_version", "pack_render_item"):
        connection.execute(f"DELETE FROM {table} WHERE entry_id=?", (two,))
    connection.execute("DELETE FROM entry WHERE id=?", (two,))
    (after,) = packs.verify(connection, found.text.encode(), NOW, words)

    assert before.state == "current"
    assert (after.state, [each.why for each in after.changes]) == (
        "stale", ["erased, and still in the file"],
    )  # fmt: skip


@given(st.binary(max_size=300))
def test_any_bytes_have_a_verdict(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    with Ledger.open(tmp_path_factory.getbasetemp() / "any") as ledger:
        (verdict,) = packs.verify(ledger.connection, content, NOW, words)
        assert verdict.state == "none"


def test_a_pack_that_was_damaged_says_so(ledger: Ledger) -> None:
    packs.create(ledger.connection, "work", 900, NOW)
    ledger.connection.execute("UPDATE pack SET wanted='[1'")

    with pytest.raises(UsageProblem, match="pack work is damaged"):
        packs.packs(ledger.connection)
    ledger.connection.execute(
        "UPDATE pack SET wanted=?", (msgspec.json.encode({"later": 1}).decode(),)
    )
    assert packs.packs(ledger.connection)[0].wanted == Wanted()
