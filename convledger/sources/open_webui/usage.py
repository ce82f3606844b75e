"""The tokens of an answer, in whichever of the providers' shapes they were logged."""

from __future__ import annotations

from typing import Any

from convledger.sources.findings import Call, Measure
from convledger.sources.lenient import BadLine
from convledger.sources.values import dict_of, pico_of, tokens_of

# Later versions add the first of each, summed over the requests of an answer that used tools.
_PROMPT = ("input_tokens", "prompt_tokens", "prompt_eval_count")
_ANSWER = ("output_tokens", "completion_tokens", "eval_count")
_READ = ("cached_tokens", "cache_read_tokens")
_WRITTEN = ("cache_write_tokens", "cache_creation_tokens")
_OLLAMA = ("prompt_eval_count", "eval_count", "prompt_eval_duration", "eval_duration")


def usage_in(usage: Any, info: Any) -> dict[str, Any]:
    """Return what was logged on an answer's tokens; older versions have it in `info`."""
    older = dict_of(info)
    return dict_of(usage) or dict_of(older.get("usage")) or older


def measure(call: Call, usage: dict[str, Any]) -> None:
    """Set a call's tokens and cost to what was logged; leaves it as it is where nothing was.

    Raises BadLine.
    """
    if any(name in usage for name in _OLLAMA):
        call.provider = "ollama"
    prompt, answer = _first(usage, _PROMPT), _first(usage, _ANSWER)
    if not prompt and not answer:
        return
    inside = _details(usage, "input_tokens_details", "prompt_tokens_details")
    read, written = _first(inside, _READ), _first(inside, _WRITTEN)
    own_read = tokens_of(usage.get("cache_read_input_tokens"))
    own_written = tokens_of(usage.get("cache_creation_input_tokens"))
    if any(name in inside for name in _READ) or not (own_read or own_written):
        written = min(written or own_written, prompt)
        read = min(read, prompt - written)
        call.input = prompt - read - written
    else:  # as Anthropic counts: beside the rest, not among it
        call.input, read, written = prompt, own_read, own_written
    spent = _details(usage, "output_tokens_details", "completion_tokens_details")
    call.cache_read, call.cache_write_5m, call.output = read, written, answer
    call.reasoning = min(tokens_of(spent.get("reasoning_tokens")), answer)
    call.measure = Measure.RECORDED
    call.reported = _cost(usage)


def _first(values: dict[str, Any], names: tuple[str, ...]) -> int:
    for name in names:
        if count := tokens_of(values.get(name)):
            return count
    return 0


def _details(usage: dict[str, Any], *names: str) -> dict[str, Any]:
    return next((found for name in names if (found := dict_of(usage.get(name)))), {})


def _cost(usage: dict[str, Any]) -> int | None:
    for name in ("cost", "total_cost"):
        try:
            if isinstance(usage.get(name), int | float | str):
                return pico_of(usage[name])
        except BadLine:
            continue
    return None
