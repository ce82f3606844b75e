"""The dialog that verifies the audit log, alone or against a head that was kept elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from convledger.errors import ConvledgerError
from convledger.text.display import display_text
from convledger.tui.audit_words import head_typed, verdict_text
from convledger.tui.screens.plan_fields import FieldsDialog
from convledger.tui.widgets.choices import Choices

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.store.audit import Head
    from convledger.store.audit_check import Verdict

Then = Callable[["Verdict", "Head | None"], None]


class VerifyAuditScreen(FieldsDialog):
    """Verifies at once, and again when a head is given; `then` hears what was found."""

    HELP = (
        "Each event is bound to all before it by a hash, and rows are compared with what the log "
        "says of them: what was edited, cut out or put elsewhere is found. A head that you kept "
        "somewhere else shows a cut end and a log written anew as well. It is tamper-evident, not "
        "tamper-proof: whoever can write the file can also write it anew."
    )
    AUTO_FOCUS = "#head"
    DEFAULT_CSS = """
    VerifyAuditScreen > #frame { max-width: 96; }
    VerifyAuditScreen #found { height: auto; max-height: 16; scrollbar-size-vertical: 1; }
    """

    def __init__(self, then: Then) -> None:
        super().__init__("Verify the audit log", "⏎ Verify · tab Next · esc Back")
        self._then = then

    def parts(self) -> list[Widget]:
        """Return the line for a head, what was found, and the two answers."""
        hint = "nothing; or one you kept, like 231:ab12…"
        return [
            Vertical(self.field("head", "kept head", "", hint), id="fields"),
            VerticalScroll(Static("", id="effect"), id="found"),
            Choices(("do", "Verify"), ("leave", "Back")),
        ]

    def on_mount(self) -> None:
        """Verify at once."""
        self.query_one("#head", Input).max_length = 100
        self.query_one("#head", Input).focus()
        self.go_on()

    def effect(self) -> Content:
        """Return that a head is there to be verified against."""
        known = head_typed(self.typed("head"))
        if known is None:
            return Content.styled("⏎ verifies the log by itself.", "$muted")
        return Content.styled(f"⏎ verifies it up to event {known.seq:,}.", "$muted")

    def go_on(self) -> None:
        """Verify."""
        self.show_effect()
        if self.query_one("#do").disabled:
            return
        known = head_typed(self.typed("head"))
        self.query_one("#effect", Static).update(Content.styled("Verifying…", "$muted"))

        def work(ledger: Ledger) -> Verdict | ConvledgerError:
            try:
                return ledger.verify_audit(known)
            except ConvledgerError as error:
                return error

        self.books.ask(
            ("verify", id(self)), work, lambda found: self._tell(found, known), slow=True
        )

    def _tell(self, found: Verdict | ConvledgerError, known: Head | None) -> None:
        if isinstance(found, ConvledgerError):
            self.books.trouble(found)
            return
        self._then(found, known)
        if self.is_attached:
            self.query_one("#effect", Static).update(_words(found, known))


def _words(found: Verdict, known: Head | None) -> Content:
    """Return what was found, each problem with what it means and what to do."""
    if found.is_sound:
        lines = [Content.styled(f"✓ {verdict_text(found, known)}", "$success")]
        lines.append(Content.styled(f"head {found.head}", "$muted"))
        return Content("\n").join(lines)
    lines = [Content.styled(f"✕ {verdict_text(found, known)}", "$error")]
    for each in found.problems:
        lines.append(Content.styled(display_text(each.what), "bold $foreground"))
        lines.append(Content.styled(f"  {display_text(each.meaning)}", "$muted"))
    if found.more:
        lines.append(Content.styled(f"and {found.more:,} more", "$error"))
    return Content("\n").join(lines)
