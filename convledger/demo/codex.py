"""Writes one Codex thread, in the legacy or in the paginated form."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from convledger.demo.claude import Record
from convledger.demo.meter import CodexMeter
from convledger.demo.truth import Call, Tokens
from convledger.demo.words import iso, token, uuid7
from convledger.demo.workbench import Action

WINDOW = 258_400
ZERO = dict.fromkeys(
    (
        "input_tokens",
        "cached_input_tokens",
        "cache_write_input_tokens",
        "output_tokens",
        "reasoning_output_tokens",
        "total_tokens",
    ),
    0,
)


@dataclass(slots=True)
class CodexThread:
    """A growing rollout file."""

    rng: Random
    clock: datetime
    cwd: str
    branch: str
    model: str
    paged: bool = False
    repeat: bool = False
    weight: int = 1
    ident: str = ""
    root: str = ""
    turn: str = ""
    meter: CodexMeter = field(init=False)
    totals: dict[str, int] = field(default_factory=lambda: dict(ZERO))
    lines: list[Record] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    last: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.ident = self.ident or uuid7(self.rng, self.clock)
        self.root = self.root or self.ident
        self.meter = CodexMeter(self.rng, self.weight)
        self.last = self.clock

    def wait(self, least: int, most: int) -> None:
        """Let between `least` and `most` milliseconds pass."""
        self.clock += timedelta(milliseconds=self.rng.randrange(least, most))

    def emit(self, kind: str, payload: Record) -> None:
        """Add one line."""
        record: Record = {"timestamp": iso(self.clock)}
        if self.paged:
            record["ordinal"] = len(self.lines)
        self.lines.append(record | {"type": kind, "payload": payload})
        self.last = self.clock

    def event(self, kind: str, **payload: object) -> None:
        """Add an event line."""
        self.emit("event_msg", {"type": kind, **payload})

    def item(self, kind: str, **payload: object) -> None:
        """Add a line of the transcript."""
        self.emit("response_item", {"type": kind, **payload})

    def open(self, **extra: object) -> None:
        """Write the session's own first line and its environment."""
        meta: Record = {"id": self.ident, "session_id": self.root, "timestamp": iso(self.clock)}
        meta |= {"cwd": self.cwd, "originator": "codex_cli_rs", "source": "cli"}
        meta |= {"cli_version": "0.169.0" if self.paged else "0.147.0", "model_provider": "openai"}
        meta |= {"history_mode": "paginated" if self.paged else "legacy"}
        meta |= {"thread_source": "user", "git": {"branch": self.branch}}
        self.emit("session_meta", meta | extra)

    def introduce(self) -> None:
        """Write the environment that the model is told about."""
        text = f"<environment_context>\n  <cwd>{self.cwd}</cwd>\n</environment_context>"
        self.item("message", role="user", content=[{"type": "input_text", "text": text}])

    def prompt(self, text: str) -> None:
        """Begin a turn with what the user typed."""
        self.turn = uuid7(self.rng, self.clock)
        started = int(self.clock.timestamp())
        self.event("task_started", turn_id=self.turn, started_at=started)
        context: Record = {"turn_id": self.turn, "cwd": self.cwd, "model": self.model}
        self.emit("turn_context", context | {"effort": "medium", "approval_policy": "on-request"})
        content = [{"type": "input_text", "text": text}]
        if self.paged:
            passed: Record = {"turn_id": self.turn, "content_item_kinds": ["user.text"]}
            self.item(
                "message",
                role="user",
                content=content,
                internal_chat_message_metadata_passthrough=passed,
            )
        else:
            self.item("message", role="user", content=content)
            self.event("user_message", message=text, images=[])
        self.meter.grow(len(text) // 4 + 30)

    def think(self, text: str) -> None:
        """Write the summary of a thought, which the legacy form repeats as an event."""
        if not self.paged:
            self.event("agent_reasoning", text=text)
        sealed = token(self.rng, "gAAAAAB", 60)
        summary = [{"type": "summary_text", "text": text}]
        self.item("reasoning", summary=summary, content=None, encrypted_content=sealed)

    def _counted(self, last: dict[str, int]) -> None:
        info: Record = {
            "total_token_usage": dict(self.totals),
            "last_token_usage": dict(last),
            "model_context_window": WINDOW,
        }
        used = round(self.totals["total_tokens"] / 40_000, 1) % 100
        limits: Record = {"primary": {"used_percent": used, "window_minutes": 300}}
        self.event("token_count", info=info, rate_limits=limits)

    def billed(self, visible: int, thought: bool) -> None:
        """Write the usage of one call and count it once."""
        last = self.meter.call(visible, thought)
        self.totals = {name: self.totals[name] + count for name, count in last.items()}
        cached, written = last["cached_input_tokens"], last["cache_write_input_tokens"]
        if self.paged:
            answer = token(self.rng, "resp_0", 40)
            payload: Record = {"thread_id": self.ident, "turn_id": self.turn}
            payload |= {"session_id": self.root, "response_id": answer, "usage": last}
            self.emit("token_usage_record", payload | {"thread_token_usage": dict(self.totals)})
        moment = iso(self.clock)
        self._counted(last)
        if self.repeat and self.rng.random() < 0.7:
            self.wait(20, 900)
            self._counted(last)
        tokens = Tokens(
            input=last["input_tokens"] - cached - written,
            output=last["output_tokens"],
            reasoning=last["reasoning_output_tokens"],
            cache_read=cached,
            cache_write_5m=written,
        )
        self.calls.append(Call("codex", moment, self.model, tokens))

    def use(self, action: Action, thought: str) -> None:
        """Write a tool call, what it cost and its result."""
        self.wait(1500, 11_000)
        if thought:
            self.think(thought)
        call = token(self.rng, "call_", 24)
        if action.patch:
            self.item(
                "custom_tool_call",
                status="completed",
                call_id=call,
                name="apply_patch",
                input=action.patch,
            )
            self._returned("custom_tool_call_output", call, "Success. Updated the files.", thought)
            return
        arguments = json.dumps({"cmd": action.command}, ensure_ascii=False)
        self.item("function_call", name="exec_command", arguments=arguments, call_id=call)
        spent = self.rng.randrange(1, 9)
        output = f"Wall time: 0.{spent} seconds\nProcess exited with code 0\nOutput:\n"
        self._returned("function_call_output", call, output + action.result, thought)

    def _returned(self, kind: str, call: str, output: str, thought: str) -> None:
        self.wait(30, 1500)
        self.item(kind, call_id=call, output=output)
        self.billed(60 + len(output) // 9, bool(thought))
        self.meter.grow(len(output) // 3 + self.rng.randrange(200, 3000) * self.weight)

    def say(self, text: str, thought: str = "") -> None:
        """End a turn with an answer."""
        self.wait(1500, 12_000)
        if thought:
            self.think(thought)
        if not self.paged:
            self.event("agent_message", message=text)
        content = [{"type": "output_text", "text": text}]
        self.item("message", role="assistant", content=content)
        self.billed(len(text) // 4 + 8, bool(thought))
        self.event("task_complete", turn_id=self.turn, last_agent_message=text)

    def compact(self, summary: str) -> None:
        """Forget the context; the count that follows has an unchanged total."""
        self.emit("compacted", {"message": summary})
        self.event("context_compacted")
        self.meter.context, self.meter.seen = 11_000, 0
        self._counted(ZERO | {"total_tokens": 11_000})
