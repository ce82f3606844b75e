"""Reads the story files: projects, their files, and what was said about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import resources

MARK = "%% "
NAMES = ("bakery.txt", "law.txt", "rail.txt", "studio.txt", "own.txt")


@dataclass(frozen=True, slots=True)
class Edit:
    """One replacement in one file."""

    path: str
    old: str
    new: str


@dataclass(slots=True)
class Turn:
    """A prompt, what is done about it, and the answer."""

    prompt: str
    thought: str = ""
    answer: str = ""
    edits: list[Edit] = field(default_factory=list)
    runs: list[tuple[str, str]] = field(default_factory=list)
    searches: list[tuple[str, str]] = field(default_factory=list)
    agents: list[tuple[str, str, str]] = field(default_factory=list)
    queued: str = ""


@dataclass(slots=True)
class Project:
    """A working folder with the files that stories read and change."""

    cwd: str
    check: str = ""
    branch: str = "main"
    files: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Story:
    """One conversation as it was written down; an empty title marks a quick question."""

    project: Project
    title: str
    tags: set[str] = field(default_factory=set)
    turns: list[Turn] = field(default_factory=list)


def _sections(text: str) -> list[tuple[str, str, str]]:
    """Return every section as its word, the rest of its line, and the lines below."""
    found: list[tuple[str, str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith(MARK):
            word, _, rest = line.removeprefix(MARK).partition(" ")
            found.append((word, rest, []))
        else:
            found[-1][2].append(line)
    return [(word, rest, "\n".join(below)) for word, rest, below in found]


def _joined(rest: str, below: str) -> str:
    return f"{rest}\n{below}".strip("\n")


def parse_stories(text: str) -> list[Story]:
    """Return the stories of one file in their written order."""
    stories: list[Story] = []
    project = Project("")
    pending: tuple[str, str] | None = None
    for word, rest, below in _sections(text):
        turn = stories[-1].turns[-1] if stories and stories[-1].turns else Turn("")
        match word:
            case "project":
                project = Project(rest)
            case "check":
                project.check = rest
            case "branch":
                project.branch = rest
            case "file":
                project.files[rest] = below + "\n"
            case "story":
                stories.append(Story(project, rest))
            case "tags":
                stories[-1].tags.update(rest.split())
            case "you":
                stories[-1].turns.append(Turn(_joined(rest, below)))
            case "quick":
                stories.append(Story(project, "", {"quick"}, [Turn(rest, answer=below)]))
            case "think":
                turn.thought = _joined(rest, below)
            case "say":
                turn.answer = _joined(rest, below)
            case "queued":
                turn.queued = _joined(rest, below)
            case "run":
                turn.runs.append((rest, below))
            case "web":
                turn.searches.append((rest, below))
            case "agent":
                kind, task, report = rest.split("|")
                turn.agents.append((kind, task, report))
            case "edit":
                pending = (rest, below)
            case "to" if pending is not None:
                turn.edits.append(Edit(pending[0], pending[1], below))
                pending = None
            case _:
                raise ValueError(f"unknown section {word!r}")
    return stories


def load_stories() -> list[list[Story]]:
    """Return the shipped stories, one list per file."""
    folder = resources.files("convledger.demo") / "stories"
    return [parse_stories((folder / name).read_text("utf-8")) for name in NAMES]
