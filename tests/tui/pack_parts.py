"""Packs over the invented memory, and the screen Packs as tests see it."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot

from convledger.clock import DAY
from convledger.ledger import Ledger
from convledger.memory import keeping, packs
from convledger.memory.drafts import Draft
from convledger.memory.packs import Built, Wanted
from convledger.store.entries import EntrySource
from convledger.tui.screens.packs import PacksScreen
from convledger.tui.widgets.pack_meter import PackMeter
from convledger.tui.widgets.pack_rows import FateRows
from tests.tui.memory_parts import remembered
from tests.tui.pilot import NOW, settled, text_of

WORK, ACME, TINY = "work", "bakery", "tiny"
FACTS = (
    ("Deploys of the shop", "The shop is deployed from the branch release, never from main.", 5),
    ("Who signs off", "Marta signs off releases of the shop; Jon when she is away.", 4),
    ("Commit style", "Commits are in the imperative, at most 72 characters, with the why.", 3),
    ("Test database", "Integration tests run against Postgres 16 in a container.", 3),
    ("Error wording", "Errors say what happened, to which file, and what to do next.", 4),
    ("Code style", "Four spaces, type hints everywhere, no abbreviations in names.", 3),
    ("Office hours", "The office in Arlen is open from nine to five, closed on Fridays.", 1),
    ("Old queue", f"The queue was RabbitMQ until the spring{', and NATS since' * 10}.", 2),
)  # fmt: skip


def packed(workspace: Path) -> dict[str, int]:
    """Make three packs over a memory with entries that fit, are cut, and are blocked."""
    ids = remembered(workspace)
    with Ledger.open(workspace) as ledger:
        connection = ledger.connection
        for place, (title, body, value) in enumerate(FACTS):
            source = EntrySource(kind="file", place=f"~/shop/CLAUDE.md#{place + 1}")
            draft = Draft(body, title, "instruction", "project:shop", ("shop",), value=value,
                          source_date=NOW - (9 + place) * DAY, sources=(source,))  # fmt: skip
            ids[title], _ = keeping.remember(connection, draft, NOW - DAY)
        ledger.memory.count_tokens()
        packs.create(connection, WORK, 420, NOW - DAY)
        client = Wanted(scopes=("", "client:northwind-bakery"), states=("active", "snoozed"))
        packs.create(connection, ACME, 2_000, NOW - DAY, wanted=client, form="claude",
                     ceiling="confidential")  # fmt: skip
        packs.create(connection, TINY, 20, NOW - DAY)
        packs.decide(connection, WORK, [ids["Who signs off"]], "always", NOW - DAY)
        packs.decide(connection, WORK, [ids["Office hours"]], "never", NOW - DAY)
    return ids


def with_pack(workspace: Path) -> None:
    """Make a pack of two entries, one of which is archived."""
    with Ledger.open(workspace) as ledger:
        for title, body, _ in FACTS[:2]:
            entry_id, _ = keeping.remember(ledger.connection, Draft(body, title), NOW - DAY)
        keeping.archive(ledger.connection, [entry_id], NOW - DAY)
        packs.create(ledger.connection, WORK, 420, NOW - DAY)


def built(workspace: Path, name: str = WORK) -> Built:
    """Return a pack as it would be written now."""
    with Ledger.open(workspace) as ledger:
        return ledger.packs.built(name, NOW)


async def packs_in(pilot: Pilot[None], name: str = WORK) -> PacksScreen:
    """Show Packs, at a pack of a name; what leads there has a test of its own."""
    screen = PacksScreen()
    await pilot.app.push_screen(screen)
    await settled(pilot)
    screen.show_pack(name)
    await settled(pilot)
    return screen


async def stand_on(pilot: Pilot[None], screen: PacksScreen, entry_id: int) -> None:
    """Put the cursor on an entry."""
    rows = screen.query_one(FateRows)
    assert rows.sight is not None
    rows.cursor = list(rows.sight.order).index(entry_id)
    await settled(pilot)


def fates(screen: PacksScreen) -> str:
    """Return what the list of entries shows."""
    return text_of(screen.query_one(FateRows))


def meter(screen: PacksScreen) -> str:
    """Return what the budget shows."""
    return "\n".join(strip.text.rstrip() for strip in screen.query_one(PackMeter).render_lines(
        screen.query_one(PackMeter).size.region))  # fmt: skip
