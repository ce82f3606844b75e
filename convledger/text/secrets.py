"""Finds secrets, personal data and bait for models in text, in time linear in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from convledger.text.rule import Kind, Rule
from convledger.text.secret_rules import KINDS, RULES, RULES_VERSION

__all__ = [
    "KINDS",
    "RULES_VERSION",
    "Found",
    "Redaction",
    "find_secrets",
    "redact",
    "redaction",
    "without_ends",
]

_BEGUN = 6  # characters of a secret that are too many to stay
_SEEN_BAIT = 40  # bait is no secret: its words may be seen
_PASSES = 16  # taking out one thing may leave another standing; text that goes on so is hostile
# A long text is looked at in windows: a rule then runs where its hint was found, and some around
# it. What is longer than one window is no secret.
_WINDOW, _OVERLAP = 64 << 10, 4 << 10
_ORDER = {"secret": 0, "personal": 1, "bait": 2}


Name = tuple[str, int, str]  # rule, length, and what may be seen
Value = tuple[str, str]  # rule, and the thing itself


class Found(NamedTuple):
    """Something found: where, in characters, by which rule, and as much of it as may be seen."""

    rule: str
    start: int
    length: int
    redacted: str
    kind: Kind

    @property
    def name(self) -> Name:
        """What it is known by when its place has changed."""
        return self.rule, self.length, self.redacted


class Redaction(NamedTuple):
    """A text without what was found in it, and what was replaced, pass after pass.

    A replacement is its start and length before, and its length after. `spans` are what went, as
    the text it stood in, its start and its end.
    """

    text: str
    passes: tuple[tuple[tuple[int, int, int], ...], ...]
    spans: tuple[tuple[str, int, int], ...] = ()

    def place(self, position: int) -> int:
        """Return where a position of the text before is now; within what went, behind its mark."""
        for replaced in self.passes:
            moved = 0
            for start, length, new in replaced:
                if position <= start:
                    break
                if position < start + length:
                    position = start + length
                moved += new - length
            position += moved
        return position


def find_secrets(text: str) -> list[Found]:
    """Return what stands in `text`, in its order: no two overlap, the most telling ones stay."""
    data = text.encode("utf-8", "replace")  # a lone surrogate is one character and one byte then
    matches = [
        match
        for rule, ranges in _hits(data).items()
        for start, end in ranges
        for match in _matches(RULES[rule], data, start, end)
    ]
    if not matches:
        return []
    matches.sort(key=_rank)
    chosen = sorted(_apart(matches, len(data)), key=lambda match: match[1])
    found = []
    place = chars = 0
    for rule, start, end in chosen:
        chars += start - place if text.isascii() else len(data[place:start].decode())
        what = data[start:end].decode()
        found.append(Found(rule.name, chars, len(what), _seen(rule, what), rule.kind))
        place, chars = end, chars + len(what)
    return found


def veiled(text: str, kinds: Collection[str] = ("secret",)) -> str:
    """Return `text` as long as it is, with dots in place of what may not be seen of its secrets.

    Personal data stays unless asked: people are what many entries are about.
    """
    parts, at = [], 0
    for found in find_secrets(text):
        if found.kind not in kinds:
            continue
        head, _, tail = found.redacted.partition("…")
        whole = text[found.start : found.start + found.length]
        shown = head if whole.startswith(head) else ""
        ends = tail if whole.endswith(tail) else ""
        hidden = "•" * (found.length - len(shown) - len(ends))
        parts += [text[at : found.start], shown, hidden, ends]
        at = found.start + found.length
    return "".join(parts) + text[at:] if parts else text


def redact(text: str, keep: Collection[Value] = (), only: Collection[Value] | None = None) -> str:
    """Return `text` with `[redacted: rule]` for each secret and personal datum in it.

    What is among `keep` stays, where `only` is given all that is not among it, and so does bait:
    it is shown, never filtered.
    """
    return redaction(text, keep, only).text


def redaction(
    text: str, keep: Collection[Value] = (), only: Collection[Value] | None = None
) -> Redaction:
    """Redact like `redact`, and say what was replaced."""
    passes = []
    spans: list[tuple[str, int, int]] = []
    for _ in range(_PASSES):
        parts: list[str] = []
        replaced = []
        place = 0
        for each in find_secrets(text):
            end = each.start + each.length
            value = (each.rule, text[each.start : end])
            if each.kind == "bait" or value in keep or (only is not None and value not in only):
                continue
            mark = f"[redacted: {each.rule}]"
            parts += (text[place : each.start], mark)
            replaced.append((each.start, each.length, len(mark)))
            spans.append((text, each.start, end))
            place = end
        if not replaced:
            break
        text = "".join((*parts, text[place:]))
        passes.append(tuple(replaced))
    return Redaction(text, tuple(passes), tuple(spans))


def without_ends(text: str, whole: str) -> str:
    """Return a text that was cut short, as titles are, without the begun secret at its end.

    The secrets are those of the `whole` text that it was taken from.
    """
    if not text.endswith("…"):
        return text
    bare = text[:-1].rstrip()
    for each in find_secrets(whole):
        if each.kind != "bait":
            secret = whole[each.start : each.start + each.length]
            for size in range(min(each.length, len(bare)), _BEGUN - 1, -1):
                if bare.endswith(secret[:size]):
                    return f"{bare[:-size]}[redacted: {each.rule}]"
    return text


_Match = tuple[Rule, int, int]  # from byte to byte


def _hits(data: bytes) -> dict[int, list[tuple[int, int]]]:
    """Return the rules whose hints occur, each with the ranges to search."""
    match = _hints().Match
    size = len(data)
    if size <= _WINDOW:
        return {rule: [(0, size)] for rule in match(data) or ()}
    ranges: dict[int, list[tuple[int, int]]] = {}
    for start in range(0, size, _WINDOW):
        for rule in match(data[start : start + _WINDOW + _OVERLAP]) or ():
            known = ranges.setdefault(rule, [])
            since, until = max(0, start - _OVERLAP), min(size, start + 2 * _WINDOW)
            if known and since <= known[-1][1]:
                since, _ = known.pop()
            known.append((since, until))
    return ranges


def _matches(rule: Rule, data: bytes, place: int, limit: int) -> Iterator[_Match]:
    """Yield what a rule finds in a range and its check confirms."""
    pattern = _compiled(rule.pattern)
    while (match := pattern.search(data, place, limit)) is not None:
        start, end = match.span(1)
        what = data[start:end].decode()
        taken = rule.check(what)
        if taken:
            place = start + len(what[:taken].encode())
            yield rule, start, place
        elif rule.retried:
            place = match.start() + 1
        else:
            place = max(match.end(), match.start() + 1)


def _rank(match: _Match) -> tuple[object, ...]:
    rule, start, end = match
    return _ORDER[rule.kind], rule.general, start - end, start


def _apart(matches: list[_Match], size: int) -> Iterator[_Match]:
    """Yield those that overlap none before them."""
    taken = bytearray(size)
    for match in matches:
        _, start, end = match
        if taken.find(1, start, end) < 0:
            taken[start:end] = b"\1" * (end - start)
            yield match


def _seen(rule: Rule, what: str) -> str:
    """Return what may be seen of a finding: eight characters at most, and none of a short one."""
    if rule.kind == "bait" and rule.shown != (0, 0):
        return what if len(what) <= _SEEN_BAIT else f"{what[: _SEEN_BAIT - 1]}…"
    first, last = rule.shown
    if first + last == 0 or len(what) < 3 * (first + last):
        return "…"
    return f"{what[:first]}…{what[len(what) - last :]}"


@lru_cache(1)
def _hints() -> Any:
    """Return the hints of all rules as one set, which is searched for in one go."""
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = 64 << 20
    hints = re2.Set.SearchSet(options)
    for rule in RULES:
        hints.Add(rule.hint)
    hints.Compile()
    return hints


@lru_cache(None)
def _compiled(pattern: str) -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern, options)
