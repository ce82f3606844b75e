"""A support conversation on its way from a vendor's record to what the ledger keeps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from hashlib import blake2b
from typing import Any

from convledger.sources.dating import Times
from convledger.sources.document import Found
from convledger.sources.findings import (
    ConversationFacts,
    Flag,
    Kind,
    Message,
    OutcomeFacts,
    Rejected,
)
from convledger.sources.html_text import plain_text
from convledger.sources.support.records import Record
from convledger.sources.titles import GENERATED, PROMPT, title_line
from convledger.sources.values import dict_of, dicts_in, list_of, name_of, text_of

CONFIRMED, ASSUMED, ESCALATED = "resolved_confirmed", "resolved_assumed", "escalated"
ABANDONED, OPEN, UNKNOWN = "abandoned", "open", "unknown"
BOT_ONLY, BOT_THEN_HUMAN, HUMAN_ONLY, NOBODY = "bot_only", "bot_then_human", "human_only", "none"
_MOST_DETAILS, _LONGEST_DETAIL = 60, 600
_MOST_IN_BATCH = 400  # conversations or messages that are handed on together


class Who(Enum):
    """Who says something, or what it is that nobody says to the customer."""

    CUSTOMER = (Kind.PROMPT, 0)
    BOT = (Kind.ANSWER, 0)
    PERSON = (Kind.ANSWER, int(Flag.PERSON))
    NOTE = (Kind.NOTE, 0)
    ACTIVITY = (Kind.NOTE, int(Flag.HIDDEN))


@dataclass(slots=True)
class Turn:
    """One entry of a conversation as its vendor keeps it; `files` are the names of what hung on."""

    id: str
    at: int | None
    who: Who
    body: str = ""
    is_html: bool = False
    files: tuple[str, ...] = ()
    name: str = ""  # of the person who answers
    odd: str = ""  # what is amiss with its time

    @property
    def text(self) -> str:
        """What is to be read."""
        return plain_text(self.body) if self.is_html else self.body.strip()

    @property
    def is_said(self) -> bool:
        """Whether something was said to the other side."""
        return self.who in (Who.CUSTOMER, Who.BOT, Who.PERSON)


@dataclass(slots=True)
class Dialogue:
    """One conversation: what is known of it as a whole, and its turns where they are told."""

    native: str
    title: str = ""
    first_at: int | None = None
    last_at: int | None = None
    turns: list[Turn] = field(default_factory=list)
    outcome: OutcomeFacts | None = None
    details: dict[str, str] = field(default_factory=dict)
    odd: str = ""  # what is amiss with when it began
    is_whole: bool = True  # else more of it may stand elsewhere

    def said_by(self, who: Who) -> list[Turn]:
        """Return what one side has said."""
        return [turn for turn in self.turns if turn.who is who]

    def add_detail(self, name: str, value: Any) -> None:
        """Keep a further fact where there is one, as it is worded; lists become one text."""
        words = _words(value)[:_LONGEST_DETAIL] if value else "no" if value is False else ""
        if words and name and len(self.details) < _MOST_DETAILS:
            self.details.setdefault(name[:80], words)

    def facts(self, now: int) -> ConversationFacts:
        """Return what is kept of it as a whole; `now` is the instant of what names none."""
        said = [turn.at for turn in self.turns if turn.is_said and turn.at is not None]
        told = [turn.at for turn in self.turns if turn.at is not None]
        spoken = said or told
        begun = spoken if self.first_at is None else [*spoken, self.first_at]
        first = min(begun, default=now if self.last_at is None else self.last_at)
        last = max(spoken) if spoken else self.last_at if self.last_at is not None else first
        found = ConversationFacts(self.native, first, max(first, last))
        found.entitle(GENERATED, title_line(self.title))
        if not found.title:
            asked = next((turn for turn in self.turns if turn.who is Who.CUSTOMER), None)
            found.entitle(PROMPT, title_line(asked.text) if asked else "")
        found.outcome, found.details = self.outcome, self.details
        return found

    def fault(self) -> str:
        """Return in words what is amiss with its times; nothing where all is well."""
        if not self.is_whole and not self.odd and not any(turn.odd for turn in self.turns):
            return ""
        times = Times()
        times.know(
            own=self.first_at is not None or self.last_at is not None,
            said=any(turn.at is not None for turn in self.turns),
        )
        times.doubt_own(self.odd)
        for number, turn in enumerate(self.turns, 1):
            times.doubt(turn.id or f"{number}", turn.odd)
        return times.fault(self.native)

    def messages(self, number: int, now: int) -> list[Message]:
        """Return the turns as messages, of which the first is number `number` of the file."""
        found: list[Message] = []
        before = ""
        turns = in_order(self.turns)
        at = next((turn.at for turn in turns if turn.at is not None), self.first_at)
        at = at if at is not None else self.last_at if self.last_at is not None else now
        for turn in turns:
            at = at if turn.at is None else turn.at
            kind, flags = turn.who.value
            uuid = f"{self.native}/{turn.id or _made_up(turn)}"
            text = turn.text
            parts = [(kind, text, flags)] if text or not turn.files else []
            parts += [(Kind.ATTACHMENT, name, flags & Flag.HIDDEN) for name in turn.files]
            for block, (what, body, marks) in enumerate(parts):
                found.append(
                    Message(
                        self.native, uuid, block, number, at, int(what), body, int(marks),
                        turn.name if marks & Flag.PERSON else "", parent=before,
                    )
                )  # fmt: skip
            before = uuid
            number += 1
        return found


def in_order(turns: list[Turn]) -> list[Turn]:
    """Return turns by their instants; one without stays behind the one before it."""
    keyed: list[tuple[int, int, Turn]] = []
    at = 0
    for place, turn in enumerate(turns):
        at = at if turn.at is None else turn.at
        keyed.append((at, place, turn))
    return [turn for _, _, turn in sorted(keyed, key=lambda each: each[:2])]


def _made_up(turn: Turn) -> str:
    """Name a turn without an id by what it says, so that a second reading finds it again."""
    said = f"{turn.at}\0{turn.who.name}\0{turn.body}"
    return blake2b(said.encode("utf-8", "replace"), digest_size=12).hexdigest()


def _words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        return ", ".join(filter(None, (_words(each) for each in value[:50])))
    if isinstance(value, dict):
        return next((_words(value[key]) for key in ("name", "title", "id") if value.get(key)), "")
    return ""


def handled_by(*, bot: bool, person: bool) -> str:
    """Return who handled a conversation."""
    if bot:
        return BOT_THEN_HUMAN if person else BOT_ONLY
    return HUMAN_ONLY if person else NOBODY


_CHANNELS = (
    ("email", ("mail",)),
    ("voice", ("voice", "phone", "call")),
    ("whatsapp", ("whatsapp",)),
    ("sms", ("sms", "twilio")),
    ("instagram", ("instagram",)),
    ("facebook", ("facebook",)),
    ("telegram", ("telegram",)),
    ("line", ("channel::line",)),
    ("twitter", ("twitter",)),
    ("chat", ("chat", "messag", "widget", "conversation", "messenger", "sunshine")),
    ("api", ("api",)),
)


def channel_of(*names: Any) -> str:
    """Return the plain name of a channel, as plans ask for it: chat, email, voice ..."""
    for name in names:
        word = name_of(name).strip().lower()
        if word:
            return next(
                (plain for plain, parts in _CHANNELS if any(part in word for part in parts)), word
            )
    return ""


def files_of(attachments: Any, *keys: str) -> tuple[str, ...]:
    """Return the names of what hangs on a message, the first of `keys` that tells one."""
    found = []
    for each in dicts_in(attachments)[:100]:
        name = next((text_of(each.get(key)) for key in keys if each.get(key)), "")
        found.append(name or "attachment")
    return tuple(found)


def count_of(value: Any) -> int | None:
    """Return a count, None where the export tells none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = int(float(value))
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number < 10**6 else None


def names_in(value: Any) -> list[str]:
    """Return the names in a list of names or of objects that have one."""
    return [word for word in (_words(each) for each in list_of(value)) if word]


def listed(value: Any, key: str) -> list[dict[str, Any]]:
    """Return the objects of a list, also of one that lies under `key` in an object."""
    return dicts_in(value) or dicts_in(dict_of(value).get(key))


def _joined(known: ConversationFacts, news: ConversationFacts) -> ConversationFacts:
    """Return what is known of a conversation with what is told of it once more."""
    if known.first_at is not None and news.first_at is not None:
        news.first_at = min(known.first_at, news.first_at)
    if known.last_at is not None and news.last_at is not None:
        news.last_at = max(known.last_at, news.last_at)
    if known.title_rank > news.title_rank:
        news.title, news.title_rank = known.title, known.title_rank
    news.outcome = news.outcome or known.outcome
    news.details = known.details | news.details
    return news


class Batch:
    """Collects what is found until there is enough of it to be stored together."""

    def __init__(self, now: int, *, texts: bool) -> None:
        self._now = now
        self._texts = texts
        self._found = Found()
        self._number = 1
        self._size = 0
        self._doubted: set[str] = set()  # conversations of which it is told that times are amiss

    def add(self, dialogue: Dialogue, place: Record) -> None:
        """Take in a conversation that stands at `place`: its figures or its messages."""
        if self._texts:
            self.say(dialogue.messages(self._number, self._now))
            self._number += len(dialogue.turns)
        else:
            self.know(dialogue.facts(self._now))
            self.doubt(dialogue, place)

    def doubt(self, dialogue: Dialogue, place: Record) -> None:
        """Tell once what is amiss with the times of a conversation."""
        if dialogue.native not in self._doubted and (fault := dialogue.fault()):
            self._doubted.add(dialogue.native)
            self.reject(place.rejected(fault))

    def know(self, facts: ConversationFacts) -> None:
        """Take in the facts of a conversation; what it tells anew counts."""
        known = self._found.figures.conversations.get(facts.native)
        self._found.figures.conversations[facts.native] = _joined(known, facts) if known else facts
        self._size += 1

    def say(self, messages: Iterable[Message]) -> None:
        """Take in messages."""
        before = len(self._found.texts.messages)
        self._found.texts.messages.extend(messages)
        self._size += len(self._found.texts.messages) - before

    def reject(self, rejected: Rejected) -> None:
        """Take in what could not be used."""
        part = self._found.texts if self._texts else self._found.figures
        part.rejected.append(rejected)
        self._size += 1

    def taken(self, done: int, *, last: bool = False) -> Iterable[Found]:
        """Return what is collected where it is enough, or the last."""
        if self._size < _MOST_IN_BATCH and not last:
            return ()
        found, self._found, self._size = self._found, Found(), 0
        found.done = done
        return (found,)
