"""Writes a name that stands for a model into prices.toml: `prices alias`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convledger import paths
from convledger.cli import chosen, streams
from convledger.errors import UsageProblem
from convledger.pricing.names import UNNAMED
from convledger.pricing.override_file import NewAlias, with_alias

if TYPE_CHECKING:
    from convledger.ledger import Ledger


def set_alias(
    name: str,
    model: str | None,
    source: str | None,
    provider: str | None,
    *,
    free: bool,
    note: str,
) -> None:
    """Write the alias, rate anew, and say what changed. Raises UsageProblem, ConfigError."""
    from convledger.ingest.override_file import change_prices
    from convledger.text.display import display_text

    if free == (model is not None):
        raise UsageProblem("name the MODEL it costs like, or --free, and not both")
    if source is not None:
        _check_source(source)
    if name.strip().lower() == UNNAMED and source is None:
        raise UsageProblem(
            "calls of different sources that name no model need not be of the same; say which "
            "with --source NAME"
        )
    wanted = NewAlias(name, model, provider, source, note)
    place = chosen.folder() / paths.PRICES
    with chosen.open_ledger() as ledger:
        if model is not None:
            _check_model(ledger, model, source or "", provider)
        change = change_prices(
            place, lambda text, file: with_alias(text, wanted, file), ledger.rerate
        )
    where = f" in {source}" if source else ""
    costs = "costs nothing" if model is None else f"costs like {model}"
    streams.say(display_text(f"{name}{where} {costs}; written to {place}"))
    if change.rerating is None:
        streams.say("Every call is rated with these prices already.")
    else:
        streams.say(display_text(f"Now {change.rerating.words()}"))


def _check_source(source: str) -> None:
    from difflib import get_close_matches

    from convledger.sources.registry import PLACES

    if source not in PLACES:
        near = get_close_matches(source, PLACES, 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise UsageProblem(f"no such source: {source}{hint} Sources are: {', '.join(PLACES)}")


def _check_model(ledger: Ledger, model: str, source: str, provider: str | None) -> None:
    """Refuse a model without a price: an alias to it would say nothing."""
    from convledger.clock import now_us
    from convledger.pricing import list_rows
    from convledger.pricing.likeness import likest
    from convledger.records import Usage

    rates, now = ledger.rates, now_us()
    rated = rates.rater.rate(source, provider, model, now, Usage(input=1, output=1), "")
    if rated.total_pico is not None:
        return
    book = rates.book
    near = likest(list_rows(book, rates.overrides, None, now), model, provider)[:3]
    raise UsageProblem(
        f"no price is known for {model}; near are {', '.join(line.model for line in near)}, and "
        "`convledger prices --all` lists them"
    )
