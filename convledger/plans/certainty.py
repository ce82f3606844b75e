"""Whether a figure can be relied on; imported by commands that load nothing of a bill."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Doubt:
    """Whether estimated tokens are in a figure, and how many calls of unknown tokens are not."""

    is_estimated: bool = False
    uncounted: int = 0

    def __bool__(self) -> bool:
        """Whether there is any."""
        return self.is_estimated or self.uncounted > 0

    def __or__(self, other: Doubt) -> Doubt:
        """Return the doubt of what is made of two figures; they may lack the same calls."""
        return Doubt(self.is_estimated or other.is_estimated, max(self.uncounted, other.uncounted))


SURE = Doubt()


@dataclass(frozen=True, slots=True)
class StatementDoubts:
    """The doubt of each line of a statement, in their order, of what is due, and of its credits."""

    lines: tuple[Doubt, ...] = ()
    due: Doubt = SURE
    credits: Doubt = SURE


NO_DOUBTS = StatementDoubts()
