"""Changes that can be taken back, the last one first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convledger.ledger import Ledger

MOST = 200


@dataclass(frozen=True, slots=True)
class Step:
    """A change in words, as "3 conversations: client Acme", and how to take it back."""

    words: str
    back: Callable[[Ledger], object]


class Undo:
    """The steps of this sitting."""

    def __init__(self) -> None:
        self._steps: list[Step] = []

    def push(self, step: Step) -> None:
        """Remember a change."""
        self._steps.append(step)
        del self._steps[:-MOST]

    def drop(self, step: Step) -> None:
        """Forget a change that was taken back in another way."""
        if step in self._steps:
            self._steps.remove(step)

    def clear(self) -> None:
        """Forget all: what is erased must not come back with any of them."""
        self._steps.clear()

    def pop(self) -> Step | None:
        """Return the last change and forget it; None where there is none."""
        return self._steps.pop() if self._steps else None
