"""The command `audit`: who changed what, whether the log of it is whole, and its head."""

from __future__ import annotations

import re

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.groups import group_of
from convledger.cli.outcome import DONE, FAILED
from convledger.cli.printing import print_json
from convledger.errors import UsageProblem

USUAL = 30
_HEAD = re.compile(r"([0-9]{1,18}):([0-9a-fA-F]{64})")


@click.group(cls=group_of("list"), short_help="Who changed what; is the log of it whole.")
def audit() -> None:
    """Every change that a person or a rule made, in a log that shows tampering.

    Each event is bound to all before it by a hash. `verify` finds what was edited, cut out or put
    elsewhere; write down a `head` somewhere else, and it finds a cut end and a log written anew as
    well. What it does not promise: `convledger help audit`.
    """


@audit.command("list", short_help="What was changed, the latest first.")
@click.option("--limit", type=click.IntRange(1), default=USUAL, show_default=True,
              help="At most so many.")  # fmt: skip
@click.option("--before", type=click.IntRange(1), metavar="SEQ", help="Only events before this.")
@click.option("--actor", default="", metavar="NAME", help="Only by this one: you, import ...")
@click.option("--about", default="", metavar="WHAT",
              help="Only about this: label, entry/5, conversation/17.")  # fmt: skip
@options.since_until
@click.option("-v", "--verbose", is_flag=True, help="Each event with what it changed.")
@options.json_flag
@options.csv_flag
def list_(
    limit: int,
    before: int | None,
    actor: str,
    about: str,
    since: str | None,
    until: str | None,
    tz: str | None,
    verbose: bool,
    as_json: bool,
    as_csv: bool,
) -> int:
    """List what was changed together, one line each: when, by whom, what, and about what.

    \b
    convledger audit list --since 7d
    convledger audit list --actor you --about label -v
    """
    from convledger.cli import audit_answers
    from convledger.reports.periods import read_since, read_until
    from convledger.store.audit_events import Asked
    from convledger.zones import zone_of

    options.one_form(as_json, as_csv)
    zone, _ = zone_of(tz)
    now = clock.now_us()
    asked = Asked(
        before=before,
        since=read_since(since, zone, now) if since else None,
        until=read_until(until, zone, now) if until else None,
        actor=actor,
        about=about,
    )
    with chosen.open_ledger() as ledger:
        if verbose:
            lines = ledger.audit_events(asked, limit)
            audit_answers.print_events(lines, zone, as_json, as_csv)
        else:
            found = ledger.audit_batches(asked, limit)
            audit_answers.print_batches(found, zone, as_json, as_csv)
    return DONE


@audit.command(short_help="Is it whole and as it was written.")
@click.option("--head", "known", metavar="SEQ:HASH", help="What `audit head` once printed.")
@options.json_flag
def verify(known: str | None, as_json: bool) -> int:
    """Verify every event, what it says, and that the rows are as the log says.

    Ends with 0 where nothing was changed, with 1 where something was, with 2 for a head that can't
    be read.
    """
    from convledger.cli import audit_answers
    from convledger.store.audit import Head

    head = None
    if known is not None:
        match = _HEAD.fullmatch(known.strip())
        if match is None:
            raise UsageProblem(
                "--head is a number, a colon and 64 hexadecimal digits, as `convledger audit "
                "head` prints them"
            )
        head = Head(int(match[1]), bytes.fromhex(match[2]))
    with chosen.open_ledger() as ledger:
        verdict = ledger.verify_audit(head)
    if as_json:
        print_json(audit_answers.verdict_document(verdict))
    else:
        audit_answers.print_verdict(verdict, head)
    return DONE if verdict.is_sound else FAILED


@audit.command(short_help="The last event and its hash, to write down elsewhere.")
@options.json_flag
def head(as_json: bool) -> int:
    """Print SEQ:HASH of the last event.

    Put it into a ticket, a mail or a repository: `audit verify --head SEQ:HASH` proves later that
    nothing up to there was changed.
    """
    with chosen.open_ledger() as ledger:
        last = ledger.audit_head()
    if as_json:
        print_json({"schema": 1, "seq": last.seq, "hash": last.hash.hex()})
    else:
        streams.say(str(last))
    return DONE
