"""Conversations of the ledger as plans look at them."""

from __future__ import annotations

from convledger.plans.events import ASSISTANT, CALL, USER
from convledger.reports.history import Needs, Scope, Story, at_work, stories
from tests.reports.shop import Shop, at

SAID = Needs(frozenset((USER, ASSISTANT)))
EVERYTHING = Scope()
ALL = Needs(frozenset((USER, ASSISTANT)), calls=True, models=True)


def told(shop: Shop, scope: Scope = EVERYTHING, needs: Needs = SAID, **more: object) -> list[Story]:
    return list(stories(shop.connection, scope, needs, **more))  # type: ignore[arg-type]


def kinds(story: Story) -> list[str]:
    return [event.kind for event in story.events]


def names(shop: Shop, scope: Scope) -> set[str]:
    known = dict(shop.connection.execute("SELECT id, native FROM conversation").fetchall())
    return {known[int(story.thread.id)] for story in told(shop, scope)}


def test_events_come_in_the_order_in_which_they_happened(shop: Shop) -> None:
    shop.talk("2026-01-05T12:00", "a")
    shop.talk("2026-01-05T10:00", "a", older=True)
    shop.spend("2026-01-05T10:00:04", "1.00", "a")
    (story,) = told(shop, needs=ALL)

    assert kinds(story) == [USER, CALL, ASSISTANT, USER, ASSISTANT]
    assert [event.at for event in story.events] == sorted(event.at for event in story.events)
    assert [event.seq for event in story.events] == [0, 1, 2, 3, 4]


def test_an_event_keeps_its_name_whatever_comes_before_it_later(shop: Shop) -> None:
    shop.talk("2026-01-05T12:00", "a")
    before = {event.id for event in told(shop)[0].events}
    shop.talk("2026-01-05T10:00", "a", older=True)

    assert before < {event.id for event in told(shop)[0].events}


def test_what_was_said_by_sub_agents_or_elsewhere_before_is_nobodys_message(shop: Shop) -> None:
    conversation = shop.talk("2026-01-05T12:00", "a")
    agent = shop.agent(conversation, "helper")
    shop.say(conversation, "x", at=at("2026-01-05T12:01"), key=901, agent=agent)
    for flag in (1, 2, 4):
        shop.say(conversation, "x", at=at("2026-01-05T12:02"), key=910 + flag, flags=flag)

    assert kinds(told(shop)[0]) == [USER, ASSISTANT]


def test_a_message_is_by_the_model_that_was_called_next_to_it(shop: Shop) -> None:
    shop.talk("2026-01-05T12:00", "a")
    shop.spend("2026-01-05T12:00:04", "1.00", "a", model="opus")
    shop.talk("2026-01-05T13:00", "a")
    shop.spend("2026-01-05T13:00:06", "1.00", "a", model="haiku", speed="fast")
    (story,) = told(shop, needs=Needs(SAID.roles, models=True))

    assert [event.model for event in story.events] == ["", "opus", "", "haiku-fast"]


def test_a_message_without_any_call_is_by_no_model(shop: Shop) -> None:
    shop.talk("2026-01-05T12:00", "a")
    (story,) = told(shop, needs=Needs(SAID.roles, models=True))

    assert [event.model for event in story.events] == ["", ""]


def test_a_conversation_without_what_is_asked_for_is_left_out(shop: Shop) -> None:
    shop.spend("2026-01-05T12:00:04", "1.00", "only calls")
    shop.talk("2026-01-05T12:00", "only messages")

    assert len(told(shop)) == 1
    assert len(told(shop, needs=Needs(calls=True))) == 1
    assert told(shop, needs=Needs()) == []


def test_a_call_without_a_price_has_none(shop: Shop) -> None:
    shop.spend("2026-01-05T12:00", None, "a")
    assert told(shop, needs=ALL)[0].events[0].rated_pico is None


def test_scopes_narrow_and_their_parts_go_together(shop: Shop) -> None:
    shop.talk("2026-01-05T10:00", "a", project="/home/ana/bakery")
    shop.talk("2026-01-05T10:00", "b", project="/home/ana/rail", source="codex")
    shop.talk("2026-01-05T10:00", "c", source="codex")
    shop.label(shop.thread("b"), "client", "acme")
    shop.label(shop.thread("c"), "tag", "demo")
    shop.label(shop.thread("c"), "tag", "big")

    assert names(shop, Scope()) == {"a", "b", "c"}
    assert names(shop, Scope(source=("codex",))) == {"b", "c"}
    assert names(shop, Scope(client=("acme", "beta"))) == {"b"}
    assert names(shop, Scope(tag=("big",))) == {"c"}
    assert names(shop, Scope(project=("*rail*",))) == {"b"}
    assert names(shop, Scope(source=("codex",), tag=("none",))) == set()


def test_values_of_scopes_are_never_sql(shop: Shop) -> None:
    shop.talk("2026-01-05T10:00", "a")
    for value in ("' OR 1=1 --", "%", "*", "\x00", "a" * 10_000):
        assert names(shop, Scope(client=(value,))) == set()


def test_labels_are_what_is_known_of_a_thread(shop: Shop) -> None:
    conversation = shop.talk("2026-01-05T10:00", "a")
    for name, value in (("client", "acme"), ("kind", "support"), ("outcome", "Escalated"),
                        ("tag", "x"), ("tag", "y")):  # fmt: skip
        shop.label(conversation, name, value)
    thread = told(shop)[0].thread

    assert (thread.client, thread.kind, thread.tags) == ("acme", "support", ("x", "y"))
    assert (thread.outcome, thread.verified, thread.escalated) == ("Escalated", True, True)


def test_a_hand_off_is_one_by_whichever_name(shop: Shop) -> None:
    words = ("escalation", "Handover", "hand-off", "hand_off", "handed over", "solved")
    for word in words:
        shop.label(shop.talk("2026-01-05T10:00", word), "outcome", word)

    assert {each.thread.outcome: each.thread.escalated for each in told(shop)} == {
        word: word != "solved" for word in words
    }


def test_only_the_conversations_that_are_asked_for_are_read(shop: Shop) -> None:
    numbers = [shop.talk("2026-01-05T10:00", f"t{number}") for number in range(1200)]

    assert len(told(shop, ids=numbers[::2])) == 600
    assert told(shop, ids=[]) == []
    assert told(shop, ids=[10**9]) == []


def test_at_work_are_those_in_which_something_may_have_happened(shop: Shop) -> None:
    early = shop.talk("2026-01-05T10:00", "early")
    late = shop.talk("2026-03-05T10:00", "late")
    long = shop.talk("2026-01-01T10:00", "long")
    shop.talk("2026-04-01T10:00", "long")
    unknown = shop.conversation("unknown")

    february = at_work(shop.connection, at("2026-02-01"), at("2026-02-05"))
    assert set(february) == {long, unknown}
    january = at_work(shop.connection, at("2026-01-05T10:00"), at("2026-01-05T10:01"))
    assert set(january) == {early, long, unknown}
    assert late in at_work(shop.connection, at("2026-03-04T11:00"), at("2026-03-04T12:00"))
