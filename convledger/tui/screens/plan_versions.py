"""The dialog that shows what changed between two versions of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from convledger.clock import to_datetime
from convledger.plans.versions import Change, what_changed
from convledger.text.display import display_text
from convledger.tui.widgets.dialog import Dialog
from convledger.zones import zone_of

if TYPE_CHECKING:
    from convledger.plans.schema import Plan
    from convledger.plans.versions import PlanHistory

_IN_HEADING = ("version", "effective from")
_HOW = (
    "To change the terms from a day on, put a second file with the same id, another version and a "
    "later effective_from into plans/: nothing that was billed before changes."
)


class VersionsScreen(Dialog[None]):
    """Shows each fact that a version changed; left and right go to earlier and later versions."""

    HELP = (
        "What a version of a plan says otherwise than the one before it: the fact, what it was, "
        "and what it is. A plan's versions are files of their own with one id."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "earlier", "Earlier"),
        Binding("right,l", "later", "Later"),
    ]
    DEFAULT_CSS = """
    VersionsScreen > #frame { max-width: 92; }
    VersionsScreen VerticalScroll { height: auto; max-height: 100%; scrollbar-size-vertical: 1; }
    VersionsScreen #changes { width: 100%; height: auto; }
    VersionsScreen.-tiny > #frame { width: 100%; max-height: 100%; padding: 0 1; }
    """
    AUTO_FOCUS: ClassVar[str] = "VerticalScroll"

    def __init__(self, history: PlanHistory) -> None:
        self._plans = history.plans
        self._place = len(history.plans) - 1
        keys = "← → other versions · esc Back" if len(history.plans) > 2 else "esc Back"
        super().__init__(f"Versions of {display_text(history.plans[-1].name)}", keys)

    def parts(self) -> list[Widget]:
        """Return the changes in a frame that scrolls."""
        return [VerticalScroll(Static(id="changes"))]

    def on_mount(self) -> None:
        """Begin with the latest version."""
        self._show()

    def on_resize(self, event: events.Resize) -> None:
        """Leave out what is only air on a small screen."""
        self.set_class(event.size.height < 20 or event.size.width < 60, "-tiny")

    def action_earlier(self) -> None:
        """Show what the version before changed."""
        self._go(max(1, self._place - 1))

    def action_later(self) -> None:
        """Show what the next version changed."""
        self._go(min(len(self._plans) - 1, self._place + 1))

    def _go(self, place: int) -> None:
        if 0 < place < len(self._plans) and place != self._place:
            self._place = place
            self._show()

    def _show(self) -> None:
        changes = self.query_one("#changes", Static)
        if len(self._plans) < 2:
            changes.update(_single(self._plans[0]))
            return
        old, new = self._plans[self._place - 1], self._plans[self._place]
        changes.update(changes_content(old, new, what_changed(old, new)))


def changes_content(old: Plan, new: Plan, changes: list[Change]) -> Content:
    """Return the two versions, then each other fact with what it was and what it is."""
    changes = [change for change in changes if change.what not in _IN_HEADING]
    parts: list[tuple[str, str]] = [
        (_named(old), "$foreground"), ("  →  ", "$muted"), (_named(new), "bold $foreground"),
    ]  # fmt: skip
    if not changes:
        parts.append(("\n\nNo fact differs.", "$muted"))
    for change in changes:
        parts += [
            (f"\n\n{display_text(change.what)}", "bold $foreground"),
            (f"\n  − {display_text(change.before)}", "$error"),
            (f"\n  + {display_text(change.after)}", "$success"),
        ]
    return Content.assemble(*parts)


def _single(plan: Plan) -> Content:
    return Content.assemble(
        (_named(plan), "bold $foreground"),
        (" is the only version.", "$foreground"),
        (f"\n\n{_HOW}", "$muted"),
    )


def _named(plan: Plan) -> str:
    zone = zone_of(plan.zone_name)[0]
    day = to_datetime(plan.effective_from).astimezone(zone)
    return f"version {display_text(plan.version)} from {day.day} {day:%b %Y}"
