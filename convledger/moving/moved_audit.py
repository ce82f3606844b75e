"""The audit chain of another workspace: verified when taken in, and kept beside the ledger."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from msgspec import Struct

from convledger.errors import WorkspaceError
from convledger.moving.manifest import Manifest
from convledger.store.audit import FIRST, hash_of

FOLDER = "audits"


class _Link(Struct):
    """An event of the chain, without a word of what it is about."""

    seq: int
    at: int
    actor: str
    action: str
    object: str
    batch: int
    commitment: str
    hash: str


def check_chain(content: bytes, head: str, place: Path) -> None:
    """See that a chain verifies and ends with a head. Raises WorkspaceError."""
    previous, seq = FIRST, 0
    try:
        for line in content.splitlines():
            link = msgspec.json.decode(line, type=_Link)
            said = (link.seq, link.at, link.actor, link.action, link.object, link.batch)
            found = hash_of(previous, said, bytes.fromhex(link.commitment))
            if link.seq != seq + 1 or found.hex() != link.hash:
                raise ValueError(f"event {link.seq} is not as it was written")
            previous, seq = found, link.seq
        if f"{seq}:{previous.hex()}" != head:
            raise ValueError("its end is missing")
    except (ValueError, msgspec.MsgspecError) as error:
        raise WorkspaceError(
            f"{place}: the audit chain does not verify: {error}. Nothing was taken in"
        ) from error


def keep_chain(workspace: Path, manifest: Manifest, content: bytes) -> None:
    """Keep the chain of another workspace, in the place of a shorter one of the same."""
    if not content:
        return
    folder = workspace / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    place = folder / f"{manifest.workspace or 'unnamed'}.jsonl"
    if place.exists() and place.stat().st_size >= len(content):
        return
    part = place.with_name(f".{place.name}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(descriptor)
    part.replace(place)
