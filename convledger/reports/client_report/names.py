"""What conversations, projects and users are called in a report that leaves the house."""

from __future__ import annotations

from convledger.economics.conversation_costs import NONE, Talk
from convledger.reports.client_report.asked import ANONYMOUS, TITLED
from convledger.reports.client_report.facts import ClientReport
from convledger.reports.render.wording import short_id
from convledger.text.display import clip, display_text
from convledger.text.path_ends import last_parts

LONGEST = 80  # cells of a name
PERSONAL = ("project", "user")  # segments that are only numbered in an anonymous report


class Names:
    """Names made short, harmless and, where that is asked for, anonymous.

    A project is called by the last part of its path, by more of it only where that is what tells
    two of them apart: where somebody keeps their work is nobody else's business.
    """

    def __init__(self, report: ClientReport) -> None:
        self._shown = report.query.shown
        self._projects: dict[str, str] = {}
        self._numbers: dict[tuple[str, str], int] = {}
        order = {
            name: [row.keys[by.index(name)] for row in rows if row.keys[by.index(name)] != NONE]
            for by, rows in report.groups.items()
            for name in by
        }
        self._projects = last_parts(order.get("project", []))
        for segment in PERSONAL:
            for value in dict.fromkeys(order.get(segment, [])):
                self._numbers[segment, value] = 1 + sum(
                    known == segment for known, _ in self._numbers
                )

    def segment(self, name: str, value: str) -> str:
        """Return the value of a segment."""
        if value in ("", NONE):
            return NONE
        if self._shown == ANONYMOUS and name in PERSONAL:
            return f"{name} {self._numbers.get((name, value), 0)}"
        return safe(self._projects.get(value, value) if name == "project" else value)

    def conversation(self, talk: Talk, rank: int) -> str:
        """Return what a conversation is called, the `rank`th in its table."""
        if self._shown == ANONYMOUS:
            return f"conversation {rank}"
        native = safe(short_id(talk.name.partition(":")[2]))
        if self._shown != TITLED:
            return native
        from convledger.text.secrets import veiled

        return safe(veiled(talk.title)) or f"Untitled, {native}"


def safe(text: str, longest: int = LONGEST) -> str:
    """Return foreign text on one line, what could act in it made visible, and not too long."""
    return clip(display_text(text[: 4 * longest].strip()), longest)
