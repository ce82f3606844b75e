"""By whom changes of the ledger are made: a person, a rule, or the program by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from convledger.who import YOU as YOU
from convledger.who import person as person
from convledger.who import set_person as set_person

OUTSIDE, ITSELF, IMPORT = "outside", "convledger", "import"
_actor: ContextVar[str] = ContextVar("actor", default="")
_action: ContextVar[str] = ContextVar("action", default="")
_batch: ContextVar[list[int] | None] = ContextVar("batch", default=None)


def acting() -> str:
    """Return by whom changes are made at the moment."""
    return _actor.get() or person()


@contextmanager
def together() -> Iterator[None]:
    """Let all that is noted within the block be one batch, however often it is taken in."""
    of_batch = _batch.set([])
    try:
        yield
    finally:
        _batch.reset(of_batch)


def batch(first: int) -> int:
    """Return the number of the batch of the moment: that of its first event, or `first`."""
    begun = _batch.get()
    if begun is None:
        return first
    if not begun:
        begun.append(first)
    return begun[0]


def action() -> str:
    """Return what all changes of the moment are part of, such as the event that a rule is for."""
    return _action.get()


@contextmanager
def as_actor(actor: str, action: str = "") -> Iterator[None]:
    """Let changes within the block be made by somebody, such as a rule; `action` names them all.

    Belongs around a transaction: its changes are those of who acts when it ends. A block within
    another one keeps what that is about.
    """
    whole = ": ".join(filter(None, (_action.get(), action)))
    of_actor, of_action = _actor.set(actor or _actor.get()), _action.set(whole)
    try:
        yield
    finally:
        _actor.reset(of_actor)
        _action.reset(of_action)
