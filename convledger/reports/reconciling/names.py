"""Brings the names of models together: as logs write them, as bills do, as people read them.

Names that only differ in spelling or date are one model. The price book alone would go too far:
it has one entry for models that only share their price.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from convledger.pricing import PriceBook
from convledger.pricing.match import stem
from convledger.pricing.names import LONGEST_NAME, path_hints, spellings
from convledger.pricing.overrides import Overrides
from convledger.pricing.resolve import Resolution, Resolver

_CHOSEN_BY = re.compile(r"^auto:\s*")  # a model that a router has picked
_IN_BRACKETS = re.compile(r"\s*\([^()]*\)$")
_GAPS = re.compile(r"[\s_]+")
_BY_ALIAS = frozenset({"override", "alias"})


@dataclass(frozen=True, slots=True)
class Named:
    """A name: what is left of it in every spelling, and what the price book calls the model."""

    plain: str
    book: str = ""


class ModelNames:
    """Finds out which names mean the same model, by their spelling, aliases and the price book."""

    def __init__(self, book: PriceBook, overrides: Overrides) -> None:
        self._book = book
        self._resolver = Resolver(book, overrides)
        self._found: dict[tuple[str, str, str], Named] = {}

    def named(self, name: str, provider: str = "", source: str = "") -> Named:
        """Return what a name means in the logs of a source or the bill of a provider."""
        asked = (name, provider, source)
        if asked not in self._found:
            self._found[asked] = self._resolved(*asked)
        return self._found[asked]

    def is_known(self, name: str, provider: str = "") -> bool:
        """Whether the price book has the model."""
        return bool(self.named(name, provider).book)

    def seller(self, provider: str) -> str:
        """Return a provider as the price book calls it, nothing where it does not know it."""
        found = self._book.find_provider(provider.lower()) if provider else None
        return found.id if found is not None else ""

    def _resolved(self, name: str, provider: str, source: str) -> Named:
        if not name.strip() or len(name) > LONGEST_NAME:
            return Named(" ".join(name.split())[:LONGEST_NAME])
        writings = list(_writings(name))
        for written in writings:
            found = self._resolver.resolve(source, provider or None, written)
            if found.model is not None and not found.is_estimate:
                return Named(_plain(_meant(found, writings[0])), found.model.id)
        return Named(_plain(writings[0]))


def _meant(found: Resolution, written: str) -> str:
    """Return the name itself, or the model's that an alias puts in its place."""
    return found.model_id if found.rule in _BY_ALIAS else written


def _writings(name: str) -> Iterator[str]:
    """Yield the ways a model's name may be written, the most literal first."""
    plain = _CHOSEN_BY.sub("", " ".join(name.casefold().split()))
    short = _IN_BRACKETS.sub("", plain) or plain
    for text in dict.fromkeys((plain, short)):
        dashed = _GAPS.sub("-", text)
        yield from dict.fromkeys((text, dashed, dashed.replace(".", "-")))


def _plain(name: str) -> str:
    """Return a name without route, date, effort and the order in which its parts stand."""
    short = _IN_BRACKETS.sub("", name) or name
    dashed = _GAPS.sub("-", short)
    hints = path_hints(dashed)
    if hints and "/" in dashed:
        dashed = hints[-1].name
    return stem(spellings(stem(dashed))[-1]).replace(".", "-")


def met(there: Mapping[str, Named], here: Mapping[int, Named]) -> dict[int, str]:
    """Return which of the ledger's models are models of a bill, under the bill's plain names.

    Who spells them alike meet first. Of those left on both sides, who the price book knows as one
    meet, where there is no doubt which.
    """
    plain = {named.plain for named in there.values() if named.plain}
    found = {number: named.plain for number, named in here.items() if named.plain in plain}
    left = _by_book(there.values(), plain - set(found.values()))
    for number, named in here.items():
        keys = left.get(named.book, set())
        if number not in found and len(keys) == 1:
            found[number] = next(iter(keys))
    return found


def _by_book(names: Iterable[Named], plain: set[str]) -> dict[str, set[str]]:
    """Return plain names by what the price book calls them."""
    found: dict[str, set[str]] = {}
    for named in names:
        if named.book and named.plain in plain:
            found.setdefault(named.book, set()).add(named.plain)
    return found
