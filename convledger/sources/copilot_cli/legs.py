"""What Copilot CLI says at the end of a session's run: sums by model, where requests are not kept.

Newer builds count on when a session is taken up again, older ones begin anew: sums that are nowhere
below those so far, and that fit the number of all answers better than that of the last run,
go on.
"""

from __future__ import annotations

from msgspec import Struct, field

from convledger.sources.copilot_cli.calls import Tokens, call_of, tokens_in
from convledger.sources.copilot_cli.records import Metrics
from convledger.sources.findings import Call, Measure
from convledger.sources.values import tokens_of

_MOST_CALLS = 100_000
_LATE = 5_000_000  # microseconds by which a row may be later than the end that it belongs to


class Answer(Struct, gc=False):
    """An answer in the log: the message's name, its line, instant and model."""

    uuid: str
    line: int
    at: int
    model: str


class Leg(Struct):
    """A run of a session: its answers, whether requests of it are told of, and how it ended."""

    answers: list[Answer] = field(default_factory=list)
    begun_at: int = 0
    ended_at: int = 0
    line: int = 0
    is_told: bool = False
    is_compacted: bool = False
    metrics: dict[str, tuple[int, Tokens]] | None = None


def metrics_in(metrics: dict[str, Metrics]) -> dict[str, tuple[int, Tokens]]:
    """Return number of requests and counts by model. Raises BadLine."""
    found = {}
    for model, each in metrics.items():
        count = tokens_of(each.requests.count) if each.requests else 0
        tokens = tokens_in(each.usage) if each.usage else Tokens()
        if count or any(tokens):
            found[model] = (count, tokens)
    return found


class Rows(Struct):
    """The instants of a session's rows in the database, and since when it has rows of any."""

    instants: list[int]
    since: int


def calls_of(session: str, legs: list[Leg], rows: Rows | None) -> list[Call]:
    """Return the calls of runs whose requests nobody tells of one by one.

    A run that goes on has its rows soon, where the database had rows before it began.
    """
    found: list[Call] = []
    totals: dict[str, tuple[int, Tokens]] = {}
    answered = 0
    for number, leg in enumerate(legs):
        in_rows = _is_in(rows, leg)
        if leg.metrics is None:
            will_be = rows is not None and rows.since <= leg.begun_at
            if not leg.is_told and not in_rows and not will_be:
                found += [_missing(session, answer) for answer in leg.answers]
            answered += len(leg.answers)
            continue
        goes_on = _goes_on(leg, totals, answered)
        own: dict[str, tuple[int, Tokens]] = {}
        for model, (count, tokens) in leg.metrics.items():
            before = totals.get(model, (0, Tokens()))
            if goes_on:
                own[model] = (max(0, count - before[0]), tokens.minus(before[1]))
                totals[model] = (count, tokens)
            else:
                own[model] = (count, tokens)
                totals[model] = (count + before[0], tokens.plus(before[1]))
        answered += len(leg.answers)
        if not leg.is_told and not in_rows:
            for model, (count, tokens) in own.items():
                found += _shared(session, number, leg, model, count, tokens)
    return found


def _is_in(rows: Rows | None, leg: Leg) -> bool:
    if rows is None or not rows.instants:
        return False
    end = leg.ended_at or rows.instants[-1]
    return any(leg.begun_at - _LATE <= at <= end + _LATE for at in rows.instants)


def _goes_on(leg: Leg, totals: dict[str, tuple[int, Tokens]], answered: int) -> bool:
    """Tell whether a run's sums hold those of the runs before it."""
    metrics = leg.metrics or {}
    for model, (count, tokens) in totals.items():
        now = metrics.get(model)
        if now is None or now[0] < count or not now[1].reaches(tokens):
            return False
    if not totals:
        return True
    count = sum(each[0] for each in metrics.values())
    of_leg, of_all = len(leg.answers), answered + len(leg.answers)
    return abs(count - of_all) <= abs(count - of_leg)


def _shared(
    session: str, number: int, leg: Leg, model: str, count: int, tokens: Tokens
) -> list[Call]:
    """Return a run's sum as that many calls: the sum is exact, each one's share is not known."""
    if not any(tokens):
        return []
    answers = [answer for answer in leg.answers if answer.model in (model, "unknown")]
    many = min(max(1, count), _MOST_CALLS)
    early = answers[: len(answers) - many] if leg.is_compacted else []
    found = [_missing(session, answer) for answer in early]
    answers = answers[len(early) :][:many]
    for place in range(many):
        share = Tokens(*(_share(whole, place, many) for whole in tokens))
        if place < len(answers):
            key, at, line = answers[place].uuid, answers[place].at, answers[place].line
        else:
            key, at, line = f"{session}:run{number}:{model}:{place}", leg.ended_at, leg.line
        call = call_of(key, session, at, model, line, share)
        call.measure = Measure.ROUNDED if many > 1 else Measure.RECORDED
        found.append(call)
    return found


def _share(whole: int, place: int, many: int) -> int:
    return whole * (place + 1) // many - whole * place // many


def _missing(session: str, answer: Answer) -> Call:
    return Call(answer.uuid, session, answer.at, answer.model, answer.line, measure=Measure.MISSING)
