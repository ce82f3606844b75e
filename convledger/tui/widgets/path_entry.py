"""A line for paths: what is dropped onto the terminal comes in whole, several paths at once."""

from __future__ import annotations

from textual import events

from convledger.tui.dropped_paths import begins_as_path, in_one_line, paths_in
from convledger.tui.widgets.entry import Entry


class PathEntry(Entry):
    """Takes pasted paths in place of what stands there; those of the next drop join them."""

    _dropped = ""

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
