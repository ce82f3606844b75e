"""Changing one setting: the rest of the file stays as it was, byte for byte."""

from __future__ import annotations

import os
import stat
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.config import Config, load_config, save_setting
from convledger.errors import ConfigError
from convledger.toml_places import line_of, places
from tests.test_config import FULL, written


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings" / "config.toml"


def read(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def test_saving_makes_a_file_for_its_owner_alone(path: Path) -> None:
    path = path.parent / "deep" / "config.toml"

    save_setting(path, "theme", "ledger-pine")

    assert load_config(path) == Config(theme="ledger-pine", path=path)
    assert "convledger help settings" in read(path)
    assert [each.name for each in path.parent.iterdir()] == ["config.toml"]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


CHANGES: list[tuple[str, str, str | int, str]] = [
    (FULL, "theme", "nord", FULL.replace('"ledger-paper"', '"nord"')),
    (FULL, "animation", True, FULL.replace("animation = false", "animation = true")),
    (FULL, "range_days", 7, FULL.replace("90", "7")),
    (FULL, "keys.list.open", "o", FULL.replace('"enter, o"', '"o"')),
    (FULL, "keys.app.quit", "q", FULL.replace('"ctrl+q"', '"q"')),
    (FULL, "keys.app.help", "f1", FULL + '"app.help" = "f1"\n'),
    ("", "mouse", False, "mouse = false\n"),
    ("# end", "mouse", False, "# end\nmouse = false\n"),
    ("mouse=true# on", "mouse", False, "mouse=false# on"),
    ("'mouse' = true", "mouse", False, "'mouse' = false"),
    ("theme = '''x'''\r\n", "theme", 'a"b', 'theme = "a\\"b"\r\n'),
    ("theme = 'x'\r\n", "mouse", True, "theme = 'x'\r\nmouse = true\r\n"),
    ("\ufefftheme = 'x'\n", "theme", "y", '\ufefftheme = "y"\n'),
    ("\n# keys\n[keys]\n", "mouse", True, "\nmouse = true\n\n# keys\n[keys]\n"),
    ("theme = 'x' # a\n\n[keys]", "mouse", True, "theme = 'x' # a\nmouse = true\n\n[keys]"),
    ("x = [\n1, # ]\n]\n[keys]\n", "mouse", True, "x = [\n1, # ]\n]\nmouse = true\n[keys]\n"),
    ("mouse = true", "keys.a.b", "o", 'mouse = true\n\n[keys]\n"a.b" = "o"\n'),
    ("[keys]", "keys.a.b", "o", '[keys]\n"a.b" = "o"\n'),
    ("[keys] # mine\n[x]\n", "keys.a.b", "o", '[keys] # mine\n"a.b" = "o"\n[x]\n'),
    ("[keys.a]\nb = 'x'\n", "keys.a.b", "o", '[keys.a]\nb = "o"\n'),
    ("keys.a.c = 'x'\n", "keys.a.b", "o", 'keys.a.c = \'x\'\nkeys."a.b" = "o"\n'),
    ("keys = {} # e\n", "keys.a.b", "o", 'keys = { "a.b" = "o" } # e\n'),
    ("keys = { c = '}' }\n", "keys.a.b", "o", 'keys = { c = \'}\', "a.b" = "o" }\n'),
    ("keys = {a = {b = 'x'}}\n", "keys.a.b", "o", 'keys = {a = {b = "o"}}\n'),
    ("y = '''\ntheme = 'x'\n'''\n", "theme", "z", "y = '''\ntheme = 'x'\n'''\ntheme = \"z\"\n"),
]


@pytest.mark.parametrize(("before", "key", "value", "after"), CHANGES, ids=range(len(CHANGES)))
def test_one_setting_changes_and_nothing_else(
    path: Path, before: str, key: str, value: str | int, after: str
) -> None:
    save_setting(written(path, before), key, value)

    assert read(path) == after


def test_saving_what_is_set_already_leaves_the_file_alone(path: Path) -> None:
    text = "theme   =   'nord' # as ever"
    before = written(path, text).stat()

    save_setting(path, "theme", "nord")

    assert read(path) == text
    assert path.stat().st_ino == before.st_ino


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real = written(tmp_path / "dotfiles" / "settings.toml", "# mine\n")
    link = tmp_path / "config.toml"
    link.symlink_to(real)

    save_setting(link, "mouse", False)

    assert link.is_symlink()
    assert read(real) == "# mine\nmouse = false\n"


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("thme", "x", 'did you mean "theme"?'),
        ("keys", "x", '"keys" is not a known key'),
        ("range_days", 3, "from 7 to 400"),
        ("mouse", "no", "true or false"),
        ("timezone", "Berlin", '"Europe/Berlin"'),
        ("keys.list.open", "", "names of keys"),
        ("keys.", "o", "not the name of an action"),
    ],
)
def test_what_can_not_be_read_is_not_saved(
    path: Path, key: str, value: str | int, complaint: str
) -> None:
    with pytest.raises(ConfigError, match=complaint.replace("?", r"\?")):
        save_setting(path, key, value)

    assert not path.exists()


@pytest.mark.parametrize(
    ("text", "key", "complaint"),
    [
        ("theme = 'x", "theme", "not valid TOML"),
        ("keys = 5\n", "keys.a.b", "only you can change"),
        ("[[keys]]\n", "keys.a.b", "only you can change"),
        ("[theme]\nx = 1\n", "theme", "only you can change"),
    ],
)
def test_a_file_that_can_not_be_changed_safely_stays_as_it_is(
    path: Path, text: str, key: str, complaint: str
) -> None:
    with pytest.raises(ConfigError, match=complaint):
        save_setting(written(path, text), key, "o")

    assert read(path) == text
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_failing_disk_loses_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    written(path, FULL)
    monkeypatch.setattr(os, "fsync", fail)

    with pytest.raises(ConfigError, match="can't be written: No space left on device"):
        save_setting(path, "theme", "nord")

    assert read(path) == FULL
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_no_device_is_replaced() -> None:
    with pytest.raises(ConfigError, match="not a file"):
        save_setting(Path(os.devnull), "theme", "nord")

    assert not Path(os.devnull).is_file()


# ---- any file at all

BLANK = st.sampled_from(["", " ", "\t", "  "])
COMMENT = st.sampled_from(["", " # why", "# [keys]", ' # theme = \'x\' """'])
BETWEEN = st.lists(
    st.sampled_from(["", "# theme = 'old'", "   # ]", "# \"'", "#[keys]", "\t"]), max_size=3
)
STRINGS = st.sampled_from([
    '"a"', "'a'", '"\\"# [keys]"', "'# ]'", '"""a\n[keys]\ntheme = 1\n"""', "'''\n'' \"\"\" #'''",
    '"""\\" "" a ""\\\n   b"""""', '""', "''", '""""""',
])  # fmt: skip
SIMPLE = STRINGS | st.sampled_from(["1", "-0.5e3", "true", "1979-05-27 07:32:00Z", "inf", "0x1F"])
VALUES = st.recursive(
    SIMPLE,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda each: f"[{', '.join(each)}]")
        | st.lists(inner, max_size=3).map(
            lambda each: "[ # [\n" + "".join(f"  {one}, # '\n" for one in each) + "]"
        )
        | st.lists(SIMPLE.filter(lambda one: "\n" not in one), max_size=2).map(
            lambda each: (
                "{" + ", ".join(f"k{place} = {one}" for place, one in enumerate(each)) + "}"
            )
        )
    ),
    max_leaves=5,
)
NEW: dict[str, st.SearchStrategy[Any]] = {
    "theme": st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=30),
    "animation": st.booleans(),
    "mouse": st.booleans(),
    "range_days": st.integers(7, 400),
    "keys.list.open": st.sampled_from(["o", '"', "\\", "ctrl+o,enter", "#"]),
    "keys.app.quit": st.just("Q"),
}
OLD = {"theme": SIMPLE, "animation": VALUES, "mouse": VALUES, "range_days": VALUES}


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Valid TOML: some settings of ours among comments, strange values and other tables."""

    def pair(key: str, value: str) -> list[str]:
        gap = draw(BLANK)
        return [*draw(BETWEEN), f"{draw(BLANK)}{key}{gap}={gap}{value}{draw(COMMENT)}"]

    lines: list[str] = []
    for name in draw(st.permutations([*OLD, "other", "a.b"])):
        if draw(st.booleans()):
            quoted = draw(st.booleans()) and "." not in name
            value = draw(OLD.get(name, VALUES).filter(lambda one: not one.startswith("{")))
            lines += pair(f'"{name}"' if quoted else name, value)
    form = draw(st.sampled_from(["none", "table", "dotted", "braces", "parts"]))
    key = draw(st.sampled_from(['"list.open"', "list.open", "list . 'open'", "x.y"]))
    value = draw(st.sampled_from(["'o'", '"enter,#"', "'}'"]))
    if form == "dotted":
        lines += pair(f"keys.{key}", value)
    elif form == "braces":
        lines += pair("keys", draw(st.sampled_from(["{}", f"{{{key} = {value}}}", "{ z.z = 1 }"])))
    tables = draw(st.lists(st.sampled_from(["[x]", "[[list]]", "[ 'y' . z ]"]), unique=True))
    if form in ("table", "parts"):
        header = "[keys]" if form == "table" else "[ keys . part ]"
        tables.insert(draw(st.integers(0, len(tables))), header)
    for header in tables:
        lines += [*draw(BETWEEN), header + draw(COMMENT)]
        if header == "[keys]":
            lines += pair(key, value) if draw(st.booleans()) else []
        else:
            lines += pair("theme", draw(VALUES))
    lines += draw(BETWEEN)
    text = "\n".join(lines) + draw(st.sampled_from(["", "\n"]))
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


def flat(document: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in document.items():
        inner = flat(value) if isinstance(value, dict) else {"": repr(value)}
        found |= {f"{key}.{name}".rstrip("."): each for name, each in inner.items()}
    return found


def alike(one: str, other: str) -> int:
    """Return how many characters two texts have in common at their beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


@settings(deadline=None)
@given(before=documents(), key=st.sampled_from(list(NEW)), data=st.data())
def test_any_file_keeps_all_but_the_one_value(before: str, key: str, data: st.DataObject) -> None:
    value = data.draw(NEW[key])
    meant = flat(tomllib.loads(before))
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder) / "config.toml", before)
        save_setting(path, key, value)
        after = read(path)

    assert flat(tomllib.loads(after)) == meant | {key: repr(value)}
    start = alike(before, after)
    end = alike(before[start:][::-1], after[start:][::-1])
    lost = before[start : len(before) - end]
    if key in meant:
        old = next(each for each in places(before) if ".".join(each.path) == key)
        assert lost in before[old.value : old.end]
        assert old.value <= start
    else:
        assert lost.strip("{ }") == ""


@settings(deadline=None)
@given(text=documents())
def test_places_of_keys_are_where_the_keys_are(text: str) -> None:
    for place in places(text):
        if place.kind == "pair" and not place.section:
            value = tomllib.loads(f"v = {text[place.value : place.end]}")["v"]
            document: Any = tomllib.loads(text)
            for name in place.path:
                document = document[name]
            assert repr(document) == repr(value)
            line = line_of(text, place.path)
            assert line is not None
            assert place.path[-1] in text.split("\n")[line - 1]


@settings(deadline=None)
@given(name=st.sampled_from(list(NEW)), data=st.data())
def test_what_was_saved_is_read_again(name: str, data: st.DataObject) -> None:
    one, other = data.draw(NEW[name]), data.draw(NEW[name])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.toml"
        for value in (one, other):
            save_setting(path, name, value)
            found = load_config(path)
            saved = (
                found.keys[name.removeprefix("keys.")]
                if name.startswith("keys.")
                else getattr(found, name)
            )
            assert saved == value


ODD_KEYS = [
    "config_version", "theme", "animation", "timezone", "range_days", "name", "keys", "nobody",
    "archive_ratio", "backups_kept", 'keys."list.open"', "[keys]", "[keys.list]",
]  # fmt: skip
ODD_VALUES = [
    "1", "0", "-1", "9" * 5000, "1e400", "nan", "-inf", "true", '""', '"x"', "[]", "{}", "[[[]]]",
    "{a = {b = 1}}", r'"\u001b]52;c;eA==\u0007"', r'"\u202e"', "2026-11-22", '"Europe/Berlin"',
    '"../../etc/passwd"', "[" * 600 + "]" * 600, "'" * 3, r'"\ud800"', "0x" + "f" * 400,
]  # fmt: skip


@settings(deadline=None, derandomize=True, database=None, max_examples=200)
@given(
    pairs=st.lists(st.tuples(st.sampled_from(ODD_KEYS), st.sampled_from(ODD_VALUES)), max_size=5),
    odd=st.binary(max_size=6),
)
def test_any_settings_are_read_or_refused_in_words(
    pairs: list[tuple[str, str]], odd: bytes
) -> None:
    text = "\n".join(key if key.startswith("[") else f"{key} = {value}" for key, value in pairs)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.toml"
        path.write_bytes(text.encode() + b"\n" + odd)
        try:
            said = str(load_config(path).path)
        except ConfigError as error:
            said = str(error)
    assert "config.toml" in said
