"""The command `encrypt`: encrypts the ledger, changes its passphrase, takes the encryption off."""

from __future__ import annotations

from pathlib import Path

import click

from convledger import paths
from convledger.cli import chosen, options, streams, unlocking
from convledger.cli.outcome import DONE
from convledger.cli.printing import print_json
from convledger.errors import UsageProblem


@click.command(short_help="Encrypt the ledger; change the passphrase.")
@click.option("--change", is_flag=True, help="Give an encrypted ledger another passphrase.")
@click.option("--off", is_flag=True, help="Take the encryption off.")
@click.option("--state", is_flag=True, help="Only say whether it is encrypted.")
@click.option("--keyring/--no-keyring", "in_keyring", default=None,
              help="Keep the passphrase in the desktop's keyring, or take it out.")  # fmt: skip
@click.option("--new-passphrase-fd", "descriptor", type=click.IntRange(0), metavar="N",
              help="Read the new passphrase from a descriptor.")  # fmt: skip
@options.json_flag
def encrypt(
    change: bool,
    off: bool,
    state: bool,
    in_keyring: bool | None,
    descriptor: int | None,
    as_json: bool,
) -> int:
    """Encrypt the ledger with a passphrase, which is asked for at the terminal.

    The ledger is written anew, verified, and only then replaced; the file from before is
    overwritten. Later backups are encrypted as well. Nothing opens it without the passphrase:
    write it down. It takes pip install 'convledger[encryption]'; more: `convledger help
    encryption`.

    \b
    convledger encrypt
    convledger encrypt --change
    convledger --passphrase-fd 3 encrypt --off 3< passphrase.txt
    """
    from convledger.store.connection import is_encrypted

    if sum((change, off, state)) > 1:
        raise UsageProblem("--change, --off and --state exclude each other")
    ledger = chosen.folder() / paths.LEDGER
    if state:
        return _say_state(ledger, as_json=as_json)
    chosen.open_ledger().close()  # makes one where there is none, and asks for the passphrase
    if is_encrypted(ledger) and not (change or off):
        if in_keyring is None:
            raise UsageProblem(f"{ledger}: it is encrypted already; --change or --off")
        return _keep_known(ledger, keep=in_keyring, as_json=as_json)
    if not is_encrypted(ledger) and (change or off):
        raise UsageProblem(f"{ledger}: it is not encrypted; `convledger encrypt` does that")
    return _recrypt(ledger, off=off, descriptor=descriptor, in_keyring=in_keyring, as_json=as_json)


def _say_state(ledger: Path, *, as_json: bool) -> int:
    from convledger.store.ciphers import has_cipher
    from convledger.store.connection import is_encrypted

    is_so = is_encrypted(ledger)
    if as_json:
        print_json({"schema": 1, "encrypted": is_so, "can_open": has_cipher()})
    else:
        streams.say("encrypted" if is_so else "not encrypted")
    return DONE


def _keep_known(ledger: Path, *, keep: bool, as_json: bool) -> int:
    from convledger.store.keys import known_passphrases

    unlocking.keep_in_keyring(ledger, known_passphrases()[0] if keep else None)
    words = "kept in the keyring" if keep else "taken out of the keyring"
    _tell(f"The passphrase is {words}.", [], as_json=as_json, done=words)
    return DONE


def _recrypt(
    ledger: Path, *, off: bool, descriptor: int | None, in_keyring: bool | None, as_json: bool
) -> int:
    from convledger.moving.recrypting import recrypt

    passphrase = None
    if not off:
        given = descriptor is not None
        passphrase = unlocking.read_from(descriptor) if given else unlocking.ask_new()  # type: ignore[arg-type]
    found = recrypt(ledger, passphrase)
    if in_keyring is not None or unlocking.from_keyring(ledger) is not None:
        unlocking.keep_in_keyring(ledger, passphrase if in_keyring is not False else None)
    _tell(f"{ledger}: {found.done}.", found.others, as_json=as_json, done=found.done)
    return DONE


def _tell(words: str, others: list[Path], *, as_json: bool, done: str) -> None:
    from convledger.text.display import display_text

    if as_json:
        print_json({"schema": 1, "done": done, "other_backups": [str(each) for each in others]})
        return
    streams.say(display_text(words))
    if others:
        streams.say("These backups are as they were made: plain, or with an earlier passphrase:")
        for each in others:
            streams.say(f"  {display_text(str(each))}")
        streams.say("Make a new one with `convledger backup`, and remove those you do not need.")
