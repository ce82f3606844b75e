"""What the dialogs for plans share: named lines to type in, what is wrong, and doing it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import tzinfo
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, TypeVar, cast

from textual import events, on
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Label, Static

from convledger.errors import ConvledgerError, UsageProblem
from convledger.money import PICO, pico_from_usd
from convledger.reports.periods import read_since, read_until
from convledger.text.display import display_text
from convledger.tui.undo import Step
from convledger.tui.widgets.choices import Choices
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.filter_line import LeadingInput

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.tui.app import ConvledgerApp

Answer = TypeVar("Answer")
NARROW = 64  # cells of the screen below which a line has no room for more than a few words
LOW = 20  # lines of the screen below which a dialog has no air in it
_MOST = 10**12  # credits or money that a person can mean
_LONGEST = 40
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_CLAUSE = re.compile("[;,]")


class NotYet(UsageProblem):
    """Something is still to be typed or chosen: nobody has made a mistake."""


class FieldsDialog(Dialog[bool]):
    """A dialog of named lines whose work is done by the ledger and can be taken back."""

    SLOW = True  # whether its work belongs into the thread of what takes long

    DEFAULT_CSS = """
    FieldsDialog > #frame { max-width: 76; }
    FieldsDialog .field { height: 1; }
    FieldsDialog .field Label { width: 12; color: $muted; }
    FieldsDialog LeadingInput { background: $panel; padding: 0 1; }
    FieldsDialog LeadingInput:focus { background: $cursor; }
    FieldsDialog #effect { width: 100%; height: auto; min-height: 1; margin: 1 0; }
    FieldsDialog #fields { height: auto; margin: 1 0 0 0; }
    FieldsDialog.-tiny > #frame { padding: 0 1; width: 100%; max-height: 100%; }
    FieldsDialog.-tiny #effect, FieldsDialog.-tiny #fields { margin: 0; }
    """

    def __init__(self, title: str, subtitle: str) -> None:
        super().__init__(title, subtitle)
        self._is_working = False
        self._hints: dict[str, str] = {}

    @property
    def books(self) -> ConvledgerApp:
        """The app, by its own type."""
        return cast("ConvledgerApp", self.app)

    def field(self, key: str, label: str, value: str = "", hint: str = "") -> Widget:
        """Return a line to type in with its name before it."""
        line = LeadingInput(value, max_length=200)
        line.id = key
        line.placeholder = self._hints[key] = hint
        return Horizontal(Label(label), line, classes="field")

    def typed(self, key: str) -> str:
        """Return what stands in a line."""
        return self.query_one(f"#{key}", Input).value.strip()

    def on_resize(self, event: events.Resize) -> None:
        """Leave out what is only air on a small screen, and all but the first words of hints."""
        self.set_class(event.size.height < LOW, "-tiny")
        for key in self._hints:
            self.hint(key, self._hints[key])

    def hint(self, key: str, words: str) -> None:
        """Show what is meant by nothing in a line, or what may be typed there."""
        self._hints[key] = words
        shown = _CLAUSE.split(words)[0] if self.app.size.width < NARROW else words
        self.query_one(f"#{key}", Input).placeholder = shown

    # ---- what it will do

    def effect(self) -> Content:
        """Return what will be done as the dialog stands; raises UsageProblem for a mistake."""
        raise NotImplementedError

    def show_effect(self) -> None:
        """Say what will be done, or what is wrong; the button works where nothing is."""
        try:
            content, is_right = self.effect(), True
        except NotYet as missing:
            content, is_right = Content.styled(str(missing), "$muted"), False
        except UsageProblem as problem:
            content, is_right = _wrong(str(problem)), False
        self.query_one("#effect", Static).update(content)
        self.query_one(Choices).allow("do", is_right)

    @on(Input.Changed)
    def _changed(self) -> None:
        self.show_effect()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.go_on()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "leave":
            self.action_leave()
        else:
            self.go_on()

    def go_on(self) -> None:
        """Do it, unless something is wrong."""
        raise NotImplementedError

    # ---- doing it

    def do(self, work: Callable[[Ledger], Step], then: str = "") -> None:
        """Have the work done by the ledger; the dialog ends when it is, and u takes it back.

        What the ledger refuses stands in the dialog, which stays.
        """
        if self._is_working:
            return
        self._is_working = True

        def attempt(ledger: Ledger) -> Step | ConvledgerError:
            try:
                return work(ledger)
            except ConvledgerError as error:
                return error

        asker = (type(self).__name__, id(self))
        self.books.ask(asker, attempt, lambda done: self._done(done, then), slow=self.SLOW)

    def _done(self, done: Step | ConvledgerError, then: str) -> None:
        self._is_working = False
        books = self.books
        if isinstance(done, ConvledgerError):
            if self.is_attached:
                self.query_one("#effect", Static).update(_wrong(str(done)))
            else:
                books.trouble(done)
            return
        books.undoing.push(done)
        books.say(f"{done.words}{then} · u takes it back")
        books.renew()
        if self.is_attached:
            self.dismiss(True)


def _wrong(words: str) -> Content:
    return Content.styled(f"✕ {display_text(words)}", "$error")


def amount_of(text: str, what: str, *, signed: bool = False) -> int:
    """Return a typed amount ("1,250.5") as picounits; raises UsageProblem in words."""
    written = text.strip().replace("−", "-").lstrip("$€£")
    if "," in written and not _GROUPED.fullmatch(written):
        raise UsageProblem(f"{what} has a comma that parts no thousands: write 1250 or 1,250.50")
    plain = written.replace(",", "")
    try:
        amount = Decimal(plain) if len(plain) <= _LONGEST else Decimal("NaN")
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or abs(amount) > _MOST:
        raise UsageProblem(f"{what} must be a number like 100 or 2.50")
    if not signed and amount < 0:
        raise UsageProblem(f"{what} can't be less than nothing")
    pico = pico_from_usd(amount)
    if Decimal(pico) != amount * PICO:
        raise UsageProblem(f"{what} has more than twelve places")
    return pico


def instant_of(text: str, what: str, zone: tzinfo, now: int, *, ends: bool = False) -> int:
    """Return a typed day or instant; a day that `ends` something is included whole."""
    try:
        return (read_until if ends else read_since)(text, zone, now)
    except UsageProblem:
        raise UsageProblem(
            f"{what} must be a day like 2026-11-20, or an instant like 2026-11-20T09:00"
        ) from None
