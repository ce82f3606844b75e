"""The ways agents write a model's name, brought back to the ways a price book writes it."""

from __future__ import annotations

import re
from typing import NamedTuple

UNNAMED = "unknown"  # how a call stands in the ledger whose source names no model
NOT_MODELS = frozenset({"", UNNAMED, "<synthetic>", "none", "null"})
LONGEST_NAME = 512

_BRACKET = re.compile(r"\[[^\]]*\]$")
_ROUTE_TAG = re.compile(r":(?:thinking|beta|extended|nitro|floor|exacto)$")
_EFFORT = re.compile(r"-(?:low|medium|high|xhigh)$")
_CURSOR_ORDER = re.compile(
    r"^claude-(\d)(?:[.-](\d))?-(opus|sonnet|haiku|fable|mythos)(?=$|[-@\[:])"
)
_BEDROCK = re.compile(
    r"^(?:[a-z]{2,6}(?:-gov)?\.)?(?:anthropic|amazon|meta|mistral|cohere|deepseek|openai|qwen|ai21"
    r"|writer|minimax|moonshot|moonshotai|nvidia|google|zai|stability)\.[a-z]"
)


class PathHint(NamedTuple):
    """A provider's name found inside a model name, and what follows it."""

    provider: str
    name: str


def spellings(name: str) -> list[str]:
    """Return `name` (lower case) and its plainer spellings, the most literal first."""
    found = [name]

    def add(text: str) -> str:
        if text and text not in found:
            found.append(text)
        return text or found[-1]

    plain = add(_BRACKET.sub("", name).strip())
    plain = add(_ROUTE_TAG.sub("", plain))
    is_claude = plain.startswith("claude")
    if is_claude:
        plain = add(plain.replace("@", "-"))
        plain = add(_CURSOR_ORDER.sub(_anthropic_order, plain))
    for _ in range(2):
        plain = add(_EFFORT.sub("", plain))
        if is_claude:
            plain = add(plain.removesuffix("-thinking"))
    return found


def path_hints(name: str) -> list[PathHint]:
    """Return the providers that the shape of `name` (lower case) points to, the nearest first."""
    if name.startswith("arn:aws"):
        return [PathHint("aws", name.rsplit("/", 1)[-1])]
    if _BEDROCK.match(name):
        return [PathHint("aws", name)]
    parts = [part for part in name.split("/") if part]
    if len(parts) < 2:
        return []
    hints = [PathHint(parts[0], "/".join(parts[1:]))]
    if len(parts) > 2:
        hints.append(PathHint(parts[-2], parts[-1]))
    return hints


def _anthropic_order(found: re.Match[str]) -> str:
    major, minor, family = found.groups()
    return f"claude-{family}-{major}" + (f"-{minor}" if minor else "")
