"""What can go wrong, in words a user can act on."""

from __future__ import annotations


class ConvledgerError(Exception):
    """A failure with a message for the user: what happened, to which file, and the way out."""


class UsageProblem(ConvledgerError):
    """The command was called in a way it does not know; ends with exit code 2."""


class WorkspaceError(ConvledgerError):
    """The workspace can't be opened, read or written as it is."""


class LedgerGone(WorkspaceError):
    """The ledger's file was deleted or replaced since it was opened, or while it was.

    `offered` says in words which backup brings it back.
    """

    def __init__(self, path: object, offered: str = "") -> None:
        super().__init__(
            f"{path}: was deleted or replaced while it was open; run the command again, the logs "
            f"still hold what they held{offered and f'. {offered}'}"
        )


class NoRoom(WorkspaceError):
    """The disk has too little room for what was to be written; nothing was begun."""


class LockedError(WorkspaceError):
    """The ledger is encrypted, and no passphrase that opens it is known."""


class WrongPassphrase(LockedError):
    """A passphrase was given, and it is not the one that opens the ledger."""


class ConfigError(ConvledgerError):
    """A file that the user writes (prices.toml, config.toml) has a mistake in it."""
