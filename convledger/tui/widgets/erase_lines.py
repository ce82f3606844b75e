"""What is said of an erasure: lines with a sign for what each tells of, wrapped and scrolled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from convledger.memory import erase_words
from convledger.memory.erase_words import Said
from convledger.tui.widgets.lines import Line, Part, wrapped
from convledger.tui.widgets.read_lines import ReadLines

_SIGNS: dict[str, Part] = {
    erase_words.GOES: ("−", "bold $error"),
    erase_words.STAYS: ("△", "$warning"),
    erase_words.CLEAN: ("✓", "$success"),
    erase_words.BAD: ("▲", "$error"),
    erase_words.NEXT: ("→", "bold $accent"),
    erase_words.PROMISE: ("", "$muted"),
}
Told = tuple[Part, Part]  # a sign and the words behind it


class EraseLines(ReadLines):
    """As high as what it says, as far as there is room."""

    HELP = (
        "− is what goes, △ what stays and says the same, ✓ what was looked through and holds none "
        "of it, ▲ what is left to be done."
    )
    DEFAULT_CSS = "EraseLines { background: $surface; height: auto; }"

    def __init__(self) -> None:
        super().__init__()
        self._told: list[Told] = []

    def show(self, told: Iterable[Told]) -> None:
        """Say something else."""
        lines = list(told)
        if lines != self._told:
            self._told = lines
            self.lay_out(from_top=True)

    def laid_out(self, cells: int) -> Sequence[Line]:
        """Return the lines wrapped, further lines of one under its words."""
        lines = [Line(parts) for told in self._told for parts in _wrapped(told, cells)]
        self.styles.height = max(1, len(lines))
        return lines


def _wrapped(told: Told, cells: int) -> Iterator[list[Part]]:
    (sign, ink), words = told
    if not words[0]:
        yield []
        return
    first = [(f"{sign} ", ink)] if sign else []
    yield from wrapped([words], cells, first=first, rest=[("  ", "")] if sign else [])


def told(lines: Iterable[Said]) -> Iterator[Told]:
    """Yield lines with their signs; what is only a caution stands apart."""
    for kind, words in lines:
        is_caution = kind == erase_words.PROMISE
        if is_caution:
            yield ("", ""), ("", "")
        yield _SIGNS[kind], (words, "$muted" if is_caution else "$foreground")
