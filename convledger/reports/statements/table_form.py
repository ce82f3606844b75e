"""Statements for people at a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from convledger.plans.certainty import NO_DOUBTS, SURE, Doubt, StatementDoubts
from convledger.plans.statement import CREDITS_USED, INFORMATIVE, Line, Statement
from convledger.reports.render.numbers import doubted
from convledger.reports.render.table import BOLD, DIM, PLAIN, WAY_OUT, Column, table
from convledger.reports.statements.figures import (
    KIND_WORDS,
    STATE_WORDS,
    exact_money,
    first_day,
    known_money,
    last_day,
    money_words,
    number_words,
    rate,
)
from convledger.text.display import clip, display_text
from convledger.text.display import width as cells_of

_ASCII = str.maketrans({"–": "-", "…": "...", "·": "-"})
Money = Callable[[int], str]
_KNOWN, _REST = ("granted", "voided", "brought forward"), ("left", "expired")


def table_text(
    statements: Sequence[Statement],
    *,
    width: int | None = None,
    colour: bool = False,
    ascii_only: bool = False,
    way_out: str = WAY_OUT,
    doubts: Sequence[StatementDoubts] = (),
) -> str:
    """Return statements as text lines; `width` is the terminal's, None for no limit.

    `way_out` says how to see the columns that there is no room for; `doubts` go with the statements
    one for one, where any of their figures is an estimate or lacks calls.
    """
    if not statements:
        return "no statements\n"
    known = doubts or [NO_DOUBTS] * len(statements)
    parts = (
        _statement(found, doubt, width, colour, ascii_only, way_out)
        for found, doubt in zip(statements, known, strict=True)
    )
    return "\n".join(parts)


def _statement(
    found: Statement,
    doubts: StatementDoubts,
    width: int | None,
    colour: bool,
    ascii_only: bool,
    way_out: str,
) -> str:
    def said(text: str, style: str = "") -> str:
        safe = display_text(text)
        if ascii_only:
            safe = safe.translate(_ASCII).encode("ascii", "backslashreplace").decode()
        lines = _wrapped(safe, width, "..." if ascii_only else "…")
        return "".join(
            f"{style}{line}{PLAIN}\n" if colour and style else f"{line}\n" for line in lines
        )

    money: Money = partial(money_words, currency=found.currency, ascii_only=ascii_only)
    title = f"{found.plan_name or found.plan} · {found.name} · {_state(found)}"
    span = f"{first_day(found)} to {last_day(found)} in {found.zone}"
    head = said(title, BOLD) + said(f"{span} · plan {found.plan}, version {found.version}", DIM)
    columns, rows, total = _grid(found, doubts, money)
    if ascii_only:
        rows = [[cell.translate(_ASCII) for cell in row] for row in rows]
    body = table(
        columns, rows, total=total, width=width, colour=colour, ascii_only=ascii_only,
        way_out=way_out,
    )  # fmt: skip
    return head + "\n" + body + "".join(said(text) for text in _below(found, doubts, money))


def _state(found: Statement) -> str:
    return STATE_WORDS.get(found.state, found.state)


def _grid(
    found: Statement, doubts: StatementDoubts, money: Money
) -> tuple[list[Column], list[list[str]], list[str]]:
    """Return the columns, a row for each line, and the row of totals."""
    has_about = any(line.about for line in found.lines)
    has_credits = any(line.credits for line in found.lines)
    has_notes = any(line.note for line in found.lines)
    kept = {"about": has_about, "credits": has_credits, "note": has_notes}
    columns = [
        Column("kind"),
        Column("line", shrink=True, minimum=14),
        Column("about"),
        Column("quantity", "right"),
        Column("unit", shrink=True, optional=2),
        Column("rate", "right", optional=1),
        Column("credits", "right"),
        Column("amount", "right"),
        Column("note", shrink=True, minimum=12, optional=3),
    ]
    shown = [at for at, column in enumerate(columns) if kept.get(column.title, True)]
    of_lines = doubts.lines or (SURE,) * len(found.lines)
    rows = [_row(line, doubt, money) for line, doubt in zip(found.lines, of_lines, strict=True)]
    total = ["total", *[""] * 6, doubted(money(found.due), found.due, doubts.due), ""]
    return (
        [columns[at] for at in shown],
        [[row[at] for at in shown] for row in rows],
        [total[at] for at in shown],
    )


def _row(line: Line, doubt: Doubt, money: Money) -> list[str]:
    amount = known_money(line)
    costs_nothing = line.kind in INFORMATIVE and not amount
    return [
        KIND_WORDS.get(line.kind, line.kind),
        line.name or line.id,
        line.about,
        doubted(number_words(line.quantity), line.quantity, doubt) if line.quantity else "",
        line.unit_name,
        _rate(line, money),
        doubted(number_words(line.credits), line.credits, doubt) if line.credits else "",
        "–" if amount is None else "" if costs_nothing else doubted(money(amount), amount, doubt),
        line.note,
    ]


def _rate(line: Line, money: Money) -> str:
    """Return what each unit comes to, nothing where that is no exact decimal."""
    if line.money or line.exact:
        each = rate(exact_money(line), line.quantity)
        return "" if each is None else money(each)
    if line.kind == CREDITS_USED and line.credits != line.quantity:
        each = rate(line.credits, line.quantity)
        return "" if each is None else f"{number_words(each)} cr"
    return ""


def _below(found: Statement, doubts: StatementDoubts, money: Money) -> Iterator[str]:
    """Yield what the sums say beyond the total: credits, what expired, what has no price."""
    sums = found.sums
    named = (
        ("fees", sums.fees, SURE),
        ("usage", sums.usage, doubts.due),
        ("adjustments", sums.adjustments, doubts.due),
    )
    parts = [f"{name} {doubted(money(each), each, doubt)}" for name, each, doubt in named if each]
    if len(parts) > 1:
        yield "of which " + ", ".join(parts)
    moving = (sums.granted, sums.used, sums.over, sums.owed, sums.grace, sums.degraded)
    if any((*moving, sums.expired, sums.voided, sums.left)):
        before = (("brought forward", sums.brought_forward),) if sums.brought_forward else ()
        beyond = (
            ("owed", max(sums.owed, 0)),
            ("paid of what was owed", max(-sums.owed, 0)),
            ("free by grace", sums.grace),
            ("served at less", sums.degraded),
        )
        ended = (("expired", sums.expired), ("voided", sums.voided))
        moved = (
            *before,
            ("granted", sums.granted),
            ("used", sums.used),
            ("beyond", sums.over),
            *((name, amount) for name, amount in (*beyond, *ended) if amount),
            ("left", sums.left),
        )
        yield "credits: " + ", ".join(
            f"{_credits(name, amount, doubts.credits)} {name}" for name, amount in moved
        )
    if sums.expired:
        cost = money(sums.expired_cost)
        worth = f", which had cost {cost}" if sums.expired_cost else ""
        yield f"breakage: {number_words(sums.expired)} credits expired unused{worth}"
    if sums.blocked:
        yield f"blocked: {number_words(sums.blocked)} credits of use were refused"
    if sums.unpriced:
        units = "unit has" if sums.unpriced == 1 else "units have"
        yield f"unpriced: {sums.unpriced:,} {units} no price and are in no sum"


def _credits(name: str, amount: int, doubt: Doubt) -> str:
    """Return credits in words; what was given or brought along is known, whatever was used."""
    words = number_words(amount)
    if name in _KNOWN:
        return words
    return doubted(words, amount, doubt, at_most=name in _REST)


def _wrapped(text: str, width: int | None, ellipsis: str) -> list[str]:
    """Return text in lines of at most `width` cells; a word that is wider is cut."""
    if width is None:
        return [text]
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if cells_of(longer) <= width:
            lines[-1] = longer
        elif lines[-1]:
            lines.append(clip(word, width, ellipsis))
        else:
            lines[-1] = clip(word, width, ellipsis)
    return lines
