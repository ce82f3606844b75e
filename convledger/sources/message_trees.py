"""Messages that name the one before them: a tree, however broken a file holds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def ordered(parents: Mapping[str, str]) -> list[str]:
    """Return all messages, each behind its parent; those in a circle come last, as they stand."""
    children: dict[str, list[str]] = {}
    roots: list[str] = []
    for name, parent in parents.items():
        if parent and parent != name and parent in parents:
            children.setdefault(parent, []).append(name)
        else:
            roots.append(name)
    found: list[str] = []
    ahead = roots[::-1]
    while ahead:
        name = ahead.pop()
        found.append(name)
        ahead.extend(reversed(children.get(name, ())))
    if len(found) < len(parents):
        seen = set(found)
        found.extend(name for name in parents if name not in seen)
    return found


def instants_of(
    order: Sequence[str],
    parents: Mapping[str, str],
    own: Mapping[str, int | None],
    otherwise: int,
) -> dict[str, int]:
    """Return each message's instant: its own, else that of the one before it, else after it.

    `order` has each behind its parent. Where neither has any, it is `otherwise`.
    """
    found: dict[str, int] = {}
    for name in order:
        at = own[name] or found.get(parents[name])
        if at:
            found[name] = at
    for name in reversed(order):
        if name in found and parents[name] and parents[name] not in found:
            found[parents[name]] = found[name]
    return {name: found.get(name) or found.get(parents[name]) or otherwise for name in order}


def path_to(parents: Mapping[str, str], leaf: str) -> set[str]:
    """Return a message and all before it; none where there is no such message."""
    found: set[str] = set()
    while leaf in parents and leaf not in found:
        found.add(leaf)
        leaf = parents[leaf]
    return found


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
        known = self._parents
        found = {
            name: parent if not parent or parent in known else self._before[name]
            for name, parent in known.items()
        }
        return path_to(found, self._last)
