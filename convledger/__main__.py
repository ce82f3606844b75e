"""Starts the program: `convledger` and `python -m convledger`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run what the command line says and end with its exit code."""
    from convledger.cli.outcome import finished

    arguments = sys.argv[1:]
    sys.exit(finished(lambda: _run(arguments)))


def _run(arguments: list[str]) -> int:
    """Answer the plainest commands without the time that a command line parser takes to load."""
    from convledger.cli.quick import plain

    asked = plain(arguments)
    if asked is None:
        from convledger.cli.app import run

        return run(arguments)
    workspace, command, values = asked
    if command == "status":
        from convledger.cli.status import show_status

        return show_status(workspace, values["as_json"])
    from convledger.cli import chosen
    from convledger.cli.report_answer import answer

    chosen.choose(workspace)
    answer(**values)
    return 0


if __name__ == "__main__":
    main()
