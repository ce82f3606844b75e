"""No file that is named to a command, or lies where one looks, harms the books or the machine."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from io import StringIO
from pathlib import Path

import click
import pytest

from convledger import paths
from convledger.__main__ import _run
from convledger.cli import chosen
from convledger.cli.outcome import finished
from convledger.ledger import Ledger
from convledger.memory.readers.registry import FORMATS
from tests.confined import confined
from tests.hostile import unsafe_in
from tests.sources.hostile_files import SPOILT, SPOILT_TABLES, SPOILT_TOML
from tests.walk.bombs import lay_bombs
from tests.walk.conftest import Deed
from tests.walk.story import FIXTURES
from tests.walk.tree import leaves

BOOKS = "books"
EVERY = 9  # bombs, of which each form of memory gets one
# How anything can be spoilt, whatever its form.
WAYS = ("half", "nulls", "byte order mark", "UTF-16", "no UTF-8", "twice", "carriage returns")


@dataclass(frozen=True)
class Reads:
    """A command line that reads `{file}`, and a sample that it takes: a file of the desk."""

    words: str
    sample: str
    place: str = ""  # below the home folder, where the file has a place of its own

    @property
    def name(self) -> str:
        """The name that every spoilt file gets."""
        return Path(self.sample).name


# Commands that are given a file to read. A new one gets a line.
NAMED = {
    ("import",): Reads("import {file}", "sources/table"),
    ("memory", "import"): Reads("memory import {file}", "named/memory.jsonl"),
    ("handoff", "import"): Reads("handoff import {file}", "named/handoffs.csv"),
    ("cost", "import"): Reads("cost import {file}", "named/costs.csv"),
    ("review", "import"): Reads("review import {file}", "named/ada.jsonl"),
    ("review", "show"): Reads("review show 1 --from {file}", "named/ada.jsonl"),
    ("reconcile",): Reads("reconcile {file} --no-sync", "bill.csv"),
    ("plan", "add"): Reads("plan add {file}", "named/studio.toml"),
    ("plan", "check"): Reads("plan check {file}", "named/studio.toml"),
    ("trigger", "add"): Reads("trigger add {file}", "named/handed.toml"),
    ("simulate", "add"): Reads("simulate add {file}", "named/leaner.toml"),
    ("simulate", "compare"): Reads("simulate compare {file} --no-sync", "named/leaner.toml"),
    ("budget", "new"): Reads("budget new fresh --file {file} --replace", "budget.toml"),
    ("pack", "verify"): Reads("pack verify {file}", "named/PACK.md"),
    ("restore",): Reads("restore {file} --dry-run", "named/copy.db"),
}
# Those that look themselves what a file is.
WHOLLY = {("import",), ("memory", "import")}
# Files that lie somewhere and are read without being named.
LYING = {
    "settings": Reads("status", "config.toml", ".config/convledger/config.toml"),
    "prices": Reads("prices list", "prices.toml", "books/prices.toml"),
    "a plan": Reads("plan list", "named/studio.toml", "books/plans/studio.toml"),
    "a rule": Reads("trigger list", "named/handed.toml", "books/rules/handed.toml"),
    "an invoice": Reads("check", "assertions.toml", "books/assertions.toml"),
    "a mapping": Reads("import {home}/table.csv --map mine", "named/map.toml",
                       "books/mappings/mine.toml"),
    "memory": Reads("memory import", "CLAUDE.md", ".claude/CLAUDE.md"),
}  # fmt: skip
# Options and arguments with a path that is written to, or a folder that is looked through.
WRITES = {
    ("cost", "export"), ("review", "export"), ("pack", "write"), ("memory", "export"),
}  # fmt: skip
TEXTS = {
    "CLAUDE.md": "# Me\n\n- Deploys go out on Fridays.\n",
    "config.toml": 'config_version = 1\ntheme = "ledger-ink"\nrange_days = 30\n'
    '[keys]\n"list.open" = "o"\n',
    "prices.toml": 'schema = 1\n[[alias]]\nname = "mystery-1"\nmodel = "claude-sonnet-4-5"\n',
    "assertions.toml": '[[assert]]\nmonth = "2026-10"\ntotal = "1 ± 1"\n',
    "budget.toml": 'schema = 1\namount = "0.50"\n',
}


@pytest.fixture(scope="session")
def samples(desk: Path, deeds: list[Deed]) -> Path:
    """Return the desk with a sample of everything that any command reads."""
    assert deeds
    for name, text in TEXTS.items():
        (desk / name).write_text(text, "utf-8")
    shutil.copy(FIXTURES / "bills" / "anthropic-usage.csv", desk / "bill.csv")
    (desk / "sources" / "table").mkdir()
    shutil.copy(desk / "named" / "table.csv", desk / "sources" / "table" / "table.csv")
    return desk


def test_every_command_that_takes_a_path_is_among_those_that_are_tried() -> None:
    takes = {
        leaf
        for leaf, command in leaves().items()
        if any(isinstance(each.type, click.Path) for each in command.params)
    }
    assert takes <= NAMED.keys() | WRITES


def spoilt_files(sample: Path, folder: Path, name: str, *, wholly: bool = False) -> list[Path]:
    """Lay a sample out spoilt in the ways of its form, and bombs."""
    found = lay_bombs(folder, name, wholly=wholly)
    data = sample.read_bytes() if sample.is_file() else b""
    ways = {".jsonl": SPOILT, ".csv": SPOILT_TABLES, ".toml": SPOILT_TOML}.get(sample.suffix, {})
    ways = {**ways, **{way: SPOILT[way] for way in WAYS}}
    for way, spoil in ways.items():
        place = folder / f"spoilt-{way.replace(' ', '-').replace('^', '')}" / name
        place.parent.mkdir()
        place.write_bytes(spoil(data))
        found.append(place)
    return found


def run_each(lines: list[tuple[list[str], Callable[[], object]]]) -> list[str]:
    """Run command lines, each after something was laid ready; return what went wrong."""
    wrong = []
    for words, ready in lines:
        ready()
        out = StringIO()
        with redirect_stdout(out), redirect_stderr(out):
            try:
                code = finished(lambda words=words: _run(words))  # type: ignore[misc]
            finally:
                chosen.choose(None)
        if code not in (0, 1, 2):
            wrong.append(f"{words}: ended with {code}")
        wrong += [f"{words}: {each}" for each in unsafe_in(out.getvalue())]
    with Ledger.open(paths.default_workspace()) as ledger:
        wrong += [f"check: {each}" for each in ledger.check(deep=True)]
    return wrong


@pytest.fixture
def books(samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a home with a copy of the books of the desk in `books`."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    shutil.copytree(samples / "home" / ".local" / "share" / "convledger", home / BOOKS)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("CONVLEDGER_WORKSPACE", str(home / BOOKS))
    monkeypatch.chdir(tmp_path)
    return home


@pytest.mark.parametrize("leaf", NAMED, ids=" ".join)
def test_no_named_file_harms(leaf: tuple[str, ...], samples: Path, books: Path) -> None:
    reads = NAMED[leaf]
    wholly = leaf in WHOLLY
    files = spoilt_files(samples / reads.sample, books / "spoilt", reads.name, wholly=wholly)
    lines: list[tuple[list[str], Callable[[], object]]] = [
        ([word.format(file=file) for word in reads.words.split()], lambda: None) for file in files
    ]
    assert confined(lambda: run_each(lines)) == []


@pytest.mark.parametrize("what", LYING)
def test_no_file_that_lies_somewhere_harms(what: str, samples: Path, books: Path) -> None:
    reads = LYING[what]
    shutil.copy(samples / "named" / "table.csv", books / "table.csv")
    place = books / reads.place
    place.parent.mkdir(parents=True, exist_ok=True)
    files = spoilt_files(samples / reads.sample, books / "spoilt", reads.name)

    def ready(file: Path) -> None:
        if place.is_symlink() or place.exists():
            shutil.rmtree(place) if place.is_dir() and not place.is_symlink() else place.unlink()
        if os.path.lexists(file):
            file.rename(place)

    words = [word.format(home=books) for word in reads.words.split()]
    lines: list[tuple[list[str], Callable[[], object]]] = [
        (words, partial(ready, file)) for file in files
    ]
    lines.append((["status"], partial(ready, books / "nothing")))
    assert confined(lambda: run_each(lines)) == []


@pytest.mark.parametrize("form", FORMATS)
def test_no_file_taken_for_a_form_of_memory_harms(form: str, samples: Path, books: Path) -> None:
    turn = list(FORMATS).index(form) % EVERY  # each form gets some of them, each goes to some form
    files = lay_bombs(books / "spoilt", "memory.md", wholly=True)[turn::EVERY]
    lines: list[tuple[list[str], Callable[[], object]]] = [
        (["memory", "import", str(file), "--as", form], lambda: None) for file in files
    ]
    assert confined(lambda: run_each(lines)) == []


def test_no_moved_books_harm(samples: Path, books: Path) -> None:
    """The list of digests is right each time: who sends books can make one."""
    source = samples / "named" / "books"
    names = sorted(path.name for path in source.glob("*.jsonl"))
    trials = [(way, [name]) for name in names for way in ("all strings act", "all lists")]
    trials += [(way, names) for way in SPOILT]
    lines: list[tuple[list[str], Callable[[], object]]] = []
    for number, (way, spoilt) in enumerate(trials):
        folder = books / "spoilt" / str(number)
        shutil.copytree(source, folder)
        for name in spoilt:
            (folder / name).write_bytes(SPOILT[way]((folder / name).read_bytes()))
        sign(folder)
        lines.append((["import", str(folder)], lambda: None))
    for number, manifest in enumerate(lay_bombs(books / "lists", "manifest.json", wholly=False)):
        if not os.path.lexists(manifest):
            continue
        lines.append((["import", str(manifest.parent)], lambda: None))
        assert number < 99
    assert confined(lambda: run_each(lines)) == []


def sign(folder: Path) -> None:
    """Let the list of a folder say what its files are now."""
    place = folder / "manifest.json"
    manifest = json.loads(place.read_bytes())
    for name, note in manifest["files"].items():
        content = (folder / name).read_bytes()
        note.update(sha256=sha256(content).hexdigest(), bytes=len(content))
    place.write_text(json.dumps(manifest))
