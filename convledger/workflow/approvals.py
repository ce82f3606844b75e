"""Which rules a person has confirmed on this machine: kept outside of every workspace.

A workspace that came from somebody else brings no approval along. One is of a rule's whole text, in
a workspace of that name at that place: whatever changes, the rule is inert again.
"""

from __future__ import annotations

import json
import os
import stat
from hashlib import sha256
from pathlib import Path

from convledger.clock import iso_text
from convledger.errors import ConfigError
from convledger.paths import user_folder
from convledger.toml_files import read_text, replace_text

_FOLDER = "confirmed-rules"
_MOST = 10_000


def rule_digest(text: str) -> str:
    """Return the SHA-256 of a rule's text."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Approvals:
    """The confirmed rules of one workspace, by the digests of their texts."""

    def __init__(self, workspace: Path, workspace_name: str) -> None:
        place = f"{workspace_name}\0{workspace.resolve()}"
        key = sha256(place.encode("utf-8", "surrogateescape")).hexdigest()
        self.path = user_folder("state") / _FOLDER / f"{key[:32]}.json"
        self._workspace = str(workspace.resolve())

    def has(self, digest: str) -> bool:
        """Tell whether a text was confirmed here. Raises ConfigError."""
        return digest in self._read()

    def confirm(self, digest: str, name: str, now: int) -> None:
        """Keep that a person has confirmed a text. Raises ConfigError."""
        known = self._read()
        known[digest] = {"rule": name, "at": iso_text(now)}
        self._write(known)

    def withdraw(self, name: str) -> None:
        """Forget every text that was confirmed under a rule's name. Raises ConfigError."""
        known = self._read()
        left = {key: value for key, value in known.items() if value.get("rule") != name}
        if left != known:
            self._write(left)

    def _read(self) -> dict[str, dict[str, str]]:
        if not self._is_own():
            return {}
        text = read_text(self.path, str(self.path))
        if text is None:
            return {}
        try:
            found = json.loads(text)["confirmed"]
            return {str(key): dict(value) for key, value in found.items()}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise ConfigError(
                f"{self.path}: is damaged; delete it, and confirm your rules again"
            ) from None

    def _is_own(self) -> bool:
        """Tell whether the file is this user's own and nobody else's to write.

        Raises ConfigError where others may write it.
        """
        try:
            info = self.path.lstat()
        except OSError:
            return False
        if not hasattr(os, "getuid"):
            return True
        if not stat.S_ISREG(info.st_mode) or info.st_uid != os.getuid() or info.st_mode & 0o022:
            raise ConfigError(
                f"{self.path}: others may write it, so no rule counts as confirmed; delete it, "
                "and confirm your rules again"
            )
        return True

    def _write(self, known: dict[str, dict[str, str]]) -> None:
        if len(known) > _MOST:
            known = dict(list(known.items())[-_MOST:])
        document = {"workspace": self._workspace, "confirmed": known}
        text = json.dumps(document, indent=1, ensure_ascii=True)
        replace_text(self.path, text + "\n")
