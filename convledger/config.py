"""The user's settings: config.toml, read strictly and changed one key at a time."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from convledger.errors import ConfigError
from convledger.paths import user_folder
from convledger.toml_files import open_table, read_text, replace_text
from convledger.toml_places import BYTE_ORDER_MARK, with_value
from convledger.toml_tables import Table, nearest, parse_toml, shown
from convledger.who import YOU

FILE = "config.toml"
VERSION = 1
FEWEST_DAYS, MOST_DAYS = 7, 400
LONGEST_NAME = 100
DEEPEST = 20
_FIRST_LINES = f"# What each key means: convledger help settings\nconfig_version = {VERSION}\n"
_HOST = re.compile(r"[A-Za-z0-9._:-]{1,253}")
_ACTION = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_KEY = re.compile(r"((ctrl|alt|shift|super|meta|hyper)\+)*([a-z][a-z0-9_]*|[^\s,\x00-\x1f\x7f])")


def config_path() -> Path:
    """Return where the settings are: CONVLEDGER_CONFIG, or the user's configuration folder."""
    chosen = os.environ.get("CONVLEDGER_CONFIG", "").strip()
    if chosen:
        return Path(chosen).expanduser()
    return user_folder("config") / FILE


def user_themes_folder() -> Path:
    """Return the folder of the user's own themes, beside the settings; it need not exist."""
    return config_path().parent / "themes"


@dataclass(frozen=True)
class Config:
    """What the user has set, and the defaults of the rest."""

    theme: str = "ledger-ink"
    animation: bool = True
    timezone: str = ""  # a name like Europe/Berlin; empty for the machine's
    range_days: int = 30
    import_at_start: bool = True
    mouse: bool = True
    estimates: bool = True  # count the tokens that a source does not record from the texts
    archive_members: int = 20_000  # what an archive may hold
    archive_ratio: int = 200  # to its own size, of what it unpacks to
    archive_gigabytes: int = 8  # that all of it unpacks to
    backup_weekly: bool = True  # a copy of the ledger where the last is older than a week
    backups_kept: int = 4  # of these weekly ones
    webhook_hosts: tuple[str, ...] = ()  # that rules may call, beside this machine
    name: str = ""  # what you are called in what you write down; empty for the login name
    keys: Mapping[str, str] = field(default_factory=dict)  # action to keys: list.open to "enter,o"
    config_version: int = VERSION
    path: Path = field(default_factory=config_path)
    warnings: tuple[str, ...] = ()


def load_config(path: Path | None = None) -> Config:
    """Return the settings at `path`, the defaults where there is no file.

    Raises ConfigError with file, line and key. A file of a newer version is read as far as it is
    known; what is left out stands in `warnings`.
    """
    path = path or config_path()
    text = read_text(path, str(path))
    if text is None:
        return Config(path=path)
    table = open_table(text, str(path))
    version = table.whole("config_version", 1, 10**6) if "config_version" in table else VERSION
    values: dict[str, Any] = {}
    problems = table.unknown(_READERS)
    for key, read in _READERS.items():
        if key in table:
            try:
                values[key] = read(table, key)
            except ConfigError as error:
                problems.append(error)
    if version > VERSION:
        return Config(**values, path=path, warnings=_newer(path, version, problems))
    for problem in problems:
        raise problem
    return Config(**values, path=path)


def save_setting(path: Path, key: str, value: str | int) -> None:
    """Set `key` in the file at `path`, making it where there is none; all else stays as it is.

    A key binding is `keys.` and its action: `keys.list.open`. Raises ConfigError where the value
    is not allowed or the file can't be changed.
    """
    table, name = ("keys", key.removeprefix("keys.")) if key.startswith("keys.") else ("", key)
    file_name = str(path)
    given = {table: {name: value}} if table else {name: value}
    wanted = Table(file_name, "", given)
    wanted.allow_only([each for each in _READERS if each != "keys" or table])
    _READERS[table or name](wanted, table or name)

    text = read_text(path, file_name)
    if text is None:
        text = _FIRST_LINES
    expected = _flat(parse_toml(text.removeprefix(BYTE_ORDER_MARK), file_name))
    if _same(expected.get(key), value):
        return
    after = with_value(text, table, name, value)
    if not _says(after.removeprefix(BYTE_ORDER_MARK), expected | {key: value}):
        raise ConfigError(
            f"{file_name}: {shown(table or name)} is written in a way that only you can change"
        )
    replace_text(path, after)


def _same(one: object, other: object) -> bool:
    """Return whether two settings are the same; true is not 1."""
    return type(one) is type(other) and one == other


def _says(text: str, expected: Mapping[str, Any]) -> bool:
    """Return whether a text is TOML that says just what is expected."""
    try:
        written = _flat(parse_toml(text, ""))
        return sorted(map(repr, written.items())) == sorted(map(repr, expected.items()))
    except (ConfigError, RecursionError):
        return False


def _newer(path: Path, version: int, problems: list[ConfigError]) -> tuple[str, ...]:
    head = f"{path}: is of version {version}, this program knows {VERSION}; it is read as far as "
    left_out = [f"left out: {str(error).removeprefix(f'{path}: ')}" for error in problems]
    return (head + "it is known", *left_out)


def _theme(table: Table, key: str) -> str:
    name = table.text(key)
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise table.problem(key, 'must be the name of a theme, like "ledger-ink"')
    return name


def _name(table: Table, key: str) -> str:
    if table.value(key) == "":
        return ""
    name = table.text(key)
    if not is_name(name):
        raise table.problem(key, 'must be what you are called, like "Ada Byron"')
    return name


def is_name(text: str) -> bool:
    """Tell whether a text may name a person: one line that can be seen, not too long."""
    return 0 < len(text) <= LONGEST_NAME and text.isprintable() and text == text.strip()


def person_name(config: Config) -> str:
    """Return what the user is called: as the settings say, else as they are logged in."""
    if config.name:
        return config.name
    from getpass import getuser

    try:
        login = getuser()
    except (OSError, KeyError, ImportError):  # nobody is logged in under this number
        return YOU
    return login if is_name(login) else YOU


def own_name() -> str:
    """Return what the user is called; a mistake in the settings is told elsewhere."""
    try:
        return person_name(load_config())
    except ConfigError:
        return person_name(Config())


def _timezone(table: Table, key: str) -> str:
    if table.value(key) == "":
        return ""
    from zoneinfo import ZoneInfo, available_timezones

    name = table.text(key)
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, KeyError) as error:  # ZoneInfoNotFoundError is a KeyError
        zones = sorted(available_timezones())
        hint = f"; did you mean {nearest(name, zones)}?" if zones else ""
        raise table.problem(key, f"is no time zone: {shown(name)}{hint}") from error


def _hosts(table: Table, key: str) -> tuple[str, ...]:
    value = table.value(key)
    if not isinstance(value, list) or not all(
        isinstance(each, str) and _HOST.fullmatch(each) for each in value
    ):
        raise table.problem(key, 'must be a list of names of hosts, like ["hooks.example.org"]')
    return tuple(each.lower() for each in value)


def _keys(table: Table, key: str) -> dict[str, str]:
    """Return the key bindings; actions may be written with quotes or as tables within."""
    inside = table.table(key, '[keys] with lines like "list.open" = "enter,o"')
    bindings: dict[str, str] = {}
    for path, keys in _leaves(table.value(key)):
        action = ".".join(path)
        if not _ACTION.fullmatch(action) or len(action) > LONGEST_NAME:
            raise inside.problem(action, "is not the name of an action", path=path)
        if action in bindings:
            raise inside.problem(action, "is there twice", path=path)
        names = [name.strip() for name in keys.split(",")] if isinstance(keys, str) else []
        if not names or not all(_KEY.fullmatch(name) for name in names):
            complaint = 'must be names of keys with commas, like "enter,o" or "ctrl+s"'
            raise inside.problem(action, complaint, path=path)
        bindings[action] = ",".join(names)
    return bindings


def _flat(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return every value of a document under its names, joined with dots."""
    return {".".join(path): value for path, value in _leaves(document)}


def _leaves(
    document: Mapping[str, Any], path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every value that is no table under its path; what nests too deeply is left whole."""
    for key, value in document.items():
        if isinstance(value, dict) and len(path) < DEEPEST:
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key), value


# What each key may be; a reader returns its value or raises ConfigError.
_READERS: dict[str, Callable[[Table, str], Any]] = {
    "config_version": lambda table, key: table.whole(key, 1, 10**6),
    "theme": _theme,
    "animation": lambda table, key: table.flag(key),
    "timezone": _timezone,
    "range_days": lambda table, key: table.whole(key, FEWEST_DAYS, MOST_DAYS),
    "import_at_start": lambda table, key: table.flag(key),
    "mouse": lambda table, key: table.flag(key),
    "estimates": lambda table, key: table.flag(key),
    "archive_members": lambda table, key: table.whole(key, 1, 10**7),
    "archive_ratio": lambda table, key: table.whole(key, 2, 10**6),
    "archive_gigabytes": lambda table, key: table.whole(key, 1, 10**4),
    "backup_weekly": lambda table, key: table.flag(key),
    "backups_kept": lambda table, key: table.whole(key, 1, 1000),
    "name": _name,
    "webhook_hosts": _hosts,
    "keys": _keys,
}
