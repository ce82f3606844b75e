"""Reads what Aider's console tells of a request: its tokens in round numbers, its model."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from convledger.sources.findings import TOKEN_LIMIT, Call, Measure
from convledger.sources.lenient import BadLine
from convledger.sources.values import pico_of

_NUMBER = r"([0-9][0-9,]*(?:\.[0-9]+)?[kKmM]?)"
_TOKENS = re.compile(
    rf"Tokens: {_NUMBER} sent"
    rf"(?:, {_NUMBER} cache write)?(?:, {_NUMBER} cache hit)?, {_NUMBER} received\b"
)
_COST = re.compile(r"Cost: \$([0-9]+(?:\.[0-9]+)?)")
_MODEL = re.compile(r"(?:Main model|Model): (\S+) with \S.* edit format")
_TIMES = {"k": 1000, "m": 1_000_000}
# Names before the first slash that say who sells the model, not which one it is.
_ROUTERS = frozenset({
    "openrouter", "azure", "azure_ai", "bedrock", "vertex_ai", "vertex_ai-beta", "gemini", "groq",
    "openai", "anthropic", "deepseek", "xai", "mistral", "ollama", "ollama_chat", "lm_studio",
    "github", "github_copilot", "fireworks_ai", "together_ai", "cohere_chat", "litellm_proxy",
    "huggingface", "perplexity", "cerebras", "sambanova", "replicate", "novita", "moonshot",
})  # fmt: skip


def routed(name: str) -> tuple[str, str]:
    """Return who sells a model, empty where its name does not say, and the model's own name."""
    seller, _, model = name.partition("/")
    if model and seller.lower() in _ROUTERS:
        return seller.lower(), model
    return "", name


def model_of(said: str) -> tuple[str, str] | None:
    """Return seller and name of the model that a line of the console announces."""
    found = _MODEL.match(said)
    return routed(found[1]) if found else None


def call_of(said: str) -> Call | None:
    """Return the request that a line of the console reports on, None where it reports on none.

    What was sent holds what the cache gave and what was written to it.
    """
    found = _TOKENS.match(said)
    if found is None:
        return None
    sent, written, hit, received = (_count(text) for text in found.groups())
    if max(sent, written, hit, received) > TOKEN_LIMIT:
        return None
    written = min(written, sent)
    hit = min(hit, sent - written)
    call = Call(
        "", "", 0, "", 0, input=sent - written - hit, output=received, cache_read=hit,
        cache_write_5m=written, measure=Measure.ROUNDED,
    )  # fmt: skip
    cost = _COST.search(said, found.end())
    try:
        call.reported = pico_of(cost[1]) if cost else None
    except BadLine:
        call.reported = None
    return call


def _count(text: str | None) -> int:
    if not text:
        return 0
    times = _TIMES.get(text[-1].lower(), 1)
    try:
        number = Decimal(text.rstrip("kKmM").replace(",", "")) * times
    except InvalidOperation:
        return 0
    return int(number) if number <= TOKEN_LIMIT else TOKEN_LIMIT + 1
