"""The sources in a list: each reader with its root, its files, and what waits to be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from convledger.sources.places import Kind
from convledger.sources.registry import PLACES
from convledger.text.display import display_text
from convledger.tui.amounts import ago, size
from convledger.tui.widgets.path_line import cells_of, path_line, roomiest, shown_path
from convledger.tui.widgets.rows import Part, RowLine, Rows
from convledger.words import plural

if TYPE_CHECKING:
    from convledger.reports.sources import SourceLine

_WIDE = 68  # cells from which there is room for conversations beside calls


class SourceRows(Rows):
    """Two lines a source. `now` returns UTC microseconds."""

    HELP = (
        "Each source is a tool and the folder or file that is read of it, by kind: agents, chat "
        "exports, API logs, support platforms, tables. Below stand its files (● still "
        "there, ○ gone but kept in the ledger, ✕ unreadable), lines that could not be used (△), "
        "and how many bytes wait to be read. Enter shows the files of one source alone, and all "
        "again; m says what the manual knows of it, d what lies on this machine and is not read. o "
        "leaves a source out: nothing new is read of it, what was read stays, and o takes it in."
    )

    def __init__(self, now: Callable[[], int], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._now = now
        self._sources: list[SourceLine] = []
        self._chosen: tuple[str, str] | None = None

    @property
    def sources(self) -> list[SourceLine]:
        """The sources shown."""
        return self._sources

    def show(self, sources: list[SourceLine]) -> None:
        """Show other sources, or other figures of the same."""
        self._sources = sorted(sources, key=_order)
        self.renew()

    def choose(self, chosen: tuple[str, str] | None) -> None:
        """Mark the source (reader and root) whose files are shown alone."""
        self._chosen = chosen
        self.refresh()

    def count(self) -> int:
        """Return how many sources there are."""
        return len(self._sources)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return reader, root and what it holds, then its files and what waits."""
        source = self._sources[index]
        is_chosen = self._chosen == (source.source, source.root)
        before: list[Part] = [("▸ " if is_chosen else "  ", "bold $accent")]
        before.append((f"{display_text(title_of(source.source))}  ", "bold $foreground"))
        kind = self._kind_at(index)
        if kind and cells >= _WIDE:
            before.append((f"{kind}  ", "$secondary"))
        conversations = _counted(source.conversations, "conversation")
        calls = _counted(source.calls, "call")
        held: list[Part] = [(calls, "$foreground")]
        if cells >= _WIDE:
            held.insert(0, (f"{conversations} · ", "$muted"))
        first = path_line(cells, before, (shown_path(source.root), "$muted"), [], held)
        read = self._read(source)
        files = roomiest(cells - cells_of(read) - 6, _files(source), _marks(source))
        return [first, RowLine([("  ", ""), *files], read)]

    def _kind_at(self, index: int) -> str:
        """Return what a source is, where it is the first of its kind."""
        kind = kind_of(self._sources[index].source)
        before = kind_of(self._sources[index - 1].source) if index else ""
        return kind if kind != before else ""

    def _read(self, source: SourceLine) -> list[Part]:
        if source.left_out:
            return [("left out", "$warning"), (" · o reads it again", "$muted")]
        at = source.last_read_at
        age = ago(max(0, self._now() - at)) if at else "never"  # clocks can be set back
        if source.waiting:
            return [(f"{size(source.waiting)} waiting", "$accent"), (f" · {age}", "$muted")]
        if source.files_to_index:
            words = f"{plural(source.files_to_index, 'file')} to store and index still"
            return [(words, "$accent"), (f" · {age}", "$muted")]
        return [(f"all read · {age}", "$muted")]

    def empty_lines(self) -> list[str]:
        """Return what to do where nothing is read yet."""
        return ["No source yet.", "r looks at all folders, i imports a path."]


def title_of(source: str) -> str:
    """Return what people call a source."""
    place = PLACES.get(source)
    return place.TITLE if place is not None else source


def kind_of(source: str) -> str:
    """Return what a source is: an agent, a chat export, an API log and so on."""
    place = PLACES.get(source)
    return place.KIND.value if place is not None else ""


def _order(source: SourceLine) -> tuple[int, str, str]:
    kinds = [kind.value for kind in Kind]
    kind = kind_of(source.source)
    place = kinds.index(kind) if kind in kinds else len(kinds)
    return place, title_of(source.source).casefold(), source.root


def _files(source: SourceLine) -> list[Part]:
    """Return the states of the files in words."""
    parts: list[Part] = []
    for mark, count, word, style in _states(source):
        parts += [(f"{mark} ", style), (f"{count:,} {word}", "$muted"), (" · ", "$muted")]
    parts.append((size(source.bytes), "$muted"))
    return parts


def _marks(source: SourceLine) -> list[Part]:
    """Return the states of the files where there is little room."""
    parts: list[Part] = []
    for mark, count, _, style in _states(source):
        parts += [(f"{mark} ", style), (f"{count:,} ", "$muted")]
    return parts


def _states(source: SourceLine) -> list[tuple[str, int, str, str]]:
    states = [
        ("●", source.live, "live", "$success"),
        ("○", source.gone, "gone", "$muted"),
        ("✕", source.unreadable, "unreadable", "$error"),
        ("△", source.rejected, "rejected", "$warning"),
    ]
    return [state for state in states if state[1] or (state[0] == "●" and not source.files)]


def _counted(count: int, name: str) -> str:
    return f"{count:,} {name}" if count == 1 else f"{count:,} {name}s"
