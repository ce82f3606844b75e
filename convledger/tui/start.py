"""Makes the app with the user's settings."""

from __future__ import annotations

from pathlib import Path

from convledger import who
from convledger.config import Config, load_config, person_name
from convledger.errors import ConfigError
from convledger.tui.app import ConvledgerApp


def made_app(workspace: Path) -> ConvledgerApp:
    """Return the app over a workspace, ready to run.

    A mistake in the settings keeps nobody out: it is told, and the defaults are used.
    """
    problems: list[str] = []
    try:
        config = load_config()
        problems += config.warnings
    except ConfigError as error:
        config = Config()
        problems.append(str(error))
    who.look_up_by(lambda: person_name(config))
    return ConvledgerApp(workspace, config, troubles=problems)
