"""The steps of an answer that a source keeps as one message: requests, and what tools gave back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from convledger.sources.findings import Kind, Message

_SPOKEN = frozenset([Kind.ANSWER, Kind.THINKING, Kind.TOOL_CALL])


class Part(NamedTuple):
    """A part of a message."""

    kind: Kind
    body: str
    name: str = ""
    flags: int = 0


class Step(NamedTuple):
    """Parts of a message that belong together: one request's answer, or what went between two."""

    number: int
    parts: list[Part]

    @property
    def is_answer(self) -> bool:
        """Tell whether a model gave it."""
        return self.parts[0].kind in _SPOKEN

    def uuid(self, message: str) -> str:
        """Return the name of the step within its message, whose own name is the first step's."""
        return f"{message}+{self.number}" if self.number else message


def steps_of(parts: Iterable[Part]) -> list[Step]:
    """Return the parts that have a body by the requests they came from, in order."""
    found: list[Step] = []
    for part in parts:
        if not part.body:
            continue
        result = part.kind == Kind.TOOL_RESULT
        is_next = not found or result != (found[-1].parts[-1].kind == Kind.TOOL_RESULT)
        if is_next:
            found.append(Step(len(found), []))
        found[-1].parts.append(part)
    return found


def messages_of(
    steps: Iterable[Step],
    conversation: str,
    uuid: str,
    place: tuple[int, int],
    flags: int,
    parent: str,
) -> Iterator[Message]:
    """Yield the steps of a message, each behind the one before; `place` is its line and instant."""
    for step in steps:
        name = step.uuid(uuid)
        for block, part in enumerate(step.parts):
            yield Message(
                *(conversation, name, block, *place, part.kind, part.body),
                *(flags | part.flags, part.name),
                parent=parent,
            )
        parent = name
