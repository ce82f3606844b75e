"""Every source that there is: light facts here, its reader imported on use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from convledger.sources import claude_code, codex, places

if TYPE_CHECKING:
    from convledger.sources.document import Document, Found
    from convledger.sources.glimpse import Glimpse
    from convledger.sources.places import How, Kind


class Source(Protocol):
    """What is known of a source without importing its reader."""

    NAME: str
    TITLE: str
    KIND: Kind
    HOW: How
    FOLDERS: tuple[str, ...]  # below a root, those that hold the files
    DATABASES: bool  # its files are SQLite's, or some of them
    EXPANDS: bool  # its reader's `further_roots(root)` tells of more folders
    is_log: Callable[[str], object]

    def roots(self, environment: Mapping[str, str], home: Path, platform: str) -> list[Path]:
        """Return the folders that may hold the source's files, whether or not they exist."""


class DocumentReader(Protocol):
    """The module of a source whose files are read as a whole."""

    def recognises(self, glimpse: Glimpse) -> int:
        """Tell how sure it is that a file is the source's: 0 to 100."""

    def read(self, document: Document, state: bytes, /, *, texts: bool) -> Iterator[Found]:
        """Yield what a document holds: its figures, or its texts where `texts`."""


PLACES: dict[str, Source] = {
    "claude-code": cast("Source", claude_code),
    "codex": cast("Source", codex),
    **cast("dict[str, Source]", places.PLACES),
}


def module_of(source: str) -> DocumentReader:
    """Return the reader of a source, imported where it is not yet."""
    return cast("DocumentReader", import_module(places.MODULES[source]))


def lines_module(source: str) -> Any:
    """Return the module of a source that is read by line, with FiguresReader and TextsReader."""
    return import_module(places.MODULES[source])


def known_roots(
    environment: Mapping[str, str],
    home: Path,
    platform: str,
    is_left: Callable[[str, Path], bool] = lambda _reader, _root: False,
) -> list[tuple[str, Path]]:
    """Return (reader, folder) for each place where a known tool keeps its logs on this machine.

    What `is_left` says of a reader and its folder is left out, and not looked into.
    """
    found = []
    for name, place in PLACES.items():
        every = place.roots(environment, home, platform)
        roots = [root for root in every if not is_left(name, root)]
        found += [(name, root) for root in roots]
        if place.EXPANDS:
            further = [more for root in roots if root.is_dir() for more in _more(name, root)]
            found += [(name, more) for more in further if not is_left(name, more)]
    return found


def _more(source: str, root: Path) -> list[Path]:
    """Return the folders that a tool's own list of projects names."""
    return cast("list[Path]", import_module(places.MODULES[source]).further_roots(root))
