"""What came of what a rule did: words for the log of it, or the reason why it failed."""

from __future__ import annotations

from convledger.errors import ConvledgerError


class DeedFailed(ConvledgerError):
    """A rule could not do what it should; the message says why, and can be shown."""
