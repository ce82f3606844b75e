"""How a command ends: every failure as one line on standard error and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress

from convledger.cli import streams
from convledger.errors import ConvledgerError, UsageProblem

DONE, FAILED, MISUSED, INTERRUPTED = 0, 1, 2, 130


def finished(action: Callable[[], int]) -> int:
    """Run `action` and return its exit code, with failures told in words."""
    streams.prepare()
    try:
        code = action()
        sys.stdout.flush()
    except UsageProblem as error:
        return complain(str(error), MISUSED)
    except ConvledgerError as error:
        return complain(str(error), FAILED)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return _reader_left()
    except OSError as error:
        return complain(_system_words(error), FAILED)
    except Exception as error:
        known = _database_words(error)
        if known is None:
            raise
        return complain(known, FAILED)
    return code


def complain(text: str, code: int) -> int:
    """Say what went wrong in one line, made harmless, and return `code`."""
    from convledger.text.display import display_text

    with suppress(OSError):  # nobody listens
        streams.note(f"convledger: {display_text(text)}")
    return code


def _reader_left() -> int:
    """End quietly where the reader of a pipe has closed it, like `head` does."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):
        pass
    finally:
        os.close(nowhere)
    return FAILED


def _system_words(error: OSError) -> str:
    """Say what the system refused, and for which file."""
    reason = error.strerror or str(error) or type(error).__name__
    return f"{error.filename}: {reason}" if error.filename else reason


def _database_words(error: Exception) -> str | None:
    """Say what SQLite could not do, and the way out; None where it is not SQLite's failure."""
    sqlite3 = sys.modules.get("sqlite3")
    if sqlite3 is None or not isinstance(error, sqlite3.Error):
        return None
    from convledger import paths
    from convledger.cli import chosen
    from convledger.store.connection import unreadable

    return str(unreadable(chosen.folder() / paths.LEDGER, error))
