"""Which spans are requests to a model, whose they are, and what they used."""

from __future__ import annotations

from convledger.sources.exchanges.histories import is_unique
from convledger.sources.exchanges.usage import Counts
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
_INPUT = (
    "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt",
    "ai.usage.inputTokens", "ai.usage.promptTokens", "llm.usage.prompt_tokens", "ai.usage.tokens",
)  # fmt: skip
_OUTPUT = (
    "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion",
    "ai.usage.outputTokens", "ai.usage.completionTokens", "llm.usage.completion_tokens",
)  # fmt: skip
_READ = (
    "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens",
    "gen_ai.usage.input_tokens.cached", "gen_ai.usage.details.cache_read_input_tokens",
    "gen_ai.usage.details.cache_read_tokens", "gen_ai.usage.details.cached_tokens",
    "llm.token_count.prompt_details.cache_read", "llm.usage.cache_read_input_tokens",
    "ai.usage.inputTokenDetails.cacheReadTokens", "ai.usage.cachedInputTokens",
)  # fmt: skip
_WRITTEN = (
    "gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.cache_write.input_tokens",
    "gen_ai.usage.cache_creation_input_tokens", "gen_ai.usage.input_tokens.cache_write",
    "gen_ai.usage.details.cache_creation_input_tokens", "gen_ai.usage.details.cache_write_tokens",
    "llm.token_count.prompt_details.cache_write", "llm.usage.cache_creation_input_tokens",
    "ai.usage.inputTokenDetails.cacheWriteTokens",
)  # fmt: skip
_THOUGHT = (
    "gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.reasoning_tokens",
    "gen_ai.usage.output_tokens.reasoning", "gen_ai.usage.details.reasoning_tokens",
    "llm.token_count.completion_details.reasoning", "llm.usage.reasoning_tokens",
    "ai.usage.outputTokenDetails.reasoningTokens", "ai.usage.reasoningTokens",
)  # fmt: skip
_CONVERSATION = (
    "gen_ai.conversation.id", "session.id", "langfuse.session.id",
    "traceloop.association.properties.conversation_id",
    "traceloop.association.properties.session_id",
    "traceloop.association.properties.thread_id", "traceloop.association.properties.chat_id",
    "ai.telemetry.metadata.conversationId", "ai.telemetry.metadata.sessionId",
    "ai.telemetry.metadata.threadId", "ai.telemetry.metadata.chatId",
)  # fmt: skip
_MODEL = (
    "gen_ai.response.model", "gen_ai.request.model", "llm.model_name", "ai.response.model",
    "ai.model.id", "llm.response.model", "llm.request.model", "embedding.model_name",
)  # fmt: skip
_COST = ("gen_ai.usage.cost", "llm.cost.total", "gen_ai.usage.total_cost")


def counts_of(found: Attributes) -> Counts | None:
    """Return a span's disjoint counts, None where it has none. Raises BadLine."""
    asked, answered = found.number(*_INPUT), found.number(*_OUTPUT)
    if asked is None and answered is None:
        return None
    prompt, output = tokens_of(asked), tokens_of(answered)
    read, written = tokens_of(found.number(*_READ)), tokens_of(found.number(*_WRITTEN))
    thought = min(tokens_of(found.number(*_THOUGHT)), output)
    # The convention counts cached tokens in; what is smaller than they are does not.
    if read + written <= prompt and not _leaves_cached_out(found):
        prompt -= read + written
    return Counts(prompt, output, thought, read, written)


def _leaves_cached_out(found: Attributes) -> bool:
    """Tell whether this is the AI SDK before version 6 with a prompt as Anthropic tells it."""
    return (
        "ai.usage.cachedInputTokens" in found.values
        and "ai.usage.inputTokenDetails.cacheReadTokens" not in found.values
        and provider_in(found).startswith("anthropic")
    )


def provider_in(found: Attributes) -> str:
    """Return the provider that a span names."""
    named = found.text(
        "gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system", "llm.vendor"
    ) or found.text("ai.model.provider")
    if "ai.model.provider" in found.values:  # openai.chat, anthropic.messages
        named = found.text("ai.model.provider").partition(".")[0]
    return named


def model_in(found: Attributes) -> str:
    """Return the model that a span names, the answering one first."""
    return found.text(*_MODEL)


def cost_in(found: Attributes) -> int | None:
    """Return the cost that a span names, in picodollars."""
    value = found.number(*_COST)
    try:
        return pico_of(value)
    except ValueError:
        return None


def context_in(found: Attributes) -> str:
    """Return what beside the tokens decides the price."""
    tier = found.text(
        "openai.response.service_tier", "gen_ai.openai.response.service_tier",
        "gen_ai.openai.request.service_tier", "openai.request.service_tier",
    )  # fmt: skip
    return f"service_tier={tier}" if tier not in ("", "auto", "default", "standard") else ""


def is_model_call(seen: Seen) -> bool:
    """Tell whether a span is a request to a model, not something around one."""
    found, name = seen.attributes, seen.span.name or ""
    if seen.event is not None:
        return name == DETAILS
    own = found.text("ai.operationId") or (name if name.startswith("ai.") else "")
    if own.startswith("ai."):
        return ".do" in own
    operation = found.text("gen_ai.operation.name").lower()
    if operation in _CALLS:
        return True
    kind = found.text("openinference.span.kind").upper()
    if operation in _AROUND or kind:
        return kind in ("LLM", "EMBEDDING")
    if found.text("traceloop.span.kind"):
        return False
    if found.text("llm.request.type"):
        return found.text("llm.request.type") in ("chat", "completion", "embedding")
    return bool(model_in(found)) and found.number(*_INPUT, *_OUTPUT) is not None


def is_failed(seen: Seen) -> bool:
    """Tell whether a request ended in an error."""
    code = seen.span.status.code if seen.span.status is not None else None
    return str(code) in ("2", "STATUS_CODE_ERROR") or bool(seen.attributes.text("error.type"))


def key_of(seen: Seen) -> str:
    """Return the name of a request: the provider's where that is unique, else its span's."""
    response = seen.attributes.text("gen_ai.response.id", "ai.response.id", "llm.response.id")
    return response if is_unique(response) else seen.id


def instant_in(seen: Seen, known: Spans, changed_at: int) -> int:
    """Return when a span began, else the nearest instant known. Raises ValueError."""
    found = instant_of(seen.span.startTimeUnixNano) or instant_of(seen.span.endTimeUnixNano)
    if found is not None:
        known.last_at = found
    at = found or known.last_at or changed_at
    if not at:
        raise ValueError("no usable timestamp")
    return at


def name_traces(spans: list[Seen], known: Spans) -> None:
    """Note the conversations that spans name, for the others of their traces."""
    for seen in spans:
        trace = seen.span.traceId or ""
        if trace and trace not in known.named:
            named = seen.attributes.text(*_CONVERSATION)
            if named:
                known.named[trace] = named
    if len(known.named) > MOST_NAMED:
        for old in list(known.named)[:-MOST_NAMED]:
            del known.named[old]


def conversation_of(seen: Seen, known: Spans) -> str:
    """Return the conversation of a span: its own, its trace's, its program's, else the trace."""
    trace = seen.span.traceId or ""
    return (
        seen.attributes.text(*_CONVERSATION)
        or known.named.get(trace, "")
        or seen.resource.text(*_CONVERSATION)
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
