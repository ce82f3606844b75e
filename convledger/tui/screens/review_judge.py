"""Judges a conversation: its transcript to read, and a verdict by one key."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from convledger.clock import SECOND
from convledger.economics.work_text import LONGEST_WORK
from convledger.text.display import clip, display_text
from convledger.tui import review_words as words
from convledger.tui.actions import bindings
from convledger.tui.screens.reader import ReaderScreen
from convledger.tui.screens.review_verdict import VerdictScreen
from convledger.tui.widgets.canvas import BOLD, DIM, FOCUS, WARN, Canvas
from convledger.tui.widgets.drawing import Drawing
from convledger.who import person
from convledger.workflow.reason_codes import REVIEWS
from convledger.workflow.review_words import FAIL, MAJOR, MINOR, PASS

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.tui.app import ConvledgerApp
    from convledger.workflow.review_words import Item


class JudgingLine(Drawing):
    """Which item it is, until when, and what of others' verdicts may not be seen yet."""

    DEFAULT_CSS = "JudgingLine { height: 1; padding: 0 1; }"

    def __init__(self, item: Item, *, decides: bool) -> None:
        super().__init__(focusable=False)
        self._item = item
        self.decides = decides
        self.left: int | None = None  # items that still wait for whoever judges

    def draw(self, canvas: Canvas) -> None:
        """Draw what is asked for at the left, what is left to do at the right."""
        item, zone = self._item, cast("ConvledgerApp", self.app).zone
        asked = "to decide" if self.decides else "your verdict"
        facts = [display_text(item.batch.title), words.due_text(item.batch, zone),
                 words.hidden_text(item), display_text(item.stored.stratum)]  # fmt: skip
        right = "" if self.left is None else f" {self.left:,} for you"
        end = canvas.width - len(right)
        x = canvas.put(
            0, 0, (f"item {item.stored.id} ", BOLD),
            (f"· {asked} ", WARN if self.decides else FOCUS), end=end,
        )  # fmt: skip
        about = " · ".join(each for each in facts if each)
        canvas.put(x, 0, (clip(f"· {about}", max(1, end - x)), DIM), end=end)
        canvas.put(end, 0, (right, DIM), end=canvas.width)


class Judging(Vertical):
    """The transcript with the keys that judge it."""

    SCOPE = "judging"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("judging")]

    @property
    def _screen(self) -> JudgeScreen:
        return cast("JudgeScreen", self.screen)

    def action_give_pass(self) -> None:
        """Judge that it is as it should be."""
        self._screen.judge(PASS)

    def action_give_minor(self) -> None:
        """Judge that it has a small defect."""
        self._screen.judge(MINOR)

    def action_give_major(self) -> None:
        """Judge that it has a serious defect."""
        self._screen.judge(MAJOR)

    def action_give_fail(self) -> None:
        """Judge that it should not have gone out."""
        self._screen.judge(FAIL)

    def action_skip(self) -> None:
        """Go on to the next item; this one waits on."""
        self._screen.go_on(skipping=True)

    def action_adjudicate(self) -> None:
        """Give what is decided with the next verdict, or your own again."""
        self._screen.turn()


class JudgeScreen(ReaderScreen):
    """A conversation with an item to judge; the next one that waits comes up by itself."""

    NAME = "Review › Judge"
    DEFAULT_CSS = """
    JudgeScreen Judging { height: 1fr; }
    """

    def __init__(self, item: Item, conversation_id: int, *, decides: bool = False) -> None:
        super().__init__(conversation_id)
        self.item = item
        self._line_above = JudgingLine(item, decides=decides)
        self._since: int | None = None  # UTC microseconds, when it was opened
        self._you = person()

    def parts(self) -> ComposeResult:
        """Compose what is asked for, and the reader below it."""
        yield Judging(self._line_above, *super().parts())

    def on_mount(self) -> None:
        """Begin to count the time, and ask how many wait."""
        self._since = self.books.now()
        self.ask("left", _left, self._show_left)

    def _show_left(self, left: int) -> None:
        self._line_above.left = left
        self._line_above.refresh()

    @property
    def seconds(self) -> int | None:
        """Seconds since it was opened: None where nobody reads for so long, or it was now."""
        spent = 0 if self._since is None else (self.books.now() - self._since) // SECOND
        return spent if 0 < spent <= LONGEST_WORK else None

    def judge(self, verdict: str) -> None:
        """Ask for reasons and the like, and keep the verdict."""
        decides = self._line_above.decides

        def ask_for(found: tuple[Item, list[str]]) -> None:
            self.item, codes = found
            screen = VerdictScreen(
                self.item, verdict, codes, self._you, seconds=self.seconds, decides=decides
            )
            self.app.push_screen(screen, self._judged)

        number = self.item.stored.id
        self.ask("codes", lambda ledger: (ledger.review_item(number), ledger.reasons(REVIEWS)),
                 ask_for)  # fmt: skip

    def _judged(self, is_kept: bool | None) -> None:
        if is_kept:
            self.go_on(skipping=False)

    def turn(self) -> None:
        """Decide in place of giving one's own verdict, or the other way about."""
        number, line = self.item.stored.id, self._line_above

        def turned(item: Item) -> None:
            self.item = item
            if self._you in item.waiting:
                self.books.say("Give your own verdict first: others' are hidden until then.")
            elif not item.latest:
                self.books.say("Nobody has given a verdict on it yet.")
            else:
                line.decides = not line.decides
                line.refresh()

        self.ask("item", lambda ledger: ledger.review_item(number), turned)

    def go_on(self, *, skipping: bool) -> None:
        """Open what is to be judged next, or go back where nothing is."""
        own, decides, name = self.item, self._line_above.decides, self._you

        def read(ledger: Ledger) -> Item | None:
            if decides:
                found = ledger.disagreements(batch=own.batch.id)
            else:
                every = ledger.review_items(name, batch=own.batch.id)
                found = [each for each in every if name in each.waiting]
            return _behind(found, own) if skipping or found else None

        def show(item: Item | None) -> None:
            if item is not None:
                open_item(self.books, item, decides=decides, instead=True)
            elif skipping:
                self.books.say("No other item of this sample waits for you.")
            else:
                self.app.pop_screen()
                done = "Nothing is left to decide in" if decides else "Nothing is left for you in"
                self.books.say(f"{done} {own.batch.title}.")

        self.ask("go on", read, show)


def _left(ledger: Ledger) -> int:
    """Return how many items wait for whoever works here."""
    name = person()
    return sum(name in item.waiting for item in ledger.review_items(name))


def _behind(found: list[Item], own: Item) -> Item | None:
    """Return the item behind one by place, behind the last the first; None for no other."""
    others = sorted(
        (each for each in found if each.stored.id != own.stored.id),
        key=lambda each: (each.stored.place <= own.stored.place, each.stored.place),
    )
    return others[0] if others else None


def open_item(
    app: ConvledgerApp, item: Item, *, decides: bool = False, instead: bool = False
) -> None:
    """Open an item to be judged; `instead` in the place of the one that is open."""
    number = item.stored.conversation_id
    if number is None:
        if instead:
            app.pop_screen()
        app.say(
            f"The conversation of item {item.stored.id} is not in these books: `convledger review "
            f"show {item.stored.id} --from FILE` reads it, `convledger review verdict` judges it."
        )
        return
    screen = JudgeScreen(item, number, decides=decides)
    if instead:
        app.switch_screen(screen)
    else:
        app.push_screen(screen)
