"""Runs vector files: `python -m tests.golden FILE ...`, exit 1 when an answer differs."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

from .adapter import OPS, answer


def main(files: list[str]) -> int:
    """Print each mismatch, what has no function yet, and the counts."""
    held, wrong = 0, 0
    open_ops: Counter[str] = Counter()
    for file in files:
        for vector in json.loads(Path(file).read_text("utf-8"))["vectors"]:
            if vector["op"] not in OPS:
                open_ops[vector["op"]] += 1
                continue
            try:
                got: object = answer(vector)
            except (ArithmeticError, LookupError, TypeError, ValueError, AssertionError) as error:
                got = f"{type(error).__name__}: {error}"
            if got == vector["expected"]:
                held += 1
                continue
            wrong += 1
            print(f"{vector['id']} {vector['op']}: expected {vector['expected']}, got {got}")
            print(f"    {vector['why']}")
    for op, count in sorted(open_ops.items()):
        print(f"no function yet: {op} ({count})")
    print(f"{held} hold, {wrong} differ, {open_ops.total()} have no function yet")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python -m tests.golden FILE ...")
    sys.exit(main(sys.argv[1:]))
