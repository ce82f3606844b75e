"""The commands `trigger list`, `trigger show` and `trigger log`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.printing import print_documents_as_csv, print_json, print_table
from convledger.text.display import display_text

if TYPE_CHECKING:
    from datetime import tzinfo

    from convledger.workflow.rule_words import FiringLine, RuleLine

MOST = 100


def complete_rule(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Complete the name of a rule."""
    from convledger.errors import ConvledgerError

    try:
        with chosen.open_ledger() as ledger:
            names = [each.name for each in ledger.trigger_rules()]
    except ConvledgerError:
        return []
    return [name for name in names if name.startswith(incomplete)]


@click.command(name="list", short_help="The rules, and whether they are confirmed here.")
@options.json_flag
@options.csv_flag
def list_(as_json: bool, as_csv: bool) -> int:
    """List the rules: what each waits for, what it does, whether it is confirmed here."""
    from convledger.reports.trigger_documents import RULE_ROW, rule_document

    options.one_form(as_json, as_csv)
    with chosen.open_ledger() as ledger:
        found = ledger.trigger_rules()
        documents = [rule_document(each, ledger.workspace) for each in found]
    if as_json:
        print_json({"schema": 1, "rules": documents})
    elif as_csv:
        print_documents_as_csv(documents, RULE_ROW)
    elif found:
        _print_rules(found)
    else:
        streams.say("There is no rule.")
        streams.note("`convledger help triggers` shows some; `convledger trigger add FILE`.")
    return 0


def _print_rules(found: list[RuleLine]) -> None:
    from convledger.reports.render.table import Column
    from convledger.workflow.rule_words import INERT
    from convledger.zones import machine_zone

    zone = machine_zone()[0]
    print_table(
        [
            Column("rule", shrink=True, minimum=12), Column("state"),
            Column("when", shrink=True, minimum=10), Column("does", optional=1),
            Column("done", "right", optional=2), Column("failed", "right"),
            Column("waiting", "right", optional=3), Column("last", optional=4),
        ],
        [
            [
                each.name, each.state, each.rule.when if each.rule else "–",
                each.rule.do if each.rule else "–", f"{each.done:,}", f"{each.failed:,}",
                f"{each.waiting:,}", _moment(each.last_at, zone),
            ]
            for each in found
        ],
    )  # fmt: skip
    for each in found:
        if each.file.trouble is not None:
            streams.note(display_text(str(each.file.trouble)))
    inert = [each.name for each in found if each.state == INERT]
    if inert:
        first = display_text(inert[0])
        streams.note(f"Inert until you confirm it here: `convledger trigger confirm {first}`")


def _moment(at: int | None, zone: tzinfo) -> str:
    from convledger.cli.plan_words import moment_words

    return moment_words(at, zone)


@click.command(short_help="What a rule waits for and does.")
@click.argument("name", metavar="RULE", shell_complete=complete_rule)
@options.json_flag
def show(name: str, as_json: bool) -> int:
    """Show what a rule waits for and does, and whether it is confirmed on this machine."""
    from convledger.reports.trigger_documents import rule_document

    with chosen.open_ledger() as ledger:
        line = ledger.trigger_rule(name)
        workspace = ledger.workspace
    if as_json:
        print_json({"schema": 1, **rule_document(line, workspace)})
    else:
        say_rule(line, workspace, streams.say)
    return 0


def say_rule(line: RuleLine, workspace: Any, say: Any) -> None:
    """Tell what a rule says and does, line by line."""
    from convledger.workflow.rule_words import rule_facts

    for title, value in rule_facts(line, workspace):
        say(f"{title.ljust(9)}  {display_text(value)}")


@click.command()
@click.argument("names", nargs=-1, metavar="[RULE ...]", shell_complete=complete_rule)
@options.since_until
@click.option("--status", multiple=True, metavar="NAME",
              help="Only done, failed, waiting, started, passed or dropped ones.")  # fmt: skip
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=MOST, show_default=True,
              help="How many, the latest first.")  # fmt: skip
@options.json_flag
@options.csv_flag
def log(
    names: tuple[str, ...],
    since: str | None,
    until: str | None,
    tz: str | None,
    status: tuple[str, ...],
    limit: int,
    as_json: bool,
    as_csv: bool,
) -> int:
    """List what rules did, the latest first, with what came of it."""
    from convledger.reports.periods import read_since, read_until
    from convledger.reports.trigger_documents import FIRING_ROW, firing_document
    from convledger.reports.unit_costs.entered import one_of
    from convledger.store.firings import STATES
    from convledger.zones import zone_of

    options.one_form(as_json, as_csv)
    zone, zone_name = zone_of(tz)
    now = clock.now_us()
    with chosen.open_ledger() as ledger:
        found = ledger.trigger_firings(
            rules=names,
            states=[one_of(each, STATES, "status") for each in options.parts(status)],
            since=None if since is None else read_since(since, zone, now),
            until=None if until is None else read_until(until, zone, now),
            limit=limit,
        )
    documents = [firing_document(each) for each in found]
    if as_json:
        print_json({"schema": 1, "timezone": zone_name, "firings": documents})
    elif as_csv:
        print_documents_as_csv(documents, FIRING_ROW)
    elif found:
        _print_firings(found, zone)
    else:
        streams.say("No rule has done anything yet.")
    return 0


def _print_firings(found: list[FiringLine], zone: tzinfo) -> None:
    from convledger.reports.render.table import Column
    from convledger.workflow.rule_words import firing_about

    print_table(
        [
            Column("no.", "right"), Column("noted"), Column("rule", shrink=True, minimum=8),
            Column("about", shrink=True, minimum=12), Column("status"),
            Column("tries", "right", optional=1), Column("came of it", shrink=True, minimum=12),
        ],
        [
            [
                str(each.firing.id), _moment(each.firing.noted_at, zone), each.firing.rule,
                firing_about(each.firing), each.firing.status, str(each.firing.attempts),
                each.words,
            ]
            for each in found
        ],
    )  # fmt: skip
