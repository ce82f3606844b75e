"""Who works with the program: what the settings say, else who is logged in, and looked up late."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from convledger import who
from convledger.config import Config, load_config, own_name, person_name
from convledger.errors import ConfigError
from convledger.ledger import Ledger
from convledger.store import actors
from convledger.store.audit_events import events
from tests.cli.conftest import cli as cli


def settings(home: Path, text: str) -> Path:
    path = home / ".config" / "convledger" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(f"config_version = 1\n{text}\n", "utf-8")
    return path


def test_without_a_word_people_are_you() -> None:
    assert (who.person(), actors.person()) == ("you", "you")


def test_the_settings_name_the_person_else_the_login(own_home: Path) -> None:
    os.environ["LOGNAME"] = "ada"
    assert own_name() == "ada"
    settings(own_home, 'name = "Ada Byron"')
    assert own_name() == "Ada Byron"


@pytest.mark.parametrize("login", ["a\x1b[2J", "x" * 101, " "])
def test_a_login_that_is_no_name_is_nobodys(login: str) -> None:
    os.environ["LOGNAME"] = login
    assert person_name(Config()) == "you"


@pytest.mark.parametrize("name", ["a\\u001b[2J", "a\\nb", "x" * 101])
def test_a_name_is_one_line_that_can_be_seen(own_home: Path, name: str) -> None:
    path = settings(own_home, f'name = "{name}"')

    with pytest.raises(ConfigError, match='"name" must be what you are called'):
        load_config(path)
    assert own_name() == "you"


def test_a_name_is_looked_up_once_and_only_when_asked_for() -> None:
    asked: list[int] = []

    def look_up() -> str:
        asked.append(1)
        return "Ada"

    who.look_up_by(look_up)
    assert asked == []
    assert [who.person(), who.person(), len(asked)] == ["Ada", "Ada", 1]


def test_what_a_command_changes_is_noted_under_the_name(own_home: Path, cli: object) -> None:
    settings(own_home, 'name = "Ada"')
    assert callable(cli)

    assert cli("cost", "hourly", "25").code == 0
    with Ledger.open() as ledger:
        assert {event.actor for event in events(ledger.connection)} == {"Ada"}
