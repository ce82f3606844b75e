"""Messages and parts as OpenCode keeps them in its database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
needs_samples = pytest.mark.skipif(not SAMPLES.exists(), reason="there are no samples here")
FIXTURE = Path(__file__).parents[2] / "fixtures" / "sources" / "opencode" / "opencode.sql"
TOKENS = {"input": 10, "output": 5, "reasoning": 2, "cache": {"read": 3, "write": 1}}


def assistant(name: str, session: str = "ses_kiln", at: int = 1794000200000, **data: Any) -> Any:
    told = {"role": "assistant", "modelID": "m", "providerID": "p", "time": {"created": at}}
    return {
        "id": name, "session_id": session, "time_created": at, "time_updated": at,
        "data": told | data,
    }  # fmt: skip


def said(name: str, message: str, at: int = 1794000200000, **data: Any) -> Any:
    return {
        "id": name, "message_id": message, "session_id": "ses_kiln", "time_created": at,
        "time_updated": at, "data": data,
    }  # fmt: skip
