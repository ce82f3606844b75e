"""Turns a story into the files of one Claude Code session."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from random import Random

from convledger.demo.claude import ClaudeThread, Record
from convledger.demo.rates import list_cost
from convledger.demo.scripts import Story, Turn
from convledger.demo.truth import Call
from convledger.demo.words import DemoFile, Titled, iso, line, token, uuid4
from convledger.demo.workbench import Action, Workbench

MODELS = {
    "opus": "claude-opus-5-5",
    "sonnet": "claude-sonnet-5",
    "haiku": "claude-haiku-4-5-20251001",
    "local": "northwind-local-7b",
}
VERSION = "2.1.329"
OLD_VERSION = "2.0.76"
SUMMARY = (
    "This session is being continued from a previous conversation that ran out of context. "
    "What was asked, what was decided and what is still open:"
)


@dataclass(slots=True)
class Made:
    """What one conversation left behind, before it is booked."""

    files: list[DemoFile]
    calls: list[Call]
    end: datetime
    conversations: int = 1
    titles: list[Titled] = field(default_factory=list)
    index: list[Record] = field(default_factory=list)
    rejected: int = 0
    torn: int = 0


def project_folder(cwd: str) -> str:
    """Return the folder of a working directory's sessions."""
    return ".claude/projects/" + re.sub(r"[^A-Za-z0-9-]", "-", cwd)


class ClaudeSession:
    """Writes one session with its sub-agents."""

    def __init__(self, story: Story, rng: Random, start: datetime) -> None:
        tags, project = story.tags, story.project
        self.story, self.rng = story, rng
        self.folder = project_folder(project.cwd)
        self.thread = ClaudeThread(
            rng,
            start,
            uuid4(rng),
            project.cwd,
            project.branch,
            next(MODELS[tag] for tag in sorted(tags) if tag in MODELS),
            version=OLD_VERSION if tags & {"flat", "resume"} else VERSION,
            weight=7 if "cost" in tags else 1 if "quick" in tags else 4,
        )
        self.thread.meter.hour = "1h" in tags
        self.thread.meter.cached = "local" not in tags
        self.thread.meter.effort = 3 if "effort" in tags else 1
        self.bench = Workbench(project, rng)
        self.agents: list[DemoFile] = []
        self.agent_calls: list[Call] = []
        self.hidden = Decimal(0)
        self.title = Titled("claude-code", self.thread.session, story.turns[0].prompt)

    def play(self) -> None:
        """Write all turns of the story."""
        thread, tags = self.thread, self.story.tags
        if "quick" not in tags:
            thread.aside("mode", mode="normal")
        for number, turn in enumerate(self.story.turns):
            if number:
                thread.wait(40_000, 900_000)
            if number == 1 and "compact" in tags:
                self._compact()
            if number == 0 and "longcontext" in tags:
                thread.meter.grow(288_000)
            latest = 0 < number == len(self.story.turns) - 1
            thread.fast = latest and "fast" in tags
            self._turn(turn, number == 0)
            if number == 0 and "error" in tags:
                self._error()
            if turn.queued:
                thread.attach(type="queued_command", prompt=turn.queued, commandMode="prompt")
                thread.meter.grow(len(turn.queued) // 4)
                thread.say("Noted: " + turn.queued.rstrip(".") + ".")
        self._name()
        if not tags & {"quick", "live"} and thread.version != OLD_VERSION:
            self.cost_state()

    def _turn(self, turn: Turn, first: bool) -> None:
        thread = self.thread
        thread.prompt(turn.prompt)
        if first and "quick" not in self.story.tags:
            thread.attach(type="date", date=iso(thread.clock)[:10])
        before = thread.think(turn.thought)
        for action in self.bench.actions(self.story, turn, first):
            if action.agent:
                self._spawn(action, before)
            else:
                thread.use(action, before)
            before = []
        thread.reply([*before, {"type": "text", "text": turn.answer}])

    def _spawn(self, action: Action, before: list[Record]) -> None:
        """Run a sub-agent in a file of its own."""
        thread, rng = self.thread, self.rng
        kind, task, report = action.agent or ("", "", "")
        name = f"a{rng.getrandbits(64):016x}"
        flat = "flat" in self.story.tags
        tool = token(rng, "toolu_01", 22)
        thread.reply(
            [*before, {"type": "tool_use", "id": tool, "name": "Task", "input": action.arguments}]
        )
        child = ClaudeThread(
            rng,
            thread.clock,
            thread.session,
            thread.cwd,
            thread.branch,
            MODELS["haiku"] if kind == "Explore" else MODELS["sonnet"],
            thread.version,
            agent=name[1:9] if flat else name,
            weight=2,
        )
        child.wait(40, 300)
        if "btw" in self.story.tags:
            self._replay_into(child)
        child.prompt(str(action.arguments["prompt"]))
        for step in self.bench.actions(self.story, Turn(task), True):
            if step.command or step.name in {"Read", "Grep"}:
                child.use(step, [])
        child.say(report, "I have seen enough to report.")
        path = f"{self.folder}/agent-{child.agent}.jsonl"
        if not flat:
            path = f"{self.folder}/{thread.session}/subagents/agent-{child.agent}.jsonl"
            meta = {"agentType": kind, "description": task, "toolUseId": tool, "spawnDepth": 1}
            meta |= {"model": child.model, "finished": True}
            place = path.removesuffix(".jsonl") + ".meta.json"
            self.agents.append(DemoFile(place, [], child.last, tail=line(meta)))
        self.agents.append(DemoFile(path, [line(r) for r in child.records], child.last))
        self.agent_calls += child.calls
        thread.clock = child.clock
        thread.wait(50, 400)
        spent = sum(call.tokens.output for call in child.calls)
        details: Record = {"status": "completed", "agentId": child.agent, "totalTokens": spent}
        details["usage"] = {"input_tokens": 9, "output_tokens": spent}
        thread.result(tool, report, details)

    def _replay_into(self, child: ClaudeThread) -> None:
        """Copy the last answer into a sub-agent under another request id."""
        source = next(r for r in reversed(self.thread.records) if r["type"] == "assistant")
        copy = dict(source) | {"requestId": token(self.rng, "req_011C", 20)}
        copy |= {"isSidechain": True, "agentId": child.agent, "parentUuid": None}
        copy |= {"timestamp": iso(child.clock), "uuid": uuid4(self.rng)}
        child.parent = str(copy["uuid"])
        child.records.append(copy)

    def _compact(self) -> None:
        """Write the marks of a compaction; its own call is only in the cost state."""
        thread = self.thread
        before, leaf = thread.meter.compact(), thread.parent
        thread.parent = None
        thread.chain(
            "system",
            subtype="compact_boundary",
            content="Conversation compacted",
            logicalParentUuid=leaf,
            level="info",
            compactMetadata={"trigger": "auto", "preTokens": before},
        )
        done = "; ".join(turn.prompt for turn in self.story.turns[:1])
        message = {"role": "user", "content": f"{SUMMARY}\n\n1. {done}"}
        thread.chain("user", message=message, isVisibleInTranscriptOnly=True, isCompactSummary=True)
        self.hidden += Decimal(before) * 4 / 1_000_000 + Decimal("0.024")

    def _error(self) -> None:
        """Write the notice of a request that failed."""
        text = "API Error: 529 the service is overloaded, please try again"
        message = {
            "id": uuid4(self.rng),
            "type": "message",
            "role": "assistant",
            "model": "<synthetic>",
            "content": [{"type": "text", "text": text}],
            "stop_reason": "stop_sequence",
            "usage": {"input_tokens": 0, "output_tokens": 0},
        }
        self.thread.wait(20_000, 60_000)
        self.thread.chain("assistant", message=message, isApiErrorMessage=True)

    def _name(self) -> None:
        """Write the title records that the story asks for."""
        thread, tags, title = self.thread, self.story.tags, self.story.title
        if tags & {"ai-title", "custom-title"}:
            thread.aside("ai-title", aiTitle=title)
            self.hidden += Decimal("0.0006")
            self.title = Titled("claude-code", thread.session, title, "ai-title")
        if "custom-title" in tags:
            named = f"{title} (done)"
            thread.aside("custom-title", customTitle=named)
            self.title = Titled("claude-code", thread.session, named, "custom-title")
        if "summary" in tags:
            thread.records.insert(
                0, {"type": "summary", "summary": title, "leafUuid": thread.parent}
            )
            self.title = Titled("claude-code", thread.session, title, "summary")

    def cost_state(self) -> None:
        """Write what the tool itself believes the session has cost."""
        calls = self.thread.calls + self.agent_calls
        dollars: dict[str, Decimal] = {}
        tokens: dict[str, Counter[str]] = {}
        for call in calls:
            name = call.model.removesuffix("-fast")
            dollars[name] = dollars.get(name, Decimal(0)) + list_cost(call)
            sums = tokens.setdefault(name, Counter())
            sums["inputTokens"] += call.tokens.input
            sums["outputTokens"] += call.tokens.output
            sums["cacheReadInputTokens"] += call.tokens.cache_read
            sums["cacheCreationInputTokens"] += call.tokens.cache_write_5m
            sums["cacheCreationInputTokens"] += call.tokens.cache_write_1h
            sums["webSearchRequests"] += call.web_searches
        dollars[self.thread.model] += self.hidden
        used = {
            name: dict(sums) | {"costUSD": float(dollars[name])} for name, sums in tokens.items()
        }
        total = float(sum(dollars.values(), Decimal(0)))
        unknown = "local" in self.story.tags
        self.thread.aside(
            "cost-state", totalCostUSD=total, modelUsage=used, hasUnknownModelCost=unknown
        )

    def made(self) -> Made:
        """Return the files and calls of the session."""
        thread = self.thread
        path = f"{self.folder}/{thread.session}.jsonl"
        main = DemoFile(path, [line(record) for record in thread.records], thread.last)
        return Made(
            [main, *self.agents],
            thread.calls + self.agent_calls,
            thread.last,
            titles=[self.title],
        )
