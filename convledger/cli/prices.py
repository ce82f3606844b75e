"""The command `prices`: the prices in force, rating anew, and where the user's own prices go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from convledger import paths
from convledger.cli import chosen, options, streams
from convledger.cli.printing import print_csv, print_json, print_table

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.pricing import PriceLine

NAMES = (
    "provider", "model", "tier_above", "input", "output", "cache_read", "cache_write_5m",
    "cache_write_1h", "effective_from", "source",
)  # fmt: skip
EXAMPLE = """\
[[price]]                       # USD per million tokens, as text: "1.80" is exact
provider = "anthropic"
model = "claude-sonnet-5"
input = "1.80"
output = "9.00"
cache_read = "0.18"
cache_write_5m = "2.25"
note = "negotiated"

[[alias]]                       # a name in the logs that stands for something else
pattern = "my-local-model"
free = true
"""


class PricesGroup(click.Group):
    """Takes a first word that is none of its commands for the model to list."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Let what is no command, a model or an option, stand for the list of it."""
        if args and args[0] not in (*self.commands, "-h", "--help"):
            args = ["list", *args]
        return super().parse_args(ctx, args or ["list"])


@click.group(cls=PricesGroup, short_help="The prices in force; re-rate; where yours go.")
def prices() -> None:
    """List the prices in force of the models used here, or of MODEL: `convledger prices opus`.

    Prices are USD per million tokens. Your own go into prices.toml: `convledger help prices`.
    """


@prices.command(name="list", short_help="List prices (the default).")
@click.argument("model", required=False)
@click.option("--all", "everything", is_flag=True, help="Every model that a price is known for.")
@options.json_flag
@options.csv_flag
def list_(model: str | None, everything: bool, as_json: bool, as_csv: bool) -> int:
    """List the prices in force, yours first: of the models used here, of MODEL, or all."""
    from convledger.clock import now_us
    from convledger.pricing import list_rows

    options.one_form(as_json, as_csv)
    with chosen.open_ledger() as ledger:
        rates = ledger.rates
        rows = list_rows(rates.book, rates.overrides, model, now_us())
        if model is None and not everything:
            used = _used_models(ledger)
            own = rates.overrides.file_name
            rows = [row for row in rows if row.source == own or (row.provider, row.model) in used]
    documents = [{name: getattr(row, name) for name in NAMES} for row in rows]
    if as_json:
        print_json({"schema": 1, "per_tokens": 1_000_000, "prices": documents})
    elif as_csv:
        print_csv(NAMES, [list(document.values()) for document in documents])
    elif rows:
        _print(rows)
    else:
        streams.note(
            "No price is known for such a model. `convledger prices --all` lists all there are."
            if model or everything
            else "No calls yet. `convledger prices --all` lists every price that is known."
        )
    return 0 if rows or not model else 1


@prices.command(short_help="Price a logged name like another model.")
@click.argument("name")
@click.argument("model", required=False)
@click.option("--source", metavar="NAME", help="Only in the logs and exports of this source.")
@click.option("--provider", metavar="NAME", help="Who sells MODEL, where several do.")
@click.option("--free", is_flag=True, help="The name costs nothing; no MODEL then.")
@click.option("--note", metavar="TEXT", default="", help="Why, kept beside it.")
def alias(
    name: str, model: str | None, source: str | None, provider: str | None, free: bool, note: str
) -> None:
    """Price what the logs call NAME like MODEL, and rate every call anew.

    It is written into prices.toml. NAME may be "unknown", with the --source whose calls name no
    model: Claude.ai's exports, for example. Such calls show as estimates.
    """
    from convledger.cli.aliasing import set_alias

    set_alias(name, model, source, provider, free=free, note=note)


@prices.command(short_help="Rate every call with the prices as they stand.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
def rerate(dry_run: bool) -> None:
    """Rate every call anew. A run is appended; what each call cost before stays beside it."""
    from convledger.text.display import display_text

    with chosen.open_ledger() as ledger:
        found = ledger.rerate(dry_run=dry_run)
    if found is None or (dry_run and not found.changed_calls):
        streams.say("Every call is rated with the prices in force: nothing changes.")
        return
    words = display_text(found.words())
    streams.say(f"{'Would be' if dry_run else 'Now'} {words}")


@prices.command(short_help="List the rating runs.")
@options.json_flag
def runs(as_json: bool) -> None:
    """List when everything was rated, why, and what that changed."""
    from convledger.cli.runs import print_runs

    with chosen.open_ledger() as ledger:
        print_runs(ledger, as_json)


@prices.command(short_help="Say where your own prices go.")
def path() -> None:
    """Print where prices.toml is; where there is none yet, an example on standard error."""
    from convledger.text.display import display_text

    place = chosen.folder() / paths.PRICES
    streams.say(display_text(str(place)))
    if not place.exists():
        streams.note("\nThere is no such file yet. It may say, for example:\n")
        streams.note(EXAMPLE)
        streams.note("`convledger help prices` explains it all.")


def _used_models(ledger: Ledger) -> set[tuple[str, str]]:
    """Return (provider, model) as the book has them of every model that the ledger has calls of."""
    from datetime import UTC

    from convledger.clock import now_us
    from convledger.records import Usage
    from convledger.reports.usage import UsageQuery

    rater, used = ledger.rates.rater, set()
    for row in ledger.usage(UsageQuery(("source", "provider", "model"), UTC)).rows:
        source, model = row.keys["source"] or "", row.keys["model"] or ""
        for name in {model, model.removesuffix("-fast")}:
            rated = rater.rate(source, None, name, now_us(), Usage(), "")
            if rated.provider:
                used.add((rated.provider, rated.model))
    return used


def _print(rows: list[PriceLine]) -> None:
    from convledger.reports.render.table import Column

    columns = [
        Column("provider", optional=3),
        Column("model", shrink=True, minimum=18),
        Column("above", "right"),
        *(Column(title, "right") for title in ("input", "output", "cache read")),
        Column("write 5 min", "right", optional=1),
        Column("write 1 h", "right", optional=1),
        Column("since", optional=4),
        Column("from", shrink=True, minimum=8, optional=5),
    ]
    cells = [_cells(row) for row in rows]
    filled = [place for place in range(len(columns)) if any(row[place] for row in cells)]
    print_table(
        [columns[place] for place in filled], [[row[place] for place in filled] for row in cells]
    )
    note = "USD per million tokens"
    if any(row.tier_above is not None for row in rows):
        note += "; above: for requests that send more tokens than that"
    streams.remark(note)


def _cells(row: PriceLine) -> list[str]:
    amounts: list[Any] = [
        row.input, row.output, row.cache_read, row.cache_write_5m, row.cache_write_1h,
    ]  # fmt: skip
    return [
        row.provider,
        row.model,
        "" if row.tier_above is None else f"{row.tier_above:,}",
        *("–" if amount is None else str(amount) for amount in amounts),
        row.effective_from or "",
        row.source,
    ]
