"""The records of Qwen Code's sessions, as far as they are counted."""

from __future__ import annotations

import re

import msgspec
from msgspec import Raw, Struct, field

from convledger.sources.findings import Tokens
from convledger.sources.gemini_cli.records import Buckets, TokenCounts
from convledger.sources.lenient import scrub

API_RESPONSE = "qwen-code.api_response"
_AGENT = re.compile(r"(?:^|/)subagents/([^/]+)/agent-([^/]+)\.jsonl\Z")
_RUNTIME = "$runtime|"  # before the name of a model that is set up for one session alone


class Usage(Struct, gc=False, rename="camel"):
    """What the request of an answer used."""

    prompt_token_count: Tokens = None
    candidates_token_count: Tokens = None
    thoughts_token_count: Tokens = None
    cached_content_token_count: Tokens = None
    total_token_count: Tokens = None

    @property
    def counts(self) -> TokenCounts:
        """The tokens under their short names."""
        return TokenCounts(
            self.prompt_token_count,
            self.candidates_token_count,
            self.cached_content_token_count,
            self.thoughts_token_count,
            None,
            self.total_token_count,
        )


class Event(Struct, gc=False):
    """A telemetry event; of those of responses there is one a request, of hidden agents too."""

    name: str | None = field(name="event.name", default=None)
    timestamp: str | None = field(name="event.timestamp", default=None)
    response_id: str | None = None
    model: str | None = None
    input_token_count: Tokens = None
    output_token_count: Tokens = None
    cached_content_token_count: Tokens = None
    thoughts_token_count: Tokens = None
    total_token_count: Tokens = None
    subagent_name: str | None = None

    @property
    def counts(self) -> TokenCounts:
        """The tokens under their short names."""
        return TokenCounts(
            self.input_token_count,
            self.output_token_count,
            self.cached_content_token_count,
            self.thoughts_token_count,
            None,
            self.total_token_count,
        )


class Payload(Struct, gc=False, rename="camel"):
    """What a system record tells."""

    ui_event: Event | None = None
    custom_title: str | None = None
    title_source: str | None = None
    parent_session_id: str | None = None


class Fork(Struct, gc=False, rename="camel"):
    """Where a copied record was written first."""

    session_id: str | None = None


class CountedRecord(Struct, gc=False, rename="camel"):
    """What counting needs of one record."""

    uuid: str | None = None
    session_id: str | None = None
    timestamp: str | None = None
    type: str | None = None
    subtype: str | None = None
    cwd: str | None = None
    version: str | None = None
    git_branch: str | None = None
    model: str | None = None
    message: Raw = Raw(b"")
    usage_metadata: Usage | None = None
    system_payload: Payload | None = None
    forked_from: Fork | None = None
    agent_id: str | None = None
    agent_name: str | None = None
    is_sidechain: bool | None = None


def buckets_of(tokens: TokenCounts) -> Buckets:
    """Return disjoint tokens: the prompt holds what was cached, the output its thoughts.

    A total that counts the thoughts apart shows a service that tells them beside the output.
    """
    prompt, cached = tokens.input or 0, tokens.cached or 0
    output, thoughts, tool = tokens.output or 0, tokens.thoughts or 0, tokens.tool or 0
    if thoughts and tokens.total == prompt + output + thoughts + tool:
        output += thoughts
    if cached <= prompt:
        prompt -= cached
    return Buckets(prompt + tool, output, min(thoughts, output), cached)


def model_name(name: str | None) -> str:
    """Return a model's name as its service knows it."""
    if name and name.startswith(_RUNTIME):
        name = name.rsplit("|", 1)[-1]
    return name or "unknown"


def agent_of(relative: str) -> tuple[str, str]:
    """Return session and agent of a sub-agent's transcript, by its place; nothing if it is none."""
    found = _AGENT.search(relative)
    return (str(scrub(found[1])), str(scrub(found[2]))) if found else ("", "")


counted_record = msgspec.json.Decoder(CountedRecord)
