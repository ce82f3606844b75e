"""The screen Findings: secrets, personal data and bait, shown redacted, dismissed or taken out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from convledger.errors import UsageProblem
from convledger.memory.finding_rows import MESSAGE
from convledger.memory.finding_shelf import KIND, PLACE, RULE, FindingQuery
from convledger.tui.actions import bindings
from convledger.tui.finding_scan import FindingScan
from convledger.tui.marking import Marking
from convledger.tui.memory_changes import changed
from convledger.tui.paced import Paced
from convledger.tui.screens.place import PlaceScreen
from convledger.tui.undo import Step
from convledger.tui.widgets.facet_rows import FacetRows
from convledger.tui.widgets.finding_rows import (
    KIND_WORDS,
    FindingFacets,
    FindingRows,
    finding_values,
)
from convledger.tui.widgets.finding_view import FindingView
from convledger.tui.widgets.paged_rows import PAGE, PagedRows
from convledger.tui.widgets.panel import Panel
from convledger.tui.widgets.rows import Part, Rows

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.memory.erase_findings import RedactionOutlook
    from convledger.memory.finding_shelf import FindingLine, FindingListing, FindingSight

_FIELDS = {KIND: "kinds", PLACE: "places", RULE: "rules"}
_NEED_FINDINGS = frozenset(("reveal", "no_secret", "redact", "mark", "mark_all"))
NOTHING = "Nothing is open here."


class FindingsScreen(PlaceScreen):
    """Filters at the left, what was found, and at the right or below the text around it."""

    NAME = "Findings"
    SCOPE = "findings"
    AUTO_FOCUS: ClassVar[str] = "FindingRows"
    # Escape goes back to the list first, hence it is bound here too.
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("findings"),
        *(one for one in bindings("app") if one.action == "back"),
    ]
    DEFAULT_CSS = """
    FindingsScreen #body { height: 1fr; }
    FindingsScreen #side { width: 32; height: 1fr; padding: 0; display: none; }
    FindingsScreen #list { width: 1fr; height: 1fr; padding: 0; }
    FindingsScreen #detail { width: 1fr; height: 1fr; padding: 0; }
    FindingsScreen #scan { width: 100%; height: 1; padding: 0 1; text-overflow: ellipsis;
        text-wrap: nowrap; display: none; }
    FindingsScreen #scan.-shown { display: block; }
    FindingsScreen.-broad #side, FindingsScreen.-with-side #side { display: block; }
    FindingsScreen.-broad.-without-side #side { display: none; }
    FindingsScreen.-narrow #body { layout: vertical; }
    FindingsScreen.-narrow #side { width: 1fr; }
    FindingsScreen.-narrow.-with-side #detail { display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.asked = FindingQuery()
        self._listing: FindingListing | None = None
        self._whole: int | None = None  # what a person has asked to see in full
        self._marking = Marking(self, self._show_counts)
        self._scan = FindingScan(self, self._show_scan)
        self._renewal = Paced(self, "list", self._find, self._took_list)

    def parts(self) -> ComposeResult:
        """Compose filters, list and detail."""
        with Horizontal(id="body"):
            yield Panel("Filters", FindingFacets(), id="side")
            with Vertical(id="middle"):
                yield Panel("Findings", Static("", id="scan"), FindingRows(), id="list")
            yield Panel("Finding", FindingView(), id="detail")

    @property
    def rows(self) -> FindingRows:
        """The list."""
        return self.query_one(FindingRows)

    # ---- what is listed

    def renew(self) -> None:
        """Ask for the list anew; what is in sight stays there."""
        if self.is_ready:
            self._renewal.wish()

    def _find(self, ledger: Ledger) -> tuple[FindingQuery, FindingListing, list[FindingLine]]:
        asked = self.asked
        listing = ledger.findings.listing(asked)
        return asked, listing, ledger.findings.lines(listing.ids[:PAGE])

    def _took_list(self, found: tuple[FindingQuery, FindingListing, list[FindingLine]]) -> None:
        asked, listing, lines = found
        if asked != self.asked:
            return  # it was asked for something else meanwhile, which is on its way
        keeping = self._listing is not None and self._asked_last == asked
        self._listing, self._asked_last = listing, asked
        rows = self.rows
        rows.now = self.books.now()
        rows.expire()
        rows.fill(listing.ids[:PAGE], lines)
        rows.nothing = self._nothing(listing)
        rows.marks &= set(listing.ids) if rows.marks else set()
        rows.show(listing.ids, keeping_place=keeping)
        self.query_one(FindingFacets).show(finding_values(listing.facets), self._active())
        self._show_scan()
        self._show_counts()
        self._ask_sight()
        self.refresh_bindings()

    _asked_last: FindingQuery | None = None

    def _nothing(self, listing: FindingListing) -> list[str]:
        if self.asked != FindingQuery():
            return ["Nothing matches.", "c drops all filters."]
        if listing.unseen:
            return ["Nothing is open.", "s looks through entries and all that was said."]
        return ["Nothing is open.", "What comes in later is looked at when you press s again."]

    def _list_anew(self, asked: FindingQuery) -> None:
        self.asked = asked
        self.query_one(FindingFacets).show_active(self._active())
        self._renewal.wish(anew=True)

    def _active(self) -> dict[str, tuple[str, ...]]:
        return {name: getattr(self.asked, field) for name, field in _FIELDS.items()}

    @on(PagedRows.Wanted)
    def _fetch(self, event: PagedRows.Wanted) -> None:
        self.ask(
            "lines",
            lambda ledger: ledger.findings.lines(event.ids),
            lambda lines: self.rows.fill(event.ids, lines),
        )

    def _show_counts(self) -> None:
        if not self.is_ready:
            return
        listing, marked = self._listing, len(self.rows.marks)
        words = "Looking…"
        if listing is not None:
            words = f"{len(listing.ids):,} open"
            if len(listing.ids) != listing.open:
                words = f"{len(listing.ids):,} of {listing.open:,} open"
        left = [Content.styled(f"✓ {marked:,} marked", "bold $success")] if marked else []
        self.query_one("#list", Panel).show_counts(Content(" · ").join([*left, Content(words)]))
        chosen = " · ".join(
            KIND_WORDS.get(value, value)
            if name != PLACE
            else ("in conversations" if value == MESSAGE else "in entries")
            for name, values in self._active().items()
            for value in values
        )
        self.query_one("#list", Panel).show_title(f"Findings · {chosen}" if chosen else "Findings")
        place = ""
        if listing is not None and listing.ids:
            place = f"{self.rows.cursor + 1:,} of {len(listing.ids):,}"
        self.query_one("#detail", Panel).show_counts(place)

    # ---- the finding under the cursor

    def _ask_sight(self) -> None:
        wanted = self.rows.current
        if wanted is None:
            self.query_one(FindingView).show(None, self.books.zone)
            return
        whole = self._whole == wanted
        self.ask(
            "sight",
            lambda ledger: ledger.findings.sight(wanted, whole=whole),
            self._show_sight,
        )

    def _show_sight(self, sight: FindingSight | None) -> None:
        if sight is not None and sight.is_whole and self._whole != sight.line.id:
            return  # it was left meanwhile
        self.query_one(FindingView).show(sight, self.books.zone)

    def _hide(self) -> None:
        self._whole = None
        for view in self.query(FindingView):
            view.hide()

    @on(Rows.Moved)
    def _moved(self, event: Rows.Moved) -> None:
        if event.rows is self.rows:
            if self._whole != self.rows.current:
                self._hide()
            self._ask_sight()
            self._show_counts()

    def action_reveal(self) -> None:
        """Show the finding in full, after asking; or hide it again."""
        from convledger.tui.screens.finding_dialogs import RevealScreen

        wanted = self.rows.current
        line = self.rows.line(wanted)
        if wanted is None or line is None:
            self.books.say(NOTHING)
        elif self._whole == wanted:
            self._hide()
        else:

            def reveal(agreed: bool | None) -> None:
                if agreed and self.rows.current == wanted:
                    self._whole = wanted
                    self._ask_sight()

            self.app.push_screen(RevealScreen(line), reveal)

    def on_screen_suspend(self) -> None:
        """Leave nothing in full behind another screen."""
        self._hide()

    @on(Rows.Opened)
    def _open(self, event: Rows.Opened) -> None:
        from convledger.tui.screens.finding_dialogs import EntrySheet

        line = self.rows.line(self.rows.current)
        if event.rows is not self.rows or line is None:
            return
        if line.conversation_id is not None:
            self.books.open_conversation(line.conversation_id, line.object_id)
        elif line.place == MESSAGE:
            self.books.say("That message is no longer in the ledger.", severity="warning")
        else:
            self.app.push_screen(EntrySheet(line.object_id))

    # ---- decisions

    def _chosen(self) -> list[int]:
        ids, _ = self._marking.chosen()
        if not ids:
            self.books.say(NOTHING)
        return ids

    def action_no_secret(self) -> None:
        """Say of what is marked, or of the one under the cursor, that it is none."""
        ids = self._chosen()
        if not ids:
            return
        now = self.books.now
        words = "1 finding: no secret" if len(ids) == 1 else f"{len(ids):,} findings: no secret"

        def work(ledger: Ledger) -> Step | None:
            return changed(ledger, now, words, lambda _, at: ledger.findings.dismiss(ids, at))

        self.books.ask(("dismiss", id(self), tuple(ids[:1])), work, self._dismissed)

    def _dismissed(self, step: Step | None) -> None:
        if step is None:
            self.books.say("Nothing changed: it was so already.")
            return
        self._marking.none()
        self.books.undoing.push(step)
        self.books.say(f"{step.words} · u takes it back")
        self.books.renew()

    def action_redact(self) -> None:
        """Show what taking them out would change, and ask."""
        from convledger.memory.erase_findings import Redaction

        ids, now = self._chosen(), self.books.now()
        if ids:
            wanted = Redaction(findings=tuple(ids))
            self.ask(
                "outlook",
                lambda ledger: ledger.findings.outlook(wanted, now),
                self._ask_redaction,
            )

    def _ask_redaction(self, found: RedactionOutlook) -> None:
        from convledger.tui.screens.redact import RedactScreen

        if not found.findings:
            self.books.say("Nothing of that can be taken out: bait is shown, never filtered.")
            return

        dialog = RedactScreen(found)

        def after(_: object) -> None:
            if dialog.has_gone:
                self._marking.none()
                self.books.undoing.push(Step("redacted", _for_good))

        self.app.push_screen(dialog, after)

    # ---- looking through everything

    def action_scan(self) -> None:
        """Look through everything, or stop that."""
        if self._scan.is_running:
            self._scan.stop()
        else:
            self._scan.begin()

    def _show_scan(self) -> None:
        if not self.is_ready:
            return
        parts: list[Part] = []
        if self._scan.is_running:
            parts = self._scan.words()
        elif self._listing is not None and self._listing.unseen:
            many = f"{self._listing.unseen:,} messages not looked at yet · "
            parts = [(many, "$warning"), ("s", "$accent"), (" looks", "$muted")]
        line = self.query_one("#scan", Static)
        line.set_class(bool(parts), "-shown")
        line.update(Content.assemble(*parts))

    # ---- filters and marks

    @on(FacetRows.Chosen)
    def _choose(self, event: FacetRows.Chosen) -> None:
        field = _FIELDS[event.name]
        values: tuple[str, ...] = getattr(self.asked, field)
        if event.value in values:
            values = tuple(one for one in values if one != event.value)
        else:
            values = (*values, event.value)
        changes: Any = {field: values}
        self._list_anew(replace(self.asked, **changes))

    def action_clear(self) -> None:
        """Drop all filters and marks."""
        self._marking.none()
        self._list_anew(FindingQuery())

    def action_facets(self) -> None:
        """Show the filters, or hide them."""
        side = self.query_one("#side")
        shows = not side.display
        self.set_class(shows, "-with-side")
        self.set_class(not shows, "-without-side")
        (self.query_one(FindingFacets) if shows else self.rows).focus()

    @on(FacetRows.Left)
    def _left_facets(self) -> None:
        self.rows.focus()

    def action_mark(self) -> None:
        """Mark the row, or unmark it, and go on; in the filters, choose."""
        facets = self.query_one(FindingFacets)
        if facets.has_focus:
            facets.action_choose()
        else:
            self._marking.toggle()

    def action_mark_all(self) -> None:
        """Mark all that are listed."""
        self._marking.every()

    # ---- going about

    async def action_back(self) -> None:
        """Go back to the list, or leave."""
        if self.focused is not self.rows:
            self.rows.focus()
        else:
            self._scan.stop()
            await self.books.action_back()

    def on_resize(self, _: events.Resize) -> None:
        """Say more or less, as there is room."""
        self.call_after_refresh(self._show_counts)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what works on a finding only where there is one."""
        is_empty = self._listing is not None and not self._listing.ids
        if is_empty and action in _NEED_FINDINGS:
            return False
        return super().check_action(action, parameters)


def _for_good(_: Ledger) -> None:
    """Tell who wants a redaction back that there is no way; the next one takes back more."""
    raise UsageProblem("what was redacted is gone for good: nothing brings it back")
