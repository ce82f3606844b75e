"""The command `demo`: an invented history in a throw-away workspace that leaves no trace."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import click

from convledger.cli import chosen, opening
from convledger.cli.streams import say
from convledger.ledger import Ledger
from convledger.reports.usage import UsageQuery

# Whatever could lead a reader to the user's own logs.
REDIRECTED = (
    "CLAUDE_CONFIG_DIR", "CODEX_HOME", "CONVLEDGER_CONFIG", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
    "APPDATA", "LOCALAPPDATA",
)  # fmt: skip
_CLIENT = re.compile(r"/clients/([^/]+)/")


@click.command(
    short_help="Try it on an invented history; leaves no trace.",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.option("--keep", is_flag=True, help="Do not remove the folder at the end; say where it is.")
@click.argument("args", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND ...]")
def demo(keep: bool, args: tuple[str, ...]) -> int:
    """Show what convledger does with an invented history: six weeks of a consultant's work.

    It lives in a temporary folder that is removed at the end; your own logs and books are never
    touched. On a terminal it opens the app; COMMAND is run on it instead:
    convledger demo -- report --by client,model
    """
    with _throw_away(keep) as folder:
        home, workspace = folder / "home", folder / "workspace"
        _set_up(home, workspace)
        if args:
            from convledger.cli.app import run

            code = run(list(args))
        elif opening.can_open():
            code = opening.open_app(workspace)
        else:
            code = _show()
        if keep:
            _say_kept(home, workspace)
        sys.stdout.flush()
    return code


@contextmanager
def _throw_away(keep: bool) -> Iterator[Path]:
    """Make a private folder, point every path of this process into it, and undo both."""
    folder = Path(tempfile.mkdtemp(prefix="convledger-demo-"))  # mode 0700
    environment = dict(os.environ)
    workspace = chosen.folder()
    failed = True

    def end(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    signals = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
    before = [(each, signal.signal(each, end)) for each in signals]
    try:
        for name in REDIRECTED:
            os.environ.pop(name, None)
        os.environ["HOME"] = os.environ["USERPROFILE"] = str(folder / "home")
        os.environ["CONVLEDGER_WORKSPACE"] = str(folder / "workspace")
        chosen.choose(folder / "workspace")
        yield folder
        failed = False
    finally:
        os.environ.clear()
        os.environ.update(environment)
        chosen.choose(workspace)
        if failed or not keep:
            _remove(folder)
        for each, handler in before:
            signal.signal(each, handler)


def _remove(folder: Path) -> None:
    """Remove the folder even where ctrl+c comes while that is under way."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
    except KeyboardInterrupt:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _set_up(home: Path, workspace: Path) -> None:
    """Write the invented logs, read them, and name each conversation's client."""
    from convledger.demo import make_history

    home.mkdir(mode=0o700)
    make_history(home, datetime.now().astimezone())
    with Ledger.open(workspace) as ledger:
        ledger.sync()
        rows = ledger.usage(UsageQuery(("project",), UTC)).rows
        found = (_CLIENT.search(row.keys["project"] or "") for row in rows)
        for client in sorted({each[1] for each in found if each}):
            ids = ledger.conversation_ids(projects=[f"*/clients/{client}/*"])
            ledger.label(ids, "client", client)
        _subscribe(ledger)
        _spend(ledger)
        _review(ledger)
        _remember(ledger, home)


def _subscribe(ledger: Ledger) -> None:
    """Put the consultant's plan in force since the month in which the history begins."""
    from convledger.cli.following import follow
    from convledger.clock import DAY, now_us
    from convledger.demo.plans import PLANS, plan_text
    from convledger.reports.periods import local_day, start_of_day

    now = now_us()
    first = local_day(now - 45 * DAY, UTC).replace(day=1)
    for name in PLANS:
        ledger.add_plan(plan_text(name), name)
    chosen_plan = ledger.use_plan(PLANS[0], start_of_day(first, UTC), now=now)
    ledger.buy_credits(chosen_plan, now - 5 * DAY, now=now, note="invented")
    follow(ledger, now)  # `status` says what was kept when the plans were last looked at


def _spend(ledger: Ledger) -> None:
    """Let the consultant pay for more than tokens, and finish some conversations herself."""
    from convledger.cli.demo_costs import spend_all
    from convledger.clock import now_us

    spend_all(ledger, now_us())


def _review(ledger: Ledger) -> None:
    """Let the consultant and a colleague review a sample of it."""
    from convledger.cli.demo_reviews import review_some
    from convledger.clock import now_us

    review_some(ledger, now_us())


def _remember(ledger: Ledger, home: Path) -> None:
    """Let the consultant's tools remember what they know of her work."""
    from convledger.cli.demo_memory import remember_all
    from convledger.clock import now_us

    remember_all(ledger, home / ".claude" / "CLAUDE.md", now_us())


def _show() -> int:
    """Say what this is, print the last 30 days by client and model, and suggest what to try."""
    from convledger.cli.overview import print_days

    say("An invented history: six weeks of a consultant's work with Claude Code and Codex for")
    say("several clients. It lives in a temporary folder; your own logs are not touched.")
    say()
    with Ledger.open(chosen.folder()) as ledger:
        print_days(ledger, ("client", "model"))
    say()
    say("Try it with any command:")
    say("  convledger demo -- report --by week,source")
    say("  convledger demo -- report --by conversation --since 7d")
    say("  convledger demo -- search allergens")
    say("  convledger demo -- sources --unpriced")
    say("  convledger demo -- credits")
    say("  convledger demo -- compare")
    say("  convledger demo -- economics --by client")
    say("  convledger demo -- memory review")
    say("  convledger demo -- review stats")
    say("Your own history: convledger")
    return 0


def _say_kept(home: Path, workspace: Path) -> None:
    """Say where the kept demo is and how to use it without the user's own logs."""
    say()
    say(f"Kept in {home.parent}; use it with")
    say(f"  HOME='{home}' convledger --workspace '{workspace}' report")
    say("and remove the folder when you are done.")
