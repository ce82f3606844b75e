"""What an import says: what was found before it is read, and afterwards what came in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from textual.content import Content

from convledger.text.display import display_text, width
from convledger.tui.amounts import size
from convledger.tui.widgets.path_line import ending, shown_path
from convledger.words import plural

if TYPE_CHECKING:
    from convledger.ingest.front_door import Holding
    from convledger.ingest.result import SyncResult

_PROBLEMS = 3  # files that can't be read, named for each finding
_ASIDE = 4  # files that are left aside, named
_PATH = 60  # cells of a path in the middle of other words
_COUNT = 11


def finding_lines(found: Sequence[Holding], most: int | None = None) -> list[Content]:
    """Return a line for each source: title, kind, files and bytes; files with trouble below."""
    merged = by_source(found)
    shown = merged if most is None else merged[:most]
    titles = max((width(each.title) for each in shown), default=0)
    kinds = max((width(each.kind) for each in shown), default=0)
    lines: list[Content] = []
    for each in shown:
        mark, style = ("● ", "$success") if each.files else ("✕ ", "$error")
        lines.append(
            Content.assemble(
                (mark, style), (f"{each.title:<{titles}}  ", "bold $foreground"),
                (f"{each.kind:<{kinds}}  ", "$muted"),
                (f"{plural(each.files, 'file')}, {size(each.bytes)}", "$foreground"),
            )
        )  # fmt: skip
        lines += [problem_line(Path(path), why) for path, why in each.problems[:_PROBLEMS]]
        if len(each.problems) > _PROBLEMS:
            more = plural(len(each.problems) - _PROBLEMS, "more file")
            lines.append(Content.styled(f"  {more} can't be read", "$error"))
    return lines


def by_source(found: Sequence[Holding]) -> list[Holding]:
    """Return one finding for each source, where several paths hold something of it."""
    merged: dict[str, Holding] = {}
    for each in found:
        before = merged.get(each.source)
        if before is not None:
            each = replace(
                before,
                files=before.files + each.files,
                bytes=before.bytes + each.bytes,
                problems=before.problems + each.problems,
            )
        merged[each.source] = each
    return list(merged.values())


def problem_line(path: Path, reason: str) -> Content:
    """Return a path with the reason why nothing is read of it."""
    return Content.assemble(
        ("○ ", "$warning"), (f"{ending(shown_path(str(path)), _PATH)}: ", "$foreground"),
        (display_text(reason), "$muted"),
    )  # fmt: skip


def aside_lines(aside: Sequence[tuple[str, str]]) -> list[Content]:
    """Return the files of folders that seem to be exports and are not read, with why."""
    lines = [problem_line(Path(path), reason) for path, reason in aside[:_ASIDE]]
    if len(aside) > _ASIDE:
        more = plural(len(aside) - _ASIDE, "more file")
        lines.append(Content.styled(f"  and {more}", "$muted"))
    return [Content.styled("Left aside", "$muted"), *lines] if lines else []


def brought_lines(came: SyncResult) -> list[Content]:
    """Return what an import has brought, a line for each thing that is counted."""
    known = came.conversations - came.new_conversations
    counts = [
        (came.conversations, "conversation", f"{known:,} of them known before" if known else ""),
        (came.messages, "message", _known(came.known_messages)),
        (came.calls, "call", _known(came.known_calls)),
        (came.estimated, "estimate", "~ calls, counted from their texts"),
        (came.rejected, "rejected line", "r shows them: where, and why"),
    ]
    lines = [
        Content.assemble(
            (
                f"{count:>{_COUNT},} ",
                "bold $warning" if name == "rejected line" else "bold $accent",
            ),
            (f"{plural(count, name).split(' ', 1)[1]:<15}", "$foreground"),
            (f"  {more}" if more else "", "$muted"),
        )
        for count, name, more in counts
        if count or (more and name in ("message", "call"))
    ]
    lines += [problem_line(Path(path), reason) for path, reason in came.unreadable[:_PROBLEMS]]
    if len(came.unreadable) > _PROBLEMS:
        more = plural(len(came.unreadable) - _PROBLEMS, "more file")
        lines.append(Content.styled(f"  {more} can't be read: Sources names them", "$warning"))
    if not (came.calls or came.messages or came.rejected or came.unreadable):
        words = "Nothing new: all of it is in the ledger." if came.files or came.scans else ""
        lines.insert(0, Content.styled(words or "Nothing new.", "$foreground"))
    if came.pending_files:
        words = f"{plural(came.pending_files, 'file')} to store and index still"
        lines.append(
            Content.styled(f"{'':>{_COUNT}} {words} ({size(came.pending_bytes)})", "$muted")
        )
    return lines


def brought(came: SyncResult) -> str:
    """Return what an import has brought in a line."""
    if came.busy:
        return "another convledger is reading into these books, and reads this too."
    counts = [
        (came.conversations, "conversation"),
        (came.calls, "call"),
        (came.messages, "message"),
        (came.rejected, "rejected line"),
    ]
    words = [plural(count, name) for count, name in counts if count]
    if came.known_messages:
        words.append(f"{came.known_messages:,} messages known already")
    if came.estimated:
        words.append(f"~ tokens of {came.estimated:,} calls counted from their texts")
    if came.unreadable:
        path, reason = came.unreadable[0]
        words.append(f"{len(came.unreadable):,} not readable ({Path(path).name}: {reason})")
    stopped = " Stopped before the end; what was read is kept." if came.stopped else ""
    return f"{', '.join(words) or 'nothing new, all of it is in the ledger'}.{stopped}"


def _known(count: int) -> str:
    return f"{count:,} more known already" if count else ""
