"""Conversations with costs, made up for a test."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from convledger.economics.conversation_costs import (
    BOT,
    ESCALATED,
    LIST,
    PARTS,
    PEOPLE_ONLY,
    SEGMENTS,
    UNANSWERED,
    Talk,
    TalkCost,
)


def cost(
    number: int,
    at_list: int | None = 0,
    *,
    served: str = BOT,
    unknown: tuple[str, ...] = (),
    revenue: int | None = None,
    segments: dict[str, str] | None = None,
    parts: dict[str, int] | None = None,
    **facts: Any,
) -> TalkCost:
    """Return a conversation of this list cost; None stands for one without any price."""
    talk = Talk(
        number, f"test:{number}", f"talk {number}", number, number, served,
        segments=segments or {}, list_pico=at_list, **facts,
    )  # fmt: skip
    found = TalkCost(talk, is_known=at_list is not None, revenue=revenue, unknown={*unknown})
    if at_list is not None:
        found.add(LIST, at_list)
    for part, amount in (parts or {}).items():
        found.add(part, amount)
    return found


amounts = st.integers(-(10**15), 10**15)
names = st.sampled_from(["", "a", "b", "(none)", "a + b", "é,x"])
drawn = st.builds(
    cost,
    st.integers(1, 10**6),
    st.none() | st.just(0) | amounts,
    served=st.sampled_from([BOT, ESCALATED, PEOPLE_ONLY, UNANSWERED]),
    unknown=st.lists(st.sampled_from(PARTS), max_size=2).map(tuple),
    revenue=st.none() | amounts,
    segments=st.dictionaries(st.sampled_from(SEGMENTS), names),
    parts=st.dictionaries(st.sampled_from(PARTS[1:]), amounts),
    messages=st.integers(0, 500),
    turns=st.integers(0, 100),
    active=st.integers(0, 10**12),
    input=st.integers(0, 10**7),
    unpriced_calls=st.integers(0, 3),
    doubt=st.booleans(),
)
many = st.lists(drawn, max_size=30, unique_by=lambda each: each.talk.id)
