"""What the feeder has to say, kept for the screens that come later."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convledger.tui.app import ConvledgerApp
    from convledger.tui.feeder import Feed

_FAILING = ("trouble", "looking", "reading")  # states in which trouble may not be over


class FeedNews:
    """Turns the words of a feed into notices."""

    def __init__(self, app: ConvledgerApp) -> None:
        self._app = app
        self._words = ""

    def with_words(self, feed: Feed) -> Feed:
        """Return a feed with what the watcher had to say before it, for a line that shows it."""
        if feed.state != "live":
            return feed
        self._words = "" if feed.over else feed.words or self._words
        return replace(feed, words=feed.words or self._words)

    def tell(self, feed: Feed) -> None:
        """Say what is new, and what is over."""
        app, in_trouble = self._app, feed.state == "trouble"
        if feed.over:
            app.notices.settle(feed.about)
            app.say(feed.words)
        elif feed.words:
            about, severity = ("trouble", "error") if in_trouble else (feed.about, "warning")
            app.notice(about, feed.words, severity=severity, lasts=True)
        if feed.state not in _FAILING and app.notices.settle("trouble"):
            app.say("Reading the logs works again.")
        app.show_notices()
