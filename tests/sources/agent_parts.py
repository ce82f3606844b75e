"""Small things that the tests of agents' sessions share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from convledger.sources.findings import Call, Flag, Measure
from tests.sources.documents import Read

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
EXPECTED: dict[str, Any] = (
    json.loads((SAMPLES / "expected.json").read_text("utf-8"))
    if (SAMPLES / "expected.json").exists()
    else {}
)
NO_SAMPLES = f"there are no samples at {SAMPLES.name}/"
FIXTURES = Path(__file__).parents[2] / "fixtures" / "sources"


def jsonl(*records: Any) -> bytes:
    """Return records as lines of JSON; what is bytes already is a line as it is."""
    return b"".join(
        (one if isinstance(one, bytes) else json.dumps(one).encode()) + b"\n" for one in records
    )


def counted(found: Read) -> list[Call]:
    """Return the calls whose tokens the source tells."""
    return [call for call in found.calls if call.measure != Measure.MISSING]


def recorded(found: Read) -> dict[str, dict[str, int]]:
    """Return requests and tokens by model, of calls whose tokens the source tells."""
    return Read(calls=counted(found)).tokens()


def keys(found: Read) -> list[str]:
    return [call.key for call in found.calls]


def marked(found: Read, flag: Flag) -> list[str]:
    """Return the bodies of the messages that carry a flag."""
    return [message.body for message in found.messages if message.flags & flag]
