"""Search: words in everything that was said, found while they are typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from convledger.store.search import SearchQuery
from convledger.tui.actions import bindings
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.entry import Entry
from convledger.tui.widgets.hit_rows import HitRows
from convledger.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.store.search import SearchResult
    from convledger.tui.app import ConvledgerApp

MOST = 100  # hits shown; who has not found it by then types another word
TO_TYPE = [
    "Type words that must all occur in a message.",
    "",
    '"a phrase"   words in this order, one after the other',
    "migrat*      every word that begins so",
    "",
    "Case and accents do not matter; other signs have no meaning.",
]
SYNTAX = '"a phrase" · begin* · all words must occur'


class SearchScreen(Dialog[None]):
    """A line to type in over what it finds; enter opens a conversation at the message."""

    SCOPE = "search"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("search")]
    DEFAULT_CSS = """
    SearchScreen > #frame { max-width: 130; height: 90%; padding: 0 1; }
    SearchScreen #line { height: 2; padding: 0 1; }
    SearchScreen #sign { width: 2; color: $accent; text-style: bold; }
    SearchScreen HitRows { background: $surface; }
    SearchScreen #syntax { height: 1; padding: 0 1; color: $muted; }
    SearchScreen.-low > #frame { height: 100%; }
    SearchScreen.-narrow > #frame { width: 100%; }
    """
    CSS = """
    SearchScreen Input, SearchScreen Input:focus {
        border: none; height: 1; padding: 0; width: 1fr; background: $surface;
    }
    """

    def __init__(self) -> None:
        super().__init__("Search", "")

    @property
    def _books(self) -> ConvledgerApp:
        return cast("ConvledgerApp", self.app)

    def parts(self) -> list[Widget]:
        """Return the line to type in, the hits, and how words are written."""
        typed = Entry(placeholder="in everything that was said")
        return [
            Horizontal(Static("/", id="sign", markup=False), typed, id="line"),
            HitRows(self._books.now),
            Static(Content(SYNTAX), id="syntax"),
        ]

    def on_mount(self) -> None:
        """Let a person type at once."""
        self.query_one(Input).focus()
        self._show_nothing("")

    def on_screen_resume(self) -> None:
        """Search again: what was found may be erased or changed by now."""
        text = self.query_one(Input).value
        if text:
            self._look_for(text)

    @on(Input.Changed)
    def _search(self, event: Input.Changed) -> None:
        self._look_for(event.value)

    def _look_for(self, text: str) -> None:
        self._books.ask(
            ("search", id(self)),
            lambda ledger: self._find(ledger, text),
            lambda result: self._show(text, result),
            slow=True,
        )

    def _find(self, ledger: Ledger, text: str) -> SearchResult:
        return ledger.search(SearchQuery(text, limit=MOST))

    def _show(self, text: str, result: SearchResult) -> None:
        if not self.is_attached:
            return
        if not result.hits:
            self._show_nothing(text)
            return
        self.query_one(HitRows).show(result.hits, [])
        self._tell(_counts(result))

    def _show_nothing(self, text: str) -> None:
        words = TO_TYPE
        if any(letter.isalnum() for letter in text):
            words = ["Nothing found.", "Fewer words find more; a word* finds what begins with it."]
            if self._books.feed.state == "reading":
                words.append("Texts are being stored still: more may be found in a moment.")
        self.query_one(HitRows).show([], words)
        self._tell("esc Back")

    def _tell(self, counts: str) -> None:
        self.query_one("#frame").border_subtitle = Content(counts)

    @on(Input.Submitted)
    def _into_the_list(self) -> None:
        if self.query_one(HitRows).count():
            self.query_one(HitRows).focus()

    @on(Rows.Opened)
    def _open(self, event: Rows.Opened) -> None:
        hit = self.query_one(HitRows).hit_at(event.index)
        if hit is None:
            return
        message_id = hit.message_id
        self._books.ask(
            ("search", "place", id(self)),
            lambda ledger: ledger.place_of(message_id),
            lambda place: self._books.open_conversation(*place),
        )


def _counts(result: SearchResult) -> str:
    """Return in words how many matches there are, and which of them are shown."""
    keys = "⏎ Open · esc Back"
    if not result.complete:
        return f"{result.matches:,} of the newest matches ranked · {keys}"
    matches = "1 match" if result.matches == 1 else f"{result.matches:,} matches"
    if len(result.hits) < min(result.matches, MOST):
        return f"{len(result.hits):,} of {matches}, repeats left out · {keys}"
    shown = f"the best {MOST} of " if result.matches > MOST else ""
    return f"{shown}{matches} · {keys}"
