"""Langfuse's exports of observations, of which generations and embeddings are requests."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from convledger.sources.document import Document, Found
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
from convledger.sources.exchanges.usage import Counts
from convledger.sources.glimpse import (
    JSON_LINES,
    JSON_LIST,
    JSON_OBJECT,
    LIKELY,
    NO,
    SURE,
    TEXT,
    Glimpse,
)
from convledger.sources.lenient import BadLine
from convledger.sources.titles import PROMPT
from convledger.sources.values import dict_of, list_of, name_of, pico_of, text_of
from convledger.sources.values import tokens_of as tokens

INSIDE = ("data", "traces")
_REQUESTS = frozenset(("GENERATION", "EMBEDDING"))
_TYPES = _REQUESTS | {
    "SPAN", "EVENT", "AGENT", "TOOL", "CHAIN", "RETRIEVER", "EVALUATOR", "GUARDRAIL",
}  # fmt: skip
_MARKS = frozenset((
    "usagedetails", "costdetails", "calculatedtotalcost", "providedmodelname",
    "parentobservationid", "prompttokens", "modelparameters", "totalcost",
))  # fmt: skip
_INPUTS = ("input", "input_tokens", "prompt_tokens", "promptTokens", "inputTokens")
_OUTPUTS = ("output", "output_tokens", "completion_tokens", "completionTokens", "outputTokens")
_TOTALS = ("total", "total_tokens", "totalTokens")
_WORDS = ("environment", "promptname", "userid", "release", "version", "level")


def recognises(glimpse: Glimpse) -> int:
    """Tell how sure it is that a file is an export of Langfuse's: 0 to 100."""
    if glimpse.kind == TEXT:
        names = {_plain(name) for name in header_in(glimpse.head)}
        return SURE if {"id", "traceid", "starttime"} <= names and names & _MARKS else NO
    if glimpse.kind not in (JSON_LINES, JSON_LIST, JSON_OBJECT):
        return NO
    found = max((_mark(record) for record in records_of(glimpse, INSIDE)), default=NO)
    return found or max((_mark(record) for record in glimpse.records), default=NO)


def _mark(record: dict[str, Any]) -> int:
    names = {_plain(name) for name in record}
    if "traceid" in names and "id" in names and names & _MARKS:
        kind = record.get("type", "GENERATION")
        return SURE if isinstance(kind, str) and kind in _TYPES else NO
    if "observations" in names and names & {"sessionid", "latency", "bookmarked", "projectid"}:
        return LIKELY
    return NO


def read(document: Document, _state: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield what an export of observations, or of traces with theirs, holds."""
    yield from rated.read(document, INSIDE, _requests, texts=texts)


@lru_cache(maxsize=1000)
def _plain(name: str) -> str:
    return name.replace("_", "").replace(" ", "").lower()


def _requests(written: dict[str, Any]) -> Iterator[Request]:
    row = {_plain(name): value for name, value in written.items()}
    inside = decoded(row.get("observations"))
    if isinstance(inside, list):
        observations = [one for one in inside if isinstance(one, dict)]
        if inside and not observations:
            raise BadLine("a trace with the names of its observations alone: export observations")
        for one in observations:
            own = {_plain(name): value for name, value in one.items()}
            own.setdefault("traceid", row.get("id"))
            own.setdefault("sessionid", row.get("sessionid"))
            own.setdefault("tracename", row.get("name"))
            own.setdefault("userid", row.get("userid"))
            yield from _request(own)
        return
    if "traceid" not in row and "usagedetails" not in row:
        raise BadLine("no observation: export observations, not traces, sessions or scores")
    yield from _request(row)


def _request(row: dict[str, Any]) -> Iterator[Request]:
    kind = text_of(row.get("type")).upper()
    if kind and kind not in _REQUESTS:
        return
    key = name_of(row.get("id"))
    if not key:
        raise BadLine("an observation without an id")
    if not kind and not (row.get("model") or row.get("providedmodelname")):
        return
    trace = object_in(row.get("trace"))
    names = (row.get("sessionid"), trace.get("sessionId"), trace.get("session_id"),
             row.get("traceid"))  # fmt: skip
    model, provider = model_of(
        text_of(row.get("providedmodelname")) or text_of(row.get("model"))
        or text_of(row.get("internalmodelname"))
    )  # fmt: skip
    cost = object_in(row.get("costdetails")).get("total")
    for name in ("totalcost", "calculatedtotalcost"):
        cost = row.get(name) if cost in (None, "") else cost
    failed = text_of(row.get("level")).upper() == "ERROR"
    counts = _counts(row)
    parameters = object_in(row.get("modelparameters"))
    tier = text_of(parameters.get("service_tier"))
    yield Request(
        key,
        next((name for one in names if (name := name_of(one))), key),
        (row.get("starttime"), row.get("endtime")),
        model,
        provider,
        counts,
        lambda: _asked(row.get("input")),
        lambda: _answered(row.get("output")),
        reported=pico_of(cost) or None,
        context="" if tier in ("", "auto", "default") else f"service_tier={tier}",
        is_billed=not (failed and not (counts and counts.total)),
        title=text_of(row.get("tracename")),
        title_rank=PROMPT,
        details={name: word for name in _WORDS if (word := name_of(row.get(name)))},
    )


def _counts(row: dict[str, Any]) -> Counts | None:
    usage = object_in(row.get("usagedetails"))
    if not usage:
        usage = object_in(row.get("usage"))
        if text_of(usage.get("unit")).upper() not in ("", "TOKENS"):
            return None
    if not usage:
        usage = {
            "input": row.get("prompttokens", row.get("inputtokens", row.get("inputusage"))),
            "output": row.get(
                "completiontokens", row.get("outputtokens", row.get("outputusage"))
            ),
            "total": row.get("totaltokens", row.get("totalusage")),
        }  # fmt: skip
    known = {name: value for name, value in usage.items() if value not in (None, "")}
    return counts_in(known) if known else None


def counts_in(usage: dict[str, Any]) -> Counts | None:
    """Return disjoint counts of usage details; None where only a sum is told.

    The keys exclude each other, as Langfuse has it, unless input and output alone are the total.
    """
    asked = tokens(next((usage[name] for name in _INPUTS if name in usage), None))
    said = tokens(next((usage[name] for name in _OUTPUTS if name in usage), None))
    read = five = hour = thought = more_asked = more_said = 0
    for name, value in usage.items():
        if name in (*_INPUTS, *_OUTPUTS, *_TOTALS, "unit") or isinstance(value, dict | list):
            continue
        lower = name.lower()
        is_known = lower.startswith(("input", "output", "cache", "prompt", "completion", "reason"))
        if not is_known or "cost" in lower:
            continue
        if "reason" in lower or "thought" in lower:
            thought += tokens(value)
        elif "cache" in lower and any(part in lower for part in ("creat", "writ", "1h", "5m")):
            hour += tokens(value) if "1h" in lower else 0
            five += 0 if "1h" in lower else tokens(value)
        elif "cache" in lower:
            read += tokens(value)
        elif lower.startswith(("output", "completion")):
            more_said += tokens(value)
        else:
            more_asked += tokens(value)
    total = tokens(next((usage[name] for name in _TOTALS if name in usage), None))
    if not (asked or said or read or five or hour or thought or more_asked or more_said):
        return None
    cached = read + five + hour
    if total and asked + said == total and cached <= asked and thought <= said:
        return Counts(asked - cached, said, thought, read, five, hour)
    return Counts(asked + more_asked, said + thought + more_said, thought, read, five, hour)


def _asked(value: Any) -> list[Saying]:
    value = decoded(value)
    body = dict_of(value)
    if any(body.get(name) for name in ("messages", "contents", "system", "instructions")):
        return list(request_sayings(body))
    return list(sayings(value, "user"))


def _answered(value: Any) -> list[Saying]:
    value = decoded(value)
    body = dict_of(value)
    if list_of(body.get("choices")) or isinstance(body.get("output"), list):
        return list(answer_sayings(body))
    return list(sayings(value, "assistant"))
