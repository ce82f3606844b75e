"""The last line of a screen: the keys that do something here, and a click does the same.

Textual's Footer makes a widget of every key, anew at each change of the focus; this draws a line.
"""

from __future__ import annotations

from dataclasses import dataclass

from rich.segment import Segment
from textual.events import Click, MouseMove
from textual.reactive import reactive
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from convledger.text.display import width
from convledger.tui.actions import SPARE
from convledger.tui.widgets.inks import ink

LAST_TO_GO = "help"  # it lists all the others
MORE = " …"


@dataclass(frozen=True, slots=True)
class ShownKey:
    """A key as it stands in the line: what it is called, what it does, and what that is for."""

    key: str
    shown: str
    label: str
    action: str
    purpose: str
    enabled: bool
    is_spare: bool = False  # shown only where all others have room

    @property
    def cells(self) -> int:
        """Its width with the space around it."""
        return width(self.shown) + width(self.label) + 4


def fitting(keys: list[ShownKey], cells: int) -> tuple[list[ShownKey], bool]:
    """Return the keys that have room, in their order, and whether others have none.

    Spare ones go first, the last of them before the others, and nobody misses them.
    """
    kept = list(keys)
    room = cells + 2  # nothing stands behind the last
    while any(key.is_spare for key in kept) and sum(key.cells for key in kept) > room:
        kept.pop(max(place for place, key in enumerate(kept) if key.is_spare))
    wanted = len(kept)
    while kept and sum(key.cells for key in kept) > room:
        room = cells + 2 - len(MORE)
        others = [place for place, key in enumerate(kept) if key.action != LAST_TO_GO]
        kept.pop(others[-1] if others else 0)
    return kept, len(kept) < wanted


class KeysLine(Widget):
    """One line of keys, those of the focused widget first."""

    DEFAULT_CSS = "KeysLine { dock: bottom; height: 1; background: $background; }"
    ALLOW_SELECT = False
    offers: reactive[bool] = reactive(True)  # False leaves the line empty

    def __init__(self) -> None:
        super().__init__()
        self._keys: list[ShownKey] = []
        self._ends: list[int] = []

    def on_mount(self) -> None:
        """Follow what the keys do."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, screen: Screen[object]) -> None:
        if not self.app.app_focus or not self.is_attached or screen is not self.screen:
            return
        found: dict[str, ShownKey] = {}
        for _, binding, enabled, purpose in screen.active_bindings.values():
            is_spare = binding.id is not None and binding.id in SPARE
            if (binding.show or is_spare) and binding.action not in found:
                found[binding.action] = ShownKey(
                    binding.key,
                    self.app.get_key_display(binding),
                    binding.description,
                    binding.action,
                    purpose or binding.tooltip,
                    enabled,
                    is_spare,
                )
        if list(found.values()) != self._keys:
            self._keys = list(found.values())
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return the line."""
        del y
        base = self.rich_style
        shown, is_cut = fitting(self._keys if self.offers else [], self.size.width)
        strong, weak = base + ink(self, "bold $accent"), base + ink(self, "$muted")
        segments: list[Segment] = []
        self._ends, end = [], 0
        for key in shown:
            segments += [
                Segment(f" {key.shown} ", strong if key.enabled else weak),
                Segment(key.label, weak),
                Segment("  ", base),
            ]
            end += key.cells
            self._ends.append(end)
        if is_cut and segments:
            segments[-1:] = [Segment(MORE, weak)]
        return Strip(segments).adjust_cell_length(self.size.width, base)

    def _at(self, x: int) -> ShownKey | None:
        """Return the key at a column."""
        shown, _ = fitting(self._keys, self.size.width)
        return next((key for key, end in zip(shown, self._ends, strict=False) if x < end), None)

    def on_click(self, event: Click) -> None:
        """Do what the key under the pointer does."""
        key = self._at(event.x)
        if key is None:
            return
        event.stop()
        if key.enabled:
            self.app.simulate_key(key.key)

    def on_mouse_move(self, event: MouseMove) -> None:
        """Tell what the key under the pointer is for."""
        key = self._at(event.x)
        self.tooltip = key.purpose if key else None
