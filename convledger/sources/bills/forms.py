"""The tables that providers are known to export, told by the names of their columns.

Names are compared without regard to case, order, underscores and further columns.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from convledger.economics.reconciling import (
    CALLS,
    COST,
    INPUT,
    OUTPUT,
    READ,
    REQUESTS,
    WRITE,
    WRITE_1H,
    WRITE_5M,
)
from convledger.sources.bills.records import CURRENCY, DAY, MODEL
from convledger.sources.cursor.usage_table import NEEDED as OF_CURSOR
from convledger.sources.table.words import plain_name

ANTHROPIC, OPENAI, CURSOR = "anthropic", "openai", "cursor"
COPILOT, LITELLM, TABLE = "copilot", "litellm", "table"
PROVIDERS = (ANTHROPIC, OPENAI, CURSOR, COPILOT, LITELLM, TABLE)
SELLERS = {ANTHROPIC: ("anthropic",), OPENAI: ("openai",)}
# Who resells everybody's models is only told apart by where the calls were logged.
SOURCES = {CURSOR: ("cursor",), COPILOT: ("copilot-chat", "copilot-cli"), LITELLM: ("litellm",)}


class Form(Struct, frozen=True):
    """A known table: the columns by which it is told, and what its columns mean.

    Of several columns for one meaning the first that is there counts.
    """

    provider: str
    title: str
    needs: frozenset[str]
    columns: dict[str, tuple[str, ...]]
    input_is_all: bool = False
    currency: str = "USD"
    note: str = ""

    def found(self, header: Iterable[str]) -> dict[str, str]:
        """Return the columns of a header by what they mean."""
        there = {plain_name(name): name for name in reversed(list(header))}
        chosen = {}
        for meaning, names in self.columns.items():
            name = next((there[each] for each in names if each in there), None)
            if name is not None:
                chosen[meaning] = name
        return chosen


# The console's usage page exports tokens by UTC day, model version, key and workspace; all kinds
# are disjoint. An earlier export had one column for all cache writes.
ANTHROPIC_USAGE = Form(
    ANTHROPIC,
    "usage export of the Anthropic console",
    frozenset({"usage date utc", "usage input tokens no cache", "usage output tokens"}),
    {
        DAY: ("usage date utc",),
        MODEL: ("model version", "model"),
        INPUT: ("usage input tokens no cache",),
        READ: ("usage input tokens cache read",),
        WRITE_5M: ("usage input tokens cache write 5m",),
        WRITE_1H: ("usage input tokens cache write 1h",),
        WRITE: ("usage input tokens cache write",),
        OUTPUT: ("usage output tokens",),
    },
)
# The cost page exports a row for each UTC day, model (its display name), key and type of token;
# `cost_usd` is what is charged, `list_price_usd` stands beside it.
ANTHROPIC_COST = Form(
    ANTHROPIC,
    "cost export of the Anthropic console",
    frozenset({"usage date utc", "cost usd"}),
    {DAY: ("usage date utc",), MODEL: ("model", "model version"), COST: ("cost usd",)},
)
# The usage page exports buckets of a day (UTC) as the organisation's usage API does: input tokens
# hold the cached ones and those written to the cache. Buckets without usage are empty rows.
OPENAI_USAGE = Form(
    OPENAI,
    "usage export of the OpenAI platform",
    frozenset({"num model requests", "input tokens", "output tokens"}),
    {
        DAY: ("start time iso", "start time"),
        MODEL: ("model",),
        INPUT: ("input tokens",),
        READ: ("input cached tokens",),
        WRITE: ("input cache write tokens",),
        OUTPUT: ("output tokens",),
        CALLS: ("num model requests",),
    },
    input_is_all=True,
)
# The activity export of earlier years; its context tokens hold the cached ones.
OPENAI_ACTIVITY = Form(
    OPENAI,
    "activity export of the OpenAI platform",
    frozenset({"n context tokens total", "n generated tokens total"}),
    {
        DAY: ("timestamp", "aggregation timestamp", "usage date", "date"),
        MODEL: ("snapshot id", "model"),
        INPUT: ("n context tokens total",),
        READ: ("n cached context tokens total",),
        OUTPUT: ("n generated tokens total",),
        CALLS: ("n requests", "num requests"),
    },
    input_is_all=True,
)
# The cost page exports buckets of a day (UTC) as the organisation's costs API does. Grouped by
# line item, these read "gpt-4o-mini-2024-07-18, cached input", some with "priority | " before.
OPENAI_COST = Form(
    OPENAI,
    "cost export of the OpenAI platform",
    frozenset({"amount value", "amount currency"}),
    {
        DAY: ("start time iso", "start time"),
        MODEL: ("line item",),
        COST: ("amount value",),
        CURRENCY: ("amount currency",),
    },
)
# The cost export of earlier years: `cost` counts cents, `cost_in_major` dollars.
OPENAI_OLD_COST = Form(
    OPENAI,
    "earlier cost export of the OpenAI platform",
    frozenset({"cost in major", "name"}),
    {
        DAY: ("date", "timestamp"),
        MODEL: ("name",),
        COST: ("cost in major",),
        CURRENCY: ("currency",),
    },
)
# GitHub's billing reports (docs: "Billing reports reference") have a row a day (UTC), model and
# user. Gross amounts are before the allowance of the plan, which is what list prices compare with.
# Newer reports tell disjoint tokens too.
COPILOT_BILLING = Form(
    COPILOT,
    "usage report of GitHub Copilot",
    frozenset({"sku", "quantity", "unit type", "gross amount", "model"}),
    {
        DAY: ("date",),
        MODEL: ("model",),
        INPUT: ("input",),
        READ: ("cache read",),
        WRITE: ("cache write",),
        OUTPUT: ("output",),
        COST: ("gross amount",),
        REQUESTS: ("quantity",),
        "unit": ("unit type",),
        "product": ("product",),
    },
    note="Copilot's money is the gross amount: before the allowance of the plan.",
)
# The report of earlier years: one row a request, with its multiplier.
COPILOT_REQUESTS = Form(
    COPILOT,
    "premium request report of GitHub Copilot",
    frozenset({"timestamp", "model", "requests used"}),
    {DAY: ("timestamp",), MODEL: ("model",), REQUESTS: ("requests used",)},
)
FORMS = (
    ANTHROPIC_USAGE, ANTHROPIC_COST, OPENAI_USAGE, OPENAI_ACTIVITY, OPENAI_COST, OPENAI_OLD_COST,
    COPILOT_BILLING, COPILOT_REQUESTS,
)  # fmt: skip
OF_LITELLM = frozenset({"request id", "call type", "spend"})


def form_of(header: Iterable[str], provider: str = "") -> Form | None:
    """Return the known table that a header is of, None where it is none."""
    names = {plain_name(name) for name in header}
    fitting = [form for form in FORMS if form.needs <= names and provider in ("", form.provider)]
    return max(fitting, key=lambda form: len(form.needs), default=None)


def is_of_cursor(header: Iterable[str]) -> bool:
    """Tell whether a header is that of the export of Cursor's dashboard."""
    return {name.strip().lower() for name in header} >= OF_CURSOR


def is_of_litellm(header: Iterable[str]) -> bool:
    """Tell whether a header is that of LiteLLM's spend logs."""
    return {plain_name(name) for name in header} >= OF_LITELLM
