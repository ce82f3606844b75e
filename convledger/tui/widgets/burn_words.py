"""What a burn-down says in words: its marks, and the sentence under the chart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import TYPE_CHECKING

from convledger.clock import DAY
from convledger.plans.certainty import Doubt
from convledger.reports.render.numbers import doubted
from convledger.text.display import clip, display_text
from convledger.tui.credit_words import (
    about_credits,
    credits_text,
    day_text,
    moment_text,
    money_text,
    of_credits,
    signed_credits,
)
from convledger.tui.widgets.bar_names import plural
from convledger.tui.widgets.canvas import BAD, DIM, FOCUS, GOOD, INK, MONEY, WARN
from convledger.tui.widgets.rows import Part

if TYPE_CHECKING:
    from convledger.reports.plan_figures import BurnDown, Mark

Said = tuple[int, tuple[str, str], str, bool]  # instant, two lines, colour, line without words
_FIRST = ("empty", "expires", "topup", "grant", "resets")  # who gets the room
_ALWAYS = ("empty", "expires")


def left_now(burn: BurnDown) -> int:
    """Return the picocredits that are left at this instant."""
    before = [level for level in burn.levels if level.at <= burn.now]
    return sum(before[-1].left) if before else 0


def burn_flags(burn: BurnDown, zone: tzinfo) -> Iterator[Said]:
    """Yield what is marked in the chart, the most important first."""
    if burn.since <= burn.now < burn.until:
        yield burn.now, ("now", f"{left_text(burn)} left"), INK, True
    marks = [mark for mark in burn.marks if burn.since < mark.at <= burn.until]
    order = {kind: place for place, kind in enumerate(_FIRST)}
    for mark in sorted(marks, key=lambda one: (order.get(one.kind, len(order)), one.at)):
        lines, colour = _mark_words(mark, zone, burn.ahead_doubt)
        yield mark.at, lines, colour, mark.kind in _ALWAYS


def _mark_words(mark: Mark, zone: tzinfo, doubt: Doubt) -> tuple[tuple[str, str], str]:
    day = day_text(mark.at, zone)
    name = clip(display_text(mark.name), 16)
    if mark.kind == "empty":
        return (_foreseen_at(mark.at, zone, doubt), "empty"), BAD
    if mark.kind == "expires":
        return (day, f"{_left_then(abs(mark.amount), doubt)} expire"), WARN
    if mark.kind == "topup":
        return (day, f"{signed_credits(mark.amount)} top-up"), GOOD
    if mark.kind == "grant":
        return (day, f"{signed_credits(mark.amount)} {name}".rstrip()), GOOD
    return (day, name or mark.kind), FOCUS


def outlook(burn: BurnDown, zone: tzinfo) -> list[list[Part]]:
    """Return the sentence under the chart, then the same in ever fewer words."""
    left, doubt = left_text(burn), burn.ahead_doubt
    if burn.is_over:
        over = ("no longer in force", INK)
        return [[over, (f" · {of_credits(left)} left", DIM)], [over]]
    if burn.burn_per_day is None or burn.burn_per_day <= 0:
        unknown = doubt if burn.burn_per_day is None else burn.burn_doubt
        none = "burn –: tokens unknown" if unknown.uncounted else "no use yet"
        return [[(none, INK), (f" · {of_credits(left)} left", DIM)], [(none, INK)]]
    notes: list[Part] = []
    if burn.confidence == "low":
        notes.append((" · few days to go by", DIM))
    if burn.shortfall > 0:
        return _short(burn, zone, notes)
    wasted: list[Part] = []
    if burn.wasted > 0:
        wasted = [("; ", DIM), (f"{_left_then(burn.wasted, doubt)} expire unused", WARN)]
    if burn.empty_at is not None:
        head: list[Part] = [(f"empty {_foreseen_at(burn.empty_at, zone, doubt)}", f"bold {BAD}")]
        days = max(0, burn.empty_at - burn.now) // DAY
        tail: list[Part] = [(f", in {days:,} {plural(days, 'day')}", DIM)]
        return [[*head, *tail, *wasted, *_unspoilt(burn, zone), *notes], [*head, *wasted], head]
    lasts = "lasts to the reset" if burn.next_grant_at is not None else "lasts"
    head = [(lasts, f"bold {GOOD}")]
    grant: list[Part] = []
    if burn.next_grant_at is not None and burn.next_grant:
        when = day_text(burn.next_grant_at, zone)
        grant = [(f" · {signed_credits(burn.next_grant)} on {when}", DIM)]
    return [[*head, *wasted, *grant, *notes], [*head, *wasted], wasted[1:] or head]


def _short(burn: BurnDown, zone: tzinfo, notes: list[Part]) -> list[list[Part]]:
    missing = doubted(about_credits(burn.shortfall), burn.shortfall, burn.ahead_doubt)
    head: list[Part] = [(f"{of_credits(missing)} short", f"bold {BAD}")]
    until: list[Part] = []
    if burn.next_grant_at is not None:
        grant = f"{signed_credits(burn.next_grant)} on " if burn.next_grant else ""
        until = [(f" until {grant}{day_text(burn.next_grant_at, zone)}", DIM)]
    price: list[Part] = []
    if burn.shortfall_money is not None:
        amount = money_text(burn.shortfall_money, burn.currency)
        amount = doubted(amount, burn.shortfall_money, burn.ahead_doubt)
        price = [(" = ", DIM), (f"{amount} overage est.", MONEY)]
    brief = [(words.replace(" overage", ""), ink) for words, ink in price]
    unspoilt = _unspoilt(burn, zone)
    return [
        [*head, *until, *price, *unspoilt, *notes],
        [*head, *until, *price, *unspoilt],
        [*head, *until, *price],
        [*head, *price],
        [*head, *brief],
        head,
    ]


def _unspoilt(burn: BurnDown, zone: tzinfo) -> list[Part]:
    """Return until when the credits would last if none of them expired."""
    without = burn.empty_at_without_expiry
    if without is None or without == burn.empty_at:
        return []
    day = doubted(day_text(without, zone), 1, Doubt(burn.ahead_doubt.is_estimated))
    return [(f" · without the expiry: {day}", DIM)]


def left_text(burn: BurnDown) -> str:
    """Return what is left at this instant, marked where estimated or unknown tokens enter it."""
    left = left_now(burn)
    return doubted(credits_text(left), left, burn.left_doubt, at_most=True)


def _left_then(amount: int, doubt: Doubt) -> str:
    return doubted(about_credits(amount), amount, doubt, at_most=True)


def _foreseen_at(at: int, zone: tzinfo, doubt: Doubt) -> str:
    return doubted(moment_text(at, zone), 1, Doubt(doubt.is_estimated))
