"""An erasure that is cut short anywhere is finished later: nothing kept, nothing else lost."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest
from zstandard import ZstdDecompressor

from convledger.clock import SECOND
from convledger.ledger import Ledger
from convledger.memory import keeping
from convledger.memory.drafts import Draft
from convledger.memory.erase import Wanted
from convledger.store.entries import entries_where
from tests.faults.conftest import Start
from tests.ingest.logs import Bench, prompt, reply, session, turns

NOW = 1_790_000_000 * SECOND
SECRET = "The vault code of the Zanzibar warehouse is 7741-quokka-99, never to be said aloud."

# Erases conversation and entry of the third and fourth argument, and dies at a stage.
ERASE = """
import os, signal, sys
from pathlib import Path
from convledger.ledger import Ledger
from convledger.memory import erase, erase_file
from convledger.memory.erase import Wanted
from convledger.store import erasures, scrubbing

workspace, conversation, entry, where, when = sys.argv[1:6]

def dying(function, when):
    def wrapped(*args, **named):
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = function(*args, **named)
        os.kill(os.getpid(), signal.SIGKILL)
        return answer
    return wrapped

for module, name in ((erase_file, "write"), (scrubbing, "merge_index"), (scrubbing, "empty_log"),
                     (erase, "search_ledger"), (erase, "treat_backups"), (erasures, "finish"),
                     (erase_file, "wipe")):
    if name == where:
        setattr(module, name, dying(getattr(module, name), when))

with Ledger.open(Path(workspace)) as ledger:
    if where.isdigit():
        left = int(where)
        def tick():
            global left
            left -= 1
            if left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return 0
        ledger.connection.set_progress_handler(tick, 100)
    outcome = ledger.erase(Wanted(entries=(int(entry),), conversations=(int(conversation),)), now=5)
    print(outcome.state, outcome.blocked)
"""


@pytest.fixture
def talked(bench: Bench) -> Bench:
    bench.write(bench.log, turns(1, 60))
    said = prompt(101, SECRET, of=session(2)) + reply(102, "Zwiebelkuchen noted.", of=session(2))
    bench.write(bench.claude / "bakery" / f"{session(2)}.jsonl", said)
    bench.sync()
    return bench


def remembered(bench: Bench) -> tuple[int, int]:
    connection = bench.ledger.connection
    keeping.remember(connection, Draft("The bakery opens at seven."), NOW)
    entry, _ = keeping.remember(connection, Draft(f"{SECRET} Remember the zebrafinch."), NOW)
    conversation = bench.ledger.conversation(session(2)).id
    bench.ledger.label([conversation], "client", "Quixotic Ltd")
    return conversation, entry


def is_there(workspace: Path, text: str) -> bool:
    """Tell whether a text stands in any file of a workspace, or in an unpacked page."""
    wanted = text.lower().encode()
    with Ledger.open(workspace) as ledger:
        pages = [row[0] for row in ledger.connection.execute("SELECT body FROM page")]
    unpack = ZstdDecompressor().decompress
    return any(wanted in place.read_bytes().lower() for place in workspace.iterdir()) or any(
        wanted in unpack(page).lower() for page in pages
    )


def finished(bench: Bench) -> None:
    """See that all of it is gone and all else is there, once the ledger was used again."""
    workspace = bench.ledger.workspace
    with Ledger.open(workspace) as ledger:
        ledger.sync(bench.roots)
        ledger.resume_erasing(now=NOW)
        gone = ledger.connection.execute("SELECT count(*) FROM erasure").fetchone()[0]
        assert ledger.check(deep=True) == []
        assert len(list(entries_where(ledger.connection))) == (1 if gone else 2)
        kept = ledger.connection.execute("SELECT count(*) FROM message").fetchone()[0]
        assert kept == (120 if gone else 122)
    assert not list(workspace.glob("ledger.db.erasing-*"))
    for text in ("Zanzibar", "quokka-99", "Zwiebelkuchen", "zebrafinch", "Quixotic"):
        assert is_there(workspace, text) != bool(gone), text
    assert is_there(workspace, "The bakery opens at seven")


STAGES = ["write", "merge_index", "empty_log", "search_ledger", "treat_backups", "finish", "wipe"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("stage", STAGES)
def test_killed_at_a_stage_it_is_finished_by_the_next_start(
    talked: Bench, start: Start, stage: str, when: str
) -> None:
    conversation, entry = remembered(talked)
    talked.ledger.close()
    process = start(ERASE, talked.ledger.workspace, conversation, entry, stage, when)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL

    finished(talked)


@pytest.mark.parametrize("steps", [1, 3, 8, 20, 45, 90, 150])
def test_killed_at_a_step_of_sqlite_it_is_finished_by_the_next_start(
    talked: Bench, start: Start, steps: int
) -> None:
    conversation, entry = remembered(talked)
    talked.ledger.close()
    start(ERASE, talked.ledger.workspace, conversation, entry, steps, "-").communicate(timeout=60)

    finished(talked)


_FULL = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[6]), resource.RLIM_INFINITY))
from convledger.errors import WorkspaceError
try:
    exec(sys.argv[7])
except (WorkspaceError, OSError) as error:
    print("told:", error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no such limit")
@pytest.mark.parametrize("kilobytes", [0, 1, 40, 120, 200, 300])
def test_a_full_disk_is_told_and_it_is_finished_later(
    talked: Bench, start: Start, kilobytes: int
) -> None:
    conversation, entry = remembered(talked)
    talked.ledger.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    talked.ledger.close()
    process = start(
        _FULL, talked.ledger.workspace, conversation, entry, "-", "-", kilobytes << 10, ERASE
    )
    said, problems = process.communicate(timeout=60)

    assert "Traceback" not in problems
    assert said.startswith(("told: ", "pending", "done"))
    finished(talked)


def test_a_workspace_that_may_only_be_looked_at_is_left_as_it_is(talked: Bench) -> None:
    from convledger.errors import WorkspaceError

    conversation, entry = remembered(talked)
    wanted = Wanted(entries=(entry,), conversations=(conversation,))
    found = talked.ledger.erase_outlook(wanted)
    assert found.counts["entries"] == 1
    type(talked.ledger).is_sealed, kept = property(lambda _: True), type(talked.ledger).is_sealed  # type: ignore[method-assign,assignment]
    try:
        with pytest.raises(WorkspaceError, match="can't be written"):
            talked.ledger.erase(wanted, now=NOW)
    finally:
        type(talked.ledger).is_sealed = kept  # type: ignore[method-assign]
    assert talked.ledger.check(deep=True) == []
    assert len(list(entries_where(talked.ledger.connection))) == 2
