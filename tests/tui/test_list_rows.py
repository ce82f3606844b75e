"""The lists of conversations and of filters: any number of rows, of which few are ever touched."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from textual import on
from textual.app import App, ComposeResult

from convledger.clock import DAY, HOUR
from convledger.money import PICO
from convledger.reports.facets import FacetValue
from convledger.reports.listing import ConversationLine
from convledger.tui.widgets.conversation_rows import ConversationRows, model_name
from convledger.tui.widgets.facet_rows import FacetRows, facet_rows, short_paths
from convledger.tui.widgets.paged_rows import KEPT, PAGE
from convledger.tui.widgets.rows import RowLine
from tests.tui.pilot import text_of

MILLION = array("q", range(1, 1_000_001))


def line(number: int, title: str = "", **facts: object) -> ConversationLine:
    """Return an invented line."""
    made = ConversationLine(
        number, "codex", f"id-{number}", title or f"number {number}", "/home/ana/oven", "main",
        0, HOUR, "", "", ("gpt-5",), 3, 0, 0, 1_200, PICO,
    )  # fmt: skip
    for name, value in facts.items():
        setattr(made, name, value)
    return made


class CountingRows(ConversationRows):
    """Rows that count how often one is drawn."""

    drawn = 0

    def row(self, index: int, cells: int) -> list[RowLine]:
        self.drawn += 1
        return super().row(index, cells)


class Shelf(App[None]):
    """The list alone; pages come when the test hands them over."""

    def __init__(self, ids: Sequence[int]) -> None:
        super().__init__()
        self.wanted: list[tuple[int, ...]] = []
        self.rows = CountingRows()
        self.rows.ids = array("q", ids)
        self.rows.now = 2 * HOUR

    def compose(self) -> ComposeResult:
        yield self.rows

    @on(ConversationRows.Wanted)
    def note(self, event: ConversationRows.Wanted) -> None:
        self.wanted.append(event.ids)

    def hand_over(self) -> None:
        """Give the list the last page that it asked for."""
        self.rows.fill(self.wanted[-1], [line(number) for number in self.wanted[-1]])


async def test_a_key_in_a_million_rows_draws_a_screenful_and_asks_for_one_page() -> None:
    app = Shelf(MILLION)
    async with app.run_test(size=(80, 24)) as pilot:
        for key in ("end", "pageup", "home", "down"):
            app.rows.drawn = 0
            await pilot.press(key)
            await pilot.pause()
            assert app.rows.drawn <= 4 * 24

        assert all(len(ids) <= PAGE for ids in app.wanted)
        assert set(app.wanted[0]) >= set(range(1, 12))
        assert any(1_000_000 in ids for ids in app.wanted)


async def test_rows_are_dots_until_their_page_has_come() -> None:
    app = Shelf(range(1, 501))
    async with app.run_test(size=(60, 20)) as pilot:
        assert text_of(app.rows).split() == ["…"] * 10
        app.hand_over()
        await pilot.pause()

        assert text_of(app.rows).splitlines()[:2] == [
            "   number 1" + "$1.00".rjust(47),
            "   codex · gpt-5 · oven" + "1 h".rjust(35),
        ]
        await pilot.press("down", "down", "pagedown")
        assert len(app.wanted) == 1  # what was asked for around it is enough


async def test_what_is_gone_is_said_and_not_asked_for_again() -> None:
    app = Shelf([1, 2])
    async with app.run_test(size=(60, 20)) as pilot:
        app.rows.fill([1, 2], [line(2)])
        app.rows.refresh()
        await pilot.pause()

        assert "no longer in the ledger" in text_of(app.rows)
        assert len(app.wanted) == 1


async def test_a_long_way_through_the_list_keeps_few_lines() -> None:
    app = Shelf(MILLION)
    async with app.run_test(size=(60, 20)) as pilot:
        for place in range(0, 25_000, 1_000):
            app.rows.cursor = place
            await pilot.pause()
            app.hand_over()

        assert len(app.rows._lines) <= KEPT + 1


async def test_the_figure_sorted_by_is_in_sight_in_a_narrow_list() -> None:
    app = Shelf([1])
    async with app.run_test(size=(40, 10)) as pilot:
        app.hand_over()
        shown = {}
        for sort in ("last", "tokens", "calls", "started"):
            app.rows.sorted_by = sort
            app.rows.refresh()
            await pilot.pause()
            shown[sort] = text_of(app.rows).splitlines()[1]

    assert shown["last"].endswith("oven" + "1 h".rjust(16))
    assert shown["tokens"].endswith("…  1,200 tok · 1 h")
    assert shown["calls"].endswith(" 3 calls · 1 h")
    assert shown["started"].endswith(" begun 2 h")


async def test_unknown_and_estimated_costs_look_different() -> None:
    app = Shelf([1, 2, 3])
    async with app.run_test(size=(60, 10)):
        app.rows.fill(
            [1, 2, 3],
            [
                line(1, list_pico=None, unpriced_calls=3),
                line(2, estimated_calls=1),
                line(3, unpriced_calls=2),
            ],
        )
        shown = text_of(app.rows).splitlines()

    assert shown[0].endswith(" –")
    assert shown[2].endswith(" ~$1.00")
    assert shown[5].endswith("2 unpriced · 1 h")


async def test_a_title_leaves_a_gap_before_its_cost() -> None:
    app = Shelf([1])
    async with app.run_test(size=(40, 10)):
        app.rows.fill([1], [line(1, "a title that is much longer than the list is wide")])

        assert text_of(app.rows).splitlines()[0].endswith("much longer…   $1.00")


async def test_labels_stand_behind_the_origin() -> None:
    app = Shelf([1])
    async with app.run_test(size=(70, 10)):
        labels = {"tag": ["urgent", "\x1b[31m"], "client": ["Acme"]}
        app.rows.fill([1], [line(1, labels=labels, relation="fork")])

        shown = text_of(app.rows).splitlines()[1]

    assert shown.startswith("   fork · codex · gpt-5 · oven #Acme #urgent #␛[31m")


def test_the_day_of_a_release_is_left_out_of_a_model() -> None:
    assert model_name("claude-sonnet-4-5-20250929") == "claude-sonnet-4-5"
    assert model_name("claude-opus-5-5-20260401-fast") == "claude-opus-5-5-fast"
    assert model_name("gpt-4-2025") == "gpt-4-2025"


# ---- filters


def values(**counts: int) -> list[FacetValue]:
    return [FacetValue(value, count, None) for value, count in counts.items()]


class Drawer(App[None]):
    """The filters alone."""

    def __init__(self) -> None:
        super().__init__()
        self.facets = FacetRows()
        self.chosen: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        yield self.facets

    @on(FacetRows.Chosen)
    def note(self, event: FacetRows.Chosen) -> None:
        self.chosen.append((event.name, event.value))


async def test_the_cursor_passes_over_headings() -> None:
    app = Drawer()
    async with app.run_test(size=(30, 20)) as pilot:
        app.facets.show({"source": values(codex=2), "tag": values(urgent=1, slow=1)}, {})
        app.facets.focus()
        await pilot.press("up", "enter", "down", "enter", "down", "enter", "down", "enter")

    assert app.chosen == [("source", "codex"), ("tag", "urgent"), ("tag", "slow"), ("tag", "slow")]


async def test_a_click_chooses_at_once_and_a_heading_is_no_choice() -> None:
    app = Drawer()
    async with app.run_test(size=(30, 20)) as pilot:
        app.facets.show({"source": values(codex=2), "tag": values(urgent=1)}, {})
        for line_number in (0, 1, 3, 4, 9):
            await pilot.click(FacetRows, offset=(5, line_number))

    assert app.chosen == [("source", "codex"), ("tag", "urgent")]


async def test_headings_have_air_where_there_is_room() -> None:
    app = Drawer()
    async with app.run_test(size=(30, 20)) as pilot:
        app.facets.show({"source": values(codex=2), "tag": values(urgent=1)}, {})
        roomy = text_of(app.facets).splitlines()[:5]
        await pilot.resize_terminal(30, 4)
        tight = text_of(app.facets).splitlines()

    assert [row.strip().split(" ")[0] for row in roomy] == ["source", "codex", "", "tag", "urgent"]
    assert [row.strip().split(" ")[0] for row in tight] == ["source", "codex", "tag", "urgent"]


async def test_a_long_facet_is_folded_until_it_is_asked_for() -> None:
    app = Drawer()
    async with app.run_test(size=(30, 20)) as pilot:
        many = [FacetValue(f"tag {number}", 9, None) for number in range(12)]
        app.facets.show({"tag": many}, {"tag": ("tag 9",)})
        shown = text_of(app.facets)
        assert "✓ tag 9" in shown
        assert "… 5 more" in shown
        app.facets.focus()
        await pilot.press("end", "enter")

        assert "tag 11" in text_of(app.facets)
        assert "more" not in text_of(app.facets)


def test_a_chosen_value_that_nothing_has_can_still_be_taken_back() -> None:
    rows = facet_rows("client", values(Acme=2), ["Bolt"], None)

    assert [(row.value, row.count, row.is_active) for row in rows[1:]] == [
        ("Bolt", 0, True),
        ("Acme", 2, False),
    ]


def test_a_facet_of_which_nothing_has_a_value_is_left_out() -> None:
    assert facet_rows("tag", [FacetValue("", 75, None)], [], None) == []
    assert facet_rows("tag", values(urgent=1, **{"": 74}), [], None)[2].words == "none"


def test_projects_are_called_by_as_little_as_tells_them_apart() -> None:
    paths = ["/home/ana/acme/site", "/home/ana/bolt/site", "/home/ana/oven", "C:\\work\\oven2", ""]

    assert short_paths(paths) == {
        "/home/ana/acme/site": "acme/site",
        "/home/ana/bolt/site": "bolt/site",
        "/home/ana/oven": "oven",
        "C:\\work\\oven2": "oven2",
        "": "",
    }
    assert short_paths(["/oven", "/oven/"]) == {"/oven": "/oven", "/oven/": "/oven/"}


async def test_a_facet_value_is_shown_and_does_nothing() -> None:
    app = Drawer()
    async with app.run_test(size=(40, 20)):
        app.facets.show({"client": [FacetValue("[b]\x1b[2J\n", DAY, None)]}, {})

        assert "[b]␛[2J↵" in text_of(app.facets)


async def test_a_named_project_stands_in_place_of_the_folder() -> None:
    app = Shelf([1])
    async with app.run_test(size=(60, 10)):
        app.rows.fill([1], [line(1, labels={"project": ["Bread"]})])

        assert " · Bread " in text_of(app.rows).splitlines()[1]
