"""What somebody wants remembered, checked before it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from convledger.errors import UsageProblem
from convledger.memory.words import (
    KINDS,
    LONGEST_TITLE,
    SENSITIVITIES,
    scope_of,
    tags_of,
    title_of,
    too_long,
)
from convledger.store.entries import EntrySource


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry to be; instants in UTC microseconds, the end of `valid_to` exclusive."""

    body: str
    title: str = ""
    kind: str = "fact"
    scope: str = ""
    tags: tuple[str, ...] = ()
    sensitivity: str = "internal"
    value: int = 3
    pinned: bool = False
    source_date: int | None = None
    valid_from: int | None = None
    valid_to: int | None = None
    sources: tuple[EntrySource, ...] = ()


def checked(draft: Draft) -> Draft:
    """Return a draft with a title and its words in their form. Raises UsageProblem."""
    body = draft.body.replace("\r\n", "\n").strip("\n")
    if not body.strip():
        raise UsageProblem("an entry without a text is none")
    if wrong := too_long(body):
        raise UsageProblem(wrong)
    title = " ".join(draft.title.split()) or title_of(body)
    if len(title) > LONGEST_TITLE:
        title = f"{title[: LONGEST_TITLE - 1]}…"
    since, until = draft.valid_from, draft.valid_to
    if since is not None and until is not None and until <= since:
        raise UsageProblem("an entry can't end before it begins to hold")
    if not 1 <= draft.value <= 5:
        raise UsageProblem("a value is from 1 (could go) to 5 (must stay)")
    return replace(
        draft,
        body=body,
        title=title,
        kind=one_of(draft.kind, KINDS, "kind"),
        sensitivity=one_of(draft.sensitivity, SENSITIVITIES, "sensitivity"),
        scope=scope_of(draft.scope),
        tags=tags_of(" ".join(draft.tags)),
    )


def one_of(word: str, known: Sequence[str], what: str) -> str:
    """Return a word that is among the known ones. Raises UsageProblem with the nearest."""
    found = word.strip().casefold()
    if found in known:
        return found
    near = get_close_matches(found, known, 1)
    meant = f"; did you mean {near[0]}?" if near else ""
    raise UsageProblem(f"{word!r:.40} is no {what}: {', '.join(known)}{meant}")
