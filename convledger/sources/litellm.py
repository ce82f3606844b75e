"""LiteLLM's spend logs: one row for each request that went through the proxy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convledger.sources.document import Document, Found, NotReadable
from convledger.sources.exchanges import rated
from convledger.sources.exchanges.naming import model_of
from convledger.sources.exchanges.rated import Request
from convledger.sources.exchanges.rows import header_in, records_of
from convledger.sources.exchanges.said import (
    Saying,
    answer_sayings,
    decoded,
    object_in,
    request_sayings,
    sayings,
)
from convledger.sources.exchanges.usage import Counts, context_of, counts_of, usage_in
from convledger.sources.glimpse import (
    EMPTY,
    HTML,
    JSON_LINES,
    JSON_LIST,
    JSON_OBJECT,
    LIKELY,
    NO,
    SURE,
    TEXT,
    Glimpse,
    glimpse_of,
)
from convledger.sources.lenient import BadLine
from convledger.sources.values import dict_of, list_of, name_of, pico_of, text_of

INSIDE = ("data", "logs", "spend_logs")
DAILY = (
    "sums by day, not single requests: ask /spend/logs with summarize=false, or export the table "
    "LiteLLM_SpendLogs"
)
_ROW = {"request_id", "call_type", "spend"}
_PAYLOAD = {"call_type", "response_cost", "prompt_tokens"}  # what callbacks write
_SUMS = ({"startTime", "spend", "models"}, {"startTime", "spend", "users"}, {"date", "metrics"},
         {"date", "breakdown"}, {"date", "api_requests", "spend"}, {"group_by_day", "spend"},
         {"startTime", "spend", "api_key", "model"})  # fmt: skip
_WORDS = ("user", "end_user", "team_id", "organization_id", "agent_id")


def recognises(glimpse: Glimpse) -> int:
    """Tell how sure it is that a file is LiteLLM's: 0 to 100."""
    if glimpse.kind == TEXT:
        names = set(header_in(glimpse.head))
        return SURE if names >= _ROW | {"prompt_tokens"} else NO
    if glimpse.kind not in (JSON_LINES, JSON_LIST, JSON_OBJECT):
        return NO
    records = records_of(glimpse, INSIDE)
    if any(record.keys() >= _ROW or record.keys() >= _PAYLOAD for record in records):
        return SURE
    return LIKELY if _is_daily(glimpse) else NO


def _is_daily(glimpse: Glimpse) -> bool:
    records = [*glimpse.records]
    for record in glimpse.records:
        records += [dict_of(one) for one in list_of(record.get("results"))[:3]]
    return bool(records) and any(
        record.keys() >= sums and "request_id" not in record for record in records for sums in _SUMS
    )


def read(document: Document, _state: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield what spend logs hold. Raises NotReadable where they are sums by day."""
    head = document.stream().read(1 << 18)
    glimpse = glimpse_of(document.relative, head, whole=len(head) < 1 << 18)
    if glimpse.kind in (EMPTY, HTML):
        raise NotReadable("empty" if glimpse.kind == EMPTY else "a web page, not spend logs")
    if _is_daily(glimpse) and not any("request_id" in record for record in glimpse.records):
        raise NotReadable(DAILY)
    yield from rated.read(document, INSIDE, _requests, texts=texts)


def _requests(row: dict[str, Any]) -> Iterator[Request]:
    key = name_of(row.get("request_id")) or (name_of(row.get("id")) if "call_type" in row else "")
    if not key:
        raise BadLine(DAILY if "spend" in row else "no request: it has no request_id")
    metadata = object_in(row.get("metadata"))
    model, provider = model_of(
        text_of(row.get("model")) or text_of(row.get("model_group")),
        text_of(row.get("custom_llm_provider")),
    )
    usage = object_in(metadata.get("usage_object"))
    counts = _counts(row, usage, object_in(metadata.get("additional_usage_values")))
    failed = text_of(row.get("status")).lower() == "failure"
    cached = _is_true(row.get("cache_hit"))
    tier = usage.get("service_tier") or metadata.get("service_tier")
    named = (row.get("session_id"), metadata.get("session_id"), row.get("trace_id"))
    spend = row.get("spend") if "spend" in row else row.get("response_cost")
    yield Request(
        key,
        next((name for one in named if (name := name_of(one))), key),
        (row.get("startTime"), row.get("endTime")),
        model,
        provider,
        counts,
        lambda: _asked(row),
        lambda: _answered(row),
        reported=pico_of(spend),
        context=context_of(None, tier, batch="batch" in text_of(row.get("call_type"))),
        is_billed=not cached and not (failed and not (counts and counts.total)),
        details=_details(row),
    )


def _is_true(value: Any) -> bool:
    return value is True or (isinstance(value, str) and value.strip().lower() in ("true", "1"))


def _counts(row: dict[str, Any], usage: dict[str, Any], more: dict[str, Any]) -> Counts | None:
    """Return a row's counts: LiteLLM's prompt tokens have the cached ones among them."""
    merged = {**more, **{name: value for name, value in usage.items() if value is not None}}
    for name in ("prompt_tokens", "completion_tokens"):
        if merged.get(name) in (None, ""):
            merged[name] = row.get(name) if row.get(name) != "" else None
    return counts_of(usage_in(merged))


def _details(row: dict[str, Any]) -> dict[str, str]:
    found = {name: word for name in _WORDS if (word := name_of(row.get(name)))}
    tags = list_of(decoded(row.get("request_tags")))
    if words := ", ".join(tag for tag in tags if isinstance(tag, str)):
        found["tags"] = words
    return found


def _asked(row: dict[str, Any]) -> list[Saying]:
    found = list(sayings(row.get("messages"), "user")) if row.get("messages") else []
    if not found:
        request = object_in(row.get("proxy_server_request"))
        found = list(request_sayings(object_in(request.get("body")) or request))
    return found


def _answered(row: dict[str, Any]) -> list[Saying]:
    response = decoded(row.get("response"))
    if isinstance(response, dict):
        return list(answer_sayings(response))
    return list(sayings(response, "assistant"))
