"""The commands `trigger add`, `trigger confirm` and `trigger remove`."""

from __future__ import annotations

from pathlib import Path

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.outcome import DONE, FAILED
from convledger.cli.plain_names import tilde
from convledger.cli.printing import print_json
from convledger.cli.trigger_listing import complete_rule, say_rule
from convledger.errors import ConfigError, UsageProblem
from convledger.text.display import display_text


@click.command(short_help="Take rule files into the workspace.")
@click.argument("files", nargs=-1, required=True, metavar="FILE ...")
@click.option("--replace", is_flag=True, help="Put it in the place of the rule of its name.")
def add(files: tuple[str, ...], replace: bool) -> int:
    """Check rule files and copy them into the workspace; one with a mistake is not taken.

    A rule that was added does nothing until it is confirmed.
    """
    from convledger.toml_files import read_text

    failed = False
    with chosen.open_ledger() as ledger:
        for file in files:
            text = read_text(Path(file).expanduser(), file)
            if text is None:
                raise UsageProblem(f"there is no file {file}")
            try:
                added = ledger.add_trigger(text, file, replace=replace)
            except ConfigError as problem:
                failed = True
                streams.note(display_text(str(problem)))
                continue
            streams.say(display_text(f"{added.name}: {tilde(str(added.path))}"))
            streams.note(
                f"It does nothing yet: `convledger trigger dry-run {added.name} --since 30d`, then "
                f"`convledger trigger confirm {added.name}`"
            )
    return FAILED if failed else DONE


@click.command(short_help="Let a rule act, on this machine.")
@click.argument("name", metavar="RULE", shell_complete=complete_rule)
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.json_flag
def confirm(name: str, yes: bool, as_json: bool) -> int:
    """Show what a rule will do, and let it: for what happens from now on, on this machine alone.

    That is kept outside of the workspace. A rule that is changed by a single letter, and one in a
    copy of the workspace, is inert until it is confirmed again.
    """
    from convledger.reports.trigger_documents import rule_document
    from convledger.workflow.rule_words import CONFIRMED

    with chosen.open_ledger() as ledger:
        line = ledger.trigger_rule(name)
        if line.rule is None:
            raise line.file.trouble or ConfigError(f"{line.file.path}: can't be used")
        if line.state != CONFIRMED:
            if not as_json or not yes:
                say_rule(line, ledger.workspace, streams.note)
            if not yes:
                from convledger.cli.erase import must_be_asked

                must_be_asked()
                if not click.confirm("Let it do this from now on?", default=False, err=True):
                    raise UsageProblem(f"{name} stays inert")
            ledger.confirm_trigger(name, line.file.digest, now=clock.now_us())
        was = line.state
        line = ledger.trigger_rule(name)
        if as_json:
            print_json({"schema": 1, **rule_document(line, ledger.workspace)})
        elif was == CONFIRMED:
            streams.say(f"{name} is confirmed already.")
        else:
            streams.say(f"{name} acts on what happens from now on.")
    return DONE


@click.command(short_help="Take a rule away.")
@click.argument("name", metavar="RULE", shell_complete=complete_rule)
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(name: str, yes: bool) -> int:
    """Take a rule away; its file stays beside the others under another ending.

    What it did stays in `trigger log`; what still waits for it is not done.
    """
    with chosen.open_ledger() as ledger:
        line = ledger.trigger_rule(name)
        if not yes:
            from convledger.cli.erase import must_be_asked

            say_rule(line, ledger.workspace, streams.note)
            must_be_asked()
            if not click.confirm("Take it away?", default=False, err=True):
                raise UsageProblem(f"{name} stays")
        place = ledger.remove_trigger(name)
    streams.say(display_text(f"{name} is taken away: {tilde(str(place))}"))
    streams.note(display_text(f"`convledger trigger add {place}` brings it back, unconfirmed."))
    return DONE
