"""Plays the tools of a coding agent on the files of a project."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from random import Random

from convledger.demo.scripts import Edit, Project, Story, Turn
from convledger.demo.words import HOSTILE

IDENTIFIER = re.compile(r"[A-Za-z_]{6,}")
SAYINGS = (
    "Let me look at the code first.",
    "I check where this is used.",
    "Now the other side of it.",
    "That explains part of it; one more file.",
    "I run the checks before going on.",
    "Reading the neighbouring code, so that the change fits.",
)


@dataclass(slots=True)
class Action:
    """One use of a tool, in the words of both agents."""

    name: str
    arguments: dict[str, object]
    result: str
    details: dict[str, object]
    command: str = ""
    patch: str = ""
    saying: str = ""
    agent: tuple[str, str, str] | None = None
    searches: int = 0


@dataclass(slots=True)
class Workbench:
    """The state of a project's files while one conversation changes them."""

    project: Project
    rng: Random
    files: dict[str, str] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.files = dict(self.project.files)

    def run(self, command: str, output: str, purpose: str = "") -> Action:
        """Run a command whose output is known."""
        arguments: dict[str, object] = {"command": command}
        if purpose:
            arguments["description"] = purpose
        details = {"stdout": output, "stderr": "", "interrupted": False, "isImage": False}
        return Action("Bash", arguments, output, details, command)

    def read(self, path: str) -> Action:
        """Read a file with line numbers."""
        body = self.files[path]
        rows = body.splitlines()
        full = f"{self.project.cwd}/{path}"
        shown = "\n".join(f"{number:6}\u2192{row}" for number, row in enumerate(rows, 1))
        file = {"filePath": full, "numLines": len(rows), "startLine": 1, "totalLines": len(rows)}
        details: dict[str, object] = {"type": "text", "file": file}
        return Action("Read", {"file_path": full}, shown, details, f"nl -ba {path} | head -200")

    def grep(self, word: str) -> Action:
        """Search all files for a word."""
        hits = [
            f"{path}:{number}:{row.strip()}"
            for path, body in sorted(self.files.items())
            for number, row in enumerate(body.splitlines(), 1)
            if word in row
        ]
        shown = "\n".join(hits) or "No matches found"
        arguments: dict[str, object] = {"pattern": word, "output_mode": "content", "-n": True}
        details: dict[str, object] = {"mode": "content", "numLines": len(hits), "filenames": []}
        return Action("Grep", arguments, shown, details, f"rg -n {word}")

    def edit(self, edit: Edit) -> Action:
        """Replace a passage and show what is there now."""
        full = f"{self.project.cwd}/{edit.path}"
        body = self.files[edit.path]
        if edit.old not in body:
            raise ValueError(f"{edit.path} has no passage {edit.old!r}")
        self.files[edit.path] = body.replace(edit.old, edit.new, 1)
        self.changed[edit.path] = self.changed.get(edit.path, 0) + edit.new.count("\n") + 1
        arguments: dict[str, object] = {
            "file_path": full,
            "old_string": edit.old,
            "new_string": edit.new,
        }
        start = body[: body.index(edit.old)].count("\n") + 1
        marked = [f"-{row}" for row in edit.old.split("\n")]
        marked += [f"+{row}" for row in edit.new.split("\n")]
        size = {"oldLines": edit.old.count("\n") + 1, "newLines": edit.new.count("\n") + 1}
        hunk = {"oldStart": start, "newStart": start, **size, "lines": marked}
        details: dict[str, object] = {"filePath": full, "structuredPatch": [hunk]}
        patch = "\n".join(
            ["*** Begin Patch", f"*** Update File: {edit.path}", "@@", *marked, "*** End Patch"]
        )
        return Action(
            "Edit", arguments, f"The file {full} has been updated.", details, "", patch=patch
        )

    def check(self) -> Action:
        """Run the project's tests, which pass."""
        count = 40 + self.rng.randrange(90)
        tool = self.project.check.split()[0].rpartition("/")[2]
        output = {
            "pytest": f"{'.' * count}\n{count} passed in {count * 17 / 1000:.2f}s",
            "cargo": f"running {count} tests\n{'.' * count}\ntest result: ok. {count} passed; "
            "0 failed; 0 ignored",
            "npm": f" \u2713 test/calendar.test.ts ({count // 4})\n \u2713 test/price.test.ts "
            f"({count // 5})\n\n Tests  {count // 4 + count // 5} passed",
            "go": f"ok  \theron/note\t0.0{count}s\n?   \theron/cmd/heron\t[no test files]",
            "make": "hours.py: ok\nunpaid.py: ok\ntemplate.tex: ok",
        }[tool]
        return self.run(self.project.check, output, "Run the tests")

    def diff(self) -> Action:
        """Show what has changed so far."""
        rows = [f" {path} | {count + 1} {'+' * count}-" for path, count in self.changed.items()]
        total = f" {len(rows)} files changed"
        return self.run(
            "git diff --stat", "\n".join([*rows, total]) if rows else "", "Show changes"
        )

    def _look(self, turn: Turn) -> Action:
        """Look at something that has to do with the turn."""
        paths = [edit.path for edit in turn.edits] or list(self.files)
        path = self.rng.choice(paths if self.rng.random() < 0.6 else list(self.files))
        kind = self.rng.randrange(5)
        words = sorted(set(IDENTIFIER.findall(self.files[path])))
        if kind <= 1 and words:
            action = self.grep(self.rng.choice(words))
        elif kind <= 3:
            action = self.read(path)
        else:
            tracked = "\n".join(sorted(self.files))
            action = self.run("git ls-files | sort", tracked, "List the files")
        if self.rng.random() < 0.5:
            action.saying = self.rng.choice(SAYINGS)
        return action

    def actions(self, story: Story, turn: Turn, first: bool) -> list[Action]:
        """Return what is done between a prompt and its answer."""
        if "quick" in story.tags:
            return []
        looks = self.rng.randrange(3, 8) + (13 if "long" in story.tags else 0)
        done = [self._look(turn) for _ in range(looks if first else 1 + looks // 2)]
        if first:
            hostile = sorted(story.tags & HOSTILE.keys())
            done += [self.run(*HOSTILE[tag]) for tag in hostile]
        for kind, task, report in turn.agents:
            arguments: dict[str, object] = {
                "description": task,
                "prompt": f"{task}. Work in {self.project.cwd}, change nothing, report briefly.",
                "subagent_type": kind,
            }
            agent = Action("Task", arguments, report, {}, agent=(kind, task, report))
            done.append(agent)
        for query, found in turn.searches:
            done.append(Action("WebSearch", {"query": query}, found, {}, searches=2))
        done += [self.edit(edit) for edit in turn.edits]
        done += [self.run(command, output) for command, output in turn.runs]
        if turn.edits:
            done += [self.check(), self.diff()]
        return done
