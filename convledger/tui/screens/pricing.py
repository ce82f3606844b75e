"""What the dialogs for prices share: the model, and how the user's prices.toml is changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from textual.content import Content
from textual.widgets import Static

from convledger import paths
from convledger.errors import ConvledgerError
from convledger.ingest.override_file import PriceChange, change_prices, take_back
from convledger.text.display import clip, display_text
from convledger.tui.amounts import tokens_known
from convledger.tui.undo import Step
from convledger.tui.widgets.dialog import Dialog

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.reports.sources import UnpricedModel
    from convledger.tui.app import ConvledgerApp

_NAME = 40  # cells of a model's name within a sentence


@dataclass(frozen=True, slots=True)
class Done:
    """A change of prices.toml, and whether calls of the model are left without a price."""

    change: PriceChange
    is_still_unpriced: bool


class PricingDialog(Dialog[bool]):
    """Names the model, changes the file, says what that did, and remembers how to undo it."""

    DEFAULT_CSS = """
    PricingDialog #about {
        width: 100%; height: auto; text-wrap: nowrap; text-overflow: ellipsis;
    }
    """

    def __init__(self, title: str, subtitle: str, model: UnpricedModel) -> None:
        super().__init__(title, subtitle)
        self._model = model
        self._is_changing = False

    @property
    def _books(self) -> ConvledgerApp:
        return cast("ConvledgerApp", self.app)

    def _about(self) -> Static:
        model = self._model
        calls = "1 call" if model.calls == 1 else f"{model.calls:,} calls"
        where = f"{display_text(model.source)} · {display_text(model.provider)}"
        known = tokens_known(model.tokens, counted=False, lacking=bool(model.calls_without_tokens))
        words = f"{calls} · {known} tokens · {where}"
        name = (display_text(model.model), "bold $foreground")
        return Static(Content.assemble(name, "\n", (words, "$muted")), id="about")

    def _change(self, words: str, edit: Callable[[str, str], str]) -> None:
        """Have prices.toml changed and everything rated anew; the dialog ends when it is done."""
        if self._is_changing:
            return
        self._is_changing = True
        self._books.ask(
            ("price", id(self)),
            lambda ledger: _changed(ledger, edit, self._model),
            lambda done: self._done(words, done),
            slow=True,
        )

    def _done(self, words: str, done: Done | ConvledgerError) -> None:
        self._is_changing = False
        books = self._books
        if isinstance(done, ConvledgerError):
            books.trouble(done)
            return
        change, rerating = done.change, done.change.rerating
        books.undoing.push(Step(words, lambda ledger: take_back(change, ledger.rerate)))
        result = "nothing changed" if rerating is None else rerating.words()
        rest = "; some of its calls stay without a price" if done.is_still_unpriced else ""
        books.say(f"{words}: {result}{rest}. u takes it back.", seconds=10)
        books.renew()
        if self.is_attached:
            self.dismiss(True)


def short(name: str) -> str:
    """Return a model's name for a sentence."""
    return clip(display_text(name), _NAME)


def _changed(
    ledger: Ledger, edit: Callable[[str, str], str], model: UnpricedModel
) -> Done | ConvledgerError:
    """Change the user's prices and rate anew."""
    try:
        change = change_prices(ledger.workspace / paths.PRICES, edit, ledger.rerate)
        left = ledger.unpriced()
    except ConvledgerError as error:
        return error
    names = (model.source, model.provider, model.model)
    return Done(change, any((one.source, one.provider, one.model) == names for one in left))
