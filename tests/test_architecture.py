"""The rules of the house: who may import whom, what opens no connection, how long a file may be."""

from __future__ import annotations

import ast
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC
from functools import cache
from pathlib import Path

import pytest

from convledger.ledger import Ledger
from convledger.reports.usage import UsageQuery
from convledger.store.search import SearchQuery
from tests.ingest.logs import Bench, rollout, turns

PROJECT = Path(__file__).parents[1]
PACKAGE = PROJECT / "convledger"
MODULES = sorted(PACKAGE.rglob("*.py"))
PURE = ("pricing", "plans", "economics", "records.py", "money.py")
# Writes the compiled price book; run by hand, never by the program.
BUILD = PACKAGE / "pricing" / "build.py"
IMPURE = frozenset([
    "sqlite3", "textual", "click", "watchdog", "sqlmodel", "sqlalchemy", "time", "os", "pathlib",
    "io", "tempfile", "shutil", "subprocess", "threading", "socket", "ssl", "urllib", "http",
    "requests", "httpx", "random", "secrets", "logging",
])  # fmt: skip
NETWORK = frozenset([
    "socket", "ssl", "socketserver", "urllib.request", "http", "requests", "httpx", "aiohttp",
    "ftplib", "smtplib", "poplib", "imaplib", "telnetlib", "xmlrpc", "websockets", "asyncio",
])  # fmt: skip
FLOORS = [
    *("cli", "tui", "ledger", "reports", "workflow", "moving", "memory", "ingest", "sources"),
    "economics",
    *("plans", "pricing", "store", "text"),
]
# The one module that may connect: it calls the webhooks of rules that a person confirmed.
WEBHOOK = PACKAGE / "workflow" / "webhook.py"
LONGEST = 400


@cache
def nodes(module: Path) -> list[ast.AST]:
    """Return the imports and texts of a module: whole trees of all would take 200 MB."""
    tree = ast.parse(module.read_text("utf-8"))
    return [node for node in ast.walk(tree) if is_looked_at(node)]


def is_looked_at(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    return isinstance(node, ast.Import | ast.ImportFrom) or is_for_types(node)


def is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)


def imports(module: Path) -> Iterator[str]:
    """Yield the full name of everything that a module imports, wherever in it."""
    for node in nodes(module):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{name.name}" for name in node.names)


def is_one_of(name: str, names: frozenset[str]) -> bool:
    parts = name.split(".")
    return any(".".join(parts[: length + 1]) in names for length in range(len(parts)))


def name_of(module: Path) -> str:
    return module.relative_to(PROJECT).as_posix()


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_module_is_short_and_opens_no_connection(module: Path) -> None:
    assert len(module.read_text("utf-8").splitlines()) <= LONGEST
    if module != WEBHOOK:
        assert [name for name in imports(module) if is_one_of(name, NETWORK)] == []


def test_only_what_carries_out_a_rule_knows_the_way_out() -> None:
    known = [
        name_of(module)
        for module in MODULES
        if any(name.startswith("convledger.workflow.webhook") for name in imports(module))
    ]

    assert known == ["convledger/workflow/firing.py"]
    (place,) = [
        node
        for node in nodes(PACKAGE / "workflow" / "firing.py")
        if isinstance(node, ast.ImportFrom) and node.module == "convledger.workflow.webhook"
    ]
    assert place.col_offset > 0  # within the function that needs it, not with the module


def test_tests_are_short_too() -> None:
    modules = [*(PROJECT / "tests").rglob("*.py"), *(PROJECT / "fixtures").rglob("*.py")]

    assert Path(__file__) in modules
    assert [
        name_of(module)
        for module in modules
        if len(module.read_text("utf-8").splitlines()) > LONGEST
    ] == []


PURE_MODULES = [
    module
    for name in PURE
    for module in (
        [PACKAGE / name] if name.endswith(".py") else sorted((PACKAGE / name).rglob("*.py"))
    )
    if module != BUILD
]


@pytest.mark.parametrize("module", PURE_MODULES, ids=name_of)
def test_pure_module_knows_no_clock_file_store_or_screen(module: Path) -> None:
    assert [name for name in imports(module) if is_one_of(name, IMPURE)] == []
    source = module.read_text("utf-8")
    assert not re.search(r"\bopen\(|\.now\(|\.today\(|read_text|read_bytes|os\.environ", source)


@pytest.mark.parametrize(
    "module",
    [module for module in MODULES if module.relative_to(PACKAGE).parts[0] in ("cli", "tui")],
    ids=name_of,
)
def test_commands_and_screens_hold_no_sql(module: Path) -> None:
    """They ask the ledger."""
    texts = [
        node.value
        for node in nodes(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    sql = re.compile(
        r"\b(SELECT\s.+\sFROM|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|"
        r"DELETE\s+FROM|PRAGMA\s+\w+|CREATE\s+(TABLE|INDEX))\b",
        re.DOTALL,
    )

    assert [text for text in texts if sql.search(text)] == []
    assert ".execute(" not in module.read_text("utf-8")


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_stores_do_not_know_who_uses_them(module: Path) -> None:
    """Sources know no store, the store knows no reader and no report."""
    floor = module.relative_to(PACKAGE).parts[0]
    forbidden = {
        "sources": ("store", "ingest", "reports", "cli", "tui", "ledger"),
        "store": ("ingest", "reports", "cli", "tui", "ledger", "pricing"),
        "reports": ("ingest", "cli", "tui", "ledger"),
        "ingest": ("reports", "cli", "tui"),
        "pricing": tuple(other for other in FLOORS if other != "pricing"),
        "text": tuple(other for other in FLOORS if other != "text"),
    }.get(floor, ())
    at_run_time = set(imports(module)) - set(for_types_only(module))

    assert [
        name
        for name in sorted(at_run_time)
        if name.startswith(tuple(f"convledger.{other}" for other in forbidden))
    ] == []


def for_types_only(module: Path) -> Iterator[str]:
    """Yield what is imported under `if TYPE_CHECKING`."""
    for node in nodes(module):
        if not is_for_types(node):
            continue
        for inner in ast.walk(node):
            if isinstance(inner, ast.ImportFrom):
                yield inner.module or ""
                yield from (f"{inner.module}.{name.name}" for name in inner.names)


def test_nothing_opens_a_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    for name in ("socket", "create_connection", "getaddrinfo", "socketpair"):
        monkeypatch.setattr(socket, name, refuse)
    bench = Bench(tmp_path)
    bench.write(bench.log, turns(1, 5))
    bench.write(bench.codex / "sessions" / "rollout-x.jsonl", rollout(3))
    with bench.ledger as ledger:
        bench.sync()
        ledger.import_paths([bench.home])

        assert ledger.usage(UsageQuery(by=("day", "model"), zone=UTC)).rows
        assert ledger.search(SearchQuery("answer")).hits
        assert list(ledger.transcript(1))
        assert ledger.explain("msg_0000000000000001")
        assert ledger.check(deep=True) == []
        assert ledger.status()
        assert ledger.rerate() is None


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that is up to date, in a home of its own."""
    bench = Bench(tmp_path_factory.mktemp("hot"))
    bench.write(bench.log, turns(1, 5))
    with bench.ledger:
        bench.sync()
    return bench.ledger.workspace


_LOADED = """
import sys
from convledger.__main__ import main
try:
    main()
except SystemExit as end:
    print(end.code, *sorted(sys.modules), file=sys.stderr)
"""


def loaded_by(workspace: Path, *arguments: str) -> set[str]:
    """Return the modules that a command has loaded when it ends."""
    home = workspace.parent / "home"
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", _LOADED, *arguments],
        env=kept | {"HOME": str(home), "CONVLEDGER_WORKSPACE": str(workspace), "LC_ALL": "C.UTF-8"},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    code, *modules = done.stderr.splitlines()[-1].split()
    assert code == "0", done.stderr
    assert done.stdout
    return set(modules)


HEAVY = ("sqlmodel", "sqlalchemy", "pydantic", "textual", "rich", "watchdog", "asyncio", "tiktoken")


@pytest.mark.parametrize(
    "arguments",
    [
        ["status"],
        ["status", "--json"],
        ["report", "--by", "day", "--tz", "UTC"],
        ["report", "--by", "day,model", "--tz", "UTC", "--json"],
        ["search", "answer"],
        ["sources"],
    ],
    ids=" ".join,
)
def test_commands_load_nothing_heavy(workspace: Path, arguments: list[str]) -> None:
    loaded = loaded_by(workspace, *arguments)

    assert [name for name in HEAVY if name in loaded] == []
    assert "convledger.store.tables" not in loaded


def test_a_plain_report_loads_nothing_of_the_one_for_clients(workspace: Path) -> None:
    loaded = loaded_by(workspace, "report", "--by", "day", "--month", "2026-11", "--tz", "UTC")

    others = ("click", "convledger.cli.client_report", "convledger.reports.unit_costs")
    assert [name for name in others if name in loaded] == []
    assert not any(name.startswith("convledger.reports.client_report") for name in loaded)


def test_status_loads_next_to_nothing(workspace: Path) -> None:
    loaded = loaded_by(workspace, "status")

    heavy = ("click", "msgspec", "zstandard", "convledger.ingest.sync", "convledger.pricing.book")
    assert [name for name in heavy if name in loaded] == []


def test_ledger_door_needs_no_screen() -> None:
    assert Ledger.__module__ == "convledger.ledger"
    assert [name for name in imports(PACKAGE / "ledger.py") if name.startswith("textual")] == []
