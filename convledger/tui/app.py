"""The app: its screens, what they share, and what happens to it while it is open."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual import on
from textual.binding import BindingType
from textual.filter import LineFilter
from textual.message import Message

from convledger import clock, paths
from convledger.config import Config
from convledger.errors import ConvledgerError, LedgerGone, UsageProblem
from convledger.text.display import display_text
from convledger.tui.actions import bindings
from convledger.tui.desk import Desk
from convledger.tui.doors import Doors
from convledger.tui.eraser import Eraser
from convledger.tui.feed_news import FeedNews
from convledger.tui.feeder import Feed, Feeder
from convledger.tui.guard import TerminalGuard
from convledger.tui.keymap import readable_keymap
from convledger.tui.lookout import LOOK_EVERY, Lookout
from convledger.tui.memory_watch import MemoryWatch
from convledger.tui.memory_worker import MemoryWorker
from convledger.tui.notices import Notice, Notices
from convledger.tui.numbered import SCREENS, Numbered
from convledger.tui.plan_watch import EVERY as LOOK_AT_PLANS_EVERY
from convledger.tui.plan_watch import PlanWatch
from convledger.tui.screens.place import PlaceScreen
from convledger.tui.stylesheet import SteadyStylesheet
from convledger.tui.themes import load_themes, variables_for
from convledger.tui.undo import Undo
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.inks import forget_inks
from convledger.tui.widgets.topline import Pulse, TopLine, plan_pulse
from convledger.zones import zone_of

if TYPE_CHECKING:
    from convledger.ingest.result import SyncResult
    from convledger.ledger import Ledger
    from convledger.reports.plan_now import PlanNow

Answer = TypeVar("Answer")
FALLBACKS = ("ledger-ink", "textual-dark")
RENEW_EVERY = 0.25  # seconds: nobody reads figures that change more often


class ConvledgerApp(Numbered, Doors):
    """The terminal app over one workspace.

    `now` returns UTC microseconds. With `feeding` off nothing is read from any log.
    """

    SCOPE = "app"
    CSS_PATH = "app.tcss"
    TITLE = "convledger"
    ENABLE_COMMAND_PALETTE = False  # opened by an action of the table instead
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("app")]
    MODES: ClassVar[dict[str, Any]] = SCREENS
    DEFAULT_MODE = "live"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - as the base class declares it
        (0, "-narrow"),
        (100, "-wide"),
        (130, "-broad"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (32, "-high")]  # noqa: RUF012

    @dataclass
    class Told(Message):
        """Something to be done in the app's own thread."""

        work: Callable[[], None]

    def __init__(
        self,
        workspace: Path | None = None,
        config: Config | None = None,
        *,
        feeding: bool = True,
        now: Callable[[], int] = clock.now_us,
        troubles: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self.stylesheet = SteadyStylesheet(variables=self.get_css_variables())
        self.workspace = workspace or paths.default_workspace()
        self.config = config or Config()
        self.now = now
        self.undoing = Undo()
        self.notices = Notices()
        self._news = FeedNews(self)
        self.plan_watch = PlanWatch(self)
        self.memory_watch = MemoryWatch(self)
        self.eraser = Eraser(self)
        self.feed = Feed("looking")
        self._guard = TerminalGuard()
        self._zone: tzinfo | None = None
        self._problems = list(troubles)
        self._feeding = feeding
        self._renewed = 0.0
        self._renewal_waits = False
        self._plans_at_once = False
        self.pulse = Pulse(str(self.workspace))
        self._use_themes()
        self.user_keymap, problems = readable_keymap(self.config.keys)
        self._problems += problems
        self.set_keymap(self.user_keymap)
        if not self.config.animation:
            self.animation_level = "none"

    # ---- what the app is made of

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Give every theme our own variables, or the stylesheet would not parse."""
        return variables_for(self.current_theme)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Put the guard behind everything that is drawn."""
        return [*super().get_line_filters(), self._guard]

    @property
    def zone(self) -> tzinfo:
        """The zone that days are cut in."""
        if self._zone is None:
            self._zone = zone_of(self.config.timezone)[0]
        return self._zone

    def _use_themes(self) -> None:
        from convledger.config import user_themes_folder

        folder = user_themes_folder()
        self._lookout = Lookout(self, folder)
        loaded = load_themes(folder)
        for theme in loaded.themes.values():
            self.register_theme(theme)
        self._problems += loaded.problems
        if self.config.theme in self.available_themes:
            self.theme = self.config.theme
        else:
            shown = next(name for name in FALLBACKS if name in self.available_themes)
            self._problems.append(f"there is no theme {self.config.theme!r:.60}; {shown} is shown")
            self.theme = shown

    def on_load(self) -> None:
        """Have somebody to ask before the first screen does."""
        self.desk = Desk(self.workspace, self.tell, self.trouble)
        self.side_desk = Desk(self.workspace, self.tell, self.trouble)
        self.feeder = Feeder(
            self.workspace,
            lambda feed: self.tell(lambda: self._fed(feed)),
            lambda result: self.tell(lambda: self._arrived(result)),
        )
        self.memory_worker = MemoryWorker(
            self.workspace,
            lambda share: self.tell(lambda: self._looked_at_memory(share)),
            lambda error: self.tell(lambda: self.trouble(error)),
        )

    def on_mount(self) -> None:
        """Begin to follow the logs."""
        if self._feeding:
            self.feeder.start()
            self.memory_worker.start()
        self.set_interval(LOOK_EVERY, self._look)
        self.set_interval(LOOK_AT_PLANS_EVERY, self.plan_watch.tick)
        self.memory_watch.begin()
        for problem in self._problems:
            self.notice(f"start {problem}", problem)
        self.renew_figures()

    def on_unmount(self) -> None:
        """Let the threads end; nothing waits for them."""
        self.eraser.stop()
        self.feeder.stop()
        self.memory_worker.stop()
        self.desk.close()
        self.side_desk.close()

    # ---- threads and the app

    def tell(self, work: Callable[[], None]) -> None:
        """Have `work` done in the app's own thread; may be called from any."""
        self.post_message(self.Told(work))

    @on(Told)
    def _do(self, event: Told) -> None:
        event.work()

    def ask(
        self,
        name: object,
        question: Callable[[Ledger], Answer],
        then: Callable[[Answer], None],
        *,
        slow: bool = False,
        patient: bool = False,
    ) -> None:
        """Ask the ledger in another thread; `slow` ones have a thread of their own."""
        (self.side_desk if slow else self.desk).ask(name, question, then, patient=patient)

    def trouble(self, error: Exception) -> None:
        """Say what went wrong; the app goes on."""
        words = str(error)
        if isinstance(error, UsageProblem):
            self.say(words, severity="error")
        elif isinstance(error, LedgerGone):
            self._lookout.lost()
        else:
            self.notice(f"trouble {words}", words, severity="error")

    def notice(
        self, about: str, words: str, *, severity: str = "warning", lasts: bool = False
    ) -> None:
        """Say what happened, and keep it in sight on every screen until it is read or over."""
        top = self.screen_stack[-1] if self.screen_stack else None
        is_shown = isinstance(top, PlaceScreen) and top.tells_whole(words)
        if self.notices.tell(Notice(about, words, severity, lasts)) and not is_shown:
            self.say(words, severity=severity)
        self.show_notices()

    def show_notices(self) -> None:
        """Bring the line of notices up to date."""
        for screen in self.screen_stack:
            if isinstance(screen, PlaceScreen):
                screen.show_notices()

    def put_away_notice(self) -> None:
        """Take away the notice that is shown: it has been read."""
        self.notices.put_away()
        self.show_notices()

    def say(self, words: str, *, severity: Any = "information", seconds: float = 6.0) -> None:
        """Show a line for a moment; `words` may hold foreign text."""
        self.notify(
            display_text(words, lines=True), severity=severity, timeout=seconds, markup=False
        )

    def _fed(self, feed: Feed) -> None:
        self._news.tell(feed)
        self.memory_worker.fed(feed)
        before, self.feed = self.feed, self._news.with_words(feed)
        feed = self.feed
        self._show_pulse(replace(self.pulse, feed=feed))
        place = self.place()
        if place is not None:
            place.fed(feed)
        if feed.state == "asking" and before.state not in ("asking", "reading"):  # asked once
            from convledger.tui.screens.welcome import FoundLogs

            self.push_screen(FoundLogs(feed.found), self._answered_import)

    def _answered_import(self, wanted: bool | None) -> None:
        if wanted:
            self.feeder.begin()

    def _arrived(self, result: SyncResult) -> None:
        if result.rerated:
            self.say(result.rerated)
        self.renew(fed=True)

    def _looked_at_memory(self, share: int | None) -> None:
        self._show_pulse(replace(self.pulse, memory=share))
        if share is None:
            self.renew(fed=True)

    # ---- keeping the figures right

    def _look(self) -> None:
        self._lookout.look()

    def renew(self, *, fed: bool = False) -> None:
        """Show new figures soon: at once after a quiet time, else a few times a second.

        What the feeder has `fed` leaves the plans their time; what a person did does not.
        """
        self._plans_at_once |= not fed
        if self._renewal_waits:
            return
        wait = self._renewed + RENEW_EVERY - time.monotonic()
        if wait <= 0:
            self._renew_now()
        else:
            self._renewal_waits = True
            self.set_timer(wait, self._renew_now)

    def _renew_now(self) -> None:
        self._renewal_waits = False
        self._renewed = time.monotonic()
        if self.feed.progress is None:  # while logs are read they come first
            self.memory_worker.look()
        self.renew_figures(plans_at_once=self._plans_at_once)
        self._plans_at_once = False
        for screen in self.screen_stack:
            if isinstance(screen, PlaceScreen | Dialog):
                screen.renew()

    def renew_figures(self, *, plans_at_once: bool = False) -> None:
        """Ask for what the top line shows."""
        now, zone = self.now(), self.zone
        self.ask("pulse", lambda ledger: ledger.spark(now, zone), self._show_spark)
        self.plan_watch.wish(at_once=plans_at_once)
        self.eraser.look()

    def _show_spark(self, spark: tuple[int, ...]) -> None:
        self._show_pulse(replace(self.pulse, today_pico=spark[-1] if spark else 0, spark=spark))

    def _show_pulse(self, pulse: Pulse) -> None:
        self.pulse = pulse
        for screen in self.screen_stack:
            for line in screen.query(TopLine):
                line.pulse = pulse

    def show_plan(self, told: PlanNow) -> None:
        """Show how the plan in force stands."""
        self._show_pulse(replace(self.pulse, plan=plan_pulse(told.meters)))
        for screen in self.screen_stack:
            if isinstance(screen, PlaceScreen) and screen.is_ready:
                screen.plan_told(told)

    def use_theme(self, name: str) -> None:
        """Show another theme, now and in later sittings."""
        from convledger.config import save_setting

        self.theme = name
        forget_inks()
        try:
            save_setting(self.config.path, "theme", name)
        except (ConvledgerError, OSError) as error:
            self.trouble(error)

    def place(self) -> PlaceScreen | None:
        """Return the numbered screen that is shown, under whatever stands over it."""
        return next((one for one in self.screen_stack if isinstance(one, PlaceScreen)), None)

    # ---- actions

    def go(self, mode: str) -> PlaceScreen | None:
        """Show a numbered screen, and return it."""
        if self.current_mode != mode:
            self.switch_mode(mode)
        return self.place()

    def action_palette(self) -> None:
        """Open the palette."""
        from textual.command import CommandPalette

        from convledger.tui.palette import ActionProvider

        if not isinstance(self.screen, CommandPalette):
            self.push_screen(CommandPalette(providers=[ActionProvider]))

    def action_undo(self) -> None:
        """Take back the last change."""
        step = self.undoing.pop()
        if step is None:
            if (place := self.place()) is None or not place.undo_stored():
                self.say("Nothing to undo.")
            return
        self.ask(("undo", id(step)), step.back, lambda _: self._undone(step.words))

    def _undone(self, words: str) -> None:
        self.say(f"Undone: {words}")
        self.renew()

    def action_help(self) -> None:
        """Explain the widget in focus."""
        from convledger.tui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen, self.focused))

    async def action_back(self) -> None:
        """Go one step back: out of a screen over another one, else past a notice."""
        if len(self.screen_stack) > 1:
            self.pop_screen()
        else:
            self.put_away_notice()

    def open_conversation(self, conversation_id: int, message_id: int | None = None) -> None:
        """Show a conversation, at a message if one is named."""
        from convledger.tui.screens.reader import ReaderScreen

        self.push_screen(ReaderScreen(conversation_id, message_id))
