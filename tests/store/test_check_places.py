"""Who may read the files of a workspace is verified, and others are shut out."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from convledger.clock import now_us
from tests.ingest.logs import Bench, turns

pytestmark = pytest.mark.skipif(os.name == "nt", reason="no modes")


@pytest.fixture
def filled(bench: Bench) -> Bench:
    bench.write(bench.log, turns(1, 2))
    bench.sync()
    bench.ledger.back_up(now=now_us())
    return bench


def mode(place: Path) -> int:
    return stat.S_IMODE(place.stat().st_mode)


def places(filled: Bench) -> list[Path]:
    workspace = filled.ledger.workspace
    (backup,) = [each.path for each in filled.ledger.backups()]
    return [workspace, workspace / "ledger.db", workspace / "ledger.db-wal",
            workspace / "ingest.lock", backup.parent, backup]  # fmt: skip


@pytest.mark.parametrize("number", range(6))
def test_a_place_that_others_may_use_is_found_and_closed(filled: Bench, number: int) -> None:
    assert filled.ledger.check() == []
    place = places(filled)[number]
    place.chmod(mode(place) | 0o044)

    findings = filled.ledger.check()
    assert [(each.check, each.place) for each in findings] == [("permissions", str(place))]
    fixed = filled.ledger.fix(findings, now=now_us())

    assert fixed.done == ["one place closed to others"]
    assert fixed.backup is None
    assert mode(place) in (0o700, 0o600)
    assert filled.ledger.check() == []


def test_what_a_person_writes_stays_as_it_is(filled: Bench) -> None:
    own = filled.ledger.workspace / "prices.toml"
    own.write_text("", "utf-8")
    own.chmod(0o644)

    assert filled.ledger.check() == []


def test_a_link_is_left_alone(filled: Bench, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("mine", "utf-8")
    elsewhere.chmod(0o644)
    (filled.ledger.workspace / "backups" / "link.db").symlink_to(elsewhere)

    assert filled.ledger.check() == []
    assert mode(elsewhere) == 0o644


def test_many_places_are_counted(filled: Bench) -> None:
    folder = filled.ledger.workspace / "backups"
    for number in range(30):
        (folder / f"odd-{number}").touch(0o644)

    findings = filled.ledger.check()

    assert len(findings) == 11
    assert findings[-1].problem == "20 files more may be used by others"
    assert filled.ledger.fix(findings, now=now_us()).done == ["30 places closed to others"]
    assert filled.ledger.check() == []
