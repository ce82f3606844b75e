"""What stands around the panels of Sources: titles, counts, and the tabs of a small screen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from convledger.tui.widgets.path_line import shown_path
from convledger.tui.widgets.source_rows import title_of
from convledger.tui.widgets.tab_strip import Tab

if TYPE_CHECKING:
    from convledger.reports.sources import RejectedLine, SourceLine, UnpricedModel

NAMES = {  # of each panel by its id, and a short one
    "sources-panel": ("Sources", "Src"),
    "files-panel": ("Files", "Files"),
    "rejected-panel": ("Rejected lines", "Rej"),
    "unpriced-panel": ("No price", "Price"),
}
WORRIES = ("rejected-panel", "unpriced-panel")
SourceKey = tuple[str, str]  # reader and root


@dataclass(frozen=True, slots=True)
class Overview:
    """The sources, and what in them asks for a person; `rejected` may be of one file alone."""

    sources: list[SourceLine]
    rejected: list[RejectedLine]
    unpriced: list[UnpricedModel]

    @property
    def rejected_lines(self) -> int:
        """How many lines of all sources were rejected."""
        return sum(one.rejected for one in self.sources)


def panel_titles(source: SourceKey | None, file: str | None, *, folded: bool) -> dict[str, str]:
    """Return the titles; `folded` ones say which panel of how many it is."""
    titles = {panel: name for panel, (name, _) in NAMES.items()}
    if source is not None:
        titles["files-panel"] = f"Files · {title_of(source[0])} {shown_path(source[1])}"
    if file is not None:
        titles["rejected-panel"] = f"Rejected lines · {PurePath(file).name}"
    if not folded:
        return titles
    places = enumerate(titles.items(), 1)
    return {panel: f"{title} · {place} of {len(titles)}" for place, (panel, title) in places}


def panel_counts(
    found: Overview, files: int, source: SourceKey | None, file: str | None
) -> dict[str, str]:
    """Return what stands at the lower right of each panel; `files` is how many are listed."""
    key = "⏎ its files alone" if source is None else "⏎ all files again"
    shown, rejected = len(found.rejected), found.rejected_lines
    lines = counted(rejected, "line") if rejected else ""
    if file is not None:
        lines = f"{shown:,} of {rejected:,} · ⏎ on the file: all"
    elif shown < rejected:
        lines = f"the first {shown:,} of {rejected:,}"
    return {
        "sources-panel": f"{counted(len(found.sources), 'source')} · {key}",
        "files-panel": counted(files, "file"),
        "rejected-panel": lines,
        "unpriced-panel": "p Set price · a Alias" if found.unpriced else "",
    }


def panel_tabs(found: Overview | None, files: int) -> tuple[Tab, ...]:
    """Return a tab for each panel, with how much is in it once that is known."""
    counts: dict[str, int] = {}
    if found is not None:
        held = (len(found.sources), files, found.rejected_lines, len(found.unpriced))
        counts = dict(zip(NAMES, held, strict=True))
    return tuple(
        Tab(panel, name, short, counts.get(panel), worries=panel in WORRIES)
        for panel, (name, short) in NAMES.items()
    )


def counted(count: int, name: str) -> str:
    """Return a count with what is counted: "1 file", "12 files"."""
    return f"{count:,} {name if count == 1 else name + 's'}"
