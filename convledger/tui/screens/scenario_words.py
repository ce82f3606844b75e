"""What a scenario comes to beside today, in lines; and a scenario in a few words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual.content import Content

from convledger.economics.context_policy import FULL
from convledger.economics.scenarios import CONTEXT, ESCALATION, MODEL, PROMPTS
from convledger.reports.unit_costs.noted import decimal
from convledger.text.display import clip, display_text
from convledger.text.secrets import veiled
from convledger.tui.amounts import percent, tokens
from convledger.tui.cost_words import sum_text, title_text, unit_text
from convledger.tui.screens.source_words import counted

if TYPE_CHECKING:
    from convledger.economics.ratios import Number
    from convledger.economics.scenarios import Scenario
    from convledger.economics.simulated import ContextEffect, ModelEffect, Simulation

_STEPS = {
    PROMPTS: "Shorter prompts",
    CONTEXT: "Another context",
    MODEL: "Another model",
    ESCALATION: "Other hand-overs",
}
_DIM, _AMOUNT, _HEAD = "$muted", "$accent", "bold $foreground"
_LABEL, _CELL = 17, 12  # cells


def scenario_words(scenario: Scenario) -> str:
    """Return what a scenario changes: "opus → haiku · window 32,000 · hand-overs 10 %"."""
    said = []
    if scenario.prompts is not None:
        said.append(f"prompts {percent(scenario.prompts.share, 1)} shorter")
    if scenario.context is not None:
        policy = scenario.context.policy
        cap = f" {policy.cap:,}" if policy.cap else ""
        said.append(f"context {policy.kind}{cap}")
    for model in scenario.models:
        source = " or ".join(model.source) or "all models"
        factor = f" × {decimal(model.factor)} tokens" if model.factor != 1 else ""
        said.append(f"{source} → {model.to}{factor}")
    if scenario.escalation is not None:
        said.append(f"hand-overs {percent(scenario.escalation, 1)}")
    return display_text(" · ".join(said)) or "nothing is changed"


def result_lines(found: Simulation) -> Iterator[Content]:
    """Yield what a scenario comes to beside today, then each of its parts, then notes."""
    yield _row("", "today", "with it", "difference", ink=_DIM)
    money, about = found.currency, found.is_estimate
    more = None if found.difference is None else sum_text(found.difference, money, signed=True)
    yield _row("Full cost", sum_text(found.today, money, about=about),
               sum_text(found.after, money, about=about), more or "–",
               ink=_difference_ink(found.difference), is_bold=True)  # fmt: skip
    today, after = found.per_conversation
    change = found.difference_each
    yield _row("A conversation", unit_text(today, money, about=about),
               unit_text(after, money, about=about), unit_text(change, money, signed=True),
               ink=_difference_ink(change))  # fmt: skip
    by_list, about = found.list_difference, found.is_list_estimate
    yield _row("At list prices", sum_text(found.list_today, about=about),
               sum_text(found.list_after, about=about), sum_text(by_list, signed=True),
               ink=_difference_ink(by_list))  # fmt: skip
    if found.share is not None and found.difference:
        word = "cheaper" if found.difference < 0 else "dearer"
        yield _line((f"{percent(abs(found.share), 1)} {word}",
                     f"bold {_difference_ink(found.difference)}"),
                    ((f", {len(found.touched):,} of {counted(found.conversations, 'conversation')} "
                     "touched"), _DIM))  # fmt: skip
    yield Content("")
    for step in found.steps:
        amount = sum_text(step.difference, money, signed=True)
        yield _line((_STEPS.get(step.step, step.step).ljust(_LABEL), ""),
                    (amount.rjust(_CELL), _difference_ink(step.difference)),
                    (f"  {display_text(step.why)}" if step.why else
                     f"  {counted(len(step.ids), 'conversation')}", _DIM))  # fmt: skip
    for model in found.models:
        yield from _model_lines(model)
    if found.context is not None:
        yield from _context_lines(found.context)
    if (moved := found.escalation) is not None:
        rate = "–" if moved.rate_today is None else percent(moved.rate_today, 1)
        yield Content("")
        yield _line(("Handed over ", _HEAD), (f"{rate} today, ", ""),
                    (f"{percent(moved.rate_after, 1)} with it", _AMOUNT),
                    ((f" · blended {unit_text(moved.blended_today, money)} → "
                     f"{unit_text(moved.blended_after, money)}"), _DIM))  # fmt: skip
        if moved.why:
            yield _line((f"– {display_text(moved.why)}", "$warning"))
    if found.notes:
        yield Content("")
    for note in found.notes:
        yield _line(("· ", "$warning"), (display_text(note), _DIM))


def _model_lines(model: ModelEffect) -> Iterator[Content]:
    yield Content("")
    name = display_text(model.taken_for or model.switch.to)
    yield _line((name, _HEAD), (f"  {counted(model.calls, 'call')}: ", _DIM),
                (f"{sum_text(model.before)} → {sum_text(model.after)}", _AMOUNT),
                (f" · tokens × {decimal(model.switch.factor)}", _DIM))  # fmt: skip
    shares = []
    if model.read_share is not None:
        shares.append(f"a cached token costs {percent(model.read_share, 1)} of input")
    if model.write_share is not None:
        shares.append(f"writing one {percent(model.write_share, 1)}")
    if shares:
        yield _line((", ".join(shares), _DIM))
    if model.is_guess:
        yield _line(("the price list has no model of just that name", "$warning"))
    if model.why:
        near = f" Near it: {', '.join(model.near)}." if model.near else ""
        yield _line((f"– {display_text(model.why)}{display_text(near)}", "$warning"))


def _context_lines(found: ContextEffect) -> Iterator[Content]:
    yield Content("")
    yield _row("Main threads", "uncached", "cached", "sent tokens", ink=_DIM)
    yield _row("Full history", sum_text(found.full_uncached.cost), sum_text(found.full_cached.cost),
               tokens(found.full_cached.input_tokens))  # fmt: skip
    if found.policy.kind != FULL:
        cap = f" {tokens(found.policy.cap)}" if found.policy.cap else ""
        dearer = found.cached.cost > found.full_cached.cost
        yield _row(f"{found.policy.kind}{cap}", sum_text(found.uncached.cost),
                   sum_text(found.cached.cost), tokens(found.cached.input_tokens),
                   ink="$error" if dearer else "$success")  # fmt: skip
        if dearer:
            yield _line(("dearer with the cache: what is cut breaks the cached beginning",
                         "$warning"))  # fmt: skip
    if found.forgotten_turns:
        yield _line(((f"{found.forgotten_turns:,} of {found.turns:,} turns forgotten, "
                     f"{tokens(found.forgotten_tokens)} tokens"), ""))  # fmt: skip
    if (first := found.first) is not None:
        said = clip(" ".join(display_text(veiled(first.text)).split()), 60)
        title = clip(title_text(first.title, first.name), 40)
        yield _line((f"first forgotten: “{said}”", ""),
                    (f", turn {first.turn} of {title}, missing from turn {first.missing_turn} on",
                     _DIM))  # fmt: skip
    if found.too_large:
        yield _line(((f"{counted(len(found.too_large), 'conversation')} left out: one turn alone "
                     "is larger than the cap"), "$warning"))  # fmt: skip


def _row(
    name: str, one: str, two: str, three: str, *, ink: str = _AMOUNT, is_bold: bool = False
) -> Content:
    style = f"bold {ink}" if is_bold else ink
    return Content.assemble(
        (name.ljust(_LABEL), _HEAD if is_bold else ""),
        (one.rjust(_CELL), _DIM if ink == _DIM else ""),
        (two.rjust(_CELL), _DIM if ink == _DIM else _AMOUNT),
        (three.rjust(_CELL + 1), style),
    )


def _difference_ink(difference: Number | None) -> str:
    if difference is None or not difference:
        return _DIM
    return "$success" if difference < 0 else "$error"


def difference_words(found: Simulation) -> tuple[str, str]:
    """Return a difference in a few words with its colour: "−$31.20, 20 % cheaper"."""
    if found.difference is None or found.share is None:
        return "– not known", _DIM
    if not found.difference:
        return "no difference", _DIM
    word = "cheaper" if found.difference < 0 else "dearer"
    amount = sum_text(found.difference, found.currency, signed=True)
    return f"{amount}, {percent(abs(found.share), 1)} {word}", _difference_ink(found.difference)


def _line(*parts: tuple[str, str]) -> Content:
    return Content.assemble(*parts)
