"""Brings the names of models together: as logs write them, as bills do, as people read them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from convledger.pricing import PriceBook
from convledger.pricing.match import stem
from convledger.pricing.names import LONGEST_NAME
from convledger.pricing.overrides import Overrides
from convledger.pricing.resolve import Resolver

_CHOSEN_BY = re.compile(r"^auto:\s*")  # a model that a router has picked
_IN_BRACKETS = re.compile(r"\s*\([^()]*\)$")
_GAPS = re.compile(r"[\s_]+")


class ModelNames:
    """Finds the one name of a model, by the price book and the user's aliases."""

    def __init__(self, book: PriceBook, overrides: Overrides) -> None:
        self._book = book
        self._resolver = Resolver(book, overrides)
        self._found: dict[tuple[str, str, str], tuple[str, bool]] = {}

    def key(self, name: str, provider: str = "", source: str = "") -> str:
        """Return the name by which both sides know a model; an empty one stays empty."""
        return self._find(name, provider, source)[0]

    def is_known(self, name: str, provider: str = "") -> bool:
        """Whether the price book has the model."""
        return self._find(name, provider, "")[1]

    def seller(self, provider: str) -> str:
        """Return a provider as the price book calls it, nothing where it does not know it."""
        found = self._book.find_provider(provider.lower()) if provider else None
        return found.id if found is not None else ""

    def _find(self, name: str, provider: str, source: str) -> tuple[str, bool]:
        asked = (name, provider, source)
        if asked not in self._found:
            self._found[asked] = self._resolved(*asked)
        return self._found[asked]

    def _resolved(self, name: str, provider: str, source: str) -> tuple[str, bool]:
        if not name.strip() or len(name) > LONGEST_NAME:
            return name.strip()[:LONGEST_NAME], False
        written = ""
        for written in _writings(name):
            found = self._resolver.resolve(source, provider or None, written)
            if found.model is not None and not found.is_estimate:
                return found.model.id, True
        return stem(written), False


def _writings(name: str) -> Iterator[str]:
    """Yield the ways a model's name may be written, the most literal first."""
    plain = " ".join(name.casefold().split())
    plain = _CHOSEN_BY.sub("", plain)
    short = _IN_BRACKETS.sub("", plain) or plain
    seen = []
    for text in (plain, short):
        dashed = _GAPS.sub("-", text)
        for written in (text, dashed, dashed.replace(".", "-")):
            if written not in seen:
                seen.append(written)
                yield written
