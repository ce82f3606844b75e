"""Zed: a database of threads, each as JSON, packed or plain, in the shape of either generation."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

import msgspec
from msgspec import Struct, field

from convledger.sources.content import flat_text, json_text
from convledger.sources.document import LARGEST, Document, Found, NotReadable
from convledger.sources.findings import (
    CUMULATIVE_LIMIT,
    Call,
    Figures,
    Flag,
    Kind,
    Measure,
    Message,
    Rejected,
    Texts,
)
from convledger.sources.glimpse import NO, SQLITE, SURE, Glimpse
from convledger.sources.lenient import BadLine, loads, token_count
from convledger.sources.sqlite_tables import Mark, Row, Table, text_in
from convledger.sources.titles import GENERATED, title_line
from convledger.sources.values import (
    dict_of,
    dicts_in,
    instant_of,
    list_of,
    name_of,
    text_of,
)

_AT_ONCE = 16
_THREAD = ("id", "parent_id", "summary", "updated_at", "created_at", "folder_paths", "data_type",
           "data")  # fmt: skip
_COUNTS = (
    "input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens",
)  # fmt: skip
_SECOND = len("2026-11-20T12:34:56")
_UNTITLED = ("new thread", "new chat")


class Position(Struct, array_like=True):
    """How far a database was read: rows, and when the thread was changed that was changed last."""

    threads: Mark = field(default_factory=Mark)
    changed: str = ""


def recognises(glimpse: Glimpse) -> int:
    """Tell how sure it is that a file is Zed's."""
    columns = glimpse.tables.get("threads", ()) if glimpse.kind == SQLITE else ()
    return SURE if {"summary", "data_type", "data"} <= {*columns} else NO


def read(document: Document, state: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield what a document holds: its figures, or its texts where `texts`."""
    try:
        position = msgspec.msgpack.decode(state, type=Position) if state else Position()
    except msgspec.MsgspecError:
        position = Position()
    threads = Table(document, "threads", _THREAD)
    if not {"id", "data"} <= threads.has:
        raise NotReadable("not a database of Zed: it has no threads")
    until, read_until = threads.last(), threads.known_until(position.threads)
    if not read_until:
        position.changed = ""
    # A second may see several changes.
    since = position.changed[:_SECOND]
    newest = threads.one("max(updated_at)") if "updated_at" in threads.has else None
    found = Found()
    rejected = found.texts.rejected if texts else found.figures.rejected
    also = "AND (rowid>? OR updated_at>=?)" if since else ""
    values = (read_until, since) if since else ()
    for rows in threads.after(0, until, rejected, _AT_ONCE, also, values):
        for row in rows:
            _thread(document, row, found, text_of(newest), texts=texts)
        if not since:
            position.threads = threads.mark(rows[-1][0])
            found.state = msgspec.msgpack.encode(position)
        found.done = int(document.size * rows[-1][0] / until)
        yield found
        found = Found()
        rejected = found.texts.rejected if texts else found.figures.rejected
    position.threads, position.changed = threads.mark(until), text_of(newest)
    yield Found(done=document.size, state=msgspec.msgpack.encode(position))


def _thread(document: Document, row: Row, found: Found, newest: str, *, texts: bool) -> None:
    number, name = row[0], name_of(row[1])
    rejected = found.texts.rejected if texts else found.figures.rejected
    try:
        if not name:
            raise BadLine("a thread without its id")
        thread = loads(_unpacked(row[8], text_of(row[7])))
        at = instant_of(row[4]) or instant_of(thread.get("updated_at")) or document.changed_at
        if texts:
            _say(name, thread, (number, at), found.texts)
        else:
            is_over = text_of(row[4]) < newest
            _count(name, thread, (number, at), found.figures, is_over=is_over)
            _describe(row, thread, at, found.figures)
    except BadLine as error:
        rejected.append(Rejected(number, 0, str(error)))


def _unpacked(value: object, kind: str) -> bytes:
    """Return a thread's JSON. Raises BadLine, also for what unpacks to too much."""
    raw = text_in(value)
    if raw is None:
        raise BadLine("a thread without its data")
    if kind != "zstd" and not raw.startswith(b"\x28\xb5\x2f\xfd"):
        return raw
    import zstandard

    try:
        told = zstandard.get_frame_parameters(raw).content_size
        if zstandard.CONTENTSIZE_UNKNOWN != told > LARGEST:
            raise BadLine(f"unpacks to more than {LARGEST >> 20} MB")
        unpacker = zstandard.ZstdDecompressor(max_window_size=1 << 27)
        with unpacker.stream_reader(raw) as stream:
            plain = stream.read(LARGEST + 1)
    except zstandard.ZstdError as error:
        raise BadLine(f"not a whole zstd frame: {error}") from None
    if len(plain) > LARGEST:
        raise BadLine(f"unpacks to more than {LARGEST >> 20} MB")
    return plain


def _describe(row: Row, thread: dict[str, Any], at: int, figures: Figures) -> None:
    _, name, parent, summary, _, created, folders, *_ = row
    facts = figures.conversation(name_of(name))
    facts.first_at, facts.last_at = instant_of(created) or at, at
    title = title_line(text_of(summary) or text_of(thread.get("title")))
    if title.lower() not in _UNTITLED:
        facts.entitle(GENERATED, title)
    paths = [line for line in text_of(folders).splitlines() if line]
    snapshot = dict_of(thread.get("initial_project_snapshot"))
    trees = dicts_in(snapshot.get("worktree_snapshots"))
    paths += [text_of(tree.get("worktree_path")) for tree in trees]
    facts.project = paths[0] if paths else ""
    git = next((dict_of(tree.get("git_state")) for tree in trees), {})
    facts.branch = text_of(git.get("current_branch"))
    context = dict_of(thread.get("subagent_context"))
    if parent := name_of(parent) or name_of(context.get("parent_thread_id")):
        facts.parent, facts.relation = parent, "subagent"
    if thread.get("imported") is True:
        facts.details["imported"] = "yes"


# -- figures --


def _count(
    name: str, thread: dict[str, Any], place: tuple[int, int], figures: Figures, *, is_over: bool
) -> None:
    """Count what each prompt's last request used, and as one what the others did.

    The thread's total holds all requests, so that the sum is the total.
    """
    number, at = place
    model = dict_of(thread.get("model")) or dict_of(thread.get("exact_model"))
    named = text_of(model.get("model")) or "unknown", text_of(model.get("provider"))

    def add(key: str, counts: list[int]) -> None:
        call = Call(f"{name}:{key}", name, at, named[0], number, provider=named[1])
        call.input, call.output, call.cache_read, call.cache_write_5m = counts
        if call.total:
            figures.calls.append(call)

    asked = thread.get("request_token_usage")
    requests = asked.items() if isinstance(asked, dict) else enumerate(list_of(asked))
    rest = _counts(thread.get("cumulative_token_usage"))
    is_any = any(rest)
    for key, usage in requests:
        counts = _counts(usage)
        add(str(key), counts)
        rest = [max(0, left - count) for left, count in zip(rest, counts, strict=True)]
        is_any = is_any or any(counts)
    add("rest", rest)
    if not is_any:
        for uuid in _answers(name, thread, is_over=is_over):
            call = Call(uuid, name, at, named[0], number, provider=named[1])
            call.measure = int(Measure.MISSING)
            figures.calls.append(call)


def _counts(usage: Any) -> list[int]:
    told = dict_of(usage)
    return [token_count(told.get(count), CUMULATIVE_LIMIT) for count in _COUNTS]


def _answers(name: str, thread: dict[str, Any], *, is_over: bool) -> Iterator[str]:
    """Yield the last message of each uninterrupted run of answers.

    The one at the end counts when it `is_over`: its tokens may still be told.
    """
    last = ""
    for uuid, role, blocks in _entries(name, thread):
        if role == "user":
            if last:
                yield last
            last = ""
        elif any(block[0] in (Kind.ANSWER, Kind.THINKING, Kind.TOOL_CALL) for block in blocks):
            last = uuid
    if last and is_over:
        yield last


# -- texts --

_Block = tuple[Kind, str, str, int]


def _say(name: str, thread: dict[str, Any], place: tuple[int, int], texts: Texts) -> None:
    before = ""
    for uuid, role, blocks in _entries(name, thread):
        own = Kind.PROMPT if role == "user" else Kind.NOTE if role == "system" else Kind.ANSWER
        flags = Flag.HIDDEN if role == "system" else 0
        said = [block for block in blocks if block[1] or block[0] == Kind.TOOL_CALL]
        said = said or [(own, "", "", int(Flag.HIDDEN))]
        for number, (kind, body, title, more) in enumerate(said):
            texts.messages.append(
                Message(name, uuid, number, *place, int(kind), body, int(flags | more), title, "",
                        before)
            )  # fmt: skip
        before = uuid


def _entries(name: str, thread: dict[str, Any]) -> Iterator[tuple[str, str, list[_Block]]]:
    """Yield a uuid, a role and the blocks of each message, in either generation's shape."""
    for ordinal, entry in enumerate(list_of(thread.get("messages")), 1):
        if not isinstance(entry, dict):
            continue  # "Resume", which says nothing
        user, agent = entry.get("User"), entry.get("Agent")
        if isinstance(user, dict):
            uuid = text_of(user.get("id"))
            blocks = [_of_user(part) for part in list_of(user.get("content"))]
            yield f"{name}:{uuid}" if uuid else _made_up(name, ordinal, blocks), "user", blocks
        elif isinstance(agent, dict):
            blocks = [_of_agent(part) for part in list_of(agent.get("content"))]
            results = agent.get("tool_results")
            told = results.values() if isinstance(results, dict) else list_of(results)
            blocks += [_result(result) for result in told if isinstance(result, dict)]
            yield f"{name}#{ordinal}", "agent", blocks
        elif "role" in entry:
            yield f"{name}#{ordinal}", text_of(entry["role"]), _of_older(entry)


def _made_up(name: str, ordinal: int, blocks: list[_Block]) -> str:
    said = "\0".join(block[1] for block in blocks).encode("utf-8", "replace")
    return f"{name}#{ordinal}:{blake2b(said, digest_size=8).hexdigest()}"


def _one(part: Any) -> tuple[str, Any]:
    """Return name and value of a variant, which is an object of one key or a bare word."""
    if isinstance(part, dict) and part:
        return next(iter(part.items()))
    return (part, None) if isinstance(part, str) else ("", None)


def _of_user(part: Any) -> _Block:
    kind, value = _one(part)
    if kind == "Text":
        return Kind.PROMPT, text_of(value), "", 0
    if kind == "Mention":
        where, inner = _one(dict_of(value).get("uri"))
        path = text_of(dict_of(inner).get("abs_path")) or text_of(dict_of(inner).get("path"))
        words = " ".join(filter(None, ("mention", where.lower(), path)))
        return Kind.ATTACHMENT, f"[{words}]", path, 0
    return Kind.ATTACHMENT, "[image]" if kind == "Image" else "", "", 0


def _of_agent(part: Any) -> _Block:
    kind, value = _one(part)
    if kind == "Text":
        return Kind.ANSWER, text_of(value), "", 0
    if kind == "Thinking":
        return Kind.THINKING, text_of(dict_of(value).get("text")), "", 0
    if kind == "ToolUse":
        return _use(dict_of(value))
    return Kind.THINKING, "", "", 0


def _use(use: dict[str, Any]) -> _Block:
    given = use.get("input")
    body = json_text(given if given is not None else {})
    return Kind.TOOL_CALL, body, text_of(use.get("name")) or "tool", 0


def _result(result: dict[str, Any]) -> _Block:
    content = result.get("content")
    kind, value = _one(content) if isinstance(content, dict) else ("", content)
    if kind.lower() == "image":
        body = "[image]"
    elif isinstance(content, dict) and isinstance(content.get("text"), str):
        body = content["text"]
    else:
        body = flat_text(value)
    if not body and result.get("output") is not None:
        body = flat_text(result["output"])
    flags = Flag.ERROR if result.get("is_error") is True else 0
    return Kind.TOOL_RESULT, body, text_of(result.get("tool_name")), int(flags)


def _of_older(entry: dict[str, Any]) -> list[_Block]:
    own = {"user": Kind.PROMPT, "system": Kind.NOTE}.get(text_of(entry.get("role")), Kind.ANSWER)
    blocks: list[_Block] = []
    for segment in dicts_in(entry.get("segments")):
        text = text_of(segment.get("text"))
        thinks = segment.get("type") == "thinking"
        blocks.append((Kind.THINKING if thinks else own, text, "", 0))
    if not blocks and isinstance(entry.get("text"), str):
        blocks.append((own, entry["text"], "", 0))
    blocks += [_use(use) for use in dicts_in(entry.get("tool_uses"))]
    blocks += [_result(result) for result in dicts_in(entry.get("tool_results"))]
    return blocks
