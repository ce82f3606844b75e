"""Short plan documents for tests."""

from __future__ import annotations

from convledger.plans.parse import parse_plan, plan_problems
from convledger.plans.schema import Plan

HEAD = """schema = 1
id = "short"
name = "Short"
version = "1"
currency = "USD"
timezone = "UTC"
effective_from = 2026-01-01
"""
WINDOW = """
[[unit]]
id = "conversation"
count = "window"
timeout = "30m"
"""
CREDITS = (
    WINDOW
    + """
[[charge]]
unit = "conversation"
credits = "1"

[[grant]]
id = "included"
amount = "500"
"""
)


def plan(*parts: str, head: str = HEAD) -> Plan:
    """Return the plan of a head and some blocks."""
    return parse_plan(head + "\n".join(parts), "short.toml")


def complaints(*parts: str, head: str = HEAD) -> list[str]:
    """Return every mistake of a head and some blocks, in words, without the name of the file."""
    problems = plan_problems(head + "\n".join(parts), "short.toml")
    return [str(problem).removeprefix("short.toml: ") for problem in problems]
