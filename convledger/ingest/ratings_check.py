"""Verifies what calls cost: each is rated again with the very prices that rated it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from convledger.errors import ConvledgerError
from convledger.ingest.rates import Rates, shipped_book
from convledger.ingest.rerate import Change, changes_of
from convledger.money import usd_display
from convledger.pricing import ENGINE_VERSION, Overrides, PriceBook, Rater, parse_overrides
from convledger.store.findings import Finding
from convledger.words import plural

_RERATE = (
    "`convledger why {}` shows the first; `convledger prices rerate` rates all calls anew and "
    "keeps beside them what they said; where their tokens were changed, `convledger restore` "
    "brings a backup back"
)
_BACKUP = "`convledger restore` brings a backup back"


def rating_findings(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yield whether calls cost anything else than the prices of the last run give.

    All calls follow that run: those that came later were rated with the same prices.
    """
    last = connection.execute(
        "SELECT book_digest, engine_version, content, overrides, name || ' ' || version "
        "FROM rating_run LEFT JOIN price_book ON digest=book_digest ORDER BY rating_run.id DESC "
        "LIMIT 1"
    ).fetchone()
    if last is None or last[1] != str(ENGINE_VERSION):  # rated anew with the next import
        return
    digest, _, content, text, name = last
    rates = None if content is None else _rates(content, text)
    if rates is None or rates.rater.digest != digest:
        # Those of an earlier program can't be told from others; the next import rates anew.
        shipped = None if content is None else _rates(shipped_book(), text)
        if shipped is None or shipped.rater.digest == digest:
            what = f"the prices {name}" if name else "the prices"
            yield Finding("ratings", f"{what} that calls were rated with are not as kept", _BACKUP)
        return
    changes, _ = changes_of(connection, rates)
    if changes:
        (key,) = connection.execute(
            "SELECT key FROM call WHERE id=?", (changes[0].call,)
        ).fetchone()
        yield Finding("ratings", _problem(changes), _RERATE.format(key))


def _problem(changes: list[Change]) -> str:
    """Say what calls cost and what they should."""
    count = len(changes)
    calls, it = plural(count, "call"), "it" if count == 1 else "them"
    before, after = _sum(each.before for each in changes), _sum(each.after for each in changes)
    if all(each.before == each.after for each in changes):
        verb = "is" if count == 1 else "are"
        return f"{calls} {verb} marked otherwise than by the prices that rated {it}"
    return (
        f"{calls} {'does' if count == 1 else 'do'} not cost what the prices that rated {it} give: "
        f"{usd_display(before)} is stored, {usd_display(after)} is right"
    )


def _sum(amounts: Iterable[int | None]) -> int | None:
    """Return what is known of amounts (picodollars) together, None where nothing is."""
    known = [each for each in amounts if each is not None]
    return sum(known) if known else None


def _rates(content: bytes, overrides: str) -> Rates | None:
    """Return the rates of a book and of somebody's own prices, None where they can't be read."""
    try:
        book = PriceBook.from_bytes(content)
        own = parse_overrides(overrides) if overrides else Overrides()
    except ConvledgerError:
        return None
    return Rates(Rater(book, own), book, content, own, overrides)
