"""What the list of conversations says about itself: its order, its counts, why it is empty."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING

from textual.content import Content

from convledger.text.display import clip
from convledger.tui.amounts import usd
from convledger.tui.widgets.filter_line import filter_words

if TYPE_CHECKING:
    from convledger.reports.listing import ListQuery, Totals

SORTS = {
    "last": "last message",
    "cost": "list cost",
    "tokens": "tokens",
    "calls": "calls",
    "title": "title",
    "project": "project",
    "started": "start",
}
RISING = ("title", "project")  # orders that begin with the least


def next_sort(sort: str) -> str:
    """Return the order that comes after another one."""
    names = list(SORTS)
    return names[(names.index(sort) + 1) % len(names)] if sort in SORTS else names[0]


def title_words(query: ListQuery) -> str:
    """Return the list's title: what it is sorted by, and which way."""
    return f"Conversations by {SORTS[query.sort]} {'↑' if query.ascending else '↓'}"


def count_words(count: int, marked: int, totals: Totals | None, cells: int) -> Content:
    """Return how many match and are marked, their cost, and how much of it is unpriced.

    Of several ways to say it the longest that fits into `cells`.
    """
    many = "conversation" if count == 1 else "conversations"
    long, short = f"{count:,} {many}", f"{count:,}"
    forms = [
        _counts(" marked", marked, long, totals, " of {:,} calls unpriced"),
        _counts(" marked", marked, long, totals, " unpriced"),
        _counts(" marked", marked, short, totals, " unpriced"),
        _counts("", marked, short, totals, " unpriced"),
    ]
    return next((form for form in forms if form.cell_length <= cells), forms[-1])


def _counts(
    marked_words: str, marked: int, count: str, totals: Totals | None, unpriced: str
) -> Content:
    parts = [Content.styled(f"✓ {marked:,}{marked_words}", "bold $success")] if marked else []
    parts.append(Content(count))
    if totals is None:
        parts.append(Content("…"))
    else:
        parts.append(
            Content.styled(
                usd(totals.list_pico, estimated=bool(totals.estimated_calls)), "bold $accent"
            )
        )
        if totals.unpriced_calls:
            words = unpriced.format(totals.calls)
            parts.append(Content(f"{totals.unpriced_calls:,}{words}"))
    return Content(" · ").join(parts)


def empty_words(query: ListQuery, zone: tzinfo, state: str) -> list[str]:
    """Return why nothing is listed and what to do; `state` is the feeder's."""
    if query.text or filter_words(query, zone):
        return ["No conversation matches.", "x clears all filters."]
    if state in ("looking", "reading"):
        return ["No conversation yet.", "The logs are being read; what they hold comes up here."]
    return [
        "No conversation yet.",
        "8 shows where they come from,",
        "and i there reads a file or folder.",
    ]


def chips(query: ListQuery, zone: tzinfo, cells: int) -> Content | None:
    """Return the filters but for the text in words, and how to drop them; None without any."""
    words = filter_words(query, zone)
    if not words:
        return None
    hint = Content.assemble((" · ", "$muted"), ("x", "bold $accent"), (" clears", "$muted"))
    shown = clip(" · ".join(words), max(1, cells - hint.cell_length))
    return Content.styled(shown, "bold $foreground") + hint
