"""Draws the parts of the plan's meters: credits, runway, windows, money, each at its own height."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from fractions import Fraction
from typing import TYPE_CHECKING

from convledger.clock import DAY
from convledger.plans.certainty import Doubt
from convledger.reports.render.numbers import doubted
from convledger.text.display import clip, display_text
from convledger.tui.amounts import nearest, percent
from convledger.tui.credit_words import (
    about_credits,
    clock_text,
    credits_text,
    day_text,
    full_moment_text,
    length_text,
    money_text,
    same_day,
    signed_credits,
    weekday_text,
)
from convledger.tui.widgets.canvas import (
    BAD,
    BOLD,
    DIM,
    FOCUS,
    GOOD,
    INK,
    MONEY,
    RULE,
    SERIES,
    WARN,
    Canvas,
    measure,
)
from convledger.tui.widgets.charts import meter, stacked_bar
from convledger.tui.widgets.meter_marks import level_of
from convledger.tui.widgets.path_line import roomiest

if TYPE_CHECKING:
    from convledger.reports.plan_meters import CreditsMeter, RunwayMeter, SpendMeter, WindowMeter

Parts = list[tuple[str, str]]
TOTAL = f"bold {MONEY}"


def draw_head(canvas: Canvas, y: int, name: str, *figures: Parts) -> None:
    """Write a name at the left and, as far as there is room, its figures at the right."""
    shown = roomiest(canvas.width - min(8, measure(name)) - 1, *figures)
    end = canvas.width
    if measure(*shown) <= canvas.width:
        end = canvas.right(canvas.width, y, *shown) - 1
    canvas.put(0, y, (name, BOLD), end=end)


def credit_figures(credits: CreditsMeter) -> list[Parts]:  # noqa: A002
    """Return what is left in ever fewer words: "194 of 560 left"."""
    ink = TOTAL if credits.left > 0 else f"bold {BAD}"
    text = doubted(credits_text(credits.left), credits.left, credits.left_doubt, at_most=True)
    left = (text, ink)
    of = f" of {credits_text(credits.granted)}"
    return [[left, (f"{of} left", DIM)], [left, (of, DIM)], [left]]


def draw_credits(canvas: Canvas, y: int, credits: CreditsMeter, lines: int) -> None:  # noqa: A002
    """Draw what is left by lot: head, bar, and up to two lines that name the colours."""
    draw_head(canvas, y, "Credits", *credit_figures(credits))
    used = max(0, credits.used)
    lots = _merged([(display_text(lot.name), max(0, lot.left)) for lot in credits.lots])
    whole = max(credits.granted, used + sum(left for _, left in lots))
    parts = [("used", used), *lots]
    inks = (RULE, *SERIES)
    if lines > 1:
        stacked = [(amount, ink) for (_, amount), ink in zip(parts, inks, strict=False)]
        stacked_bar(canvas, 0, y + 1, canvas.width, stacked, whole)
        if whole <= 0:
            canvas.fill(0, y + 1, "─", RULE, canvas.width)
    half = (canvas.width + 1) // 2
    doubts = [credits.used_doubt, *[credits.left_doubt] * len(lots)]
    for place, ((name, amount), ink, doubt) in enumerate(zip(parts, inks, doubts, strict=False)):
        row, column = divmod(place, 2)
        if row >= lines - 2:
            return
        figure = doubted(credits_text(amount), amount, doubt, at_most=place > 0)
        end = half * (column + 1) - 1 if column == 0 else canvas.width
        room = end - half * column - measure(figure) - 3
        canvas.put(half * column, y + 2 + row, ("■ ", ink), (clip(name, room), DIM),
                   (f" {figure}", INK), end=end)  # fmt: skip


def credit_lines(credits: CreditsMeter) -> int:  # noqa: A002
    """Return how many lines credits take at most."""
    names = {lot.name for lot in credits.lots if lot.left > 0}
    return 2 + -(-(1 + min(len(names), len(SERIES))) // 2)


def _merged(lots: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return lots by name, the last ones as one where there are more than colours."""
    sums: dict[str, int] = {}
    for name, left in lots:
        if left > 0:
            sums[name] = sums.get(name, 0) + left
    found = list(sums.items())
    most = len(SERIES)
    if len(found) <= most:
        return found
    rest = found[most - 1 :]
    return [*found[: most - 1], (f"{len(rest)} more", sum(left for _, left in rest))]


def runway_figures(runway: RunwayMeter) -> list[Parts]:
    """Return how many days the credits last and at which rate, in ever fewer words."""
    doubt, burn = runway.doubt, runway.burn_per_day
    if burn is None or burn <= 0:
        unknown = doubt if burn is None else runway.burn_doubt
        return [[("burn –" if unknown.uncounted else "no use yet", DIM)]]
    rate = (f" at {doubted(about_credits(burn), burn, runway.burn_doubt)} a day", DIM)
    if runway.empty_at is None:
        return [[("lasts", f"bold {GOOD}"), rate], [("lasts", f"bold {GOOD}")]]
    if runway.is_empty:
        return [[("nothing is left", f"bold {BAD}")], [("empty", f"bold {BAD}")]]
    tenths = max(0, runway.empty_at - runway.now) * 10 // DAY
    text = doubted(f"{tenths // 10:,}.{tenths % 10} days", tenths, doubt, at_most=True)
    days = (text, TOTAL)
    return [[days, rate], [days]]


def draw_runway(canvas: Canvas, y: int, runway: RunwayMeter, zone: tzinfo, lines: int) -> None:
    """Draw how long the credits last: head, a line to the next grant, and words beneath."""
    draw_head(canvas, y, "Runway", *runway_figures(runway))
    if lines < 2:
        return
    cells = canvas.width
    ends = [runway.next_grant_at, runway.empty_at, *(expiry.at for expiry in runway.expiries)]
    until = runway.next_grant_at or max([end for end in ends if end], default=runway.now + 30 * DAY)
    span = max(1, until - runway.now)
    is_open = runway.next_grant_at is None  # nothing comes: the line ends where the credits do

    def place(at: int) -> int:
        return max(0, min(cells - 1, nearest(max(0, at - runway.now) * (cells - 1), span)))

    empty = place(runway.empty_at) if runway.empty_at is not None else cells
    canvas.fill(0, y + 1, "━", FOCUS, min(empty, cells))
    canvas.fill(min(empty, cells), y + 1, "┈", DIM, max(0, cells - empty))
    if not is_open:
        canvas.fill(cells - 1, y + 1, "┤", DIM)
    labels: list[tuple[int, str, str, str]] = []  # the most important first
    if runway.empty_at is not None and empty < cells:
        canvas.fill(empty, y + 1, "✕", BAD)
        day = doubted(day_text(runway.empty_at, zone), 1, Doubt(runway.doubt.is_estimated))
        labels.append((empty, day, "empty", BAD))
    if runway.next_grant_at is not None:
        grant = signed_credits(runway.next_grant) if runway.next_grant else "reset"
        labels.append((cells - 1, day_text(runway.next_grant_at, zone), grant, DIM))
    for expiry in runway.expiries:
        x = place(expiry.at)
        if expiry.at <= until and 0 < x != empty:
            canvas.fill(x, y + 1, "╋", WARN)
            amount = about_credits(expiry.amount)
            words = f"{doubted(amount, expiry.amount, runway.doubt, at_most=True)} expire"
            labels.append((x, day_text(expiry.at, zone), words, WARN))
    canvas.fill(0, y + 1, "●", GOOD)
    labels.append((0, "now", "", DIM))
    _draw_labels(canvas, y + 2, labels, lines - 2)


def _draw_labels(
    canvas: Canvas, y: int, labels: Sequence[tuple[int, str, str, str]], lines: int
) -> None:
    """Write up to two lines under each place; where they would touch, the first ones stay."""
    if lines < 1:
        return
    outer = sorted(labels, key=lambda label: 0 < label[0] < canvas.width - 1)
    orders = (outer, labels)
    spreads = (_spread(canvas, order, lines) for order in orders)
    for x, start, shown, ink in max(spreads, key=_weight):
        size = max(map(measure, shown))
        for row, text in enumerate(shown, y):
            indent = min(max(x - start - measure(text) // 2, 0), size - measure(text))
            canvas.put(start + indent, row, (text, ink))


def _weight(found: Sequence[tuple[int, int, list[str], str]]) -> int:
    return sum(2 if ink == BAD else 1 for _, _, _, ink in found)


def _spread(
    canvas: Canvas, labels: Sequence[tuple[int, str, str, str]], lines: int
) -> list[tuple[int, int, list[str], str]]:
    """Return where labels find room in their order: their place, where they begin, their lines."""
    taken: list[tuple[int, int]] = []
    found: list[tuple[int, int, list[str], str]] = []
    for x, day, words, ink in labels:
        shown = [text for text in (day, words)[:lines] if text]
        size = max(map(measure, shown))
        for start in (x - size // 2, x - size + 1, x):
            start = max(0, min(canvas.width - size, start))
            is_free = all(start > end or start + size < begin for begin, end in taken)
            if size <= canvas.width and is_free:
                taken.append((start, start + size))
                found.append((x, start, shown, ink))
                break
    return found


def window_words(window: WindowMeter, zone: tzinfo) -> tuple[list[Parts], list[Parts]]:
    """Return when a window ends and what is foreseen for it, each in ever fewer words."""
    covers = f" · {display_text(window.covers)}" if window.covers else ""
    when: list[Parts] = [[("no window is open", DIM)]]
    if window.until is not None:
        left = f"{length_text(window.until - window.now)} left"
        resets = f"resets {_moment(window.until, window.now, zone)}"
        if window.since is None:  # it rolls: nothing begins anew then
            leaves = f"oldest use leaves {_moment(window.until, window.now, zone)}"
            when = [[(f"{leaves}{covers}", DIM)], [(leaves, DIM)], [(left, DIM)]]
        elif same_day(window.since, window.until, zone):
            span = f"{clock_text(window.since, zone)} to {clock_text(window.until, zone)}"
            when = [[(f"{span} · {left}{covers}", DIM)], [(f"{span} · {left}", DIM)], [(left, DIM)]]
        else:
            when = [[(f"{resets}{covers}", DIM)], [(resets, DIM)], [(left, DIM)]]
    if window.share >= 1 and window.since is None:
        return when, [[("full", f"bold {BAD}")]]
    if window.share >= 1:
        return when, [[("full", f"bold {BAD}"), (" until then", DIM)], [("full", f"bold {BAD}")]]
    if window.full_at is not None:
        full = _moment(window.full_at, window.now, zone)
        full = doubted(full, 1, Doubt(window.doubt.is_estimated))
        return when, [[("at this rate ", DIM), (f"full {full}", WARN)], [(f"full {full}", WARN)]]
    if window.share_at_end is not None:
        share = doubted(percent(window.share_at_end, 1), window.share_at_end, window.doubt)
        return when, [[(f"at this rate {share} at its end", DIM)], [(f"{share} at its end", DIM)]]
    return when, [[]]


def _moment(at: int, now: int, zone: tzinfo) -> str:
    if same_day(at, now, zone):
        return clock_text(at, zone)
    return weekday_text(at, zone) if at - now < 2 * DAY else full_moment_text(at, zone)


def share_figures(window: WindowMeter, *, used: bool = True) -> list[Parts]:
    """Return the used share of a limit with its mark: "△ 71 % used"."""
    share = window.share
    mark, colour = level_of(share)
    text = doubted(percent(share, 1), share, window.doubt)
    figure: Parts = [(f"{mark} {text}".lstrip(), f"bold {colour}")]
    return [[*figure, (" used", DIM)], figure] if used else [figure]


def draw_window(canvas: Canvas, y: int, window: WindowMeter, zone: tzinfo, lines: int) -> None:
    """Draw a limit: name with its share, meter, when it ends, what is foreseen; or one line."""
    name = display_text(window.name)
    if lines == 1:
        (figure,) = share_figures(window, used=False)
        start = canvas.right(canvas.width, y, *figure)
        room = max(5, min(canvas.width * 2 // 5, measure(name)))
        end = canvas.put(0, y, (name, BOLD), end=min(room, start - 1))
        first = max(end + 1, room + 1)
        if start - 1 - first >= 3:
            meter(canvas, first, y, start - 1 - first, window.share, 1, level_of(window.share)[1])
        return
    draw_head(canvas, y, name, *share_figures(window))
    meter(canvas, 0, y + 1, canvas.width, window.share, 1, level_of(window.share)[1])
    for row, forms in enumerate(window_words(window, zone)[: lines - 2], y + 2):
        canvas.put(0, row, *roomiest(canvas.width, *forms), end=canvas.width)


def draw_spend(
    canvas: Canvas, y: int, spend: SpendMeter, currency: str, zone: tzinfo, lines: int
) -> None:
    """Draw the bill of the period: head, meter where there is a budget, what is foreseen."""
    text = spend_text(spend, currency)
    amount = (text, TOTAL if text != "–" else DIM)
    figures: list[Parts] = [[amount]]
    if spend.budget is not None:
        of = (f" of {money_text(spend.budget, currency)}", DIM)
        figures = [[amount, of], [amount]]
    draw_head(canvas, y, "Billed", *figures)
    row = y + 1
    if spend.budget is not None and spend.budget > 0 and lines > 1:
        share = Fraction(spend.spent or 0, spend.budget)
        meter(canvas, 0, row, canvas.width, share, 1, level_of(share)[1])
        row += 1
    if row < y + lines and spend.projected is not None:
        ends = f" by {day_text(spend.until, zone)}" if spend.until is not None else ""
        over = spend.budget is not None and spend.projected > spend.budget
        text = money_text(spend.projected, currency)
        text = doubted(text, spend.projected, spend.projected_doubt)
        words = (f"{text} est.{ends}", WARN if over else DIM)
        canvas.put(0, row, words, end=canvas.width)


def spend_text(spend: SpendMeter, currency: str) -> str:
    """Return what is billed so far, marked where estimated or unknown tokens enter it."""
    return doubted(money_text(spend.spent, currency), spend.spent, spend.doubt)


def doubt_words(doubt: Doubt) -> str:
    """Return how many calls no figure holds, their tokens unknown; nothing where all are known."""
    if not doubt.uncounted:
        return ""
    is_one = doubt.uncounted == 1
    return f"{doubt.uncounted:,} {'call has' if is_one else 'calls have'} unknown tokens"


def spend_lines(spend: SpendMeter) -> int:
    """Return how many lines the bill takes at most."""
    return 1 + (spend.budget is not None and spend.budget > 0) + (spend.projected is not None)
