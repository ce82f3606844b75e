"""A workspace whose command line is called with passphrases."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from convledger import paths
from convledger.cli import unlocking
from convledger.store import keys
from convledger.store.connection import is_encrypted
from tests.cli.conftest import Answer, Cli
from tests.store.locked import PASSPHRASE, files_of

Given = Callable[[str], str]


def forget() -> None:
    keys.forget()
    unlocking.take_from(None)


class Books:
    """A workspace whose command line is called with passphrases."""

    def __init__(self, cli: Cli, given: Given) -> None:
        self._cli, self._given = cli, given

    def __call__(self, *line: str, of: str = "", backup: str = "", new: str = "") -> Answer:
        """Run a command with passphrases of the ledger, of a backup, and a new one."""
        forget()
        words = [*(("--passphrase-fd", self._given(of)) if of else ()), *line]
        words += ["--backup-passphrase-fd", self._given(backup)] if backup else []
        words += ["--new-passphrase-fd", self._given(new)] if new else []
        return self._cli(*words)

    @property
    def ledger(self) -> Path:
        return paths.default_workspace() / paths.LEDGER

    def back_up(self, of: str = "") -> str:
        answer = self("backup", "--json", of=of)
        assert answer.code == 0, answer.err
        return str(answer.json["backup"]["file"])

    def conversations(self, of: str = "") -> list[str]:
        answer = self("report", "--by", "conversation", "--json", "--no-sync", of=of)
        assert answer.code == 0, answer.err
        return [row["conversation"] for row in answer.json["rows"]]

    def encrypt(self, of: str = "", new: str = PASSPHRASE) -> None:
        words = ("--change",) if of else ()
        assert self("encrypt", *words, of=of, new=new).code == 0

    def erase(self, which: str, of: str) -> None:
        line = ("erase", "conversation", which, "--with-figures", "--yes")
        assert self(*line, of=of).code == 0

    def everything(self) -> dict[str, bytes]:
        """What stands in each file that matters, by its name."""
        return {
            each.name: each.read_bytes()
            for each in files_of(self.ledger.parent)
            if each.suffix != ".lock"
        }

    def spoil(self) -> None:
        """Let no passphrase open the ledger any more."""
        with self.ledger.open("r+b") as stream:
            stream.seek(64)
            stream.write(os.urandom(512))
        assert is_encrypted(self.ledger)
