"""Search finds conversations by titles that stand in nothing that was said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from convledger.sources.findings import Kind
from convledger.store.search import Hit, SearchQuery
from convledger.store.title_search import MOST
from tests.ingest.logs import Bench

AT = 1_790_000_000


def talk(name: str, title: str, said: str, at: int = AT) -> dict[str, object]:
    message = {
        "id": f"{name}-m", "author": {"role": "user"}, "create_time": at,
        "content": {"content_type": "text", "parts": [said]}, "metadata": {},
    }  # fmt: skip
    return {
        "id": name, "conversation_id": name, "title": title, "create_time": at, "update_time": at,
        "current_node": f"{name}-m",
        "mapping": {
            "root": {"id": "root", "message": None, "parent": None, "children": [f"{name}-m"]},
            f"{name}-m": {"id": f"{name}-m", "message": message, "parent": "root", "children": []},
        },
    }  # fmt: skip


def imported(bench: Bench, folder: Path, *talks: dict[str, object]) -> Bench:
    export = folder / "export"
    export.mkdir()
    (export / "conversations.json").write_text(json.dumps(talks))
    bench.ledger.import_paths([export])
    return bench


@pytest.fixture
def filled(bench: Bench, tmp_path: Path) -> Bench:
    return imported(
        bench, tmp_path,
        talk("a", "Oven repair: Crème brûlée", "it will not light"),
        talk("b", "Dough", "how long does the dough rest", AT + 100),
        talk("c", "100%_sure", "nothing of that", AT + 200),
    )  # fmt: skip


def hits(bench: Bench, text: str, **filters: object) -> list[Hit]:
    return bench.ledger.search(SearchQuery(text, **filters)).hits  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["oven", "REPAIR oven", '"oven repair"', "rep*", "creme", "brûlée oven"]
)
def test_title_is_found_with_its_first_message(filled: Bench, text: str) -> None:
    (hit,) = hits(filled, text)

    assert (hit.conversation, hit.in_title, hit.at) == ("a", True, AT * 10**6)
    assert hit.before + hit.match + hit.after == "Oven repair: Crème brûlée"
    assert filled.ledger.place_of(hit.message_id) is not None


@pytest.mark.parametrize("text", ["ove", "oven dough", "repairs", "%", "_", '"repair oven"'])
def test_part_of_a_word_or_of_the_words_is_no_match(filled: Bench, text: str) -> None:
    assert hits(filled, text) == []


def test_conversation_that_says_the_words_is_told_once(filled: Bench) -> None:
    (hit,) = hits(filled, "dough")

    assert (hit.conversation, hit.in_title) == ("b", False)


def test_filters_hold_for_titles(filled: Bench) -> None:
    assert hits(filled, "oven", source=("chatgpt",))
    assert not hits(filled, "oven", source=("codex",))
    assert not hits(filled, "oven", project=("bakery",))
    assert not hits(filled, "oven", kind=(int(Kind.PROMPT),))
    assert hits(filled, "oven", since=AT * 10**6, until=AT * 10**6 + 1)
    assert not hits(filled, "oven", until=AT * 10**6)
    assert not hits(filled, "oven", since=AT * 10**6 + 1)


def test_newest_titles_come_first_and_few_of_them(bench: Bench, tmp_path: Path) -> None:
    many = [talk(f"t{n}", f"Loaf {n}", "nothing", AT + n) for n in range(MOST + 3)]
    imported(bench, tmp_path, *many, talk("said", "Other", "a loaf"))
    result = bench.ledger.search(SearchQuery("loaf"))

    titles = [hit.conversation for hit in result.hits if hit.in_title]
    assert titles == [f"t{n}" for n in reversed(range(3, MOST + 3))]
    assert [hit.conversation for hit in result.hits][-1] == "said"
    assert result.matches == MOST + 1
    assert len(hits(bench, "loaf", limit=2)) == 2


def test_erased_conversation_is_not_found_by_its_title(filled: Bench) -> None:
    from convledger.memory.erase import Wanted

    (hit,) = hits(filled, "oven")
    key = filled.ledger.connection.execute(
        "SELECT conversation_id FROM message WHERE id=?", (hit.message_id,)
    ).fetchone()[0]
    filled.ledger.erase(Wanted(conversations=(key,)), now=(AT + 900) * 10**6)

    assert hits(filled, "oven") == []
    titles = filled.ledger.connection.execute("SELECT title FROM conversation").fetchall()
    assert sorted(title for (title,) in titles) == ["", "100%_sure", "Dough"]
