"""Model names as routers and conventions write them, and who sells the model."""

from __future__ import annotations

from functools import lru_cache

UNKNOWN = "unknown"
# What OpenTelemetry and the SDKs call a provider, by the names of the price book; "" says nothing.
_PROVIDERS = {
    "aws.bedrock": "bedrock",
    "aws_bedrock": "bedrock",
    "amazon-bedrock": "bedrock",
    "bedrock_converse": "bedrock",
    "az.ai.openai": "azure",
    "az.ai.inference": "azure",
    "azure.ai.openai": "azure",
    "azure.ai.inference": "azure",
    "azure_openai": "azure",
    "gcp.vertex_ai": "google",
    "gcp.gemini": "google",
    "gcp.gen_ai": "google",
    "vertex_ai": "google",
    "vertexai": "google",
    "gemini": "google",
    "x_ai": "x-ai",
    "xai": "x-ai",
    "mistral_ai": "mistral",
    "text-completion-openai": "openai",
    # Frameworks and gateways, which sell no model.
    "langchain": "",
    "llama_index": "",
    "llamaindex": "",
    "crewai": "",
    "haystack": "",
    "litellm": "",
    "litellm_proxy": "",
    "gateway": "",
    "custom": "",
    "custom_openai": "",
    "openai_like": "",
    "unknown": "",
}
# Ways of LiteLLM and others to sell through one address what others make.
ROUTES = frozenset((
    "openai", "azure", "azure_ai", "anthropic", "bedrock", "bedrock_converse", "vertex_ai",
    "vertex_ai_beta", "gemini", "google", "mistral", "groq", "cohere", "cohere_chat", "deepseek",
    "together_ai", "fireworks_ai", "perplexity", "xai", "openrouter", "ollama", "ollama_chat",
    "hosted_vllm", "vllm", "lm_studio", "github_copilot", "moonshot", "cerebras", "databricks",
    "text-completion-openai", "litellm_proxy", "zai", "minimax", "novita", "nvidia_nim",
    "sambanova", "replicate", "huggingface", "watsonx", "voyage", "jina_ai",
))  # fmt: skip


def provider_of(name: str) -> str:
    """Return a provider by the name that the price book knows; nothing for a mere framework."""
    plain = name.strip().lower()
    return _PROVIDERS.get(plain, plain)


@lru_cache(maxsize=1000)
def model_of(name: str, provider: str = "") -> tuple[str, str]:
    """Return a model's name without the route before it, and its provider."""
    name, provider = name.strip(), provider.strip().lower()
    head, slash, rest = name.partition("/")
    if slash and rest and (head.lower() == provider or (not provider and head.lower() in ROUTES)):
        name, provider = rest, head.lower()
    return name or UNKNOWN, provider_of(provider)
