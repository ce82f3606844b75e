"""Opens the app with the user's settings."""

from __future__ import annotations

from pathlib import Path

from convledger.config import Config, load_config
from convledger.errors import ConfigError
from convledger.tui.app import ConvledgerApp


def run_app(workspace: Path) -> int:
    """Run the app until it is left and return the exit code.

    A mistake in the settings keeps nobody out: it is told, and the defaults are used.
    """
    problems: list[str] = []
    try:
        config = load_config()
        problems += config.warnings
    except ConfigError as error:
        config = Config()
        problems.append(str(error))
    app = ConvledgerApp(workspace, config, troubles=problems)
    app.run(mouse=config.mouse)
    return app.return_code or 0
