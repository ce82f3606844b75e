"""The names under which each convention writes what is read, the surest first."""

from __future__ import annotations

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


_RESPONSE = ("gen_ai.response.id", "ai.response.id", "llm.response.id")
_PROVIDER = (
    "ai.model.provider", "gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system",
    "llm.vendor",
)  # fmt: skip
_TIER = (
    "openai.response.service_tier", "gen_ai.openai.response.service_tier",
    "gen_ai.openai.request.service_tier", "openai.request.service_tier",
)  # fmt: skip
INPUT, OUTPUT, READ, WRITTEN, THOUGHT, CONVERSATION, MODEL, COST, RESPONSE, PROVIDER, TIER = range(
    11
)
OPERATION, SPAN_KIND, TRACELOOP_KIND, REQUEST_TYPE, AI_OPERATION, ERROR, SERVICE = range(11, 18)
OF_THE_AI_SDK = _PROVIDER.index("ai.model.provider")  # openai.chat, anthropic.messages
BEFORE_VERSION_6 = _READ.index("ai.usage.cachedInputTokens")
# What a name means, and how sure it is among those that mean the same.
MEANINGS: dict[str | None, tuple[int, int]] = {
    name: (meaning, rank)
    for meaning, listed in (
        (INPUT, _INPUT), (OUTPUT, _OUTPUT), (READ, _READ), (WRITTEN, _WRITTEN),
        (THOUGHT, _THOUGHT), (CONVERSATION, _CONVERSATION), (MODEL, _MODEL), (COST, _COST),
        (RESPONSE, _RESPONSE), (PROVIDER, _PROVIDER), (TIER, _TIER),
        (OPERATION, ("gen_ai.operation.name",)), (SPAN_KIND, ("openinference.span.kind",)),
        (TRACELOOP_KIND, ("traceloop.span.kind",)), (REQUEST_TYPE, ("llm.request.type",)),
        (AI_OPERATION, ("ai.operationId",)), (ERROR, ("error.type",)),
        (SERVICE, ("service.name",)),
    )
    for rank, name in enumerate(listed)
}  # fmt: skip
