"""The words of reviews: what a verdict may be, and how an item stands."""

from __future__ import annotations

from dataclasses import dataclass, field

from convledger.store.reviews import ADJUDICATION, StoredBatch, StoredItem, StoredVerdict

PASS, MINOR, MAJOR, FAIL = "pass", "minor", "major", "fail"
VERDICTS = (PASS, MINOR, MAJOR, FAIL)  # from one end to the other
DEFECTS, SERIOUS = frozenset((MINOR, MAJOR, FAIL)), frozenset((MAJOR, FAIL))
OPEN, DISPUTED, SETTLED = "open", "disputed", "settled"


@dataclass(slots=True)
class Item:
    """An item with its sample and what was said of it; of each person the latest verdict counts.

    `latest` is by reviewer, `adjudication` decides where reviewers differ, `earlier` are verdicts
    that another took the place of. `hidden` counts those that a blind reviewer may not see yet.
    """

    stored: StoredItem
    batch: StoredBatch
    latest: dict[str, StoredVerdict] = field(default_factory=dict)
    adjudication: StoredVerdict | None = None
    earlier: list[StoredVerdict] = field(default_factory=list)
    hidden: int = 0

    @property
    def waiting(self) -> tuple[str, ...]:
        """The owners that have not given a verdict yet."""
        return tuple(name for name in self.stored.owners if name not in self.latest)

    @property
    def standing(self) -> str:
        """The verdict that stands: an adjudication, else that on which all agree; "" for none."""
        if self.adjudication is not None:
            return self.adjudication.verdict
        said = {each.verdict for each in self.latest.values()}
        return said.pop() if len(said) == 1 else ""

    @property
    def is_disputed(self) -> bool:
        """Whether reviewers differ, and nobody has decided."""
        return self.adjudication is None and len({v.verdict for v in self.latest.values()}) > 1

    @property
    def state(self) -> str:
        """How the item stands as a whole."""
        if self.is_disputed:
            return DISPUTED
        is_decided = self.adjudication is not None
        return SETTLED if is_decided or (self.latest and not self.waiting) else OPEN

    def is_overdue(self, now: int) -> bool:
        """Whether somebody should have judged it by now."""
        due = self.batch.due_at
        return self.state == OPEN and due is not None and now >= due

    def add(self, verdict: StoredVerdict) -> None:
        """Take a verdict; they come in the order in which they were given."""
        if verdict.kind == ADJUDICATION:
            before, self.adjudication = self.adjudication, verdict
        else:
            before = self.latest.get(verdict.reviewer)
            self.latest[verdict.reviewer] = verdict
        if before is not None:
            self.earlier.append(before)

    def seen_by(self, name: str) -> Item:
        """Return the item as somebody may see it.

        An owner sees what others say of it only once they have said their own.
        """
        if name not in self.stored.owners or name in self.latest:
            return self
        others = [*self.latest.values(), *self.earlier]
        hidden = len(others) + (self.adjudication is not None)
        return Item(self.stored, self.batch, hidden=hidden)
