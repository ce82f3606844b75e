"""Reads the activity of Gemini Apps: every prompt is a conversation of one turn.

Neither file names conversations, models or tokens. A conversation is named by its second, in which
the page and the JSON of the same history agree, so that both together are not counted twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

import msgspec

from convledger.clock import SECOND, iso_text
from convledger.sources.dating import dated
from convledger.sources.document import Document, Found, NotReadable
from convledger.sources.exchanges.doubts import Doubts
from convledger.sources.findings import Call, Figures, Kind, Measure, Message, Rejected, Texts
from convledger.sources.gemini_takeout.cells import Cell, activity_of, cells
from convledger.sources.gemini_takeout.page_text import text_of_page
from convledger.sources.gemini_takeout.records import Activity, is_gemini, is_other, labelled
from convledger.sources.json_pieces import Piece, pieces
from convledger.sources.lenient import BadLine, loads
from convledger.sources.titles import PROMPT, title_line
from convledger.sources.values import dicts_in, instant_of, list_of, text_of

_BATCH = 300
PROVIDER = "google"


class _Record(msgspec.Struct):
    header: Any = None
    title: Any = None
    time: Any = None
    products: Any = None
    safeHtmlItem: msgspec.Raw = msgspec.Raw(b"")  # noqa: N815 - as the file names it


_record = msgspec.json.Decoder(_Record)


class _Reading:
    """Puts activities into findings; counts those of the same second."""

    def __init__(self, *, texts: bool) -> None:
        self._texts = texts
        self._seconds: dict[str, int] = {}
        self._figures, self._said = Figures(), Texts()

    def is_full(self) -> bool:
        """Tell whether enough is found to be stored."""
        return max(len(self._figures.conversations), len(self._said.messages)) >= _BATCH

    def found(self, done: int) -> Found:
        """Return what is found since the last time."""
        found = Found(self._figures, self._said, done)
        self._figures, self._said = Figures(), Texts()
        return found

    def reject(self, rejected: Rejected) -> None:
        """Keep what could not be read."""
        (self._said if self._texts else self._figures).rejected.append(rejected)

    def take(self, activity: Activity, number: int, name: str = "") -> None:
        """Add a prompt and its answer; `name` is that of one whose second is unknown."""
        name = name or iso_text(activity.at - activity.at % SECOND)
        count = self._seconds[name] = self._seconds.get(name, 0) + 1
        native = f"{name}#{count}" if count > 1 else name
        if self._texts:
            self._say(native, activity, number)
            return
        facts = self._figures.conversation(native)
        facts.first_at = facts.last_at = activity.at
        facts.entitle(PROMPT, title_line(activity.prompt))
        if activity.answered or activity.together:
            # Where nothing parts prompt and answer, the one message holds both.
            key = f"{native}/answer" if activity.answered else f"{native}/prompt"
            self._figures.calls.append(
                Call(key, native, activity.at, "unknown", number, provider=PROVIDER,
                     measure=Measure.MISSING)
            )  # fmt: skip

    def _say(self, native: str, activity: Activity, number: int) -> None:
        prompt, answer = f"{native}/prompt", f"{native}/answer"

        def say(uuid: str, block: int, kind: Kind, body: str, parent: str = "") -> None:
            if body:
                self._said.messages.append(
                    Message(native, uuid, block, number, activity.at, kind, body, parent=parent)
                )

        say(prompt, 0, Kind.PROMPT, activity.prompt)
        for block, name in enumerate(activity.files, 1):
            say(prompt, block, Kind.ATTACHMENT, name)
        for block, body in enumerate([activity.answer, *activity.more_answers]):
            say(answer, block, Kind.ANSWER, body, prompt)


def read_page(document: Document, *, texts: bool) -> Iterator[Found]:
    """Yield the activities of a web page. Raises NotReadable."""
    reading, seen, done = _Reading(texts=texts), 0, 0
    for cell in cells(document.stream()):
        seen += 1
        if isinstance(cell, Cell):
            done = cell.offset + len(cell.html)
            taken = activity_of(cell, texts=texts)
            if isinstance(taken, Activity):
                reading.take(taken, cell.number)
            elif taken is not None:
                reading.reject(taken)
        else:
            reading.reject(cell)
        if reading.is_full():
            yield reading.found(done)
    if not seen:
        raise NotReadable(
            "a web page without activities of Gemini Apps: of a Takeout, import "
            "My Activity/Gemini Apps/MyActivity.html or .json"
        )
    yield reading.found(document.size)


def read_json(document: Document, *, texts: bool) -> Iterator[Found]:
    """Yield the activities of a JSON file. Raises NotReadable."""
    reading, doubts = _Reading(texts=texts), Doubts()
    for said, at in dated(_said_in(document, texts=texts), _at_of, document.changed_at):
        if isinstance(said, Rejected):
            reading.reject(said)
            continue
        place, found = said
        name = ""
        if not found.at:
            digest = blake2b(found.prompt.encode("utf-8", "replace"), digest_size=8)
            name, found.at = f"undated-{digest.hexdigest()}", at
        doubts.see(name, "", (found.stamp,), place.rejected)
        reading.take(found, place.number, name)
        if reading.is_full():
            yield reading.found(place.offset)
    if not texts:
        for told in doubts.told():
            reading.reject(told)
    yield reading.found(document.size)


def _said_in(document: Document, *, texts: bool) -> Iterator[tuple[Piece, Activity] | Rejected]:
    """Yield the prompts of a JSON file, each with its place, and what can't be used."""
    for piece in pieces(document.stream()):
        if isinstance(piece, Rejected):
            yield piece
            continue
        place = Piece(piece.number, piece.offset, piece.data[:400])
        try:
            found = _activity(piece, texts=texts)
        except BadLine as error:
            yield place.rejected(str(error))
            continue
        if found is not None:
            yield place, found


def _at_of(said: tuple[Piece, Activity] | Rejected) -> int | None:
    return None if isinstance(said, Rejected) else said[1].at or None


def _activity(piece: Piece, *, texts: bool) -> Activity | None:
    """Return the prompt in a record; None where it is none. Raises BadLine."""
    if texts:
        record = loads(piece.data)
    else:
        try:
            known = _record.decode(piece.data)
            record = msgspec.structs.asdict(known)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            record = loads(piece.data)
    title = text_of(record.get("title"))
    if not is_gemini(record) or not title:
        return None
    answers = record.get("safeHtmlItem")
    if isinstance(answers, msgspec.Raw):
        answered, said = b'"html' in bytes(answers), []
    else:
        said = _answers(answers) if texts else []
        answered = bool(said) if texts else bool(answers)
    prompt = labelled(title)
    if prompt is None:
        if is_other(title) or not answered:
            return None
        prompt = title  # an answer is there, so it is a prompt, its label in another language
    return Activity(
        instant_of(record.get("time")) or 0, prompt, said[0] if said else "",
        _files(record) if texts else [], answered=answered, more_answers=said[1:],
        stamp=record.get("time"),
    )  # fmt: skip


def _answers(items: Any) -> list[str]:
    listed = dicts_in(items) or ([items] if isinstance(items, dict) else [])
    pages = (text_of(item.get("html")) or text_of(item.get("htmlValue")) for item in listed)
    return [text for text in map(text_of_page, pages) if text]


def _files(record: dict[str, Any]) -> list[str]:
    """Return the names of the files that were sent with a prompt."""
    names = [text_of(each.get("name")) for each in dicts_in(record.get("subtitles"))]
    names = [name.lstrip("-\u00a0 ") for name in names if name.startswith("-")]
    names.extend(map(text_of, list_of(record.get("attachedFiles"))))
    return list(dict.fromkeys(name for name in names if name))
