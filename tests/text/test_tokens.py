"""Tokens are counted as tiktoken counts them, whatever the text, and nobody is asked for it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.errors import ConvledgerError
from convledger.text import tokens
from convledger.text.tokens import TokenCounter, count_tokens, estimated_tokens

SCRIPTS = {
    "English": "Deploys go out on Fridays before noon, unless the lead says no; it's done.",
    "German": "Die Auslieferung erfolgt freitags vor zwölf Uhr, außer wenn die Freigabe fehlt.",
    "Russian": "Развёртывание происходит по пятницам до полудня, если нет возражений.",
    "Chinese": "部署在每周五中午之前进行，除非发布经理另有指示。",
    "Japanese": "デプロイは毎週金曜日の正午前に行われます。",
    "Korean": "배포는 매주 금요일 정오 전에 진행됩니다.",
    "Arabic": "تتم عمليات النشر أيام الجمعة قبل الظهر.",
    "Hebrew": "הפריסות יוצאות בימי שישי לפני הצהריים.",
    "Hindi": "परिनियोजन शुक्रवार को दोपहर से पहले होता है।",
    "Thai": "การปรับใช้จะเกิดขึ้นทุกวันศุกร์ก่อนเที่ยง",
    "emoji": "Done 🎉🚀 ✅ 👩‍👩‍👧‍👦 🇩🇪",
    "code": "def f(x: int) -> int:\n\treturn {'a': [x, 10_000]}['a'][0]  # 3.1 //\r\n\r\n  /* */\n",
    "JSON": '{"name":"x_y","list":[1,2,3],"text":"a\\n\\u00e9"}',
    "paths": "https://example.com/a/b?c=d&e=f /home/me/x.py C:\\Users\\me",
}
# Parts of ordinary texts in odd company: where a cut could go wrong.
BITS = st.sampled_from(
    [
        *("word", "Word's", "WORD", "é", "中", "1234", " ", "  ", "\t", "\n", "\r\n", "\n\n", "/"),
        *("//", "'", "'s", "\"", ".", "，", "_", "-", "\u00a0", "\u2028", "\u0301", "😀", "ſ"),
        *(" \n", "\n ", "!\n", "!\n/", "\x1c", "\x85", "½", "<|endoftext|>"),
    ]
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def no_network() -> Iterator[None]:
    """Take the network away: the vocabulary is on the disk."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    with pytest.MonkeyPatch.context() as patch:
        for name in ("socket", "create_connection", "getaddrinfo"):
            patch.setattr(socket, name, refuse)
        yield


def straight(text: str) -> int:
    """Return what tiktoken counts in one go."""
    return len(tokens._encoding().encode_ordinary(text))


def test_counts_are_those_that_are_known() -> None:
    assert count_tokens("") == 0
    assert count_tokens("hello world") == 2
    assert count_tokens("tiktoken is great!") == 6


@pytest.mark.parametrize("script", SCRIPTS)
def test_long_texts_count_what_tiktoken_counts(script: str) -> None:
    text = f"{SCRIPTS[script]} " * 400

    assert len(text) > 3 * tokens._LONGEST
    assert count_tokens(text) == straight(text)


@given(st.lists(BITS, max_size=60), st.integers(20, 60))
@settings(max_examples=300)
def test_cuts_change_nothing(bits: list[str], times: int) -> None:
    text = f"{''.join(bits)} end," * times

    assert count_tokens(text) == straight(text)


@given(st.lists(st.lists(BITS, max_size=30), max_size=4))
@settings(max_examples=300)
def test_a_counter_that_knows_the_words_counts_the_same(texts: list[list[str]]) -> None:
    count = TokenCounter()
    for bits in texts * 2:
        text = "".join(bits)
        assert count(text) == straight(text)


def test_a_counter_forgets_words_before_they_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_KEPT", 10)
    count = TokenCounter()

    assert count(" ".join(map(str, range(300)))) == straight(" ".join(map(str, range(300))))
    assert len(count._later) <= 10


@pytest.mark.parametrize(
    "unit",
    ["《\n/", "!\n/", ">\n//", "《\n\n", "\n\n", "\r\n", "\n \n", " \n", "__", "a\u0301", "  "],
)
@pytest.mark.parametrize("end", ["中 ", "中\n", "中，"])
def test_a_cut_waits_for_the_right_place(unit: str, end: str) -> None:
    # The place stands in the second half of a part, behind many where a cut would count more.
    text = (unit * (700 // len(unit)) + end + "z") * 10

    assert count_tokens(text) == straight(text)


@given(st.text(alphabet=st.characters(), max_size=3000))
@settings(max_examples=50)
def test_any_text_is_counted(text: str) -> None:
    assert 0 <= count_tokens(text) - straight(text) <= len(text) // (tokens._LONGEST // 2)


def test_half_of_a_character_is_counted_too() -> None:
    assert count_tokens("\ud800") > 0
    assert estimated_tokens("\ud800") == 1


def test_words_are_taken_apart_as_o200k_does() -> None:
    openai_public = pytest.importorskip("tiktoken_ext.openai_public")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(openai_public, "load_tiktoken_bpe", lambda *_, **__: {})
        theirs = openai_public.o200k_base()

    assert tokens._encoding()._pat_str == theirs["pat_str"]


def test_special_tokens_are_plain_text() -> None:
    assert count_tokens("<|endoftext|>") == straight("<|endoftext|>") > 1


@pytest.mark.parametrize("run", ["a", "A", " ", "\n", "!", "1", "中", "😀", "aA", "'", "\t \n"])
def test_a_megabyte_of_the_same_is_counted_soon(run: str) -> None:
    count_tokens("load it")
    text = run * (1_000_000 // len(run))
    part = text[: 3_000 * len(run)]
    began = time.process_time()

    found = count_tokens(text)

    assert time.process_time() - began < 5
    assert found <= len(text)
    assert straight(part) <= count_tokens(part) <= straight(part) * 102 // 100 + 2


def test_threads_load_one_vocabulary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_loaded", [])
    with ThreadPoolExecutor(8) as workers:
        counts = set(workers.map(count_tokens, ["hello world"] * 32))

    assert counts == {2}
    assert len(tokens._loaded) == 1


def test_damaged_vocabulary_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    broken = tmp_path / "data" / tokens.VOCABULARY
    monkeypatch.setattr(tokens, "_loaded", [])
    monkeypatch.setattr(tokens, "files", lambda _: tmp_path)
    shipped = (Path(tokens.__file__).parent / "data" / tokens.VOCABULARY).read_bytes()

    for content in (None, b"", b"no archive", shipped[:-9]):
        if content is not None:
            broken.write_bytes(content)
        with pytest.raises(ConvledgerError, match=tokens.VOCABULARY):
            count_tokens("hello")


def test_importing_it_loads_no_vocabulary() -> None:
    code = "import sys, convledger.text.tokens; print('tiktoken' in sys.modules)"
    root = Path(tokens.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == ["False"]


@pytest.mark.parametrize("script", [each for each in SCRIPTS if each not in ("JSON", "paths")])
def test_a_guess_is_near(script: str) -> None:
    guess, real = estimated_tokens(SCRIPTS[script]), count_tokens(SCRIPTS[script])

    assert real / 2 <= guess <= real * 5 / 2


def test_the_licence_is_named() -> None:
    notice = Path(tokens.__file__).parents[2] / "NOTICE"

    assert tokens.VOCABULARY in notice.read_text("utf-8")
