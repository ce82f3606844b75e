"""What a workspace can be told and asked about people's reviews."""

from __future__ import annotations

from convledger.handing_over import HandingOver


class Reviewing(HandingOver):
    """Samples of conversations, verdicts on them, and how far reviewers agree."""
