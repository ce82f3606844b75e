"""The section of hand-offs, of all conversations or of one, and how they are changed."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Static

from convledger.reports.handoffs.known import HandoffQuery
from convledger.text.display import clip, display_text
from convledger.tui.actions import bindings
from convledger.tui.cost_words import title_text
from convledger.tui.handoff_changes import remove_handoff
from convledger.tui.handoff_words import sums_lines
from convledger.tui.screens.handoffs import HandoffRows
from convledger.tui.screens.review_section import Section
from convledger.tui.screens.source_words import counted
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.panel import Panel
from convledger.tui.widgets.rows import Rows
from convledger.workflow.reason_codes import HANDOFFS

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.reports.handoffs.known import Handoff

    Known = tuple[tuple[object, ...], list[Handoff]]

_LOW = 20  # lines below which sums are left out of the dialog
_LONGEST_TITLE = 60


class KnownRows(HandoffRows):
    """The hand-offs, where they are entered and changed."""

    HELP = (
        "Where people took conversations over, the latest first. What nobody has entered is told "
        "by a source or inferred, and says so: e enters it. n enters one, D takes one away and u "
        "brings it back. Enter reads the conversation, w explains its cost."
    )
    DEFAULT_CSS = "KnownRows { background: $background; }"
    is_known = False

    def empty_lines(self) -> list[str]:
        """Say what to do."""
        if not self.is_known:
            return ["Looking at the hand-offs…"]
        return [
            "No person has taken a conversation over, as far as is known.",
            "n enters a hand-off; convledger handoff import takes a file of them.",
        ]


class HandoffsSection(Section):
    """Hand-offs under what they come to; `conversation` names one whose alone they are."""

    SCOPE = "handoffs"
    FIRST = "KnownRows"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("handoffs")]
    DEFAULT_CSS = """
    HandoffsSection #sums { height: auto; padding: 0 1 1 1; color: $foreground; }
    """

    def __init__(
        self,
        zone: tzinfo = UTC,
        *,
        conversation: tuple[int, str] | None = None,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(id=id)
        self._zone, self._conversation = zone, conversation
        self._state: tuple[object, ...] | None = None
        self.sums = Static("", markup=False, id="sums")

    def compose(self) -> ComposeResult:
        """Compose the sums and the list."""
        yield Panel("Hand-offs", self.sums, KnownRows((), self._zone))

    # ---- what is shown

    def look(self) -> None:
        """Ask for the hand-offs, if anything was written since."""
        before, now, zone, own = self._state, self.books.now(), self._zone, self._conversation

        def read(ledger: Ledger) -> Known | None:
            state = ledger.cost_state(now)
            if state == before:
                return None
            if own is not None:
                return state, ledger.handoffs_of(own[0], zone)
            return state, ledger.handoffs(HandoffQuery(zone))

        self.ask("hand-offs", read, self._show)

    def _show(self, known: Known | None) -> None:
        if known is None:
            return
        self._state, found = known
        rows = self.query_one(KnownRows)
        rows.is_known = True
        rows.show(found)
        self.sums.update("\n".join(sums_lines(found)))
        self.sums.display = bool(found)
        self.query_one(Panel).show_counts(counted(len(found), "hand-off"))
        self.post_message(self.Counted())

    @property
    def count(self) -> int | None:
        """How many there are, None while that is not known."""
        return self.query_one(KnownRows).count() if self._state is not None else None

    @on(Rows.Opened)
    def _read_conversation(self) -> None:
        each = self.query_one(KnownRows).chosen
        if each is None:
            self.action_add()
        elif self._conversation is None:
            self.books.open_conversation(each.conversation_id)
        else:
            self.action_edit()

    # ---- actions

    def action_add(self) -> None:
        """Enter a hand-off."""
        self._open_form(None)

    def action_edit(self) -> None:
        """Change the hand-off under the cursor; what nobody has entered is entered."""
        each = self.query_one(KnownRows).chosen
        if each is None:
            self.books.say("No hand-off to change: n enters one.")
        else:
            self._open_form(each)

    def _open_form(self, old: Handoff | None) -> None:
        from convledger.tui.screens.handoff_form import HandoffFormScreen

        def show(codes: list[str]) -> None:
            form = HandoffFormScreen(codes, self._zone, old=old, conversation=self._conversation)
            self.app.push_screen(form, self._kept)

        self.ask("reasons", lambda ledger: ledger.reasons(HANDOFFS), show)

    def _kept(self, is_kept: bool | None) -> None:
        if is_kept:
            self.look()

    def action_remove(self) -> None:
        """Take the hand-off under the cursor away; u brings it back."""
        each, now = self.query_one(KnownRows).chosen, self.books.now
        if each is None:
            self.books.say("No hand-off to take away.")
        elif each.number is None:
            self.books.say(
                f"It is {each.origin}, and nobody has entered it: e does, and says otherwise."
            )
        else:
            self.change("remove", lambda ledger: remove_handoff(ledger, each, now))

    def action_why(self) -> None:
        """Explain the list cost of the conversation under the cursor."""
        from convledger.tui.screens.why import WhyScreen

        each = self.query_one(KnownRows).chosen
        if each is not None:
            title = title_text(each.title, each.conversation)
            self.app.push_screen(WhyScreen(each.conversation, title))
        else:
            self.books.say("No conversation to explain: n enters a hand-off.")


class ConversationHandoffsScreen(Dialog[None]):
    """The hand-offs of one conversation, over its transcript."""

    HELP = "Where a person took this conversation over, and how that is entered or changed."
    BINDINGS: ClassVar[list[BindingType]] = [Binding("u", "app.undo", "Undo", show=False)]
    AUTO_FOCUS: ClassVar[str] = "KnownRows"
    DEFAULT_CSS = """
    ConversationHandoffsScreen > #frame { max-width: 110; height: 60%; padding: 0 1; }
    ConversationHandoffsScreen Panel { border: none; }
    ConversationHandoffsScreen KnownRows { background: $surface; }
    ConversationHandoffsScreen.-low > #frame { width: 100%; height: 100%; max-height: 100%; }
    ConversationHandoffsScreen.-low #sums { height: 0; padding: 0; }
    """

    def __init__(self, conversation_id: int, title: str, zone: tzinfo) -> None:
        keys = "n Enter · e Edit · D Remove · u Undo · w Why · esc Back"
        shown = clip(display_text(title), _LONGEST_TITLE)
        super().__init__(f"Hand-offs of {shown}", keys)
        self._section = HandoffsSection(zone, conversation=(conversation_id, title))
        self._section.add_class("-open")

    def parts(self) -> list[Widget]:
        """Return the section."""
        return [self._section]

    def on_mount(self) -> None:
        """Ask for them."""
        self._section.look()

    def renew(self) -> None:
        """Ask again: something may have been taken back."""
        if self._section.is_attached:
            self._section.look()

    def on_resize(self, event: events.Resize) -> None:
        """Use all of a small screen."""
        self.set_class(event.size.height < _LOW, "-low")
