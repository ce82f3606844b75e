"""Mappings that come along, for platforms whose exports are tables. Working assumptions, all."""

from __future__ import annotations

from functools import cache
from pkgutil import get_data

from convledger.sources.table.mapping import Mapping
from convledger.sources.table.mapping_file import parse_mapping

NAMES = ("crisp", "freshchat", "agentforce")


def preset_text(name: str) -> str:
    """Return the TOML of a preset."""
    content = get_data("convledger.sources.table", f"presets/{name}.toml") or b""
    return content.decode("utf-8").replace("\r\n", "\n")


@cache
def presets() -> tuple[Mapping, ...]:
    """Return the mappings that come along."""
    return tuple(parse_mapping(preset_text(name), f"{name}.toml") for name in NAMES)
