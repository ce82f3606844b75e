"""The compiled price book: read once, unpacked provider by provider when one is asked for."""

from __future__ import annotations

import hashlib
import zlib
from datetime import date
from decimal import Decimal
from functools import cached_property

import msgspec

from convledger.errors import ConvledgerError
from convledger.pricing.match import Clause, Fit, accepts, fit, repair_compact_date
from convledger.pricing.modifiers import Modifier
from convledger.pricing.prices import (
    TOKEN_COMPONENTS,
    PriceRow,
    PriceSet,
    PriceVariant,
    TieredPrice,
    start_of,
)

FORMAT = 1
LARGEST_BOOK = 64 * 1024 * 1024
COMPONENT_OF_KEY = {
    "i": "input",
    "o": "output",
    "r": "cache_read",
    "w": "cache_write",
    "5": "cache_write_5m",
    "h": "cache_write_1h",
    "s": "web_searches",
    "q": "requests",
}


class _Meta(msgspec.Struct):
    format: int
    name: str
    version: str
    licence: str
    retrieved: str


class _File(msgspec.Struct):
    meta: _Meta
    rows: msgspec.Raw


class _Provider(msgspec.Struct):
    id: str
    models: msgspec.Raw
    named: Clause | None = None
    serves: Clause | None = None
    fallback: tuple[str, ...] = ()


class Alias(msgspec.Struct, frozen=True, kw_only=True):
    """A name that logs of a source use, and the model (or nothing to pay) that it stands for."""

    pattern: str
    source: str = "*"
    provider: str | None = None
    model: str | None = None
    free: bool = False
    confidence: str = "alias"


class DefaultProvider(msgspec.Struct, frozen=True):
    """The provider of a model name when the log of a source names none."""

    source: str
    pattern: str
    provider: str


class Fee(msgspec.Struct, frozen=True):
    """A tool fee, USD per 1000 uses, that the book's own rows lack."""

    provider: str
    model: str
    component: str
    price: str


class _Modifier(msgspec.Struct):
    when: dict[str, str]
    multiplier: str
    provider: str | None = None
    model: str | None = None
    components: tuple[str, ...] = TOKEN_COMPONENTS
    note: str = ""


class _Rows(msgspec.Struct):
    providers: list[_Provider]
    aliases: list[Alias]
    defaults: list[DefaultProvider]
    provider_names: dict[str, str]
    local_runtimes: list[str]
    silent_providers: list[str]
    modifiers: list[_Modifier]
    fees: list[Fee]


Constraint = None | str | tuple[int, int]
PackedPrices = dict[str, str | list[str | tuple[int, str]]]
PackedRow = tuple[Constraint, PackedPrices]
PackedVariant = tuple[dict[str, str], Constraint, PackedPrices]


class PackedModel(msgspec.Struct, array_like=True):
    """A model as the file has it: identity and rule, and rows that are unpacked on demand."""

    id: str
    clause: Clause
    rows: list[PackedRow]
    variants: list[PackedVariant] = []


class Model:
    """A model of a provider with its dated rows and context variants."""

    def __init__(self, provider: str, packed: PackedModel) -> None:
        self.provider = provider
        self.id = packed.id
        self.clause = packed.clause
        self._packed = packed

    @cached_property
    def rows(self) -> tuple[PriceRow, ...]:
        """The standard prices, in the book's order: a later row in force wins."""
        return tuple(_row(constraint, prices) for constraint, prices in self._packed.rows)

    @cached_property
    def variants(self) -> tuple[PriceVariant, ...]:
        """The prices for request contexts, in the book's order: an earlier one wins."""
        return tuple(
            PriceVariant(tuple(sorted(when.items())), _row(constraint, prices))
            for when, constraint, prices in self._packed.variants
        )


class Provider:
    """A seller of models, with the rules that find it and its models by name."""

    def __init__(self, packed: _Provider) -> None:
        self.id = packed.id
        self.fallback = packed.fallback
        self.named = packed.named
        self.serves = packed.serves
        self._packed = packed

    @cached_property
    def models(self) -> list[Model]:
        """Every model, in the book's order."""
        packed = msgspec.json.decode(self._packed.models, type=list[PackedModel])
        return [Model(self.id, each) for each in packed]

    @cached_property
    def _by_id(self) -> dict[str, Model]:
        return {model.id.lower(): model for model in reversed(self.models)}

    def find(self, name: str) -> tuple[Model, Fit, bool] | None:
        """Return the model for a lower-case name, how well it fits, whether it is its id."""
        model = self._by_id.get(name)
        if model is not None:
            return model, Fit.EXACT, True
        for model in self.models:
            found = fit(model.clause, name)
            if found is not Fit.NONE:
                return model, found, False
        return None


class PriceBook:
    """Prices of many providers, with our aliases and extras, named by a digest."""

    def __init__(self, meta: _Meta, rows: _Rows, digest: str) -> None:
        self.name = meta.name
        self.version = meta.version
        self.licence = meta.licence
        self.retrieved = meta.retrieved
        self.digest = digest
        self.aliases = rows.aliases
        self.defaults = rows.defaults
        self.fees = rows.fees
        self.local_runtimes = frozenset(rows.local_runtimes)
        self.silent_providers = frozenset(rows.silent_providers)
        self.modifiers = [_modifier(each) for each in rows.modifiers]
        self.providers = {each.id: Provider(each) for each in rows.providers}
        self._provider_names = rows.provider_names

    @classmethod
    def from_bytes(cls, data: bytes) -> PriceBook:
        """Return the book in gzipped `data`; anything else raises a ConvledgerError."""
        try:
            file = msgspec.json.decode(_unpacked(data), type=_File)
            if file.meta.format != FORMAT:
                raise ConvledgerError(f"The price book has format {file.meta.format}, not {FORMAT}")
            rows = msgspec.json.decode(file.rows, type=_Rows)
        except (zlib.error, msgspec.MsgspecError, RecursionError) as error:
            raise ConvledgerError(f"The price book can't be read: {error}") from error
        return cls(file.meta, rows, hashlib.sha256(bytes(file.rows)).hexdigest())

    @property
    def source(self) -> str:
        """The book's name and version, like "genai-prices 0.2.3"."""
        return f"{self.name} {self.version}"

    def find_provider(self, name: str) -> Provider | None:
        """Return the provider that a log calls `name`, by id, by our names, then by rule."""
        wanted = name.strip().lower()
        if wanted in self.providers:
            return self.providers[wanted]
        if wanted in self._provider_names:
            return self.providers[self._provider_names[wanted]]
        for provider in self.providers.values():
            if accepts(provider.named, wanted):
                return provider
        return None

    def serving(self, model: str) -> Provider | None:
        """Return the first provider whose rule claims the lower-case model name."""
        for provider in self.providers.values():
            if accepts(provider.serves, model):
                return provider
        return None

    def find_model(self, provider: Provider, name: str) -> tuple[Model, Fit, bool] | None:
        """Return the provider's model for a lower-case name, or that of one it resells.

        A compact date is repaired only when the name as it stands is unknown.
        """
        for spelling in dict.fromkeys((name, repair_compact_date(name))):
            for seller in (provider.id, *provider.fallback):
                if seller in self.providers and (found := self.providers[seller].find(spelling)):
                    return found
        return None


def _unpacked(data: bytes) -> bytes:
    """Return the content of a gzip file; one that is cut off or far too large is refused."""
    stream = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    unpacked = stream.decompress(data, LARGEST_BOOK)
    if not stream.eof:
        raise zlib.error("it is cut off" if len(unpacked) < LARGEST_BOOK else "it is too large")
    return unpacked


def _row(constraint: Constraint, prices: PackedPrices) -> PriceRow:
    unpacked = _prices(prices)
    if isinstance(constraint, str):
        return PriceRow(unpacked, since=start_of(date.fromisoformat(constraint)))
    return PriceRow(unpacked, window=constraint)


def _prices(packed: PackedPrices) -> PriceSet:
    return {COMPONENT_OF_KEY[key]: _price(price) for key, price in packed.items()}


def _price(packed: str | list[str | tuple[int, str]]) -> TieredPrice:
    if isinstance(packed, str):
        return TieredPrice(Decimal(packed))
    base = next(part for part in packed if isinstance(part, str))
    tiers = ((part[0], Decimal(part[1])) for part in packed if not isinstance(part, str))
    return TieredPrice(Decimal(base), tuple(tiers))


def _modifier(packed: _Modifier) -> Modifier:
    return Modifier(
        when=frozenset(packed.when.items()),
        multiplier=Decimal(packed.multiplier),
        provider=packed.provider,
        model=packed.model,
        components=frozenset(packed.components),
        note=packed.note,
    )
