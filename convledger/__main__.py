"""Starts the program: `convledger` and `python -m convledger`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run what the command line says and end with its exit code."""
    from convledger.cli.outcome import finished

    arguments = sys.argv[1:]
    sys.exit(finished(lambda: _run(arguments)))


def _run(arguments: list[str]) -> int:
    """Answer `status` without the time that a command line parser takes to load; else parse."""
    asked = _status_asked(arguments)
    if asked is not None:
        from convledger.cli.status import show_status

        return show_status(*asked)
    from convledger.cli.app import run

    return run(arguments)


def _status_asked(arguments: list[str]) -> tuple[str | None, bool] | None:
    """Return workspace and --json of exactly `[--workspace DIR] status [--json]`, else None."""
    workspace = None
    rest = arguments
    if rest and rest[0] == "--workspace" and len(rest) > 1:
        workspace, rest = rest[1], rest[2:]
    elif rest and rest[0].startswith("--workspace="):
        workspace, rest = rest[0].partition("=")[2], rest[1:]
    if workspace is not None and (not workspace or workspace.startswith("-")):
        return None
    if rest[:1] == ["status"] and rest[1:] in ([], ["--json"]):
        return workspace, bool(rest[1:])
    return None


if __name__ == "__main__":
    main()
