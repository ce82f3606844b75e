"""Reads the databases that Cursor keeps by folder: which conversations were held in it."""

from __future__ import annotations

import msgspec

from convledger.sources.cursor import records
from convledger.sources.document import Document, Found
from convledger.sources.findings import Figures, Rejected
from convledger.sources.lenient import BadLine, loads
from convledger.sources.titles import GENERATED, title_line
from convledger.sources.uris import path_of_uri
from convledger.sources.values import dicts_in, instant_of, name_of, text_of

_LISTS = ("composer.composerData", "composer.composerHeaders")


def folder_of(document: Document) -> str:
    """Return the folder that the files beside `workspace.json` belong to; nothing if unknown."""
    folder = document.relative.rpartition("/")[0]
    while folder and folder.split("/")[-2:-1] != ["workspaceStorage"]:
        folder = folder.rpartition("/")[0]
    name = f"{folder}/workspace.json" if folder else "workspace.json"
    content = document.beside(name, 1 << 20)
    if not content:
        return ""
    try:
        record = loads(content)
    except BadLine:
        return ""
    uri = text_of(record.get("folder")) or text_of(record.get("workspace"))
    return path_of_uri(uri)


def read_workspace(document: Document) -> Found:
    """Return what a folder's database says of conversations that were used."""
    figures, folder = Figures(), folder_of(document)
    for name in _LISTS:
        for (value,) in document.rows("SELECT value FROM ItemTable WHERE key=?", (name,)):
            try:
                entries = dicts_in(records.plain(value).get("allComposers"))
            except BadLine as error:
                figures.rejected.append(Rejected(1, 0, f"{name}: {error}"))
                continue
            for entry in entries:
                _describe(entry, folder, figures)
    return Found(figures, done=document.size)


def _describe(entry: dict[str, object], folder: str, figures: Figures) -> None:
    native = name_of(entry.get("composerId"))
    begun, used = instant_of(entry.get("createdAt")), instant_of(entry.get("lastUpdatedAt"))
    name = title_line(text_of(entry.get("name")))
    if not native or not (name or (used and used != begun)):
        return  # a draft
    facts = figures.conversation(native)
    facts.first_at, facts.last_at = begun, used or begun
    facts.project = folder
    facts.entitle(GENERATED, name)
    try:
        head = msgspec.convert(entry, records.Head)
    except msgspec.ValidationError:
        return
    parent = head.subagentInfo.parentComposerId if head.subagentInfo else ""
    if parent and parent != native:
        facts.parent, facts.relation = parent, "subagent"
