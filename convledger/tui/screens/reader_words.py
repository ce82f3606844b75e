"""What the reader says about a conversation: its title, what it comes to, what was copied."""

from __future__ import annotations

from textual.content import Content

from convledger.reports.listing import ConversationLine
from convledger.text.display import clip, display_text
from convledger.tui.amounts import size, tokens_known, usd

_LONGEST = 400  # characters of a title that can be in sight
_PLACE = 40  # cells of a project's name
_KINDS = {"tool_call": "tool call", "tool_result": "result"}


def title_words(line: ConversationLine | None) -> str:
    """Return the title of a conversation for the screen."""
    return display_text(line.title if line else "")[:_LONGEST] or "Untitled"


def count_words(
    line: ConversationLine | None, messages: int | None, *, hidden: bool, room: int
) -> Content:
    """Return what a conversation comes to: as much of it as fits into `room` cells.

    Without a number of `messages` they are being read still.
    """
    if line is None:
        return Content("no longer in the ledger")
    cost = usd(line.list_pico, estimated=bool(line.estimated_calls))
    many = "message" if messages == 1 else "messages"
    parts = [
        Content("Reading …" if messages is None else f"{messages:,} {many}"),
        Content(f"{tokens_known(line.tokens, counted=line.counted, lacking=line.lacking)} tok"),
        Content.styled(cost, "bold $accent"),
    ]
    if line.unpriced_calls:
        parts.append(Content(f"{line.unpriced_calls:,} of {line.calls:,} calls unpriced"))
    if hidden:
        parts.append(Content("hidden shown"))
    parts.append(Content(display_text(line.source)))
    place = line.project.rstrip("/\\").replace("\\", "/").rpartition("/")[2]
    if place:
        parts.append(Content(clip(display_text(place)[:_LONGEST], _PLACE)))
    while len(parts) > 1:
        words = Content(" · ").join(parts)
        if words.cell_length <= room:
            return words
        parts.pop()
    return parts[0]


def copied_words(kind: str, taken: int, length: int) -> str:
    """Return what of an entry of `length` bytes was copied."""
    name = _KINDS.get(kind, kind)
    if taken >= length:
        return f"Copied the {name}: {size(taken)}."
    return f"Copied the {name}: the first {size(taken)} of {size(length)}; e exports all of it."
