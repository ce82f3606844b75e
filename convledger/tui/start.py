"""Makes the app with the user's settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from convledger import paths, who
from convledger.config import Config, load_config, person_name
from convledger.errors import ConfigError, LockedError
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


def is_unlocked(workspace: Path, known: Callable[[Path], str | None]) -> bool:
    """Have the ledger opened with a passphrase that is known, or ask for it on a screen.

    Returns False where somebody leaves instead. Raises WorkspaceError where what opens it is not
    installed, or a descriptor tells another passphrase.
    """
    from convledger.store.connection import connect
    from convledger.tui.unlock import UnlockApp

    ledger = workspace / paths.LEDGER
    who.unlock_by(known)
    try:
        connect(ledger, read_only=True).close()
    except LockedError:
        try:
            config = load_config()
        except ConfigError:
            config = Config()
        return bool(UnlockApp(workspace, config).run(mouse=config.mouse))
    return True
