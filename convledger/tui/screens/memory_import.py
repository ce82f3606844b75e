"""Import of memory: a path typed or pasted, what it is, and afterwards what came in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Label, Static

from convledger.errors import UsageProblem
from convledger.text.display import display_text
from convledger.tui.dropped_paths import typed_path
from convledger.tui.screens.path_dialog import PathDialog, PathSight
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.lines import Line, wrapped
from convledger.tui.widgets.path_line import shown_path
from convledger.tui.widgets.read_lines import ReadLines
from convledger.words import plural

if TYPE_CHECKING:
    from collections.abc import Callable

    from convledger.memory.glancing import MemoryGlance
    from convledger.memory.importing import ImportResult

    Read = Callable[[Path, str, str], None]
    Told = Sequence[tuple[str, ImportResult | str]]

_FORMATS_SHOWN = 4
_MOST = 2_000  # files that are told one by one
_MOST_PARTS = 50  # parts of one that could not be used, likewise


class MemoryImportScreen(PathDialog):
    """Takes in memory from a path; `read` gets it with a format and a scope, "" for neither."""

    HELP = (
        "Files are only read. Each piece becomes a proposed entry, which is in no pack before you "
        "accept it; importing again changes only what changed. The format is found out by name "
        "and content; name it where that fails. The scope is everywhere, project:NAME or "
        "client:NAME."
    )
    TO_TYPE = (
        "A memory file, a folder of notes, or an export: CLAUDE.md, rules, a vault, memories.json, "
        "memory.jsonl, a CSV. It is only read, never written."
    )
    EXAMPLE = "~/vault"
    DEFAULT_CSS = """
    MemoryImportScreen .field { height: 1; padding: 0 1; }
    MemoryImportScreen .field Label { width: 8; color: $muted; }
    MemoryImportScreen #what { padding: 1 1 1 1; }
    """
    CSS = f"""
    {PathDialog.CSS}
    MemoryImportScreen .field Input, MemoryImportScreen .field Input:focus {{
        border: none; height: 1; padding: 0; width: 1fr; background: $surface;
    }}
    MemoryImportScreen .field Input:focus {{ background: $cursor; }}
    """

    def __init__(self, read: Read) -> None:
        super().__init__("Import memory", "⏎ Take it in · tab Next · ↓ Go on with · esc Back")
        self._reads = read

    def more(self) -> list[Widget]:
        """Return the lines for format and scope."""
        fields = (("format", "found out by itself"), ("scope", "everywhere, or project:NAME"))
        return [
            Horizontal(
                Label(name),
                Input(id=name, placeholder=hint, max_length=200, select_on_focus=False),
                classes="field",
            )
            for name, hint in fields
        ]

    def _typed(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value.strip().encode("utf-8", "replace").decode()

    def look_at(self, text: str) -> PathSight:
        """Tell what would be taken in, or why nothing would."""
        from convledger.ingest.choose import completions
        from convledger.memory.glancing import ENDINGS, glance
        from convledger.memory.readers.registry import known_format
        from convledger.memory.words import scope_of

        found = glance(Path(typed_path(text)))
        paths = tuple(completions(typed_path(text), ENDINGS))
        wanted = self._typed("format")
        try:
            scope_of(self._typed("scope"))
            named = known_format(wanted) if wanted else ""
        except UsageProblem as problem:
            words = Content.styled(display_text(str(problem)), "$warning")
            return PathSight(found.path, words, can_be_read=False, paths=paths)
        is_one = found.path.is_file() and not found.problem
        is_good = bool(found.files) and not (is_one and not named and "" in found.formats)
        return PathSight(found.path, _words(found, named, is_good), is_good, paths)

    def read(self, path: Path) -> None:
        """Have it taken in."""
        self.dismiss(None)
        self._reads(path, self._typed("format"), self._typed("scope"))


def _words(found: MemoryGlance, named: str, is_good: bool) -> Content:
    """Return what stands at a path in words."""
    if found.problem:
        return Content.assemble(("○ ", "$muted"), (display_text(found.problem), "$muted"))
    if not found.files:
        return Content.styled("○ a folder without a file that may hold memory", "$muted")
    if not is_good:
        words = "no memory format is known for it: name one in the line “format”"
        return Content.assemble(("? ", "$warning"), (words, "$muted"))
    names = [name for name in found.formats if name] if not named else [named]
    more = f" and {len(names) - _FORMATS_SHOWN} more" if len(names) > _FORMATS_SHOWN else ""
    formats = ", ".join(names[:_FORMATS_SHOWN]) + more or "by their content"
    at_least = "" if found.whole else "more than "
    return Content.assemble(
        ("● ", "$success"), (formats, "bold"),
        (f" · {at_least}{plural(found.files, 'file')} · ", "$muted"),
        ("⏎ takes it in", "bold $accent"),
    )  # fmt: skip


def brought(told: Told) -> str:
    """Return in a line what an import has brought."""
    counts = {"new": 0, "changed": 0, "known already": 0, "gone": 0, "erased before": 0}
    waiting = unread = 0
    for _, result in told:
        if isinstance(result, str):
            unread += 1
            continue
        some = (result.new, result.changed, result.same, result.removed, result.erased)
        for name, count in zip(counts, some, strict=True):
            counts[name] += count
        waiting += result.waiting
        unread += bool(result.rejected)
    words = [f"{count:,} {name}" for name, count in counts.items() if count]
    if waiting:
        words.append(f"{waiting:,} wait for you")
    if unread:
        words.append(f"{plural(unread, 'file')} not read whole")
    return ", ".join(words) or "nothing in it"


class BroughtView(ReadLines):
    """What became of each file."""

    HELP = "Each file with what came in, and what could not be read of it, with its place."

    def __init__(self, told: Told) -> None:
        super().__init__()
        self._told = told

    def laid_out(self, cells: int) -> Sequence[Line]:
        """Return the files as lines, those with trouble first."""
        lines: list[Line] = []
        for path, result in sorted(self._told[:_MOST], key=lambda each: not _is_trouble(each[1])):
            lines += _file_lines(path, result, cells)
        if len(self._told) > _MOST:
            lines.append(Line([(f"… {len(self._told) - _MOST:,} more files", "italic $warning")]))
        return lines or [Line([("There was no file in it that may hold memory.", "$muted")])]


def _is_trouble(result: ImportResult | str) -> bool:
    return isinstance(result, str) or bool(result.rejected)


def _file_lines(path: str, result: ImportResult | str, cells: int) -> Iterator[Line]:
    mark = ("▲ ", "bold $warning") if _is_trouble(result) else ("● ", "$success")
    for parts in wrapped(
        [(shown_path(path), "$foreground")], cells, first=[mark], rest=[("  ", "")]
    ):
        yield Line(parts)
    said = [] if isinstance(result, str) else [(brought([(path, result)]), "$muted")]
    if isinstance(result, str):
        said = [(result, "$warning")]
    else:
        for one in result.rejected[:_MOST_PARTS]:
            where = f"{one.place}: " if one.place else ""
            said.append((f"{where}{one.reason}", "$warning"))
        if len(result.rejected) > _MOST_PARTS:
            said.append((f"and {len(result.rejected) - _MOST_PARTS:,} more", "$warning"))
    for words, style in said:
        blank = [("  ", "")]
        shown = [(display_text(words[:2_000]), style)]
        for parts in wrapped(shown, cells, first=blank, rest=blank):
            yield Line(parts)


class BroughtScreen(Dialog[None]):
    """Tells what an import has brought, file by file."""

    HELP = (
        "What came in is proposed: it is in no pack before you accept it, one by one or in a "
        "review (ctrl+r). `u` takes the import back."
    )
    DEFAULT_CSS = """
    BroughtScreen > #frame { max-width: 100; height: 70%; padding: 1 1; }
    BroughtScreen #sum { width: 100%; height: auto; padding: 0 1; margin: 0 0 1 0; }
    BroughtScreen BroughtView { background: $surface; }
    BroughtScreen.-tiny > #frame { width: 100%; height: 100%; max-height: 100%; padding: 0; }
    """
    AUTO_FOCUS: ClassVar[str] = "BroughtView"

    def __init__(self, told: Told, *, whole: bool) -> None:
        super().__init__("What came in", "↑ ↓ scroll · esc Back")
        self._told, self._whole = told, whole

    def parts(self) -> list[Widget]:
        """Return the sum, and the files."""
        stopped = "" if self._whole else " Stopped before the end; what came in stays."
        news = any(not isinstance(each, str) and each.new for _, each in self._told)
        proposed = " New entries are proposed: ctrl+r reviews them." if news else ""
        said = Content.assemble(
            (f"{plural(len(self._told), 'file')}: {brought(self._told)}.", "bold $foreground"),
            (f"{stopped}{proposed}", "$muted"),
        )
        return [Static(said, id="sum"), BroughtView(self._told)]

    def on_resize(self, event: events.Resize) -> None:
        """Leave out what is only air on a small screen."""
        self.set_class(event.size.height < 28 or event.size.width < 60, "-tiny")
