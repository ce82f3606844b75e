"""Turns a story into the rollout files of one Codex conversation."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, tzinfo
from random import Random

from convledger.demo.claude import Record
from convledger.demo.claude_session import Made
from convledger.demo.codex import CodexThread
from convledger.demo.scripts import Story, Turn
from convledger.demo.words import DemoFile, Titled, iso, line, token
from convledger.demo.workbench import Action, Workbench

NICKNAME = "Lovelace"


def rollout(
    thread: CodexThread, started: datetime, zone: tzinfo | None, archived: bool
) -> DemoFile:
    """Return the file of a thread, named after the local time at which it began."""
    local = started.astimezone(zone)
    name = f"rollout-{local:%Y-%m-%dT%H-%M-%S}-{thread.ident}.jsonl"
    folder = "archived_sessions" if archived else f"sessions/{local:%Y/%m/%d}"
    lines = [line(record) for record in thread.lines]
    return DemoFile(f".codex/{folder}/{name}", lines, thread.last)


class CodexSession:
    """Writes one conversation and what was forked or spawned from it."""

    def __init__(self, story: Story, rng: Random, start: datetime, zone: tzinfo | None) -> None:
        self.story, self.rng, self.start, self.zone = story, rng, start, zone
        self.thread = self._thread(start)
        self.thread.meter.cache_write = "cache-write" in story.tags
        self.bench = Workbench(story.project, rng)
        self.made = Made([], [], start)

    def _thread(self, clock: datetime, root: str = "") -> CodexThread:
        tags, project = self.story.tags, self.story.project
        model = next((tag for tag in sorted(tags) if tag.startswith("gpt-")), "gpt-5.1-codex")
        return CodexThread(
            self.rng,
            clock,
            project.cwd,
            project.branch,
            model,
            paged="paged" in tags,
            repeat="repeat" in tags,
            weight=1 if "quick" in tags else 4,
            root=root,
        )

    def play(self) -> Made:
        """Write all turns and return what is left on disk."""
        thread, tags = self.thread, self.story.tags
        thread.open()
        thread.introduce()
        for number, turn in enumerate(self.story.turns):
            if number:
                thread.wait(60_000, 700_000)
            if number == 1 and "compact" in tags:
                thread.compact("Asked: " + self.story.turns[0].prompt)
            if number == 2 and "rollback" in tags:
                thread.event("thread_rolled_back", num_turns=1)
            self._turn(thread, turn, number == 0)
        title = self.story.title if "index" in tags else self.story.turns[0].prompt
        self._keep(thread, self.start, title, archived="archived" in tags)
        if "index" in tags:
            entry: Record = {"id": thread.ident, "thread_name": title}
            self.made.index.append(entry | {"updated_at": iso(thread.last)})
            self.made.titles[-1].origin = "session-index"
        if "fork" in tags:
            self._fork()
        return self.made

    def _keep(
        self, thread: CodexThread, started: datetime, title: str, archived: bool = False
    ) -> None:
        made = self.made
        made.files.append(rollout(thread, started, self.zone, archived))
        made.calls += thread.calls
        made.end = max(made.end, thread.last)
        made.titles.append(Titled("codex", thread.ident, title))
        made.conversations = len(made.titles)

    def _turn(self, thread: CodexThread, turn: Turn, first: bool) -> None:
        thread.prompt(turn.prompt)
        thought = turn.thought
        for action in self.bench.actions(self.story, turn, first):
            if action.agent:
                self._spawn(thread, action)
            elif action.command or action.patch:
                thread.use(action, thought)
            thought = ""
        thread.say(turn.answer, thought)

    def _spawn(self, parent: CodexThread, action: Action) -> None:
        """Run a sub-agent as a thread of its own with counters of its own."""
        _, task, report = action.agent or ("", "", "")
        rng = self.rng
        child = self._thread(parent.clock + timedelta(milliseconds=40), root=parent.root)
        started = child.clock
        spawn = {"parent_thread_id": parent.ident, "depth": 1, "agent_nickname": NICKNAME}
        child.open(
            parent_thread_id=parent.ident,
            source={"subagent": {"thread_spawn": spawn | {"agent_role": "worker"}}},
            thread_source="subagent",
        )
        child.prompt(task)
        for step in self.bench.actions(self.story, Turn(task), True)[:4]:
            if step.command:
                child.use(step, "")
        child.say(report, "**Comparing** the published lists")
        call = token(rng, "call_", 24)
        arguments = json.dumps({"message": task, "agent_type": "default"})
        parent.item("function_call", name="spawn_agent", arguments=arguments, call_id=call)
        started_as = json.dumps({"agent_id": child.ident, "nickname": NICKNAME})
        parent.item("function_call_output", call_id=call, output=started_as)
        parent.billed(90, False)
        parent.clock = child.clock
        parent.wait(40, 300)
        call = token(rng, "call_", 24)
        arguments = json.dumps({"targets": [child.ident], "timeout_ms": 600_000})
        parent.item("function_call", name="wait_agent", arguments=arguments, call_id=call)
        done = json.dumps({"status": {child.ident: {"completed": report}}, "timed_out": False})
        parent.item("function_call_output", call_id=call, output=done)
        parent.billed(60, False)
        parent.meter.grow(len(report) // 3)
        self._keep(child, started, title=task)

    def _fork(self) -> None:
        """Write a legacy fork: the parent's lines with new stamps, then totals that go on."""
        parent = self.thread
        fork = self._thread(parent.clock + timedelta(minutes=38))
        started = fork.clock
        fork.open(forked_from_id=parent.ident)
        for record in parent.lines:
            stamp = started + timedelta(milliseconds=1 + len(fork.lines) // 3)
            fork.lines.append(record | {"timestamp": iso(stamp)})
        fork.totals, fork.meter = dict(parent.totals), parent.meter
        fork.wait(9_000, 20_000)
        question = "What if the accountant wants one file per month instead?"
        fork.prompt(question)
        fork.use(self.bench.read(next(iter(self.bench.files))), "A flag, not another tool.")
        fork.say("`--by month` writes three files with the same columns; the sums stay equal.")
        self._keep(fork, started, question)
