"""The rules of a workspace: TOML files in its folder, each read or told to be wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from convledger import paths
from convledger.errors import ConfigError, UsageProblem
from convledger.toml_files import read_text
from convledger.workflow.approvals import rule_digest
from convledger.workflow.rule_parse import parse_rule
from convledger.workflow.rule_terms import Rule

SUFFIX, GONE = ".toml", ".removed"
MOST_FILES = 500


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A rule as its file has it; `trouble` says what is wrong with one that can't be used."""

    path: Path
    text: str = ""
    rule: Rule | None = None
    trouble: ConfigError | None = None

    @property
    def digest(self) -> str:
        """What a confirmation is of."""
        return rule_digest(self.text)

    @property
    def name(self) -> str:
        """The rule's name, that of the file where it can't be read."""
        return self.rule.name if self.rule else self.path.name.removesuffix(SUFFIX)


def load_rules(workspace: Path) -> list[RuleFile]:
    """Return the rules of a workspace by name; of two of one name neither can be used."""
    try:
        found = sorted(
            path
            for path in (workspace / paths.RULES).iterdir()
            if path.name.endswith(SUFFIX) and not path.name.startswith(".")
        )
    except OSError:
        return []
    files = [read_rule(path) for path in found[:MOST_FILES]]
    if len(found) > MOST_FILES:
        trouble = ConfigError(
            f"{found[MOST_FILES]}: is beyond the {MOST_FILES} rules that are read"
        )
        files.append(RuleFile(found[MOST_FILES], trouble=trouble))
    return sorted(_without_twins(files), key=lambda each: each.name)


def read_rule(path: Path) -> RuleFile:
    """Return one rule; nothing is raised for a file that is wrong."""
    text = ""
    try:
        text = read_text(path, str(path)) or ""
        return RuleFile(path, text, parse_rule(text, str(path)))
    except ConfigError as error:
        return RuleFile(path, text, trouble=error)


def _without_twins(files: Iterable[RuleFile]) -> list[RuleFile]:
    files = list(files)
    of_name: dict[str, list[RuleFile]] = {}
    for each in files:
        if each.rule is not None:
            of_name.setdefault(each.rule.name, []).append(each)
    twins = {each.path for same in of_name.values() if len(same) > 1 for each in same}
    return [
        RuleFile(
            each.path,
            each.text,
            trouble=ConfigError(
                f"{each.path}: another file has the rule {each.name!r} too; neither is used. Give "
                "one another name"
            ),
        )
        if each.path in twins
        else each
        for each in files
    ]


def rule_named(files: Iterable[RuleFile], name: str) -> RuleFile:
    """Return a rule by name. Raises UsageProblem with the one that was meant."""
    files = list(files)
    for each in files:
        if each.name == name:
            return each
    from convledger.words import nearest

    near = nearest(name, [each.name for each in files])
    hint = f"; did you mean {near}?" if near else ""
    raise UsageProblem(f"no such rule: {name!r:.60}{hint} `convledger trigger list` lists them")
