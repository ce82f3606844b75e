"""Reads a conversation: its transcript, where one stands in it, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from convledger.reports.thread import HIDDEN
from convledger.text.display import clip, display_text
from convledger.tui.actions import bindings
from convledger.tui.paced import Paced
from convledger.tui.screens.branching import BranchingScreen
from convledger.tui.screens.reader_memory import kept_from, proposed
from convledger.tui.screens.reader_words import copied_words, count_words, title_words
from convledger.tui.screens.reading import Reading
from convledger.tui.widgets.blocks import PORTION
from convledger.tui.widgets.context_meter import ContextMeter, standing
from convledger.tui.widgets.entry_head import BEGINNING
from convledger.tui.widgets.find_line import FindLine
from convledger.tui.widgets.full_cost_line import FullCostLine
from convledger.tui.widgets.outcome_line import OutcomeLine
from convledger.tui.widgets.panel import Panel
from convledger.tui.widgets.people_line import PeopleLine
from convledger.tui.widgets.script import script_of
from convledger.tui.widgets.sheet_view import SheetView
from convledger.tui.widgets.transcript import Transcript

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.memory.erase import Wanted
    from convledger.reports.listing import ConversationLine
    from convledger.tui.screens.family import Chosen

COPIED = 1_000_000  # characters: more is too much for the clipboard of most terminals
NOTHING = (
    "Nothing that was said here is in the ledger.",
    "H shows entries that no person and no model said. esc goes back.",
)
_FRAME = 4  # cells of the panel's edges that are no text


class ReaderScreen(BranchingScreen):
    """A conversation over the screen from which it was opened; at a message if one is named."""

    NAME = "Conversation"
    SCOPE = "reader"
    AUTO_FOCUS: ClassVar[str] = "Transcript"
    # Escape leaves a search first, hence it is bound here too.
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("reader"),
        *(one for one in bindings("app") if one.action == "back"),
    ]
    DEFAULT_CSS = """
    ReaderScreen Panel { height: 1fr; padding: 0 0 0 1; }
    ReaderScreen FindLine { padding: 0 1 0 0; }
    ReaderScreen ContextMeter { padding: 0 1 0 0; }
    """

    def __init__(
        self, conversation_id: int, message_id: int | None = None, *, agent: str = ""
    ) -> None:
        super().__init__()
        self.conversation_id = conversation_id
        self._message_id = message_id
        self._agent = agent
        self._hidden = False
        self._line: ConversationLine | None = None
        self._messages: int | None = None
        self._is_open = False
        self._found: int | None = None  # entries that hold what is looked for
        self._jumps = False  # to the first match, when it has been found
        self._renewal = Paced(self, "renewal", self._read, self._show)

    # ---- what is shown

    def parts(self) -> ComposeResult:
        """Compose transcript, the line to find with, and the meter."""
        # Kept, as the ledger is asked in a thread that may outlast the screen.
        self._zone = self.books.zone
        self.transcript = Transcript(self._zone)
        self.find_line = FindLine()
        self._ending = OutcomeLine(self._zone)
        self._meter = ContextMeter(self._zone)
        self._full_cost = FullCostLine(self.conversation_id, self._zone)
        self._people = PeopleLine(self.conversation_id, self._zone)
        below = (self.transcript, self.find_line, self._full_cost, self._meter)
        above = (self._ending, self._people)
        self._panel = Panel("Conversation", *above, *below, counts="Reading …")
        yield self._panel

    def on_mount(self) -> None:
        """Ask for the conversation, first for what is known of it without its entries."""
        self.ask("line", self._read_line, self._show_line)
        self._ask()

    def on_resize(self, _: events.Resize) -> None:
        """Say more or less in the frame, as there is room."""
        self.call_after_refresh(self._show_frame)

    def renew(self) -> None:
        """Ask for what has been said since."""
        if self._is_open:
            self._renewal.wish()

    def _ask(self) -> None:
        self.ask("outline", self._read, self._show)

    def _read_line(self, ledger: Ledger) -> ConversationLine | None:
        return next(iter(ledger.conversation_lines([self.conversation_id])), None)

    def _show_line(self, line: ConversationLine | None) -> None:
        self._line = line
        self._show_frame()

    def _read(self, ledger: Ledger) -> Reading:
        hidden = self._hidden
        line = self._read_line(ledger)
        outline = ledger.outline(self.conversation_id, hidden=hidden)
        messages = sum(1 for head in outline.heads if head.id and not head.flags & HIDDEN)
        script = script_of(outline, self._zone, line.project if line else "")
        script.kept = kept_from(ledger, self.conversation_id)
        return Reading(line, script, hidden, messages)

    def _show(self, reading: Reading) -> None:
        if reading.hidden != self._hidden:
            return  # asked before the hidden ones were shown or left out
        transcript = self.transcript
        is_first, grown = not self._is_open, reading.script.names != transcript.script.names
        self._is_open, transcript.nothing = True, NOTHING
        self._line, self._messages = reading.line, reading.messages
        transcript.show(reading.script)
        self._show_frame()
        self._full_cost.ask_anew()
        self._people.ask_anew()
        if is_first or self._message_id is not None:
            self._go_to_start()
        if grown and self.find_line.text:
            self._search(self.find_line.text)

    def _go_to_start(self) -> None:
        """Go to the message that the conversation was opened at, or to the sub-agent."""
        transcript, row = self.transcript, max(1, self.transcript.size.height // 4)
        if self._message_id is not None:
            place = transcript.script.place(self._message_id)
            if place is None and not self._hidden:
                self.action_hidden()  # it may be among those
                return
            self._message_id = None
            if place is None:
                self.books.say("That message is no longer in the ledger.", severity="warning")
                self.action_hidden()
                return
            if not transcript.sheet.is_open(place):
                transcript.sheet.turn(place)
            transcript.go_to(place, row)
        elif self._agent:
            self._go_to_agent(self._agent)

    def _go_to_agent(self, agent: str) -> None:
        heads = self.transcript.script.heads
        place = next((at for at, head in enumerate(heads) if head.agent == agent), None)
        if place is None:
            self.books.say("The log holds nothing that this sub-agent said.")
        else:
            self.transcript.go_to(place, 1)

    def _show_frame(self) -> None:
        if self._line is None and not self._is_open:
            return
        self._ending.show(self._line)
        room = max(10, self._panel.size.width - _FRAME)
        self._panel.show_title(Content(clip(title_words(self._line), room)))
        self._panel.show_counts(
            count_words(self._line, self._messages, hidden=self._hidden, room=room)
        )

    # ---- the transcript

    @on(SheetView.Wanted)
    def _fetch(self, event: SheetView.Wanted) -> None:
        beginnings, whole = event.beginnings, event.whole

        def texts(ledger: Ledger) -> tuple[dict[int, str], dict[int, str]]:
            return ledger.bodies(beginnings, most=BEGINNING), ledger.bodies(whole, most=PORTION)

        self.ask("texts", texts, lambda found: self.transcript.receive(*found))

    @on(Transcript.Moved)
    def _moved(self, event: Transcript.Moved) -> None:
        script = self.transcript.script
        if event.index < len(script.heads) and self.find_line.is_attached:
            self._meter.show(standing(script, event.index))
            self._show_count()

    def action_fold(self) -> None:
        """Open or fold the entry under the cursor."""
        self.transcript.fold(self.transcript.cursor)

    def action_fold_all(self) -> None:
        """Open or fold all tool calls."""
        self.transcript.fold_all()

    def action_next_prompt(self) -> None:
        """Go to the next prompt, or the next match."""
        self._go(1)

    def action_previous_prompt(self) -> None:
        """Go to the prompt before, or the match before."""
        self._go(-1)

    def _go(self, way: int) -> None:
        if self.find_line.text:
            self.transcript.go_match(way)
            self._show_count()
        elif not self.transcript.go_prompt(way):
            self.books.say(f"No prompt {'after' if way > 0 else 'before'} this one.", seconds=2.0)

    def action_hidden(self) -> None:
        """Show or leave out what no person and no model said."""
        self._hidden = not self._hidden
        self._ask()

    # ---- finding

    def action_find(self) -> None:
        """Let a person type what to find."""
        self.find_line.open()

    @on(FindLine.Typed)
    def _typed(self, event: FindLine.Typed) -> None:
        self._jumps = False
        self._found = None
        if event.text:
            self._search(event.text)
        else:
            self._take_found("", [])
        self._show_count()

    def _search(self, text: str) -> None:
        wanted, hidden = self.conversation_id, self._hidden
        self.ask(
            "find",
            lambda ledger: ledger.find_in(wanted, text, hidden=hidden),
            lambda found: self._take_found(text, found),
            slow=True,
        )

    def _take_found(self, text: str, messages: list[int]) -> None:
        if text != self.find_line.text:
            return
        self.transcript.find(text, messages)
        self._found = len(self.transcript.matches) if text else None
        if self._jumps:
            self._jump()
        self._show_count()

    @on(FindLine.Entered)
    def _entered(self, event: FindLine.Entered) -> None:
        self.transcript.focus()
        if not event.text:
            self._end_find()
        elif self._found is None:
            self._jumps = True
        else:
            self._jump()

    def _jump(self) -> None:
        """Go to the first match from the cursor on."""
        self._jumps = False
        transcript = self.transcript
        if transcript.match:
            transcript.go_to_match(transcript.cursor)
        else:
            transcript.go_match(1)
        self._show_count()

    def _show_count(self) -> None:
        self.find_line.show_count(self._found, self.transcript.match)

    def _end_find(self) -> None:
        self.find_line.close()
        self._found, self._jumps = None, False
        self.transcript.find("", [])
        self.transcript.focus()

    async def action_back(self) -> None:
        """End finding, or leave."""
        if self.find_line.is_shown:
            self._end_find()
        else:
            await self.books.action_back()

    # ---- what can be done with it

    def action_family(self) -> None:
        """Show sub-agents, forks and resumes."""
        from convledger.tui.screens.family import FamilyScreen

        self.app.push_screen(FamilyScreen(self.conversation_id), self._go_to_relative)

    def _go_to_relative(self, chosen: Chosen | None) -> None:
        if chosen is None:
            return
        if chosen.conversation_id != self.conversation_id:
            self.app.push_screen(ReaderScreen(chosen.conversation_id, agent=chosen.agent))
        elif chosen.agent:
            self._go_to_agent(chosen.agent)

    def action_why(self) -> None:
        """Explain the cost of this turn."""
        from convledger.tui.screens.why import WhyScreen

        script, cursor = self.transcript.script, self.transcript.cursor
        payer = script.payers[cursor] if script.payers else -1
        call = script.heads[payer].call if payer >= 0 else None
        if call is None:
            self.books.say("No call stands here: nothing was paid for this entry.")
        else:
            self.app.push_screen(WhyScreen(call.key, title_words(self._line)))

    def action_handoffs(self) -> None:
        """Show where a person took it over; from there a hand-off is entered."""
        from convledger.tui.screens.review_handoffs import ConversationHandoffsScreen

        title = title_words(self._line)
        self.app.push_screen(ConversationHandoffsScreen(self.conversation_id, title, self._zone))

    def action_label(self) -> None:
        """Give the conversation labels."""
        from convledger.tui.screens.label import LabelScreen

        self.app.push_screen(LabelScreen([self.conversation_id], title_words(self._line)))

    def action_export(self) -> None:
        """Write the conversation to files."""
        from convledger.tui.screens.export import ExportScreen

        self.app.push_screen(ExportScreen([self.conversation_id], title_words(self._line)))

    def action_erase(self) -> None:
        """Erase the message under the cursor, or the whole conversation."""
        from convledger.tui.erase_choices import in_conversation
        from convledger.tui.screens.erase import EraseScreen

        transcript = self.transcript
        message_id = transcript.script.heads[transcript.cursor].id if transcript.count else 0

        def erased(what: Wanted | None) -> None:
            if what is not None and self.conversation_id in what.conversations:
                self.app.pop_screen()  # nothing that was said is left to be read

        choices = in_conversation(message_id, self.conversation_id, title_words(self._line))
        self.app.push_screen(EraseScreen(choices), erased)

    def action_remember(self) -> None:
        """Keep the message under the cursor as an entry of memory."""
        transcript = self.transcript
        head = transcript.script.heads[transcript.cursor] if transcript.count else None
        if head is None or not head.length or not head.id:
            self.books.say("There is no text to remember here.")
            return
        message_id, line = head.id, self._line

        def show(text: str) -> None:
            from convledger.tui.screens.memory_editor import RememberScreen, is_too_long

            if not text.strip():
                self.books.say("There is no text to remember here.")
            elif is_too_long(text):
                self.books.say("The message is too long to be one entry.", severity="warning")
            else:
                self.app.push_screen(RememberScreen(message_id, text, proposed(text, line)))

        def read(ledger: Ledger) -> str:
            return ledger.bodies([message_id], most=COPIED).get(message_id, "")

        self.ask("remember", read, show)

    def action_copy(self) -> None:
        """Copy the text of the entry under the cursor."""
        transcript = self.transcript
        head = transcript.script.heads[transcript.cursor] if transcript.count else None
        if head is None or not head.length:
            self.books.say("There is no text to copy here.")
            return
        message_id, length, kind = head.id, head.length, head.kind

        def read(ledger: Ledger) -> str:
            texts = ledger.bodies([message_id], most=COPIED)
            return display_text(texts.get(message_id, ""), lines=True)

        def copy(text: str) -> None:
            self.app.copy_to_clipboard(text)
            self.books.say(copied_words(kind, len(text.encode()), length))

        self.ask("copy", read, copy)
