"""Writes prices and names into the text of a prices.toml; all the rest stays byte for byte."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from convledger.errors import ConfigError
from convledger.pricing.names import LONGEST_NAME, NOT_MODELS, UNNAMED
from convledger.pricing.overrides import PRICE_KEYS, Overrides, OwnAlias, parse_overrides
from convledger.toml_places import above_comments, new_line, places

Pairs = list[tuple[str, str | None]]  # keys with their texts; None stands for true
_AMOUNT = re.compile(r"\d{1,12}(\.\d{1,24})?")


@dataclass(frozen=True, slots=True)
class NewPrice:
    """A price to be set; `amounts` are USD per million tokens as exact text, by their keys."""

    model: str
    amounts: Mapping[str, str] = field(default_factory=dict)
    provider: str | None = None  # None for any
    note: str = ""


@dataclass(frozen=True, slots=True)
class NewAlias:
    """A logged name that is to be priced like another model, or free where `model` is None.

    `log` is the reader in whose logs the name stands, None for all.
    """

    name: str
    model: str | None = None
    provider: str | None = None
    log: str | None = None
    note: str = ""


def can_be_priced(model: str) -> bool:
    """Tell whether a logged name says enough to carry a price."""
    name = model.strip().lower()
    return name not in NOT_MODELS and len(name) <= LONGEST_NAME and _is_plain(name)


def can_stand_for(model: str, log: str | None) -> bool:
    """Tell whether a logged name can be priced like a model: unnamed ones of one source too."""
    return can_be_priced(model) or (model.strip().lower() == UNNAMED and bool(log))


def amount(written: str) -> str:
    """Return what a person wrote for dollars as exact text: "$1.80 " is "1.80".

    Raises ValueError, with words that say what it needs, where it is no amount.
    """
    text = written.strip().removeprefix("$").strip().replace("_", "")
    if re.fullmatch(r"\d+,\d{1,2}", text):
        raise ValueError("needs a point before the cents, like 1.80")
    text = f"0{text}" if text.startswith(".") else text.removesuffix(".")
    if not text.isascii() or not _AMOUNT.fullmatch(text):
        raise ValueError("needs an amount in dollars, like 1.80")
    return text


def with_price(text: str, price: NewPrice, file_name: str = "prices.toml") -> str:
    """Return `text` with a price at its end, where it goes before earlier ones of that model.

    Raises ConfigError where `text` has a mistake in it already, or says its prices as one list.
    """
    before = parse_overrides(text, file_name)
    _require_name(price.model, file_name)
    pairs: Pairs = [("provider", price.provider)] if price.provider else []
    pairs += [("model", price.model)]
    pairs += [(key, price.amounts[key]) for key in PRICE_KEYS if key in price.amounts]
    changed = _at_end(text, _table("price", pairs, price.note, text))
    after = _checked(changed, "price", file_name)
    if (after.prices[:-1], after.aliases) != (before.prices, before.aliases):
        raise _not_by_us(file_name, "price")
    return changed


def with_alias(text: str, alias: NewAlias, file_name: str = "prices.toml") -> str:
    """Return `text` with an alias: at the end, or before those that would catch the name first.

    Raises ConfigError where `text` has a mistake in it already, or says its aliases as one list.
    """
    before = parse_overrides(text, file_name)
    if not can_stand_for(alias.name, alias.log):
        _require_name(alias.name, file_name)
    if "*" in alias.name or "?" in alias.name:
        raise ConfigError(
            f"{file_name}: a name with * or ? would stand for other models too; set a price instead"
        )
    pairs: Pairs = [("log", alias.log)] if alias.log else []
    pairs += [("pattern", alias.name)]
    if alias.model is not None:
        pairs += [("provider", alias.provider)] if alias.provider else []
        pairs += [("model", alias.model)]
    else:
        pairs += [("free", None)]
    table = _table("alias", pairs, alias.note, text)
    caught = any(_catches(own, alias) for own in before.aliases)
    changed = _before_first(text, "alias", table) if caught else _at_end(text, table)
    after = _checked(changed, "alias", file_name)
    mine = after.aliases[0] if caught else after.aliases[-1]
    others = after.aliases[1:] if caught else after.aliases[:-1]
    if (after.prices, others) != (before.prices, before.aliases) or not _catches(mine, alias):
        raise _not_by_us(file_name, "alias")
    return changed


def _catches(own: OwnAlias, alias: NewAlias) -> bool:
    name = alias.name.strip().lower()
    fits = name == own.pattern or fnmatchcase(name, own.pattern)
    return fits and (alias.log is None or fnmatchcase(alias.log.lower(), own.source))


def _table(kind: str, pairs: Pairs, note: str, text: str) -> str:
    """Return a table as text, with the line ends of the file that it goes into."""
    pairs = [*pairs, ("note", note.strip())] if note.strip() else pairs
    lines = [f"[[{kind}]]"]
    lines += [f"{key} = {'true' if value is None else _quoted(value)}" for key, value in pairs]
    return "".join(f"{line}{new_line(text)}" for line in lines)


def _quoted(value: str) -> str:
    """Return a text as TOML writes it; JSON's escapes are TOML's too."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _at_end(text: str, table: str) -> str:
    end = new_line(text)
    if text and not text.endswith("\n"):
        text += end
    return f"{text}{end if text.strip() else ''}{table}"


def _before_first(text: str, kind: str, table: str) -> str:
    """Return `text` with a table before the first of its kind and the comments above that."""
    starts = [one.start for one in places(text) if one.kind == "header" and one.path == (kind,)]
    if not starts:
        return _at_end(text, table)
    at = above_comments(text, min(starts))
    return f"{text[:at]}{table}{new_line(text)}{text[at:]}"


def _checked(text: str, kind: str, file_name: str) -> Overrides:
    """Return what the changed text says; it must be what every later reading takes it for."""
    try:
        return parse_overrides(text, file_name)
    except ConfigError as error:
        raise ConfigError(f"{_not_by_us(file_name, kind)} ({error})") from error


def _not_by_us(file_name: str, kind: str) -> ConfigError:
    return ConfigError(
        f"{file_name}: a [[{kind}]] can't be added to the file as it is written; add it by hand: "
        "convledger help prices"
    )


def _require_name(name: str, file_name: str) -> None:
    if not can_be_priced(name):
        raise ConfigError(f"{file_name}: calls that name no model can't be given a price")


def _is_plain(name: str) -> bool:
    """Tell whether a name can stand in a TOML text at all: lone surrogates can't."""
    return not any("\ud800" <= char <= "\udfff" for char in name)
