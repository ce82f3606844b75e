"""Runs vector files: `python -m tests.golden FILE ... [--ids A,B]`, exit 1 when an answer differs.

With `--ids` only vectors whose id begins with one of the named are run.
"""

from __future__ import annotations

import argparse
import json
import pkgutil
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from .adapter import OPS

Op = Callable[[Mapping[str, Any]], dict[str, Any]]


def every_op() -> dict[str, Op]:
    """Return the ops of the adapter and of every module beside it that is named `*_ops`."""
    found = dict(OPS)
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if module.name.endswith("_ops"):
            found |= import_module(f"{__package__}.{module.name}").OPS
    return found


def main(files: list[str], ids: tuple[str, ...] = ("",)) -> int:
    """Print each mismatch, what has no function yet, and the counts."""
    ops = every_op()
    held, wrong = 0, 0
    open_ops: Counter[str] = Counter()
    for file in files:
        for vector in json.loads(Path(file).read_text("utf-8"))["vectors"]:
            if not vector["id"].startswith(ids):
                continue
            if vector["op"] not in ops:
                open_ops[vector["op"]] += 1
                continue
            try:
                got: object = ops[vector["op"]](vector["inputs"])
            except (ArithmeticError, LookupError, TypeError, ValueError, AssertionError) as error:
                got = f"{type(error).__name__}: {error}"
            if got == vector["expected"]:
                held += 1
                continue
            wrong += 1
            print(f"{vector['id']} {vector['op']}: expected {vector['expected']}, got {got}")
            print(f"    {vector.get('why', '')}")
    for op, count in sorted(open_ops.items()):
        print(f"no function yet: {op} ({count})")
    print(f"{held} hold, {wrong} differ, {open_ops.total()} have no function yet")
    return 1 if wrong else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.golden", description=__doc__)
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--ids", default="", metavar="A,B", help="only ids that begin so")
    return parser.parse_args()


if __name__ == "__main__":
    asked = _arguments()
    wanted = tuple(each.strip() for each in asked.ids.split(",") if each.strip())
    sys.exit(main(asked.files, wanted or ("",)))
