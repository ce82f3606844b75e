"""Any table of conversations: CSV, Excel's text, JSON or JSON lines, read as a mapping says."""

from __future__ import annotations

from convledger.sources.table.reader import read as read
from convledger.sources.table.reader import recognises as recognises
