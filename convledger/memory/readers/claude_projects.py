"""projects.json of a Claude.ai data export: the instructions of each project and its documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convledger.memory.readers.items import Item, Keys, Rejected
from convledger.memory.readers.json_texts import decoded, instant_in, list_in, text_in

NAME, TITLE = "claude-projects", "Claude.ai projects"


def read(content: bytes, _path: str) -> Iterator[Item | Rejected]:
    """Yield the items of a file: one for a project's instructions, one for each document."""
    found = decoded(content)
    if isinstance(found, Rejected):
        yield found
        return
    keys = Keys()
    for number, project in enumerate(found if isinstance(found, list) else [found], 1):
        if isinstance(project, dict):
            yield from _project(project, keys, number)
        else:
            yield Rejected(f"project {number}", "not an object")


def names_in(content: bytes) -> dict[str, str]:
    """Return what each project is called, by its id."""
    found = decoded(content)
    projects = found if isinstance(found, list) else [found]
    pairs = ((text_in(each, "uuid"), " ".join(text_in(each, "name").split())) for each in projects)
    return {ident: name for ident, name in pairs if ident and name}


def _project(project: dict[str, Any], keys: Keys, number: int) -> Iterator[Item | Rejected]:
    name = " ".join(text_in(project, "name", "uuid").split()) or f"project {number}"
    scope, ident = f"project:{name}", text_in(project, "uuid", "name") or str(number)
    date = instant_in(project, "updated_at", "created_at")
    instructions = text_in(project, "prompt_template")
    if instructions:
        yield Item(
            key=keys.next(f"{ident} / instructions"), title=f"Instructions of {name}",
            body=instructions, kind="instruction", source_date=date,
            place=f"{name}, instructions", scope=scope,
        )  # fmt: skip
    for at, document in enumerate(list_in(project, "docs"), 1):
        title = " ".join(text_in(document, "filename", "name").split()) or f"document {at}"
        body = text_in(document, "content")
        if not body:
            yield Rejected(f"{name}, {title}", "the export holds no text of this document")
            continue
        document_id = text_in(document, "uuid") or title
        yield Item(
            key=keys.next(f"{ident} / {document_id}"), title=title, body=body, kind="fact",
            tags=("document",), source_date=instant_in(document, "created_at") or date,
            place=f"{name}, {title}", scope=scope,
        )  # fmt: skip
