"""Decides which threads and events a rule is about, fast enough to be asked a million times."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from convledger.plans.events import Event, Thread
from convledger.plans.inside import Coverage
from convledger.plans.schema import Where

NO_SPANS: Mapping[str, Coverage] = {}
_OF_THREAD = frozenset(["channel", "kind", "client", "tag", "tags", "user", "thread", "outcome"])
_FEATURES = ("kind", "feature")  # attributes of an event that `exclude` can name


class Patterns:
    """Patterns of which one must fit, `*` standing for anything."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._pieces = [pattern.split("*") for pattern in patterns]
        self._known: dict[str, bool] = {}

    def fit(self, text: str) -> bool:
        """Say whether one of the patterns fits the whole of `text`."""
        found = self._known.get(text)
        if found is None:
            found = any(_fits(pieces, text) for pieces in self._pieces)
            self._known[text] = found
        return found

    def fit_any(self, texts: Iterable[str]) -> bool:
        """Say whether one of the patterns fits one of `texts`."""
        return any(self.fit(text) for text in texts)


def _fits(pieces: list[str], text: str) -> bool:
    """Match the parts between stars from left to right: never slow, whatever the pattern."""
    if len(pieces) == 1:
        return pieces[0] == text
    first, *middle, last = pieces
    if len(text) < len(first) + len(last) or not text.startswith(first) or not text.endswith(last):
        return False
    place, end = len(first), len(text) - len(last)
    for piece in middle:
        found = text.find(piece, place, end)
        if found < 0:
            return False
        place = found + len(piece)
    return True


class Matcher:
    """What a `Where` says of threads and events; everything that is set must hold.

    An attribute of an event goes before one of its thread; `spans` are those of the units that
    `outside` and `inside` name. What a whole unit must have (answers, questions) is not asked here.
    """

    def __init__(self, where: Where, spans: Mapping[str, Coverage] = NO_SPANS) -> None:
        self.where = where
        self.is_everything = where.is_everything
        self._of_thread = tuple(
            (name, Patterns(values))
            for name, values in where.attributes.items()
            if name in _OF_THREAD
        )
        self._free = tuple(
            (name, Patterns(values))
            for name, values in where.attributes.items()
            if name not in _OF_THREAD
        )
        self._excluded = Patterns(where.exclude) if where.exclude else None
        self._handed_over = {"bot_only": False, "escalated": True}.get(where.participant)
        self._inside = spans[where.inside] if where.inside else None
        self._outside = spans[where.outside] if where.outside else None
        self.needs_handoffs = self._handed_over is not None
        self.needs_place = bool(where.inside or where.outside)
        self._last: Thread | None = None
        self._last_fits = False

    def fits_thread(self, thread: Thread, handed_over: Container[str] = ()) -> bool:
        """Say whether a thread fits by what it tells of itself.

        `handed_over` names threads that a person took over, whatever else is known of them.
        """
        return (
            self._thread_fits(thread)
            and self._participant_fits(thread, handed_over)
            and all(
                patterns.fit(thread.attributes[name])
                for name, patterns in self._free
                if name in thread.attributes
            )
        )

    def fits(self, event: Event, at: int | None = None, handed_over: Container[str] = ()) -> bool:
        """Say whether an event fits; `at` is the instant it counts at where that is another."""
        if self.is_everything:
            return True
        thread = event.thread
        if thread is not self._last:
            self._last, self._last_fits = thread, self._thread_fits(thread)
        if not self._last_fits or not self._participant_fits(thread, handed_over):
            return False
        if self._free and not self._event_fits(event):
            return False
        if self._excluded is not None and self._event_is_excluded(event, self._excluded):
            return False
        return not self.needs_place or self._place_fits(thread, event.at if at is None else at)

    def excludes(self, name: str) -> bool:
        """Say whether something of this name is left out."""
        return self._excluded is not None and self._excluded.fit(name)

    def _thread_fits(self, thread: Thread) -> bool:
        where = self.where
        if where.verified is not None and thread.verified is not where.verified:
            return False
        if self._excluded is not None and self._excluded.fit_any((thread.kind, *thread.tags)):
            return False
        return all(patterns.fit_any(_told(thread, name)) for name, patterns in self._of_thread)

    def _participant_fits(self, thread: Thread, handed_over: Container[str]) -> bool:
        wanted = self._handed_over
        return wanted is None or wanted is (thread.escalated or thread.id in handed_over)

    def _event_fits(self, event: Event) -> bool:
        for name, patterns in self._free:
            if name == "model":
                value = event.model
            elif name == "name":
                value = event.name
            else:
                found = event.attributes.get(name)
                value = event.thread.attributes.get(name, "") if found is None else found
            if not patterns.fit(value):
                return False
        return True

    def _event_is_excluded(self, event: Event, excluded: Patterns) -> bool:
        if event.name and excluded.fit(event.name):
            return True
        told = event.attributes
        return bool(told) and any(excluded.fit(told[name]) for name in _FEATURES if name in told)

    def _place_fits(self, thread: Thread, at: int) -> bool:
        if self._outside is not None and self._outside.covers(thread, at):
            return False
        return self._inside is None or self._inside.covers(thread, at)


def _told(thread: Thread, name: str) -> tuple[str, ...]:
    """Return what a thread says under a name; some can be several."""
    if name in ("tag", "tags"):
        return thread.tags
    return (
        {
            "channel": thread.channel,
            "kind": thread.kind,
            "client": thread.client,
            "user": thread.user,
            "thread": thread.id,
        }.get(name, thread.outcome),
    )
