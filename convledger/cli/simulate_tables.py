"""Simulations as people read them: beside today, by part, and what stands behind each part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from fractions import Fraction
from typing import Any

from convledger.cli import streams
from convledger.cli.fact_rows import say_facts
from convledger.cli.names import minute_text, plural
from convledger.cli.plan_words import money_words
from convledger.cli.printing import print_table
from convledger.economics.context_policy import RESET, SUMMARY, ContextPolicy
from convledger.economics.scenarios import CONTEXT, ESCALATION, MODEL, PROMPTS
from convledger.economics.simulated import (
    Changed,
    ContextEffect,
    EscalationEffect,
    ModelEffect,
    Simulation,
)
from convledger.reports.render.table import Column
from convledger.reports.unit_costs.simulation_documents import percent
from convledger.text.display import clip, display_text

PARTS = {
    PROMPTS: "shorter prompts",
    CONTEXT: "other context",
    MODEL: "another model",
    ESCALATION: "another escalation rate",
}
MOST_ROWS = 10
_LONGEST_TEXT = 70


def print_simulation(found: Simulation, zone: tzinfo, *, everything: bool = False) -> None:
    """Print a scenario beside today, its parts, whom it touches most, and what is to be known."""
    mark = "~" if found.is_estimate else ""

    def money(pico: int | Fraction | None, *, signed: bool = False) -> str:
        words = money_words(_whole(pico), found.currency, signed=signed)
        return words if pico is None else f"{mark}{words}"

    def listed(pico: int | None) -> str:
        words = money_words(pico, "USD")
        return f"~{words}" if pico is not None and found.is_list_estimate else words

    today, after = found.per_conversation
    each = None if today is None or after is None else after - today
    title = found.scenario.name or "scenario"
    print_table(
        [Column(""), *(Column(clip(display_text(name), 30), "right") for name in
                       ("today", title, "difference")), Column("", "right")],
        [
            [plural(found.conversations, "conversation"), money(found.today), money(found.after),
             money(found.difference, signed=True), share_words(found.share)],
            ["each", money(today), money(after), money(each, signed=True), ""],
            ["list cost of calls", listed(found.list_today), listed(found.list_after), "", ""],
        ],
    )  # fmt: skip
    _print_parts(found)
    for effect in found.models:
        _say_model(effect)
    if found.context is not None:
        _say_context(found.context, zone, shortened=found.scenario.prompts is not None)
    if found.escalation is not None:
        _say_escalation(found.escalation, found.currency)
    rows = sorted(
        (one for one in found.changes if one.difference),
        key=lambda one: (-abs(one.difference or 0), one.opened_at, one.id),
    )
    _print_conversations(found, rows if everything else rows[:MOST_ROWS], len(rows))
    streams.say()
    for note in found.notes:
        streams.remark(display_text(note))


def _whole(pico: int | Fraction | None) -> int | None:
    return None if pico is None else round(pico)


def share_words(share: Fraction | None) -> str:
    """Return a difference in percent with its sign: "-67.8 %", a dash for unknown."""
    if share is None:
        return "–"
    tenths = round(share * 1000)
    sign = "-" if tenths < 0 else "+" if tenths > 0 else ""
    return f"{sign}{abs(tenths) // 10:,}.{abs(tenths) % 10} %"


def _print_parts(found: Simulation) -> None:
    if len(found.steps) < 2 and not any(step.why for step in found.steps):
        return
    streams.say()
    print_table(
        [
            Column("part"),
            Column("difference", "right"),
            Column("conversations", "right"),
        ],
        [
            [
                PARTS[step.step],
                money_words(step.difference, found.currency, signed=True),
                f"{len(step.ids):,}",
            ]
            for step in found.steps
        ],
    )
    say_facts([(PARTS[step.step], step.why) for step in found.steps if step.why], indent="  ")


def _say_model(effect: ModelEffect) -> None:
    streams.say()
    switched = ", ".join(effect.switch.source) or "all models"
    streams.say(display_text(f"{switched} → {effect.taken_for or effect.switch.to}"))
    rows = [("calls", f"{effect.calls:,}")]
    if effect.why:
        rows.append(("not known", effect.why))
    rows.append(
        ("list cost", f"{money_words(effect.before, 'USD')} → {money_words(effect.after, 'USD')}")
    )
    for line in effect.lines:
        above = "" if line.tier_above is None else f" above {line.tier_above:,} tokens of input"
        prices = ", ".join(
            f"{name} ${price}"
            for name, price in (
                ("input", line.input),
                ("output", line.output),
                ("cache read", line.cache_read),
                ("write", line.cache_write_5m),
                ("1 h write", line.cache_write_1h),
            )
            if price is not None
        )
        rows.append((f"prices{above}", f"{prices} for a million tokens"))
    shares = [
        f"{name} × {_plain(share)}"
        for name, share in (
            ("read", effect.read_share),
            ("write", effect.write_share),
            ("1 h write", effect.long_write_share),
        )
        if share is not None
    ]
    if shares:
        rows.append(("cache, of input", ", ".join(shares)))
    rows.append(("tokenizer factor", f"× {_plain(effect.switch.factor)}"))
    if effect.without_tokens:
        rows.append(("without tokens", plural(effect.without_tokens, "call")))
    if effect.unpriced_calls:
        come_to = money_words(effect.unpriced_after, "USD")
        rows.append(
            ("without a price today", f"{plural(effect.unpriced_calls, 'call')}, here {come_to}")
        )
    say_facts(rows, indent="  ")


def _plain(number: Fraction) -> str:
    """Return a number to three places, without zeros at its end."""
    text = percent(number / 100) or "–"
    exact = round(number * 1000)
    return text if exact % 10 == 0 else f"{exact // 1000}.{exact % 1000:03d}"


def policy_words(policy: ContextPolicy) -> str:
    """Return a policy for people: "window of 32,000 tokens", "reset after 10 turns"."""
    if policy.kind == RESET:
        parts = [f"{policy.cap:,} tokens"] if policy.cap is not None else []
        parts += [plural(policy.every, "turn")] if policy.every is not None else []
        return f"reset after {' or '.join(parts)}"
    if policy.kind == SUMMARY:
        return f"summarise at {policy.cap:,} tokens"
    return "full history" if policy.cap is None else f"{policy.kind} of {policy.cap:,} tokens"


def _say_context(effect: ContextEffect, zone: tzinfo, *, shortened: bool) -> None:
    streams.say()
    words = policy_words(effect.policy)
    ways = (
        ("full history", effect.full_uncached.cost, effect.full_cached.cost),
        (words, effect.uncached.cost, effect.cached.cost),
        (
            "difference",
            effect.uncached.cost - effect.full_uncached.cost,
            effect.cached.cost - effect.full_cached.cost,
        ),
    )
    print_table(
        [
            Column("main threads replayed", shrink=True, minimum=14),
            Column("without cache", "right"),
            Column("with cache", "right"),
        ],
        [
            [
                name,
                money_words(without, "USD", signed=name == "difference"),
                money_words(cached, "USD", signed=name == "difference"),
            ]
            for name, without, cached in ways
        ],
    )
    say_facts(_context_facts(effect, zone, shortened), indent="  ")


def _context_facts(
    effect: ContextEffect, zone: tzinfo, shortened: bool
) -> Iterator[tuple[str, str]]:
    off = Fraction(effect.off_by, effect.recorded) if effect.recorded else None
    replayed = f"comes to {money_words(effect.as_recorded, 'USD')} ({share_words(off)})"
    recorded = money_words(effect.recorded, "USD")
    yield (
        "after shorter prompts" if shortened else "recorded in fact",
        f"{recorded}; the replay of full history, cached as it was, {replayed}",
    )
    many = f"{len(effect.changed):,} of {plural(len(effect.replayed), 'conversation')}"
    yield "changed", f"{many}, {plural(effect.turns, 'turn')}"
    yield (
        "forgotten",
        f"{plural(effect.forgotten_turns, 'turn')}, {effect.forgotten_tokens:,} tokens",
    )
    first = effect.first
    if first is not None:
        text = clip(display_text(first.text), _LONGEST_TEXT)
        since = f"turn {first.missing_turn} on, {minute_text(first.missing_at, zone)}"
        turn = f"turn {first.turn} of {clip(display_text(first.name), 60)}"
        when = minute_text(first.at, zone)
        yield "first of all", f"{turn}, {when}: “{text}” — missing from {since}"
    if effect.shrinks:
        yield "shortened in fact", plural(effect.shrinks, "time")
    for large in effect.too_large[:MOST_ROWS]:
        yield (
            "too large",
            f"turn {large.turn} of {clip(display_text(large.name), 60)}: {large.tokens:,} tokens",
        )
    if len(effect.too_large) > MOST_ROWS:
        yield (
            "",
            f"and {plural(len(effect.too_large) - MOST_ROWS, 'more conversation')}; see --json",
        )


def _say_escalation(effect: EscalationEffect, currency: str) -> None:
    streams.say()

    def money(cost: Fraction | None) -> str:
        return money_words(_whole(cost), currency, more_places=2)

    rates = f"{_rate(effect.rate_today)} → {_rate(effect.rate_after)}"
    say_facts(
        [
            ("escalated", f"{rates} of {plural(effect.engaged, 'conversation')} with a bot"),
            ("by the bot alone", money(effect.bot_cost)),
            ("handed over", money(effect.escalated_cost)),
            ("blended", f"{money(effect.blended_today)} → {money(effect.blended_after)}"),
        ],
        indent="  ",
    )


def _rate(share: Fraction | None) -> str:
    text = percent(share)
    return "–" if text is None else f"{text} %"


def _print_conversations(found: Simulation, rows: Sequence[Changed], every: int) -> None:
    if not rows:
        return
    streams.say()
    print_table(
        [
            Column("conversation", shrink=True, minimum=16),
            Column("title", shrink=True, minimum=10, optional=2),
            Column("today", "right", optional=1),
            Column("scenario", "right", optional=1),
            Column("difference", "right"),
        ],
        [
            [
                one.name,
                one.title,
                money_words(one.today, found.currency),
                money_words(one.after, found.currency),
                money_words(one.difference, found.currency, signed=True),
            ]
            for one in rows
        ],
    )
    if len(rows) < every:
        streams.remark(f"{len(rows)} of {every:,} conversations that change; --all shows them all")


def print_compared(documents: Sequence[dict[str, Any]], found: Sequence[Simulation]) -> None:
    """Print scenarios side by side, today first, with the cheapest marked."""
    mark = "~" if any(one.is_estimate for one in found) else ""
    totals: list[tuple[int | None, Fraction | None, int | None, Fraction | None]] = [
        (one.today, one.per_conversation[0], None, None) for one in found[:1]
    ]
    totals += [(one.after, one.per_conversation[1], one.difference, one.share) for one in found]
    print_table(
        [
            Column("scenario", shrink=True, minimum=12),
            Column(""),
            Column("total", "right"),
            Column("difference", "right"),
            Column("", "right"),
            Column("each", "right", optional=1),
            Column("touches", "right", optional=2),
        ],
        [
            [
                document["scenario"] or "–",
                "cheapest" if document["cheapest"] else "",
                f"{mark if total is not None else ''}{money_words(total, document['currency'])}",
                "" if place == 0 else money_words(change, document["currency"], signed=True),
                "" if place == 0 else share_words(share),
                money_words(_whole(each), document["currency"], more_places=1),
                "" if place == 0 else f"{document['touched']:,}",
            ]
            for place, (document, (total, each, change, share)) in enumerate(
                zip(documents, totals, strict=True)
            )
        ],
    )
    for one in found:
        for note in one.notes:
            streams.remark(display_text(f"{one.scenario.name}: {note}" if len(found) > 1 else note))
