"""Which spans are requests to a model, whose they are, and what they used."""

from __future__ import annotations

from typing import Any

from convledger.clock import EARLIEST, LATEST
from convledger.sources.exchanges.histories import is_unique
from convledger.sources.exchanges.usage import Counts
from convledger.sources.otel_genai import names
from convledger.sources.otel_genai.records import Attributes, Seen, Spans
from convledger.sources.values import instant_of, pico_of, tokens_of

DETAILS = "gen_ai.client.inference.operation.details"
MOST_ABOVE, MOST_NAMED = 5000, 2000
_CALLS = frozenset((
    "chat", "text_completion", "generate_content", "embeddings", "completion", "embedding",
    "responses", "generate", "message", "messages",
))  # fmt: skip
_AROUND = frozenset((
    "invoke_agent", "create_agent", "execute_tool", "invoke_workflow", "agent", "tool", "workflow",
    "task", "retrieval", "plan", "handoff",
))  # fmt: skip


def counts_of(found: Attributes) -> Counts | None:
    """Return a span's disjoint counts, None where it has none. Raises BadLine."""
    asked, answered = found.number(names.INPUT), found.number(names.OUTPUT)
    if asked is None and answered is None:
        return None
    prompt, output = _tokens(asked), _tokens(answered)
    read, written = _tokens(found.number(names.READ)), _tokens(found.number(names.WRITTEN))
    thought = min(_tokens(found.number(names.THOUGHT)), output)
    # The convention counts cached tokens in; what is smaller than they are does not.
    if read + written <= prompt and not _leaves_cached_out(found):
        prompt -= read + written
    return Counts(prompt, output, thought, read, written)


def _leaves_cached_out(found: Attributes) -> bool:
    """Tell whether this is the AI SDK before version 6 with a prompt as Anthropic tells it."""
    known = found.meant.get(names.READ)
    return (
        known is not None
        and known[0] == names.BEFORE_VERSION_6
        and provider_in(found).startswith("anthropic")
    )


def _tokens(value: Any) -> int:
    if isinstance(value, str) and len(value) < 8 and value.isdecimal():
        return int(value)  # as nearly all of them
    return tokens_of(value)


def provider_in(found: Attributes) -> str:
    """Return the provider that a span names."""
    named = found.text(names.PROVIDER)
    if named and found.meant[names.PROVIDER][0] == names.OF_THE_AI_SDK:
        return named.partition(".")[0]
    return named


def model_in(found: Attributes) -> str:
    """Return the model that a span names, the answering one first."""
    return found.text(names.MODEL)


def cost_in(found: Attributes) -> int | None:
    """Return the cost that a span names, in picodollars."""
    value = found.number(names.COST)
    try:
        return pico_of(value)
    except ValueError:
        return None


def context_in(found: Attributes) -> str:
    """Return what beside the tokens decides the price."""
    tier = found.text(names.TIER)
    return f"service_tier={tier}" if tier not in ("", "auto", "default", "standard") else ""


def is_model_call(seen: Seen) -> bool:
    """Tell whether a span is a request to a model, not something around one."""
    found, name = seen.attributes, seen.span.name or ""
    if seen.event is not None:
        return name == DETAILS
    own = found.text(names.AI_OPERATION) or (name if name.startswith("ai.") else "")
    if own.startswith("ai."):
        return ".do" in own
    operation = found.text(names.OPERATION).lower()
    if operation in _CALLS:
        return True
    kind = found.text(names.SPAN_KIND).upper()
    if operation in _AROUND or kind:
        return kind in ("LLM", "EMBEDDING")
    if found.text(names.TRACELOOP_KIND):
        return False
    if kind_of_request := found.text(names.REQUEST_TYPE):
        return kind_of_request in ("chat", "completion", "embedding")
    has_tokens = names.INPUT in found.meant or names.OUTPUT in found.meant
    return has_tokens and bool(model_in(found))


def is_failed(seen: Seen) -> bool:
    """Tell whether a request ended in an error."""
    code = seen.span.status.code if seen.span.status is not None else None
    return str(code) in ("2", "STATUS_CODE_ERROR") or bool(seen.attributes.text(names.ERROR))


def key_of(seen: Seen) -> str:
    """Return the name of a request: the provider's where that is unique, else its span's."""
    response = seen.attributes.text(names.RESPONSE)
    return response if is_unique(response) else seen.id


def instant_in(seen: Seen, known: Spans, changed_at: int) -> int:
    """Return when a span began, else the nearest instant known. Raises ValueError."""
    found = _instant(seen.span.startTimeUnixNano) or _instant(seen.span.endTimeUnixNano)
    if found is not None:
        known.last_at = found
    at = found or known.last_at or changed_at
    if not at:
        raise ValueError("no usable timestamp")
    return at


def _instant(nanos: Any) -> int | None:
    if isinstance(nanos, str) and len(nanos) == 19 and nanos.isdecimal():
        at = int(nanos) // 1000  # as nearly all of them
        return at if EARLIEST <= at < LATEST else None
    return instant_of(nanos)


def name_traces(spans: list[Seen], known: Spans) -> None:
    """Note the conversations that spans name, for the others of their traces."""
    for seen in spans:
        trace = seen.span.traceId or ""
        if trace and trace not in known.named:
            named = seen.attributes.text(names.CONVERSATION)
            if named:
                known.named[trace] = named
    if len(known.named) > MOST_NAMED:
        for old in list(known.named)[:-MOST_NAMED]:
            del known.named[old]


def conversation_of(seen: Seen, known: Spans) -> str:
    """Return the conversation of a span: its own, its trace's, its program's, else the trace."""
    trace = seen.span.traceId or ""
    return (
        seen.attributes.text(names.CONVERSATION)
        or known.named.get(trace, "")
        or seen.resource.text(names.CONVERSATION)
        or trace
        or seen.id
    )


def without_repeats(spans: list[Seen], counted: set[int], known: Spans) -> set[int]:
    """Return the places of the calls that repeat none below them.

    `counted` are the places in `spans` of model calls with tokens.
    """
    parents = {seen.id: seen.parent for seen in spans}
    above = set(known.above)
    walked: set[str] = set()

    def walk(up: str) -> None:
        while up and up not in walked:
            walked.add(up)
            above.add(up)
            up = parents.get(up, "")

    for one in known.above:
        if one in parents:
            walk(one)
    for place in counted:
        walk(spans[place].parent)
    ahead = [one for one in known.above if one not in parents]
    ahead += [one for one in walked if one not in parents]
    known.above = list(dict.fromkeys(ahead))[-MOST_ABOVE:]
    return {place for place in counted if spans[place].id not in above}


def stands_in(seen: Seen, parents: dict[str, str], others: set[str]) -> bool:
    """Tell whether a span stands somewhere within one of `others`."""
    up, steps = seen.parent, 0
    while up and steps < 100:
        if up in others:
            return True
        up, steps = parents.get(up, ""), steps + 1
    return False
