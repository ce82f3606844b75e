"""The command `erase`: entries, messages, conversations or a client, gone for good."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.outcome import DONE, FAILED
from convledger.cli.printing import print_json
from convledger.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from convledger.ledger import Ledger
    from convledger.memory.erase import Outcome, Outlook, Wanted


def _common(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        options.json_flag,
        click.option("--yes", is_flag=True, help="Do not ask."),
        click.option(
            "--backups",
            type=click.Choice(("keep", "rewrite", "delete")),
            default="keep",
            help="What becomes of backups beside the ledger.  [default: keep, and name them]",
        ),
        click.option("--dry-run", is_flag=True, help="Only say what would go."),
    ):
        command = option(command)
    return command


_MADE = click.option("--made", is_flag=True, help="Also the entries that quote these messages.")
_COPIES = click.option("--copies", is_flag=True, help="Also in forks and resumes.")
_FIGURES = click.option("--with-figures", "figures", is_flag=True, help="Also what it cost.")
_PROJECT = click.option("--with-project", "project", is_flag=True, help="Also project and branch.")


@click.group(invoke_without_command=True, short_help="Erase for good; nothing takes it back.")
@click.option("--resume", is_flag=True, help="Finish what was cut short.")
@click.option("--status", is_flag=True, help="List pending and past erasures.")
@click.option("--forgotten", is_flag=True, help="Let a text, given on standard input, come back.")
@click.option(
    "--backups",
    type=click.Choice(("keep", "rewrite", "delete")),
    default=None,
    help="With --resume: what becomes of backups.",
)
@options.json_flag
@click.pass_context
def erase(
    ctx: click.Context,
    resume: bool,
    status: bool,
    forgotten: bool,
    backups: str | None,
    as_json: bool,
) -> int:
    """Erase entries, messages, conversations or all of a client, so that the bytes are gone.

    Archiving can be undone, this can't. What goes is taken out of the ledger, its index and its
    log; the files are searched afterwards, and you are told what was left where.

    \b
    convledger erase entry 01KA3Z --dry-run
    convledger erase conversation 295e08fd
    convledger erase client acme --backups delete
    """
    if ctx.invoked_subcommand is not None:
        return DONE
    if resume + status + forgotten != 1:
        raise UsageProblem(
            "say what to erase: entry, message, conversation or client; or --resume, --status or "
            "--forgotten"
        )
    from convledger.memory import erase_words
    from convledger.memory.erase import let_back

    with chosen.open_ledger() as ledger:
        if forgotten:
            was = let_back(ledger.connection, sys.stdin.read())
            streams.say("This text may be remembered again." if was else "It was not erased.")
            return DONE if was else FAILED
        if status:
            found = ledger.erasures()
            if as_json:
                print_json({"schema": 1, "erasures": [erase_words.past_document(e) for e in found]})
            else:
                for line in erase_words.past_lines(found):
                    streams.say(line)
            return FAILED if any(each.state != "done" for each in found) else DONE
        outcomes = ledger.resume_erasing(now=clock.now_us(), backups=backups)
        if not outcomes and not as_json:
            streams.say("Nothing is pending.")
        return told(outcomes, ledger.path, as_json=as_json)


@erase.command(short_help="Erase memory entries.")
@click.argument("names", metavar="NAME ...", nargs=-1, required=True)
@_common
def entry(names: tuple[str, ...], **how: Any) -> int:
    """Erase entries with all their versions, quotes and marks; NAME may be its beginning."""
    from convledger.memory.erase import entries_named

    return _erase(lambda ledger: {"entries": entries_named(ledger.connection, names)}, **how)


@erase.command(short_help="Erase messages of a conversation.")
@options.conversation_argument()
@click.option(
    "--message",
    "messages",
    multiple=True,
    type=int,
    metavar="NUMBER",
    help="A line of its log, as `show --json` gives it, or a message's own number.",
)
@click.option("--holding", metavar="TEXT", help="Messages that hold this text; - reads it.")
@_COPIES
@_MADE
@_common
def message(
    name: str, messages: tuple[int, ...], holding: str | None, copies: bool, made: bool, **how: Any
) -> int:
    """Erase single messages of a conversation; the rest stays."""
    if not messages and not holding:
        raise UsageProblem("say which: --message NUMBER, or --holding TEXT")

    def wanted(ledger: Ledger) -> dict[str, Any]:
        from convledger.memory.erase_chosen import messages_of

        number = ledger.conversation(name).id
        text = sys.stdin.read().rstrip("\r\n") if holding == "-" else holding
        found = messages_of(ledger.connection, number, messages, text)
        return {"messages": found, "copies": copies, "made": made}

    return _erase(wanted, **how)


@erase.command(short_help="Erase conversations.")
@options.conversation_argument(many=True)
@_FIGURES
@_PROJECT
@_COPIES
@_MADE
@_common
def conversation(
    names: tuple[str, ...], figures: bool, project: bool, copies: bool, made: bool, **how: Any
) -> int:
    """Erase conversations; what they cost stays as numbers unless told else."""

    def wanted(ledger: Ledger) -> dict[str, Any]:
        ids = dict.fromkeys(ledger.conversation(name).id for name in names)
        return {
            "conversations": tuple(ids), "figures": figures, "project": project,
            "copies": copies, "made": made,
        }  # fmt: skip

    return _erase(wanted, **how)


@erase.command(short_help="Erase all of a client.")
@click.argument("name")
@_FIGURES
@_PROJECT
@_COPIES
@_MADE
@_common
def client(name: str, figures: bool, project: bool, copies: bool, made: bool, **how: Any) -> int:
    """Erase the conversations that carry a client's label, and the entries of its scope."""

    def wanted(ledger: Ledger) -> dict[str, Any]:
        found = ledger.belongings(name)
        if not found.entries and not found.conversations:
            raise UsageProblem(f"nothing belongs to a client {name!r:.60}")
        return {
            "entries": found.entries, "conversations": found.conversations, "figures": figures,
            "project": project, "copies": copies, "made": made, "clients": found.clients,
        }  # fmt: skip

    return _erase(wanted, **how)


def _erase(
    choose: Callable[[Ledger], dict[str, Any]],
    *,
    dry_run: bool,
    backups: str,
    yes: bool,
    as_json: bool,
) -> int:
    from convledger.memory import erase_words
    from convledger.memory.erase import Wanted

    with chosen.open_ledger() as ledger:
        wanted: Wanted = Wanted(**choose(ledger), backups=backups)
        found = ledger.erase_outlook(wanted)
        if dry_run:
            if as_json:
                print_json({"schema": 1, **erase_words.outlook_document(found)})
            else:
                for line in erase_words.outlook_lines(found, backups):
                    streams.say(line.words)
            return DONE
        _agree(found, backups, yes=yes)
        return told([ledger.erase(wanted, now=clock.now_us())], ledger.path, as_json=as_json)


def _agree(found: Outlook, backups: str, *, yes: bool) -> None:
    """Say what goes, and go on only where a person types how much it is."""
    from convledger.memory import erase_words

    for line in erase_words.outlook_lines(found, backups):
        streams.note(line.words)
    if yes:
        return
    must_be_asked()
    typed = click.prompt(erase_words.ask_words(found), default="", err=True)
    if not erase_words.agrees(str(typed), found):
        raise UsageProblem("nothing was erased")


def must_be_asked() -> None:
    """Raise UsageProblem where nobody can be asked."""
    if not streams.is_terminal(sys.stdin):
        raise UsageProblem("nobody is there to ask; say --yes to do it")


def told(outcomes: list[Outcome], path: Path, *, as_json: bool) -> int:
    """Print what erasures or redactions came to; returns the exit code."""
    from convledger.memory import erase_words

    if as_json:
        documents = [erase_words.outcome_document(each) for each in outcomes]
        print_json({"schema": 1, "erasures": documents})
    else:
        for each in outcomes:
            for line in erase_words.outcome_lines(each, path):
                streams.say(line.words)
    return DONE if all(each.is_done for each in outcomes) else FAILED
