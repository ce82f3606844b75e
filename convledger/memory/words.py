"""What an entry can be, and the forms that its text is compared in."""

from __future__ import annotations

import re
import secrets
import unicodedata
from hashlib import sha256

from convledger.clock import SECOND
from convledger.errors import UsageProblem

KINDS = ("fact", "preference", "instruction", "procedure", "glossary", "decision", "contact")
PROPOSED, ACTIVE, SNOOZED, ARCHIVED = "proposed", "active", "snoozed", "archived"
STATES = (PROPOSED, ACTIVE, SNOOZED, ARCHIVED)
SENSITIVITIES = ("public", "internal", "confidential", "secret")
EVERYWHERE, PROJECT, CLIENT = "", "project:", "client:"
PACK_FORMATS = ("markdown", "claude", "json", "xml")  # what a pack can be written as
MOST = 1 << 20  # characters of a body: more than any tool would carry along
LONGEST_TITLE = 200
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32, as ULIDs have it
_PORTION = 1 << 17  # characters
_LINE = 4_000  # characters of a line from which a title is made
_HEAD = 400  # characters in which the first line mostly ends
_SPACE = re.compile(r"\s+")
_TAG = re.compile(r"[^\s,#]{1,64}")


def too_long(body: str) -> str:
    """Return why a text is too long for an entry, "" where it isn't."""
    if len(body) <= MOST:
        return ""
    return (
        f"the text has {len(body):,} characters, an entry at most {MOST:,}: keep it as a file "
        "and remember what matters of it"
    )


def text_hash(text: str) -> str:
    """Return the hash by which the same text is known, whatever its case, spaces and forms."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return sha256(_one_blank(folded).encode("utf-8", "replace")).hexdigest()


def _one_blank(text: str) -> str:
    """Return text with one blank for each run of them, and none around it.

    In portions, as nothing else in the program goes on while one of them is at work.
    """
    if len(text) <= _PORTION:
        return " ".join(text.split())
    said: list[str] = []
    is_blank = False  # whether a blank stands behind what is said
    for at in range(0, len(text), _PORTION):
        portion = text[at : at + _PORTION]
        words = " ".join(portion.split())
        if words:
            said += [" "] * (bool(said) and (is_blank or portion[0].isspace())) + [words]
        is_blank = portion[-1].isspace() or (is_blank and not words)
    return "".join(said)


def new_name(now: int) -> str:
    """Return a ULID of an instant (UTC microseconds): sortable, and the same nowhere else."""
    number = (max(now, 0) * 1000 // SECOND << 80) | secrets.randbits(80)
    return "".join(_DIGITS[number >> shift & 31] for shift in range(125, -1, -5))


def title_of(body: str) -> str:
    """Return a title for a text that has none: its first words."""
    text = body.lstrip()
    first = next(iter(text[:_HEAD].splitlines()), "")
    if len(first) == _HEAD:
        first = text[:_LINE].splitlines()[0]
    first = " ".join(first.strip().lstrip("#>*-+ \t").split()) or "untitled"
    if len(first) <= 72:
        return first
    cut = first[:72].rsplit(" ", 1)[0]
    return f"{cut if len(cut) > 24 else first[:71]}…"


def tags_of(text: str) -> tuple[str, ...]:
    """Return the tags in a text: words, with or without #, each once."""
    return tuple(dict.fromkeys(word.casefold() for word in _TAG.findall(text)))


def scope_of(text: str) -> str:
    """Return a scope as it is kept: "" for everywhere, "project:NAME", "client:NAME".

    Raises UsageProblem for anything else.
    """
    word = text.strip()
    if word in ("", "global", "everywhere"):
        return EVERYWHERE
    for prefix in (PROJECT, CLIENT):
        if word.startswith(prefix) and word[len(prefix) :].strip():
            return f"{prefix}{word[len(prefix) :].strip()}"
    raise UsageProblem(f"{text!r:.60} is no scope: say global, project:NAME or client:NAME")


def scope_words(scope: str) -> str:
    """Return a scope for people."""
    if not scope:
        return "everywhere"
    kind, _, name = scope.partition(":")
    return f"{kind} {name}"
