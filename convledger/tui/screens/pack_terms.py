"""The dialog that makes a pack or changes what it is told: budget, format, and its filter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from convledger.errors import UsageProblem
from convledger.memory.pack_terms import Pack, Wanted
from convledger.memory.pack_words import wanted_words
from convledger.memory.packs import checked
from convledger.memory.rendering import FORMATS, MARKDOWN
from convledger.memory.words import ACTIVE, KINDS, SENSITIVITIES, STATES
from convledger.text.display import display_text
from convledger.tui.memory_changes import changed
from convledger.tui.screens.plan_fields import FieldsDialog, NotYet
from convledger.tui.undo import Step
from convledger.tui.widgets.choices import Choices

if TYPE_CHECKING:
    from convledger.ledger import Ledger

CEILING = "internal"
_HINTS = {
    "name": "letters and digits, as work or acme-review",
    "budget": "tokens, all in all, as 2000",
    "format": ", ".join(FORMATS),
    "up to": ", ".join(SENSITIVITIES),
    "scopes": "all; or global, project:NAME, client:NAME",
    "tags": "any; with one of these words",
    "kinds": f"all; {', '.join(KINDS[:3])} …",
    "states": f"active; {', '.join(STATES)}",
    "value": "1 or more, up to 5",
    "text": "anything; words that entries must hold",
}
_BETWEEN = re.compile(r"\s*[,;]\s*")


class PackTermsScreen(FieldsDialog):
    """A line for each term; an empty filter chooses from all. `made` is the name of a new pack."""

    HELP = (
        "The budget counts everything, dates and separators too. Empty filters leave all in: name "
        "scopes where projects or clients must not mix. What is more sensitive than “up to” stays "
        "out. A name stays: it stands in the files that the pack was written to."
    )
    AUTO_FOCUS: ClassVar[str] = "LeadingInput"
    SLOW = False
    DEFAULT_CSS = "PackTermsScreen #effect { max-height: 4; }"

    def __init__(self, pack: Pack | None) -> None:
        title = "New pack" if pack is None else f"Edit {display_text(pack.name)}"
        super().__init__(title, "⏎ Save · tab Next · esc Back")
        self._pack = pack
        self.made = pack.name if pack is not None else ""

    def parts(self) -> list[Widget]:
        """Return the lines, what they come to, and the buttons."""
        pack = self._pack
        if pack is None:
            values = {"name": "", "budget": "2000", "format": MARKDOWN, "up to": CEILING}
        else:
            wanted = pack.wanted
            states = "" if wanted.states == (ACTIVE,) else ", ".join(wanted.states)
            values = {
                "budget": str(pack.budget), "format": pack.format, "up to": pack.ceiling,
                "scopes": ", ".join(scope or "global" for scope in wanted.scopes),
                "tags": ", ".join(wanted.tags), "kinds": ", ".join(wanted.kinds),
                "states": states, "text": wanted.text,
                "value": str(wanted.min_value) if wanted.min_value > 1 else "",
            }  # fmt: skip
        shown = [name for name in _HINTS if name != "name" or pack is None]
        lines = [
            self.field(_id(name), name, display_text(values.get(name, "")), _HINTS[name])
            for name in shown
        ]
        return [
            Vertical(*lines, id="fields"),
            Static("", id="effect"),
            Choices(("do", "Make it" if pack is None else "Save"), ("leave", "Back")),
        ]

    def on_mount(self) -> None:
        """Say what to do."""
        self.show_effect()

    def _list(self, name: str) -> tuple[str, ...]:
        return tuple(word for word in _BETWEEN.split(self.typed(name)) if word)

    def _typed_pack(self) -> Pack:
        """Return the pack that is typed. Raises UsageProblem for a mistake, NotYet for a gap."""
        name = self._pack.name if self._pack is not None else self.typed("name")
        if not name:
            raise NotYet("A name, then a budget; the rest may stay as it is.")
        value = self.typed("value")
        wanted = Wanted(
            scopes=self._list("scopes"), tags=self._list("tags"), kinds=self._list("kinds"),
            states=self._list("states") or (ACTIVE,), text=self.typed("text"),
            min_value=_number(value, "a value") if value else 1,
        )  # fmt: skip
        budget = _number(self.typed("budget"), "a budget")
        form, ceiling = self.typed("format") or MARKDOWN, self.typed("up-to") or CEILING
        return checked(Pack(0, name, budget, wanted, form, ceiling, 0))

    def effect(self) -> Content:
        """Return what the pack will choose from."""
        pack = self._typed_pack()
        words = f"{pack.budget:,} tokens from {wanted_words(pack.wanted)}, up to {pack.ceiling}"
        return Content.styled(display_text(words), "$foreground")

    def go_on(self) -> None:
        """Make or change the pack, unless something is wrong."""
        try:
            pack = self._typed_pack()
        except UsageProblem:
            self.show_effect()
            return
        now, is_new = self.books.now, self._pack is None
        self.made = pack.name
        shown = display_text(pack.name)

        def work(ledger: Ledger) -> Step:
            packs = ledger.packs
            if is_new:
                step = changed(ledger, now, f"pack {shown} made", lambda _, at: packs.create(
                    pack.name, pack.budget, at, pack.wanted, pack.format, pack.ceiling,
                ))  # fmt: skip
            else:
                terms = {"budget": pack.budget, "wanted": pack.wanted, "format": pack.format,
                         "ceiling": pack.ceiling}  # fmt: skip
                words = f"pack {shown} changed"
                step = changed(ledger, now, words, lambda _, at: packs.change(pack.name, at, terms))
            if step is None:
                raise UsageProblem("nothing changed: it was so already")
            return step

        self.do(work)


def _id(name: str) -> str:
    return name.replace(" ", "-")


def _number(text: str, what: str) -> int:
    try:
        return int(text.replace(",", "").replace("_", ""))
    except ValueError:
        raise UsageProblem(f"{what} is a whole number, not {text!r:.30}") from None
