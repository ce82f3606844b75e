"""The parts of a report before it has a form: words, tables and charts, none of them escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; the names in a `foreign` one were written by others."""

    title: str
    align: Literal["left", "right"] = "right"
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text, and all of them together."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] | None = None
    caption: str = ""
    sums: frozenset[int] = frozenset()  # rows that add up those before them
    folded: bool = False  # whether a page may show it on demand


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar in picounits, with its series from 0 on."""

    series: int
    amount: int


@dataclass(frozen=True, slots=True)
class Day:
    """A bar: what its label and its words say, and its parts."""

    label: str
    words: str
    segments: tuple[Segment, ...]
    is_marked: bool = False  # whether the axis names it


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars over time, stacked by series; `legend` has each series with what it comes to."""

    title: str
    words: str
    days: tuple[Day, ...]
    legend: tuple[tuple[str, str], ...]
    currency: str


@dataclass(frozen=True, slots=True)
class Fall:
    """A step of a waterfall: where its bar begins, how long it is; None where it is unknown."""

    label: str
    amount: int | None
    before: int
    words: str
    is_sum: bool


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Steps from the first to the last sum."""

    title: str
    words: str
    steps: tuple[Fall, ...]


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many there are in each bin."""

    title: str
    words: str
    bins: tuple[tuple[str, int], ...]


Block = Table | Bars | Waterfall | Histogram


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what is below it."""

    name: str
    title: str
    words: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure to read first."""

    label: str
    value: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A report without a form; `title` and what is in `foreign` facts was written by others."""

    title: str
    facts: tuple[tuple[str, str], ...]
    figures: tuple[Figure, ...]
    warnings: tuple[str, ...] = ()
    sections: Sequence[Section] = field(default_factory=tuple)
    footer: str = ""
