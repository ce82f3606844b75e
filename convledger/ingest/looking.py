"""A look at what a person names: what each path holds, before anything is read or written."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from convledger.errors import UsageProblem
from convledger.ingest.choose import Glance, glance
from convledger.ingest.front_door import Holding, find


@dataclass(frozen=True, slots=True)
class Look:
    """What paths hold: findings, paths that hold nothing with the reason, and what is too large.

    `large` are folders that only a whole look can tell of.
    """

    found: tuple[Holding, ...] = ()
    problems: tuple[tuple[Path, str], ...] = ()
    large: tuple[Glance, ...] = ()
    good: tuple[Path, ...] = ()  # the paths that can be read, `large` ones among them

    @property
    def files(self) -> int:
        """How many files were found."""
        return sum(each.files for each in self.found)

    @property
    def bytes(self) -> int:
        """How many bytes they have."""
        return sum(each.bytes for each in self.found)


def look(named: Sequence[Path], *, whole: bool = False) -> Look:
    """Tell what paths hold; never raises. Unless `whole`, large folders are left to a later one."""
    found: dict[tuple[str, Path], Holding] = {}
    problems: list[tuple[Path, str]] = []
    large: list[Glance] = []
    good: list[Path] = []
    for path in dict.fromkeys(map(_absolute, named)):
        if not whole:
            seen = glance(path) if _is_folder(path) else Glance(path)
            if not seen.whole:
                large.append(seen)
                good.append(path)
                continue
            if seen.problem:
                problems.append((path, seen.problem))
                continue
        try:
            for each in find([path], None):
                found.setdefault((each.source, each.root), each)
            good.append(path)
        except UsageProblem as error:
            problems.append((path, _reason(str(error))))
        except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: a ~name of nobody
            problems.append((path, getattr(error, "strerror", None) or str(error)))
    return Look(tuple(found.values()), tuple(problems), tuple(large), tuple(good))


def _absolute(path: Path) -> Path:
    """Return a path with its links as they are named."""
    try:
        return Path(os.path.abspath(path.expanduser()))  # noqa: PTH100
    except (OSError, ValueError, RuntimeError):  # a ~name of nobody
        return path


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError, RuntimeError):
        return False


def _reason(words: str) -> str:
    """Return what is wrong without the path, and without what only a command line can do."""
    _, colon, reason = words.partition(": ")
    reason = reason if colon and reason else words
    return reason.partition(". If you know what it is")[0]
