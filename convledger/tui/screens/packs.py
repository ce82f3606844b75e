"""The screen Packs: what one tool gets to read, within a budget that is seen filling up."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from convledger.economics.packing import BLOCKED, CUT, IN
from convledger.errors import UsageProblem
from convledger.text.display import clip, display_text
from convledger.tui.actions import bindings
from convledger.tui.pack_sight import Sight, look
from convledger.tui.screens.pack_doors import PackDoors
from convledger.tui.widgets.pack_meter import PackMeter
from convledger.tui.widgets.pack_rows import FateRows, PackRows
from convledger.tui.widgets.pack_text import PackText
from convledger.tui.widgets.panel import Panel
from convledger.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from convledger.ledger import Ledger

WELCOME = (
    "[b]A pack is the memory that one tool gets to read, within a budget of tokens.[/b]\n\n"
    "What is worth most per token goes in first, and every entry says why it is in or not. It is "
    "written into a section of a CLAUDE.md or AGENTS.md, which leaves all other lines alone, or "
    "into a file of its own.\n\n"
    "[b $accent]n[/] makes one.   [b $accent]esc[/] goes back to Memory."
)
TINY = 18  # lines below which there is room for the entries alone
FOLDED = (100, 28)  # cells and lines below which rows have one line


class PacksScreen(PackDoors):
    """Packs and the budget at the left, entries with their fates at the right, then the text."""

    NAME = "Memory › Packs"
    SCOPE = "packs"
    AUTO_FOCUS: ClassVar[str] = "FateRows"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("packs")]
    DEFAULT_CSS = """
    PacksScreen #body { height: 1fr; }
    PacksScreen #packs-panel { width: 36; height: 1fr; padding: 0; }
    PacksScreen #pack { width: 1fr; height: 1fr; }
    PacksScreen #budget-panel { height: 8; }
    PacksScreen #beside { height: 1fr; }
    PacksScreen #fates-panel { width: 1fr; height: 1fr; padding: 0; }
    PacksScreen #text-panel { display: none; width: 44; height: 1fr; padding: 0; }
    PacksScreen.-broad #text-panel { display: block; }
    PacksScreen #welcome { display: none; height: 1fr; padding: 1 2; }
    PacksScreen #nothing { width: 100%; max-width: 80; height: auto; }
    PacksScreen.-empty #welcome { display: block; }
    PacksScreen.-empty #body { display: none; }
    PacksScreen.-narrow #body { layout: vertical; }
    PacksScreen.-narrow #packs-panel { width: 1fr; height: 5; }
    PacksScreen.-narrow #pack { width: 1fr; }
    PacksScreen.-narrow #budget-panel { height: 5; }
    PacksScreen.-tiny #packs-panel { display: none; }
    PacksScreen.-tiny #budget-panel { height: 2; border: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._filled: dict[str, int | None] = {}  # None for one that can't be built
        self._unknown: list[str] = []
        self._wanted = ""  # the pack that is shown, or about to be

    def parts(self) -> ComposeResult:
        """Compose the panels, and what stands there while there is no pack."""
        with Horizontal(id="body"):
            yield Panel("Packs", PackRows(id="packs"), id="packs-panel")
            with Vertical(id="pack"):
                yield Panel("Budget", PackMeter(), id="budget-panel")
                with Horizontal(id="beside"):
                    yield Panel("Entries", FateRows(id="fates"), id="fates-panel")
                    yield Panel("Text", PackText(id="text"), counts="v whole", id="text-panel")
        yield Panel("Packs", Static(Content.from_markup(WELCOME), id="nothing"), id="welcome")

    def on_resize(self, event: events.Resize) -> None:
        """Show a row in one line where there is little room."""
        cells, lines = FOLDED
        is_low = event.size.width < cells or event.size.height < lines
        self.set_class(event.size.height < TINY, "-tiny")
        for rows in (self.query_one(PackRows), self.query_one(FateRows)):
            rows.fold(is_folded=is_low)
        self.call_after_refresh(self._show_words)

    # ---- asking

    def renew(self) -> None:
        """Build the pack anew if memory or packs may be others."""
        if self.is_ready:
            self.ask("stamp", lambda ledger: ledger.memory.stamp(), self._renew, patient=True)

    def _renew(self, stamp: tuple[int, ...]) -> None:
        if self.sight is None or stamp != self.sight.stamp:
            self._unknown = list(self._filled)
            self._look(self._wanted)

    def _look(self, name: str) -> None:
        self._wanted = name
        now, before = self.books.now(), self.sight
        self.ask("sight", lambda ledger: look(ledger, name, now, before), self.show_sight)

    def show_pack(self, name: str) -> None:
        """Show a pack by its name."""
        self._look(name)

    def show_sight(self, sight: Sight) -> None:
        """Show a pack as it would be written now."""
        before, self.sight = self.sight, sight
        self._filled[sight.name] = sight.built.tokens if sight.built is not None else None
        is_other = before is None or (before.name, before.built is None) != (
            sight.name, sight.built is None,
        )  # fmt: skip
        self.set_class(not sight.lines, "-empty")
        if not self.is_ready:
            return
        self._show_packs()
        self.query_one(FateRows).show(sight, from_top=is_other)
        self.query_one(PackText).show(sight.built.text if sight.built is not None else "")
        self._show_words()
        self.refresh_bindings()
        self._fill_in()

    def _show_packs(self) -> None:
        if self.sight is not None:
            self.query_one(PackRows).show(self.sight.lines, self.sight.name, self._filled)

    def _fill_in(self) -> None:
        """Ask how full the other packs are, one after the other, where nobody waits for it."""
        lines = self.sight.lines if self.sight is not None else ()
        names = [one.pack.name for one in lines]
        stale = set(self._unknown) - {self.sight_name}
        self._unknown = [each for each in names if each in stale or each not in self._filled]
        if self._unknown:
            name, now = self._unknown[0], self.books.now()
            self.ask("filled", partial(_filled, name=name, now=now), self._took_filled, slow=True)

    def _took_filled(self, found: tuple[str, int | None]) -> None:
        name, tokens = found
        self._filled[name] = tokens
        self._show_packs()
        if name in self._unknown:
            self._unknown.remove(name)
            self._fill_in()

    # ---- what is said

    def _show_words(self) -> None:
        sight = self.sight
        if sight is None or not self.is_ready:
            return
        rows = self.query_one(FateRows)
        self.query_one(PackMeter).show(sight, rows.current)
        count = len(sight.lines)
        self.query_one("#packs-panel", Panel).show_counts(
            f"{count:,} {'pack' if count == 1 else 'packs'}"
        )
        self.query_one("#fates-panel", Panel).show_title(
            f"Entries of {clip(display_text(sight.name), 30)}" if sight.name else "Entries"
        )
        self.query_one("#fates-panel", Panel).show_counts(_counts(sight))

    @on(Rows.Moved, "#fates")
    def _moved(self) -> None:
        if self.sight is not None:
            self.query_one(PackMeter).show(self.sight, self.query_one(FateRows).current)

    @on(Rows.Moved, "#packs")
    def _other_pack(self) -> None:
        name = self.query_one(PackRows).current
        if self.sight is not None and name and name != self.sight.name:
            self._look(name)

    @on(Rows.Opened, "#packs")
    def _into_entries(self) -> None:
        self.query_one(FateRows).focus()

    @on(Rows.Opened, "#fates")
    def _opened(self) -> None:
        self.show_exposures()

    def action_next_fate(self) -> None:
        """Go to the first entry of the next fate."""
        self.query_one(FateRows).to_next_fate()

    @property
    def entry(self) -> int | None:
        """The entry under the cursor."""
        return self.query_one(FateRows).current

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what works on a pack only where there is one."""
        is_empty = self.sight is not None and not self.sight.lines
        if is_empty and action in NEED_A_PACK:
            return False
        return super().check_action(action, parameters)


NEED_A_PACK = frozenset(
    (
        "always", "never", "turn", "less", "more", "next_fate", "preview", "write", "copy", "edit",
        "delete",
    )
)  # fmt: skip


def _counts(sight: Sight) -> str:
    if sight.built is None:
        return ""
    chosen = sight.built.chosen
    sizes = ((len(chosen.taken), IN), (len(chosen.cut), CUT), (len(chosen.blocked), BLOCKED))
    return " · ".join(f"{size:,} {word}" for size, word in sizes if size)


def _filled(ledger: Ledger, name: str, now: int) -> tuple[str, int | None]:
    """Return how many tokens a pack would take now, None where it can't be built."""
    try:
        return name, ledger.packs.built(name, now).tokens
    except UsageProblem:
        return name, None
