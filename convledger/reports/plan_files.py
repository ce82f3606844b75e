"""The plans of a workspace: files that a person writes, and the last good text of each."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from convledger import paths
from convledger.clock import now_us
from convledger.errors import ConfigError, UsageProblem
from convledger.plans.parse import parse_plan
from convledger.plans.schema import Plan
from convledger.plans.versions import PlanHistory
from convledger.store.connection import transaction
from convledger.store.subscriptions import keep_plan_texts, plan_texts
from convledger.toml_files import read_text

SUFFIX = ".toml"


@dataclass(frozen=True, slots=True)
class PlanFile:
    """One plan as a file has it; where `trouble` says what is wrong, `plan` is the last good."""

    name: str
    path: Path
    text: str
    plan: Plan | None
    trouble: ConfigError | None = None
    is_kept: bool = False  # the file is broken or gone, and this is what it said before


@dataclass(slots=True)
class PlanShelf:
    """All plans of a workspace, and what is wrong with any."""

    files: list[PlanFile] = field(default_factory=list)
    histories: dict[str, PlanHistory] = field(default_factory=dict)
    troubles: list[ConfigError] = field(default_factory=list)

    def history(self, plan_id: str) -> PlanHistory:
        """Return the versions of a plan; raises UsageProblem with those that there are."""
        found = self.histories.get(plan_id)
        if found is not None:
            return found
        from convledger.words import nearest

        known = sorted(self.histories)
        near = nearest(plan_id, known)
        hint = f"; did you mean {near}?" if near else ""
        there = f" Plans are: {', '.join(known)}" if known else " `convledger plan new` makes one"
        raise UsageProblem(f"no such plan: {plan_id!r:.60}{hint}{there}")

    @property
    def digest(self) -> str:
        """What changes when any plan does."""
        return " ".join(sorted(file.plan.digest for file in self.files if file.plan is not None))


def load_plans(workspace: Path, kept: Iterable[tuple[str, str, str]] = ()) -> PlanShelf:
    """Read the plans of a workspace; nothing is raised for a file that is wrong.

    `kept` holds (file, digest, text) of those that were in use, the latest last: where a file is
    broken or gone, what it said then stays in force.
    """
    shelf = PlanShelf()
    kept = list(kept)
    last_good = {name: text for name, _, text in kept}
    folder = workspace / paths.PLANS
    try:
        found = sorted(path for path in folder.glob(f"*{SUFFIX}") if not path.name.startswith("."))
    except OSError:
        found = []
    for path in found:
        shelf.files.append(_read(path, last_good.pop(path.name, "")))
    shelf.troubles = [file.trouble for file in shelf.files if file.trouble is not None]
    for name, text in sorted(last_good.items()):
        path = folder / name
        gone = ConfigError(f"{path}: is gone; what it said stays in force where it is in use")
        kept_file = _kept(path, text, gone)
        if not _has_moved(kept_file, shelf.files):
            shelf.files.append(kept_file)
    shelf.histories = _histories(shelf, kept)
    return shelf


def keep_plans(connection: sqlite3.Connection, shelf: PlanShelf, plan_ids: Iterable[str]) -> None:
    """Keep the texts of plans in use in the ledger: no edit can lose what was billed by them."""
    wanted = set(plan_ids)
    latest = {name: digest for name, digest, _ in plan_texts(connection)}
    texts = [
        (file.plan.digest, file.plan.id, file.plan.version, file.name, file.text)
        for file in shelf.files
        if file.plan is not None
        and not file.is_kept
        and file.plan.id in wanted
        and file.plan.digest != latest.get(file.name)
    ]
    if texts:
        with transaction(connection):
            keep_plan_texts(connection, texts, now_us())


def plan_stamp(workspace: Path) -> str:
    """Return what changes when a plan file does: names, sizes and times."""
    try:
        return repr([_seen(path) for path in sorted((workspace / paths.PLANS).glob(f"*{SUFFIX}"))])
    except OSError:
        return ""


def _seen(path: Path) -> tuple[str, int, int]:
    try:
        stat = path.stat()
    except OSError:  # a link that leads nowhere, or a file that is gone since
        return path.name, 0, 0
    return path.name, stat.st_mtime_ns, stat.st_size


def _has_moved(gone: PlanFile, files: Iterable[PlanFile]) -> bool:
    """Return whether another file has the version that a file had before it was gone."""
    return gone.plan is not None and any(
        file.plan is not None
        and file.plan.id == gone.plan.id
        and (
            file.plan.version == gone.plan.version
            or file.plan.effective_from == gone.plan.effective_from
        )
        for file in files
    )


def _read(path: Path, last_good: str) -> PlanFile:
    try:
        text = read_text(path, str(path)) or ""
        return PlanFile(path.name, path, text, parse_plan(text, str(path)))
    except ConfigError as error:
        return _kept(path, last_good, error)


def _kept(path: Path, text: str, trouble: ConfigError) -> PlanFile:
    """Return a file that can't be used as it is, with what it said when it could."""
    try:
        plan = parse_plan(text, str(path)) if text else None
    except ConfigError:  # of an older version of the program
        plan = None
    return PlanFile(path.name, path, text, plan, trouble, is_kept=True)


def _histories(shelf: PlanShelf, kept: Iterable[tuple[str, str, str]]) -> dict[str, PlanHistory]:
    versions: dict[str, list[Plan]] = {}
    for file in sorted(shelf.files, key=lambda file: file.is_kept):
        if file.plan is not None:
            versions.setdefault(file.plan.id, []).append(file.plan)
    for plan in _written_over(kept, versions):
        versions[plan.id].append(plan)
    found = {}
    for plan_id, plans in versions.items():
        try:
            found[plan_id] = PlanHistory(plans)
        except ConfigError:
            found[plan_id] = _without_misfits(plans, shelf.troubles)
    return found


def _written_over(
    kept: Iterable[tuple[str, str, str]], versions: dict[str, list[Plan]]
) -> list[Plan]:
    """Return versions that a later one took the place of in their file.

    They stay in force until the later one begins: what happened then goes by them.
    """
    taken: set[tuple[str, str | int]]
    taken = {(each.id, each.version) for plans in versions.values() for each in plans}
    taken |= {(each.id, each.effective_from) for plans in versions.values() for each in plans}
    known = {each.digest for plans in versions.values() for each in plans}
    found: list[Plan] = []
    for name, digest, text in [*kept][::-1]:
        plan = None if digest in known else _kept(Path(name), text, ConfigError(name)).plan
        if plan is None or {(plan.id, plan.version), (plan.id, plan.effective_from)} & taken:
            continue
        if any(plan.effective_from < each.effective_from for each in versions.get(plan.id, ())):
            taken |= {(plan.id, plan.version), (plan.id, plan.effective_from)}
            found.append(plan)
    return found


def _without_misfits(plans: Iterable[Plan], troubles: list[ConfigError]) -> PlanHistory:
    """Return the versions that go together, the first of those that don't."""
    history = PlanHistory([])
    for plan in plans:
        try:
            history = PlanHistory([*history.plans, plan])
        except ConfigError as error:
            troubles.append(error)
    return history
