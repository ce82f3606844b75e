"""What memory and a conversation have in common: entries made from it, and one to be made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convledger.memory.drafts import Draft
from convledger.memory.words import ARCHIVED, CLIENT, PROJECT, title_of
from convledger.tui.memory_changes import entries_of
from convledger.tui.widgets.conversation_rows import project_end, project_of
from convledger.tui.widgets.remembered import Kept, Remembered

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.reports.listing import ConversationLine


def kept_from(ledger: Ledger, conversation_id: int) -> Kept:
    """Return what of a conversation has become an entry, by message; archived ones are left out."""
    spans = ledger.memory.from_conversation(conversation_id)
    if not spans:
        return {}
    ids = {entry_id for found in spans.values() for entry_id, _, _ in found}
    titles = {
        each.id: each.title for each in entries_of(ledger.memory, ids) if each.state != ARCHIVED
    }
    kept = {
        message_id: [
            Remembered(titles[entry_id], start, length)
            for entry_id, start, length in found
            if entry_id in titles
        ]
        for message_id, found in spans.items()
    }
    return {message_id: found for message_id, found in kept.items() if found}


def proposed(text: str, line: ConversationLine | None) -> Draft:
    """Return a message as an entry to be, in the scope of its conversation's client or project."""
    body = text.strip("\n")
    return Draft(body, title_of(body), scope=scope_for(line))


def scope_for(line: ConversationLine | None) -> str:
    """Return the scope of what is said in a conversation: its client, else its project."""
    if line is None:
        return ""
    client = next(iter(line.labels.get("client", ())), "")
    if client.strip():
        return f"{CLIENT}{client.strip()}"
    project = project_end(project_of(line)).strip()
    return f"{PROJECT}{project}" if project else ""
