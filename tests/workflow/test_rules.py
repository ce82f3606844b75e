"""Rules as data: what a text may say, what is refused, and which events fit."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convledger.errors import ConfigError
from convledger.workflow.rule_matching import fits, holds
from convledger.workflow.rule_parse import parse_rule
from convledger.workflow.rule_terms import ALL_OPS, EVENTS, OPS, Condition, Fact, LedgerEvent
from tests.workflow.rule_parts import rule_text, where


def problem(text: str) -> str:
    """Return what is wrong with a rule's text."""
    with pytest.raises(ConfigError) as caught:
        parse_rule(text, "rules/costly.toml")
    return str(caught.value)


def test_a_rule_says_what_is_done_when() -> None:
    rule = parse_rule(
        rule_text(
            when="conversation.closed",
            idle="1h",
            where=[where("list_cost_usd", "over", 2.5), where("client", "in", ["a", "b"])],
            cooldown="10m",
            once=True,
            largest="1 MB",
        ),
        "costly.toml",
    )

    assert (rule.name, rule.do, rule.idle, rule.cooldown, rule.once) == (
        *("costly", "outbox", 3600, 600),
        True,
    )
    assert rule.where == (
        Condition("list_cost_usd", "over", Decimal("2.5")),
        Condition("client", "in", ("a", "b")),
    )
    assert rule.largest == 1 << 20


def test_every_example_of_the_manual_is_a_rule() -> None:
    page = Path(__file__).parents[2] / "convledger" / "help" / "triggers.md"
    blocks = page.read_text("utf-8").split("```\n")[1::2]
    rules = [parse_rule(block, "manual") for block in blocks if block.startswith("name = ")]

    assert [each.name for each in rules] == ["costly", "tell-me", "to-n8n", "weekly-note"]
    for kind, facts in EVENTS.items():
        assert f"| `{kind}` |" in page.read_text("utf-8")
        for fact in facts:
            assert f"`{fact}`" in page.read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (rule_text(wen="x"), 'line 4: "wen" is not a known key; did you mean "when"?'),
        (rule_text(when="conversation.import"), 'did you mean "conversation.imported"?'),
        (rule_text(do="outbx"), 'did you mean "outbox"?'),
        (rule_text(name="Costly Talks"), "must be small letters"),
        ('when = "entry.due"\ndo = "outbox"\n', '"name" is missing'),
        (rule_text(where=[where("cost", "over", 1)]), "did you mean"),
        (rule_text(where=[where("client", "over", 1)]), 'can\'t be "over" of client'),
        (rule_text(where=[where("client", "eval", "x")]), '"op" can\'t be "eval"'),
        (rule_text(where=[where("tokens", "over", "5")]), "must be a number without quotes"),
        (rule_text(where=[where("tokens", "in", 5)]), 'must be a list for "in"'),
        (rule_text(where=[{"field": "tokens", "op": "over"}]), '"value" is missing'),
        (rule_text(where=[{**where("tokens", "over", 1), "or": 1}]), "is not a known key"),
        (rule_text(where=[where("tokens", "known", "yes")]), "must be true or false"),
        (rule_text(idle="5m"), 'goes with when = "conversation.closed"'),
        (rule_text(command=["x"]), 'goes with do = "command"'),
        (rule_text(cooldown="10"), 'like "30s", "10m" or "1h30m"'),
        (rule_text(cooldown=10), 'like "30s", "10m" or "1h30m"'),
        (rule_text(file="../ledger.jsonl"), "must be a name like"),
        (rule_text(file="/tmp/../x.jsonl"), "must not lead upwards"),
        (rule_text(file="ledger.db"), "must be a name like"),
        (rule_text(largest="5"), "must be a size in quotes"),
        (rule_text(do="command"), "must be a list of texts"),
        (rule_text(do="command", command="rm -rf x"), "must be a list of texts"),
        (rule_text(do="command", command=["./hook.sh"]), "write the whole path of a program"),
        (rule_text(do="command", command=["bin/hook.sh"]), "write the whole path of a program"),
        (rule_text(do="command", command=["x"], timeout="2h"), "must be from 1 s to 600 s"),
        (rule_text(do="webhook"), '"url" is missing'),
        (rule_text(do="webhook", url="ftp://localhost/x"), "must begin with http:// or https://"),
        (rule_text(do="webhook", url="file:///etc/passwd"), "must begin with http:// or https://"),
        (rule_text(do="webhook", url="http://a:b@localhost/"), "no name and no password"),
        (rule_text(do="webhook", url="http://hooks.example.org/"), "which is not this machine"),
        (rule_text(do="webhook", url="http://localhost.example/"), "which is not this machine"),
        (rule_text(do="webhook", url="http://2130706433/"), "which is not this machine"),
        (rule_text(do="webhook", url="http://localhost:99999/"), "is no URL"),
        (rule_text(do="webhook", url="http://localhost/a b"), "without spaces"),
        (rule_text(do="webhook", url="http://localhost/#x"), "behind #"),
        (rule_text(rule_version=2), "from 1 to 1"),
        (rule_text() + "x = " + "[" * 2000 + "]" * 2000, "nests too deeply"),
        (rule_text() + f"# {'x' * (1 << 20)}", "larger than 1 MB"),
    ],
)  # fmt: skip
def test_what_is_no_rule_is_refused_with_the_way_out(text: str, words: str) -> None:
    found = problem(text)

    assert found.startswith("rules/costly.toml: ")
    assert words in found


def test_a_host_that_both_name_may_be_called() -> None:
    url, hosts = "https://hooks.example.org/x", ["Hooks.Example.org"]
    rule = parse_rule(rule_text(do="webhook", url=url, hosts=hosts), "x")

    assert rule.hosts == ("hooks.example.org",)


@given(st.text(max_size=300))
def test_any_text_is_a_rule_or_says_why_not(text: str) -> None:
    _parse(text)


_VALUES = st.recursive(
    st.one_of(
        st.booleans(), st.integers(), st.floats(), st.text(max_size=20),
        st.sampled_from([*EVENTS, "outbox", "command", "webhook", "http://127.0.0.1/"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["field", "op", "value", "x"]), inner, max_size=3),
    ),
    max_leaves=6,
)  # fmt: skip
_KEYS = st.sampled_from(
    ["name", "when", "do", "where", "cooldown", "once", "idle", "command", "timeout", "file",
     "largest", "url", "hosts", "about", "rule_version", "other"]
)  # fmt: skip


@given(st.dictionaries(_KEYS, _VALUES, max_size=8))
def test_any_keys_and_values_are_a_rule_or_say_why_not(values: dict[str, object]) -> None:
    text = rule_text(**{"do": "outbox", **values})  # type: ignore[arg-type]
    _parse(text)


def _parse(text: str) -> None:
    try:
        rule = parse_rule(text, "x")
    except ConfigError as error:
        why = str(error)
    else:
        why = ""
        assert rule.when in EVENTS
        assert tomllib.loads(text)["do"] == rule.do
    assert not why or why.startswith("x: ")


EVENT = LedgerEvent(
    "conversation.closed",
    "claude-code:a",
    "",
    0,
    {
        "client": "Acme", "project": "/home/ana/shop", "outcome": "", "tags": ("One", "two"),
        "tokens": 100, "list_cost_usd": Decimal("2.50"), "estimated": False,
    },
)  # fmt: skip


@pytest.mark.parametrize(
    ("field", "op", "value", "expected"),
    [
        ("client", "is", "acme", True),
        ("client", "is_not", "acme", False),
        ("client", "in", ("x", "ACME"), True),
        ("client", "not_in", ("x", "y"), True),
        ("project", "starts_with", "/home/Ana", True),
        ("project", "contains", "shop", True),
        ("project", "like", "*/shop", True),
        ("project", "like", "shop", False),
        ("outcome", "known", True, False),
        ("outcome", "known", False, True),
        ("tags", "has", "one", True),
        ("tags", "has_not", "one", False),
        ("tokens", "is", Decimal(100), True),
        ("tokens", "in", (Decimal(1), Decimal(100)), True),
        ("tokens", "at_least", Decimal(100), True),
        ("tokens", "over", Decimal(100), False),
        ("tokens", "under", Decimal(101), True),
        ("tokens", "at_most", Decimal(99), False),
        ("list_cost_usd", "is", Decimal("2.5"), True),
        ("list_cost_usd", "over", Decimal("2.49"), True),
        ("estimated", "is", False, True),
        ("estimated", "is_not", False, False),
    ],
)
def test_a_condition_holds_or_not(field: str, op: str, value: object, expected: bool) -> None:
    condition = Condition(field, op, value)  # type: ignore[arg-type]

    assert holds(condition, EVENT.facts[field]) is expected


def test_what_nobody_knows_fits_nothing_but_that() -> None:
    for op in ALL_OPS:
        for value in (Decimal(0), "", ("",), True):
            known = Condition("list_cost_usd", op, value)
            if op != "known":
                assert not holds(known, None)
    assert holds(Condition("list_cost_usd", "known", False), None)
    assert not holds(Condition("list_cost_usd", "known", True), None)


def test_every_condition_must_hold_and_the_event_be_the_one() -> None:
    over = where("list_cost_usd", "over", 2)
    both = rule_text(when=EVENT.type, where=[over, where("client", "is", "acme")])
    one = rule_text(when=EVENT.type, where=[over, where("client", "is", "globex")])

    assert fits(parse_rule(both, "x"), EVENT)
    assert not fits(parse_rule(one, "x"), EVENT)
    assert not fits(parse_rule(rule_text(), "x"), EVENT)


_FACTS: dict[str, st.SearchStrategy[Fact]] = {
    "text": st.text(max_size=50),
    "number": st.one_of(st.none(), st.integers(0, 10**15), st.decimals(0, 10**9, places=4)),
    "list": st.lists(st.text(max_size=9), max_size=3).map(tuple),
    "flag": st.booleans(),
}


@given(st.data())
def test_opposites_never_both_hold(data: st.DataObject) -> None:
    sort = data.draw(st.sampled_from(["text", "number"]))
    fact = data.draw(_FACTS[sort])
    values: dict[str, st.SearchStrategy[str | Decimal]] = {
        "text": st.text(max_size=9),
        "number": st.decimals(0, 10**9, places=4),
    }
    value = data.draw(values[sort])
    assert {"is", "is_not"} <= set(OPS[sort])
    same = holds(Condition("x", "is", value), fact)
    other = holds(Condition("x", "is_not", value), fact)

    assert (same != other) is (fact is not None)
