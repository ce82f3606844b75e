"""No command opens a connection, and none writes but where the manual's page on privacy says."""

from __future__ import annotations

from pathlib import Path

from convledger.manual import page_text
from tests.walk.conftest import Deed, run_watched
from tests.walk.tree import leaf_of, leaves

WORKSPACE, SETTINGS, NAMED = "the workspace", "the settings folder", "where you say"
MEMORY, TEMPORARY = "memory files of your tools", "the folder for temporary files"
STATE = "the state folder"
# Commands that start another program, and which; all others start none.
STARTS: dict[tuple[str, ...], str] = {
    ("completion",): "bash", ("trigger", "run"): "true",
}  # fmt: skip
# Commands that may write memory files of tools without being told which.
WRITES_MEMORY = {("memory", "write")}


def test_every_command_has_a_line_in_the_story(deeds: list[Deed]) -> None:
    assert {deed.leaf for deed in deeds} == leaves().keys()


def test_every_line_of_the_story_ends_as_it_should(deeds: list[Deed]) -> None:
    assert [(deed.words, deed.code, deed.err) for deed in deeds if deed.code != deed.expected] == []


def test_no_command_opens_a_connection(deeds: list[Deed]) -> None:
    assert [(deed.words, deed.connected) for deed in deeds if deed.connected] == []


def test_no_command_starts_a_program_unasked(deeds: list[Deed]) -> None:
    for deed in deeds:
        program = STARTS.get(deed.leaf)
        assert all(program and program in each for each in deed.started), deed


def test_files_are_written_where_the_manual_says_and_nowhere_else(
    deeds: list[Deed], desk: Path
) -> None:
    astray = [
        (deed.words, path)
        for deed in deeds
        for path in deed.written
        if kind_of(Path(path), deed, desk) is None
    ]
    assert astray == []
    kinds = {kind_of(Path(path), deed, desk) for deed in deeds for path in deed.written}
    # The settings are the app's to write, which is walked through on a terminal.
    assert kinds | {SETTINGS} == set(documented())


def test_nothing_temporary_is_left(deeds: list[Deed]) -> None:
    assert [(deed.words, deed.left) for deed in deeds if deed.left] == []


def test_files_of_tools_stay_as_they_are(deeds: list[Deed], desk: Path) -> None:
    home = desk / "home"
    kept = (desk / "sources", home / ".claude" / "projects", home / ".codex")
    tools = tuple(str(each) for each in kept)
    for deed in deeds:
        assert [path for path in deed.written if path.startswith(tools)] == [], deed.words


def documented() -> list[str]:
    """Return the places of the page's table of what is written."""
    part = page_text("privacy").split("## What is written, and where", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in part.splitlines() if line.startswith("| ")]
    return [row.split("|")[1].strip() for row in rows[1:]]


def kind_of(path: Path, deed: Deed, desk: Path) -> str | None:
    """Return which place of the manual's table a path is in, None for none of them."""
    home = desk / "home"
    workspace = home / ".local" / "share" / "convledger"
    if path.is_relative_to(workspace) or workspace.is_relative_to(path):
        return WORKSPACE
    if path.is_relative_to(home / ".config" / "convledger"):
        return SETTINGS
    state = home / ".local" / "state" / "convledger"
    if path.is_relative_to(state) or state.is_relative_to(path):
        return STATE
    if path.is_relative_to(desk / "tmp"):
        return TEMPORARY
    for word in deed.words:
        named = Path(word)
        if named.is_absolute() and (path.is_relative_to(named) or named.is_relative_to(path)):
            return NAMED
        beside = named.is_absolute() and path.parent == named.parent
        if beside and path.name.startswith((".", f"{named.name}.")):
            return NAMED  # what stands there for a moment, or notes what the file is
    if deed.leaf in WRITES_MEMORY and path.is_relative_to(home / ".claude"):
        return MEMORY
    return None


def test_the_words_of_a_line_lead_to_its_command() -> None:
    assert leaf_of(["memory", "undo", "3"]) == ("memory", "undo")
    assert leaf_of(["memory", "--json"]) == ("memory", "list")
    assert leaf_of(["cost", "time", "add", "5d0c", "12"]) == ("cost", "time", "add")
    assert leaf_of(["--json"]) == ()


PROBE = """
import os, socket, sqlite3, subprocess, sys, urllib.request
from pathlib import Path
from tests.walk.watched import Watched
watched = Watched()
watched.begin()
def refused(act):
    try:
        act()
    except OSError:
        return
    sys.exit("not refused")
refused(lambda: socket.create_connection(("127.0.0.1", 9), 1))
refused(lambda: socket.getaddrinfo("localhost", 80))
refused(lambda: urllib.request.urlopen("http://127.0.0.1:9/"))
left, right = socket.socketpair()
for act in (
    lambda: Path("plain").write_text("x"), lambda: os.close(os.open("low", os.O_CREAT | os.O_RDWR)),
    lambda: Path("plain").rename("renamed"), lambda: Path("folder").mkdir(),
    lambda: sqlite3.connect("db"), lambda: sqlite3.connect("file:db?mode=ro", uri=True),
    lambda: Path("renamed").read_text(),
):
    before = dict(watched.written)
    act()
    print(*sorted(Path(each).name for each in watched.written if each not in before))
subprocess.run(["true"])
print(len(watched.connected) >= 3, len(watched.started))
"""


def test_what_watches_sees_what_it_should(tmp_path: Path) -> None:
    ended = run_watched(tmp_path, "-c", PROBE)

    seen = ended.stdout.splitlines()
    assert seen == ["plain", "low", "renamed", "folder", "db", "", "", "True 1"], ended.stderr
