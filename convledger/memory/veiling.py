"""Entries as they are shown: nothing of a secret in full, every character in its place."""

from __future__ import annotations

import dataclasses
from itertools import accumulate
from typing import TYPE_CHECKING

from msgspec.structs import replace

from convledger.store.entries import Entry, EntryVersion
from convledger.text.secret_checks import LONGEST
from convledger.text.secrets import veiled

if TYPE_CHECKING:
    from convledger.memory.evidence import Evidence


def veiled_entry(entry: Entry) -> Entry:
    """Return an entry to be shown; its texts are as long as they were."""
    title, body, tags = veiled(entry.title), veiled(entry.body), tuple(map(veiled, entry.tags))
    if (title, body, tags) == (entry.title, entry.body, entry.tags):
        return entry
    return replace(entry, title=title, body=body, tags=tags)


def veiled_version(version: EntryVersion) -> EntryVersion:
    """Return a version to be shown."""
    title, body = veiled(version.title), veiled(version.body)
    if (title, body) == (version.title, version.body):
        return version
    return replace(version, title=title, body=body)


def veiled_lines(text: str) -> list[str]:
    """Return the lines of a text to be shown; a secret may reach over several of them."""
    lines, whole = text.splitlines(keepends=True), veiled(text)
    if whole == text:
        return text.splitlines()
    ends = accumulate(map(len, lines))
    kept = (line.splitlines()[0] for line in lines)
    return [
        whole[end - len(line) : end - len(line) + len(said)]
        for line, said, end in zip(lines, kept, ends, strict=True)
    ]


def veiled_evidence(evidence: Evidence, around: int) -> Evidence:
    """Return where an entry comes from, to be shown; a little more than `around` stays with it."""
    before, quote, after = veiled_parts(
        evidence.before[-around - LONGEST :], evidence.quote, evidence.after[: around + LONGEST]
    )
    kept = replace(evidence.source, quote=veiled(evidence.source.quote))
    return dataclasses.replace(evidence, before=before, quote=quote, after=after, source=kept)


def veiled_parts(before: str, quote: str, after: str) -> tuple[str, str, str]:
    """Return a text in three parts to be shown; a secret may reach over their ends."""
    whole = veiled(before + quote + after)
    ends = len(before) + len(quote)
    return whole[: len(before)], whole[len(before) : ends], whole[ends:]
