"""What a person may mean when they erase: entries, a message, conversations, all of a client."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from convledger.text.display import clip, display_text
from convledger.words import plural

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.memory.erase import Wanted

_TITLE = 48  # cells


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that may go: how it is called, and how it is found."""

    words: str
    find: Callable[[Ledger], Wanted]


def some_entries(ids: Collection[int], words: str) -> Choice:
    """Return entries; one of them is called by its title."""
    name = _named(words) if len(ids) == 1 and words else _many(ids, words, "entry", "entries")
    numbers = tuple(ids)
    return Choice(name, lambda _: _wanted(entries=numbers))


def some_conversations(ids: Collection[int], words: str, lead: str = "") -> Choice:
    """Return conversations; one of them is called by its title, behind `lead`."""
    name = f"{lead}{_named(words)}" if len(ids) == 1 and words else _many(ids, words)
    numbers = tuple(ids)
    return Choice(name, lambda _: _wanted(conversations=numbers))


def all_of_client(client: str) -> Choice:
    """Return all that belongs to a client."""
    name = f"all of client {clip(display_text(client), _TITLE)}"
    return Choice(name, lambda ledger: ledger.belongings(client))


def in_conversation(message_id: int, conversation_id: int, title: str) -> list[Choice]:
    """Return a message, where there is one, and the whole conversation that it stands in."""
    this = Choice("this message", lambda _: _wanted(messages=(message_id,)))
    whole = some_conversations([conversation_id], title, "all of ")
    return [this, whole] if message_id else [whole]


def _many(
    ids: Collection[int], words: str, one: str = "conversation", many: str = "conversations"
) -> str:
    return plural(len(ids), one, many) + (f", {words}" if words and len(ids) > 1 else "")


def _named(words: str) -> str:
    return f"“{clip(display_text(words), _TITLE)}”"


def _wanted(**what: tuple[int, ...]) -> Wanted:
    from convledger.memory.erase import Wanted

    return Wanted(**what)  # type: ignore[arg-type]
