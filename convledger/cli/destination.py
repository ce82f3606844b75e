"""Where an export goes: standard output, one file, or a folder of files, all private."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from convledger.cli.names import minute_text, short_id
from convledger.errors import UsageProblem

if TYPE_CHECKING:
    from convledger.reports.conversations import Conversation

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
LONGEST_SLUG = 60


class Destination:
    """The place that `--output` names; makes files complete or not at all."""

    def __init__(self, output: str, form: str, count: int, *, force: bool) -> None:
        self._force = force
        self.folder: Path | None = None
        self._file: Path | None = None
        if output == "-":
            return
        place = Path(output).expanduser()
        ends_as_folder = output.endswith(("/", os.sep))
        many_pages = form == "md" and count > 1 and place.suffix.lower() not in (".md", ".markdown")
        if place.is_dir() or ends_as_folder or (many_pages and not place.exists()):
            self.folder = place
        else:
            self._file = place

    @property
    def is_stdout(self) -> bool:
        """Whether everything goes to standard output."""
        return self.folder is None and self._file is None

    @contextmanager
    def one(self, name: str) -> Iterator[TextIO]:
        """Open the file, or the one called `name` in the folder; raises UsageProblem if it is."""
        if self.is_stdout:
            yield sys.stdout
            return
        path = self._file if self._file is not None else self._in_folder(name)
        if path.exists() and not self._force:
            raise UsageProblem(f"{path} is there already; --force replaces it")
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

    def _in_folder(self, name: str) -> Path:
        assert self.folder is not None
        self.folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        return self.folder / name


def file_name(found: Conversation, zone: tzinfo, suffix: str) -> str:
    """Return a file name that is safe on every system: day, title in ASCII, short id."""
    day = minute_text(found.first_at, zone)[:10].replace("–", "undated")
    ascii_title = unicodedata.normalize("NFKD", found.title).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_title.lower()).strip("-")[:LONGEST_SLUG].rstrip("-")
    native = re.sub(r"[^A-Za-z0-9-]+", "", short_id(found.native)) or "unnamed"
    return "-".join(part for part in (day, slug, native) if part) + suffix
