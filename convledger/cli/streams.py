"""Standard output and error: what they can show, and writing to them without a crash."""

from __future__ import annotations

import codecs
import os
import sys

PLAIN = {
    "─": "-",
    "→": ">",
    "↵": " ",
    "–": "-",
    "—": "-",
    "·": "|",
    "…": "...",
    "«": "<<",
    "»": ">>",
    "×": "x",
    "│": "|",
    "△": "!",
    "▲": "!",
    "◆": "!",
}
_HANDLER = "convledger.plain"
_WIDEST = 500


def _in_plain(error: UnicodeError) -> tuple[str, int]:
    """Replace what an encoding can't say by its nearest, or by a question mark."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    bad = error.object[error.start : error.end]
    return "".join(PLAIN.get(character, "?") for character in bad), error.end


def prepare() -> None:
    """Make both streams write every text: a terminal that knows only ASCII is no failure."""
    codecs.register_error(_HANDLER, _in_plain)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors=_HANDLER)


def is_terminal(stream: object) -> bool:
    """Tell whether a stream is a terminal."""
    isatty = getattr(stream, "isatty", None)
    try:
        return bool(isatty is not None and isatty())
    except ValueError:  # closed
        return False


def colour() -> bool:
    """Tell whether output may be bold or dim: a terminal that was not asked to be plain."""
    return (
        is_terminal(sys.stdout)
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )


def ascii_only() -> bool:
    """Tell whether output can say no more than ASCII or Latin-1."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        "–…·│".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return True
    return False


def width() -> int:
    """Return how many columns lines may have: the terminal's, or those of COLUMNS, else 120."""
    given = os.environ.get("COLUMNS", "")
    if given.isdigit() and int(given) > 0:
        return max(40, min(int(given), _WIDEST))
    if not is_terminal(sys.stdout):
        return 120
    try:
        return max(40, min(os.get_terminal_size(sys.stdout.fileno()).columns or 80, _WIDEST))
    except (OSError, ValueError):
        return 80


def is_terminal_out() -> bool:
    """Tell whether standard output is a terminal."""
    return is_terminal(sys.stdout)


def table_width() -> int | None:
    """Return how wide a table may be; None, for no limit, where a program reads it."""
    if is_terminal(sys.stdout) or os.environ.get("COLUMNS", "").isdigit():
        return width()
    return None


def write(text: str) -> None:
    """Write text that ends its lines itself to standard output."""
    sys.stdout.write(text)


def bold(text: str) -> str:
    """Return `text` bold where the terminal may show that."""
    return f"\x1b[1m{text}\x1b[0m" if colour() else text


def dim(text: str) -> str:
    """Return `text` dimmed where the terminal may show that."""
    return f"\x1b[2m{text}\x1b[0m" if colour() else text


def say(text: str = "") -> None:
    """Write a line to standard output."""
    sys.stdout.write(text + "\n")


def remark(text: str) -> None:
    """Write a dim sentence below a table, on a terminal folded between words."""
    for line in _folded(text, sys.stdout):
        say(dim(line))


def note(text: str) -> None:
    """Write a sentence to standard error, behind what standard output has already been given."""
    sys.stdout.flush()
    sys.stderr.write("\n".join(_folded(text, sys.stderr)) + "\n")
    sys.stderr.flush()


def _folded(text: str, stream: object) -> list[str]:
    """Return the lines of a sentence: one for a program, as many as it takes for a terminal."""
    if not is_terminal(stream) or len(text) <= (wide := width()):
        return [text]
    import textwrap

    return textwrap.wrap(text, wide, break_long_words=False, break_on_hyphens=False)
