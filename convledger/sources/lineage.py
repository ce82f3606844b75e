"""Which records of a tree that grew by appending lead to its last one."""

from __future__ import annotations


class Lineage:
    """Takes in records with their parents, in the order they were written."""

    def __init__(self) -> None:
        self._parents: dict[str, str] = {}
        self._before: dict[str, str] = {}
        self._last = ""

    @property
    def last(self) -> str:
        """The record that was taken in last."""
        return self._last

    def add(self, name: str, parent: str) -> None:
        """Take in a record; one without a parent is a root. The first of a name holds."""
        if name not in self._parents:
            self._parents[name] = parent
            self._before[name] = self._last
        self._last = name

    def path(self) -> set[str]:
        """Return the last record and those above it.

        Above one whose parent is missing, as of a line that was lost, stands the one before it.
        """
        found: set[str] = set()
        name = self._last
        while name and name not in found:
            found.add(name)
            parent = self._parents[name]
            name = parent if not parent or parent in self._parents else self._before[name]
        return found
