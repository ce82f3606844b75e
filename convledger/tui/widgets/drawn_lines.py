"""A scrolled view that draws its lines itself."""

from __future__ import annotations

from rich.style import Style
from textual.geometry import Region
from textual.scroll_view import ScrollView
from textual.strip import Strip


class DrawnLines(ScrollView):
    """Works the style under its lines out once for all lines of a picture, as `base`."""

    _base: Style | None = None

    @property
    def base(self) -> Style:
        """The style under a line."""
        return self._base or self.rich_style

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return lines of what is in sight."""
        self._base = self.rich_style
        try:
            return super().render_lines(crop)
        finally:
            self._base = None
