"""What the commands of `pack` share: names completed, packs and renders as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from convledger.memory.packs import Pack
    from convledger.store.packs import Render


def complete_pack(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Complete a pack's name; never makes a workspace."""
    from convledger import paths
    from convledger.cli import chosen
    from convledger.errors import ConvledgerError

    if not (chosen.folder() / paths.LEDGER).is_file():
        return []
    from convledger.store.packs import pack_names

    try:
        with chosen.open_ledger() as ledger:
            names = pack_names(ledger.connection)
    except ConvledgerError:
        return []
    return [name for name in names if name.startswith(incomplete)]


def pack_document(pack: Pack) -> dict[str, Any]:
    """Return a pack's terms as JSON says them."""
    from convledger.clock import iso_text

    wanted = pack.wanted
    return {
        "name": pack.name,
        "budget": pack.budget,
        "format": pack.format,
        "ceiling": pack.ceiling,
        "wanted": {
            "scopes": [scope or "global" for scope in wanted.scopes],
            "tags": list(wanted.tags),
            "kinds": list(wanted.kinds),
            "states": list(wanted.states),
            "min_value": wanted.min_value,
            "text": wanted.text,
        },
        "made_at": iso_text(pack.made_at),
    }


def render_document(render: Render) -> dict[str, Any]:
    """Return what was written as JSON says it."""
    from convledger.clock import iso_text

    return {
        "number": render.id,
        "pack": render.name,
        "at": iso_text(render.at),
        "format": render.format,
        "tokens": render.tokens,
        "budget": render.budget,
        "method": render.method,
        "digest": render.digest,
        "target": render.target,
    }
