"""What conversations came to, and a log that is found late."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from tests.cli.conftest import Cli
from tests.ingest import logs


def windows(cli: Cli, since: str, until: str) -> int:
    """Return how many conversations there were: none of them is silent for half an hour."""
    found = cli("report", "--since", since, "--until", until, "--json", "--no-sync").json
    return int(found["total"]["conversations"])


def workspace_file(cli: Cli) -> Path:
    return Path(cli("plan", "path").out.strip()).parent / "ledger.db"


def rows(cli: Cli, query: str) -> list[Any]:
    connection = sqlite3.connect(workspace_file(cli))
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def late_log(home: Path) -> None:
    """Leave a log of a conversation in October, found in November."""
    logs.START = logs.START.replace(month=10)
    try:
        lines = [logs.prompt(1), logs.reply(1), logs.prompt(200), logs.reply(200)]
    finally:
        logs.START = logs.START.replace(month=11)
    folder = home / ".claude" / "projects" / "-home-ana-bakery"
    folder.mkdir(parents=True)
    (folder / f"{logs.session()}.jsonl").write_bytes(b"".join(lines))
