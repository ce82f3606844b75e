"""The commands that give, withdraw and adjudicate verdicts."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.printing import print_json
from convledger.cli.review_words import as_option, item_number
from convledger.text.display import display_text

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.workflow.judging import Opinion

F = TypeVar("F", bound=Callable[..., Any])


def _opinion(command: F) -> F:
    for option in (
        options.json_flag,
        click.option("--new", "is_new", is_flag=True,
                     help="You are somebody else than the owner with nearly your name."),
        as_option,
        click.option("--minutes", metavar="M", help="How long it took you: 4, 90s."),
        click.option("--note", default="", metavar="TEXT", help="What you want to say of it."),
        options.several("--reason", "Why; `review reasons` lists the codes."),
        click.argument("word", metavar="pass|minor|major|fail"),
        click.argument("item"),
    ):  # fmt: skip
        command = option(command)
    return command


def _said(word: str, reason: tuple[str, ...], note: str, minutes: str | None) -> Opinion:
    from convledger.reports.unit_costs.written import seconds_of
    from convledger.workflow.judging import Opinion

    seconds = None if minutes is None else seconds_of(minutes, "--minutes")
    return Opinion(word, options.parts(reason), note, seconds)


@click.command(short_help="Judge an item.")
@_opinion
def verdict(
    item: str,
    word: str,
    reason: tuple[str, ...],
    note: str,
    minutes: str | None,
    as_name: str,
    is_new: bool,
    as_json: bool,
) -> int:
    """Give your verdict on an item; a later one of yours takes its place, and both are kept.

    convledger review verdict 3 minor --reason incomplete --note "half the question" --minutes 4
    """
    number = item_number(item)
    opinion = _said(word, reason, note, minutes)
    with chosen.open_ledger() as ledger:
        if not is_new:
            ledger.must_be_meant(as_name)
        given = ledger.give_verdict(number, opinion, now=clock.now_us(), as_name=as_name)
        owners = ledger.review_item(number, given.reviewer).stored.owners
        if owners and given.reviewer not in owners:
            streams.note(_not_an_owner(number, given.reviewer, owners))
        words = f"{given.reviewer}: {given.verdict}"
        _tell(ledger, number, given.reviewer, words, as_name, as_json=as_json)
    return 0


@click.command(short_help="Decide an item on which reviewers differ.")
@_opinion
def adjudicate(
    item: str,
    word: str,
    reason: tuple[str, ...],
    note: str,
    minutes: str | None,
    as_name: str,
    is_new: bool,
    as_json: bool,
) -> int:
    """Decide what an item's verdict is; the reviewers' own stay, and agreement is told of them."""
    number = item_number(item)
    opinion = _said(word, reason, note, minutes)
    with chosen.open_ledger() as ledger:
        if not is_new:
            ledger.must_be_meant(as_name)
        given = ledger.adjudicate(number, opinion, now=clock.now_us(), as_name=as_name)
        words = f"decided by {given.reviewer}: {given.verdict}"
        _tell(ledger, number, given.reviewer, words, as_name, as_json=as_json)
    return 0


def _not_an_owner(number: int, name: str, owners: Sequence[str]) -> str:
    """Return what is told where somebody judges what others were to judge."""
    whose = ", ".join(owners)
    return display_text(
        f"{name} is no owner of item {number}, which is to be judged by {whose}: "
        "the verdict counts beside theirs."
    )


def _tell(
    ledger: Ledger, number: int, name: str, words: str, as_name: str, *, as_json: bool
) -> None:
    found = ledger.review_item(number, name)
    if as_json:
        from convledger.reports.reviews.documents import item_document

        print_json({"schema": 1, **item_document(found, clock.now_us())})
        return
    streams.say(display_text(f"Item {number}, {words}. It is {found.state}."))
    others = sum(each != name for each in found.latest)
    if others and found.is_disputed:
        streams.note(f"Others say something else: `convledger review show {number}`.")
    whose = f" --as {shlex.quote(as_name)}" if as_name else ""
    streams.note(display_text(f"`convledger review undo{whose}` takes it back."))


@click.command(short_help="Withdraw your last verdict.")
@click.argument("item", required=False)
@as_option
def undo(item: str | None, as_name: str) -> int:
    """Withdraw your last verdict, or that on ITEM; the one before it counts again."""
    number = None if item is None else item_number(item)
    with chosen.open_ledger() as ledger:
        found, gone = ledger.withdraw_verdict(now=clock.now_us(), as_name=as_name, number=number)
    left = found.latest.get(gone.reviewer)
    before = "" if left is None or gone.kind != left.kind else f"; {left.verdict} counts again"
    streams.say(
        display_text(
            f"Withdrawn: {gone.verdict} on item {found.stored.id} by {gone.reviewer}{before}."
        )
    )
    return 0


@click.command()
@click.option("--add", "added", multiple=True, metavar="CODE", help="Add a code.")
@click.option("--remove", "removed", multiple=True, metavar="CODE", help="Take one away.")
@options.json_flag
def reasons(added: tuple[str, ...], removed: tuple[str, ...], as_json: bool) -> int:
    """List the codes that say what is wrong; add some, take some away."""
    from convledger.cli.handoff_entering import list_reasons
    from convledger.workflow.reason_codes import REVIEWS

    return list_reasons(REVIEWS, added, removed, as_json=as_json)
