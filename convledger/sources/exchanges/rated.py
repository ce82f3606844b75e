"""Reads exports that have one request in each row: from row to call, facts and messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct, field

from convledger.sources.dating import dated, instant_among
from convledger.sources.document import Document, Found
from convledger.sources.exchanges.doubts import Doubts
from convledger.sources.exchanges.histories import Exchange, Transcript
from convledger.sources.exchanges.rows import Row, rows
from convledger.sources.exchanges.said import Saying
from convledger.sources.exchanges.usage import NOTHING, Counts
from convledger.sources.findings import Call, Kind, Measure, Rejected
from convledger.sources.titles import PROMPT, title_line

TOGETHER = 500  # rows that are stored together


class Request(Struct):
    """What a row tells of one request.

    `stamps` are its times as the row has them, the best first. `is_billed`: it reached a model.
    `counts` are None where the row has none. `asked` and `answered` give what was said; they are
    called only where that is wanted.
    """

    key: str
    conversation: str
    stamps: tuple[Any, ...]
    model: str
    provider: str
    counts: Counts | None
    asked: Callable[[], list[Saying]]
    answered: Callable[[], list[Saying]]
    reported: int | None = None
    context: str = ""
    is_billed: bool = True
    title: str = ""
    title_rank: int = PROMPT
    details: dict[str, str] = field(default_factory=dict)

    def exchange(self) -> Exchange:
        """Return what was asked and answered."""
        exchange = Exchange(self.conversation, self.key, whole=True)
        exchange.add(self.asked())
        exchange.add(self.answered(), answers=True)
        return exchange


def read(
    document: Document,
    inside: tuple[str, ...],
    requests: Callable[[dict[str, Any]], Iterator[Request]],
    *,
    texts: bool,
) -> Iterator[Found]:
    """Yield what the rows of an export hold; `requests` tells those of a row, or raises BadLine."""
    found, read_rows = Found(), 0
    titled: set[str] = set()
    transcript = Transcript()
    doubts = Doubts()
    asked = (_asked(row, requests) for row in rows(document, inside))
    for one, near in dated(asked, _instant_in, document.changed_at):
        try:
            for request in one.requests:
                at = instant_among(request.stamps) or near
                if texts:
                    transcript.write(request.exchange(), one.number, at, found.texts)
                    continue
                _count(request, one.number, at, found, titled)
                doubts.see(request.conversation, request.key, request.stamps, one.place)
        except (ValueError, RecursionError) as error:
            one.rejected = one.rejected or one.place(str(error) or "nested too deeply")
        if one.rejected is not None:
            (found.texts if texts else found.figures).rejected.append(one.rejected)
        read_rows += 1
        if read_rows % TOGETHER == 0 or len(found.texts.messages) > TOGETHER:
            found.done = one.offset
            yield found
            found = Found()
    found.figures.rejected.extend(doubts.told())
    found.done = document.size
    yield found


class _Asked(Struct):
    """A row with its requests, and why it, or the rest of it, can't be used."""

    number: int
    offset: int
    place: Callable[[str], Rejected]
    requests: list[Request]
    rejected: Rejected | None = None


def _asked(row: Row | Rejected, requests: Callable[[dict[str, Any]], Iterator[Request]]) -> _Asked:
    if isinstance(row, Rejected):
        return _Asked(row.line, row.offset, lambda _: row, [], row)
    found = _Asked(row.number, row.offset, row.rejected, [])
    try:
        found.requests.extend(requests(row.values))
    except (ValueError, RecursionError) as error:
        found.rejected = row.rejected(str(error) or "nested too deeply")
    return found


def _instant_in(asked: _Asked) -> int | None:
    return next((at for each in asked.requests if (at := instant_among(each.stamps))), None)


def _count(request: Request, line: int, at: int, found: Found, titled: set[str]) -> None:
    facts = found.figures.conversation(request.conversation)
    facts.first_at = min(facts.first_at or at, at)
    facts.last_at = max(facts.last_at or at, at)
    facts.details.update(request.details)
    if request.conversation not in titled:
        titled.add(request.conversation)
        facts.entitle(request.title_rank, title_line(request.title) or _prompt(request))
    elif request.title_rank > PROMPT:
        facts.entitle(request.title_rank, title_line(request.title))
    if not request.is_billed:
        return
    counts, key, measure = request.counts, request.key, Measure.RECORDED
    if counts is None or not (counts.total or counts.web_searches):
        answer = request.exchange().answer
        if not answer and not request.reported:
            return
        key, counts, measure = answer or key, NOTHING, Measure.MISSING
    found.figures.calls.append(
        Call(
            *(key, request.conversation, at, request.model, line),
            *counts,
            context=request.context,
            provider=request.provider,
            reported=request.reported,
            measure=int(measure),
        )
    )


def _prompt(request: Request) -> str:
    for saying in request.asked():
        for part in saying.parts:
            if part.kind == Kind.PROMPT and (line := title_line(part.body)):
                return line
    return ""
