"""What the invented logs add up to, counted while they are written."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Tokens:
    """Disjoint token counts of one call; `reasoning` is a part of `output`."""

    input: int = 0
    output: int = 0
    reasoning: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """One billed call: when it ended, which model answered, and what it took."""

    source: str
    moment: str
    model: str
    tokens: Tokens
    web_searches: int = 0


@dataclass(slots=True)
class Truth:
    """The sums that any reader of the logs must find."""

    calls: list[Call] = field(default_factory=list)
    conversations: Counter[str] = field(default_factory=Counter)
    titles: list[dict[str, str]] = field(default_factory=list)
    rejected_lines: int = 0
    torn_lines: int = 0

    def expected(self) -> dict[str, Any]:
        """Return the sums per source, UTC day and model, ready for JSON."""
        sums: dict[tuple[str, str, str], Counter[str]] = {}
        searches: Counter[str] = Counter()
        for call in self.calls:
            row = sums.setdefault((call.source, call.moment[:10], call.model), Counter())
            row["calls"] += 1
            for name, count in asdict(call.tokens).items():
                row[name] += count
            searches[call.source] += call.web_searches
        names = ("calls", *Tokens.__dataclass_fields__)
        return {
            "conversations": dict(sorted(self.conversations.items())),
            "rejected_lines": self.rejected_lines,
            "torn_lines": self.torn_lines,
            "web_searches": dict(sorted(searches.items())),
            "titles": self.titles,
            "rows": [
                {"source": source, "day": day, "model": model} | {name: row[name] for name in names}
                for (source, day, model), row in sorted(sums.items())
            ],
        }
