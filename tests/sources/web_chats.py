"""What the tests of exported chats share: the samples, and the fixtures by source."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "fixtures" / "sources"
SAMPLES = Path(os.environ.get("CONVLEDGER_SAMPLES") or ROOT.parent / "shared" / "samples")
EXPECTED: dict[str, Any] = (
    json.loads((SAMPLES / "expected.json").read_text("utf-8"))
    if (SAMPLES / "expected.json").exists()
    else {}
)
needs_samples = pytest.mark.skipif(not EXPECTED, reason=f"there are no samples at {SAMPLES.name}/")
