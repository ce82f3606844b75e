"""An entry of a sitting as lines: its facts, what its last edit changed, its pair's other one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import tzinfo

from convledger.memory.diffing import ADDED, REMOVED, SAME, diff_lines
from convledger.memory.queue import Queued
from convledger.memory.reasons import IDLE, NEW
from convledger.memory.veiling import veiled_entry, veiled_version
from convledger.text.display import display_text
from convledger.tui import sitting_words as words
from convledger.tui.sitting import PAIRED, pair_reason
from convledger.tui.sitting_asking import Side, Sight, Span
from convledger.tui.widgets.canvas import BAD, BOLD, DIM, GOOD, INK, WARN
from convledger.tui.widgets.lines import Line, Part, row, wrapped

SHOWN = 12_000  # characters of a text: whoever wants more edits it
_AROUND = 2  # lines that are the same, around a change of a longer text
_WHOLE = 12  # lines of a text that is shown whole beside its changes
_MARGIN: Part = ("   ", DIM)
_SIGNS = {SAME: (" ", DIM, ""), ADDED: ("+", GOOD, "on $added"), REMOVED: ("-", BAD, "on $removed")}


def entry_lines(
    one: Queued, sight: Sight, now: int, zone: tzinfo, cells: int, room: int
) -> Sequence[Line]:
    """Return an entry in so many cells, without free lines where they would push it out."""
    lines = _entry(one, sight, now, zone, cells)
    return lines if len(lines) <= room else [line for line in lines if line.parts]


def _entry(one: Queued, sight: Sight, now: int, zone: tzinfo, cells: int) -> list[Line]:
    sight = _veiled(sight)
    main, reason = sight.main, pair_reason(one)
    entry = main.entry
    scope: list[Part] = [(words.scope_text(entry), DIM)]
    lines = [Line(row([(display_text(entry.title), BOLD)], scope, cells))]
    facts = [
        ("said", words.said_text(main, zone)),
        ("checked", words.checked_text(entry, now, zone)),
        ("carried", words.carried_text(sight)),
        ("costs", words.costs_text(main)),
    ]
    lines += [Line(row([(f"{name:<9}", DIM), (fact, INK)], (), cells)) for name, fact in facts]
    lines += _why(one, cells)
    lines.append(Line([]))
    lines += _text(sight, zone, cells)
    if sight.other is not None and reason is not None:
        sign, word, colour = words.CHIPS[reason.kind]
        head: list[Part] = [
            (f"{sign} {word}", f"bold {colour}"),
            ("  with ", DIM),
            (display_text(sight.other.entry.title), BOLD),
            (f"  · {words.scope_text(sight.other.entry)}", DIM),
        ]
        lines += [Line([]), Line(row(head, (), cells))]
        lines += _other(sight.other, main, zone, cells)
        if reason.words:
            lines += _quiet(display_text(reason.words), cells)
    return lines


def _veiled(sight: Sight) -> Sight:
    """Return what is shown of a sight: no secret in full, every character in its place."""
    main, other = sight.main, sight.other
    return replace(
        sight,
        main=replace(main, entry=veiled_entry(main.entry)),
        other=None if other is None else replace(other, entry=veiled_entry(other.entry)),
        versions=tuple(veiled_version(each) for each in sight.versions),
    )


def _why(one: Queued, cells: int) -> Iterator[Line]:
    """Yield the reasons that have words of their own."""
    told = [each for each in one.reasons if each.words and each.kind not in (*PAIRED, IDLE, NEW)]
    parts: list[Part] = []
    for place, reason in enumerate(told):
        sign, word, colour = words.CHIPS[reason.kind]
        about = display_text(reason.words)
        parts += [("   " if place else "", DIM), (f"{sign} {word}", colour), (f" {about}", DIM)]
    if parts:
        first, rest = [(f"{'why':<9}", DIM)], [(" " * 9, DIM)]
        for each in wrapped(parts, cells, first=first, rest=rest):
            yield Line(each)


def _text(sight: Sight, zone: tzinfo, cells: int) -> Iterator[Line]:
    """Yield what the last edit changed, or the text where it had none."""
    main, versions = sight.main, sight.versions
    if len(versions) < 2:
        yield from _body(main, cells)
        return
    old, new = versions
    who = f"  edited by {display_text(new.editor)}, {words.moment_text(new.at, zone)}"
    why = f" · {display_text(new.reason)}" if new.reason else ""
    head: list[Part] = [(f"Version {old.number} → {new.number}", BOLD), (who + why, DIM)]
    yield Line(row(head, (), cells))
    if old.title != new.title:
        yield from _signed(REMOVED, old.title, (), cells)
        yield from _signed(ADDED, new.title, (), cells)
    lines = diff_lines(old.body[:SHOWN], new.body[:SHOWN], None)
    if len(lines) > _WHOLE:
        lines = diff_lines(old.body[:SHOWN], new.body[:SHOWN], _AROUND)
    if all(line.sign == SAME for line in lines):
        lines = diff_lines(new.body[:SHOWN], new.body[:SHOWN], None)
    at = 0
    for line in lines:
        spans: tuple[Span, ...] = ()
        if line.sign != REMOVED and line.text:
            place = new.body.find(line.text, at)
            if place >= 0:
                spans = _within(main.spans, place, place + len(line.text))
                at = place + len(line.text)
        yield from _signed(line.sign, line.text, spans, cells)
    yield from _rest(new.body, cells)


def _body(side: Side, cells: int) -> Iterator[Line]:
    at = 0
    text = side.entry.body[:SHOWN]
    for line in text.splitlines(keepends=True):
        spans = _within(side.spans, at, at + len(line))
        yield from _signed(SAME, line.rstrip("\r\n"), spans, cells, INK)
        at += len(line)
    yield from _rest(side.entry.body, cells)


def _rest(body: str, cells: int) -> Iterator[Line]:
    if len(body) > SHOWN:
        yield from _quiet(f"… {len(body) - SHOWN:,} more characters; e shows them all", cells)


def _other(side: Side, main: Side, zone: tzinfo, cells: int) -> Iterator[Line]:
    """Yield the other one's text, who said it when, and which of both is newer."""
    yield from _body(side, cells)
    told = [f"said {words.said_text(side, zone)}", words.tokens_text(side.entry.tokens, "tokens")]
    told.append(words.cost_words(side.cost))
    mine, theirs = main.entry.source_date, side.entry.source_date
    if mine is not None and theirs is not None and mine != theirs:
        newer = "newer" if theirs > mine else "older"
        told.append(f"{newer} by {words.days_text(theirs - mine)}")
    yield from _quiet(" · ".join(told), cells)


def _quiet(text: str, cells: int) -> Iterator[Line]:
    for parts in wrapped([(text, DIM)], cells, first=[_MARGIN], rest=[_MARGIN]):
        yield Line(parts)


def _signed(
    sign: str, text: str, spans: tuple[Span, ...], cells: int, style: str = ""
) -> Iterator[Line]:
    """Yield a line of a text with its sign, the words that differ from a pair's other lit up."""
    mark, colour, fill = _SIGNS[sign]
    own = style or (INK if sign != SAME else DIM)
    behind = f" {fill}" if fill else ""
    parts = [(piece, f"{kind}{behind}") for piece, kind in lit(text, spans, own, f"bold {WARN}")]
    first: Part = (f" {mark} ", f"{colour}{behind}")
    for each in wrapped(parts, cells, first=[first], rest=[("   ", f"{colour}{behind}")]):
        yield Line(each, fill)


def _within(spans: Sequence[Span], start: int, end: int) -> tuple[Span, ...]:
    """Return the parts of spans between two places, counted from the first of these."""
    return tuple(
        (max(first, start) - start, min(last, end) - start)
        for first, last in spans
        if first < end and last > start
    )


def lit(text: str, spans: Sequence[Span], style: str, light: str) -> list[Part]:
    """Return foreign text in parts that may be shown, spans of it in another style."""
    parts: list[Part] = []
    at = 0
    for start, end in spans:
        parts += [(display_text(text[at:start]), style), (display_text(text[start:end]), light)]
        at = max(at, end)
    parts.append((display_text(text[at:]), style))
    return [part for part in parts if part[0]]
