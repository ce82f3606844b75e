"""The commands `status` and `check`: how the books stand, and whether they are sound."""

from __future__ import annotations

from typing import Any

import click

from convledger.cli import chosen, options
from convledger.cli.outcome import DONE, FAILED
from convledger.cli.printing import print_json
from convledger.cli.streams import note, say


@click.command(short_help="Today, 7 and 30 days in one line, for a prompt.")
@options.json_flag
def status(as_json: bool) -> int:
    """Print what was spent today, in the last 7 and in the last 30 days, in one line.

    Takes a few hundredths of a second and never looks at the logs: made for a shell prompt or a
    status bar. `convledger watch` or a report keeps the figures fresh.
    """
    from convledger.cli.status import show_status

    return show_status(str(chosen.folder()), as_json)


@click.command(short_help="Verify the whole ledger.")
@click.option("--deep", is_flag=True, help="Read all texts, rate all calls, compare with the log.")
@click.option("--fix", "--repair", is_flag=True, help="Repair what can be, after a backup.")
@options.json_flag
def check(deep: bool, fix: bool, as_json: bool) -> int:
    """Verify the ledger: file, sums, index, provenance, credits, audit log, permissions, balances.

    Says nothing and ends with 0 where all is well; else it lists what is wrong with the way out,
    and ends with 1. `--fix` works out anew what follows from the rest and closes what is open to
    others; what is left then needs a person. More: `convledger help check`.
    """
    from convledger.text.display import display_text

    with chosen.open_ledger() as ledger:
        findings = ledger.check(deep=deep)
        fixed = None
        if fix and findings:
            from convledger import clock

            fixed = ledger.fix(findings, now=clock.now_us())
            if fixed.done:
                findings = ledger.check(deep=deep)
    done = fixed.done if fixed is not None else []
    backup = str(fixed.backup) if fixed is not None and fixed.backup is not None else None
    if as_json:
        rows: list[dict[str, Any]] = [
            {
                "check": each.check,
                "problem": each.problem,
                "way_out": each.way_out,
                "failure": each.is_failure,
                "fixable": bool(each.repair),
            }
            for each in findings
        ]
        document: dict[str, Any] = {"schema": 1, "findings": rows}
        if fix:
            document |= {"fixed": done, "backup": backup}
        print_json(document)
    else:
        for words in done:
            note(f"Fixed: {words}.")
        if backup is not None:
            note(f"The ledger from before is kept: {display_text(backup)}")
        for each in findings:
            say(f"{each.check}: {display_text(each.problem)}")
            say(f"  {display_text(each.way_out)}")
    return FAILED if findings else DONE
