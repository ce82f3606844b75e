"""What prices.toml has beyond plain TOML values: names, token counts, exact amounts, instants."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal

from convledger.pricing.prices import start_of
from convledger.toml_tables import Table

_AMOUNT = re.compile(r"\d{1,12}(\.\d{1,24})?")
_MOST_TOKENS = 10**12


class PriceTable(Table):
    """One table of prices.toml."""

    def name(self, key: str) -> str | None:
        """Return a name in lower case, None if the key is absent."""
        return self.text(key).lower() if key in self else None

    def note(self) -> str:
        """Return the note, empty if there is none."""
        return self.text("note") if "note" in self else ""

    def count(self, key: str) -> int:
        """Return a whole number of tokens that must be there."""
        value = self.value(key)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST_TOKENS:
            raise self.problem(key, "must be a whole number of tokens, like 200000")
        return value

    def decimal(self, key: str) -> Decimal:
        """Return an exact amount, written as text or as a whole number."""
        value = self.value(key)
        if isinstance(value, float):
            raise self.problem(key, f'must be in quotes to stay exact: {key} = "{value}"')
        written = "" if isinstance(value, bool) else value
        written = str(written) if isinstance(written, int) and written >= 0 else written
        if not isinstance(written, str) or not _AMOUNT.fullmatch(written.strip()):
            missing = key not in self
            raise self.problem(key, "is missing" if missing else 'must be an amount like "1.25"')
        return Decimal(written.strip())

    def instant(self, key: str) -> int | None:
        """Return a date or a date-time with its offset as UTC microseconds, None if absent."""
        value = self.value(key)
        if value is None:
            return None
        if isinstance(value, datetime):
            if value.tzinfo is None:
                raise self.problem(key, f"needs an offset, like {value.isoformat()}Z")
            since_epoch = value - datetime(1970, 1, 1, tzinfo=UTC)
            seconds = since_epoch.days * 86_400 + since_epoch.seconds
            return seconds * 1_000_000 + since_epoch.microseconds
        if isinstance(value, date):
            return start_of(value)
        raise self.problem(key, "must be a date without quotes, like 2026-11-01T00:00:00Z")
