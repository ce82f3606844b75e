"""Themes: ours can be read by everyone, and a bad one is told and never breaks a screen."""

from __future__ import annotations

import os
import re
import tomllib
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme
from textual.widgets import DataTable, Footer, Input, OptionList, Static

import convledger
from convledger.errors import ConfigError
from convledger.tui.themes import (
    COLOURS,
    OWN_VARIABLES,
    VARIABLES,
    ThemeError,
    ThemeWatch,
    load_themes,
    read_theme,
    theme_files,
    variables_for,
)
from tests.tui.colours import DEFICIENCIES, ciede2000, contrast, difference

FOLDER = Path(__file__).parents[2] / "themes"
INK = (FOLDER / "ledger-ink.toml").read_text("utf-8")
OURS = {path.stem: read_theme(path) for path in theme_files(FOLDER)}
HIGH_CONTRAST = ("ledger-chalk", "ledger-print")
COLOUR_BLIND = ("ledger-harbour", "ledger-shore")
SERIES = ("series-1", "series-2", "series-3", "series-4")
VISIONS = [None, *DEFICIENCIES]

every_theme = pytest.mark.parametrize("theme", OURS.values(), ids=list(OURS))


def colour(theme: Theme, name: str) -> str:
    found = theme.variables.get(name) or getattr(theme, name)
    assert isinstance(found, str)
    return found


def test_what_measures_colours_measures_right() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    # Two pairs of the published test data.
    assert ciede2000((50, 2.6772, -79.7751), (50, 0, -82.7485)) == pytest.approx(2.0425, abs=1e-4)
    assert ciede2000((50, 2.5, 0), (73, 25, -18)) == pytest.approx(27.1492, abs=1e-4)
    assert difference("#808080", "#808080", "tritanopia") == pytest.approx(0)
    assert difference("#2e8b57", "#b5651d") > 3 * difference("#2e8b57", "#b5651d", "deuteranopia")


# ---- ours


def test_there_are_dark_light_high_contrast_and_colour_blind_themes() -> None:
    found = load_themes(Path("nowhere"))

    assert found.problems == []
    assert list(found.themes) == [theme.name for theme in OURS.values()] == list(OURS)
    assert {"ledger-ink", "ledger-paper", *HIGH_CONTRAST, *COLOUR_BLIND} <= OURS.keys()
    for dark in (True, False):
        assert len([theme for theme in OURS.values() if theme.dark is dark]) >= 4


@every_theme
def test_theme_says_what_it_is_and_dark_is_dark(theme: Theme) -> None:
    text = (FOLDER / f"{theme.name}.toml").read_text("utf-8")

    assert text.startswith("# ")
    background, foreground = (
        contrast(colour(theme, name), "#000000") for name in ("background", "foreground")
    )
    assert (background < foreground) is theme.dark


@every_theme
def test_text_can_be_read(theme: Theme) -> None:
    high = theme.name in HIGH_CONTRAST
    text, background = colour(theme, "foreground"), colour(theme, "background")

    assert contrast(text, background) >= (7 if high else 4.5)
    assert contrast(colour(theme, "muted"), background) >= (4.5 if high else 3.5)
    for name in ("accent", "success", "warning", "error", "primary", "secondary"):
        assert contrast(colour(theme, name), background) >= (7 if high else 4), name


@every_theme
def test_text_can_be_read_on_whatever_lies_behind_it(theme: Theme) -> None:
    text = colour(theme, "foreground")

    for behind in ("cursor", "surface", "panel", "quote", "added", "removed", "grid"):
        assert contrast(text, colour(theme, behind)) >= 4.5, behind
    for name in ("muted", "accent", "primary", "success", "warning", "error"):
        assert contrast(colour(theme, name), colour(theme, "cursor")) >= 3.5, name


@every_theme
def test_parts_of_a_bar_are_told_apart_and_stand_out(theme: Theme) -> None:
    for one, other in combinations(SERIES, 2):
        assert difference(colour(theme, one), colour(theme, other)) >= 15, (one, other)
    for name in SERIES:
        assert contrast(colour(theme, name), colour(theme, "background")) >= 2.9, name
    for number in (1, 2, 3):
        part, foreseen = colour(theme, f"series-{number}"), colour(theme, f"ghost-{number}")
        assert difference(part, foreseen) >= 15


@pytest.mark.parametrize("vision", VISIONS, ids=str)
@pytest.mark.parametrize("name", COLOUR_BLIND)
def test_colour_blind_readers_tell_colours_apart(name: str, vision: str | None) -> None:
    theme = OURS[name]

    for names in (SERIES, ("success", "warning", "error")):
        for one, other in combinations(names, 2):
            distance = difference(colour(theme, one), colour(theme, other), vision)
            assert distance >= 15, (one, other)
    assert difference(colour(theme, "added"), colour(theme, "removed"), vision) >= 15
    for one, other in combinations(("ghost-1", "ghost-2", "ghost-3"), 2):
        assert difference(colour(theme, one), colour(theme, other), vision) >= 8, (one, other)


@pytest.mark.parametrize("name", HIGH_CONTRAST)
def test_frames_can_be_seen_in_high_contrast(name: str) -> None:
    theme = OURS[name]

    assert contrast(colour(theme, "rule"), colour(theme, "background")) >= 3
    assert contrast(colour(theme, "scrollbar"), colour(theme, "background")) >= 3


@every_theme
def test_textual_widgets_follow_the_theme(theme: Theme) -> None:
    assert theme.variables["footer-background"] == theme.background
    assert theme.variables["footer-key-foreground"] == theme.accent
    assert theme.variables["scrollbar"] == theme.variables["rule"]
    assert theme.variables["scrollbar-background"] == theme.background
    assert theme.variables["block-cursor-background"] == theme.variables["cursor"]
    assert theme.variables["block-cursor-foreground"] == theme.foreground


# ---- on a screen


class Sample(App[None]):
    """Uses every colour of ours and the widgets that take the most from a theme."""

    CSS = "\n".join(
        f"#{name} {{ background: ${name}; color: ${name}; border: round ${name}; }}"
        for name in (*COLOURS, *OWN_VARIABLES)
    )

    def compose(self) -> ComposeResult:
        for name in (*COLOURS, *OWN_VARIABLES):
            yield Static(name, id=name)
        yield Input(placeholder="words")
        yield OptionList("one", "two")
        yield DataTable()
        yield Footer()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variables_for(self.current_theme)


async def test_every_theme_draws_a_screen() -> None:
    app = Sample()
    for theme in OURS.values():
        app.register_theme(theme)
    async with app.run_test() as pilot:
        for name in app.available_themes:
            app.theme = name
            await pilot.pause()
            theme = app.current_theme

            if theme.ansi:
                continue
            for variable in OWN_VARIABLES:
                expected = theme.variables.get(variable) or variables_for(theme)[variable]
                shown = app.query_one(f"#{variable}").styles.background
                assert shown == Color.parse(expected), (name, variable)


@pytest.mark.parametrize("theme", BUILTIN_THEMES.values(), ids=list(BUILTIN_THEMES))
def test_themes_of_textual_get_all_variables_of_ours(theme: Theme) -> None:
    mixed = variables_for(theme)

    assert sorted(mixed) == sorted(OWN_VARIABLES) == sorted(VARIABLES)
    if theme.ansi:
        assert {value for value in mixed.values() if not value.startswith("ansi_")} == set()
        return
    system = theme.to_color_system().generate()
    text, background = (Color.parse(system[name]).hex6 for name in ("foreground", "background"))
    for name in ("cursor", "quote", "added", "removed"):
        assert contrast(text, mixed[name]) >= 0.6 * contrast(text, background), name
    for one, other in combinations(SERIES, 2):
        assert difference(mixed[one], mixed[other]) >= 12, (one, other)


# ---- what people write


def written(folder: Path, text: str, name: str = "mine.toml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def without(key: str) -> str:
    return re.sub(rf"^{key} = .*\n", "", INK, flags=re.MULTILINE)


MISTAKES = [
    (INK.replace("accent", "acent"), 'line 6: "acent" is not a known key; did you mean "accent"?'),
    (
        INK.replace("muted", "mutde"),
        'line 25: [variables]: "mutde" is not a known key; did you mean "muted"?',
    ),
    (without("accent"), "missing: accent"),
    (
        without("dark").replace("ghost-2", "ghost-4"),
        'line 20: [variables]: "ghost-4" is not a known key; did you mean "ghost-',
    ),
    (
        re.sub(r"^(dark|cursor|quote) = .*\n", "", INK, flags=re.MULTILINE),
        "missing: dark, variables.cursor, variables.quote",
    ),
    (INK.partition("[variables]")[0], "missing: variables.series-1, variables.series-2"),
    (INK.replace("#e0af68", "amber-ish"), 'line 6: "accent" is not a colour: "amber-ish"; write'),
    (INK.replace("#7f88a8", "$primary"), '[variables]: "muted" is not a colour: "$primary"'),
    (INK.replace("#7f88a8", "red 50%"), '"muted" is not a colour: "red 50%"'),
    (INK.replace("#7f88a8", "red; } * { display: none"), '"muted" is not a colour: "red; }'),
    (INK.replace("#7f88a8", "auto"), '"muted" is not a colour: "auto"'),
    (INK.replace("#7f88a8", "ansi_blue"), '"muted" is not a colour: "ansi_blue"'),
    (INK.replace("#7f88a8", "#7f88a880"), '"muted" must not be transparent: "#7f88a880"'),
    (INK.replace("#7f88a8", "transparent"), '"muted" must not be transparent'),
    (INK.replace("#7f88a8", f"rgb({'9' * 400},0,0)"), '"muted" is not a colour'),
    (INK.replace('"#7f88a8"', "7"), '"muted" must be a text in quotes'),
    (INK.replace("dark = true", 'dark = "yes"'), '"dark" must be true or false'),
    (INK.replace('"ledger-ink"', '"Night [b]"'), '"name" must be small letters, digits'),
    (INK.replace("[variables]", "variables = 1\n[v]"), '"v" is not a known key'),
    (INK.replace("[variables]", "[variables"), "not valid TOML: "),
]


@pytest.mark.parametrize(("text", "complaint"), MISTAKES, ids=range(len(MISTAKES)))
def test_mistake_is_named_with_file_line_and_key(tmp_path: Path, text: str, complaint: str) -> None:
    path = written(tmp_path, text)

    with pytest.raises(ThemeError) as caught:
        read_theme(path)

    assert isinstance(caught.value, ConfigError)
    assert str(caught.value).startswith("mine.toml: ")
    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [(b"name = '\xff'", "line 1: not text in UTF-8"), (b"#" * (1 << 20) + b"##", "larger")],
    ids=["bytes", "large"],
)
def test_what_is_no_text_is_no_theme(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(content)

    with pytest.raises(ThemeError, match=complaint):
        read_theme(path)


def test_any_spelling_of_a_colour_becomes_plain(tmp_path: Path) -> None:
    text = INK
    for old, new in (("#7aa2f7", "RGB(1,2,3)"), ("#e0af68", "#fa0"), ("#7f88a8", "slateblue")):
        text = text.replace(f'"{old}"', f'" {new.lower()} "')

    theme = read_theme(written(tmp_path, text))

    assert (theme.primary, theme.accent) == ("#010203", "#FFAA00")
    assert theme.variables["muted"] == "#6A5ACD"


@settings(deadline=None)
@given(text=st.text() | st.from_regex(r"(rgb|hsl)a?\([-0-9.,% ]{0,30}\)|#[0-9a-f]{0,9}"))
def test_no_text_becomes_a_colour_that_breaks_a_screen(text: str) -> None:
    import tempfile

    quoted = "".join(f"\\U{ord(each):08x}" for each in text if not "\ud800" <= each <= "\udfff")
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), INK.replace("#7f88a8", quoted))
        assert tomllib.loads(path.read_text("utf-8"))
        try:
            theme = read_theme(path)
        except ThemeError as error:
            assert '"muted"' in str(error)  # noqa: PT017 - either outcome is right
        else:
            assert re.fullmatch("#[0-9A-F]{6}", theme.variables["muted"])


# ---- folders


def test_users_theme_comes_beside_ours_and_replaces_one_of_its_name(tmp_path: Path) -> None:
    written(tmp_path, INK.replace("ledger-ink", "night-shift"), "a.toml")
    written(tmp_path, INK.replace("#12131a", "#000000"), "b.toml")

    found = load_themes(tmp_path)

    assert found.problems == []
    assert found.themes.keys() == OURS.keys() | {"night-shift"}
    assert found.themes["ledger-ink"].background == "#000000"


def test_a_bad_theme_is_told_and_the_others_load(tmp_path: Path) -> None:
    written(tmp_path, "name = 1", "bad.toml")
    written(tmp_path, INK.replace("ledger-ink", "fine"), "fine.toml")
    written(tmp_path, INK.replace("ledger-ink", "fine"), "other.toml")
    written(tmp_path, "not a theme", "notes.txt")
    written(tmp_path, "half written", ".swap.toml")
    (tmp_path / "gone.toml").symlink_to(tmp_path / "nothing")
    (tmp_path / "folder.toml").mkdir()

    found = load_themes(tmp_path)

    assert "fine" in found.themes
    assert [problem.partition(":")[0] for problem in found.problems] == [
        "bad.toml", "folder.toml", "gone.toml", "other.toml"
    ]  # fmt: skip
    assert found.problems[3] == 'other.toml: "fine" is the name of fine.toml too'


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes in folders")
def test_a_pipe_is_no_theme_and_nobody_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")

    assert load_themes(tmp_path).problems == ["pipe.toml: can't be read: it is a pipe or a device"]


def test_themes_are_found_in_an_installed_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site" / "convledger"
    written(package / "_shipped" / "themes", INK, "ledger-ink.toml")
    monkeypatch.setattr(convledger, "__file__", str(package / "__init__.py"))

    assert list(load_themes(tmp_path / "none").themes) == ["ledger-ink"]


def test_an_installation_without_themes_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(convledger, "__file__", str(tmp_path / "convledger" / "__init__.py"))

    found = load_themes(tmp_path)

    assert found.themes == {}
    assert "are missing" in found.problems[0]


def test_watch_sees_themes_come_change_and_go(tmp_path: Path) -> None:
    folder = tmp_path / "themes"
    watch = ThemeWatch(folder)
    assert not watch.has_changed()

    path = written(folder, INK)
    assert watch.has_changed()
    assert not watch.has_changed()

    written(folder, "not looked at", "notes.txt")
    assert not watch.has_changed()

    os.utime(path, ns=(1, path.stat().st_mtime_ns + 1))
    assert watch.has_changed()

    path.unlink()
    assert watch.has_changed()
    assert not watch.has_changed()
