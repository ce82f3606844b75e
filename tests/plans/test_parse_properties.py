"""Whatever is written, a plan or its mistakes come out, never another exception, and soon."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convledger.errors import ConfigError
from convledger.plans.examples import list_examples
from convledger.plans.parse import BLOCK_KEYS, SINGLE, TOP_KEYS, parse_plan, plan_problems
from convledger.plans.versions import what_changed
from convledger.plans.words import WIDEST, terms

from .documents import HEAD

EXAMPLES = [example.text for example in list_examples()]
WORDS = sorted({word for text in EXAMPLES for word in re.findall(r'"([^"\n]*)"', text)})
KEYS = sorted({*TOP_KEYS, *BLOCK_KEYS, *(key for keys in BLOCK_KEYS.values() for key in keys)})
VALUES = st.one_of(
    st.sampled_from(WORDS).map(lambda word: f'"{word}"'),
    st.sampled_from(["true", "0", "1", "-1", "40", "1.5", "inf", "2026-01-01", "[]", "{}"]),
    st.sampled_from(['["user"]', "[70, 90]", '[{ at = 3, action = "end" }]', "[[1]]", '""']),
    st.sampled_from(['{ model = "a*" }', "{ messages = 40 }", '[{ match = {}, price = "1" }]']),
    st.sampled_from(["10:00:00", "2026-01-01T00:00:00Z", "9999-12-31", "0xffffffffffffffffff"]),
)
LINES = st.one_of(
    st.builds("{} = {}".format, st.sampled_from(KEYS), VALUES),
    st.sampled_from([f"[{name}]" if name in SINGLE else f"[[{name}]]" for name in BLOCK_KEYS]),
    st.sampled_from(["[unit.where]", "[alternative.unit]", "[alternative.charge]", "[fee]"]),
)


def hold(text: str) -> None:
    """A text is a plan that can be told in words, or has mistakes in words."""
    problems = plan_problems(text, "any.toml")
    for problem in problems:
        assert isinstance(problem, ConfigError)
        assert str(problem).startswith("any.toml: ")
        assert "Traceback" not in str(problem)
    if problems:
        return
    plan = parse_plan(text, "any.toml")
    assert all(0 < len(words) <= WIDEST for _, words in terms(plan))
    assert what_changed(plan, plan) == []


@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    hold(text)


@given(st.lists(LINES, max_size=30), st.booleans())
@settings(max_examples=300)
def test_any_toml_of_known_keys(lines: list[str], has_head: bool) -> None:
    hold((HEAD if has_head else "") + "\n".join(lines))


@given(st.sampled_from(EXAMPLES), st.data())
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_an_example_with_a_line_changed(text: str, data: st.DataObject) -> None:
    lines = text.split("\n")
    at = data.draw(st.integers(0, len(lines) - 1))
    change: Any = data.draw(st.sampled_from(["drop", "twice", "value", "cut"]))
    if change == "drop":
        del lines[at]
    elif change == "twice":
        lines.insert(at, lines[data.draw(st.integers(0, len(lines) - 1))])
    elif change == "value":
        lines[at] = re.sub(r"=.*", lambda _: f"= {data.draw(VALUES)}", lines[at])
    else:
        lines[at] = lines[at][: data.draw(st.integers(0, len(lines[at])))]
    hold("\n".join(lines))


@given(st.sampled_from(EXAMPLES), st.sampled_from(WORDS), st.sampled_from(WORDS))
def test_an_example_with_words_changed(text: str, old: str, new: str) -> None:
    hold(text.replace(f'"{old}"', f'"{new}"'))
