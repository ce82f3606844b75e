"""Builders of small chat exports, and of the versions of an account that grows and changes."""

from __future__ import annotations

import json
import os
import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

FIRST = 1_760_000_000
WORDS = ("tide", "harbour", "rope", "lantern", "anchor", "salt", "gull", "mast")


class Turn(NamedTuple):
    """What was said by whom, in answer to what."""

    name: str
    parent: str
    role: str
    text: str
    at: int


@dataclass(frozen=True)
class Chat:
    """A conversation of an account."""

    name: str
    title: str
    turns: tuple[Turn, ...] = field(default=())

    def said(self, place: int, text: str) -> Chat:
        """Return it with another text at a place."""
        turns = list(self.turns)
        turns[place] = turns[place]._replace(text=text)
        return replace(self, turns=tuple(turns))


def name_of(number: int) -> str:
    """Return an id as both services make them."""
    return f"3f000000-0000-4000-8000-{number:012d}"


def chat(number: int, *texts: str, title: str = "Of boats") -> Chat:
    """Return a chat of questions and answers in turn."""
    turns: list[Turn] = []
    for place, text in enumerate(texts):
        parent = turns[-1].name if turns else ""
        role = "assistant" if place % 2 else "user"
        at = FIRST + number * 1000 + place * 10
        turns.append(Turn(name_of(number * 1000 + place + 1), parent, role, text, at))
    return Chat(name_of(number * 1000), title, tuple(turns))


def chatgpt(*chats: Chat) -> str:
    """Return chats as ChatGPT exports them."""
    return json.dumps([_chatgpt(one) for one in chats])


def _chatgpt(one: Chat) -> dict[str, Any]:
    nodes: dict[str, dict[str, Any]] = {"root": {"id": "root", "parent": None, "message": None}}
    for turn in one.turns:
        nodes[turn.name] = {
            "id": turn.name,
            "parent": turn.parent or "root",
            "message": {
                "id": turn.name,
                "author": {"role": turn.role},
                "create_time": turn.at,
                "content": {"content_type": "text", "parts": [turn.text]},
                "metadata": {"model_slug": "gpt-4o"} if turn.role == "assistant" else {},
            },
        }
    for name, node in nodes.items():
        node["children"] = [each["id"] for each in nodes.values() if each["parent"] == name]
    return {
        "conversation_id": one.name,
        "title": one.title,
        "create_time": one.turns[0].at,
        "mapping": nodes,
        "current_node": one.turns[-1].name,
    }


def claude(*chats: Chat) -> str:
    """Return chats as claude.ai exports them."""
    return json.dumps([_claude(one) for one in chats])


def _claude(one: Chat) -> dict[str, Any]:
    return {
        "uuid": one.name,
        "name": one.title,
        "created_at": _iso(one.turns[0].at),
        "updated_at": _iso(one.turns[-1].at),
        "account": {"uuid": name_of(1)},
        "chat_messages": [
            {
                "uuid": turn.name,
                "parent_message_uuid": turn.parent or name_of(0),
                "sender": "human" if turn.role == "user" else "assistant",
                "text": turn.text,
                "content": [{"type": "text", "text": turn.text}],
                "created_at": _iso(turn.at),
                "attachments": [],
                "files": [],
            }
            for turn in one.turns
        ],
    }


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def write(folder: Path, number: int, text: str) -> Path:
    """Write an export that was made `number` weeks after the first."""
    path = folder / f"export {number}" / "conversations.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    moment = FIRST + number * 604_800
    os.utime(path, (moment, moment))
    return path


def versions(chance: random.Random, count: int) -> list[list[Chat]]:
    """Return an account as each of its exports shows it: chats grow, branch, change and vanish."""
    chats: list[Chat] = []
    found: list[list[Chat]] = []
    moment = FIRST
    for _ in range(count):
        for _ in range(chance.randint(1, 2)):
            chats.append(Chat(_name(chance), _words(chance)))
        for place, one in enumerate(chats):
            turns = list(one.turns)
            for _ in range(chance.randint(0, 3) if turns else 2):
                moment += 10
                before = None if not turns else chance.choice([turns[-1], turns[-1], *turns])
                role = "assistant" if before is not None and before.role == "user" else "user"
                parent = before.name if before is not None else ""
                turns.append(Turn(_name(chance), parent, role, _words(chance), moment))
            if chance.random() < 0.3:
                which = chance.randrange(len(turns))
                turns[which] = turns[which]._replace(text=_words(chance))
            title = _words(chance) if chance.random() < 0.3 else one.title
            chats[place] = Chat(one.name, title, tuple(turns))
        found.append([one for one in chats if chance.random() < 0.9] or chats[:1])
    return found


def _name(chance: random.Random) -> str:
    return f"{chance.getrandbits(32):08x}-0000-4000-8000-{chance.getrandbits(48):012x}"


def _words(chance: random.Random) -> str:
    return " ".join(chance.choices(WORDS, k=chance.randint(1, 8)))
