"""TOML files with keys that would take all memory are refused; dots elsewhere are nothing."""

from __future__ import annotations

from contextlib import suppress

import pytest

from convledger.errors import ConfigError
from convledger.toml_tables import MOST_PARTS, parse_toml
from tests.confined import confined

DOTS = "a." * 200
LONGEST = ".".join(["k"] * MOST_PARTS)


@pytest.mark.parametrize(
    "text",
    [
        f'a = "{DOTS}"',
        f"a = '{DOTS}'",
        f'a = """\n{DOTS}"quoted" \\""" {DOTS}"""',
        f"a = '''\n{DOTS}'it's' {DOTS}'''",
        f"# {DOTS}\na = 1",
        f'"{DOTS}" = 1',
        "a = [" + "1.5, " * 200 + "]",
        "".join(f"a.b{number} = 1.5\n" for number in range(200)),
        f"{LONGEST} = 1",
        f"[{LONGEST}]\n{LONGEST} = 1",
    ],
)
def test_dots_that_are_no_long_key_are_read(text: str) -> None:
    assert parse_toml(text, "x.toml")


@pytest.mark.parametrize(
    "text",
    [
        f"ok = 1\n{LONGEST}.k = 1",
        f"ok = 1\n[{LONGEST}.k]",
        f"ok = 1\n[[{LONGEST} . k]]",
        f"ok = 1\na = {{b = 1, {LONGEST}.k = 1}}",
        "ok = 1\n" + ".".join(['"x.y z"', "'u.v'"] * MOST_PARTS) + " = 1",
        "ok = 1\n" + ".".join(["a"] * 400_000) + " = 1",
    ],
)
def test_a_key_of_very_many_parts_is_refused_with_its_line(text: str) -> None:
    def told() -> str:
        with pytest.raises(ConfigError) as refused:
            parse_toml(text, "x.toml")
        return str(refused.value)

    words = f"x.toml: not valid TOML: a key of more than {MOST_PARTS} parts (at line 2)"
    assert confined(told, memory=100 << 20, seconds=5) == words


@pytest.mark.parametrize(
    "piece", ['"""', "'''", '"', "'", '"""\\', '\\"', "#", "[", "a=", "\n", '""']
)
def test_any_text_is_looked_through_once(piece: str) -> None:
    """Some of them are TOML; none takes more time than there is for it."""
    text = piece * (900_000 // len(piece))

    def told() -> bool:
        with suppress(ConfigError):
            parse_toml(text, "x.toml")
        return True

    assert confined(told, memory=300 << 20, seconds=10)
