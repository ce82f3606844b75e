"""Invented conversations for tests of the transcript: outlines with the texts beside them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from convledger.clock import SECOND
from convledger.money import PICO
from convledger.reports.reading import Branch, CallLine, Head, Outline
from convledger.tui.widgets.script import Script, script_of

BEGAN = int(datetime(2026, 11, 20, 9, 0, tzinfo=UTC).timestamp()) * SECOND
CENT = PICO // 100


def call(number: int, *, pico: int | None = 5 * CENT, tokens: int = 1000) -> CallLine:
    """A call of a few cents, by its number."""
    return CallLine(
        number, f"req-{number}", BEGAN, "opus", tokens, 50, 0, 0, 0, pico, number, "log"
    )


def said(kind: str, text: str = "", **facts: Any) -> tuple[Head, str]:
    """An entry with its text; its id is set by `talk`."""
    facts = {"at": 0, "flags": 0, "name": "", "agent": "", "agent_name": "", **facts}
    length = facts.pop("length", len(text.encode("utf-8", "replace")))
    line = Head(
        0, facts["at"], kind, facts["flags"], facts["name"], length, facts["agent"],
        facts["agent_name"], None, None, 1, 0, facts.get("call"),
    )  # fmt: skip
    return line, text


class Talk:
    """A conversation with its texts by message."""

    def __init__(self, entries: Sequence[tuple[Head, str]], first: int = 1) -> None:
        self.texts: dict[int, str] = {}
        self.heads: list[Head] = []
        for place, (head, text) in enumerate(entries):
            if head.kind != "call":
                head.id = first + place
                self.texts[head.id] = text
            head.at = head.at or BEGAN + place * SECOND
            self.heads.append(head)

    def heads_and_texts(self) -> list[tuple[Head, str]]:
        """The entries, to make a longer conversation of them."""
        return [(head, self.texts.get(head.id, "")) for head in self.heads]

    def outline(self, branches: Sequence[Branch] = ()) -> Outline:
        """The outline that the ledger would give."""
        cumulative, context, running, sent = [], [], 0, 0
        for head in self.heads:
            if head.call is not None:
                running += head.call.list_pico or 0
                sent = head.call.context
            cumulative.append(running)
            context.append(sent)
        total = running if any(head.call for head in self.heads) else None
        return Outline(
            list(self.heads), total, cumulative, context, max(context, default=0), list(branches)
        )

    def script(self, project: str = "", branches: Sequence[Branch] = ()) -> Script:
        """What a transcript is given."""
        return script_of(self.outline(branches), UTC, project)


def chat(turns: int, lines: int = 1) -> Talk:
    """A conversation of prompts and answers of so many lines each."""
    entries = []
    for turn in range(turns):
        entries.append(said("prompt", f"question {turn}"))
        answer = "\n".join(f"answer {turn} line {line}" for line in range(lines))
        entries.append(said("answer", answer, call=call(turn + 1)))
    return Talk(entries)
