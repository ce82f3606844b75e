"""The commands `trigger dry-run`, `trigger run` and `trigger inbox`, and what an import tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.outcome import DONE, FAILED
from convledger.cli.plain_names import plural, tilde
from convledger.cli.printing import print_json, print_table
from convledger.cli.trigger_listing import complete_rule
from convledger.errors import ConvledgerError
from convledger.text.display import clip, display_text

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.workflow.firing import Fired
    from convledger.workflow.inbox import InboxReport

_NAMED, _WIDEST = 10, 300
_SHOWN = 200


@click.command(name="dry-run", short_help="What a rule would have done.")
@click.argument("name", metavar="RULE", shell_complete=complete_rule)
@click.option("--since", default="30d", show_default=True, metavar="WHEN",
              help="2026-11-01, 30d, month ...")  # fmt: skip
@click.option("--tz", metavar="ZONE", help="Zone of the times.  [default: yours]")
@options.json_flag
def dry_run(name: str, since: str, tz: str | None, as_json: bool) -> int:
    """Say how often a rule would have fired, and about what; nothing is done.

    A conversation counts as imported when it began, and as closed after its last word.
    """
    from convledger.cli.plan_words import moment_words
    from convledger.reports.periods import read_since
    from convledger.reports.render.table import Column
    from convledger.reports.trigger_documents import event_document
    from convledger.workflow.rule_words import about_words
    from convledger.zones import zone_of

    zone, zone_name = zone_of(tz)
    now = clock.now_us()
    began = read_since(since, zone, now)
    with chosen.open_ledger() as ledger:
        found = ledger.try_trigger(name, began, now=now, zone=zone)
    if as_json:
        print_json(
            {
                "schema": 1, "timezone": zone_name, "rule": name, "since": clock.iso_text(began),
                "would_have_fired": len(found), "events": [event_document(each) for each in found],
            }
        )  # fmt: skip
        return DONE
    streams.say(f"{name} would have fired {plural(len(found), 'time')} since {since}.")
    if found:
        print_table(
            [Column("at"), Column("event"), Column("about", shrink=True, minimum=12)],
            [
                [
                    moment_words(each.at, zone), each.type,
                    about_words(each.type, each.subject, each.facts.get("conversation")),
                ]
                for each in found[-_SHOWN:]
            ],
        )  # fmt: skip
        if len(found) > _SHOWN:
            streams.note(f"These are the last {_SHOWN}; --json has all.")
    return DONE


@click.command(short_help="Do now what rules say; try again what failed.")
@click.option("--failed", "failed_too", is_flag=True, help="What failed before too.")
@options.json_flag
def run(failed_too: bool, as_json: bool) -> int:
    """Take what lies in the inbox, then do what confirmed rules say about what has happened.

    It is what `import` and `watch` do by themselves, for a timer of your own.
    """
    from convledger.zones import machine_zone

    zone = machine_zone()[0]
    now = clock.now_us()
    with chosen.open_ledger() as ledger:
        taken = ledger.take_inbox(now=now, zone=zone)
        found = ledger.fire_triggers(now=now, zone=zone, failed_too=failed_too)
    if as_json:
        print_json({"schema": 1, **fired_document(found), "inbox": inbox_document(taken)})
    else:
        for line in lines_of(found, taken) or ["Nothing was to be done."]:
            streams.say(line)
    tell_fired(found)
    return FAILED if found.failed or found.troubles or taken.refused else DONE


@click.command(short_help="The folder that other programs put files into.")
@options.json_flag
def inbox(as_json: bool) -> int:
    """Make the inbox where there is none, say where it is, and what lies in it.

    `import`, `watch` and `trigger run` take from it what is named as one of the kinds below.
    """
    from convledger.workflow.inbox import KINDS

    with chosen.open_ledger() as ledger:
        box = ledger.inbox
        box.make()
        waiting = [path.name for path in box.waiting()]
    if as_json:
        print_json({"schema": 1, "folder": str(box.folder), "kinds": KINDS, "waiting": waiting})
        return DONE
    streams.say(display_text(tilde(str(box.folder))))
    for kind, words in KINDS.items():
        streams.say(f"  {kind + '*'.ljust(1)}".ljust(16) + words)
    for name in waiting:
        streams.say(f"waits: {display_text(name)}")
    return DONE


def fire_quietly(
    ledger: Ledger, tell: Callable[[str], None] = streams.note, *, most: int | None = None
) -> tuple[Fired | None, InboxReport | None]:
    """Take the inbox and do what rules say after an import; what fails is told, never raised."""
    if ledger.is_sealed or not ledger.has_triggers():
        return None, None
    from convledger.workflow.firing import AT_ONCE, SECONDS_AT_ONCE
    from convledger.zones import machine_zone

    zone = machine_zone()[0]
    taken = None
    try:
        taken = ledger.take_inbox(now=clock.now_us(), zone=zone)
        found = ledger.fire_triggers(
            now=clock.now_us(), zone=zone, most=most or AT_ONCE, seconds=SECONDS_AT_ONCE
        )
    except ConvledgerError as error:
        tell(display_text(str(error)))
        return None, taken
    tell_fired(found, tell)
    return found, taken


def lines_of(fired: Fired | None, taken: InboxReport | None) -> list[str]:
    """Return what came out of the inbox and what rules did as lines for people."""
    words = fired_words(fired) if fired else ""
    return [*inbox_lines(taken), *([words] if words else [])]


def fired_words(found: Fired) -> str:
    """Return what rules did in a line, "" where nothing."""
    parts = [f"{plural(found.done, 'firing')} done"] if found.done else []
    parts += [f"{len(found.failed):,} failed"] if found.failed else []
    parts += [f"{found.dropped:,} dropped"] if found.dropped else []
    return f"Triggers: {', '.join(parts)}" if parts else ""


def tell_fired(found: Fired, tell: Callable[[str], None] = streams.note) -> None:
    """Tell what failed, once for each rule, and what is left to be done."""
    for trouble in found.troubles:
        tell(display_text(trouble))
    by_rule: dict[str, list[str]] = {}
    for rule, why in found.failed:
        by_rule.setdefault(rule, []).append(why)
    for rule, reasons in by_rule.items():
        more = f" ({len(reasons):,} times)" if len(reasons) > 1 else ""
        tell(f"rule {rule} failed{more}: {clip(display_text(reasons[-1]), _WIDEST)}")
    if found.failed:
        tell("`convledger trigger run --failed` tries again; `convledger trigger log` has all.")
    if found.waiting:
        tell(f"{plural(found.waiting, 'firing')} still to be done: `convledger trigger run`")
    if found.busy:
        tell("Another convledger is doing what the rules say.")


def fired_document(found: Fired | None) -> dict[str, Any]:
    """Return what rules did as JSON says it."""
    if found is None:
        return {"done": 0, "failed": [], "dropped": 0, "waiting": 0, "troubles": []}
    return {
        "done": found.done,
        "failed": [{"rule": rule, "reason": why} for rule, why in found.failed],
        "dropped": found.dropped,
        "waiting": found.waiting,
        "troubles": found.troubles,
    }


def inbox_document(taken: InboxReport | None) -> dict[str, Any]:
    """Return what came out of the inbox as JSON says it."""
    return {
        "taken": [
            {"file": each.name, "kind": each.kind, "new": each.new, "known": each.known}
            for each in (taken.taken if taken else ())
        ],
        "refused": [
            {"file": each.name, "reasons": each.reasons}
            for each in (taken.refused if taken else ())
        ],
    }


def inbox_lines(taken: InboxReport | None) -> list[str]:
    """Return what came out of the inbox as lines for people, made harmless."""
    lines = []
    for each in taken.taken if taken else ():
        known = f", {each.known:,} known already" if each.known else ""
        lines.append(display_text(f"inbox: {each.name}: {plural(each.new, 'row')} taken{known}"))
    for refused in taken.refused if taken else ():
        why = clip(refused.reasons[0] if refused.reasons else "", _WIDEST)
        lines.append(display_text(f"inbox: {refused.name} was refused: {why}"))
    return lines
