"""The rules of a workspace, and what they did."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from convledger.text.display import display_text
from convledger.text.secrets import veiled
from convledger.tui.credit_words import moment_text
from convledger.tui.widgets.canvas import BAD, DIM, FOCUS, GOOD, INK, WARN
from convledger.tui.widgets.log_rows import LogRows
from convledger.tui.widgets.rows import Part, RowLine, Rows
from convledger.workflow.rule_words import BROKEN, CONFIRMED, INERT, FiringLine, when_words

if TYPE_CHECKING:
    from convledger.workflow.rule_words import RuleLine

_STATES = {CONFIRMED: ("●", GOOD), INERT: ("○", WARN), BROKEN: ("✕", BAD)}
_FATES = {"done": ("●", GOOD), "failed": ("✕", BAD), "waiting": ("○", FOCUS),
          "started": ("◐", WARN), "passed": ("·", DIM), "dropped": ("·", DIM)}  # fmt: skip
_WHEN = 13  # cells


class RuleRows(Rows):
    """Two lines a rule: its name and whether it acts here, then what it waits for and does."""

    HELP = (
        "The rules of the workspace. ● is confirmed on this machine, ○ is inert until you confirm "
        "it with c, ✕ can't be read. Enter shows what a rule says and what it would have done."
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.rules: Sequence[RuleLine] | None = None

    @property
    def chosen(self) -> RuleLine | None:
        """The rule under the cursor."""
        rules = self.rules or ()
        return rules[self.cursor] if 0 <= self.cursor < len(rules) else None

    def show(self, rules: Sequence[RuleLine]) -> None:
        """Show rules; the cursor stays on its rule."""
        before, names = self.chosen, [one.name for one in rules]
        self.rules = rules
        self.renew(cursor=names.index(before.name) if before and before.name in names else None)

    def count(self) -> int:
        """Return how many rules there are."""
        return len(self.rules or ())

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return a rule."""
        del cells
        one = (self.rules or ())[index]
        mark, ink = _STATES[one.state]
        counts: list[Part] = [(f"{one.done:,} done", DIM)]
        if one.failed:
            counts.append((f" · {one.failed:,} failed", BAD))
        if one.waiting:
            counts.append((f" · {one.waiting:,} waiting", FOCUS))
        if one.rule is None:
            about = str(one.file.trouble or "can't be read")
        else:
            about = f"when {when_words(one.rule)} · {one.rule.do} · {one.rule.about}"
        return [
            RowLine([(f"{mark} ", ink), (display_text(one.name), INK)], [(one.state, ink)]),
            RowLine([(f"  {display_text(veiled(about)).rstrip(' ·')}", DIM)], counts),
        ]

    def empty_lines(self) -> list[str]:
        """Say how a rule comes about."""
        if self.rules is None:
            return ["Looking at the rules…"]
        return [
            "There is no rule.",
            "convledger trigger add FILE keeps one: convledger help triggers.",
        ]


class FiringRows(LogRows[FiringLine]):
    """A line a firing: when, which rule, about what, and what came of it."""

    HELP = (
        "What rules did, the latest first: ● done, ✕ failed, ○ waiting, ◐ begun and cut short, "
        "· passed in a cooldown or dropped. Enter shows all of it, f shows failed ones alone."
    )
    NOTHING: ClassVar[tuple[str, ...]] = (
        "No rule has done anything yet.",
        "Confirmed rules are looked at while the app, an import or trigger run runs.",
    )

    def __init__(
        self,
        zone: tzinfo,
        workspace: Path,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(id=id)
        self._zone = zone
        self._folder = f"{workspace}{os.sep}"

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return a firing."""
        del cells
        one = self.lines[index]
        firing = one.firing
        mark, ink = _FATES.get(firing.status, ("?", WARN))
        came = one.words.replace(self._folder, "")
        words = display_text(veiled(f"{firing.event} {firing.subject} · {came}"))
        return [
            RowLine(
                [(f"{mark} ", ink), (moment_text(firing.noted_at, self._zone).ljust(_WHEN), DIM),
                 (f"{display_text(firing.rule)} ", INK), (words, DIM)],
                [(firing.status, ink)],
            )
        ]  # fmt: skip
