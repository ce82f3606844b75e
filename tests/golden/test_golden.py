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


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["id"]))
def test_vector_holds(vector: dict[str, Any]) -> None:
    assert OPS[vector["op"]](vector["inputs"]) == vector["expected"], vector["why"]


def test_every_vector_has_a_function(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(FILE)]) == 0
    assert capsys.readouterr().out == "112 hold, 0 differ, 0 have no function yet\n"


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
