"""How a passphrase comes to the program: a descriptor, the keyring, or a question at the terminal.

Never as an argument or in the environment, where other programs can read it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from convledger.cli import streams
from convledger.errors import UsageProblem

SERVICE = "convledger"
LONGEST = 4096  # bytes
_descriptor: int | None = None
_given: str | None = None


def take_from(descriptor: int | None) -> None:
    """Name the descriptor that the passphrase stands on."""
    global _descriptor, _given
    _descriptor, _given = descriptor, None


def passphrase_of(ledger: Path) -> str | None:
    """Return the passphrase of a ledger; asks at the terminal where nothing else tells it."""
    silent = without_asking(ledger)
    if silent is not None:
        return silent
    if not (streams.is_terminal(sys.stdin) and streams.is_terminal(sys.stderr)):
        return None
    from convledger.text.display import display_text

    return ask(f"Passphrase of {display_text(str(ledger.parent))}: ")


def without_asking(ledger: Path) -> str | None:
    """Return the passphrase of a ledger where a descriptor or the keyring tells it."""
    global _given
    if _descriptor is not None:
        if _given is None:
            _given = read_from(_descriptor)
        return _given
    return from_keyring(ledger)


def read_from(descriptor: int) -> str:
    """Return the first line that stands on a descriptor. Raises UsageProblem."""
    found = b""
    try:
        while b"\n" not in found and len(found) <= LONGEST:
            portion = os.read(descriptor, LONGEST)
            if not portion:
                break
            found += portion
    except OSError as error:
        raise UsageProblem(
            f"no passphrase can be read from descriptor {descriptor}: {error.strerror}"
        ) from error
    line = found.partition(b"\n")[0].removesuffix(b"\r")
    if not line or len(line) > LONGEST:
        raise UsageProblem(f"there is no passphrase on descriptor {descriptor}")
    return line.decode("utf-8", "surrogateescape")


def ask(question: str) -> str | None:
    """Ask at the terminal without showing what is typed; None where nothing is."""
    from getpass import getpass

    try:
        return getpass(question, stream=sys.stderr) or None
    except EOFError:
        return None


def ask_new() -> str:
    """Ask for a new passphrase, twice. Raises UsageProblem where they differ."""
    if not (streams.is_terminal(sys.stdin) and streams.is_terminal(sys.stderr)):
        raise UsageProblem(
            "nobody is there to ask for the new passphrase; give it on a descriptor: "
            "--new-passphrase-fd 4 4<FILE"
        )
    first = ask("New passphrase: ")
    if first is None or first != ask("Once more: "):
        raise UsageProblem("the two are not the same; nothing was changed")
    return first


# ---- the keyring of the desktop, where the library for it is installed


def from_keyring(ledger: Path) -> str | None:
    """Return what the keyring holds for a ledger; None where there is none or it can't be asked."""
    keyring = _keyring()
    if keyring is None:
        return None
    try:
        found = keyring.get_password(SERVICE, str(ledger.resolve()))
    except Exception:  # noqa: BLE001 - each keyring fails in its own way; then people are asked
        return None
    return found if isinstance(found, str) and found else None


def keep_in_keyring(ledger: Path, passphrase: str | None) -> None:
    """Keep a passphrase in the keyring, or with None take it out. Raises UsageProblem."""
    keyring = _keyring()
    if keyring is None:
        raise UsageProblem("there is no keyring here: pip install keyring")
    name = str(ledger.resolve())
    try:
        if passphrase is not None:
            keyring.set_password(SERVICE, name, passphrase)
        elif keyring.get_password(SERVICE, name) is not None:
            keyring.delete_password(SERVICE, name)
    except Exception as error:  # noqa: BLE001 - each keyring fails in its own way
        # Its message may hold anything, what was to be kept as well.
        raise UsageProblem(f"the keyring can't be used: {type(error).__name__}") from None


def _keyring() -> Any:
    from importlib import import_module

    try:
        return import_module("keyring")
    except ImportError:
        return None
