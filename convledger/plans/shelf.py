"""The lots with something left, in burn order, apart by what they may pay for."""

from __future__ import annotations

from bisect import bisect_left, insort
from operator import attrgetter

from convledger.plans.lots import Live

Queue = list[Live]


class Shelf:
    """Queues of lots, one for each set of scopes, each in burn order."""

    __slots__ = ("_queues", "routes")

    def __init__(self) -> None:
        self._queues: dict[frozenset[str], Queue] = {}
        # Remembered answers of `route`.
        self.routes: dict[frozenset[str], list[Queue]] = {}

    def put(self, live: Live) -> None:
        """Add a lot in its place."""
        queue = self._queues.get(live.lot.scopes)
        if queue is None:
            queue = self._queues[live.lot.scopes] = []
            self.routes.clear()
        insort(queue, live, key=_KEY)

    def drop(self, live: Live) -> None:
        """Remove a lot; one that is not here stays away."""
        queue = self._queues.get(live.lot.scopes, [])
        place = bisect_left(queue, live.key, key=_KEY)
        if place < len(queue) and queue[place] is live:
            del queue[place]

    def route(self, scopes: frozenset[str]) -> list[Queue]:
        """Return the queues whose lots may pay for usage that qualifies for `scopes`."""
        found = self.routes.get(scopes)
        if found is None:
            found = [
                queue
                for own, queue in self._queues.items()
                if not own or not own.isdisjoint(scopes)
            ]
            self.routes[scopes] = found
        return found

    def first(self, scopes: frozenset[str]) -> Live | None:
        """Return the lot to burn next, None where none may pay."""
        best: Live | None = None
        for queue in self.routes.get(scopes) or self.route(scopes):
            if queue and (best is None or queue[0].key < best.key):
                best = queue[0]
        return best

    def is_whole(self, scopes: frozenset[str]) -> bool:
        """Whether every lot here may pay for usage that qualifies for `scopes`."""
        return len(self.route(scopes)) == len(self._queues)

    def left_for(self, scopes: frozenset[str]) -> int:
        """Return what the lots that may pay for `scopes` hold together."""
        return sum(live.left for queue in self.route(scopes) for live in queue)

    def share_lots(self, some: frozenset[str], other: frozenset[str]) -> bool:
        """Whether a lot here may pay for either."""
        others = {id(queue) for queue in self.route(other)}
        return any(queue and id(queue) in others for queue in self.route(some))

    @property
    def is_split(self) -> bool:
        """Whether lots differ in what they may pay for."""
        return len(self._queues) > 1


_KEY = attrgetter("key")
