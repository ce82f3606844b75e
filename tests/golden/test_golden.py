"""Every golden vector that has a function holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .adapter import OPS, answer

VECTORS: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("vectors.json").read_text("utf-8")
)["vectors"]
SUPPORTED = [vector for vector in VECTORS if vector["op"] in OPS]


@pytest.mark.parametrize("vector", SUPPORTED, ids=lambda vector: str(vector["id"]))
def test_vector_holds(vector: dict[str, Any]) -> None:
    assert answer(vector) == vector["expected"], vector["why"]


def test_every_op_with_a_function_is_exercised() -> None:
    assert {vector["op"] for vector in SUPPORTED} == set(OPS)


def test_no_vector_lost_its_function() -> None:
    assert set(OPS) >= {
        "coverage",
        "daily_window",
        "normalise",
        "pico_lines",
        "rate_tokens",
        "select_price",
    }
