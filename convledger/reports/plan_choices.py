"""The plans to choose from: those of the workspace, then the examples that come along."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from convledger.errors import ConfigError
from convledger.plans.examples import list_examples
from convledger.plans.parse import parse_plan
from convledger.plans.schema import Plan
from convledger.reports.plan_book import PlanBook
from convledger.reports.plan_files import PlanFile
from convledger.toml_files import read_text


@dataclass(frozen=True, slots=True)
class PlanChoice:
    """A plan that can be put in force or edited; `path` is None for an example.

    `plan` is the version in force at the instant asked for, else the latest; None where a file
    never held one. `trouble` says what is wrong with its file; `text` is what that says now, where
    it can be read, though an earlier one is in force. `versions` are all starts of the
    plan, UTC microseconds, rising.
    """

    id: str
    name: str
    text: str
    plan: Plan | None
    path: Path | None
    trouble: str = ""
    is_in_force: bool = False
    versions: tuple[int, ...] = ()

    @property
    def is_example(self) -> bool:
        """Whether it comes along and is not in the workspace yet."""
        return self.path is None


def plan_choices(book: PlanBook, now: int) -> list[PlanChoice]:
    """Return the workspace's plans by name, those in force first, then the examples."""
    own = sorted(_own(book, now), key=lambda one: (not one.is_in_force, one.name.casefold()))
    taken = {one.id for one in own}
    return [*own, *(one for one in _examples() if one.id not in taken)]


def choice_of(book: PlanBook, plan_id: str, now: int) -> PlanChoice | None:
    """Return one plan of the workspace."""
    return next((one for one in _own(book, now) if one.id == plan_id), None)


def _own(book: PlanBook, now: int) -> Iterator[PlanChoice]:
    in_force = {one.plan for one in book.subscriptions() if one.is_in_force(now)}
    shelf = book.shelf
    for plan_id, history in shelf.histories.items():
        files = [one for one in shelf.files if one.plan is not None and one.plan.id == plan_id]
        plan = history.in_force(now) or history.plans[-1]
        file = next((one for one in files if one.plan == plan), files[0])
        broken = next((one for one in files if one.trouble is not None), None)
        yield PlanChoice(
            id=plan_id,
            name=plan.name,
            text=file.text if broken is None else _text_of(broken),
            plan=plan,
            path=(broken or file).path,
            trouble="" if broken is None else str(broken.trouble),
            is_in_force=plan_id in in_force,
            versions=tuple(each.effective_from for each in history.plans),
        )
    yield from (_unread(file) for file in shelf.files if file.plan is None)


def _unread(file: PlanFile) -> PlanChoice:
    return PlanChoice(file.name, file.name, _text_of(file), None, file.path, str(file.trouble))


def _text_of(file: PlanFile) -> str:
    """Return what a broken file says, or what it said when it was good where it is gone."""
    try:
        return read_text(file.path, str(file.path)) or file.text
    except ConfigError:
        return file.text


def _examples() -> Iterator[PlanChoice]:
    for each in list_examples():
        plan = parse_plan(each.text, f"{each.id}.toml")
        yield PlanChoice(each.id, each.name, each.text, plan, None, versions=(plan.effective_from,))
