"""Takes a conversation apart into its messages, however deep they are nested in one another.

A long conversation that was exported as a tree nests deeper than JSON decoders go.
"""

from __future__ import annotations

import re

from msgspec import Struct, field

_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]', re.DOTALL)
LISTS = ("messages", "messagesTree", "children")  # keys of lists of messages
_LISTS = frozenset(f'"{name}"'.encode() for name in LISTS)
_OPENS = re.compile(rb"\s*:\s*\[")


class Nested(Struct):
    """An object without what is nested in it; `parent` is the number of the one around it."""

    offset: int
    parent: int
    depth: int
    spans: list[bytes] = field(default_factory=list)
    whole: bool = False
    begun: int = 0

    @property
    def data(self) -> bytes:
        """Its bytes; one that the file ends in is closed."""
        return b"".join(self.spans) + (b"" if self.whole else b"}")


def taken_apart(data: bytes) -> list[Nested]:
    """Return the conversation, and behind it its messages as they stand in the file."""
    found: list[Nested] = []
    inside: list[int] = []  # the objects around the place that is looked at
    lists: list[int] = []  # depths of the lists of messages around it
    depth = 0
    for token in _TOKEN.finditer(data):
        mark = token[0]
        place = token.end()
        if mark == b"{":
            depth += 1
            if not found or (lists and depth == lists[-1] + 1):
                parent = inside[-1] if inside else -1
                inside.append(len(found))
                found.append(Nested(token.start(), parent, depth, begun=token.start()))
        elif mark == b"[":
            depth += 1
        elif mark == b"}":
            depth -= 1
            if inside and found[inside[-1]].depth == depth + 1:
                closed = found[inside.pop()]
                closed.spans.append(data[closed.begun : place])
                closed.whole = True
                if not inside:
                    break
        elif mark == b"]":
            if lists and lists[-1] == depth:
                lists.pop()
                found[inside[-1]].begun = token.start()
            depth -= 1
        elif (
            mark in _LISTS
            and inside
            and found[inside[-1]].depth == depth
            and (opens := _OPENS.match(data, place))
        ):
            around = found[inside[-1]]
            around.spans.append(data[around.begun : opens.end()])
            around.begun = len(data)
            lists.append(depth + 1)
    for number in inside:  # the file ends within
        cut = found[number]
        rest = data[cut.begun :]
        cut.spans.append(rest if rest else b"]")
    return found
