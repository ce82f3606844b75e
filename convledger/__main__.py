"""Starts the program: `convledger` and `python -m convledger`."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path


def main() -> None:
    """Run what the command line says and end with its exit code."""
    from convledger.cli.outcome import finished

    arguments = sys.argv[1:]
    sys.exit(finished(lambda: _run(arguments)))


def _run(arguments: list[str]) -> int:
    """Open the app, or answer the plainest commands, without waiting for a command line parser."""
    from convledger import who
    from convledger.cli import opening
    from convledger.cli.quick import plain

    opening.opened_by(_open_app)
    who.look_up_by(_own_name)
    who.unlock_by(_passphrase)
    if not arguments and "_CONVLEDGER_COMPLETE" not in os.environ and opening.can_open():
        from convledger import paths

        return opening.open_app(paths.default_workspace())
    asked = plain(arguments)
    if asked is None:
        from convledger.cli.app import run

        return run(arguments)
    workspace, command, values = asked
    if command == "status":
        from convledger.cli.status import show_status

        who.unlock_by(_passphrase_in_silence)  # it stands in prompts, where nobody is asked

        return show_status(workspace, values["as_json"])
    from convledger.cli import chosen
    from convledger.cli.report_answer import answer

    chosen.choose(workspace)
    answer(**values)
    return 0


def _own_name() -> str:
    from convledger.config import own_name

    return own_name()


def _passphrase(ledger: Path) -> str | None:
    from convledger.cli.unlocking import passphrase_of

    return passphrase_of(ledger)


def _passphrase_in_silence(ledger: Path) -> str | None:
    from convledger.cli.unlocking import without_asking

    return without_asking(ledger)


def _open_app(workspace: Path) -> int:
    from convledger.cli.curtain import curtain
    from convledger.store.connection import is_encrypted

    if is_encrypted(workspace / "ledger.db"):
        from convledger.tui.start import is_unlocked

        if not is_unlocked(workspace, _passphrase_in_silence):
            return 0
    # What loading makes stays: looking through it for garbage, and again, would only take time.
    gc.disable()
    try:
        with curtain(workspace):
            from convledger.tui.start import made_app

            app = made_app(workspace)
        gc.freeze()
    finally:
        gc.enable()
    app.run(mouse=app.config.mouse)
    return app.return_code or 0


if __name__ == "__main__":
    main()
