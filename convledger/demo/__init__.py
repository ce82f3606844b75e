"""An invented history of a consultant's AI conversations, for `demo` and for the tests."""

from __future__ import annotations

from convledger.demo.history import History, build_history, make_history

__all__ = ["History", "build_history", "make_history"]
