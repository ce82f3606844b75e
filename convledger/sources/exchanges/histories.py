"""Turns what requests repeat of a conversation into messages that each stand there once.

A request brings the whole history again. A message is known by its conversation, who said it, what,
and the how manieth of its like it is within the request: so it is found again in the next
request, also where the oldest are left out there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from convledger.sources.exchanges.said import Saying
from convledger.sources.findings import Kind, Message, Texts
from convledger.sources.values import digest

MOST_KNOWN = 200_000  # names that are remembered while a file is read
UNIQUE_LENGTH = 16  # ids as long as this are no two requests'


def is_unique(name: str) -> bool:
    """Tell whether an id is one that no other request has."""
    return len(name) >= UNIQUE_LENGTH


class Exchange:
    """One request and its answer on their way to become messages.

    `whole`: the request brings the history from its start; else what it brings is new, and known
    by the `request` it belongs to.
    """

    def __init__(self, conversation: str, request: str, *, whole: bool) -> None:
        self.conversation = conversation
        self._request = request
        self._whole = whole
        self._alike: Counter[str] = Counter()
        self.said: list[tuple[str, str, Saying]] = []  # uuid, uuid before it, message
        self._last = self._before = ""
        self.answer = ""  # the uuid of the last message that answers

    def add(self, sayings: Iterable[Saying], *, answers: bool = False) -> None:
        """Take in messages in their order."""
        for saying in sayings:
            self._add(saying)
            if answers and not saying.is_branch:
                self.answer = self._last

    def _add(self, saying: Saying) -> None:
        mark = [saying.role]
        for part in saying.parts:
            # Thinking is left out of what clients send back.
            if part.kind != Kind.THINKING or len(saying.parts) == 1:
                mark += (str(int(part.kind)), part.name, part.body)
        name = digest(*mark)
        self._alike[name] += 1
        scope = "" if self._whole else self._request
        uuid = digest(self.conversation, scope, name, str(self._alike[name]))
        if saying.is_branch:
            self.said.append((uuid, self._before, saying))
            return
        self.said.append((uuid, self._last, saying))
        self._before, self._last = self._last, uuid


class Transcript:
    """Messages as they are found, without those that stand there already."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def write(self, exchange: Exchange, line: int, at: int, found: Texts, agent: str = "") -> None:
        """Add an exchange's messages that are not yet there."""
        if len(self._known) > MOST_KNOWN:
            self._known.clear()
        for uuid, before, saying in exchange.said:
            if uuid in self._known:
                continue
            self._known.add(uuid)
            for block, part in enumerate(saying.parts):
                found.messages.append(
                    Message(
                        *(exchange.conversation, uuid, block, line, at, int(part.kind)),
                        *(part.body, int(part.flags), part.name, agent, before),
                    )
                )
