"""The first line of an entry: who speaks, what it is about while folded, what it cost."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import tzinfo

from convledger.money import usd_display
from convledger.reports.reading import Head
from convledger.reports.render.wording import PLACES
from convledger.reports.thread import (
    BRANCH,
    ERROR,
    HIDDEN,
    INHERITED,
    PERSON,
    ROLLED_BACK,
    SIDECHAIN,
    CallLine,
)
from convledger.text.display import clip, display_text
from convledger.tui.amounts import size, tokens_known, usd
from convledger.tui.widgets import remembered
from convledger.tui.widgets.blocks import arguments_of
from convledger.tui.widgets.lines import Part, row
from convledger.tui.widgets.script import Script, minute_text

BEGINNING = 3_000  # characters of a text that a folded entry needs
OPENED = ("prompt", "answer")  # by themselves; all else is folded to a line
COLOURS = {
    "prompt": "$primary",
    "answer": "$success",
    "thinking": "$series-3",
    "tool_call": "$series-2",
    "tool_result": "$muted",
    "note": "$secondary",
    "attachment": "$muted",
    "call": "$muted",
}
_NOTES = {
    "compact_boundary": "context compacted",
    "summary": "summary",
    "rolled_back": "taken back",
}
_PLAIN = {"prompt": "you", "tool_call": "tool", "tool_result": "result"}
_TELLING = (
    *("command", "cmd", "file_path", "notebook_path", "path", "pattern", "query", "url"),
    *("description", "subject", "message", "prompt", "skill", "input"),
)
_STRING = re.compile(r'"\w+"\s*:\s*"((?:[^"\\]|\\.)*+)')
_EXIT = re.compile(r"Process exited with code (\d{1,9})")
_OUTPUT = "\nOutput:\n"
_NAME = 40  # cells of a name
_NARROW, _WIDE = 60, 90


@dataclass(frozen=True, slots=True)
class Look:
    """What entries are laid out for: a number of cells, and a zone for their time."""

    cells: int
    zone: tzinfo


def bar_of(head: Head) -> Part:
    """Return the bar beside the text of an entry: broken where it is not of this thread."""
    sign = "┆ " if head.flags & (INHERITED | ROLLED_BACK | BRANCH) else "▎ "
    return sign, "$error" if head.flags & ERROR else COLOURS.get(head.kind, "$muted")


def indent_of(head: Head) -> int:
    """Return by how many cells an entry stands in: what sub-agents say does."""
    return 2 if head.agent or head.flags & SIDECHAIN else 0


def header(
    script: Script, index: int, look: Look, *, is_open: bool, beginning: str | None, sign: str = ""
) -> list[Part]:
    """Return the first line of an entry; `beginning` is that of its text, None if not yet read."""
    head = script.heads[index]
    left: list[Part] = [(" " * indent_of(head), "")]
    if not (is_open and head.kind in OPENED):
        left.append((f"{sign or ('▾' if is_open else '▸' if head.length else '·')} ", "$muted"))
    weight = "" if head.kind == "call" else "bold "
    left.append((_name(script, index), weight + COLOURS.get(head.kind, "$muted")))
    left += _labels(script, index, is_open=is_open)
    if is_open:
        beside = [_figures(head.call), minute_text(head.at, look.zone)]
        left.append(("  " + " · ".join(filter(None, beside)), "$muted"))
    elif beginning:
        left.append(("  " + clip(summary(head, beginning, script.project), look.cells), _ink(head)))
    outline = script.outline
    about = outline.estimated_from is not None and outline.estimated_from <= index
    so_far = usd(outline.cumulative[index], estimated=about)
    if outline.total_pico is None:
        so_far = usd(None)
    return row(left, _right(head, look.cells, so_far, is_open=is_open), look.cells)


def _right(head: Head, cells: int, so_far: str, *, is_open: bool) -> list[Part]:
    """Return the columns at the right: size and figures of a folded entry, the cost by then."""
    call = head.call
    if cells < _NARROW:
        return [(f"  {_cost(call)}", "$muted")] if call is not None and not is_open else []
    right: list[Part] = []
    if not is_open:
        length = size(head.length) if head.length else ""
        figures = _figures(call)
        if cells >= _WIDE:
            right.append((f"  {length:>7}  {figures:>20}", "$muted"))
        else:
            right.append((f"  {figures or length}", "$muted"))
    right.append(((so_far if call is not None else "").rjust(10), "$accent"))
    return right


def _name(script: Script, index: int) -> str:
    """Return who speaks, or which tool it is."""
    head = script.heads[index]
    if head.kind == "prompt":
        return "task" if indent_of(head) else "you"
    if head.kind == "answer" and head.flags & PERSON:
        return name_of_person(head)
    if head.kind == "answer":
        return clip(display_text(script.model(index)), _NAME) or "answer"
    name = clip(display_text(head.name), _NAME)
    if head.kind == "call":
        return f"{name} call"
    if head.kind == "note":
        return _NOTES.get(head.name, name) or "note"
    return name or _PLAIN.get(head.kind, head.kind)


def name_of_person(head: Head) -> str:
    """Return who of the people behind a support desk has answered."""
    return clip(display_text(head.name), _NAME) or "person"


def _labels(script: Script, index: int, *, is_open: bool) -> list[Part]:
    """Return what is special about an entry, each with a sign or in words."""
    head = script.heads[index]
    labels: list[Part] = []
    kept = script.kept.get(head.id)
    if kept:
        labels.append((f"  {remembered.name_of(kept)}", remembered.INK))
    if head.flags & ERROR:
        labels.append(("  × failed", "$error"))
    if head.flags & ROLLED_BACK:
        labels.append(("  ↶ taken back", "$warning"))
    if head.flags & INHERITED:
        labels.append(("  ↳ from the parent" if is_open else "  ↳", "$muted"))
    if head.flags & HIDDEN:
        labels.append(("  ○ hidden", "$muted"))
    if indent_of(head) and (is_open or _begins_agent(script, index)):
        agent = clip(display_text(head.agent_name or head.agent), _NAME)
        labels.append((f"  agent {agent}".rstrip(), "$secondary"))
    if head.flags & BRANCH and index not in script.branches:
        labels.append(("  another branch", "$warning"))
    if index in script.branches:
        labels.append(("  branch {} of {}".format(*script.branches[index]), "$warning"))
    return labels


def _begins_agent(script: Script, index: int) -> bool:
    head = script.heads[index]
    before = script.heads[index - 1] if index else None
    return before is None or (before.agent, indent_of(before)) != (head.agent, indent_of(head))


def _figures(call: CallLine | None) -> str:
    if call is None:
        return ""
    number = call.context + call.output
    if not number and call.lacks_tokens:
        return _cost(call)
    return f"{tokens_known(number, counted=call.lacks_tokens, lacking=False)} tok · {_cost(call)}"


def _cost(call: CallLine) -> str:
    if call.list_pico is None:
        return "– no tokens" if call.lacks_tokens and not call.context else "– no price"
    return usd_display(call.list_pico, PLACES, estimated=call.estimated)


def _ink(head: Head) -> str:
    if head.kind == "thinking":
        return "italic $muted"
    return "$foreground" if head.kind in (*OPENED, "tool_call") else "$muted"


def summary(head: Head, beginning: str, project: str = "") -> str:
    """Return in one line what a text is about, from its beginning."""
    text = beginning[:BEGINNING]
    if head.kind == "tool_call":
        return display_text(_asked(text, project))
    if head.kind == "note" and head.name == "rolled_back":
        return "the turn before" if text in ("", "1") else f"the {display_text(text)} turns before"
    if head.kind == "tool_result":
        code = _EXIT.search(text[:200])
        _, output, rest = text.partition(_OUTPUT)
        text = rest if code and output else text
        if code and code[1] != "0":
            text = f"exit {code[1]}  {_first_line(text)}"
    return display_text(_first_line(text))


def _first_line(text: str) -> str:
    return text.strip().split("\n", 1)[0].replace("\t", " ").rstrip()


def _asked(text: str, project: str) -> str:
    """Return what says most about a tool call: the command, the file, the pattern."""
    arguments = arguments_of(text)
    if arguments is None:
        found = _STRING.search(text) if text.lstrip().startswith("{") else None
        return _first_line(found[1].replace("\\n", "\n") if found else text)
    name = next((one for one in _TELLING if arguments.get(one)), next(iter(arguments)))
    value = arguments[name]
    if isinstance(value, list):
        value = " ".join(map(str, value))
    said = _first_line(str(value))
    if project and name.endswith("path"):
        said = said.removeprefix(project.rstrip("/") + "/")
    return said
