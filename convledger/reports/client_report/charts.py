"""Charts as SVG: bars over days, a waterfall, a histogram; every coordinate is worked out exactly.

Sizes of text and colours come from the page's style; a narrow page has larger letters, for which
there is room.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from html import escape

from convledger.money import PICO
from convledger.plans.currencies import SIGNS
from convledger.reports.client_report.page import Bars, Histogram, Waterfall

WIDTH = 720
_LEFT, _RIGHT, _TOP = 64, 8, 12
_BARS_HEIGHT, _AXIS = 220, 30
_ROW, _LABEL, _AMOUNT = 27, 216, 118
_LEAST = Fraction(3, 2)  # a bar that is there can be seen


def bars(chart: Bars, name: str) -> Iterator[str]:
    """Yield the bars of days, stacked by series from the ground up."""
    height = _BARS_HEIGHT + _AXIS
    highest = max((sum(part.amount for part in day.segments) for day in chart.days), default=0)
    step = nice_step(highest)
    ticks = max(-(-highest // step), 1)
    ground = _BARS_HEIGHT
    room = ground - _TOP
    yield from _open(chart.title, chart.words, name, height)
    for tick in range(ticks + 1):
        line = _text(ground - Fraction(room * tick, ticks))
        kind = "base" if not tick else "grid"
        yield f'<line class="{kind}" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{line}" y2="{line}"/>'
        label = escape(tick_label(step * tick, step, chart.currency))
        yield f'<text class="end" x="{_LEFT - 8}" y="{line}" dy="0.35em">{label}</text>'
    slot = Fraction(WIDTH - _LEFT - _RIGHT, max(len(chart.days), 1))
    wide = min(slot * 3 / 4, Fraction(48))
    for place, day in enumerate(chart.days):
        middle = _LEFT + slot * place + slot / 2
        if day.segments:
            yield f"<g><title>{escape(day.words)}</title>"
            y = Fraction(ground)
            for part in day.segments:
                tall = Fraction(room * part.amount, step * ticks)
                y -= tall
                yield (
                    f'<rect class="s{part.series}" x="{_text(middle - wide / 2)}" y="{_text(y)}" '
                    f'width="{_text(wide)}" height="{_text(tall)}"/>'
                )
            yield "</g>"
        if day.is_marked:
            label = escape(day.label)
            yield f'<text class="mid" x="{_text(middle)}" y="{ground + 20}">{label}</text>'
    yield "</svg>"


def waterfall(chart: Waterfall, name: str) -> Iterator[str]:
    """Yield the steps as bars below each other, each from where the one before ended."""
    height = _ROW * len(chart.steps) + 8
    ends = [0]
    for step in chart.steps:
        ends += [step.before, step.before + (step.amount or 0)]
    low, high = min(ends), max(ends)
    span = (high - low) or 1
    room = WIDTH - _LABEL - _AMOUNT
    yield from _open(chart.title, chart.words, name, height)
    zero = _text(_LABEL + Fraction(room * -low, span))
    yield f'<line class="base" x1="{zero}" x2="{zero}" y1="2" y2="{height - 2}"/>'
    for place, step in enumerate(chart.steps):
        y = 4 + _ROW * place
        middle = y + _ROW // 2 - 2
        heavy = ' class="sum"' if step.is_sum else ""
        yield f'<text{heavy} x="0" y="{middle}" dy="0.35em">{escape(step.label)}</text>'
        if step.amount is not None:
            start = min(step.before, step.before + step.amount)
            x = _LABEL + Fraction(room * (start - low), span)
            wide = Fraction(room * abs(step.amount), span)
            if step.amount and wide < _LEAST:
                wide = _LEAST
            kind = "total" if step.is_sum else "less" if step.amount < 0 else "more"
            yield (
                f'<rect class="{kind}" x="{_text(x)}" y="{y + 2}" width="{_text(wide)}" '
                f'height="{_ROW - 8}" rx="2"/>'
            )
        kind = "end sum" if step.is_sum else "end"
        yield (
            f'<text class="{kind}" x="{WIDTH}" y="{middle}" dy="0.35em">{escape(step.words)}</text>'
        )
    yield "</svg>"


def histogram(chart: Histogram, name: str) -> Iterator[str]:
    """Yield a bar for each bin with its count above it."""
    height = 160 + _AXIS
    ground, top = 160, 28
    most = max((count for _, count in chart.bins), default=0) or 1
    slot = Fraction(WIDTH, max(len(chart.bins), 1))
    wide = min(slot * 4 / 5, Fraction(96))
    yield from _open(chart.title, chart.words, name, height)
    yield f'<line class="base" x1="0" x2="{WIDTH}" y1="{ground}" y2="{ground}"/>'
    for place, (label, count) in enumerate(chart.bins):
        middle = slot * place + slot / 2
        tall = Fraction((ground - top) * count, most)
        if count:
            yield (
                f'<rect class="more" x="{_text(middle - wide / 2)}" y="{_text(ground - tall)}" '
                f'width="{_text(wide)}" height="{_text(tall)}" rx="2"/>'
            )
            above = _text(ground - tall - 7)
            yield f'<text class="mid sum" x="{_text(middle)}" y="{above}">{count:,}</text>'
        yield f'<text class="mid" x="{_text(middle)}" y="{ground + 20}">{escape(label)}</text>'
    yield "</svg>"


def _open(title: str, words: str, name: str, height: int) -> Iterator[str]:
    yield (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(words)}</desc>'
    )


def nice_step(highest: int) -> int:
    """Return a round amount of which at most four make up the highest one; picounits."""
    step: int = 10 ** max(len(str(max(highest, 1))) - 2, 0)
    while True:
        for times in (1, 2, 5):
            if step * times * 4 >= highest:
                return step * times
        step *= 10


def tick_label(amount: int, step: int, currency: str) -> str:
    """Return an amount on the axis with as many places as the step has, and no more."""
    places = 0
    while step * 10**places % PICO and places < 6:
        places += 1
    if places == 1:
        places = 2
    whole, part = divmod(amount * 10**places // PICO, 10**places)
    digits = f"{whole:,}.{part:0{places}d}" if places else f"{whole:,}"
    return f"{SIGNS.get(currency, f'{currency} ')}{digits}"


def _text(value: Fraction | int) -> str:
    """Return a coordinate with one decimal place."""
    tenths = round(value * 10)
    sign, tenths = ("-" if tenths < 0 else ""), abs(tenths)
    return f"{sign}{tenths // 10}" + (f".{tenths % 10}" if tenths % 10 else "")
