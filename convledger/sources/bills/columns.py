"""Which column of a table means what: as a person says, else as its names tell without doubt."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from convledger.economics.reconciling import (
    CALLS,
    COST,
    INPUT,
    KINDS,
    OUTPUT,
    READ,
    TOKENS,
    WRITE,
    WRITE_1H,
    WRITE_5M,
)
from convledger.sources.bills.records import CURRENCY, DAY, MODEL
from convledger.sources.document import NotReadable
from convledger.sources.table.words import COLUMNS, plain_name

MEANINGS = (DAY, MODEL, INPUT, READ, WRITE, WRITE_5M, WRITE_1H, OUTPUT, TOKENS, CALLS, COST,
            CURRENCY)  # fmt: skip
_MOST_NAMED = 24
_MORE = {
    DAY: "day, usage date, usage day, usage date utc, period start, start date, start time iso, "
    "invoice date, bucket, tag, leistungstag, jour, fecha",
    MODEL: "model version, snapshot, snapshot id",
    INPUT: "usage input tokens, input token, prompt token count, fresh input tokens",
    READ: "cache read, cache reads, cache hits, input cached tokens, cache hit tokens",
    WRITE: "cache write, cache writes, cache creation",
    WRITE_5M: "cache write 5m, cache write 5m tokens, cache write 5 min",
    WRITE_1H: "cache write 1h, cache write 1h tokens, cache write 1 h",
    OUTPUT: "usage output tokens, output token",
    TOKENS: "total tokens, tokens, token count, tokens total, gesamt tokens",
    CALLS: "requests, calls, api calls, api requests, request count, number of requests, "
    "num requests, num model requests, n requests, anfragen, aufrufe",
    COST: "amount usd, amount eur, amount (usd), amount (eur), total cost usd, total usd, charge, "
    "charges, charged, billed, net cost, betrag, betrag eur, gesamtkosten, costo, importe",
}
_OF_TABLES = {DAY: "at", MODEL: "model", INPUT: "input", READ: "cached", WRITE: "cache_write",
              OUTPUT: "output", COST: "cost", CURRENCY: "currency"}  # fmt: skip
_WORDS = {
    plain_name(word): meaning
    for meaning in MEANINGS
    for words in (COLUMNS.get(_OF_TABLES.get(meaning, ""), ""), _MORE.get(meaning, ""))
    for word in words.split(",")
    if word.strip()
}
_CODES = frozenset([
    "USD", "EUR", "GBP", "CHF", "JPY", "INR", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "PLN",
    "CZK", "HUF", "BRL", "MXN", "CNY", "KRW", "SGD",
])  # fmt: skip
_CODE = re.compile(r"[a-z]{3}")
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP"}
_NO_SIGNS = str.maketrans("", "", "$€£()[]")


def said_columns(said: Mapping[str, str], header: Sequence[str]) -> dict[str, str]:
    """Return the columns that a person names, as the header writes them. Raises NotReadable."""
    there = {plain_name(name): name for name in reversed(header)}
    found = {}
    for meaning, name in said.items():
        if meaning not in MEANINGS:
            raise NotReadable(f"--map {meaning}=…: {meaning} is none of {', '.join(MEANINGS)}")
        if not name:
            found[meaning] = ""
        elif (column := there.get(plain_name(name))) is None:
            raise NotReadable(f"has no column {name!r:.60}; it has {columns_words(header)}")
        else:
            found[meaning] = column
    return found


def guessed_columns(header: Sequence[str], said: Mapping[str, str]) -> dict[str, str]:
    """Return the columns of an unknown table. Raises NotReadable with what has to be said."""
    candidates: dict[str, list[str]] = {}
    taken = set(said.values())
    for name in header:
        meaning = _meaning_of(name)
        if meaning is not None and meaning not in said and name not in taken:
            candidates.setdefault(meaning, []).append(name)
    for meaning, names in candidates.items():
        if len(names) > 1:
            raise NotReadable(
                f"{' and '.join(names)} may both be the {meaning}: say --map {meaning}={names[0]} "
                f"or --map {meaning}={names[1]}"
            )
    found = {meaning: names[0] for meaning, names in candidates.items()} | dict(said)
    missing = [meaning for meaning in (DAY, MODEL) if meaning not in found]
    if not any(found.get(kind) for kind in (*KINDS, CALLS, COST)):
        missing.append("cost or input")
    if missing or not found.get(DAY):
        raise NotReadable(_not_understood(missing or [DAY], header))
    return found


def _meaning_of(name: str) -> str | None:
    """Return what the name of a column tells; a currency in it makes it no other name."""
    plain = plain_name(name)
    if plain in _WORDS or not (code := currency_named(name)):
        return _WORDS.get(plain)
    words = [word for word in plain.split() if word.strip("()[]").upper() not in (code, "IN")]
    bare = " ".join(words).translate(_NO_SIGNS).strip()
    return COST if _WORDS.get(bare) == COST else None


def _not_understood(missing: Sequence[str], header: Sequence[str]) -> str:
    none = "; --map model= where it tells no models" if missing == [MODEL] else ""
    return (
        f"not understood: no column tells {', nor '.join(missing)}. It has {columns_words(header)}."
        f" Say which is which: --map day=COLUMN,model=COLUMN,cost=COLUMN (also "
        f"{', '.join(MEANINGS[2:10])}){none}"
    )


def columns_words(header: Sequence[str]) -> str:
    """Return the names of columns for a sentence."""
    more = f" and {len(header) - _MOST_NAMED} more" if len(header) > _MOST_NAMED else ""
    return "the columns " + ", ".join(name[:60] for name in header[:_MOST_NAMED]) + more


def currency_named(column: str) -> str:
    """Return the currency that the name of a column tells, nothing where it tells none."""
    for sign, code in _SIGNS.items():
        if sign in column:
            return code
    words = {word.upper() for word in _CODE.findall(plain_name(column)) if len(word) == 3}
    pieces = {piece.strip("()[]").upper() for piece in plain_name(column).split()}
    found = words & pieces & _CODES
    return next(iter(found)) if len(found) == 1 else ""
