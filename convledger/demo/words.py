"""Ids, instants, JSON lines and the hostile texts of the invented logs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789"
LONE = "\ud83d"
HOSTILE = {
    "hostile-ansi": (
        "ls --color=always out/",
        (
            "\x1b[01;34marchive\x1b[0m  \x1b[31mfailed.log\x1b[0m\n"
            "\x1b]0;you have been renamed\x07\x1b[2J\x1b[1;1Hmails.txt"
            "\x1b[8m hidden \x1b[0m\x08\x08"
        ),
    ),
    "hostile-bidi": ("ls uploads/ | tail -2", "claim_2026-0117.pdf\nannex_\u202efdp.exe\u202c"),
    "hostile-zero": ("grep -rn Meissner out/ | wc -l", "0   # the file says Meis\u200bsner\ufeff"),
    "hostile-surrogate": ("node tools/name.js 2210", f"name: Lena {LONE}  (20 units)"),
    "emoji": ("cargo run -q -- icons", "🚆 train  🚌 bus  🚡 cable car  👩‍👩‍👧 family  🇨🇭 home"),
}


def uuid4(rng: Random) -> str:
    """Return a random UUID of version 4."""
    digits = f"{rng.getrandbits(128):032x}"
    variant = "89ab"[rng.getrandbits(2)]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def uuid7(rng: Random, moment: datetime) -> str:
    """Return a UUID of version 7 for `moment`."""
    stamp = f"{int(moment.timestamp() * 1000):012x}"
    rest = f"{rng.getrandbits(80):020x}"
    variant = "89ab"[rng.getrandbits(2)]
    return f"{stamp[:8]}-{stamp[8:]}-7{rest[:3]}-{variant}{rest[3:6]}-{rest[6:18]}"


def token(rng: Random, prefix: str, length: int) -> str:
    """Return `prefix` and `length` characters that look like a service made them."""
    return prefix + "".join(rng.choices(ALPHABET, k=length))


def iso(moment: datetime) -> str:
    """Return `moment` as the tools write it: UTC, milliseconds, Z."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def line(record: dict[str, object]) -> bytes:
    """Return `record` as one JSON line, with a lone surrogate as an escape."""
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    return text.replace(LONE, "\\ud83d").encode()


@dataclass(slots=True)
class DemoFile:
    """One log file: where it goes, what is in it, and when it was last written."""

    path: str
    lines: list[bytes]
    written: datetime
    tail: bytes = b""

    def content(self) -> bytes:
        """Return the bytes of the file."""
        return b"".join(row + b"\n" for row in self.lines) + self.tail


@dataclass(slots=True)
class Titled:
    """A conversation and the title that a reader should show."""

    source: str
    conversation: str
    title: str
    origin: str = field(default="prompt")
