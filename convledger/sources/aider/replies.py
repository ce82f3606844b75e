"""Takes a model's answer in Aider's history apart: what it thought, and what it said."""

from __future__ import annotations

import re
from typing import NamedTuple

from convledger.sources.findings import Kind

_TAGGED = re.compile(r"<(thinking-content-[0-9a-f]+)>(.*?)(?:</\1>|\Z)", re.DOTALL)
_SHOWN = re.compile(
    r"\A-{3,}\s*\n► \*\*THINKING\*\*\s*\n(.*?)(?:\n-{3,}\s*\n► \*\*ANSWER\*\*\s*\n|\Z)", re.DOTALL
)


class Reply(NamedTuple):
    """A part of a block: what it is, and its text."""

    kind: Kind
    body: str
    name: str = ""


def parts_of(body: str) -> list[Reply]:
    """Return the thinking and the answers in a block of the model's."""
    found: list[Reply] = []
    place = 0
    if shown := _SHOWN.match(body):
        found.append(Reply(Kind.THINKING, shown[1].strip()))
        place = shown.end()
    elif "<thinking-content-" in body:
        for tagged in _TAGGED.finditer(body):
            found.append(Reply(Kind.ANSWER, body[place : tagged.start()].strip("\r\n")))
            found.append(Reply(Kind.THINKING, tagged[2].strip()))
            place = tagged.end()
    found.append(Reply(Kind.ANSWER, body[place:].strip("\r\n")))
    return found
