"""Leaves out of what was read whatever a person has erased: it does not come back by itself."""

from __future__ import annotations

from typing import Any

from convledger.sources.findings import Figures, Texts
from convledger.store.messages import message_key
from convledger.store.tombstones import FIGURES, PROJECT, Erased


def without_erased_figures(
    erased: Erased, reader: str, reader_id: int, path: Any, found: Figures
) -> None:
    """Leave out of what some lines count what was erased, in place.

    Of an erased conversation the figures stay unless those were erased as well; titles,
    descriptions and excerpts do not.
    """
    gone = {}
    for native in found.conversations:
        reason = erased.conversation(reader, native)
        if reason is not None:
            gone[native] = reason
    counted = {native for native, reason in gone.items() if reason == FIGURES}
    for native, reason in gone.items():
        facts = found.conversations[native]
        facts.title, facts.title_rank = "", 0
        facts.outcome, facts.details = None, {}
        if reason == PROJECT:
            facts.project = facts.branch = ""
    for native in counted:
        del found.conversations[native]

    def is_counted(native: str) -> bool:
        return erased.conversation(reader, native) != FIGURES

    found.calls = [
        call
        for call in found.calls
        if is_counted(call.conversation) and (not call.copied_into or is_counted(call.copied_into))
    ]
    found.reported = [each for each in found.reported if is_counted(each.conversation)]
    found.agents = [
        each for each in found.agents if erased.conversation(reader, each.conversation) is None
    ]
    found.summaries = [
        each
        for each in found.summaries
        if not erased.summary(reader, message_key(reader_id, each.leaf, 0))
    ]
    if gone or erased.file(path):
        _blank(found)


def without_erased_texts(erased: Erased, reader: str, path: Any, found: Texts) -> None:
    """Leave out of what some lines say the conversations that were erased, in place."""
    before = len(found.messages)
    found.messages = [
        message
        for message in found.messages
        if erased.conversation(reader, message.conversation) is None
    ]
    if len(found.messages) != before or erased.file(path):
        _blank(found)


def _blank(found: Figures | Texts) -> None:
    for rejected in found.rejected:
        rejected.excerpt = b""
