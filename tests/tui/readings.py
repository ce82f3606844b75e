"""A transcript alone in an app, whose texts come when a test lets them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC

from textual.app import App, ComposeResult
from textual.pilot import Pilot

from convledger.tui.widgets.blocks import PORTION
from convledger.tui.widgets.entry_head import BEGINNING
from convledger.tui.widgets.sheet_view import SheetView
from convledger.tui.widgets.transcript import Transcript
from tests.tui.pilot import text_of
from tests.tui.talks import Talk


class Reading(App[None]):
    """A transcript alone; texts are handed over when `answers`, and what was asked is kept."""

    def __init__(self, talk: Talk) -> None:
        super().__init__()
        self.talk = talk
        self.answers = True
        self.asked: list[int] = []
        self.animation_level = "none"

    def compose(self) -> ComposeResult:
        yield Transcript(UTC)

    @property
    def transcript(self) -> Transcript:
        return self.query_one(Transcript)

    def on_mount(self) -> None:
        self.transcript.show(self.talk.script())
        self.transcript.focus()

    def on_sheet_view_wanted(self, event: SheetView.Wanted) -> None:
        self.asked += [*event.beginnings, *event.whole]
        if self.answers:
            texts = self.talk.texts
            self.transcript.receive(
                {one: texts[one][:BEGINNING] for one in event.beginnings},
                {one: texts[one][:PORTION] for one in event.whole},
            )


@asynccontextmanager
async def reading(
    talk: Talk, size: tuple[int, int] = (80, 20)
) -> AsyncIterator[tuple[Reading, Pilot[None]]]:
    app = Reading(talk)
    async with app.run_test(size=size) as pilot:
        await calm(pilot)
        yield app, pilot
        await calm(pilot)


async def calm(pilot: Pilot[None]) -> None:
    for _ in range(2):
        await pilot.pause()


async def press(pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await calm(pilot)


def shown(app: Reading) -> list[str]:
    return text_of(app.transcript).split("\n")


def body(app: Reading) -> str:
    return text_of(app.transcript)
