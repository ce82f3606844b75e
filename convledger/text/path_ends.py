"""Calls paths by as little of their end as tells them apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def last_parts(paths: Sequence[str]) -> dict[str, str]:
    """Return as little of the end of each path as tells it from the others."""
    split = {
        path: tuple(part for part in path.replace("\\", "/").split("/") if part) or (path,)
        for path in paths
    }
    ends = Counter(parts[-count:] for parts in split.values() for count in range(1, len(parts) + 1))
    return {
        path: "/".join(
            next(
                (parts[-count:] for count in range(1, len(parts)) if ends[parts[-count:]] == 1),
                parts,
            )
        )
        for path, parts in split.items()
    }
