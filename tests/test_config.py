"""The settings: where they are, what they default to, how mistakes are told."""

from __future__ import annotations

import os
import sys
import tomllib
from pathlib import Path

import pytest

from convledger.config import Config, config_path, load_config, save_setting, user_themes_folder
from convledger.errors import ConfigError
from convledger.manual import page_text

FULL = """\
config_version = 1
theme = "ledger-paper"   # by day
animation = false
timezone = "Europe/Berlin"
range_days = 90
import_at_start = false
mouse = false

[keys]
"list.open" = "enter, o"
app.quit = "ctrl+q"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings" / "config.toml"


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode("utf-8"))
    return path


# ---- where


def test_settings_are_in_the_users_configuration_folder(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    assert config_path() == own_home / ".config" / "convledger" / "config.toml"

    monkeypatch.setenv("XDG_CONFIG_HOME", "/elsewhere")
    assert config_path() == Path("/elsewhere/convledger/config.toml")

    monkeypatch.setenv("CONVLEDGER_CONFIG", "~/team/books.toml")
    assert config_path() == own_home / "team" / "books.toml"
    assert user_themes_folder() == own_home / "team" / "themes"
    assert load_config() == Config(path=own_home / "team" / "books.toml")


def test_other_systems_ask_platformdirs(monkeypatch: pytest.MonkeyPatch) -> None:
    import platformdirs

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(platformdirs, "user_config_dir", lambda name, appauthor: f"/there/{name}")

    assert config_path() == Path("/there/convledger/config.toml")


# ---- reading


def test_no_file_and_an_empty_one_are_the_defaults(path: Path) -> None:
    assert load_config(path) == Config(path=path)
    assert load_config(written(path, "")) == Config(path=path)
    assert load_config(Path(os.devnull)) == Config(path=Path(os.devnull))

    default = Config(path=path)
    assert (default.theme, default.timezone, default.range_days) == ("ledger-ink", "", 30)
    assert default.animation
    assert default.import_at_start
    assert default.mouse
    assert default.keys == {}


@pytest.mark.parametrize("text", [FULL, FULL.replace("\n", "\r\n"), "\ufeff" + FULL])
def test_every_setting_is_read(path: Path, text: str) -> None:
    assert load_config(written(path, text)) == Config(
        theme="ledger-paper",
        animation=False,
        timezone="Europe/Berlin",
        range_days=90,
        import_at_start=False,
        mouse=False,
        keys={"list.open": "enter,o", "app.quit": "ctrl+q"},
        path=path,
    )


@pytest.mark.parametrize(
    "text",
    [
        '[keys]\nlist.open = "o"',
        '[keys.list]\nopen = "o"',
        'keys."list.open" = "o"',
        'keys = { "list.open" = "o" }',
        'keys = { list = { open = "o" } }',
    ],
)
def test_an_action_is_the_same_however_it_is_written(path: Path, text: str) -> None:
    assert load_config(written(path, text)).keys == {"list.open": "o"}


@pytest.mark.parametrize(
    "keys", ["a", "A", "f1,question_mark", "ctrl+shift+up", "?,/", "ctrl+@", "ä", " tab , space "]
)
def test_keys_may_have_any_name_that_a_key_has(path: Path, keys: str) -> None:
    found = load_config(written(path, f'[keys]\n"app.help" = "{keys}"')).keys

    assert found == {"app.help": ",".join(key.strip() for key in keys.split(","))}


MISTAKES = [
    ('# mine\nthme = "x"', 'line 2: "thme" is not a known key; did you mean "theme"?'),
    ("theme = 1", 'line 1: "theme" must be a text in quotes'),
    ('theme = ""', '"theme" must be a text in quotes'),
    (r'theme = "a\u001b[2J"', '"theme" must be the name of a theme'),
    (f'theme = "{"x" * 101}"', '"theme" must be the name of a theme'),
    ("\n\nanimation = 1", 'line 3: "animation" must be true or false'),
    ('mouse = "no"', '"mouse" must be true or false, without quotes'),
    ("import_at_start = 0", '"import_at_start" must be true or false'),
    ("range_days = 6", '"range_days" must be a whole number from 7 to 400'),
    ("range_days = 401", "from 7 to 400"),
    ("range_days = 30.0", "from 7 to 400"),
    ("range_days = true", "from 7 to 400"),
    ('timezone = "Berlin"', '"timezone" is no time zone: "Berlin"; did you mean "Europe/Berlin"?'),
    ('timezone = "europe/berlni"', 'did you mean "Europe/Berlin"?'),
    ('timezone = "../../etc/passwd"', "is no time zone"),
    ('timezone = "Europe"', "is no time zone"),
    ("timezone = 1", '"timezone" must be a text in quotes'),
    ("config_version = 0", '"config_version" must be a whole number from 1'),
    ('keys = "o"', '"keys" must be a table, like [keys]'),
    ('[keys]\n\n"list.open" = 1', 'line 3: [keys]: "list.open" must be names of keys with commas'),
    ('[keys]\nlist.open = ""', '"list.open" must be names of keys'),
    ('[keys]\nlist.open = "o,"', '"list.open" must be names of keys'),
    ('[keys]\nlist.open = "control+o p"', '"list.open" must be names of keys'),
    ('[keys]\n"list open" = "o"', '"list open" is not the name of an action'),
    ('[keys]\nlist.open = "o"\n"list.open" = "p"', 'line 3: [keys]: "list.open" is there twice'),
    ("theme = 'x", "not valid TOML: "),
    ("theme = 'x'\ntheme = 'y'", "Cannot overwrite a value"),
    (f"theme = {'9' * 5000}", "not valid TOML: "),
    (f"a = {'[' * 100_000}", "it nests too deeply"),
    ("#" * (1 << 20) + "##", "larger than 1 MB"),
]


@pytest.mark.parametrize(("text", "complaint"), MISTAKES, ids=lambda text: str(text)[:30])
def test_mistake_is_named_with_file_line_and_key(path: Path, text: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(written(path, text))

    assert str(caught.value).startswith(f"{path}: ")
    assert complaint in str(caught.value)


def test_what_is_no_text_is_told_with_its_line(path: Path) -> None:
    written(path, "")
    path.write_bytes(b"theme = 'x'\n# \xff\n")

    with pytest.raises(ConfigError, match="line 2: not text in UTF-8"):
        load_config(path)


def test_a_folder_in_place_of_the_file_is_told(path: Path) -> None:
    path.mkdir(parents=True)

    for use in (load_config, lambda path: save_setting(path, "theme", "x")):
        with pytest.raises(ConfigError, match=r"[Dd]irectory|denied"):
            use(path)


def test_a_newer_version_is_read_as_far_as_it_is_known(path: Path) -> None:
    text = 'config_version = 3\ntheme = "nord"\nrange_days = "all"\nsound = true\n'

    found = load_config(written(path, text))

    assert (found.theme, found.range_days, found.config_version) == ("nord", 30, 3)
    first, *rest = found.warnings
    assert first.startswith(f"{path}: is of version 3, this program knows 1")
    assert sorted(rest) == [
        'left out: line 3: "range_days" must be a whole number from 7 to 400',
        'left out: line 4: "sound" is not a known key; did you mean "mouse"?',
    ]


def test_the_manual_explains_every_setting_with_its_default() -> None:
    page = page_text("settings")
    example = tomllib.loads(page.partition("```\n")[2].partition("```")[0])
    default = Config()

    example |= {key: tuple(value) for key, value in example.items() if isinstance(value, list)}
    assert {key: value for key, value in example.items() if key != "keys"} == {
        name: getattr(default, name) for name in example if name != "keys"
    }
    for name in vars(default).keys() - {"path", "warnings"}:
        assert f"| `{name}` |" in page
        assert name in example
