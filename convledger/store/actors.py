"""By whom changes of the ledger are made: a person, a rule, or the program by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

YOU, OUTSIDE, ITSELF, IMPORT = "you", "outside", "convledger", "import"
_actor: ContextVar[str] = ContextVar("actor", default="")
_action: ContextVar[str] = ContextVar("action", default="")
_batch: ContextVar[list[int] | None] = ContextVar("batch", default=None)
_person: list[str] = []  # who works with this process, where that is known


def set_person(name: str) -> None:
    """Say who works with this process; without it people are "you"."""
    _person[:] = [name] if name else []


def person() -> str:
    """Return who works with this process."""
    return _person[0] if _person else YOU


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
