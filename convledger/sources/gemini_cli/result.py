"""Reads what `gemini -p --output-format json` prints: an answer, and what each model used for it.

Such a run may have been many requests of which only the sum is told: one call a model.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from convledger.sources.content import json_text
from convledger.sources.findings import Call, Figures, Flag, Kind, Message, Texts
from convledger.sources.gemini_cli.records import Buckets, TokenCounts, buckets_of
from convledger.sources.lenient import token_count
from convledger.sources.titles import PROMPT, title_line
from convledger.sources.values import dict_of, text_of

SUM_LIMIT = 2**33  # tokens of many requests together


def is_result(record: dict[str, Any]) -> bool:
    """Tell whether an object is the printed result of a run."""
    models = dict_of(record.get("stats")).get("models")
    return isinstance(models, dict) and "messages" not in record


def session_of(record: dict[str, Any]) -> str:
    """Return the run's session; of an older version that names none, a name by the content."""
    named = text_of(record.get("session_id")) or text_of(record.get("sessionId"))
    content = json_text(record).encode("utf-8", "replace")
    return named or f"result-{blake2b(content, digest_size=16).hexdigest()}"


def figures_of(record: dict[str, Any], at: int) -> Figures:
    """Return one call a model. Raises BadLine."""
    found = Figures()
    session = session_of(record)
    facts = found.conversation(session)
    facts.first_at = facts.last_at = at
    facts.entitle(PROMPT, title_line(text_of(record.get("response"))))
    for model, used in dict_of(dict_of(record.get("stats")).get("models")).items():
        counts = _buckets(dict_of(dict_of(used).get("tokens")))
        if any(counts):
            name = model or "unknown"
            call = Call(f"{session}:result:{name}", session, at, name, 1, approximate=True)
            call.input, call.output, call.reasoning, call.cache_read = counts
            found.calls.append(call)
    return found


def _buckets(tokens: dict[str, Any]) -> Buckets:
    def count(*names: str) -> int:
        return token_count(next(filter(None, map(tokens.get, names)), 0), SUM_LIMIT)

    return buckets_of(
        TokenCounts(
            count("prompt", "input"),
            count("candidates", "output"),
            count("cached"),
            count("thoughts"),
            count("tool"),
            count("total"),
        )
    )


def texts_of(record: dict[str, Any], at: int) -> Texts:
    """Return the answer, or the error that came in its place."""
    session = session_of(record)
    error = dict_of(record.get("error"))
    said = [(Kind.ANSWER, text_of(record.get("response")), 0)]
    said.append((Kind.NOTE, text_of(error.get("message")), int(Flag.ERROR)))
    uuid = f"{session}:result"
    return Texts(
        [
            Message(session, uuid, block, 1, at, kind, body, flags)
            for block, (kind, body, flags) in enumerate(said)
            if body
        ]
    )
