"""The words of a sitting: chips of reasons, facts of an entry, the tally, the end."""

from __future__ import annotations

from datetime import tzinfo
from fractions import Fraction
from typing import TYPE_CHECKING

from convledger.clock import DAY, to_datetime
from convledger.economics.carrying import Cost
from convledger.memory.queue import Hygiene, Queued
from convledger.memory.reasons import (
    BAIT,
    CHANGED,
    CONFLICT,
    DATED,
    DUE,
    DUPLICATE,
    EXPIRED,
    IDLE,
    MISSING,
    NEW,
    NO_DATE,
    NO_SOURCE,
    SECRET,
    SUPERSEDED,
    UNUSED,
)
from convledger.memory.words import scope_words
from convledger.money import usd_display
from convledger.reports.render.numbers import share
from convledger.text.display import clip, display_text
from convledger.tui.amounts import percent
from convledger.tui.memory_words import from_home, source_place
from convledger.tui.sitting import CHOSEN, NO_PAIR, Sitting, Tally
from convledger.tui.widgets.canvas import BAD, BOLD, DIM, FOCUS, GOOD, INK, MONEY, WARN
from convledger.tui.widgets.rows import Part

if TYPE_CHECKING:
    from convledger.store.entries import Entry
    from convledger.tui.sitting_asking import Side, Sight

# How each reason stands in a row: its sign, its word, its colour.
CHIPS = {
    CONFLICT: ("≠", "conflict?", WARN),
    DUPLICATE: ("=", "duplicate?", MONEY),
    DATED: ("~", "dated text", MONEY),
    SECRET: ("!", "secret?", BAD),
    BAIT: ("!", "bait?", BAD),
    DUE: ("○", "due", FOCUS),
    NEW: ("○", "new", FOCUS),
    CHANGED: ("×", "source changed", WARN),
    MISSING: ("×", "source missing", WARN),
    NO_SOURCE: ("∅", "no source", WARN),
    NO_DATE: ("∅", "no date", WARN),
    EXPIRED: ("■", "expired", BAD),
    SUPERSEDED: ("↑", "superseded?", MONEY),
    IDLE: ("·", f"unused {UNUSED} d", DIM),
}
LOOKING = ["Looking at every entry …"]
NOTHING = [
    "Nothing wants a look.",
    "Every entry has a source, a date, and was checked in time.",
    "esc goes back.",
]


def cost_text(cost: Cost) -> str:
    """Return what an entry costs a month: "$0.94", "–" where it is not known."""
    if isinstance(cost, Fraction):
        return share(cost)
    return usd_display(cost, 2) if cost is None or cost >= 10**10 or cost == 0 else "<$0.01"


def cost_words(cost: Cost) -> str:
    """Return that in words: "$0.94 a month est.", "0.1 % of the context est."."""
    if isinstance(cost, Fraction):
        return f"{cost_text(cost)} of the context est."
    return f"{cost_text(cost)} a month" + (" est." if cost is not None else "")


def tokens_text(tokens: int | None, unit: str = "tok") -> str:
    """Return a number of tokens, "–" where they are not counted."""
    return f"{tokens:,} {unit}" if tokens is not None else f"– {unit}"


def date_text(at: int, zone: tzinfo) -> str:
    """Return a day with its year: "3 Mar 2026"."""
    day = to_datetime(at).astimezone(zone)
    return f"{day.day} {day:%b %Y}"


def moment_text(at: int, zone: tzinfo) -> str:
    """Return a day with its year and the time: "12 Jun 2026, 09:40"."""
    return f"{date_text(at, zone)}, {to_datetime(at).astimezone(zone):%H:%M}"


def days_text(span: int) -> str:
    """Return a span in whole days: "1 day", "251 days"."""
    days = abs(span) // DAY
    return "1 day" if days == 1 else f"{days:,} days"


def who_text(said_by: str) -> str:
    """Return who said a message."""
    return {"user": "you", "assistant": "the model"}.get(said_by, said_by)


def scope_text(entry: Entry) -> str:
    """Return kind and scope of an entry."""
    return f"{entry.kind} · {display_text(scope_words(entry.scope))}"


# ---- facts


def said_text(side: Side, zone: tzinfo) -> str:
    """Return who said it when, and where."""
    evidence, entry = side.evidence, side.entry
    at = entry.source_date
    if evidence is not None and evidence.at is not None:
        at = evidence.at
    when = [date_text(at, zone)] if at is not None else []
    if evidence is None:
        return f"{when[0]}, no source is known" if when else "no source and no date are known"
    if evidence.said_by:
        return ", ".join([*when, who_text(evidence.said_by), f"in {evidence.reader}"])
    return ", ".join([*when, display_text(source_place(evidence)) or evidence.source.kind])


def checked_text(entry: Entry, now: int, zone: tzinfo) -> str:
    """Return when somebody last said that it is true."""
    at = entry.verified_at
    if at is None:
        return "never"
    ago = f"{days_text(now - at)} ago" if now - at >= DAY else "today"
    return f"{date_text(at, zone)}, {ago}" + (f", by {entry.verified_by}" * bool(entry.verified_by))


def carried_text(sight: Sight) -> str:
    """Return the packs and the files that hold an entry."""
    packs, files = sight.carriers.packs, sight.carriers.files
    told = []
    if packs:
        told.append(("pack " if len(packs) == 1 else "packs ") + _listed(packs))
    if files:
        told.append(_listed(tuple(map(from_home, files))))
    return display_text(" · ".join(told)) or "in no pack and no file"


def _listed(names: tuple[str, ...]) -> str:
    if len(names) > 3:
        return f"{', '.join(names[:2])} and {len(names) - 2} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def costs_text(side: Side) -> str:
    """Return tokens with their method, and what they cost a month."""
    entry = side.entry
    method = f" ({entry.tokens_method})" if entry.tokens is not None and entry.tokens_method else ""
    return f"{tokens_text(entry.tokens, 'tokens')}{method} · {cost_words(side.cost)}"


# ---- the frames


def last_words(sitting: Sitting) -> list[Part]:
    """Return what was decided last."""
    if not sitting.verdicts:
        return [("one key, then the next", DIM)]
    last = display_text(sitting.verdicts[-1].words)
    return [("✓ ", GOOD), (f"{sitting.decided:,} decided, last: {last}", DIM)]


def queue_title(sitting: Sitting) -> str:
    """Return what the list is."""
    return f"Not {sitting.ratio}" if sitting.ratio else "Queue"


def queue_counts(sitting: Sitting, cells: int) -> str:
    """Return how many are left, and in which order."""
    left, marked = len(sitting.shown), len(sitting.marked())
    if not left:
        return ""
    told = f"{left:,} to go"
    if marked:
        return f"{told} · {marked:,} marked"
    long = f"{told} · by weight × $ a month est."
    return long if len(long) <= cells else told


def place_text(sitting: Sitting, sight: Sight, unseen: int) -> str:
    """Return which version it is, and which entry of all, and how many lines are out of sight."""
    tally, entry = sitting.tally(), sight.main.entry
    version = f"version {entry.version}"
    if unseen:
        version = f"tab, ↓ for {unseen:,} more {'line' if unseen == 1 else 'lines'} · {version}"
    if sitting.ratio:
        return f"{version} · {sitting.cursor + 1:,} of {len(sitting.shown):,}"
    return f"{version} · {ordinal(tally.decided + sitting.cursor + 1)} of {tally.total:,}"


def ordinal(number: int) -> str:
    """Return a number as a place: "1st", "24th", "113th"."""
    if number % 100 in (11, 12, 13):
        return f"{number:,}th"
    return f"{number:,}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def source_counts(side: Side, room: int, near: int) -> str:
    """Return the tool, the conversation, and which of its messages are shown, in so many cells.

    At most so many are shown that are `near`, before the one that is quoted.
    """
    evidence, around = side.evidence, side.around
    if evidence is None:
        return ""
    more = f" · 1 of {side.sources} sources" if side.sources > 1 else ""
    if not around.said:
        return clip(display_text(source_place(evidence)), max(0, room - len(more))) + more
    first, last = max(around.first, around.last - near), around.last
    which = f"message {last:,}" if first == last else f"messages {first:,}–{last:,}"
    end = f" · {which} of {around.of:,}{more}"
    title = display_text(evidence.title) or "Untitled"
    return clip(f"{evidence.reader} · {title}", max(0, room - len(end))) + end


def hygiene_words(hygiene: Hygiene | None) -> tuple[str, str]:
    """Return title and counts of the panel of ratios."""
    if hygiene is None:
        return "Hygiene", ""
    entries = "1 entry" if hygiene.entries == 1 else f"{hygiene.entries:,} entries"
    if not hygiene.entries:
        return "Hygiene", ""
    return f"Hygiene of {entries}", f"mean {percent(hygiene.score, 1)} · ⏎ lists the others"


# ---- what it comes to


def saved_parts(tally: Tally) -> list[Part]:
    """Return the tokens and the money that are no longer carried."""
    cost = tally.cost
    money = f"−{cost_text(cost)}/mo est." if cost is not None else "–/mo"
    if isinstance(cost, Fraction):
        money = f"−{cost_words(cost)}"
    tokens = f"−{tally.tokens:,} tokens" if tally.tokens else "0 tokens"
    if tally.cost is None and not tally.tokens:
        return [("0 tokens", BOLD)]
    return [(tokens, BOLD), (" · ", DIM), (money, BOLD)]


def count_texts(tally: Tally) -> list[str]:
    """Return the verdicts by name: "9 still true", "2 conflicts settled"."""
    told = []
    for kind, number in tally.counts:
        words = kind
        if kind == CHOSEN:
            words = "conflict settled" if number == 1 else "conflicts settled"
        elif kind == NO_PAIR:
            words = "no pair" if number == 1 else "no pairs"
        told.append(f"{number:,} {words}")
    return told


def end_lines(sitting: Sitting) -> list[list[Part]]:
    """Return the calm end of a sitting: what was done, what it did, what to do next."""
    tally = sitting.tally()
    if not tally.total:
        return [[(NOTHING[0], BOLD)], [], [(NOTHING[1], DIM)], [], [(NOTHING[2], DIM)]]
    lines: list[list[Part]] = [
        [("✓ ", GOOD), (f"{tally.decided:,} decided", BOLD), (" · nothing is left", DIM)],
        [(" · ".join(count_texts(tally)), INK)],
        saved_parts(tally),
        [],
    ]
    before, after = sitting.before, sitting.hygiene
    if before is not None and after is not None and before.entries and after.entries:
        lines.append([("Hygiene before and after", BOLD)])
        pairs = [
            (one.name, one.share, now.share)
            for one, now in zip(before.ratios, after.ratios, strict=True)
        ]
        for name, was, is_now in [*pairs, ("mean", before.score, after.score)]:
            is_better = is_now > was
            lines.append(
                [
                    (f"{name:<24}{percent(was, 1):>6} → ", DIM),
                    (f"{percent(is_now, 1):>6}", GOOD if is_better else INK),
                    ("  ▲" if is_better else "", GOOD),
                ]
            )
        lines.append([])
    lines += [
        [("u", "bold $accent"), (" takes the last verdict back, on disk", DIM)],
        [("r", "bold $accent"), (" looks whether anything has come up since", DIM)],
        [("esc", "bold $accent"), (" goes back; snoozed entries return by themselves", DIM)],
    ]
    return lines


def chip_parts(one: Queued, room: int) -> list[Part]:
    """Return the reasons as chips, as many as there is room for, the rest as their number."""
    kinds = list(dict.fromkeys(reason.kind for reason in one.reasons))
    parts: list[Part] = []
    for place, kind in enumerate(kinds):
        sign, word, colour = CHIPS[kind]
        text = f" {sign} {word} "
        rest = len(kinds) - place
        if len(text) + (3 if rest > 1 else 0) > room:
            parts.append((f"+{rest}", DIM))
            break
        parts += [(text, f"{colour} on $panel"), (" ", "")]
        room -= len(text) + 1
    return parts
