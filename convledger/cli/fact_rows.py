"""Facts as a name and words on each line, folded where a terminal is too narrow for them."""

from __future__ import annotations

from collections.abc import Iterable

from convledger.cli import streams
from convledger.cli.wrapping import wrapped
from convledger.text.display import clip, display_text
from convledger.text.display import width as cells_of

WIDEST_NAME, NARROWEST = 40, 24


def say_facts(rows: Iterable[tuple[str, str]], *, indent: str = "") -> None:
    """Write names dim and aligned, words beside them; foreign text is made harmless."""
    facts = [(clip(display_text(name), WIDEST_NAME), words) for name, words in rows]
    room = max((cells_of(name) for name, _ in facts), default=0)
    wide = streams.table_width()
    for name, words in facts:
        lines = [display_text(words)]
        if wide is not None:
            left = max(wide - room - len(indent) - 2, NARROWEST)
            lines = list(wrapped(words, left)) or [""]
        pad = " " * (room - cells_of(name))
        streams.say(f"{indent}{streams.dim(name)}{pad}  {lines[0]}".rstrip())
        for line in lines[1:]:
            streams.say(f"{indent}{' ' * room}  {line}")
