"""Names of accounts and commodities that beancount and hledger both take, made of any text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from hashlib import sha256

from convledger.errors import UsageProblem
from convledger.text.display import display_text

ROOTS = ("Assets", "Liabilities", "Equity", "Income", "Expenses")
UNNAMED = "Unnamed"
# What older versions of the tools take at most.
LONGEST_PART, LONGEST_COMMODITY = 60, 24
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ISO = re.compile(r"[A-Z]{3}")
_OTHERS = re.compile(r"[^A-Z0-9]+")


def part(text: str) -> str:
    """Return any text as a part of an account's name: letters, digits, "-", a capital first."""
    kept = "".join(_letters(unicodedata.normalize("NFC", text)))
    name = re.sub("-+", "-", kept).strip("-")
    if not name:
        return f"{UNNAMED}-{_mark(text)}" if text.strip() else UNNAMED
    if unicodedata.category(name[0]) not in ("Lu", "Nd"):
        capital = name[0].upper()
        if len(capital) == 1 and unicodedata.category(capital) == "Lu":
            name = capital + name[1:]
        else:  # a script without capitals
            name = f"X-{name}"
    if len(name) > LONGEST_PART:
        name = f"{name[: LONGEST_PART - 7].rstrip('-')}-{_mark(text)}"
    return name


def _letters(text: str) -> Iterator[str]:
    for char in text:
        kind = unicodedata.category(char)
        yield char if kind[0] == "L" or kind == "Nd" else "-"


def plan_part(plan: str) -> str:
    """Return a plan's id as part of an account's name; no two ids share one."""
    return part(plan) if _SLUG.fullmatch(plan) else f"{part(plan)}-{_mark(plan)}"


def account(text: str) -> str:
    """Return an account that a person named, made legal; UsageProblem where it can be none."""
    root, *below = (each.strip() for each in text.split(":"))
    parts = [part(each) for each in below if each]
    if root not in ROOTS or not parts:
        raise UsageProblem(
            f"{display_text(text)!r:.60} is no account: it takes one of {', '.join(ROOTS)}, "
            'then ":" and a name'
        )
    return ":".join([root, *parts])


def commodity(currency: str) -> str:
    """Return a currency as a commodity's name."""
    return currency if _ISO.fullmatch(currency) else f"MONEY-{_mark(currency)}"


def credits_commodity(plan: str) -> str:
    """Return the name of a plan's credits as a commodity; no two plans share one."""
    slug = _OTHERS.sub("-", plan.upper()).strip("-")
    name = f"CREDITS-{slug}"
    if _SLUG.fullmatch(plan) and len(name) <= LONGEST_COMMODITY:
        return name
    return f"{name[: LONGEST_COMMODITY - 7].rstrip('-')}-{_mark(plan)}"


def _mark(text: str) -> str:
    """Return six characters by which texts that look alike as names stay apart."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:6].upper()
