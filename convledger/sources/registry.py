"""Every reader that there is; adding a format adds a line here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

from convledger.sources import claude_code, codex

# Light modules that know places and file names; their `figures` and `texts` are imported on use.
PLACES: dict[str, ModuleType] = {module.NAME: module for module in (claude_code, codex)}


def known_roots(
    environment: Mapping[str, str], home: Path, platform: str
) -> list[tuple[str, Path]]:
    """Return (reader, folder) for each place where a known tool keeps its logs on this machine."""
    return [
        (name, root)
        for name, module in PLACES.items()
        for root in module.roots(environment, home, platform)
    ]
