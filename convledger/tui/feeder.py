"""Keeps the ledger up to date while the app is open, in a thread with a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from convledger.errors import LedgerGone
from convledger.ledger import Ledger
from convledger.tui.failures import failure_of

if TYPE_CHECKING:
    from convledger.ingest.discover import Scan
    from convledger.ingest.front_door import Holding
    from convledger.ingest.result import SyncResult
    from convledger.ingest.sync import Progress

RETRY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Feed:
    """What the feeder is doing, for the screens.

    `state`: looking, asking (logs were found, nothing is read yet), nothing (no logs), reading,
    paused, live, elsewhere (another process reads), trouble. `words` tell of something that
    happened, `about` says to what; with `over` they tell that it is well again.
    """

    state: str
    progress: Progress | None = None
    found: list[Scan] = field(default_factory=list)
    words: str = ""
    about: str = "watch"
    over: bool = False


class Feeder:
    """Imports what the logs hold, then follows them; tells of it through `tell` and `arrived`.

    Both are called in the feeder's own thread. Nothing is read from an empty ledger before
    `begin` was called, unless `unasked`.
    """

    def __init__(
        self,
        workspace: Path | None,
        tell: Callable[[Feed], object],
        arrived: Callable[[SyncResult], object],
        *,
        unasked: bool = False,
    ) -> None:
        self._workspace = workspace
        self._tell = tell
        self._arrived = arrived
        self._unasked = unasked
        self._feed = Feed("looking")
        self._stopping = threading.Event()
        self._paused = threading.Event()
        self._held = threading.Event()
        self._begun = threading.Event()
        self._idle = threading.Event()  # no import runs
        self._idle.set()
        self._pauses = 0
        self._present: set[Path] = set()  # roots that were there when they were last looked at
        self._missed: dict[Path, str] = {}  # roots that went meanwhile, and what was said of them
        self._rescan: Callable[[], None] = lambda: None
        self._wake: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._run, name="feeder", daemon=True)

    def start(self) -> None:
        """Begin to look for logs."""
        self._thread.start()

    def begin(self) -> None:
        """Read what was found, or go on after `pause`."""
        self._paused.clear()
        self._begun.set()
        self._rescan()

    def pause(self) -> None:
        """Stop reading at the next batch, an import too; `begin` goes on from there."""
        self._pauses += 1
        self._paused.set()
        self._say(Feed("paused"))

    def hold(self) -> None:
        """Read nothing until `go_on`: something else needs the ledger for itself."""
        self._held.set()

    def go_on(self) -> None:
        """Read again, beginning with what has come meanwhile, unless reading is paused."""
        self._held.clear()
        self._rescan()

    def _rests(self) -> bool:
        return self._paused.is_set() or self._held.is_set()

    def rescan(self) -> None:
        """Look at all folders now."""
        self.begin()

    def look(self) -> None:
        """Look at all folders now, unless reading is paused."""
        self._rescan()

    def stop(self) -> None:
        """End the thread; it may take as long as one batch, and nobody needs to wait for it."""
        self._stopping.set()
        self._paused.set()
        self._begun.set()
        self._wake()

    def import_paths(
        self, named: list[Path], done: Callable[[SyncResult | Exception], None]
    ) -> None:
        """Read what a person names, in a thread of its own; `done` gets what came of it.

        It is read during a pause too, as it was asked for; a later pause stops it.
        """

        def found() -> list[Holding]:
            from convledger.ingest.front_door import find

            return find(named, None)

        self._import(found, done)

    def import_found(
        self, found: list[Holding], done: Callable[[SyncResult | Exception], None]
    ) -> None:
        """Read what was found before, as `import_paths` reads what is named."""
        self._import(lambda: found, done)

    def _import(
        self, found: Callable[[], list[Holding]], done: Callable[[SyncResult | Exception], None]
    ) -> None:
        pauses = self._pauses

        def stopping() -> bool:
            return self._stopping.is_set() or self._held.is_set() or self._pauses != pauses

        def work() -> None:
            self._idle.clear()
            ledger: Ledger | None = None
            try:
                with Ledger.open(self._workspace) as ledger:
                    came = ledger.import_found(found(), listener=self._progress, stopping=stopping)
                    if self._feed.state == "nothing":
                        self.begin()  # there is something to follow now, and it was asked for
                    done(came)
            except Exception as error:  # noqa: BLE001 - whatever it is, a person waits for the end
                done(failure_of(error, self._workspace, ledger) or error)
            finally:
                self._idle.set()
            self._say(self._feed)

        threading.Thread(target=work, name="import", daemon=True).start()

    def _say(self, feed: Feed) -> None:
        if feed.progress is None:
            self._feed = feed
        self._tell(feed)

    def _run(self) -> None:
        while not self._stopping.is_set():
            ledger: Ledger | None = None
            try:
                with Ledger.open(self._workspace) as ledger:
                    if self._may_read(ledger):
                        self._begun.set()  # what was read once may be read into a new ledger
                        self._follow(ledger)
            except Exception as error:  # noqa: BLE001 - a thread that ends tells nobody
                known = failure_of(error, self._workspace, ledger)
                if not isinstance(known, LedgerGone):  # of which the app says that itself
                    words = str(known) if known else f"reading failed: {error!r:.200}"
                    self._say(Feed("trouble", words=words))
                elif ledger is not None:
                    continue  # the next round opens it anew
                self._stopping.wait(RETRY_SECONDS)

    def _may_read(self, ledger: Ledger) -> bool:
        """Wait for a person's word where the ledger is empty; False where the app ends."""
        if self._unasked or self._begun.is_set() or ledger.sources():
            return True
        while not self._stopping.is_set():
            self._say(Feed("looking"))
            found = ledger.discover()
            if not self._idle.wait(RETRY_SECONDS):
                continue
            if ledger.sources() and not self._asked(ledger, found):
                return not self._stopping.is_set()
            if any(scan.files for scan in found):
                self._say(Feed("asking", found=found))
                self._begun.wait()
                return not self._stopping.is_set()
            self._say(Feed("nothing", found=found))
            if self._begun.wait(RETRY_SECONDS):  # asked to look again, or something was imported
                return not self._stopping.is_set()
        return False

    @staticmethod
    def _asked(ledger: Ledger, found: list[Scan]) -> bool:
        """Whether some of what was found is of no source that a person has named."""
        known = {(source.source, source.root) for source in ledger.sources()}
        return any(scan.files and (scan.reader, str(scan.root)) not in known for scan in found)

    def _follow(self, ledger: Ledger) -> None:
        from convledger.ingest.watch import Watcher

        watcher = Watcher(
            ledger,
            self._on_change,
            lambda words: self._say(Feed("live", words=words, about=f"watch {words}")),
            listener=self._progress,
            pausing=self._rests,
            settled=self._settled,
        )
        self._rescan, self._wake = watcher.rescan, watcher.wake
        if self._paused.is_set():  # by who stopped the first import, while logs were looked for
            self._say(Feed("paused"))
        try:
            watcher.run(self._stopping)
        finally:
            self._rescan = self._wake = lambda: None

    def _progress(self, progress: Progress) -> None:
        self._say(Feed("reading", progress=progress))

    def _on_change(self, result: SyncResult) -> None:
        self._arrived(result)

    def _settled(self, result: SyncResult) -> None:
        for scan in result.scans:
            self._note(scan)
        if self._paused.is_set():
            self._say(Feed("paused"))
        elif result.busy:
            self._say(Feed("elsewhere"))
        else:
            self._say(Feed("live"))

    def _note(self, scan: Scan) -> None:
        """Say when a folder of logs goes, and when it is there again."""
        root = scan.root
        blocked = next((why for path, why in scan.unreadable if path == str(root)), "")
        if scan.present and not blocked:
            self._present.add(root)
            if self._missed.pop(root, ""):
                words = f"{root} is there again, and read on"
                self._say(Feed("live", words=words, about=f"root {root}", over=True))
            return
        words = f"{root} is gone; what was read from it is kept, and it is read on when it is back"
        if blocked:
            words = f"{root} can't be read ({blocked}); what was read from it is kept"
        if root in self._present and self._missed.get(root) != words:
            self._missed[root] = words
            self._say(Feed("live", words=words, about=f"root {root}"))
