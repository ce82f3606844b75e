"""The dialog for one hand-off: when, from whom to whom, why, how long, how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

from textual import events
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from convledger.clock import to_datetime
from convledger.errors import UsageProblem
from convledger.reports.handoffs.typed import instant_typed
from convledger.text.display import clip, display_text
from convledger.tui.cost_words import title_text
from convledger.tui.credit_words import moment_text
from convledger.tui.handoff_changes import edit_handoff, enter_handoff
from convledger.tui.handoff_words import seconds_text
from convledger.tui.review_typed import (
    field_of_note,
    hint_of_note,
    minutes_typed,
    typed_reasons,
    typed_seconds,
)
from convledger.tui.screens.plan_fields import FieldsDialog, NotYet
from convledger.tui.widgets.choices import Choices
from convledger.workflow.entered_text import LONGEST_NOTE

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.reports.handoffs.known import Handoff
    from convledger.tui.undo import Step

_LONGEST_TITLE = 44
_HIDDEN = ("note", "outcome")  # lines that may hold a secret


class HandoffFormScreen(FieldsDialog):
    """Enters a hand-off, or changes one; what is told or inferred is entered by it."""

    HELP = (
        "A person took a conversation over from a bot. The time of handling counts as people's "
        "time. Reasons are a list that `convledger handoff reasons` changes; type as many letters "
        "as tell one apart. What nobody knows stays empty."
    )
    AUTO_FOCUS = "#person"
    DEFAULT_CSS = """
    HandoffFormScreen #effect { min-height: 2; }
    HandoffFormScreen.-named .field Label { width: 13; }
    HandoffFormScreen.-short > #frame { height: 100%; max-height: 100%; padding: 0 1; }
    HandoffFormScreen.-short #fields { margin: 0; }
    HandoffFormScreen.-short #effect { margin: 0; }
    """

    def __init__(
        self,
        codes: Sequence[str],
        zone: tzinfo,
        *,
        old: Handoff | None = None,
        conversation: tuple[int, str] | None = None,
    ) -> None:
        """`conversation` is the number and title of the one that it is for, if that is known."""
        title = "Enter a hand-off"
        if old is not None:
            verb = "Enter what is" if old.number is None else "Change"
            name = old.origin if old.number is None else f"hand-off {old.number}"
            title = f"{verb} {name} · {clip(title_text(old.title, old.conversation), 40)}"
        elif conversation is not None:
            title += f" · {clip(display_text(conversation[1]), _LONGEST_TITLE)}"
        super().__init__(title, "⏎ Keep · tab Next · esc Back")
        self._codes, self._zone, self._old = codes, zone, old
        self._conversation = conversation[0] if conversation is not None else None
        if old is not None:
            self._conversation = old.conversation_id

    def parts(self) -> list[Widget]:
        """Return the lines, what will be kept, and the two answers."""
        old = self._old
        texts = {name: getattr(old, name) if old is not None else "" for name in
                 ("person", "model", "reason", *_HIDDEN)}  # fmt: skip
        hints = {"note": "what you want to remember of it", "outcome": "how it ended"}
        for name in _HIDDEN:
            shown, is_hidden = field_of_note(texts[name])
            if is_hidden:
                hints[name] = hint_of_note(texts[name])
            texts[name] = shown
        wait = minutes_typed(old.wait_seconds) if old is not None else ""
        handle = minutes_typed(old.handle_seconds) if old is not None else ""
        lines = [
            self.field("at", "when", self._at_typed(), "what its source tells, else now"),
            self.field("person", "to", texts["person"], "who took over"),
            self.field("model", "from", texts["model"], "the model that was called last"),
            self.field("reason", "reason", texts["reason"], ", ".join(self._codes)),
            self.field("wait", "waited", wait, "not known; or 5, 90s, 1h20m"),
            self.field("handle", "handled", handle, "not known; or 12, 1h20m"),
            self.field("outcome", "outcome", texts["outcome"], hints["outcome"]),
            self.field("note", "note", texts["note"], hints["note"]),
        ]
        if self._conversation is None:
            hint = "its name, or the beginning of it"
            lines.insert(0, self.field("conversation", "conversation", "", hint))
        return [
            Vertical(*lines, id="fields"),
            Static("", id="effect"),
            Choices(("do", "Keep"), ("leave", "Back")),
        ]

    def _at_typed(self) -> str:
        """Return when it was as it would be typed."""
        if self._old is None or self._old.at is None:
            return ""
        return f"{to_datetime(self._old.at).astimezone(self._zone):%Y-%m-%d %H:%M}"

    def on_mount(self) -> None:
        """Let a person type at once."""
        self.set_class(self._conversation is None, "-named")  # "conversation" is the longest name
        self.query_one("#note", Input).max_length = LONGEST_NOTE
        first = "#conversation" if self._conversation is None else "#person"
        self.query_one(first, Input).focus()
        self.show_effect()

    def on_resize(self, event: events.Resize) -> None:
        """Use all of a small screen."""
        super().on_resize(event)
        self.set_class(event.size.height < 20, "-short")

    def _typed(self) -> dict[str, Any]:
        """Return the fields of the hand-off; raises UsageProblem for a mistake."""
        old = self._old
        codes = [*self._codes, *([old.reason] if old is not None and old.reason else [])]
        reasons = typed_reasons(self.typed("reason"), codes)
        if len(reasons) > 1:
            raise UsageProblem("one reason says why: which of them?")
        said: dict[str, Any] = {
            "at": self._at(),
            "person": self.typed("person"),
            "model": self.typed("model"),
            "reason": reasons[0] if reasons else "",
            "wait_seconds": typed_seconds(self.typed("wait"), "waited"),
            "handle_seconds": typed_seconds(self.typed("handle"), "handled"),
        }
        for name in _HIDDEN:
            said[name] = self.typed(name)
            if not said[name] and old is not None and field_of_note(getattr(old, name))[1]:
                said[name] = getattr(old, name)
        return said

    def _at(self) -> int | None:
        """Return the instant that is typed; the minute that stands there means the old one."""
        typed, now = self.typed("at"), self.books.now()
        if not typed:
            return None
        if self._old is not None and typed == self._at_typed():
            return self._old.at
        return instant_typed(typed, self._zone, now)

    def effect(self) -> Content:
        """Return what will be kept."""
        said = self._typed()
        if self._conversation is None and not self.typed("conversation"):
            raise NotYet("Say which conversation: its name, as `convledger show` takes it.")
        at = "when its source tells, else now"
        if said["at"] is not None:
            at = moment_text(said["at"], self._zone)
        facts = [said["reason"], said["person"] and f"to {said['person']}"]
        if said["wait_seconds"] is not None:
            facts.append(f"waited {seconds_text(said['wait_seconds'])}")
        if said["handle_seconds"] is not None:
            facts.append(f"handled {seconds_text(said['handle_seconds'])}, people's time")
        words = " · ".join(display_text(fact) for fact in facts if fact)
        return Content.assemble(
            (at, "bold $foreground"), (f" · {words}" if words else "", "$muted")
        )

    def go_on(self) -> None:
        """Keep it."""
        self.show_effect()
        if self.query_one("#do").disabled:
            return
        said = self._typed()
        name = "" if self._conversation is not None else self.typed("conversation")
        self.do(lambda ledger: self._keep(ledger, said, name))

    def _keep(self, ledger: Ledger, said: dict[str, Any], name: str) -> Step:
        number, now, old = self._conversation, self.books.now, self._old
        if old is not None and old.number is not None:
            if said["at"] is None:
                said = {key: value for key, value in said.items() if key != "at"}
            return edit_handoff(ledger, old.number, said, self._zone, now)
        if number is None:
            number = ledger.costed_conversation(name)
        return enter_handoff(ledger, number, said, self._zone, now)
