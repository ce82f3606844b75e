"""The order of messages that name the one before them: a tree, however broken a file holds it."""

from __future__ import annotations

from collections.abc import Mapping


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


def path_to(parents: Mapping[str, str], leaf: str) -> set[str]:
    """Return a message and all before it; none where there is no such message."""
    found: set[str] = set()
    while leaf in parents and leaf not in found:
        found.add(leaf)
        leaf = parents[leaf]
    return found
