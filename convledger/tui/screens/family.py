"""The family of a conversation as a tree: what it came from, what came from it, its sub-agents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING, cast

from textual import on
from textual.content import Content
from textual.widget import Widget

from convledger.clock import to_datetime
from convledger.reports.family import Member
from convledger.text.display import clip, display_text
from convledger.tui.amounts import usd
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.rows import Part, RowLine, Rows

if TYPE_CHECKING:
    from convledger.tui.app import ConvledgerApp

_LONGEST = 300  # characters of a title that are looked at
_RELATIONS = {"agent": "sub-agent", "subagent": "sub-agent", "": "first of them"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A conversation to go to, at what a sub-agent said first where one is named."""

    conversation_id: int
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Branch:
    """A member of the tree: the lines to draw before it, and the conversation it belongs to."""

    member: Member
    conversation_id: int
    before: str
    below: str


def branches(top: Member) -> list[Branch]:
    """Return the members of a family from top to bottom, with the lines of the tree."""
    members = list(top.walk())
    found: list[Branch] = []
    conversations: list[int] = []
    is_last: list[bool] = []
    for place, (depth, member) in enumerate(members):
        later = (other for other, _ in members[place + 1 :] if other <= depth)
        is_last[depth:] = [next(later, -1) < depth]
        own = member.id if member.kind == "conversation" else conversations[depth - 1]
        conversations[depth:] = [own]
        above = "".join("   " if last else "│  " for last in is_last[1:depth])
        before = above + ("" if not depth else "└─ " if is_last[depth] else "├─ ")
        below = above + ("" if not depth or is_last[depth] else "│  ")
        below += "" if not depth or not is_last[depth] else "   "
        below += "│  " if member.children else "   "
        found.append(Branch(member, own, before, below))
    return found


class FamilyRows(Rows):
    """A row for each member of a family."""

    DEFAULT_CSS = "FamilyRows { background: $surface; height: auto; max-height: 100%; }"

    def __init__(self, zone: tzinfo) -> None:
        super().__init__()
        self._zone = zone
        self.branches: list[Branch] = []
        self._is_read = False

    def show(self, top: Member) -> None:
        """Show a family, with the cursor on the conversation it was asked for."""
        self.branches = branches(top)
        self._is_read = True
        here = next((at for at, one in enumerate(self.branches) if one.member.is_here), 0)
        self.styles.height = len(self.branches) * self.lines_per_row
        self.renew(cursor=here)

    def count(self) -> int:
        """Return how many members there are."""
        return len(self.branches)

    def empty_lines(self) -> list[str]:
        """Return what is said while the family is being read."""
        return [] if self._is_read else ["Reading …"]

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return title and cost, then what the member is."""
        branch = self.branches[index]
        member = branch.member
        before, below = (_fitting(text, cells // 2) for text in (branch.before, branch.below))
        title = clip(display_text((member.title or member.native)[:_LONGEST]), cells)
        ink = "$secondary" if member.kind == "agent" else "bold $foreground"
        first: list[Part] = [(before, "$muted"), (title, ink)]
        if member.is_here:
            first.insert(1, ("● ", "$success"))
        about = [_RELATIONS.get(member.relation, display_text(member.relation))]
        if member.is_here:
            about.append("you are here")
        about.append(f"{member.messages:,} messages")
        about.append(f"{member.calls:,} calls")
        return [
            RowLine(
                first, [(usd(member.list_pico, estimated=bool(member.estimated_calls)), "$accent")]
            ),
            RowLine(
                [(below, "$muted"), (" · ".join(about), "$muted")],
                [(self._when(member.first_at), "$muted")],
            ),
        ]

    def _when(self, at: int | None) -> str:
        if at is None:
            return ""
        moment = to_datetime(at).astimezone(self._zone)
        return f"{moment.day} {moment:%b %Y %H:%M}"


def _fitting(text: str, cells: int) -> str:
    return text if len(text) <= cells else "…" + text[len(text) - cells + 1 :]


class FamilyScreen(Dialog[Chosen]):
    """Shows the family of a conversation; enter chooses one of it."""

    DEFAULT_CSS = """
    FamilyScreen.-narrow > #frame { width: 100%; padding: 0 1; }
    """

    def __init__(self, conversation_id: int) -> None:
        super().__init__("Family", "⏎ Open · esc Back")
        self._conversation_id = conversation_id

    @property
    def _books(self) -> ConvledgerApp:
        return cast("ConvledgerApp", self.app)

    def parts(self) -> list[Widget]:
        """Return the tree."""
        return [FamilyRows(self._books.zone)]

    def on_mount(self) -> None:
        """Ask for the family."""
        self.query_one(FamilyRows).focus()
        wanted = self._conversation_id
        self._books.ask(("family", id(self)), lambda ledger: ledger.family(wanted), self._show)

    def _show(self, top: Member) -> None:
        if not self.is_attached:
            return
        rows = self.query_one(FamilyRows)
        rows.show(top)
        agents = sum(one.member.kind == "agent" for one in rows.branches)
        others = rows.count() - agents
        words = [f"{others:,} conversations"] if others > 1 else []
        if agents:
            many = "1 sub-agent, its" if agents == 1 else f"{agents:,} sub-agents, their"
            words.append(f"{many} cost within the conversation's")
        frame = self.query_one("#frame")
        frame.border_title = Content("Family" if words else "Family · no forks and no sub-agents")
        frame.border_subtitle = Content(" · ".join([*words, "⏎ Open · esc Back"]))

    @on(Rows.Opened)
    def _choose(self, event: Rows.Opened) -> None:
        branch = self.query_one(FamilyRows).branches[event.index]
        agent = branch.member.native if branch.member.kind == "agent" else ""
        self.dismiss(Chosen(branch.conversation_id, agent))
