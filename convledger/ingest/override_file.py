"""Changes the user's prices.toml and rates everything anew; the change can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from convledger.errors import ConfigError, ConvledgerError
from convledger.ingest.rerate import Rerating
from convledger.toml_files import read_text, replace_text

Rerate = Callable[[], Rerating | None]


@dataclass(frozen=True, slots=True)
class PriceChange:
    """A prices.toml before (None where there was none) and after, and what it did to the costs."""

    path: Path
    before: str | None
    after: str
    rerating: Rerating | None = None


def change_prices(path: Path, edit: Callable[[str, str], str], rerate: Rerate) -> PriceChange:
    """Write what `edit` makes of the text (given with the file's name), then rate anew.

    Where rating fails the file is put back. Raises ConfigError, WorkspaceError.
    """
    before = read_text(path, str(path))
    after = edit(before or "", str(path))
    replace_text(path, after)
    try:
        return PriceChange(path, before, after, rerate())
    except ConvledgerError:
        _put_back(path, before)
        raise


def take_back(change: PriceChange, rerate: Rerate) -> Rerating | None:
    """Put the file back as it was and rate anew; refuses where somebody has changed it since."""
    if read_text(change.path, str(change.path)) != change.after:
        raise ConfigError(
            f"{change.path}: was changed since by somebody else; nothing was taken back"
        )
    _put_back(change.path, change.before)
    return rerate()


def _put_back(path: Path, before: str | None) -> None:
    if before is not None:
        replace_text(path, before)
        return
    try:
        path.resolve().unlink(missing_ok=True)
    except OSError as error:
        raise ConfigError(f"{path}: can't be removed: {error.strerror or error}") from error
