"""What words in a memory file say of the kind of an item, and the tags in it."""

from __future__ import annotations

import re

_KINDS = {
    "preference": "preference preferences prefer likes style tone user",
    "instruction": "instruction instructions rule rules guideline guidelines convention "
    "conventions requirement constraint constraints feedback must never always",
    "procedure": "procedure procedures step steps howto workflow workflows command commands setup "
    "technique method recipe tip",
    "glossary": "glossary term terms definition definitions vocabulary",
    "decision": "decision decisions adr",
    "contact": "contact contacts people team",
    "fact": "fact facts reference project info note observation",
}
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words.split()}
_WORD = re.compile(r"[^\W\d_]+")
# As Obsidian has them: letters, digits, - _ /, and not digits alone.
_TAG = re.compile(r"(?<![\w#/&])#([\w/-]{1,64})")
_SLUG = re.compile(r"[^\w]+")


def kind_of(text: str, otherwise: str) -> str:
    """Return the kind that a heading or a category names, `otherwise` where it names none."""
    for word in _WORD.findall(text[:200].casefold()):
        if word in _KIND_OF:
            return _KIND_OF[word]
    return otherwise


def tags_in(text: str) -> tuple[str, ...]:
    """Return the #tags in a text, each once."""
    found = (tag.strip("/-").casefold() for tag in _TAG.findall(text))
    return tuple(dict.fromkeys(tag for tag in found if tag and not tag.isdigit()))


def tag_of(heading: str) -> tuple[str, ...]:
    """Return a heading as a tag."""
    slug = _SLUG.sub("-", heading.casefold()).strip("-_")[:32].strip("-_")
    return (slug,) if slug and not slug.isdigit() else ()
