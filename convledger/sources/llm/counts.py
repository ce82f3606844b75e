"""What llm records of a request: the provider's own counts, as their libraries word them."""

from __future__ import annotations

from typing import Any

from convledger.sources.findings import Call, Figures, Measure, Rejected
from convledger.sources.lenient import BadLine, loads
from convledger.sources.sqlite_tables import text_in
from convledger.sources.values import dict_of, text_of, tokens_of

_ROUTERS = ("openrouter/",)


def add_request(
    figures: Figures,
    call: Call,
    models: tuple[Any, Any],
    told: tuple[Any, Any, Any],
    unrecorded: str = "",
) -> None:
    """Add a request to what was found: with `models` asked for and resolved, and tokens as `told`.

    One whose tokens nobody recorded goes by the name `unrecorded` where that is given.
    """
    _name(call, *models)
    try:
        _count(call, *told)
    except BadLine as error:
        figures.rejected.append(Rejected(call.line, 0, str(error)))
        return
    if call.measure and unrecorded:
        call.key = unrecorded
    if call.total or call.measure:
        figures.calls.append(call)
    facts = figures.conversation(call.conversation)
    facts.first_at = min(facts.first_at or call.at, call.at)
    facts.last_at = max(facts.last_at or call.at, call.at)


def _count(call: Call, sent: Any, said: Any, details: Any) -> None:
    """Put a request's tokens into their places. Raises BadLine.

    OpenAI and Gemini tell cached and written tokens as part of what was sent, Anthropic beside it.
    """
    if sent is None and said is None:
        call.measure = int(Measure.MISSING)
        return
    call.input, call.output = tokens_of(sent), tokens_of(said)
    try:
        told = loads(text_in(details) or b"{}")
    except BadLine:
        return
    inner = dict_of(told.get("prompt_tokens_details")) or dict_of(told.get("input_tokens_details"))
    cached = tokens_of(inner.get("cached_tokens")) or tokens_of(told.get("cachedContentTokenCount"))
    call.cache_read = min(cached, call.input)
    call.input -= call.cache_read
    kept = min(tokens_of(inner.get("cache_write_tokens")), call.input)
    call.input -= kept
    call.cache_read += tokens_of(told.get("cache_read_input_tokens"))
    written = dict_of(told.get("cache_creation"))
    call.cache_write_1h = tokens_of(written.get("ephemeral_1h_input_tokens"))
    whole = tokens_of(told.get("cache_creation_input_tokens"))
    call.cache_write_5m = max(0, whole - call.cache_write_1h) or tokens_of(
        written.get("ephemeral_5m_input_tokens")
    )
    call.cache_write_5m += kept
    inner = dict_of(told.get("completion_tokens_details"))
    inner = inner or dict_of(told.get("output_tokens_details"))
    thought = tokens_of(inner.get("reasoning_tokens")) or tokens_of(told.get("thoughtsTokenCount"))
    call.reasoning = min(thought, call.output)


def _name(call: Call, model: Any, resolved: Any) -> None:
    """Note the model: what the provider resolved it to, without the way it was reached by."""
    name = text_of(resolved) or text_of(model) or "unknown"
    for router in _ROUTERS:
        if name.startswith(router) and len(name) > len(router):
            call.provider, name = router.rstrip("/"), name[len(router) :]
    call.model = name
