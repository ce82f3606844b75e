"""Lets the demo's workspace remember what the invented consultant's tools do."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from convledger.clock import DAY, SECOND

if TYPE_CHECKING:
    from convledger.demo.memories import Memo
    from convledger.ledger import Ledger


def remember_all(ledger: Ledger, rules: Path, now: int) -> None:
    """Keep the demo's entries, those in a file as proposed, and a pack of some of them."""
    from convledger.demo.memories import BAKERY, BUDGET, MEMOS, PACK, RULES, TOKENS
    from convledger.memory import packs
    from convledger.memory.asking import EntryQuery
    from convledger.memory.counting import keep_counts
    from convledger.memory.discover import MemoryFile
    from convledger.memory.feed import look
    from convledger.memory.importing import import_file
    from convledger.memory.pack_terms import Wanted
    from convledger.memory.words import PROPOSED
    from convledger.text.tokens import ESTIMATED, estimated_tokens

    memory = ledger.memory
    for memo in MEMOS:
        entry_id, at = _remember(ledger, memo, now)
        if memo.then == "confirm":
            memory.confirm([entry_id], min(at + DAY, now))
        elif memo.then == "snooze":
            memory.snooze([entry_id], now - DAY, 14)
        elif memo.then == "archive":
            memory.archive([entry_id], now - 2 * DAY)
    rules.write_text(RULES, "utf-8")
    import_file(memory.connection, rules, "claude-md", RULES.encode(), "", now - DAY)
    wanted = Wanted(scopes=("", BAKERY), min_value=3)
    pack = packs.create(memory.connection, PACK, BUDGET, now - DAY, wanted=wanted)
    packs.write(memory.connection, pack, rules, now - DAY, estimated_tokens, method=ESTIMATED)
    look(memory.connection, [MemoryFile(rules, "claude-md")], now)
    keep_counts(memory.connection, TOKENS)
    memory.look_at(
        [entry.id for entry in memory.find(EntryQuery(states=(PROPOSED,)), now, UTC)], now
    )


def _remember(ledger: Ledger, memo: Memo, now: int) -> tuple[int, int]:
    """Keep an entry, with the message that said so where there is one; returns when as well."""
    from convledger.memory.drafts import Draft

    draft = Draft(
        memo.body, memo.title, memo.kind, memo.scope, memo.tags, memo.sensitivity, memo.value,
        memo.pinned, valid_to=None if memo.until is None else now + memo.until * DAY,
    )  # fmt: skip
    at = now - memo.before * DAY
    place = _place(ledger, memo.quote) if memo.quote else None
    if place is None:
        return ledger.memory.remember(draft, at)[0].id, at
    message_id, start, said_at = place
    at = min(max(at, said_at + SECOND), now)  # nobody keeps what is not said yet
    entry, _ = ledger.memory.remember_span(message_id, at, start, len(memo.quote), draft)
    return entry.id, at


def _place(ledger: Ledger, quote: str) -> tuple[int, int, int] | None:
    """Return the first message that says some words, where in it, and when it was said."""
    from convledger.store.search import SearchQuery

    words = " ".join(word for word in quote.replace('"', " ").split())
    hits = ledger.search(SearchQuery(f'"{words}"')).hits
    bodies = ledger.bodies([hit.message_id for hit in hits])
    for hit in sorted(hits, key=lambda hit: hit.at):
        start = bodies.get(hit.message_id, "").find(quote)
        if start >= 0:
            return hit.message_id, start, hit.at
    return None
