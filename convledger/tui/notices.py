"""What happened to the app, in words that stay until they have been read or are over."""

from __future__ import annotations

from dataclasses import dataclass

MOST = 20
WATCH = ("watch", "root")  # how the names of what the watcher has to say begin


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that happened; a later notice about the same takes its place."""

    about: str
    words: str
    severity: str = "warning"  # or error
    lasts: bool = False  # it goes on until somebody says that it is over


class Notices:
    """The notices of this sitting that nobody has put away, the newest last.

    What lasts is told once, also where it was put away meanwhile, until `settle` says that it is
    over; anything else is told again when it happens again.
    """

    def __init__(self) -> None:
        self._told: dict[str, Notice] = {}
        self._known: dict[str, str] = {}  # words by what they are about

    def tell(self, notice: Notice) -> bool:
        """Keep a notice; False where the same is known and not over."""
        if self._known.get(notice.about) == notice.words:
            return False
        self._known[notice.about] = notice.words
        is_new = not self.stands(notice.words)
        self._told = {
            about: told
            for about, told in self._told.items()
            if about != notice.about and told.words != notice.words
        }
        self._told[notice.about] = notice
        while len(self._told) > MOST:
            del self._told[next(iter(self._told))]
        return is_new

    def settle(self, about: str) -> bool:
        """Forget what is over; tells whether it was known."""
        self._told.pop(about, None)
        return self._known.pop(about, None) is not None

    def stands(self, words: str) -> bool:
        """Tell whether these words can be read still."""
        return any(notice.words == words for notice in self._told.values())

    def put_away(self) -> Notice | None:
        """Take away the newest one, which has been read."""
        if not self._told:
            return None
        about, notice = self._told.popitem()
        if not notice.lasts:
            del self._known[about]
        return notice

    def shown(self, *, without_watch: bool = False) -> tuple[Notice | None, int]:
        """Return the newest notice and how many more there are, those of the watcher left out."""
        left = list(self._told.values())
        if without_watch:
            left = [one for one in left if not one.about.startswith(WATCH)]
        return (left[-1], len(left) - 1) if left else (None, 0)
