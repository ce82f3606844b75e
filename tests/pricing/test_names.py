"""Which model a logged name means, and how sure we are."""

from __future__ import annotations

import pytest

from convledger.pricing import State

from .shared import rate

PRICED = [
    ("claude-code", None, "claude-sonnet-4-5-20250929", "anthropic/claude-sonnet-4-5"),
    ("claude-code", None, "claude-opus-4-5-20251101", "anthropic/claude-opus-4-5"),
    ("claude-code", None, "claude-opus-4-1-20250805", "anthropic/claude-opus-4-1"),
    ("claude-code", None, "claude-haiku-4-5-20251001", "anthropic/claude-haiku-4-5"),
    ("claude-code", None, "claude-sonnet-4-20250514", "anthropic/claude-sonnet-4-0"),
    ("claude-code", None, "claude-sonnet-4-5-20250929[1m]", "anthropic/claude-sonnet-4-5"),
    ("claude-code", None, "claude-sonnet-4-5@20250929", "anthropic/claude-sonnet-4-5"),
    ("claude-code", None, "claude-3-5-sonnet-latest", "anthropic/claude-3-5-sonnet"),
    ("claude-code", None, "glm-4.7", "zai/GLM-4.7"),
    ("claude-code", None, "MiniMax-M2.1", "minimax/MiniMax-M2"),
    (
        "claude-code",
        None,
        "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "aws/regional.anthropic.claude-sonnet-4-5-20250929-v1:0",
    ),
    (
        "claude-code",
        None,
        "arn:aws:bedrock:eu-west-1:1:inference-profile/global.anthropic.claude-opus-4-6-v1:0",
        "aws/global.anthropic.claude-opus-4-6-v1:0",
    ),
    ("codex", "openai", "gpt-5-codex", "openai/gpt-5"),
    ("codex", "openai", "gpt-5.1-codex", "openai/gpt-5.1"),
    ("codex", "openai", "gpt-5.2-codex", "openai/gpt-5.2"),
    ("codex", None, "gpt-5.2-codex", "openai/gpt-5.2"),
    ("codex", "azure", "gpt-5.2-codex", "openai/gpt-5.2"),
    ("codex", "openai", "gpt-5-high", "openai/gpt-5"),
    ("codex", "openai", "gpt-5.1-codex-max-xhigh", "openai/gpt-5.1"),
    ("codex", "openai", "gpt-5.2-20251211", "openai/gpt-5.2"),
    ("gemini-cli", None, "gemini-2.5-pro-preview-06-05", "google/gemini-2.5-pro"),
    ("gemini-cli", None, "models/gemini-2.5-pro", "google/gemini-2.5-pro"),
    ("cursor", None, "claude-4.5-sonnet-thinking", "anthropic/claude-sonnet-4-5"),
    ("cursor", None, "claude-4.5-opus-high-thinking", "anthropic/claude-opus-4-5"),
    ("cursor", None, "composer-2.5", "cursor/composer-2.5"),
    ("opencode", None, "anthropic/claude-sonnet-4.5", "anthropic/claude-sonnet-4-5"),
    ("opencode", "google-vertex", "gemini-2.5-pro", "google/gemini-2.5-pro"),
    ("copilot", None, "claude-opus-41", "anthropic/claude-opus-4-1"),
    ("copilot", None, "generic/litellm/anthropic/claude-haiku-4.5", "anthropic/claude-haiku-4-5"),
    ("other", None, "grok-4.1-fast", "x-ai/grok-4-1-fast-reasoning"),
    (
        "opencode",
        "openrouter",
        "anthropic/claude-sonnet-4.5",
        "openrouter/anthropic/claude-sonnet-4.5",
    ),
    (
        "opencode",
        "amazon-bedrock",
        "anthropic.claude-opus-4-6-v1",
        "aws/regional.anthropic.claude-opus-4-6-v1:0",
    ),
]

UNPRICED = [
    ("claude-code", None, "glm-4.7-x"),
    ("claude-code", None, "<synthetic>"),
    ("claude-code", None, ""),
    ("claude-code", None, "unknown"),
    ("claude-code", None, "opus"),
    ("claude-code", None, "sonnet"),
    ("cursor", None, "auto"),
    ("codex", "mock", "mock-model"),
    ("codex", "mock", "gpt-5.2-codex-foo"),
    ("codex", "openai", "gpt-5-codex-mini"),
    ("codex", "ollama", "gpt-oss:20b"),
    ("opencode", "opencode", "big-pickle"),
    ("other", None, "x" * 100_000),
    ("other", "\x00", "\ud800"),
]

ESTIMATED = [
    ("gemini-cli", None, "gemini-2.5-pro-foo", "google/gemini-2.5-pro"),
    ("claude-code", None, "claude-opus-4-5-foo", "anthropic/claude-opus-4-5"),
    ("codex", "mock", "gpt-5.2-codex", "openai/gpt-5.2"),
    ("opencode", "opencode", "claude-sonnet-4-5", "anthropic/claude-sonnet-4-5"),
]


@pytest.mark.parametrize(("source", "provider", "model", "expected"), PRICED)
def test_known_name_is_priced(source: str, provider: str | None, model: str, expected: str) -> None:
    rated = rate(model, source=source, provider=provider)

    assert f"{rated.provider}/{rated.model}" == expected
    assert rated.state is State.PRICED
    assert rated.total_pico


@pytest.mark.parametrize(("source", "provider", "model"), UNPRICED, ids=lambda name: str(name)[:20])
def test_unknown_name_has_no_price(source: str, provider: str | None, model: str) -> None:
    rated = rate(model, source=source, provider=provider)

    assert (rated.total_pico, rated.state, rated.rule) == (None, State.UNPRICED, "none")
    assert rated.model == model


NOT_GUESSED = (
    *("haiku", "opusplan", "default", "auto-gemini-3", "claude-mythos-preview", "big-pickle"),
    *("gpt-5-codex-mini", "gpt-5.3-codex-spark", "gpt-5.4-codex", "gpt-5-fast", "grok-code"),
    *("codex-auto-review", "gpt-oss:20b", "deepseek-ai/DeepSeek-V3.1", "kimi-for-coding"),
    *("qwen3-coder-plus", "Qwen/Qwen3-Coder-480B-A35B-Instruct", "minimax-m2.5-free", "qwen3:8b"),
    *("composer-1", "composer-2", "swe-1.5", "oswe-vscode-prime", "raptor-mini", "qwen3-max"),
)


@pytest.mark.parametrize("model", NOT_GUESSED)
def test_a_name_we_do_not_know_is_not_guessed(model: str) -> None:
    assert rate(model, source="other").state is State.UNPRICED


@pytest.mark.parametrize(("source", "provider", "model", "expected"), ESTIMATED)
def test_likely_name_is_an_estimate(
    source: str, provider: str | None, model: str, expected: str
) -> None:
    rated = rate(model, source=source, provider=provider)

    assert f"{rated.provider}/{rated.model}" == expected
    assert (rated.state, rated.rule) == (State.ESTIMATED, "estimated")
    assert rated.warnings == (f"estimated: {model} as {expected}",)


def test_free_variant_is_free() -> None:
    rated = rate("deepseek/deepseek-r1:free", source="opencode", provider="openrouter")

    assert (rated.total_pico, rated.state) == (0, State.FREE)


def test_the_provider_of_the_log_decides() -> None:
    zai, zhipu = (rate("glm-4.7", source="other", provider=name) for name in ("zai", "zhipuai"))

    assert zai.total_pico != zhipu.total_pico
