"""Every rule of every version is counted once, those that others look at first."""

from __future__ import annotations

from convledger.plans.contract import Contract
from convledger.plans.counts import Counter, Counts, counted_by
from convledger.plans.schema import Plan

from .bills import at, call, contract, talk
from .documents import HEAD, WINDOW, plan

INSIDE = """
[[unit]]
id = "inside"
count = "event"
event = "user_message"
where = { inside = "conversation" }
"""
OUTSIDE = INSIDE.replace("inside", "outside")
SECOND = HEAD.replace('version = "1"', 'version = "2"').replace("2026-01-01", "2026-02-01")


def two(old: str, new: str) -> Contract:
    """Return a contract on two versions, the second from February on."""
    return contract(plan(old), plan(new, head=SECOND))


def counted(made: Contract, *talks: list, now: str = "2026-03-01") -> dict[str, list[str]]:  # type: ignore[type-arg]
    """Return when units opened, by rule, as day and hour."""
    from convledger.clock import iso_text

    counts = Counter(made, at(now)).count([event for told in talks for event in told])
    found: dict[str, list[str]] = {}
    for unit in counts.units:
        found.setdefault(unit.unit, []).append(iso_text(unit.opened_at)[5:16])
    return found


def windowed(where: str) -> str:
    """Return windows that only assistants extend, so that a question can lie outside of one."""
    return (
        WINDOW.replace('"30m"', '"30m"\nopen_on = ["assistant"]\nextend_on = ["assistant"]') + where
    )


def test_questions_outside_of_a_window_are_told_from_those_inside() -> None:
    told = [*talk("2026-01-05T10:00", "t"), *talk("2026-01-05T10:10", "t")]
    found = counted(contract(plan(windowed(INSIDE + OUTSIDE))), told)

    assert found["conversation"] == ["01-05T10:00"]
    assert found["outside"] == ["01-05T10:00"]
    assert found["inside"] == ["01-05T10:10"]


def test_the_order_of_the_document_makes_no_difference() -> None:
    told = [*talk("2026-01-05T10:00", "t"), *talk("2026-01-05T10:10", "t")]
    one = counted(contract(plan(windowed(OUTSIDE))), told)
    other = counted(contract(plan(OUTSIDE + windowed(""))), told)

    assert one == other


def test_a_unit_that_is_renamed_is_counted_under_each_name_in_its_time() -> None:
    made = two(WINDOW, WINDOW.replace('"conversation"', '"chat"'))
    found = counted(made, talk("2026-01-20T10:00"), talk("2026-02-20T10:00"))

    assert found == {"conversation": ["01-20T10:00"], "chat": ["02-20T10:00"]}


def test_a_version_that_counts_the_same_name_by_other_means_is_a_rule_of_its_own() -> None:
    events = '\n[[unit]]\nid = "conversation"\ncount = "event"\nevent = "user_message"\n'
    made = two(WINDOW, events)
    early = [*talk("2026-01-20T10:00", "a"), *talk("2026-01-20T10:05", "a")]
    later = [*talk("2026-02-20T10:00", "b"), *talk("2026-02-20T10:05", "b")]

    assert counted(made, early, later) == {
        "conversation": ["01-20T10:00", "02-20T10:00", "02-20T10:05"]
    }


def test_a_timeout_that_changes_holds_from_the_new_version_on() -> None:
    made = two(WINDOW, WINDOW.replace("30m", "3h"))
    early = [*talk("2026-01-20T10:00", "a"), *talk("2026-01-20T12:00", "a")]
    later = [*talk("2026-02-20T10:00", "b"), *talk("2026-02-20T12:00", "b")]

    assert counted(made, early, later) == {
        "conversation": ["01-20T10:00", "01-20T12:00", "02-20T10:00"]
    }


def test_a_version_that_drops_a_unit_counts_it_no_longer() -> None:
    made = two(WINDOW, '\n[[fee]]\nid = "base"\namount = "1.00"\n')
    assert counted(made, talk("2026-01-20T10:00"), talk("2026-02-20T10:00")) == {
        "conversation": ["01-20T10:00"]
    }


def test_nothing_is_counted_before_the_contract_and_after_it() -> None:
    made = contract(plan(WINDOW), began="2026-01-10", ended=at("2026-01-20"))
    days = ("09T23:59", "10T00:00", "19T23:59", "20T00:00")
    found = counted(made, *(talk(f"2026-01-{day}") for day in days))

    assert found == {"conversation": ["01-10T00:00", "01-19T23:59"]}


def test_a_plan_that_counts_nothing_finds_nothing() -> None:
    assert counted(contract(plan()), talk("2026-01-20T10:00")) == {}


def test_the_context_of_calls_is_counted_where_a_limit_is_about_it() -> None:
    limit = (
        '\n[[limit]]\nid = "window"\nunit = "context_tokens"\ncap = "200000"\n'
        'window = "rolling_turns"\non_exceed = "summarise"\n'
    )
    limited: Plan = plan(WINDOW, limit)

    assert [unit.id for unit in counted_by(limited)] == ["conversation", "context_tokens"]
    assert [unit.id for unit in counted_by(plan(WINDOW))] == ["conversation"]


def test_rules_that_look_across_threads_cannot_be_counted_thread_by_thread() -> None:
    def by_thread(*parts: str) -> bool:
        return Counter(contract(plan(*parts)), at("2026-02-01")).by_thread

    unique = '\n[[unit]]\nid = "people"\ncount = "unique"\nkey = "user"\n'
    assert by_thread(WINDOW)
    assert not by_thread(WINDOW, unique)
    assert not by_thread(WINDOW.replace('"30m"', '"30m"\nkey = "workspace"'))


def test_counting_in_pieces_is_counting_at_once() -> None:
    made = contract(plan(windowed(OUTSIDE), head=HEAD))
    threads = [
        [*talk(f"2026-01-0{day}T10:00", f"t{day}"), *talk(f"2026-01-0{day}T10:20", f"t{day}")]
        for day in range(1, 6)
    ]
    counter = Counter(made, at("2026-02-01"))
    pieces = Counts()
    for thread in threads:
        pieces.add(counter.count(thread))
    whole = counter.count([event for thread in threads for event in thread])

    assert sorted(unit.id for unit in pieces.units) == sorted(unit.id for unit in whole.units)


def test_calls_without_a_price_are_named_by_rule() -> None:
    usage = '\n[[unit]]\nid = "usage"\ncount = "sum"\nmeasure = "rated_usd"\n'
    counter = Counter(contract(plan(usage)), at("2026-02-01"))
    found = counter.count([call("2026-01-05", None), call("2026-01-06", "1.00")])

    assert {rule: len(events) for rule, events in found.unpriced.items()} == {"usage": 1}
    assert len(found.units) == 1
