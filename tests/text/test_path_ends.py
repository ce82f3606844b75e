"""A folder is called by as little of its path as tells it from others."""

from __future__ import annotations

import time

from convledger.text.path_ends import last_parts


def test_as_little_of_the_end_as_tells_paths_apart() -> None:
    paths = ["/home/me/acme/shop", "/srv/old/shop", "C:\\work\\site", "site-2", "/"]
    assert list(last_parts(paths).values()) == ["acme/shop", "old/shop", "site", "site-2", "/"]


def test_a_path_that_ends_another_is_shown_whole() -> None:
    assert last_parts(["shop", "/srv/shop", "/srv/shop/"]) == {
        "shop": "shop", "/srv/shop": "srv/shop", "/srv/shop/": "srv/shop",
    }  # fmt: skip


def test_many_paths_take_no_time_for_each_pair() -> None:
    begun = time.process_time()
    assert len(last_parts([f"/home/me/{number}/shop" for number in range(20_000)])) == 20_000
    assert time.process_time() - begun < 2
