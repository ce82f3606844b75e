"""A line for paths: what is dropped onto the terminal comes in whole, several paths at once."""

from __future__ import annotations

from textual import events

from convledger.tui.dropped_paths import begins_as_path, in_one_line, paths_in
from convledger.tui.widgets.entry import Entry

HOME = "~/"  # what a line begins with: most paths are below it


class PathEntry(Entry):
    """Takes pasted paths in place of what stands there; those of the next drop join them."""

    _dropped = ""

    def insert_text_at_cursor(self, text: str) -> None:
        """Let a path that begins anew take the place of the `~/` that a line begins with."""
        if self.value == HOME and self.cursor_position == len(HOME) and text[:1] in ("/", "~"):
            self.value = ""
        super().insert_text_at_cursor(text)

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        if not begins_as_path(event.text):
            self.insert_text_at_cursor(event.text.replace("\n", " ").rstrip())
            return
        found = paths_in(event.text)
        if self.value and self.value == self._dropped:
            found = list(dict.fromkeys([*paths_in(self.value), *found]))
        self.value = self._dropped = in_one_line(found)
        self.cursor_position = len(self.value)
