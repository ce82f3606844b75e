"""Which files are looked into, and whose they are where two readers could take them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from convledger.ingest.choose import completions, glance, roots_in
from convledger.ingest.recognise import may_be_log, members_by_source, source_at

PROMPT = json.dumps({
    "runSettings": {"model": "models/gemini-2.5-pro"},
    "systemInstruction": {},
    "chunkedPrompt": {"chunks": [{"role": "user", "text": "Where is the boat house?"}]},
})  # fmt: skip
OBSERVATION = {
    "id": "o-1", "type": "GENERATION", "sessionId": "s-1", "traceId": "t-1",
    "usageDetails": {"input": 3, "output": 4},
}  # fmt: skip
TELEMETRY = {
    "uuid": "u-1", "sessionId": "s-1", "type": "system", "subtype": "chat_compression",
    "systemPayload": {},
}  # fmt: skip
TYPED = {"sessionId": "s-1", "messageId": 0, "type": "user", "message": "Where is the quay?"}
CLAUDE = {"sessionId": "s-1", "type": "user", "message": {"role": "user", "content": "Go"}}
TURN = {"type": "turn.completed", "usage": {"input_tokens": 3, "output_tokens": 4}}


@pytest.mark.parametrize(
    ("record", "source"),
    [(OBSERVATION, "langfuse"), (TELEMETRY, "qwen-code"), (CLAUDE, "claude-code"),
     (TURN, "codex"), ({**TURN, "type": ["turn.completed"]}, None)],
)  # fmt: skip
def test_reader_that_is_sure_is_believed_before_a_likeness(
    record: dict[str, object], source: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "log"
    path.write_text(f"{json.dumps(record)}\n" * 2)

    assert source_at(path) == source


def test_list_of_typed_prompts_is_no_log_of_claude_code(tmp_path: Path) -> None:
    path = tmp_path / "logs.json"
    path.write_text(json.dumps([TYPED]))

    assert source_at(path) != "claude-code"


@pytest.mark.parametrize(
    ("path", "is_one"),
    [("Takeout/Drive/Google AI Studio/Boat house", True), ("Takeout/Drive/Boat house", False),
     ("notes/.aider.llm.history", True), ("LOG.JSONL", True), ("picture.png", False)],
)  # fmt: skip
def test_files_that_may_be_logs_are_known_by_name_and_folder(path: str, is_one: bool) -> None:
    assert may_be_log(path) == is_one


def test_prompts_of_ai_studio_are_found_in_folders_and_archives(tmp_path: Path) -> None:
    prompt = tmp_path / "Takeout" / "Drive" / "Google AI Studio" / "Boat house"
    prompt.parent.mkdir(parents=True)
    prompt.write_text(PROMPT)
    packed = tmp_path / "takeout.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("Takeout/Drive/Google AI Studio/Boat house", PROMPT)

    assert roots_in(tmp_path / "Takeout", None) == [("gemini-takeout", tmp_path / "Takeout")]
    assert roots_in(prompt.parent, None) == [("gemini-takeout", prompt)]
    assert glance(tmp_path / "Takeout").logs == 1
    assert members_by_source(packed) == {
        "gemini-takeout": ["Takeout/Drive/Google AI Studio/Boat house"]
    }
    assert completions(f"{prompt.parent}/") == [str(prompt)]
