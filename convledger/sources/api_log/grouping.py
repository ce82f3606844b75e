"""Which conversation a request belongs to: what it names, else the response it follows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct, field

from convledger.clock import EARLIEST, SECOND
from convledger.sources.api_log import records
from convledger.sources.api_log.records import Body, Line
from convledger.sources.dating import BEFORE, FILE, instant_among, odd_time
from convledger.sources.exchanges.histories import is_unique
from convledger.sources.values import digest, name_of

_SECONDS = EARLIEST // SECOND
MOST_FOLLOWED = 2000  # responses that a later one may follow


class Trail(Struct):
    """What must be known of a file's earlier lines to place its later ones.

    `followed` are responses that stand in a conversation named otherwise than by their own id,
    `doubted` the conversations of which it is told that a time in them can be none.
    """

    last_at: int = 0
    followed: dict[str, str] = field(default_factory=dict)
    doubted: list[str] = field(default_factory=list)


class Asked(Struct):
    """A request with its response, and where it belongs."""

    request: Body | None
    response: Body
    batch: bool
    key: str
    variant: str
    native: str
    at: int
    model: str
    odd: str = ""  # what is amiss with its time, and by what it is dated

    @property
    def uuid(self) -> str:
        """The name of a message that is known by its response alone."""
        return digest(self.native, self.key, self.variant) if self.variant else self.key


def asked_in(record: Line, number: int, trail: Trail, changed_at: int) -> Iterator[Asked]:
    """Yield a line's requests. Raises ValueError where one can't be placed in time."""
    for request, response, batch in records.bodies(record):
        if request is None and not records.is_answer(response) and response.usage is None:
            continue
        own = _instant_in(record, response)
        if own is not None:
            trail.last_at = own
        odd = "" if own is not None else odd_time(*_stamps(record, response))
        if odd:
            odd = f"{odd}: dated by {BEFORE if trail.last_at else FILE}"
        at = own or trail.last_at or changed_at
        if not at:
            raise ValueError("no usable timestamp")
        key = name_of(response.id)
        model = response.model or (request.model if request is not None else None) or ""
        variant = "" if is_unique(key) else str(own or "")
        if not key:
            parts = (record.request, response.choices, response.output, response.content)
            said = "".join(bytes(part).decode("utf-8", "replace") for part in parts)
            usage = str(response.usage or "")
            key = digest(name_of(record.custom_id), model, str(own or number), usage, said)
            variant = ""
        native = conversation_of(record, request, response, key, trail.followed)
        yield Asked(request, response, batch, key, variant, native, at, model, odd)


def _instant_in(line: Line, response: Body) -> int | None:
    """Return when a request was answered: by the response, else by the record around it."""
    created = response.created
    if isinstance(created, int) and _SECONDS <= created < _SECONDS * 8:
        return created * SECOND  # as nearly all of them
    return instant_among(_stamps(line, response))


def _stamps(line: Line, response: Body) -> tuple[Any, ...]:
    return (
        response.created, response.created_at, line.timestamp, line.created_at, line.created,
        line.time, line.ts,
    )  # fmt: skip


def conversation_of(
    line: Line, request: Body | None, response: Body, name: str, followed: dict[str, str]
) -> str:
    """Return the conversation of a request whose response is `name`, and remember the response."""
    asked = [each for each in (request, response) if each is not None]
    found = _named(line, asked)
    before = next((id_ for each in asked if (id_ := name_of(each.previous_response_id))), "")
    if not found:
        found = followed.get(before, "") or _weakly_named(asked) or before or name
    if found != name and (before or response.object == "response"):
        if len(followed) >= MOST_FOLLOWED:
            for old in list(followed)[: MOST_FOLLOWED // 2]:
                del followed[old]
        followed[name] = found
    return found


def _named(line: Line, asked: list[Body]) -> str:
    if line.conversation_id is not None and (found := name_of(line.conversation_id)):
        return found
    for each in asked:
        if not records.is_empty(each.conversation) and (
            found := records.conversation_in(each.conversation)
        ):
            return found
    groups = [each.metadata for each in asked if each.metadata is not None]
    if line.metadata is not None and line.metadata not in groups:
        groups.append(line.metadata)
    for group in groups:
        if found := group.conversation:
            return found
    for group in groups:
        if found := group.session:
            return found
    return name_of(line.session_id) or name_of(line.thread_id)


def _weakly_named(asked: list[Body]) -> str:
    for each in asked:
        user = ""
        if each.user is not None or each.safety_identifier is not None:
            user = name_of(each.user) or name_of(each.safety_identifier)
        if not user and each.metadata is not None:
            user = name_of(each.metadata.user_id)
        if user:
            return records.session_of_user(user)
    for each in asked:
        if each.prompt_cache_key is not None and (found := name_of(each.prompt_cache_key)):
            return found
    return ""
