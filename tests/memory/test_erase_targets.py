"""Files outside of the ledger are searched for what was erased in whatever form they say it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from convledger.ledger import Ledger
from convledger.memory import keeping
from convledger.memory.drafts import Draft
from convledger.memory.erase import Wanted
from convledger.memory.erase_targets import says
from convledger.memory.exported import note_export
from convledger.memory.rendering import FORMATS, Head, Item, Label, rendered
from convledger.store.bare import bare, bare_pieces
from convledger.store.exports import note_exports
from convledger.store.probes import Probes
from tests.ingest.logs import Bench, prompt, reply
from tests.memory.test_erase import NOW, SECRET, remember

WRITTEN_ELSE = (
    "a = 1\nb = 2\nkey = hunter2\nz = 9\nif q:\n  go()\nend = 77\n",
    'say "x" or "y" or "zq" "pp" "q" "r" "s" "t" "qq" "zz"',
    "<a-b>q</a-b><a-b>z</a-b><a-b>q1</a-b>",
    "q\x1b[31mz\x1b[0mq\x1b[31mz\x1b[0mq\x1b[31mz\u202ez",
    "a<b&&c<d&&q<z&&zz>q&&w<e&&r<t",
    "pin 4711",
)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("text", WRITTEN_ELSE)
def test_what_a_form_writes_with_other_signs_is_found(text: str, form: str, tmp_path: Path) -> None:
    item = Item(1, "N", 1, "", text, Label("by hand", "", ""))
    file = tmp_path / "pack"
    pack = rendered(Head("p", NOW, 1, 999, "o200k"), [item], form, len)
    file.write_text(pack.text, encoding="utf-8")
    probes = Probes()
    probes.add_said(text)
    assert says(file, probes.said)

    file.write_text("Something else that was written since, of about the same length as before.\n")
    assert says(file, probes.said) is False


def test_a_text_is_found_where_two_portions_of_a_file_meet(tmp_path: Path) -> None:
    file = tmp_path / "long.jsonl"
    file.write_bytes(b" " * ((1 << 20) - 30) + SECRET.encode())
    assert says(file, [bare_pieces(bare(SECRET))])


def test_a_file_says_it_though_it_stands_in_a_conversation_that_stays(
    bench: Bench, tmp_path: Path
) -> None:
    bench.write(bench.log, prompt(1, SECRET) + reply(1))
    bench.sync()
    keeping.remember(bench.ledger.connection, Draft(SECRET), NOW)
    (number,) = bench.ledger.connection.execute("SELECT id FROM conversation").fetchone()
    page = tmp_path / "page.md"
    page.write_text(SECRET)
    note_exports(bench.ledger.connection, [number], str(page))
    outcome = bench.ledger.erase(Wanted(conversations=(number,)), now=NOW)
    assert outcome.targets == {str(page): "holds it"}


def test_many_short_entries_are_all_looked_for(ledger: Ledger, tmp_path: Path) -> None:
    entries = tuple(remember(ledger, f"pin of door {'n' * n}") for n in range(10))
    page = tmp_path / "pack.md"
    page.write_text("pin of door n\n")
    note_export(ledger.connection, [(entries[1], 1)], str(page), "md", NOW)
    outcome = ledger.erase(Wanted(entries=entries), now=NOW)
    assert outcome.targets == {str(page): "holds it"}


def test_each_text_has_pieces_to_look_for() -> None:
    probes = Probes()
    for text in ("XXXX7777 and some more of it", "deploys happen on nights after dinner"):
        before = len(probes.texts)
        probes.add_text(text)
        assert len(probes.texts) > before, text


def test_a_backup_of_an_earlier_version_is_rewritten(bench: Bench) -> None:
    bench.write(bench.log, prompt(1, SECRET) + reply(1))
    bench.sync()
    place = bench.ledger.path.with_name(f"{bench.ledger.path.name}.v4.bak")
    with closing(sqlite3.connect(place)) as copy:
        bench.ledger.connection.backup(copy)
        copy.execute("DROP TABLE conversation_export")
        copy.execute("PRAGMA user_version=4")
    (number,) = bench.ledger.connection.execute("SELECT id FROM conversation").fetchone()
    outcome = bench.ledger.erase(Wanted(conversations=(number,), backups="rewrite"), now=NOW)
    (left,) = outcome.backups
    assert (left.state, left.holds) == ("rewritten", False)
