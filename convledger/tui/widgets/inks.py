"""Colours by their names in the theme, for widgets that draw lines themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style
from textual.color import Color, ColorParseError

if TYPE_CHECKING:
    from textual.app import App
    from textual.widget import Widget

_styles: dict[tuple[str, str], Style] = {}


def ink(widget: Widget, wanted: str) -> Style:
    """Return the style that `wanted` names, as "bold $accent on $cursor", in the theme in use."""
    app: App[object] = widget.app
    name = (app.theme, wanted)
    style = _styles.get(name)
    if style is None:
        style = _styles[name] = _style(wanted, app.theme_variables)
    return style


def forget_inks() -> None:
    """Drop what was worked out: a theme has changed under its name."""
    _styles.clear()


def _style(wanted: str, variables: dict[str, str]) -> Style:
    colours: list[str | None] = [None, None]
    flags = {}
    behind = 0
    for word in wanted.split():
        if word == "on":
            behind = 1
        elif word.startswith("$"):
            colours[behind] = variables.get(word[1:])
        else:
            flags[word] = True
    front, back = (_colour(colour) for colour in colours)
    return Style.from_color(front, back) + Style(**flags)  # type: ignore[arg-type]


def _colour(text: str | None):  # type: ignore[no-untyped-def]
    if text is None:
        return None
    try:
        return Color.parse(text).rich_color
    except ColorParseError:
        return None
