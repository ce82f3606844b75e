"""What a reader of whole files is given, and what it gives back piece by piece.

A document is read from its start each time it has changed; only a reader that hands out a state
(of a database, say) goes on where it left off. Identities make reading again idempotent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, Protocol

from msgspec import Struct, field

from convledger.sources.findings import Figures, Texts

LARGEST = 256 << 20  # bytes of a document that is taken in at once


class NotReadable(Exception):
    """A file that is there but can't or must not be read; the message says why."""


class TooLarge(NotReadable):
    """More than can be taken in at once; what is asked for in smaller parts may be readable."""


class Document(Protocol):
    """A file of a source. What raises here raises NotReadable, with a reason for people."""

    @property
    def relative(self) -> str:
        """Its path below the source's root, with slashes."""

    @property
    def folder(self) -> str:
        """The folder that it lies in on this machine; empty in an archive."""

    @property
    def size(self) -> int:
        """Its bytes; of a database those of its journal too."""

    @property
    def changed_at(self) -> int:
        """When it was last written, in UTC microseconds: the instant of what names none."""

    def stream(self) -> BinaryIO:
        """Return its bytes from the start as UTF-8, whatever Unicode they are kept in."""

    def content(self, most: int = LARGEST) -> bytes:
        """Return all of it as UTF-8 without a byte order mark."""

    def beside(self, relative: str, most: int = LARGEST) -> bytes | None:
        """Return another file below the same root, None where there is none."""

    def names(self, folder: str) -> list[str]:
        """Return the names of the files right in a folder below the same root, sorted."""

    def tables(self) -> Mapping[str, frozenset[str]]:
        """Return the columns of each table of a SQLite file."""

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return what a query to a SQLite file gives; ask for some thousand rows at a time.

        Raises TooLarge where that would be more than LARGEST bytes.
        """

    def rows_beside(
        self, relative: str, query: str, values: Sequence[object] = ()
    ) -> list[tuple[Any, ...]] | None:
        """Return what a query to a SQLite file below the same root gives, None without that."""

    def mapping(self, header: Sequence[str]) -> Mapping[str, Any] | None:
        """Return how a table with this header is to be read, None where nobody has said."""


class Found(Struct):
    """What a piece of a document holds: what is stored together.

    `done` is how many bytes of the document are read behind it, for the progress; `state`, once
    this is stored, what the next reading is given to go on from (None: nothing new).
    """

    figures: Figures = field(default_factory=Figures)
    texts: Texts = field(default_factory=Texts)
    done: int = 0
    state: bytes | None = None
