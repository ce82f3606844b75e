"""The dialog that gives conversations a label, or takes it away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Static, Tabs

from convledger.reports.facets import FacetValue
from convledger.reports.listing import ListQuery
from convledger.text.display import display_text
from convledger.tui.labelling import (
    LONGEST,
    MANY,
    NAMES,
    Change,
    apply,
    effect_of,
    labels_of,
    named_words,
)
from convledger.tui.undo import Step
from convledger.tui.widgets.choices import Choices, OneOf
from convledger.tui.widgets.conversation_rows import project_end
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.filter_line import LeadingInput
from convledger.tui.widgets.rows import RowLine, Rows

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.tui.app import ConvledgerApp
    from convledger.tui.labelling import Had

FEW = 2_000  # conversations whose labels are looked at before anything is changed
AT_ONCE = 5_000  # more take long enough to say that it has begun
WORTH_NAMING = 3
ROOMY = 20  # lines of the screen from which the dialog has air in it
HINTS = {
    "client": "who it was done for",
    "tag": "any word; a conversation can have several",
    "kind": "what kind of work it was",
    "outcome": "how it ended",
    "project": "what it belongs to, in place of its folder",
}


class Suggestions(Rows):
    """Values that conversations have already, those first that begin with what is typed."""

    DEFAULT_CSS = "Suggestions { background: $surface; }"
    HELP = "Values in use, with how many conversations have each. Enter takes one."
    lines_per_row = 1

    def __init__(self) -> None:
        super().__init__()
        self._values: list[FacetValue] = []
        self.shown: list[FacetValue] = []
        self._typed = ""

    def offer(self, values: Iterable[FacetValue]) -> None:
        """Offer other values."""
        self._values = [one for one in values if one.value]
        self.narrow(self._typed)

    def narrow(self, typed: str) -> None:
        """Show only values that hold what is typed, in any case."""
        self._typed = typed
        wanted = typed.strip().casefold()
        fits = [one for one in self._values if wanted in one.value.casefold()]
        fits.sort(key=lambda one: not one.value.casefold().startswith(wanted))
        self.shown = fits
        self.renew(cursor=0)

    def count(self) -> int:
        """Return how many values are offered."""
        return len(self.shown)

    def empty_lines(self) -> list[str]:
        """Return what it means that nothing is offered."""
        return ["A new value." if self._typed.strip() else "No value is in use yet."]

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return a value and how many conversations have it."""
        del cells
        one = self.shown[index]
        left = [(display_text(one.value), "$foreground")]
        return [RowLine(left, [(f"{one.count:,}", "$muted")])]


class LabelScreen(Dialog[bool]):
    """Labels conversations by their ids; `words` name them. The change can be undone.

    It does its work by itself and returns True where there was something to do.
    """

    DEFAULT_CSS = """
    LabelScreen > #frame { max-width: 76; }
    LabelScreen #typed { height: 1; margin: 1 0; }
    LabelScreen #typed Static { width: auto; color: $muted; }
    LabelScreen LeadingInput, LabelScreen LeadingInput:focus { background: $panel; }
    LabelScreen Suggestions { height: 6; }
    LabelScreen #effect { height: auto; min-height: 1; max-height: 2; margin: 1 0; }
    LabelScreen.-tiny > #frame { padding: 0 1; width: 100%; max-height: 100%; }
    LabelScreen.-tiny #effect, LabelScreen.-tiny #typed { margin: 0; }
    LabelScreen.-tiny Suggestions { height: 1fr; }
    """
    AUTO_FOCUS: ClassVar[str] = "LeadingInput"

    def __init__(self, ids: Collection[int], words: str = "") -> None:
        title = f"Label {named_words(len(ids), words)}"
        super().__init__(title, "⏎ Give · tab Next · esc Back")
        self._ids = ids
        self._values: dict[str, list[FacetValue]] = {}
        self._folders: dict[str, str] = {}  # by their names
        self._had: dict[str, Had] = {}

    @property
    def books(self) -> ConvledgerApp:
        """The app, by its own type."""
        return cast("ConvledgerApp", self.app)

    def parts(self) -> list[Widget]:
        """Return the names, the line for the value, the values in use, the effect, the buttons."""
        return [
            OneOf(*((name, name) for name in NAMES)),
            Horizontal(Static(Content("value  ")), LeadingInput(max_length=LONGEST), id="typed"),
            Suggestions(),
            Static("", id="effect"),
            Choices(("give", "Give"), ("take", "Take away"), ("leave", "Back")),
        ]

    def on_mount(self) -> None:
        """Ask for the values in use, and for what these conversations have."""
        self.books.ask(
            ("label values", id(self)),
            lambda ledger: ledger.facets(ListQuery()),
            self._took_values,
            slow=True,
        )
        if len(self._ids) <= FEW:
            self.books.ask(
                ("labels", id(self)),
                lambda ledger: {name: labels_of(ledger, self._ids, name) for name in NAMES},
                self._took_labels,
            )
        self._show()

    def on_resize(self, event: events.Resize) -> None:
        """Leave out what is only air on a small screen."""
        self.set_class(event.size.height < ROOMY, "-tiny")

    def _took_values(self, values: dict[str, list[FacetValue]]) -> None:
        projects = values.get("project", [])
        self._values = {**values, "project": _by_end(projects)}
        self._folders = _folders(projects)
        if self.is_attached:
            self._show()

    def _took_labels(self, had: dict[str, dict[int, tuple[str, ...]]]) -> None:
        self._had.update(had)
        if self.is_attached:
            self._show_effect()

    # ---- what is chosen, and what it does

    @property
    def label(self) -> str:
        """The name of the label."""
        return self.query_one(OneOf).chosen

    def change(self, *, takes: bool = False) -> Change:
        """Return the change as it stands."""
        typed = self.query_one(Input).value.strip().encode("utf-8", "replace").decode()
        if self.label == "project":
            typed = self._folders.get(typed, typed)
        return Change(self.label, typed, takes)

    @on(Tabs.TabActivated)
    def _show(self) -> None:
        self.query_one(Input).placeholder = HINTS[self.label]
        self.query_one(Suggestions).offer(self._values.get(self.label, ()))
        self._show_effect()

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        self.query_one(Suggestions).narrow(event.value)
        self._show_effect()

    @on(Rows.Opened)
    def _take_suggestion(self, event: Rows.Opened) -> None:
        """Take the value, and go to the button: what it does can be read before it is pressed."""
        line = self.query_one(Input)
        line.value = self.query_one(Suggestions).shown[event.index].value
        self.query_one("#give").focus()

    def _show_effect(self) -> None:
        """Say what giving it will do, and name on the other button what that one will."""
        giving, taking = self.change(), self.change(takes=True)
        had = self._had.get(giving.name)
        self.query_one("#effect", Static).update(self._effect(giving, had))
        choices = self.query_one(Choices)
        choices.allow("give", bool(giving.value))
        words = "Take away" if giving.value else f"Take every {giving.name} away"
        if had is not None:
            count = effect_of(taking, had).changed
            choices.allow("take", count > 0)
            words += f" ({count:,})"
        choices.call_it("take", words)

    def _effect(self, giving: Change, had: Had | None) -> Content:
        label = f"{giving.name} {display_text(giving.value)}".rstrip()
        is_known = giving.value in self._folders.values() or any(
            one.value == giving.value for one in self._values.get(giving.name, ())
        )
        new = "" if is_known or not self._values else " (new)"
        total = len(self._ids)
        if not giving.value:
            words = _has_now(giving.name, had, total) if had is not None else HINTS[giving.name]
            return Content.styled(words, "$muted")
        if had is None:
            return Content.assemble(
                (f"{total:,} conversations", "bold $foreground"), (" get ", "$muted"),
                (label, "bold $foreground"), (new, "$accent"),
            )  # fmt: skip
        effect = effect_of(giving, had)
        same = total - effect.changed
        lost = effect.lost.most_common(WORTH_NAMING)
        words = ", ".join(f"{display_text(value)} ({count:,})" for value, count in lost)
        more = " …" if len(effect.lost) > WORTH_NAMING else ""
        return Content.assemble(
            (f"{effect.changed:,} of {total:,}", "bold $foreground"), (" get ", "$muted"),
            (label, "bold $foreground"), (new, "$accent"),
            (f" · {same:,} {'has' if same == 1 else 'have'} it" if same else "", "$muted"),
            (f" · replaces {words}{more}" if lost else "", "$warning"),
        )  # fmt: skip

    # ---- doing it

    @on(Input.Submitted)
    def _submit(self) -> None:
        if self.change().value:
            self._do(self.change())

    @on(Button.Pressed)
    def _press(self, event: Button.Pressed) -> None:
        if event.button.id == "leave":
            self.action_leave()
        else:
            self._do(self.change(takes=event.button.id == "take"))

    def _do(self, change: Change) -> None:
        books, ids = self.books, self._ids
        if len(ids) > AT_ONCE:
            books.say(f"Labelling {len(ids):,} conversations…")

        def done(count: int, step: Step) -> None:
            if not count:
                books.say("Nothing changed: it was so already.")
                return
            books.undoing.push(step)
            books.say(f"{step.words} · u takes it back")
            books.renew()

        def work(ledger: Ledger) -> tuple[int, Step]:
            count, back = apply(ledger, ids, change)
            return count, Step(change.words(count), back)

        books.ask(("label", id(change)), work, lambda found: done(*found), slow=True)
        self.dismiss(True)


def _by_end(folders: Iterable[FacetValue]) -> list[FacetValue]:
    """Return the names of folders, as which a project may be labelled."""
    counts: Counter[str] = Counter()
    for one in folders:
        counts[project_end(one.value)] += one.count
    return [FacetValue(name, count, None) for name, count in counts.most_common()]


def _folders(projects: Iterable[FacetValue]) -> dict[str, str]:
    """Return the folders that are meant by their names: those whose name no other one has."""
    named: dict[str, list[str]] = {}
    for one in projects:
        named.setdefault(project_end(one.value), []).append(one.value)
    return {name: paths[0] for name, paths in named.items() if len(paths) == 1}


def _has_now(name: str, had: Had, count: int) -> str:
    """Return what conversations have of a label, in words."""
    often = Counter(value for some in had.values() for value in some).most_common()
    if not often:
        return f"No {name} yet."
    words = ", ".join(
        display_text(value) + (f" ({times:,})" if count > 1 else "")
        for value, times in often[:WORTH_NAMING]
    )
    more = " …" if len(often) > WORTH_NAMING else ""
    many = f"{name}s" if name == MANY and len(often) > 1 else name
    return f"{many} now: {words}{more}"
