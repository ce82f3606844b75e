"""The lines between --- at the head of a Markdown file: the part of YAML that tools write there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_FENCE = "---"
_PAIR = re.compile(r"([\w][\w .\-/]{0,80}?)\s*:(?:\s+(.*)|)$")
_BLOCK = re.compile(r"[|>][+-]?\d?$")
MOST_LINES, MOST_CHARACTERS = 500, 65_536


@dataclass(slots=True)
class Frontmatter:
    """The properties of a file, how many lines they take, and what is wrong with them."""

    values: dict[str, str | list[str]] = field(default_factory=dict)
    lines: int = 0
    wrong: list[tuple[int, str]] = field(default_factory=list)  # line from 1, why

    def text(self, name: str) -> str:
        """Return a property as text, "" where there is none."""
        found = self.values.get(name, "")
        return ", ".join(found) if isinstance(found, list) else found

    def words(self, name: str) -> tuple[str, ...]:
        """Return a property as a list, also where it is written with commas."""
        found = self.values.get(name, [])
        if isinstance(found, str):
            found = found.split(",")
        return tuple(each.strip() for each in found if each.strip())


def frontmatter_of(lines: Sequence[str]) -> Frontmatter:
    """Return the frontmatter at the head of a file; without one it takes no lines."""
    found = Frontmatter()
    if not lines or lines[0].rstrip() != _FENCE:
        return found
    end = next(
        (
            at
            for at in range(1, min(len(lines), MOST_LINES))
            if lines[at].rstrip() in (_FENCE, "...")
        ),
        0,
    )
    if not end:
        # Dashes are also a rule between paragraphs: only what looks like a property counts.
        if len(lines) > 1 and _PAIR.match(lines[1]):
            found.wrong.append((1, "frontmatter that does not end; read as text"))
        return found
    found.lines = end + 1
    if sum(map(len, lines[1:end])) > MOST_CHARACTERS:
        found.wrong.append(
            (1, f"frontmatter of more than {MOST_CHARACTERS:,} characters, left out")
        )
        return found
    _read(lines[1:end], found)
    return found


def _read(lines: Sequence[str], found: Frontmatter) -> None:
    name, block = "", False
    for number, line in enumerate(lines, 2):
        bare = line.strip()
        if (
            name
            and (block or bare.startswith(("- ", "-\t")) or bare == "-")
            and not (block and bare and not line.startswith((" ", "\t")))
        ):
            _add(found, name, bare if block else _scalar(bare[1:].strip(), number, found), block)
        elif not bare or bare.startswith("#"):
            continue
        elif line.startswith(" ") and name:
            # A map within a map, or a text that goes on: kept as it is written.
            _add(found, name, bare, True)
        elif line.startswith("\t"):
            found.wrong.append((number, "frontmatter is indented with a tab"))
        else:
            pair = _PAIR.match(line)
            if pair is None:
                found.wrong.append((number, "frontmatter without a name and a colon"))
                name, block = "", False
                continue
            name, written = pair[1].strip().casefold(), (pair[2] or "").strip()
            block = bool(_BLOCK.match(written))
            found.values[name] = "" if block else _value(written, number, found)


def _add(found: Frontmatter, name: str, text: str, is_text: bool) -> None:
    old = found.values.get(name, "")
    if is_text:
        before = ", ".join(old) if isinstance(old, list) else old
        found.values[name] = f"{before}\n{text}" if before else text
    elif isinstance(old, list):
        old.append(text)
    else:
        found.values[name] = [old, text] if old else [text]


def _value(written: str, number: int, found: Frontmatter) -> str | list[str]:
    if written.startswith("["):
        if not written.endswith("]"):
            found.wrong.append((number, "a list in frontmatter that does not end"))
            return written
        parts = written[1:-1].split(",")
        return [_scalar(part.strip(), number, found) for part in parts if part.strip()]
    return _scalar(written, number, found)


def _scalar(written: str, number: int, found: Frontmatter) -> str:
    for quote in ('"', "'"):
        if written.startswith(quote):
            end = written.rfind(quote)
            if not end:
                found.wrong.append((number, "a quotation in frontmatter that does not end"))
                return written
            return written[1:end]
    comment = written.find(" #")
    return written if comment < 0 else written[:comment].rstrip()
