"""Which lines at the start of a forked rollout repeat its parent's history.

Three ways are known: the parent's lines copied with their old instants, copied and stamped anew
with the instant of the fork, and nothing copied with counters from zero. The parent's own counts
decide; without the parent the instants do.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from convledger.clock import SECOND

Totals = tuple[int, int, int, int, int]  # input, cached, cache written, output, total

# Given a thread id: the cumulative totals of that thread's token counts, None where it is gone.
Family = Callable[[str], "frozenset[Totals] | None"]
BURST_GAP = SECOND // 2
BURST_LENGTH = 5 * SECOND


def uuid7_instant(identifier: str) -> int | None:
    """Return the instant in a version 7 UUID, in UTC microseconds to the millisecond."""
    digits = identifier.replace("-", "")
    if len(digits) != 32 or digits[12] != "7":
        return None
    try:
        return int(digits[:12], 16) * 1000
    except ValueError:
        return None


class Replay(Struct):
    """Where the reading of a possibly replayed start of a file stands.

    `until` is the last line that is known to be a copy; `open` while the next count may be one;
    `quiet` once the burst of lines with which a fork begins is over.
    """

    parent: str = ""
    thread: str = ""
    open: bool = False
    known: bool = False
    metas: int = 0
    until: int = 0
    began: int = 0
    latest: int = 0
    quiet: bool = False

    def line(self, at: int) -> None:
        """Take note of a line's instant; silence ends the burst in which a fork writes its copy."""
        if not self.open or self.quiet:
            return
        if not self.began:
            self.began = self.latest = at
        elif at - self.latest > BURST_GAP or at > self.began + BURST_LENGTH:
            self.quiet, self.open = True, self.known
        self.latest = max(self.latest, at)

    def turn(self, turn_id: str | None) -> None:
        """Take note of a turn; one that began after the fork is the fork's own."""
        if not self.open or self.known or not turn_id:
            return
        turn, thread = uuid7_instant(turn_id), uuid7_instant(self.thread)
        if turn is not None and thread is not None and turn >= thread:
            self.open = False

    def repeats(
        self, totals: Totals | None, last: Totals | None, parents: frozenset[Totals] | None
    ) -> bool:
        """Tell whether a token count repeats the parent's; the first that does not ends it."""
        if not self.open:
            return False
        from_zero = self.metas < 2 and totals == last
        if self.known:
            # The parent may have begun with the same numbers: no copy comes after the burst.
            is_own = self.quiet and from_zero
            self.open = not is_own and parents is not None and totals in parents
        elif from_zero:
            self.open = False
        return self.open
