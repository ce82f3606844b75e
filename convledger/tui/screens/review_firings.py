"""The section of rules and what they did; a rule is confirmed here after it was read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static

from convledger.clock import DAY
from convledger.errors import ConvledgerError
from convledger.store.firings import FAILED
from convledger.text.display import display_text
from convledger.text.secrets import veiled
from convledger.tui.actions import bindings
from convledger.tui.credit_words import full_moment_text
from convledger.tui.screens.review_section import Section
from convledger.tui.screens.source_words import counted
from convledger.tui.widgets.choices import Choices
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.firing_rows import FiringRows, RuleRows
from convledger.tui.widgets.log_rows import LogRows
from convledger.tui.widgets.panel import Panel
from convledger.tui.widgets.rows import Rows
from convledger.workflow.rule_words import CONFIRMED, rule_facts

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.workflow.rule_words import FiringLine, RuleLine

    Known = tuple[list[RuleLine], list[FiringLine]]

PAGE = 200  # firings asked for at once
_DRY_RUN_DAYS = 30
_LABEL = 12  # cells


class FiringsSection(Section):
    """Rules above, what they did below."""

    SCOPE = "firings"
    FIRST = "FiringRows"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("firings")]
    DEFAULT_CSS = """
    FiringsSection #rules-panel { height: 2fr; }
    FiringsSection #firings-panel { height: 3fr; }
    """

    def __init__(self, zone: tzinfo = UTC, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._zone = zone
        self._only_failed = False
        self._known: Known | None = None
        self._limit = 0  # firings that were asked for

    def compose(self) -> ComposeResult:
        """Compose both panels."""
        fired = FiringRows(self._zone, self.books.workspace, id="fired")
        yield Panel("Rules", RuleRows(id="rules"), id="rules-panel")
        yield Panel("What they did", fired, id="firings-panel")

    # ---- what is shown

    def look(self) -> None:
        """Ask for rules and for what they did."""
        self._ask(max(PAGE, self.query_one(FiringRows).count()))

    def _ask(self, limit: int) -> None:
        states = (FAILED,) if self._only_failed else ()

        def read(ledger: Ledger) -> Known:
            fired = ledger.trigger_firings(states=states, limit=limit + 1)
            return ledger.trigger_rules(), fired

        self.ask("firings", read, lambda found: self._show(found, limit))

    def _show(self, found: Known, limit: int) -> None:
        rules, fired = found
        if (found, limit) == (self._known, self._limit):
            return
        self._known, self._limit = found, limit
        self.query_one(RuleRows).show(rules)
        rows = self.query_one(FiringRows)
        before, ids = rows.chosen, [one.firing.id for one in fired]
        kept = before is not None and rows.cursor > 0 and before.firing.id in ids
        place = ids.index(before.firing.id) if kept and before is not None else 0
        rows.show(fired[:limit], has_more=len(fired) > limit, cursor=place)
        inert = sum(one.state != CONFIRMED for one in rules)
        counts = counted(len(rules), "rule") + (f" · {inert:,} not confirmed" if inert else "")
        self.query_one("#rules-panel", Panel).show_counts(counts)
        shown = "failed ones alone" if self._only_failed else ""
        self.query_one("#firings-panel", Panel).show_counts(shown)
        self.post_message(self.Counted())

    @property
    def failed(self) -> int | None:
        """How many firings have failed, None while that is not known or none has."""
        return sum(one.failed for one in self._known[0]) or None if self._known else None

    @on(LogRows.Wanted)
    def _more(self) -> None:
        self._ask(self.query_one(FiringRows).count() + PAGE)

    # ---- opening

    @on(Rows.Opened, "#fired")
    def _open_firing(self) -> None:
        one = self.query_one(FiringRows).chosen
        if one is not None:
            title = f"Firing {one.firing.id} of {display_text(one.firing.rule)}"
            self.app.push_screen(FactsScreen(title, list(_firing_facts(one, self._zone))))

    @on(Rows.Opened, "#rules")
    def _open_rule(self) -> None:
        self.action_confirm()

    # ---- actions

    def action_narrow(self) -> None:
        """Show failed firings alone, or all."""
        self._only_failed = not self._only_failed
        self._known = None
        self._ask(PAGE)

    def action_confirm(self) -> None:
        """Show what the rule under the cursor says and would have done, and let it be confirmed."""
        line, now, zone = self.query_one(RuleRows).chosen, self.books.now(), self._zone
        if line is None:
            self.books.say("There is no rule: convledger trigger add FILE keeps one.")
            return

        def read(ledger: Ledger) -> tuple[list[tuple[str, str]], int | None]:
            facts = list(rule_facts(line, ledger.workspace))
            if line.rule is None:
                return facts, None
            since = now - _DRY_RUN_DAYS * DAY
            return facts, len(ledger.try_trigger(line.name, since, now=now, zone=zone))

        def show(found: tuple[list[tuple[str, str]], int | None]) -> None:
            facts, count = found
            if count is not None:
                times = counted(count, "time")
                facts.append(("dry run", f"{times} in the last {_DRY_RUN_DAYS} days"))
            can_be = line.rule is not None and line.state != CONFIRMED
            title = f"Rule {display_text(line.name)}"
            self.app.push_screen(
                FactsScreen(title, facts, asks=can_be),
                lambda is_wanted: self._confirm(line) if is_wanted else None,
            )

        self.ask("rule", read, show)

    def _confirm(self, line: RuleLine) -> None:
        now = self.books.now()

        def work(ledger: Ledger) -> ConvledgerError | None:
            try:
                ledger.confirm_trigger(line.name, line.file.digest, now=now)
            except ConvledgerError as error:
                return error
            return None

        def done(error: ConvledgerError | None) -> None:
            if error is not None:
                self.books.trouble(error)
                return
            self.books.say(f"{line.name} acts on what happens from now on, on this machine.")
            self.look()

        self.ask("confirm", work, done)


class FactsScreen(Dialog[bool]):
    """Facts by their names; where it `asks`, a rule can be confirmed after they were read."""

    HELP = (
        "A rule does nothing before it was confirmed, once, on this machine; it is then about what "
        "happens from then on. The confirmation is of this very text."
    )
    DEFAULT_CSS = """
    FactsScreen VerticalScroll { height: auto; max-height: 24; scrollbar-size-vertical: 1; }
    FactsScreen Choices { margin: 1 0 0 0; }
    """

    def __init__(self, title: str, facts: Iterable[tuple[str, str]], *, asks: bool = False) -> None:
        super().__init__(title, "tab Next · esc Back" if asks else "esc Back · ↑ ↓ scroll")
        self._facts, self._asks = list(facts), asks

    def parts(self) -> list[Widget]:
        """Return the facts, and the two answers."""
        shown = VerticalScroll(Static(Content("\n").join(self._lines())))
        if not self._asks:
            return [shown]
        return [shown, Choices(("leave", "Back"), ("do", "Confirm: let it do this from now on"))]

    def _lines(self) -> Iterator[Content]:
        for name, text in self._facts:
            yield Content.assemble(
                (f"{display_text(name):<{_LABEL}} ", "$muted"),
                (display_text(veiled(text)), "$foreground"),
            )

    def on_mount(self) -> None:
        """Begin at what does nothing."""
        if self._asks:
            self.query_one("#leave").focus()
        else:
            self.query_one(VerticalScroll).focus()

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "do")


def _firing_facts(one: FiringLine, zone: tzinfo) -> Iterator[tuple[str, str]]:
    """Yield what is known of a firing."""
    firing = one.firing
    yield "rule", firing.rule
    yield "status", f"{firing.status}, {one.words}"
    yield "event", firing.event
    yield "about", firing.subject
    yield "happened", full_moment_text(firing.at, zone)
    for name, at in (("noted", firing.noted_at), ("begun", firing.started_at),
                     ("ended", firing.finished_at)):  # fmt: skip
        if at is not None:
            yield name, full_moment_text(at, zone)
    yield "does", firing.action
    yield "attempts", f"{firing.attempts:,}"
    yield "id", firing.name
    yield "input", firing.input or f"erased; its digest is {firing.input_digest}"
