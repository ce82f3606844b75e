"""Counts what Qwen Code's sessions used: by their telemetry where they hold any.

The telemetry tells of each response, hidden agents' too; an answer's own usage repeats it and
counts only where there is no telemetry yet, as in what older versions wrote.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import msgspec
from msgspec import Struct

from convledger.clock import parse_instant
from convledger.sources.findings import AgentFacts, Call, ConversationFacts, Figures, Measure
from convledger.sources.gemini_cli.parts import is_prompt, parts_of
from convledger.sources.gemini_cli.places import stem_of
from convledger.sources.gemini_cli.records import TokenCounts
from convledger.sources.qwen_code.records import (
    API_RESPONSE,
    CountedRecord,
    Event,
    agent_of,
    buckets_of,
    model_name,
)
from convledger.sources.titles import CUSTOM, GENERATED, PROMPT, title_line
from convledger.sources.values import dict_of

UNIQUE_LENGTH = 20  # ids of responses that are shorter are drawn or counted by a local server
_PROMPTS = (None, "", "mid_turn_user_message", "user_text_elements")


class _Answer(Struct):
    """An answer with its own usage, or without any."""

    uuid: str
    counts: TokenCounts | None
    at: int
    line: int
    model: str
    owner: str
    agent: str


class Counting:
    """Takes in the records of one session, and then says what they amount to."""

    def __init__(self, relative: str) -> None:
        parent, self._agent = agent_of(relative)
        self._fallback = parent or stem_of(relative)
        self._session = ""
        self._answers: list[_Answer] = []
        self._calls: list[Call] = []
        self._told: Counter[tuple[int, ...]] = Counter()
        self._telemetry_from = 0  # the line of the first response that the telemetry tells of
        self._last_at = 0
        self._in_run = False
        self._copied_at = 0
        self.agents: dict[str, AgentFacts] = {}
        self.facts = ConversationFacts("")

    @property
    def session(self) -> str:
        """The session's id: its own, else its file's name."""
        return self._session or self._fallback

    @property
    def is_agent(self) -> bool:
        """Tell whether this is a sub-agent's transcript, whose records name its session."""
        return bool(self._agent)

    def record(self, record: CountedRecord, line: int) -> None:
        """Take in one record."""
        self._session = self._session or record.session_id or ""
        at = parse_instant(record.timestamp)
        self._last_at = at or self._last_at
        if record.is_sidechain and record.agent_id and not self._agent:
            self._agent = record.agent_id
        owner = (record.forked_from.session_id or "") if record.forked_from else ""
        self._describe(record, at, owner)
        if record.type == "assistant":
            self._answer(record, line, owner)
        elif record.type == "user":
            self._in_run = False
            self._prompt(record)
        elif record.type == "system" and record.system_payload is not None:
            self._told_by_system(record, line, owner)

    def _describe(self, record: CountedRecord, at: int | None, owner: str) -> None:
        facts = self.facts
        if owner and owner != self.session:
            self._copied_at = at or self._copied_at
            if not facts.parent:
                facts.parent, facts.relation = owner, "fork"
        elif at is not None:
            facts.first_at = at if facts.first_at is None else min(facts.first_at, at)
            facts.last_at = at if facts.last_at is None else max(facts.last_at, at)
        facts.project = facts.project or record.cwd or ""
        facts.branch = facts.branch or record.git_branch or ""
        facts.version = facts.version or record.version or ""

    def _prompt(self, record: CountedRecord) -> None:
        if self.facts.title_rank or self._agent or record.subtype not in _PROMPTS:
            return
        try:
            message = dict_of(msgspec.json.decode(record.message))
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return
        text = parts_of(message.get("parts")).text
        if is_prompt(text):
            self.facts.entitle(PROMPT, title_line(text))

    def _told_by_system(self, record: CountedRecord, line: int, owner: str) -> None:
        payload = record.system_payload
        if payload is None:
            return
        if payload.ui_event is not None and payload.ui_event.name == API_RESPONSE:
            self._response(payload.ui_event, line, owner)
        elif record.subtype == "custom_title" and payload.custom_title:
            rank = GENERATED if payload.title_source == "auto" else CUSTOM
            self.facts.entitle(rank, title_line(payload.custom_title))
        elif record.subtype == "parent_session" and payload.parent_session_id:
            self.facts.parent, self.facts.relation = payload.parent_session_id, "subagent"

    def _response(self, event: Event, line: int, owner: str) -> None:
        counts = event.counts
        if not counts.any:
            return
        self._telemetry_from = self._telemetry_from or line
        self._told[_fingerprint(counts)] += 1
        stamp = event.timestamp or ""
        at = parse_instant(stamp) or self._last_at
        call = Call(event.response_id or "", "", at, model_name(event.model), line)
        if not call.key:
            call.key = f"{owner or self.session}@{stamp or f'#{line}'}:{_fingerprint(counts)}"
        elif len(call.key) < UNIQUE_LENGTH:
            call.variant = stamp
        call.input, call.output, call.reasoning, call.cache_read = buckets_of(counts)
        if name := event.subagent_name or "":
            call.agent, call.sidechain = name, True
            if not owner:
                self.agents[name] = AgentFacts(name, "", name)
        self._own(call, owner)
        self._calls.append(call)

    def _own(self, call: Call, owner: str) -> None:
        if owner:
            call.conversation, call.copied_into = owner, self.session

    def _answer(self, record: CountedRecord, line: int, owner: str) -> None:
        agent = (record.agent_id or self._agent) if self._agent else ""
        if agent and agent not in self.agents:
            self.agents[agent] = AgentFacts(agent, "", record.agent_name or "")
        usage = record.usage_metadata
        counts = usage.counts if usage is not None and usage.counts.any else None
        uuid = answer_uuid(self.session, record.uuid or "", line)
        if counts is None and self._in_run and self._answers[-1].counts is None:
            self._answers.pop()
        self._answers.append(
            _Answer(uuid, counts, self._last_at, line, model_name(record.model), owner, agent)
        )
        self._in_run = True

    def figures(self, changed_at: int, is_counted_elsewhere: Callable[[str], bool]) -> Figures:
        """Return the calls and the facts of all that was taken in.

        `is_counted_elsewhere` tells of a session whether its own file counts what others copy.
        """
        found = Figures()
        facts = self.facts
        facts.native = self.session
        if self._copied_at:  # a fork begins behind what it was made from
            facts.first_at = self._copied_at
            facts.last_at = facts.last_at or self._copied_at
        found.conversations[self.session] = facts
        found.calls = self._calls
        uncounted = [each for each in self._answers if not self._is_told(each)]
        if any(each.counts for each in self._answers) or self._telemetry_from:
            uncounted = [each for each in uncounted if each.counts is not None]
        others = {each.owner for each in uncounted if each.owner}
        elsewhere = {owner for owner in others if is_counted_elsewhere(owner)}
        if self._agent and uncounted and is_counted_elsewhere(self.session):
            uncounted = []
        found.calls += [self._call(one) for one in uncounted if one.owner not in elsewhere]
        for call in found.calls:
            call.conversation = call.conversation or self.session
            call.at = call.at or facts.first_at or changed_at
        for agent in self.agents.values():
            agent.conversation = self.session
            found.agents.append(agent)
        return found

    def _is_told(self, answer: _Answer) -> bool:
        """Tell whether the telemetry has the request of an answer."""
        if answer.counts is not None:
            mark = _fingerprint(answer.counts)
            if self._told[mark] > 0:
                self._told[mark] -= 1
                return True
        return 0 < self._telemetry_from < answer.line

    def _call(self, answer: _Answer) -> Call:
        call = Call(answer.uuid, "", answer.at, answer.model, answer.line, agent=answer.agent)
        call.sidechain = bool(answer.agent)
        if answer.counts is None:
            call.measure = int(Measure.MISSING)
        else:
            call.input, call.output, call.reasoning, call.cache_read = buckets_of(answer.counts)
        self._own(call, answer.owner)
        return call


def answer_uuid(session: str, uuid: str, line: int) -> str:
    """Return what a record is called among those of all sessions."""
    return uuid or f"{session}#{line}"


def _fingerprint(counts: TokenCounts) -> tuple[int, ...]:
    return (counts.input or 0, counts.cached or 0, counts.output or 0, counts.thoughts or 0)
