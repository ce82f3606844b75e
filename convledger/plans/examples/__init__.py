"""The plans that come along: examples to start from, under neutral names."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pkgutil import get_data
from typing import NamedTuple

from convledger.plans.parse import parse_plan


class Example(NamedTuple):
    """A plan document with its id and its name."""

    id: str
    name: str
    text: str


@cache
def _examples() -> tuple[Example, ...]:
    found = []
    for name in sorted(each.name for each in files(__name__).iterdir()):
        content = get_data(__name__, name) if name.endswith(".toml") else None
        if content is not None:
            text = content.decode("utf-8").replace("\r\n", "\n")
            plan = parse_plan(text, name)
            found.append(Example(plan.id, plan.name, text))
    return tuple(found)


def list_examples() -> list[Example]:
    """Return (id, name, text) of every plan that comes along, by id."""
    return list(_examples())
