"""Messages as a tree: each behind its parent, the path that was taken, and which of them answer.

A tree is a list that names each message's parent by its index, -1 where it has none.
"""

from __future__ import annotations

from collections.abc import Sequence

from convledger.clock import HOUR


def parents_first(parents: list[int]) -> list[int]:
    """Return the indices in their order, but each behind its parent.

    A circle is opened: the one that closes it becomes a root in `parents`.
    """
    seen = bytearray(len(parents))  # 1: on the way up from where it began, 2: placed
    order: list[int] = []
    for start in range(len(parents)):
        climbed: list[int] = []
        each = start
        while each >= 0 and not seen[each]:
            seen[each] = 1
            climbed.append(each)
            each = parents[each]
        if each >= 0 and seen[each] == 1:
            parents[climbed[-1]] = -1
        for each in reversed(climbed):
            seen[each] = 2
            order.append(each)
    return order


def path_to(parents: Sequence[int], leaf: int) -> bytearray:
    """Return which messages are on the way to `leaf`: 1 each, 0 beside it."""
    taken = bytearray(len(parents))
    while leaf >= 0 and not taken[leaf]:
        taken[leaf] = 1
        leaf = parents[leaf]
    return taken


def latest_leaf(parents: Sequence[int], instants: Sequence[int]) -> int:
    """Return the leaf that came last; of equals the last in the list."""
    inner = bytearray(len(parents))
    for parent in parents:
        if parent >= 0:
            inner[parent] = 1
    leaves = [index for index in range(len(parents)) if not inner[index]]
    return max(leaves, key=lambda index: (instants[index], index), default=-1)


def begun_at(
    created: int | None, known: Sequence[int | None], updated: int | None, changed_at: int
) -> int:
    """Return when a conversation began: as it says, else by its messages, else its last change."""
    if created is not None:
        return created
    first = min((at for at in known if at is not None), default=updated)
    return changed_at if first is None else first


def instants_along(
    parents: Sequence[int], order: Sequence[int], known: Sequence[int | None], start: int
) -> list[int]:
    """Return an instant for each: its own, else its parent's, and none a little before its parent.

    Parts of one answer are stamped as they are finished, which is not how they are read. Where
    nothing above has an instant, it is the earliest of what follows; `start` where none has any.
    """
    found = [start] * len(parents)
    is_known = bytearray(len(parents))  # its own, or one before it
    for index in order:
        parent, own = parents[index], known[index]
        if parent >= 0:
            found[index], is_known[index] = found[parent], is_known[parent]
        before = found[index]
        if own is not None and not (is_known[index] and before - HOUR <= own < before):
            found[index], is_known[index] = own, 1
    if not all(is_known):
        _lend_upwards(parents, order, found, is_known)
    return found


def _lend_upwards(
    parents: Sequence[int], order: Sequence[int], found: list[int], is_known: bytearray
) -> None:
    """Give those that have no instant, nor any above them, that of what follows."""
    is_lent = bytearray(len(parents))
    for index in reversed(order):
        parent = parents[index]
        if parent >= 0 and (is_known[index] or is_lent[index]) and not is_known[parent]:
            earlier = min(found[index], found[parent]) if is_lent[parent] else found[index]
            found[parent], is_lent[parent] = earlier, 1
    for index in order:
        parent = parents[index]
        if parent >= 0 and is_lent[parent] and not (is_known[index] or is_lent[index]):
            found[index], is_lent[index] = found[parent], 1


def last_of_runs(
    parents: Sequence[int], order: Sequence[int], by_model: Sequence[bool]
) -> list[int]:
    """Return those that end an uninterrupted run of a model's messages: one for each request."""
    goes_on = bytearray(len(parents))
    for index in order:
        if by_model[index] and parents[index] >= 0:
            goes_on[parents[index]] = 1
    return [index for index in order if by_model[index] and not goes_on[index]]
