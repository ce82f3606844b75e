"""Where an entry of a sitting comes from, as lines: the messages around the quote, and its span."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo

from convledger.memory.beside import Said
from convledger.memory.evidence import CHANGED, MISSING, Evidence
from convledger.memory.veiling import veiled_evidence
from convledger.reports.render.numbers import marked
from convledger.text.display import display_text, width
from convledger.text.secrets import veiled
from convledger.tui import sitting_words as words
from convledger.tui.amounts import usd
from convledger.tui.credit_words import same_day
from convledger.tui.memory_words import source_place
from convledger.tui.sitting_asking import Side, Sight
from convledger.tui.widgets.canvas import BOLD, DIM, FOCUS, GOOD, INK, RULE, WARN
from convledger.tui.widgets.conversation_rows import model_name
from convledger.tui.widgets.lines import Line, Part, row, wrapped
from convledger.tui.widgets.script import minute_text
from convledger.tui.widgets.sitting_entry import lit

_BEFORE, _QUOTE, _AFTER = 500, 3_000, 500  # characters around a quote, and of it
_LOOKED = 4_000  # characters of it in which secrets are looked for
_NEAR = 240  # characters of a message that only stands near
_LIT = "bold $accent on $quote"


def source_lines(sight: Sight, zone: tzinfo, cells: int, room: int) -> tuple[Sequence[Line], int]:
    """Return where an entry comes from, where its pair's other one does, and how many are near.

    Where there is little room the messages around go before the quotations do.
    """
    for near in (2, 1, 0):
        lines = list(_side(sight.main, zone, cells, near))
        if sight.other is not None:
            lines += [Line([]), _rule(sight.other, cells), Line([])]
            lines += _side(sight.other, zone, cells, 0)
        if len(lines) <= room:
            return lines, near
    return [line for line in lines if line.parts], near


def _rule(side: Side, cells: int) -> Line:
    told: list[Part] = [("── ", RULE), ("≠ the other side", WARN)]
    about = words.source_counts(side, cells - 24, 0)
    told.append((f" · {about} " if about else " ", DIM))
    used = sum(width(text) for text, _ in told)
    return Line(row([*told, ("─" * max(0, cells - used), RULE)], (), cells))


def _side(side: Side, zone: tzinfo, cells: int, near: int) -> Iterator[Line]:
    evidence = None if side.evidence is None else veiled_evidence(side.evidence, _BEFORE)
    if evidence is None:
        yield from _plain("Nobody knows where this comes from: it was written by hand.", cells)
        return
    if not side.around.said:
        yield from _without_message(evidence, zone, cells)
        return
    before = 0
    for said in side.around.said[-1 - near :]:
        is_quoted = said.message_id == evidence.message_id
        if before:
            yield Line([])
        yield _who(said, before, zone, cells)
        colour = _colour(said.said_by)
        text = (
            _around_quote(evidence) if is_quoted else [(_short(veiled(said.text[:_LOOKED])), INK)]
        )
        yield from _barred(text, colour, cells)
        before = said.at


def _without_message(evidence: Evidence, zone: tzinfo, cells: int) -> Iterator[Line]:
    source = evidence.source
    at = source.source_date
    place = display_text(source_place(evidence)) or source.kind
    when = f"  {words.date_text(at, zone)}" if at is not None else ""
    yield Line(row([(place, BOLD), (when, DIM)], (), cells))
    quote = source.quote[:_QUOTE]
    if evidence.line:
        yield from _barred(_around_quote(evidence), DIM, cells)
    elif quote:
        yield from _barred([(quote, _LIT)], DIM, cells)
    elif source.memory_item_id is not None:
        yield from _plain("The file says something else by now, or can't be read.", cells)
    else:
        yield from _plain("The words are not kept with it.", cells)


def _plain(text: str, cells: int) -> Iterator[Line]:
    for parts in wrapped([(text, DIM)], cells):
        yield Line(parts)


def _who(said: Said, before: int, zone: tzinfo, cells: int) -> Line:
    """Return who spoke, when, and what the call took."""
    name = "you" if said.said_by == "user" else model_name(said.model) or said.said_by
    is_same = bool(before) and same_day(before, said.at, zone)
    when = minute_text(said.at, zone) if is_same else words.moment_text(said.at, zone)
    told = [when]
    if said.output is not None:
        counted = marked(
            f"{said.output:,}", said.output, counted=bool(said.lacks_tokens),
            lacking=bool(said.lacks_tokens) and not said.output,
        )  # fmt: skip
        told += [f"{counted} tok", usd(said.pico, estimated=bool(said.is_estimate))]
    about = f"  {' · '.join(told)}"
    return Line(
        row([(display_text(name), f"bold {_colour(said.said_by)}"), (about, DIM)], (), cells)
    )


def _colour(said_by: str) -> str:
    return {"user": FOCUS, "assistant": GOOD}.get(said_by, DIM)


def _around_quote(evidence: Evidence) -> list[Part]:
    """Return the quoted message with the span lit up, as much around it as is needed to see it."""
    before, quote, after = evidence.before, evidence.quote, evidence.after
    if len(before) > _BEFORE:
        before = f"…{before[-_BEFORE:]}"
    if len(quote) > _QUOTE:
        quote, after = f"{quote[:_QUOTE]}…", ""
    if len(after) > _AFTER:
        after = f"{after[:_AFTER]}…"
    style = _LIT if evidence.source.status not in (CHANGED, MISSING) else INK
    return [(before.lstrip("\n"), INK), (quote, style), (after.rstrip(), INK)]


def _short(text: str) -> str:
    words_of = " ".join(text.split())
    return words_of if len(words_of) <= _NEAR else f"{words_of[:_NEAR].rstrip()}…"


def _barred(parts: Sequence[Part], colour: str, cells: int) -> Iterator[Line]:
    """Yield foreign text of several lines beside a bar."""
    bar: list[Part] = [("▎ ", colour)]
    text = "".join(part[0] for part in parts)
    ends, at = [], 0
    for piece, style in parts:
        ends.append((at, at + len(piece), style))
        at += len(piece)
    start = 0
    for line in text.splitlines(keepends=True) or [""]:
        end = start + len(line.rstrip("\r\n"))
        own: list[Part] = []
        for first, last, style in ends:
            piece = text[max(first, start) : min(last, end)]
            own += lit(piece, (), style, style)
        for each in wrapped(own or [("", INK)], cells, first=bar, rest=bar):
            yield Line(each)
        start += len(line)


def foot_parts(sight: Sight, cells: int) -> tuple[list[Part], list[Part]]:
    """Return whether what was quoted is still said, and what enter does."""
    sign, colour, told = _standing(sight)
    evidence = sight.main.evidence
    if evidence is None or evidence.message_id is None:
        return [(f"{sign} ", colour), (told, DIM)], []
    opens = " opens the conversation here"
    if width(told) + width(opens) + 5 > cells:
        opens = " opens it"
    return [(f"{sign} ", colour), (told, DIM)], [("⏎", "bold $accent"), (opens, DIM)]


def _standing(sight: Sight) -> tuple[str, str, str]:
    """Return sign, colour and words of how the quotations stand today."""
    sides = [one for one in (sight.main, sight.other) if one is not None]
    found = [one.evidence for one in sides if one.evidence is not None]
    if sight.main.evidence is None:
        return "∅", WARN, "no source"
    status = {one.source.status for one in found}
    if MISSING in status:
        return "×", WARN, "the message is gone from the ledger"
    if CHANGED in status:
        return "×", WARN, "something else stands there now"
    quoted = sum(1 for one in found if one.message_id is not None or one.line)
    if not quoted:
        return "·", DIM, "it comes from no conversation"
    told = "the quotation is" if quoted == 1 else "both quotations are"
    return "✓", GOOD, f"{told} still found word for word"
