"""Keeps the ledger up to date while logs grow: events wake it, scans are the truth.

Events can be lost (queue overflows, watch limits, suspended machines, folders that appear faster
than they are watched), so every root is also scanned at intervals, and at once after any sign of
loss. Only the kinds of events that a change needs are subscribed to: with all of them the
observer's own reading would wake it again.
"""

from __future__ import annotations

import logging
import os
import random
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

from convledger.clock import seconds_passed
from convledger.sources.registry import PLACES

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver, ObservedWatch

    from convledger.ingest.result import SyncResult
    from convledger.ingest.sync import Listener
    from convledger.ledger import Ledger

KINDS: list[type[FileSystemEvent]] = [
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileDeletedEvent,
    DirCreatedEvent,
    DirMovedEvent,
    DirDeletedEvent,
]
SETTLE = 0.02  # seconds in which the events of one write come together
SCAN_EVERY = 120.0  # seconds; with up to a fifth more, so that many machines do not scan in step
POLL_EVERY = 2.0  # seconds between scans of a root that can't be watched
LOOK_EVERY = 5.0  # seconds between looks at whether the roots and their watches are still there
MOST_WATCHES = Path("/proc/sys/fs/inotify/max_user_watches")


class Inbox(FileSystemEventHandler):
    """Collects changed paths from the observer's threads until the watcher takes them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._paths: set[str] = set()
        self._scan = False
        self.awake = threading.Event()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Note what changed; a changed folder asks for a scan, since its files may be unseen."""
        with self._lock:
            if event.is_directory:
                self._scan = True
            else:
                for path in (event.src_path, event.dest_path):
                    if path:
                        self._paths.add(
                            path
                            if isinstance(path, str)
                            else path.decode("utf-8", "surrogateescape")
                        )
        self.awake.set()

    def ask_for_scan(self) -> None:
        """Note that events were lost."""
        with self._lock:
            self._scan = True
        self.awake.set()

    def take(self) -> tuple[set[str], bool]:
        """Return the changed paths and whether to scan, and begin anew."""
        with self._lock:
            paths, scan = self._paths, self._scan
            self._paths, self._scan = set(), False
            self.awake.clear()
        return paths, scan


class _Overflows(logging.Handler):
    """Hears from watchdog's log that events were lost: it has no other way to say so."""

    def __init__(self, inbox: Inbox) -> None:
        super().__init__(logging.WARNING)
        self._inbox = inbox

    def emit(self, record: logging.LogRecord) -> None:
        """Ask for a scan."""
        del record
        self._inbox.ask_for_scan()


class Watcher:
    """Watches the roots of a ledger's sources and reads what they gain.

    While `pausing` says so nothing is read; a scan that is under way then stops. `rescan` brings
    the ledger up to date again afterwards. `settled` hears of every look, also of one that found
    nothing new; `glanced` is called every few seconds, whether anything happens or not.
    """

    def __init__(
        self,
        ledger: Ledger,
        on_change: Callable[[SyncResult], None],
        on_notice: Callable[[str], object] | None = None,
        listener: Listener | None = None,
        pausing: Callable[[], bool] = lambda: False,
        settled: Callable[[SyncResult], object] = lambda _result: None,
        glanced: Callable[[], object] = lambda: None,
    ) -> None:
        self._settled, self._glanced = settled, glanced
        self._ledger = ledger
        self._listener = listener
        self._pausing = pausing
        self._on_change = on_change
        self._on_notice = on_notice or (lambda _text: None)
        self._inbox = Inbox()
        self._observer: BaseObserver = Observer()
        self._watches: dict[Path, tuple[ObservedWatch, int]] = {}
        self._polled: set[Path] = set()
        self._sizes: dict[Path, int] = {}  # how many folders each watched root has
        self._handler = _Overflows(self._inbox)

    def run(self, stopping: threading.Event) -> None:
        """Watch until `stopping` is set. What the logs hold already is read first."""
        log = logging.getLogger("watchdog")
        log.addHandler(self._handler)
        log.propagate = False
        # Said when a new folder is found twice; it would be printed into whatever is on screen.
        warnings.filterwarnings("ignore", "Callback with id", RuntimeWarning)
        self._observer.start()
        try:
            self._look()
            self._sync(None)
            self._loop(stopping)
        finally:
            self._observer.stop()
            self._observer.join(timeout=2.0)
            log.removeHandler(self._handler)

    def wake(self) -> None:
        """Make the watcher look at once, as before it is asked to stop."""
        self._inbox.awake.set()

    def rescan(self) -> None:
        """Have all roots scanned at once."""
        self._inbox.ask_for_scan()

    def _loop(self, stopping: threading.Event) -> None:
        next_scan = seconds_passed() + SCAN_EVERY
        last_look = seconds_passed()
        while not stopping.is_set():
            wait = POLL_EVERY if self._polled else LOOK_EVERY
            if self._inbox.awake.wait(wait):
                if stopping.wait(SETTLE):
                    return
                paths, scan = self._inbox.take()
            else:
                paths, scan = set(), False
            now = seconds_passed()
            if now - last_look > LOOK_EVERY * 3:
                scan = True  # the machine slept: nobody counted what happened meanwhile
            if now - last_look >= LOOK_EVERY:
                scan |= self._look()
                last_look = now
                if not self._pausing():
                    self._glanced()
            if scan or now >= next_scan or self._polled:
                self._sync(None)
                next_scan = now + SCAN_EVERY * random.uniform(1.0, 1.2)  # noqa: S311
            elif paths:
                self._sync(paths)

    def _sync(self, paths: set[str] | None) -> None:
        if self._pausing():
            return
        if paths is None:
            result = self._ledger.sync(listener=self._listener, stopping=self._pausing)
        else:
            result = self._ledger.sync_paths(paths)
        if result.calls or result.messages or result.rejected or result.rerated:
            self._on_change(result)
        if result.busy:
            self._inbox.ask_for_scan()
        self._settled(result)

    def _look(self) -> bool:
        """Watch roots that appeared, let go of those that vanished; True where a scan is due."""
        changed = False
        folders = self._folders()
        for root in self._watches.keys() - set(folders):  # they were left out
            self._observer.unschedule(self._watches.pop(root)[0])
            self._sizes.pop(root, None)
        self._polled &= set(folders)
        for root in folders:
            inode = _inode(root)
            watched = self._watches.get(root)
            if watched is not None and watched[1] == inode and self._is_alive(watched[0]):
                continue
            if watched is not None:
                self._observer.unschedule(watched[0])
                del self._watches[root]
                changed = True
            if inode is not None:
                changed |= self._watch(root, inode)
        return changed

    def _folders(self) -> list[Path]:
        """Return the folders to watch: each root's own, or the parent of a root that is a file."""
        folders: dict[Path, None] = {}
        for reader, root in self._ledger.known_roots():
            below = [root / name for name in getattr(PLACES[reader], "FOLDERS", ())]
            present = [folder for folder in below if folder.is_dir()]
            for folder in present or [root]:
                folders[folder if not folder.is_file() else folder.parent] = None
        return list(folders)

    def _is_alive(self, watch: ObservedWatch) -> bool:
        return any(
            emitter.watch == watch and emitter.is_alive() for emitter in self._observer.emitters
        )

    def _watch(self, root: Path, inode: int) -> bool:
        folders, held = folders_in(root), watches_held()
        try:
            watch = self._observer.schedule(
                self._inbox, str(root), recursive=True, event_filter=KINDS
            )
        except OSError as error:
            if root not in self._polled:
                self._polled.add(root)
                self._on_notice(
                    f"{root}: can't be watched ({error.strerror}); it is looked at every "
                    f"{POLL_EVERY:.0f} s instead"
                )
            return True
        self._watches[root] = (watch, inode)
        self._sizes[root] = folders
        # The observer says nothing of folders below a root that it was not let watch.
        unwatched = max(0, folders - (watches_held() - held)) if held >= 0 else 0
        if root not in self._polled and (unwatched or self._is_near_limit()):
            self._polled.add(root)
            what = f"{unwatched:,} of its folders can't be watched: " if unwatched else ""
            self._on_notice(
                f"{root}: {what}more folders than the system lets one watch (fs.inotify."
                f"max_user_watches); it is looked at every {POLL_EVERY:.0f} s instead"
            )
        return True

    def _is_near_limit(self) -> bool:
        """Tell whether the folders of all roots need most of the watches that there are."""
        try:
            most = int(MOST_WATCHES.read_text())
        except (OSError, ValueError):
            return False
        return sum(self._sizes.values()) > most * 0.8


def folders_in(root: Path) -> int:
    """Count a folder and those below it, without following links."""
    return sum(1 for _ in os.walk(root))


def watches_held() -> int:
    """Count the folders that this process watches; -1 where the system does not tell."""
    count = 0
    try:
        for descriptor in Path("/proc/self/fd").iterdir():
            with suppress(FileNotFoundError):
                if str(descriptor.readlink()) == "anon_inode:inotify":
                    facts = (Path("/proc/self/fdinfo") / descriptor.name).read_text()
                    count += facts.count("inotify wd:")
    except OSError:
        return -1
    return count


def _inode(root: Path) -> int | None:
    try:
        info = root.stat()
    except OSError:
        return None
    return info.st_ino


def watch(
    ledger: Ledger,
    on_change: Callable[[SyncResult], None],
    stopping: threading.Event,
    on_notice: Callable[[str], object] | None = None,
) -> None:
    """Keep `ledger` up to date until `stopping` is set, telling of each arrival."""
    Watcher(ledger, on_change, on_notice).run(stopping)
