"""The list of conversations: any number of ids, of which only those in sight have their lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from convledger.text.display import display_text
from convledger.tui.amounts import ago, tokens_known, usd
from convledger.tui.widgets.paged_rows import PagedRows
from convledger.tui.widgets.rows import Part, RowLine

if TYPE_CHECKING:
    from convledger.reports.listing import ConversationLine

ROOMY = 84  # cells from which a row shows calls and tokens besides
_RELEASED = re.compile(r"[-@]20\d{6}(?=$|-)")
LABELS = ("client", "kind", "outcome", "tag")


class ConversationRows(PagedRows["ConversationLine"]):
    """Conversations by their ids, two lines each; lines come in pages and are kept for a while."""

    HELP = (
        "Title and list cost, then where it was held and how long ago the last message is. "
        "✓ marks a row, ~ an estimate, – a cost without any known price, # a label."
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.sorted_by = "last"

    def lines_of(
        self, line: ConversationLine, cells: int, *, is_marked: bool, is_current: bool
    ) -> list[RowLine]:
        """Return title and cost, then origin and age."""
        mark: Part = ("✓ ", "bold $success") if is_marked else ("  ", "")
        title = display_text(line.title) or "Untitled"
        weight = "bold " if is_current else ""
        return [
            RowLine([mark, (title, f"{weight}$foreground")], [_cost(line)]),
            RowLine(_origin(line), [(self._figures(line, cells), "$muted")]),
        ]

    def _figures(self, line: ConversationLine, cells: int) -> str:
        parts = []
        if line.unpriced_calls and line.list_pico is not None:
            parts.append(f"{line.unpriced_calls:,} unpriced")
        if cells >= ROOMY or self.sorted_by == "calls":
            parts.append(f"{line.calls:,} {'call' if line.calls == 1 else 'calls'}")
        if cells >= ROOMY or self.sorted_by == "tokens":
            parts.append(
                f"{tokens_known(line.tokens, counted=line.counted, lacking=line.lacking)} tok"
            )
        if self.sorted_by == "started":
            parts.append(f"begun {self._age(line.first_at)}")
        else:
            parts.append(self._age(line.last_at))
        return " · ".join(parts)

    def _age(self, instant: int | None) -> str:
        return "–" if instant is None else ago(self.now - instant)


def _cost(line: ConversationLine) -> Part:
    style = "$muted" if line.list_pico is None else "$accent"
    return usd(line.list_pico, estimated=bool(line.estimated_calls)), style


def _origin(line: ConversationLine) -> list[Part]:
    """Return relation, source, models, the project by its name or folder, and the labels."""
    models = model_name(line.models[0]) if line.models else ""
    if len(line.models) > 1:
        models += f" +{len(line.models) - 1}"
    parts = (line.relation, line.source, models, project_end(project_of(line)))
    words = " · ".join(display_text(part) for part in parts if part)
    labels = "".join(f" #{display_text(value)}" for name in LABELS for value in line.standing(name))
    return [(f"  {words}", "$muted"), (labels, "$primary")]


def model_name(model: str) -> str:
    """Return a model's name without the day of its release."""
    return _RELEASED.sub("", model)


def project_of(line: ConversationLine) -> str:
    """Return what a conversation counts for: the project that was named, else its folder."""
    return next(iter(line.labels.get("project", ())), line.project)


def project_end(path: str) -> str:
    """Return the last part of a project's path, by either slash."""
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2] or path
