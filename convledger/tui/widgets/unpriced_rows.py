"""The models without a known price, in a list: how much of each was used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convledger.text.display import display_text
from convledger.tui.amounts import tokens_known
from convledger.tui.widgets.rows import RowLine, Rows
from convledger.tui.widgets.source_rows import title_of

if TYPE_CHECKING:
    from convledger.reports.sources import UnpricedModel


class UnpricedRows(Rows):
    """Two lines a model, the most used first."""

    HELP = (
        "Models that no price is known for. Their calls cost – and are in no sum of money. p sets "
        "a price, a prices the model like another one or says that it costs nothing. Tokens – are "
        "in no source: t counts them from the texts, marked ~, or leaves them unknown."
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._models: list[UnpricedModel] = []

    def show(self, models: list[UnpricedModel]) -> None:
        """Show other models."""
        self._models = models
        self.renew()

    def chosen(self) -> UnpricedModel | None:
        """Return the model under the cursor, None where there is none."""
        return self._models[self.cursor] if 0 <= self.cursor < len(self._models) else None

    def count(self) -> int:
        """Return how many models there are."""
        return len(self._models)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return model and calls, then where it was used and its tokens."""
        del cells
        model = self._models[index]
        calls = "1 call" if model.calls == 1 else f"{model.calls:,} calls"
        title = display_text(title_of(model.source))
        where = f"  {title} · {display_text(model.provider)}"
        if model.is_unnamed:
            where = f"  {title} names no model: a says it once"
        known = tokens_known(model.tokens, counted=False, lacking=bool(model.calls_without_tokens))
        return [
            RowLine(
                [("– ", "$accent"), (display_text(model.model) or "no name", "$foreground")],
                [(f"  {calls}", "$foreground")],
            ),
            RowLine([(where, "$muted")], [(f"  {known} tokens", "$muted")]),
        ]

    def empty_lines(self) -> list[str]:
        """Return the good news."""
        return ["None.", "A price is known for every model."]
