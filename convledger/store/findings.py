"""What a check finds, with the way out, and what repairs it where the program can."""

from __future__ import annotations

from dataclasses import dataclass

FIX = "run `convledger check --fix`"
# What can be repaired: worked out anew from what it follows from, or put as it should be.
SUMS, INDEX, MEMORY_INDEX, ROW_INDEX, MODE, EVIDENCE = (
    "sums", "search index", "memory index", "row indexes", "permissions", "evidence",
)  # fmt: skip


@dataclass(slots=True)
class Finding:
    """Something that is not as it should be, and the way out.

    `repair` names what `--fix` does about it, "" where that needs a person; `place` is the file
    or folder that it is about.
    """

    check: str
    problem: str
    way_out: str
    is_failure: bool = True
    repair: str = ""
    place: str = ""
