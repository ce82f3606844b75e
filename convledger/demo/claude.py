"""Writes one Claude Code thread: records in a chain, a line for each content block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from convledger.demo.meter import ClaudeMeter
from convledger.demo.truth import Call, Tokens
from convledger.demo.words import iso, token, uuid4
from convledger.demo.workbench import Action

Record = dict[str, object]


@dataclass(slots=True)
class ClaudeThread:
    """A growing log of one session or one of its sub-agents."""

    rng: Random
    clock: datetime
    session: str
    cwd: str
    branch: str
    model: str
    version: str = "2.1.329"
    agent: str = ""
    fast: bool = False
    weight: int = 1
    meter: ClaudeMeter = field(init=False)
    records: list[Record] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    parent: str | None = None
    last: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.meter = ClaudeMeter(self.rng, self.weight)
        self.last = self.clock

    def wait(self, least: int, most: int) -> None:
        """Let between `least` and `most` milliseconds pass."""
        self.clock += timedelta(milliseconds=self.rng.randrange(least, most))

    def chain(self, kind: str, **body: object) -> Record:
        """Add a record to the chain and return it."""
        record: Record = {"parentUuid": self.parent, "isSidechain": bool(self.agent)}
        if self.agent:
            record["agentId"] = self.agent
        self.parent = uuid4(self.rng)
        record |= {"type": kind, **body, "uuid": self.parent, "timestamp": iso(self.clock)}
        record |= {"userType": "external", "entrypoint": "cli", "cwd": self.cwd}
        record |= {"sessionId": self.session, "version": self.version, "gitBranch": self.branch}
        self.last = self.clock
        self.records.append(record)
        return record

    def aside(self, kind: str, **body: object) -> None:
        """Add a record that is not part of the chain."""
        self.records.append({"type": kind, **body, "sessionId": self.session})

    def prompt(self, text: str) -> None:
        """Write what the user typed."""
        self.chain("user", message={"role": "user", "content": text}, promptSource="typed")
        self.meter.grow(len(text) // 4 + 40)

    def attach(self, **attachment: object) -> None:
        """Write an attachment in the chain."""
        self.chain("attachment", attachment=attachment)

    def _usage(self, tokens: Tokens, output: int, searches: int) -> Record:
        written = tokens.cache_write_5m + tokens.cache_write_1h
        usage: Record = {
            "input_tokens": tokens.input,
            "cache_creation_input_tokens": written,
            "cache_read_input_tokens": tokens.cache_read,
            "output_tokens": output,
            "service_tier": "standard",
        }
        if self.meter.cached:
            usage["cache_creation"] = {
                "ephemeral_1h_input_tokens": tokens.cache_write_1h,
                "ephemeral_5m_input_tokens": tokens.cache_write_5m,
            }
            usage["output_tokens_details"] = {"thinking_tokens": tokens.reasoning}
        if searches:
            usage["server_tool_use"] = {"web_search_requests": searches, "web_fetch_requests": 0}
        if self.fast:
            usage["speed"] = "fast"
        return usage

    def _steps(self, count: int) -> list[timedelta]:
        """Return the pauses before each line, without crossing midnight inside a call."""
        pauses = [timedelta(milliseconds=self.rng.randrange(300, 2500)) for _ in range(count)]
        end = self.clock + sum(pauses, timedelta())
        if iso(end)[:10] != iso(self.clock)[:10]:
            self.clock = end
            return [timedelta()] * count
        return pauses

    def reply(self, blocks: Sequence[Record], searches: int = 0) -> str:
        """Write one answer of the model, a line for each block, and return its message id."""
        rng = self.rng
        self.wait(1800, 14_000)
        thought = blocks[0]["type"] == "thinking"
        tokens = self.meter.call(self.clock, sum(len(str(b)) for b in blocks) // 4, thought)
        own = self.meter.cached
        message_id = token(rng, "msg_01", 22) if own else token(rng, "chatcmpl-", 24)
        request = {"requestId": token(rng, "req_011C", 20)} if own else {}
        streamed = len(blocks) > 1 and rng.random() < 0.4
        stop = "tool_use" if blocks[-1]["type"] == "tool_use" else "end_turn"
        for position, (block, pause) in enumerate(
            zip(blocks, self._steps(len(blocks)), strict=True)
        ):
            self.clock += pause
            final = position == len(blocks) - 1
            output = tokens.output if final or not streamed else 2 + position * 3
            message = {
                "id": message_id,
                "type": "message",
                "role": "assistant",
                "model": self.model,
                "content": [block],
                "stop_reason": stop if final or not streamed else None,
                "usage": self._usage(tokens, output, searches),
            }
            self.chain("assistant", message=message, **request)
        name = f"{self.model}-fast" if self.fast else self.model
        self.calls.append(Call("claude-code", iso(self.last), name, tokens, searches))
        return message_id

    def think(self, text: str) -> list[Record]:
        """Return a thinking block, or nothing when there is no thought."""
        if not text:
            return []
        signature = token(self.rng, "Eq", 60)
        return [{"type": "thinking", "thinking": text, "signature": signature}]

    def use(self, action: Action, before: list[Record], details: Record | None = None) -> None:
        """Write a tool call and its result."""
        blocks = list(before)
        if action.saying:
            blocks.append({"type": "text", "text": action.saying})
        if action.searches:
            self._search(action, blocks)
            return
        tool = token(self.rng, "toolu_01", 22)
        blocks.append(
            {"type": "tool_use", "id": tool, "name": action.name, "input": action.arguments}
        )
        self.reply(blocks)
        self.wait(60, 2600)
        self.result(tool, action.result, action.details if details is None else details)

    def result(self, tool: str, text: str, details: Record) -> None:
        """Write what a tool returned."""
        block = {"tool_use_id": tool, "type": "tool_result", "content": text, "is_error": False}
        message = {"role": "user", "content": [block]}
        self.chain("user", message=message, toolUseResult=details)
        self.meter.grow(len(text) // 3 + self.rng.randrange(150, 2600) * self.weight)

    def _search(self, action: Action, blocks: list[Record]) -> None:
        """Write a search that ran on the server, inside the answer itself."""
        tool = token(self.rng, "srvtoolu_01", 22)
        page = {"type": "web_search_result", "title": str(action.arguments["query"])}
        page["url"] = "https://example.org/notes/" + token(self.rng, "", 8)
        self.reply(
            [
                *blocks,
                {
                    "type": "server_tool_use",
                    "id": tool,
                    "name": "web_search",
                    "input": action.arguments,
                },
                {"type": "web_search_tool_result", "tool_use_id": tool, "content": [page]},
                {"type": "text", "text": action.result},
            ],
            searches=action.searches,
        )

    def say(self, text: str, thought: str = "") -> str:
        """Write the answer that ends a turn."""
        return self.reply([*self.think(thought), {"type": "text", "text": text}])
