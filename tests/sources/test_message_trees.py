"""Messages that name the one before them: their order and paths, in trees, circles and pieces."""

from __future__ import annotations

from convledger.sources.findings import Kind
from convledger.sources.message_trees import ordered, path_to
from convledger.sources.steps import Part, steps_of


def test_parents_come_before_their_answers_and_branches_stay_together() -> None:
    parents = {"d": "b", "a": "", "b": "a", "c": "a", "e": "c"}

    assert ordered(parents) == ["a", "b", "d", "c", "e"]
    assert path_to(parents, "e") == {"a", "c", "e"}


def test_circle_and_lost_parent_lose_nothing() -> None:
    parents = {"a": "b", "b": "a", "c": "gone", "d": "d"}

    assert ordered(parents) == ["c", "d", "a", "b"]
    assert path_to(parents, "a") == {"a", "b"}
    assert path_to(parents, "gone") == set()


def test_long_chain_is_ordered_without_recursion() -> None:
    parents = {str(n): str(n - 1) for n in range(100_000, 0, -1)}

    assert ordered(parents)[:2] == ["1", "2"]


def test_results_of_tools_part_the_requests_of_an_answer() -> None:
    kinds = [Kind.THINKING, Kind.TOOL_CALL, Kind.TOOL_RESULT, Kind.ANSWER]
    steps = steps_of([Part(kind, "x") for kind in kinds] + [Part(Kind.ANSWER, "")])

    assert [step.is_answer for step in steps] == [True, False, True]
    assert [step.uuid("m") for step in steps] == ["m", "m+1", "m+2"]
