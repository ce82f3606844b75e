"""Themes from TOML files: ours and the user's, checked so that none can break a screen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from textual.color import Color, ColorParseError
from textual.theme import BUILTIN_THEMES, Theme

import convledger
from convledger.errors import ConfigError
from convledger.toml_files import open_table, read_text
from convledger.toml_tables import Table, shown

COLOURS = (
    "primary", "secondary", "accent", "foreground", "background", "surface", "panel", "success",
    "warning", "error",
)  # fmt: skip
OWN_VARIABLES = (
    "series-1", "series-2", "series-3", "series-4", "ghost-1", "ghost-2", "ghost-3", "rule",
    "grid", "muted", "cursor", "quote", "added", "removed",
)  # fmt: skip
MOST_FILES = 200
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_LONGEST_COLOUR = 40


class ThemeError(ConfigError):
    """A theme file has a mistake in it."""


@dataclass(frozen=True)
class Themes:
    """The themes that can be used, by name, and in words what kept others out."""

    themes: dict[str, Theme] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def read_theme(path: Path) -> Theme:
    """Return the theme in a file, or raise a ThemeError that names the file and the key."""
    try:
        text = read_text(path, path.name)
        if text is None:
            raise ConfigError(f"{path.name}: there is no such file")
        return _theme(open_table(text, path.name))
    except ConfigError as error:
        raise ThemeError(str(error)) from error


def load_themes(user_folder: Path) -> Themes:
    """Return our themes and the user's, which replace ours of the same name; never raises."""
    found = Themes()
    shipped = _shipped_folder()
    if not theme_files(shipped):
        found.problems.append(f"{shipped}: the themes of the program are missing; install it anew")
    for folder in (shipped, user_folder):
        _load(folder, found)
    return found


def theme_files(folder: Path) -> list[Path]:
    """Return the theme files of a folder by name, none where it can't be read."""
    try:
        names = [path for path in folder.iterdir() if path.suffix == ".toml"]
    except OSError:
        return []
    return sorted(path for path in names if not path.name.startswith("."))


class ThemeWatch:
    """Tells when the files of a folder have changed, for a timer to ask."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen = self._stamps()

    def has_changed(self) -> bool:
        """Return whether a theme came, went or was written since the last time this was asked."""
        before, self._seen = self._seen, self._stamps()
        return self._seen != before

    def _stamps(self) -> list[tuple[str, int, int, int]]:
        return list(_stamps(theme_files(self._folder)))


def variables_for(theme: Theme) -> dict[str, str]:
    """Return our variables for a theme that has none of them, mixed from its own colours."""
    if theme.ansi:
        return _ANSI | ({} if theme.dark else _ANSI_LIGHT)
    colours = theme.to_color_system().generate()
    background, foreground, primary, accent, success, error = (
        Color.parse(colours[name])
        for name in ("background", "foreground", "primary", "accent", "success", "error")
    )
    series = [primary, _turned(primary, -75), _turned(primary, 75), foreground]
    mixed = {
        "series-4": (foreground, 0.5),
        "rule": (foreground, 0.18),
        "grid": (foreground, 0.1),
        "muted": (foreground, 0.75),
        "cursor": (primary, 0.15),
        "quote": (accent, 0.2),
        "added": (success, 0.15),
        "removed": (error, 0.15),
        **{f"ghost-{number}": (series[number - 1], 0.35) for number in (1, 2, 3)},
    }
    plain = {f"series-{number}": series[number - 1].hex6 for number in (1, 2, 3)}
    return plain | {
        name: background.blend(colour, share, alpha=1.0).hex6
        for name, (colour, share) in mixed.items()
    }


def _load(folder: Path, found: Themes) -> None:
    """Add the themes of a folder, or what is wrong with them."""
    files = theme_files(folder)
    if len(files) > MOST_FILES:
        found.problems.append(f"{folder}: only the first {MOST_FILES} themes are read")
    origin: dict[str, str] = {}
    for path in files[:MOST_FILES]:
        try:
            theme = read_theme(path)
        except ThemeError as error:
            found.problems.append(str(error))
            continue
        if theme.name in origin:
            other = origin[theme.name]
            found.problems.append(f"{path.name}: {shown(theme.name)} is the name of {other} too")
            continue
        origin[theme.name] = path.name
        found.themes[theme.name] = theme


def _shipped_folder() -> Path:
    """Return the folder of our themes: inside an installed package, beside it in a checkout."""
    package = Path(convledger.__file__).parent
    installed = package / "_shipped" / "themes"
    return installed if installed.is_dir() else package.parent / "themes"


def _stamps(files: list[Path]) -> Iterator[tuple[str, int, int, int]]:
    for path in files[:MOST_FILES]:
        try:
            status = path.stat()
        except OSError:  # deleted since, or a link to nothing
            continue
        yield path.name, status.st_mtime_ns, status.st_size, status.st_ino


def _theme(top: Table) -> Theme:
    top.allow_only(("name", "dark", *COLOURS, "variables"))
    within = top.table("variables", '[variables] with lines like muted = "gray"')
    within.allow_only(OWN_VARIABLES)
    missing = [key for key in ("name", "dark", *COLOURS) if key not in top]
    missing += [f"variables.{key}" for key in OWN_VARIABLES if key not in within]
    if missing:
        raise ConfigError(f"{top.file_name}: missing: {', '.join(missing)}")
    name = top.text("name")
    if not _NAME.fullmatch(name):
        raise top.problem("name", "must be small letters, digits and hyphens, 40 at most")
    colours = {key: _colour(top, key) for key in COLOURS}
    variables = {key: _colour(within, key) for key in OWN_VARIABLES}
    derived = _derived(colours, variables)
    return Theme(
        name=name,
        primary=colours["primary"],
        secondary=colours["secondary"],
        accent=colours["accent"],
        foreground=colours["foreground"],
        background=colours["background"],
        surface=colours["surface"],
        panel=colours["panel"],
        success=colours["success"],
        warning=colours["warning"],
        error=colours["error"],
        dark=top.flag("dark"),
        variables=variables | derived,
    )


def _colour(table: Table, key: str) -> str:
    """Return a colour in the one form that every stylesheet takes."""
    written = table.text(key)
    colour = None
    if len(written) <= _LONGEST_COLOUR:
        try:
            colour = Color.parse(written)
        except (ColorParseError, ValueError, OverflowError):  # numbers out of all bounds
            colour = None
    if colour is None or colour.ansi is not None:
        example = 'write it like "#7aa2f7", "rgb(122,162,247)" or "slateblue"'
        raise table.problem(key, f"is not a colour: {shown(written)}; {example}")
    if colour.a != 1:
        raise table.problem(key, f"must not be transparent: {shown(written)}")
    return colour.hex6


def _derived(colours: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, str]:
    """Return what Textual's own widgets take from a theme beside its colours."""
    background, foreground = colours["background"], colours["foreground"]
    return {
        "block-cursor-background": variables["cursor"],
        "block-cursor-foreground": foreground,
        "block-cursor-blurred-background": variables["grid"],
        "block-cursor-blurred-foreground": foreground,
        "border-blurred": variables["rule"],
        "footer-background": background,
        "footer-foreground": foreground,
        "footer-key-foreground": colours["accent"],
        "foreground-muted": variables["muted"],
        "scrollbar": variables["rule"],
        "scrollbar-hover": variables["muted"],
        "scrollbar-active": colours["primary"],
        "scrollbar-background": background,
        "scrollbar-corner-color": background,
        "text-disabled": variables["muted"],
    }


def _turned(colour: Color, degrees: int) -> Color:
    """Return a colour as far along the colour wheel, never grey."""
    hue, saturation, lightness = colour.hsl
    return Color.from_hsl((hue + degrees / 360) % 1, max(saturation, 0.4), lightness)


# Of the terminal's sixteen colours, for the themes that use no others.
_ANSI = {
    "series-1": "ansi_blue",
    "series-2": "ansi_cyan",
    "series-3": "ansi_magenta",
    "series-4": "ansi_bright_black",
    "ghost-1": "ansi_bright_blue",
    "ghost-2": "ansi_bright_cyan",
    "ghost-3": "ansi_bright_magenta",
    "rule": "ansi_bright_black",
    "grid": "ansi_bright_black",
    "muted": "ansi_default",
    "cursor": "ansi_bright_black",
    "quote": "ansi_bright_black",
    "added": "ansi_default",
    "removed": "ansi_default",
}
_ANSI_LIGHT = {"cursor": "ansi_white", "quote": "ansi_white", "grid": "ansi_white"}
VARIABLES: dict[str, str] = variables_for(BUILTIN_THEMES["textual-dark"])
