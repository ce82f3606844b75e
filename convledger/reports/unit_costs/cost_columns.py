"""The columns of tables of costs and of people's time: what headers call them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO

from convledger.errors import UsageProblem
from convledger.words import nearest

ITEMS, TIMES = "items", "times"
SCOPE_COLUMNS = (
    *("source", "project", "client", "tag", "user", "tier", "feature", "channel", "model"),
    *("outcome", "conversation"),
)
ITEM_HEADER = (
    *("kind", "name", "amount", "currency", "every", "since", "until", "rule", "note"),
    *("weights", *SCOPE_COLUMNS),
)
TIME_HEADER = ("conversation", "minutes", "on", "person", "note")

# What each meaning is called, the likeliest first.
_CALLED = {
    "kind": "kind type category",
    "name": "name title item service vendor product supplier description",
    "amount": "amount cost price total sum value net",
    "currency": "currency ccy",
    "every": "every interval frequency recurrence billing",
    "since": "since from start startdate begin validfrom",
    "until": "until to end enddate validto",
    "on": "on date day invoicedate month when",
    "rule": "rule dividedby allocation split",
    "note": "note notes comment memo remark",
    "weights": "weights conversations",
    "source": "source tool",
    "project": "project",
    "client": "client customer account",
    "tag": "tag tags",
    "user": "user",
    "tier": "tier plan",
    "feature": "feature",
    "channel": "channel",
    "model": "model",
    "outcome": "outcome",
    "conversation": "conversation conversationid ticket ticketid thread threadid",
    "minutes": "minutes min mins minutesworked",
    "hours": "hours hrs",
    "seconds": "seconds secs",
    "time": "time duration worked timespent",
    "person": "person agent who employee staff assignee",
}
_LENGTHS = ("minutes", "hours", "seconds", "time")
_OF_TIMES = ("conversation", *_LENGTHS, "on", "person", "note")
_OF_ITEMS = tuple(name for name in _CALLED if name not in (*_LENGTHS, "person"))


def columns_of(
    header: Sequence[str], told: Mapping[str, str], what: str = ""
) -> tuple[str, dict[str, int]]:
    """Return whether a table is of ITEMS or of TIMES, and the place of each meaning.

    `told` says by which header a meaning goes. Raises UsageProblem where that can't be known.
    """
    plain = [_plain(name) for name in header]
    found: dict[str, int] = {}
    for meaning, name in told.items():
        if meaning not in _CALLED:
            near = nearest(meaning, list(_CALLED))
            hint = f"; did you mean {near}?" if near else "."
            raise UsageProblem(f"--column {meaning}: no such meaning{hint} {_known()}")
        if _plain(name) not in plain:
            listed = ", ".join(header)
            raise UsageProblem(f"--column {meaning}: no column {name!r:.60}; there are {listed}")
        found[meaning] = plain.index(_plain(name))
    for meaning, words in _CALLED.items():
        if meaning in found:
            continue
        for word in words.split():
            places = [at for at, name in enumerate(plain) if name == word]
            places = [at for at in places if at not in found.values()]
            if len(places) > 1:
                raise UsageProblem(
                    f"two columns are called {header[places[0]]!r:.60}; rename one, or take it out"
                )
            if places:
                found[meaning] = places[0]
                break
    kind = what or _kind(found, header)
    among = _OF_TIMES if kind == TIMES else _OF_ITEMS
    _must_have(kind, found, header)
    return kind, {meaning: place for meaning, place in found.items() if meaning in among}


def _kind(found: Mapping[str, int], header: Sequence[str]) -> str:
    is_times = "conversation" in found and any(name in found for name in _LENGTHS)
    if is_times and "amount" in found:
        raise UsageProblem("the table has amounts and minutes: say --as items or --as times")
    if not is_times and "amount" not in found:
        raise UsageProblem(_lacks("amount for costs, or conversation and minutes for time", header))
    return TIMES if is_times else ITEMS


def _must_have(kind: str, found: Mapping[str, int], header: Sequence[str]) -> None:
    if kind == ITEMS and "amount" not in found:
        raise UsageProblem(_lacks("amount", header))
    if kind == TIMES and ("conversation" not in found or not any(n in found for n in _LENGTHS)):
        raise UsageProblem(_lacks("conversation, or none of minutes, hours, seconds, time", header))
    lengths = [name for name in _LENGTHS if name in found]
    if kind == TIMES and len(lengths) > 1:
        raise UsageProblem(
            f"the table has {' and '.join(lengths)}: take all but one out, so that none is added"
        )


def _lacks(what: str, header: Sequence[str]) -> str:
    listed = ", ".join(name.strip() or "–" for name in header[:40])
    return (
        f"no column {what}. The table has {listed:.400}; "
        f"--column MEANING=HEADER says which is which. {_known()}"
    )


def _known() -> str:
    return f"Meanings are {', '.join(_CALLED)}"


def _plain(name: str) -> str:
    return "".join(each for each in name.casefold() if each.isalnum())


def joined(values: Iterable[str]) -> str:
    """Return several values in one cell, `;` between them, quoted where they hold one."""
    line = StringIO()
    csv.writer(line, delimiter=";", lineterminator="").writerow(list(values))
    return line.getvalue()


def parted(cell: str) -> tuple[str, ...]:
    """Return the values that stand in one cell."""
    if not cell.strip():
        return ()
    try:
        (row,) = csv.reader([cell], delimiter=";", skipinitialspace=True, strict=True)
    except (csv.Error, ValueError) as error:
        raise UsageProblem(f"no list of values with ; between them: {cell!r:.60}") from error
    return tuple(value.strip() for value in row if value.strip())
