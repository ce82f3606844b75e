"""A price for a model that has none: set by hand, or taken from a model like it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events, on
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Label, Static

from convledger.pricing import PriceLine, list_rows
from convledger.pricing.likeness import likest
from convledger.pricing.override_file import NewAlias, NewPrice, amount, with_alias, with_price
from convledger.tui.screens.pricing import PricingDialog, short
from convledger.tui.widgets.entry import Entry
from convledger.tui.widgets.priced_rows import PricedRows
from convledger.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.reports.sources import UnpricedModel

FIELDS = (
    ("input", "input", ""),
    ("output", "output", ""),
    ("cache_read", "cache read", "like input"),
    ("cache_write_5m", "cache write, 5 min", "like input"),
    ("cache_write_1h", "cache write, 1 hour", "like input"),
)
NO_PROVIDER = "unknown"  # how calls are counted whose provider no log and no price list names
LOW = 18  # lines of a screen below which the fields scroll


class PriceScreen(PricingDialog):
    """Prices per million tokens for a model."""

    DEFAULT_CSS = """
    PriceScreen > #frame { max-width: 64; }
    PriceScreen VerticalScroll { height: auto; max-height: 1fr; scrollbar-size-vertical: 1; }
    PriceScreen #fields { height: auto; padding: 1 0; }
    PriceScreen .field { height: 1; }
    PriceScreen Label { width: 21; color: $muted; }
    PriceScreen #problem { width: 100%; height: auto; color: $error; display: none; }
    PriceScreen #answers { height: 1; margin-top: 1; }
    PriceScreen.-low > #frame { padding: 0 1; }
    PriceScreen.-low #fields { padding: 0; }
    PriceScreen.-tiny > #frame { height: 100%; max-height: 100%; }
    PriceScreen.-tiny VerticalScroll { height: 1fr; }
    PriceScreen.-tiny #answers { margin-top: 0; }
    """
    CSS = """
    PriceScreen Input, PriceScreen Input:focus {
        border: none; height: 1; padding: 0 1; width: 1fr; background: $panel;
    }
    PriceScreen Input:focus { background: $cursor; }
    PriceScreen Button { margin-right: 2; background: $panel; color: $foreground; }
    PriceScreen Button:focus { background: $primary; color: $background; text-style: bold; }
    """

    def __init__(self, model: UnpricedModel) -> None:
        super().__init__("Set price · $ per million tokens", "⏎ Set · tab Next · esc Back", model)

    def parts(self) -> list[Widget]:
        """Return the model, a field for each price, and the two answers."""
        fields = [
            Horizontal(
                Label(label),
                Input(id=key, placeholder=default),
                classes="field",
            )
            for key, label, default in FIELDS
        ]
        note = Input(id="note", placeholder="where the price is from", max_length=200)
        fields.append(Horizontal(Label("note"), note, classes="field"))
        return [
            VerticalScroll(self._about(), Vertical(*fields, id="fields"), can_focus=False),
            Static(id="problem"),
            Horizontal(
                Button("Set price", id="set", compact=True),
                Button("Leave", id="leave", compact=True),
                id="answers",
            ),
        ]

    def on_mount(self) -> None:
        """Begin with the price of input."""
        self.query_one("#input", Input).focus()

    def on_resize(self, event: events.Resize) -> None:
        """Keep the answers in sight on a very low screen."""
        self.set_class(event.size.height < LOW, "-tiny")

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self._set()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "set":
            self._set()
        else:
            self.dismiss(None)

    def _set(self) -> None:
        amounts = {}
        for key, label, default in FIELDS:
            field = self.query_one(f"#{key}", Input)
            if not field.value.strip() and default:
                continue
            try:
                amounts[key] = amount(field.value)
            except ValueError as error:
                self._complain(f"{label} {error}", field)
                return
        model = self._model
        provider = None if model.provider == NO_PROVIDER else model.provider
        price = NewPrice(model.model, amounts, provider, self.query_one("#note", Input).value)
        words = f"{short(model.model)} has a price"
        self._change(words, lambda text, name: with_price(text, price, name))

    def _complain(self, words: str, field: Input) -> None:
        problem = self.query_one("#problem", Static)
        problem.update(Content(f"✕ {words}"))
        problem.display = True
        field.focus()


class AliasScreen(PricingDialog):
    """A model of the price list to price another one like."""

    DEFAULT_CSS = """
    AliasScreen > #frame { height: 90%; max-width: 90; padding: 0 1; }
    AliasScreen #about { padding: 0 1 1 1; }
    AliasScreen #line { height: 2; padding: 0 1; }
    AliasScreen Label { width: auto; color: $muted; padding: 0 1 0 0; }
    AliasScreen PricedRows { background: $surface; }
    AliasScreen.-low > #frame { height: 100%; }
    AliasScreen.-low #about { padding: 0 1; }
    """
    CSS = """
    AliasScreen Input, AliasScreen Input:focus {
        border: none; height: 1; padding: 0; width: 1fr; background: $surface;
    }
    """

    def __init__(self, model: UnpricedModel) -> None:
        super().__init__("Price like another model", "⏎ Price it like this · esc Back", model)

    def parts(self) -> list[Widget]:
        """Return the model, a line to narrow the list by, and the list."""
        typed = Entry(placeholder="part of a name")
        return [self._about(), Horizontal(Label("costs like"), typed, id="line"), PricedRows()]

    def on_mount(self) -> None:
        """Open the price list; let a person type meanwhile."""
        self.query_one(Input).focus()
        now, name = self._books.now(), self._model.model
        self._books.ask(
            ("alias", id(self)), lambda ledger: _like(ledger, name, now), self._show, slow=True
        )

    def _show(self, lines: list[PriceLine]) -> None:
        if self.is_attached:
            self.query_one(PricedRows).show(lines)

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        self.query_one(PricedRows).narrow(event.value)

    @on(Input.Submitted)
    def _into_the_list(self) -> None:
        self.query_one(PricedRows).focus()

    @on(Rows.Opened)
    def _choose(self, event: Rows.Opened) -> None:
        line, model = self.query_one(PricedRows).chosen(event.index), self._model
        name = short(model.model)
        if line is None:
            alias = NewAlias(model.model, log=model.source)
            words = f"{name} costs nothing"
        else:
            alias = NewAlias(model.model, line.model, line.provider, model.source)
            words = f"{name} costs like {short(line.model)}"
        self._change(words, lambda text, file: with_alias(text, alias, file))


def _like(ledger: Ledger, name: str, now: int) -> list[PriceLine]:
    """Return the models of the shipped price list, those most like a name first."""
    book = ledger.rates.book
    maker = book.serving(name.lower())
    return likest(list_rows(book, None, None, now), name, maker.id if maker else None)
