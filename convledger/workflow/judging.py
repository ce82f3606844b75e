"""Gives, withdraws and adjudicates verdicts; the latest of each person counts, all are kept.

Everything that writes belongs into a transaction.
"""

from __future__ import annotations

import secrets
import shlex
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from convledger.economics.work_text import LONGEST_WORK
from convledger.errors import UsageProblem
from convledger.store import costs, reviews
from convledger.store.reviews import ADJUDICATION, REVIEW, StoredBatch, StoredVerdict
from convledger.text.secrets import veiled
from convledger.words import nearest
from convledger.workflow import reason_codes
from convledger.workflow.entered_text import note_text, person_text
from convledger.workflow.review_words import VERDICTS, Item

_NEARLY = 0.75  # how like two names are that are taken for one that was mistyped


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a person says of an item: seconds of work, None where they are not told."""

    verdict: str
    reasons: tuple[str, ...] = ()
    note: str = ""
    seconds: int | None = None


def known_items(
    connection: sqlite3.Connection,
    *,
    of_batches: Iterable[int] | None = None,
    numbers: Iterable[int] | None = None,
    conversation_id: int | None = None,
) -> list[Item]:
    """Return items of samples that were not taken away, with their verdicts.

    A title is often what was typed first: of a secret in it no more is shown than may be seen.
    """
    there = {each.id: each for each in reviews.batches(connection)}
    stored = reviews.items(
        connection, of_batches=of_batches, numbers=numbers, conversation_id=conversation_id
    )
    found = {
        each.id: Item(replace(each, title=veiled(each.title)), there[each.batch_id])
        for each in stored
        if each.batch_id in there
    }
    for verdict in reviews.verdicts(connection, found):
        found[verdict.item_id].add(verdict)
    return list(found.values())


def item_numbered(connection: sqlite3.Connection, number: int) -> Item:
    """Return an item by its number. Raises UsageProblem."""
    found = known_items(connection, numbers=[number])
    if not found:
        raise UsageProblem(f"no item to review has the number {number}: `convledger review list`")
    return found[0]


def batch_named(connection: sqlite3.Connection, name: str) -> StoredBatch:
    """Return a sample by its number, title or the beginning of its name. Raises UsageProblem."""
    every = reviews.batches(connection)
    wanted = name.strip()
    found = [each for each in every if wanted in (str(each.id), each.title, each.name)]
    if not found and len(wanted) >= 4:
        found = [each for each in every if each.name.startswith(wanted)]
    if len(found) != 1:
        listed = ", ".join(f"{each.id} {each.title}" for each in found or every)
        raise UsageProblem(
            f"{'several samples are' if found else 'no sample is'} called {wanted!r:.60}"
            + (f"; there are {listed:.400}" if listed else "; `convledger review sample` draws one")
        )
    return found[0]


def give(
    connection: sqlite3.Connection, number: int, reviewer: str, opinion: Opinion, now: int
) -> StoredVerdict:
    """Keep somebody's verdict on an item in the place of their last one. Raises UsageProblem."""
    return _keep(connection, item_numbered(connection, number), reviewer, opinion, now, REVIEW)


def adjudicate(
    connection: sqlite3.Connection, number: int, reviewer: str, opinion: Opinion, now: int
) -> StoredVerdict:
    """Keep what is decided of an item on which reviewers may differ. Raises UsageProblem.

    Nobody decides who owes a verdict of their own: they have not seen those of others.
    """
    item = item_numbered(connection, number)
    if person_text(reviewer) in item.waiting:
        raise UsageProblem(
            f"give your own verdict on item {number} first: `convledger review verdict {number}`"
        )
    if not item.latest:
        raise UsageProblem(f"nobody has given a verdict on item {number} yet")
    return _keep(connection, item, reviewer, opinion, now, ADJUDICATION)


def _keep(
    connection: sqlite3.Connection, item: Item, reviewer: str, opinion: Opinion, now: int, kind: str
) -> StoredVerdict:
    name = reviewer_text(reviewer)
    codes = reason_codes.reasons(connection, reason_codes.REVIEWS)
    if opinion.seconds is not None and not 0 <= opinion.seconds <= LONGEST_WORK:
        raise UsageProblem("the minutes are less than nothing, or more than a week")
    before = item.latest.get(name) if kind == REVIEW else item.adjudication
    made = StoredVerdict(
        id=0,
        name=secrets.token_hex(12),
        item_id=item.stored.id,
        reviewer=name,
        kind=kind,
        verdict=verdict_of(opinion.verdict),
        reasons=checked_reasons(opinion.reasons, codes),
        note=note_text(opinion.note),
        seconds=opinion.seconds,
        # A clock that was put back does not make the later verdict the earlier one.
        at=now if before is None else max(now, before.at + 1),
    )
    reviews.add_verdict(connection, made, item.stored.conversation_id)
    return made


def withdraw(
    connection: sqlite3.Connection, reviewer: str, now: int, number: int | None = None
) -> tuple[Item, StoredVerdict]:
    """Withdraw somebody's last verdict, or that on one item; the one before counts again.

    Returns the item as it stands then, and what was withdrawn. Raises UsageProblem.
    """
    name = reviewer_text(reviewer)
    among = None if number is None else [item_numbered(connection, number).stored.id]
    own = [each for each in reviews.verdicts(connection, among) if each.reviewer == name]
    known = {each.stored.id for each in known_items(connection, numbers={v.item_id for v in own})}
    own = [each for each in own if each.item_id in known]
    if not own:
        on = "" if number is None else f" on item {number}"
        others = sorted({each.reviewer for each in reviews.verdicts(connection, among)})
        near = nearest(name, others, _NEARLY)
        hint = f"; did you mean --as {shlex.quote(near)}?" if near else ""
        raise UsageProblem(f"{name} has given no verdict{on} that could be withdrawn{hint}")
    last = own[-1]
    reviews.withdraw(connection, last.id, now)
    return item_numbered(connection, last.item_id), last


def set_batch_away(connection: sqlite3.Connection, number: int, at: int | None) -> None:
    """Take a sample away, or bring it back with None. Raises UsageProblem."""
    if number not in {each.id for each in reviews.batches(connection, with_gone=True)}:
        raise UsageProblem(f"no sample has the number {number}: `convledger review batches --all`")
    if not costs.set_gone(connection, "review_batch", [number], at):
        state = "there" if at is None else "taken away"
        raise UsageProblem(f"sample {number} is {state} already")


def next_for(items: Iterable[Item], name: str) -> Item | None:
    """Return what somebody is to judge next: what is due first, then by place."""
    waiting = [each for each in items if name in each.waiting]
    return min(waiting, key=_urgency, default=None)


def _urgency(item: Item) -> tuple[bool, int, int, int]:
    due = item.batch.due_at
    return due is None, due or 0, item.batch.id, item.stored.place


def verdict_of(text: str) -> str:
    """Return the verdict that is meant. Raises UsageProblem."""
    word = text.strip().lower()
    if word not in VERDICTS:
        near = nearest(word, list(VERDICTS))
        hint = f"; did you mean {near}?" if near else "."
        raise UsageProblem(
            f"no verdict {text.strip()!r:.40}{hint} Verdicts are {', '.join(VERDICTS)}"
        )
    return word


def reviewer_text(text: str) -> str:
    """Return what a reviewer is called. Raises UsageProblem for nobody."""
    name = person_text(text)
    if not name:
        raise UsageProblem("a reviewer needs a name: say --as NAME")
    return name


def must_be_meant(connection: sqlite3.Connection, reviewer: str) -> None:
    """Refuse a name that nobody has, and that is nearly an owner's: it would make a new reviewer.

    Raises UsageProblem.
    """
    name = reviewer_text(reviewer)
    owners = sorted({owner for each in known_items(connection) for owner in each.stored.owners})
    if name in owners:
        return
    near = nearest(name, owners, _NEARLY)
    if near is None:
        return
    said = {each.reviewer for each in reviews.verdicts(connection)}
    if near.lower() == name.lower() or name not in said:
        raise UsageProblem(
            f"nobody who reviews is called {name!r:.100}; did you mean {near}? "
            f"Say --as {shlex.quote(near)}, or --new if {name} is somebody else"
        )


def checked_reasons(given: Sequence[str], known: list[str]) -> tuple[str, ...]:
    """Return the codes that are meant, each once. Raises UsageProblem with the nearest."""
    codes = [reason_codes.checked_reason(each, known, reason_codes.REVIEWS) for each in given]
    return tuple(dict.fromkeys(filter(None, codes)))
