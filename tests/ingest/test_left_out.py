"""What a person leaves out is not read, and is read again when it is taken in."""

from __future__ import annotations

from pathlib import Path

import pytest

from convledger.errors import UsageProblem
from convledger.ingest.watch import Watcher
from convledger.store.left_out import LeftOut
from tests.ingest.logs import Bench, rollout, turns


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    made = Bench(tmp_path)
    monkeypatch.setenv("HOME", str(made.home))
    monkeypatch.delenv("CLAUDE_CONFIG_DIR", raising=False)
    monkeypatch.delenv("CODEX_HOME", raising=False)
    made.write(made.log, turns(1, 3))
    made.write(made.codex / "sessions" / "rollout-x.jsonl", rollout(2))
    return made


def read(bench: Bench) -> set[str]:
    return {line.source for line in bench.ledger.sources() if line.calls}


@pytest.mark.parametrize("given", ["codex", "~/.codex", "~"])
def test_nothing_is_read_of_what_is_left_out(bench: Bench, given: str) -> None:
    leaving = bench.ledger.leaving
    leaving.leave_out(leaving.to_leave(given))
    bench.ledger.sync()
    path = str(bench.codex / "sessions" / "rollout-x.jsonl")
    bench.ledger.sync_paths([path])

    assert read(bench) == ({"claude-code"} if given != "~" else set())
    assert "codex" not in {scan.reader for scan in bench.ledger.discover()}
    assert ("codex", bench.codex) in leaving.folders()

    leaving.take_in(leaving.to_take(given))
    bench.ledger.sync()
    assert read(bench) == {"claude-code", "codex"}
    assert leaving.entries() == []


def test_what_was_read_stays_and_nothing_is_added(bench: Bench) -> None:
    bench.ledger.sync()
    before = bench.calls()
    leaving = bench.ledger.leaving
    leaving.leave_out(LeftOut("claude-code", ""))
    bench.append(bench.log, turns(4, 5))
    bench.ledger.sync()

    assert bench.calls() == before
    assert {line.source: line.left_out for line in bench.ledger.sources()} == {
        "claude-code": True, "codex": False,
    }  # fmt: skip
    assert bench.states()[bench.log.name] == ("live", "")
    leaving.take_in(leaving.entries())
    bench.ledger.sync()
    assert bench.calls() == before + 2


def test_texts_that_still_wait_are_left_too(bench: Bench) -> None:
    bench.ledger.sync(texts=False)
    leaving = bench.ledger.leaving
    leaving.leave_out(LeftOut("claude-code", ""))
    result = bench.ledger.sync()

    said = "SELECT DISTINCT reader.name FROM message JOIN conversation ON conversation.id="
    said += "conversation_id JOIN reader ON reader.id=reader_id"
    assert bench.ledger.connection.execute(said).fetchall() == [("codex",)]
    assert result.pending_files == 0


def test_path_that_is_imported_by_name_is_read_all_the_same(bench: Bench) -> None:
    leaving = bench.ledger.leaving
    leaving.leave_out(LeftOut("codex", ""))
    bench.ledger.import_paths([bench.codex])
    assert read(bench) == {"codex"}

    bench.write(bench.codex / "sessions" / "rollout-y.jsonl", rollout(3))
    before = bench.calls()
    bench.ledger.sync([root for root in bench.ledger.known_roots() if root[0] == "codex"])
    assert bench.calls() > before  # it stays a source
    leaving.leave_out(LeftOut("codex", ""))
    assert ("codex", bench.codex) not in bench.ledger.known_roots()
    leaving.take_in(leaving.entries())
    assert ("codex", bench.codex) in bench.ledger.known_roots()


def test_home_that_is_imported_brings_nothing_that_is_left_out(bench: Bench) -> None:
    leaving = bench.ledger.leaving
    leaving.leave_out(LeftOut("codex", ""))
    bench.ledger.import_paths([bench.home])

    assert read(bench) == {"claude-code"}


def test_folder_is_left_out_for_one_tool_alone_and_by_two_words(bench: Bench) -> None:
    bench.ledger.sync()
    leaving = bench.ledger.leaving
    leaving.leave_out(LeftOut("codex", str(bench.codex)))
    leaving.leave_out(LeftOut("codex", ""))
    leaving.take_in([LeftOut("codex", "")])

    assert [line.source for line in bench.ledger.sources() if line.left_out] == ["codex"]
    assert leaving.covering("codex", str(bench.codex)) == [LeftOut("codex", str(bench.codex))]
    assert not leaving.covering("claude-code", str(bench.codex))
    assert not LeftOut("", "/logs/a").covers("codex", "/logs/ab")
    assert LeftOut("", "/x.zip").covers("chatgpt", "/x.zip!/conversations.json")


@pytest.mark.parametrize(
    ("given", "complaint"),
    [("curser", "did you mean cursor"), ("~/letters", "no source is read there")],
)
def test_what_is_no_source_is_refused(bench: Bench, given: str, complaint: str) -> None:
    with pytest.raises(UsageProblem, match=complaint):
        bench.ledger.leaving.to_leave(given)


def test_way_back_names_what_leaves_a_folder_out(bench: Bench) -> None:
    leaving = bench.ledger.leaving
    with pytest.raises(UsageProblem, match="codex is not left out"):
        leaving.to_take("codex")
    leaving.leave_out(LeftOut("codex", ""))
    with pytest.raises(UsageProblem, match="sources --take-in codex"):
        leaving.to_take(str(bench.codex))


def test_watcher_lets_go_of_what_is_left_out(bench: Bench) -> None:
    watcher = Watcher(bench.ledger, lambda _: None)
    watcher._look()
    watched = set(watcher._watches)
    assert any(str(path).startswith(str(bench.codex)) for path in watched)
    leaving = bench.ledger.leaving
    leaving.leave_out(LeftOut("codex", ""))
    watcher._look()

    assert not any(str(path).startswith(str(bench.codex)) for path in watcher._watches)
    assert any(str(path).startswith(str(bench.claude)) for path in watcher._watches)
