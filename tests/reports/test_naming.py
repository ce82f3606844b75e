"""Conversations are named by as much of their id as tells them apart, and found by it."""

from __future__ import annotations

import pytest

from convledger.reports.render.wording import short_id


@pytest.mark.parametrize(
    ("native", "short"),
    [
        ("656412a9-b8a1-4bcd-9a69-16c74da4f9fc", "656412a9"),
        ("01965f3a-1c2d-7e3f-8a4b-5c6d7e8f9a0b", "01965f3a-1c2d"),
        ("6c9efff798038103d269b633813fc60d", "6c9efff7"),
        ("2026-10-05T09:12:44", "2026-10-05T09:12:44"),
        ("1763300000000", "1763300000000"),
        ("2/11", "2/11"),
        ("chatcmpl-BqK3vZ0aQ1wE2rT3yU4iO5pA6sD7f", "chatcmpl-BqK3vZ0aQ1wE2rT"),
        ("helpdesk-of-2026/session_00000003", "session_00000003"),
        ("helpdesk-of-2026/656412a9-b8a1-4bcd-9a69-16c74da4f9fc", "656412a9"),
    ],
)
def test_short_id_tells_conversations_apart(native: str, short: str) -> None:
    assert short_id(native) == short
