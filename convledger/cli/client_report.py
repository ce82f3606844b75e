"""What `report --format` does: a month of a client as Markdown, HTML or CSV to be sent."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from convledger import __version__
from convledger.cli import chosen, streams, values
from convledger.cli.following import look
from convledger.errors import UsageProblem
from convledger.reports.client_report.asked import (
    ANONYMOUS,
    BARE,
    TITLED,
    ReportQuery,
    check_by,
)
from convledger.text.display import display_text
from convledger.words import nearest

if TYPE_CHECKING:
    from datetime import tzinfo

    from convledger.ledger import Ledger
    from convledger.reports.client_report.facts import ClientReport

FORMS = ("md", "html", "csv")
_NOT_HERE = ("model", "conversation")
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options of a report for a client, as they were given."""

    by: tuple[str, ...]
    month: str | None
    tz: str | None
    form: str
    out: str | None
    force: bool
    currency: str | None
    title: str | None
    with_titles: bool
    anonymous: bool
    no_sync: bool
    filters: dict[str, tuple[str, ...]]


def write_report(wanted: Wanted) -> None:
    """Write the report where it is wanted. Raises UsageProblem."""
    from convledger.zones import zone_of

    form = _form(wanted.form)
    shown = _shown(wanted)
    by = values.parts(wanted.by) or ("project",)
    check_by(by)
    scope = _scope(wanted.filters)
    currency = _currency(wanted.currency)
    zone, zone_name = zone_of(wanted.tz)
    _read_month(wanted.month, zone, 0)
    with chosen.open_ledger() as ledger:
        now = look(ledger, no_sync=wanted.no_sync)
        since, until = _read_month(wanted.month, zone, now)
        _check_clients(ledger, scope.get("client", ()))
        from convledger.reports.unit_costs.asked import CostQuery

        query = ReportQuery(
            CostQuery(since, until, now, zone, zone_name, scope, currency),
            by,
            wanted.title or "",
            shown,
            __version__,
        )
        target = _target(wanted, query, form)
        text = text_of(ledger.client_report(query), form)
    _put(text, form, target, force=wanted.force)


def text_of(report: ClientReport, form: str) -> str:
    """Return a report in a form."""
    if form == "csv":
        from convledger.reports.client_report.csv_form import csv_text

        return csv_text(report)
    from convledger.reports.client_report.sections import page_of

    if form == "html":
        from convledger.reports.client_report.html_form import html_text

        return html_text(page_of(report))
    from convledger.reports.client_report.markdown_form import markdown_text

    return markdown_text(page_of(report))


def file_name(query: ReportQuery, form: str) -> str:
    """Return what the file of a report is called: "acme-2026-10.html"."""
    plain = re.sub(r"[^a-z0-9]+", "-", query.client.lower()).strip("-")[:_LONGEST_NAME].strip("-")
    return f"{plain or 'report'}-{query.costs.days.since.isoformat()[:7]}.{form}"


def _form(text: str) -> str:
    known = {"markdown": "md", **{form: form for form in FORMS}}
    form = known.get(text.strip().lower())
    if form is None:
        raise UsageProblem(f"no such form: {text!r:.40}. --format takes {', '.join(FORMS)}")
    return form


def _shown(wanted: Wanted) -> str:
    if wanted.with_titles and wanted.anonymous:
        raise UsageProblem("--with-titles and --anonymous contradict each other; choose one")
    return TITLED if wanted.with_titles else ANONYMOUS if wanted.anonymous else BARE


def _scope(filters: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    named = {name: values.parts(given) for name, given in filters.items()}
    for name in _NOT_HERE:
        if named.get(name):
            raise UsageProblem(
                f"a report for a client is about whole conversations of a month; leave --{name} out"
            )
    return {name: given for name, given in named.items() if given}


def _currency(text: str | None) -> str:
    from convledger.plans.currencies import CURRENCIES

    code = (text or "USD").strip().upper()
    if code not in CURRENCIES:
        raise UsageProblem(f"no such currency: {text!r:.20}. Write a code like USD or EUR")
    return code


def _read_month(text: str | None, zone: tzinfo, now: int) -> tuple[int, int]:
    """Return a month's instants, those of the last one that is over where none is named."""
    from datetime import timedelta

    from convledger.reports.periods import local_day, read_since, read_until

    if text is None:
        last = local_day(now, zone).replace(day=1) - timedelta(days=1)
        text = last.isoformat()[:7]
    if not re.fullmatch(r"\d{4}-\d{2}", text.strip()):
        raise UsageProblem(f"not a month: {text!r:.40}. Write it like 2026-10")
    return read_since(text, zone, now), read_until(text, zone, now)


def _check_clients(ledger: Ledger, wanted: tuple[str, ...]) -> None:
    """Raise UsageProblem for a client that no conversation ever had: an empty report misleads."""
    known = ledger.clients()
    for name in wanted:
        if name in known or "*" in name or "?" in name or name == "(none)":
            continue
        near = nearest(name, known)
        hint = f"; did you mean {display_text(near)}?" if near else "."
        raise UsageProblem(
            f"no conversation has the client {display_text(name)!r:.60}{hint} "
            "`convledger label --client` sets it, `convledger report --by client` lists them"
        )


def _target(wanted: Wanted, query: ReportQuery, form: str) -> Path | None:
    """Return the file to write, None for standard output."""
    if wanted.out == "-" or (wanted.out is None and not streams.is_terminal_out()):
        return None
    path = Path(wanted.out or file_name(query, form)).expanduser()
    if path.is_dir():
        path /= file_name(query, form)
    if path.is_dir():
        raise UsageProblem(f"{path} is a folder; name a file in it")
    if path.exists() and not wanted.force:
        raise UsageProblem(f"{path} is there already; --force replaces it")
    return path


def _put(text: str, form: str, target: Path | None, *, force: bool) -> None:
    if target is None:
        if form == "html" and not _is_utf8(sys.stdout):
            # The page says that it is UTF-8, which the stream would not be.
            text = text.encode("ascii", "xmlcharrefreplace").decode()
        streams.write(text)
        sys.stdout.flush()
        return
    from convledger.toml_files import replace_text

    if target.exists() and not force:  # since it was looked for
        raise UsageProblem(f"{target} is there already; --force replaces it")
    replace_text(target, text)
    streams.note(display_text(f"The report is in {target}"))


def _is_utf8(stream: object) -> bool:
    import codecs

    try:
        return codecs.lookup(getattr(stream, "encoding", "") or "utf-8").name == "utf-8"
    except LookupError:
        return False
