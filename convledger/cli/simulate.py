"""The command `simulate`: what one's own conversations would have cost otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from convledger import clock
from convledger.cli import chosen, options, simulate_kept, streams
from convledger.cli.groups import DefaultGroup
from convledger.cli.outcome import DONE
from convledger.cli.simulate_asked import LIKE, query_of, scenario_of, whose
from convledger.errors import UsageProblem


class _Simulating(DefaultGroup):
    """The group, whose help has the options of what is meant where no command is named."""

    default = "run"

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options of `run`, then the commands."""
        records = [option.get_help_record(ctx) for option in run.get_params(ctx)]
        with formatter.section("Options"):
            formatter.write_dl([record for record in records if record is not None])
        self.format_commands(ctx, formatter)


@click.group(cls=_Simulating, short_help="What other models or contexts would cost.")
def simulate() -> None:
    """Replay your own conversations with something otherwise, beside what they cost today.

    \b
    convledger simulate --to claude-haiku-4-5 --from 'claude-opus*'
    convledger simulate --context window=32000
    convledger simulate --shorter-prompts 20% --to gpt-5 --save leaner
    convledger simulate compare leaner careful

    Parts are applied in this order, each to what the one before has left: shorter prompts, the
    context policy, another model, the escalation rate. --csv has a row for each conversation that
    is touched. Amounts are at list prices. `convledger help simulate` tells how all is worked out.
    """


@click.command(short_help="Run a scenario beside today; meant where no command is named.")
@click.option("--to", metavar="MODEL", help="Another model, at its own prices.")
@click.option(
    "--from", "source_model", multiple=True, metavar="MODEL",
    help="Only calls of these models; `*` is wild.  [default: all]",
)  # fmt: skip
@click.option("--provider", metavar="NAME", help="Who sells the other model.")
@click.option(
    "--tokenizer-factor", metavar="N", help="What counts of tokens are multiplied by.  [1]"
)
@click.option("--prices-on", metavar="DAY", help="Prices of that day.  [default: of now]")
@click.option("--context", metavar="POLICY", help=LIKE.removeprefix("--context takes ") + ".")
@click.option(
    "--instructions", type=click.IntRange(0, 10**8), metavar="TOKENS",
    help="Tokens that open each request and are never forgotten.",
)  # fmt: skip
@click.option(
    "--cache", type=click.Choice(["recorded", "on", "off"]),
    help="Whether prompts are cached under the policy.  [default: recorded]",
)  # fmt: skip
@click.option("--cache-lives", metavar="TIME", help="How long a cache lives.  [default: 5m]")
@click.option("--shorter-prompts", metavar="SHARE", help="Taken off what each call is sent: 20%.")
@click.option("--new-only", is_flag=True, help="Off what is sent anew alone, not what was cached.")
@click.option(
    "--opening", type=click.IntRange(1, 10**8), metavar="TOKENS",
    help="Off the first tokens of each call alone: its instructions.",
)  # fmt: skip
@click.option("--escalation-rate", metavar="SHARE", help="How many with a bot people take over.")
@click.option(
    "--only", multiple=True, metavar="KEY=NAME",
    help="What is otherwise only for these, among all: project=shop, client=acme ...",
)  # fmt: skip
@click.option("--note", metavar="TEXT", help="What a scenario is for, kept with it.")
@click.option(
    "--scenario", metavar="NAME", shell_complete=simulate_kept.complete_scenario,
    help="A scenario that is kept, or a file with one.",
)  # fmt: skip
@click.option("--save", metavar="NAME", help="Keep the scenario by this name.")
@click.option("--replace", is_flag=True, help="In place of the one of that name.")
@whose
@options.json_flag
@options.csv_flag
@click.option("--all", "everything", is_flag=True, help="Every conversation that changes.")
def run(as_json: bool, as_csv: bool, everything: bool, **given: Any) -> int:
    """Say what your conversations would have cost, and which of them would change.

    It is what `convledger simulate` does where no command is named.
    """
    options.one_form(as_json, as_csv)
    if given["replace"] and not given["save"]:
        raise UsageProblem("--replace goes with --save NAME")
    from convledger.cli.printing import print_documents_as_csv, print_json

    with chosen.open_ledger() as ledger:
        scenario = scenario_of(ledger, given)
        query = query_of(ledger, given)
        if given["save"] is not None:
            scenario = ledger.save_scenario(
                scenario, given["save"], now=clock.now_us(), replace=given["replace"]
            )
        found = ledger.simulate(scenario, query)
    if as_json or as_csv:
        from convledger.reports.unit_costs.simulation_documents import ROW, simulation_document

        document = simulation_document(found)
        if as_csv:
            print_documents_as_csv(document["rows"], ROW)
        else:
            print_json({"schema": 1, "timezone": query.zone_name, **document})
    else:
        from convledger.cli.simulate_tables import print_simulation

        print_simulation(found, query.zone, everything=everything)
    if given["save"] is not None:
        streams.note(
            f"Kept. `convledger simulate --scenario {simulate_kept.quoted(scenario.name)}`"
        )
    if not found.conversations:
        streams.note(_nothing(query.scope))
    return DONE


def _nothing(scope: Mapping[str, tuple[str, ...]]) -> str:
    """Return why there was nothing to replay, and what to ask then."""
    if scope:
        return (
            "No conversation of this time passes the filters. "
            f"`convledger economics --by {next(iter(scope))}` lists the names there are."
        )
    return "No conversation began then. `convledger report --by month` says when some did."


simulate.add_command(run)
for command in simulate_kept.COMMANDS:
    simulate.add_command(command)
