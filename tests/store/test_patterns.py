"""One rule says what a filter matches."""

from __future__ import annotations

import sqlite3

import pytest

from convledger.store.patterns import any_of, any_project

PROJECTS = [
    "/home/me/acme-shop",
    "/home/me/acme-shop/api",
    "C:\\work\\acme-shop",
    "/srv/site/app/[slug]",
    "",
]


def found(test: tuple[str, list[object]]) -> list[str]:
    clause, values = test
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE held (name TEXT)")
    connection.executemany("INSERT INTO held VALUES (?)", [(name,) for name in PROJECTS])
    rows = connection.execute(f"SELECT name FROM held WHERE {clause} ORDER BY rowid", values)
    return [row[0] for row in rows]


@pytest.mark.parametrize(
    ("typed", "places"),
    [
        ("/home/me/acme-shop", [0]),
        ("acme-shop", [0, 2]),
        ("me/acme-shop/", [0]),
        ("work\\acme-shop", [2]),
        ("acme*", [0, 1, 2]),
        ("*acme*", [0, 1, 2]),
        ("acme-shop/*", [1]),
        ("acm?-shop", [0, 2]),
        ("[slug]", [3]),
        ("app/[slug]", [3]),
        ("[s]lug", []),
        ("shop", []),
        ("\udcff", []),
    ],
)
def test_project_is_a_path_its_end_or_a_pattern(typed: str, places: list[int]) -> None:
    assert found(any_project("name", [typed])) == [PROJECTS[place] for place in places]


def test_any_of_several_is_enough() -> None:
    assert found(any_of("name", ["", "/srv/*"])) == ["/srv/site/app/[slug]", ""]
    assert found(any_of("name", ["/srv/site/app/[slug]"])) == ["/srv/site/app/[slug]"]
