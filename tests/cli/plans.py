"""Plans to try commands on: the manual's own example, and what was in it when."""

from __future__ import annotations

from pathlib import Path

from convledger.manual import page_text
from tests.cli.conftest import Cli

NOW = 1_795_197_600_000_000  # 2026-11-20 18:00 UTC; the invented history ends that day
PLAN = page_text("plans").split("```")[1].lstrip("\n")


def plan_text(included: int = 40, **changes: str) -> str:
    """Return the example of the manual's page, small, in UTC and from October on.

    `changes` replace what a key is set to where it first stands.
    """
    text = PLAN.replace('"400"', f'"{included}"').replace('"Europe/Berlin"', '"UTC"')
    lines = text.replace("2026-11-01", "2026-10-01").splitlines()
    for key, value in changes.items():
        place = next(n for n, line in enumerate(lines) if line.split("=")[0].strip() == key)
        lines[place] = f"{key} = {value}"
    return "\n".join(lines) + "\n"


def put(folder: Path, text: str, name: str = "studio.toml") -> str:
    """Write a plan file and return its path."""
    place = folder / name
    place.write_text(text, "utf-8")
    return str(place)


def in_use(cli: Cli, folder: Path, included: int = 40) -> None:
    """Put the example in force from October on."""
    assert cli("plan", "add", put(folder, plan_text(included))).code == 0
    assert cli("plan", "use", "studio", "--since", "2026-10-01").code == 0
