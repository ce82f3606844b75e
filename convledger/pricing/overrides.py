"""The user's prices.toml: own prices, names and multipliers, checked to the last key."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from decimal import Decimal

import msgspec

from convledger.pricing.modifiers import Modifier
from convledger.pricing.prices import TOKEN_COMPONENTS, PriceSet, TieredPrice
from convledger.pricing.toml_tables import PriceTable
from convledger.toml_tables import parse_toml

PRICE_KEYS = (*TOKEN_COMPONENTS, "cache_write", "web_searches")
SPAN_KEYS = ("effective_from", "effective_to")
KEYS = {
    "price": ("provider", "model", "free", "tier", "note", *PRICE_KEYS, *SPAN_KEYS),
    "tier": ("above", *PRICE_KEYS),
    "alias": ("log", "pattern", "provider", "model", "free", "note"),
    "modifier": ("provider", "model", "when", "multiplier", "components", "note", *SPAN_KEYS),
}
CONTEXT_KEYS = ("speed", "service_tier", "inference_geo", "processing")


class OwnPrice(msgspec.Struct, frozen=True):
    """Prices the user set for one model, between two instants (UTC microseconds, end exclusive)."""

    model: str
    prices: PriceSet
    provider: str | None = None
    free: bool = False
    since: int | None = None
    until: int | None = None
    note: str = ""

    def holds(self, at: int) -> bool:
        """Return whether the price is in force at `at`, end exclusive."""
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


class OwnAlias(msgspec.Struct, frozen=True):
    """What the user says a logged name stands for: another model, or something free."""

    pattern: str
    source: str = "*"
    provider: str | None = None
    model: str | None = None
    free: bool = False


class Overrides(msgspec.Struct, frozen=True):
    """Everything a prices.toml says, and the digest of its meaning."""

    prices: tuple[OwnPrice, ...] = ()
    aliases: tuple[OwnAlias, ...] = ()
    modifiers: tuple[Modifier, ...] = ()
    file_name: str = "prices.toml"

    @property
    def digest(self) -> str:
        """Return the sha256 hex of what the file says, whatever its layout and comments."""
        items: list[OwnPrice | OwnAlias | Modifier]
        items = [*self.prices, *self.aliases, *self.modifiers]
        lines = [_canonical(each) for each in items]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def parse_overrides(text: str, file_name: str = "prices.toml") -> Overrides:
    """Return what `text` says, or raise a ConfigError naming file, table and key."""
    top = PriceTable(file_name, "", parse_toml(text, file_name))
    top.allow_only(("price", "alias", "modifier"))
    return Overrides(
        prices=tuple(_price(each) for each in top.tables("price")),
        aliases=tuple(_alias(each) for each in top.tables("alias")),
        modifiers=tuple(_modifier(each) for each in top.tables("modifier")),
        file_name=file_name,
    )


def _price(table: PriceTable) -> OwnPrice:
    table.allow_only(KEYS["price"])
    since, until = _span(table)
    free = table.flag("free")
    given = _amounts(table)
    tiers = []
    for tier in table.tables("tier"):
        tier.allow_only(KEYS["tier"])
        tiers.append((tier.count("above"), _amounts(tier)))
    if free and (given or tiers):
        raise table.problem("free", "is true, but the table has prices too; keep one of the two")
    if not free and not {"input", "output"} & given.keys():
        raise table.problem("input", 'is missing; a price needs input or output, or "free = true"')
    return OwnPrice(
        model=table.text("model").lower(),
        prices=_tiered(table, given, tiers),
        provider=table.name("provider"),
        free=free,
        since=since,
        until=until,
        note=table.note(),
    )


def _amounts(table: PriceTable) -> dict[str, Decimal]:
    return {key: table.decimal(key) for key in PRICE_KEYS if key in table}


def _tiered(
    table: PriceTable, base: Mapping[str, Decimal], tiers: list[tuple[int, dict[str, Decimal]]]
) -> PriceSet:
    """Return base prices with their tiers; a tier leaves what it does not name as it was."""
    tiers.sort(key=lambda tier: tier[0])
    if len({above for above, _ in tiers}) < len(tiers):
        raise table.problem("tier", 'has the same "above" twice')
    prices = {}
    for key in PRICE_KEYS:
        steps = tuple((above, given[key]) for above, given in tiers if key in given)
        if key in base:
            prices[key] = TieredPrice(base[key], steps)
        elif steps:
            raise table.problem("tier", f"has a price for {key}, but the table has none")
    return prices


def _alias(table: PriceTable) -> OwnAlias:
    table.allow_only(KEYS["alias"])
    table.note()
    free = table.flag("free")
    model = table.name("model")
    if free == (model is not None):
        raise table.problem("model", 'or "free = true" is needed, and not both')
    return OwnAlias(
        pattern=table.text("pattern").lower(),
        source=table.name("log") or "*",
        provider=table.name("provider"),
        model=model,
        free=free,
    )


def _modifier(table: PriceTable) -> Modifier:
    table.allow_only(KEYS["modifier"])
    since, until = _span(table)
    when = table.table("when", '{ inference_geo = "us" }')
    when.allow_only(CONTEXT_KEYS)
    pairs = frozenset((key, when.text(key).lower()) for key in CONTEXT_KEYS if key in when)
    if not pairs:
        raise table.problem("when", 'needs a condition, like { inference_geo = "us" }')
    if ("service_tier", "batch") in pairs:
        pairs = pairs - {("service_tier", "batch")} | {("processing", "batch")}
    return Modifier(
        when=pairs,
        multiplier=table.decimal("multiplier"),
        provider=table.name("provider"),
        model=table.name("model"),
        components=frozenset(table.choices("components", TOKEN_COMPONENTS)),
        since=since,
        until=until,
        note=table.note(),
    )


def _span(table: PriceTable) -> tuple[int | None, int | None]:
    since, until = table.instant("effective_from"), table.instant("effective_to")
    if since is not None and until is not None and until <= since:
        raise table.problem("effective_to", "is not after effective_from")
    return since, until


def _canonical(item: OwnPrice | OwnAlias | Modifier) -> str:
    if isinstance(item, OwnAlias):
        return repr(("alias", item.source, item.pattern, item.provider, item.model, item.free))
    head = (item.provider, item.model, item.since, item.until)
    if isinstance(item, OwnPrice):
        prices = [
            (key, str(price.base.normalize()), [(a, str(p.normalize())) for a, p in price.tiers])
            for key, price in sorted(item.prices.items())
        ]
        return repr(("price", *head, item.free, prices))
    factor = str(item.multiplier.normalize())
    return repr(("modifier", *head, sorted(item.when), factor, sorted(item.components)))
