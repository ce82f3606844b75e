"""One line under a transcript: what it has cost by the cursor, how full the context is, when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from convledger.clock import SECOND, to_datetime
from convledger.tui.amounts import tokens, tokens_known, usd
from convledger.tui.widgets.canvas import DIM, INK, MONEY, Canvas, Part, measure
from convledger.tui.widgets.charts import meter
from convledger.tui.widgets.drawing import Drawing
from convledger.tui.widgets.script import Script

_GAP = 3
_BAR = 12


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a reader stands in a conversation; amounts are picodollars, the instant UTC."""

    so_far: int | None = None
    total: int | None = None
    context: int = 0
    largest: int = 0
    turn: int = 0
    turns: int = 0
    at: int = 0
    is_estimate: bool = False  # the cost so far; that of all is one from the first on
    holds_estimates: bool = False
    is_counted: bool = False  # the context, from the texts


def standing(script: Script, index: int) -> Standing:
    """Return where a reader stands at an entry."""
    outline = script.outline
    if not outline.heads:
        return Standing()
    is_priced = outline.total_pico is not None
    return Standing(
        so_far=outline.cumulative[index] if is_priced else None,
        total=outline.total_pico,
        context=outline.context[index],
        largest=outline.largest_context,
        turn=script.turn(index),
        turns=len(script.prompts),
        at=outline.heads[index].at,
        is_estimate=outline.estimated_from is not None and outline.estimated_from <= index,
        holds_estimates=outline.estimated_from is not None,
        is_counted=outline.counted_from is not None,
    )


class ContextMeter(Drawing):
    """Shows a standing in one line; what does not fit is left out, the least telling first."""

    DEFAULT_CSS = "ContextMeter { height: 1; }"

    def __init__(self, zone: tzinfo, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(focusable=False, id=id)
        self._zone = zone
        self._standing = Standing()

    def show(self, standing: Standing) -> None:
        """Show where a reader stands, if that is somewhere else."""
        if standing != self._standing:
            self._standing = standing
            self.refresh()

    def draw(self, canvas: Canvas) -> None:
        """Draw the parts that fit, from the left."""
        now = self._standing
        if not now.turns and not now.at:
            return
        total = usd(now.total, estimated=now.holds_estimates)
        cost: list[Part] = [
            (usd(now.so_far, estimated=now.is_estimate), MONEY), (f" of {total}", DIM),
        ]  # fmt: skip
        turn: list[Part] = [("turn ", DIM), (str(now.turn), INK), (f" of {now.turns}", DIM)]
        context: list[Part] = []
        if now.largest:
            context = [
                ("context ", DIM),
                (tokens_known(now.context, counted=now.is_counted, lacking=False), INK),
                (f" of {tokens(now.largest)}", DIM),
            ]
        moment = to_datetime(now.at).astimezone(self._zone) if now.at >= SECOND else None
        when: list[Part] = [(f"{moment:%a} {moment.day} {moment:%b %H:%M}", DIM)] if moment else []

        groups = [cost, context, turn, when]
        for least in (3, 1, 2):
            if _size(groups) > canvas.width:
                groups[least] = []
        room = canvas.width - _size(groups)
        bars = 2 if room >= 2 * (_BAR + 1) else 1 if room > _BAR else 0
        x = 0
        for group, (part, whole, colour), is_metered in (
            (cost, (now.so_far or 0, now.total or 0, MONEY), bars > 1),
            (groups[1], (now.context, now.largest, "$primary"), bars > 0),
            (groups[2], (0, 0, ""), False),
        ):
            if group:
                x = canvas.put(x, 0, *group, end=canvas.width)
                if is_metered and whole:
                    meter(canvas, x + 1, 0, _BAR, part, whole, colour)
                    x += _BAR + 1
                x += _GAP
        if groups[3]:
            canvas.right(canvas.width, 0, *groups[3])


def _size(groups: list[list[Part]]) -> int:
    shown = [group for group in groups if group]
    return sum(measure(*group) for group in shown) + _GAP * max(0, len(shown) - 1)
