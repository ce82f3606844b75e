"""Which model of which seller a logged name means, by the first of five rules that knows it."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

import msgspec

from convledger.pricing.book import Model, PriceBook, Provider
from convledger.pricing.match import Fit, stem
from convledger.pricing.names import LONGEST_NAME, NOT_MODELS, UNNAMED, path_hints, spellings
from convledger.pricing.overrides import Overrides, OwnPrice


class Resolution(msgspec.Struct, frozen=True):
    """What a name was taken for; `own` are the user's prices for it, best match last."""

    rule: str
    provider: str | None
    name: str
    model: Model | None = None
    is_estimate: bool = False
    is_free: bool = False
    own: tuple[OwnPrice, ...] = ()
    providers: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    warnings: tuple[str, ...] = ()

    @property
    def model_id(self) -> str:
        """Return the id of the model in the book, or the name as logged."""
        return self.model.id if self.model is not None else self.name


class _Asked(msgspec.Struct, frozen=True):
    """A logged name in lower case, and the sellers to try, each with its names."""

    source: str
    provider: str
    name: str


class _Attempt(msgspec.Struct, frozen=True):
    seller: Provider
    names: list[str]
    is_sure: bool


class Resolver:
    """Finds models by name: the user's word first, then ours, then the book's own rules.

    A provider that the log names is tried first. A provider that the book does not know (a proxy,
    a test server, a private gateway) says nothing about the price: the model's maker is tried, only
    an exact name counts, and the result is an estimate. A program that runs models on the user's
    own machine has no price list, so those calls stay unpriced.
    """

    def __init__(self, book: PriceBook, overrides: Overrides) -> None:
        self._book = book
        self._overrides = overrides

    def resolve(self, source: str, provider: str | None, model: str | None) -> Resolution:
        """Return what `model` means in a log of `source`, with rule "none" if nobody knows."""
        asked = _Asked(
            source.lower(), (provider or "").strip().lower(), (model or "").strip().lower()
        )
        if len(asked.name) > LONGEST_NAME:
            return Resolution("none", provider, model or "")
        if asked.name in NOT_MODELS:
            told = self._by_own_alias(asked) if asked.name == UNNAMED else None
            if told is None:
                return Resolution("none", provider, model or "")
            # One model for all that names none: of some of these calls it is hardly true.
            told = msgspec.structs.replace(told, is_estimate=not told.is_free)
            target = _Asked(asked.source, told.provider or asked.provider, told.name)
            return self._with_own_prices(target, told)
        found = self._by_alias(asked) or self._by_book(asked)
        return self._with_own_prices(asked, found)

    def _by_own_alias(self, asked: _Asked) -> Resolution | None:
        """Return what the user says; of calls without a model's name it must be one source's."""
        for own in self._overrides.aliases:
            if asked.name == UNNAMED and (own.pattern != UNNAMED or own.source != asked.source):
                continue
            if _alias_fits(own.source, own.pattern, asked):
                free = Resolution("override", own.provider, asked.name, is_free=True)
                target = _Asked(asked.source, own.provider or asked.provider, own.model or "")
                return free if own.free else self._renamed(target, "override")
        return None

    def _by_alias(self, asked: _Asked) -> Resolution | None:
        told = self._by_own_alias(asked)
        if told is not None:
            return told
        for alias in self._book.aliases:
            if _alias_fits(alias.source, alias.pattern, asked):
                seller = alias.provider or asked.provider or None
                if alias.free:
                    return Resolution("alias", seller, asked.name, is_free=True)
                target = _Asked(asked.source, alias.provider or "", alias.model or "")
                found = self._renamed(target, "alias")
                guessed = found.is_estimate or alias.confidence == "guess"
                return msgspec.structs.replace(found, is_estimate=guessed)
        return None

    def _renamed(self, target: _Asked, rule: str) -> Resolution:
        found = self._by_book(target)
        return found if found.model is None else msgspec.structs.replace(found, rule=rule)

    def _by_book(self, asked: _Asked) -> Resolution:
        sellers = {asked.provider} if asked.provider else set()
        for attempt in self._attempts(asked):
            sellers.add(attempt.seller.id)
            found = self._find(attempt)
            if found is None:
                continue
            model, fit, is_id = found
            sellers.add(model.provider)
            is_estimate = fit is Fit.FAMILY or not attempt.is_sure
            warnings = (f"estimated: {asked.name} as {model.provider}/{model.id}",)
            return Resolution(
                rule="estimated" if is_estimate else "exact" if is_id else "match",
                provider=model.provider,
                name=asked.name,
                model=model,
                is_estimate=is_estimate,
                providers=frozenset(sellers),
                names=frozenset({asked.name, model.id.lower()}),
                warnings=warnings if is_estimate else (),
            )
        return Resolution(
            "none",
            asked.provider or None,
            asked.name,
            providers=frozenset(sellers),
            names=frozenset({asked.name}),
        )

    def _find(self, attempt: _Attempt) -> tuple[Model, Fit, bool] | None:
        """Return an exact fit of any spelling, else the first family fit where that is allowed."""
        family = None
        for name in attempt.names:
            found = self._book.find_model(attempt.seller, name)
            if found is not None and found[1] is Fit.EXACT:
                return found
            family = family or found
        return family if attempt.is_sure else None

    def _attempts(self, asked: _Asked) -> Iterator[_Attempt]:
        """Yield the sellers to try, the most certain first."""
        book = self._book
        names = spellings(asked.name)
        is_named = asked.provider not in book.silent_providers
        named = book.find_provider(asked.provider) if is_named else None
        if named is None and asked.provider in book.local_runtimes:
            return
        hints = [
            (seller, spellings(hint.name))
            for hint in path_hints(asked.name)
            if (seller := book.find_provider(hint.provider)) is not None
        ]
        if named is not None:
            tails = [name for seller, tail in hints if seller is named for name in tail]
            yield _Attempt(named, [*names, *tails], is_sure=True)
        for seller, tail in hints:
            if seller is not named:
                yield _Attempt(seller, tail, is_sure=not is_named)
        for name in names:
            for seller in self._makers(asked.source, name):
                yield _Attempt(seller, names, is_sure=not is_named)

    def _makers(self, source: str, name: str) -> Iterator[Provider]:
        """Yield the likely sellers of a name: by our defaults, then by the book's rule."""
        for default in self._book.defaults:
            if fnmatchcase(source, default.source) and fnmatchcase(name, default.pattern):
                yield self._book.providers[default.provider]
        serving = self._book.serving(name)
        if serving is not None:
            yield serving

    def _with_own_prices(self, asked: _Asked, found: Resolution) -> Resolution:
        """Return `found` with the user's prices for that model, those for the logged name last."""
        names = {*found.names, *spellings(asked.name)}
        names |= {hint.name for hint in path_hints(asked.name)}
        names |= {stem(name) for name in names}
        sellers = {*found.providers, *self._seller_names(asked.provider)}
        is_open = found.model is None and asked.provider in self._book.silent_providers
        own = [
            price
            for price in self._overrides.prices
            if price.model in names
            and (price.provider is None or is_open or sellers & self._seller_names(price.provider))
        ]
        own.sort(key=lambda price: price.model == asked.name)
        full_names = frozenset(names)
        return msgspec.structs.replace(
            found, own=tuple(own), names=full_names, providers=frozenset(sellers)
        )

    def _seller_names(self, provider: str) -> set[str]:
        if provider in self._book.silent_providers:
            return set()
        known = self._book.find_provider(provider)
        return {provider} if known is None else {provider, known.id}


def _alias_fits(source: str, pattern: str, asked: _Asked) -> bool:
    name_fits = asked.name == pattern or fnmatchcase(asked.name, pattern)
    return name_fits and fnmatchcase(asked.source, source)
