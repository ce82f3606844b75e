"""Commands of rules: a list of words, the event on standard input, an end for all it started."""

from __future__ import annotations

import json
import os
import select
import sys
from pathlib import Path

import pytest

from convledger.clock import seconds_passed
from convledger.workflow.deeds import DeedFailed
from convledger.workflow.running_command import MOST_OUTPUT, run_command

PATIENCE = 30.0  # seconds, on a machine that is held up
EVENT = json.dumps({"id": "1", "type": "entry.due"})


def python(code: str, *more: str, timeout: int = 20) -> str:
    """Run Python as a rule's command."""
    return run_command((sys.executable, "-c", code, *more), EVENT, "entry.due", "mine", timeout)


def test_the_event_is_on_its_standard_input() -> None:
    assert python("import json; print(json.load(open(0))['type'])") == "entry.due"


def test_words_are_words_and_no_shell_reads_them(tmp_path: Path) -> None:
    bait = f"; touch {tmp_path / 'made'} $(touch {tmp_path / 'made'}) `id` *"

    assert python("import sys; print(sys.argv[1])", bait) == bait
    assert list(tmp_path.iterdir()) == []


def test_it_gets_a_bare_environment_and_works_at_home(
    monkeypatch: pytest.MonkeyPatch, own_home: Path
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden")
    monkeypatch.setenv("CONVLEDGER_WORKSPACE", "/somewhere")
    said = json.loads(python("import os, json; print(json.dumps([dict(os.environ), os.getcwd()]))"))

    assert said[1] == str(own_home)
    assert said[0]["CONVLEDGER_EVENT"] == "entry.due"
    assert said[0]["CONVLEDGER_RULE"] == "mine"
    assert not {"AWS_SECRET_ACCESS_KEY", "CONVLEDGER_WORKSPACE"} & said[0].keys()


def test_what_takes_too_long_is_killed_with_all_it_started(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    code = (
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}')\n"
        "print('begun', flush=True)\n"
        "time.sleep(600)\n"
    )
    began = seconds_passed()
    with pytest.raises(DeedFailed, match="took longer than 2 s and was ended: begun"):
        python(code, timeout=2)

    assert seconds_passed() - began < 30
    for pid in map(int, pids.read_text().split()):
        assert not is_running(pid)


def test_what_it_leaves_running_is_ended_too(tmp_path: Path) -> None:
    pids = tmp_path / "pid"
    code = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(pids)!r}, 'w').write(str(child.pid))\n"
    )
    python(code)

    assert not is_running(int(pids.read_text()))


def is_running(pid: int) -> bool:
    """Tell whether a process goes on: one that was killed takes a moment to end."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return False
    try:
        return not select.select([descriptor], [], [], PATIENCE)[0]
    finally:
        os.close(descriptor)


def test_much_output_is_read_and_little_of_it_kept() -> None:
    said = python(f"print('x' * {MOST_OUTPUT * 20})")

    assert len(said) == 600
    assert set(said) == {"x"}


def test_it_need_not_read_its_input() -> None:
    assert run_command(("true",), EVENT * 50_000, "entry.due", "mine", 20) == ""


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ((sys.executable, "-c", "import sys; print('no'); sys.exit(3)"), "ended with 3: no"),
        ((sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"), "was killed by signal 9"),
        (("no-such-program-anywhere",), "no such program in PATH"),
        (("/no/such/program",), "no such program"),
    ],
)
def test_a_failure_is_told(command: tuple[str, ...], words: str) -> None:
    with pytest.raises(DeedFailed, match=words):
        run_command(command, EVENT, "entry.due", "mine", 20)


def test_a_program_that_lies_in_the_folder_of_the_moment_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "hook"
    program.write_text("#!/bin/sh\ntouch made\n")
    program.chmod(0o700)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.environ['PATH']}")

    with pytest.raises(DeedFailed, match="no such program in PATH"):
        run_command(("hook",), EVENT, "entry.due", "mine", 20)
