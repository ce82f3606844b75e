"""Search finds what was said, whatever a person types."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convledger.sources.findings import Kind
from convledger.store.search import SearchQuery, snippet
from convledger.store.terms import terms_of
from tests.ingest.logs import MODEL, Bench, instant, line, prompt, reply, rollout, session

NASTY = [
    *("foo-bar", "a:b", "c++", "AND", "OR", "NOT", "NEAR(", "NEAR(a b)", "100%", "a.b", "*", "**"),
    *('"unbalanced', '"', '""', '" "', "^x", "(x", "x)", "{a b}", "' or 1=1 --", "\0", "a\0b"),
    *("🥐", "\u0301", "²", "-x", "+", "a*b", "**a", "said:x", "rowid:1", "text MATCH 'a'", "\\"),
    *("\ud800", "a" * 5000, "a " * 500, "\t\n", "ﬁ", "\u200b", "[x", "x]", "%_"),
    "caf\udce9",
]


@pytest.fixture
def filled(bench: Bench) -> Bench:
    bench.write(
        bench.log,
        prompt(1, "Die Bäckerei öffnet um sechs, foo-bar a:b c++ 100% a.b")
        + prompt(2, "我住在東京都、パンが好きです。서울에서")
        + prompt(3, "naïve café crème brûlée")
        + reply(4, "the quick brown fox jumps over the lazy dog")
        + prompt(5, "a fox that is brown and quick")
        + tool(6),
    )
    bench.write(bench.codex / "sessions" / "rollout-x.jsonl", rollout(2))
    bench.sync()
    return bench


def tool(number: int) -> bytes:
    call = {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "ls\n/ovens"}}
    result = {"type": "tool_result", "tool_use_id": "t1", "content": "sourdough.txt\nbrezel.txt"}
    names = {"sessionId": session(), "timestamp": instant(number)}
    asked = {"id": "msg_tool_0000000001", "model": MODEL, "role": "assistant", "content": [call]}
    return line({"type": "assistant", "uuid": "u-call", "message": asked, **names}) + line(
        {"type": "user", "uuid": "u-out", "message": {"role": "user", "content": [result]}, **names}
    )


def found(bench: Bench, text: str, **filters: object) -> list[str]:
    query = SearchQuery(text, **filters)  # type: ignore[arg-type]
    return [hit.before + hit.match + hit.after for hit in bench.ledger.search(query).hits]


@pytest.mark.parametrize("text", NASTY)
def test_no_query_is_an_error(filled: Bench, text: str) -> None:
    alone = filled.ledger.search(SearchQuery(text))
    with_another = filled.ledger.search(SearchQuery(f"fox {text}"))
    narrowed = filled.ledger.search(
        SearchQuery(text, project=(text,), source=(text,), since=1, until=2)
    )

    assert len(alone.hits) <= alone.matches
    assert with_another.matches <= 2  # those with the fox
    assert narrowed.hits == []


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40))
def test_no_text_at_all_is_an_error(filled: Bench, text: str) -> None:
    found = filled.ledger.search(SearchQuery(text))

    assert len(found.hits) <= found.matches


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("foo-bar", "foo-bar"),
        ("a:b", "a:b"),
        ("c++", "c++"),
        ("100%", "100%"),
        ("a.b", "a.b"),
        ("BÄCKEREI", "Bäckerei"),
        ("backerei", "Bäckerei"),
        ("cafe", "café"),
        ("creme brulee", "brûlée"),
        ("東京", "東京"),
        ("パン", "パン"),
        ("서울", "서울"),
        ("bäck*", "Bäckerei"),
        ("sourdough", "sourdough.txt"),
        ("ovens", "/ovens"),
        ("Bash", "ls"),
        ('"quick brown fox"', "quick brown fox"),
    ],
)
def test_finds(filled: Bench, text: str, words: str) -> None:
    assert any(words in hit for hit in found(filled, text))


@pytest.mark.parametrize("text", ["京東", "bäck", '"brown quick"', "fox wolf", "nothing", "", "  "])
def test_finds_nothing(filled: Bench, text: str) -> None:
    assert found(filled, text) == []


def test_all_words_must_occur_in_any_order(filled: Bench) -> None:
    assert len(found(filled, "brown quick")) == 2
    assert len(found(filled, '"quick brown"')) == 1


def test_operators_are_only_words(filled: Bench) -> None:
    assert found(filled, "fox OR wolf") == []
    asked = [term.expression for term in terms_of('fox OR "a" NOT')]
    assert asked == ['"fox"', '"OR"', '"a"', '"NOT"']


def test_filters_narrow_the_search(filled: Bench) -> None:
    assert len(found(filled, "question", source=("codex",))) == 2
    assert found(filled, "question", source=("claude-code",)) == []
    assert len(found(filled, "fox", project=("bakery",))) == 2
    assert found(filled, "fox", project=("rail",)) == []
    assert len(found(filled, "fox", kind=(int(Kind.ANSWER),))) == 1


def test_filter_by_time_is_from_and_before(filled: Bench) -> None:
    (asked,) = filled.ledger.search(SearchQuery("naïve")).hits

    assert found(filled, "naïve", since=asked.at)
    assert not found(filled, "naïve", until=asked.at)
    assert found(filled, "naïve", until=asked.at + 1)


def test_project_with_brackets_in_its_name_is_found(bench: Bench) -> None:
    data = prompt(1, "inside brackets").replace(b"/home/ana/bakery", b"/home/ana/[web] shop")
    bench.write(bench.log, data)
    bench.sync()

    assert len(found(bench, "brackets", project=("[web] shop",))) == 1
    assert found(bench, "brackets", project=("[w] shop",)) == []
    assert bench.ledger.conversation_ids(projects=["[web] shop"]) == [1]


def test_phrase_is_found_behind_many_messages_that_only_hold_its_words(bench: Bench) -> None:
    apart = b"".join(prompt(n, f"rye {n:03} and dough, a long night {n}") for n in range(2, 200))
    bench.write(bench.log, prompt(1, "the rye dough of monday") + apart)
    bench.sync()
    result = bench.ledger.search(SearchQuery('"rye dough"'))

    assert (result.matches, result.complete) == (1, True)
    assert (result.hits[0].match, result.hits[0].line) == ("rye dough", 1)
    assert bench.ledger.search(SearchQuery("rye dough")).matches == 199


def test_newest_of_equal_matches_comes_first(bench: Bench) -> None:
    bench.write(bench.log, b"".join(prompt(n, f"croissant {n:02}") for n in range(1, 30)))
    bench.sync()

    assert found(bench, "croissant") == [f"croissant {n:02}" for n in range(29, 9, -1)]


def test_only_the_newest_are_ranked_and_it_is_said(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convledger.store.search.AMONG", 10)
    bench.write(bench.log, b"".join(prompt(n, f"croissant {n:02}") for n in range(1, 30)))
    bench.sync()
    result = bench.ledger.search(SearchQuery("croissant", limit=10))

    assert (result.matches, result.complete, len(result.hits)) == (10, False, 10)
    assert result.hits[0].match == "croissant"
    assert result.hits[-1].after == " 20"


def test_hit_names_the_file_and_line_it_came_from(filled: Bench) -> None:
    (hit,) = filled.ledger.search(SearchQuery("brûlée")).hits

    assert (hit.file, hit.line) == (str(filled.log), 3)
    assert (hit.source, hit.project) == ("claude-code", "/home/ana/bakery")


def test_text_around_a_match_is_cut_at_both_ends() -> None:
    before, match, after = snippet("x" * 500 + " needle " + "y" * 500, terms_of("needle"))

    assert match == "needle"
    assert before.startswith("…")
    assert after.endswith("…")
    assert len(before) + len(after) < 260
