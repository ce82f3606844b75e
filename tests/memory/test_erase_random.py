"""Whatever part of a ledger is erased: no word of it is found afterwards, every other one is."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.clock import SECOND
from convledger.ledger import Ledger
from convledger.memory import keeping
from convledger.memory.drafts import Draft
from convledger.memory.erase import Wanted
from convledger.store.search import SearchQuery
from tests.ingest.logs import Bench, prompt, session
from tests.memory.test_erase import bytes_of

NOW = 1_790_000_000 * SECOND
words = st.lists(
    st.sampled_from(["alpha", "東京", "naïve", "x\ty", "\\n", "q" * 40, "b"]), max_size=40
)


def probe(kind: str, number: int) -> str:
    """Return a word that stands nowhere else and is no beginning of another."""
    return f"{kind}{'bcdfghkmnp'[number % 10] * 3}{number}uniqueword"


@settings(max_examples=12, deadline=None)
@given(
    entries=st.lists(st.tuples(words, st.booleans()), min_size=1, max_size=6),
    conversations=st.lists(
        st.tuples(st.lists(words, min_size=1, max_size=4), st.booleans()), min_size=1, max_size=4
    ),
    figures=st.booleans(),
)
def test_no_erased_word_is_found_and_every_kept_one_is(
    entries: list[tuple[list[str], bool]],
    conversations: list[tuple[list[list[str]], bool]],
    figures: bool,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        ledger = bench.ledger
        gone: list[str] = []
        kept: list[str] = []
        entry_ids, native = [], []
        for number, (text, goes) in enumerate(entries):
            word = probe("entry", number)
            body = " ".join([*text, word, *text])
            made, _ = keeping.remember(ledger.connection, Draft(body), NOW)
            keeping.edit(ledger.connection, made, NOW, body=f"{body} {probe('second', number)}")
            (gone if goes else kept).extend((word, probe("second", number)))
            entry_ids += [made] * goes
        count = 0
        for number, (texts, goes) in enumerate(conversations, 1):
            log = b""
            for text in texts:
                count += 1
                word = probe("said", count)
                log += prompt(count, " ".join([*text, word]), of=session(number))
                (gone if goes else kept).append(word)
            bench.write(bench.claude / "bakery" / f"{session(number)}.jsonl", log)
            native += [session(number)] * goes
        bench.sync()
        ids = [ledger.conversation(name).id for name in native]
        if entry_ids or ids:
            wanted = Wanted(entries=tuple(entry_ids), conversations=tuple(ids), figures=figures)
            outcome = ledger.erase(wanted, now=NOW)
            assert (outcome.blocked, outcome.is_done, outcome.is_verified) == ("", True, True)
        assert ledger.check(deep=True) == []
        _see(ledger, gone, kept)
        for log_file in list(bench.claude.rglob("*.jsonl")):  # other files: read from their start
            bench.write(log_file, b"\n" + log_file.read_bytes())
        bench.sync()
        _see(ledger, gone, kept)
        ledger.close()


def _see(ledger: Ledger, gone: list[str], kept: list[str]) -> None:
    from zstandard import ZstdDecompressor

    ledger.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    unpack = ZstdDecompressor().decompress
    held = bytes_of(ledger) + b"\n".join(
        unpack(row[0]).lower() for row in ledger.connection.execute("SELECT body FROM page")
    )
    for word in gone:
        assert word.encode() not in held
        assert word[-11:] != "uniqueword" or not ledger.search(SearchQuery(word)).hits
    for word in kept:
        assert word.encode() in held
        if word.startswith("said"):
            assert ledger.search(SearchQuery(word)).hits
