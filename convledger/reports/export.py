"""Conversations as files: JSON Lines for programs, Markdown for people, readable by you alone."""

from __future__ import annotations

import os
import re
import tempfile
import unicodedata
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from convledger.clock import to_datetime
from convledger.errors import UsageProblem
from convledger.reports.render import json_out
from convledger.reports.render.markdown_page import page_lines
from convledger.reports.render.wording import short_id

if TYPE_CHECKING:
    from convledger.reports.conversations import Conversation, Entry

JSONL, MARKDOWN = "jsonl", "md"
PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
LONGEST_SLUG = 60
ALL_LINES = "conversations.jsonl"


class Named(Protocol):
    """What the name of a conversation's file is made of; `first_at` is UTC microseconds."""

    @property
    def native(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def first_at(self) -> int | None: ...


class Books(Protocol):
    """Where conversations are read from: the ledger."""

    def conversation(self, name: str) -> Conversation: ...
    def transcript(self, conversation_id: int, *, hidden: bool = False) -> Iterator[Entry]: ...
    def note_exports(self, conversation_ids: Sequence[int], file: str) -> None: ...


class AlreadyThere(UsageProblem):
    """A file stands where one is to be written."""


@dataclass(frozen=True, slots=True)
class Page:
    """The zone that a page's times are in, and its name."""

    zone: tzinfo
    zone_name: str


class Destination:
    """Where an export goes: a stream, one file, or a folder of files; none is left half written.

    An `output` that is no file yet is a folder if it ends in a slash, or if many pages of Markdown
    go there under a name that is not one of a page. `all_lines` is the file in it for all else.
    """

    def __init__(
        self,
        output: str,
        form: str,
        count: int,
        *,
        force: bool = False,
        stream: TextIO | None = None,
        all_lines: str = ALL_LINES,
    ) -> None:
        self.form = form
        self._all_lines = all_lines
        self.folder: Path | None = None
        self.stream = stream
        self._force = force
        self._file: Path | None = None
        if stream is not None:
            return
        place = _expanded(output)
        ends_as_folder = output.endswith(("/", os.sep))
        many_pages = (
            form == MARKDOWN and count > 1 and place.suffix.lower() not in (".md", ".markdown")
        )
        if ends_as_folder or _is_folder(place) or (many_pages and not os.path.lexists(place)):
            self.folder = place
        else:
            self._file = place

    @property
    def has_file_for_each(self) -> bool:
        """Whether each conversation gets a file of its own."""
        return self.form == MARKDOWN and self.folder is not None

    @property
    def place(self) -> Path | None:
        """The file or folder that is written; None for a stream."""
        if self.folder is None or self.has_file_for_each:
            return self._file or self.folder
        return self.folder / self._all_lines

    def path_of(self, found: Named, zone: tzinfo, taken: set[str]) -> Path | None:
        """Return the file that a conversation goes to; None for a stream.

        `taken` holds the names given so far in this export, so that none is given twice.
        """
        if self.folder is None or not self.has_file_for_each:
            return self.place
        stem = file_name(found, zone, "")
        name, number = stem, 1
        while name.casefold() in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name.casefold())
        return self.folder / f"{name}.md"

    @contextmanager
    def one(self, path: Path | None) -> Iterator[TextIO]:
        """Open a file, or the stream for None; raises AlreadyThere unless it may be replaced."""
        if path is None:
            assert self.stream is not None
            yield self.stream
            return
        if self.folder is not None:
            self.folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        if os.path.lexists(path) and not self._force:
            raise AlreadyThere(f"{path} is there already")
        descriptor, temporary = tempfile.mkstemp(prefix=".convledger-", dir=path.parent)
        try:
            with os.fdopen(
                descriptor, "w", encoding="utf-8", errors="replace", newline="\n"
            ) as stream:
                yield stream
            Path(temporary).chmod(PRIVATE_FILE)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


def _expanded(output: str) -> Path:
    """Return a path with `~` for the home folder of somebody who is known."""
    place = Path(output)
    try:
        return place.expanduser()
    except RuntimeError:
        return place


def _is_folder(place: Path) -> bool:
    """Tell whether there is a folder, as far as one may look."""
    try:
        return place.is_dir()
    except OSError:
        return False


def write(
    books: Books,
    names: Sequence[str],
    target: Destination,
    page: Page,
    *,
    to_json: Callable[[Any], str] = json_out.dumps,
) -> Generator[int, None, None]:
    """Write conversations by their names, and yield how many are written after each.

    Where the caller stops asking, a file that is not complete goes away again.
    """
    if target.has_file_for_each:
        taken: set[str] = set()
        for number, name in enumerate(names, 1):
            found = books.conversation(name)
            path = target.path_of(found, page.zone, taken)
            _note(books, found, path)
            with target.one(path) as stream:
                _write_page(books, found, stream, page)
            yield number
        return
    with target.one(target.place) as stream:
        for number, name in enumerate(names, 1):
            found = books.conversation(name)
            _note(books, found, target.place)
            if target.form == JSONL:
                entries = [entry.document() for entry in books.transcript(found.id, hidden=True)]
                document = {"schema": 1, **found.document(), "entries": entries}
                stream.write(to_json(document) + "\n")
            else:
                if number > 1:
                    stream.write("\n")
                _write_page(books, found, stream, page)
            yield number


def _note(books: Books, found: Conversation, path: Path | None) -> None:
    """Keep where a conversation goes, before it does, so that erasing it names the file."""
    if path is not None:
        books.note_exports([found.id], str(path.absolute()))


def _write_page(books: Books, found: Conversation, stream: TextIO, page: Page) -> None:
    for line in page_lines(found, books.transcript(found.id), page.zone, page.zone_name):
        stream.write(line + "\n")


def already_there(target: Destination, wanted: Iterable[Named], zone: tzinfo) -> list[Path]:
    """Return the files that an export would replace."""
    taken: set[str] = set()
    paths = dict.fromkeys(target.path_of(found, zone, taken) for found in wanted)
    return [path for path in paths if path is not None and os.path.lexists(path)]


def file_name(found: Named, zone: tzinfo, suffix: str) -> str:
    """Return a file name that is safe on every system: day, title in ASCII, short id."""
    day = f"{to_datetime(found.first_at).astimezone(zone):%Y-%m-%d}" if found.first_at else ""
    ascii_title = unicodedata.normalize("NFKD", found.title).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_title.lower()).strip("-")[:LONGEST_SLUG].rstrip("-")
    native = re.sub(r"[^A-Za-z0-9-]+", "", short_id(found.native)) or "unnamed"
    return "-".join(part for part in (day or "undated", slug, native) if part) + suffix
