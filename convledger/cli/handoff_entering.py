"""The commands that enter, change and take away hand-offs, and the list of reasons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.cost_words import numbers_of, zone_option
from convledger.cli.printing import print_json
from convledger.errors import UsageProblem
from convledger.text.display import display_text

F = TypeVar("F", bound=Callable[..., Any])
_FIELDS = {"model": "model", "person": "person", "reason": "reason", "note": "note"}


def _fields(command: F) -> F:
    for option in (
        click.option("--outcome", metavar="TEXT", help="How it ended."),
        click.option("--handle", metavar="LENGTH", help="How long the person worked: 12m, 1h20m."),
        click.option("--wait", metavar="LENGTH", help="How long people waited: 5m, 90s."),
        click.option("--note", metavar="TEXT", help="What you want to remember of it."),
        click.option("--reason", metavar="CODE", help="Why; `handoff reasons` lists the codes."),
        click.option("--to", "person", metavar="PERSON", help="Who took over."),
        click.option("--from", "model", metavar="MODEL",
                     help="Whom from.  [default: the model that was called last]"),
    ):  # fmt: skip
        command = option(command)
    return command


@click.command(short_help="Enter that a person took over.")
@click.argument("conversation", shell_complete=options.complete_conversation)
@click.option(
    "--at",
    metavar="WHEN",
    help="2026-11-20 14:05, 2h ago.  [default: what its source tells, else now]",
)
@_fields
@zone_option
@options.json_flag
def add(
    conversation: str, at: str | None, tz: str | None, as_json: bool, **fields: str | None
) -> int:
    """Enter that a person took a conversation over; the time it took counts as people's time.

    \b
    convledger handoff add 5d0caad8 --at "2026-11-20 14:05" --to Ada --reason billing \\
        --wait 5m --handle 12m --outcome refunded
    """
    from convledger.reports.handoffs.typed import instant_typed
    from convledger.store.handoffs import StoredHandoff
    from convledger.zones import zone_of

    zone, _ = zone_of(tz)
    now = clock.now_us()
    changed = _changed(fields)
    with chosen.open_ledger() as ledger:
        number = ledger.costed_conversation(conversation)
        if at is not None:
            instant = instant_typed(at, zone, now)
        else:
            known = [each.at for each in ledger.handoffs_of(number, zone) if each.number is None]
            instant = next((each for each in known if each is not None), now)
        entry = StoredHandoff(0, "", "", number, instant, **changed)
        change = ledger.add_handoff(entry, now=now)
        (entered,) = change.came["handoff"]
        _say(ledger, entered, zone, "Entered as number", as_json=as_json)
    return 0


@click.command(short_help="Change one that was entered.")
@click.argument("number")
@click.option("--at", metavar="WHEN", help="When it was.")
@_fields
@zone_option
@options.json_flag
def edit(number: str, at: str | None, tz: str | None, as_json: bool, **fields: str | None) -> int:
    """Change a hand-off; it gets a new number, and the old row is kept. An empty text takes away.

    convledger handoff edit 3 --handle 20m --reason complaint
    """
    from convledger.reports.handoffs.typed import instant_typed
    from convledger.zones import zone_of

    zone, _ = zone_of(tz)
    now = clock.now_us()
    (wanted,) = numbers_of((number,))
    changed = _changed(fields)
    if at is not None:
        changed["at"] = instant_typed(at, zone, now)
    with chosen.open_ledger() as ledger:
        change = ledger.edit_handoff(wanted, changed, now=now)
        (entered,) = change.came["handoff"]
        _say(ledger, entered, zone, f"{wanted} is now number", as_json=as_json)
    return 0


def _changed(fields: dict[str, str | None]) -> dict[str, Any]:
    from convledger.reports.unit_costs.written import seconds_of

    changed: dict[str, Any] = {
        name: fields[name]
        for name in ("model", "person", "reason", "note", "outcome")
        if fields[name] is not None
    }
    for name in ("wait", "handle"):
        text = fields[name]
        if text is not None:
            length = seconds_of(text, f"--{name}") if text.strip() else None
            changed[f"{name}_seconds"] = length
    return changed


def _say(ledger: Any, number: int, zone: Any, done: str, *, as_json: bool) -> None:
    from convledger.cli.handoff_words import EARLY, in_short
    from convledger.reports.handoffs.documents import handoff_document

    found = ledger.handoff(number, zone)
    if as_json:
        print_json({"schema": 1, **handoff_document(found)})
    else:
        words = f"{done} {number}: {found.conversation}, {in_short(found, zone)}"
        streams.say(display_text(words))
        streams.note("`convledger handoff undo` takes it back.")
    if found.is_early:
        way = f"`convledger handoff edit {number} --at WHEN` if that is a mistake"
        streams.note(f"It is {EARLY}: {way}.")


@click.command(short_help="Take some away.")
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER ...")
def remove(numbers: tuple[str, ...]) -> int:
    """Take hand-offs away, with the time they took; they can be brought back."""
    wanted = numbers_of(numbers)
    with chosen.open_ledger() as ledger:
        ledger.remove_handoffs(wanted, now=clock.now_us())
    told = " ".join(map(str, wanted))
    streams.say(f"Taken away: {told}.")
    streams.note(f"`convledger handoff bring-back {told}` brings it back.")
    return 0


@click.command(name="bring-back", short_help="Bring back what was taken away.")
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER ...")
def bring_back(numbers: tuple[str, ...]) -> int:
    """Bring back hand-offs that were taken away."""
    wanted = numbers_of(numbers)
    with chosen.open_ledger() as ledger:
        ledger.bring_back_handoffs(wanted, now=clock.now_us())
    streams.say(f"Brought back: {' '.join(map(str, wanted))}.")
    return 0


@click.command(short_help="Take back the last change.")
def undo() -> int:
    """Take back the last change of hand-offs, then the one before, up to 50."""
    with chosen.open_ledger() as ledger:
        change = ledger.undo_handoffs(now=clock.now_us())
    came, went = len(change.came.get("handoff", ())), len(change.went.get("handoff", ()))
    done = {"add": "entered", "edit": "changed", "import": "imported", "remove": "taken away"}
    what = done.get(change.what, "brought back")
    streams.say(f"Taken back: {max(came, went):,} {what}.")
    return 0


@click.command(short_help="The codes that say why.")
@click.option("--add", "added", multiple=True, metavar="CODE", help="Add a code.")
@click.option("--remove", "removed", multiple=True, metavar="CODE", help="Take one away.")
@options.json_flag
def reasons(added: tuple[str, ...], removed: tuple[str, ...], as_json: bool) -> int:
    """List the codes that say why a person took over; add some, take some away."""
    from convledger.workflow.reason_codes import HANDOFFS

    return list_reasons(HANDOFFS, added, removed, as_json=as_json)


def list_reasons(
    of: str, added: tuple[str, ...], removed: tuple[str, ...], *, as_json: bool
) -> int:
    """List the codes of hand-offs or of reviews, changed as told."""
    if set(added) & set(removed):
        raise UsageProblem("the same code can't be added and taken away")
    with chosen.open_ledger() as ledger:
        if added or removed:
            codes = ledger.change_reasons(of, added, removed)
        else:
            codes = ledger.reasons(of)
    if as_json:
        print_json({"schema": 1, "reasons": codes})
    else:
        for code in codes:
            streams.say(code)
    return 0
