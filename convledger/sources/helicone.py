"""Helicone's exports of requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convledger.sources.document import Document, Found
from convledger.sources.exchanges import rated
from convledger.sources.exchanges.naming import model_of
from convledger.sources.exchanges.rated import Request
from convledger.sources.exchanges.rows import header_in, records_of
from convledger.sources.exchanges.said import (
    answer_sayings,
    decoded,
    object_in,
    request_sayings,
)
from convledger.sources.exchanges.usage import Counts, context_of, counts_of, usage_in
from convledger.sources.glimpse import JSON_LINES, JSON_LIST, JSON_OBJECT, NO, SURE, TEXT, Glimpse
from convledger.sources.lenient import BadLine
from convledger.sources.titles import GENERATED, PROMPT
from convledger.sources.values import name_of, pico_of, text_of, tokens_of

INSIDE = ("data",)
_OWN = frozenset(("request_id", "response_id"))
_MARKS = frozenset((
    "request_created_at", "response_created_at", "request_properties", "request_body",
    "request_user_id", "response_status",
))  # fmt: skip
_NO_COPY = frozenset(("", "00000000-0000-0000-0000-000000000000", "DEFAULT_UUID"))


def recognises(glimpse: Glimpse) -> int:
    """Tell how sure it is that a file is an export of Helicone's: 0 to 100."""
    if glimpse.kind == TEXT:
        return _mark(frozenset(header_in(glimpse.head)))
    if glimpse.kind not in (JSON_LINES, JSON_LIST, JSON_OBJECT):
        return NO
    records = records_of(glimpse, INSIDE)
    return max((_mark(frozenset(record)) for record in records), default=NO)


def _mark(names: frozenset[str]) -> int:
    return SURE if names & _OWN and len(names & _MARKS) >= 2 else NO


def read(document: Document, _state: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield what an export of requests holds."""
    yield from rated.read(document, INSIDE, _requests, texts=texts)


def _requests(row: dict[str, Any]) -> Iterator[Request]:
    # The table has no request_id: what both shapes have names the request.
    key = name_of(row.get("response_id")) or name_of(row.get("request_id"))
    if not key:
        raise BadLine("no request: it has neither response_id nor request_id")
    asked = object_in(row.get("request_body"))
    answer = object_in(row.get("response_body"))
    properties = {
        name.lower(): word
        for name, value in object_in(row.get("request_properties")).items()
        if (word := name_of(value))
    }
    name = next(
        (word for one in ("response_model", "model", "request_model", "model_override")
         if (word := text_of(row.get(one)))),
        text_of(asked.get("model")),
    )  # fmt: skip
    model, provider = model_of(name, text_of(row.get("provider")))
    status = name_of(row.get("response_status"))
    counts = _counts(row, answer)
    copied = name_of(row.get("cache_reference_id")) not in _NO_COPY
    failed = status.isdecimal() and int(status[:4]) >= 400
    cost = row.get("cost") if row.get("cost") not in (None, "") else row.get("costUSD")
    session = properties.get("helicone-session-id", "")
    title = properties.get("helicone-session-name", "")
    details = {
        "user": name_of(row.get("request_user_id")),
        "path": properties.get("helicone-session-path", ""),
    }
    yield Request(
        key,
        session or key,
        (row.get("request_created_at"), row.get("response_created_at")),
        model,
        provider,
        counts,
        lambda: list(request_sayings(asked)),
        lambda: list(answer_sayings(answer)),
        reported=pico_of(cost),
        context=context_of(None, answer.get("service_tier")),
        is_billed=not copied and not (failed and not (counts and counts.total)),
        title=title,
        title_rank=GENERATED if title else PROMPT,
        details={word: value for word, value in details.items() if value},
    )


def _counts(row: dict[str, Any], answer: dict[str, Any]) -> Counts | None:
    """Return a row's counts.

    Whether cached tokens are among its prompt tokens is told by the total, else by the answer.
    """
    said = {
        name: row.get(name) if row.get(name) != "" else None
        for name in ("prompt_tokens", "completion_tokens", "total_tokens",
                     "prompt_cache_read_tokens", "prompt_cache_write_tokens")
    }  # fmt: skip
    usage = decoded(answer.get("usage"))
    inner = counts_of(usage_in(usage)) if isinstance(usage, dict) else None
    if inner is not None and inner.total:
        return inner
    if said["prompt_tokens"] is None and said["completion_tokens"] is None:
        return None
    prompt, output = tokens_of(said["prompt_tokens"]), tokens_of(said["completion_tokens"])
    read = tokens_of(said["prompt_cache_read_tokens"])
    written = tokens_of(said["prompt_cache_write_tokens"])
    total = tokens_of(said["total_tokens"])
    if total and prompt + output == total and read + written <= prompt:
        prompt -= read + written
    return Counts(prompt, output, 0, read, written)
