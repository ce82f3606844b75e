"""Scenarios as text: read from TOML with every mistake named, and written so that it reads back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from fractions import Fraction

from convledger.economics.context_policy import POLICIES, RESET, SUMMARY, WINDOW, ContextPolicy
from convledger.economics.conversation_costs import SEGMENTS
from convledger.economics.scenarios import (
    CACHE_LIVES,
    LARGEST_FACTOR,
    OPENING,
    SENT,
    SHORTENED,
    OtherContext,
    OtherModel,
    Scenario,
    ShorterPrompts,
)
from convledger.errors import UsageProblem
from convledger.plans.lengths import length_of, length_text
from convledger.plans.schema import Length
from convledger.toml_files import open_table
from convledger.toml_tables import Table, nearest, shown

SCHEMA = 1
TOP_KEYS = (
    *("schema", "name", "note", "prices_on", "scope", "prompts", "context", "model"),
    "escalation",
)
SCOPE_KEYS = (*SEGMENTS, "conversation")
MOST_TOKENS = 100_000_000
MOST_MODELS = 50
LONGEST_NAME = 80
_CACHED = {"recorded": None, "on": True, "off": False}
_NUMBER = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,12})?")
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,9})?)\s*%")


def read_scenario(text: str, file_name: str = "scenario.toml") -> Scenario:
    """Return the scenario that a text describes. Raises ConfigError, which names key and fix."""
    top = open_table(text, file_name)
    top.allow_only(TOP_KEYS)
    if top.value("schema") != SCHEMA or isinstance(top.value("schema"), bool):
        raise top.problem("schema", f"must be {SCHEMA}: the first line is `schema = {SCHEMA}`")
    return Scenario(
        name=_name(top),
        note=top.text("note") if "note" in top else "",
        scope=_scope(top),
        prices_on=_day(top),
        prompts=_prompts(top) if "prompts" in top else None,
        context=_context(top) if "context" in top else None,
        models=_models(top),
        escalation=_escalation(top) if "escalation" in top else None,
    )


def share_of(text: str) -> Fraction:
    """Return a share of 0 to 1 that was written "20%" or "0.2". Raises ValueError."""
    percent = _PERCENT.fullmatch(text.strip())
    number = None if percent else _NUMBER.fullmatch(text.strip())
    if percent is None and number is None:
        raise ValueError(f'{shown(text)} is no share; write it like "20%" or "0.2"')
    found = Fraction(percent[1]) / 100 if percent else Fraction(text.strip())
    if found > 1:
        raise ValueError(f"{shown(text)} is more than all of it; a share goes from 0% to 100%")
    return found


def factor_of(text: str) -> Fraction:
    """Return what counts of tokens are multiplied by. Raises ValueError."""
    if not _NUMBER.fullmatch(text.strip()):
        raise ValueError(f'{shown(text)} is no factor; write it like "1.1"')
    found = Fraction(text.strip())
    if not 0 < found <= LARGEST_FACTOR:
        raise ValueError(f"a tokenizer factor is above 0 and at most {LARGEST_FACTOR}")
    return found


def checked_name(name: str) -> str:
    """Return a name that a scenario may have. Raises UsageProblem."""
    found = name.strip()
    if not found or len(found) > LONGEST_NAME or not found.isprintable():
        raise UsageProblem(
            f"a scenario's name has 1 to {LONGEST_NAME} printable characters, not {shown(name)}"
        )
    return found


def _name(top: Table) -> str:
    if "name" not in top:
        return ""
    try:
        return checked_name(top.text("name"))
    except UsageProblem as error:
        raise top.problem("name", f"can't be used: {error}") from error


def _day(top: Table) -> date | None:
    value = top.value("prices_on")
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value.strip())
        except ValueError:
            value = None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise top.problem("prices_on", "must be a day, like 2026-11-20")
    return value


def _scope(table: Table) -> dict[str, tuple[str, ...]]:
    inner = table.table("scope", 'scope = { project = ["shop"] }')
    inner.allow_only(SCOPE_KEYS)
    known = inner.keys()
    return {key: _texts(inner, key) for key in known}


def _texts(table: Table, key: str) -> tuple[str, ...]:
    value = table.value(key)
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(one, str) and one.strip() for one in values):
        raise table.problem(key, 'must be a text or a list of them, like ["shop", "bakery"]')
    return tuple(one.strip() for one in values)


def _prompts(top: Table) -> ShorterPrompts:
    table = top.table("prompts", '[prompts] with shorter = "20%"')
    table.allow_only(("shorter", "of", "tokens"))
    of = _choice(table, "of", SHORTENED, SENT)
    tokens = table.whole("tokens", 1, MOST_TOKENS) if "tokens" in table or of == OPENING else 0
    if tokens and of != OPENING:
        raise table.problem("tokens", f'goes with of = "{OPENING}" alone; leave it out')
    return ShorterPrompts(_share(table, "shorter"), of, tokens)


def _context(top: Table) -> OtherContext:
    table = top.table("context", '[context] with policy = "window" and cap = 32000')
    table.allow_only(
        ("policy", "cap", "every", "summary_tokens", "instructions", "cache", "cache_lives")
    )
    kind = table.text("policy")
    if kind not in POLICIES:
        raise table.problem("policy", f"is {shown(kind)}; did you mean {nearest(kind, POLICIES)}?")

    def whole(key: str, least: int = 1) -> int | None:
        return table.whole(key, least, MOST_TOKENS) if key in table else None

    cap, every = whole("cap"), whole("every")
    if kind in (WINDOW, SUMMARY) and cap is None:
        raise table.problem("cap", f"is missing: {kind} needs the most tokens of a request")
    if kind == RESET and cap is None and every is None:
        raise table.problem(
            "cap", "is missing: a reset needs the most tokens of a request, or every = TURNS"
        )
    for key, kinds in (("every", (RESET,)), ("summary_tokens", (SUMMARY,))):
        if key in table and kind not in kinds:
            raise table.problem(key, f"goes with policy = {' or '.join(kinds)}; leave it out")
    summary = whole("summary_tokens")
    instructions = whole("instructions", 0) or 0
    if cap is not None and instructions + (summary or 0) >= cap:
        raise table.problem("cap", "must be larger than instructions and summary_tokens together")
    policy = ContextPolicy(kind, cap, every, **({"summary_tokens": summary} if summary else {}))
    cached = _CACHED[_choice(table, "cache", tuple(_CACHED), "recorded")]
    return OtherContext(policy, instructions, cached, _lives(table))


def _lives(table: Table) -> int:
    if "cache_lives" not in table:
        return CACHE_LIVES
    try:
        found = length_of(table.text("cache_lives"))
    except ValueError as error:
        raise table.problem("cache_lives", f"can't be used: {error}") from error
    if found.months or not found.elapsed:
        raise table.problem("cache_lives", 'must be a length of time, like "5m" or "1h"')
    return found.elapsed


def _models(top: Table) -> tuple[OtherModel, ...]:
    found = []
    tables = top.tables("model")
    if len(tables) > MOST_MODELS:
        raise top.problem("model", f"has {len(tables)} tables; {MOST_MODELS} is the most")
    for table in tables:
        table.allow_only(("to", "from", "provider", "tokenizer_factor", "scope"))
        factor = Fraction(1)
        if "tokenizer_factor" in table:
            try:
                factor = factor_of(_number_text(table, "tokenizer_factor"))
            except ValueError as error:
                raise table.problem("tokenizer_factor", f"can't be used: {error}") from error
        found.append(
            OtherModel(
                table.text("to"),
                _texts(table, "from") if "from" in table else (),
                table.text("provider") if "provider" in table else "",
                factor,
                _scope(table),
            )
        )
    return tuple(found)


def _escalation(top: Table) -> Fraction:
    table = top.table("escalation", '[escalation] with rate = "10%"')
    table.allow_only(("rate",))
    return _share(table, "rate")


def _share(table: Table, key: str) -> Fraction:
    try:
        return share_of(_number_text(table, key))
    except ValueError as error:
        raise table.problem(key, f"can't be used: {error}") from error


def _number_text(table: Table, key: str) -> str:
    """Return a number that was written in quotes, or a whole one."""
    value = table.value(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float):  # it is not the number that was written any more
        raise table.problem(key, f'must stand in quotes, like "{value}"')
    return table.text(key)


def _choice(table: Table, key: str, known: tuple[str, ...], otherwise: str) -> str:
    if key not in table:
        return otherwise
    word = table.text(key)
    if word not in known:
        raise table.problem(key, f"is {shown(word)}; it may be {', '.join(known)}")
    return word


def scenario_text(scenario: Scenario) -> str:
    """Return a scenario as TOML that reads back as the same."""
    lines = [f"schema = {SCHEMA}"]
    lines += [f"name = {_quoted(scenario.name)}"] if scenario.name else []
    lines += [f"note = {_quoted(scenario.note)}"] if scenario.note else []
    if scenario.prices_on is not None:
        lines.append(f"prices_on = {scenario.prices_on.isoformat()}")
    if scenario.scope:
        lines += ["", "[scope]", *_scope_lines(scenario.scope)]
    if (prompts := scenario.prompts) is not None:
        lines += ["", "[prompts]", f'shorter = "{_percent(prompts.share)}"']
        lines += [f'of = "{prompts.of}"'] if prompts.of != SENT else []
        lines += [f"tokens = {prompts.tokens}"] if prompts.of == OPENING else []
    if (context := scenario.context) is not None:
        lines += ["", "[context]", *_context_lines(context)]
    for model in scenario.models:
        lines += ["", "[[model]]"]
        lines += [f"from = {_listed(model.source)}"] if model.source else []
        lines.append(f"to = {_quoted(model.to)}")
        lines += [f"provider = {_quoted(model.provider)}"] if model.provider else []
        lines.append(f'tokenizer_factor = "{_decimal(model.factor)}"')
        if model.scope:
            lines.append(f"scope = {{ {', '.join(_scope_lines(model.scope))} }}")
    if scenario.escalation is not None:
        lines += ["", "[escalation]", f'rate = "{_percent(scenario.escalation)}"']
    return "\n".join(lines) + "\n"


def _context_lines(context: OtherContext) -> list[str]:
    policy = context.policy
    lines = [f'policy = "{policy.kind}"']
    lines += [f"cap = {policy.cap}"] if policy.cap is not None else []
    lines += [f"every = {policy.every}"] if policy.every is not None else []
    lines += [f"summary_tokens = {policy.summary_tokens}"] if policy.kind == SUMMARY else []
    lines += [f"instructions = {context.instructions}"] if context.instructions else []
    if context.cached is not None:
        lines.append(f'cache = "{"on" if context.cached else "off"}"')
    if context.cache_lives != CACHE_LIVES:
        lines.append(f'cache_lives = "{length_text(Length(elapsed=context.cache_lives))}"')
    return lines


def _scope_lines(scope: Mapping[str, tuple[str, ...]]) -> list[str]:
    return [f"{key} = {_listed(values)}" for key, values in scope.items()]


def _listed(texts: tuple[str, ...]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"


def _quoted(text: str) -> str:
    """Return a text as TOML has it in quotes, on one line."""
    safe = (
        f"\\u{ord(mark):04X}"
        if mark in '"\\' or (not mark.isprintable() and ord(mark) < 1 << 16)
        else mark
        for mark in text
    )
    return f'"{"".join(safe)}"'


def _percent(share: Fraction) -> str:
    return f"{_decimal(share * 100)}%"


def _decimal(number: Fraction) -> str:
    """Return a number of at most twelve digits behind the point, which is how it was written."""
    scaled = number * 10**12
    whole, part = divmod(round(scaled), 10**12)
    return f"{whole}.{part:012d}".rstrip("0").rstrip(".")
