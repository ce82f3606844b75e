"""Hand-offs and verdicts of people, in the words of the screens."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from typing import TYPE_CHECKING

from convledger.clock import SECOND
from convledger.reports.handoffs.sums import sums_of
from convledger.text.display import display_text
from convledger.text.secrets import veiled
from convledger.tui.cost_words import sum_text
from convledger.tui.credit_words import length_text, moment_text, money_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from convledger.reports.handoffs.known import Handoff
    from convledger.store.reviews import StoredVerdict
    from convledger.workflow.review_words import Item

_REASONS = 3  # of the most frequent ones


def when_text(each: Handoff, zone: tzinfo) -> str:
    """Return when it was: "20 Nov 13:34", "no instant" where nobody has said."""
    return "no instant" if each.at is None else moment_text(each.at, zone)


def whom_text(each: Handoff) -> str:
    """Return from which model to whom: "opus-4 → Ada", the one that is known, or ""."""
    model, person = display_text(each.model), display_text(each.person)
    return f"{model} → {person}".lstrip() if person else model


def seconds_text(seconds: int | None) -> str:
    """Return seconds as a length of time: "12 min", "1 min 30 s", "–" where nobody knows."""
    if seconds is None:
        return "–"
    whole, left = divmod(seconds, 60)
    text = length_text(seconds * SECOND)
    return f"{text} {left} s" if left and 0 < whole < 60 else text


def bot_text(each: Handoff) -> str:
    """Return what the bot had cost until then: "~$0.12", "≥$0.12" where some has no price."""
    at_least = "≥" if each.bot_unpriced and each.bot_cost is not None else ""
    return at_least + sum_text(each.bot_cost, about=each.bot_estimated)


def origin_text(each: Handoff) -> str:
    """Return who says so: "inferred", "typed 3"."""
    return each.origin if each.number is None else f"{each.origin} {each.number}"


def handoff_facts(each: Handoff, zone: tzinfo, *, with_people: bool = True) -> list[str]:
    """Return what is known of a hand-off; who says so comes first.

    `with_people` tells what people's time cost too.
    """
    facts = [origin_text(each), when_text(each, zone), display_text(each.reason), whom_text(each)]
    if each.wait_seconds is not None:
        facts.append(f"waited {seconds_text(each.wait_seconds)}")
    if each.handle_seconds is not None:
        facts.append(f"handled {seconds_text(each.handle_seconds)}")
    if with_people and each.people_cost is not None:
        facts.append(f"people {money_text(each.people_cost, each.currency)}")
    if each.bot_cost is not None:
        facts.append(f"bot {bot_text(each)}")
    facts += [display_text(veiled(each.outcome)), display_text(veiled(each.note))]
    return [fact for fact in facts if fact]


def review_lines(items: Iterable[Item], zone: tzinfo) -> list[str]:
    """Return a line for each verdict on a conversation, and who still owes one."""
    lines = []
    for item in items:
        lines += [
            f"{display_text(name)}: {verdict_text(verdict, zone)}"
            for name, verdict in sorted(item.latest.items())
        ]
        if item.adjudication is not None:
            decided = item.adjudication
            lines.append(f"{display_text(decided.reviewer)} decided: {verdict_text(decided, zone)}")
        if item.waiting:
            names = ", ".join(display_text(name) for name in item.waiting)
            lines.append(f"waits for {names} · {display_text(item.batch.title)}")
    return lines


def verdict_text(verdict: StoredVerdict, zone: tzinfo) -> str:
    """Return a verdict: what, why, how long it took, when."""
    facts = [verdict.verdict, display_text(" ".join(verdict.reasons))]
    if verdict.seconds is not None:
        facts.append(seconds_text(verdict.seconds))
    facts += [display_text(veiled(verdict.note)), moment_text(verdict.at, zone)]
    return " · ".join(fact for fact in facts if fact)


def sums_lines(found: Sequence[Handoff]) -> list[str]:
    """Return what hand-offs come to: who tells of them, time and money, the main reasons."""
    sums = sums_of(found)
    origins = " · ".join(f"{count:,} {origin}" for origin, count in sums.origins.items())
    times = [f"handled {seconds_text(sums.handled)}"] if sums.not_timed < len(found) else []
    if sums.waited is not None:
        times.insert(0, f"median wait {seconds_text(round(sums.waited))}")
    times += [f"people {money_text(cost, name)}" for name, cost in sums.people_cost.items()]
    if sums.not_timed and times:
        times.append(f"{sums.not_timed:,} without a time")
    named = [f"{display_text(one)} {count:,}" for one, count in sums.reasons.items()]
    reasons = f"reasons: {' · '.join(named[:_REASONS])}" if named else ""
    return [line for line in (origins, " · ".join(times), reasons) if line]
