"""Nothing drawn leaves its canvas, and no word on it is cut without a sign."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.content import Content
from textual.geometry import Region
from textual.pilot import Pilot
from textual.widget import Widget

from convledger.text.display import display_text
from convledger.tui.widgets.canvas import BOLD, DIM, INK, Canvas, CanvasError, measure
from convledger.tui.widgets.drawing import Draw, Drawing
from convledger.tui.widgets.panel import Panel

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
CHARS = st.characters() | st.sampled_from(
    "ab 界語é\u0301ि\ufe0f\u200d\U0001f469\U0001f3fd❤☰1\u20e3"
)
TEXTS = st.text(CHARS, max_size=12).map(display_text)


def lines(canvas: Canvas) -> list[str]:
    return canvas.content().plain.split("\n")


def drawn(width: int, *texts: tuple[int, str], end: int | None = None) -> str:
    """Return a run-time canvas of one row after texts were put at their columns."""
    canvas = Canvas(width, 1)
    for x, text in texts:
        canvas.put(x, 0, text, end=end)
    return lines(canvas)[0]


def test_words_stand_where_they_were_put_in_their_styles() -> None:
    canvas = Canvas(12, 2, strict=True)

    after = canvas.put(1, 0, ("cost", DIM), " ", ("$2", BOLD))
    start = canvas.right(12, 1, "$3")
    canvas.middle(6, 1, "ab")

    assert lines(canvas) == [" cost $2    ", "     ab   $3"]
    assert (after, start) == (8, 10)
    assert canvas.cells[0][1] == ("c", DIM)
    assert canvas.cells[0][6] == ("$", BOLD)
    assert canvas.cells[1][11] == ("3", INK)


def test_style_is_a_span_and_text_is_never_markup() -> None:
    canvas = Canvas(8, 1)
    canvas.put(0, 0, ("[b]x[/b]", DIM))

    content = canvas.content()

    assert content.plain == "[b]x[/b]"
    assert [(span.start, span.end, span.style) for span in content.spans] == [(0, 8, DIM)]


def test_text_too_long_ends_in_an_ellipsis_at_the_edge() -> None:
    assert drawn(8, (0, "conversation")) == "convers…"
    assert drawn(8, (5, "cost")) == "     co…"
    assert drawn(8, (0, "a few words")) == "a few w…"
    assert drawn(7, (0, "a few words")) == "a few… "
    assert drawn(8, (9, "cost")) == " " * 8
    assert drawn(8, (-3, "cost")) == "cost    "
    assert drawn(4, (0, "cost   ")) == "cost"


def test_figure_wider_than_its_canvas_shows_that_it_goes_on() -> None:
    canvas = Canvas(4, 1)

    assert canvas.right(4, 0, "$12,345") == 0
    assert lines(canvas) == ["$12…"]


def test_rows_outside_are_not_drawn() -> None:
    canvas = Canvas(3, 1)
    canvas.put(0, 1, "abc")
    canvas.put(0, -1, "abc")

    assert lines(canvas) == ["   "]


def test_column_to_end_before_cuts_even_on_a_strict_canvas() -> None:
    canvas = Canvas(12, 1, strict=True)

    assert canvas.put(0, 0, "a long title", end=7) == 7
    assert canvas.put(7, 0, "short", end=99) == 12
    assert lines(canvas) == ["a long…short"]


@pytest.mark.parametrize(
    ("under", "x", "over", "shown"),
    [
        ("a long title", 8, "$2", "a long …$2…e"),
        ("a long title", 2, "$2", "a $2…g title"),
        ("title", 7, "$2", "title  $2   "),
        ("title", 5, "$2", "title$2     "),
        ("▁▁▁▁▁▁▁▁▁▁▁▁", 4, "$2", "▁▁▁▁$2▁▁▁▁▁▁"),
    ],
)
def test_words_covered_in_part_end_in_an_ellipsis(
    under: str, x: int, over: str, shown: str
) -> None:
    assert drawn(12, (0, under), (x, over)) == shown


@pytest.mark.parametrize(
    ("x", "shown"),
    [(0, "$…本語"), (1, "…$本語"), (2, " …$…語"), (3, "日…$語"), (5, "日本…$")],
)
def test_half_a_wide_character_is_never_left(x: int, shown: str) -> None:
    assert drawn(6, (0, "日本語"), (x, "$")) == shown
    assert cell_len(shown) == 6


def test_wide_character_does_not_stand_half_outside() -> None:
    assert drawn(5, (0, "日本語")) == "日本…"
    assert drawn(4, (0, "日本語")) == "日… "
    assert drawn(1, (0, "日")) == "…"


def test_joined_emoji_take_the_room_of_the_terminal_that_draws_them_apart() -> None:
    assert measure(FAMILY) == 6
    assert drawn(4, (0, "\U0001f44d\U0001f3fdx"), end=3) == "…   "
    assert measure("☰☰") == 4
    assert drawn(8, (0, FAMILY), (6, "ab")) == f"{FAMILY}    ab"


def test_mark_without_a_letter_gets_a_place_to_stand() -> None:
    assert drawn(3, (0, "\u0301")) == "◌\u0301  "
    assert drawn(3, (0, "e\u0301x")) == "e\u0301x "


@pytest.mark.parametrize(
    "draw",
    [
        lambda canvas: canvas.put(4, 0, "cost"),
        lambda canvas: canvas.put(-1, 0, "cost"),
        lambda canvas: canvas.put(0, 2, "cost"),
        lambda canvas: canvas.right(3, 0, "cost"),
        lambda canvas: canvas.middle(3, 0, "conversation"),
        lambda canvas: canvas.fill(4, 0, "━", DIM, 3),
        lambda canvas: canvas.fill(-1, 0, "━", DIM, 3),
        lambda canvas: canvas.fill(0, 1, "━", DIM, 3, 2),
    ],
)
def test_strict_canvas_refuses_what_leaves_it(draw: Callable[[Canvas], object]) -> None:
    with pytest.raises(CanvasError, match="leave"):
        draw(Canvas(6, 2, strict=True))


@pytest.mark.parametrize("over", [" ", "$", "9"])
def test_strict_canvas_refuses_to_cover_words(over: str) -> None:
    canvas = Canvas(6, 1, strict=True)
    canvas.put(1, 0, "a1")

    with pytest.raises(CanvasError, match="covers"):
        canvas.put(2, 0, over)


def test_strict_canvas_keeps_the_sign_of_a_cut_too() -> None:
    canvas = Canvas(6, 1, strict=True)
    canvas.put(0, 0, "conversation", end=4)

    with pytest.raises(CanvasError, match="covers"):
        canvas.put(3, 0, "$")


def test_strict_canvas_refuses_to_split_a_wide_sign_but_lets_lines_be_covered() -> None:
    canvas = Canvas(6, 1, strict=True)
    canvas.fill(0, 0, "▁", DIM, 6)
    canvas.put(1, 0, "🚀")

    for x in (1, 2):
        with pytest.raises(CanvasError, match="covers"):
            canvas.put(x, 0, "$")
    canvas.put(1, 0, "$$")

    assert lines(canvas) == ["▁$$▁▁▁"]


def test_fill_paints_a_rectangle_and_no_more() -> None:
    canvas = Canvas(4, 3)
    canvas.fill(-1, 1, "━", DIM, 3, 9)
    canvas.fill(0, 0, "━", DIM, 0)
    canvas.fill(3, 0, "━", DIM, -2)

    assert lines(canvas) == ["    ", "━━  ", "━━  "]


def test_shade_lies_under_what_is_drawn_and_spares_what_has_a_background() -> None:
    canvas = Canvas(4, 2)
    canvas.put(0, 0, ("a", DIM), (" ", "on $series-1"))
    canvas.shade(0, x=0, width=3)

    styles = [style for _, style in canvas.cells[0]]
    assert styles == ["$muted on $cursor", "on $series-1", f"{INK} on $cursor", INK]
    assert lines(canvas)[0] == "a   "
    assert {style for _, style in canvas.cells[1]} == {INK}


ACTS = st.tuples(
    st.sampled_from(["put", "end", "right", "middle", "fill", "shade"]),
    st.integers(-4, 24),
    st.integers(-2, 4),
    st.lists(TEXTS, max_size=3),
)


@settings(deadline=None)
@given(st.integers(-1, 20), st.integers(-1, 3), st.lists(ACTS, max_size=12))
def test_whatever_is_drawn_every_line_is_as_wide_as_the_canvas(
    width: int, height: int, acts: list[tuple[str, int, int, list[str]]]
) -> None:
    canvas = Canvas(width, height)
    for name, x, y, texts in acts:
        if name == "put":
            canvas.put(x, y, *texts)
        elif name == "end":
            canvas.put(x, y, *texts, end=x + 5)
        elif name == "right":
            canvas.right(x, y, *texts)
        elif name == "middle":
            canvas.middle(x, y, *texts)
        elif name == "fill":
            canvas.fill(x, y, "━", DIM, 3, 2)
        else:
            canvas.shade(y, x=x, width=4, height=2)

    shown = lines(canvas) if canvas.height else []
    assert [cell_len(line) for line in shown] == [canvas.width] * canvas.height


@given(TEXTS, st.integers(0, 30))
def test_text_is_whole_or_ends_in_an_ellipsis(text: str, room: int) -> None:
    canvas = Canvas(30, 1)
    canvas.put(0, 0, text, end=room)

    line = lines(canvas)[0]
    if measure(text.rstrip(" ")) > room:
        assert line.rstrip(" ").endswith("…") or room == 0
    else:
        assert line.replace(" ", "").replace("◌", "") == text.replace(" ", "").replace("◌", "")


class Bench(App[None]):
    """An app with the colours that drawings name, and what a test wants to see."""

    def __init__(self, *widgets: Widget) -> None:
        super().__init__()
        self._widgets = widgets

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Name the colours that the style sheets of the widgets use."""
        return dict.fromkeys(("rule", "muted", "grid", "cursor"), "#808080")

    def compose(self) -> ComposeResult:
        """Show the widgets of the test."""
        yield from self._widgets


def shown(widget: Widget) -> list[str]:
    width, height = widget.outer_size
    return [strip.text for strip in widget.render_lines(Region(0, 0, width, height))]


def seen(act: Callable[[Pilot[None]], Any], *widgets: Widget, size: tuple[int, int]) -> None:
    """Run an app without a terminal and let a test act in it."""

    async def run() -> None:
        async with Bench(*widgets).run_test(size=size) as pilot:
            await pilot.pause()
            await act(pilot)

    asyncio.run(run())


def size_of_canvas(canvas: Canvas) -> None:
    canvas.put(0, 0, f"{canvas.width}x{canvas.height}")
    canvas.put(0, 1, "日本語" * 9)


def writing(text: str) -> Draw:
    def draw(canvas: Canvas) -> None:
        canvas.put(0, 0, text)

    return draw


def test_drawing_draws_at_every_size_and_cuts_no_line_by_itself() -> None:
    drawing = Drawing(size_of_canvas)

    async def act(pilot: Pilot[None]) -> None:
        assert [line.rstrip() for line in shown(drawing)[:2]] == ["12x3", "日本語日本…"]
        await pilot.resize_terminal(7, 2)
        await pilot.pause()
        assert [line.rstrip() for line in shown(drawing)] == ["7x2", "日本語…"]
        assert drawing.can_focus

    seen(act, drawing, size=(12, 3))


def test_drawing_shows_nothing_until_it_has_a_function_and_then_the_newest() -> None:
    drawing = Drawing(focusable=False)

    async def act(pilot: Pilot[None]) -> None:
        assert shown(drawing)[0].strip() == ""
        for text in ("first", "second"):
            drawing.draw_with(writing(text))
            await pilot.pause()
            assert shown(drawing)[0].strip() == text
        assert not drawing.can_focus

    seen(act, drawing, size=(12, 1))


def test_panel_shows_title_and_counts_as_they_are_and_cuts_them_with_a_sign() -> None:
    panel = Panel("Cost [b]by[/b] day", Drawing(size_of_canvas), counts="30 days")

    async def act(pilot: Pilot[None]) -> None:
        top, *_, bottom = shown(panel)
        assert top.startswith("╭─ Cost [b]by[/b] day ─")
        assert bottom.endswith("─ 30 days ─╯")
        panel.show_title(Content("A title that is far too long for it"))
        panel.show_counts("")
        await pilot.pause()
        top, *_, bottom = shown(panel)
        assert "… ─╮" in top
        assert bottom == f"╰{'─' * 28}╯"

    seen(act, panel, size=(30, 5))


def test_panel_lights_up_while_what_it_holds_has_the_focus() -> None:
    panels = [Panel(name, Drawing(size_of_canvas)) for name in ("one", "two")]

    async def act(pilot: Pilot[None]) -> None:
        for panel, other in (panels, panels[::-1]):
            panel.query_one(Drawing).focus()
            await pilot.pause()
            assert panel.styles.border_title_style.bold
            assert not other.styles.border_title_style.bold
            assert panel.styles.border != other.styles.border

    seen(act, *panels, size=(30, 10))
