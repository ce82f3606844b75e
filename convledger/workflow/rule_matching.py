"""Whether an event is one that a rule is about: no clock, no store, no code of anybody's."""

from __future__ import annotations

from decimal import Decimal
from fnmatch import translate
from functools import lru_cache
from typing import TYPE_CHECKING

from convledger.workflow.rule_terms import Condition, Fact, LedgerEvent, Rule

if TYPE_CHECKING:
    import re


def fits(rule: Rule, event: LedgerEvent) -> bool:
    """Tell whether a rule is about an event: every condition must hold."""
    return rule.when == event.type and all(
        holds(each, event.facts.get(each.field)) for each in rule.where
    )


def holds(condition: Condition, fact: Fact) -> bool:
    """Tell whether a fact is as a condition has it; what nobody knows fits `known = false` alone.

    Texts are compared without regard to upper and lower case.
    """
    op, value = condition.op, condition.value
    if op == "known":
        return (fact not in (None, "", ())) == value
    if fact is None:
        return False
    if isinstance(fact, tuple):
        has = str(value).casefold() in {each.casefold() for each in fact}
        return has == (op == "has")
    if isinstance(fact, bool):
        return (fact == value) == (op == "is")
    if op in ("is", "is_not", "in", "not_in"):
        among = value if isinstance(value, tuple) else (value,)
        return (_plain(fact) in {_plain(each) for each in among}) == (op in ("is", "in"))
    if isinstance(fact, int | Decimal):
        return isinstance(value, Decimal) and _compared(fact, op, value)
    return _text_fits(fact.casefold(), op, str(value).casefold())


def _compared(fact: int | Decimal, op: str, value: Decimal) -> bool:
    if op == "over":
        return fact > value
    if op == "at_least":
        return fact >= value
    if op == "under":
        return fact < value
    return fact <= value


def _text_fits(fact: str, op: str, value: str) -> bool:
    if op == "starts_with":
        return fact.startswith(value)
    if op == "contains":
        return value in fact
    return len(fact) <= _LONGEST and _pattern(value).match(fact) is not None


_LONGEST = 4096


@lru_cache(maxsize=256)
def _pattern(text: str) -> re.Pattern[str]:
    import re

    return re.compile(translate(text))


def _plain(value: object) -> object:
    if isinstance(value, str):
        return value.casefold()
    return Decimal(value) if isinstance(value, int) else value
