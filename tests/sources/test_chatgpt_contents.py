"""What a ChatGPT message says, by its kind of content."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from convledger.sources.chatgpt.texts import without_citations
from convledger.sources.findings import Flag, Kind
from tests.sources.chats import conversation, node, text
from tests.sources.documents import Read, read_bytes


def found_in(tmp_path: Path, value: Any, name: str = "conversations.json") -> Read:
    return read_bytes("chatgpt", tmp_path, name, json.dumps(value).encode())


CONTENTS: dict[str, tuple[str, dict[str, Any], list[tuple[Kind, str]]]] = {
    "audio": (
        "user",
        {"content_type": "multimodal_text", "parts": [
            {"content_type": "audio_transcription", "text": "said aloud"},
            {"content_type": "audio_asset_pointer", "asset_pointer": "x://f", "size_bytes": 9000},
            {"content_type": "real_time_user_audio_video_asset_pointer",
             "audio_asset_pointer": {"asset_pointer": "sediment://g"}},
        ]},
        [(Kind.PROMPT, "said aloud"), (Kind.ATTACHMENT, "[audio 9 KB]"),
         (Kind.ATTACHMENT, "[real time user audio video]")],
    ),
    "code": ("assistant", {"content_type": "code", "language": "unknown", "text": "x = 1"},
             [(Kind.ANSWER, "x = 1")]),
    "output": ("tool", {"content_type": "execution_output", "text": "1"},
               [(Kind.TOOL_RESULT, "1")]),
    "recap": ("assistant", {"content_type": "reasoning_recap", "content": "Thought for 2s"},
              [(Kind.THINKING, "Thought for 2s")]),
    "quote": ("tool", {"content_type": "tether_quote", "url": "https://e.org", "title": "T",
                       "text": "Q"}, [(Kind.TOOL_RESULT, "T https://e.org\nQ")]),
    "page": ("tool", {"content_type": "sonic_webpage", "url": "https://e.org", "title": "T",
                      "snippet": "S"}, [(Kind.TOOL_RESULT, "T https://e.org\nS")]),
    "error": ("system", {"content_type": "system_error", "name": "Timeout", "text": "late"},
              [(Kind.NOTE, "Timeout\nlate")]),
    "memories": ("assistant", {"content_type": "model_editable_context",
                               "model_set_context": "1. Bakes rye."},
                 [(Kind.NOTE, "1. Bakes rye.")]),
    "screen": ("tool", {"content_type": "computer_output", "screenshot": {
        "content_type": "image_asset_pointer", "width": 8, "height": 6}},
        [(Kind.ATTACHMENT, "[image 8x6]")]),
    "paired": ("user", {"content_type": "app_pairing_content",
                        "context_parts": [{"type": "text", "text": "main.py"}]},
               [(Kind.PROMPT, "main.py")]),
    "new": ("assistant", {"content_type": "hologram", "beams": 3}, [(Kind.ANSWER, "[hologram]")]),
}  # fmt: skip


@pytest.mark.parametrize("kind", CONTENTS)
def test_each_kind_of_content_is_told_in_words(tmp_path: Path, kind: str) -> None:
    role, content, expected = CONTENTS[kind]
    found = found_in(tmp_path, [conversation(node("n", "root", role, content))])
    assert [(each.kind, each.body) for each in found.messages] == expected
    assert len(found.calls) == (kind in ("code", "recap", "new"))
    is_error = kind == "error"
    assert all(bool(each.flags & Flag.ERROR) == is_error for each in found.messages)


def test_placeholders_of_citations_are_taken_out_and_names_of_things_stay() -> None:
    given_text = (
        'As \ue200entity\ue202["city","Graz","in Styria"]\ue201 says'
        "\ue200cite\ue202turn0search1\ue201, "
        "\ue203so be it\ue204【12†L3-L9】. 【not one】 \ue200open"
    )
    assert without_citations(given_text) == "As Graz says, so be it. 【not one】 open"


def test_a_person_keeps_what_looks_like_a_citation(tmp_path: Path) -> None:
    found = found_in(tmp_path, [conversation(node("a", "root", "user", text("see 【4†source】")))])
    assert found.visible() == [("prompt", "see 【4†source】")]
