"""What one request of Copilot CLI is called, whichever of its files tells of it."""

from __future__ import annotations

from typing import NamedTuple

from convledger.sources.copilot_cli.records import Usage
from convledger.sources.findings import Call
from convledger.sources.values import tokens_of


class Tokens(NamedTuple):
    """The counts of a request, or of several, as the log has them."""

    input: int = 0
    output: int = 0
    read: int = 0
    written: int = 0
    reasoning: int = 0

    def plus(self, other: Tokens) -> Tokens:
        """Return the sum of two."""
        return Tokens(*(one + two for one, two in zip(self, other, strict=True)))

    def minus(self, other: Tokens) -> Tokens:
        """Return the difference of two, nowhere below zero."""
        return Tokens(*(max(0, one - two) for one, two in zip(self, other, strict=True)))

    def reaches(self, other: Tokens) -> bool:
        """Tell whether no count is below that of `other`."""
        return all(one >= two for one, two in zip(self, other, strict=True))


def tokens_in(usage: Usage) -> Tokens:
    """Return the counts of a record. Raises BadLine where one is none."""
    return Tokens(
        tokens_of(usage.inputTokens),
        tokens_of(usage.outputTokens),
        tokens_of(usage.cacheReadTokens),
        tokens_of(usage.cacheWriteTokens),
        tokens_of(usage.reasoningTokens),
    )


def request_key(session: str, at: int, model: str, tokens: Tokens) -> str:
    """Return a request's name: the database has no other id of it than its instant and counts."""
    counts = "/".join(map(str, tokens[:4]))
    return f"{session}:{at}:{model}:{counts}"


def call_of(
    key: str, session: str, at: int, model: str, line: int, tokens: Tokens, agent: str = ""
) -> Call:
    """Return a call with its prompt tokens apart."""
    read = min(tokens.read, tokens.input)
    written = min(tokens.written, tokens.input - read)
    return Call(
        key, session, at, model, line, tokens.input - read - written, tokens.output,
        min(tokens.reasoning, tokens.output), read, written, agent=agent,
    )  # fmt: skip
