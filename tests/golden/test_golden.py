"""Every golden vector that has a function holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .__main__ import every_op, main

OPS = every_op()
FILE = Path(__file__).with_name("vectors.json")
VECTORS: list[dict[str, Any]] = json.loads(FILE.read_text("utf-8"))["vectors"]
SUPPORTED = [vector for vector in VECTORS if vector["op"] in OPS]
# Rating, boundaries, credits, plans, alerts, runway, and what all of them rest on.
WHOLE = tuple("ABCDGHX")


@pytest.mark.parametrize("vector", SUPPORTED, ids=lambda vector: str(vector["id"]))
def test_vector_holds(vector: dict[str, Any]) -> None:
    assert OPS[vector["op"]](vector["inputs"]) == vector["expected"], vector["why"]


def test_every_vector_about_plans_and_prices_has_a_function() -> None:
    assert not [
        vector["id"]
        for vector in VECTORS
        if vector["id"].startswith(WHOLE) and vector["op"] not in OPS
    ]


def test_command_runs_the_vectors_that_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(FILE)], ("B",)) == 0
    assert capsys.readouterr().out == "20 hold, 0 differ, 0 have no function yet\n"


def test_command_fails_where_an_answer_differs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vector = next(vector for vector in VECTORS if vector["id"] == "B01")
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"vectors": [{**vector, "expected": {"units": [], "count": 0}}]}))

    assert main([str(other)]) == 1
    assert "B01 sessionize: expected" in capsys.readouterr().out
